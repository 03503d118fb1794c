"""Readout: x and f of a curve in digits, as many as tell them apart on it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from vizopt.core.numbers import number, setting
from vizopt.recording.minima import Drawn, Minimum, f_range
from vizopt.recording.quantities import quantity
from vizopt.recording.store import Recording

RATE_FIGURES = 3  # of a rate that moves, at least
ROUNDED = 1e-12  # of the interval's width: by so much rounding may take a place off 0


class Readout(NamedTuple):
    """What a curve spans.

    Args:
        left, right: ends of its interval.
        low, high: of what is drawn of it.
    """

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def of(cls, drawn: Drawn) -> "Readout":
        """Of a recording's curve, or a problem's."""
        curve = drawn["curve"]
        left, right = curve[[0, -1], 0].tolist()
        return cls(left, right, *f_range(curve, drawn["minima"][:, 1]))

    def x(self, value: float, digits: int = 3) -> str:
        """A place; what is 0 but for rounding is 0."""
        value = self.rounded(value)
        return number(value, digits, self.x_span(value))

    def f(self, value: float, digits: int = 3) -> str:
        """A value of the function."""
        return number(float(value), digits, self.f_span(float(value)))

    def x_span(self, value: float) -> float:
        """How far apart a place and those that it is told from may be."""
        return _span(self.left, self.right, value)

    def f_span(self, value: float) -> float:
        """How far apart a value of the function and those that it is told from may be."""
        return _span(self.low, self.high, value)

    def rounded(self, x: float) -> float:
        """A place, 0 where it is that but for rounding."""
        return 0.0 if abs(x) < ROUNDED * (self.right - self.left) else float(x)

    def place(self, minimum: Minimum) -> str:
        """Where a minimum lies: `x = 0.300`, of a level one `x from −1.000 to 1.000`."""
        if not minimum.is_stretch:
            return f"x = {self.x(minimum.x)}"
        return f"x from {self.x(minimum.flat[0])} to {self.x(minimum.flat[1])}"


def writing_of(run: Recording, column: str) -> Callable[[float], str]:
    """How the values of a column are written: x and f of a descent in the digits of its curve, a
    rate as it was chosen, one that moves to a hundredth of what it spans in the run."""
    if quantity(column).scale == "mostly":
        values = run[column]
        known = np.isfinite(values)  # no copy of a million
        span = float(
            values.max(where=known, initial=-np.inf) - values.min(where=known, initial=np.inf)
        )
        span = max(span, 0.0)
        return partial(setting, digits=RATE_FIGURES, span=100 * span) if span else setting
    if "curve" not in run.names or column not in ("x", "loss"):
        return number
    readout = Readout.of(run)
    return readout.x if column == "x" else readout.f


def _span(low: float, high: float, value: float) -> float:
    """From the lowest to the highest, or, of a value far outside, as far as that is away."""
    away = max(low - value, value - high)
    return max(high - low, away) if np.isfinite(away) else 0.0
