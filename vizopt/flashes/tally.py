"""Tally: transitions of blocks, counted by the second and by the field of view."""

from dataclasses import dataclass, replace

import numpy as np

from vizopt.flashes.fields import Cells, Field, central, inside
from vizopt.flashes.grid import Grid, Groups
from vizopt.flashes.recent import Events, Recent
from vizopt.flashes.together import Pairs, Swings, Watch
from vizopt.flashes.zigzag import Mask

MAX_TRANSITIONS = 6  # transitions in a second: three flashes, each a pair of opposing transitions


@dataclass(frozen=True)
class Worst:
    """The worst second by one rule.

    Args:
        transitions: the most in one second that reach a quarter of a field of 10°.
        micros: when that second ends; None: nothing so large ever flashes.
        field: where; None likewise.
        fast: the largest part of a field with more than MAX_TRANSITIONS; 1: a quarter of it.
    """

    transitions: int = 0
    micros: int | None = None
    field: Field | None = None
    fast: float = 0.0


class Tally:
    """One rule's transitions over the picture, counted in three ways of which the worst holds.

    Blocks: as many blocks as make up a quarter of a field had n transitions each, no matter whether
    together. Pairs: a quarter of a field turned and turned back n / 2 times, no matter where in the
    field each time. Swings: the lit area of a field changed by a quarter of it n times.
    """

    def __init__(self, grid: Grid) -> None:
        self.worst = Worst()
        self._grid = grid
        self._up: Mask = np.zeros(grid.padded[0] * grid.padded[1], np.bool_)
        self._down: Mask = np.zeros_like(self._up)
        self._moved = False
        self._blocks = Blocks(grid)
        self._together = [Watch(kind, grid, self._blocks.recent) for kind in (Pairs, Swings)]

    def add(self, groups: Groups, up: Mask, down: Mask) -> None:
        """Which blocks of some groups went up and which down in this frame [n]."""
        if up.any() or down.any():
            groups.put(self._up, up)
            groups.put(self._down, down)
            self._moved = True

    def close(self, micros: int) -> int:
        """The frame is complete: transitions in the last second that reach a quarter of a field."""
        both = self._shown(self._up), self._shown(self._down)
        each = self._blocks.close(micros, both if self._moved else None)
        together = [watch.close(micros, each, self._moved) for watch in self._together]
        transitions = max(each, *together)
        if transitions > self.worst.transitions:
            ways: list[Blocks | Watch] = [self._blocks, *self._together]
            field = ways[[each, *together].index(transitions)].where()
            self.worst = Worst(transitions, micros, field)
        self.worst = replace(self.worst, fast=self._blocks.fast)
        if self._moved:
            self._up[:] = self._down[:] = self._moved = False
        return transitions

    def _shown(self, mask: Mask) -> Mask:
        """Without the padding [h, w]."""
        return mask.reshape(self._grid.padded)[:, : self._grid.shape[1]]


class Blocks:
    """The most transitions that enough blocks of a field had each."""

    def __init__(self, grid: Grid) -> None:
        self.fast = 0.0  # the largest part of a field beyond MAX_TRANSITIONS, 1: a quarter of it
        self._grid = grid
        self._cells = Cells(grid)
        self.recent = Recent(grid.shape)
        self._level = 0
        self._field = Field(0, 0, *grid.field)  # where a level was last reached

    def where(self) -> Field:
        """The field where most blocks had so many."""
        counts = inside(self.recent.counts >= self._level, self._grid)
        top, left = divmod(central(counts), counts.shape[1])
        return Field(top, left, *self._grid.field)

    def close(self, micros: int, events: Events | None) -> int:
        """Transitions in the last second, with the events of this frame."""
        if self.recent.close(micros, events):
            while self._reached(self._level + 1):
                self._level += 1
            while self._level and not self._reached(self._level):
                self._level -= 1
            self._measure_fast()
        return self._level

    def _reached(self, level: int) -> bool:
        """Whether a quarter of a field has that many transitions; the cheapest tests first."""
        mask = self.recent.counts >= level
        quarter = self._grid.quarter
        if np.count_nonzero(mask) < quarter:
            return False
        if np.count_nonzero(mask[self._field.slices]) >= quarter:
            return True
        found = self._cells.fullest(mask, quarter)
        if found is None:
            return False
        count, self._field = found
        return count >= quarter

    def _measure_fast(self) -> None:
        mask = self.recent.counts > MAX_TRANSITIONS
        rows, columns = self._grid.field
        best = round(self.fast * self._grid.quarter)
        if min(int(np.count_nonzero(mask)), rows * columns) <= best:
            return
        if found := self._cells.fullest(mask, best + 1):
            self.fast = max(self.fast, found[0] / self._grid.quarter)
