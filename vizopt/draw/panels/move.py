"""The move from the current point: the tangent there, and the step that comes next."""

from math import floor, hypot, isfinite

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import Mark, coloured, paint_line, wedge
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.draw.panels.plot import Plot
from vizopt.recording.store import Recording

REACH = 70  # of the tangent to each side, along it
MIN_ARROW_LENGTH = 12  # a step that is shorter is no arrow: the point hides it


class Move:
    """Draws the tangent and the step's arrow of a point inside the box.

    The tangent has the slope that was recorded, which is the gradient. The arrow is level and ends
    above or below the next point, at the edge where that is outside; it has the step's colour.

    Args:
        slot: the panel's window.
        plot: the curve's box.
        run: the recording.
        colours: of the steps.
    """

    def __init__(self, slot: DrawContext, plot: Plot, run: Recording, colours: PathColours) -> None:
        self._plot, self._colours, self._ink = plot, colours, slot.theme.ink
        self._x, self._f, self._slope = run["x"], run["loss"], run["slope"]
        self._reach, self._short = REACH * slot.unit, MIN_ARROW_LENGTH * slot.unit
        self._thin, self._thick = max(1.5 * slot.unit, 1.0), max(3.2 * slot.unit, 1.5)
        self._head = wedge(max(round(slot.unit * 7), 3))

    def __call__(self, window: Pixels, step: int) -> None:
        x, y = self._place(step)
        dx, dy = self.tangent(step)
        paint_line(window, (x - dx, y - dy, x + dx, y + dy), self._thin, self._ink)
        end = self.end(step)
        if end is None or abs(end - x) < self._short:
            return
        right = end > x
        half = len(self._head) // 2
        stop = end - (half if right else -half)
        colour = self._colours[step]
        paint_line(window, (x, y, stop, y), self._thick, colour)
        shape = self._head if right else self._head[:, ::-1]
        Mark(coloured(shape, colour))(window, floor(stop), floor(y))

    def tangent(self, step: int) -> tuple[float, float]:
        """From the point to the tangent's right end, in pixels; it stays inside the box."""
        plot = self._plot
        slope = (
            float(self._slope[step]) * (plot.py(1.0) - plot.py(0.0)) / (plot.px(1.0) - plot.px(0.0))
        )
        if not isfinite(slope):
            return 0.0, self._reach
        dx = self._reach / hypot(1, slope)
        dy = slope * dx
        y = self._place(step)[1]
        room = max(min(y - plot.y0, plot.y0 + plot.height - y), 0.0)
        share = min(1.0, room / abs(dy)) if dy else 1.0
        return dx * share, dy * share

    def end(self, step: int) -> float | None:
        """Where the next step ends, in pixels, or the edge before it; None after the last."""
        if step + 1 >= len(self._x):
            return None
        end, left, right = self._place(step + 1)[0], self._plot.x0, self._plot.x0 + self._plot.width
        return min(max(end, left), right) if isfinite(end) else None

    def _place(self, step: int) -> tuple[float, float]:
        """Where a step is, in pixels."""
        return self._plot.px(float(self._x[step])), self._plot.py(float(self._f[step]))
