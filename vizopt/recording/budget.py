"""Budget: how many rows a recording of a given size may keep, and how fine they may be."""

import re
from collections.abc import Callable
from typing import NamedTuple

from vizopt.core.errors import RecordingError
from vizopt.core.plain import plain
from vizopt.core.sampling import SIDE
from vizopt.recording.rows import MOST_EVENTS, rows_of

FIRST = (512, 256, 128, 64, 32, 16, 8, 4)  # K of the octave rule, from the most rows on
UNKNOWN = 1_000_000  # steps that are reckoned with where nobody knows
HISTORY = 32  # bytes of a step: four numbers
PACKED = 0.92  # bytes on the disk for each of a float, measured
UNITS = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9}


class Fineness(NamedTuple):
    """How fine a row is.

    Args:
        side: cells that are kept along a side of a large layer; 0 keeps all of them.
        grid: points along a side of the plane.
        enough: rows at the start, K, that are worth being so fine.
    """

    side: int
    grid: int
    enough: int


EXACT_FINENESS = (Fineness(0, 100, 64), Fineness(0, 64, 32), Fineness(0, 32, 8))
SAMPLED = (
    Fineness(SIDE, 100, 64),
    Fineness(SIDE, 64, 64),
    Fineness(64, 64, 64),
    Fineness(32, 48, 32),
    Fineness(16, 32, 16),
    Fineness(8, 32, 4),
)


def bytes_of(size: str | float) -> float:
    """`"200 MB"` in bytes.

    Raises:
        RecordingError: no such size.
    """
    size = plain(size)
    if type(size) in (int, float) and 0 < float(size) < float("inf"):
        return float(size)
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?b)\s*", str(size), re.IGNORECASE)
    if not found or not float(found[1]):
        raise RecordingError(f'size {size!r}: write it like "200 MB"')
    return float(found[1]) * UNITS[found[2].lower()]


def first_rows(size: float, row: float, steps: int | None) -> int:
    """The largest K of the octave rule whose rows fit, events included; the least where none does.

    Args:
        size: of the recording, in bytes.
        row: bytes of a kept row, before it is packed.
        steps: how many there will be, if known.
    """
    steps = steps or UNKNOWN
    left = size - min(HISTORY * steps, size / 2)
    fits = (k for k in FIRST if (rows_of(steps, k) + events(k)) * row * PACKED <= left)
    return next(fits, FIRST[-1])


def events(first: int) -> int:
    """How many rows may be kept because something happens at them."""
    return min(MOST_EVENTS, first)


def fineness(
    size: float, row: Callable[[Fineness], float], steps: int | None, *, exact: bool
) -> Fineness:
    """The finest rows of which enough fit.

    Args:
        size: of the recording, in bytes.
        row: bytes of one, before it is packed.
        steps: how many there will be, if known.
        exact: whether all parameters may be kept.
    """
    choices = (*EXACT_FINENESS, *SAMPLED) if exact else SAMPLED
    fit = (c for c in choices if first_rows(size, row(c), steps) >= c.enough)
    return next(fit, choices[-1])
