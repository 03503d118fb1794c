"""Valleys: what surrounds the places of a recorded curve that a descent can come to rest in."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]

NEAR_SHARE = 0.01  # of the interval's width: this close counts as at a place
WITHIN = 0.5  # of the way to the nearer side of its valley: in a narrow one it must be this close
LOW_SHARE = 0.1  # of its valley's depth: what is at it lies no higher, however long the interval
DEEP = 0.01  # of its valley's depth: a run that rests in it lies no higher
LAST_BITS = 8 * np.finfo(float).eps  # of f, in which equal values may differ by rounding


class Valley(NamedTuple):
    """What surrounds a place.

    Args:
        left, right: its sides: the neighbouring maxima, breaks and ends.
        flat: the stretch around the place, both ends included, on which f is the same.
        near: as far from the flat stretch counts as at it: 1 % of the interval's width, and no
            more than half the way to a maximum or break beside it.
        high: highest f that counts as at it: a tenth of the way up to the lower maximum beside it,
            or up to the curve's highest point where there is none.
        low: highest f of a run that rests in it: 1 % of that way.
    """

    left: float
    right: float
    flat: tuple[float, float]
    near: float
    high: float
    low: float


@dataclass(frozen=True)
class Valleys:
    """What surrounds each place of a curve.

    Args:
        curve: x and f [N, 2].
        highest: f that a valley without maxima is as deep as.
        walls: x of maxima and breaks, from left to right [W].
        tops: f of each, infinite at a break [W].
    """

    curve: Values
    highest: float
    walls: Values
    tops: Values

    @classmethod
    def of(cls, curve: Values, maxima: Values, highest: float) -> "Valleys":
        broken = curve[~np.isfinite(curve[:, 1]), 0]
        walls = np.concatenate([maxima[:, 0], broken])
        tops = np.concatenate([maxima[:, 1], np.full(len(broken), np.inf)])
        order = np.argsort(walls, kind="stable")
        return cls(curve, highest, walls[order], tops[order])

    def around(self, x: float, f: float) -> Valley:
        """The valley of a place, which is not on the other side of a break."""
        places, edges = self.curve[:, 0], self.curve[[0, -1], 0]
        first, last = self._level_rows(x, f)
        flat = min([x, *places[first:last]]), max([x, *places[first:last]])
        before = int(np.searchsorted(self.walls, flat[0])) - 1
        after = int(np.searchsorted(self.walls, flat[1], side="right"))
        has = before >= 0, after < len(self.walls)
        left = float(self.walls[before] if has[0] else edges[0])
        right = float(self.walls[after] if has[1] else edges[1])
        sides = [flat[0] - left] * has[0] + [right - flat[1]] * has[1]
        near = min([NEAR_SHARE * float(np.ptp(edges)), *(WITHIN * side for side in sides)])
        top = min(self._top(left), self._top(right))
        depth = (top if np.isfinite(top) else self.highest) - f
        if first < last:  # a break beside the level rows ends the valley
            left = flat[0] if self._is_break(first - 1) else left
            right = flat[1] if self._is_break(last) else right
        return Valley(
            float(left), float(right), (float(flat[0]), float(flat[1])), float(near),
            f + LOW_SHARE * depth, f + DEEP * depth,
        )  # fmt: skip

    def _top(self, x: float) -> float:
        """f of the maximum at x, infinite where there is none."""
        first, last = np.searchsorted(self.walls, x), np.searchsorted(self.walls, x, side="right")
        return float(self.tops[first:last].min(initial=np.inf))

    def _is_break(self, row: int) -> bool:
        return 0 <= row < len(self.curve) and not np.isfinite(self.curve[row, 1])

    def _level_rows(self, x: float, f: float) -> tuple[int, int]:
        """The rows first:last around x at which f is the same, but for its last bits.

        They are looked for in steps of twice the length.
        """
        places, values = self.curve.T
        at, behind = np.searchsorted(places, x), np.searchsorted(places, x, side="right")
        here = np.nonzero(abs(values[at:behind] - f) <= LAST_BITS * abs(f))[0]
        first = last = int(at + here[0]) if len(here) else int(at)
        reach = 1
        while first > 0 and (level := _level(values[max(first - reach, 0) : first][::-1], f)):
            first, reach = first - level, 2 * reach
        reach = 1
        while last < len(values) and (level := _level(values[last : last + reach], f)):
            last, reach = last + level, 2 * reach
        return first, last


def _level(values: Values, f: float) -> int:
    """How many of the first values are f, but for its last bits."""
    other = np.nonzero(~(abs(values - f) <= LAST_BITS * abs(f)))[0]
    return int(other[0]) if len(other) else len(values)
