"""Pieces: a line of arithmetic as one writes it, with names or numbers put in."""

import ast
from collections.abc import Mapping

from vizopt.core.numbers import setting

SUMS = ast.Add | ast.Sub
SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Div: "/"}


def pieces(node: ast.expr, texts: Mapping[str, str]) -> list[str]:
    """An expression as one writes it, in pieces between which a line may break.

    Args:
        node: the expression.
        texts: what stands for each name: another name, or a number.
    """
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            *before, last = pieces(left, texts) if _joins(left, op) else [_inner(left, op, texts)]
            sign, text = SIGNS[type(op)], _inner(right, op, texts)
            if isinstance(op, SUMS) and _is_long(right):
                product, *after = pieces(right, texts)
                product = f"({product})" if product.startswith("−") else product
                return [*before, last, f"{sign} {product}", *after]
            signed = isinstance(right, ast.Name | ast.Constant) and text.startswith("(−")
            if signed and isinstance(op, SUMS):
                sign, text = "−+"[sign == "−"], text[2:-1]
            return [*before, last, f"{sign} {text}"]
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[first, *others]):
            told = [_text(part, texts) for part in (first, *others)]
            return [*(f"{part}," for part in (f"{name}({told[0]}", *told[1:-1])), f"{told[-1]})"]
    return [_text(node, texts)]


def _is_long(node: ast.expr) -> bool:
    """Whether an expression is a product of three or more."""
    product = ast.Mult | ast.Div
    match node:
        case ast.BinOp(left=ast.BinOp(op=left), op=right):
            return isinstance(left, product) and isinstance(right, product)
    return False


def _joins(node: ast.expr, op: ast.operator) -> bool:
    """Whether an expression in front of an operator needs no brackets."""
    return isinstance(op, SUMS) or not (isinstance(node, ast.BinOp) and isinstance(node.op, SUMS))


def _inner(node: ast.expr, op: ast.operator, texts: Mapping[str, str]) -> str:
    """An operand, in brackets where they are needed: a sum behind a minus, what is negative."""
    text = _text(node, texts)
    made = node.op if isinstance(node, ast.BinOp) else None
    if isinstance(op, ast.Pow):
        apart = made is not None or text.startswith("√")
    else:
        less = isinstance(op, ast.Sub) and isinstance(made, SUMS)
        divided = isinstance(op, ast.Div) and isinstance(made, ast.Mult | ast.Div)
        apart = less or divided or not _joins(node, op)
    return f"({text})" if apart or text.startswith("−") else text


def _text(node: ast.expr, texts: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=int() | float() as number):
            return setting(number, 12)
        case ast.Name(id=name):
            return texts[name]
        case ast.UnaryOp(operand=part):
            return f"−{_inner(part, ast.Mult(), texts)}"
        case ast.BinOp(left=base, op=ast.Pow(), right=power):
            raised = "²" if isinstance(power, ast.Constant) and power.value == 2 else ""
            text = _inner(base, ast.Pow(), texts)
            text = f"({text})" if "e" in text and text[0].isdigit() else text
            return text + (raised or f"^{_inner(power, ast.Pow(), texts)}")
        case ast.Call(func=ast.Name(id="abs"), args=[part]):
            return f"|{_text(part, texts)}|"
        case ast.Call(func=ast.Name(id="sqrt"), args=[part]):
            text = _text(part, texts)
            return f"√{text}" if isinstance(part, ast.Name) else f"√({text})"
        case ast.Call(func=ast.Name(id="sign"), args=[part]):
            return f"sign({_text(part, texts)})"
    return " ".join(pieces(node, texts))
