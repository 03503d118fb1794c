"""The names of a curve's minima, below their valleys, none over another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.panels.base import DrawContext, Weight
from vizopt.draw.panels.plot import Plot
from vizopt.recording.minima import Minimum

Plate: TypeAlias = tuple[slice, slice]  # rows and columns of the window
Floats: TypeAlias = NDArray[np.float64]

ROWS = 8  # that a name may stand in, to find room
MAX_MOVE_SHARE = 0.8  # of its half width, that a name moves aside at once
ROW = 1.3  # font sizes from one row to the next


@dataclass(frozen=True, slots=True)
class Name:
    """A placed name: where its line starts and ends, its centre, half its width, its baseline; and
    whether it would rather be left out than cover the curve."""

    text: str
    weight: Weight
    spare: bool
    x: float
    y: float
    at: float
    half: float
    base: float

    @classmethod
    def of(cls, slot: DrawContext, plot: Plot, minimum: Minimum) -> "Name":
        """Straight below its minimum."""
        weight: Weight = "normal" if minimum.kind == "local" else "bold"
        text = slot.told(minimum.name)
        half = slot.text_width(text, 12, weight) / 2 + slot.unit * 5
        x, y = float(plot.px(minimum.x)), float(plot.py(minimum.f)) + slot.unit * 4
        base = y + slot.unit * 12 + slot.font(12)
        spare = minimum.kind == "local" and minimum.place is None
        return cls(text, weight, spare, x, y, max(x, plot.x0 + half), half, base)

    def moved(self, aside: float) -> "Name":
        return replace(self, at=self.at + aside)

    def meets(self, other: "Name", row: float) -> bool:
        """Whether both would be written over each other, or the line of one through the other."""
        beside = abs(self.at - other.at) < self.half + other.half
        below = abs(self.base - other.base) < row
        return (beside and below) or self._crosses(other, row) or other._crosses(self, row)

    def _crosses(self, other: "Name", row: float) -> bool:
        """Whether its line runs through the other's text."""
        through = abs(self.x - other.at) < other.half
        return through and self.y < other.base and self.base > other.base + row / 2

    def lies_on(self, line: Floats, slot: DrawContext) -> bool:
        """Whether a line [N, 2] runs through its text."""
        (x, y), size = line.T, slot.font(12)
        inside = abs(x - self.at) < self.half
        near = (y > self.base - size) & (y < self.base + size * 0.4)
        above = y < self.base - size
        crossing = inside[1:] & inside[:-1] & (above[1:] != above[:-1])
        return bool((inside & near).any() or crossing.any())


def placed(slot: DrawContext, plot: Plot, curve: Floats, minima: list[Minimum]) -> list[Name]:
    """The names that find room: global minima and lowest ends first, then the deepest.

    One that meets another, or lies on the curve, moves aside or down. Neighbours make way for each
    other first, unless more names find room beside the curve when they do not. Where all places
    are on the curve a name takes the first of them, that of a minimum behind the start none; and
    where all are taken it is left out.
    """
    line = np.stack([plot.px(curve[:, 0]), plot.py(curve[:, 1])], axis=1)
    below = [Name.of(slot, plot, minimum) for minimum in minima]
    found = (_found(slot, plot, line, names) for names in (_apart(slot, below), below))
    return max(found, key=lambda names: sum(1 + (not name.lies_on(line, slot)) for name in names))


def _found(slot: DrawContext, plot: Plot, line: Floats, wanted: list[Name]) -> list[Name]:
    """The names in places that are free."""
    names: list[Name] = []
    for name in sorted(wanted, key=lambda name: (name.weight == "normal", -name.y)):
        free = [
            place
            for place in _places(slot, plot, name)
            if not any(place.meets(other, slot.font(12) * ROW) for other in names)
        ]
        beside = (place for place in free if not place.lies_on(line, slot))
        last = free[0] if free and not name.spare else None
        names += [place for place in [next(beside, last)] if place]
    return names


def write_names(slot: DrawContext, plot: Plot, curve: Floats, minima: list[Minimum]) -> None:
    """Each name, and a thin line to it from its minimum; the paper shows around its letters."""
    from matplotlib.patheffects import withStroke

    around = withStroke(linewidth=4 * slot.unit, foreground=slot.theme.paper)
    for name in placed(slot, plot, curve, minima):
        stop = name.base - slot.font(12) * 0.9
        if stop > name.y:
            slot.axes.plot(
                [name.x] * 2, [name.y, stop], color=slot.theme.muted, lw=0.8 * slot.hairline
            )
        colour = slot.theme.ink if name.weight == "bold" else slot.theme.muted
        text = slot.text(
            name.at, name.base, name.text, 12, colour=colour, weight=name.weight, align="center"
        )
        text.set_path_effects([around])


def plates_of(slot: DrawContext, plot: Plot, curve: Floats, minima: list[Minimum]) -> list[Plate]:
    """Rows and columns of the window that each name takes."""
    size, plates = slot.font(12), []
    for name in placed(slot, plot, curve, minima):
        half = name.half - slot.unit * 3
        rows = slice(max(round(name.base - size * 0.9), 0), round(name.base + size * 0.3))
        plates.append((rows, slice(max(round(name.at - half), 0), round(name.at + half))))
    return plates


def _apart(slot: DrawContext, below: list[Name]) -> list[Name]:
    """The names from left to right, neighbours in a row that meet pushed apart."""
    names = [*below]
    for i in range(len(names) - 1):
        before, after = names[i : i + 2]
        meet = before.at + before.half - (after.at - after.half)
        if meet > 0 and abs(before.base - after.base) < slot.font(12) * ROW:
            names[i] = before.moved(-min(meet / 2, before.half * MAX_MOVE_SHARE))
            names[i + 1] = after.moved(min(meet / 2, after.half * MAX_MOVE_SHARE))
    return names


def _places(slot: DrawContext, plot: Plot, name: Name) -> Iterator[Name]:
    """Where a name may stand, the best first; its line always ends at it."""
    lowest = plot.y0 + plot.height - slot.font(12) * 0.3
    left, right = max(name.x, plot.x0), min(name.x, slot.width)
    for down in range(ROWS):
        base = min(name.base + down * slot.font(12) * ROW, lowest)
        for aside in (0.0, -0.2, 0.2, -0.4, 0.4, -MAX_MOVE_SHARE, MAX_MOVE_SHARE):
            at = min(max(name.at + aside * name.half, left - name.half), right + name.half)
            at = min(max(at, plot.x0 + name.half), slot.width - name.half)
            yield replace(name, at=at, base=base)
