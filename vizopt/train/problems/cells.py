"""Cells: what the text between two delimiters of a table stands for."""

import re
import unicodedata

# A value that is not there, as pandas reads it, and the question mark of many collections.
MISSING = frozenset(
    ["", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None"]
)
WHOLE = re.compile(r"[+-]?\d+")
GROUPS = re.compile("(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
MIN_ROWS = 10  # rows; fewer may be alike by chance
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?")  # 6,624 or 1.234,5


def number(cell: str, comma: bool = False) -> float | None:
    """The number that a cell is, None where it is none; 1_1 is no 11.

    Args:
        cell: the text.
        comma: whether a comma may stand before the decimals.
    """
    if comma and COMMA.fullmatch(cell.strip()):
        cell = cell.replace(".", "").replace(",", ".")
    if "_" in cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return _typeset(cell) if not cell.isascii() else None


def composed(text: str) -> str:
    """The text with one character for a letter and its accents, however it was typed: é."""
    return unicodedata.normalize("NFC", text)


def _typeset(cell: str) -> float | None:
    """A number with a true minus or with narrow spaces between its thousands."""
    plain = GROUPS.sub("", cell.strip().replace("\u2212", "-"))
    try:
        return float(plain)
    except ValueError:
        return None


def natural(names: set[str]) -> list[str]:
    """Names in order: by value where all are numbers, else as text with its numbers by value."""
    values = {name: number(name) for name in names}
    if None not in values.values():
        return sorted(names, key=lambda name: (values[name], name))

    def parts(name: str) -> list[str | int]:
        split = re.split(r"(\d+)", name)  # text and digits take turns
        return [int(part) if i % 2 else part for i, part in enumerate(split)]

    return sorted(names, key=lambda name: (parts(name), name))
