"""Limits where a formula is 0/0 or the like: sin(x)/x at 0."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import mpmath
import numpy as np

from vizopt.train.problems.formula.digits import Digits
from vizopt.train.problems.formula.numerals import DIGITS
from vizopt.train.problems.formula.precise import Run

STEP = mpmath.mpf(10) ** -30
RELATIVE_TOLERANCE = 1e-9  # two values a step and half a step away agree
MAX_GAPS = 8  # points of an array; more are no gaps but outside the function's domain

Join: TypeAlias = Callable[[float, float], float]  # the limits from left and right → one


def same(left: float, right: float) -> float:
    """The limit of f: both sides agree, or it has one side only."""
    if math.isnan(left) or math.isnan(right):
        return right if math.isnan(left) else left
    return right if math.isclose(left, right, rel_tol=RELATIVE_TOLERANCE) else math.nan


def least(left: float, right: float) -> float:
    """The limit of f′: at a kink that of least size between both sides."""
    if math.isnan(left) or math.isnan(right):
        return right if math.isnan(left) else left
    return sorted((left, right, 0.0))[1]


class Limits:
    """The limits of one expression, worked out with many digits, each once.

    Args:
        exact: the expression.
        join: what the limits from both sides come to.
        known: is finite where there can be a limit: f itself for that of f′, which has none at a
            pole.
    """

    def __init__(self, exact: Digits, join: Join, known: Run) -> None:
        self._exact = exact
        self._join = join
        self._known = known
        self._at = lru_cache(maxsize=1024)(self._limit)

    def fill(self, found: Any, at: Any) -> Any:
        """Values with those that are not a number replaced, if they are few."""
        at = np.asarray(at, dtype=np.float64)
        gaps = np.isnan(found) & np.isfinite(at) & np.isfinite(self._known(at))
        if not 0 < np.count_nonzero(gaps) <= MAX_GAPS:
            return found
        filled = np.array(found)
        filled[gaps] = [self._at(float(x)) for x in at[gaps]]
        return filled[()]

    def _limit(self, at: float) -> float:
        with mpmath.workdps(DIGITS):
            return self._join(self._side(at, -STEP), self._side(at, STEP))

    def _side(self, at: float, step: Any) -> float:
        """The limit from one side; infinite where it grows, not a number where there is none."""
        far, near = (float(self._exact(at + size)) for size in (step, step / 2))
        if math.isnan(far) or math.isnan(near):
            return math.nan
        if abs(near - far) <= RELATIVE_TOLERANCE * abs(near):
            return near
        if max(abs(near), abs(far)) < RELATIVE_TOLERANCE:
            return 0.0
        return math.copysign(math.inf, near) if abs(near) > abs(far) else math.nan
