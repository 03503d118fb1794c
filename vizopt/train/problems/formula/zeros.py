"""Where the denominators of a formula are 0."""

from typing import Any

import mpmath
import numpy as np
import sympy

from vizopt.train.problems.formula.digits import Digits
from vizopt.train.problems.formula.functions import NUMPY, X
from vizopt.train.problems.formula.numerals import DIGITS
from vizopt.train.problems.formula.printed import run_of

STEPS = 30  # of Newton's method, at most
LAST = mpmath.mpf(10) ** -60  # size of the last one
ARRIVED = 1e-4  # share of the way to a zero that may be left
MAX_DENOMINATORS = 8  # denominators of a formula that are looked at


class Zero:
    """Where an expression is 0, by Newton's method for zeros of any multiplicity.

    zero/slope has a zero of multiplicity one there, and is what goes to 0.
    """

    def __init__(self, base: Any) -> None:
        first = sympy.diff(base, X)
        self._parts = [base, first, sympy.diff(first, X)]
        self._exact = [Digits(part) for part in self._parts]
        self._runs: Any = None

    @np.errstate(all="ignore")
    def near(self, at: Any) -> Any:
        """Roughly the zero that lies beside each place [N]; not a number where none is found."""
        if self._runs is None:
            self._runs = [run_of(part, NUMPY) for part in self._parts]
        found, step = at, at
        for _ in range(STEPS):
            values = (np.broadcast_to(run(found), found.shape) for run in self._runs)
            zero, slope, bend = values
            step = zero * slope / (slope**2 - zero * bend)
            step = np.where(zero == 0, 0.0, step)
            found = found - step
        return np.where(abs(step) <= ARRIVED * abs(found - at), found, np.nan)

    def exact(self, near: float) -> Any:
        """The zero there with many digits; None where there is none."""
        with mpmath.workdps(DIGITS):
            at = mpmath.mpf(near)
            for _ in range(STEPS):
                zero, slope, bend = (part(at) for part in self._exact)
                below = slope**2 - zero * bend
                if zero == 0:
                    return at
                if not mpmath.isfinite(below) or below == 0:
                    return None
                step = zero * slope / below
                at -= step
                if abs(step) <= LAST * max(1, abs(at)):
                    return at
        return None


def zeros(expression: Any) -> list[Zero]:
    """Of each denominator."""
    bases = {
        power.base
        for power in expression.atoms(sympy.Pow)
        if power.base.free_symbols and not (power.exp.is_number and power.exp > 0)
    }
    return [Zero(base) for base in sorted(bases, key=sympy.default_sort_key)[:MAX_DENOMINATORS]]
