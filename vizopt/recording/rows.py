"""Rows: which steps of a training keep a full row, decided as they come."""

from collections import deque
from collections.abc import Sequence
from math import inf, isfinite

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
        self._least = inf  # of them, or below it
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
        self._least = min(self._losses, default=inf)
        if accuracies:
            self._reaches(max(accuracies))
        for lr in rates:
            self._changes(lr)

    def happens(self, loss: float | None, accuracy: float | None, lr: float | None) -> bool:
        """Whether this step is an event; each is asked once, in order."""
        jumps = loss is not None and self._jumps(loss)
        reaches = accuracy is not None and self._reaches(accuracy)
        changes = lr is not None and lr != self._lr and self._changes(lr)
        if (jumps or reaches or changes) and self._left:
            self._left -= 1
            return True
        return False

    def _jumps(self, loss: float) -> bool:
        if not isfinite(loss):
            first, self._finite = self._finite, False
            return first
        recent, jumps = self._losses, False
        # Of most steps the least of them tells that it does not: their median takes longer.
        if loss > SPIKE_RATIO * self._least and len(recent) == RECENT_STEPS:
            self._least = min(recent)
            jumps = loss > SPIKE_RATIO * self._least and self._is_spike(loss)
        recent.append(loss)
        if loss < self._least:
            self._least = loss
        return jumps

    def _is_spike(self, loss: float) -> bool:
        below, above = sorted(self._losses)[RECENT_STEPS // 2 - 1 : RECENT_STEPS // 2 + 1]
        usual = (below + above) / 2
        return usual > 0 and loss > SPIKE_RATIO * usual

    def _reaches(self, accuracy: float) -> bool:
        if accuracy > PERCENT and self._whole == 1:  # what was below was no half
            self._whole, self._marks = 100, list(MARKS)
        before = len(self._marks)
        self._marks = [mark for mark in self._marks if not accuracy >= mark * self._whole]
        return len(self._marks) < before

    def _changes(self, lr: float) -> bool:
        before = self._lr
        if before is None or abs(lr - before) >= CHANGE * abs(before) * ROUNDED:
            self._lr = lr
            return before is not None
        return False
