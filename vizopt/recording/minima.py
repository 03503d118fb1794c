"""Minima of a recorded curve, and its lowest ends: what a descent can come to rest in."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.words import phrase
from vizopt.recording.store import Recording
from vizopt.recording.valleys import LAST_BITS, Valleys

Values: TypeAlias = NDArray[np.float64]

EQUAL = 1e-12  # of the depth of the lowest valley: minima that differ by less are equal
SAME = 1e-9  # of the interval's width: both sides of a break, one place to the eye
STRETCH = 0.1  # of what is near: a level stretch that is shorter is one place to the eye
FENCE = 1.5  # spreads of the middle half of f, beyond which a pole does not set the axis


class Minimum(NamedTuple):
    """A local minimum, seen from the start, or a lowest end of the curve.

    Args:
        x, f: where it lies.
        kind: "global": nothing on the curve is lower, but for rounding. "end": no minimum, but an
            end of the curve at which that is so.
        place: 1 for the first one downhill from the start; None for those behind it and ends.
        ordinal: the same among the local ones; None for a global one too.
        left, right, flat, near, high, low: what surrounds it, see `Valley`.
        alone: whether it is the only one of its kind.
    """

    x: float
    f: float
    kind: Literal["global", "local", "end"]
    place: int | None
    ordinal: int | None
    left: float
    right: float
    flat: tuple[float, float]
    near: float
    high: float
    low: float
    alone: bool

    @property
    def is_global(self) -> bool:
        return self.kind == "global"

    @property
    def is_stretch(self) -> bool:
        """Whether it is no single place to the eye."""
        return self.flat[1] - self.flat[0] > STRETCH * self.near

    @property
    def name(self) -> str:
        """What the picture calls it."""
        if self.ordinal:
            return phrase("local_minimum_number", number=self.ordinal)
        return phrase("behind_start" if self.kind == "local" else self._key)

    @property
    def called(self) -> str:
        """The same in a sentence: `the global minimum`."""
        if self.kind == "local":
            if not self.ordinal:
                return phrase("a_minimum_behind")
            return phrase("the_local_minimum_number", number=self.ordinal)
        return phrase(f"{'the' if self.alone else 'a'}_{self._key}")

    @property
    def _key(self) -> str:
        """Of its words, without a number."""
        if self.kind == "end":
            return "flat_lowest_end" if self.is_stretch else "lowest_end"
        return "global_minimum"

    def holds(self, x: Values, f: Values) -> NDArray[np.bool_]:
        """Where x and f [...] are so near that they count as at it."""
        close = (x >= self.flat[0] - self.near) & (x <= self.flat[1] + self.near)
        return close & self.valley_holds(x) & (f <= self.high)

    def passed_by(self, x: Values) -> int:
        """How often x [E] comes from one side of it to the other."""
        sides = np.sign(x - x.clip(*self.flat))
        return int(np.count_nonzero(np.diff(sides[sides != 0])))

    def away(self, x: Values) -> Values:
        """How far x [...] is from it."""
        return np.asarray(abs(x - np.clip(x, *self.flat)))

    def valley_holds(self, x: Values) -> NDArray[np.bool_]:
        """Where x [...] is in its valley."""
        return (x >= self.left) & (x <= self.right)


class Drawn(Protocol):
    """What is read of a recording, or of a problem's constants: curve, minima and maxima."""

    def __getitem__(self, name: str, /) -> NDArray[Any]: ...


def minima_of(run: Recording) -> list[Minimum]:
    """The recorded function's minima and lowest ends from left to right, as seen from its start."""
    return seen_from(run, float(run["x"][0]), float(run["slope"][0]))


def seen_from(drawn: Drawn, x: float, slope: float) -> list[Minimum]:
    """A curve's minima and lowest ends from left to right, numbered downhill from x.

    Downhill of a level start is to the right.
    """
    curve, places = drawn["curve"], drawn["minima"]
    lowest = min(bottom(curve), places[:, 1].min(initial=np.inf))  # samples miss a minimum
    high = f_range(curve, places[:, 1])[1]
    rounding = _rounding(lowest, places, drawn["maxima"])
    downhill = -np.sign(slope) or 1.0
    ahead = np.sort((places[:, 0] - x) * downhill)
    ahead = ahead[ahead >= 0]
    valleys = Valleys.of(curve, drawn["maxima"], high)
    found: list[Minimum] = []
    for at, f in places.tolist():
        distance = (at - x) * downhill
        place = int(np.searchsorted(ahead, distance)) + 1 if distance >= 0 else None
        kind: Literal["global", "local"] = "global" if f <= lowest + rounding else "local"
        found.append(Minimum(at, f, kind, place, None, *valleys.around(at, f), alone=True))
    same = SAME * np.ptp(curve[:, 0])
    for at, f in _lowest_ends(curve, lowest + rounding):
        if not any(m.flat[0] - same <= at <= m.flat[1] + same for m in found):
            found.append(Minimum(at, f, "end", None, None, *valleys.around(at, f), alone=True))
    many = {kind: sum(m.kind == kind for m in found) for kind in ("global", "local", "end")}
    passed = sorted(m.place for m in found if m.place and m.kind == "local")
    numbers: dict[int | None, int] = {place: i + 1 for i, place in enumerate(passed)}
    return [
        m._replace(
            alone=many[m.kind] == 1, ordinal=numbers.get(m.place) if m.kind == "local" else None
        )
        for m in sorted(found)
    ]


def bottom(curve: Values) -> float:
    """The lowest f of a curve [N, 2], −∞ where it falls without bound."""
    return float(np.nanmin(curve[:, 1]))


def is_flat(curve: Values) -> bool:
    """Whether a curve [N, 2] is level everywhere."""
    return bool(np.nanmax(curve[:, 1]) == bottom(curve))


def poles(curve: Values, sign: int) -> list[float]:
    """x at which a curve [N, 2] grows (sign 1) or falls (−1) without bound, each once."""
    found: list[float] = []
    same = SAME * np.ptp(curve[:, 0])
    for x in curve[curve[:, 1] == sign * np.inf, 0].tolist():
        if not found or x - found[-1] > same:
            found.append(x)
    return found


def f_range(curve: Values, shown: Values | Sequence[float] = ()) -> tuple[float, float]:
    """Lowest and highest f to be drawn of a curve [N, 2].

    A pole does not set it: on the side on which f has no bound it ends where an outlier would
    begin (Tukey's fence), or at the furthest of the values that must be shown.
    """
    f = curve[:, 1]
    finite = f[np.isfinite(f)]
    low, high = float(finite.min()), float(finite.max())
    first, third = np.quantile(finite, [0.25, 0.75])
    reach = FENCE * (third - first)
    if np.isposinf(f).any():
        high = min(high, float(max(third + reach, *shown)) if len(shown) else third + reach)
    if np.isneginf(f).any():
        low = max(low, float(min(first - reach, *shown)) if len(shown) else first - reach)
    return low, high


def _rounding(lowest: float, minima: Values, maxima: Values) -> float:
    """By how much f of two equally low places may differ: the last bits of f, and a trace of the
    way up to the lower maximum beside the lowest minimum. What f is far from it does not count.
    """
    if not np.isfinite(lowest):
        return 0.0
    rounding = LAST_BITS * abs(lowest)
    if len(minima) and len(maxima):
        x, f = minima[minima[:, 1].argmin()]
        after = int(np.searchsorted(maxima[:, 0], x))
        rounding += EQUAL * max(maxima[max(after - 1, 0) : after + 1, 1].min() - f, 0.0)
    return float(rounding)


def _lowest_ends(curve: Values, most: float) -> list[tuple[float, float]]:
    """x and f of the ends of the curve's pieces where f is the lowest, from left to right.

    Of a level stretch that leads there, its end. A level curve has none, an unbounded one neither.
    """
    f = curve[:, 1]
    if is_flat(curve) or not np.isfinite(most):
        return []
    gap = np.concatenate([[True], ~np.isfinite(f), [True]])
    ends = np.nonzero(~gap[1:-1] & (gap[:-2] | gap[2:]) & (f <= most))[0]
    return [(x, f) for x, f in curve[ends].tolist()]
