"""NumPy writes into pixels: ink made once, stamped where it is wanted."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.draw.tracing import Traced

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

Coverage: TypeAlias = NDArray[np.uint8]  # [h, w] 0 to 255
Words: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.intp]

DPI = 72  # one point is one pixel

# Little-endian RGBA words.
BYTE, BYTES = np.uint32(0x000000FF), np.uint32(0x00FF00FF)
HALVES, OPAQUE = np.uint32(0x00800080), np.uint32(0xFF000000)
EIGHT = np.uint32(8)


def pixel_axes(figure: "Figure", x: float, y: float, width: float, height: float) -> "Axes":
    """Invisible axes over a window of a figure, in pixels from its top left corner."""
    from vizopt.draw.blank import BlankAxes

    W, H = figure.get_size_inches() * DPI
    place = (x / W, 1 - (y + height) / H, width / W, height / H)
    axes = figure.add_axes(place, axes_class=BlankAxes)
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    return axes


def ink(width: int, height: int, draw: "Callable[[Axes], object]") -> Pixels:
    """What draw() puts on transparent paper of this size, straight alpha [height, width, 4]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width / DPI, height / DPI), dpi=DPI, facecolor="none")
    canvas = FigureCanvasAgg(figure)
    draw(pixel_axes(figure, 0, 0, width, height))
    return drawn(canvas)


def drawn(canvas: "FigureCanvasAgg") -> Pixels:
    """A figure's pixels, those of its canvas; a letter that the font does not have is a box."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


class Stamp:
    """Ink put on moving pixels: opaque pixels are copied, edges blended.

    Args:
        ink: straight alpha [h, w, 4].
        draw: puts the same on axes of that size, for print.
    """

    def __init__(self, ink: Pixels, draw: "Callable[[Axes], object] | None" = None) -> None:
        self._ink, self._draw = ink, draw
        by_column = ink.transpose(1, 0, 2)  # so that the first columns are the first pixels
        alpha = by_column[..., 3]
        self._full = np.nonzero(alpha == 255)
        self._colour = np.ascontiguousarray(by_column[self._full]).view(np.uint32)[:, 0]
        self._edge = np.nonzero((alpha > 0) & (alpha < 255))
        edge = by_column[self._edge]
        opacity = edge[:, 3].astype(np.uint32)
        self._clear = 255 - opacity
        self._weighted = [pair * opacity + HALVES for pair in _pairs(edge.view(np.uint32)[:, 0])]
        self._at: dict[int, list[Places]] = {}  # of both, by the words of a row

    @classmethod
    def of(cls, width: int, height: int, draw: "Callable[[Axes], object]") -> "Stamp":
        """Of what draw() puts on transparent paper of this size."""
        return cls(ink(width, height, draw), draw)

    def __call__(self, pixels: Pixels, width: int | None = None) -> None:
        """Put it on a window [h, w, 4] of the ink's own size: its first columns, or all."""
        if isinstance(pixels, Traced):
            if self._draw:
                pixels.note_drawing(self._draw, width)
            else:
                pixels.note_image(self._ink[:, :width])
            return
        words, step = _in_a_row(pixels)
        if step not in self._at:
            self._at = {step: [rows * step + columns for columns, rows in (self._full, self._edge)]}
        full, edge = self._at[step]
        stop = _before(self._full, width)
        words[full[:stop]] = self._colour[:stop]
        stop = _before(self._edge, width)
        below = _pairs(words[edge[:stop]])
        red_blue, green = (
            _parts_of_255(pair * self._clear[:stop] + weighted[:stop])
            for pair, weighted in zip(below, self._weighted, strict=True)
        )
        words[edge[:stop]] = red_blue | green << EIGHT | OPAQUE


def _in_a_row(pixels: Pixels) -> tuple[Words, int]:
    """A window's pixels as one row of words, with what lies between its rows, and the step from
    one row to the next: NumPy finds places by one index in a third of the time it takes for two."""
    words = pixels.view(np.uint32)[..., 0]
    step = words.strides[0] // words.itemsize
    length = (len(words) - 1) * step + words.shape[1]
    return as_strided(words, (length,), (words.itemsize,)), step


def _before(places: tuple[Places, ...], column: int | None) -> int:
    """How many of the places (columns, rows), ordered by column, lie before a column."""
    return len(places[0]) if column is None else int(np.searchsorted(places[0], column))


def _pairs(words: Words) -> tuple[Words, Words]:
    """Pixels as red and blue, and as green, each with the byte above it free: to reckon with two
    channels at once takes half the time."""
    return words & BYTES, words >> EIGHT & BYTE


def _parts_of_255(sums: Words) -> Words:
    """Two sums of up to 255² + 128 in one word, each over 255, to the nearest."""
    return (sums + (sums >> EIGHT & BYTES)) >> EIGHT & BYTES


class Mark:
    """A small ink, blended wherever it is wanted.

    Args:
        ink: straight alpha [h, w, 4].
    """

    def __init__(self, ink: Pixels) -> None:
        self._ink = ink
        opacity = ink[..., 3:].astype(np.uint16)
        self._clear = np.repeat(255 - opacity, 4, axis=2)
        self._clear[..., 3] = 255  # the window's own alpha stays
        self._weighted = ink * opacity + np.uint16(127)
        self._weighted[..., 3] = 127

    def __call__(self, pixels: Pixels, x: int, y: int) -> None:
        """Put it on a window, centred at x, y; what falls outside is cut."""
        h, w = self._ink.shape[:2]
        top, left = y - h // 2, x - w // 2
        if isinstance(pixels, Traced):
            pixels.note_image(self._ink, left, top)
            return
        height, width = pixels.shape[:2]
        clear, weighted = self._clear, self._weighted
        if top < 0 or left < 0 or top + h > height or left + w > width:
            rows = slice(max(-top, 0), min(h, height - top))
            columns = slice(max(-left, 0), min(w, width - left))
            if rows.start >= rows.stop or columns.start >= columns.stop:
                return
            clear, weighted = clear[rows, columns], weighted[rows, columns]
            top, left = max(top, 0), max(left, 0)
            h, w = clear.shape[:2]
        below = pixels[top : top + h, left : left + w]
        mixed = below * clear
        mixed += weighted
        mixed //= np.uint16(255)
        below[...] = mixed


def disc(radius: float) -> NDArray[np.uint8]:
    """Coverage [s, s] of a disc around the middle pixel."""
    reach = ceil(radius) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return _coverage(np.hypot(x, y) - radius)


def wedge(half: int) -> Coverage:
    """Coverage [s, s] of the head of an arrow that points to the right, `half` pixels to a side."""
    beside = np.abs(np.arange(-half, half + 1))[:, None]
    return np.asarray(255 * (beside * 2 <= half - np.arange(-half, half + 1)), np.uint8)


class Ink(NamedTuple):
    """Coverage 1 to 255 of single pixels [p]: of a small or thin thing, what it covers."""

    rows: Places
    columns: Places
    coverage: Coverage

    @classmethod
    def of(cls, coverage: Coverage, left: int, top: int) -> "Ink":
        """Of a box [h, w] with its corner there."""
        rows, columns = np.nonzero(coverage)
        return cls(rows + top, columns + left, coverage[rows, columns])


def paint_ink(pixels: Pixels, ink: Ink, colour: str) -> None:
    """Blend a thin thing of one colour; what falls outside the window is cut."""
    from matplotlib.colors import to_rgb

    rows, columns, coverage = ink
    inside = (rows >= 0) & (rows < pixels.shape[0]) & (columns >= 0) & (columns < pixels.shape[1])
    rows, columns = rows[inside], columns[inside]
    opacity = coverage[inside].astype(np.uint16)[:, None]
    own = np.array([round(value * 255) for value in to_rgb(colour)], np.uint16)
    below = pixels[rows, columns, :3]
    pixels[rows, columns, :3] = (below * (255 - opacity) + own * opacity + 127) // 255


def line(x0: float, y0: float, x1: float, y1: float, width: float) -> Ink:
    """A straight line; a pixel's middle is at ½.

    Only pixels near it are looked at: its box has as many as its length squared.
    """
    if abs(y1 - y0) > abs(x1 - x0):
        columns, rows, coverage = line(y0, x0, y1, x1, width)
        return Ink(rows, columns, coverage)
    dx, dy = x1 - x0, y1 - y0
    every = np.arange(floor(min(x0, x1) - width) - 1, ceil(max(x0, x1) + width) + 2)
    reach = ceil(width) + 1
    beside = np.arange(-reach, reach + 1)
    middle = y0 + ((every + 0.5 - x0) / (dx or 1.0)).clip(0, 1) * dy
    rows = np.floor(middle).astype(np.intp)[:, None] + beside
    x, y = every[:, None] + 0.5, rows + 0.5
    along = ((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9)
    along = along.clip(0, 1)
    coverage = _coverage(np.hypot(x - x0 - along * dx, y - y0 - along * dy) - width / 2)
    at, i = np.nonzero(coverage)
    return Ink(rows[at, i], every[at], coverage[at, i])


def coloured(coverage: Coverage, colour: str) -> Pixels:
    """One colour as ink of this coverage."""
    from matplotlib.colors import to_rgb

    ink = np.empty((*coverage.shape, 4), np.uint8)
    ink[..., :3] = [round(value * 255) for value in to_rgb(colour)]
    ink[..., 3] = coverage
    return ink


@lru_cache(maxsize=32)
def pixel(colour: str) -> Pixels:
    """One colour as an opaque pixel [4]."""
    made: Pixels = coloured(np.full((1, 1), 255, np.uint8), colour)[0, 0]
    return made


def _coverage(distance: NDArray[np.floating]) -> Coverage:
    """Of pixels at this distance from an edge, negative inside."""
    return np.asarray(((0.5 - distance).clip(0, 1) * 255).round(), np.uint8)


def paint_line(
    pixels: Pixels, ends: tuple[float, float, float, float], width: float, colour: str
) -> None:
    """Paint a straight line from x0, y0 to x1, y1."""
    if isinstance(pixels, Traced):
        (x0, y0, x1, y1) = ends
        pixels.note_drawing(lambda axes: axes.plot([x0, x1], [y0, y1], color=colour, lw=width))
        return
    paint_ink(pixels, line(*ends, width), colour)


@contextmanager
def kept(pixels: Pixels, windows: Sequence[tuple[slice, slice]]) -> Iterator[None]:
    """What is painted within the block leaves windows of the pixels as they were."""
    if isinstance(pixels, Traced):
        with pixels.cut(windows):
            yield
        return
    before = [pixels[window].copy() for window in windows]
    yield
    for window, pixel in zip(windows, before, strict=True):
        pixels[window] = pixel
