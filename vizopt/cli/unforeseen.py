"""Unforeseen: an error that nobody thought of is a bug of ours, told in one line."""

import os
import platform
import sys
import tempfile
import traceback
from importlib.metadata import version

BUG = 70  # exit code: EX_SOFTWARE of sysexits.h


def told(error: BaseException, on_screen: bool) -> str:
    """One line on a bug, its traceback in a file of its own for the report, or below it.

    The file holds the traceback and versions; no arguments, variables or environment.

    Args:
        error: what nobody caught.
        on_screen: below the line in place of a file.
    """
    trace = "".join(traceback.format_exception(error))
    if on_screen:
        return f"a bug in vizopt, please report:\n{trace.rstrip()}"
    try:
        head = f"vizopt {version('vizopt')}, Python {sys.version.split()[0]}, {platform.platform()}"
        number, name = tempfile.mkstemp(".txt", "vizopt-bug-")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{head}\n\n{trace}")
    except (OSError, MemoryError):  # nowhere to write
        return f"a bug in vizopt, please report: {_brief(error)} (all of it: add --debug)"
    return f"a bug in vizopt, please report: {name}"


def _brief(error: BaseException) -> str:
    return " ".join(traceback.format_exception_only(error)[-1].split())[:200]
