"""A place in the words of a formula, and the errors that name it."""

from collections.abc import Iterator
from contextlib import contextmanager

from vizopt.train.problems.formula.tokens import Token, cut, head, tokens

DEEPEST = 30  # parentheses, functions and powers within one another
MAX_CHARACTERS = 24  # characters that an error shows of what stands before


class Cursor:
    """The words of a formula, taken from left to right.

    Args:
        text: the formula.
    """

    def __init__(self, text: str) -> None:
        before, self.named = head(text)
        self.text = text
        self.words = tokens(text, len(before))
        self.at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def accept(self, *kinds: str) -> Token | None:
        """The next word, taken if it is one of those."""
        return self.take() if self.next.kind in kinds else None

    def expect(self, kind: str) -> None:
        if self.next.kind == "end" and kind != "end":
            raise self._none(f'a "{kind}" is missing at its end')
        if not self.accept(kind):
            raise self.misplaced()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further in."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} parentheses and powers within one another")
        yield
        self._depth -= 1

    def misplaced(self) -> ValueError:
        """The next word cannot stand where it does."""
        token, before = self.next, self._before(self.next.at)
        if not before and token.kind == "end":
            return self._none("it is empty")
        after = f' after "{before}"' if before else ""
        if token.kind == "end":
            return self._none(f"something is missing{after}")
        if token.kind == "," and (slip := self.decimal_comma(self.at - 1)):
            return slip
        way = ": write * or ^ before it" if token.kind == "number" else ""
        return self._none(f'"{token.text}" is out of place{after}{way}')

    def decimal_comma(self, first: int) -> ValueError | None:
        """A comma between two numbers, from a word up to the next one."""
        words = self.words[first : self.at + 2]
        for left, comma, right in zip(words, words[1:], words[2:], strict=False):
            if [left.kind, comma.kind, right.kind] == ["number", ",", "number"] and right.glued:
                return self._none(f'write "{left.text}.{right.text}", with a decimal point')
        return None

    def unclear(self, first: int) -> ValueError:
        """The words from the first to the next mean one thing to one reader, one to another."""
        last = self.words[min(self.at + (self.next.kind == "/"), len(self.words) - 1)]
        end = last.at + len(last.text)
        part = " ".join(self.text[self.words[first].at : end].split())
        return ValueError(f'"{cut(part)}" can be read in two ways: write * and parentheses')

    def _before(self, at: int) -> str:
        before = " ".join(self.text[:at].split())
        return before if len(before) <= MAX_CHARACTERS else f"…{before[-MAX_CHARACTERS:]}"

    def _none(self, why: str) -> ValueError:
        return ValueError(f"{cut(self.text)!r} is no formula: {why}")
