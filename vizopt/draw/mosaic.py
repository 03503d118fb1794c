"""Mosaics: where each panel of a picture lies."""

from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import counted
from vizopt.core.sizes import Box
from vizopt.core.specs import Positive, spec

Cells: TypeAlias = NDArray[Any]  # [rows, columns] names
GROWN = 1.4  # times the width of a panel, that it and its new neighbour take together
NEAR_SHARE = 0.25  # of half of that, by which the neighbour may begin elsewhere than in the middle


@spec
class Mosaic:
    """Panels laid out by name, as text: a name over several cells is one panel.

    Args:
        rows: one text for each row: the panels' names between blanks, `.` for an empty cell.
        widths: relative width of each column; all equal when left out.
        heights: relative height of each row; all equal when left out.
    """

    rows: tuple[str, ...]
    widths: tuple[Positive, ...] = ()
    heights: tuple[Positive, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(row) for row in self._cells()}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(f"every row needs the same number of names, not {sorted(lengths)}")
        for name, ratios, wanted in (
            ("widths", self.widths, lengths.pop()),
            ("heights", self.heights, len(self.rows)),
        ):
            if ratios and len(ratios) != wanted:
                raise ValueError(
                    f"{name}: should be {counted(wanted, 'number')}, one each, not {len(ratios)}"
                )
            if ratios and max(ratios) > 100 * min(ratios):
                raise ValueError(
                    f"{name} {list(ratios)}: the largest is over 100 times the smallest"
                )
        if not self.names:
            raise ValueError("names no panel: every cell is empty")
        for name in self.names:
            where = np.argwhere(np.array(self._cells()) == name)
            if np.prod(where.max(axis=0) - where.min(axis=0) + 1) != len(where):
                raise ValueError(f'"{name}" does not cover a rectangle')

    @property
    def names(self) -> tuple[str, ...]:
        """The panels' names, in reading order."""
        every = (name for row in self._cells() for name in row if name != ".")
        return tuple(dict.fromkeys(every))

    def boxes(self, area: Box, gap: float) -> dict[str, Box]:
        """The window of each panel in an area, with a gap between neighbours."""
        cells = np.array(self._cells())
        x = _edges(self.widths or (1.0,) * cells.shape[1], area.width, gap)
        y = _edges(self.heights or (1.0,) * cells.shape[0], area.height, gap)
        boxes = {}
        for name in self.names:
            where = np.argwhere(cells == name)
            (first_row, first), (last_row, last) = where.min(axis=0), where.max(axis=0)
            left, top = x[first][0], y[first_row][0]
            size = x[last][1] - left, y[last_row][1] - top
            boxes[name] = Box(area.left + left, area.top + top, *size)
        return boxes

    def joined(self, name: str, target: str, side: str, shape: float) -> "Mosaic":
        """The same with one panel more, for which the others make room.

        Args:
            name: of the new panel.
            target: the panel that it stands next to.
            side: "above", "below", or "beside": to the right, or below where target is higher than
                wide.
            shape: width of the area over its height.
        """
        box = self.boxes(Box(0, 0, round(shape * 1000), 1000), 0.0)[target]
        cells = np.array(self._cells(), dtype=object)
        widths = self.widths or (1.0,) * cells.shape[1]
        heights = self.heights or (1.0,) * cells.shape[0]
        if side == "beside" and box.width >= box.height:
            cells, widths = _parted(cells, widths, target, name)
        elif side == "above":
            flipped, turned = _parted(cells[::-1].T, heights[::-1], target, name)
            cells, heights = flipped.T[::-1], turned[::-1]
        else:
            turned_cells, heights = _parted(cells.T, heights, target, name)
            cells = turned_cells.T
        return Mosaic(tuple(" ".join(row) for row in cells), widths, heights)

    def _cells(self) -> list[list[str]]:
        return [row.split() for row in self.rows]


def _parted(
    cells: Cells, widths: tuple[float, ...], target: str, name: str
) -> tuple[Cells, tuple[float, ...]]:
    """The columns that a panel takes grown, and of its cells the right half given to a new one.

    The half ends where a column does, if one does so near its middle; else a column is parted.
    """
    columns = np.flatnonzero((cells == target).any(axis=0))
    first, last = columns[0], columns[-1]
    grown = [w * GROWN if first <= i <= last else w for i, w in enumerate(widths)]
    half = sum(grown[first : last + 1]) / 2
    ends = np.cumsum(grown[first : last + 1])
    near = int(abs(ends - half).argmin())
    if abs(ends[near] - half) > NEAR_SHARE * half:
        at = int(np.searchsorted(ends, half))
        left = half - (ends[at - 1] if at else 0.0)
        k = first + at
        grown[k : k + 1] = [float(left), float(grown[k] - left)]
        cells = np.insert(cells, k, cells[:, k], axis=1)
        near = at
    right = cells[:, first + near + 1 :]
    cells = np.column_stack([cells[:, : first + near + 1], np.where(right == target, name, right)])
    return cells, tuple(grown)


def _edges(ratios: tuple[float, ...], length: int, gap: float) -> list[tuple[int, int]]:
    """Start and end pixel of each of several parts of a length."""
    free = length - gap * (len(ratios) - 1)
    sizes = [ratio / sum(ratios) * free for ratio in ratios]
    ends = [end + i * gap for i, end in enumerate(accumulate(sizes))]
    return [(round(end - size), round(end)) for end, size in zip(ends, sizes, strict=True)]
