"""The trail of a path: inks put down one after the other, and kept."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import Ink
from vizopt.draw.tracing import Traced

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Trail:
    """Inks put down one after the other; a frame shows those of the first steps.

    One paper holds what was put so far, so that memory does not grow with the steps. A frame of a
    later step puts what is missing, one of an earlier step begins anew: both see the same.

    Args:
        height, width: of the window.
        steps: at which something is put, rising [S].
        inks: the inks of such a step and their colours, from the lowest.
        draw: puts those of the first steps, up to one, on axes of that size, for print.
    """

    def __init__(
        self,
        height: int,
        width: int,
        steps: NDArray[np.integer],
        inks: Callable[[int], Iterable[tuple[Ink, str]]],
        draw: "Callable[[Axes, int], object]",
    ) -> None:
        self._shape = height, width
        self._steps = steps
        self._inks = inks
        self._draw = draw
        self._done = 0  # steps that were put
        self._begin()

    def __call__(self, pixels: Pixels, step: int) -> None:
        """Paint everything up to a step, that step too."""
        if isinstance(pixels, Traced):
            pixels.note_drawing(lambda axes: self._draw(axes, step))
            return
        stop = int(np.searchsorted(self._steps, step, side="right"))
        if stop < self._done:
            self._begin()
        for at in self._steps[self._done : stop].tolist():
            for ink, colour in self._inks(at):
                self._put(ink, colour)
        self._done = stop
        rows, columns = np.nonzero(self._covered)
        inks = self._paper[rows, columns].astype(np.float32)
        below = pixels[rows, columns, :3]
        pixels[rows, columns, :3] = below * (1 - inks[:, 3:]) + (inks[:, :3] * 255 + 0.5)

    def _begin(self) -> None:
        self._paper = np.zeros((*self._shape, 4))  # colour times alpha, alpha: 0 to 1
        self._covered = np.zeros(self._shape, np.bool_)
        self._done = 0

    def _put(self, ink: Ink, colour: str) -> None:
        """Put ink; what falls outside is cut."""
        from matplotlib.colors import to_rgb

        height, width = self._shape
        rows, columns, coverage = ink
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        at = rows[inside], columns[inside]
        alpha = coverage[inside, None] / 255.0
        over = np.array([round(value * 255) / 255.0 for value in to_rgb(colour)])
        above = np.concatenate([over * alpha, alpha], axis=1)
        self._paper[at] = above + self._paper[at] * (1 - alpha)
        self._covered[at] = True
