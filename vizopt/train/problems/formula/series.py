"""Power series beside the places where a formula is 0/0, in which floats cancel out.

(1 − cos(x))/x² is 1/2 at 0. Floats give 0 instead below 1e−8, and a slope of any size.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import mpmath
import numpy as np

from vizopt.train.problems.formula.digits import Digits
from vizopt.train.problems.formula.noise import NOISY, Noisy
from vizopt.train.problems.formula.numerals import DIGITS
from vizopt.train.problems.formula.printed import run_of
from vizopt.train.problems.formula.zeros import ARRIVED, zeros

DOUBTFUL = 1e-12  # error that rounding may make, as a share of a value, from which on it is mended
DEGREE = 20  # of a series
AGREES = 1e-13  # share by which it may differ from the formula with many digits
TRACE = 1e-100  # what the last of many digits may leave where a value is 0
TESTED = (1e-3, 0.03, 0.37, 0.91)  # shares of its reach at which that is looked at
NEAREST = mpmath.mpf(10) ** -25  # share of its reach that stands for the place itself
POLE = 1e3  # times the value a hundred-thousandth part as near: it grows without bound
HALVINGS = 6  # of its reach until it agrees, at most
REACHES = 2.0 ** np.arange(-300, 40)  # that are looked at
MAX_PLACES = 32  # places of a formula that are looked at


class Side(NamedTuple):
    """The series on one side of a place.

    Args:
        place: the nearest float to it, and what is left.
        sign: 1 to the right of it, −1 to the left.
        reach: as far as floats are in doubt.
        known: as far as the series agrees with the formula; 0 where there is none.
        powers: its coefficients, of distance/known [DEGREE + 1].
    """

    place: tuple[float, float]
    sign: int
    reach: float
    known: float
    powers: Any

    @np.errstate(over="ignore")
    def distance(self, at: Any) -> Any:
        return self.sign * (at - self.place[0] - self.place[1])

    def __call__(self, at: Any) -> Any:
        return np.polynomial.polynomial.polyval(self.distance(at) / self.known, self.powers)


class Series:
    """The series of one expression, each worked out when a value beside its place is asked for.

    Args:
        expression: in X.
        exact: the same with many digits.
    """

    def __init__(self, expression: Any, exact: Digits) -> None:
        self._expression = expression
        self._exact = exact
        self._noise: Any = None
        self._zeros: Any = None
        self._sides: list[Side] = []
        self._looked = 0  # places, those without a series too

    def mend(self, found: Any, at: Any) -> Any:
        """Values [...] at these places, those replaced that rounding has spoiled beside a 0/0."""
        at = np.asarray(at, dtype=np.float64)
        mended = np.array(found)
        for side, near in self._near(at):
            mended[near] = side(at[near])
        return mended[()]

    def mends(self, at: Any) -> Any:
        """Which values [...] at these places are replaced."""
        at = np.asarray(at, dtype=np.float64)
        return np.any([np.zeros(at.shape, bool), *(near for _, near in self._near(at))], axis=0)

    def _near(self, at: Any) -> Iterator[tuple[Side, Any]]:
        """The sides of a 0/0 with the places [...] that each has to tell."""
        doubtful = self._doubtful(at) & np.isfinite(at)
        if not doubtful.any():
            return
        self._look(at[doubtful])
        for side in self._sides:
            away = side.distance(at)
            near = doubtful & (away > 0) & (away <= side.known)
            if near.any():
                yield side, near

    @np.errstate(all="ignore")
    def _doubtful(self, at: Any) -> Any:
        if self._noise is None:
            self._noise = run_of(self._expression, NOISY)
        noisy = self._noise(Noisy(at, np.zeros(at.shape)))
        return ~(noisy.error <= DOUBTFUL * abs(noisy.value)) | np.isinf(noisy.value)

    def _look(self, at: Any) -> None:
        """Look at the places with a 0/0 that lie beside these ones [N]."""
        if self._zeros is None:
            self._zeros = zeros(self._expression)
        for zero in self._zeros:
            beyond = at[~self._seen(at, at)]
            near = zero.near(beyond) if len(beyond) else beyond
            while self._looked < MAX_PLACES:
                left = np.isfinite(near) & ~self._seen(near, beyond)
                if not left.any():
                    break
                beyond, near = beyond[left], near[left]
                self._looked += 1
                place = zero.exact(float(near[0]))
                if place is not None:
                    self._sides += [self._side(place, sign) for sign in (-1, 1)]
                others = abs(near - near[0]) > ARRIVED * abs(near[0])
                beyond, near = beyond[others], near[others]

    def _seen(self, places: Any, seen_from: Any) -> Any:
        """Which places [N] are one that was looked at, as good as it is known from there [N]."""
        seen = np.zeros(len(places), dtype=bool)
        for side in self._sides:
            away = side.distance(places)
            seen |= (away >= 0) & (away <= side.reach)
            seen |= abs(away) <= ARRIVED * abs(side.distance(seen_from))
        return seen

    def _side(self, place: Any, sign: int) -> Side:
        with mpmath.workdps(DIGITS):
            nearest = float(place)
            both = (nearest, float(place - nearest))
        reach = self._reach(nearest, sign)
        known = reach
        for _ in range(HALVINGS if reach else 0):
            powers = self._powers(place, sign, known)
            if powers is None:
                break
            side = Side(both, sign, reach, known, powers)
            if self._agrees(side, place):
                return side
            known /= 2
        return Side(both, sign, reach, 0.0, None)

    def _reach(self, place: float, sign: int) -> float:
        """How far from there on floats are in doubt; what is 0 but for rounding is everywhere."""
        away = REACHES[4 * np.spacing(abs(place)) < REACHES]
        clear = np.nonzero(~self._doubtful(place + sign * away))[0]
        if not len(clear):
            return float(away.max(initial=0.0))  # so far out that none is a float of its own
        return float(away[clear[0]]) if clear[0] else 0.0

    def _powers(self, place: Any, sign: int, reach: float) -> Any:
        """The coefficients of the polynomial through the values at Chebyshev's places."""
        with mpmath.workdps(DIGITS):
            at = [(1 - mpmath.cos(mpmath.pi * i / DEGREE)) / 2 for i in range(DEGREE + 1)]
            at[0] = NEAREST
            first, later = (
                self._exact(place + sign * reach * share) for share in (NEAREST, 1e5 * NEAREST)
            )
            if not mpmath.isfinite(first) or abs(first) > POLE * abs(later) + TRACE:
                return None
            values = [first, *(self._exact(place + sign * reach * share) for share in at[1:])]
            if not all(map(mpmath.isfinite, values)):
                return None
            powers = np.array([float(power) for power in _polynomial(at, values)])
        return np.where(abs(powers) > TRACE, powers, 0.0)

    def _agrees(self, side: Side, place: Any) -> bool:
        with mpmath.workdps(DIGITS):
            for share in TESTED:
                at = side.place[0] + side.sign * share * side.known
                true = self._exact(mpmath.mpf(at))
                if not abs(float(side(at)) - true) <= AGREES * abs(true) + TRACE:
                    return False
        return True


def _polynomial(at: list[Any], values: list[Any]) -> list[Any]:
    """The powers of the polynomial through these values, by Newton's divided differences."""
    differences = list(values)
    for order in range(1, len(at)):
        for i in range(len(at) - 1, order - 1, -1):
            rise = differences[i] - differences[i - 1]
            differences[i] = rise / (at[i] - at[i - order])
    powers = [differences[-1]]
    for place, difference in zip(at[-2::-1], differences[-2::-1], strict=True):
        shifted = [mpmath.mpf(0), *powers]
        powers = [a - place * b for a, b in zip(shifted, [*powers, 0], strict=True)]
        powers[0] += difference
    return powers
