"""Flashes: how often large parts of a picture flash, by WCAG 2.2 success criterion 2.3.1.

Knows frames and their times, nothing of files. Memory is one second of transitions, a bit a block.
"""

from collections.abc import Iterable

import numpy as np

from vizopt.flashes.grid import RGB, Grid, Groups
from vizopt.flashes.light import Light, changed, light_of
from vizopt.flashes.tally import Tally, Worst
from vizopt.flashes.zigzag import General, Mask, NewRed, OldRed, saturated

BAND = 32_768  # blocks worked on at once: few calls, and arrays that stay in the cache
LONG_MICROSECONDS = 101_000  # µs; what a frame shows for as long, of under 10 a second, stands

RULES: dict[str, type[General | OldRed | NewRed]] = {
    "general": General,
    "red, WCAG 2.2": NewRed,
    "red, WCAG 2.0": OldRed,
}


class Meter:
    """Judges the frames that it is shown, in order.

    Args:
        grid: the blocks of the frames.
        rules: those that it judges by, of RULES.
    """

    def __init__(self, grid: Grid, rules: Iterable[str] = tuple(RULES)) -> None:
        self.grid = grid
        rows, columns = self.grid.padded
        self._frame: RGB | None = None
        self._number = 0  # of this frame
        self._micros = 0
        self._changed = np.zeros(
            self.grid.groups.numbers.shape, np.int32
        )  # the latest to change each
        self._rules = {name: RULES[name](rows * columns) for name in rules}
        self._tallies = {name: Tally(self.grid) for name in self._rules}

    def see(self, micros: int, frame: RGB) -> dict[str, int]:
        """Take in the next frame [H, W, 3], shown from micros on, and keep a reference to it.

        Returns: transitions in the second up to now that reach a quarter of a field, by rule.
        """
        frame, before = self.grid.pad(frame), self._frame
        groups = self.grid.groups if before is None else changed(frame, before, self.grid)
        long = micros - self._micros >= LONG_MICROSECONDS
        self._number, self._micros = self._number + 1, micros
        for some in groups.parts(BAND):
            light = light_of(frame, self.grid, some)
            if before is None:
                self._start(some, light)
            else:
                self._move(some, light, self._stood(some, long))
        self._changed[groups.numbers] = self._number
        self._frame = frame
        return {name: tally.close(micros) for name, tally in self._tallies.items()}

    @property
    def worst(self) -> dict[str, Worst]:
        """The worst second so far, by rule."""
        return {name: tally.worst for name, tally in self._tallies.items()}

    def _start(self, groups: Groups, light: Light) -> None:
        red = saturated(light)
        for rule in self._rules.values():
            rule.start(groups, light, red)

    def _stood(self, groups: Groups, long: bool) -> Mask:
        """Which blocks of some groups stood still: for two frames, or a long one [n]."""
        stood = self._changed.take(groups.numbers) < self._number - (0 if long else 1)
        return np.repeat(stood, groups.side)

    def _move(self, groups: Groups, light: Light, stood: Mask) -> None:
        """The state of blocks moves only when their light does: most of a lesson stands still."""
        red = saturated(light)
        for name, rule in self._rules.items():
            self._tallies[name].add(groups, rule(groups, light, red, stood))
