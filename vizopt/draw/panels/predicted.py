"""Predicted: the probability of each class along one feature, as the frames of a clip show it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.draw.paint import coloured
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from vizopt.draw.hold import Winners

Floats: TypeAlias = NDArray[np.floating]

PLACES = 100  # along the feature, that are judged for flashes


class Shown(NamedTuple):
    """What a frame shows: at each edge of the columns [W + 1] the probability of each class, and
    its share of the background; between which epochs, where that is held."""

    curves: Floats  # [C, W + 1]
    shares: Floats  # [C, W + 1]
    held: tuple[int, int] | None = None


class Predicted:
    """The classes along the feature, as each frame shows them.

    Args:
        slot: the window.
        run: the recording, with probabilities [N, C, points].
        rows: the row that each frame shows [F].
        size: width and height of the strip, in pixels.
        y: heights of probabilities, in pixels from its top.
        thick: pixels of a curve with its outline.
    """

    def __init__(
        self,
        slot: DrawContext,
        run: Recording,
        rows: Rows,
        size: tuple[int, int],
        y: Callable[[Floats], Floats],
        thick: float,
    ) -> None:
        from vizopt.draw.hold import Latest, plane_spans

        self._run, self._rows, self._epochs = run, rows, run["epoch"]
        (self._width, self._height), self._y, self._thick = size, y, thick
        self._classes, self._count = run.columns["probabilities"].shape[1:]
        flashing, theme = slot.playback.mode == "flashing", slot.theme
        colours = theme.solids(self._classes) if flashing else theme.tints(self._classes)
        self._colours = colours[:, :3].astype(np.float32)
        full = np.full((1, 1), 255, np.uint8)
        self._border = None if flashing else coloured(full, theme.border)[0, 0].view(np.uint32)[0]
        self._hairline = slot.hairline
        edge = np.repeat(coloured(full, theme.edge)[0], self._classes, axis=0)
        place = self._width / PLACES
        self._spans = plane_spans(
            Latest(self._seen), rows, slot.playback, place, np.concatenate([colours, edge])
        )
        self._latest: tuple[range, Shown] | None = None

    def __call__(self, k: int) -> Shown:
        span = self._spans(k)
        if span is None:
            predicted = self._wide(self._row(int(self._rows[k])))
            return Shown(predicted, _winning(predicted))
        if self._latest is None or self._latest[0] != span:
            self._latest = span, self._mean(*self._rows[[span[0], span[-1]]].tolist())
        return self._latest[1]

    def background(self, shown: Shown) -> NDArray[np.uint32]:
        """Pixels of a row: the classes' colours, mixed by their shares, and lines between them."""
        values = shown.shares if shown.held else shown.curves
        middle: Floats = (values[:, 1:] + values[:, :-1]) / 2
        middle = middle if shown.held else _winning(middle)
        pixels = np.full((middle.shape[1], 4), 255, np.uint8)
        pixels[:, :3] = (middle.T @ self._colours).round()
        words = pixels.view(np.uint32)[:, 0]
        if self._border is not None and shown.held is None:
            winners = middle.argmax(axis=0)
            last = np.flatnonzero(winners[1:] != winners[:-1])
            for back in range(self._hairline):
                words[(last - back).clip(0)] = self._border
        return words

    def _row(self, row: int) -> Floats:
        """As it was recorded; what is no probability in a recording from anybody is 0 or 1."""
        return np.asarray(np.nan_to_num(self._run.row("probabilities", row)).clip(0, 1))

    def _wide(self, predicted: Floats) -> Floats:
        """Values [C, points] of a row at each edge of the columns [C, W + 1]."""
        at = np.linspace(0, self._count - 1, self._width + 1)
        return np.asarray([np.interp(at, np.arange(self._count), own) for own in predicted])

    def _mean(self, first: int, last: int) -> Shown:
        """Of all rows that were recorded from the first to the last one of a span."""
        rows = [self._row(row) for row in range(first, last + 1)]
        return Shown(
            self._wide(np.mean(rows, axis=0)),
            self._wide(np.mean([_winning(row) for row in rows], axis=0)),
            (int(self._epochs[first]), int(self._epochs[last])),
        )

    def _seen(self, row: int) -> "Winners":
        """What each place shows: the class of the background, or beyond those that of a curve."""
        predicted = self._row(row)
        step = self._width / self._count
        y = self._y(predicted.astype(float))
        thick = self._thick * np.hypot(1, np.gradient(y, step, axis=1))
        some = np.linspace(0, self._count - 1, PLACES).astype(np.intp)
        place = self._width / PLACES
        middle = (np.arange(round(self._height / place))[:, None] + 0.5) * place
        seen = np.empty((len(middle), PLACES), np.uint16)
        seen[:] = predicted.argmax(axis=0)[some]
        for c in range(self._classes):
            seen[abs(middle - y[c, some]) < thick[c, some] / 2] = self._classes + c
        return seen


def _winning(predicted: Floats) -> Floats:
    """1 for the class with the largest probability [C, n], 0 for the others."""
    classes = np.arange(len(predicted))[:, None]
    return np.asarray(predicted.argmax(axis=0) == classes, np.float32)
