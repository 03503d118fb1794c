"""Features: what the axes of a plane or line are called, and their values in the data's units."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vizopt.core.numbers import ticks_told
from vizopt.draw.panels.axis import even_ticks
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.store import Recording

PARTS = 8  # of an axis, about
SIZE = 11  # of names and ticks
LINE = 1.5  # of the font's size, from baseline to baseline
GAP = 0.5  # of the font's size, between a number and the plane
LONGEST = 0.5  # of the side that a name beside numbers may take

Tick = tuple[float, str]  # how far along the axis, 0 to 1; its number


@dataclass(frozen=True, slots=True)
class Features:
    """Names along x and y, and the ticks of both; nothing of data that are drawn from a rule."""

    names: tuple[str, ...] = ()
    x: tuple[Tick, ...] = ()
    y: tuple[Tick, ...] = ()

    @classmethod
    def of(cls, slot: DrawContext, run: Recording) -> "Features":
        """As a recording has them; large text leaves the ticks out, principal components have none.

        A feature's value is mean + deviation · place.
        """
        words = slot.theme.words
        names = tuple(words.retold(name, "principal_component") for name in run.header.axes)
        return cls(names) if slot.theme.large else cls(names, ticks_of(run, 0), ticks_of(run, 1))

    def left(self, slot: DrawContext) -> int:
        """Room for the numbers of y, in pixels."""
        widest = max((slot.text_width(text, SIZE) for _, text in self.y), default=0.0)
        return round(widest + GAP * slot.font(SIZE)) if self.y else 0

    def above(self, slot: DrawContext) -> int:
        """Room for the name of y."""
        return round(LINE * slot.font(SIZE)) if self.names else 0

    def below(self, slot: DrawContext) -> int:
        """Room for the numbers and the name of x."""
        return round(LINE * slot.font(SIZE)) if self.names else 0

    def draw(self, slot: DrawContext, left: int, top: int, side: int, height: int) -> None:
        """Write them around the box, whose top left corner, width and height are in pixels."""
        if not self.names:
            return
        font, bottom = slot.font(SIZE), top + height
        base = bottom + font * (LINE - 0.3)
        shown = _apart(slot, self.x, side)
        second = max((at * side + slot.text_width(text, SIZE) for at, text in shown[:2]), default=0)
        room = min(side - second, side * (LONGEST if shown else 1)) - slot.text_width(" →", SIZE)
        name = slot.fitted(self.names[0], SIZE, room) + " →"
        slot.text(left + side, base, name, SIZE, align="right")
        slot.text(left, top - font * GAP, slot.fitted(f"↑ {self.names[1]}", SIZE, side), SIZE)
        end = left + side - slot.text_width(name, SIZE) - font
        for at, text in shown:
            middle = left + at * side
            _mark(slot, [middle, middle], [bottom, bottom + font * GAP / 2])
            if middle + slot.text_width(text, SIZE) / 2 <= end:
                slot.text(middle, base, text, SIZE, align="center")
        for at, text in self.y:
            middle = bottom - at * height
            _mark(slot, [left - font * GAP / 2, left], [middle, middle])
            slot.text(left - font * GAP, middle + font * 0.36, text, SIZE, align="right")


def ticks_of(run: Recording, axis: int) -> tuple[Tick, ...]:
    """Round values of the feature that is an axis of a plane, or the only one of a line."""
    if "units" not in run.names:
        return ()
    ends = run["extent"].reshape(-1, 2)
    return ticks(*ends[axis], *run["units"][axis])


def ticks(low: float, high: float, mean: float, deviation: float) -> tuple[Tick, ...]:
    """Round values of a feature between two standardised places; none of one that is constant."""
    first, last = mean + deviation * np.array([low, high])
    if not 0 < last - first < np.inf:
        return ()
    values = even_ticks(first, last, PARTS)
    shares = ((values - mean) / deviation - low) / (high - low)
    kept = [(float(s), float(v)) for s, v in zip(shares, values, strict=True) if 0 <= s <= 1]
    texts = ticks_told((v for _, v in kept), 0)
    if len(set(texts)) < len(texts):
        texts = ticks_told((v for _, v in kept), float(last - first))
    return tuple((s, text) for (s, _), text in zip(kept, texts, strict=True))


def _apart(slot: DrawContext, ticks: tuple[Tick, ...], side: int) -> tuple[Tick, ...]:
    """Every tick, or every second, third … one where their numbers would touch."""
    font = slot.font(SIZE)
    for step in range(1, len(ticks) + 1):
        shown = ticks[::step]
        room = [(b[0] - a[0]) * side for a, b in pairwise(shown)]
        widths = [slot.text_width(text, SIZE) for _, text in shown]
        if all(r > (a + b) / 2 + font for r, (a, b) in zip(room, pairwise(widths), strict=True)):
            return shown
    return ticks[:1]


def _mark(slot: DrawContext, x: list[float], y: list[float]) -> None:
    slot.axes.plot(x, y, color=slot.theme.rule, lw=slot.hairline, clip_on=False)
