"""Streams: standard input, output and error, which may be closed, full or a broken pipe."""

import codecs
import os
import sys
from io import TextIOWrapper

# What an old code page shows instead of a character that it does not have.
PLAIN = {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{MIDDLE DOT}": "|",
    "\N{THIN SPACE}": " ",
    "\N{NO-BREAK SPACE}": " ",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{INFINITY}": "inf",
    "\N{SUPERSCRIPT TWO}": "^2",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}


def opened() -> None:
    """Give what was closed a place, so that no file of ours gets its number, nor one of a process
    that is started.

    What is printed to a closed standard output is an error, as on a full disk; what is printed to
    a closed standard error is lost, the exit code remains.

    A file or a pipe gets UTF-8, as TOML and JSON have to be, unless PYTHONIOENCODING names
    something else; a terminal gets what its code page has, and plain characters for the others.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # It is the lowest free one.
            place = os.open(os.devnull, os.O_RDWR if number == 2 else os.O_RDONLY)
            os.set_inheritable(place, True)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            free = not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(encoding="utf-8" if free else stream.encoding, errors="plain")


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the characters that cannot be encoded: a question mark for most."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in lacking), error.end


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
