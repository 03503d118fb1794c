"""NumPy functions of a formula and its slope, as they are where they are 0/0, and beside it."""

from functools import cache
from typing import Any

import numpy as np
import sympy

from vizopt.core.floats import MAX_EXACT_INT
from vizopt.train.problems.formula.digits import Digits
from vizopt.train.problems.formula.functions import INFINITE, NUMPY, X
from vizopt.train.problems.formula.limits import Join, Limits, least, same
from vizopt.train.problems.formula.noise import NOISY, Noisy
from vizopt.train.problems.formula.precise import Run
from vizopt.train.problems.formula.printed import run_of
from vizopt.train.problems.formula.series import Series

LAST_BITS = 4  # by which a series may be off


def compiled(meaning: Any) -> tuple[Run, Run, Run]:
    """f, f′ and how far rounding may take f off, as functions of an array or a number.

    Raises:
        ValueError: one of them is no real number.
    """
    value, series = _function(meaning, same, lambda at: at)
    slope, _ = _function(sympy.diff(meaning, X), least, value)
    return value, slope, _rounding(meaning, value, series)


def _rounding(meaning: Any, value: Run, series: Series | None) -> Run:
    """By how much f there may be off, as the last bit of x is, and its own ones.

    What a series tells is off by its last bits alone.
    """
    run = cache(lambda: run_of(_floats(meaning), NOISY))

    @np.errstate(all="ignore")
    def off(at: Any) -> Any:
        at = np.asarray(at, dtype=np.float64)
        found = run()(Noisy(at, np.spacing(abs(at))))
        error = np.broadcast_to(found.error if isinstance(found, Noisy) else 0.0, at.shape)
        if series is None or not (mended := series.mends(at)).any():
            return error
        return np.where(mended, LAST_BITS * np.spacing(abs(value(at))), error)

    return off


def _function(meaning: Any, join: Join, known: Run) -> tuple[Run, Series | None]:
    """The function, and the series that tell it beside a 0/0, if it can have one."""
    expression = _floats(meaning)
    if expression.has(sympy.I, sympy.zoo):
        raise ValueError("its values or its slope are not real numbers")
    run = run_of(expression, NUMPY)
    if not expression.free_symbols:
        number = float(run(0.0))
        return lambda at: np.full(np.shape(at), number)[()], None

    def evaluated(at: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(run(np.asarray(at, dtype=np.float64)[()]), dtype=np.float64)[()]

    if _is_entire(expression):
        return evaluated, None
    exact = Digits(meaning)
    limits, series = Limits(exact, join, known), Series(expression, exact)

    def mended(at: Any) -> Any:
        found = evaluated(at)
        if np.isnan(found).any():
            found = limits.fill(found, at)
        return series.mend(found, at)

    return mended, series


def _floats(expression: Any) -> Any:
    """Fractions of numbers that a float cannot hold, as floats."""
    large = {
        number: sympy.Float(number, 17)
        for number in expression.atoms(sympy.Rational)
        if max(abs(number.p), number.q) > MAX_EXACT_INT
    }
    return expression.xreplace(large)


def _is_entire(expression: Any) -> bool:
    """Whether it is finite for every x but where it overflows, so that nothing is to be filled."""
    return all(
        power.exp.is_Integer and power.exp > 0 for power in expression.atoms(sympy.Pow)
    ) and not any(call.func.__name__ in INFINITE for call in expression.atoms(sympy.Function))
