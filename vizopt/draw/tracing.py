"""Tracing: what the moving parts of a frame draw, kept as text, curves and small images for print.

Pixels that are traced look like any others; what writes text or stamps ink into them leaves a note
in their sheet instead. What else is painted stays in the pixels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Written(NamedTuple):
    """A line of text, its baseline at y; align 0 starts at x, 1 ends there, 0.5 centres."""

    text: str
    x: float
    y: float
    align: float
    style: Mapping[str, Any]


class Drawing(NamedTuple):
    """What draw() puts on axes of this size, as far as `shown` pixels from the left, but for holes:
    rows and columns of it."""

    left: int
    top: int
    width: int
    height: int
    shown: int
    draw: "Callable[[Axes], object]"
    holes: Sequence[tuple[slice, slice]] = ()


class Image(NamedTuple):
    """Pixels [h, w, 4] over a box of the frame, which may be larger than they are."""

    left: int
    top: int
    width: int
    height: int
    pixels: Pixels


Item: TypeAlias = Written | Drawing | Image


class Traced(np.ndarray[Any, np.dtype[np.uint8]]):
    """A frame [H, W, 4], or a window of one, with the sheet that its notes go to."""

    items: list[Item]
    start: int  # address of the frame's first pixel
    step: int  # bytes from one of its rows to the next

    @classmethod
    def of(cls, frame: Pixels) -> "Traced":
        """A copy of a frame, to draw into."""
        traced = frame.copy().view(cls)
        traced.items = []
        traced.start, traced.step = traced.ctypes.data, traced.strides[0]
        return traced

    def __array_finalize__(self, above: NDArray[Any] | None) -> None:
        if isinstance(above, Traced) and hasattr(above, "items"):
            self.items, self.start, self.step = above.items, above.start, above.step

    def note_text(
        self, text: str, x: float, y: float, align: float, style: Mapping[str, Any]
    ) -> None:
        """Note a text that begins, ends or centres at x of this window, its baseline at y."""
        left, top = self._corner()
        self.items.append(Written(text, left + x, top + y, align, style))

    def note_drawing(self, draw: "Callable[[Axes], object]", shown: int | None = None) -> None:
        """Note what draw() puts on axes as large as this window, all of it or its first columns."""
        height, width = self.shape[:2]
        shown = width if shown is None else min(shown, width)
        self.items.append(Drawing(*self._corner(), width, height, shown, draw))

    def note_image(
        self, pixels: Pixels, x: int = 0, y: int = 0, size: tuple[int, int] = (0, 0)
    ) -> None:
        """Note an image whose corner lies at x, y of this window.

        Args:
            size: width and height that it fills; its own when left out.
        """
        left, top = self._corner()
        width, height = size if any(size) else pixels.shape[1::-1]
        self.items.append(Image(left + x, top + y, width, height, np.array(pixels)))

    @contextmanager
    def cut(self, holes: Sequence[tuple[slice, slice]]) -> Iterator[None]:
        """Drawings that are noted within the block, of this window, have holes."""
        first = len(self.items)
        yield
        for i, item in enumerate(self.items[first:], first):
            if isinstance(item, Drawing):
                self.items[i] = item._replace(holes=holes)

    def _corner(self) -> tuple[int, int]:
        """Left and top of this window in its frame."""
        top, left = divmod(self.ctypes.data - self.start, self.step)
        return left // 4, top
