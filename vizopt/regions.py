"""Regions and steps: grids of values enlarged to pixels, smoothly or cell by cell."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Pixels
from vizopt.scores import DISTANCES

Floats: TypeAlias = NDArray[np.float32]
Cells: TypeAlias = NDArray[np.intp]  # [B] numbers of rows or columns of cells

NEARNESS = -DISTANCES  # to the winner, of each byte of recorded scores: 0 is the winner's own


@dataclass(frozen=True, slots=True)
class Steps:
    """Nearest-neighbour enlargement of a grid [rows, columns] to height × width pixels."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    @classmethod
    def of(cls, rows: int, columns: int, height: int, width: int) -> "Steps":
        return cls(np.arange(height) * rows // height, np.arange(width) * columns // width)

    def __call__(self, grid: NDArray[np.uint32], pixels: Pixels) -> None:
        pixels.view(np.uint32)[..., 0] = grid.take(self.columns, axis=1).take(self.rows, axis=0)


class Regions:
    """The winning class of every pixel, from class scores on a coarse grid.

    The distances behind the winner are interpolated bilinearly and the smallest wins, which gives
    smooth borders. Where a grid cell's four corners agree the whole cell does (a mean of distances
    that one class leads is led by it), so only the cells that a border crosses are interpolated.

    Args:
        grid: points along each side of the scores, G; the outer ones lie on the window's edges.
        height, width: of the window.
        colours: RGBA of each class [C, 4].
    """

    def __init__(self, grid: int, height: int, width: int, colours: NDArray[np.uint8]) -> None:
        self._colours = colours.view(np.uint32)[:, 0]
        self._y, self._dy, self._row_of = _cells(grid, height)
        self._x, self._dx, self._column_of = _cells(grid, width)
        has_row = np.isin(np.arange(grid - 1), self._row_of)
        self._seen = np.outer(has_row, np.isin(np.arange(grid - 1), self._column_of))

    def __call__(self, nearness: Floats, pixels: Pixels) -> None:
        """Paint the window [h, w, 4] from nearness to the winner [C, G, G], row 0 on top."""
        winners = leader(nearness)
        corner = self._colours[winners[:-1, :-1]]
        colours = corner.take(self._column_of, axis=1).take(self._row_of, axis=0)
        left, right = winners[:, :-1], winners[:, 1:]
        beside = left != right
        below = winners[:-1] != winners[1:]
        mixed = beside[:-1] | beside[1:] | below[:, :-1] | below[:, 1:]
        rows, columns = np.nonzero(mixed & self._seen)
        places = self._y[:, None, rows] * colours.shape[1] + self._x[:, columns]
        leaders = leader(self._between(nearness, rows, columns))
        colours.reshape(-1)[places] = self._colours[leaders]
        pixels.view(np.uint32)[..., 0] = colours

    def _between(self, nearness: Floats, rows: Cells, columns: Cells) -> Floats:
        """Nearness [C, cell height, cell width, B] at every pixel of B cells.

        The cells are the last axis, along which NumPy is fast; the others have a few pixels.
        """
        grid = nearness.shape[2]
        flat = nearness.reshape(len(nearness), -1)
        start = rows * grid + columns
        north_west, north_east, south_west, south_east = (
            flat.take(start + step, axis=1) for step in (0, 1, grid, grid + 1)
        )
        dy, dx = self._dy[:, rows], self._dx[:, columns]
        west = _mixed(north_west, south_west, dy)
        east = _mixed(north_east, south_east, dy)
        return west[:, :, None] + (east - west)[:, :, None] * dx


def leader(scores: NDArray[Any]) -> NDArray[np.uint8]:
    """Index of the largest along the first axis, the first of equals; argmax walks memory badly."""
    best = scores[0]
    winner = np.zeros(best.shape, np.uint8)
    for c in range(1, len(scores)):
        np.copyto(winner, np.uint8(c), where=scores[c] > best)
        best = np.maximum(best, scores[c])
    return winner


def _mixed(start: Floats, stop: Floats, share: Floats) -> Floats:
    """From start to stop [C, B] by each share of the way [k, B]: [C, k, B]."""
    return start[:, None] + (stop - start)[:, None] * share


def _cells(grid: int, length: int) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Of each cell between grid points: its pixels [k, G−1], their share of the way [k, G−1];
    and each pixel's cell [length]. Cells short of k pixels repeat their last one; a grid finer
    than the pixels has cells without any."""
    position = (np.arange(length) + 0.5) / length * (grid - 1)
    cell = position.astype(np.intp)
    start = np.searchsorted(cell, np.arange(grid - 1))
    stop = np.append(start[1:], length)
    most = int((stop - start).max())
    pixels = np.minimum(start + np.arange(most)[:, None], stop - 1)
    share = (position[pixels] - np.arange(grid - 1)).astype(np.float32)
    return pixels, share, cell
