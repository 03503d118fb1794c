"""Interrupts: Ctrl-C is always heard, and cuts nothing in two that must not be."""

import signal
import sys
import threading
from _thread import interrupt_main, start_new_thread
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from types import FrameType

AGAIN_SECONDS = 0.1  # what took it has gone on by then: a callback ends within a thousandth


class Pressed(KeyboardInterrupt):
    """Ctrl-C, SIGTERM or a terminal that closes, of a process that heeds them.

    Code of others may take it and go on: Python says what a callback raised, as those of its own
    imports, and forgets it, and some catch whatever comes. Then nobody has it any more, and it
    comes again.
    """

    ever = False  # whether there was one: others may make another error of it
    heeded = False  # until somebody has heard it

    def __init__(self) -> None:
        Pressed.ever = True

    def __del__(self) -> None:
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _press(number: int, frame: FrameType | None) -> None:
    raise Pressed


def _press_again() -> None:
    sleep(AGAIN_SECONDS)
    interrupt_main(signal.SIGTERM)


def _unraised(lost: "sys.UnraisableHookArgs") -> None:
    if not isinstance(lost.exc_value, Pressed):
        sys.__unraisablehook__(lost)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block.

    Where something is handed to another thread, both take the same lock: who is interrupted with it
    leaves it taken, and the other one, and who waits for that, wait for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: pressed.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if pressed:
            signal.raise_signal(pressed[0])
