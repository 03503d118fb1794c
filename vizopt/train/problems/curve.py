"""The curve of a function over an interval: where it is drawn, where it breaks, where it turns."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.train.problems.breaks import (
    EPSILON,
    Indices,
    beside,
    bisected,
    breaks,
    whole,
    without_lone,
)
from vizopt.train.problems.formula import Formula, Values, formula
from vizopt.train.problems.level import level_edges, minima_at_breaks
from vizopt.train.problems.rounding import constant, not_below, spread_of, unrounded

SAMPLES = 20_001  # along the interval
MIN_FINITE_SHARE = 0.01  # of the samples: with fewer that do not overflow there is no curve
COARSE = 0.2  # of its spread: by more f must not change from a float to the next


class Curve(NamedTuple):
    """What is drawn of a function, and where it turns.

    Args:
        points: x and f(x) from left to right [N, 2]. Where the curve is broken f is not finite:
            ±∞ where it grows without bound, at a pole, else nan, at a jump or where f has no value.
        minima, maxima: x and f(x) of each inside the interval [K, 2], from left to right. A flat
            one is told by its middle; a kink or a cusp is one, and the lower side of a jump that
            f comes down to; a pole is none.
        has_more: whether f turns between samples too, so that these are not all.
    """

    points: Values
    minima: Values
    maxima: Values
    has_more: bool


@lru_cache(maxsize=16)
def curve(text: str, interval: tuple[float, float]) -> Curve:
    """The curve of a formula, sampled at 20,001 places and at both sides of every break."""
    f = formula(text)
    x = np.linspace(*interval, SAMPLES)
    if (same := constant(f, x)) is not None:
        none = np.empty((0, 2))
        return Curve(np.stack([x, np.full(SAMPLES, same)], axis=1), none, none, has_more=False)
    value, slope = without_lone(f, x)
    finite = np.isfinite(value)
    with np.errstate(all="ignore"):
        slope = np.where(_moves(x, value, slope) | ~finite, slope, 0 * slope)
    broken, rows = breaks(f, x, value, slope)
    # A slope that has no value where f has one is that of a kink: neither up nor down.
    signs = np.where(finite, np.sign(np.nan_to_num(slope)), np.nan)
    points = np.stack([x, np.where(finite, value, np.nan)], axis=1)
    level = after, edges = level_edges(f, x, signs, broken)
    spread = spread_of(value)
    smooth = _extrema(f, x, signs, broken, 1)
    minima = np.concatenate([smooth, minima_at_breaks(f, x, signs, (broken, rows), level)])
    minima = unrounded(f, minima[minima[:, 0].argsort(kind="stable")], spread)
    points = np.insert(
        points,
        np.concatenate([np.repeat(broken, 3), after]) + 1,
        np.concatenate([unrounded(f, rows.reshape(-1, 2), spread), edges]),
        axis=0,
    )
    found = Curve(
        not_below(f, points, minima, spread),
        minima,
        unrounded(f, _extrema(f, x, -signs, broken, -1), spread),
        _turns_between(f, x, signs),
    )
    for values in found[:3]:
        values.flags.writeable = False
    return found


@lru_cache(maxsize=16)
@np.errstate(all="ignore")
def too_wild(text: str, interval: tuple[float, float]) -> str:
    """Why samples along the interval do not tell what f is like, "" where they do."""
    f, x = formula(text), np.linspace(*interval, SAMPLES)
    value, slope = f.value(x), f.slope(x)
    finite = np.isfinite(value)
    if np.isinf(value).any() and finite.mean() < MIN_FINITE_SHARE:
        return "is too large for its numbers almost everywhere"
    known = finite & np.isfinite(slope)
    changes = abs(slope[known]) * np.spacing(abs(x[known]))  # from a float to the next
    spread = np.subtract(*np.quantile(value[known], [0.9, 0.1])) if known.any() else np.inf
    if known.any() and np.median(changes) > COARSE * spread:
        return "changes faster than its numbers can tell"
    return ""


def _moves(x: Values, value: Values, slope: Values) -> NDArray[np.bool_]:
    """Where the slope [S] is more than what rounding makes of one of 0, as that of x/|x|."""
    reach = np.maximum(abs(x), x[1] - x[0])
    return np.asarray(abs(slope) * reach > 4 * EPSILON * abs(value))


@np.errstate(all="ignore")
def _turns_between(f: Formula, x: Values, signs: Values) -> bool:
    """Whether f goes the other way in the middle of two samples at which it goes the same way."""
    middle = x[:-1] + np.diff(x) / 2
    slope = f.slope(middle)
    other = np.sign(slope) * _moves(middle, f.value(middle), slope)
    return bool(((signs[:-1] == signs[1:]) & (other * signs[:-1] < 0)).any())


def _extrema(f: Formula, x: Values, signs: Values, broken: Indices, turn: int) -> Values:
    """Where the sign of turn · slope [SAMPLES] goes from − to +, over a flat stretch perhaps."""
    moving = np.nonzero(abs(signs) == 1)[0]
    i, j = moving[:-1], moving[1:]
    torn = np.isnan(signs).astype(np.intp)
    torn[broken + 1] += 1
    torn = np.cumsum(torn)
    turns = (signs[i] < 0) & (signs[j] > 0) & (torn[i] == torn[j])
    i, j = i[turns], j[turns]
    first, _ = bisected(x[i], x[i + 1], lambda at, *_: turn * f.slope(at) < 0)
    _, last = bisected(x[j - 1], x[j], lambda at, *_: ~(turn * f.slope(at) > 0))
    at = whole(first + (last - first) / 2, x)
    # A lone value is an extremum if it lies beyond both sides; else f comes to that of the sides.
    values = [f.value(at), *(beside(f, x, at, sign) for sign in (-1, 1))]
    return np.stack([at, turn * (turn * np.array(values)).min(axis=0)], axis=1)
