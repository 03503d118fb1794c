"""Regions and steps: grids of values enlarged to pixels, smoothly or cell by cell."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels, Scores
from vizopt.core.oklab import luminance
from vizopt.draw.paint import EIGHT, OPAQUE
from vizopt.draw.tracing import Traced
from vizopt.recording.scores import DISTANCES

Floats: TypeAlias = NDArray[np.float32]
Cells: TypeAlias = NDArray[np.intp]  # [B] numbers of rows or columns of cells

FAINT, DECADES = 1e-3, 2.0  # leads between which a shade goes from grey to the class's colour
SIXTEEN = np.uint32(16)
BAND = 48  # rows of pixels that are mixed at once
NEARNESS = -DISTANCES  # to the winner, of each byte of recorded scores: 0 is the winner's own


@dataclass(frozen=True, slots=True)
class NearestZoom:
    """Nearest-neighbour enlargement of a grid [rows, columns] to height × width pixels."""

    rows: NDArray[np.intp]  # of the grid, for each row of pixels [height]
    widths: NDArray[np.intp]  # in pixels, of each column of the grid

    @classmethod
    def of(cls, rows: int, columns: int, height: int, width: int) -> "NearestZoom":
        column_of = np.arange(width) * columns // width
        return cls(np.arange(height) * rows // height, np.bincount(column_of, minlength=columns))

    def __call__(self, grid: NDArray[np.uint32], pixels: Pixels) -> None:
        if isinstance(pixels, Traced):
            small = np.ascontiguousarray(grid).view(np.uint8).reshape(*grid.shape, 4)
            pixels.note_image(small, size=pixels.shape[1::-1])
            return
        wide = np.repeat(grid, self.widths, axis=1)
        pixels.view(np.uint32)[..., 0] = wide.take(self.rows, axis=0)


class Regions:
    """The winning class of every pixel, or how often or by how much it wins, from a coarse grid.

    The distances behind the winner are interpolated bilinearly and the smallest wins, which gives
    smooth borders. Where a grid cell's four corners agree the whole cell does (a mean of distances
    that one class leads is led by it), so only the cells that a border crosses are interpolated.
    Mixtures of colours are interpolated bilinearly as sRGB values.

    Args:
        grid: points along each side of the scores, G; the outer ones lie on the window's edges.
        height, width: of the window.
        colours: RGBA of each class [C, 4].
        border: RGBA of the line between the regions of winners [4]; None for no line.
        thick: of that line, in pixels.
    """

    def __init__(
        self,
        grid: int,
        height: int,
        width: int,
        colours: NDArray[np.uint8],
        border: NDArray[np.uint8] | None = None,
        thick: int = 1,
    ) -> None:
        self._border = None if border is None else border.view(np.uint32)[0]
        self._colours = colours.view(np.uint32)[:, 0]
        self._smooth = Smooth(grid, height, width)
        self._rgb = colours[:, :3].T.astype(np.float32)  # [3, C]
        self._grey = grey(colours)
        self._width = width
        self._y, self._dy, self._row_of = _cells(grid, height)
        self._x, self._dx, column_of = _cells(grid, width)
        self._thick = thick
        # From a cell's last row or column to the next pixel, and from its first to the one before.
        self._down = np.where(self._y[-1] < height - 1, width, 0)
        self._on = np.where(self._x[-1] < width - 1, 1, 0)
        self._up = np.where(self._y[0] > 0, width, 0)
        self._back = np.where(self._x[0] > 0, 1, 0)
        self._columns = np.bincount(column_of, minlength=grid - 1)
        has_row = np.isin(np.arange(grid - 1), self._row_of)
        self._seen = np.outer(has_row, self._columns > 0)

    def __call__(self, scores: Scores, pixels: Pixels) -> None:
        """Paint the class that wins, row 0 on top; the last pixels before another are the line.

        Args:
            scores: recorded ones of each grid point [C, G, G].
            pixels: the window [h, w, 4].
        """
        winners = leader(scores)
        corner = self._colours.take(winners[:-1, :-1])
        colours = np.repeat(corner, self._columns, axis=1).take(self._row_of, axis=0)
        left, right = winners[:, :-1], winners[:, 1:]
        beside = left != right
        below = winners[:-1] != winners[1:]
        mixed = beside[:-1] | beside[1:] | below[:, :-1] | below[:, 1:]
        rows, columns = np.divmod(np.flatnonzero(mixed & self._seen), len(corner))
        places = self._places(self._y, self._x, rows, columns)
        leaders = leader(self._between(scores, rows, columns))
        own = self._colours.take(leaders)
        flat = colours.reshape(-1)
        flat[places] = own
        if self._border is not None:
            flat[self._lined(flat, places, leaders, own, rows, columns)] = self._border
        pixels.view(np.uint32)[..., 0] = colours

    def mix(self, shares: Floats, pixels: Pixels) -> None:
        """Paint the classes' colours mixed by their shares of each grid point [C, G, G]."""
        self._smooth(np.tensordot(self._rgb, shares, 1), pixels)

    def shade(self, scores: Scores, pixels: Pixels) -> None:
        """Paint the class that wins, the greyer the smaller its lead over the second.

        colour = grey + share · (own − grey),  share = (log10(lead) − log10(FAINT)) / DECADES

        The lead is a part of the largest distance between scores in the plane; from FAINT on, to
        DECADES above it, the share goes from 0 to 1. The grey is as bright as the mean of the
        classes' colours, so that it flashes no more than they do.
        """
        second = np.partition(scores, -2, axis=0)[-2] if len(scores) > 1 else scores[0]
        lead = np.maximum(DISTANCES.take(second), np.float32(FAINT))
        share = (np.log10(lead / np.float32(FAINT)) / np.float32(DECADES)).clip(0, 1)
        own = self._rgb.take(leader(scores), axis=1)
        self._smooth(self._grey + share * (own - self._grey), pixels)

    def _lined(
        self,
        flat: NDArray[np.uint32],
        places: Cells,
        leaders: NDArray[np.uint8],
        own: NDArray[np.uint32],
        rows: Cells,
        columns: Cells,
    ) -> Cells:
        """Places with another colour to the right or below, and those before them where the line
        is thicker. Of two such neighbours one at least is in a cell that a border crosses: within
        a cell they are side by side, and at its sides it looks ahead and back."""
        lined = np.empty(leaders.shape, np.bool_)
        np.not_equal(leaders[:-1], leaders[1:], out=lined[:-1])
        lined[-1] = flat.take(places[-1] + self._down.take(rows)) != own[-1]
        lined[:, :-1] |= leaders[:, :-1] != leaders[:, 1:]
        lined[:, -1] |= flat.take(places[:, -1] + self._on.take(columns)) != own[:, -1]
        up = places[0] - self._up.take(rows)
        back = places[:, 0] - self._back.take(columns)
        before = (
            _where(at, flat.take(at) != seen) for at, seen in ((up, own[0]), (back, own[:, 0]))
        )
        every = np.concatenate([_where(places, lined), *before])
        for _ in range(self._thick - 1):
            left, up = every[every % self._width > 0] - 1, every[every >= self._width] - self._width
            every = np.concatenate([every, left, up])
        return every

    def _places(self, y: Cells, x: Cells, rows: Cells, columns: Cells) -> Cells:
        """Places in the window [cell height, cell width, B] of the pixels y and x of B cells."""
        return np.asarray((y * self._width).take(rows, axis=1)[:, None] + x.take(columns, axis=1))

    def _between(self, scores: Scores, rows: Cells, columns: Cells) -> Floats:
        """Nearness [C, cell height, cell width, B] at every pixel of B cells.

        The cells are the last axis, along which NumPy is fast; the others have a few pixels.
        """
        grid = scores.shape[2]
        start = rows * grid + columns
        corners = start + np.array([0, 1, grid, grid + 1])[:, None]
        near = NEARNESS.take(scores.reshape(len(scores), -1).take(corners, axis=1))
        dy, dx = self._dy.take(rows, axis=1), self._dx.take(columns, axis=1)
        west = _mixed(near[:, 0], near[:, 2], dy)
        east = _mixed(near[:, 1], near[:, 3], dy)
        near = (east - west)[:, :, None] * dx
        near += west[:, :, None]
        return near


class Smooth:
    """Bilinear enlargement of colours on a grid [G, G], whose outer points lie on the edges.

    Args:
        grid: G.
        height, width: of the window.
    """

    def __init__(self, grid: int, height: int, width: int) -> None:
        self._row, self._dy = _places(grid, height)
        self._column, self._dx = _places(grid, width)

    def __call__(self, colours: Floats, pixels: Pixels) -> None:
        """Paint red, green and blue [3, G, G], 0 to 255, to the nearest.

        Along a row first, which leaves whole rows to be mixed, a few at once: in the cache.
        """
        wide = colours.take(self._column, axis=2)
        wide += (colours.take(self._column + 1, axis=2) - wide) * self._dx
        wide += np.float32(0.5)
        step = np.diff(wide, axis=1)
        words = pixels.view(np.uint32)[..., 0]
        for top in range(0, len(words), BAND):
            rows = self._row[top : top + BAND]
            values = step.take(rows, axis=1)
            values *= self._dy[top : top + BAND, None]
            values += wide.take(rows, axis=1)
            red, green, blue = values.astype(np.int32).view(np.uint32)
            words[top : top + BAND] = red | green << EIGHT | blue << SIXTEEN | OPAQUE


def grey(colours: NDArray[np.uint8]) -> np.float32:
    """The grey, 0 to 255, that is as bright as RGBA colours [C, 4] are on the mean, by WCAG's
    relative luminance."""
    levels = luminance(np.arange(256)[:, None] / 255 * np.ones(3))
    return np.float32(np.searchsorted(levels, luminance(colours[:, :3] / 255).mean()))


def leader(scores: NDArray[Any]) -> NDArray[np.uint8]:
    """Index of the largest along the first axis, the first of equals; argmax walks memory badly."""
    best, winner = scores[0], np.zeros(scores[0].shape, np.uint8)
    for c in range(1, len(scores)):
        ahead = (scores[c] > best).view(np.uint8)
        winner = np.maximum(winner, ahead * np.uint8(c)) if c > 1 else ahead
        if c < len(scores) - 1:
            best = np.maximum(best, scores[c])
    return winner


def _where(places: Cells, chosen: NDArray[np.bool_]) -> Cells:
    """Those of the places that are chosen; NumPy does it in half of the time of places[chosen]."""
    return np.ascontiguousarray(places).reshape(-1).take(np.flatnonzero(chosen))


def _mixed(start: Floats, stop: Floats, share: Floats) -> Floats:
    """From start to stop [C, B] by each share of the way [k, B]: [C, k, B]."""
    return start[:, None] + (stop - start)[:, None] * share


def _places(grid: int, length: int) -> tuple[NDArray[np.intp], Floats]:
    """Of each pixel [length] the grid point before it and its share of the way to the next."""
    position = (np.arange(length) + 0.5) / length * (grid - 1)
    before = position.astype(np.intp)
    return before, (position - before).astype(np.float32)


def _cells(grid: int, length: int) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Of each cell between grid points: its pixels [k, G−1], their share of the way [k, G−1];
    and each pixel's cell [length]. Cells short of k pixels repeat their last one; a grid finer
    than the pixels has cells without any."""
    cell, way = _places(grid, length)
    start = np.searchsorted(cell, np.arange(grid - 1))
    stop = np.append(start[1:], length)
    most = int((stop - start).max())
    pixels = np.minimum(start + np.arange(most)[:, None], stop - 1)
    return pixels, way[pixels], cell
