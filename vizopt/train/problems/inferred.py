"""Inferred: the scene that one would write for a table of one's own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numpy.random import RandomState
from pydantic import TypeAdapter

from vizopt.core.library import unpacked
from vizopt.core.numbers import counted
from vizopt.train.problems.cells import FEW, number
from vizopt.train.problems.datasets import Data
from vizopt.train.problems.files import CSV, NPZ
from vizopt.train.problems.header import LONGEST
from vizopt.train.problems.standard import NoClassesError, classes_of

# Measured on tables of 2 to 30 features, 2 to 5 classes, 10 to 10,000 samples: each is learnt to
# within 1 % of the best that any of our trials reached, spirals to 95 %, in less than 10 seconds.
HIDDEN = 64  # units of the hidden layer
RATE = 0.05  # of Adam
EPOCHS = 1_000  # of a small table, whose step is an epoch
SMALL = 1_000  # samples; more are learnt in batches
BATCH, BATCHES = 256, 100  # of an epoch: the least size, the largest number
STEPS, LEAST_EPOCHS = 2_000, 20  # of a large table, about
LABELS = {"class", "classes", "kind", "label", "labels", "species", "target", "type", "y"}
SHOWN = 6  # of many names


class Inferred(NamedTuple):
    """A scene for a table.

    Args:
        said: what was taken for what, in one line.
        table: the scene.
    """

    said: str
    table: dict[str, Any]


def inferred(path: str, given: Mapping[str, Any]) -> Inferred:
    """The scene for a table's file.

    Args:
        path: the file.
        given: keys of the data set that are known, `label` or `header`.

    Raises:
        pydantic.ValidationError: wrong keys.
        ValueError: no table, or none with classes.
    """
    if path.lower().endswith(".npy") and "y" not in given:
        raise ValueError(f'{path}: holds features alone: name the labels\' file, y = "….npy"')
    arrays = path.lower().endswith((".npz", ".npy"))
    spec = TypeAdapter(NPZ if arrays else CSV).validate_python({"path": path, **given})
    known = {"kind": "csv", "path": path, **given}
    if isinstance(spec, NPZ):
        known["kind"], data = "npz", spec.make(RandomState(0))
    else:
        known["label"], data = _labelled(path, given, spec)
    samples, features, classes = len(data.y), data.x.shape[1], len(data.classes)
    epochs, batch = _lengths(samples)
    problem: dict[str, Any] = {
        "kind": "network",
        "sizes": [features, HIDDEN, classes],
        "init": "he",
    }
    if batch:
        problem["batch"] = batch
    table = {
        "title": _title(path),
        "epochs": epochs,
        "problem": {**problem, "data": known},
        "optimizer": {"kind": "adam", "lr": RATE},
    }
    return Inferred(_said(path, data, known.get("label", "")), table)


def _labelled(path: str, given: Mapping[str, Any], spec: CSV) -> tuple[Any, Data]:
    """The labels' column, and the data with it.

    A column that is called so, the only one of words, the last, or the first if it has few values:
    the first of them whose cells are classes. Beside one that is called so, and has them, another
    column of words is no feature, and refused.
    """
    if spec.label:
        return given["label"], spec.make(RandomState(0))
    table = spec.table()
    names = table.names
    words = [name for i, name in enumerate(names) if _is_words(i, table.rows)]
    called = [name for name in names if name.strip().lower() in LABELS]
    choices = [*(called if len(called) == 1 else ()), *(words if len(words) == 1 else ())]
    wrong: ValueError | None = None
    few = len({cells[0] for _, cells in table.rows}) <= FEW
    for label in dict.fromkeys([*choices, names[-1], *names[:few]]):
        try:
            return label, CSV(**{**given, "path": path, "label": label}).make(RandomState(0))
        except ValueError as error:
            if label in called and _has_classes(names.index(label), table.rows):
                raise
            wrong = wrong or error
    assert wrong
    raise wrong


def _has_classes(i: int, rows: list[tuple[int, list[str]]]) -> bool:
    """Whether the cells of a column are labels."""
    try:
        classes_of(("", ""), [cells[i] for _, cells in rows])
    except NoClassesError:
        return False
    return True


def _is_words(i: int, rows: list[tuple[int, list[str]]]) -> bool:
    """Whether most cells of a column are no numbers."""
    numbers = sum(number(cells[i], comma=True) is not None for _, cells in rows)
    return 2 * numbers < len(rows)


def _lengths(samples: int) -> tuple[int, int | None]:
    """Epochs of a run, and the samples of one step where those are not all."""
    if samples <= SMALL:
        return EPOCHS + 1, None
    batch = BATCH
    while batch * BATCHES < samples:
        batch *= 2
    return max(STEPS // -(-samples // batch), LEAST_EPOCHS) + 1, batch


def _title(path: str) -> str:
    words = re.sub(r"[\s_-]+", " ", unpacked(path).stem).strip() or Path(path).name
    return words[:1].upper() + words[1:]


def _said(path: str, data: Data, label: str | int | list[str]) -> str:
    features, classes = (_few(names) for names in (data.features, data.classes))
    labels = label if isinstance(label, list) else [label]
    named = ", ".join(f'"{name}"' for name in labels)
    column = f" in the column{'s' * (len(labels) > 1)} {named}" if label else ""
    what = f"{counted(data.x.shape[1], 'feature')} ({features})"
    return f"From {data.words}{column} ({classes}), {what}"


def _few(names: tuple[str, ...]) -> str:
    shown = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names[:SHOWN]]
    return ", ".join(shown) + (", …" if len(names) > SHOWN else "")
