"""The functions that a formula can name.

For sympy each is a class that knows its slope and nothing else. Its own classes also rewrite
themselves and ask whether they are real, which for tanh(x + tanh(x + …)) takes it for ever.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy

Meaning: TypeAlias = Callable[..., Any]


class Known(NamedTuple):
    """A function: what it is of expressions, what of numbers, how many of them it takes."""

    of: Meaning
    value: Meaning
    least: int = 1
    most: int | None = 1


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
    "log2": lambda at: 1 / (at * sympy.Float(math.log(2), 17)),
    "log10": lambda at: 1 / (at * sympy.Float(math.log(10), 17)),
    "sqrt": lambda at: 1 / (2 * OF["sqrt"](at)),
    "cbrt": lambda at: 1 / (3 * OF["cbrt"](at) ** 2),
    "absolute": lambda at: OF["sign"](at),
    "sign": lambda at: sympy.S.Zero,
    "floor": lambda at: sympy.S.Zero,
    "ceil": lambda at: sympy.S.Zero,
    "erf": lambda at: sympy.Float(2 / math.sqrt(math.pi), 17) * OF["exp"](-(at**2)),
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
# Conditions are worth 1 or 0: both hold where their product is 1.
RELATIONS: dict[str, tuple[Meaning, Meaning]] = {
    "<": (less, np.less),
    "<=": (less_equal, np.less_equal),
    ">": (lambda left, right: less(right, left), np.greater),
    ">=": (lambda left, right: less_equal(right, left), np.greater_equal),
    "==": (equal, np.equal),
    "!=": (lambda left, right: 1 - equal(left, right), np.not_equal),
}
LOGIC: dict[str, tuple[Meaning, Meaning]] = {
    "and": (lambda left, right: left * right, np.logical_and),
    "or": (maximum, np.logical_or),
    "not": (lambda of: 1 - of, np.logical_not),
}


def _corner(left: Any, right: Any, slope: Any, other: Any) -> Any:
    least = np.clip(0.0, np.minimum(slope, other), np.maximum(slope, other))
    return np.where(left > right, slope, np.where(left < right, other, least))


def _sigmoid(at: Any) -> Any:
    return 1 / (1 + np.exp(-at))


_OURS: dict[str, Meaning] = {
    "sigmoid": _sigmoid,
    "softplus": lambda at: np.logaddexp(0.0, at),
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "corner": _corner,
}
_PLAIN = ("maximum", "minimum", "where", "less", "less_equal", "equal")
# What the classes above are on arrays, by the names that are printed.
NUMPY: dict[str, Meaning] = {
    name: _OURS.get(name) or getattr(np, name) for name in (*SLOPES, *_PLAIN, *_OURS)
}


def shared(expressions: Any) -> Any:
    """What occurs more than once is worked out once; quick for large expressions too."""
    return sympy.cse(expressions, order="none", list=False)


_INVERSES = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh"}
_NAMES = {"abs": "absolute", "ln": "log"}  # what a formula calls otherwise


def _known(name: str) -> Known:
    inner = _NAMES.get(name, name)
    return Known(OF[inner], NUMPY[inner])


def _inverse(name: str) -> Known:
    return Known(lambda at: 1 / OF[name](at), lambda at: 1 / NUMPY[name](at))


FUNCTIONS: dict[str, Known] = {
    **{name: _known(name) for name in (*SLOPES, *_NAMES) if name not in _NAMES.values()},
    **{name: _inverse(other) for name, other in {**_INVERSES, "coth": "tanh"}.items()},
    "heaviside": Known(lambda at: (1 + OF["sign"](at)) / 2, lambda at: np.heaviside(at, 0.5)),
    "relu": Known(lambda at: maximum(at, 0), lambda at: np.maximum(at, 0.0)),
    "max": Known(maximum, np.maximum, 2, None),
    "min": Known(minimum, np.minimum, 2, None),
}
BRANCHES = ("where", "piecewise")
ALIASES = {
    "log": "ln", "tg": "tan", "ctg": "cot", "cotan": "cot", "cosec": "csc", "sgn": "sign",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctg": "atan",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh",
    "ceiling": "ceil", "maximum": "max", "minimum": "min", "absolute": "abs", "fabs": "abs",
}  # fmt: skip
INSTEAD = {
    "lg": '"log10" or "log2"',
    "lb": '"log2"',
    "pow": '"^", as in x^2',
    "power": '"^", as in x^2',
    "atan2": '"atan"',
    "step": '"heaviside"',
    "clip": '"min" and "max"',
    "sinc": '"sin(x)/x" or "sin(πx)/(πx)"',
    "mod": '"x - 2*floor(x/2)", what is left of x by 2',
    "fmod": '"x - 2*floor(x/2)", what is left of x by 2',
    "round": '"floor(x + 0.5)"',
    "square": '"x^2"',
    "hypot": '"sqrt(x^2 + 1)"',
    "log1p": '"ln(1 + x)"',
    "expm1": '"exp(x) - 1"',
    "silu": '"x*sigmoid(x)"',
    "swish": '"x*sigmoid(x)"',
    "gelu": '"x*(1 + erf(x/sqrt(2)))/2"',
    "elu": '"where(x < 0, exp(x) - 1, x)"',
    "leaky_relu": '"max(x, 0.01x)"',
    "factorial": '"x*(x - 1)", a product',
    "gamma": '"x*(x - 1)", a product',
}  # what cannot be read as one thing, or is written otherwise
