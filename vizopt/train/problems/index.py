"""Index: columns that number the rows of a table instead of measuring something."""

import re
from typing import TypeAlias

from vizopt.train.problems.cells import MIN_ROWS, WHOLE, number

Row: TypeAlias = tuple[int, list[str]]  # its line in the file, from 1; its cells, stripped

UNNAMED = re.compile(r"unnamed: \d+(\.\d+)*", re.IGNORECASE)  # as pandas reads one without a name
NUMBERED = re.compile(
    r"^(?i:id|index|level_0|#|(?:no|nr)\.?|row)$|[_ ](?i:id|index)$|[a-z]I[dD]$"  # PassengerId
)


def is_index(i: int, name: str | None, rows: list[Row]) -> bool:
    """Whether a column numbers the rows; the first one without a name may also name each."""
    cells = [row[i] for _, row in rows]
    if name is None:
        return i == 0 and len(rows) >= MIN_ROWS and any(cells == _count(k, rows) for k in (0, 1))
    unnamed = (i == 0 and not name) or UNNAMED.fullmatch(name)
    if not (unnamed or NUMBERED.search(name)) or len(set(cells)) < len(cells):
        return False
    words = i == 0 and unnamed and all(number(cell) is None for cell in cells)
    return words or all(map(WHOLE.fullmatch, cells))


def counts(i: int, rows: list[Row]) -> bool:
    """Whether a column has each of 0, 1, … or 1, 2, … once, in any order."""
    if len(rows) < MIN_ROWS or not WHOLE.fullmatch(rows[0][1][i]):
        return False
    cells = {row[i] for _, row in rows}
    return any(cells == set(_count(k, rows)) for k in (0, 1))


def _count(start: int, rows: list[Row]) -> list[str]:
    return [str(k) for k in range(start, start + len(rows))]
