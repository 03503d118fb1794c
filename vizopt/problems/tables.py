"""Tables: lines of text as rows of cells under names."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from vizopt.bounded import read_bytes
from vizopt.errors import hint
from vizopt.problems.cells import number
from vizopt.problems.header import header_of
from vizopt.problems.index import UNNAMED, Row, counts, is_index

DELIMITERS = ",;\t|:~ "
AROUND = re.compile(r" *([,;|\t]) *")  # blanks beside a delimiter are none
LARGEST = 200_000_000  # bytes of a table
MOST_ROWS = 500_000  # read in some seconds; a picture shows far fewer points
SNIFFED = 50  # lines that tell which delimiter it is
INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF])  # between characters, without a width
REMARK = re.compile(r"^#(?=[\s#!])[^\n]*", re.MULTILINE)
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


def read_table(path: str, delimiter: str, header: bool | None, label: str) -> Table:
    """The samples of a table, without empty columns and without the row numbers in front.

    Args:
        path: the file.
        delimiter: between cells, found by itself where empty.
        header: whether the first line has the names; None: where that is certain.
        label: the column of the labels, if it is named.

    Raises:
        ValueError: no table, or two ways to read it.
    """
    delimiter, text = _split(_text(path), delimiter)
    rows, comma = _even(path, list(_rows(path, text, delimiter))), delimiter != ","
    notes: list[str] = []
    if header is None:
        header, note = header_of([cells for _, cells in rows], label, comma)
        notes += [note] if note else []
    line, first = rows[0]
    if header is None:
        what = f"line {line}: {', '.join(first)[:60]}: names of columns or a sample?"
        raise ValueError(f"{path}: {what} say header = true or header = false")
    names = rows.pop(0)[1] if header else [str(i + 1) for i in range(len(first))]
    label = _column(path, label, names)
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
    return REMARK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _split(text: str, delimiter: str) -> tuple[str, str]:
    """The delimiter, and the text without the line that Excel names it with."""
    said = re.match(r'"?sep=(.)"?\n', text, re.IGNORECASE)
    if said:
        text = "\n" + text[said.end() :]  # lines keep their numbers
        delimiter = delimiter or said[1]
    return delimiter or _sniffed(text), text


def _sniffed(text: str) -> str:
    """The delimiter that leaves the most numbers below the first line, then the most columns."""
    lines = [AROUND.sub(r"\1", line) for line in text.split("\n") if line.strip()][:SNIFFED]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            read = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        except csv.Error:  # a whole line is too long for a cell
            return -1, 0
        numbers = [number(cell, delimiter != ",") for row in read[1:] or read for cell in row]
        return len(numbers) - numbers.count(None), len(read[0])

    return max(DELIMITERS, key=score)


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


def _even(path: str, rows: list[Row]) -> list[Row]:
    """All rows as wide as the first, without the columns that are empty in all of them."""
    if not rows:
        raise ValueError(f"{path}: is empty")
    if len(rows) > 1 and len(rows[0][1]) + 1 == len(rows[1][1]):
        rows[0][1].insert(0, "")  # R names no column above the rows' names
    width = len(rows[0][1])
    for line, cells in rows:
        if len(cells) != width:
            raise ValueError(f"{path}: line {line}: {len(cells)} columns instead of {width}")
    _drop(rows, [i for i in range(width) if not any(cells[i] for _, cells in rows)])
    _check_width(path, rows[0][1])
    return rows


def _check_names(place: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if not name or UNNAMED.fullmatch(name):
            at = names.index(name) + 1
            raise ValueError(f"{place}: column {at} has no name: give it one")
        if count > 1:
            raise ValueError(f'{place}: two columns named "{name}"')


def _check_width(path: str, names: list[str], beside: str = "") -> None:
    if len(names) < 3:
        count = f"{len(names)} columns{beside}"
        raise ValueError(f"{path}: needs two features and a label, not {count}: {ONE_FEATURE}")


def _drop(rows: list[Row], columns: list[int]) -> None:
    for _, cells in rows:
        for i in reversed(columns):
            del cells[i]
