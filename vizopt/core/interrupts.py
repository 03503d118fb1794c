"""Interrupts: Ctrl-C is always heard, and cuts nothing in two that must not be."""

import signal
import sys
import threading
from _thread import interrupt_main, start_new_thread
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType

AGAIN_SECONDS = 0.1  # what took it has gone on by then: a callback ends within a thousandth
PATIENCE_SECONDS = 10.0  # that tidying up may take: who presses again meanwhile changes nothing
ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Pressed(KeyboardInterrupt):
    """Ctrl-C, SIGTERM or a terminal that closes, of a process that heeds them.

    Code of others may take it and go on: Python says what a callback raised, as those of its own
    imports, and forgets it, and some catch whatever comes. Then nobody has it any more, and it
    comes again.
    """

    ever = False  # whether there was one: others may make another error of it
    heeded = False  # until somebody has heard it
    since = -PATIENCE_SECONDS  # when the one came that is on its way through the program

    def __init__(self) -> None:
        Pressed.ever = True
        Pressed.since = monotonic()

    def __del__(self) -> None:
        Pressed.since = -PATIENCE_SECONDS
        if Pressed.heeded and not sys.is_finalizing():
            # No Thread, which takes a lock, perhaps one that was just taken.
            start_new_thread(_press_again, ())


def heed(*numbers: int) -> None:
    """These signals and SIGTERM raise Pressed in this process from now on."""
    Pressed.ever, Pressed.heeded = False, True
    for number in (*numbers, signal.SIGTERM):
        signal.signal(number, _press)
    sys.unraisablehook = _unraised


def unheed() -> None:
    """Nothing is left to interrupt: Ctrl-C is ignored, SIGTERM ends the process."""
    Pressed.heeded = False
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)


def _press(number: int, frame: FrameType | None) -> None:
    """What the first one has begun to tidy up is not cut short by the second."""
    if monotonic() - Pressed.since > PATIENCE_SECONDS:
        raise Pressed


def _press_again() -> None:
    sleep(AGAIN_SECONDS)
    interrupt_main(signal.SIGTERM)


def _unraised(lost: "sys.UnraisableHookArgs") -> None:
    if not isinstance(lost.exc_value, Pressed):
        sys.__unraisablehook__(lost)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a terminal's end wait for the end of the block.

    What tidies up is not cut short. And where something is handed to another thread, both take the
    same lock: who is interrupted with it leaves it taken, and the other one, and who waits for
    that, wait for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    handlers = {number: signal.getsignal(number) for number in reversed(ENDING)}
    # What is none of Python's can be put back by nobody. Ctrl-C comes last: it may be pressed here.
    before = {number: handler for number, handler in handlers.items() if handler is not None}
    try:
        for number in before:
            signal.signal(number, lambda number, _: pressed.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(pressed):  # the first that is not ignored
            signal.raise_signal(number)
