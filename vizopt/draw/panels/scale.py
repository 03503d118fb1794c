"""The scale that weights are coloured by: one for all layers and the whole run."""

from dataclasses import dataclass
from functools import lru_cache
from math import asinh, ceil, floor, log10, sinh
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import setting
from vizopt.draw.views import Views
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.floating]

EARLY = (0.05, 0.1)  # of the recorded rows: there half of the weights are to be seen
REACH = 1e4  # bends: farther out is nothing that one can tell apart; a run that diverges gets there


@dataclass(frozen=True, slots=True)
class Scale:
    """A colour's place between −1 and 1 for each weight: even near zero, logarithmic far from it.

    shade = asinh(weight / bend) / asinh(limit / bend), clipped to −1 … 1

    Args:
        bend: from about where it is logarithmic: a quarter of the median absolute weight a
            tenth or a twentieth into the run, the smaller of both, to one figure.
        limit: the largest absolute weight of the run, up to two figures, 10 000 bends at most.
        cut: whether a weight of the run is beyond the limit.
    """

    bend: float
    limit: float
    cut: bool

    def __call__(self, weights: Floats) -> Floats:
        """The shades [...] of weights [...]."""
        shades = np.arcsinh(weights / self.bend) / asinh(self.limit / self.bend)
        return np.asarray(shades.clip(-1, 1))

    @property
    def middle(self) -> float:
        """The weight, to one figure, whose shade is about a half."""
        return _figure(self.bend * sinh(asinh(self.limit / self.bend) / 2))

    def ticks(self) -> list[tuple[float, str]]:
        """Shades and what they stand for: both ends, both middles and zero."""
        half = self.middle
        more = ("≤ −", "≥ ") if self.cut else ("−", "")
        place = float(self(np.array(half)))
        numbers = setting(half), setting(self.limit)
        return [
            (-1.0, more[0] + numbers[1]),
            (-place, "−" + numbers[0]),
            (0.0, "0"),
            (place, numbers[0]),
            (1.0, more[1] + numbers[1]),
        ]


def scale_in(views: Views) -> Scale:
    """The scale of the weights of a picture's runs: all have one, so that they can be compared."""
    every = [scale_of(view.run) for view in views.values() if "params" in view.run.columns]
    bend, limit = min(each.bend for each in every), max(each.limit for each in every)
    reach = min(limit, _up(REACH * bend))
    cut = reach < limit or any(each.cut for each in every if each.limit >= reach)
    return Scale(bend, reach, cut)


@lru_cache(maxsize=8)
def scale_of(run: Recording) -> Scale:
    """The scale of a run's weights."""
    top = max(float(abs(rows).max()) for rows in run.chunks("params")) or 1.0
    early = [int(part * (len(run) - 1)) for part in EARLY]
    usual = min(_usual(abs(run.row("params", row)), top) for row in early)
    bend = _figure(usual / 4)
    limit = _up(min(top, REACH * bend))
    return Scale(bend, limit, top > limit)


def _usual(sizes: Floats, top: float) -> float:
    """The median of absolute weights [P], of those that are not 0 where most are."""
    return float(np.median(sizes) or np.median(np.append(sizes[sizes > 0], top)))


def _up(value: float) -> float:
    """A positive value up to two figures."""
    step = 10.0 ** (floor(log10(value)) - 1)
    return float(f"{ceil(value / step * (1 - 1e-9)) * step:.1e}")


def _figure(value: float) -> float:
    """A positive value to one figure."""
    return float(f"{value:.0e}")
