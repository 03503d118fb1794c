"""Values: the window of a number that a regression predicts, from the bottom to the top."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.features import Features, Tick, ticks
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.floating]

ROOM = 0.08  # of the span of the numbers, above and below them
SIZE = 12  # of the line below
LINE = 1.7  # its height, of the font's size


class Span(NamedTuple):
    """The numbers, scaled as they were trained on, that a window goes from and to."""

    low: float
    high: float

    @classmethod
    def of(cls, run: Recording) -> "Span":
        low, high = float(run["targets"].min()), float(run["targets"].max())
        room = ROOM * (high - low) or 1.0
        return cls(low - room, high + room)

    def share(self, values: Floats) -> Floats:
        """How far up numbers lie; those beyond an end at it, and those that are none nowhere."""
        return np.asarray((values.clip(self.low, self.high) - self.low) / (self.high - self.low))

    def ticks(self, run: Recording) -> tuple[Tick, ...]:
        """In the units of the data."""
        mean, deviation = run["target_units"].tolist()
        return ticks(self.low, self.high, mean, deviation)


class ValueBox(NamedTuple):
    """The window's box, in pixels, the axes around it and the line below."""

    left: int
    top: int
    width: int
    height: int
    features: Features
    last_line: int  # baseline

    @classmethod
    def of(cls, slot: DrawContext, features: Features) -> "ValueBox":
        left, top = features.left(slot), features.above(slot)
        below = features.below(slot)
        height = int(slot.height - top - below - slot.font(SIZE) * LINE)
        last_line = round(top + height + below + slot.font(SIZE) * 1.3)
        return cls(left, top, slot.width - left, height, features, last_line)

    def draw(self, slot: DrawContext) -> None:
        """The frame and the axes."""
        place = self.left, self.top, self.width, self.height
        slot.frame(*place)
        self.features.draw(slot, *place)

    def y(self, share: Floats) -> Floats:
        """Heights in pixels from the box's top."""
        return np.asarray((1 - share) * self.height)
