"""Probes: what of an Epoch is kept, and the tape that hands it to a recorder."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from math import isfinite, isnan
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vizopt.core.arrays import Vector, all_finite
from vizopt.core.errors import hint
from vizopt.core.params import ParamLayout
from vizopt.core.sampling import Sample, sampled
from vizopt.core.specs import Count, Whole, spec
from vizopt.recording.header import Column, Group
from vizopt.recording.quantities import MEASURED, Measure, layered, parts, quantity
from vizopt.train.loop import Epoch
from vizopt.train.predicting import predicting
from vizopt.train.probe import Probe
from vizopt.train.problems import Problem
from vizopt.train.schedules import Schedule

if TYPE_CHECKING:
    from vizopt.recording.recorder import Recorder

# Columns of every run.
CARRIED = frozenset({"epoch", "loss", "lr", "params", "delta"})


@spec
class Keep:
    """Which epochs keep a full row: the first ones all, then every n-th, and the last.

    Args:
        first: number of epochs from the start that are all kept.
        every: after those, the epochs that this number divides are kept.
        grid: number of points along each side of the recorded plane of predictions; the line of
            one feature alone has four times as many.
    """

    first: Whole = 500
    every: Count = 10
    grid: Annotated[Count, Field(ge=2)] = 100

    def __call__(self, epoch: int, epochs: int) -> bool:
        return epoch < self.first or epoch % self.every == 0 or epoch == epochs - 1

    def rows(self, epochs: int) -> int:
        """How many that are of a run."""
        first, last = min(self.first, epochs), epochs - 1
        later = last // self.every - (first - 1) // self.every  # multiples from first to last
        return first + later + (last >= first and last % self.every != 0)


def _measured(name: str) -> str:
    """The name of a quantity that an update gives."""
    if name not in MEASURED:
        raise ValueError(f'no quantity "{name}": {hint(name, MEASURED)}')
    return name


@spec
class Record:
    """What is recorded besides what the picture shows.

    Args:
        quantities: measured at every epoch, of the whole network and of each layer, at its first
            update: {measured}.
        large: of a layer of more than 100 000 cells record all, "whole", or 128 × 128 evenly spaced
            ones, "sample", the same in all rows; what it computes is shown and measured of all.
    """

    quantities: tuple[
        Annotated[str, AfterValidator(_measured), Field(json_schema_extra={"enum": [*MEASURED]})],
        ...,
    ] = ()
    large: Literal["whole", "sample"] = "whole"


if Record.__doc__:  # none with python -OO
    meanings = (f'"{name}", {quantity(name).meaning}' for name in MEASURED)
    Record.__doc__ = Record.__doc__.format(measured="; ".join(meanings))


class Tape:
    """Reads probes off the steps handed to it and records them; a framework's hook calls it.

    Args:
        recorder: where the rows go.
        probes: one for each of the recorder's columns.
        keep: whether a step keeps a snapshot.
    """

    def __init__(
        self, recorder: "Recorder", probes: Sequence[Probe], keep: Callable[[int], bool]
    ) -> None:
        self._recorder = recorder
        self._read: dict[Group, list[tuple[str, Callable[[Epoch], Any]]]]
        self._read = {"history": [], "snapshots": []}
        for probe in probes:
            self._read[probe.column.group].append((probe.column.name, probe.read))
        self._keep = keep

    def __call__(self, step: Epoch) -> None:
        self._append("history", step)
        if self._keep(step.number):
            self._append("snapshots", step)
        self._recorder.mark(step.number, step.params, step.state)

    def diverged(self, last: Epoch, lost: Epoch) -> None:
        """Note the step whose numbers are not finite, after the last one whose numbers are."""
        if not self._keep(last.number):
            self._append("snapshots", last)
        undefined = isnan(lost.evaluation.loss) and np.isfinite(lost.params).all()
        self._recorder.note(diverged=lost.number, undefined=bool(undefined))

    def _append(self, group: Group, step: Epoch) -> None:
        self._recorder.append(group, {name: read(step) for name, read in self._read[group]})


def record_steps(steps: Iterable[Epoch], tape: Tape, recorded: int = -1) -> None:
    """Run the training to its end, or to where it diverges: that is a result too.

    Args:
        steps: of the training.
        tape: what they are handed to.
        recorded: number of the last step that a resumed recording has already.
    """
    last: Epoch | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        for step in steps:
            if last and not (isfinite(step.evaluation.loss) and all_finite(step.params)):
                tape.diverged(last, step)
                return
            if step.number != recorded:
                tape(step)
            last = step


def probes_for(
    problem: Problem, keep: Keep, needs: Set[str], rates: Mapping[str, Schedule], kept: Sample
) -> list[Probe]:
    """A probe for everything that a step carries, and those that the picture needs besides.

    Args:
        problem: what is made small.
        keep: the grid of the plane.
        needs: columns that the picture shows, and quantities to be measured.
        rates: the rule's learning rates besides `lr`, by name.
        kept: which of the parameters are recorded.
    """
    size, dtype, cells = (kept.layout.size,), problem.dtype, kept.cells
    probes = [
        Probe(Column("loss", "history", "float64"), lambda step: step.evaluation.loss),
        Probe(Column("lr", "history", "float64"), lambda step: step.lr),
        Probe(Column("epoch", "snapshots", "int64"), lambda step: step.number),
        Probe(Column("params", "snapshots", dtype, size), lambda step: _of(step.params, cells)),
        Probe(Column("delta", "snapshots", dtype, size), lambda step: _of(step.delta, cells)),
    ]
    for name in problem.metrics:
        probes.append(Probe(Column(name, "history", "float64"), _metric(name)))
    for name, rate in rates.items():
        probes.append(Probe(Column(name, "history", "float64"), _rate(rate)))
    for name in measured(needs):
        probes += _measures(name, problem.layout)
    return probes + predicting(problem, needs, keep.grid)


def recorded(layout: ParamLayout, record: Record) -> Sample:
    """Which parameters a recording has."""
    return sampled(layout) if record.large == "sample" else Sample(layout, None, {})


def _of(values: Vector, cells: NDArray[np.intp] | None) -> Vector:
    """Those of some parameters; of all where none are chosen."""
    return values if cells is None else values[cells]


def measurable(layout: ParamLayout) -> list[str]:
    """Every column that the updates of these parameters can give."""
    return [column for name in MEASURED for column in layered(name, layout.layers)]


def measured(needs: Set[str]) -> list[str]:
    """The quantities of columns that an update gives, of all layers or of one."""
    wanted = {parts(column)[0] for column in needs}
    return [name for name in MEASURED if name in wanted]


def _measures(name: str, layout: ParamLayout) -> list[Probe]:
    """A quantity of the network's first update in an epoch, and of each layer's part of it."""
    measure = quantity(name).measure
    assert measure
    parts_of: list[Callable[[Vector], Vector]] = [lambda values: values]
    parts_of += [partial(layout.matrix, layer) for layer in layout.layers]
    return [
        Probe(Column(column, "history", "float64"), _measure(measure, part))
        for column, part in zip(layered(name, layout.layers), parts_of, strict=False)
    ]


def _measure(measure: Measure, part: Callable[[Vector], Vector]) -> Callable[[Epoch], float]:
    """Of a part of the parameters, of its gradient and of its update."""
    return lambda step: measure(part(step.params), part(step.evaluation.grad), part(step.update))


def _metric(name: str) -> Callable[[Epoch], float]:
    return lambda step: step.evaluation.metrics[name]


def _rate(schedule: Schedule) -> Callable[[Epoch], float]:
    return lambda step: schedule(step.number)
