"""Distance: how far from zero a descent is that has left the picture."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels, Rows
from vizopt.core.numbers import count
from vizopt.draw.paint import Mark, Stamp, coloured, disc
from vizopt.draw.panels.axis import Axis, even_ticks
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Distance:
    """|x| of every step against the step, up to the current one, on a logarithmic axis."""

    def static(self, slot: DrawContext, run: Recording) -> None:
        plot = _Plot(slot, run)
        slot.text(0, slot.font(12), "|x|", 12)
        for value, text in plot.axis.ticks(3):
            y = float(plot.y(np.array(value)))
            slot.axes.plot([plot.left, plot.right], [y, y], color=slot.theme.rule, lw=slot.hairline)
            at = plot.left - slot.unit * 6
            slot.text(at, y + slot.font(11) * 0.36, text, 11, align="right")
        base = plot.bottom + slot.font(11) * 1.4
        for step in even_ticks(0, plot.last, 2, whole=True):
            x = min(float(plot.x(step)), slot.width - slot.text_width(count(int(step)), 11) / 2)
            if step:
                slot.text(x, base, count(int(step)), 11, align="center")
        slot.text(plot.left, base, f"{slot.say(run.header.unit)} 0", 11)

    def dynamic(self, slot: DrawContext, run: Recording, rows: Rows) -> Draw:
        plot = _Plot(slot, run)
        steps = np.arange(len(plot.far), dtype=np.float64)
        x, y = plot.x(steps), plot.y(plot.far)
        shown = run["epoch"][rows]

        def draw_line(axes: "Axes") -> None:
            axes.plot(x, y, color=slot.theme.accent("loss"), lw=max(1.8 * slot.unit, 1.2))

        curve = Stamp.of(slot.width, slot.height, draw_line)
        colours = PathColours(slot, run)
        edge = Mark(coloured(disc(slot.unit * 6), slot.theme.ink))
        point = disc(slot.unit * 4.8)

        def draw(window: Pixels, k: int) -> None:
            step = int(shown[k])
            at = int(x[step]), int(y[step])
            curve(window, at[0] + 1)
            edge(window, *at)
            Mark(coloured(point, colours[step]))(window, *at)

        return draw


class _Plot:
    """The box of |x| in the window, in pixels."""

    def __init__(self, slot: DrawContext, run: Recording) -> None:
        size = abs(run["x"])
        least = size[size > 0].min(initial=1.0)
        self.far = np.maximum(np.nan_to_num(size, posinf=1e308), least)  # log 0 is nowhere
        self.axis = Axis.of("x", [self.far], "log")
        self.last = max(run.header.epochs - 1, 1)
        ticks = [text for _, text in self.axis.ticks(3)]
        self.left = max(slot.text_width(text, 11) for text in [*ticks, "0"]) + slot.unit * 8
        self.right = slot.width - slot.unit * 7
        self.top = slot.font(12) * 1.5 + slot.unit * 8
        self.bottom = slot.height - slot.font(11) * 1.7

    def x(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.left + step / self.last * (self.right - self.left))

    def y(self, far: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.bottom - self.axis.share(far) * (self.bottom - self.top))
