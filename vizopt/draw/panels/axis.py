"""The axis of a curve's values: what it spans, even or logarithmic, and its ticks."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import ticks_told
from vizopt.core.specs import Finite
from vizopt.recording.quantities import Quantity, quantity

Floats: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["auto", "linear", "log"]
Limits: TypeAlias = tuple[Finite, Finite]

DECADES = 2.0  # from so many on
FEW = 0.1  # share of a rate's values that may lie below them
ZERO_SHARE = 0.4  # of the largest value: an axis begins at 0 where the smallest is lower
ROOM = 0.06  # of the values' span, above and below
OUTLIER = 1.5  # times the usual value, beyond which the axis is cut
SPIKE = 10.0  # times all others, beyond which a first value is cut from decades


@dataclass(frozen=True, slots=True)
class Axis:
    """The ends of an axis of values, which both are on it; `log` where decades are equally long,
    and `mark` where a tick is wanted."""

    low: float
    high: float
    log: bool = False
    mark: float | None = None

    @classmethod
    def of(cls, column: str, curves: list[Floats], kind: Kind = "auto") -> "Axis":
        """The axis of a column's curves.

        An even one follows the run. It begins at 0 where the smallest value is below 0.4 times the
        largest, and else with the run. Of what falls, values beyond one and a half times the
        larger of the first value and the 90th percentile are cut; of what may begin with a spike,
        the first value where it lies so far above all others; of anything else nothing.

        Args:
            column: its name.
            curves: values of every epoch [E], the column's and those of the held-out samples, or
                those of its layers.
            kind: "log" where all are above 0; "auto" makes a loss logarithmic that spans more than
                two decades, a rate whose upper nine tenths do, and a quantity whose scale is so in
                whole decades.
        """
        found = quantity(column)
        kept = [values[np.isfinite(values)] for values in curves]
        kept = [values for values in kept if len(values)]
        if not kept:
            return cls(0.0, 1.0)
        every = np.concatenate(kept)
        least, most = float(every.min()), float(every.max())
        if found.scale == "log" and kind != "linear" and most > 0:
            return cls._decades(found, kept)
        ends_low = most <= 10**DECADES * np.quantile(every, FEW)
        if found.scale == "mostly" and kind == "auto" and least > 0 and not ends_low:
            kind = "log"
        axis = cls.within(column, least, most, kind)
        return axis if axis.log else cls._even(found, kept)

    @classmethod
    def within(cls, column: str, low: float, high: float, kind: Kind = "auto") -> "Axis":
        """The axis of a column from one end to the other; `kind` as above."""
        found = quantity(column)
        decades = found.scale == "log" and kind != "linear" and low > 0
        asked = kind == "log" or (kind == "auto" and found.scale == "auto")
        wide = high > (1 if kind == "log" else 10**DECADES) * low > 0
        value = found.reference[0] if decades and found.reference else None
        mark = value if value and low <= value <= high else None
        return cls(low, high, decades or (asked and wide), mark)

    @classmethod
    def _decades(cls, found: Quantity, kept: list[Floats]) -> "Axis":
        """Whole ones, with what the values are held against; those that are 0 lie at the end."""
        above = [values[values > 0] for values in kept]
        inside = [values.min() for values in above if len(values)]
        inside += [_most(values, SPIKE) for values in above if len(values)]
        mark = found.reference[0] if found.reference else None
        inside += [mark] if mark else []
        low, high = np.floor(np.log10(min(inside))), np.ceil(np.log10(max(inside)))
        return cls(float(10**low), float(10 ** max(high, low + 1)), log=True, mark=mark)

    @classmethod
    def _even(cls, found: Quantity, kept: list[Floats]) -> "Axis":
        least = min(float(values.min()) for values in kept)
        most = high = max(float(values.max()) for values in kept)
        if found.falls:
            usual = OUTLIER * max(_usual(values) for values in kept)
            high = float(usual) if most > usual > 0 else most
        elif found.spikes:
            high = max(_most(values, OUTLIER) for values in kept)
        first, last = found.range or (-np.inf, np.inf)
        if not first <= least <= most <= last:  # of 100, or whatever somebody calls so
            first, last = -np.inf, np.inf
        near = 0 <= least <= ZERO_SHARE * high
        floor = found.floor if high > 0 else -np.inf
        low = 0.0 if near else max(least - ROOM * (high - least), first, floor)
        if most <= high:
            high = min(high + ROOM * (high - low), last)
        return cls(low, high) if high > low else cls._around(low)

    @classmethod
    def _around(cls, value: float) -> "Axis":
        """Of one value alone."""
        half = abs(value) / 2 or 0.5
        return cls(min(0.0, value - half), value + half)

    def share(self, values: Floats) -> Floats:
        """How far from the low end to the high one values [E] lie, those beyond at the ends."""
        low, high, inside = self.low, self.high, values.clip(self.low, self.high)
        if self.log:
            low, high, inside = np.log10(low), np.log10(high), np.log10(inside)
        return np.asarray((inside - low) / (high - low))

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Values to be written at the axis, about `most` parts, and their texts."""
        values = self._decades_told(most) if self.log else even_ticks(self.low, self.high, most)
        span = 0.0 if self.log else self.high - self.low  # a decade has one figure
        return list(zip(map(float, values), ticks_told(values, span), strict=True))

    def _decades_told(self, most: int) -> Floats:
        first, last = np.ceil(np.log10(self.low)), np.floor(np.log10(self.high))
        step = max(int(np.ceil((last - first) / most)), 1)
        first += (round(np.log10(self.mark)) - first) % step if self.mark else 0
        return np.asarray(10.0 ** np.arange(first, last + 1, step))


def even_ticks(low: float, high: float, most: int, *, whole: bool = False) -> Floats:
    """Round values from low to high, in about `most` parts."""
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], integer=whole)
    ticks: Floats = np.asarray(locator.tick_values(low, high))
    slack = 1e-9 * (high - low)
    return ticks[(ticks >= low - slack) & (ticks <= high + slack)]


def _most(values: Floats, times: float) -> float:
    """The largest, but for a first value that is more than so many times all others."""
    others = float(values[1:].max(initial=-np.inf))
    return others if float(values[0]) > times * others > 0 else max(float(values[0]), others)


def _usual(values: Floats) -> float:
    """The larger of the first value and the 90th percentile, which a divergence drives up."""
    first = float(values[0])
    return max(first, min(float(np.percentile(values, 90)), 10 * first))
