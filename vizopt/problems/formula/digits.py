"""Formulas with many digits: what cancels out in floats leaves enough of them."""

import operator
from collections.abc import Callable
from fractions import Fraction
from math import isclose, isfinite
from typing import Any, TypeAlias

import mpmath
import numpy as np
import sympy

from vizopt.problems.formula.functions import SLOPES, made, shared
from vizopt.problems.formula.terms import X

DIGITS = 200  # to work with: what cancels out at a step of 1e-30 still leaves more than a float has
LARGEST = 1e40  # argument of a function: e^1e40 can be held, e^e^1e40 would fill the memory
SHORT = 15  # figures of a number that was typed
SIMPLE = 100, 10_000  # largest denominator and numerator of a number that was worked out
CONSTANTS = (
    sympy.S.One, sympy.pi, sympy.E, 1 / sympy.sqrt(sympy.pi), sympy.log(2), sympy.log(10)
)  # fmt: skip
INVERSES = (
    (sympy.exp, np.log), (sympy.log, np.exp), (sympy.sin, np.arcsin), (sympy.cos, np.arccos),
    (sympy.sin, lambda at: np.pi - np.arcsin(at)), (sympy.tan, np.arctan), (sympy.atan, np.tan),
    (sympy.sinh, np.arcsinh), (sympy.cosh, np.arccosh), (sympy.tanh, np.arctanh),
)  # fmt: skip
PLACES = 4  # decimals of the argument of such a function
EPSILON = np.finfo(float).eps

Run: TypeAlias = Callable[[Any], Any]


class Digits:
    """An expression in X, worked out with as many digits as mpmath is set to.

    Its floats are the numbers that were meant: 0.1 is 1/10, and 3.141592653589793 is π.
    """

    def __init__(self, expression: Any) -> None:
        self._expression = expression
        self._run: Run | None = None

    def __call__(self, x: Any) -> Any:
        """Its value, an mpf; not a number where it has none."""
        if self._run is None:
            meant = {number: _meant(number) for number in self._expression.atoms(sympy.Float)}
            exact = self._expression.xreplace(meant)
            powers = exact.replace(_rises, lambda power: raised(*power.args))
            self._run = sympy.lambdify(X, powers, [MPMATH, "mpmath"], cse=shared)
        try:
            found = self._run(x)
        except (ArithmeticError, ValueError, TypeError):
            return mpmath.nan
        return mpmath.mpf(found) if isinstance(found, mpmath.mpf | int) else mpmath.nan


def _meant(number: Any) -> Any:
    """The number whose nearest float this one is: a short decimal, 2π, √2, sin(1)."""
    value = float(number)
    figures = repr(value).partition("e")[0].replace(".", "").strip("-0")
    if len(figures) <= SHORT:
        return sympy.Rational(repr(value))
    for constant in CONSTANTS:
        share = Fraction(value / float(constant)).limit_denominator(SIMPLE[0])
        found = sympy.Rational(share.numerator, share.denominator) * constant
        if _is_meant(share, float(found), value):
            return found
    sign, size = (1 if value > 0 else -1), abs(value)
    square = Fraction(size * size).limit_denominator(SIMPLE[0])
    if _is_meant(square, float(square) ** 0.5, size):
        return sign * sympy.sqrt(sympy.Rational(square.numerator, square.denominator))
    with np.errstate(all="ignore"):
        shorts = [(of, round(float(inverse(size)), PLACES)) for of, inverse in INVERSES]
    for of, short in shorts:
        if isfinite(short) and abs(short) < SIMPLE[1]:
            found = of(sympy.Rational(repr(short)))
            if isclose(float(found.evalf(30)), size, rel_tol=2 * EPSILON):
                return sign * found
    return number


def _is_meant(share: Fraction, found: float, value: float) -> bool:
    return abs(share.numerator) <= SIMPLE[1] and isclose(found, value, rel_tol=2 * EPSILON)


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
    "ceil": mpmath.ceil,
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
