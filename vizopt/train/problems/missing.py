"""Missing: values that a table or arrays do not have, and what is done about them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count as grouped
from vizopt.train.problems.cells import MISSING, number
from vizopt.train.problems.index import Row
from vizopt.train.problems.tables import Table

EMPTY = "(empty)"  # a class of labels that are not there


def settled(path: str, rows: list[Row], names: list[str], at: int, missing: str) -> list[str]:
    """Leave out lines, or name the class, where values are missing; what is to be said of it.

    Args:
        path: of the file.
        rows: of the table, changed in place.
        names: of the columns.
        at: the place of the labels.
        missing: "error", "drop", "mean" (of features, which `with_means` fills) or "class".

    Raises:
        ValueError: values are missing that `missing` says nothing of, or all lines would go.
    """
    labels = [line for line, cells in rows if cells[at] in MISSING]
    gaps = [
        (line, names[i], cell)
        for line, cells in rows
        for i, cell in enumerate(cells)
        if i != at and cell in MISSING
    ]
    if missing == "drop":
        gone = {*labels, *(line for line, _, _ in gaps)}
        rows[:] = [row for row in rows if row[0] not in gone]
        if not rows:
            raise ValueError(f"{path}: missing: each line lacks a value: none would be left")
        return [f"{_lines(len(gone))} with missing values left out"] if gone else []
    if gaps and missing != "mean":
        line, name, cell = gaps[0]
        count = "the only one" if len(gaps) == 1 else f"one of {grouped(len(gaps))}"
        what = f'line {line}: {cell!r} is a missing value (column "{name}"), {count}'
        raise ValueError(f'{path}: {what}: fill it in or say missing = "drop" or "mean"')
    if labels and missing != "class":
        cell = next(cells[at] for line, cells in rows if line == labels[0])
        count = "" if len(labels) == 1 else f", one of {grouped(len(labels))}"
        what = f"line {labels[0]}: the label is missing ({cell!r}){count}"
        raise ValueError(f'{path}: {what}: give it a name or say missing = "drop" or "class"')
    for _, cells in rows:
        cells[at] = cells[at] or EMPTY
    are = "is" if len(labels) == 1 else "are"
    return [f"{_lines(len(labels))} without a label {are} a class"] if labels else []


def settled_arrays(
    path: str, x: NDArray[np.float64], y: NDArray[Any], missing: str
) -> tuple[NDArray[np.float64], NDArray[Any], list[str]]:
    """The same for arrays: what is left of them, and what is to be said of it.

    Args:
        path: of the file.
        x: features [N, D], nan where one is missing.
        y: a class' name or a number to predict [N].
        missing: see `settled`.

    Raises:
        ValueError: as there.
    """
    gaps = np.asarray(np.isnan(x).any(axis=1))
    numbers = y.dtype.kind == "f"
    lacking = np.asarray(np.isnan(y) if numbers else np.isin(y, [*MISSING]), bool)
    if missing == "drop":
        gone = gaps | lacking
        if gone.all():
            raise ValueError(f"{path}: missing: each sample lacks a value: none would be left")
        left_out = f"{_many(int(gone.sum()), 'sample')} with missing values left out"
        return x[~gone], y[~gone], [left_out] * bool(gone.any())
    if gaps.any() and missing != "mean":
        raise ValueError(f'{path}: x{_first(gaps)}: fill it in or say missing = "drop" or "mean"')
    if lacking.any() and (numbers or missing != "class"):
        others = "" if numbers else ' or "class"'
        raise ValueError(f'{path}: y{_first(lacking)}: fill it in or say missing = "drop"{others}')
    means, filled = with_means(x)
    notes = [filled] * bool(filled)
    if lacking.any():
        notes.append(f"{_many(int(lacking.sum()), 'sample')} without a label as a class")
        y = np.where(lacking, EMPTY, y)
    return means, y, notes


def check_targets(path: str, table: Table, at: int, missing: str) -> None:
    """Hold a column of numbers to predict against what is to be done where one is missing.

    Args:
        path: of the file.
        table: its cells.
        at: the place of the numbers.
        missing: see `settled`; only whole lines can be left out.

    Raises:
        ValueError: no number, or none at all that `missing` says nothing of, with its line.
    """
    name = table.names[at]
    gaps = [line for line, cells in table.rows if cells[at] in MISSING]
    if gaps and missing != "drop":
        count = "" if len(gaps) == 1 else f", one of {grouped(len(gaps))}"
        what = f'line {gaps[0]}: the number to predict is missing (column "{name}"){count}'
        raise ValueError(f'{path}: {what}: fill it in or say missing = "drop"')
    for line, cells in table.rows:
        if cells[at] not in MISSING and number(cells[at], table.comma) is None:
            what = f"line {line}: {cells[at][:60]!r} is no number to predict"
            way = 'name another with label = "…", or train on classes: kind = "network"'
            raise ValueError(f'{path}: {what} (column "{name}"): {way}')


def with_means(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """Features [N, D] with the mean of its column for each nan, and what is to be said of it."""
    gaps = np.isnan(x)
    count = int(np.count_nonzero(gaps))
    if not count:
        return x, ""
    values = np.where(gaps, 0, x / max(float(np.nanmax(abs(x))), 1.0))  # sums stay finite
    scale = max(float(np.nanmax(abs(x))), 1.0)
    means = values.sum(axis=0) / np.maximum((~gaps).sum(axis=0), 1) * scale
    values_ = "a missing value is" if count == 1 else f"{grouped(count)} missing values are"
    return np.where(gaps, means, x), f"{values_} the mean of the feature"


def _first(lacking: NDArray[np.bool_]) -> str:
    """`[4] is missing, one of 10`."""
    many = int(lacking.sum())
    count = "the only one" if many == 1 else f"one of {grouped(many)}"
    return f"[{int(lacking.argmax())}] is missing, {count}"


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{grouped(count)} {what}s"


def _lines(count: int) -> str:
    return _many(count, "line")
