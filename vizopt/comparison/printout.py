"""Printout: what a training prints, `epoch: 100, acc: 0.400, loss: 1.087, lr: 1.0`, as a table."""

import re

from vizopt.comparison.log import EPOCHS, STEPS
from vizopt.train.problems.index import Row
from vizopt.train.problems.sources import bytes_of, check_length

COUNT = re.compile(rf"\b({'|'.join((*EPOCHS, *STEPS))})\W{{1,3}}(\d+)", re.IGNORECASE)
NUMBER = r"[+\-\u2212]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|[+-]?inf"
VALUE = re.compile(rf"([a-z][a-z_ ]*?)\s*[:=]\s*({NUMBER})(?![\w.])", re.IGNORECASE)


def read(path: str) -> tuple[list[str], list[Row]] | None:
    """Names and rows of the lines that count epochs and name values; None where there are none.

    Other lines are left out: a program prints more than its numbers.

    Raises:
        ValueError: the file cannot be read.
    """
    text = bytes_of(path).decode("utf-8", "replace")
    names: dict[str, None] = {}
    found: list[tuple[int, dict[str, str]]] = []
    for line, words in enumerate(text.splitlines(), 1):
        count = COUNT.search(words)
        values = VALUE.findall(words[count.end() :]) if count else []
        if count and values:
            cells = {count[1]: count[2], **{name.strip(): value for name, value in values}}
            names |= dict.fromkeys(cells)
            found.append((line, cells))
    check_length(path, len(found))
    rows = [(line, [cells.get(name, "") for name in names]) for line, cells in found]
    return (list(names), rows) if rows else None
