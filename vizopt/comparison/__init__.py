"""Where the numbers of two trainings first differ: a recording, a table or an archive each."""

from dataclasses import dataclass

from vizopt.comparison.align import aligned
from vizopt.comparison.gaps import (
    WEIGHTS,
    Gap,
    WeightGap,
    allowed,
    gap,
    is_made,
    precision,
    rows_in_common,
    weight_gap,
)
from vizopt.comparison.log import Log
from vizopt.core.errors import VizoptError


@dataclass(frozen=True)
class Comparison:
    """What two logs have in common, and where it differs.

    Args:
        here, there: the logs, there in the epochs of here.
        gaps: of the columns that both have: what causes a difference before what shows it.
        weights: the first parameter that differs.
        rows: how many epochs' parameters both have, of arrays of one shape.
        share: of a layer's largest weight, that is no difference.
    """

    here: Log
    there: Log
    gaps: tuple[Gap, ...]
    weights: WeightGap | None
    rows: int
    share: float

    @property
    def unit(self) -> str:
        """What is counted: "epoch", "step"; "row" where neither tells."""
        return self.there.by if self.here.by == "row" else self.here.by

    @property
    def epoch(self) -> int | None:
        """The first that differs."""
        found = [int(g.epochs[g.first]) for g in self.gaps if g.first is not None]
        return min([*found, *([self.weights.epoch] if self.weights else [])], default=None)


def compare(here: Log, there: Log, tolerance: float | None = None) -> Comparison:
    """Two logs over the epochs that both have.

    Args:
        here, there: what to compare.
        tolerance: share of a value, or of a layer's largest weight, that is no difference; by the
            precision of the parameters when left out. 0 compares all digits.

    Raises:
        VizoptError: they have no column or no epoch in common.
    """
    here, there = aligned(here, there)
    dtype = precision(here, there)
    gaps = tuple(
        gap(name, here.series[name], there.series[name], _share(name, dtype, tolerance))
        for name in _in_common(here, there)
    )
    rows, found = 0, None
    share = WEIGHTS[dtype] if tolerance is None else tolerance
    if here.weights and there.weights:
        found = weight_gap(here.weights, there.weights, share)
        rows = rows_in_common(here.weights, there.weights)
    if not rows and not any(len(g.epochs) for g in gaps):
        raise VizoptError(f"{here.name} and {there.name}: have no epoch in common")
    return Comparison(here, there, gaps, found, rows, share)


def _share(name: str, dtype: str, tolerance: float | None) -> float:
    return allowed(name, dtype) if tolerance is None else tolerance


def _in_common(here: Log, there: Log) -> list[str]:
    """The columns of both: rates, which cause a difference, before loss and what follows from it.

    Raises:
        VizoptError: none, or one of them holds no numbers.
    """
    for log, other in ((here, there), (there, here)):
        for name, why in log.unread.items():
            if name in other.series:
                raise VizoptError(f"{log.name}: {why}")
    both = [name for name in here.series if name in there.series]
    if not both and not (here.weights and there.weights):
        ours, theirs = (", ".join(sorted(log.series)) or "none" for log in (here, there))
        raise VizoptError(f"{there.name}: has no column of {here.name}: {theirs}; there: {ours}")
    order = ["x", "loss", "slope", "validation_loss", "accuracy", "validation_accuracy"]
    behind = {name: len(order) if is_made(name) else -1 for name in both}
    return sorted(both, key=lambda name: order.index(name) if name in order else behind[name])


__all__ = ["Comparison", "compare"]
