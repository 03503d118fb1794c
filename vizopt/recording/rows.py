"""Rows: which steps of a training keep a full row, decided as they come."""

from collections import deque
from collections.abc import Sequence
from math import isfinite

from vizopt.recording.events import MARKS, SPIKE_RATIO
from vizopt.recording.scalars import PERCENT

RECENT_STEPS = 50  # steps whose median is the usual loss
CHANGE = 0.1  # of the learning rate: a step with a larger one is kept
ROUNDED = 1 - 1e-9  # 1 − 0.9 is a little less than a tenth of 1
MOST_EVENTS = 64  # that are kept besides


def in_octaves(step: int, first: int) -> bool:
    """Whether a step is kept by the octave rule.

    step < first, or 2^⌊log₂(step / first)⌋ divides it

    All up to twice as many, every second one up to four times, every fourth up to eight times, and
    so on: nothing is ever deleted, and no length has to be known.

    Args:
        step: from 0 on.
        first: how many are kept from the start, K ≥ 1.
    """
    return step < first or step % (1 << ((step // first).bit_length() - 1)) == 0


def rows_of(steps: int, first: int) -> int:
    """How many rows the octave rule keeps of so many steps: K (1 + log₂(steps / K))."""
    rows, start, every = min(steps, first), first, 1
    while start < steps:
        stop = min(2 * start, steps)
        rows += -(-stop // every) - -(-start // every)
        start, every = 2 * start, 2 * every
    return rows


class Watch:
    """Notices steps that something happens at: its loss has no value for the first time, or jumps
    over twice the median of the 50 before; the learning rate changes by a tenth; the accuracy is
    50, 75, 90 or 95 % for the first time, of 1 or, where one is above that, of 100.
    """

    def __init__(self) -> None:
        self._losses: deque[float] = deque(maxlen=RECENT_STEPS)
        self._lr: float | None = None
        self._marks, self._whole = list(MARKS), 1
        self._finite = True
        self._left = MOST_EVENTS

    def notice(self, most: int) -> None:
        """Take so many events from here on: of a noisy run all steps would be."""
        self._left = most

    def catch_up(
        self, losses: Sequence[float], accuracies: Sequence[float], rates: Sequence[float]
    ) -> None:
        """Know what was logged before, in order: of an earlier part of the same training."""
        self._finite = all(map(isfinite, losses))
        for loss in losses:
            if isfinite(loss):
                self._losses.append(loss)
        self._reaches(max(accuracies, default=None))
        for lr in rates:
            self._changes(lr)

    def happens(self, loss: float | None, accuracy: float | None, lr: float | None) -> bool:
        """Whether this step is an event; each is asked once, in order."""
        found = [self._jumps(loss), self._reaches(accuracy), self._changes(lr)]
        if any(found) and self._left:
            self._left -= 1
            return True
        return False

    def _jumps(self, loss: float | None) -> bool:
        if loss is None:
            return False
        if not isfinite(loss):
            first, self._finite = self._finite, False
            return first
        recent, jumps = self._losses, False
        # Of most steps the least of them tells that it does not: their median takes longer.
        if len(recent) == RECENT_STEPS and loss > SPIKE_RATIO * min(recent):
            below, above = sorted(recent)[RECENT_STEPS // 2 - 1 : RECENT_STEPS // 2 + 1]
            usual = (below + above) / 2
            jumps = usual > 0 and loss > SPIKE_RATIO * usual
        recent.append(loss)
        return jumps

    def _reaches(self, accuracy: float | None) -> bool:
        if accuracy is None:
            return False
        if accuracy > PERCENT and self._whole == 1:  # what was below was no half
            self._whole, self._marks = 100, list(MARKS)
        before = len(self._marks)
        self._marks = [mark for mark in self._marks if not accuracy >= mark * self._whole]
        return len(self._marks) < before

    def _changes(self, lr: float | None) -> bool:
        if lr is None or lr == self._lr:
            return False
        before = self._lr
        if before is None or abs(lr - before) >= CHANGE * abs(before) * ROUNDED:
            self._lr = lr
            return before is not None
        return False
