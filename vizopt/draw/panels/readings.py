"""Readings: x, f(x) and slope of a descent, where a panel has them in digits."""

from collections.abc import Mapping
from itertools import accumulate
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import number
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording

DIGITS = 4
LOW = 20  # sizes of a value: in a panel that is not higher than so many they stand in one line
GAP = 0.4  # of a value's size, between it and its name


class Readings(NamedTuple):
    """x, f(x) and slope: one below the other, or in one line of a low panel.

    Args:
        names: what they are.
        begins: of each name, [x, baseline] in pixels.
        ends: of each value.
        texts: the values by row.
        lines: how many they are.
    """

    names: tuple[str, ...]
    begins: list[tuple[int, int]]
    ends: list[tuple[int, int]]
    texts: Mapping[int, tuple[str, ...]]
    lines: int

    @classmethod
    def of(cls, slot: DrawContext, run: Recording, rows: NDArray[np.integer]) -> "Readings":
        digits = Readout.of(run)
        x, f, slope = (run[name] for name in ("x", "loss", "slope"))
        texts = {
            row: (
                digits.x(x[row], DIGITS),
                digits.f(f[row], DIGITS),
                number(float(slope[row]), DIGITS),
            )
            for row in np.unique(rows).tolist()
        }
        names = ("x", "f(x)", slot.say("slope"))
        size = slot.font(14)
        bold = slot.glyphs(14, weight="bold")
        widths = [
            ceil(slot.text_width(name) + GAP * size + max(map(bold.width, column)))
            for name, column in zip(names, zip(*texts.values(), strict=True), strict=True)
        ]
        between = (slot.width - sum(widths)) // (len(names) - 1)
        if slot.height > LOW * size or between < 2 * GAP * size:
            ys = [round(size * (1 + line * 1.45)) for line in range(len(names))]
            ends = [(slot.width, y) for y in ys]
            return cls(names, [(0, y) for y in ys], ends, texts, len(names))
        rights = [right + i * between for i, right in enumerate(accumulate(widths))]
        lefts = [right - width for right, width in zip(rights, widths, strict=True)]
        y = round(size)
        return cls(names, [(x, y) for x in lefts], [(x, y) for x in rights], texts, 1)
