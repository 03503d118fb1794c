"""Formulas: a user's text becomes a function of x and its derivative, and is never evaluated.

Python's `ast` reads the text; each node of a short list is turned into its sympy counterpart.
Neither `eval` nor sympy's string parser, which evals, sees it.
"""

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.errors import hint

Values: TypeAlias = NDArray[np.float64]

FUNCTIONS = (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
    "exp", "log", "sqrt", "abs",
)  # fmt: skip
CONSTANTS = ("pi", "e")
LONGEST = 500  # characters
POWER = 100  # the largest number as an exponent: beyond it only overflow is to be had


class Formula(NamedTuple):
    """A function of one variable; overflow gives infinity and no warning."""

    text: str
    value: Callable[[Any], Any]  # f(x), elementwise
    slope: Callable[[Any], Any]  # f′(x)


@lru_cache(maxsize=64)
def formula(text: str) -> Formula:
    """Read a formula in x: `0.1*x**4 - x**2 + 0.2*x`.

    Raises:
        ValueError: it does not parse, or uses something else than numbers, x, + − * / **,
            parentheses, pi, e and the known functions.
    """
    import sympy

    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        expression = _expression(tree.body, sympy.Symbol("x", real=True))
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no formula: {error.msg}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise ValueError(f"{text!r} is too large a formula") from error
    x = sympy.Symbol("x", real=True)
    if expression.has(sympy.zoo, sympy.nan, sympy.I):
        raise ValueError(f"{text!r} is not a real number")
    return Formula(text, _quiet(x, expression), _quiet(x, sympy.diff(expression, x)))


def _quiet(x: Any, expression: Any) -> Callable[[Any], Any]:
    import sympy

    compiled = sympy.lambdify(x, expression, "numpy")

    def evaluated(at: Any) -> Any:
        with np.errstate(all="ignore"):
            return compiled(at) + 0.0 * at  # a constant formula, too, has a value for each x

    return evaluated


def _expression(node: ast.expr, x: Any) -> Any:
    """The sympy expression of a node, or a ValueError that names what is not allowed."""
    import sympy

    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return (
                sympy.Integer(value)
                if abs(value) < 1e6 and value == int(value)
                else (sympy.Float(value))
            )
        case ast.Name(id="x"):
            return x
        case ast.Name(id=name) if name in CONSTANTS:
            return {"pi": sympy.pi, "e": sympy.E}[name]
        case ast.Name(id=name):
            raise ValueError(f'unknown name "{name}": the variable is x')
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_expression(operand, x)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _expression(operand, x)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(_expression(left, x), operator, _expression(right, x))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return getattr(sympy, name.capitalize() if name == "abs" else name)(
                _expression(argument, x)
            )
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise ValueError(f"{name} takes one argument")
        case ast.Call(func=ast.Name(id=name)):
            raise ValueError(f'unknown function "{name}": {hint(name, FUNCTIONS)}')
    raise ValueError(
        f"{ast.unparse(node)!r} is not allowed: use numbers, x, + - * / ** and functions"
    )


def _combined(left: Any, operator: ast.operator, right: Any) -> Any:
    import sympy

    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.Pow():
            if right.is_number and abs(float(right)) > POWER:
                raise ValueError(f"exponent {right} is larger than {POWER}")
            return (sympy.Float(left) if left.is_number else left) ** right
    raise ValueError(f"operator {type(operator).__name__} is not allowed: use + - * / **")
