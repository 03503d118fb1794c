"""Where a curve breaks: jumps, poles, the ends of where it has values, lone values."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.train.problems.formula import Formula, Values

Indices: TypeAlias = NDArray[np.intp]

STEPS = 60  # of a bisection, to the last bit
HALVINGS = 40  # of the way to a limit, at most
SUDDEN = 3.0  # times what the slopes at both ends explain: a change that may be a jump
HUGE = 1e300  # next to what a float holds
EPSILON = np.finfo(float).eps


@np.errstate(all="ignore")
def without_lone(f: Formula, x: Values) -> tuple[Values, Values]:
    """Values and slopes of f [SAMPLES], those beside it where a sample meets a lone value.

    sign(x) is 0 at 0 alone: its curve goes from −1 to 1 there, and 0 is no place of its own.
    """
    value, slope = f.value(x), f.slope(x)
    change = abs(np.diff(value))
    sudden = change > SUDDEN * np.maximum(abs(slope[:-1]), abs(slope[1:])) * np.diff(x)
    maybe = np.nonzero(sudden[:-1] & sudden[1:])[0] + 1
    left, right = (beside(f, x, x[maybe], sign) for sign in (-1, 1))
    lone = maybe[(left != value[maybe]) & (right != value[maybe])]
    behind = x[lone] + _finest(x)
    value[lone], slope[lone] = f.value(behind), f.slope(behind)
    return value, slope


def beside(f: Formula, x: Values, at: Values, sign: int) -> Values:
    """What f is at these places [S], on one side of a lone value what it is next to it.

    A value is lone that is further from the one next to it than f changes from there on.
    """
    here = f.value(at)
    near, far = (f.value(at + sign * step) for step in (_finest(x), _reach(x)))
    rounding = 64 * EPSILON * np.maximum(abs(here), abs(near))
    lone = abs(here - near) > np.maximum(abs(near - far), rounding)
    return np.asarray(np.where(lone & np.isfinite(near), near, here))


@np.errstate(all="ignore")
def breaks(f: Formula, x: Values, value: Values, slope: Values) -> tuple[Indices, Values]:
    """Samples [B] behind which the curve breaks, and its rows there [B, 3, 2]: its ends, a gap.

    A jump is larger than what f changes beside it.
    """
    suspects, low, high = _suspected(f, x, value, slope)
    left, right = _limits(f, x, value, low, high)
    reach = _reach(x)
    before = np.maximum(abs(f.value(low - reach) - left), abs(f.value(high + reach) - right))
    jump = abs(right - left)
    jumps = (jump > before) & (jump > _noise(value, left, right))
    real = np.nonzero(jumps | np.isinf(left) | np.isinf(right))[0]
    real = real[np.unique(suspects[real], return_index=True)[1]]
    finite = np.isfinite(value)
    edges = np.nonzero(finite[:-1] != finite[1:])[0]
    ends = _edges(f, x[edges], x[edges + 1], finite[edges])
    broken = np.concatenate([suspects[real], edges])
    low = np.concatenate([low[real], ends[0]])
    high = np.concatenate([high[real], ends[1]])
    left, right = _limits(f, x, value, low, high)
    left[len(real) :][~finite[edges]] = np.nan
    right[len(real) :][finite[edges]] = np.nan
    low, high, left, right = _owned(f, whole(low, x), whole(high, x), left, right)
    gap = np.stack([high, np.full(len(high), np.nan)], axis=1)
    rows = np.stack([np.stack([low, left], 1), gap, np.stack([high, right], 1)], axis=1)
    order = np.argsort(broken, kind="stable")
    return broken[order], rows[order]


@np.errstate(all="ignore")
def _owned(
    f: Formula, low: Values, high: Values, left: Values, right: Values
) -> tuple[Values, Values, Values, Values]:
    """Both sides of breaks [B] and f there; a place that both have belongs to that with its f."""
    here, trace = f.value(low), 1e-9 * abs(_tame(right) - _tame(left))
    of_left = (low == high) & (abs(here - left) <= trace)
    of_right = (low == high) & (abs(here - right) <= trace)
    low = np.where(of_right, np.nextafter(low, -np.inf), low)
    high = np.where(of_left, np.nextafter(high, np.inf), high)
    return low, high, np.where(of_left, here, left), np.where(of_right, here, right)


def attained(f: Formula, rows: Values) -> NDArray[np.bool_]:
    """Whether the place of each break [B, 3, 2] belongs to its left side, and its right one [B, 2].

    Of two neighbouring floats the place is that with fewer figures: 1 and not 0.9999999999999999.
    """
    places, values = rows[:, ::2, 0], rows[:, ::2, 1]
    figures = np.vectorize(lambda x: len(repr(float(x))), otypes=[np.intp])(places)
    return np.asarray((figures < figures[:, ::-1]) & (f.value(places) == values))


def _suspected(
    f: Formula, x: Values, value: Values, slope: Values
) -> tuple[Indices, Values, Values]:
    """Samples behind which a jump or a pole may lie, and the neighbouring floats around it [S].

    Each is looked for in two ways: in the half with the larger change of f, and where the slope
    changes its sign in that in which it does.
    """
    change, sign = np.diff(value), np.sign(slope)
    turns = sign[:-1] * sign[1:] < 0
    against = (change * sign[:-1] < 0) & (change * sign[1:] < 0)
    sudden = abs(change) > SUDDEN * np.maximum(abs(slope[:-1]), abs(slope[1:])) * np.diff(x)
    every = np.nonzero((turns | against | sudden) & np.isfinite(change))[0]
    turning = np.nonzero(turns & np.isfinite(change))[0]
    first = np.sign(f.slope(x[turning]))
    by_change = bisected(
        x[every],
        x[every + 1],
        lambda at, low, high: abs(f.value(at) - f.value(low)) < abs(f.value(high) - f.value(at)),
    )
    by_slope = bisected(x[turning], x[turning + 1], lambda at, *_: np.sign(f.slope(at)) == first)
    low, high = (np.concatenate(pair) for pair in zip(by_slope, by_change, strict=True))
    return np.concatenate([turning, every]), low, high


def _edges(
    f: Formula, low: Values, high: Values, starts: NDArray[np.bool_]
) -> tuple[Values, Values]:
    """Neighbouring floats around the ends of where f has values [S]; starts: it has some at low."""
    return bisected(low, high, lambda middle, *_: np.isfinite(f.value(middle)) == starts)


def bisected(
    low: Values,
    high: Values,
    keeps_right: Callable[[Values, Values, Values], NDArray[np.bool_]],
) -> tuple[Values, Values]:
    for _ in range(STEPS):
        middle = low + (high - low) / 2
        right = keeps_right(middle, low, high)
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    return low, high


def _limits(
    f: Formula, x: Values, value: Values, low: Values, high: Values
) -> tuple[Values, Values]:
    """What f comes to at low from the left and at high from the right [S].

    On the halved way to a pole f changes as much in the second half of the halvings as in the
    first or more, log included; on that to a finite limit the changes fade. nan: it has no values.
    """
    sides = []
    for at, sign in ((low, -1), (high, 1)):
        half = _halvings(x) // 2
        away = sign * (x[1] - x[0])
        far, near, last = (f.value(at + away * 2.0**-k) for k in (1, half, 2 * half))
        end = beside(f, x, at, sign)
        end = np.where(np.isfinite(end), end, last)
        early, late = abs(near - far), abs(last - near)
        unbounded = (late > early / 2) & (late > _noise(value, last, near))
        way = [f.value(at + away * 2.0**-k) for k in np.linspace(half // 2, 2 * half, 7).round()]
        unbounded &= (np.diff(np.abs(way), axis=0) >= 0).all(axis=0) & (abs(last) > abs(near))
        unbounded |= abs(end) > HUGE
        sides.append(np.where(unbounded, np.copysign(np.inf, end), end))
    return sides[0], sides[1]


def _halvings(x: Values) -> int:
    """How often the distance of two samples can be halved before floats are too coarse."""
    finest = np.spacing(max(abs(x[0]), abs(x[-1])))
    return int(np.clip(np.log2((x[1] - x[0]) / finest), 2, HALVINGS))


def _reach(x: Values) -> float:
    """Half the halvings of the distance of two samples: near, with many floats between."""
    return float((x[1] - x[0]) * 2.0 ** -(_halvings(x) // 2))


def _finest(x: Values) -> float:
    """All the halvings: next to a place."""
    return float((x[1] - x[0]) * 2.0 ** -_halvings(x))


def _noise(value: Values, *beside: Values) -> Values:
    """A change of f that rounding alone may make, beside these values [S]."""
    finite = value[np.isfinite(value)]
    spread = float(np.subtract(*np.quantile(finite, [0.75, 0.25]))) if len(finite) else 0.0
    largest = np.maximum(*(abs(_tame(values)) for values in beside))
    return np.asarray(1e-9 * spread + 64 * EPSILON * largest)


def whole(at: Values, x: Values) -> Values:
    """Places [S], those that differ from 0 by rounding alone at 0."""
    return np.where(abs(at) < EPSILON * abs(x[[0, -1]]).max(), 0.0, at)


def _tame(values: Values) -> Values:
    return np.nan_to_num(values, nan=0.0, posinf=HUGE, neginf=-HUGE)
