"""Tally: transitions of blocks, counted by the second and by the field of view."""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.safety.fields import Field, Fields, central, inside
from vizopt.safety.light import Grid
from vizopt.safety.zigzag import Mask, Places, Swing

LIMIT = 6  # transitions in a second: three flashes, each a pair of opposing transitions
SECOND = 999_500  # µs; half a millisecond short, for file formats whose clock is that coarse


@dataclass(frozen=True)
class Worst:
    """The worst second by one rule.

    Args:
        transitions: the most in one second that reach a quarter of a field of 10°.
        micros: when that second ends; None: nothing so large ever flashes.
        field: where; None likewise.
        fast: the largest part of a field with more than LIMIT transitions, 1: a quarter of it.
    """

    transitions: int = 0
    micros: int | None = None
    field: Field | None = None
    fast: float = 0.0


class Tally:
    """One rule's transitions over the picture, counted in two ways of which the worse holds.

    Blocks: as many blocks as make up a quarter of a field had n transitions each, no matter whether
    together. Fields: the lit area of a field swings by a quarter of the field n times, no matter
    where in the field; what goes light while as much goes dark cancels.
    """

    def __init__(self, grid: Grid) -> None:
        self.worst = Worst()
        self._shape = grid.shape
        self._up: Mask = np.zeros(grid.shape[0] * grid.shape[1], np.bool_)
        self._down: Mask = np.zeros_like(self._up)
        self._moved = False
        self._blocks = Blocks(grid)
        self._swings = Swings(grid)

    def add(self, places: Places, up: Mask, down: Mask) -> None:
        """Which of some blocks went up and which down in this frame."""
        if up.any() or down.any():
            self._up[places], self._down[places] = up, down
            self._moved = True

    def close(self, micros: int) -> int:
        """The frame is complete: transitions in the last second that reach a quarter of a field."""
        both = self._up.reshape(self._shape), self._down.reshape(self._shape)
        events = both if self._moved else None
        each, together = self._blocks.close(micros, events), self._swings.close(micros, events)
        transitions = max(each, together)
        if transitions > self.worst.transitions:
            field = self._blocks.where() if each >= together else self._swings.where()
            self.worst = Worst(transitions, micros, field)
        self.worst = replace(self.worst, fast=self._blocks.fast)
        if self._moved:
            self._up[:] = self._down[:] = self._moved = False
        return transitions


class Moment(NamedTuple):
    """The transitions of one frame, a bit a place."""

    micros: int
    bits: NDArray[np.uint8]


class Recent:
    """How many transitions each place had in the last second, as [h, w]."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(shape, np.uint16)
        self._moments: deque[Moment] = deque()

    def close(self, micros: int, events: Mask | None) -> bool:
        """Take in the events of a frame and forget old ones; whether the counts changed."""
        changed = events is not None
        if events is not None:
            self.counts += events
            self._moments.append(Moment(micros, np.packbits(events)))
        while self._moments and self._moments[0].micros <= micros - SECOND:
            bits = self._moments.popleft().bits
            self.counts -= np.unpackbits(bits, count=self.counts.size).reshape(self.counts.shape)
            changed = True
        return changed


class Blocks:
    """The most transitions that enough blocks of a field had each."""

    def __init__(self, grid: Grid) -> None:
        self.fast = 0.0  # the largest part of a field beyond LIMIT, 1: a quarter of it
        self._grid = grid
        self._recent = Recent(grid.shape)
        self._level = 0
        self._field = Field(0, 0, *grid.field)  # where a level was last reached

    def where(self) -> Field:
        """The field where most blocks had so many."""
        counts = inside(self._recent.counts >= self._level, self._grid)
        return self._field_of(counts, central(counts))

    def close(self, micros: int, events: tuple[Mask, Mask] | None) -> int:
        """Transitions in the last second, with the events of this frame: up and down [h, w]."""
        if self._recent.close(micros, events and events[0] | events[1]):
            while self._reached(self._level + 1):
                self._level += 1
            while self._level and not self._reached(self._level):
                self._level -= 1
            self._measure_fast()
        return self._level

    def _reached(self, level: int) -> bool:
        """Whether a quarter of a field has that many transitions; the cheapest test first."""
        mask = self._recent.counts >= level
        quarter = self._grid.quarter
        if np.count_nonzero(mask) < quarter:
            return False
        if np.count_nonzero(mask[self._field.slices]) >= quarter:
            return True
        counts = inside(mask, self._grid)
        self._field = self._field_of(counts, int(counts.argmax()))
        return int(counts.max()) >= quarter

    def _field_of(self, counts: NDArray[np.int32], index: int) -> Field:
        top, left = divmod(index, counts.shape[1])
        return Field(top, left, *self._grid.field)

    def _measure_fast(self) -> None:
        mask = self._recent.counts > LIMIT
        rows, columns = self._grid.field
        best = round(self.fast * self._grid.quarter)
        if min(int(np.count_nonzero(mask)), rows * columns) > best:
            most = int(inside(mask, self._grid).max())
            self.fast = max(self.fast, most / self._grid.quarter)


class Swings:
    """The most often that the lit area of a field changed by a quarter of the field."""

    def __init__(self, grid: Grid) -> None:
        self._fields = Fields(grid)
        rows, columns = self._fields.shape
        self._lit = np.zeros(rows * columns, np.float32)
        self._swing = Swing(rows * columns, grid.quarter)
        self._recent = Recent(self._fields.shape)

    def where(self) -> Field:
        """The field that had so many, in the middle of those that did."""
        return self._fields[central(self._recent.counts)]

    def close(self, micros: int, events: tuple[Mask, Mask] | None) -> int:
        """Transitions in the last second, with the events of this frame: up and down [h, w]."""
        swings = None
        if events is not None:
            up, down = events
            self._lit += self._fields.sums(up.view(np.int8) - down.view(np.int8)).ravel()
            rise, fall, _, _ = self._swing.reach(slice(None), self._lit)
            self._swing.turn(slice(None), self._lit, rise, fall)
            swings = (rise | fall).reshape(self._fields.shape)
        self._recent.close(micros, swings)
        return int(self._recent.counts.max())
