"""Guarded: what reads and writes a recording's folder is not cut short, and fails in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizopt.core.errors import RecordingError, is_shortage, tells_nothing
from vizopt.core.interrupts import uninterrupted
from vizopt.core.places import is_there

# What Zarr raises where a document or a chunk is not such as it should be.
DAMAGE = (LookupError, ValueError, TypeError, AttributeError, RuntimeError, ArithmeticError)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What is damaged, missing or unreadable is an error of the recording."""
    try:
        with uninterrupted():
            yield
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: {_why_none(path)}") from error
    except (OSError, *DAMAGE) as error:
        if is_shortage(error):
            raise MemoryError from error
        if tells_nothing(error):
            said = getattr(error, "strerror", error)
            raise RecordingError(f"{path}: cannot read: {said}") from error
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: damaged recording: {reason}") from error


def _why_none(path: Path) -> str:
    """Why there is no recording."""
    try:
        known = "not a recording" if is_there(path) else "no such recording"
    except OSError as error:
        return f"cannot read: {error.strerror}"
    return f"{known} (make one with: vizopt record)"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the disk refuses is an error of the recording; Ctrl-C waits for the end."""
    try:
        with uninterrupted():
            yield
    except OSError as error:
        from vizopt.recording.whole import settled

        settled()
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
