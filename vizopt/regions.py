"""Regions and steps: grids of values enlarged to pixels, smoothly or cell by cell."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Pixels, Scores
from vizopt.scores import DISTANCES

Floats: TypeAlias = NDArray[np.float32]


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

    def __call__(self, scores: Scores, pixels: Pixels) -> None:
        """Paint the window [h, w, 4] from scores [C, G, G], row 0 on top."""
        winners = _leader(scores)
        colours = self._colours[winners]
        flat = colours[:-1, :-1]
        out = pixels.view(np.uint32)[..., 0]
        out[...] = flat.take(self._column_of, axis=1).take(self._row_of, axis=0)
        left, right = winners[:, :-1], winners[:, 1:]
        beside = left != right
        below = winners[:-1] != winners[1:]
        mixed = beside[:-1] | beside[1:] | below[:, :-1] | below[:, 1:]
        rows, columns = np.nonzero(mixed & self._seen)
        corners = -DISTANCES[scores]
        dy = self._dy[rows][None]  # [1, B, cell height]
        west = _between(corners[:, rows, columns], corners[:, rows + 1, columns], dy)
        east = _between(corners[:, rows, columns + 1], corners[:, rows + 1, columns + 1], dy)
        dx = self._dx[columns][None, :, None]  # [1, B, 1, cell width]
        inside = west[..., None] + (east - west)[..., None] * dx
        out[self._y[rows][:, :, None], self._x[columns][:, None, :]] = self._colours[
            _leader(inside)
        ]


def _leader(scores: NDArray[Any]) -> NDArray[np.uint8]:
    """Index of the largest along the first axis, the first of equals; argmax walks memory badly."""
    best = scores[0]
    winner = np.zeros(best.shape, np.uint8)
    for c in range(1, len(scores)):
        np.copyto(winner, np.uint8(c), where=scores[c] > best)
        best = np.maximum(best, scores[c])
    return winner


def _between(start: Floats, stop: Floats, share: Floats) -> Floats:
    return start[..., None] + (stop - start)[..., None] * share


def _cells(grid: int, length: int) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Of each cell between grid points: its pixels [G−1, k], their share of the way [G−1, k];
    and each pixel's cell [length]. Cells short of k pixels repeat their last one; a grid finer
    than the pixels has cells without any."""
    position = (np.arange(length) + 0.5) / length * (grid - 1)
    cell = position.astype(np.intp)
    start = np.searchsorted(cell, np.arange(grid - 1))
    stop = np.append(start[1:], length)
    most = int((stop - start).max())
    pixels = np.minimum(start[:, None] + np.arange(most), (stop - 1)[:, None])
    share = (position[pixels] - np.arange(grid - 1)[:, None]).astype(np.float32)
    return pixels, share, cell
