"""Inferred: the scene that one would write for a table of one's own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from numpy.random import RandomState
from pydantic import TypeAdapter

from vizopt.core.library import unpacked
from vizopt.core.numbers import counted, setting
from vizopt.train.problems.cells import MIN_ROWS, number
from vizopt.train.problems.data import Data, Measured
from vizopt.train.problems.files import CSV, NPZ
from vizopt.train.problems.header import LONGEST
from vizopt.train.problems.standard import NoClassesError, classes_of

# Measured on tables of 2 to 30 features, 2 to 5 classes, 10 to 10,000 samples: each is learnt to
# within 1 % of the best that any of our trials reached, spirals to 95 %, in less than 10 seconds.
HIDDEN = 64  # units of the hidden layer
RATE = 0.05  # of Adam
GENTLE = 0.01  # the same for a number to predict, which has no border to stay on the right side of
EPOCHS = 1_000  # of a small table, whose step is an epoch
MAX_FULL_BATCH = 1_000  # samples; more are learnt in batches
BATCH, BATCHES = 256, 100  # of an epoch: the least size, the largest number
STEPS, LEAST_EPOCHS = 2_000, 20  # of a large table, about
LABELS = {"class", "classes", "kind", "label", "labels", "species", "target", "type", "y"}
MAX_NAMES = 6  # of many names


class Inferred(NamedTuple):
    """A scene for a table.

    Args:
        said: what was taken for what, in one line.
        table: the scene.
    """

    said: str
    table: dict[str, Any]


def inferred(path: str, given: Mapping[str, Any], kind: str = "network") -> Inferred:
    """The scene for a table's file.

    Args:
        path: the file.
        given: keys of the data set that are known, `label` or `header`.
        kind: of the problem: "network" tells classes apart, "regression" predicts a number.

    Raises:
        pydantic.ValidationError: wrong keys.
        ValueError: no table, or none with classes or numbers to predict.
    """
    if path.lower().endswith(".npy") and "y" not in given:
        raise ValueError(f'{path}: holds features alone: name the labels\' file, y = "….npy"')
    archive = path.lower().endswith((".npz", ".npy"))
    spec = TypeAdapter(NPZ if archive else CSV).validate_python({"path": path, **given})
    known = {"kind": "npz" if archive else "csv", "path": path, **given}
    data: Data | Measured
    if kind == "regression":
        if isinstance(spec, CSV):
            known["label"] = given.get("label") or _target(spec)
            spec = replace(spec, label=known["label"])
        data = spec.measured(RandomState(0))
        said = _said_of_numbers(data)
        outputs, rate = 1, GENTLE
    else:
        if isinstance(spec, NPZ):
            data = spec.make(RandomState(0))
        else:
            known["label"], data = _labelled(path, given, spec)
        said = _said(data, known.get("label", ""))
        outputs, rate = len(data.classes), RATE
    epochs, batch = _lengths(len(data.y))
    sizes = [data.x.shape[1], HIDDEN, outputs]
    problem: dict[str, Any] = {"kind": kind, "sizes": sizes, "init": "he"}
    if batch:
        problem["batch"] = batch
    table = {
        "title": _title(path),
        "epochs": epochs,
        "problem": {**problem, "data": known},
        "optimizer": {"kind": "adam", "lr": rate},
    }
    return Inferred(said, table)


def _target(spec: CSV) -> str:
    """The column of the numbers to predict: the only one that is called so, or the last."""
    names = spec.table().names
    called = [name for name in names if name.strip().lower() in LABELS]
    return called[0] if len(called) == 1 else names[-1]


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
    few = len({cells[0] for _, cells in table.rows}) <= MIN_ROWS
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
    if samples <= MAX_FULL_BATCH:
        return EPOCHS + 1, None
    batch = BATCH
    while batch * BATCHES < samples:
        batch *= 2
    return max(STEPS // -(-samples // batch), LEAST_EPOCHS) + 1, batch


def _title(path: str) -> str:
    words = re.sub(r"[\s_-]+", " ", unpacked(path).stem).strip() or Path(path).name
    return words[:1].upper() + words[1:]


def _said(data: Data, label: str | int | list[str]) -> str:
    labels = label if isinstance(label, list) else [label]
    named = ", ".join(f'"{name}"' for name in labels)
    column = f" in the column{'s' * (len(labels) > 1)} {named}" if label else ""
    return f"From {data.words}{column} ({_few(data.classes)}), {_features(data)}"


def _said_of_numbers(data: Measured) -> str:
    mean, deviation = (setting(value, 4) for value in data.own)
    target = f'"{data.target}" to predict (mean {mean}, deviation {deviation})'
    return f"From {data.words}, {target}, {_features(data)}"


def _features(data: Data | Measured) -> str:
    return f"{counted(data.x.shape[1], 'feature')} ({_few(data.features)})"


def _few(names: tuple[str, ...]) -> str:
    shown = [
        name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names[:MAX_NAMES]
    ]
    return ", ".join(shown) + (", …" if len(names) > MAX_NAMES else "")
