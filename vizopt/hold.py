"""Hold: where the classes of the plane would flash, each place shows how often each of them won.

Elsewhere a frame shows its own row. What is held is a sliding window of half a second, so what
comes and goes within it is seen as a mixture, and what stands is seen as it is.
"""

from collections import OrderedDict
from copy import deepcopy
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Rows, Size
from vizopt.recording import Recording
from vizopt.regions import leader
from vizopt.safety.flashes import Meter
from vizopt.safety.light import SCREEN, Grid

SECONDS = 0.5
LIMIT = 5  # transitions in a second; WCAG 2.2, 2.3.1 allows six: three flashes
PLACES = 50  # along each side of the plane that are judged, at least
KEPT = 1024  # rows whose winners are remembered

Mode: TypeAlias = Literal["clip", "still", "flashing"]
Counts: TypeAlias = NDArray[np.int32]  # [C, G, G] in how many rows each class won each place
Winners: TypeAlias = NDArray[np.uint8]  # [G, G]


class Playback(NamedTuple):
    """How the frames of a picture are looked at.

    Args:
        size: of the whole frame in pixels.
        fps: frames per second.
        mode: "clip": one after the other, so that nothing may flash; "still": each by itself,
            which cannot; "flashing": one after the other, in the lesson's look.
    """

    size: Size
    fps: float
    mode: Mode

    @property
    def window(self) -> int:
        """Frames over which an update is summed: half a second, or one in the lesson's look."""
        return 1 if self.mode == "flashing" else max(round(self.fps * SECONDS), 1)


class Held(NamedTuple):
    """The plane over a window of half a second.

    Args:
        shares: of the recorded rows in it that each class won at each place [C, G, G].
        first, last: epochs of the first and last of those rows.
    """

    shares: NDArray[np.float32]
    first: int
    last: int


class Background:
    """What the plane shows in each frame: its own row, or the shares of the rows around it.

    Spans of half a second are judged in their order by the flash meter, on the screen that the
    standard assumes, as if every change of class were one from black to white or back: whatever a
    theme's colours are, they flash less. A span is held where the second up to any of its frames
    would have more than LIMIT transitions over a quarter of a 10° field.

    Args:
        run: the recording, with scores [N, C, G, G].
        rows: the row that each frame shows [F].
        playback: size and rate.
        side: of the plane in pixels of the frame.
    """

    def __init__(self, run: Recording, rows: Rows, playback: Playback, side: int) -> None:
        classes, grid = run.columns["scores"].shape[1:3]
        self._rows = rows
        self._epochs = run["epoch"]
        self._playback = playback
        self._winners = _Winners(run)
        self._shares = _Shares(self._winners, classes)
        self._watched = _Watched(grid, side / grid * Grid(playback.size).scale)
        self._spans: list[bool] = []  # which of them are held, as far as they are judged

    def __call__(self, k: int) -> Held | None:
        """What frame k shows instead of its own row, None where that is shown.

        The first and the last frame show their own: players and decks take them for stills.
        """
        alone = self._playback.mode != "clip" or k in (0, len(self._rows) - 1)
        if alone or not self._is_held(k // self._playback.window):
            return None
        first, last = (int(self._rows[at]) for at in self._window(k))
        shares = self._shares(first, last).astype(np.float32) / np.float32(last - first + 1)
        return Held(shares, int(self._epochs[first]), int(self._epochs[last]))

    def _window(self, k: int) -> tuple[int, int]:
        """First and last frame of the half second around frame k."""
        first = max(k - self._playback.window // 2, 0)
        return first, min(first + self._playback.window, len(self._rows) - 1)

    def _is_held(self, span: int) -> bool:
        """Spans are judged in order, whichever frame is asked for first."""
        while len(self._spans) <= span:
            self._spans.append(self._judge(len(self._spans)))
        return self._spans[span]

    def _judge(self, span: int) -> bool:
        start = span * self._playback.window
        frames = range(start, min(start + self._playback.window, len(self._rows)))
        before = deepcopy(self._watched)
        for k in frames:
            micros = round(k / self._playback.fps * 1e6)
            if self._watched.see(micros, self._winners(int(self._rows[k]))) > LIMIT:
                self._watched = before
                return True
        return False


class _Watched:
    """The plane as the flash meter sees it: each place black, or white after its next change.

    While a span is held nothing is seen; what has changed by its end is one change. Of a fine grid
    every so many places are looked at, which stand for those around them.

    Args:
        grid: places along each side of the plane, G.
        scale: screen pixels of a place.
    """

    def __init__(self, grid: int, scale: float) -> None:
        self._every = max(grid // PLACES, 1)
        width, height = (max(round(length / scale), grid) // self._every + 1 for length in SCREEN)
        self._frame = np.zeros((height, width, 3), np.uint8)
        self._winners: Winners | None = None
        self._meter = Meter((width, height), ("general",))

    def see(self, micros: int, winners: Winners) -> int:
        """Show the winners [G, G] of a frame; the transitions in the second up to then."""
        winners = winners[:: self._every, :: self._every]
        before = winners if self._winners is None else self._winners
        self._winners = winners
        self._frame = self._frame.copy()  # the meter keeps the one that it saw
        plane = self._frame[: len(winners), : len(winners)]
        plane[winners != before] ^= 255
        return self._meter.see(micros, self._frame)["general"]


class _Winners:
    """The winning class of each place in each row; what was asked for last is remembered."""

    def __init__(self, run: Recording) -> None:
        self._run = run
        self._latest: OrderedDict[int, Winners] = OrderedDict()

    def __call__(self, row: int) -> Winners:
        if row not in self._latest:
            self._latest[row] = leader(self._run.row("scores", row))
            if len(self._latest) > KEPT:
                self._latest.popitem(last=False)
        return self._latest[row]


class _Shares:
    """Counts of winners over a window of rows that moves; the same whatever it counted before."""

    def __init__(self, winners: _Winners, classes: int) -> None:
        self._winners = winners
        self._classes = np.arange(classes, dtype=np.uint8)[:, None, None]
        self._counts: Counts | None = None
        self._first, self._stop = 0, 0

    def __call__(self, first: int, last: int) -> Counts:
        """In how many of the rows from first to last each class won [C, G, G]."""
        counts, stop = self._counts, last + 1
        if counts is None or not self._first <= first < self._stop <= stop:
            counts = np.zeros((len(self._classes), *self._winners(first).shape), np.int32)
            self._first = self._stop = first
        for row in range(self._stop, stop):
            counts += self._classes == self._winners(row)
        for row in range(self._first, first):
            counts -= self._classes == self._winners(row)
        self._counts, self._first, self._stop = counts, first, stop
        return counts
