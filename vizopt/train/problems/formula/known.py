"""What a formula can name: functions, comparisons and words of logic, and what others call them."""

import operator
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from vizopt.train.problems.formula.functions import (
    OF,
    Meaning,
    equal,
    less,
    less_equal,
    maximum,
    minimum,
)
from vizopt.train.problems.formula.precise import MPMATH

Both: TypeAlias = tuple[Meaning, Callable[..., Any]]  # of expressions, of numbers


class Known(NamedTuple):
    """A function: what it is of expressions, what of numbers, how many of them it takes."""

    of: Meaning
    value: Meaning
    least: int = 1
    most: int | None = 1


# Conditions are worth 1 or 0: both hold where their product is 1.
RELATIONS: dict[str, Both] = {
    "<": (less, operator.lt),
    "<=": (less_equal, operator.le),
    ">": (lambda left, right: less(right, left), operator.gt),
    ">=": (lambda left, right: less_equal(right, left), operator.ge),
    "==": (equal, operator.eq),
    "!=": (lambda left, right: 1 - equal(left, right), operator.ne),
}
LOGIC: dict[str, Both] = {
    "and": (operator.mul, operator.mul),
    "or": (maximum, max),
    "not": (lambda of: 1 - of, lambda of: 1 - of),
}

_INVERSES = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh"}
_NAMES = {"abs": "absolute", "ln": "log"}  # what a formula calls otherwise


def _known(name: str) -> Known:
    inner = _NAMES.get(name, name)
    return Known(OF[inner], MPMATH[inner])


def _inverse(name: str) -> Known:
    return Known(lambda at: 1 / OF[name](at), lambda at: 1 / MPMATH[name](at))


FUNCTIONS: dict[str, Known] = {
    **{name: _known(name) for name in (*OF, *_NAMES) if name not in _NAMES.values()},
    **{name: _inverse(other) for name, other in {**_INVERSES, "coth": "tanh"}.items()},
    "heaviside": Known(
        lambda at: (1 + OF["sign"](at)) / 2, lambda at: (1 + MPMATH["sign"](at)) / 2
    ),
    "relu": Known(lambda at: maximum(at, 0), lambda at: max(at, 0 * at)),
    "max": Known(maximum, max, 2, None),
    "min": Known(minimum, min, 2, None),
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
    "sqr": '"x^2"',
    "exp2": '"2^x"',
    "exp10": '"10^x"',
    "expit": '"sigmoid(x)"',
    "logistic": '"sigmoid(x)"',
    "σ": '"sigmoid(x)"',
    "hypot": '"sqrt(x^2 + 1)"',
    "log1p": '"ln(1 + x)"',
    "expm1": '"exp(x) - 1"',
    "silu": '"x*sigmoid(x)"',
    "swish": '"x*sigmoid(x)"',
    "gelu": '"x*(1 + erf(x/sqrt(2)))/2"',
    "elu": '"where(x < 0, exp(x) - 1, x)"',
    "leaky_relu": '"max(x, 0.01x)"',
    "factorial": '"x*(x - 1)", a product',
}  # what cannot be read as one thing, or is written otherwise
