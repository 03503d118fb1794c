"""Functions of one variable: what a learning rate and momentum do, in one curve."""

from math import isfinite
from typing import Annotated, Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vizopt.core.arrays import Vector
from vizopt.core.numbers import setting
from vizopt.core.params import ParamLayout
from vizopt.core.specs import spec
from vizopt.recording.header import Kind
from vizopt.train.problems.base import Evaluation
from vizopt.train.problems.curve import curve, too_wild
from vizopt.train.problems.formula import Values, formula
from vizopt.train.problems.rounding import is_rounding, spread_of


def _readable(text: str) -> str:
    formula(text)
    return text


Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]

MOST_MINIMA = 1000


@spec
class FunctionSpec:
    """A function f of one variable x, to be descended from a start.

    loss = f(x),  grad = f′(x), derived from the formula

    Args:
        f: formula in x, as one types or writes it: `0.1*x**4 - x^2`, `2x(x + 1)`, `x² − 2.1x⁴`,
            `|x|`, `√x`, `e^(-x)`, `sin 2x`, `max(x, 0)`, `where(x < 0, -x, x²)`, with + − * / ^ or
            **, pi, e, ln (also log), log10, log2, exp, sin … atanh, sqrt, cbrt, abs, sign, floor,
            ceil, erf, heaviside, min, max, relu, sigmoid, softplus, where and piecewise. Where it
            is 0/0 it has its limit; where it has a kink its slope is the one of least size between
            both sides, 0 for |x|.
        interval: left and right end of the curve that is drawn, in x.
        start: the first x; f and its slope need a value there.
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
        if why := too_wild(self.f, self.interval):
            way = "choose a narrower interval, nearer to 0"
            raise ValueError(f"f = {self.f!r}: {why} on {[left, right]}: {way}")
        if not np.isfinite(self.curve[:, 1]).any():
            raise ValueError(f"f = {self.f!r}: has no value anywhere on {[left, right]}")
        if len(self.minima) > MOST_MINIMA:
            raise ValueError(
                f"f = {self.f!r}: has {len(self.minima)} minima on {[left, right]}, a picture "
                f"shows {MOST_MINIMA} at most: choose a shorter interval"
            )
        for name, of in (("f", formula(self.f).value), ("its slope", formula(self.f).slope)):
            if not isfinite(of(np.float64(self.start))):
                raise ValueError(
                    f"start {self.start}: f = {self.f!r}: {name} is not finite there: "
                    "start where the curve is smooth"
                )

    @property
    def layout(self) -> ParamLayout:
        return ParamLayout.of({"x": (1,)})

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({"slope", "x", "curve", "minima", "maxima"})

    @property
    def kind(self) -> Kind:
        return "function"

    @property
    def unit(self) -> str:
        return "step"

    @property
    def dtype(self) -> str:
        return "float64"

    @property
    def outputs(self) -> int:
        return 0

    @property
    def curve(self) -> Values:
        """x and f(x) along the interval [N, 2]; f is not finite where it breaks, see `Curve`."""
        return curve(self.f, self.interval).points

    @property
    def minima(self) -> Values:
        """x and f(x) of each local minimum inside the interval [K, 2], from left to right."""
        return curve(self.f, self.interval).minima

    @property
    def maxima(self) -> Values:
        """x and f(x) of each local maximum inside the interval [M, 2], from left to right."""
        return curve(self.f, self.interval).maxima

    @property
    def has_more(self) -> bool:
        """Whether there are minima and maxima that no sample tells, as those of sin(1/x)."""
        return curve(self.f, self.interval).has_more

    def describe(self) -> str:
        """The formula as one writes it, and the start."""
        return f"{self.equation}  ·  start x = {setting(self.start, span=self.width)}"

    @property
    def width(self) -> float:
        """Of the interval: what x is told to."""
        return self.interval[1] - self.interval[0]

    @property
    def equation(self) -> str:
        """f(x) = 4x² − x⁶/3."""
        return f"f(x) = {formula(self.f).shown}"

    @property
    def subject(self) -> object:
        return self.f

    @property
    def about(self) -> str:
        return self.f

    @property
    def reading(self) -> str:
        """`problem.f is read as f(x) = x² (^ is a power)`."""
        why = ", ".join(formula(self.f).notes)
        return f"problem.f is read as {self.equation} ({why})" if why else ""

    def check(self) -> None:
        """Everything was checked when it was made."""

    def build(self, rng: RandomState) -> "Function":
        """Nothing is drawn from rng: a descent is the same for every seed."""
        return Function(self)


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
        self.facts: dict[str, Any] = {}
        self.constants: dict[str, NDArray[np.float64]] = {
            "curve": spec.curve,
            "minima": spec.minima,
            "maxima": spec.maxima,
        }
        self._spread = spread_of(spec.curve[:, 1])

    def init(self, rng: RandomState) -> Vector:
        """The start, [1]."""
        return np.array([self._start])

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """f and f′ at x = params[0]; f is 0 where it differs from that by rounding alone."""
        at = params[0]  # a number, with the bits that an array would have, in half the time
        slope, x, loss = self._formula.slope(at), float(at), float(self._formula.value(at))
        if is_rounding(self._formula, x, loss, self._spread):
            loss = 0.0
        return Evaluation(loss, np.array([slope]), {"slope": float(slope), "x": x})
