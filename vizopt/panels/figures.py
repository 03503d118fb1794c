"""Figures: of each number in some arithmetic as many as make its results come out.

Who takes the numbers of a line as they are printed gets the printed result to its last figure.
"""

from collections.abc import Iterable, Mapping
from math import floor, isfinite, log10
from typing import Any, NamedTuple

import numpy as np

from vizopt.numbers import number, setting
from vizopt.panels.rule import Line, value

FEW, DECIMALS = 4, 4  # figures of a number to begin with; decimals of x and what is added to it
MOST = 15  # figures that a float has
SAFE = 0.499  # of the last place: what is nearer to a half could be rounded either way
FURTHER = 5  # figures more than its result that a number may get before the result gets one


class Work(NamedTuple):
    """A line and where its numbers are.

    Args:
        line: what is worked out.
        result: key of the result.
        operands: key of each name.
    """

    line: Line
    result: str
    operands: Mapping[str, str]


class Number(NamedTuple):
    """A number of the arithmetic.

    Args:
        value: as it was recorded, or worked out from what was.
        kind: "fixed" for fixed decimals, "rate" as it was chosen, "count" whole, "" by figures.
    """

    value: float
    kind: str = ""

    def text(self, more: int) -> str:
        """With so many figures more than to begin with."""
        if self.kind == "count":
            return str(int(self.value))
        if self.kind == "rate":
            return setting(self.value, FEW + 2 + more)
        if not self.value and not self.kind:
            return "0"
        digits = DECIMALS
        if self.kind != "fixed" and self.value and isfinite(self.value):
            places = floor(log10(abs(self.value)))
            digits = max(FEW - 1 - places, 0) if -4 < places < 4 else FEW + 1
        return number(self.value, digits + more)


def written(works: Iterable[Work], numbers: Mapping[str, Number]) -> dict[str, str] | None:
    """The text of each number, by key; None where the lines do not give their results."""
    more = dict.fromkeys(numbers, 0)
    texts = {key: known.text(0) for key, known in numbers.items()}
    if not all(isfinite(known.value) for known in numbers.values()):
        return texts
    backwards = list(works)[::-1]  # what a number needs below is known before its own line
    while True:
        wrong = next((work for work in backwards if _error(work, texts) > SAFE), None)
        if wrong is None:
            return texts
        key = _short(wrong, numbers, texts, more)
        if more[key] + FEW >= MOST:
            return None
        more[key] += 1
        texts[key] = numbers[key].text(more[key])


def _error(work: Work, texts: Mapping[str, str], exact: Mapping[str, float] | None = None) -> float:
    """How far the printed result is off that of the printed operands, in its last place.

    Args:
        exact: operands by key that are taken as they are and not as they are printed.
    """
    known = exact or {}
    values = {
        name: np.float64(known[key]) if key in known else float_of(texts[key])
        for name, key in work.operands.items()
    }
    result = texts[work.result]
    away = value(work.line.expression, values) - float_of(result)
    return float(abs(away) / last_place(result))


def _short(
    work: Work, numbers: Mapping[str, Number], texts: Mapping[str, str], more: Mapping[str, int]
) -> str:
    """The number whose missing figures do the most harm; the result's own where none does."""
    inexact = {
        key
        for key in work.operands.values()
        if float_of(texts[key]) != numbers[key].value
        and more[key] < more[work.result] + FURTHER
        and more[key] + FEW < MOST
    }
    if not inexact:
        return work.result
    return min(sorted(inexact), key=lambda key: _error(work, texts, {key: numbers[key].value}))


def float_of(text: str) -> Any:
    """A printed number."""
    return np.float64(text.replace("−", "-"))


def last_place(text: str) -> float:
    """What 1 in the last figure of a printed number is worth."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])))
