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

    level: ClassVar[int]  # transitions of each block of a quarter, without which there are no more
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
        self._count: Count | None = None
        self._until = 0

    def close(self, micros: int, level: int, moved: bool) -> int:
        """Transitions in the last second; blocks have had level, and some in this frame or none."""
        if level >= self._kind.level:
            self._until = micros + SECOND_MICROSECONDS
        elif micros > self._until:
            self._count = None
        if self._count is None and level < self._kind.level:
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
        micros, rise, fall, _ = moments[-1]
        lighter = self._blocks.mask(rise).view(np.int8) - self._blocks.mask(fall).view(np.int8)
        change = inside(lighter, self._grid).ravel()
        self._lit += change
        some = Groups(np.flatnonzero(change), 1)
        lit = some.of(self._lit)
        up, down = self._swing.turn(some, lit, *self._swing.reach(some, lit))
        self.recent.close(micros, (some.numbers[up], some.numbers[down]))

    def field(self, index: int) -> Field:
        return Field(*divmod(index, self.recent.counts.shape[1]), *self._grid.field)


class Pairs:
    """A quarter of a field turns and, after a moment common to all of it, turns back.

    first half   n(last, now) ≥ quarter
    second half  n(last, m) + n(m, now) − n(last, now) ≥ quarter for a moment m since the first half
    n(a, b)      blocks of the field that turned after a and not after b
    last         the end of the field's last flash

    So each flash is of the same blocks, those that turned before m and after it; the next may be of
    others; no two overlap, and to take the earliest end each time finds the most of them. Halves in
    opposition turn at once and are one. Fields stand at every cell and hold all that start in it.
    A field where fewer than a quarter turned in a second begins anew when its half is as old: one
    that comes and goes about a quarter is not counted each time.
    """

    level: ClassVar[int] = 2

    def __init__(self, grid: Grid, blocks: Recent) -> None:
        self._cells = Cells(grid)
        self.recent = Recent(self._cells.fields)
        self._blocks = blocks
        self._quarter = grid.quarter
        self._now = 0  # number of this moment
        self._turned = np.zeros(grid.shape, np.int32)  # the moment when each block last turned
        self._last = np.zeros(self._cells.fields, np.int32)
        self._half = np.full(self._cells.fields, NEVER)  # the moment of the first half
        self._before: deque[Numbers] = deque()  # n(last, m) of the moments m in a second

    def take(self, moments: Sequence[Moment]) -> None:
        micros, up, down, _ = moments[-1]
        self._now += 1
        np.copyto(self._turned, self._now, where=self._blocks.mask(up | down))
        oldest = self._now - len(moments)
        resting = self._cells.inside(self._turned > oldest) < self._quarter
        over = resting & ((self._half <= oldest) | (self._half == NEVER))
        self._last[over], self._half[over] = np.maximum(self._last[over], oldest), NEVER
        turned = self._since_last(~resting)
        closes = self._closes(turned, oldest)
        opens = (self._half == NEVER) & (turned >= self._quarter)
        self._half[opens], self._half[closes], self._last[closes] = self._now, NEVER, self._now
        self._before.append(turned)
        while len(self._before) > len(moments):
            self._before.popleft()
        self.recent.close(micros, (np.flatnonzero(opens), np.flatnonzero(closes)))

    def field(self, index: int) -> Field:
        return self._cells.field(index)

    def _since(self, moments: NDArray[np.int32]) -> Iterator[tuple[NDArray[np.int32], Numbers]]:
        """n(m, now) of every field, for so many of the moments [n] at once: [n, tops, lefts]."""
        many = max(AT_ONCE // self._turned.size, 1)
        for i in range(0, len(moments), many):
            some = moments[i : i + many]
            yield some, self._cells.inside(self._turned > some[:, None, None])

    def _since_last(self, fields: Mask) -> Numbers:
        """n(last, now) of some fields, 0 of the others."""
        turned = np.zeros(fields.shape, np.int32)
        for some, found in self._since(np.unique(self._last[fields])):
            of = np.searchsorted(some, self._last).clip(max=len(some) - 1)
            now = np.take_along_axis(found, of[None], 0)[0]
            np.copyto(turned, now, where=fields & (some[of] == self._last))
        return turned

    def _closes(self, turned: Numbers, oldest: int) -> Mask:
        """Which fields have their second half now; turned is n(last, now)."""
        closes = np.zeros(turned.shape, np.bool_)
        open_ = self._half < NEVER
        if open_.any():
            open_ &= self._cells.inside(self._blocks.counts >= 2) >= self._quarter
        if not open_.any():
            return closes
        first = max(oldest + 1, int(self._half[open_].min()))
        for some, after in self._since(np.arange(first, self._now, dtype=np.int32)):
            if int(after[0, open_].max()) < self._quarter:
                break  # nor is it after a later moment
            both = after - turned
            for each, moment in zip(both, some - self._now, strict=True):
                each += self._before[moment]
            both[self._half > some[:, None, None]] = 0
            closes |= open_ & (both.max(axis=0) >= self._quarter)
        return closes
