"""The plot of a curve: its box in the window, its axes, its line."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import ticks_told
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.minima import f_range
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.float64]

RULES, PLACES = 6, 8  # parts of the axes of f(x) and x, about


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
    def of(cls, slot: DrawContext, run: Recording) -> "Plot":
        """Of a run's curve; the start and the minima are always inside."""
        curve = run["curve"]
        low, high = f_range(curve, [*run["minima"][:, 1], run["loss"][0]])
        if not high > low:  # a level curve lies in the middle
            half = abs(high) / 2 or 0.5
            low, high = low - half, high + half
        span = high - low
        ends = low - 0.17 * span, high + 0.05 * span  # room for the names of the deepest minima
        widest = max(slot.text_width(text, 11) for _, text in _ticks(*ends, RULES))
        x0 = max(slot.font(11) * 3.2, widest + slot.unit * 8)
        head, foot = slot.font(11) * 1.9, slot.font(11) * 2.0
        return cls(
            x0=x0,
            y0=head,
            width=slot.width - x0 - slot.unit * 8,
            height=slot.height - foot - head,
            left=float(curve[0, 0]),
            right=float(curve[-1, 0]),
            low=ends[0],
            high=ends[1],
        )

    def px(self, x: Any) -> Any:
        return self.x0 + (x - self.left) / (self.right - self.left) * self.width

    def py(self, f: Any) -> Any:
        return self.y0 + (self.high - f) / (self.high - self.low) * self.height

    def holds(self, x: Floats, f: Floats) -> NDArray[np.bool_]:
        """Which of the points [E] lie in the box."""
        return (x >= self.left) & (x <= self.right) & (f >= self.low) & (f <= self.high)

    def above(self, slot: DrawContext) -> float:
        """Baseline of what is written above the box, where nothing is drawn."""
        return self.y0 - slot.font(11) * 0.8

    def draw_axes(self, slot: DrawContext) -> None:
        """The frame's left and lower side, horizontal rules, the values of x and f(x)."""
        bottom, right = self.y0 + self.height, self.x0 + self.width
        box = [[self.x0, self.x0, right], [self.y0, bottom, bottom]]
        slot.axes.plot(*box, color=slot.theme.rule, lw=slot.hairline)
        slot.text(self.x0, self.above(slot), "f(x)", 11)
        thin = 0.6 * slot.hairline
        for f, text in _ticks(self.low, self.high, RULES):
            y = float(self.py(f))
            slot.axes.plot([self.x0, right], [y, y], color=slot.theme.rule, lw=thin, alpha=0.7)
            slot.text(self.x0 - slot.unit * 6, y + slot.font(11) * 0.36, text, 11, align="right")
        for x, text in self._places(slot):
            half = slot.text_width(text, 11) / 2
            at = min(float(self.px(x)), slot.width - half)
            slot.text(at, bottom + slot.font(11) * 1.45, text, 11, align="center")

    def _places(self, slot: DrawContext) -> list[tuple[float, str]]:
        """The ticks of x and their texts, fewer where these are long."""
        for most in range(PLACES, 1, -1):
            ticks = _ticks(self.left, self.right, most)
            room = float(self.px(ticks[1][0]) - self.px(ticks[0][0])) if len(ticks) > 1 else np.inf
            if max(slot.text_width(text, 11) for _, text in ticks) + slot.font(11) < room:
                return ticks
        return ticks

    def draw_curve(self, slot: DrawContext, curve: Floats) -> None:
        """The curve [N, 2]; where it is broken there is no line, not a vertical one either."""
        from matplotlib.patches import Rectangle

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


def _ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Round values between, told apart by as many figures as that takes."""
    from matplotlib.ticker import MaxNLocator

    ticks = [at for at in MaxNLocator(most).tick_values(low, high) if low <= at <= high]
    return list(zip(map(float, ticks), ticks_told(ticks, high - low), strict=True))
