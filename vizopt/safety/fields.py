"""Fields of view: parts of the picture that span 10°, and how much of a mask lies in them."""

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.safety.light import Grid
from vizopt.safety.zigzag import Mask

STEPS = 4  # positions of a field along its own side, where fields lie on a coarse grid


class Field(NamedTuple):
    """A part of the picture, in blocks."""

    top: int
    left: int
    rows: int
    columns: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return (
            slice(self.top, self.top + self.rows),
            slice(self.left, self.left + self.columns),
        )


def inside(mask: Mask, grid: Grid) -> NDArray[np.int32]:
    """Blocks of a mask in every field [tops, lefts]."""
    rows, columns = grid.field
    strips = _sliding(mask, columns)
    return _sliding(np.ascontiguousarray(strips.T), rows).T


def _sliding(values: NDArray[np.generic], side: int) -> NDArray[np.int32]:
    """Sums of every `side` neighbours in a row: differences of an integral image."""
    until = np.cumsum(values, axis=1, dtype=np.int32)
    sums = until[:, side - 1 :].copy()
    sums[:, 1:] -= until[:, :-side]
    return sums


def central(values: NDArray[np.integer]) -> int:
    """Flat index of the largest value; of many equal ones that nearest to their middle."""
    rows, columns = np.nonzero(values == values.max())
    far = (rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2
    i = far.argmin()
    return int(rows[i] * values.shape[1] + columns[i])


class Fields:
    """Fields of 10° that overlap by three quarters and cover the picture."""

    def __init__(self, grid: Grid) -> None:
        self._side = grid.field
        self._tops = _starts(grid.shape[0], grid.field[0])
        self._lefts = _starts(grid.shape[1], grid.field[1])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self._tops), len(self._lefts)

    def __getitem__(self, index: int) -> Field:
        """The field of a flat index."""
        row, column = divmod(index, len(self._lefts))
        return Field(self._tops[row], self._lefts[column], *self._side)

    def sums(self, values: NDArray[np.int8]) -> NDArray[np.int32]:
        """The sum of the values [h, w] in every field."""
        rows, columns = self._side
        return _sums(_sums(values, self._tops, rows).T, self._lefts, columns).T


def _starts(length: int, side: int) -> list[int]:
    """Where fields begin on a side of the picture; the last ends with it."""
    last = length - side
    count = ceil(last * STEPS / side) + 1
    return [round(i * last / max(1, count - 1)) for i in range(count)]


def _sums(values: NDArray[np.integer], starts: list[int], side: int) -> NDArray[np.int32]:
    """Sums of values[start : start + side] for every start [starts, …]."""
    ends = [start + side for start in starts]
    cuts = sorted({*starts, *ends})
    parts = np.add.reduceat(values, cuts[:-1], axis=0, dtype=np.int32)
    before = np.zeros((len(cuts), *parts.shape[1:]), np.int32)
    np.cumsum(parts, axis=0, out=before[1:])
    return np.asarray(before[np.searchsorted(cuts, ends)] - before[np.searchsorted(cuts, starts)])
