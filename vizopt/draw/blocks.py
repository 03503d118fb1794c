"""Blocks: panels beside and above each other, until they are a mosaic."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from vizopt.draw.mosaic import Mosaic

EMPTY = "."
SHARE_DECIMALS = 6  # decimals of a share of a side


@dataclass(frozen=True, slots=True)
class Block:
    """Names in rows of equal length, and what each row and column takes of its side.

    Args:
        rows: the names, "." where there is none.
        widths, heights: shares of the columns and rows, which add up to 1.
    """

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    heights: tuple[float, ...]

    @classmethod
    def of(cls, names: Sequence[str], most: int = 1) -> "Block":
        """Names in as few rows of up to so many as hold them, all as large as each other."""
        down = -(-len(names) // most)
        across = -(-len(names) // down)
        padded = [*names, *[EMPTY] * (down * across - len(names))]
        rows = tuple(tuple(padded[i * across : (i + 1) * across]) for i in range(down))
        return cls(rows, (1 / across,) * across, (1 / down,) * down)

    @property
    def turned(self) -> "Block":
        """Rows as columns."""
        return Block(tuple(zip(*self.rows, strict=True)), self.heights, self.widths)

    @property
    def mosaic(self) -> Mosaic:
        return Mosaic(tuple(" ".join(row) for row in self.rows), self.widths, self.heights)


def beside(*parts: tuple[Block, float]) -> Block:
    """Blocks from the left to the right, each with what it takes of the width."""
    whole = sum(width for _, width in parts)
    ends = [[round(end, SHARE_DECIMALS) for end in accumulate(block.heights)] for block, _ in parts]
    cuts = sorted({end for own in ends for end in own})
    blocks = [block for block, _ in parts]
    rows = tuple(
        sum((_at(block, own, cut) for block, own in zip(blocks, ends, strict=True)), ())
        for cut in cuts
    )
    widths = tuple(share * width / whole for block, width in parts for share in block.widths)
    heights = tuple(b - a for a, b in zip([0.0, *cuts], cuts, strict=False))
    return Block(rows, widths, heights)


def over(*parts: tuple[Block, float]) -> Block:
    """Blocks from the top down, each with what it takes of the height."""
    return beside(*((block.turned, height) for block, height in parts)).turned


def _at(block: Block, ends: list[float], cut: float) -> tuple[str, ...]:
    """The row of a block that ends at a height or further down."""
    return next(row for row, end in zip(block.rows, ends, strict=True) if end >= cut)
