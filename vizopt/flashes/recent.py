"""Recent: the transitions of the last second, place by place."""

from collections import deque
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.grid import Places
from vizopt.flashes.zigzag import Mask

SECOND_MICROSECONDS = (
    999_500  # µs; half a millisecond short, for file formats whose clock is that coarse
)
PLACES_PER_NUMBER = (
    32  # of which one may be kept as a number: that takes no more than a bit of each
)

Bits: TypeAlias = NDArray[np.uint8]  # a mask, eight places a byte
Few: TypeAlias = NDArray[np.int32]  # numbers of places
Events: TypeAlias = tuple[Places, Places]  # which places go up and which down in a frame


class Moment(NamedTuple):
    """The transitions of one frame, two bits a place; the numbers of those places if few turn."""

    micros: int
    up: Bits
    down: Bits
    few: Few | None


class Recent:
    """How many transitions each place had in the last second [h, w], and when."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(shape, np.uint16)
        self.moments: deque[Moment] = deque()
        self._holding = np.zeros(1, np.int64)  # places by their count; those of 0 are not told
        self._gains = np.zeros(1, np.int64)  # how many have ever come to a count

    def mask(self, bits: Bits) -> Mask:
        """Bits as the places that they stand for [h, w]."""
        places = np.unpackbits(bits, count=self.counts.size).view(np.bool_)
        return np.asarray(places.reshape(self.counts.shape))

    @property
    def most(self) -> int:
        """The largest count."""
        found = self._holding[1:].nonzero()[0]
        return int(found[-1]) + 1 if len(found) else 0

    def reached(self, level: int) -> int:
        """How many places have a count of level, 1 or more, at least."""
        return int(self._holding[level:].sum())

    def gains(self, level: int) -> int:
        """How many times a place has come to a count of level."""
        return int(self._gains[level]) if level < len(self._gains) else 0

    def close(self, micros: int, events: Events | None) -> bool:
        """Take in the events of a frame and forget old ones; whether the counts changed."""
        changed = events is not None
        if events is not None:
            self._add(micros, *events)
        while self.moments and self.moments[0].micros <= micros - SECOND_MICROSECONDS:
            _, up, down, few = self.moments.popleft()
            self._forget(np.flatnonzero(self.mask(up | down)) if few is None else few)
            changed = True
        return changed

    def _add(self, micros: int, up: Places, down: Places) -> None:
        rise, fall = np.zeros((2, self.counts.size), np.bool_)
        rise[up] = fall[down] = True
        turned = np.concatenate([up, down[~rise[down]]])
        few = (
            turned.astype(np.int32) if len(turned) * PLACES_PER_NUMBER < self.counts.size else None
        )
        self.moments.append(Moment(micros, np.packbits(rise), np.packbits(fall), few))
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

    def _forget(self, turned: Places | Few) -> None:
        counts = self.counts.reshape(-1)
        before = counts[turned]
        counts[turned] = before - np.uint16(1)
        gone = np.bincount(before, minlength=len(self._holding))
        self._holding -= gone
        self._holding[:-1] += gone[1:]
