"""Terms: the parts of a formula, each with its meaning and the text that a teacher would write."""

import math
import operator
import re
from functools import reduce
from typing import Any, NamedTuple

import mpmath
import sympy

from vizopt.core.floats import MAX_EXACT_INT
from vizopt.train.problems.formula.digits import Digits
from vizopt.train.problems.formula.functions import OF, Meaning, where
from vizopt.train.problems.formula.known import FUNCTIONS, LOGIC, RELATIONS
from vizopt.train.problems.formula.numerals import DIGITS, E, Number, symbol, worked_out
from vizopt.train.problems.formula.precise import MPMATH
from vizopt.train.problems.formula.tokens import FRACTIONS, cut, raised

POWER = 100  # the largest number as an exponent of x: beyond it only overflow is to be had

# How strongly a text holds together, from "a or b" to "sin(x)".
OR, AND, NOT, RELATION, SUM, PRODUCT, POWERS, ATOM = range(8)
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}


class Term(NamedTuple):
    """A part of a formula.

    Args:
        meaning: its sympy expression in x, or a finite number where x does not matter.
        text: how it is written.
        binds: the loosest sign in its text; up to RELATION it is a condition, worth 1 or 0.
    """

    meaning: Any
    text: str
    binds: int = ATOM

    @property
    def is_number(self) -> bool:
        """Whether x does not matter."""
        return type(self.meaning) is Number


def negative(of: Term) -> Term:
    text = f"−{_wrapped(of, PRODUCT)}"
    return _made(operator.neg, operator.neg, text, SUM, of)


def plus(left: Term, right: Term) -> Term:
    text = f"{_wrapped(left, SUM)} + {_wrapped(right, PRODUCT)}"
    return _made(operator.add, operator.add, text, SUM, left, right)


def minus(left: Term, right: Term) -> Term:
    text = f"{_wrapped(left, SUM)} − {_wrapped(right, PRODUCT)}"
    return _made(operator.sub, operator.sub, text, SUM, left, right)


def times(left: Term, right: Term) -> Term:
    """A product: 4x², 2(x + 1), x·cos(5x), 2·(−3)·x."""
    first, second = _wrapped(left, PRODUCT), _wrapped(right, POWERS)
    beside = re.fullmatch(rf"[\d.{FRACTIONS}]*π?", first) and re.match(
        r"[xπe](?![a-z])|√|\((?!−\S*\)$)", second
    )
    text = f"{first}{'' if beside else '·'}{second}"
    return _made(operator.mul, operator.mul, text, PRODUCT, left, right)


def over(left: Term, right: Term) -> Term:
    text = f"{_wrapped(left, PRODUCT)}/{_wrapped(right, POWERS)}"
    if right.meaning == 0 and not left.is_number:
        raise ValueError(f"{cut(text)} divides by 0")
    return _made(operator.truediv, operator.truediv, text, PRODUCT, left, right)


def power(base: Term, exponent: Term) -> Term:
    """A power: x², x⁻¹, x^0.5, e^(−x).

    Raises:
        ValueError: an exponent of x above POWER; x in the exponent of a number that is not above 0.
    """
    whole = re.fullmatch(r"−?\d+", exponent.text)
    high = raised(exponent.text) if whole else f"^{_wrapped(exponent, ATOM)}"
    text, to = f"{_wrapped(base, ATOM)}{high}", exponent.meaning
    if base.is_number:
        if not exponent.is_number and base.meaning <= 0:
            raise ValueError(f"{cut(text)} is not a real number for every x")
        if base.meaning == E:
            return _made(lambda _, b: OF["exp"](b), MPMATH["raised"], text, POWERS, base, exponent)
        number = sympy.Float(base.meaning, DIGITS)
        return _made(lambda _, b: number**b, MPMATH["raised"], text, POWERS, base, exponent)
    if exponent.is_number and abs(to) > POWER:
        raise ValueError(f"exponent {cut(exponent.text)} is larger than {POWER}")
    return _made(operator.pow, operator.pow, text, POWERS, base, exponent)


def called(name: str, *arguments: Term) -> Term:
    """A function of FUNCTIONS: sin(x); |x|, √x as they are written."""
    text, binds = f"{name}({', '.join(a.text for a in arguments)})", ATOM
    if name == "abs":
        text = f"|{arguments[0].text}|"
    elif name == "sqrt":
        inner = arguments[0].text
        simple = re.fullmatch(r"[\d.]+|[xeπ]", inner)
        text, binds = f"√{inner if simple else f'({inner})'}", POWERS
    known = FUNCTIONS[name]
    term = arguments[0]
    for other in arguments[1:]:  # max(a, b, c) = max(max(a, b), c)
        term = _made(known.of, known.value, text, binds, term, other)
    return term if arguments[1:] else _made(known.of, known.value, text, binds, term)


def related(sides: list[Term], signs: list[str]) -> Term:
    """A comparison, or a chain of them: 0 < x < 1."""
    text = _wrapped(sides[0], SUM)
    parts = []
    for left, sign, right in zip(sides, signs, sides[1:], strict=False):
        text += f" {SIGNS.get(sign, sign)} {_wrapped(right, SUM)}"
        parts.append(_made(*RELATIONS[sign], text, RELATION, left, right))
    both = reduce(lambda a, b: joined("and", a, b), parts)
    return both._replace(text=text, binds=RELATION)


def joined(word: str, *parts: Term) -> Term:
    """Conditions joined by and, or, or turned round by not."""
    binds = {"and": AND, "or": OR, "not": NOT}[word]
    texts = [_wrapped(part, binds + 1 - (i == 0)) for i, part in enumerate(parts)]
    text = f" {word} ".join(texts) if len(parts) > 1 else f"not {_wrapped(parts[0], NOT)}"
    for part in parts:
        _condition(part)
    return _checked(*LOGIC[word], text, binds, parts)


def chosen(condition: Term, yes: Term, no: Term) -> Term:
    """One of two terms: where(x < 0, −x, x²)."""
    _condition(condition)
    _numbers(yes, no)
    text = f"where({condition.text}, {yes.text}, {no.text})"
    if condition.is_number:
        return Term((yes if condition.meaning else no).meaning, text)
    return _checked(where, MPMATH["where"], text, ATOM, (condition, yes, no))


def piecewise(pairs: list[tuple[Term, Term]], otherwise: Term | None) -> Term:
    """The first term whose condition holds; without any, no number."""
    each = [f"({value.text}, {condition.text})" for value, condition in pairs]
    texts = [*each, otherwise.text] if otherwise else each
    last = otherwise or Term(mpmath.nan, "")
    term = reduce(lambda no, pair: chosen(pair[1], pair[0], no), reversed(pairs), last)
    return term._replace(text=f"piecewise({', '.join(texts)})")


def _wrapped(term: Term, least: int) -> str:
    """The text, in parentheses where it does not hold together as strongly as that."""
    return term.text if term.binds >= least else f"({term.text})"


def _made(of: Meaning, value: Meaning, text: str, binds: int, *parts: Term) -> Term:
    """A term of numbers."""
    _numbers(*parts)
    return _checked(of, value, text, binds, parts)


def _checked(of: Meaning, value: Meaning, text: str, binds: int, parts: tuple[Term, ...]) -> Term:
    """Worked out at once where x does not matter, so that sympy never meets a huge number.

    Raises:
        ValueError: it is infinite, or not real.
    """
    if all(part.is_number for part in parts):
        found = worked_out(value, [part.meaning for part in parts])
    else:
        meaning = _small(of(*(symbolic(part) for part in parts)))
        if meaning.free_symbols:
            return Term(meaning, text, binds)
        found = Digits(meaning)(0)
    if not math.isfinite(float(found)):
        raise ValueError(f"{cut(text)} is not a finite real number")
    return Term(found, text, binds)


def symbolic(term: Term) -> Any:
    """The sympy expression of a term."""
    return symbol(term.meaning) if term.is_number else term.meaning


def _small(meaning: Any) -> Any:
    """With a factor that is a float where a whole number would grow without end."""
    factor, rest = meaning.as_coeff_Mul()
    if factor.is_Rational and max(abs(factor.p), factor.q) > MAX_EXACT_INT:
        return sympy.Float(factor, DIGITS) * rest
    return meaning


def _numbers(*terms: Term) -> None:
    for term in terms:
        if term.binds <= RELATION:
            raise ValueError(
                f'"{cut(term.text)}" is a condition, not a number: write where(condition, a, b)'
            )


def _condition(term: Term) -> None:
    if term.binds > RELATION:
        raise ValueError(f'"{cut(term.text)}" is no condition: write one like x < 0')
