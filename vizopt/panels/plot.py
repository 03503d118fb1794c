"""The plot of a curve: its box in the window, its axes, its line."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vizopt.minima import f_range
from vizopt.numbers import setting
from vizopt.panels.base import Slot
from vizopt.recording import Recording

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plot:
    """The box of the curve in the window, in pixels, and what it spans."""

    x0: float
    y0: float
    width: float
    height: float
    left: float
    right: float
    low: float
    high: float

    @classmethod
    def of(cls, slot: Slot, run: Recording) -> "Plot":
        """Of a run's curve; the start and the minima are always inside."""
        curve = run["curve"]
        low, high = f_range(curve, [*run["minima"][:, 1], run["loss"][0]])
        if not high > low:  # a level curve lies in the middle
            half = abs(high) / 2 or 0.5
            low, high = low - half, high + half
        span = high - low
        x0 = slot.font(11) * 3.2
        foot = slot.font(11) * 2.0
        return cls(
            x0=x0,
            y0=slot.unit * 4,
            width=slot.width - x0 - slot.unit * 8,
            height=slot.height - foot - slot.unit * 4,
            left=float(curve[0, 0]),
            right=float(curve[-1, 0]),
            low=low - 0.17 * span,  # room for the names of the deepest minima
            high=high + 0.05 * span,
        )

    def px(self, x: Any) -> Any:
        return self.x0 + (x - self.left) / (self.right - self.left) * self.width

    def py(self, f: Any) -> Any:
        return self.y0 + (self.high - f) / (self.high - self.low) * self.height

    def holds(self, x: Floats, f: Floats) -> NDArray[np.bool_]:
        """Which of the points [E] lie in the box."""
        return (x >= self.left) & (x <= self.right) & (f >= self.low) & (f <= self.high)

    def draw_axes(self, slot: Slot) -> None:
        """The frame's left and lower side, horizontal rules, the values of x and f(x)."""
        bottom, right = self.y0 + self.height, self.x0 + self.width
        box = [[self.x0, self.x0, right], [self.y0, bottom, bottom]]
        slot.axes.plot(*box, color=slot.theme.rule, lw=1)
        slot.text(self.x0 + slot.unit * 8, self.y0 + slot.font(11), "f(x)", 11)
        for f in MaxNLocator(6).tick_values(self.low, self.high):
            if self.low <= f <= self.high:
                y = float(self.py(f))
                slot.axes.plot([self.x0, right], [y, y], color=slot.theme.rule, lw=0.6, alpha=0.7)
                text = setting(f)
                slot.text(
                    self.x0 - slot.unit * 6, y + slot.font(11) * 0.36, text, 11, align="right"
                )
        for x in MaxNLocator(8).tick_values(self.left, self.right):
            if self.left <= x <= self.right:
                text = setting(x)
                half = slot.text_width(text, 11) / 2
                at = min(float(self.px(x)), slot.width - half)
                slot.text(at, bottom + slot.font(11) * 1.45, text, 11, align="center")

    def draw_curve(self, slot: Slot, curve: Floats) -> None:
        """The curve [N, 2]; where it is broken there is no line, not a vertical one either."""
        span = self.high - self.low
        f = curve[:, 1].clip(self.low - span, self.high + span)
        f[~np.isfinite(curve[:, 1])] = np.nan
        (line,) = slot.axes.plot(
            self.px(curve[:, 0]),
            self.py(f),
            color=slot.theme.muted,
            alpha=0.65,
            lw=3 * slot.unit + 0.5,
            solid_capstyle="round",
        )
        box = Rectangle((0, self.y0), slot.width, self.height, transform=slot.axes.transData)
        line.set_clip_path(box)
