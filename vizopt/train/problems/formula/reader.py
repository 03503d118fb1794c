"""The grammar of formulas: words become terms, by recursive descent.

    choice    either ["if" either "else" choice]
    either    both {"or" both}
    both      turned {"and" turned}
    turned    "not" turned | relation
    relation  sum {"<" sum}
    sum       product {("+" | "−") product}
    product   {sign} power {("*" | "/" | nothing) {sign} power}
    power     atom {superscript} ["^" {sign} power]
    atom      number | name | "(" choice ")" | "|" choice "|" | "√" atom | function

The last is in `atoms`.
"""

from vizopt.train.problems.formula import terms
from vizopt.train.problems.formula.atoms import STARTS, Atoms, whole
from vizopt.train.problems.formula.known import RELATIONS
from vizopt.train.problems.formula.terms import RELATION, Term
from vizopt.train.problems.formula.tokens import cut


def read(text: str) -> tuple[Term, tuple[str, ...]]:
    """The term that a formula is, and what in it was taken for something else.

    Raises:
        ValueError: it cannot be read, or in more than one way.
    """
    reader = _Reader(text)
    term = reader.choice()
    reader.expect("end")
    if term.binds <= RELATION:
        raise ValueError(f'"{cut(term.text)}" is a condition: write where(condition, a, b)')
    return term, tuple(dict.fromkeys(reader.notes))


class _Reader(Atoms):
    """A method for each rule of the grammar."""

    def choice(self) -> Term:
        value = self._either()
        if not self.accept("if"):
            return value
        condition = self._either()
        self.expect("else")
        with self.deeper():
            return terms.chosen(condition, value, self.choice())

    def _either(self) -> Term:
        term = self._both()
        while self.accept("or"):
            term = terms.joined("or", term, self._both())
        return term

    def _both(self) -> Term:
        term = self._turned()
        while self.accept("and"):
            term = terms.joined("and", term, self._turned())
        return term

    def _turned(self) -> Term:
        if not self.accept("not"):
            return self._relation()
        with self.deeper():
            return terms.joined("not", self._turned())

    def _relation(self) -> Term:
        sides, signs = [self._sum()], []
        while sign := self.accept(*RELATIONS):
            signs.append(sign.kind)
            sides.append(self._sum())
        return terms.related(sides, signs) if signs else sides[0]

    def _sum(self) -> Term:
        term = self._product()
        while sign := self.accept("+", "-"):
            term = (terms.plus if sign.kind == "+" else terms.minus)(term, self._product())
        return term

    def _product(self) -> Term:
        first, under = self.at, False
        negative, term = self.minus(), self.power()
        while True:
            if sign := self.accept("*", "/"):
                under = under or sign.kind == "/"
                term = (terms.times if sign.kind == "*" else terms.over)(term, self._factor())
            elif self._beside():
                if under:  # 1/2x
                    raise self.unclear(first)
                term = terms.times(term, self.power())
            else:
                return terms.negative(term) if negative else term

    def _factor(self) -> Term:
        return terms.negative(self.power()) if self.minus() else self.power()

    def _beside(self) -> bool:
        """Whether a factor follows without a sign: 2x, 2(x + 1), x sin(x)."""
        return self.next.kind in STARTS or (self.next.kind == "|" and not self.bars)

    def power(self) -> Term:
        first = self.at
        term = self.atom()
        while high := self.accept("raised"):
            term = terms.power(term, whole(high.text))
        sign = self.accept("^")
        if not sign:
            return term
        if sign.text == "^":
            self.notes.append("^ is a power")
        with self.deeper():
            found = terms.power(term, self._factor())
        if term.is_number or not self.ends_at_number():  # e^2(x + 1), x^2x
            self.stands_alone(first)
        return found
