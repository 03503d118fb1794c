"""Light: frames as small blocks of linear light, measured on the screen the standard assumes."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Size

RGB: TypeAlias = NDArray[np.uint8]  # [H, W, 3]  one decoded picture, sRGB
Light: TypeAlias = NDArray[np.float32]  # [3, n]  linear red, green, blue of n blocks, 0 … 1

SCREEN = (1024, 768)  # pixels that the frame fills
FIELD = (341, 256)  # screen pixels, 10° of view on that screen
QUARTER = 21_824  # screen pixels, a quarter of FIELD
FINE = 2  # screen pixels: what is smaller is averaged, as the eye does


def _linear() -> NDArray[np.float32]:
    """Linear light of every sRGB value [256]. Source: IEC 61966-2-1."""
    value = np.arange(256) / 255
    curve = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)


LINEAR = _linear()
PAIRS = np.add.outer(LINEAR, LINEAR).ravel()  # [65536]  two values, looked up at once


@dataclass(frozen=True)
class Grid:
    """The blocks of a frame and how large they are on the screen.

    Args:
        size: width and height of the frame in pixels.
    """

    size: Size

    @cached_property
    def scale(self) -> float:
        """Screen pixels per frame pixel when the frame fills the screen."""
        return min(SCREEN[0] / self.size[0], SCREEN[1] / self.size[1])

    @cached_property
    def block(self) -> int:
        """Side of a block in frame pixels."""
        return max(1, int(FINE / self.scale))

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of blocks; the last ones may hang over the edge."""
        width, height = self.size
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

    def padded(self, frame: RGB) -> RGB:
        """The frame with its last row and column repeated until the blocks are whole."""
        rows, columns = self.shape
        below = rows * self.block - frame.shape[0]
        right = columns * self.block - frame.shape[1]
        if not (below or right):
            return frame
        return np.pad(frame, ((0, below), (0, right), (0, 0)), mode="edge")


def blocks(pixels: RGB, block: int) -> Light:
    """Mean linear light of each block, row by row: pixels blend as light, not as codes."""
    rows = _sum_of_rows(pixels, block)
    sums = np.empty((3, rows.shape[0], rows.shape[1] // block), np.float32)
    for channel in range(3):
        np.copyto(sums[channel], rows[:, 0::block, channel])
        for i in range(1, block):
            sums[channel] += rows[:, i::block, channel]
    sums *= np.float32(1 / block**2)
    return sums.reshape(3, -1)


def blocks_at(pixels: RGB, block: int, places: NDArray[np.intp]) -> Light:
    """Mean linear light of some blocks, to the last bit that of `blocks`."""
    lines = pixels.reshape(len(pixels), -1).view(f"V{3 * block}")  # a block's share of a row each
    columns = lines.shape[1]
    first = places + places // columns * columns * (block - 1)
    some = [lines.reshape(-1).take(first + i * columns) for i in range(block)]
    return blocks(np.stack(some).view(np.uint8).reshape(block, -1, 3), block)


def changed(now: RGB, before: RGB, block: int, most: float) -> NDArray[np.intp] | None:
    """The blocks that are not as before; none where that may be more than a share of them."""
    word = f"u{gcd(block, 8)}"  # compared at once: the largest that blocks are made of
    a, b = (pixels.reshape(len(pixels), -1).view(word) for pixels in (now, before))
    differ = a != b
    lines = differ[::block]
    for i in range(1, block):
        lines = lines | differ[i::block]
    if np.count_nonzero(lines) > most * lines.size:
        return None
    places = np.flatnonzero(lines) // (3 * block // gcd(block, 8))
    return np.asarray(places[places != np.concatenate([[-1], places[:-1]])])


def _sum_of_rows(pixels: RGB, block: int) -> NDArray[np.float32]:
    """Linear light [H / block, W, 3], summed over the rows of each block."""
    pairs = []
    for i in range(0, block - 1, 2):
        index = np.left_shift(pixels[i::block], 8, dtype=np.intp)
        index |= pixels[i + 1 :: block]
        pairs.append(PAIRS.take(index, mode="clip"))
    if block % 2:
        pairs.append(LINEAR.take(pixels[block - 1 :: block], mode="clip"))
    total, *others = pairs
    for other in others:
        total += other
    return total
