"""Coarse: grids as the flash meter sees them, a colour for every few pixels of the screen."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Matrix, Rows
from vizopt.core.sizes import Box
from vizopt.draw.changes import full, matrix
from vizopt.draw.playback import Playback
from vizopt.draw.spans import LIMIT, SPARE
from vizopt.draw.theme import Theme
from vizopt.draw.updates import updates
from vizopt.draw.views import View
from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import QUARTER, SCREEN, Grid, Groups
from vizopt.flashes.light import LINEAR
from vizopt.flashes.zigzag import CONTRAST, REDNESS, Swing, luminance, redness, saturated

SIDE = 16  # screen pixels of a place
WIDTH, HEIGHT = (length // SIDE for length in SCREEN)
SHADES = 255
BLOCK = 256  # frames that are counted at once

Places: TypeAlias = NDArray[np.intp]  # [m]
Colours: TypeAlias = NDArray[np.uint8]  # [m, 3]
T = TypeVar("T")


class Placed(NamedTuple):
    """Where a grid of a layer is drawn.

    Args:
        view: the run.
        layer: its name.
        box: in the frame.
        scale: shades between −1 and 1 of weights; None where it is an update.
    """

    view: View
    layer: str
    box: Box
    scale: Callable[[Matrix], Matrix] | None = None


class Coarse:
    """One grid on the screen that the standard assumes.

    where: its places, counted row by row [m].
    """

    def __init__(self, placed: Placed, playback: Playback, theme: Theme) -> None:
        self._placed = placed
        self._colours = theme.shades(SHADES)[:, :3]
        grid = placed.view.run.layout.grid(placed.layer)
        scale = Grid(playback.size).scale / SIDE
        x, y, width, height = (length * scale for length in placed.box)
        down, rows = _places(y, height, HEIGHT, grid.rows)
        across, columns = _places(x, width, WIDTH, grid.columns)
        self.where = (down[:, None] * WIDTH + across).ravel()
        self._cells = (rows[:, None] * grid.columns + columns).ravel()
        self._told = updates(placed.view.rows, playback, placed.view.course)
        if placed.scale is None:
            self._full = full(placed.view.run, placed.layer, self._told)

    def __len__(self) -> int:
        """Frames, F."""
        return len(self._placed.view.rows)

    def colours(self, k: int) -> Colours:
        """The colour of each place in frame k."""
        return np.asarray(self._colours[self.shades(slice(k, k + 1))[0]])

    def shades(self, frames: slice) -> NDArray[np.intp]:
        """The number of the shade that each place has in some frames [k, m]."""
        if self._placed.scale is not None:
            values, (rows,) = self._values(self._placed.view.rows[frames])
            shades = self._placed.scale(values)[rows]
        else:
            values, (start, stop) = self._values(self._told.start[frames], self._told.stop[frames])
            update = values[stop] - values[start]
            end = np.maximum(self._full[frames], abs(update).max(axis=1))
            shades = update / np.where(end > 0, end, 1)[:, None]
        return np.asarray((shades * (SHADES // 2)).round() + SHADES // 2, np.intp)

    def _values(self, *rows: Rows) -> tuple[Matrix, list[Rows]]:
        """The weights of its places in some rows [R, m], and which of them each row is."""
        run, layer = self._placed.view.run, self._placed.layer
        kept = np.unique(rows)
        every = (matrix(run, layer, row).ravel()[self._cells] for row in kept.tolist())
        return np.array(list(every)), [np.searchsorted(kept, some) for some in rows]


def turned(grids: Sequence[Coarse], theme: Theme) -> list[float]:
    """How many places turn in each frame [F], as a part of those without which a second has too
    few for LIMIT − SPARE transitions of a quarter of a field."""
    most = (LIMIT - SPARE + 1) * QUARTER / SIDE**2
    return list((_turns(grids, theme).max(axis=0) / most).tolist())


def _turns(grids: Sequence[Coarse], theme: Theme) -> NDArray[np.intp]:
    """How many places turn or go on in each frame, from lighter to darker or back [0, F], and where
    the theme has saturated reds from redder to less red or back [1, F]."""
    light = LINEAR[theme.shades(SHADES)[:, :3]].T
    tables = [(luminance(light), CONTRAST), (redness(light), REDNESS)]
    tables = tables if saturated(light).any() else tables[:1]
    places = Groups(np.arange(sum(len(grid.where) for grid in grids)), 1)
    swings = [Swing(len(places.numbers), step) for _, step in tables]
    stood = np.ones(len(places.numbers), np.bool_)  # all may have
    turned = np.zeros((len(tables), len(grids[0])), np.intp)
    for start in range(0, len(grids[0]), BLOCK):
        shades = np.hstack([grid.shades(slice(start, start + BLOCK)) for grid in grids])
        for rule, (values, _), swing in zip(turned, tables, swings, strict=True):
            if start == 0:
                swing.start(places, values[shades[0]])
            for k, value in enumerate(values[shades], start):
                turns = swing.turn(places, value, *swing.reach(places, value, stood))
                rule[k] = sum(map(len, turns))
    return turned


def middle(span: Sequence[T]) -> T:
    """What a held span shows of its frames."""
    return span[len(span) // 2]


class Watch:
    """Grids that the flash meter looks at.

    Args:
        where: the places of each [m].
    """

    def __init__(self, where: Sequence[Places]) -> None:
        self._where = where
        self._frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        self._meter = Meter(Grid((WIDTH, HEIGHT)))

    def see(self, micros: int, shown: Sequence[Colours]) -> int:
        """Show the colours of a frame; the transitions in the second up to then, and SPARE ones
        more: the plane and an encoder's noise flash beside the grids."""
        self._frame = self._frame.copy()  # the meter keeps the one that it saw
        for where, colours in zip(self._where, shown, strict=True):
            self._frame.reshape(-1, 3)[where] = colours
        return max(self._meter.see(micros, self._frame).values()) + SPARE

    def hold(self, micros: int, shown: Sequence[Sequence[Colours]]) -> None:
        """Show a held span of these colours of its frames, from micros on."""
        self.see(micros, middle(shown))


def _places(first: float, length: float, screen: int, cells: int) -> tuple[Places, Places]:
    """Places of the screen whose middles a side of a grid covers, one at least; each one's cell."""
    start = min(round(first), screen - 1)
    places = np.arange(start, min(max(round(first + length), start + 1), screen))
    cell = ((places + 0.5 - first) / length * cells).astype(np.intp)
    return places, cell.clip(0, cells - 1)
