"""Tables: lines of text as rows of cells under names."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from vizopt.bounded import read_bytes
from vizopt.errors import hint
from vizopt.numbers import counted
from vizopt.problems.delimiters import split
from vizopt.problems.header import header_of
from vizopt.problems.index import UNNAMED, Row, counts, is_index
from vizopt.problems.remarks import REMARK, named_in

LARGEST = 200_000_000  # bytes of a table
MOST_ROWS = 500_000  # read in some seconds; a picture shows far fewer points
INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF])  # between characters, without a width
ONE_FEATURE = "add a second one (a column of zeros will do)"
MARKS = {  # at the start of a file that says its own encoding; the longer ones first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHERS = {  # files that are taken for text
    b"PK\x03\x04": "is a workbook or another ZIP archive: save it as CSV",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook: save it as CSV",
    b"\x1f\x8b": "is compressed: unpack it first",
    b"PAR1": "is a Parquet file: save it as CSV",
}


class Table(NamedTuple):
    names: list[str]  # of the columns; 1, 2, … where the file has none
    rows: list[Row]
    comma: bool  # whether decimals may follow a comma
    label: str  # the name of the labels' column, if one is wanted
    notes: list[str]  # what was taken for what, in a few words


def read_table(
    path: str, delimiter: str, header: bool | None, label: str, columns: tuple[str, ...] = ()
) -> Table:
    """The samples of a table, without empty columns and row numbers.

    Args:
        path: the file.
        delimiter: between cells, found by itself where empty.
        header: whether the first line has the names; None: where that is certain.
        label: the column of the labels, if it is named.
        columns: of the features, if they are named.

    Raises:
        ValueError: no table, or two ways to read it.
    """
    written = _text(path)
    delimiter, text = split(REMARK.sub("", written), delimiter)
    rows, comma = list(_rows(path, text, delimiter)), delimiter != ","
    notes = _even(path, rows)
    above = named_in(written, delimiter, rows[0][1]) if header is not False else []
    if above:
        rows.insert(0, (rows[0][0] - 1, above))
        notes.append("names from a remark")
    if header is None:
        header, note = header_of([cells for _, cells in rows], label, comma)
        notes += [note] if note else []
    line, first = rows[0]
    if header is None:
        what = f"line {line}: {', '.join(first)[:60]}: names of columns or a sample?"
        raise ValueError(f"{path}: {what} say header = true or header = false")
    names = rows.pop(0)[1] if header else [str(i + 1) for i in range(len(first))]
    notes += _without_values(path, names, rows)
    label = _column(path, label, names)
    if columns:
        _choose(path, [_column(path, name, names) for name in columns], label, names, rows)
    else:
        notes += _without_numbers(path, label, names, rows, header)
    _check_names(f"{path}: line {line}", names)
    return Table(names, rows, comma, label, notes)


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


def found(path: str) -> Path:
    """The file itself, or the one of that name among the bundled scenes."""
    bundled = Path(str(files("vizopt.scenes"))) / path
    return bundled if not Path(path).exists() and bundled.is_file() else Path(path)


def _text(path: str) -> str:
    """The file's text, its lines ended by \\n."""
    try:
        raw = read_bytes(found(path), LARGEST)
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror}") from error
    for start, what in OTHERS.items():
        if raw.startswith(start):
            raise ValueError(f"{path}: {what}")
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reason = f"line {line}: {error.reason}: save it as UTF-8"
        raise ValueError(f"{path}: is no text in {encoding.upper()}: {reason}") from error
    if "\0" in text:
        raise ValueError(f"{path}: is no text, or UTF-16 without its mark: save it as UTF-8")
    if not text.strip():
        raise ValueError(f"{path}: is empty")
    if text.count("\n") > MOST_ROWS:
        raise ValueError(f"{path}: has more than {MOST_ROWS} rows: take a part of them")
    text = text if text.isascii() else text.translate(INVISIBLE)
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
        ValueError: rows that are not equally wide, or too few columns.
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
    _check_width(path, first)
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
    if len(names) < 3:
        count = f"{counted(len(names), 'column')}{beside}"
        raise ValueError(f"{path}: needs two features and a label, not {count}: {ONE_FEATURE}")


def _drop(rows: list[Row], columns: list[int]) -> None:
    for _, cells in rows:
        for i in reversed(columns):
            del cells[i]
