"""Labels that are spread over several columns, one for each class: one-hot."""

import re

from vizopt.train.problems.index import Row

YES = frozenset(["1", "1.0", "True", "true", "TRUE"])
NO = frozenset(["0", "0.0", "False", "false", "FALSE"])


def collapse(path: str, labels: list[str], names: list[str], rows: list[Row]) -> str:
    """Put one column of labels, the last, in the place of one-hot columns; its name.

    What all the columns' names begin with, before "_" or "=", names it: species_setosa.

    Raises:
        ValueError: a row that has not just one 1 beside zeros, or a column twice.
    """
    if len(set(labels)) < len(labels):
        raise ValueError(f"{path}: label: a column twice: {', '.join(labels)}")
    at = [names.index(name) for name in labels]
    parts = [re.split(r"[_=]", name, maxsplit=1) for name in labels]  # species_setosa
    start = parts[0][0] if all(part[0] == parts[0][0] and part[1:] for part in parts) else ""
    classes = [part[1] for part in parts] if start else labels
    for line, cells in rows:
        hot = [k for k, i in enumerate(at) if cells[i] in YES]
        if len(hot) != 1 or any(cells[i] not in YES | NO for i in at):
            found = ", ".join(cells[i] for i in at)[:60]
            what = f"{found} in the columns of the labels: one of them has to be 1, the others 0"
            raise ValueError(f"{path}: line {line}: {what}")
        cells[:] = [cell for i, cell in enumerate(cells) if i not in at] + [classes[hot[0]]]
    names[:] = [name for i, name in enumerate(names) if i not in at]
    names.append(start if start and start not in names else " ".join(labels))
    return names[-1]


def check_one_hot(path: str, names: list[str], rows: list[Row]) -> None:
    """The last column is taken for the labels, unless it is the last of one-hot columns.

    Raises:
        ValueError: it is.
    """
    first = len(names)
    while first > 0 and all(cells[first - 1] in YES | NO for _, cells in rows):
        first -= 1
    for start in range(first, len(names) - 1):
        if all(sum(cell in YES for cell in cells[start:]) == 1 for _, cells in rows):
            found = ", ".join(f'"{name}"' for name in names[start:])
            what = f"the last {len(names) - start} columns have one 1 in each line"
            raise ValueError(
                f"{path}: {what}: if these are one label say label = [{found}], else name its "
                f'column: label = "{names[-1]}"'
            )
