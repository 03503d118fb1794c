"""Nearness: from which step on a descent stays near a minimum, which passing by is not."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.minima import Minimum

Values: TypeAlias = NDArray[np.float64]

LASTS = 20  # of a run's steps one, at least: what is true for that long is more than a moment


def reached(minimum: Minimum, x: Values, f: Values, after: float | None) -> int | None:
    """First step from which on x and f [E] stay near a minimum.

    None where they are not near at the end, or only pass by, as x at the step after it tells.
    """
    at = from_then_on(minimum.holds(x, f))
    return None if at is None or _passes(minimum, x, at, after) else at


def _passes(minimum: Minimum, x: Values, at: int, after: float | None) -> bool:
    """Whether a run that is near from a step on will be off at once.

    With the next step; or, where it has not turned, at that pace within a twentieth of its steps.
    """
    if after is None:
        return False
    moves = np.diff(x[at:], append=after)
    turned = (np.sign(moves[1:]) != np.sign(moves[:-1])).any()
    many = 1 if turned else max(len(x) // LASTS, 1)
    there, ahead = x[-1:] + moves[-1:], x[-1:] + many * moves[-1:]
    return not (minimum.valley_holds(there) & (minimum.away(ahead) <= minimum.near)).all()


def from_then_on(true: NDArray[np.bool_]) -> int | None:
    """First step from which on it is always true, None where it is not true at the end."""
    if not len(true) or not true[-1]:
        return None
    wrong = np.nonzero(~true)[0]
    return int(wrong[-1]) + 1 if len(wrong) else 0
