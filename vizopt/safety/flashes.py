"""Flashes: how often large parts of a picture flash, by WCAG 2.2 success criterion 2.3.1.

Knows frames and their times, nothing of files. Memory is one second of transitions, a bit a block.
"""

from collections.abc import Iterable

import numpy as np

from vizopt.arrays import Size
from vizopt.safety.light import RGB, Grid, Light, blocks, blocks_at, changed
from vizopt.safety.tally import Tally, Worst
from vizopt.safety.zigzag import General, NewRed, OldRed, Places, saturated

BAND = 32_768  # blocks worked on at once: few calls, and arrays that stay in the cache
MUCH = 0.25  # picking out more of some blocks than this costs more than taking all of them

RULES: dict[str, type[General | OldRed | NewRed]] = {
    "general": General,
    "red, WCAG 2.2": NewRed,
    "red, WCAG 2.0": OldRed,
}


class Meter:
    """Judges the frames that it is shown, in order.

    Args:
        size: width and height of the frames in pixels.
        rules: those that it judges by, of RULES.
    """

    def __init__(self, size: Size, rules: Iterable[str] = tuple(RULES)) -> None:
        self.grid = Grid(size)
        rows, columns = self.grid.shape
        band = max(1, BAND // columns)
        self._bands = [slice(i, min(i + band, rows)) for i in range(0, rows, band)]
        self._frame: RGB | None = None
        self._rules = {name: RULES[name](rows * columns) for name in rules}
        self._tallies = {name: Tally(self.grid) for name in self._rules}

    def see(self, micros: int, frame: RGB) -> dict[str, int]:
        """Take in the next frame [H, W, 3], shown from micros on, and keep a reference to it.

        Returns: transitions in the second up to now that reach a quarter of a field, by rule.
        """
        frame, before = self.grid.padded(frame), self._frame
        block, columns = self.grid.block, self.grid.shape[1]
        few = []
        for rows in self._bands:
            places = slice(rows.start * columns, rows.stop * columns)
            band = slice(rows.start * block, rows.stop * block)
            if before is None:
                self._start(places, blocks(frame[band], block))
            elif (some := changed(frame[band], before[band], block, MUCH)) is None:
                self._move(places, blocks(frame[band], block))
            else:
                few.append(some + places.start)
        if few and (some := np.concatenate(few)).size:
            self._move(some, blocks_at(frame, block, some))
        self._frame = frame
        return {name: tally.close(micros) for name, tally in self._tallies.items()}

    @property
    def worst(self) -> dict[str, Worst]:
        """The worst second so far, by rule."""
        return {name: tally.worst for name, tally in self._tallies.items()}

    def _start(self, places: slice, light: Light) -> None:
        red = saturated(light)
        for rule in self._rules.values():
            rule.start(places, light, red)

    def _move(self, places: Places, light: Light) -> None:
        """The state of blocks moves only when their light does: most of a lesson stands still."""
        red = saturated(light)
        for name, rule in self._rules.items():
            self._tallies[name].add(places, *rule(places, light, red))
