"""Formulas with many digits: what cancels out in floats leaves enough of them."""

from typing import Any

import mpmath
import sympy

from vizopt.train.problems.formula.functions import X, made, shared
from vizopt.train.problems.formula.precise import MPMATH, Run

raised = made("raised")  # a power with x in its exponent


class Digits:
    """An expression in X, worked out with as many digits as mpmath is set to."""

    def __init__(self, expression: Any) -> None:
        self._expression = expression
        self._run: Run | None = None

    def __call__(self, x: Any) -> Any:
        """Its value, an mpf; not a number where it has none."""
        if self._run is None:
            powers = self._expression.replace(_rises, lambda power: raised(*power.args))
            self._run = sympy.lambdify(X, powers, [MPMATH, "mpmath"], cse=shared)
        try:
            found = self._run(x)
        except (ArithmeticError, ValueError, TypeError):
            return mpmath.nan
        return mpmath.mpf(found) if isinstance(found, mpmath.mpf | int) else mpmath.nan


def _rises(part: Any) -> bool:
    return bool(part.is_Pow and part.exp.free_symbols)
