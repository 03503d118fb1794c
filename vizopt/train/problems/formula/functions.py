"""The functions that a formula can name.

For sympy each is a class that knows its slope and nothing else. Its own classes also rewrite
themselves and ask whether they are real, which for tanh(x + tanh(x + …)) takes it for ever.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import mpmath
import numpy as np
import sympy

from vizopt.train.problems.formula.numerals import constant

Meaning: TypeAlias = Callable[..., Any]

X = sympy.Symbol("x")

SLOPES: dict[str, Meaning] = {
    "sin": lambda at: OF["cos"](at),
    "cos": lambda at: -OF["sin"](at),
    "tan": lambda at: 1 + OF["tan"](at) ** 2,
    "asin": lambda at: 1 / OF["sqrt"](1 - at**2),
    "acos": lambda at: -1 / OF["sqrt"](1 - at**2),
    "atan": lambda at: 1 / (1 + at**2),
    "sinh": lambda at: OF["cosh"](at),
    "cosh": lambda at: OF["sinh"](at),
    "tanh": lambda at: 1 - OF["tanh"](at) ** 2,
    "asinh": lambda at: 1 / OF["sqrt"](at**2 + 1),
    "acosh": lambda at: 1 / OF["sqrt"](at**2 - 1),
    "atanh": lambda at: 1 / (1 - at**2),
    "exp": lambda at: OF["exp"](at),
    "log": lambda at: 1 / at,
    "log2": lambda at: 1 / (at * constant(lambda: +mpmath.ln2)),
    "log10": lambda at: 1 / (at * constant(lambda: +mpmath.ln10)),
    "sqrt": lambda at: 1 / (2 * OF["sqrt"](at)),
    "cbrt": lambda at: 1 / (3 * OF["cbrt"](at) ** 2),
    "absolute": lambda at: OF["sign"](at),
    "sign": lambda at: sympy.S.Zero,
    "floor": lambda at: sympy.S.Zero,
    "ceil": lambda at: sympy.S.Zero,
    "erf": lambda at: constant(lambda: 2 / mpmath.sqrt(mpmath.pi)) * OF["exp"](-(at**2)),
    "sigmoid": lambda at: OF["sigmoid"](at) * (1 - OF["sigmoid"](at)),
    "softplus": lambda at: OF["sigmoid"](at),
}
INFINITE = ("log", "log2", "log10", "atanh")  # at one place, where 0 times it may have a limit


def made(name: str, **methods: Any) -> Any:
    """A class of functions for sympy, printed by its name."""
    return type(name, (sympy.Function,), methods)


def _smooth(name: str, slope: Meaning) -> Any:
    return made(name, fdiff=lambda self, argindex=1: slope(self.args[0]))


def _of_larger(self: Any, x: Any) -> Any:
    left, right = self.args
    return corner(left, right, left.diff(x), right.diff(x))


def _of_smaller(self: Any, x: Any) -> Any:
    left, right = self.args
    return corner(right, left, left.diff(x), right.diff(x))


def _of_corner(self: Any, x: Any) -> Any:
    left, right, slope, other = self.args
    return corner(left, right, slope.diff(x), other.diff(x))


def _of_chosen(self: Any, x: Any) -> Any:
    condition, yes, no = self.args
    return where(condition, yes.diff(x), no.diff(x))


maximum = made("maximum", _eval_derivative=_of_larger)
minimum = made("minimum", _eval_derivative=_of_smaller)
where = made("where", _eval_derivative=_of_chosen)
# The slope of max(a, b), of a, b and their slopes: where a = b it is the least between those.
corner = made("corner", _eval_derivative=_of_corner)
less, less_equal, equal = made("less"), made("less_equal"), made("equal")  # 1 or 0

OF: dict[str, Any] = {name: _smooth(name, slope) for name, slope in SLOPES.items()}


def _corner(left: Any, right: Any, slope: Any, other: Any) -> Any:
    least = np.clip(0.0, np.minimum(slope, other), np.maximum(slope, other))
    return np.where(left > right, slope, np.where(left < right, other, least))


def _power(base: Any, exponent: Any) -> Any:
    """As arrays have it: NumPy's numbers ask the C library, whose last bit may be another one."""
    base = np.asarray(base, dtype=np.float64)
    return base**exponent if type(exponent) in (int, float) else np.power(base, exponent)


def _counted(compare: Meaning) -> Meaning:
    """A comparison that can be reckoned with: 1 or 0."""
    return lambda left, right: compare(left, right) * 1.0


def _sigmoid(at: Any) -> Any:
    return 1 / (1 + np.exp(-at))


_OURS: dict[str, Meaning] = {
    "sigmoid": _sigmoid,
    "softplus": lambda at: np.logaddexp(0.0, at),
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "corner": _corner,
    "power": _power,
    "less": _counted(np.less),
    "less_equal": _counted(np.less_equal),
    "equal": _counted(np.equal),
}
_PLAIN = ("maximum", "minimum", "where")
# What the classes above are on arrays, by the names that are printed.
NUMPY: dict[str, Meaning] = {
    name: _OURS.get(name) or getattr(np, name) for name in (*SLOPES, *_PLAIN, *_OURS)
}


def shared(expressions: Any) -> Any:
    """What occurs more than once is worked out once; quick for large expressions too."""
    return sympy.cse(expressions, order="none", list=False)
