"""Steady: predicted numbers, as the frames of a clip show them without flashing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.core.numbers import count
from vizopt.draw.paint import coloured
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.values import SIZE, ValueBox
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from vizopt.draw.hold import Winners

Floats: TypeAlias = NDArray[np.floating]

PLACES = 100  # along the window, that are judged for flashes
MEAN = ("mean_of", "background_short")  # as there is room


class Shown(NamedTuple):
    """What a frame shows: numbers [n], and between which epochs they are the mean, where held."""

    values: Floats
    held: tuple[int, int] | None = None


class Steady:
    """The numbers of each frame's row, or the mean of half a second's where they would flash.

    Args:
        slot: the window.
        run: the recording.
        column: of numbers [N, n].
        rows: the row that each frame shows [F].
        box: where they are drawn.
        covered: which of the places [R, PLACES] of the box, from its top, are covered by numbers
            [n], given the pixels of a place.
        colour: of what covers them.
    """

    def __init__(
        self,
        slot: DrawContext,
        run: Recording,
        column: str,
        rows: Rows,
        box: ValueBox,
        covered: Callable[[Floats, float], NDArray[np.bool_]],
        colour: str,
    ) -> None:
        from vizopt.draw.hold import Latest, plane_spans

        self._run, self._column, self._rows, self._epochs = run, column, rows, run["epoch"]
        place = box.width / PLACES

        def seen(row: int) -> "Winners":
            return covered(self._row(row), place).astype(np.uint8)

        full = np.full((1, 1), 255, np.uint8)
        ground = slot.theme.ground or slot.theme.paper
        colours = np.concatenate([coloured(full, each)[0] for each in (ground, colour)])
        self._spans = plane_spans(Latest(seen), rows, slot.playback, place, colours)
        self._latest: tuple[range, Shown] | None = None

    def __call__(self, k: int) -> Shown:
        span = self._spans(k)
        if span is None:
            return Shown(self._row(int(self._rows[k])))
        if self._latest is None or self._latest[0] != span:
            first, last = self._rows[[span[0], span[-1]]].tolist()
            mean = np.mean([self._row(row) for row in range(first, last + 1)], axis=0)
            between = int(self._epochs[first]), int(self._epochs[last])
            self._latest = span, Shown(mean, between)
        return self._latest[1]

    def _row(self, row: int) -> Floats:
        return self._run.row(self._column, row).astype(float)


def told(
    slot: DrawContext, run: Recording, box: ValueBox, taken: float
) -> Callable[[NDArray[np.uint8], Shown], None]:
    """Writes into a window of which epochs what it shows is the mean, where it is.

    Args:
        slot: the window.
        run: the recording.
        box: the line below which it stands.
        taken: pixels of the line that are not free.
    """
    glyphs, units = slot.glyphs(SIZE), slot.say(f"{run.header.unit}s")

    def write(window: NDArray[np.uint8], shown: Shown) -> None:
        if shown.held:
            first, last = map(count, shown.held)
            ways = [slot.say(key, units=units, first=first, last=last) for key in MEAN]
            free = box.width - taken - slot.unit * 12
            words = next((words for words in ways if glyphs.width(words) <= free), ways[-1])
            glyphs.write(window, words, box.left + box.width, box.last_line, 1.0)

    return write
