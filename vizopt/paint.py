"""NumPy writes into pixels: enlarge, look up, stamp, write digits."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

from vizopt.arrays import Pixels, Scores
from vizopt.scores import DISTANCES

Floats: TypeAlias = NDArray[np.float32]
Coverage: TypeAlias = NDArray[np.uint8]  # [h, w] 0 to 255

DPI = 72  # one point is one pixel


def pixel_axes(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Invisible axes over a window of a figure, in pixels from its top left corner."""
    W, H = figure.get_size_inches() * DPI
    axes = figure.add_axes((x / W, 1 - (y + height) / H, width / W, height / H))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    return axes


def ink(width: int, height: int, draw: Callable[[Axes], object]) -> Pixels:
    """What draw() puts on transparent paper of this size, straight alpha [height, width, 4]."""
    figure = Figure((width / DPI, height / DPI), dpi=DPI, facecolor="none")
    canvas = FigureCanvasAgg(figure)
    draw(pixel_axes(figure, 0, 0, width, height))
    return drawn(canvas)


def drawn(canvas: FigureCanvasAgg) -> Pixels:
    """A figure's pixels, a copy; a letter that the font does not have is a box."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


class Stamp:
    """Ink put on moving pixels: opaque pixels are copied, edges blended.

    Args:
        ink: straight alpha [h, w, 4].
    """

    def __init__(self, ink: Pixels) -> None:
        by_column = ink.transpose(1, 0, 2)  # so that the first columns are the first pixels
        alpha = by_column[..., 3]
        self._full = np.nonzero(alpha == 255)
        self._colour = np.ascontiguousarray(by_column[self._full]).view(np.uint32)[:, 0]
        self._edge = np.nonzero((alpha > 0) & (alpha < 255))
        edge = by_column[self._edge].astype(np.uint16)
        self._weighted = edge[:, :3] * edge[:, 3:] + 127
        self._clear = 255 - edge[:, 3:]

    def __call__(self, pixels: Pixels, width: int | None = None) -> None:
        """Put it on a window [h, w, 4] of the ink's own size: its first columns, or all."""
        columns, rows = self._full
        stop = len(columns) if width is None else int(np.searchsorted(columns, width))
        pixels.view(np.uint32)[rows[:stop], columns[:stop], 0] = self._colour[:stop]
        columns, rows = self._edge
        stop = len(columns) if width is None else int(np.searchsorted(columns, width))
        columns, rows = columns[:stop], rows[:stop]
        below = pixels[rows, columns, :3]
        blended = (below * self._clear[:stop] + self._weighted[:stop]) // 255
        pixels[rows, columns, :3] = blended


def stamp_at(pixels: Pixels, ink: Pixels, x: int, y: int) -> None:
    """Blend a small ink [h, w, 4] centred at x, y; what falls outside the window is cut."""
    h, w = ink.shape[:2]
    top, left = y - h // 2, x - w // 2
    up, down = max(-top, 0), min(h, pixels.shape[0] - top)
    start, stop = max(-left, 0), min(w, pixels.shape[1] - left)
    if up >= down or start >= stop:
        return
    part = ink[up:down, start:stop]
    below = pixels[top + up : top + down, left + start : left + stop, :3]
    opacity = part[..., 3:].astype(np.uint16)
    below[...] = (below * (255 - opacity) + part[..., :3] * opacity + 127) // 255


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text in pixels, without kerning."""
    font = _font(size, weight)
    known = [c for c in text if font.get_char_index(ord(c))]
    missing = len(text) - len(known)  # drawn as boxes
    return missing * size * 0.6 + sum(
        float(font.load_char(ord(c)).linearHoriAdvance) / 65536 for c in known
    )


def _font(size: float, weight: str) -> FT2Font:
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, DPI)
    return font


class Glyphs:
    """A strip of characters, rasterised once; text that changes is cut from it.

    Args:
        size: font size in pixels.
        colour: of the text.
        paper: of the flat background that the text stands on.
        weight: "normal" or "bold".
        characters: what can be written; anything else is left out.
    """

    CHARACTERS = (
        "0123456789 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        ".,:;%/()[]+-−±=·×→–∞′²≤≥<>|'\u2009"
    )

    def __init__(self, size: float, colour: str, paper: str, weight: str = "normal") -> None:
        widths = {c: max(round(text_width(c, size, weight)), 1) for c in self.CHARACTERS}
        self.baseline = ceil(size * 0.8)
        self.height = self.baseline + ceil(size * 0.25)
        total, starts = 2, {}
        for c in self.CHARACTERS:
            starts[c] = total
            total += widths[c] + 2

        def draw(axes: Axes) -> None:
            for c, start in starts.items():
                axes.text(
                    start, self.baseline, c, size=size, weight=weight, color="w", va="baseline"
                )

        coverage = ink(total, self.height, draw)[..., 3:].astype(np.uint16)
        over, under = (
            np.array([round(v * 255) for v in to_rgb(c)], np.uint16) for c in (colour, paper)
        )
        strip = np.full((self.height, total, 4), 255, np.uint8)
        strip[..., :3] = (over * coverage + under * (255 - coverage) + 127) // 255
        self._tiles = {c: strip[:, starts[c] : starts[c] + widths[c]] for c in self.CHARACTERS}

    def width(self, text: str) -> int:
        """Width of a text in pixels."""
        return sum(self._tiles[c].shape[1] for c in text if c in self._tiles)

    def write(self, pixels: Pixels, text: str, x: int, y: int, align: float = 0.0) -> None:
        """Write with the baseline at y; align 0 starts at x, 1 ends there, 0.5 centres.

        What lies outside the window is cut.
        """
        tiles = [self._tiles[c] for c in text if c in self._tiles]
        if not tiles:
            return
        line = np.concatenate(tiles, axis=1)
        left, top = x - round(align * line.shape[1]), y - self.baseline
        rows = slice(max(-top, 0), min(self.height, pixels.shape[0] - top))
        columns = slice(max(-left, 0), min(line.shape[1], pixels.shape[1] - left))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = line[rows, columns]
            window = pixels[top + rows.start :, left + columns.start :]
            window[: part.shape[0], : part.shape[1]] = part


@lru_cache(maxsize=64)
def strip(size: float, colour: str, paper: str, weight: str) -> Glyphs:
    """A glyph strip; panels that write alike share one."""
    return Glyphs(size, colour, paper, weight)


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


def disc(radius: float) -> NDArray[np.uint8]:
    """Coverage [s, s] of a disc around the middle pixel."""
    reach = ceil(radius) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return _coverage(np.hypot(x, y) - radius)


def line(x0: float, y0: float, x1: float, y1: float, width: float) -> tuple[Coverage, int, int]:
    """Coverage of a straight line, and the left and top of its box."""
    left, top = floor(min(x0, x1) - width) - 1, floor(min(y0, y1) - width) - 1
    right, bottom = ceil(max(x0, x1) + width) + 2, ceil(max(y0, y1) + width) + 2
    y, x = np.mgrid[top:bottom, left:right]
    dx, dy = x1 - x0, y1 - y0
    along = ((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9)
    along = along.clip(0, 1)
    return _coverage(np.hypot(x - x0 - along * dx, y - y0 - along * dy) - width / 2), left, top


def coloured(coverage: Coverage, colour: str) -> Pixels:
    """One colour as ink of this coverage."""
    ink = np.empty((*coverage.shape, 4), np.uint8)
    ink[..., :3] = [round(value * 255) for value in to_rgb(colour)]
    ink[..., 3] = coverage
    return ink


def _coverage(distance: NDArray[np.floating]) -> Coverage:
    """Of pixels at this distance from an edge, negative inside."""
    return np.asarray(((0.5 - distance).clip(0, 1) * 255).round(), np.uint8)


class Trail:
    """Inks put down one after the other; a frame shows the first n of them.

    Every ink leaves a record of the pixels that it changed, as they look with everything before
    it, so a frame writes all records up to n and the latest of each pixel stays.

    Args:
        height, width: of the window.
    """

    def __init__(self, height: int, width: int) -> None:
        self._paper = np.zeros((height, width, 4))  # colour times alpha, alpha: 0 to 1
        self._places: list[NDArray[np.intp]] = []
        self._inks: list[NDArray[np.float32]] = []
        self._ends: list[int] = []

    def put(self, ink: Pixels, left: int, top: int) -> None:
        """Put ink [h, w, 4] with its corner there; what falls outside is cut."""
        height, width = self._paper.shape[:2]
        up, start = max(-top, 0), max(-left, 0)
        part = ink[up : max(height - top, 0), start : max(width - left, 0)] / 255.0
        rows, columns = np.nonzero(part[..., 3])
        ink_there = part[rows, columns]
        alpha = ink_there[:, 3:]
        rows, columns = rows + top + up, columns + left + start
        below = self._paper[rows, columns]
        above = np.concatenate([ink_there[:, :3] * alpha, alpha], axis=1)
        self._paper[rows, columns] = above + below * (1 - alpha)
        self._places.append(rows * width + columns)
        self._inks.append(self._paper[rows, columns].astype(np.float32))

    def end_step(self) -> None:
        """What was put since the last call appears together."""
        self._ends.append(sum(len(places) for places in self._places))

    def frozen(self) -> Callable[[Pixels, int], None]:
        """draw(window, n): paint the first n + 1 steps."""
        places = np.concatenate([*self._places, np.empty(0, np.intp)])
        rows, columns = np.divmod(places, self._paper.shape[1])
        inks = np.concatenate([*self._inks, np.empty((0, 4), np.float32)])
        colours = inks[:, :3] * 255 + 0.5
        clear = 1 - inks[:, 3:]
        ends = list(self._ends)

        def draw(pixels: Pixels, n: int) -> None:
            at = rows[: ends[n]], columns[: ends[n]]
            pixels[(*at, slice(3))] = (
                pixels[(*at, slice(3))] * clear[: ends[n]] + colours[: ends[n]]
            )

        return draw
