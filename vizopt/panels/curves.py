"""Curves: loss, accuracy and learning rate of every epoch against the epoch."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from pydantic import Field

from vizopt.arrays import Pixels, Rows
from vizopt.numbers import count, number, setting
from vizopt.paint import Stamp, coloured, disc, ink, stamp_at
from vizopt.panels.base import Draw, Slot
from vizopt.quantities import title
from vizopt.recording import Recording
from vizopt.specs import spec

Floats: TypeAlias = NDArray[np.float64]

RANGES = {"accuracy": (0.0, 1.0)}  # what a column can be; others follow the run
NO_CURVES = frozenset(  # of a recording: what has no value, or many, for each epoch
    {"epoch", "params", "delta", "scores", "points", "labels", "held_out", "extent"}
    | {"curve", "minima", "maxima"}
)
OUTLIER = 1.5  # times the usual value, beyond which the axis is cut


@spec
class Curves:
    """Recorded values of every epoch, one above the other on a common axis of the whole run.

    A curve's axis follows the run but not its outliers: values beyond one and a half times the
    larger of the first value and the 90th percentile are cut, and small triangles mark where.

    Where a run holds out samples, their loss and accuracy are second, thinner curves.
    A panel wider than high puts its curves beside each other.

    Args:
        columns: of the recording's history.
    """

    columns: Annotated[tuple[str, ...], Field(min_length=1)] = ("loss", "accuracy", "lr")

    def __post_init__(self) -> None:
        for column in self.columns:
            if column in NO_CURVES:
                raise ValueError(f'columns: "{column}" is no number of every epoch: try "loss"')

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", *self.columns})

    def static(self, slot: Slot, run: Recording) -> None:
        plots = [_Plot.of(slot, run, self.columns, i) for i in range(len(self.columns))]
        for plot in plots:
            plot.draw_axes(slot)
        if len(_pair(run, self.columns[0])) > 1:
            at = slot.text_width(plots[0].title) + slot.unit * 10
            slot.text(at, plots[0].top - slot.unit * 12, "thin: validation", 11)
        for plot in plots if _beside(slot) else plots[-1:]:
            plot.draw_epochs(slot)

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
    title: str
    unit: str
    start: float  # of the panel's part that is this curve's
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
        head = slot.font(18) * 1.25 + slot.unit * 12
        gutter = slot.font(11) * 3.8
        beside, gap = _beside(slot), slot.unit * 24
        wide = (slot.width - gap * (len(columns) - 1)) / len(columns) if beside else slot.width
        high_ = (slot.height - foot) / (1 if beside else len(columns))
        start = i * (wide + gap) if beside else 0.0
        low, high = _limits([run[name] for name in _pair(run, columns[i])], RANGES.get(columns[i]))
        return cls(
            column=columns[i],
            title=title(columns[i], run.header.unit),
            unit=run.header.unit,
            start=start,
            left=start + gutter,
            top=head + (0 if beside else high_ * i),
            width=wide - gutter - slot.unit * 5,
            height=high_ - head - slot.unit * 6,
            low=low,
            high=high,
            last=max(run.header.epochs - 1, 1),
        )

    def x(self, epoch: Floats) -> Floats:
        return self.left + epoch / self.last * self.width

    def y(self, value: Floats) -> Floats:
        share = (value.clip(self.low, self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)

    @property
    def right(self) -> float:
        """Where the values end."""
        return self.left + self.width

    def draw_epochs(self, slot: Slot) -> None:
        """The axis below, from 0 to the last planned epoch."""
        bottom = self.top + self.height + slot.font(11) * 1.4
        for epoch in _ticks(0, self.last, 4 if self.width > slot.font(11) * 26 else 1, whole=True):
            if epoch:
                text = count(int(epoch))
                most = slot.width - slot.text_width(text, 11) / 2
                slot.text(min(float(self.x(epoch)), most), bottom, text, 11, align="center")
        slot.text(self.start, bottom, f"{self.unit} 0", 11)

    def draw_axes(self, slot: Slot) -> None:
        """The title and the values' grid lines."""
        room = self.right - self.start - slot.text_width("−0.0e−9", 18, "bold")
        name = self.title if slot.text_width(self.title) < room else self.column
        slot.text(self.start, self.top - slot.unit * 12, name, 13)
        nbins = 2 if self.height > slot.font(11) * 4 else 1
        for tick in _ticks(self.low, self.high, nbins):
            y = float(self.y(np.array(tick)))
            slot.axes.plot([self.left, self.left + self.width], [y, y], color=slot.theme.rule, lw=1)
            x = self.left - slot.unit * 6
            slot.text(x, y + slot.font(11) * 0.36, setting(tick), 11, align="right")


def _beside(slot: Slot) -> bool:
    return slot.width > 2 * slot.height


def _pair(run: Recording, column: str) -> list[str]:
    """The column, and that of the held-out samples if there is one."""
    return [name for name in (column, f"validation_{column}") if name in run.columns]


def _limits(curves: list[Floats], fixed: tuple[float, float] | None) -> tuple[float, float]:
    """Ends of the value axis: 0 and the largest value, unless that is an outlier."""
    kept = [values[np.isfinite(values)] for values in curves]
    kept = [values for values in kept if len(values)]
    if fixed or not kept:
        return fixed or (0.0, 1.0)
    usual = OUTLIER * max(_usual(values) for values in kept)
    top = max(float(values.max()) for values in kept)
    high = float(usual) if top > usual > 0 else top
    low = min(0.0, *(float(values.min()) for values in kept))
    return low, high if high > low else low + 1.0


def _usual(values: Floats) -> float:
    """The larger of the first value and the 90th percentile, which a divergence drives up."""
    first = float(values[0])
    return max(first, min(float(np.percentile(values, 90)), 10 * first))


def _ticks(low: float, high: float, nbins: int, *, whole: bool = False) -> Floats:
    locator = MaxNLocator(nbins=nbins, steps=[1, 2, 2.5, 5, 10], integer=whole)
    ticks: Floats = np.asarray(locator.tick_values(low, high))
    return ticks[(ticks >= low) & (ticks <= high * (1 + 1e-9))]


def _curve(slot: Slot, run: Recording, plot: _Plot, rows: Rows) -> Draw:
    """Draws the curves up to the current epoch, a dot there, and the values in digits."""
    names = _pair(run, plot.column)
    curves = [run[name] for name in names]
    epochs = run["epoch"][rows]
    colours = [slot.theme.accent(plot.column), slot.theme.muted]

    def draw_lines(axes: Axes) -> None:
        for values, colour, thick in reversed(list(zip(curves, colours, (1, 0.6), strict=False))):
            _draw_line(axes, slot, plot, values, colour, thick)

    line = Stamp(ink(slot.width, slot.height, draw_lines))
    dots = [coloured(disc(slot.unit * (4.5 - i)), colour) for i, colour in enumerate(colours)]
    x = plot.x(epochs.astype(float)).astype(int)
    ys = [plot.y(np.nan_to_num(values[epochs], nan=np.inf)).astype(int) for values in curves]
    large = slot.glyphs(18, colour=slot.theme.ink, weight="bold")
    small = slot.glyphs(13)
    baseline = round(plot.top - slot.unit * 12)
    right = round(plot.right + slot.unit * 4)
    texts = [[number(float(value)) for value in values[epochs]] for values in curves]
    room = max(map(large.width, texts[0])) + round(slot.unit * 10)
    free = right - room - plot.start - slot.text_width(plot.title) - slot.unit * 10
    second = len(curves) > 1 and max(map(small.width, texts[1])) <= free

    def draw(window: Pixels, k: int) -> None:
        line(window, int(x[k]) + 1)
        for y, dot in reversed(list(zip(ys, dots, strict=False))):
            stamp_at(window, dot, int(x[k]), int(y[k]))
        large.write(window, texts[0][k], right, baseline, 1)
        if second:
            small.write(window, texts[1][k], right - room, baseline, 1)

    return draw


def _draw_line(
    axes: Axes, slot: Slot, plot: _Plot, values: Floats, colour: str, thick: float
) -> None:
    """A curve, broken where it has no value, with triangles where it is cut."""
    x = plot.x(np.arange(len(values), dtype=float))
    shown = np.where(np.isnan(values), np.nan, plot.y(values))
    width = max(1.8 * slot.unit, 1.2) * thick
    axes.plot(x, shown, color=colour, lw=width, solid_joinstyle="round")
    cut = x[~(values <= plot.high)]
    apart = cut[np.diff(cut, prepend=-np.inf) > slot.unit * 6]
    top = np.full(len(apart), plot.top - slot.unit * 3)
    axes.plot(apart, top, linestyle="", marker="^", markersize=slot.unit * 6, color=colour)
