"""Curves: loss, accuracy and learning rate of every epoch against the epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Pixels, Rows
from vizopt.core.errors import hint
from vizopt.core.numbers import count, setting
from vizopt.core.specs import Finite, spec
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.paint import Stamp, coloured, disc, stamp_at
from vizopt.draw.panels.axis import Axis, Kind, even_ticks
from vizopt.draw.panels.base import Draw, Slot
from vizopt.recording.quantities import title
from vizopt.recording.readout import writing_of
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats: TypeAlias = NDArray[np.float64]
Limits: TypeAlias = tuple[Finite, Finite]  # of an axis

NO_CURVES = frozenset(  # of a recording: what has no value, or many, for each epoch
    {
        "epoch",
        "params",
        "delta",
        "scores",
        "probabilities",
        "points",
        "labels",
        "held_out",
        "extent",
    }
    | {"curve", "minima", "maxima"}
)
COLUMN = 2.0  # units of width, whose values are one point and one part of the envelope
BAND = 2.5  # widths of a line: where the values of a column spread wider, it is a band
LOWEST = 3  # heights of a tick's text that a curve has at least
DIGITS = (18, 16, 14, 13)  # sizes of a number; the largest that has room beside its title
SHORT = 3  # letters of a name that has no room
PALE = 0.35  # of the line's colour in its band


@spec
class Curves:
    """Recorded values of every epoch, one above the other on a common axis of the whole run.

    A curve's axis follows the run, from 0 where that is near, but not its outliers: values beyond
    one and a half times the larger of the first value and the 90th percentile are cut, and small
    triangles mark where. The axis of a loss that spans more than two decades is logarithmic. Where
    the values in two units of width spread, a line shows their mean and a pale band all of them.
    A learning rate that never changes is a line of text.

    Where a run holds out samples, their loss and accuracy are second, thinner curves.
    A panel wider than high puts its curves beside each other.

    Args:
        columns: values of every epoch, one curve each: "loss", "accuracy", "lr", …
        axis: of every curve: "linear", "log" (for values above 0), or "auto", as said above.
        limits: ends of a column's axis, the lower first: `{ loss = [0, 1.2] }`; those of the run
            when left out. Two clips beside each other on a slide have them in common.
    """

    columns: Annotated[tuple[str, ...], Field(min_length=1)] = ("loss", "accuracy", "lr")
    axis: Kind = "auto"
    limits: dict[str, Limits] | None = None

    def __post_init__(self) -> None:
        for column, (low, high) in (self.limits or {}).items():
            if column not in self.columns:
                raise ValueError(
                    f'limits: "{column}" is no curve here: {hint(column, self.columns)}'
                )
            if not low < high:
                raise ValueError(f"limits.{column}: {low:g} is not below {high:g}")
        for column in self.columns:
            if column in NO_CURVES:
                raise ValueError(f'columns: "{column}" is no number of every epoch: try "loss"')

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", *self.columns})

    def axis_of(self, column: str, runs: Sequence[Recording]) -> Axis:
        """The axis of a column: as it was given, or that of some runs together."""
        if self.limits and column in self.limits:
            return Axis.within(column, *self.limits[column], self.axis)
        every = [run[name] for run in runs for name in _pair(run, column)]
        return Axis.of(column, every, self.axis)

    def static(self, slot: Slot, run: Recording) -> None:
        plots = _plots(slot, run, self)
        for plot in plots:
            plot.draw_axes(slot)
        _note_thin(slot, run, plots)
        for plot in plots if _beside(slot, run, self) else plots[-1:]:
            plot.draw_epochs(slot)
        for line in _lines(slot, run, self):
            line.write(slot)

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        draws = [_curve(slot, run, plot, rows) for plot in _plots(slot, run, self)]

        def draw(window: Pixels, k: int) -> None:
            for part in draws:
                part(window, k)

        return draw


@dataclass(frozen=True, slots=True)
class _Line:
    """A value that never changes: its name and its number in a line of text."""

    title: str
    value: str
    left: float
    right: float
    baseline: float

    def write(self, slot: Slot) -> None:
        slot.text(self.left, self.baseline, self.title, 13)
        ink = slot.theme.ink
        slot.text(
            self.right, self.baseline, self.value, 18, colour=ink, weight="bold", align="right"
        )


def _constant(run: Recording, column: str) -> bool:
    """Whether a column is a setting that a run keeps from its first epoch to its last."""
    return column == "lr" and len(run[column]) > 0 and bool((run[column] == run[column][0]).all())


def _still(slot: Slot, run: Recording, curves: Curves) -> list[str]:
    """The columns that are a line of text; none beside crowded curves: the line below the title
    has the learning rate too."""
    names = [column for column in curves.columns if _constant(run, column)]
    crowded = slot.width <= slot.font(13) * 34 and _beside(slot, run, curves)
    return [] if crowded and len(names) < len(curves.columns) else names


def _lines(slot: Slot, run: Recording, curves: Curves) -> list[_Line]:
    """The learning rate, where it stands still: below the curves, or at the right of them."""
    names = _still(slot, run, curves)
    lines = []
    for i, column in enumerate(names):
        name, value = _title(slot, run, column), writing_of(run, column)(float(run[column][0]))
        beside = _beside(slot, run, curves)
        room = slot.width - _room(slot, run, curves) if beside else 0.0
        if slot.text_width(name) + slot.text_width(value, 18, "bold") > slot.width - room:
            name = _short(slot, run, column)
        up = _row(slot) * (len(names) - 1 - i)
        base = _head(slot) if beside else slot.height - up - slot.font(18) * 0.3
        lines.append(_Line(name, value, room, slot.width - slot.unit, base))
    return lines


def _title(slot: Slot, run: Recording, column: str) -> str:
    return slot.told(title(column, run.header.unit))


def _short(slot: Slot, run: Recording, column: str) -> str:
    """A title for little room: `lr`."""
    return "lr" if column == "lr" else _title(slot, run, column)


def _row(slot: Slot) -> float:
    """Height of a line of text with a large number."""
    return slot.font(18) * 1.6


def _head(slot: Slot) -> float:
    """Baseline of a curve's title and number below its top."""
    return slot.font(18) * 1.25


def _room(slot: Slot, run: Recording, curves: Curves) -> float:
    """Width that lines of text take at the right of curves that lie beside each other."""
    names = _still(slot, run, curves)
    wide = [
        slot.text_width(_title(slot, run, column))
        + slot.text_width(writing_of(run, column)(float(run[column][0])), 18, "bold")
        for column in names
    ]
    return min(max(wide, default=0.0) + slot.unit * 12, slot.width / 3) if names else 0.0


def _plots(slot: Slot, run: Recording, curves: Curves) -> list["_Plot"]:
    """The boxes of the curves, which fill what the lines of text leave."""
    columns = [column for column in curves.columns if not _constant(run, column)]
    still = len(_still(slot, run, curves))
    beside, gap = _beside(slot, run, curves), slot.unit * 24
    foot = slot.font(11) * 1.7
    width, height = slot.width * 1.0, slot.height - foot
    if beside:
        width -= (_room(slot, run, curves) + gap) * (still > 0)
    else:
        height -= _row(slot) * still
    many = max(len(columns), 1)
    wide = (width - gap * (many - 1)) / many if beside else width
    high = height if beside else height / many
    return [
        _Plot.of(
            slot,
            run,
            column,
            curves.axis_of(column, [run]),
            (i * (wide + gap) if beside else 0.0, 0.0 if beside else high * i, wide, high),
        )
        for i, column in enumerate(columns)
    ]


@dataclass(frozen=True, slots=True)
class _Plot:
    """One curve's box in the window, in pixels, and its value axis."""

    column: str
    title: str
    short: str  # where the title has no room
    unit: str
    start: float  # of the panel's part that is this curve's
    left: float
    top: float
    width: float
    height: float
    axis: Axis
    last: int  # epoch at the right end

    @classmethod
    def of(
        cls,
        slot: Slot,
        run: Recording,
        column: str,
        axis: Axis,
        part: tuple[float, float, float, float],
    ) -> "_Plot":
        """In its part of the panel: left, top, width, height."""
        start, above, wide, high = part
        head = _head(slot) + slot.unit * 12
        ticks = [setting(float(tick)) for tick in axis.ticks(_parts(slot, high - head))]
        gutter = max(slot.text_width(text, 11) for text in [*ticks, "0.00"]) + slot.unit * 8
        return cls(
            column=column,
            title=_title(slot, run, column),
            short=_short(slot, run, column),
            unit=slot.say(run.header.unit),
            start=start,
            left=start + gutter,
            top=above + head,
            width=wide - gutter - slot.unit * 5,
            height=high - head - slot.unit * 6,
            axis=axis,
            last=max(run.header.epochs - 1, 1),
        )

    def x(self, epoch: Floats) -> Floats:
        return self.left + epoch / self.last * self.width

    def y(self, value: Floats) -> Floats:
        return self.top + self.height * (1 - self.axis.share(value))

    @property
    def right(self) -> float:
        """Where the values end."""
        return self.left + self.width

    def draw_epochs(self, slot: Slot) -> None:
        """The axis below, from 0 to the last planned epoch."""
        bottom = self.top + self.height + slot.font(11) * 1.4
        parts = 4 if self.width > slot.font(11) * 26 else 1
        for epoch in even_ticks(0, self.last, parts, whole=True):
            if epoch:
                text = count(int(epoch))
                end = min(slot.width, self.right + slot.unit * 26)  # not into the next curve's
                most = end - slot.text_width(text, 11) / 2
                slot.text(min(float(self.x(epoch)), most), bottom, text, 11, align="center")
        slot.text(self.start, bottom, f"{self.unit} 0", 11)

    def name(self, slot: Slot) -> str:
        """The title, or where it has no room the column's own name, or its beginning: acc."""
        room = self.right - self.start
        if slot.text_width(self.title) < room - slot.text_width("−0.0e−9", DIGITS[0], "bold"):
            return self.title
        least = slot.text_width("0.000", DIGITS[-1], "bold") + slot.unit * 4
        return self.short if slot.text_width(self.short) < room - least else self.short[:SHORT]

    def draw_axes(self, slot: Slot) -> None:
        """The title and the values' grid lines."""
        slot.text(self.start, self.top - slot.unit * 12, self.name(slot), 13)
        above, ends = np.inf, [self.left, self.left + self.width]
        for tick in self.axis.ticks(_parts(slot, self.height)):
            y = float(self.y(np.array(tick)))
            if above - y < slot.font(11) * 1.1:
                continue
            above = y
            slot.axes.plot(ends, [y, y], color=slot.theme.rule, lw=slot.hairline)
            x = self.left - slot.unit * 6
            slot.text(x, y + slot.font(11) * 0.36, setting(tick), 11, align="right")


def _parts(slot: Slot, height: float) -> int:
    """Parts of an axis of values that is so high, in pixels."""
    return 4 if height > slot.font(11) * 12 else 2 if height > slot.font(11) * 4 else 1


def _beside(slot: Slot, run: Recording, curves: Curves) -> bool:
    """Whether curves lie beside each other: where that leaves room for their titles, or where one
    above the other they would have no height."""
    roomy = slot.width > slot.font(13) * 34
    return slot.width > 2 * slot.height and (roomy or _flat(slot, run, curves))


def _flat(slot: Slot, run: Recording, curves: Curves) -> bool:
    """Whether curves would have no height, one above the other."""
    still = sum(_constant(run, column) for column in curves.columns)
    each = _head(slot) + slot.unit * 18 + slot.font(11) * LOWEST
    least = each * (len(curves.columns) - still) + slot.font(11) * 1.7 + _row(slot) * still
    return slot.height < least


def _pair(run: Recording, column: str) -> list[str]:
    """The column, and that of the held-out samples if there is one."""
    return [name for name in (column, f"validation_{column}") if name in run.columns]


def _note_thin(slot: Slot, run: Recording, plots: list[_Plot]) -> None:
    """What a second, thinner curve is, beside the first title that has one and room."""
    for plot in plots:
        names = _pair(run, plot.column)
        if len(names) > 1:
            at = plot.start + slot.text_width(plot.title) + slot.unit * 10
            numbers = _numbers(slot, run, names)
            thin = slot.say("thin_validation")
            if at + slot.text_width(thin, 11) + slot.unit * 10 < plot.right - numbers:
                slot.text(at, plot.top - slot.unit * 12, thin, 11)
                return


def _numbers(slot: Slot, run: Recording, names: list[str]) -> float:
    """Width of the widest numbers of a curve and of its second."""
    texts = [[*map(writing_of(run, name), run[name].tolist())] for name in names]
    first = max(slot.text_width(text, DIGITS[0], "bold") for text in {*texts[0]})
    return first + max(slot.text_width(text) for text in {*texts[1]}) + slot.unit * 10


def _curve(slot: Slot, run: Recording, plot: _Plot, rows: Rows) -> Draw:
    """Draws the curves up to the current epoch, a dot there, and the values in digits."""
    names = _pair(run, plot.column)
    curves = [run[name] for name in names]
    epochs = run["epoch"][rows]
    colours = [slot.theme.accent(plot.column), slot.theme.muted]

    def draw_lines(axes: "Axes") -> None:
        for values, colour, thick in reversed(list(zip(curves, colours, (1, 0.6), strict=False))):
            _draw_line(axes, slot, plot, values, colour, thick)

    line = Stamp.of(slot.width, slot.height, draw_lines)
    dots = [coloured(disc(slot.unit * (4.5 - i)), colour) for i, colour in enumerate(colours)]
    x = plot.x(epochs.astype(float)).astype(int)
    ys = [plot.y(np.nan_to_num(values[epochs], nan=np.inf)).astype(int) for values in curves]
    writings = [writing_of(run, name) for name in names]
    texts = [
        [way(float(value)) for value in values[epochs]]
        for way, values in zip(writings, curves, strict=True)
    ]
    large = _digits(slot, plot, {*texts[0]})
    small = slot.glyphs(13)
    baseline = round(plot.top - slot.unit * 12)
    right = round(plot.right + slot.unit * 4)
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


def _digits(slot: Slot, plot: _Plot, texts: set[str]) -> Glyphs:
    """A strip for a curve's numbers, as large as they can stand beside its title."""
    free = plot.right - plot.start - slot.text_width(plot.name(slot)) - slot.unit * 4
    for size in DIGITS:
        if max(slot.text_width(text, size, "bold") for text in texts) <= free:
            break
    return slot.glyphs(size, colour=slot.theme.ink, weight="bold")


def _draw_line(
    axes: "Axes", slot: Slot, plot: _Plot, values: Floats, colour: str, thick: float
) -> None:
    """A curve, broken where it has no value, with triangles where it is cut."""
    from matplotlib.colors import to_hex, to_rgb

    x = plot.x(np.arange(len(values), dtype=float))
    y = np.where(np.isnan(values), np.nan, plot.y(values))
    width = max(1.8 * slot.unit, 1.2) * thick
    x_mean, y_mean, low, high = _by_column(x, y, COLUMN * slot.unit)
    if np.nanmax(high - low, initial=0.0) > BAND * width:
        paper, own = np.array(to_rgb(slot.theme.paper)), np.array(to_rgb(colour))
        pale = to_hex(paper + PALE * (own - paper))
        axes.fill_between(x_mean, low - width / 2, high + width / 2, color=pale, lw=0)
    else:
        x_mean, y_mean = x, y
    axes.plot(x_mean, y_mean, color=colour, lw=width, solid_joinstyle="round")
    cut = x[~(values <= plot.axis.high)]
    apart = cut[np.diff(cut, prepend=-np.inf) > slot.unit * 6]
    top = np.full(len(apart), plot.top - slot.unit * 3)
    axes.plot(apart, top, linestyle="", marker="^", markersize=slot.unit * 6, color=colour)


def _by_column(x: Floats, y: Floats, width: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each column of that many pixels that a curve [E] has points in: their mean place, and of
    their heights the mean, the least and the most [W]; of none where a point has none."""
    starts = np.flatnonzero(np.diff(np.floor(x / width), prepend=-1.0))
    sizes = np.diff(starts, append=len(x))
    means = [np.add.reduceat(part, starts) / sizes for part in (x, y)]
    return means[0], means[1], np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
