"""The parts of a formula that hold together: numbers, names, parentheses, bars and functions."""

from abc import abstractmethod

from vizopt.train.problems.formula import terms
from vizopt.train.problems.formula.cursor import Cursor
from vizopt.train.problems.formula.functions import X
from vizopt.train.problems.formula.known import FUNCTIONS
from vizopt.train.problems.formula.names import (
    CONSTANTS,
    function_of,
    unknown_function,
    unknown_name,
    variable_of,
)
from vizopt.train.problems.formula.terms import Term
from vizopt.train.problems.formula.tokens import lowered, number

STARTS = ("name", "(", "√", "∛")  # of a factor without a sign before it; a number there is a slip
POWERS = ("number", "raised")  # of a function: sin²(x)
ROOTS = {"√": "sqrt", "∛": "cbrt"}
ALWAYS = ("true", "otherwise")  # the condition of a last piece


class Atoms(Cursor):
    """Reads one atom; what stands between its parentheses is read by the rest of the grammar.

    Args:
        text: the formula.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.variable = variable_of(self.words, self.named)
        self.bars = 0  # that are open and not inside parentheses
        self.notes = [] if self.variable == "x" else [f"{self.variable} is x"]

    @abstractmethod
    def choice(self) -> Term:
        """Everything up to a closing parenthesis, bar or comma."""

    @abstractmethod
    def power(self) -> Term:
        """An atom and its exponents."""

    def minus(self) -> bool:
        """Whether the signs in front come to a minus."""
        negative = False
        while sign := self.accept("+", "-"):
            negative ^= sign.kind == "-"
        return negative

    def stands_alone(self, first: int) -> None:
        """Nothing is glued to a word that would swallow it or not: e^2x, √2x."""
        open_ended = self.words[self.at - 1].kind not in (")", "|")
        if open_ended and self.next.glued and self.next.kind in STARTS:
            raise self.unclear(first)

    def ends_at_number(self) -> bool:
        """Whether a plain exponent ends before what has parentheses of its own: x^2(x − 1)."""
        opens = self.next.kind in ("(", *ROOTS) or function_of(self.next.text)
        return self.words[self.at - 1].kind == "number" and bool(opens)

    def atom(self) -> Term:
        with self.deeper():
            if word := self.accept("number"):
                return Term(*number(word.text))
            if self.accept("("):
                return self._inside(")")
            if self.accept("|"):
                return terms.called("abs", self._inside("|"))
            if sign := self.accept(*ROOTS):
                return self._root(ROOTS[sign.kind])
            if self.next.kind == "name":
                return self._name()
            raise self.misplaced()

    def _inside(self, close: str) -> Term:
        """What stands before a closing parenthesis or bar."""
        outside, self.bars = self.bars, int(close == "|")
        term = self.choice()
        self.expect(close)
        self.bars = outside
        return term

    def _root(self, name: str) -> Term:
        first = self.at - 1
        term = terms.called(name, self.atom())
        if self.next.kind in ("raised", "^") and self.words[self.at - 1].kind != ")":
            raise self.unclear(first)  # √x²
        self.stands_alone(first)
        return term

    def _name(self) -> Term:
        word = self.take().text
        if word == self.variable:
            return Term(X, "x")
        if word in CONSTANTS:
            return Term(*CONSTANTS[word])
        if name := function_of(word):
            return self._function(name)
        unknown = unknown_function if self.next.kind == "(" else unknown_name
        raise unknown(word, self.variable)

    def _function(self, name: str) -> Term:
        """A function and its arguments; sin²(x) is the square of sin(x)."""
        first = self.at - 1
        high = self.accept("raised")
        if not high and self.accept("^"):
            self.notes.append("^ is a power")
            high = self.take()
        if high and not (high.kind in POWERS and high.text.isdigit()):
            raise self._inverse(name, first)
        if name == "piecewise":
            self.expect("(")
            term = self._pieces()
        elif self.accept("("):
            term = self._called(name, first, self._arguments())
        else:
            term = self._called(name, first, [self._bare(first)])
        return terms.power(term, whole(high.text)) if high else term

    def _inverse(self, name: str, first: int) -> ValueError:
        """Of sin⁻¹, which is the inverse to some and 1/sin to others."""
        if f"a{name}" not in FUNCTIONS:
            return self.unclear(first)
        asked = str(self.unclear(first)).partition(":")[0]
        return ValueError(f"{asked}: write a{name}(x), or 1/{name}(x)")

    def _called(self, name: str, first: int, arguments: list[Term]) -> Term:
        typed, many = self.words[first].text, len(arguments)
        if name == "where":
            if many != 3:
                raise ValueError(f"{typed} takes a condition and two values: where(x < 0, -x, x)")
            return terms.chosen(*arguments)
        least, most = FUNCTIONS[name].least, FUNCTIONS[name].most
        if most and many > most and (slip := self.decimal_comma(first)):
            raise slip
        if name == "ln" and many == 2:
            raise ValueError(f"{typed} takes one argument: write log2(x), log10(x) or ln(x)/ln(3)")
        if many < least or (most and many > most):
            raise ValueError(f"{typed} takes {'one argument' if most else 'two or more arguments'}")
        return terms.called(name, *arguments)

    def _arguments(self) -> list[Term]:
        outside, self.bars = self.bars, 0
        found = [self.choice()]
        while self.accept(","):
            found.append(self.choice())
        self.expect(")")
        self.bars = outside
        return found

    def _bare(self, first: int) -> Term:
        """An argument without parentheses: x in sin x, 2x in sin 2x cos x."""
        negative, term = self.minus(), self.power()
        while self.next.kind == "name" and not function_of(self.next.text):
            term = terms.times(term, self.power())
        if self.next.kind in ("/", "(", *ROOTS):  # sin x/2
            raise self.unclear(first)
        return terms.negative(term) if negative else term

    def _pieces(self) -> Term:
        """(value, condition), (value, condition), …, perhaps a last value."""
        pairs: list[tuple[Term, Term]] = []
        last = None
        while last is None:
            value, condition = self._piece()
            if condition is None:
                last = value
            else:
                pairs.append((value, condition))
            if not self.accept(","):
                break
        self.expect(")")
        return terms.piecewise(pairs, last)

    def _piece(self) -> tuple[Term, Term | None]:
        """A value with its condition, or without one."""
        outside, self.bars, start = self.bars, 0, self.at
        value, condition = None, None
        if self.accept("("):
            value = self.choice()
            if self.accept(","):
                if self.next.text in ALWAYS:
                    self.take()
                else:
                    condition = self.choice()
                self.expect(")")
            else:  # a value that begins with a parenthesis
                value, self.at = None, start
        value = value or self.choice()
        self.bars = outside
        return value, condition


def whole(text: str) -> Term:
    """The exponent that a superscript or a whole number is."""
    value, shown = number(lowered(text).removeprefix("-"))
    term = Term(value, shown)
    return terms.negative(term) if text.startswith("⁻") else term
