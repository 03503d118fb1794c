"""Fitted: the number that a regression predicts over its only feature, and the data."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.core.specs import spec
from vizopt.draw.paint import Stamp, paint_ink
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.features import Features, ticks_of
from vizopt.draw.panels.markers import markers
from vizopt.draw.panels.plane import diameter
from vizopt.draw.panels.steady import PLACES, Steady, told
from vizopt.draw.panels.stroke import strokes
from vizopt.draw.panels.values import SIZE, Span, ValueBox
from vizopt.draw.views import Views
from vizopt.recording import targets
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats: TypeAlias = NDArray[np.floating]

THICK = 4.0  # units, of the curve
OUTSIDE = 1.0  # heights of the box, beyond which the curve is cut
DATA = 0  # whose class' colour and marker they have


@spec
class FittedCurve(OneRun):
    """One feature to the right, a number upward: the data, and the curve that the network predicts.

    The window goes a little beyond the data's numbers; where the prediction is outside it the
    curve is. Where the curve changes so fast that it could flash it is the mean of half a second's
    epochs, and a line says which. Points held out for validation are hollow; of more than 600
    points so many are shown.
    """

    @property
    def needs(self) -> frozenset[str]:
        shown = {"points", "targets", "target_units", "held_out", "extent"}
        return frozenset({"fitted", "epoch", *shown})

    def box(self, slot: DrawContext, run: Recording) -> ValueBox:
        """The feature along x, the number upward, both in the data's units."""
        names = (*run.header.axes[:1], run.header.target)
        if slot.theme.large:
            return ValueBox.of(slot, Features(names))
        return ValueBox.of(slot, Features(names, ticks_of(run, 0), Span.of(run).ticks(run)))

    def static(self, slot: DrawContext, views: Views) -> None:
        box = self.box(slot, self.view(views).run)
        box.draw(slot)
        size, y = diameter(slot.unit), box.last_line - slot.font(SIZE) * 0.36
        first, second = _starts(slot, box)
        markers(slot.axes, slot.theme, [first - size], [y], DATA, size)
        slot.text(first, box.last_line, slot.say("data"), SIZE)
        line = [second - 3 * size, second - 0.6 * size]
        slot.axes.plot(line, [y, y], color=slot.theme.ink, lw=_thick(slot))
        slot.text(second, box.last_line, slot.say("prediction"), SIZE)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        box, span = self.box(slot, run), Span.of(run)
        points = Stamp.of(box.width, box.height, _points(slot, run, box, span))
        places = np.arange(run.columns["fitted"].shape[1])
        thick = _thick(slot)

        def heights(values: Floats, parts: int) -> Floats:
            """At the edges of so many parts of the window."""
            at = np.linspace(0, places[-1], parts + 1)
            values = np.interp(at, places, np.nan_to_num(values))
            share = (values - span.low) / (span.high - span.low)
            return box.y(share.clip(-OUTSIDE, 1 + OUTSIDE))

        def covered(values: Floats, place: float) -> NDArray[np.bool_]:
            y = heights(values, PLACES) / place
            rows = np.arange(round(box.height / place))[:, None]
            half = thick / 2 / place
            low, high = np.minimum(y[:-1], y[1:]) - half, np.maximum(y[:-1], y[1:]) + half
            return np.asarray((rows + 1 > low) & (rows < high))

        steady = Steady(slot, run, "fitted", rows, box, covered, slot.theme.ink)
        words = slot.text_width(slot.say("prediction"), SIZE)
        write = told(slot, run, box, _starts(slot, box)[1] + words - box.left)

        def draw(window: Pixels, k: int) -> None:
            inside = window[box.top : box.top + box.height, box.left : box.left + box.width]
            points(inside)
            shown = steady(k)
            y = heights(shown.values, box.width)
            (curve,) = strokes(y, (thick,))
            paint_ink(inside, curve, slot.theme.ink)
            write(window, shown)

        return draw


def _starts(slot: DrawContext, box: ValueBox) -> tuple[float, float]:
    """Where the words of the two things begin on the line below."""
    size = diameter(slot.unit)
    first = box.left + 2 * size
    return first, first + slot.text_width(slot.say("data"), SIZE) + 4.4 * size


def _thick(slot: DrawContext) -> float:
    """Of the curve, in pixels."""
    return max(THICK * slot.unit, 2.0)


def _points(
    slot: DrawContext, run: Recording, box: ValueBox, span: Span
) -> "Callable[[Axes], None]":
    """Draws the data."""
    some = targets.shown(len(run["targets"]))
    low, high = run["extent"]
    x = (run["points"][some, 0] - low) / (high - low) * box.width
    y = box.y(span.share(run["targets"][some]))
    held_out = run["held_out"][some] > 0

    def draw(axes: "Axes") -> None:
        for hollow in (False, True):
            own = held_out == hollow
            size = diameter(slot.unit)
            markers(axes, slot.theme, x[own], y[own], DATA, size, hollow=hollow)

    return draw
