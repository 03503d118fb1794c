"""Printed: how far numbers in a text are rounded."""

import re
from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import NamedTuple

from vizopt.comparison.log import known_name
from vizopt.core.numbers import counted
from vizopt.recording.quantities import HELD_OUT, QUANTITIES
from vizopt.train.problems.cells import number

NUMBER = re.compile(r"[+\-\u2212]?(\d*)(?:[.,](\d*))?(?:[eE]([+-]?\d+))?")
PRINTED_DIGITS = 6  # significant digits that `%g` and pandas print
LEVEL = 3  # decimals of a loss that does not move in its print
MANY_NUMBERS = 10  # different numbers, of which none has more than that by chance


class Rounding(NamedTuple):
    """How a column is rounded.

    Args:
        words: "3 decimals", "6 digits"; empty where the text has all digits.
        half: half a unit of the last digit of each number [n].
    """

    words: str
    half: list[float]


class _Written(NamedTuple):
    """Of each number of a column: its decimals, its exponent, its significant digits."""

    decimals: list[int]
    exponents: list[int]
    digits: list[int]


def roundings(columns: Mapping[str, Sequence[str]]) -> dict[str, Rounding]:
    """How the columns of one text are rounded, each a list of finite numbers [n].

    To decimals, where all numbers of a column have as many and not by chance: they differ, or
    zeros stand behind them, in it or in another column; or training has made the same ones of
    several decimals, while a rate that stays is as exact as it is written. To digits, where none of
    many has more.
    """
    written = {name: _written(cells) for name, cells in columns.items()}
    shared = {
        written[name].decimals[0]
        for name, cells in columns.items()
        if _fixed(name, written[name], cells)
    }
    return {name: _rounding(written[name], cells, shared) for name, cells in columns.items()}


def _written(cells: Sequence[str]) -> _Written:
    matches = [NUMBER.fullmatch(cell.strip()) for cell in cells]
    parts = [match.groups() if match else ("", "", None) for match in matches]
    return _Written(
        [len(after or "") for _, after, _ in parts],
        [int(exponent or 0) for _, _, exponent in parts],
        [len(f"{before}{after or ''}".lstrip("0")) for before, after, _ in parts],
    )


def _fixed(name: str, written: _Written, cells: Sequence[str]) -> bool:
    """Whether all have equally many decimals, and not by chance."""
    if len(set(written.decimals)) != 1 or not written.decimals[0]:
        return False
    mantissas = [re.split("[eE]", cell)[0] for cell in cells]
    padded = any(text.endswith("00") for text in mantissas)
    known = QUANTITIES.get(known_name(name).removeprefix(HELD_OUT))
    level = known and known.made and written.decimals[0] >= LEVEL and len(cells) > 1
    return bool(padded or len(set(cells)) > 1 or level)


def _rounding(written: _Written, cells: Sequence[str], shared: set[int]) -> Rounding:
    if len(set(written.decimals)) == 1 and written.decimals[0] in shared:
        decimals = written.decimals[0]
        half = [0.5 * 10.0 ** (exponent - decimals) for exponent in written.exponents]
        return Rounding(counted(decimals, "decimal"), half)
    most = max(written.digits, default=0)
    if 0 < most <= PRINTED_DIGITS and len(set(cells)) >= MANY_NUMBERS and max(written.decimals):
        values = [abs(number(cell, comma=True) or 0.0) for cell in cells]
        last = [floor(log10(value)) + 1 - most if value else 0 for value in values]
        return Rounding(counted(most, "digit"), [0.5 * 10.0**place for place in last])
    return Rounding("", [0.0] * len(cells))
