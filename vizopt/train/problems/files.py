"""Files: the user's own samples, from CSV and NPZ."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema

from vizopt.core.numbers import count as grouped
from vizopt.core.specs import Flag, spec
from vizopt.train.problems.arrays import arrays, is_one_hot, lone_array
from vizopt.train.problems.cells import composed
from vizopt.train.problems.data import Data, Measured
from vizopt.train.problems.missing import (
    check_targets,
    settled,
    settled_arrays,
    with_means,
)
from vizopt.train.problems.numbers import numbers
from vizopt.train.problems.standard import measured, samples
from vizopt.train.problems.tables import Reading, Table, read_table


def _text(label: Any) -> Any:
    """A column's number as it is written in a scene, or its name as a table's are read."""
    if isinstance(label, int) and not isinstance(label, bool):
        return str(label)
    return composed(label) if isinstance(label, str) else label


Column: TypeAlias = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
Columns: TypeAlias = tuple[Column, ...]
Missing: TypeAlias = Literal["error", "drop", "mean", "class"]


@spec
class CSV:
    """Samples from a table, one in each line, standardised to mean 0 and deviation 1.

    The table is a text (CSV, TSV and kin, also as .gz, .bz2 or .xz), the first filled sheet of an
    Excel workbook (.xlsx, by openpyxl) or a Parquet file (by pyarrow); `pip install
    "vizopt[tables]"` has both.

    Labels are classes named as they are written: 1.1 and 1.10 are two; of a regression they are
    numbers, standardised too. Where the delimiter is no
    comma, a comma stands before the decimals. Row numbers (a first column without a name, or
    whole numbers named "id", "index", "PassengerId", each once) are left out unless `columns` has
    them, and so are lines that begin with "# " but for names just above the first sample. What
    was taken for what is said in the picture.

    Args:
        path: the file, beside the scene or in the current folder.
        label: column with the labels, by its name or else its place in the file from 1; the last
            one when left out. A list of columns with one 1 in each line are one-hot labels.
        columns: those of the features, by name or place; all but the labels' when left out.
        drop: columns to leave out, by name or place.
        missing: what to do where a value is missing (empty, ?, NA, NaN, null …): "error" refuses
            the table, "drop" leaves out its line, "mean" puts the mean of the feature's other
            values there, "class" makes missing labels a class of their own.
        delimiter: between cells; found by itself when left out.
        encoding: of the text, by Python's name for it ("cp1252"); UTF-8 or what the file's own
            mark says when left out.
        header: whether the first line has the columns' names; found by itself where that is
            certain. Without one the columns are named 1, 2, …
    """

    path: str
    label: Column | Columns = ""
    columns: Columns = ()
    drop: Columns = ()
    missing: Missing = "error"
    delimiter: Annotated[str, Field(max_length=1)] = ""
    encoding: str = ""
    header: Flag | None = None

    def table(self) -> Table:
        """The samples' cells under the columns' names, the labels' among them."""
        if self.columns and self.drop:
            raise ValueError(f"{self.path}: columns and drop: give one of them")
        how = Reading(
            self.delimiter, self.encoding, self.header, self.label, self.columns, self.drop
        )
        return read_table(self.path, how)

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing, empty, ragged or non-numeric file, with its line.
        """
        path, (table, at) = self.path, self._filled()
        notes = [*table.notes, *settled(path, table.rows, table.names, at, self.missing)]
        x, features, more = self._features(table, at)
        return samples(
            (f'{path}: column "{table.names[at]}"', 'name another with label = "…"'),
            x,
            [cells[at] for _, cells in table.rows],
            features,
            _words(path, [*notes, *more]),
        )

    def measured(self, rng: RandomState) -> Measured:
        """The same with a number to predict in the labels' column; nothing is random.

        Raises:
            ValueError: the same, or a label that is no number.
        """
        path, (table, at) = self.path, self._filled()
        check_targets(path, table, at, self.missing)
        notes = [*table.notes, *settled(path, table.rows, table.names, at, self.missing)]
        x, features, more = self._features(table, at)
        y = numbers(path, table, [at])[0][:, 0]
        target = table.names[at]
        return measured(
            f'{path}: column "{target}"', x, y, features, target, _words(path, [*notes, *more])
        )

    def _filled(self) -> tuple[Table, int]:
        """The table with samples in it, and the place of the labels."""
        table = self.table()
        if not table.rows:
            raise ValueError(f"{self.path}: holds a header and no samples")
        return table, table.names.index(table.label) if table.label else len(table.names) - 1

    def _features(
        self, table: Table, at: int
    ) -> tuple[NDArray[np.float64], tuple[str, ...], list[str]]:
        """Every column but the labels' [N, D], their names, and what is to be said of them."""
        columns = [i for i in range(len(table.names)) if i != at]
        x, comma = numbers(self.path, table, columns)
        means, filled = with_means(x)
        notes = [filled] * bool(filled) + ["decimal commas"] * comma
        return means, tuple(table.names[i] for i in columns), notes


@spec
class NPZ:
    """Samples from NumPy's files, standardised to mean 0 and deviation 1.

    Args:
        path: an archive (.npz), or the features alone (.npy); beside the scene or in the current
            folder.
        x, y: names of the arrays in the archive with the features [N, D], or one alone [N], and the
            labels [N] (numbers, text or bytes) or, one-hot, [N, classes]. Beside features in a
            .npy, `y` is the path of the labels' .npy.
        missing: what to do where a value is missing (NaN; in labels also "", "?", "NA", …): "error"
            refuses the arrays, "drop" leaves out the sample, "mean" puts the mean of the feature's
            other values there, "class" makes missing labels a class of their own.
    """

    path: str
    x: str = "x"
    y: str = "y"
    missing: Missing = "error"

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing file or array, or arrays that do not fit each other.
        """
        (x, y), notes = self._arrays(), []
        if is_one_hot(y):
            y, notes = y.argmax(axis=1), ["one-hot labels"]
        values, features = _checked(self.path, x, y)
        place, way = f'{self.path}: array "{self.y}"', 'name another with y = "…"'
        values, labels, more = settled_arrays(
            self.path, values, np.array(_names(self.path, y)), self.missing
        )
        words = _words(self.path, [*notes, *more])
        return samples((place, way), values, labels.tolist(), features, words)

    def measured(self, rng: RandomState) -> Measured:
        """The same with a number to predict for each sample; nothing is random.

        Raises:
            ValueError: the same, or labels that are no numbers.
        """
        x, y = self._arrays()
        values, features = _checked(self.path, x, y)
        if y.dtype.kind not in "fiu":
            raise ValueError(f"{self.path}: y holds {y.dtype}, not numbers to predict")
        with np.errstate(over="ignore"):
            y = y.astype(float)
        _check_rows(f"{self.path}: y", ~np.isinf(y), "is not finite")
        values, y, notes = settled_arrays(self.path, values, y, self.missing)
        place = f'{self.path}: array "{self.y}"'
        return measured(place, values, y, features, Path(self.y).stem, _words(self.path, notes))

    def _arrays(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Features [N, D] and labels as they are in the files."""
        alone = self.path.lower().endswith(".npy")
        if self.y == (self.path if alone else self.x):
            raise ValueError(f"{self.path}: x and y are the same array: name the labels' with y")
        if alone:
            x, y = lone_array(self.path), lone_array(self.y)
        else:
            loaded = arrays(self.path, x=self.x, y=self.y)
            x, y = loaded[self.x], loaded[self.y]
        y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        return x[:, None] if x.ndim == 1 else x, y


def _checked(
    path: str, x: NDArray[Any], y: NDArray[Any]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Features [N, D] with a label each, as floats, nan where one is missing, and their names."""
    if x.ndim != 2 or y.shape != x.shape[:1] or not x.size:
        way = ": make y one label for each sample" if y.ndim == 2 else ""
        raise ValueError(f"{path}: x {x.shape} and y {y.shape} are no [N, D] and [N]{way}")
    if x.dtype.kind not in "fiu":
        raise ValueError(f"{path}: x holds {x.dtype}, not numbers")
    with np.errstate(over="ignore"):  # of numbers longer than a float
        values = x.astype(float)
    _check_rows(f"{path}: x", ~np.isinf(values).any(axis=1), "is not finite")
    return values, tuple(f"feature {i + 1}" for i in range(x.shape[1]))


def _words(path: str, notes: list[str]) -> str:
    """The file, and what was taken for what in it."""
    return Path(path).name + (f" ({', '.join(notes)})" if notes else "")


def _names(path: str, y: NDArray[Any]) -> list[str]:
    """Labels as text, "nan" where a number is missing; whole numbers without a point, as 0.0 and 0
    are one class in an array."""
    if y.dtype.kind not in "biufSU":
        raise ValueError(f"{path}: y holds {y.dtype}, not numbers or text")
    if y.dtype.kind == "S":
        try:
            y = np.char.decode(y, "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: y holds bytes that are no UTF-8: {error.reason}") from error
    if y.dtype.kind == "f":
        _check_rows(f"{path}: y", ~np.isinf(y), "is not finite")
        return [str(label + 0).removesuffix(".0") for label in y]  # + 0 for −0
    return [composed(str(label).strip()) for label in y]


def _check_rows(name: str, good: NDArray[np.bool_], what: str) -> None:
    if not good.all():
        bad = len(good) - int(good.sum())
        count = "the only one" if bad == 1 else f"one of {grouped(bad)}"
        way = "fill it in, or leave such samples out of the arrays"
        raise ValueError(f"{name}[{int(good.argmin())}] {what}, {count}: {way}")
