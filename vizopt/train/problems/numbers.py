"""Numbers: the cells of a table's columns, read as what they stand for."""

import re
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from vizopt.train.problems.cells import COMMA, MISSING, number
from vizopt.train.problems.tables import Table

SHORT_NUMBER = re.compile(r"[+-]?\d{1,3}")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")


def numbers(path: str, table: Table, columns: list[int]) -> tuple[NDArray[np.float64], bool]:
    """The chosen columns [N, K], nan where a value is missing, and whether decimals follow a comma.

    Raises:
        ValueError: a cell that is no finite number, with its line.
    """
    x = np.empty((len(table.rows), len(columns)))
    signs: dict[str, str] = {}  # before decimals: where the first one is
    for row, (line, cells) in enumerate(table.rows):
        for k, i in enumerate(columns):
            if cells[i] in MISSING:
                x[row, k] = nan  # to be filled
                continue
            value = number(cells[i], table.comma)
            if value is None or not isfinite(value) or (value == 0 and _is_lost(cells[i])):
                raise ValueError(f"{path}: line {line}: {_no_number(table, i, cells[i])}")
            x[row, k] = value
            sign = "," if COMMA.fullmatch(cells[i]) else "." if "." in cells[i] else ""
            signs.setdefault(sign, f"line {line}: {cells[i]}")
    if {",", "."} <= set(signs):
        found_ = f"{signs[',']} and {signs['.']}"
        raise ValueError(f"{path}: {found_}: write all with a decimal comma or all with a point")
    for i in columns if table.comma else ():
        _check_thousands(path, table, i)
    return x, "," in signs


def _check_thousands(path: str, table: Table, i: int) -> None:
    """1,234 beside 987 may be a thousand or decimals.

    Raises:
        ValueError: every number with a sign has three digits behind it, and others are as short
            as thousands without one are.
    """
    cells = [row[i] for _, row in table.rows]
    signed = [(line, row[i]) for line, row in table.rows if "," in row[i] or "." in row[i]]
    short = next((cell for cell in cells if SHORT_NUMBER.fullmatch(cell.strip())), None)
    if signed and short and all(THOUSANDS.fullmatch(cell.strip()) for _, cell in signed):
        line, cell = signed[0]
        raise ValueError(
            f'{path}: line {line}: {cell} beside {short} (column "{table.names[i]}") may be '
            "thousands or decimals: write it without the sign, or every number with decimals"
        )


def _is_lost(cell: str) -> bool:
    """Whether a number that reads as 0 is none: 1e-400."""
    return any(digit in "123456789" for digit in cell.lower().partition("e")[0])


def _no_number(table: Table, i: int, cell: str) -> str:
    """What is wrong with a feature, and the way out."""
    column = [cells[i] for _, cells in table.rows]
    name, way = table.names[i], "give it as numbers or leave it out"
    if COMMA.fullmatch(cell):
        way = "write decimals with a point"
    elif 2 * len(set(column)) <= len(column):
        way = f'if these are the labels, say label = "{name}", else drop = ["{name}"]'
    what = "is not a finite number" if number(cell) != 0 else "is too small for a number"
    return f'{cell!r} {what} (column "{name}"): {way}'
