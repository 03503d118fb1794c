"""Formulas: a user's text becomes a function of x and its derivative, and is never evaluated.

text → tokens → terms, each a sympy expression with its text → NumPy functions. Neither `eval` nor
sympy's string parser, which evals, sees what was typed.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]

LONGEST = 500  # characters


class Formula(NamedTuple):
    """A function of one variable; overflow gives infinity and no warning.

    Where f is 0/0 or the like at one point it has its limit there, if both sides agree. At a kink
    f′ is the slope of least size between those of the two sides: 0 for |x| at 0.
    """

    text: str  # as typed
    shown: str  # as one writes it, "4x² − x⁶/3": read again it is the same function
    notes: tuple[str, ...]  # what was taken for something else, "^ is a power"
    value: Callable[[Any], Any]  # f(x), elementwise
    slope: Callable[[Any], Any]  # f′(x)
    rounding: Callable[[Any], Any]  # by how much f(x) may be off, and x by its last bit


@lru_cache(maxsize=64)
def formula(text: str) -> Formula:
    """Read a formula in x: `0.1*x**4 - x**2 + 0.2*x`, or `0.1x⁴ − x² + 0.2x`.

    Raises:
        ValueError: it cannot be read in one way only, uses unknown names, is no real number, or
            is too long or too deeply nested.
    """
    from vizopt.train.problems.formula.compiled import compiled
    from vizopt.train.problems.formula.reader import read
    from vizopt.train.problems.formula.terms import symbolic

    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    term, notes = read(text)
    return Formula(text, term.text, notes, *compiled(symbolic(term)))
