"""Table: a log from a text table, CSV or alike."""

from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vizopt.comparison import printout
from vizopt.comparison.log import EPOCHS, STEPS, Log, Series, known_name
from vizopt.comparison.printed import roundings
from vizopt.core.floats import MAX_EXACT_INT
from vizopt.train.problems.cells import MISSING, number
from vizopt.train.problems.index import Row
from vizopt.train.problems.tables import read_lines

PER_CENT = 1.5  # an accuracy above that is one


def read(path: Path) -> Log:
    """A table with a line of names and one line for each epoch, step or batch; or a printout.

    Raises:
        ValueError: no table, no names, or epochs that are no whole numbers.
    """
    printed = printout.read(str(path))
    if printed:
        (names, rows), comma = printed, False
    else:
        rows, comma, above, _, _ = read_lines(str(path))
        names = above or _names(path, rows, comma)
    if not rows:
        raise ValueError(f"{path}: holds names and no numbers")
    titles = _titles(path, names)
    by, epochs = _epochs(path, titles, rows, comma)
    columns: dict[str, dict[int, str]] = {}  # the numbers' text, by row
    unread: dict[str, str] = {}
    for name, at in titles.items():
        if name in (*EPOCHS, *STEPS):
            continue
        given = {k: (line, cells[at]) for k, (line, cells) in enumerate(rows) if cells[at]}
        wrong = [c for c in given.values() if number(c[1], comma) is None and c[1] not in MISSING]
        if wrong:
            line, cell = wrong[0]
            way = ": write float(value) to have the digits alone" if cell.startswith("np.") else ""
            unread[name] = f'line {line}: {cell!r} is no number (column "{names[at]}"){way}'
        else:
            columns[name] = {k: c for k, (_, c) in given.items() if number(c, comma) is not None}
    notes = _repeated(path, epochs, by)
    values = {
        name: {k: float(number(cell, comma) or 0.0) for k, cell in cells.items()}
        for name, cells in columns.items()
    }
    cent = {name for name in values if name.endswith("accuracy") and _is_per_cent(values[name])}
    notes += [f"{path}: {', '.join(sorted(cent))} is taken as per cent"] if cent else []
    series = {
        name: _share(each) if name in cent else each
        for name, each in _series(columns, values, epochs).items()
    }
    own = {name: names[at] for name, at in titles.items() if names[at] != name}
    return Log(str(path), by, series, titles=own, unread=unread, notes=tuple(notes))


def _names(path: Path, rows: list[Row], comma: bool) -> list[str]:
    line, first = rows[0]
    if any(number(cell, comma) is not None for cell in first):
        told = ", ".join(first)[:60]
        way = "put a line like epoch,loss,accuracy in front"
        raise ValueError(f"{path}: line {line}: {told}: the columns have no names: {way}")
    return rows.pop(0)[1]


def _titles(path: Path, names: list[str]) -> dict[str, int]:
    """Where each column is, by the name that recordings have for it."""
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        known = known_name(name)
        if known in found and known not in (names[found[known]], name):
            both = f'"{names[found[known]]}" and "{name}"'
            raise ValueError(f"{path}: {both} may both be {known}: name one of them {known}")
        if known not in found or name == known:
            found[known] = at
    return found


def _epochs(
    path: Path, titles: dict[str, int], rows: list[Row], comma: bool
) -> tuple[str, NDArray[np.int64]]:
    """What the rows are told apart by, and each one's number [rows]."""
    name = next((name for name in (*EPOCHS, *STEPS) if name in titles), "")
    if not name:
        return "row", np.arange(len(rows))
    at, found = titles[name], []
    for line, cells in rows:
        value = number(cells[at], comma)
        if value is None or not value.is_integer() or abs(value) > MAX_EXACT_INT:
            raise ValueError(f"{path}: line {line}: {name} {cells[at]!r} is no whole number")
        found.append(int(value))
    return "epoch" if name in EPOCHS else "step", np.array(found)


def _repeated(path: Path, epochs: NDArray[np.int64], by: str) -> list[str]:
    kept, count = len(np.unique(epochs)), len(epochs)
    if kept == count:
        return []
    each = f"{count // kept} rows for each {by}, one for a batch"
    what = f"several rows of one {by}" if count % kept else each
    return [f"{path}: has {what}: the first is compared, of all data in vizopt"]


def _series(
    columns: dict[str, dict[int, str]],
    values: dict[str, dict[int, float]],
    epochs: NDArray[np.int64],
) -> dict[str, Series]:
    """Columns in the order of their epochs, the first of those that are there several times."""
    finite = {
        name: {k: columns[name][k] for k, value in column.items() if isfinite(value)}
        for name, column in values.items()
    }
    told = roundings({name: list(cells.values()) for name, cells in finite.items()})
    series = {}
    for name, column in values.items():
        half = dict(zip(finite[name], told[name].half, strict=True))
        kept, first = np.unique(epochs[list(column)], return_index=True)
        numbers = np.array(list(column.values()))[first]
        halves = np.array([half.get(k, 0.0) for k in column])[first]
        series[name] = Series(kept, numbers, halves, told[name].words)
    return series


def _is_per_cent(values: dict[int, float]) -> bool:
    return max((value for value in values.values() if isfinite(value)), default=0.0) > PER_CENT


def _share(series: Series) -> Series:
    return series._replace(values=series.values / 100, half=series.half / 100)
