"""Export: a recording's numbers with all their digits, as CSV, JSON or for the terminal."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.sampling import evenly
from vizopt.core.tensors import Shape
from vizopt.recording.logged import is_logged
from vizopt.recording.quantities import ordered
from vizopt.recording.scalars import COUNTED
from vizopt.recording.snapshot import Arrays, Snapshot, step_of
from vizopt.recording.store import Recording

WIDTH = 100  # characters of a line on the terminal
Columns = dict[str, NDArray[Any]]


def columns(run: Recording, epochs: range) -> Columns:
    """The values of chosen epochs by name, [n] each; the first are the epochs themselves, of those
    that somebody logged something of."""
    known = [name for name, array in run.columns.items() if array.path.startswith("history/")]
    chosen = np.array(epochs, np.intp)
    if COUNTED in known:
        known.remove(COUNTED)
        is_step = run[COUNTED][chosen] >= 0
        values = [is_logged(run[name][chosen]) for name in known]  # the end has some, and no step
        chosen = chosen[np.logical_or.reduce([is_step, *values])]
    return {
        run.header.unit: chosen,
        **{name: run[name][chosen] for name in ordered(known)},
    }


def as_csv(table: Columns) -> str:
    """A line of names, and one for each epoch."""
    cells = (_cells(values) for values in table.values())
    return _csv(list(table), zip(*cells, strict=True))


def as_json(run: Recording, table: Columns) -> str:
    """The scene's name, the unit, and the columns by name."""
    lists = {name: _plain(values) for name, values in table.items()}
    return _json({"scene": run.header.name, "unit": run.header.unit, "columns": lists})


def side(run: Recording, epoch: int) -> str:
    """On which side of the step weights are: `before the step of epoch 100`."""
    return f"before {step_of(run.header.unit, epoch)}"


def weights_csv(run: Recording, at: Snapshot) -> str:
    """A line for each parameter: its array, row and column in it, its value, what the step adds.

    Rows and columns count from 0; an array of one dimension, biases, has no rows. One of several
    dimensions, a convolution, has its last as columns and all others as rows.
    """
    names = [run.header.unit, "array", "row", "column", "before_step"]
    lines = ([at.epoch, *line] for line in _parameters(run, at))
    return _csv([*names, "update"] if at.update else names, lines)


def matrix_csv(array: NDArray[np.floating]) -> str:
    """The rows of an array alone, as numpy.loadtxt reads them; one of biases is a row."""
    return _text(array.reshape(-1, *array.shape[-1:] or (1,)))


def weights_json(run: Recording, at: Snapshot) -> str:
    """The arrays by name, as lists of rows, and on which side of the step they are."""
    facts = {
        "scene": run.header.name,
        run.header.unit: at.epoch,
        "side": side(run, at.epoch),
        "weights": {name: _plain(array) for name, array in at.params.items()},
    }
    update = {name: _plain(array) for name, array in at.update.items()}
    return _json(facts | ({"update": update} if update else {}))


def weights_lines(run: Recording, at: Snapshot) -> Iterator[str]:
    """Matrices by layer for people: before the step, and what it adds."""
    layers = {tensor.name: tensor.layer for tensor in run.layout.tensors}
    for _, group in groupby(at.params, lambda name: layers.get(name, name)):
        names = [*group]
        for arrays, what in ((at.params, side(run, at.epoch)), (at.update, "what it adds")):
            yield from _matrices(run, names, arrays, what)


def _matrices(run: Recording, names: Sequence[str], arrays: Arrays, what: str) -> Iterator[str]:
    for name in names:
        if name in arrays:
            array, whole = arrays[name], run.header.whole.get(name)
            shapes = [array.shape, *([whole] if whole else [])]
            sides = " of ".join(" × ".join(map(str, shape)) for shape in shapes)
            yield f"{name} [{sides}], {what}"
            yield np.array2string(
                array,
                max_line_width=WIDTH,
                threshold=array.size + 1,
                formatter={"float_kind": _short},  # type: ignore[arg-type]
            )
            yield ""


def _short(value: float) -> str:
    """Nine characters for a column of a matrix."""
    if not value or 1e-4 <= abs(value) < 100:
        return f"{value:9.6f}"
    return f"{value:9.6g}" if 100 <= abs(value) < 1e6 else f"{value:9.2e}"


def _parameters(run: Recording, at: Snapshot) -> Iterator[list[Any]]:
    """Rows and columns are those of the whole array where only a sample of it is recorded."""
    for name, array in at.params.items():
        matrix = array.reshape(-1, *array.shape[-1:] or (1,))
        rows, columns = _places(array.shape, run.header.whole.get(name, array.shape))
        added = at.update[name].reshape(matrix.shape) if at.update else None
        for (i, j), value in np.ndenumerate(matrix):
            row = "" if array.ndim < 2 else rows[i]
            yield [
                name,
                row,
                columns[j],
                matrix.dtype.type(value),
                *([] if added is None else [added[i, j]]),
            ]


def _places(shape: Shape, whole: Shape) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns in the whole array of the cells of one that holds a sample of it."""
    sides = [evenly(wide, side) for side, wide in zip(shape, whole, strict=True)]
    down = np.ix_(*sides[:-1])
    rows = np.ravel_multi_index(down, whole[:-1]).ravel() if down else np.zeros(1, np.intp)
    return np.asarray(rows), sides[-1] if sides else np.zeros(1, np.intp)


def _csv(names: Sequence[str], rows: Any) -> str:
    return _text(chain([names], rows))


def _text(rows: Any) -> str:
    """NumPy's own text of a number is the shortest that reads as the same number in its dtype."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([str(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cells(values: NDArray[Any]) -> list[Any]:
    """Numbers, and nothing where nobody logged one."""
    there = is_logged(values)
    return [value if known else "" for value, known in zip(values, there, strict=True)]


def _plain(values: NDArray[Any]) -> Any:
    """Lists of numbers with the digits of their dtype; null where JSON has no such number."""
    if values.ndim > 1:
        return [_plain(row) for row in values]
    if values.dtype.kind in "iu":
        return values.tolist()
    return [float(str(value)) if np.isfinite(value) else None for value in values]


def _json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, allow_nan=False) + "\n"
