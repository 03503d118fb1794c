"""Sofar: lines as far as their runs have come, each up to its dot."""

from math import floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import pixel
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.lines import Points
from vizopt.draw.panels.curves.plot import Floats, Plot
from vizopt.draw.tracing import Traced
from vizopt.draw.views import Role

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THICK, THIN = 2.3, 1.2  # units of a line
COLUMN = 3.0  # units of width, of whose values a line goes through the last


class Line(NamedTuple):
    """A line.

    Args:
        x, y: in pixels [n], its first value, and the last one of every few pixels; without a height
            where it has no value, or one beyond the axis, as its neighbours.
        colour: its ink.
        width: in pixels.
        dash: lengths of line and gap, in widths.
    """

    x: Floats
    y: Floats
    colour: str
    width: float
    dash: tuple[float, ...]

    @classmethod
    def of(
        cls,
        slot: DrawContext,
        plot: Plot,
        points: Points,
        colour: str,
        width: float,
        dash: tuple[float, ...] = (),
    ) -> "Line":
        at, values = points
        x = plot.x(at.astype(float))
        kept = np.diff(np.floor(x / (COLUMN * slot.unit)), append=np.inf) != 0
        kept[:1] = True
        x, values = x[kept], values[kept]
        out = np.pad(~((values >= plot.axis.low) & (values <= plot.axis.high)), 1, mode="edge")
        gone = np.isnan(values) | (out[:-2] & out[1:-1] & out[2:])
        y = np.where(gone, np.nan, plot.y(values))
        return cls(x, y, colour, width, dash)

    @classmethod
    def of_run(cls, slot: DrawContext, plot: Plot, points: Points, role: Role) -> "Line":
        """As it tells one of several runs from the others."""
        colour = slot.theme.muted if role.is_pale else slot.theme.ink
        return cls.of(slot, plot, points, colour, thick(slot, role), role.dash)

    def draw(self, axes: "Axes") -> None:
        """Draw all of it."""
        style = (0, self.dash) if self.dash else "-"
        axes.plot(
            *(self.x, self.y),
            color=self.colour,
            lw=self.width,
            linestyle=style,
            dash_capstyle="butt",
        )

    def told(self, slot: DrawContext, x: Floats) -> Floats:
        """Up to which column only that is drawn which was before its run came to x [F]: around its
        last point there is ink of what comes then, but at its end."""
        last = self.x[(np.searchsorted(self.x, x, "right") - 1).clip(min=0)]
        near = np.maximum(last, x - 2 * COLUMN * slot.unit)
        return np.where(x < self.x[-1], np.floor(near - self.width / 2), slot.width)


class End:
    """What joins a line to its dot in each frame: on from where the stamp ends, through the points
    that its run has passed, and straight to the dot.

    Args:
        line: of the run.
        x, y: of the dot [F].
        start: the column where the stamp ends [F].
    """

    def __init__(self, line: Line, x: Floats, y: Floats, start: Floats) -> None:
        start = np.minimum(np.maximum(start, line.x[0]), x)
        self._passed = _pairs(line.x, line.y)
        self._first = np.searchsorted(line.x, start, "right").tolist()
        self._stop = np.searchsorted(line.x, x, "right").tolist()
        self._starts = _pairs(start, np.interp(start, line.x, line.y))
        self._dots = _pairs(x, y)
        self._ink, self._thick = line.colour, line.width
        self._word = pixel(line.colour).view(np.uint32)[0]

    def __call__(self, window: Pixels, k: int) -> None:
        if self._starts[k][0] >= self._dots[k][0]:  # the stamp goes so far
            return
        passed = self._passed[self._first[k] : self._stop[k]]
        points = [self._starts[k], *passed, self._dots[k]]
        if isinstance(window, Traced):
            window.note_drawing(
                lambda axes: axes.plot(*zip(*points, strict=True), color=self._ink, lw=self._thick)
            )
            return
        words = window.view(np.uint32)[..., 0]
        for i, (x1, y1) in enumerate(points[1:]):
            x0, y0 = points[i]
            if y0 == y0 and y1 == y1:
                _join(words, (x0, y0, x1, y1), self._thick, self._word)


def _pairs(x: Floats, y: Floats) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


def thick(slot: DrawContext, role: Role) -> float:
    """Pixels of a run's line."""
    return max((THIN if role.is_thin else THICK) * slot.unit, 1.3)


def _join(
    words: NDArray[np.uint32], ends: tuple[float, float, float, float], width: float, ink: np.uint32
) -> None:
    """A straight line to the right in whole pixels, none of them beyond its end: it is short, and
    there are many."""
    x0, y0, x1, y1 = ends
    first, last, half, back = max(floor(x0), 0), floor(x1), width / 2, round(width) - 1
    step = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    if abs(y1 - y0) < 1:
        words[max(round(y1 - half), 0) : max(round(y1 + half), 0), first : last + 1] = ink
        return
    for column in range(first, last + 1):
        a = y0 + (column - x0) * step if column > x0 else y0
        b = y0 + (column + 1 - x0) * step if column < last else y1
        low, high = (a, b) if a < b else (b, a)
        rows = slice(max(round(low - half), 0), max(round(high + half), 0))
        words[rows, max(column - back, 0) : column + 1] = ink
