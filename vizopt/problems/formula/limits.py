"""Limits where a formula is 0/0 or the like: sin(x)/x at 0."""

import math
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import mpmath
import numpy as np
import sympy

from vizopt.problems.formula.functions import SLOPES, made, shared
from vizopt.problems.formula.terms import X

DIGITS = 200  # to work with: what cancels out at such a step still leaves more than a float has
STEP = mpmath.mpf(10) ** -30
LARGEST = 1e40  # argument of a function: e^1e40 can be held, e^e^1e40 would fill the memory
CLOSE = 1e-9  # two values a step and half a step away agree
FEW = 8  # points of an array; more are no gaps but outside the function's domain

Run: TypeAlias = Callable[[Any], Any]
Join: TypeAlias = Callable[[float, float], float]  # the limits from left and right → one


def same(left: float, right: float) -> float:
    """The limit of f: both sides agree, or it has one side only."""
    if math.isnan(left) or math.isnan(right):
        return right if math.isnan(left) else left
    return right if math.isclose(left, right, rel_tol=CLOSE) else math.nan


def least(left: float, right: float) -> float:
    """The limit of f′: at a kink that of least size between both sides."""
    if math.isnan(left) or math.isnan(right):
        return right if math.isnan(left) else left
    return sorted((left, right, 0.0))[1]


class Limits:
    """The limits of one expression, worked out with many digits, each once.

    Args:
        expression: in X.
        join: what the limits from both sides come to.
        known: is finite where there can be a limit: f itself for that of f′, which has none at a
            pole.
    """

    def __init__(self, expression: Any, join: Join, known: Run) -> None:
        self._expression = expression
        self._join = join
        self._known = known
        self._run: Run | None = None
        self._at = lru_cache(maxsize=1024)(self._limit)

    def fill(self, found: Any, at: Any) -> Any:
        """Values with those that are not a number replaced, if they are few."""
        at = np.asarray(at, dtype=np.float64)
        gaps = np.isnan(found) & np.isfinite(at) & np.isfinite(self._known(at))
        if not 0 < np.count_nonzero(gaps) <= FEW:
            return found
        filled = np.array(found)
        filled[gaps] = [self._at(float(x)) for x in at[gaps]]
        return filled[()]

    def _limit(self, at: float) -> float:
        if self._run is None:
            powers = self._expression.replace(_rises, lambda power: raised(*power.args))
            self._run = sympy.lambdify(X, powers, [MPMATH, "mpmath"], cse=shared)
        with mpmath.workdps(DIGITS):
            return self._join(self._side(at, -STEP), self._side(at, STEP))

    def _side(self, at: float, step: Any) -> float:
        """The limit from one side; infinite where it grows, not a number where there is none."""
        far, near = (self._value(at + size) for size in (step, step / 2))
        if math.isnan(far) or math.isnan(near):
            return math.nan
        if abs(near - far) <= CLOSE * abs(near):
            return near
        if max(abs(near), abs(far)) < CLOSE:
            return 0.0
        return math.copysign(math.inf, near) if abs(near) > abs(far) else math.nan

    def _value(self, x: Any) -> float:
        assert self._run is not None
        try:
            found = self._run(x)
        except (ArithmeticError, ValueError, TypeError):
            return math.nan
        return float(found) if isinstance(found, mpmath.mpf | int) else math.nan


def _held(function: Run) -> Run:
    """The function, with an error where its value would not go into memory."""

    def run(at: Any) -> Any:
        if abs(at) > LARGEST:
            raise OverflowError
        return function(at)

    return run


def _corner(left: Any, right: Any, slope: Any, other: Any) -> Any:
    level = sorted((slope, other, 0))[1]
    return slope if left > right else other if right > left else level


def _rises(part: Any) -> bool:
    return bool(part.is_Pow and part.exp.free_symbols)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return yes if condition else no


def _raised(base: Any, exponent: Any) -> Any:
    return base ** _held(lambda to: to)(exponent)


raised = made("raised")  # a power with x in its exponent
_OURS: dict[str, Callable[..., Any]] = {
    "absolute": abs,
    "log2": lambda at: mpmath.log(at, 2),
    "cbrt": lambda at: mpmath.sign(at) * mpmath.cbrt(abs(at)),
    "sigmoid": lambda at: 1 / (1 + mpmath.exp(-at)),
    "softplus": lambda at: mpmath.log(1 + mpmath.exp(at)),
}
MPMATH: dict[str, Callable[..., Any]] = {
    **{name: _held(_OURS.get(name) or getattr(mpmath, name)) for name in SLOPES},
    "maximum": max,
    "minimum": min,
    "corner": _corner,
    "where": _where,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "raised": _raised,
}
