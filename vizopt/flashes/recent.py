"""Recent: the transitions of the last second, place by place."""

from collections import deque
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.zigzag import Mask

SECOND_MICROSECONDS = (
    999_500  # µs; half a millisecond short, for file formats whose clock is that coarse
)

Bits: TypeAlias = NDArray[np.uint8]  # a mask, eight places a byte
Events: TypeAlias = tuple[Mask, Mask]  # which places go up and which down in a frame [h, w]


class Moment(NamedTuple):
    """The transitions of one frame, two bits a place."""

    micros: int
    up: Bits
    down: Bits


class Recent:
    """How many transitions each place had in the last second [h, w], and when."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(shape, np.uint16)
        self.moments: deque[Moment] = deque()

    def mask(self, bits: Bits) -> Mask:
        """Bits as the places that they stand for [h, w]."""
        places = np.unpackbits(bits, count=self.counts.size).view(np.bool_)
        return np.asarray(places.reshape(self.counts.shape))

    def close(self, micros: int, events: Events | None) -> bool:
        """Take in the events of a frame and forget old ones; whether the counts changed."""
        changed = events is not None
        if events is not None:
            up, down = events
            self.counts += up | down
            self.moments.append(Moment(micros, np.packbits(up), np.packbits(down)))
        while self.moments and self.moments[0].micros <= micros - SECOND_MICROSECONDS:
            _, before, after = self.moments.popleft()
            self.counts -= self.mask(before | after)
            changed = True
        return changed
