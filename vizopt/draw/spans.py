"""Spans: the half seconds of a clip in which something is held, because it would flash.

Most of a clip changes slowly, and counting how many places turn tells so at little cost; the meter
looks at the seconds in which many do.
"""

import pickle
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from vizopt.draw.playback import Playback

LIMIT = 6  # transitions in a second that WCAG 2.2, 2.3.1 allows: three flashes
SPARE = 2  # transitions that the rest of the picture may have where the colours flash

NEAR_SECONDS = 2  # seconds around one in which many places turn that the meter looks at

Shown = TypeVar("Shown")
Seen = TypeVar("Seen", contravariant=True)


class Watched(Protocol[Seen]):
    """What is looked at for flashes."""

    def see(self, micros: int, shown: Seen) -> int:
        """Show what a frame shows, from micros on; the transitions in the second up to then."""
        ...

    def hold(self, micros: int, shown: Sequence[Seen]) -> None:
        """Show a held span whose frames would show this, from micros on."""
        ...


class Spans(Generic[Shown]):
    """Which half seconds of a clip are held, because what they show would flash.

    Spans are judged in their order by all that watch them, on the screen that the standard assumes.
    A span is held where the second up to any of its frames would have more than LIMIT transitions
    over a quarter of a 10° field by one of them.

    Args:
        shown: what each frame shows where it is not held.
        count: frames of the clip, F.
        turned: how many places turn in a frame, as a part of those without which a second has too
            few for any of its frames to be held.
        playback: size and rate of the frames.
        watched: what looks at them.
    """

    def __init__(
        self,
        shown: Callable[[int], Shown],
        count: int,
        turned: Callable[[int], float],
        playback: Playback,
        watched: list[Watched[Shown]],
    ) -> None:
        self._shown = shown
        self._count = count
        self._turned = turned
        self._playback = playback
        self._watched = watched
        self._total = [0.0]  # of the places that have turned before each frame
        self._spans: list[bool] = []  # which of them are held, as far as they are judged

    def __call__(self, k: int) -> range | None:
        """The frames of the span that frame k is held in, None where it shows its own.

        The first and the last frame show their own: players and decks take them for stills.
        """
        if self._playback.mode != "clip" or k in (0, self._count - 1):
            return None
        span = k // self._playback.window
        return self._frames(span) if self._is_held(span) else None

    def _frames(self, span: int) -> range:
        start = span * self._playback.window
        return range(start, min(start + self._playback.window, self._count))

    def _is_held(self, span: int) -> bool:
        """Spans are judged in order, whichever frame is asked for first."""
        while len(self._spans) <= span:
            self._spans.append(self._judge(len(self._spans)))
        return self._spans[span]

    def _judge(self, span: int) -> bool:
        frames = self._frames(span)
        if not self._is_busy(frames):
            return False
        before = pickle.dumps(self._watched)  # a copy, in a quarter of deepcopy's time
        every = [self._shown(k) for k in frames]
        for k, shown in zip(frames, every, strict=True):
            if max([watched.see(self._micros(k), shown) for watched in self._watched]) > LIMIT:
                self._watched = pickle.loads(before)
                for watched in self._watched:
                    watched.hold(self._micros(frames[0]), every)
                return True
        return False

    def _is_busy(self, frames: range) -> bool:
        """Whether a second near these frames has so many places turn that some may be held."""
        second = max(round(self._playback.fps), 1)
        first = max(frames.start - NEAR_SECONDS * second, 0)
        stop = min(frames.stop + NEAR_SECONDS * second, self._count)
        for k in range(len(self._total) - 1, stop):
            self._total.append(self._total[-1] + self._turned(k))
        total = self._total
        return any(total[k + 1] - total[max(k - second, 0)] >= 1 for k in range(first, stop))

    def _micros(self, k: int) -> int:
        return round(k / self._playback.fps * 1e6)
