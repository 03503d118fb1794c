"""Logged: which steps of a column have a value, and which nobody gave one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A NaN of its own for a step that nobody logged, as R has one for a value that is missing; any
# other NaN is what a training gave.
BITS = np.uint64(0x7FF8_0000_0000_07A2)
MISSING = float(BITS.view(np.float64))


def is_logged(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether each value [E] was given, be it a number or not."""
    if values.dtype != np.float64:
        return np.ones(len(values), np.bool_)
    return np.asarray(np.ascontiguousarray(values).view(np.uint64) != BITS)


def logged(values: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The steps [n] of a column [E] that have a value, and these [n]."""
    at = np.flatnonzero(is_logged(values))
    return at, values[at]


def standing(values: Floats) -> Floats:
    """The value that was logged last at each step [E]; none before the first one."""
    there = is_logged(values)
    last = np.maximum.accumulate(np.where(there, np.arange(len(values)), 0))
    return values[last]


def final(values: Floats) -> float:
    """The value that was logged last; no number where there is none."""
    there = logged(values)[1]
    return float(there[-1]) if len(there) else np.nan
