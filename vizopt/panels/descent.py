"""The descent: one curve, and the path that an optimizer takes over it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vizopt.arrays import Pixels, Rows
from vizopt.numbers import number, setting
from vizopt.outcome import Minimum, minima_of
from vizopt.paint import Trail, coloured, disc, line, stamp_at
from vizopt.panels.base import Draw, Slot, Weight
from vizopt.recording import Recording
from vizopt.specs import spec

Floats: TypeAlias = NDArray[np.float64]


@spec
class Descent:
    """A function's curve with its minima named, and the path over it, step by step.

    Dots and thin lines go from green through orange to red with the step; the current point is
    larger. A point outside the frame is an arrow at the edge with its value.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "x", "loss", "slope", "curve", "minima", "maxima"})

    def static(self, slot: Slot, run: Recording) -> None:
        plot = _Plot.of(slot, run)
        _axes(slot, plot)
        curve = run["curve"]
        slot.axes.plot(
            plot.px(curve[:, 0]),
            plot.py(curve[:, 1]),
            color=slot.theme.muted,
            alpha=0.65,
            lw=3 * slot.unit + 0.5,
            solid_capstyle="round",
        )
        _names(slot, plot, minima_of(run))
        if run.header.epochs > 1:
            _steps_key(slot, plot)

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        plot = _Plot.of(slot, run)
        x, f = run["x"], run["loss"]
        shown = run["epoch"][rows]
        colours = path_colours(slot, run)
        inside = (x >= plot.left) & (x <= plot.right)
        trail = _trail(slot, plot, x, f, colours).frozen()
        point, edge = disc(slot.unit * 7.5), coloured(disc(slot.unit * 9), slot.theme.ink)
        px, py = plot.px(x), plot.py(f)
        arrow = _arrow(slot, plot, colours)

        def draw(window: Pixels, k: int) -> None:
            step = int(shown[k])
            trail(window, step)
            if inside[step]:
                for ink in (edge, coloured(point, colours[step])):
                    stamp_at(window, ink, round(px[step]), round(py[step]))
            else:
                arrow(window, step, float(x[step]))

        return draw


def path_colours(slot: Slot, run: Recording) -> list[str]:
    """The colour of each step of the planned run."""
    shades = LinearSegmentedColormap.from_list("path", slot.theme.path)
    last = max(run.header.epochs - 1, 1)
    return [to_hex(shades(step / last)) for step in range(run.header.epochs)]


@dataclass(frozen=True, slots=True)
class _Plot:
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
    def of(cls, slot: Slot, run: Recording) -> "_Plot":
        curve = run["curve"]
        low, high = float(curve[:, 1].min()), float(curve[:, 1].max())
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


def _axes(slot: Slot, plot: _Plot) -> None:
    bottom, right = plot.y0 + plot.height, plot.x0 + plot.width
    box = [[plot.x0, plot.x0, right], [plot.y0, bottom, bottom]]
    slot.axes.plot(*box, color=slot.theme.rule, lw=1)
    slot.text(plot.x0 + slot.unit * 8, plot.y0 + slot.font(11), "f(x)", 11)
    for f in MaxNLocator(6).tick_values(plot.low, plot.high):
        if plot.low <= f <= plot.high:
            y = float(plot.py(f))
            slot.axes.plot([plot.x0, right], [y, y], color=slot.theme.rule, lw=0.6, alpha=0.7)
            text = setting(f)
            slot.text(plot.x0 - slot.unit * 6, y + slot.font(11) * 0.36, text, 11, align="right")
    for x in MaxNLocator(8).tick_values(plot.left, plot.right):
        if plot.left <= x <= plot.right:
            text = setting(x)
            half = slot.text_width(text, 11) / 2
            at = min(float(plot.px(x)), slot.width - half)
            slot.text(at, bottom + slot.font(11) * 1.45, text, 11, align="center")


def _names(slot: Slot, plot: _Plot, minima: list[Minimum]) -> None:
    """Each minimum's name below its valley; names that would meet make way for each other."""
    names = [_Name.of(slot, plot, minimum) for minimum in minima]
    for before, after in pairwise(names):
        meet = before.at + before.half - (after.at - after.half)
        if meet > 0 and abs(before.base - after.base) < slot.font(12) * 1.3:
            before.at -= min(meet / 2, before.half * 0.8)
            after.at += min(meet / 2, after.half * 0.8)
            if meet / 2 > min(before.half, after.half) * 0.8:
                after.base = before.base + slot.font(12) * 1.3
    for name in names:
        stop = name.base - slot.font(12) * 0.9
        slot.axes.plot([name.x] * 2, [name.y, stop], color=slot.theme.muted, lw=0.8)
        colour = slot.theme.ink if name.weight == "bold" else slot.theme.muted
        at = min(max(name.at, plot.x0 + name.half), slot.width - name.half)
        base = min(name.base, plot.y0 + plot.height - slot.font(12) * 0.3)
        slot.text(at, base, name.text, 12, colour=colour, weight=name.weight, align="center")


@dataclass(slots=True)
class _Name:
    """A minimum's name being placed: centre, half width and baseline in pixels."""

    text: str
    weight: Weight
    x: float
    y: float  # where its line starts
    at: float
    half: float
    base: float

    @classmethod
    def of(cls, slot: Slot, plot: _Plot, minimum: Minimum) -> "_Name":
        weight: Weight = "bold" if minimum.is_global else "normal"
        half = slot.text_width(minimum.name, 12, weight) / 2 + slot.unit * 5
        x, y = plot.px(minimum.x), plot.py(minimum.f) + slot.unit * 4
        base = y + slot.unit * 12 + slot.font(12)
        return cls(minimum.name, weight, x, y, max(x, plot.x0 + half), half, base)


def _steps_key(slot: Slot, plot: _Plot) -> None:
    """What the colours of the path mean."""
    first, last = "first step", "last step"
    width = slot.unit * 110
    right = plot.x0 + plot.width - slot.text_width(last, 11) - slot.unit * 8
    y = plot.y0 + slot.font(11) * 0.9
    shades = LinearSegmentedColormap.from_list("path", slot.theme.path)
    box = (right - width, right, y, y - slot.font(11) * 0.7)
    slot.axes.imshow(shades(np.linspace(0, 1, 64))[None], extent=box, aspect="auto", zorder=3)
    slot.axes.set(xlim=(0, slot.width), ylim=(slot.height, 0))
    slot.text(right - width - slot.unit * 6, y, first, 11, align="right")
    slot.text(right + slot.unit * 6, y, last, 11)


def _trail(slot: Slot, plot: _Plot, x: Floats, f: Floats, colours: list[str]) -> Trail:
    """Lines between the points inside the frame, and a dot at each."""
    trail = Trail(slot.height, slot.width)
    ring, dot = disc(slot.unit * 4.6), disc(slot.unit * 3.7)
    px, py = plot.px(x), plot.py(f)
    inside = (x >= plot.left) & (x <= plot.right)
    for step in range(len(x)):
        if step and (inside[step - 1] or inside[step]):
            ends = _clipped(plot, px[step - 1 : step + 1], py[step - 1 : step + 1])
            coverage, left, top = line(*ends, max(1.3 * slot.unit, 1.0))
            trail.put(coloured(coverage, colours[step]), left, top)
        if inside[step]:
            for coverage, colour in ((ring, slot.theme.paper), (dot, colours[step])):
                half = len(coverage) // 2
                corner = round(px[step]) - half, round(py[step]) - half
                trail.put(coloured(coverage, colour), *corner)
        trail.end_step()
    return trail


def _clipped(plot: _Plot, x: Floats, y: Floats) -> tuple[float, float, float, float]:
    """The part inside the box of a line from x[0], y[0] to x[1], y[1], one of which is inside."""
    low = np.array([plot.x0, plot.y0])
    high = low + np.array([plot.width, plot.height])
    ends = np.stack([x, y], axis=1)
    for i in (0, 1):
        start, stop = ends[1 - i], ends[i]
        away = stop - start
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(away > 0, (high - start) / away, (low - start) / away)
        share = min(1.0, float(np.nanmin(np.where(away == 0, np.nan, shares), initial=1.0)))
        ends[i] = start + max(share, 0.0) * away
    (x0, y0), (x1, y1) = ends
    return float(x0), float(y0), float(x1), float(y1)


def _arrow(slot: Slot, plot: _Plot, colours: list[str]) -> Callable[[Pixels, int, float], None]:
    """draw(window, step, x): an arrow at the edge beyond which x lies, and its value."""
    half = round(slot.unit * 9)
    glyphs = slot.glyphs(13, colour=slot.theme.ink, weight="bold")
    y = round(plot.y0 + plot.height * 0.94)  # low: functions are high at their ends
    grid = np.abs(np.mgrid[-half : half + 1, -half : half + 1])
    wedge = (255 * (grid[0] * 2 <= half - np.arange(-half, half + 1))).astype(np.uint8)

    def draw(window: Pixels, step: int, x: float) -> None:
        right = x > plot.right
        edge = plot.x0 + (plot.width - half if right else half)
        shape = wedge if right else wedge[:, ::-1]
        stamp_at(window, coloured(shape, colours[step]), round(edge), y)
        text = f"x = {number(x)}"
        beside = edge + (-half if right else half) * 1.6
        glyphs.write(window, text, round(beside), y + round(slot.font(13) * 0.36), float(right))

    return draw
