"""Files: the user's own samples, from CSV and NPZ."""

import re
from math import isfinite, nan
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema

from vizopt.core.specs import Flag, spec
from vizopt.train.problems.arrays import arrays, is_one_hot, lone_array
from vizopt.train.problems.cells import COMMA, MISSING, number
from vizopt.train.problems.datasets import Data
from vizopt.train.problems.missing import settled, with_means
from vizopt.train.problems.standard import samples
from vizopt.train.problems.tables import Reading, Table, read_table

SHORT = re.compile(r"[+-]?\d{1,3}")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")


def _text(label: Any) -> Any:
    """A column's number as it is written in a scene."""
    return str(label) if isinstance(label, int) and not isinstance(label, bool) else label


Column: TypeAlias = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
Columns: TypeAlias = tuple[Column, ...]


@spec
class CSV:
    """Samples from a table, one in each line, standardised to mean 0 and deviation 1.

    The table is a text (CSV, TSV and kin, also as .gz, .bz2 or .xz), the first filled sheet of an
    Excel workbook (.xlsx, by openpyxl) or a Parquet file (by pyarrow); `pip install
    "vizopt[tables]"` has both.

    Labels are classes named as they are written: 1.1 and 1.10 are two. Where the delimiter is no
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
    missing: Literal["error", "drop", "mean", "class"] = "error"
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
        path, table = self.path, self.table()
        if not table.rows:
            raise ValueError(f"{path}: holds a header and no samples")
        names = table.names
        at = names.index(table.label) if table.label else len(names) - 1
        notes = [*table.notes, *settled(path, table.rows, names, at, self.missing)]
        x, comma = _features(path, table, at)
        means, filled = with_means(x)
        notes += [filled] if filled else []
        notes += ["decimal commas"] if comma else []
        return samples(
            (f'{path}: column "{names[at]}"', 'name another with label = "…"'),
            means,
            [cells[at] for _, cells in table.rows],
            tuple(name for i, name in enumerate(names) if i != at),
            Path(path).name + (f" ({', '.join(notes)})" if notes else ""),
        )


@spec
class NPZ:
    """Samples from NumPy's files, standardised to mean 0 and deviation 1.

    Args:
        path: an archive (.npz), or the features alone (.npy); beside the scene or in the current
            folder.
        x, y: names of the arrays in the archive with the features [N, D], or one alone [N], and the
            labels [N] (numbers, text or bytes) or, one-hot, [N, classes]. Beside features in a
            .npy, `y` is the path of the labels' .npy.
    """

    path: str
    x: str = "x"
    y: str = "y"

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing file or array, or arrays that do not fit each other.
        """
        alone = self.path.lower().endswith(".npy")
        if self.y == (self.path if alone else self.x):
            raise ValueError(f"{self.path}: x and y are the same array: name the labels' with y")
        if alone:
            x, y = lone_array(self.path), lone_array(self.y)
        else:
            loaded = arrays(self.path, self.x, self.y)
            x, y = loaded[self.x], loaded[self.y]
        notes = []
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        if is_one_hot(y):
            y, notes = y.argmax(axis=1), [" (one-hot labels)"]
        x = x[:, None] if x.ndim == 1 else x
        if x.ndim != 2 or y.shape != x.shape[:1] or not x.size:
            way = ": make y one label for each sample" if y.ndim == 2 else ""
            raise ValueError(f"{self.path}: x {x.shape} and y {y.shape} are no [N, D] and [N]{way}")
        if x.dtype.kind not in "fiu":
            raise ValueError(f"{self.path}: x holds {x.dtype}, not numbers")
        with np.errstate(over="ignore"):  # of numbers longer than a float
            values = x.astype(float)
        _check_rows(f"{self.path}: x", np.isfinite(values).all(axis=1), "is not finite")
        labels = _names(self.path, y)
        features = tuple(f"feature {i + 1}" for i in range(x.shape[1]))
        place, way = f'{self.path}: array "{self.y}"', 'name another with y = "…"'
        words = "".join([Path(self.path).name, *notes])
        return samples((place, way), values, labels, features, words)


def _features(path: str, table: Table, at: int) -> tuple[NDArray[np.float64], bool]:
    """Every column but the labels' [N, D], and whether decimals follow a comma in them."""
    columns = [i for i in range(len(table.names)) if i != at]
    x = np.empty((len(table.rows), len(columns)))
    signs: dict[str, str] = {}  # before decimals: where the first one is
    for row, (line, cells) in enumerate(table.rows):
        for k, i in enumerate(columns):
            if cells[i] in MISSING:
                x[row, k] = nan  # to be filled
                continue
            value = number(cells[i], table.comma)
            if value is None or not isfinite(value) or (value == 0 and _is_lost(cells[i])):
                raise ValueError(f"{path}: line {line}: {_no_number(table, i, cells[i])}")
            x[row, k] = value
            sign = "," if COMMA.fullmatch(cells[i]) else "." if "." in cells[i] else ""
            signs.setdefault(sign, f"line {line}: {cells[i]}")
    if {",", "."} <= set(signs):
        found_ = f"{signs[',']} and {signs['.']}"
        raise ValueError(f"{path}: {found_}: write all with a decimal comma or all with a point")
    for i in columns if table.comma else ():
        _check_thousands(path, table, i)
    return x, "," in signs


def _check_thousands(path: str, table: Table, i: int) -> None:
    """1,234 beside 987 may be a thousand or decimals.

    Raises:
        ValueError: every number with a sign has three digits behind it, and others are as short
            as thousands without one are.
    """
    cells = [row[i] for _, row in table.rows]
    signed = [(line, row[i]) for line, row in table.rows if "," in row[i] or "." in row[i]]
    short = next((cell for cell in cells if SHORT.fullmatch(cell.strip())), None)
    if signed and short and all(THOUSANDS.fullmatch(cell.strip()) for _, cell in signed):
        line, cell = signed[0]
        raise ValueError(
            f'{path}: line {line}: {cell} beside {short} (column "{table.names[i]}") may be '
            "thousands or decimals: write it without the sign, or every number with decimals"
        )


def _is_lost(cell: str) -> bool:
    """Whether a number that reads as 0 is none: 1e-400."""
    return any(digit in "123456789" for digit in cell.lower().partition("e")[0])


def _no_number(table: Table, i: int, cell: str) -> str:
    """What is wrong with a feature, and the way out."""
    column = [cells[i] for _, cells in table.rows]
    name, way = table.names[i], "give it as numbers or leave it out"
    if COMMA.fullmatch(cell):
        way = "write decimals with a point"
    elif 2 * len(set(column)) <= len(column):
        way = f'if these are the labels, say label = "{name}", else drop = ["{name}"]'
    what = "is not a finite number" if number(cell) != 0 else "is too small for a number"
    return f'{cell!r} {what} (column "{name}"): {way}'


def _names(path: str, y: NDArray[Any]) -> list[str]:
    """Labels as text; whole numbers without a point, as 0.0 and 0 are one class in an array."""
    if y.dtype.kind not in "biufSU":
        raise ValueError(f"{path}: y holds {y.dtype}, not numbers or text")
    if y.dtype.kind == "S":
        try:
            y = np.char.decode(y, "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: y holds bytes that are no UTF-8: {error.reason}") from error
    if y.dtype.kind == "f":
        _check_rows(f"{path}: y", np.isfinite(y), "is not finite")
        return [str(label + 0).removesuffix(".0") for label in y]  # + 0 for −0
    names = [str(label).strip() for label in y]
    _check_rows(f"{path}: y", np.array([name not in MISSING for name in names]), "is missing")
    return names


def _check_rows(name: str, good: NDArray[np.bool_], what: str) -> None:
    if not good.all():
        raise ValueError(f"{name}[{int(good.argmin())}] {what}")
