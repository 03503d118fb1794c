"""Tally: transitions of blocks, counted by the second and by the field of view."""

from dataclasses import dataclass, replace

import numpy as np

from vizopt.flashes.fields import Cells, Field, central, inside
from vizopt.flashes.grid import Grid, Groups, Places
from vizopt.flashes.recent import Events, Recent
from vizopt.flashes.together import Pairs, Swings, Watch
from vizopt.flashes.zigzag import Turns

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
        self._events: list[Turns] = []  # of this frame, in the picture
        self._blocks = Blocks(grid)
        self._together = [Watch(kind, grid, self._blocks.recent) for kind in (Pairs, Swings)]

    def add(self, groups: Groups, turns: Turns) -> None:
        """What blocks of some groups did in this frame."""
        if any(map(len, turns)):
            at = (groups.places(some) if len(some) else some for some in turns)
            self._events.append(Turns(*map(self._shown, at)))

    def close(self, micros: int) -> int:
        """The frame is complete: transitions in the last second that reach a quarter of a field."""
        moved = bool(self._events)
        events = tuple(map(np.concatenate, zip(*self._events, strict=True))) if moved else None
        each = self._blocks.close(micros, events)
        together = [watch.close(micros, each, moved) for watch in self._together]
        transitions = max(each, *together)
        if transitions > self.worst.transitions:
            ways: list[Blocks | Watch] = [self._blocks, *self._together]
            field = ways[[each, *together].index(transitions)].where()
            self.worst = Worst(transitions, micros, field)
        if self._blocks.fast > self.worst.fast:
            self.worst = replace(self.worst, fast=self._blocks.fast)
        self._events.clear()
        return transitions

    def _shown(self, places: Places) -> Places:
        """Places in the padded grid as those in the picture, without those in the padding."""
        across, padded = self._grid.shape[1], self._grid.padded[1]
        if across == padded:
            return places
        rows, columns = np.divmod(places, padded)
        return np.asarray((rows * across + columns)[columns < across])


class Blocks:
    """The most transitions that enough blocks of a field had each."""

    def __init__(self, grid: Grid) -> None:
        self.fast = 0.0  # the largest part of a field beyond MAX_TRANSITIONS, 1: a quarter of it
        self._grid = grid
        self._cells = Cells(grid)
        self.recent = Recent(grid.shape)
        self._level = 0
        self._field = Field(0, 0, *grid.field)  # where a level was last reached
        self._seen: dict[int, int] = {}  # the most blocks of a field by level, less the gains then

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
        quarter = self._grid.quarter
        if self._most(level) < quarter:
            return False
        if np.count_nonzero(self.recent.counts[self._field.slices] >= level) >= quarter:
            return True
        count, field = self._fullest(level, quarter)
        self._field = field or self._field
        return count >= quarter

    def _measure_fast(self) -> None:
        level = MAX_TRANSITIONS + 1
        best = round(self.fast * self._grid.quarter)
        if self._most(level) > best:
            count, _ = self._fullest(level, best + 1)
            self.fast = max(self.fast, count / self._grid.quarter)

    def _most(self, level: int) -> int:
        """No field has more blocks of a level: not more than all have, nor than have come to it
        since they were counted."""
        seen = self._seen.get(level, self._grid.field[0] * self._grid.field[1])
        return min(self.recent.reached(level), seen + self.recent.gains(level))

    def _fullest(self, level: int, least: int) -> tuple[int, Field | None]:
        """The most blocks of a level in a field, and where; or so few that no field has least."""
        most, field = self._cells.fullest(self.recent.counts >= level, least)
        bound = max(most, least - 1) if field else most
        self._seen[level] = bound - self.recent.gains(level)
        return (most, field) if field else (0, None)
