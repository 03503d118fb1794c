"""The strip: one feature, its points class by class below the probability of each class."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.core.numbers import count
from vizopt.core.specs import spec
from vizopt.draw.paint import Mark, Stamp, ink, paint_ink
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.features import Features, Tick, ticks_of
from vizopt.draw.panels.legend import ClassLegend, fitting
from vizopt.draw.panels.markers import markers
from vizopt.draw.panels.plane import KEY, diameter
from vizopt.draw.panels.predicted import Predicted
from vizopt.draw.panels.sample import STRIP_POINTS, sample, shown_of
from vizopt.draw.panels.stroke import strokes
from vizopt.draw.views import Views
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats: TypeAlias = NDArray[np.floating]

ROW = 30  # units of height of a class' points, where they are few
COVERED = 0.35  # of their part, that many points may cover
MAX_POINTS_SHARE = 0.42  # of the strip's height, that all points take
PAD = 9  # units between the probabilities 0 and 1 and what is below and above
CORE, CASE = 3.0, 1.1  # units: thickness of a curve, and of its outline
PARTS = 4  # of the axis of probabilities
MEAN = ("mean_of", "background_short")  # as there is room
GOLDEN = (5**0.5 - 1) / 2  # whose multiples lie apart, however many there are


@spec
class Strip(OneRun):
    """One feature: the predicted probability of each class over it, and the points below.

    The background is the class with the largest probability at each value of the feature, in one
    colour from top to bottom. Above each class' curve stands its marker, at the mean of its points;
    these lie below in a row for each class, moved up and down within it so that they hide each
    other less. Where all that changes so fast that it could flash, curves are the mean and the
    background the mixture of half a second's epochs, and a line says which. Points held out for
    validation are hollow; of more than 600 points so many are shown.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"probabilities", "epoch", "points", "labels", "held_out", "extent"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        box = _Box.of(slot, run)
        slot.frame(box.left, box.top, box.width, box.height)
        features = box.features(slot, run)
        features.draw(slot, box.left, box.top, box.width, box.height)
        below = box.top + box.height + features.below(slot)
        box.legend.draw(slot, box.left, below, box.width, KEY * diameter(slot.unit))
        if few := shown_of(slot, run, STRIP_POINTS):
            slot.text(box.left, box.last_line, few, 12)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        box = _Box.of(slot, run)
        points = Stamp.of(box.width, box.height, _points(slot, run, box))
        named = _markers(slot, run, box)
        glyphs, units = slot.glyphs(12), slot.say(f"{run.header.unit}s")
        noted = slot.text_width(shown_of(slot, run, STRIP_POINTS), 12)
        free = box.width - (noted + slot.unit * 12 if noted else 0)
        colours = slot.theme.classes
        core = max(CORE * slot.unit, 1.6)
        whole = core + 2 * max(CASE * slot.unit, 0.8)
        predicted = Predicted(slot, run, rows, (box.width, box.height), box.y, whole)

        def draw(window: Pixels, k: int) -> None:
            inside = window[box.top : box.top + box.height, box.left : box.left + box.width]
            shown = predicted(k)
            inside.view(np.uint32)[..., 0] = predicted.background(shown)
            points(inside)
            for c, curve in enumerate(shown.curves):
                outer, inner = strokes(box.y(curve), (whole, core))
                paint_ink(inside, outer, slot.theme.edge)
                paint_ink(inside, inner, colours[c % len(colours)])
            for curve, (x, marker) in zip(shown.curves, named, strict=True):
                marker(inside, x, round(float(box.y(curve)[x])))
            if shown.held:
                first, last = map(count, shown.held)
                ways = [slot.say(key, units=units, first=first, last=last) for key in MEAN]
                words = next((words for words in ways if glyphs.width(words) <= free), ways[-1])
                glyphs.write(window, words, box.left + box.width, box.last_line, 1.0)

        return draw


@dataclass(frozen=True, slots=True)
class _Box:
    """The strip in its window, in pixels; its lowest part is that of the points."""

    left: int
    top: int
    width: int
    height: int
    points: float  # height of all rows of points
    pad: float
    legend: ClassLegend
    last_line: int  # baseline below the legend

    @classmethod
    def of(cls, slot: DrawContext, run: Recording) -> "_Box":
        features = Features(("x", "y"), (), _probabilities(0.0, 1.0))
        left, top = features.left(slot), features.above(slot)
        legend, width = fitting(
            slot, run, lambda height: slot.width - left, KEY * diameter(slot.unit)
        )
        below = features.below(slot) + legend.height(slot)
        height = int(slot.height - top - below - slot.font(12) * 1.7)
        inked = len(sample(run["labels"], STRIP_POINTS)) * np.pi / 4 * diameter(slot.unit) ** 2
        points = max(slot.unit * ROW * len(run.header.classes), inked / (COVERED * width))
        return cls(
            left=left,
            top=top,
            width=width,
            height=height,
            points=min(points, MAX_POINTS_SHARE * height),
            pad=slot.unit * PAD,
            legend=legend,
            last_line=round(top + height + below + slot.font(12) * 1.3),
        )

    def y(self, probability: Floats) -> Floats:
        """Heights of probabilities, from the box's top."""
        return self.pad + (1 - probability) * (self.height - self.points - 2 * self.pad)

    def features(self, slot: DrawContext, run: Recording) -> Features:
        """The feature along x, in its own units, and the probability upward."""
        low, high = (1 - self.y(np.array([0.0, 1.0])) / self.height).tolist()
        names = (*run.header.axes, slot.say("probability"))
        return Features(names, ticks_of(run, 0), _probabilities(low, high))


def _probabilities(low: float, high: float) -> tuple[Tick, ...]:
    """Ticks of 0 to 1, which lie at these shares of the height."""
    values = np.linspace(0, 1, PARTS + 1)[:: PARTS // 2]
    return tuple((low + float(v) * (high - low), f"{v:g}") for v in values)


def _across(run: Recording, box: _Box) -> Floats:
    """Where each point lies along the feature, in pixels."""
    low, high = run["extent"]
    return np.asarray((run["points"][:, 0] - low) / (high - low) * box.width)


def _points(slot: DrawContext, run: Recording, box: _Box) -> "Callable[[Axes], None]":
    """Draws the points in a row for each class, and lines at the probabilities 0, ½ and 1."""
    some = sample(run["labels"], STRIP_POINTS)
    x, labels, held_out = _across(run, box)[some], run["labels"][some], run["held_out"][some] > 0
    size, row = diameter(slot.unit), box.points / len(run.header.classes)
    free = max(row - 1.4 * size, 0)  # that points of a row are moved in

    def draw(axes: "Axes") -> None:
        for probability, alpha in ((0.0, 1.0), (0.5, 0.35), (1.0, 0.35)):
            y = float(box.y(np.array(probability)))
            y = box.height - box.points if probability == 0 else y
            axes.plot(
                [0, box.width], [y, y], color=slot.theme.border, lw=slot.hairline, alpha=alpha
            )
        for c in np.unique(labels):
            own = np.flatnonzero(labels == c)
            own = own[x[own].argsort(kind="stable")]
            moved = (np.arange(1, len(own) + 1) * GOLDEN) % 1 - 0.5
            y = box.height - box.points + (c + 0.5) * row + moved * free
            for hollow in (False, True):
                shown = held_out[own] == hollow
                place = x[own][shown], y[shown]
                markers(axes, slot.theme, *place, int(c), size, hollow=hollow)

    return draw


def _markers(slot: DrawContext, run: Recording, box: _Box) -> list[tuple[int, Mark]]:
    """Of each class the column of its curve's marker, and the marker."""
    x, labels, size = _across(run, box), run["labels"], 1.35 * diameter(slot.unit)
    side = 2 * round(size) + 1
    found = []
    for c in range(len(run.header.classes)):
        own = x[labels == c]
        at = round(float(own.mean())) if len(own) else 0
        draw = partial(markers, theme=slot.theme, x=[side / 2], y=[side / 2], c=c, diameter=size)
        found.append((at, Mark(ink(side, side, draw))))
    return found
