"""One curve's box: its title, its axis of values and the epochs below."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count, setting
from vizopt.draw.panels.axis import Axis, even_ticks
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.names import layers_of, own_of, shorts_of, title_of
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.float64]

DIGITS = (18, 16, 14, 13)  # sizes of a number; the largest that has room beside its title
HEAD = 1.25  # heights of a large number, from a curve's top to the baseline of its title
GAPS = 20  # units beside the word between a title and a number
SHORT_NAME_LETTERS = 3  # letters of a name that has no room


@dataclass(frozen=True, slots=True)
class Plot:
    """One curve's box in the window, in pixels, and its value axis."""

    column: str
    title: str
    shorts: tuple[str, ...]  # for less and less room than the title has
    unit: str
    start: float  # of the panel's part that is this curve's
    left: float
    top: float
    width: float
    height: float
    axis: Axis
    last: float  # at the right end: an epoch, or an instant of the clock
    whole: float  # width with the names at the right
    edge: float  # where titles and numbers end
    layered: bool  # whether its lines are the layers', none of them the number's

    @classmethod
    def of(
        cls,
        slot: DrawContext,
        run: Recording,
        column: str,
        axis: Axis,
        part: tuple[float, float, float, float],
        names: float,
    ) -> "Plot":
        """In its part of the panel: left, top, width, height; names at the right of it."""
        start, above, wide, high = part
        under = head(slot) + slot.unit * 12
        ticks = [text for _, text in axis.ticks(_parts(slot, high - under))]
        gutter = max(slot.text_width(text, 11) for text in [*ticks, "0.00"]) + slot.unit * 8
        width = wide - names - gutter - slot.unit * 5
        return cls(
            column=column,
            title=title_of(slot, run, column),
            shorts=shorts_of(slot, run, column),
            unit=slot.say(run.header.unit),
            start=start,
            left=start + gutter,
            top=above + under,
            width=width,
            height=high - under - slot.unit * 6,
            axis=axis,
            last=max(run.header.epochs - 1, 1),
            whole=wide,
            edge=start + gutter + width + names,
            layered=bool(layers_of(run, column)) and not own_of(run, column),
        )

    def starting(self, left: float) -> "Plot":
        """The same with its axis of epochs from there on, where that is farther right."""
        moved = max(left - self.left, 0.0)
        return replace(self, left=self.left + moved, width=self.width - moved)

    def x(self, when: Floats) -> Floats:
        return self.left + when / self.last * self.width

    def y(self, value: Floats) -> Floats:
        return self.top + self.height * (1 - self.axis.share(value))

    @property
    def right(self) -> float:
        """Where the values end."""
        return self.left + self.width

    def draw_epochs(self, slot: DrawContext) -> None:
        """The axis below, from 0 to the last planned epoch, or instant of the clock."""
        bottom = self.top + self.height + slot.font(11) * 1.4
        parts = 4 if self.width > slot.font(11) * 26 else 1
        first = f"{self.unit} 0"
        free = self.start + slot.text_width(first, 11) + slot.unit * 4
        for at in even_ticks(0, self.last, parts, whole=float(self.last).is_integer()):
            text = count(int(at)) if at == int(at) else setting(at)
            half = slot.text_width(text, 11) / 2
            most = min(slot.width, self.right + slot.unit * 14) - half  # away from the next curve's
            middle = min(float(self.x(at)), most)
            if at and middle - half >= free:
                slot.text(middle, bottom, text, 11, align="center")
        slot.text(self.start, bottom, first, 11)

    def name(self, slot: DrawContext) -> str:
        """The title, or where it has no room the column's own name, or its beginning: acc."""
        room = self.edge - self.start
        if self.layered:
            return self._name_of_layers(slot, room)
        if slot.text_width(self.title) < room - slot.text_width("−0.0e−9", DIGITS[0], "bold"):
            return self.title
        room -= slot.text_width("0.000", DIGITS[-1], "bold") + slot.unit * 4
        fitting = (short for short in self.shorts if slot.text_width(short) < room)
        return next(fitting, self.shorts[-1][:SHORT_NAME_LETTERS])

    def _name_of_layers(self, slot: DrawContext, room: float) -> str:
        """The title beside which the network's number has room; it is left out where none has."""
        room -= slot.text_width(slot.say("network")) + slot.unit * GAPS
        room -= slot.text_width("0.0000", DIGITS[-1], "bold")
        names = (self.title, self.shorts[0])
        if found := next((name for name in names if slot.text_width(name) < room), ""):
            return found
        fits = slot.text_width(self.title) < self.whole
        return self.title if fits else slot.fitted(self.shorts[0], 13, self.whole)

    def draw_axes(self, slot: DrawContext) -> None:
        """The title and the values' grid lines."""
        slot.text(self.start, self.top - slot.unit * 12, self.name(slot), 13)
        above, ends = np.inf, [self.left, self.left + self.width]
        for tick, text in self.axis.ticks(_parts(slot, self.height)):
            y = float(self.y(np.array(tick)))
            if above - y < slot.font(11) * 1.1:
                continue
            above = y
            slot.axes.plot(ends, [y, y], color=slot.theme.rule, lw=slot.hairline)
            x = self.left - slot.unit * 6
            slot.text(x, y + slot.font(11) * 0.36, text, 11, align="right")


def head(slot: DrawContext) -> float:
    """Baseline of a curve's title and number below its top."""
    return slot.font(18) * HEAD


def _parts(slot: DrawContext, height: float) -> int:
    """Parts of an axis of values that is so high, in pixels."""
    return 4 if height > slot.font(11) * 12 else 2 if height > slot.font(11) * 4 else 1
