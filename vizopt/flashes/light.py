"""Light: which blocks of a frame have changed, and their linear light."""

from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.grid import RGB, WORD, Grid, Groups

Light: TypeAlias = NDArray[np.float32]  # [3, n]  linear red, green, blue of n blocks, 0 … 1


def _linear() -> NDArray[np.float32]:
    """Linear light of every sRGB value [256]. Source: IEC 61966-2-1."""
    value = np.arange(256) / 255
    curve = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)


LINEAR = _linear()
PAIRS = np.add.outer(LINEAR, LINEAR).ravel()  # [65536]  two values, looked up at once


def changed(now: RGB, before: RGB, grid: Grid) -> Groups:
    """The groups of blocks of padded frames that are not as before."""
    a, b = (pixels.reshape(len(pixels), -1).view(np.uint64) for pixels in (now, before))
    differ = a != b
    lines = reduce(np.bitwise_or, [differ[i :: grid.block] for i in range(grid.block)])
    words = 3 * grid.block * grid.group // WORD
    groups = reduce(np.bitwise_or, [lines[:, i::words] for i in range(words)])
    return Groups(np.flatnonzero(groups), grid.group)


def light_of(pixels: RGB, grid: Grid, groups: Groups) -> Light:
    """Mean linear light of the blocks of some groups: pixels blend as light, not as codes."""
    block, across = grid.block, grid.padded[1] // groups.side
    lines = pixels.reshape(-1).view(f"V{3 * block * groups.side}")  # a group's share of a row each
    first = groups.numbers + groups.numbers // across * across * (block - 1)
    rows = [lines.take(first + i * across).view(np.uint8) for i in range(block)]
    columns = _sum_of(rows).reshape(-1, block, 3).transpose(1, 2, 0)
    sums = np.ascontiguousarray(columns[0])
    for column in columns[1:]:
        sums += column
    sums *= np.float32(1 / block**2)
    return sums


def _sum_of(rows: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Linear light of sRGB values, summed over rows."""
    parts = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=False):
        index = np.left_shift(upper, 8, dtype=np.intp)
        index |= lower
        parts.append(PAIRS.take(index, mode="clip"))
    if len(rows) % 2:
        parts.append(LINEAR.take(rows[-1], mode="clip"))
    total, *others = parts
    for other in others:
        total += other
    return total
