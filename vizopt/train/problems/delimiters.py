"""Delimiters: what stands between the cells of a table."""

import csv
import re

from vizopt.train.problems.cells import number

DELIMITERS = ",;\t|:~ "
AROUND = re.compile(r" *([,;|\t]) *")  # blanks beside a delimiter are none
SNIFFED = 50  # lines that tell which delimiter it is
THOUSANDS = re.compile(r"[+-]?\d{1,3}( \d{3})+")


def split(text: str, delimiter: str) -> tuple[str, str]:
    """The delimiter, and the text without the line that Excel names it with.

    Args:
        text: of the table.
        delimiter: what it is said to be, found by itself where empty.
    """
    said = re.match(r'"?sep=(.)"?\n', text, re.IGNORECASE)
    if said:
        text = "\n" + text[said.end() :]  # lines keep their numbers
        delimiter = delimiter or said[1]
    if delimiter:
        return delimiter, text
    if _is_mixed(text):
        return " ", text.replace("\t", " ")
    return _sniffed(text), text


def _sniffed(text: str) -> str:
    """The delimiter that leaves the most numbers below the first line, then the most columns."""
    lines = [AROUND.sub(r"\1", line) for line in _first_lines(text)]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            read = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        except csv.Error:  # a whole line is too long for a cell
            return -1, 0
        numbers = [number(cell, delimiter != ",") for row in read[1:] or read for cell in row]
        return len(numbers) - numbers.count(None), max(map(len, read[:1]), default=0)

    return max(DELIMITERS, key=score)


def _is_mixed(text: str) -> bool:
    """Whether blanks stand between numbers as tabs do, which are not those of thousands."""
    if "\t" not in text:
        return False
    cells = [cell.strip() for line in _first_lines(text) for cell in line.split("\t")]
    several = [cell for cell in cells if " " in cell and not THOUSANDS.fullmatch(cell)]
    return any(
        all(number(part) is not None for part in cell.split(" ") if part) for cell in several
    )


def _first_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()][:SNIFFED]
