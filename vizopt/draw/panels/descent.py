"""The descent: one curve, and the path that an optimizer takes over it."""

from collections.abc import Iterator
from itertools import count
from math import floor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels, Rows, Spots
from vizopt.core.specs import spec
from vizopt.draw.paint import Ink, Mark, coloured, disc, kept, line
from vizopt.draw.panels.balls import rolling, spots_of
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.move import Move
from vizopt.draw.panels.names import plates_of, write_names
from vizopt.draw.panels.outside import Outside
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.draw.panels.plot import Plot
from vizopt.draw.trail import Trail
from vizopt.draw.views import Views
from vizopt.recording.minima import Minimum, minima_of
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats: TypeAlias = NDArray[np.float64]
Looks: TypeAlias = NDArray[np.int32]

MAX_DOTS = 20_000  # dots, and lines, of a path; with more it is thinned
SMALL_AREA = 200_000  # square units of a panel in which the lowest minima alone are named
AT_ONCE = 1 << 16  # steps that are looked at together
MAX_DISTANCE_PX = 1e6  # pixels: further out there is nothing to tell apart


@spec
class Descent(OneRun):
    """A function's curve with its minima named, and the path over it, step by step.

    Dots and thin lines go from green through orange to red with the step. The current point is
    larger, with the tangent, whose slope is the gradient, and an arrow as long as the next step.
    Nothing crosses a minimum's name. A point outside the frame is an arrow at the edge with its
    value. At a pole the curve leaves the frame, at a jump it ends. Of several runs each is a ball
    with the run's number above it.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "x", "loss", "slope", "curve", "minima", "maxima"})

    def _compares(self, views: Views) -> bool:
        """Whether several runs are on the curve."""
        return self.of is None and len(views) > 1

    def static(self, slot: DrawContext, views: Views) -> None:
        run = next(iter(views.values())).run if self._compares(views) else self.view(views).run
        plot = Plot.of(slot, run)
        plot.draw_axes(slot)
        plot.draw_curve(slot, run["curve"])
        write_names(slot, plot, run["curve"], _named(slot, run))
        if run.header.epochs > 1 and not self._compares(views):
            _steps_key(slot, plot)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        if self._compares(views):
            return rolling(slot, views)
        run, rows = self.view(views)[1:3]
        plot = Plot.of(slot, run)
        x, f = run["x"], run["loss"]
        shown = run["epoch"][rows]
        colours = PathColours(slot, run)
        inside = plot.holds(x, f)
        trail = _trail(slot, plot, x, f, colours)
        point, edge = disc(slot.unit * 7.5), Mark(coloured(disc(slot.unit * 9), slot.theme.ink))
        px, py = plot.px(x), plot.py(f)
        plates = plates_of(slot, plot, run["curve"], _named(slot, run))
        arrow = Outside(slot, plot, run, colours, plates)
        move = Move(slot, plot, run, colours)

        def draw(window: Pixels, k: int) -> None:
            step = int(shown[k])
            with kept(window, plates):
                trail(window, step)
                if inside[step]:
                    move(window, step)
            if inside[step]:
                for mark in (edge, Mark(coloured(point, colours[step]))):
                    mark(window, floor(px[step]), floor(py[step]))
            else:
                arrow(window, step)

        return draw

    def spots(self, slot: DrawContext, views: Views) -> Spots:
        """The ball of each run, and its badge."""
        return spots_of(slot, views)


def _named(slot: DrawContext, run: Recording) -> list[Minimum]:
    """The minima that are named: in a small panel the lowest, more would hide the curve."""
    minima = minima_of(run)
    if slot.width * slot.height >= SMALL_AREA * slot.unit**2:
        return minima
    return [minimum for minimum in minima if minimum.kind != "local"]


def _steps_key(slot: DrawContext, plot: Plot) -> None:
    """What the colours of the path mean."""
    from matplotlib.colors import LinearSegmentedColormap

    first, last = slot.say("first_step"), slot.say("last_step")
    width = slot.unit * 110
    right = plot.x0 + plot.width - slot.text_width(last, 11) - slot.unit * 8
    y = plot.above(slot)
    shades = LinearSegmentedColormap.from_list("path", slot.theme.path)
    box = (right - width, right, y, y - slot.font(11) * 0.7)
    slot.axes.imshow(shades(np.linspace(0, 1, 64))[None], extent=box, aspect="auto", zorder=3)
    slot.axes.set(xlim=(0, slot.width), ylim=(slot.height, 0))
    slot.text(right - width - slot.unit * 6, y, first, 11, align="right")
    slot.text(right + slot.unit * 6, y, last, 11)


def _trail(slot: DrawContext, plot: Plot, x: Floats, f: Floats, colours: PathColours) -> Trail:
    """Lines between the points inside the frame, and a dot at each."""
    paper, thick = slot.theme.paper, max(1.3 * slot.unit, 1.0)
    ring, dot = disc(slot.unit * 4.6), disc(slot.unit * 3.7)
    px, py = plot.px(x), plot.py(f)
    dots = plot.holds(x, f)
    lines = np.append(False, dots[1:] | dots[:-1])
    with np.errstate(invalid="ignore"):
        near = [at.clip(-MAX_DISTANCE_PX, MAX_DISTANCE_PX) for at in (px, py)]
        cells = [np.floor(at).astype(np.int32) for at in near]
    looks = np.column_stack([colours.shade(np.arange(len(x))).astype(np.int32), *cells])
    dots, lines = _apart(dots, looks), _apart(lines, looks, lines=True)

    def inks(step: int) -> Iterator[tuple[Ink, str]]:
        if lines[step]:
            ends = _clipped(plot, px[step - 1 : step + 1], py[step - 1 : step + 1])
            yield line(*ends, thick), colours[step]
        if dots[step]:
            for coverage, colour in ((ring, paper), (dot, colours[step])):
                x, y = (floor(place[step]) - len(coverage) // 2 for place in (px, py))
                yield Ink.of(coverage, x, y), colour

    def draw(axes: "Axes", step: int) -> None:
        from matplotlib.collections import LineCollection

        at = np.nonzero(lines[: step + 1])[0].tolist()
        ends = [_clipped(plot, px[i - 1 : i + 1], py[i - 1 : i + 1]) for i in at]
        shown = LineCollection(
            np.reshape(ends, (-1, 2, 2)),  # type: ignore[arg-type]
            colors=[colours[i] for i in at],
            linewidths=thick,
        )
        axes.add_collection(shown)
        at = np.nonzero(dots[: step + 1])[0].tolist()
        axes.scatter(
            px[at],
            py[at],
            s=(2 * 4.15 * slot.unit) ** 2,
            c=[colours[i] for i in at],
            edgecolors=paper,
            linewidths=0.9 * slot.unit,
            zorder=3,
        )

    return Trail(slot.height, slot.width, np.nonzero(lines | dots)[0], inks, draw)


def _apart(drawn: NDArray[np.bool_], looks: Looks, *, lines: bool = False) -> NDArray[np.bool_]:
    """All steps [E], or of too many those that do not look like an earlier one of their colour.

    A long run comes to the same pixels again and again. Where it comes to ever new ones, as one
    without rest, places in the same square of 2, 4, 8 … pixels are one, until few are left.

    Args:
        drawn: whether there is something to be drawn at a step.
        looks: of each step its shade, and the pixel that it comes to [E, 3].
        lines: whether it matters which pixel it comes from.
    """
    steps = np.nonzero(drawn)[0]
    squares = (_first(steps, looks, halved, lines) for halved in count())
    kept = steps if len(steps) <= MAX_DOTS else next(few for few in squares if few is not None)
    apart = np.zeros_like(drawn)
    apart[kept] = True
    return apart


def _first(steps: Rows, looks: Looks, halved: int, lines: bool) -> Rows | None:
    """The first step of each look in squares of 2**halved pixels; None if they are too many."""
    kept = steps[:0]
    for start in range(0, len(steps), AT_ONCE):
        some = np.append(kept, steps[start : start + AT_ONCE])
        alike = np.concatenate([looks[some], looks[some - 1, 1:]], axis=1) if lines else looks[some]
        alike[:, 1:] >>= halved
        kept = some[np.sort(np.unique(alike, axis=0, return_index=True)[1])]
        if len(kept) > MAX_DOTS:
            return None
    return kept


def _clipped(plot: Plot, x: Floats, y: Floats) -> tuple[float, float, float, float]:
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
