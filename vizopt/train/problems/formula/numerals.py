"""The numbers of a formula, with so many digits that nothing of them is lost where much cancels."""

import unicodedata
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isclose, isfinite
from typing import Any, TypeAlias

import mpmath
import numpy as np
import sympy

DIGITS = 200  # to work with: what cancels out at a step of 1e-30 still leaves more than a float has
CHOSEN_FIGURES = 15  # figures of a number that somebody chose; with more it was worked out
SIMPLE = 100, 10_000  # largest denominator and numerator of a number that was worked out
TOLERANCE = 2 * np.finfo(float).eps
PLACES = 4  # decimals of the argument of such a function
WHOLE = 1e6  # up to it whole numbers stay such
TRACE = mpmath.mpf(10) ** -180  # of a number: a change of its last digits
NOISE = mpmath.mpf(10) ** -150  # what such a change may come to

Number: TypeAlias = mpmath.mpf

with mpmath.workdps(DIGITS):
    PI, E = +mpmath.pi, +mpmath.e
CONSTANTS: tuple[Callable[[], Any], ...] = (
    lambda: mpmath.mpf(1), lambda: PI, lambda: E,
    lambda: 1 / mpmath.sqrt(mpmath.pi), lambda: +mpmath.ln2, lambda: +mpmath.ln10,
)  # fmt: skip
INVERSES: tuple[tuple[Any, Callable[[float], Any]], ...] = (
    (mpmath.exp, np.log), (mpmath.log, np.exp), (mpmath.sin, np.arcsin), (mpmath.cos, np.arccos),
    (mpmath.sin, lambda at: np.pi - np.arcsin(at)), (mpmath.tan, np.arctan), (mpmath.atan, np.tan),
    (mpmath.sinh, np.arcsinh), (mpmath.cosh, np.arccosh), (mpmath.tanh, np.arctanh),
)  # fmt: skip


def decimal(text: str) -> Number:
    """The number that was typed: 0.1 is 1/10, ⅓ a third, and 3.141592653589793 is π."""
    with mpmath.workdps(DIGITS):
        if len(text) == 1 and not text.isascii():
            share = Fraction(unicodedata.numeric(text)).limit_denominator(10)
            return mpmath.mpf(share.numerator) / share.denominator
        figures = text.partition("e")[0].replace(".", "").strip("0")
        return _held(mpmath.mpf(text) if len(figures) <= CHOSEN_FIGURES else _meant(text))


def worked_out(function: Callable[..., Any], numbers: Sequence[Number]) -> Number:
    """A function of numbers, not a number where it has no real value.

    What differs from a whole number by the last digits alone is that: sin(π) is 0. What is huge
    by the last digits alone is a pole: tan(π/2).
    """
    with mpmath.workdps(DIGITS):
        try:
            found = mpmath.mpf(function(*numbers))
            whole = mpmath.nint(found)
            away = abs(found - whole)
            huge = NOISE * abs(found) > 1
            if huge or 0 < away <= NOISE * max(1, abs(found)):
                beside = abs(mpmath.mpf(function(numbers[0] * (1 + TRACE), *numbers[1:])) - found)
                if huge and beside > abs(found) / 2:
                    return mpmath.nan
                found = whole if beside >= away else found
        except (ArithmeticError, ValueError, TypeError):
            return mpmath.nan
        return _held(found)


def _held(number: Number) -> Number:
    """What a float cannot tell from 0 is that."""
    return number if float(number) else mpmath.mpf(0)


def symbol(number: Number) -> Any:
    """The number for sympy; 4.0 is a whole one."""
    if abs(number) < WHOLE and number == int(number):
        return sympy.Integer(int(number))
    return sympy.Float(number, DIGITS)


def constant(work: Callable[[], Any]) -> Any:
    """A number for sympy that mpmath works out."""
    with mpmath.workdps(DIGITS):
        return symbol(work())


def _meant(text: str) -> Number:
    """The number whose nearest float is written out: 2π, √2, sin(1); or that decimal."""
    value = float(text)
    for of in CONSTANTS:
        number = of()
        share = Fraction(value / float(number)).limit_denominator(SIMPLE[0])
        found = number * share.numerator / share.denominator
        if _is_meant(share, float(found), value):
            return found
    square = Fraction(value * value).limit_denominator(SIMPLE[0])
    if _is_meant(square, float(square) ** 0.5, value):
        return mpmath.sqrt(mpmath.mpf(square.numerator) / square.denominator)
    with np.errstate(all="ignore"):
        shorts = [(of, round(float(inverse(value)), PLACES)) for of, inverse in INVERSES]
    for function, short in shorts:
        if isfinite(short) and abs(short) < SIMPLE[1]:
            found = function(mpmath.mpf(repr(short)))
            if isclose(float(found), value, rel_tol=TOLERANCE):
                return found
    return mpmath.mpf(text)


def _is_meant(share: Fraction, found: float, value: float) -> bool:
    return abs(share.numerator) <= SIMPLE[1] and isclose(found, value, rel_tol=TOLERANCE)
