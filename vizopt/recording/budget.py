"""Budget: how many rows a recording of a given size may keep."""

import re

from vizopt.core.errors import RecordingError
from vizopt.recording.rows import rows_of

FIRST = (512, 256, 128, 64, 32, 16, 8, 4)  # K of the octave rule, from the most rows on
UNKNOWN = 1_000_000  # steps that are reckoned with where nobody knows
PACKED = 0.92  # bytes on the disk for each of a float, measured
UNITS = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9}


def bytes_of(size: str | float) -> float:
    """`"200 MB"` in bytes.

    Raises:
        RecordingError: no such size.
    """
    if isinstance(size, int | float) and size > 0:
        return float(size)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?b)\s*", str(size), re.IGNORECASE)
    if not found or not float(found[1]):
        raise RecordingError(f'size {size!r}: write it like "200 MB"')
    return float(found[1]) * UNITS[found[2].lower()]


def first_rows(size: float, row: float, steps: int | None) -> int:
    """The largest K of the octave rule whose rows fit; the least one where none does.

    Args:
        size: of the recording, in bytes.
        row: bytes of a kept row, before it is packed.
        steps: how many there will be, if known.
    """
    fits = (k for k in FIRST if rows_of(steps or UNKNOWN, k) * row * PACKED <= size)
    return next(fits, FIRST[-1])
