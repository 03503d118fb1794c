"""Remarks: lines of a table that begin with "# ", and the names that one of them may hold."""

import re

from vizopt.train.problems.cells import MISSING, number

REMARK = re.compile(r"^#(?=[\s#!])[^\n]*", re.MULTILINE)
BETWEEN = ",;\t"  # names, where numpy.savetxt leaves a blank between numbers


def named_in(text: str, delimiter: str, first: list[str]) -> list[str]:
    """The columns' names in the remark just above the first line, as numpy.savetxt writes them.

    Args:
        text: of the table, remarks included.
        delimiter: between cells.
        first: the cells of the first line that is no remark.

    Returns:
        As many words as the first line has cells; nothing where no remark is just above or the
        line has names itself.
    """
    above: list[str] = []
    for line in filter(str.strip, text.split("\n")):
        if not REMARK.match(line):
            break
        above.append(line.lstrip("#").strip())
    if not above or all(number(cell, delimiter != ",") is None for cell in first):
        return []
    for between in dict.fromkeys(BETWEEN + delimiter):
        names = [name.strip() for name in above[-1].split(None if between == " " else between)]
        words = all(number(name) is None and name not in MISSING for name in names)
        if words and len(names) == len(first):
            return names
    return []
