"""Figures: of each number in some arithmetic as many as make its results come out.

Who takes the numbers of a line as they are printed gets the printed result to its last figure.
"""

from collections.abc import Collection, Mapping, Sequence
from math import floor, isfinite, log10
from typing import Any, NamedTuple

import numpy as np

from vizopt.core.numbers import number, setting
from vizopt.draw.panels.rule import Line, value

FIRST_FIGURES = 4  # of a number to begin with
DECIMALS = 4  # of x and what is added to it
MAX_FIGURES = 17  # figures that tell a float from all others
LEAST_FLOAT = 5e-324  # number that a float can be, with less than one figure
SAFE = 0.499  # of the last place: what is nearer to a half could be rounded either way
MIDDLE = 0.49  # of the last place: a result that is so far off gets a figure first


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

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.result, *self.operands.values())


class Number(NamedTuple):
    """A number of the arithmetic.

    Args:
        value: as it was recorded, or worked out from what was.
        kind: "fixed" for fixed decimals, "rate" as it was chosen, "count" whole, "" by figures.
        span: of the values that it is to be told from, 0 for none.
    """

    value: float
    kind: str = ""
    span: float = 0.0

    def text(self, more: int) -> str:
        """With so many figures more than to begin with, or fewer."""
        if self.kind == "count":
            return str(int(self.value))
        if self.kind == "rate":
            return setting(self.value, FIRST_FIGURES + 2 + more)
        if not self.value and not self.kind:
            return "0"
        digits = DECIMALS
        if self.kind != "fixed" and self.value and isfinite(self.value):
            places = floor(log10(abs(self.value)))
            digits = max(FIRST_FIGURES - 1 - places, 0) if -5 < places < 4 else FIRST_FIGURES + 1
        return number(self.value, max(digits + more, 0), self.span / 10.0**more)


def written(works: Sequence[Work], numbers: Mapping[str, Number]) -> dict[str, str]:
    """The text of each number, by key.

    A figure more or less changes one line at a time, from the last one up: what a number needs
    below is known before its own line. A line with a number that is not finite stays as it is.
    """
    more = dict.fromkeys(numbers, 0)
    texts = {key: known.text(0) for key, known in numbers.items()}
    fallen: set[str] = set()  # results whose operands have no figure left to give
    left = [work for work in works[::-1] if all(isfinite(numbers[key].value) for key in work.keys)]
    while wrong := next((work for work in left if _error(work, texts) > SAFE), None):
        key = _longer(wrong, numbers, texts, more, fallen)
        if key is None:
            fallen.add(wrong.result)
        at = key or wrong.result
        more[at] += 1 if key else -1
        text = numbers[at].text(more[at])
        if not key and text == texts[at]:  # of which no figure is known
            left.remove(wrong)
        texts[at] = text
    return texts


def _longer(
    work: Work,
    numbers: Mapping[str, Number],
    texts: Mapping[str, str],
    more: Mapping[str, int],
    fallen: Collection[str],
) -> str | None:
    """The number that is to get a figure more, None where none can.

    That of the result where it lies near the middle of two printed ones, which would cost its
    operands many figures; else the operand whose missing figures do the most harm.
    """
    exact = {key: numbers[key].value for key in work.operands.values()}
    able = {
        key for key in work.keys if figures(texts[key]) < MAX_FIGURES and more[key] < MAX_FIGURES
    }
    middle = SAFE if numbers[work.result].kind == "fixed" else MIDDLE  # x is shown elsewhere too
    if work.result in able - set(fallen) and _error(work, texts, exact) > middle:
        return work.result
    short = {key for key in able & set(exact) if float_of(texts[key]) != exact[key]}
    if not short:
        return None
    whole = value(work.line.expression, _values(work, texts, exact))

    def harm(key: str) -> float:
        others = {name: known for name, known in exact.items() if name != key}
        return float(abs(value(work.line.expression, _values(work, texts, others)) - whole))

    return max(sorted(short), key=harm)


def _error(work: Work, texts: Mapping[str, str], exact: Mapping[str, float] | None = None) -> float:
    """How far the printed result is off that of the printed operands, in its last place.

    Args:
        exact: operands by key that are taken as they are and not as they are printed.
    """
    result = texts[work.result]
    away = value(work.line.expression, _values(work, texts, exact or {})) - float_of(result)
    return float(abs(away) / last_place(result))


def _values(work: Work, texts: Mapping[str, str], exact: Mapping[str, float]) -> dict[str, Any]:
    """The operands by name, printed or exact."""
    return {
        name: np.float64(exact[key]) if key in exact else float_of(texts[key])
        for name, key in work.operands.items()
    }


def figures(text: str) -> int:
    """How many figures a printed number has, without zeros in front."""
    return len(text.partition("e")[0].replace(".", "").lstrip("−0"))


def float_of(text: str) -> Any:
    """A printed number."""
    plain = text.replace("−", "-").replace("∞", "inf").replace("not a number", "nan")
    return np.float64(plain)


def last_place(text: str) -> float:
    """What 1 in the last figure of a printed number is worth."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    places = int(exponent or 0) - len(mantissa.partition(".")[2])
    return max(float(10.0**places), LEAST_FLOAT)
