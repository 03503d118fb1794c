"""Header: whether a table's first line names its columns."""

from itertools import pairwise
from typing import NamedTuple

from vizopt.train.problems.cells import MIN_ROWS, MISSING, WHOLE, number

Cells = list[str]

LONGEST = 60  # characters of a line that are told


class Header(NamedTuple):
    """What a table's first line is."""

    names: bool | None  # whether it names the columns; None where it may be a sample as well
    note: str = ""  # where that is not plain to see


def header_of(rows: list[Cells], label: str, comma: bool) -> Header:
    """Tell names from a sample.

    Names are words; or numbers, as pandas counts columns (0, 1, … or 0.0, 1.0, …) or as years
    stand above measurements. A sample has numbers, and a label that other samples have too.

    Args:
        rows: all of the table [N, columns].
        label: the column of the labels, if it is named.
        comma: whether decimals may follow a comma.
    """
    first, body = rows[0], rows[1:]
    numbered = [str(i + 1) for i in range(len(first))]  # names of columns without a header
    taken = f"first line {', '.join(filter(None, first))[:LONGEST]} taken as names"
    if label and label in first and label not in numbered:
        return Header(True, taken if all(number(cell, comma) is not None for cell in first) else "")
    at = numbered.index(label) if label in numbered else len(first) - 1
    labels = {row[at] for row in body}
    seen = first[at] in labels
    unnamed = first[0] == ""  # above the row numbers, or a missing value
    features = [i for i in range(unnamed, len(first)) if i != at]
    if all(number(cell, comma) is None for cell in first):
        return Header(not (seen and any(first[i] in MISSING for i in features)))
    if not body:
        return Header(False)
    words = [is_word(first[i], comma) for i in features]
    if all(words):
        return Header(True)
    whole = all(WHOLE.fullmatch(first[i]) for i in features) and len(set(first)) == len(first)
    measured = not any(WHOLE.fullmatch(row[i]) for row in body for i in features)
    above = whole and measured and len(body) >= MIN_ROWS  # whole numbers above none
    if is_word(first[at], comma):
        named = any(words) or above or all(number(name) is not None for name in labels)
        return Header(False if seen else named or None, "" if seen or any(words) else taken)
    counted = first[unnamed:]
    if counted == [str(i) for i in range(len(counted))]:
        return Header(True, taken)
    if any(words):
        return Header(False if seen else _named(first, body, features, comma))
    if not (whole and WHOLE.fullmatch(first[at])):
        names = _floats_count(counted) and not seen and 2 * len(labels) <= len(body)
        return Header(counted[0] == "0.0" or None, taken) if names else Header(False)
    if seen:
        return Header(None if _counts(counted) else False)
    return Header(above or None, taken)


def _named(first: Cells, body: list[Cells], features: list[int], comma: bool) -> bool | None:
    """Whether words beside numbers are names: one that stands below as well is a sample's label."""
    words = [i for i in features if is_word(first[i], comma)]
    if any(first[i] in {row[i] for row in body} for i in words):
        return False
    return None if all(is_word(row[i], comma) for row in body for i in words) else True


def _counts(cells: Cells) -> bool:
    """Whether whole numbers go up in even steps, as columns are numbered: 1, 2, 3 or 10, 20, 30."""
    steps = {int(b) - int(a) for a, b in pairwise(cells)}
    return len(steps) == 1 and min(steps) > 0


def _floats_count(cells: Cells) -> bool:
    """Whether floats do, as pandas writes columns that are some: 0.0, 1.0, 2.0."""
    wholes = [cell.removesuffix(".0") for cell in cells]
    count = all(WHOLE.fullmatch(cell) for cell in wholes) and _counts(wholes)
    return count and all(cell.endswith(".0") for cell in cells)


def is_word(cell: str, comma: bool) -> bool:
    """Whether a cell is neither a number nor a missing value."""
    return number(cell, comma) is None and cell not in MISSING
