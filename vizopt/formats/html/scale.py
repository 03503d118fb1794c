"""Scale: which epochs are written under the slider."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count, setting

LABEL_GAP = 0.2  # share of the clip between labels, on any screen
WIDE_LABEL_GAP = 0.1  # on a wide one
DECADES = 3  # of seconds that have round numbers
DIGITS = (1, 5, 2)  # that round numbers begin with, the roundest first


class Mark(NamedTuple):
    """A label under the slider.

    Args:
        frame: the first that shows it.
        text: the epoch.
        rare: whether it has room on a wide screen only.
    """

    frame: int
    text: str
    rare: bool


def scale(epochs: NDArray[np.integer | np.floating]) -> list[Mark]:
    """The first and last epoch of a clip and round ones between, where they have room.

    Args:
        epochs: or seconds, of each frame [F], never falling.
    """
    if not len(epochs):
        return []
    chosen: dict[float, Mark] = {}
    candidates = _rounded(epochs[0].item(), epochs[-1].item())
    for least, rare in ((LABEL_GAP, False), (WIDE_LABEL_GAP, True)):
        for epoch in candidates:
            frame = int(np.searchsorted(epochs, epoch))
            if epoch in (epochs[0], epochs[-1]):
                chosen.setdefault(epoch, Mark(frame, _written(epoch), False))
            elif _has_room(frame, [mark.frame for mark in chosen.values()], least * len(epochs)):
                chosen.setdefault(epoch, Mark(frame, _written(epoch), rare))
    return sorted(chosen.values())


def _written(epoch: float) -> str:
    return count(epoch) if isinstance(epoch, int) else setting(epoch)


def _rounded(first: float, last: float) -> list[float]:
    """Ends, then round numbers between: 1, 10, 100, then those with a 5, then those with a 2."""
    top = len(str(int(last)))
    powers = [10**k for k in range(0 if isinstance(last, int) else top - DECADES, top)]
    between = [digit * power for digit in DIGITS for power in powers]
    return [first, last, *(epoch for epoch in between if first < epoch < last)]


def _has_room(frame: int, others: Sequence[int], least: float) -> bool:
    return all(abs(frame - other) >= least for other in others)
