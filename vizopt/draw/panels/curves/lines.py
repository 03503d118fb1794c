"""The line of a curve: its ink, a band where its values spread, arrows where it is cut."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.plot import Floats, Plot
from vizopt.draw.views import View
from vizopt.recording.clock import times
from vizopt.recording.logged import logged

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points: TypeAlias = tuple[NDArray[Any], Floats]  # when [n], in steps or on a clock; values [n]

COLUMN = 2.0  # units of width, whose values are one point and one part of the envelope
BAND = 2.5  # widths of a line: where the values of a column spread wider, it is a band
PALE = 0.35  # of the line's colour in its band


def points_of(view: View, column: str) -> Points:
    """The values of a column that were logged, and when on the clock."""
    at, values = logged(view.run[column])
    return times(view.run, view.clock)[at], values


def heights(plot: Plot, points: Points, when: NDArray[Any]) -> Floats:
    """Where a line is at each instant: straight from one value to the next, level behind the
    last."""
    at, values = points
    here = when.clip(max=at[-1])
    y = plot.y(np.nan_to_num(values, nan=np.inf))
    last = (np.searchsorted(at, here, "right") - 1).clip(min=0)
    found: Floats = np.where(at[last] == here, y[last], np.interp(here, at, y))
    return found


def draw_line(
    axes: "Axes", slot: DrawContext, plot: Plot, points: Points, colour: str, thick: float
) -> None:
    """A curve through its points, broken where one has no value, with triangles where it is cut."""
    from matplotlib.colors import to_hex, to_rgb

    _, values = points
    x, y = places(plot, points)
    width = thickness(slot, thick)
    x_mean, y_mean, low, high = by_column(x, y, COLUMN * slot.unit)
    if is_band(slot, plot, points, width):
        paper, own = np.array(to_rgb(slot.theme.paper)), np.array(to_rgb(colour))
        pale = to_hex(paper + PALE * (own - paper))
        axes.fill_between(x_mean, low - width / 2, high + width / 2, color=pale, lw=0)
    else:
        x_mean, y_mean = x, y
    axes.plot(x_mean, y_mean, color=colour, lw=width, solid_joinstyle="round")
    size, bottom = slot.unit * 6, plot.top + plot.height
    for cut, height, marker in (
        (x[~(values <= plot.axis.high)], plot.top - size / 2, "^"),
        (x[values < plot.axis.low], bottom + size / 2, "v"),
    ):
        apart = cut[np.diff(cut, prepend=-np.inf) > size]
        heights = np.full(len(apart), height)
        axes.plot(apart, heights, linestyle="", marker=marker, markersize=size, color=colour)


def thickness(slot: DrawContext, thick: float) -> float:
    """Pixels of a line that is so many times as thick as a curve's own."""
    return max(1.8 * slot.unit, 1.2) * thick


def is_band(slot: DrawContext, plot: Plot, points: Points, width: float) -> bool:
    """Whether values of one column spread so wide that a curve of this width goes through their
    mean, with a band around it."""
    *_, low, high = by_column(*places(plot, points), COLUMN * slot.unit)
    return bool(np.nanmax(high - low, initial=0.0) > BAND * width)


def places(plot: Plot, points: Points) -> tuple[Floats, Floats]:
    """Where its points are [n]; without a height where one has no value."""
    at, values = points
    return plot.x(at.astype(float)), np.where(np.isnan(values), np.nan, plot.y(values))


def by_column(x: Floats, y: Floats, width: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each column of that many pixels that a curve [E] has points in: their mean place, and of
    their heights the mean, the least and the most [W]; of none where a point has none."""
    starts = np.flatnonzero(np.diff(np.floor(x / width), prepend=-1.0))
    sizes = np.diff(starts, append=len(x))
    means = [np.add.reduceat(part, starts) / sizes for part in (x, y)]
    return means[0], means[1], np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
