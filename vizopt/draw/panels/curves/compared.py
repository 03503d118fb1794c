"""Curves of several runs: one plot of each column, every run's line with its badge at its end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import Mark, Stamp, coloured, disc, paint_line, pixel, wedge
from vizopt.draw.panels.axis import Kind, Limits
from vizopt.draw.panels.badge import badge, reach
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.curves.boxes import axis_of
from vizopt.draw.panels.curves.hairlines import Hairline, hairlines
from vizopt.draw.panels.curves.lines import Points, points_of
from vizopt.draw.panels.curves.plot import Floats, Plot
from vizopt.draw.panels.curves.sofar import End, Line
from vizopt.draw.panels.curves.tips import ASIDE, LABELS, STANDS, Tip, Tips
from vizopt.draw.tracing import Traced
from vizopt.draw.views import View, Views, clock_of
from vizopt.recording.clock import times
from vizopt.recording.quantities import quantity
from vizopt.recording.seeded import Band, Seeded
from vizopt.recording.standings import stays

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARROW = 5.0  # units: half a side of an arrow where a value is beyond the axis
WIDE_ASPECT = 1.2  # heights of a panel, from where on its plots lie beside each other
NEAR_UNITS = 4.0  # units: no farther apart are runs at one step, of which other rows are kept
BLOCK = 64  # frames whose tips are found at once
PALE = 0.14  # of the ink, in the band of a run's seeds


def plots_of(
    slot: DrawContext,
    views: Views,
    columns: Sequence[str],
    kind: Kind,
    limits: Mapping[str, Limits] | None,
) -> list[Plot]:
    """The boxes of the columns that differ or change, beside each other or one above the other."""
    runs = [view.run for view in views.values()]
    staying = [run for run in runs if stays(run)] or runs
    shown = [column for column in columns if not _is_level(column, views)]
    clock, many = clock_of(views), max(len(shown), 1)
    across = slot.width > WIDE_ASPECT * slot.height
    gap, foot = slot.unit * 26, slot.font(11) * 1.7
    wide = (slot.width - gap * (many - 1)) / many if across else float(slot.width)
    high = slot.height - foot if across else (slot.height - foot) / many
    names = slot.unit * (ASIDE + 4) + reach(slot, LABELS[0]) + _names(slot, views, wide)
    places = [
        (i * (wide + gap), 0.0, wide, high) if across else (0.0, i * high, wide, high)
        for i in range(many)
    ]
    made = [
        Plot.of(
            slot,
            runs[0],
            column,
            axis_of(column, staying if _is_boundless(column) else runs, kind, limits),
            place,
            names,
        )
        for column, place in zip(shown, places, strict=False)
    ]
    left = 0.0 if across else max((plot.left for plot in made), default=0.0)
    unit = slot.say(clock.unit)
    return [replace(plot.starting(left), last=clock.last or 1, unit=unit) for plot in made]


def draw_still(slot: DrawContext, plots: Sequence[Plot]) -> None:
    """Axes and titles."""
    for plot in plots:
        plot.draw_axes(slot)
    beside = len({plot.top for plot in plots}) == 1
    for plot in plots if beside else plots[-1:]:
        plot.draw_epochs(slot)


def moving(slot: DrawContext, views: Views, plots: Sequence[Plot]) -> Draw:
    """Draws the lines up to the current step, and at the end of each its run's badge and name."""
    parts = [_lines(slot, views, plot) for plot in plots]

    def draw(window: Pixels, k: int) -> None:
        for part in parts:
            part(window, k)

    return draw


def _lines(slot: DrawContext, views: Views, plot: Plot) -> Draw:
    found = {name: points_of(view, plot.column) for name, view in views.items()}
    views = {name: view for name, view in views.items() if len(found[name][0])}
    if not views:  # nobody has logged it
        return lambda window, k: None
    every, values = list(views.values()), [found[name] for name in views]
    lines = {
        view.name: Line.of_run(slot, plot, own, view.role)
        for view, own in zip(every, values, strict=True)
    }

    tips = Tips(slot, views, plot)
    told = [line.told(slot, x) for line, x in zip(lines.values(), tips.x, strict=True)]
    if _is_together(slot, tips.x):  # in one go
        told = [np.min(told, axis=0)] * len(every)
        parts = [(every, told[0])]
    else:
        parts = [([view], own) for view, own in zip(every, told, strict=True)]
    draw_lines = partial(_draw_lines, slot, plot, lines)
    stamps = [(_stamp(slot, draw_lines, some), own.astype(int).tolist()) for some, own in parts]
    ends = [End(*each) for each in zip(lines.values(), tips.x, tips.y, told, strict=True)]
    beyond = [_beyond(plot, own, view.shown) for own, view in zip(values, every, strict=True)]
    draw_tips = _tips(slot, every, tips, beyond)

    def draw(window: Pixels, k: int) -> None:
        for stamp, columns in stamps:
            stamp(window, columns[k])
        for end in ends:
            end(window, k)
        draw_tips(window, k)

    return draw


def _tips(
    slot: DrawContext, every: Sequence[View], tips: Tips, beyond: Sequence[Sequence[int]]
) -> Draw:
    """Draws what is at the end of each line: its mark, and its run's badge and name beside it."""
    head, marks = np.max(tips.x, axis=0), _ends(slot)
    label, radius, muted = tips.label, tips.radius, slot.theme.muted
    joined, ink = _joined(slot, tips, len(head)), pixel(muted).view(np.uint32)[0]
    badges = [badge(slot, view.role.number, label, radius) for view in every]
    glyphs = slot.glyphs(label, colour=slot.theme.ink)
    roomy = tips.room > radius
    names = [slot.fitted(view.name, label, tips.room) if roomy else "" for view in every]

    def draw(window: Pixels, k: int) -> None:
        words = window.view(np.uint32)[..., 0]
        for (i, x, y, middle, place), hairline in joined(k // BLOCK)[k % BLOCK]:
            if isinstance(window, Traced):
                paint_line(window, (x, y, middle - radius, place), 1, muted)
            else:
                words[hairline] = ink
            marks[beyond[i][k] + 1](window, int(x), int(y))
            badges[i](window, round(middle), round(place))
            if names[i] and x > head[k] - slot.unit * STANDS:
                base = round(place + slot.font(label) * 0.36)
                glyphs.write(window, names[i], round(middle + 1.4 * radius), base)

    return draw


def _joined(
    slot: DrawContext, tips: Tips, frames: int
) -> Callable[[int], list[list[tuple[Tip, Hairline]]]]:
    """Finds the tips of each frame of a block, each with the hairline to its badge."""

    @lru_cache(maxsize=1)
    def block(number: int) -> list[list[tuple[Tip, Hairline]]]:
        every = [tips[k] for k in range(number * BLOCK, min((number + 1) * BLOCK, frames))]
        ends = [(x, y, middle - tips.radius, at) for own in every for _, x, y, middle, at in own]
        lines = iter(hairlines(np.array(ends), slot.height, slot.width))
        return [[(tip, next(lines)) for tip in own] for own in every]

    return block


def _draw_lines(
    slot: DrawContext, plot: Plot, lines: Mapping[str, Line], axes: "Axes", some: Sequence[View]
) -> None:
    """Some runs' lines, above the bands of their seeds."""
    for view in some:
        if isinstance(view.run, Seeded) and (band := view.run.band(plot.column)):
            _draw_band(axes, slot, plot, band, times(view.run, view.clock))
    for view in some:
        lines[view.name].draw(axes)


def _ends(slot: DrawContext) -> list[Mark]:
    """What a line ends with: beyond the plot's lower edge, in it, beyond the upper edge."""
    head = wedge(max(round(slot.unit * ARROW), 3))
    shapes = head.T, disc(slot.unit * 4), head.T[::-1]
    return [Mark(coloured(shape, slot.theme.ink)) for shape in shapes]


def _is_together(slot: DrawContext, x: Sequence[Floats]) -> bool:
    """Whether the runs are at the same step as long as each goes on."""
    head = np.max(x, axis=0)
    near = NEAR_UNITS * slot.unit
    return all((abs(own - np.minimum(head, own.max())) < near).all() for own in x)


def _stamp(
    slot: DrawContext, draw: "Callable[[Axes, Sequence[View]], None]", some: Sequence[View]
) -> Stamp:
    return Stamp.of(slot.width, slot.height, partial(_drawn, draw, some))


def _drawn(
    draw: "Callable[[Axes, Sequence[View]], None]", some: Sequence[View], axes: "Axes"
) -> None:
    draw(axes, some)


def _draw_band(axes: "Axes", slot: DrawContext, plot: Plot, band: Band, when: NDArray[Any]) -> None:
    """What lies between the quartiles of a run's seeds at each instant [E]."""
    x = plot.x(when.astype(float))
    low, high = (np.where(np.isnan(own), np.nan, plot.y(own)) for own in band)
    axes.fill_between(x, low, high, color=slot.theme.ink, alpha=PALE, lw=0)


def _beyond(plot: Plot, points: Points, shown: NDArray[Any]) -> list[int]:
    """Whether the latest value at each instant [F] is below the axis, −1, on it, 0, or above, 1."""
    at, values = points
    now = values[(np.searchsorted(at, shown, "right") - 1).clip(min=0)]
    return np.where(now < plot.axis.low, -1, np.where(now <= plot.axis.high, 0, 1)).tolist()  # type: ignore[no-any-return]


def _is_boundless(column: str) -> bool:
    """Whether the values of a run that diverges would leave the others no room on an axis."""
    return quantity(column).made and quantity(column).range is None


def _names(slot: DrawContext, views: Views, wide: float) -> float:
    """Room for the names at the lines' ends, where a plot is wide enough for them."""
    widest = max(slot.text_width(view.name, LABELS[0]) for view in views.values())
    return widest + slot.unit * 8 + reach(slot, LABELS[0]) if widest < 0.2 * wide else 0.0


def _is_level(column: str, views: Views) -> bool:
    """Whether a column is a rate that no run changes: figures tell it."""
    values = [view.run[column] for view in views.values()]
    return not quantity(column).made and all((own == own[0]).all() for own in values if len(own))
