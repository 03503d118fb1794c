"""Rule: a recorded update rule's lines of arithmetic, read and evaluated.

The text is a stranger's: Python's `ast` reads it, and only a short list of nodes has a meaning.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Meaning: TypeAlias = Callable[[Mapping[str, Any]], Any]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "abs": abs,
    "sign": np.sign,
    "min": min,
    "max": max,
}
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
TESTS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Eq: np.equal,
}
LONGEST = 4000  # characters of a rule


class Line(NamedTuple):
    """`name = expression`, where the condition holds."""

    name: str
    expression: ast.expr
    condition: ast.expr | None

    def holds(self, values: Mapping[str, Any]) -> bool:
        return self.condition is None or bool(value(self.condition, values))

    @property
    def operands(self) -> list[str]:
        """Names in the expression, each once."""
        found = [node for node in ast.walk(self.expression) if isinstance(node, ast.Name)]
        return list(dict.fromkeys(n.id for n in found if n.id not in FUNCTIONS))

    @property
    def signs(self) -> list[str]:
        """Names in the expression of which the sign is taken."""
        calls = [node for node in ast.walk(self.expression) if isinstance(node, ast.Call)]
        taken = [call for call in calls if ast.unparse(call.func) == "sign"]
        return [n.id for call in taken for n in ast.walk(call) if isinstance(n, ast.Name)]

    @property
    def is_copy(self) -> bool:
        """Whether there is nothing to be worked out."""
        return isinstance(self.expression, ast.Name | ast.Constant)


class Rule(NamedTuple):
    """What holds before the first step, and the lines of each step."""

    start: tuple[Line, ...]
    lines: tuple[Line, ...]

    @property
    def remembers(self) -> bool:
        """Whether a line needs what an earlier step came to."""
        results = {line.name for line in self.lines}
        known: set[str] = set()  # from this step, whatever holds in it
        for line in self.lines:
            nodes = [*ast.walk(line.expression), *(ast.walk(line.condition or ast.Constant(0)))]
            used = {node.id for node in nodes if isinstance(node, ast.Name)}
            if used & (results - known):
                return True
            if line.condition is None:
                known.add(line.name)
        return False

    def after(
        self, state: Mapping[str, Any], given: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Line]]:
        """The results of a step and the lines that hold in it."""
        values, held = {**state, **given}, []
        for line in self.lines:
            if line.holds(values):
                values[line.name] = value(line.expression, values)
                held.append(line)
        return {name: values[name] for name in state}, held

    def first(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All results before the first step."""
        zero = np.float64(0)
        values = {line.name: zero for line in self.lines}
        return values | {line.name: value(line.expression, given) for line in self.start}


def rule(text: str) -> Rule:
    """Read the lines that `vizopt.train.optimizers.worked` wrote.

    Raises:
        ValueError: it does not parse.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a rule longer than {LONGEST} characters")
    start: list[Line] = []
    lines: list[Line] = []
    for part in text.splitlines():
        left, _, right = part.partition(" = ")
        expression, _, condition = right.partition(" if ")
        to = start if left.startswith("start ") else lines
        try:
            read = Line(
                left.removeprefix("start "),
                ast.parse(expression, mode="eval").body,
                ast.parse(condition, mode="eval").body if condition else None,
            )
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError(f"{part!r} is no line of arithmetic") from error
        to.append(read)
    return Rule(tuple(start), tuple(lines))


def value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """What an expression comes to; too large is infinity.

    Raises:
        ValueError: something in it has no meaning here.
    """
    return _meaning(node)(values)


@lru_cache(maxsize=1024)
def _meaning(node: ast.expr) -> Meaning:
    """An expression as a function of its names' values: it is taken apart once, and not at each of
    a million steps.
    """
    match node:
        case ast.Constant(value=int() | float() as number):
            constant = np.float64(number)
            return lambda values: constant
        case ast.Name(id=name):
            return partial(_named, name)
        case ast.UnaryOp(op=ast.USub(), operand=part):
            of = _meaning(part)
            return lambda values: -of(values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _joined(OPERATORS[type(op)], left, right)
        case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]) if name in FUNCTIONS:
            function, each = FUNCTIONS[name], [_meaning(part) for part in parts]
            return lambda values: function(*[of(values) for of in each])
        case ast.Compare(left=left, ops=[test], comparators=[right]) if type(test) in TESTS:
            return _joined(TESTS[type(test)], left, right)
    raise ValueError(f"{ast.unparse(node)!r} has no meaning in a rule")


def _named(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise ValueError(f"{name!r} has no meaning in a rule")
    return values[name]


def _joined(operate: Callable[[Any, Any], Any], left: ast.expr, right: ast.expr) -> Meaning:
    first, second = _meaning(left), _meaning(right)
    return lambda values: operate(first(values), second(values))


def size(node: ast.expr, values: Mapping[str, Any], sizes: Mapping[str, Any]) -> Any:
    """How large the terms of an expression are, whatever is left when they cancel each other.

    Args:
        node: the expression.
        values: of the names.
        sizes: of the terms that each name came from.
    """
    match node:
        case ast.Name(id=name):
            return sizes[name]
        case ast.UnaryOp(operand=part):
            return size(part, values, sizes)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return size(left, values, sizes) + size(right, values, sizes)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return size(left, values, sizes) * size(right, values, sizes)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return size(left, values, sizes) / abs(value(right, values))
    return abs(value(node, values))
