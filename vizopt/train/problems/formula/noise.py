"""Noise: how far rounding may have taken the values of a formula from the true ones.

The formula is run on values that carry a bound of their error with them (running error analysis,
Higham, Accuracy and Stability of Numerical Algorithms, 3.3).
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from vizopt.train.problems.formula.functions import NUMPY, Meaning

EPSILON = np.finfo(float).eps


@dataclass(frozen=True, slots=True, eq=False)
class Noisy:
    """Values, and the largest error that rounding can have put into each.

    Args:
        value: as NumPy works them out.
        error: how far they may be off.
    """

    value: Any
    error: Any
    __array_ufunc__ = None  # a float on the left of a sign leaves it to us

    def __neg__(self) -> "Noisy":
        return Noisy(-self.value, self.error)

    def __add__(self, other: Any) -> "Noisy":
        other = _noisy(other)
        return _rounded(self.value + other.value, self.error + other.error)

    def __sub__(self, other: Any) -> "Noisy":
        return self + (-_noisy(other))

    def __rsub__(self, other: Any) -> "Noisy":
        return _noisy(other) - self

    def __mul__(self, other: Any) -> "Noisy":
        other = _noisy(other)
        error = abs(self.value) * other.error + (abs(other.value) + other.error) * self.error
        return _rounded(self.value * other.value, error)

    def __truediv__(self, other: Any) -> "Noisy":
        other = _noisy(other)
        value = self.value / other.value
        least = np.maximum(abs(other.value) - other.error, 0.0)
        return _rounded(value, (self.error + abs(value) * other.error) / least)

    def __rtruediv__(self, other: Any) -> "Noisy":
        return _noisy(other).__truediv__(self)

    def __pow__(self, other: Any) -> "Noisy":
        other = _noisy(other)
        value = np.power(self.value, other.value)
        share = np.where(self.error > 0, abs(other.value) * self.error / abs(self.value), 0.0)
        share = share + np.where(other.error > 0, abs(np.log(self.value)) * other.error, 0.0)
        at_zero = (self.value == 0) & (np.asarray(other.value) > 0)
        near = np.power(self.error, np.where(at_zero, other.value, 1.0))
        return _rounded(value, np.where(at_zero, near, abs(value) * share))

    def __rpow__(self, other: Any) -> "Noisy":
        return _noisy(other) ** self

    __radd__ = __add__
    __rmul__ = __mul__


def _noisy(number: Any) -> Noisy:
    """A number of the formula: a whole one is exact, another one is the nearest float to it."""
    if isinstance(number, Noisy):
        return number
    exact = float(number).is_integer()
    return Noisy(np.float64(number), 0.0 if exact else EPSILON * abs(number))


def _rounded(value: Any, error: Any) -> Noisy:
    return Noisy(value, error + EPSILON * abs(value))


def _of(function: Meaning) -> Meaning:
    """A function of one argument: as far off as its values at the ends of where that may lie."""

    def run(at: Any) -> Noisy:
        at = _noisy(at)
        value = function(at.value)
        ends = (abs(function(at.value + sign * at.error) - value) for sign in (-1, 1))
        return _rounded(value, np.fmax(*ends) + EPSILON * abs(value))

    return run


def _apart(left: Noisy, right: Noisy) -> Any:
    """Where it is certain which of two is the larger one."""
    return abs(left.value - right.value) >= left.error + right.error


def _compared(function: Meaning) -> Meaning:
    """A comparison, 1 or 0."""

    def run(left: Any, right: Any) -> Noisy:
        left, right = _noisy(left), _noisy(right)
        return Noisy(function(left.value, right.value), np.where(_apart(left, right), 0.0, 1.0))

    return run


def _chosen(function: Meaning, certain: Any, first: Any, yes: Any, no: Any) -> Noisy:
    """One of two, as far off as it is; where it is not certain which, as they are apart."""
    yes, no = _noisy(yes), _noisy(no)
    either = np.maximum(yes.error, no.error) + abs(yes.value - no.value)
    error = np.where(certain, np.where(first, yes.error, no.error), either)
    return Noisy(function(yes.value, no.value), error)


def _where(condition: Any, yes: Any, no: Any) -> Noisy:
    condition = _noisy(condition)
    first = condition.value != 0
    return _chosen(partial(np.where, first), condition.error == 0, first, yes, no)


def _larger(left: Any, right: Any, sign: int = 1) -> Noisy:
    left, right = _noisy(left), _noisy(right)
    first = sign * (left.value - right.value) > 0
    pick = np.maximum if sign > 0 else np.minimum
    return _chosen(pick, _apart(left, right), first, left, right)


def _corner(left: Any, right: Any, slope: Any, other: Any) -> Noisy:
    left, right = _noisy(left), _noisy(right)
    pick = partial(NUMPY["corner"], left.value, right.value)
    return _chosen(pick, _apart(left, right), left.value > right.value, slope, other)


NOISY: dict[str, Meaning] = {
    **{name: _of(function) for name, function in NUMPY.items()},
    **{name: _compared(NUMPY[name]) for name in ("less", "less_equal", "equal")},
    "where": _where,
    "maximum": _larger,
    "minimum": partial(_larger, sign=-1),
    "corner": _corner,
    "power": lambda base, exponent: _noisy(base) ** exponent,
}
