"""What of a curve is rounding alone."""

from typing import Any

import numpy as np

from vizopt.train.problems.formula import Formula, Values

TRACE = 1e-9  # of the spread of f: by more rounding does not take it off, but a jump may


@np.errstate(all="ignore")
def constant(f: Formula, x: Values) -> float | None:
    """What f is at all of these places [S], but for rounding; None where it is not the same.

    sin²(x) + cos²(x) is 1, though floats go up and down by their last bit.
    """
    value, rounding = f.value(x), f.rounding(x)
    best = rounding.argmin()
    same, least = float(value[best]), rounding[best]
    if not (abs(value - same) <= rounding + least).all():
        return None
    return 0.0 if abs(same) <= least else same


def unrounded(f: Formula, places: Values, spread: float) -> Values:
    """x and f [K, 2], f 0 where it differs from that by rounding alone.

    Args:
        f: the function.
        places: some of its curve.
        spread: what `spread_of` finds of the curve.
    """
    x, value = places.T
    return np.stack([x, np.where(is_rounding(f, x, value, spread), 0.0, value)], axis=1)


def not_below(f: Formula, points: Values, minima: Values, spread: float) -> Values:
    """x and f [N, 2], f no lower than the lowest minimum where rounding alone takes it below."""
    x, value = points.T
    lowest = minima[:, 1].min(initial=np.inf)
    below = np.nonzero((value < lowest) & np.isfinite(value))[0]
    raised = below[is_rounding(f, x[below], lowest - value[below], spread)]
    points[raised, 1] = lowest
    return points


def spread_of(value: Values) -> float:
    """From the lowest to the highest f of a curve [N]."""
    finite = value[np.isfinite(value)]
    return float(np.ptp(finite)) if len(finite) else 0.0


def is_rounding(f: Formula, x: Any, away: Any, spread: float) -> Any:
    """Whether f at x [...] may be as far away as that by rounding alone."""
    close = abs(away) <= (TRACE * spread if spread else np.inf)
    if not np.count_nonzero(close):  # as in most steps of a descent
        return close
    with np.errstate(all="ignore"):
        return close & (abs(away) <= 2 * f.rounding(x))
