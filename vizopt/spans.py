"""Spans: what could flash is shown as means over half a second, which glide into each other.

A quantity that is blended between the means of neighbouring spans turns at most once in each span:
twice a second, one flash. WCAG 2.2 success criterion 2.3.1 allows three.
"""

from dataclasses import dataclass

import numpy as np

from vizopt.arrays import Rows, Scores
from vizopt.recording import Recording
from vizopt.regions import NEARNESS, Floats, leader

SECONDS = 0.5
RESTLESS = 0.01  # of the plane: this much changes its class twice and more within a span


def span_frames(fps: float) -> int:
    """Frames of a span."""
    return max(round(fps * SECONDS), 1)


def blend(k: int, frames: int, spans: int) -> tuple[int, int, float]:
    """Frame k's own span, the one that it shares with, and the share; spans have `frames` each."""
    own = k // frames
    offset = (k + 0.5) / frames - (own + 0.5)
    other = min(max(own + (1 if offset > 0 else -1), 0), spans - 1)
    return own, other, abs(offset)


@dataclass(frozen=True)
class Span:
    """The rows of the plane that one span shows.

    Args:
        mean: nearness to the winner [C, G, G] of its frames; none where the plane is calm.
        rows: the rows in it, each once.
    """

    mean: Floats | None
    rows: Rows


class Background:
    """Which class wins over the plane in each frame, held where it is restless.

    Args:
        run: the recording, with scores.
        rows: the row that each frame shows [F].
        frames: of a span; with one, nothing is ever held.
    """

    def __init__(self, run: Recording, rows: Rows, frames: int) -> None:
        self._run = run
        self._rows = rows
        self._frames = frames
        self._count = -(-len(rows) // frames)
        self._spans: dict[int, Span] = {}

    def __call__(self, k: int) -> tuple[Scores | Floats, int]:
        """Scores [C, G, G] of frame k's own row and 1; or the mean of nearness, and of how many."""
        own, other, share = blend(k, self._frames, self._count)
        span = self._span(own)
        if span.mean is None:
            return self._scores(self._rows[k]), 1
        beside = self._span(other)
        if beside.mean is None or other == own:
            return span.mean, len(span.rows)
        mean = span.mean + np.float32(share) * (beside.mean - span.mean)
        return mean, len(np.union1d(span.rows, beside.rows))

    def _span(self, number: int) -> Span:
        """A span, worked out from its own frames alone; the last three are remembered."""
        if number not in self._spans:
            while len(self._spans) > 2:
                del self._spans[next(iter(self._spans))]
            self._spans[number] = self._work_out(number)
        return self._spans[number]

    def _work_out(self, number: int) -> Span:
        start = number * self._frames
        shown = self._rows[start : start + self._frames]
        rows, times = np.unique(shown, return_counts=True)
        following = self._rows[start + self._frames : start + self._frames + 1]
        if len(rows) < 2 or not self._restless(np.union1d(rows, following)):
            return Span(None, rows)
        total = np.zeros(self._scores(rows[0]).shape, np.float32)
        for row, count in zip(rows, times, strict=True):
            total += np.float32(count) * NEARNESS.take(self._scores(row))
        return Span(total / np.float32(len(shown)), rows)

    def _restless(self, rows: Rows) -> bool:
        before, *others = (leader(self._scores(row)) for row in rows)
        changes = np.zeros(before.shape, np.intp)
        for winner in others:
            changes += winner != before
            before = winner
        return bool(np.mean(changes > 1) > RESTLESS)

    def _scores(self, row: np.intp) -> Scores:
        return self._run.row("scores", int(row))
