"""Tables: lines of text as rows of cells under names."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from vizopt.core.errors import hint
from vizopt.core.numbers import counted
from vizopt.train.problems.cells import number
from vizopt.train.problems.delimiters import split
from vizopt.train.problems.header import header_of, is_word
from vizopt.train.problems.index import UNNAMED, Row, counts, is_index
from vizopt.train.problems.labels import check_one_hot, collapse
from vizopt.train.problems.remarks import REMARK, named_in
from vizopt.train.problems.sources import bytes_of, text_of
from vizopt.train.problems.workbooks import sheet_of


class Table(NamedTuple):
    names: list[str]  # of the columns; 1, 2, … where the file has none
    rows: list[Row]
    comma: bool  # whether decimals may follow a comma
    label: str  # the name of the labels' column, if one is wanted
    notes: list[str]  # what was taken for what, in a few words


class Reading(NamedTuple):
    """How a table is to be read; what is empty is found out.

    Args:
        delimiter: between cells.
        encoding: of the text.
        header: whether the first line has the names; None: where that is certain.
        label: the column of the labels, or those of one-hot labels.
        columns: of the features.
        drop: columns to leave out.
    """

    delimiter: str = ""
    encoding: str = ""
    header: bool | None = None
    label: str | tuple[str, ...] = ""
    columns: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class Lines(NamedTuple):
    rows: list[Row]  # as wide as the first
    comma: bool  # whether decimals may follow a comma
    above: list[str]  # names above the rows, if any
    named: bool  # whether names are known to stand in the file
    notes: list[str]  # what was taken for what, in a few words


def read_table(path: str, how: Reading) -> Table:
    """The samples of a table, without empty columns and row numbers.

    Raises:
        ValueError: no table, or two ways to read it.
    """
    label = how.label if isinstance(how.label, str) else how.label[0]
    rows, comma, above, named, notes = read_lines(path, how.delimiter, how.encoding)
    _check_width(path, rows[0][1])
    if above and how.header is not False:
        rows.insert(0, (rows[0][0] - 1, above))
        notes.append("names from a remark")
    header = True if named and how.header is None else how.header
    if header is None:
        header, note = header_of([cells for _, cells in rows], label, comma)
        notes += ["no header"] if header is False else [note] if note else []
    line, first = rows[0]
    if header is None:
        what = f"line {line}: {', '.join(first)[:60]}: names of columns or a sample?"
        raise ValueError(f"{path}: {what} say header = true or header = false")
    names = rows.pop(0)[1] if header else [str(i + 1) for i in range(len(first))]
    if header:
        _check_units(path, rows, comma)
    return _chosen(path, how, Lines(rows, comma, names, header, notes), line)


def _chosen(path: str, how: Reading, lines: Lines, line: int) -> Table:
    """The table of the columns that are wanted; names stand in a line of the file."""
    rows, comma, names, named, notes = lines
    notes += _without_values(path, names, rows)
    given = (how.label,) if isinstance(how.label, str) else how.label
    labels = [_column(path, name, names) for name in given]
    dropped = [_column(path, name, names) for name in how.drop]
    if set(dropped) & set(labels):
        raise ValueError(f'{path}: drop: "{(set(dropped) & set(labels)).pop()}" has the labels')
    _drop([(0, names), *rows], [i for i, name in enumerate(names) if name in dropped])
    chosen = [_column(path, name, names) for name in how.columns]
    if len(labels) > 1:
        label = collapse(path, labels, names, rows)
        notes.append("one-hot labels")
    else:
        label = labels[0]
    if chosen:
        _choose(path, chosen, label, names, rows)
    else:
        notes += _without_numbers(path, label, names, rows, named)
        if len(names) > 2 and rows and not label:
            check_one_hot(path, names, rows)
    _check_width(path, names)
    _check_names(f"{path}: line {line}", names)
    return Table(names, rows, comma, label, notes)


def read_lines(path: str, delimiter: str = "", encoding: str = "") -> Lines:
    """The lines of a table's file as rows of cells, without remarks and empty columns.

    Args:
        path: the file.
        delimiter: between cells, found by itself where empty.
        encoding: of a text; where empty the file's own mark tells it, else it is UTF-8.

    Raises:
        ValueError: no table, or rows that are not equally wide.
    """
    raw = bytes_of(path)
    sheet = sheet_of(path, raw)
    if sheet:
        return Lines(sheet.rows, False, [], sheet.named, [*sheet.notes, *_even(path, sheet.rows)])
    written = text_of(path, raw, encoding)
    delimiter, text = split(REMARK.sub("", written), delimiter)
    rows = list(_rows(path, text, delimiter))
    notes = _even(path, rows)
    return Lines(rows, delimiter != ",", named_in(written, delimiter, rows[0][1]), False, notes)


def _check_units(path: str, rows: list[Row], comma: bool) -> None:
    """Raises ValueError where words or nothing stand between all names and their numbers."""
    if len(rows) < 2:
        return
    (line, first), (_, second) = rows[:2]
    features = range(len(first) - 1)
    if all(number(first[i], comma) is None and not is_word(second[i], comma) for i in features):
        what = f"line {line}: {', '.join(first)[:60]}: a second line of names, or units"
        raise ValueError(f"{path}: {what}: leave it out")


def _column(path: str, label: str, names: list[str]) -> str:
    """The name of the column that is meant by its name or, where none has it, by its place."""
    if not label or label in names:
        return label
    if label.isdecimal() and 1 <= int(label) <= len(names):
        return names[int(label) - 1]
    raise ValueError(f'{path}: no column "{label}": {hint(label, names)}')


def _choose(path: str, chosen: list[str], label: str, names: list[str], rows: list[Row]) -> None:
    """Keep the chosen columns in their order, and the labels' behind them.

    Raises:
        ValueError: the labels' among them, or one twice.
    """
    labels = label or names[-1]
    for name in chosen:
        if name == labels or chosen.count(name) > 1:
            what = "has the labels" if name == labels else "is there twice"
            raise ValueError(f'{path}: columns: "{name}" {what}: leave it out')
    kept = [names.index(name) for name in (*chosen, labels)]
    for _, cells in [(0, names), *rows]:
        cells[:] = [cells[i] for i in kept]
    _check_width(path, names)


def _without_values(path: str, names: list[str], rows: list[Row]) -> list[str]:
    """Leave out the columns that have a name and no value; what is to be said of it."""
    empty = [i for i in range(len(names)) if rows and not any(cells[i] for _, cells in rows)]
    said = [f'"{names[i]}" has no values and is left out' for i in empty]
    _drop([(0, names), *rows], empty)
    _check_width(path, names)
    return said


def _without_numbers(
    path: str, label: str, names: list[str], rows: list[Row], header: bool
) -> list[str]:
    """Leave out the columns that number the rows; what is to be said of it."""
    if not rows:
        return []
    others = [i for i, name in enumerate(names) if name != (label or names[-1])]
    numbers = [i for i in others if is_index(i, names[i] if header else None, rows)]
    kept = [names[i] for i in others if i not in numbers and counts(i, rows)]
    _drop([(0, names), *rows], numbers)
    if numbers:
        _check_width(path, names, " beside row numbers")
    notes = ["row numbers left out"] if numbers else []
    return notes + [f'"{name}" numbers the rows and is kept' for name in kept]


def _rows(path: str, text: str, delimiter: str) -> Iterator[Row]:
    """Every line that is not empty."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if delimiter == " " and cells and not cells[-1]:
                cells.pop()  # blanks at the end of a line
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.line_num}: {error}") from error


def _even(path: str, rows: list[Row]) -> list[str]:
    """Make all rows as wide as the first, without empty columns; what is to be said of it.

    Raises:
        ValueError: rows that are not equally wide.
    """
    if not rows:
        raise ValueError(f"{path}: is empty")
    first, below = rows[0][1], rows[1:]
    if below and len(first) + 1 == len(below[0][1]):  # the first line lacks one
        ended = not any(cells[-1] for _, cells in below)  # by a delimiter behind the last value
        first.insert(len(first) if ended else 0, "")  # R names no column above the rows' names
    width = len(first)
    for line, cells in rows:
        if len(cells) != width:
            raise ValueError(
                f"{path}: line {line}: {counted(len(cells), 'column')} instead of {width}"
            )
    empty = [i for i in range(width) if not any(cells[i] for _, cells in rows)]
    _drop(rows, empty)
    return ["empty columns left out" if len(empty) > 1 else "an empty column left out"][
        : len(empty)
    ]


def _check_names(place: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if not name or UNNAMED.fullmatch(name):
            at = names.index(name) + 1
            raise ValueError(f"{place}: column {at} has no name: give it one")
        if count > 1:
            raise ValueError(f'{place}: two columns named "{name}"')


def _check_width(path: str, names: list[str], beside: str = "") -> None:
    if len(names) < 2:
        count = f"{counted(len(names), 'column')}{beside}"
        way = 'say what stands between columns with delimiter = "…"'
        way = "columns = […] keeps them as features" if beside else way
        raise ValueError(f"{path}: needs a feature and a label, not {count}: {way}")


def _drop(rows: list[Row], columns: list[int]) -> None:
    for _, cells in rows:
        for i in reversed(columns):
            del cells[i]
