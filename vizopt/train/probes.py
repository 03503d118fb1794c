"""Probes: what of an Epoch is kept, and the tape that hands it to a recorder."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from math import isfinite, isnan
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vizopt.core.arrays import Batch, Scores, Vector
from vizopt.core.errors import hint
from vizopt.core.params import ParamLayout
from vizopt.core.sampling import Sample, sampled
from vizopt.core.specs import Count, Whole, spec
from vizopt.recording.header import Column, Group
from vizopt.recording.quantities import MEASURED, Measure, layered, parts, quantity
from vizopt.recording.scores import encoded, shares
from vizopt.recording.waiting import Compute
from vizopt.train.loop import Epoch
from vizopt.train.problems import Network, Problem
from vizopt.train.schedules import Schedule

if TYPE_CHECKING:
    from vizopt.recording.recorder import Recorder

# Columns of every run.
CARRIED = frozenset({"epoch", "loss", "lr", "params", "delta"})
LINE = 4  # points of a line for each of a side of the plane


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
            update: "grad_norm", ‖g‖ of the gradient; "update_ratio", ‖Δ‖ / ‖w‖; "weight_norm", ‖w‖
            before it.
        large: of a layer of more than 100 000 cells record all, "whole", or 128 × 128 evenly spaced
            ones, "sample", the same in all rows; what it computes is shown and measured of all.
    """

    quantities: tuple[
        Annotated[str, AfterValidator(_measured), Field(json_schema_extra={"enum": [*MEASURED]})],
        ...,
    ] = ()
    large: Literal["whole", "sample"] = "whole"


@dataclass(frozen=True)
class Probe:
    """One column and how its value is read off a step.

    Args:
        column: of the recording.
        read: what is kept of a step; the value itself, unless it is computed.
        compute: the values [N, *shape] of what was read off N steps, all of them at once.
    """

    column: Column
    read: Callable[[Epoch], Any]
    compute: Compute | None = None

    def value(self, step: Epoch) -> NDArray[Any]:
        """What a recording has of the step, in the column's dtype."""
        read = self.read(step)
        return np.asarray(self.compute([read])[0] if self.compute else read, self.column.dtype)


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
        self._probes: dict[Group, list[Probe]] = {"history": [], "snapshots": []}
        for probe in probes:
            self._probes[probe.column.group].append(probe)
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
        self._recorder.append(group, {p.column.name: p.read(step) for p in self._probes[group]})


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
            if last and not (isfinite(step.evaluation.loss) and np.isfinite(step.params).all()):
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
    if "scores" in needs and isinstance(problem, Network):
        probes.append(_plane_scores(problem, keep.grid))
    if "probabilities" in needs and isinstance(problem, Network):
        probes.append(_line_probabilities(problem, LINE * keep.grid))
    return probes


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


def _plane_scores(network: Network, grid: int) -> Probe:
    """Class scores over the plane, row 0 on top."""
    x0, x1, y0, y1 = network.constants["extent"]
    x, y = np.meshgrid(np.linspace(x0, x1, grid), np.linspace(y1, y0, grid))
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    points = np.ascontiguousarray(network.plane.lift(places).T, network.dtype)

    def compute(rows: Sequence[Vector]) -> Scores:
        return _in_parts(network, rows, points, encoded).reshape(len(rows), -1, grid, grid)

    shape = (len(network.classes), grid, grid)
    return Probe(Column("scores", "snapshots", "uint8", shape), _params, compute)


def _line_probabilities(network: Network, count: int) -> Probe:
    """The predicted probability of each class along a single feature."""
    low, high = network.constants["extent"]
    places = np.linspace(low, high, count)[:, None]
    points = np.ascontiguousarray(network.plane.lift(places).T, network.dtype)

    def compute(rows: Sequence[Vector]) -> NDArray[np.float32]:
        return _in_parts(network, rows, points, shares)

    shape = (len(network.classes), count)
    return Probe(Column("probabilities", "snapshots", "float32", shape), _params, compute)


def _params(step: Epoch) -> Vector:
    return step.params


def _in_parts(
    network: Network,
    rows: Sequence[Vector],
    points: Batch,
    encode: Callable[[Batch], NDArray[Any]],
) -> NDArray[Any]:
    """The encoded scores [N, classes, M] of N parameter vectors, as many at once as is good."""
    most = network.at_once(points.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            encode(network.scores(np.stack(rows[start : start + most]), points))
            for start in range(0, len(rows), most)
        ]
    return np.concatenate(parts)
