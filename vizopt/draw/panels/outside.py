"""A point outside the frame of a curve: an arrow at the edge, and its x or f."""

from typing import Any

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import Mark, coloured, wedge
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.names import Plate
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.draw.panels.plot import Plot
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording

PLACES = (0.94, 0.5, 0.6, 0.7, 0.4, 0.8, 0.3)  # of the box, for an arrow at its side


class Outside:
    """Draws the arrow at the edge beyond which a step lies, and its x or f.

    Args:
        slot: the panel's window.
        plot: the curve's box.
        run: the recording.
        colours: of the steps.
        plates: of the names, that it keeps clear of.
    """

    def __init__(
        self,
        slot: DrawContext,
        plot: Plot,
        run: Recording,
        colours: PathColours,
        plates: list[Plate],
    ) -> None:
        self._plot, self._colours, self._plates = plot, colours, plates
        self._x, self._f, ends = run["x"], run["loss"], run["curve"][[0, -1], 1]
        self._digits, self._font = Readout.of(run), slot.font(13)
        self._half = round(slot.unit * 9)
        self._head = wedge(self._half)
        self._glyphs = slot.glyphs(13, colour=slot.theme.ink, weight="bold")
        self._bottom, self._far = plot.y0 + plot.height, plot.x0 + plot.width
        # Low, for functions are high at their ends; higher at an end that is low itself.
        self._low = [float(plot.py(f)) > plot.y0 + plot.height * 0.7 for f in ends]

    def __call__(self, window: Pixels, step: int) -> None:
        beyond = not self._plot.left <= self._x[step] <= self._plot.right
        (self._aside if beyond else self._above)(window, step)

    def _height(self, right: bool, width: float) -> int:
        """Of an arrow and its text of that width: the lowest place that no name takes."""
        plot, reach = self._plot, self._half * 2.6 + width
        columns = (self._far - reach, self._far) if right else (plot.x0, plot.x0 + reach)
        shares = PLACES[1:] if self._low[right] else PLACES
        places = [plot.y0 + plot.height * share for share in shares]
        free = (y for y in places if not _meets(self._plates, columns, y, self._font))
        return round(next(free, places[0]))

    def _aside(self, window: Pixels, step: int) -> None:
        plot, half, x = self._plot, self._half, self._x[step]
        right = bool(x > plot.right)
        edge = plot.x0 + (plot.width - half if right else half)
        text = f"x = {self._digits.x(x)}"
        y = self._height(right, self._glyphs.width(text))
        shape = self._head if right else self._head[:, ::-1]
        self._stamp(window, shape, step, edge, y)
        base = y + round(self._font * 0.36)
        self._write(window, text, edge + (-half if right else half) * 1.6, base, right)

    def _above(self, window: Pixels, step: int) -> None:
        plot, half, f = self._plot, self._half, self._f[step]
        over = f > plot.high
        edge = plot.y0 + half if over else self._bottom - half
        at = min(max(float(plot.px(self._x[step])), plot.x0 + half), self._far - half)
        self._stamp(window, self._head.T[::-1] if over else self._head.T, step, at, edge)
        text = f"f = {self._digits.f(f)}"
        left = at + half * 1.6 + self._glyphs.width(text) > self._far
        base = round(edge + self._font * 0.36)
        self._write(window, text, at + (-half if left else half) * 1.6, base, left)

    def _stamp(self, window: Pixels, shape: Any, step: int, x: float, y: float) -> None:
        Mark(coloured(shape, self._colours[step]))(window, round(x), round(y))

    def _write(self, window: Pixels, text: str, x: float, base: int, left: bool) -> None:
        """To one side of x."""
        self._glyphs.write(window, text, round(x), base, float(left))


def _meets(plates: list[Plate], columns: tuple[float, float], y: float, size: float) -> bool:
    """Whether a line of text in the middle of which y is lies over a name."""
    return any(
        columns[0] < across.stop
        and columns[1] > across.start
        and y - size < down.stop
        and y + size > down.start
        for down, across in plates
    )
