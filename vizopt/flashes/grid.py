"""Grid: the blocks of a frame, measured on the screen that the standard assumes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Size

RGB: TypeAlias = NDArray[np.uint8]  # [H, W, 3]  one decoded picture, sRGB
Numbers: TypeAlias = NDArray[np.intp]  # [m]  groups, counted row by row
Places: TypeAlias = NDArray[np.intp]  # [n]  blocks, likewise

Value = TypeVar("Value", bound=np.generic)

SCREEN = (1024, 768)  # pixels that the frame fills
FIELD = (341, 256)  # screen pixels, 10° of view on that screen
QUARTER = 21_824  # screen pixels, a quarter of FIELD
BLOCK_SIDE_PX = 2  # screen pixels: what is smaller is averaged, as the eye does
WORD = 8  # bytes that are compared at once


class Groups(NamedTuple):
    """Some of the groups of neighbouring blocks of a grid.

    Args:
        numbers: which.
        side: blocks of each, n / m.
    """

    numbers: Numbers
    side: int

    def places(self, some: Places) -> Places:
        """Where some of their n blocks are among all N."""
        if self.side == 1:
            return self.numbers.take(some)
        group = some // self.side
        return (self.numbers.take(group) - group) * self.side + some

    def single(self, some: Places) -> "Groups":
        """Some of their n blocks, each alone."""
        return Groups(self.places(some), 1)

    def of(self, values: NDArray[Value]) -> NDArray[Value]:
        """The values of their blocks [n], of those of all blocks [N]: a copy."""
        return self._rows(values).take(self.numbers).view(values.dtype)

    def put(self, values: NDArray[Value], new: NDArray[Value]) -> None:
        """Give their blocks new values [n] among those of all blocks [N]."""
        self._rows(values)[self.numbers] = self._rows(new)

    def _rows(self, values: NDArray[Value]) -> NDArray[np.void]:
        """The values of each group as one: whole groups are copied faster."""
        return values.view(f"V{values.itemsize * self.side}")

    def parts(self, most: int) -> Iterator["Groups"]:
        """The groups in parts of at most so many blocks."""
        step = most // self.side
        for i in range(0, len(self.numbers), step):
            yield Groups(self.numbers[i : i + step], self.side)


@dataclass(frozen=True)
class Grid:
    """The blocks of a frame and how large they are on the screen.

    Args:
        size: width and height of the frame in pixels.
        part: likewise, of what of it can change, from the top left; None: all of it.
    """

    size: Size
    part: Size | None = None

    @cached_property
    def scale(self) -> float:
        """Screen pixels per frame pixel when the frame fills the screen."""
        return min(SCREEN[0] / self.size[0], SCREEN[1] / self.size[1])

    @cached_property
    def block(self) -> int:
        """Side of a block in frame pixels."""
        return max(1, int(BLOCK_SIDE_PX / self.scale))

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of blocks; the last ones may hang over the edge."""
        width, height = self.part or self.size
        return ceil(height / self.block), ceil(width / self.block)

    @cached_property
    def area(self) -> float:
        """Screen pixels of a block."""
        return (self.block * self.scale) ** 2

    @cached_property
    def field(self) -> tuple[int, int]:
        """Rows and columns of blocks in 10° of view: rounded up, so never too lax; clipped."""
        side = self.block * self.scale
        rows, columns = self.shape
        return min(rows, ceil(FIELD[1] / side)), min(columns, ceil(FIELD[0] / side))

    @cached_property
    def fields(self) -> tuple[int, int]:
        """Tops and lefts where a field may lie: one at every block."""
        (rows, columns), (height, width) = self.field, self.shape
        return height - rows + 1, width - columns + 1

    @cached_property
    def quarter(self) -> int:
        """Blocks that make up a quarter of 10°."""
        return ceil(QUARTER / self.area)

    @cached_property
    def group(self) -> int:
        """Neighbouring blocks that are looked at together: a row of theirs is whole words."""
        return WORD // gcd(self.block, WORD)

    @cached_property
    def padded(self) -> tuple[int, int]:
        """Rows and columns of blocks in whole groups."""
        rows, columns = self.shape
        return rows, ceil(columns / self.group) * self.group

    def pad(self, frame: RGB) -> RGB:
        """The frame with its last row and column repeated until the groups are whole."""
        rows, columns = self.padded
        below = rows * self.block - frame.shape[0]
        right = columns * self.block - frame.shape[1]
        if not (below or right):
            return np.ascontiguousarray(frame)
        return np.pad(frame, ((0, below), (0, right), (0, 0)), mode="edge")

    @property
    def groups(self) -> Groups:
        """All of them."""
        rows, columns = self.padded
        return Groups(np.arange(rows * columns // self.group), self.group)
