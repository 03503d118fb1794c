"""Functions of one variable: what a learning rate and momentum do, in one curve."""

from math import isfinite
from typing import Annotated

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vizopt.arrays import Vector
from vizopt.layout import Layout
from vizopt.numbers import setting
from vizopt.problems.base import Evaluation
from vizopt.problems.formula import Values, formula
from vizopt.specs import spec

SAMPLES = 20_001  # of the curve over the interval, for drawing and for finding extrema


def _readable(text: str) -> str:
    formula(text)
    return text


Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]


@spec
class FunctionSpec:
    """A function f of one variable x, to be descended from a start.

    loss = f(x),  grad = f′(x), derived from the formula

    Args:
        f: formula in x, as one types or writes it: `0.1*x**4 - x^2`, `2x(x + 1)`, `x² − 2.1x⁴`,
            `|x|`, `√x`, `e^(-x)`, `sin 2x`, `max(x, 0)`, `where(x < 0, -x, x²)`, with + − * / ^ or
            **, pi, e, ln (also log), log10, log2, exp, sin … atanh, sqrt, cbrt, abs, sign, min,
            max, relu, sigmoid, softplus, where and piecewise. Where it is 0/0 it has its limit;
            where it has a kink its slope is the one of least size between both sides, 0 for |x|.
        interval: left and right end of the curve that is drawn.
        start: the first x.
    """

    f: Annotated[str, AfterValidator(_readable)]
    interval: tuple[Real, Real]
    start: Real

    def __post_init__(self) -> None:
        left, right = self.interval
        if not isfinite(right - left):
            raise ValueError(f"interval {[left, right]}: is too wide for its numbers")
        if left >= right:
            raise ValueError(f"interval {[left, right]}: the left end must be below the right one")
        if not left <= self.start <= right:
            raise ValueError(f"start {self.start} is outside the interval {[left, right]}")
        x = self.curve[:, 0]
        for name, values in (("f", self.curve[:, 1]), ("its slope", formula(self.f).slope(x))):
            bad = np.nonzero(~np.isfinite(values))[0]
            if len(bad):
                raise ValueError(f"f = {self.f!r}: {name} is not finite at x = {x[bad[0]]:.6g}")
        if not len(self.minima):
            raise ValueError(f"f = {self.f!r}: no minimum inside the interval {[left, right]}")

    @property
    def layout(self) -> Layout:
        return Layout.of({"x": (1,)})

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({"slope", "x", "curve", "minima", "maxima"})

    @property
    def unit(self) -> str:
        return "step"

    @property
    def curve(self) -> Values:
        """x and f(x) along the interval [SAMPLES, 2]."""
        x = np.linspace(*self.interval, SAMPLES)
        values = formula(self.f).value(x)
        return np.stack([x, values], axis=1)

    @property
    def minima(self) -> Values:
        """x and f(x) of each local minimum inside the interval [K, 2], from left to right."""
        return self._extrema(downhill_first=True)

    @property
    def maxima(self) -> Values:
        """x and f(x) of each local maximum inside the interval [M, 2], from left to right."""
        return self._extrema(downhill_first=False)

    def downhill(self) -> Values:
        """x of the minima ahead of the start, nearest first: ordinals 1, 2, …"""
        ahead = (self.minima[:, 0] - self.start) * -np.sign(formula(self.f).slope(self.start))
        return np.asarray(self.minima[np.argsort(ahead), 0][np.sort(ahead) >= 0])

    def describe(self) -> str:
        """The formula as one writes it, and the start."""
        return f"{self.equation}  ·  start x = {setting(self.start)}"

    @property
    def equation(self) -> str:
        """f(x) = 4x² − x⁶/3."""
        return f"f(x) = {formula(self.f).shown}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What in the formula was taken for something else: "^ is a power"."""
        return formula(self.f).notes

    def check(self) -> None:
        """Everything was checked when it was made."""

    def build(self, rng: RandomState) -> "Function":
        """Nothing is drawn from rng: a descent is the same for every seed."""
        return Function(self)

    def _extrema(self, downhill_first: bool) -> Values:
        """Where the slope changes its sign, by bisection to the last bit."""
        sign = 1 if downhill_first else -1
        compiled = formula(self.f)
        x = np.linspace(*self.interval, SAMPLES)
        slope = sign * compiled.slope(x)
        before = np.nonzero((slope[:-1] < 0) & (slope[1:] >= 0))[0]
        low, high = x[before], x[before + 1]
        for _ in range(60):
            middle = (low + high) / 2
            falling = sign * compiled.slope(middle) < 0
            low, high = np.where(falling, middle, low), np.where(falling, high, middle)
        # At a pole the slope changes its sign too, but grows instead of vanishing.
        around = np.maximum(abs(slope[before]), abs(slope[before + 1]))
        for at, steep, most in zip(high, abs(compiled.slope(high)), around, strict=True):
            if not steep <= most:
                raise ValueError(f"f = {self.f!r}: is not finite, or not smooth, at x = {at:.6g}")
        return np.stack([high, compiled.value(high)], axis=1)


class Function:
    """The problem: one parameter, x."""

    metrics = ("slope", "x")
    batches = 1
    dtype = "float64"

    def __init__(self, spec: FunctionSpec) -> None:
        self._formula = formula(spec.f)
        self._start = spec.start
        self.layout = spec.layout
        self.words = spec.describe()
        self.constants: dict[str, NDArray[np.float64]] = {
            "curve": spec.curve,
            "minima": spec.minima,
            "maxima": spec.maxima,
        }

    def init(self, rng: RandomState) -> Vector:
        """The start, [1]."""
        return np.array([self._start])

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """f and f′ at x = params[0]."""
        slope = self._formula.slope(params)
        loss = float(self._formula.value(params)[0])
        return Evaluation(loss, slope, {"slope": float(slope[0]), "x": float(params[0])})
