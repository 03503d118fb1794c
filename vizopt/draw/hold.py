"""Hold: where the classes of the plane would flash, each place shows how often each of them won.

Elsewhere a frame shows its own row. What is held is a span of half a second: what comes and goes
within it is seen as a mixture, and what stands is seen as it is. The line of one feature is held
by the same measure.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.core.oklab import luminance
from vizopt.draw.playback import Playback
from vizopt.draw.regions import leader
from vizopt.draw.spans import LIMIT, SPARE, Spans, Watched
from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import SCREEN, Grid
from vizopt.flashes.tally import Tally
from vizopt.flashes.zigzag import Turns
from vizopt.recording.store import Recording

STEP = 0.09  # of luminance: colours that are further apart can flash
PLACES = 50  # along each side of the only plane that are judged, at least; of several fewer each
ROWS_KEPT = 1024  # rows whose winners are remembered

Winners: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]  # [R, G] what each place shows


class Held(NamedTuple):
    """The plane over a span of half a second.

    Args:
        shares: of the recorded rows in it that each class won at each place [C, G, G].
        first, last: epochs of the first and last of those rows.
    """

    shares: NDArray[np.float32]
    first: int
    last: int


class Background:
    """What the plane shows in each frame: its own row, or the shares of its span's rows.

    Args:
        run: the recording, with scores [N, C, G, G].
        rows: the row that each frame shows [F].
        playback: size and rate.
        side: of the plane in pixels of the frame.
        colours: RGBA of each class [C, 4].
        planes: of the picture. They may flash at once: each is judged as if it were all of them.
    """

    def __init__(
        self,
        run: Recording,
        rows: Rows,
        playback: Playback,
        side: int,
        colours: NDArray[np.uint8],
        planes: int = 1,
    ) -> None:
        self._classes, grid = run.columns["scores"].shape[1:3]
        self._epochs = run["epoch"]
        self._winners = Latest(lambda row: leader(run.row("scores", row)))
        self._rows = rows
        whole = round(side * planes**0.5)
        fewest = round(PLACES / planes**0.5)
        self._spans = plane_spans(self._winners, rows, playback, whole / grid, colours, fewest)
        self._latest: tuple[range, Held] | None = None  # a span that was held, and how

    def __call__(self, k: int) -> Held | None:
        """What frame k shows instead of its own row, None where that is shown."""
        span = self._spans(k)
        if span is None:
            return None
        if self._latest is None or self._latest[0] != span:
            self._latest = span, self._mixture(*self._rows[[span[0], span[-1]]].tolist())
        return self._latest[1]

    def _mixture(self, first: int, last: int) -> Held:
        """Of all rows that were recorded from the first to the last one of a span."""
        classes = np.arange(self._classes, dtype=np.uint8)[:, None, None]
        counts = sum(classes == self._winners(row) for row in range(first, last + 1))
        shares = np.asarray(counts, np.float32) / np.float32(last - first + 1)
        return Held(shares, int(self._epochs[first]), int(self._epochs[last]))


def plane_spans(
    seen: Callable[[int], Winners],
    rows: Rows,
    playback: Playback,
    place: float,
    colours: NDArray[np.uint8],
    fewest: int = PLACES,
) -> Spans[Winners]:
    """The spans of a plane: watched as if every change of what a place shows were one from black to
    white or back, and in the theme's colours where those differ enough to flash.

    Args:
        seen: what each place [R, G] shows in a row of the recording.
        rows: the row that each frame shows [F].
        playback: size and rate.
        place: pixels of the frame along the side of one place.
        colours: RGBA of whatever a place can show.
        fewest: places along a side that are judged.
    """
    scale = place * Grid(playback.size).scale
    grid = max(seen(int(rows[0])).shape)
    every = max(grid // fewest, 1)
    width, height = (max(round(length / scale), grid) // every + 1 for length in SCREEN)
    screen = _around(Grid((width, height)), grid // every + 1)
    coloured = np.ptp(luminance(colours[:, :3] / 255)) >= STEP
    least = (LIMIT + 1 - SPARE * coloured) * screen.quarter
    watched: list[Watched[Winners]] = [_Toggled(screen)]
    if coloured:
        watched.append(_Coloured(screen, colours))

    def shown(k: int) -> Winners:
        """Of a fine grid every so many places, which stand for those around them."""
        return seen(int(rows[k]))[::every, ::every]

    def turned(k: int) -> float:
        return 0 if k == 0 else np.count_nonzero(shown(k) != shown(k - 1)) / least

    return Spans(shown, len(rows), turned, playback, watched)


def _around(screen: Grid, side: int) -> Grid:
    """Of a screen the part that fields can lie in which hold some of a plane at its corner."""
    rows, columns = screen.field
    (height, width), last = screen.shape, side - 1
    return Grid(screen.size, (min(width, columns + last), min(height, rows + last)))


class _Coloured:
    """The plane in the classes' own colours, and mixtures of them, watched by the flash meter."""

    def __init__(self, screen: Grid, colours: NDArray[np.uint8]) -> None:
        self._frame = np.zeros((*screen.shape, 3), np.uint8)
        self._meter = Meter(screen, ("general",))
        self._colours = colours[:, :3]

    def see(self, micros: int, winners: Winners) -> int:
        """Show the winners [G, G] of a frame; the transitions in the second up to then, and SPARE
        ones more: grids and an encoder's noise flash beside the plane."""
        return self._show(micros, self._colours[winners]) + SPARE

    def hold(self, micros: int, winners: Sequence[Winners]) -> None:
        """Show a held span of these winners of its frames, from micros on."""
        mean = np.mean([self._colours[part] for part in winners], axis=0)
        self._show(micros, mean.round().astype(np.uint8))

    def _show(self, micros: int, plane: NDArray[np.uint8]) -> int:
        """The transitions in the second up to this picture of the plane [G, G, 3]."""
        self._frame = self._frame.copy()  # the meter keeps the one that it saw
        self._frame[: plane.shape[0], : plane.shape[1]] = plane
        return self._meter.see(micros, self._frame)["general"]


class _Toggled:
    """Each place black, or white after its next change; what the meter would see is counted.

    A place that is mixed while spans are held changes twice: where its mixture begins and where it
    ends.
    """

    def __init__(self, screen: Grid) -> None:
        self._groups = screen.groups
        self._tally = Tally(screen)
        self._lit: NDArray[np.bool_] = np.zeros(screen.padded, np.bool_)
        self._winners: Winners | None = None
        self._mixed: NDArray[np.bool_] | None = None

    def see(self, micros: int, winners: Winners) -> int:
        """Show the winners [G, G] of a frame; the transitions in the second up to then."""
        changed = (
            np.zeros(winners.shape, np.bool_)
            if self._winners is None
            else (winners != self._winners)
        )
        if self._mixed is not None:
            changed |= self._mixed
        self._winners, self._mixed = winners, None
        return self._flip(micros, changed)

    def hold(self, micros: int, winners: Sequence[Winners]) -> None:
        """Show a held span of these winners of its frames, from micros on."""
        before = winners[0] if self._winners is None else self._winners
        seen = self._winners is not None  # else nothing was there that could turn
        mixed = np.any([part != before for part in winners], axis=0)
        earlier = np.zeros_like(mixed) if self._mixed is None else self._mixed
        self._winners, self._mixed = winners[-1], mixed | earlier
        self._flip(micros, mixed & ~earlier & seen)

    def _flip(self, micros: int, changed: NDArray[np.bool_]) -> int:
        """The transitions in the second up to then, in which places [G, G] change."""
        turned = np.zeros_like(self._lit)
        turned[: changed.shape[0], : changed.shape[1]] = changed
        up, down = np.flatnonzero(turned & ~self._lit), np.flatnonzero(turned & self._lit)
        self._lit ^= turned
        self._tally.add(self._groups, Turns(up, down))
        return self._tally.close(micros)


class Latest:
    """What each place shows in each row; what was asked for last is remembered.

    Args:
        of: finds it for a row.
    """

    def __init__(self, of: Callable[[int], Winners]) -> None:
        self._of = of
        self._latest: OrderedDict[int, Winners] = OrderedDict()

    def __call__(self, row: int) -> Winners:
        if row not in self._latest:
            self._latest[row] = self._of(row)
            if len(self._latest) > ROWS_KEPT:
                self._latest.popitem(last=False)
        return self._latest[row]
