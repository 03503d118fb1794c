"""Small planes: one run of several, its number, name and figures above its plane."""

from collections.abc import Sequence
from functools import cache
from math import ceil
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Pixels
from vizopt.core.specs import Flag, spec
from vizopt.core.words import worded
from vizopt.draw.glyphs import Glyphs, drawn_width
from vizopt.draw.paint import pixel
from vizopt.draw.panels.badge import draw_badge, reach
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.ended import said_in
from vizopt.draw.panels.fitted import FittedCurve
from vizopt.draw.panels.plane import DecisionRegions, square
from vizopt.draw.panels.predictions import PredictedTrue
from vizopt.draw.panels.strip import Strip
from vizopt.draw.standing import ending, standing
from vizopt.draw.views import View, Views
from vizopt.recording.quantities import quantity
from vizopt.recording.readout import writing_of

NAMES, VALUE, MORE = (15, 13, 12, 11), 17, 12  # sizes of the name, the first figure, the rest
BETWEEN = "  ·  "  # figures
THICK = 3.0  # units of the frame around who leads
BESIDES: dict[str, type[Strip | FittedCurve | PredictedTrue]] = {
    "strip": Strip,
    "fitted": FittedCurve,
    "predicted": PredictedTrue,
}


@spec
class SmallPlane(OneRun):
    """One of several runs: the number in a disc that tells it from the others, name, accuracy,
    loss and learning rate, and below its plane, or the strip of its only feature; of a regression
    the curve over its only feature, or what is predicted against what is true.

    Who leads, by the best so far, has a thick frame, also where it is worse now. A run that ended
    earlier than others stands, and says "finished"; one that diverged says so.

    Args:
        shown: what stands below: "plane", "strip", "fitted" or "predicted".
        columns: values of every epoch that are written above it, the first one large.
        named: whether the classes are named below a plane.
    """

    shown: Literal["plane", "strip", "fitted", "predicted"] = "plane"
    columns: Annotated[tuple[str, ...], Field(min_length=1)] = ("accuracy", "loss", "lr")
    named: Flag = True

    @property
    def needs(self) -> frozenset[str]:
        return self._inner.needs | {*self.columns}

    @property
    def _inner(self) -> DecisionRegions | Strip | FittedCurve | PredictedTrue:
        if self.shown == "plane":
            return DecisionRegions(named=self.named, of=self.of)
        return BESIDES[self.shown](of=self.of)

    def static(self, slot: DrawContext, views: Views) -> None:
        view, below = self.view(views), _below(slot)
        top, _ = _baselines(slot)
        width = self._width(slot, views, self._box(below, views)[2])
        left, radius = 2.6 * reach(slot, NAMES[0]), reach(slot, NAMES[0])
        draw_badge(slot.axes, slot, radius, _middle(slot), view.role.number, NAMES[0])
        free = width - left - _figure(slot)
        fits = (n for n in NAMES if slot.fitted(view.name, n, free, "bold") == view.name)
        size = next(fits, NAMES[-1])
        name = slot.fitted(view.name, size, free, "bold")
        slot.text(left, top, name, size, colour=slot.theme.ink, weight="bold")
        self._inner.static(below, views)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        view = self.view(views)
        epochs = view.run["epoch"][view.rows]
        texts = [_texts(view, column, epochs) for column in self.columns]
        titles = [
            quantity(c).short or slot.told(worded(quantity(c).title)) for c in self.columns[1:]
        ]
        ended = ending(view, views)
        large = slot.glyphs(VALUE, colour=slot.theme.ink, weight="bold")
        small = slot.glyphs(MORE)
        colour = slot.theme.accent("loss") if ended.warns else slot.theme.ink
        warning = slot.glyphs(MORE, colour=colour, weight="bold")
        first, second = map(round, _baselines(slot))
        top = round(_head(slot))
        below = _below(slot)
        inner = self._inner.dynamic(below, views)
        left, above, right, height = self._box(below, views)
        width = round(self._width(slot, views, right))
        leads = standing(views, self.columns[0])[view.name].leads if len(views) > 1 else None
        thick, ink = max(round(THICK * slot.unit), 2), pixel(slot.theme.ink).view(np.uint32)
        told, shown = said_in(slot, ended.words, warning, width), ended.shown
        lines = _lines(small, titles, texts[1:], width)
        taken = warning.width(told) + round(slot.unit * 10)
        shorter = _lines(small, titles, texts[1:], width - taken)

        def draw(window: Pixels, k: int) -> None:
            large.write(window, texts[0][k], width, first, 1)
            small.write(window, (shorter if shown[k] else lines)[k], 0, second)
            if shown[k]:
                warning.write(window, told, width, second, 1)
            inner(window[top:], k)
            if leads is not None and leads[k]:
                _frame(window[top + above :, left:right][:height], thick, ink)

        return draw

    def _width(self, slot: DrawContext, views: Views, right: int) -> float:
        """Where the figures of all runs end: with what stands below, or farther where that spares
        a name from being cut."""
        beside = 2.6 * reach(slot, NAMES[0]) + _figure(slot)
        font, family = slot.font(NAMES[-1]), slot.theme.family
        needed = [beside + ceil(drawn_width(name, font, "bold", family)) for name in views]
        return max(right, *(wide for wide in needed if wide <= slot.width), 0.0)

    def _box(self, below: DrawContext, views: Views) -> tuple[int, int, int, int]:
        """Left and top of what stands below the lines, where it ends at the right, its height."""
        run, inner = self.view(views).run, self._inner
        if isinstance(inner, Strip):
            return 0, 0, below.width, below.width
        if isinstance(inner, DecisionRegions):
            left, top, side, _ = square(below, run, views, self.named)
            return left, top, left + side, side
        box = inner.box(below, run)
        return box.left, box.top, box.left + box.width, box.height


def _figure(slot: DrawContext) -> float:
    """Room for the large figure."""
    return slot.text_width("0.000", VALUE, "bold") + slot.unit * 8


def _frame(pixels: Pixels, thick: int, ink: NDArray[np.uint32]) -> None:
    """A thick frame along the edges of a window; the ink is an RGBA word [1]."""
    words = pixels.view(np.uint32)[..., 0]
    for edge in (words[:thick], words[-thick:], words[:, :thick], words[:, -thick:]):
        edge[...] = ink


def _lines(
    glyphs: Glyphs, titles: Sequence[str], texts: Sequence[Sequence[str]], width: float
) -> list[str]:
    """The second line of each frame [F]: as many figures as fit in all of them."""
    longest = [f"{title} {max(own, key=len)}" for title, own in zip(titles, texts, strict=True)]
    many = len(longest)
    while many and glyphs.width(BETWEEN.join(longest[:many])) > width:
        many -= 1
    return [
        BETWEEN.join(f"{title} {text}" for title, text in zip(titles, own[:many], strict=False))
        for own in zip(*texts, strict=True)
    ]


def _texts(view: View, column: str, epochs: NDArray[np.integer]) -> list[str]:
    way = cache(writing_of(view.run, column))  # accuracies come again
    return [way(value) for value in view.run[column][epochs].tolist()]


def _baselines(slot: DrawContext) -> tuple[float, float]:
    first = slot.font(VALUE) * 0.95
    return first, first + slot.font(MORE) * 1.45


def _middle(slot: DrawContext) -> float:
    return _baselines(slot)[0] - slot.font(NAMES[0]) * 0.36


def _head(slot: DrawContext) -> float:
    """Height of both lines, and of the gap below them."""
    return _baselines(slot)[1] + slot.unit * 9


def _below(slot: DrawContext) -> DrawContext:
    top = round(_head(slot))
    return slot.part(0, top, slot.width, slot.height - top)
