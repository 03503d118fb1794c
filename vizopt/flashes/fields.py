"""Fields of view: parts of the picture that span 10°, and how much of a mask lies in them."""

from functools import lru_cache
from math import ceil
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.grid import Grid
from vizopt.flashes.zigzag import Mask

CELL = 6.4  # screen pixels, 0.19°: side of a cell
SHORT = 64  # rows and columns up to which products take half the time of integral images

Numbers: TypeAlias = NDArray[np.int32]  # [tops, lefts]  of the blocks in every field
AnyNumber = TypeVar("AnyNumber", bound=np.generic)


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


def inside(values: NDArray[np.bool_ | np.int8], grid: Grid) -> Numbers:
    """The sum of values [h, w] in every field, one at each block; of a mask how many blocks."""
    return _windows(values, grid.field)


def _windows(values: NDArray[np.generic], side: tuple[int, int]) -> Numbers:
    """Sums over every window of so many rows and columns."""
    height, width = values.shape[-2:]
    if max(height, width) <= SHORT:
        across = values.astype(np.float32) @ _band(width, side[1])
        sums: Numbers = (_band(height, side[0]).T @ across).astype(np.int32)
        return sums
    strips = _sliding(values, side[1])
    return _turned(_sliding(np.ascontiguousarray(_turned(strips)), side[0]))


@lru_cache(maxsize=64)
def _band(length: int, side: int) -> NDArray[np.float32]:
    """Ones where a window that starts at a column holds a row [length, length − side + 1]: a
    product with it sums what lies in each window, exactly up to 2²⁴."""
    first = np.arange(length - side + 1)
    row = np.arange(length)[:, None]
    return np.asarray((first <= row) & (row < first + side), np.float32)


def _sliding(values: NDArray[np.generic], side: int) -> Numbers:
    """Sums of every `side` neighbours in a row: differences of an integral image."""
    until = np.cumsum(values, axis=-1, dtype=np.int32)
    sums = np.empty((*until.shape[:-1], until.shape[-1] - side + 1), np.int32)
    sums[..., 0] = until[..., side - 1]
    np.subtract(until[..., side:], until[..., :-side], out=sums[..., 1:])
    return sums


def _turned(values: NDArray[AnyNumber]) -> NDArray[AnyNumber]:
    """Rows as columns."""
    return values.swapaxes(-1, -2)


def central(values: NDArray[np.integer]) -> int:
    """Flat index of the largest value; of many equal ones that nearest to their middle."""
    rows, columns = np.nonzero(values == values.max())
    far = (rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2
    i = far.argmin()
    return int(rows[i] * values.shape[1] + columns[i])


class Cells:
    """Squares of blocks, and fields of whole cells: the one at a cell holds all that start in it.

    So none is missed, and a field is at most two cells too wide.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._side = max(1, round(CELL / grid.area**0.5))  # blocks
        self._shape = ceil(grid.shape[0] / self._side), ceil(grid.shape[1] / self._side)
        rows, columns = (ceil((side - 1) / self._side) + 1 for side in grid.field)
        self._field = min(rows, self._shape[0]), min(columns, self._shape[1])

    @property
    def fields(self) -> tuple[int, int]:
        """How many fields there are along a column and a row."""
        (height, width), (rows, columns) = self._shape, self._field
        return height - rows + 1, width - columns + 1

    def inside(self, mask: Mask) -> Numbers:
        """Blocks of a mask [h, w] in every field, or of each of several masks [n, h, w]."""
        return _windows(self._counts(mask), self._field)

    def fullest(self, mask: Mask, least: int) -> tuple[int, Field | None]:
        """The most blocks of a mask in a field of 10°, and the first field that has them.

        Fields are counted where cells hold `least` or more, so that it is right from there on.
        Where no cells do, it is the most in a field of theirs, and there is no field.
        """
        held = self.inside(mask)
        cells = np.nonzero(held >= least)
        if not len(cells[0]):
            return int(held.max()), None
        (top, bottom), (left, right) = (self._span(cells[axis], axis) for axis in (0, 1))
        counts = _windows(mask[top:bottom, left:right], self._grid.field)
        row, column = divmod(int(counts.argmax()), counts.shape[1])
        return int(counts.max()), Field(top + row, left + column, *self._grid.field)

    def _span(self, cells: NDArray[np.intp], axis: int) -> tuple[int, int]:
        """Where the blocks of the fields that start in some cells begin and end."""
        end = self._grid.shape[axis]
        last = int(cells.max())
        if last + 1 < self.fields[axis]:
            end = min(end, (last + 1) * self._side - 1 + self._grid.field[axis])
        return int(cells.min()) * self._side, end

    def field(self, index: int) -> Field:
        """The field of 10° in that of a flat index."""
        row, column = divmod(index, self.fields[1])
        (height, width), (rows, columns) = self._grid.shape, self._grid.field
        top, left = min(row * self._side, height - rows), min(column * self._side, width - columns)
        return Field(top, left, rows, columns)

    def _counts(self, mask: Mask) -> NDArray[np.uint8]:
        """Blocks of a mask in every cell."""
        if self._side == 1:
            return mask.view(np.uint8)
        lines = _gathered(mask.view(np.uint8), self._side)
        return _turned(_gathered(np.ascontiguousarray(_turned(lines)), self._side))


def _gathered(values: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Sums of `side` rows each; the last may be of fewer."""
    sums = values[..., ::side, :].copy()
    for i in range(1, side):
        part = values[..., i::side, :]
        sums[..., : part.shape[-2], :] += part
    return sums
