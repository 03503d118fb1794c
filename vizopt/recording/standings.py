"""Standings: how the runs of a race compare, read from every epoch of their histories."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.clock import Kind, instant_of, times
from vizopt.recording.descent import BROKEN, outcome
from vizopt.recording.events import MARKS, divergence_of
from vizopt.recording.logged import final
from vizopt.recording.nearness import from_then_on
from vizopt.recording.seeded import Seeded, quantile
from vizopt.recording.store import Recording

Values = NDArray[np.float64]
LEFT = ("outside", "resting outside", *BROKEN)  # of a descent's endings
BRIEF = 0.02  # of the race: who leads for less is not told


@dataclass(frozen=True, slots=True)
class Standing:
    """What a run came to; when is by the race's clock: an epoch, samples seen, seconds.

    Args:
        name: of the run in the race.
        best: its highest accuracy; without accuracies its lowest loss; of a descent its lowest f.
            None where it has no number.
        best_at: when it first had it.
        reached: by accuracy, when it first had that or more; None where it never has.
        loss: at its end.
        last: when its last epoch is.
        diverged: from when on its numbers are none, or its loss explodes.
        minimum: of a descent, from when on it stays near a global minimum.
        seeds: with how many it was trained; all numbers are then their medians.
        ranges: lowest and highest of the seeds, of "best" and of each accuracy that is reached; a
            seed that never does has none.
        counts: of the seeds that reach an accuracy, and of those that are "diverged".
    """

    name: str
    best: float | None
    best_at: float | None
    reached: Mapping[float, float | None]
    loss: float
    last: float
    diverged: float | None
    minimum: float | None
    seeds: int = 1
    ranges: Mapping[str | float, tuple[float | None, float | None]] = field(default_factory=dict)
    counts: Mapping[str | float, int] = field(default_factory=dict)


def standings(runs: Mapping[str, Recording], clock: Kind = "step") -> list[Standing]:
    """Where each run stands at its end, the best first; of equal ones who was there first.

    Args:
        runs: by their names in the race.
        clock: by which it is told when.
    """
    column = score(runs)
    found = [
        _of_seeds(name, [_standing(name, each, column, clock) for each in run.members], run, clock)
        if isinstance(run, Seeded)
        else _standing(name, run, column, clock)
        for name, run in runs.items()
    ]

    sign = -1.0 if column == "accuracy" else 1.0

    def place(standing: Standing) -> tuple[bool, float, float]:
        none = standing.best is None
        return none, 0.0 if none else sign * float(standing.best or 0), standing.best_at or 0

    return sorted(found, key=place)


class Named(Protocol):
    """A run that is recorded, or will be: what it has."""

    @property
    def names(self) -> frozenset[str]: ...


def score(runs: Mapping[str, Named]) -> Literal["accuracy", "loss"]:
    """The column that decides: accuracy where every run has one, else loss, which f(x) is too."""
    return "accuracy" if all("accuracy" in run.names for run in runs.values()) else "loss"


def diverged_at(run: Recording) -> int | None:
    """The epoch from which on a run's numbers are none, or its loss explodes."""
    if run.header.kind == "function":
        found = outcome(run).diverged_at
        return run.diverged if found is None else found
    with np.errstate(over="ignore", invalid="ignore"):
        events = divergence_of(run)
    return next((event.epoch for event in events if event.kind == "divergence"), None)


def stays(run: Recording) -> bool:
    """Whether a run neither diverges nor ends outside the interval of its function."""
    if diverged_at(run) is not None:
        return False
    return run.header.kind != "function" or outcome(run).ending.kind not in LEFT


def settled(values: Values, target: float) -> int | None:
    """The first epoch from which on to the end values [E] are at the target or above.

    The first touch is not it: a rule that flies past touches too.
    """
    return from_then_on(values >= target)


def best_so_far(values: Values, column: str) -> Values:
    """The best value up to each epoch [E]; what is no number is as bad as can be."""
    if column == "accuracy":
        return np.maximum.accumulate(np.where(np.isnan(values), -np.inf, values))
    return np.minimum.accumulate(np.where(np.isnan(values), np.inf, values))


def sofar(run: Recording, column: str) -> Values:
    """The best value of a run up to each epoch [E]; of several seeds the median of theirs."""
    return quantile(every_sofar(run, column), 0.5)


def every_sofar(run: Recording, column: str) -> Values:
    """The best values up to each epoch, of all seeds in order [n, E]; of one it is alone."""
    if not isinstance(run, Seeded):
        return best_so_far(run[column], column)[None]
    every = [best_so_far(each[column], column) for each in run.members]
    long = [np.pad(each, (0, max(run.epochs - len(each), 0)), "edge") for each in every]
    return np.sort([each[: run.epochs] for each in long], axis=0)


def leads(runs: Mapping[str, Recording], clock: Kind = "step") -> list[tuple[float, str | None]]:
    """Who leads from when on, by the best so far, None where several have passed who led; who leads
    for a moment is left out."""
    column = score(runs)
    own = [times(run, clock) for run in runs.values()]
    instants = np.unique(np.concatenate(own))
    sign = 1.0 if column == "accuracy" else -1.0
    names = list(runs)
    every = np.full((len(runs), len(instants)), -np.inf)
    for row, at, run in zip(every, own, runs.values(), strict=True):
        begun = instants >= at[0]
        row[begun] = sign * sofar(run, column)[np.searchsorted(at, instants[begun], "right") - 1]
    first = _leaders(every)
    starts = [0, *(np.flatnonzero(np.diff(first)) + 1).tolist(), len(first)]
    step = (instants[-1] - instants[0]) / max(len(instants) - 1, 1)
    ends = np.append(instants, instants[-1] + step)
    found: list[tuple[float, str | None]] = []
    for start, stop in pairwise(starts):
        brief = ends[stop] - ends[start] < BRIEF * (ends[-1] - ends[0])
        if brief and stop < len(first):
            continue
        name = names[first[start]] if first[start] >= 0 else None
        if name != (found[-1][1] if found else None):
            found.append((instants[start].item(), name))
    return found


def _leaders(every: Values) -> NDArray[np.intp]:
    """The row that leads at each epoch [E]; who is there first keeps a shared lead, −1 where
    several are there at once."""
    leader = np.full(every.shape[1], -1)
    now = -1
    changes = (every[:, 1:] != every[:, :-1]).any(axis=0)
    for at in [0, *(np.flatnonzero(changes) + 1).tolist()]:
        column = every[:, at]
        top = np.flatnonzero(column == column.max())
        if now not in top:
            now = int(top[0]) if len(top) == 1 else -1
        leader[at:] = now
    return leader


def steps_to(
    runs: Mapping[str, Recording], clock: Kind = "step"
) -> dict[float, list[tuple[float, str]]]:
    """By accuracy, who reaches it when, the first one first."""
    every = standings(runs, clock)
    return {
        mark: sorted(
            (at, each.name) for each in every if (at := each.reached.get(mark)) is not None
        )
        for mark in MARKS
    }


def _standing(name: str, run: Recording, column: str, clock: Kind) -> Standing:
    values = run[column]
    when = times(run, clock).tolist()
    finite = np.isfinite(values)
    best = best_at = None
    if finite.any():
        worst = -np.inf if column == "accuracy" else np.inf
        kept = np.where(finite, values, worst)
        at = int(kept.argmax() if column == "accuracy" else kept.argmin())
        best, best_at = float(values[at]), when[at]
    accuracy = run["accuracy"] if "accuracy" in run.columns else np.empty(0)
    reached = {mark: _first(accuracy >= mark, when) for mark in MARKS} if len(accuracy) else {}
    minimum = None
    if run.header.kind == "function":
        ended = outcome(run)
        if ended.minimum and ended.minimum.is_global:
            minimum = None if ended.reached_at is None else when[ended.reached_at]
    loss, lost = final(run["loss"]), diverged_at(run)
    diverged = None if lost is None else instant_of(run, lost, clock)
    return Standing(name, best, best_at, reached, loss, when[-1], diverged, minimum)


def _of_seeds(name: str, every: list[Standing], run: Seeded, clock: Kind) -> Standing:
    """The medians and ranges of a run's seeds; what half of them never reach has no median."""
    best = sorted(each.best for each in every if each.best is not None)
    reached: dict[float, float | None] = {}
    ranges: dict[str | float, tuple[float | None, float | None]] = {}
    for mark in every[0].reached:
        ends = _in_order([each.reached[mark] for each in every])
        reached[mark] = ends[len(ends) // 2]  # from when on more than half are there
        ranges[mark] = ends[0], ends[-1]
    if best:
        ranges["best"] = best[0], best[-1]
    diverged = _in_order([each.diverged for each in every])
    every_time = {mark: [each.reached[mark] for each in every] for mark in reached}
    counts: dict[str | float, int] = {
        mark: len(found) - found.count(None) for mark, found in every_time.items()
    }
    counts["diverged"] = len(diverged) - diverged.count(None)
    column = "accuracy" if every[0].reached else "loss"
    middle = sofar(run, column)
    return replace(
        _standing(name, run, column, clock),
        best=float(middle[-1]) if best else None,
        best_at=_first(middle == middle[-1], times(run, clock).tolist()) if best else None,
        reached=reached,
        diverged=diverged[(len(diverged) - 1) // 2],  # from when on the median has no bound
        seeds=len(every),
        ranges=ranges,
        counts=counts,
    )


def _in_order(every: list[float | None]) -> list[float | None]:
    """Times in order, those that never come last."""
    return sorted(every, key=lambda at: (at is None, at or 0))


def _first(there: NDArray[np.bool_], when: list[float]) -> float | None:
    found = np.flatnonzero(there)
    return when[found[0]] if len(found) else None
