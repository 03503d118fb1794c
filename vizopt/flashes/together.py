"""Together: how often a quarter of a field flashes at once, wherever in the field.

A field stands at every block. What is counted here matters only while many blocks turn, so that it
is counted only then: `Watch` starts a count anew from the transitions of the last second.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.fields import Cells, Field, Numbers, central, inside
from vizopt.flashes.grid import Grid, Groups
from vizopt.flashes.recent import SECOND_MICROSECONDS, Moment, Recent
from vizopt.flashes.zigzag import Mask, Swing

AT_ONCE = 32_768  # blocks, of several moments, that are counted in one go
NEVER = np.int32(np.iinfo(np.int32).max)


class Count(Protocol):
    """Transitions of fields.

    Args:
        blocks: the transitions of the blocks.
    """

    level: ClassVar[int]  # changes of each block of a quarter, without which there are no more
    recent: Recent  # the transitions of every field [tops, lefts]

    def __init__(self, grid: Grid, blocks: Recent) -> None: ...

    def take(self, moments: Sequence[Moment]) -> None:
        """The next frame is the last of these moments of a second."""
        ...

    def field(self, index: int) -> Field:
        """The field of a flat index."""
        ...


class Watch:
    """A count that runs from when blocks turn often enough until they rest for a second.

    Args:
        kind: the count.
        blocks: the transitions of the blocks.
    """

    def __init__(self, kind: type[Count], grid: Grid, blocks: Recent) -> None:
        self._kind = kind
        self._grid = grid
        self._blocks = blocks
        self._cells = Cells(grid)
        self._count: Count | None = None
        self._until = 0
        self._seen = 0  # the most blocks of a field with changes enough, when those
        self._seen_of = 0  # changes had ever been

    def close(self, micros: int, level: int, moved: bool) -> int:
        """Transitions in the last second; blocks have had level, and some in this frame or none."""
        due = level >= self._kind.level or (level > 0 and self._goes_on())
        if due:
            self._until = micros + SECOND_MICROSECONDS
        elif micros > self._until:
            self._count = None
        if self._count is None and not due:
            return 0
        moments = list(self._blocks.moments)
        new = int(moved)
        if self._count is None:
            self._count = self._kind(self._grid, self._blocks)
            new = len(moments)
        for end in range(len(moments) - new + 1, len(moments) + 1):
            self._count.take(moments[:end])
        self._count.recent.close(micros, None)
        return self._count.recent.most

    def _goes_on(self) -> bool:
        """Whether a quarter of a field has changes enough, with those after a stop; it is measured
        when there have been so many more that it may."""
        blocks, quarter = self._blocks, self._grid.quarter
        if not blocks.on or self._seen + blocks.ever - self._seen_of < quarter:
            return False
        enough = blocks.counts + blocks.ons >= self._kind.level
        self._seen, self._seen_of = int(self._cells.inside(enough).max()), blocks.ever
        return self._seen >= quarter

    def where(self) -> Field:
        """The field that had so many, in the middle of those that did."""
        assert self._count is not None
        return self._count.field(central(self._count.recent.counts))


class Swings:
    """The lit area of a field changes by a quarter of the field: what goes light while as much
    goes dark cancels."""

    level: ClassVar[int] = 1

    def __init__(self, grid: Grid, blocks: Recent) -> None:
        self.recent = Recent(grid.fields)
        self._grid = grid
        self._blocks = blocks
        count = self.recent.counts.size
        self._lit = np.zeros(count, np.float32)
        self._swing = Swing(count, grid.quarter)

    def take(self, moments: Sequence[Moment]) -> None:
        micros, up, down, _, higher, lower = moments[-1]
        lighter = self._blocks.mask(up, higher).view(np.int8)
        lighter -= self._blocks.mask(down, lower).view(np.int8)
        change = inside(lighter, self._grid).ravel()
        self._lit += change
        some = Groups(np.flatnonzero(change), 1)
        lit = some.of(self._lit)
        never = np.zeros(len(lit), np.bool_)
        turns = self._swing.turn(some, lit, *self._swing.reach(some, lit, never))
        self.recent.close(micros, (some.numbers[turns.up], some.numbers[turns.down]))

    def field(self, index: int) -> Field:
        return Field(*divmod(index, self.recent.counts.shape[1]), *self._grid.field)


class Pairs:
    """A quarter of a field turns and, after a moment common to all of it, turns back.

    first half   moved(last, now) ≥ quarter
    second half  moved(last, m) ∧ turned(m, now) ≥ quarter for a moment m since the first half
    turned(a, b) blocks of the field that turned after a and not after b
    moved(a, b)  those and what went on after a stop, higher or lower
    last         the end of the field's last flash

    So each flash is of the same blocks, those that changed before m and turned after it; the next
    may be of others; no two overlap, and to take the earliest end each time finds the most of them.
    Halves in opposition turn at once and are one. Fields stand at every cell and hold all that
    start in it. A field where fewer than a quarter moved in a second begins anew when its half is
    as old: one that comes and goes about a quarter is not counted each time.
    """

    level: ClassVar[int] = 2

    def __init__(self, grid: Grid, blocks: Recent) -> None:
        self._cells = Cells(grid)
        self.recent = Recent(self._cells.fields)
        self._blocks = blocks
        self._quarter = grid.quarter
        self._now = 0  # number of this moment
        self._turned = np.zeros(grid.shape, np.int32)  # the moment when each block last turned
        self._moved = np.zeros(grid.shape, np.int32)  # and when it last did or went on
        self._last = np.zeros(self._cells.fields, np.int32)
        self._half = np.full(self._cells.fields, NEVER)  # the moment of the first half
        self._before: deque[Numbers] = deque()  # moved(last, m) of the moments m in a second

    def take(self, moments: Sequence[Moment]) -> None:
        micros, up, down, _, *on = moments[-1]
        self._now += 1
        np.copyto(self._turned, self._now, where=self._blocks.mask(up, down))
        np.copyto(self._moved, self._now, where=self._blocks.mask(up, down, *on))
        oldest = self._now - len(moments)
        resting = self._cells.inside(self._moved > oldest) < self._quarter
        over = resting & ((self._half <= oldest) | (self._half == NEVER))
        self._last[over], self._half[over] = np.maximum(self._last[over], oldest), NEVER
        moved = self._since_last(~resting)
        closes = self._closes(moved, moments)
        opens = (self._half == NEVER) & (moved >= self._quarter)
        self._half[opens], self._half[closes], self._last[closes] = self._now, NEVER, self._now
        self._before.append(moved)
        while len(self._before) > len(moments):
            self._before.popleft()
        self.recent.close(micros, (np.flatnonzero(opens), np.flatnonzero(closes)))

    def field(self, index: int) -> Field:
        return self._cells.field(index)

    def _since(
        self, latest: NDArray[np.int32], moments: NDArray[np.int32]
    ) -> Iterator[tuple[NDArray[np.int32], Numbers]]:
        """How many blocks of every field have their latest after m, for so many of the moments [n]
        at once: [n, tops, lefts]."""
        many = max(AT_ONCE // latest.size, 1)
        for i in range(0, len(moments), many):
            some = moments[i : i + many]
            yield some, self._cells.inside(latest > some[:, None, None])

    def _since_last(self, fields: Mask) -> Numbers:
        """moved(last, now) of some fields, 0 of the others."""
        moved = np.zeros(fields.shape, np.int32)
        for some, found in self._since(self._moved, np.unique(self._last[fields])):
            of = np.searchsorted(some, self._last).clip(max=len(some) - 1)
            now = np.take_along_axis(found, of[None], 0)[0]
            np.copyto(moved, now, where=fields & (some[of] == self._last))
        return moved

    def _closes(self, moved: Numbers, moments: Sequence[Moment]) -> Mask:
        """Which fields have their second half now; moved is moved(last, now).

        moved(last, m) ∧ turned(m, now) = moved(last, m) + turned(m, now) − moved(last, now), and
        those that since m went on for the first time and have not turned, which are looked for
        where there may be enough of them.
        """
        most = np.full(moved.shape, -NEVER)
        open_ = self._half < NEVER
        if open_.any():
            twice = (
                self._turned > self._now - len(moments)
                if self._blocks.on
                else self._blocks.counts >= 2
            )
            open_ &= self._cells.inside(twice) >= self._quarter
        if not open_.any():
            return most > 0
        first = max(self._now - len(moments) + 1, int(self._half[open_].min()))
        for some, after in self._since(self._turned, np.arange(first, self._now, dtype=np.int32)):
            if int(after[0, open_].max()) < self._quarter:
                break  # nor is it after a later moment
            both = after - moved
            for each, moment in zip(both, some - self._now, strict=True):
                each += self._before[moment]
            both[(self._half > some[:, None, None]) | (after < self._quarter)] = -NEVER
            np.maximum(most, both.max(axis=0), out=most)
        closes = open_ & (most >= self._quarter)
        waiting = self._moved > np.maximum(self._turned, first)
        if waiting.any():
            missing = open_ & ~closes & (most + self._cells.inside(waiting) >= self._quarter)
            closes |= self._closes_exactly(missing, moments)
        return closes

    def _closes_exactly(self, fields: Mask, moments: Sequence[Moment]) -> Mask:
        """Which of some fields have their second half now, each looked at since its last flash."""
        oldest = self._now - len(moments)
        closes = fields & (self._last < oldest)  # all of that is not known any more
        for last in np.unique(self._last[fields & ~closes]).tolist():
            some = fields & (self._last == last)
            moved = np.zeros_like(self._turned, np.bool_)
            for m in range(last + 1, self._now):
                _, up, down, _, *on = moments[m - oldest - 1]
                moved |= self._blocks.mask(up, down, *on)
                if (some & (self._half <= m)).any():
                    both = self._cells.inside(moved & (self._turned > m))
                    closes |= some & (self._half <= m) & (both >= self._quarter)
        return closes
