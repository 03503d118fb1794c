"""The functions of a formula with as many digits as mpmath is set to."""

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import mpmath

from vizopt.train.problems.formula.functions import SLOPES

MAX_ARGUMENT = (
    mpmath.mpf(10) ** 310
)  # argument of a function: e to that can be held, its sine cannot

Run: TypeAlias = Callable[[Any], Any]


def _held(function: Run) -> Run:
    """The function, with an error where its value would not go into memory."""

    def run(at: Any) -> Any:
        if abs(at) > MAX_ARGUMENT:
            raise OverflowError
        return function(at)

    return run


def _corner(left: Any, right: Any, slope: Any, other: Any) -> Any:
    level = sorted((slope, other, 0))[1]
    return slope if left > right else other if right > left else level


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return yes if condition else no


def raised(base: Any, exponent: Any) -> Any:
    return base ** _held(lambda to: to)(exponent)


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
    "raised": raised,
}
