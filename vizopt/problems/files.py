"""Files: the user's own samples, from CSV and NPZ."""

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from zipfile import BadZipFile

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import Field

from vizopt.errors import hint
from vizopt.problems.datasets import Data
from vizopt.specs import spec


@spec
class CSV:
    """Samples from a text table, one in each line, standardised to mean 0 and deviation 1.

    The first line is a header when none of its cells is a number; without one the columns are
    named 1, 2, … Labels may be text or numbers; classes are numbered in sorted order.

    Args:
        path: the file, beside the scene or in the current folder.
        label: name of the column with the labels; the last one when left out.
        delimiter: between cells; found by itself when left out.
    """

    path: str
    label: str = ""
    delimiter: Annotated[str, Field(max_length=1)] = ""

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing, empty, ragged or non-numeric file, with its line.
        """
        rows = _rows(self.path, self.delimiter)
        first = [cell.strip() for cell in rows[0][1]]
        headed = all(_number(cell) is None for cell in first)
        names = first if headed else [str(i + 1) for i in range(len(first))]
        body = rows[1:] if headed else rows
        if len(names) < 3:
            raise ValueError(
                f"{self.path}: needs two features and a label, not {len(names)} columns"
            )
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'{self.path}: line {rows[0][0]}: two columns named "{name}"')
        if self.label and self.label not in names:
            raise ValueError(f'{self.path}: no column "{self.label}": {hint(self.label, names)}')
        if not body:
            raise ValueError(f"{self.path}: holds a header and no samples")
        at = names.index(self.label) if self.label else len(names) - 1
        values, labels = [], []
        for line, cells in body:
            if len(cells) != len(names):
                count = f"{len(cells)} columns instead of {len(names)}"
                raise ValueError(f"{self.path}: line {line}: {count}")
            labels.append(cells.pop(at).strip())
            if labels[-1].lower() in ("", "nan"):
                raise ValueError(f"{self.path}: line {line}: the label is missing")
            values.append([_feature(self.path, line, cell) for cell in cells])
        features = tuple(name for i, name in enumerate(names) if i != at)
        return samples(Path(self.path).name, np.array(values), np.array(labels), features)


@spec
class NPZ:
    """Samples from a NumPy archive, standardised to mean 0 and deviation 1.

    Args:
        path: the file, beside the scene or in the current folder.
        x, y: names of the arrays with the features [N, D] and the labels [N].
    """

    path: str
    x: str = "x"
    y: str = "y"

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing file or array, or arrays that do not fit each other.
        """
        x, y = (_array(self.path, name) for name in (self.x, self.y))
        if x.ndim != 2 or y.shape != x.shape[:1] or not len(y) or x.shape[1] < 2:
            raise ValueError(
                f"{self.path}: x {x.shape} and y {y.shape} are no [N, D] and [N], D ≥ 2"
            )
        if x.dtype.kind not in "fiu":
            raise ValueError(f"{self.path}: x holds {x.dtype}, not numbers")
        if not np.isfinite(x).all():
            row = int(np.nonzero(~np.isfinite(x).all(axis=1))[0][0])
            raise ValueError(f"{self.path}: x[{row}] is not finite")
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            row = int(np.nonzero(~np.isfinite(y))[0][0])
            raise ValueError(f"{self.path}: y[{row}] is not finite")
        features = tuple(f"feature {i + 1}" for i in range(x.shape[1]))
        return samples(Path(self.path).name, x.astype(float), y, features)


def samples(
    name: str, x: NDArray[np.float64], labels: NDArray[Any], features: tuple[str, ...]
) -> Data:
    """Standardised features and numbered classes; labels that are all numbers sort as such."""
    numbers = [_number(str(label)) for label in labels]
    sortable = labels if None in numbers else np.array(numbers, float)
    found_, y = np.unique(sortable, return_inverse=True)
    classes = [f"{c:g}" if isinstance(c, float) else str(c) for c in found_.tolist()]
    with np.errstate(over="ignore", invalid="ignore"):
        spread = x.std(axis=0)
        x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
    words = f"{name}, {len(y)} samples, {len(classes)} classes"
    return Data(x.astype(np.float32), y.reshape(-1), features, tuple(classes), words)


def _array(path: str, name: str) -> NDArray[Any]:
    """One array of an archive; objects are not loaded, for loading them runs code."""
    try:
        with np.load(found(path), allow_pickle=False) as archive:
            if name in archive:
                return np.asarray(archive[name])
            known = list(archive)
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except (ValueError, TypeError, EOFError, BadZipFile) as error:
        reason = (
            "holds objects instead of numbers" if "bject" in str(error) else "is no NPZ archive"
        )
        raise ValueError(f'{path}: array "{name}": {reason}') from error
    raise ValueError(f'{path}: no array "{name}": {hint(name, known)}')


def found(path: str) -> Path:
    """The file itself, or the one of that name among the bundled scenes."""
    bundled = Path(str(files("vizopt.scenes"))) / path
    return bundled if not Path(path).exists() and bundled.is_file() else Path(path)


def _rows(path: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of each line that is not empty."""
    try:
        text = found(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is no text in UTF-8: {error.reason}") from error
    if not text.strip():
        raise ValueError(f"{path}: is empty")
    first = text.strip().split("\n")[0]
    if not delimiter:
        delimiter = max(",;\t|:~", key=first.count)
        delimiter = delimiter if delimiter in first else " "
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows = []
    try:
        for cells in reader:
            if delimiter == " " and cells and not cells[-1]:
                cells.pop()  # blanks at the end of a line
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.line_num}: {error}") from error
    return rows


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _feature(path: str, line: int, cell: str) -> float:
    value = _number(cell)
    if value is None or not np.isfinite(value):
        raise ValueError(f"{path}: line {line}: {cell.strip()!r} is not a finite number")
    return value
