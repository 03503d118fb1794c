"""Recent: the transitions of the last second, place by place."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.grid import Places
from vizopt.flashes.zigzag import NOWHERE, Mask

SECOND_MICROSECONDS = (
    999_500  # µs; half a millisecond short, for file formats whose clock is that coarse
)
PLACES_PER_NUMBER = (
    32  # of which one may be kept as a number: that takes no more than a bit of each
)

Bits: TypeAlias = NDArray[np.uint8]  # a mask, eight places a byte
Few: TypeAlias = NDArray[np.int32]  # numbers of places
Kept: TypeAlias = Bits | Few
Events: TypeAlias = tuple[Places, ...]  # which places go up and down in a frame, higher and lower


class Moment(NamedTuple):
    """The changes of one frame, a bit a place of each kind or the numbers of those places if few.

    Args:
        few: those that go up or down, if few do.
    """

    micros: int
    up: Kept
    down: Kept
    few: Few | None
    higher: Kept
    lower: Kept


class Recent:
    """How many transitions each place had in the last second [h, w], and when."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(shape, np.uint16)
        self.moments: deque[Moment] = deque()
        self.ons = np.zeros(shape, np.int16)  # how often each went higher or lower
        self.on = 0  # how often any did
        self.ever = 0  # changes of all kinds
        self._holding = np.zeros(1, np.int64)  # places by their count; those of 0 are not told
        self._gains = np.zeros(1, np.int64)  # how many have ever come to a count

    def mask(self, *kept: Kept) -> Mask:
        """The places of any of these [h, w]."""
        places = np.zeros(self.counts.size, np.bool_)
        for some in kept:
            if some.dtype == np.uint8:
                bits = some.view(np.uint8)
                places |= np.unpackbits(bits, count=len(places)).view(np.bool_)
            else:
                places[some] = True
        return places.reshape(self.counts.shape)

    def _kept(self, some: Places) -> Kept:
        if len(some) * PLACES_PER_NUMBER < self.counts.size:
            return some.astype(np.int32)
        marked = np.zeros(self.counts.size, np.bool_)
        marked[some] = True
        return np.packbits(marked)

    @property
    def most(self) -> int:
        """The largest count."""
        found = self._holding[1:].nonzero()[0]
        return int(found[-1]) + 1 if len(found) else 0

    def reached(self, level: int) -> int:
        """How many places have a count of level, 1 or more, at least."""
        return sum(self._holding[level:].tolist())

    def gains(self, level: int) -> int:
        """How many times a place has come to a count of level."""
        return int(self._gains[level]) if level < len(self._gains) else 0

    def close(self, micros: int, events: Events | None) -> bool:
        """Take in the events of a frame and forget old ones; whether the counts changed."""
        changed = events is not None
        if events is not None:
            self._add(micros, *events)
        while self.moments and self.moments[0].micros <= micros - SECOND_MICROSECONDS:
            _, up, down, few, *on = self.moments.popleft()
            self._forget(np.flatnonzero(self.mask(up, down)) if few is None else few)
            self._step(on, -1)
            changed = True
        return changed

    def _add(
        self,
        micros: int,
        up: Places,
        down: Places,
        higher: Places = NOWHERE,
        lower: Places = NOWHERE,
    ) -> None:
        turned = self._either(up, down)
        few = (
            turned.astype(np.int32) if len(turned) * PLACES_PER_NUMBER < self.counts.size else None
        )
        one, other, *on = (self._kept(some) for some in (up, down, higher, lower))
        self.moments.append(Moment(micros, one, other, few, *on))
        self._step(on, 1)
        self.ever += len(turned) + len(higher) + len(lower)
        counts = self.counts.reshape(-1)
        now = counts[turned] + np.uint16(1)
        counts[turned] = now
        came = np.bincount(now, minlength=len(self._gains))
        if len(came) > len(self._gains):
            more = np.zeros(len(came) - len(self._gains), np.int64)
            self._gains = np.concatenate([self._gains, more])
            self._holding = np.concatenate([self._holding, more])
        self._gains += came
        self._holding += came
        self._holding[:-1] -= came[1:]

    def _either(self, up: Places, down: Places) -> Places:
        """Each of these places once."""
        if not (len(up) and len(down)):
            return up if len(up) else down
        rise = np.zeros(self.counts.size, np.bool_)
        rise[up] = True
        return np.concatenate([up, down[~rise[down]]])

    def _step(self, on: Sequence[Kept], by: int) -> None:
        """Count these changes after a stop, or, by −1, count them no more."""
        for some in on:
            if len(some):
                places = np.flatnonzero(self.mask(some)) if some.dtype == np.uint8 else some
                self.ons.reshape(-1)[places] += np.int16(by)
                self.on += by * len(places)

    def _forget(self, turned: Places | Few) -> None:
        counts = self.counts.reshape(-1)
        before = counts[turned]
        counts[turned] = before - np.uint16(1)
        gone = np.bincount(before, minlength=len(self._holding))
        self._holding -= gone
        self._holding[:-1] += gone[1:]
