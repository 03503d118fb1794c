"""Predictions: the numbers that a regression predicts against those that are true."""

from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.core.numbers import count
from vizopt.core.specs import spec
from vizopt.draw.paint import Mark, ink
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.features import Features
from vizopt.draw.panels.markers import markers
from vizopt.draw.panels.plane import diameter
from vizopt.draw.panels.steady import PLACES, Steady, told
from vizopt.draw.panels.values import SIZE, Span, ValueBox
from vizopt.draw.views import Views
from vizopt.recording import targets
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.floating]

MANY_POINTS = 150  # points; more are drawn smaller
MIN_POINT_SCALE = 0.6  # of the size of few
OUTSIDE_PX = -1_000  # pixels from the window's top


@spec
class PredictedTrue(OneRun):
    """A point for each sample: to the right the true number, upward the one that is predicted.

    On the diagonal both are the same. The window goes a little beyond the true numbers; what is
    predicted outside it lies at its edge. Where the points change so fast that they could flash
    they are the mean of half a second's epochs, and a line says which. Samples held out for
    validation are hollow; of more than 600 samples so many are shown.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"predictions", "epoch", "targets", "target_units", "held_out"})

    def box(self, slot: DrawContext, run: Recording) -> ValueBox:
        """The same numbers along both sides, in the data's units."""
        target = run.header.target
        names = (slot.say("true_value", target=target), slot.say("predicted_value", target=target))
        if slot.theme.large:
            return ValueBox.of(slot, Features(names))
        both = Span.of(run).ticks(run)
        return ValueBox.of(slot, Features(names, both, both))

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        box = self.box(slot, run)
        box.draw(slot)
        x, y = [box.left, box.left + box.width], [box.top + box.height, box.top]
        slot.axes.plot(x, y, color=slot.theme.muted, lw=slot.hairline)
        slot.text(box.left, box.last_line, _few(slot, run), SIZE)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        box, span = self.box(slot, run), Span.of(run)
        some = targets.shown(len(run["targets"]))
        x = np.rint(span.share(run["targets"][some]) * box.width)
        size = diameter(slot.unit) * (1 if len(some) <= MANY_POINTS else MIN_POINT_SCALE)
        inks = _inks(slot, size)
        marks = [inks[bool(held)] for held in run["held_out"][some]]

        def heights(values: Floats) -> Floats:
            """Of the points, that of one without a value far outside."""
            y = np.rint(box.y(span.share(np.nan_to_num(values))))
            return np.where(np.isfinite(values), y, OUTSIDE_PX)

        def covered(values: Floats, place: float) -> NDArray[np.bool_]:
            seen = np.zeros((round(box.height / place), PLACES), np.bool_)
            y, half = heights(values), size / 2
            for across in (-half, half):
                for down in (-half, half):
                    columns = ((x + across) / place).clip(0, PLACES - 1).astype(np.intp)
                    lines = ((y + down) / place).astype(np.intp)
                    there = (lines >= 0) & (lines < len(seen))
                    seen[lines[there], columns[there]] = True
            return seen

        steady = Steady(slot, run, "predictions", rows, box, covered, slot.theme.classes[0])
        write = told(slot, run, box, slot.text_width(_few(slot, run), SIZE))

        def draw(window: Pixels, k: int) -> None:
            inside = window[box.top : box.top + box.height, box.left : box.left + box.width]
            shown = steady(k)
            for place, height, own in zip(x, heights(shown.values), marks, strict=True):
                own(inside, int(place), int(height))
            write(window, shown)

        return draw


def _few(slot: DrawContext, run: Recording) -> str:
    """How many of the samples are shown, in words; nothing where all are."""
    every = len(run["targets"])
    some = len(targets.shown(every))
    return "" if some == every else slot.say("some_points", some=count(some), count=count(every))


def _inks(slot: DrawContext, size: float) -> tuple[Mark, Mark]:
    """A point, and one that is held out."""
    side = 2 * round(size) + 1
    draw = partial(markers, theme=slot.theme, x=[side / 2], y=[side / 2], c=0, diameter=size)
    return Mark(ink(side, side, draw)), Mark(ink(side, side, partial(draw, hollow=True)))
