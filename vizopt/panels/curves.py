"""Curves: loss, accuracy and learning rate of every epoch against the epoch."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from vizopt.arrays import Pixels, Rows
from vizopt.paint import Stamp, ink, stamp_at
from vizopt.panels.base import Draw, Slot
from vizopt.recording import Recording
from vizopt.specs import spec
from vizopt.theme import count, number

Floats: TypeAlias = NDArray[np.float64]

TITLES = {"loss": "loss", "accuracy": "accuracy", "lr": "learning rate"}
RANGES = {"accuracy": (0.0, 1.0)}  # what a column can be; others follow the run
OUTLIER = 1.5  # times the usual value, beyond which the axis is cut


@spec
class Curves:
    """Recorded values of every epoch, one above the other on a common axis of the whole run.

    A curve's axis follows the run but not its outliers: values beyond one and a half times the
    larger of the first value and the 90th percentile are cut, and small triangles mark where.

    Args:
        columns: of the recording's history.
    """

    columns: tuple[str, ...] = ("loss", "accuracy", "lr")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", *self.columns})

    def static(self, slot: Slot, run: Recording) -> None:
        plots = [_Plot.of(slot, run, self.columns, i) for i in range(len(self.columns))]
        for plot in plots:
            plot.draw_axes(slot)
        bottom = plots[-1].top + plots[-1].height + slot.font(11) * 1.4
        for epoch in _ticks(0, run.header.epochs - 1, 4 if slot.unit * slot.width > 250 else 2):
            if epoch:
                text = count(int(epoch))
                most = slot.width - slot.text_width(text, 11) / 2
                slot.text(min(float(plots[-1].x(epoch)), most), bottom, text, 11, align="center")
        slot.text(0, bottom, "epoch 0", 11)

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        draws = [
            _curve(slot, run, _Plot.of(slot, run, self.columns, i), rows)
            for i in range(len(self.columns))
        ]

        def draw(window: Pixels, k: int) -> None:
            for part in draws:
                part(window, k)

        return draw


@dataclass(frozen=True, slots=True)
class _Plot:
    """One curve's box in the window, in pixels, and its value axis."""

    column: str
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float
    last: int  # epoch at the right end

    @classmethod
    def of(cls, slot: Slot, run: Recording, columns: tuple[str, ...], i: int) -> "_Plot":
        foot = slot.font(11) * 1.7
        each = (slot.height - foot) / len(columns)
        head = slot.font(18) * 1.25 + slot.unit * 12
        left = slot.font(11) * 3.4
        low, high = _limits(run[columns[i]], RANGES.get(columns[i]))
        return cls(
            column=columns[i],
            left=left,
            top=each * i + head,
            width=slot.width - left - slot.unit * 5,
            height=each - head - slot.unit * 6,
            low=low,
            high=high,
            last=max(run.header.epochs - 1, 1),
        )

    def x(self, epoch: Floats) -> Floats:
        return self.left + epoch / self.last * self.width

    def y(self, value: Floats) -> Floats:
        share = (value.clip(self.low, self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)

    def draw_axes(self, slot: Slot) -> None:
        title = TITLES.get(self.column, self.column)
        slot.text(0, self.top - slot.unit * 12, title, 13)
        nbins = 2 if self.height > slot.font(11) * 4 else 1
        for tick in _ticks(self.low, self.high, nbins):
            y = float(self.y(np.array(tick)))
            slot.axes.plot([self.left, self.left + self.width], [y, y], color=slot.theme.rule, lw=1)
            x = self.left - slot.unit * 6
            slot.text(x, y + slot.font(11) * 0.36, f"{tick:g}", 11, align="right")


def _limits(values: Floats, fixed: tuple[float, float] | None) -> tuple[float, float]:
    """Ends of the value axis: 0 and the largest value, unless that is an outlier."""
    finite = values[np.isfinite(values)]
    if fixed or not len(finite):
        return fixed or (0.0, 1.0)
    usual = OUTLIER * max(finite[0], np.percentile(finite, 90))
    top = float(finite.max())
    high = usual if top > usual > 0 else top
    low = min(0.0, float(finite.min()))
    return low, high if high > low else low + 1.0


def _ticks(low: float, high: float, nbins: int) -> Floats:
    ticks: Floats = np.asarray(
        MaxNLocator(nbins=nbins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    )
    return ticks[(ticks >= low) & (ticks <= high * (1 + 1e-9))]


def _curve(slot: Slot, run: Recording, plot: _Plot, rows: Rows) -> Draw:
    """Draws the curve up to the current epoch, a dot there, and the value in large digits."""
    values = run[plot.column]
    epochs = run["epoch"][rows]
    colour = slot.theme.accent(plot.column)
    line = Stamp(ink(slot.width, slot.height, lambda axes: _draw_line(axes, slot, plot, values)))
    radius = slot.unit * 4.5
    side = 2 * int(radius) + 5
    dot = ink(side, side, lambda axes: _draw_dot(axes, side / 2, radius, colour))
    x = plot.x(epochs.astype(float)).astype(int)
    y = plot.y(np.nan_to_num(values[epochs], nan=np.inf)).astype(int)
    glyphs = slot.glyphs(18, colour=slot.theme.ink, weight="bold")
    baseline = round(plot.top - slot.unit * 12)

    def draw(window: Pixels, k: int) -> None:
        line(window, int(x[k]) + 1)
        stamp_at(window, dot, int(x[k]), int(y[k]))
        glyphs.write(window, number(values[epochs[k]]), slot.width, baseline, 1)

    return draw


def _draw_line(axes: Axes, slot: Slot, plot: _Plot, values: Floats) -> None:
    colour = slot.theme.accent(plot.column)
    x = plot.x(np.arange(len(values), dtype=float))
    shown = np.where(np.isnan(values), np.nan, plot.y(values))
    axes.plot(x, shown, color=colour, lw=max(1.8 * slot.unit, 1.2), solid_joinstyle="round")
    cut = x[~(values <= plot.high)]
    apart = cut[np.diff(cut, prepend=-np.inf) > slot.unit * 6]
    top = np.full(len(apart), plot.top - slot.unit * 3)
    axes.plot(apart, top, linestyle="", marker="^", markersize=slot.unit * 6, color=colour)


def _draw_dot(axes: Axes, middle: float, radius: float, colour: str) -> None:
    axes.plot([middle], [middle], marker="o", markersize=2 * radius, color=colour, mew=0)
