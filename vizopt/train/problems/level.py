"""Where a curve is level, and the minima at its jumps."""

from typing import TypeAlias

import numpy as np

from vizopt.train.problems.breaks import Indices, attained, bisected, whole
from vizopt.train.problems.formula import Formula, Values

Found: TypeAlias = tuple[Indices, Values]

LEVEL = 2  # samples in a row at which f does not move: a stretch, not a place where it turns


@np.errstate(all="ignore")
def level_edges(f: Formula, x: Values, signs: Values, broken: Indices) -> Found:
    """Samples [E] behind which a level stretch ends or begins, and its last place and f [E, 2]."""
    still = signs == 0
    alone = still & ~np.append(still[1:], False) & ~np.append(False, still[:-1])
    level = still & ~alone
    turns = (level[:-1] != level[1:]) & np.isfinite(signs[:-1] + signs[1:])
    turns[broken] = False
    after = np.nonzero(turns)[0]
    after = after[f.slope(x[after + ~level[after]]) == 0]
    ends = level[after]
    low, high = bisected(x[after], x[after + 1], lambda at, *_: (f.slope(at) == 0) == ends)
    at = whole(np.where(ends, low, high), x)
    return after, np.stack([at, f.value(at)], axis=1)


def minima_at_breaks(f: Formula, x: Values, signs: Values, torn: Found, level: Found) -> Values:
    """x and f [K, 2] of the minima on the lower side of a jump, from which f rises, or level ones.

    f comes down to a place that belongs to that side, as where(x < 0, x + 2, x²) does to 0; or it
    is level from there on, as floor(x)², up to where it rises or jumps.

    Args:
        f: the function.
        x, signs: samples and the signs of its slope there [S].
        torn: what `breaks` finds.
        level: what `level_edges` finds.
    """
    broken, rows = torn
    edges = dict(zip(level[0].tolist(), level[1][:, 0].tolist(), strict=True))
    owned = attained(f, rows)
    moving = np.append(np.nonzero(abs(signs) == 1)[0], len(x))
    starts, stops = np.append(0, broken + 1), np.append(broken, len(x) - 1)  # of the pieces
    found = []
    for i, (left, _, right) in enumerate(rows):
        if left[1] > right[1] > -np.inf:
            first, last = starts[i + 1], stops[i + 1]
            j = moving[np.searchsorted(moving, first)]
            if first <= j <= last and signs[j] > 0 and (owned[i, 1] or j - first >= LEVEL):
                found.append(_place(right, edges.get(j - 1, right[0]), j - first))
            elif not first <= j <= last and i + 1 < len(rows):
                end, _, behind = rows[i + 1]
                found += [_place(right, end[0], LEVEL)] * bool(behind[1] > end[1])
        if right[1] > left[1] > -np.inf:
            first, last = starts[i], stops[i]
            j = moving[max(np.searchsorted(moving, last, side="right") - 1, 0)]
            if first <= j <= last and signs[j] < 0 and (owned[i, 0] or last - j >= LEVEL):
                found.append(_place(left, edges.get(j, left[0]), last - j))
    return np.array(found).reshape(-1, 2)


def _place(end: Values, other: float, level: int) -> tuple[float, float]:
    """An end of a piece and its f, or the middle between it and the other end of a level stretch.

    Args:
        end: its x and f.
        other: where the stretch ends.
        level: how many samples it has.
    """
    return float(end[0] if level < LEVEL else end[0] + (other - end[0]) / 2), float(end[1])
