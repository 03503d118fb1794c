"""Files: the user's own samples, from CSV and NPZ."""

import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.errors import hint
from vizopt.problems.datasets import Data
from vizopt.specs import spec


@spec
class CSV:
    """Samples from a text table, one in each line, standardised to mean 0 and deviation 1.

    The first line is a header when one of its features is no number. The delimiter is found by
    itself. Labels may be text or numbers; classes are numbered in sorted order.

    Args:
        path: the file, beside the scene or in the current folder.
        label: name of the column with the labels; the last one when left out.
    """

    path: str
    label: str = ""

    def make(self, rng: RandomState) -> Data:
        """Nothing is random.

        Raises:
            ValueError: a missing, empty, ragged or non-numeric file, with its line.
        """
        rows = _rows(self.path)
        numbered = all(_number(cell) is not None for cell in rows[0][1][:-1])
        width = len(rows[0][1])
        names = [str(i + 1) for i in range(width)] if numbered else [c.strip() for c in rows[0][1]]
        if self.label and self.label not in names:
            raise ValueError(f'{self.path}: no column "{self.label}": {hint(self.label, names)}')
        at = names.index(self.label) if self.label else width - 1
        body = rows if numbered else rows[1:]
        if not body:
            raise ValueError(f"{self.path}: holds a header and no samples")
        if width < 3:
            raise ValueError(f"{self.path}: needs two features and a label, not {width} columns")
        values, labels = [], []
        for line, cells in body:
            if len(cells) != width:
                raise ValueError(
                    f"{self.path}: line {line}: {len(cells)} columns instead of {width}"
                )
            labels.append(cells[at].strip())
            values.append(
                [_feature(self.path, line, cell) for i, cell in enumerate(cells) if i != at]
            )
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
        try:
            with np.load(found(self.path), allow_pickle=False) as archive:
                for name in (self.x, self.y):
                    if name not in archive:
                        raise ValueError(
                            f'{self.path}: no array "{name}": {hint(name, archive.files)}'
                        )
                x, y = archive[self.x], archive[self.y]
        except OSError as error:
            raise ValueError(f"{self.path}: cannot read: {error.strerror or error}") from error
        if x.ndim != 2 or y.shape != x.shape[:1] or not len(y) or x.shape[1] < 2:
            raise ValueError(
                f"{self.path}: x {x.shape} and y {y.shape} are no [N, D] and [N], D ≥ 2"
            )
        if x.dtype.kind not in "fiu":
            raise ValueError(f"{self.path}: x holds {x.dtype}, not numbers")
        if not np.isfinite(x).all():
            row = int(np.nonzero(~np.isfinite(x).all(axis=1))[0][0])
            raise ValueError(f"{self.path}: x[{row}] is not finite")
        features = tuple(f"feature {i + 1}" for i in range(x.shape[1]))
        return samples(Path(self.path).name, x.astype(float), y, features)


def samples(
    name: str, x: NDArray[np.float64], labels: NDArray[np.generic], features: tuple[str, ...]
) -> Data:
    """Standardised features and numbered classes."""
    classes, y = np.unique(labels, return_inverse=True)
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
    words = f"{name}, {len(y)} samples, {len(classes)} classes"
    return Data(x.astype(np.float32), y.reshape(-1), features, tuple(map(str, classes)), words)


def found(path: str) -> Path:
    """The file itself, or the one of that name among the bundled scenes."""
    bundled = Path(str(files("vizopt.scenes"))) / path
    return bundled if not Path(path).exists() and bundled.is_file() else Path(path)


def _rows(path: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of each line that is not empty."""
    try:
        text = found(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is no text in UTF-8: {error.reason}") from error
    if not text.strip():
        raise ValueError(f"{path}: is empty")
    first = text.strip().splitlines()[0]
    delimiter = max(",;\t|", key=first.count)
    if not first.count(delimiter):
        delimiter = " "
    reader = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


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
