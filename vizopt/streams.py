"""Streams: standard input, output and error, which may be closed, full or a broken pipe."""

import os
import sys


def opened() -> None:
    """Give what was closed a place, so that no file of ours gets its number.

    What is printed to a closed standard output is an error, as on a full disk; what is printed to
    a closed standard error is lost, the exit code remains.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR if number == 2 else os.O_RDONLY)  # the lowest free one
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def flushed() -> str:
    """Write what is still to be printed; why that was not possible, empty where it was.

    A stream that cannot be written is let go: Python would try again at its end, and complain.
    """
    reason = ""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # a reader such as `head` has seen enough
        _let_go(sys.stdout.fileno())
    except OSError as error:
        reason = f"standard output: {error.strerror}"
        _let_go(sys.stdout.fileno())
    return reason


def was_printing(error: BaseException) -> bool:
    """Whether an error comes of printing, and not of a file of the user's."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__") == "click.utils"


def said(line: str) -> None:
    """A line on standard error, where that can be written."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr.fileno())


def _let_go(number: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
