"""Keeping: what of each step of somebody's training is kept, decided as they come."""

from math import isfinite
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import all_finite
from vizopt.recording import given
from vizopt.recording.asking import GRIDS, Asking, NoNumbersError
from vizopt.recording.budget import Fineness, events, fineness, first_rows
from vizopt.recording.leftout import LeftOut
from vizopt.recording.parameters import MAX_EXACT_PARAMS, Parameters
from vizopt.recording.rows import Watch, in_octaves
from vizopt.recording.scalars import called
from vizopt.recording.source import Source
from vizopt.recording.writer import Writer

MAX_PREDICTING_SHARE = 0.2  # of the time, that predicting may take: then there are fewer rows
MIN_FIRST_ROWS = 8  # K where predicting is slow
WATCHED = ("loss", "accuracy", "lr")
EPOCH = 8  # bytes of a row's own number


class Latest(NamedTuple):
    """The last step that could have been kept and was not.

    Args:
        at: its number.
        params: as they were logged.
        cells: a copy of what would be kept; none of what is far or not made yet.
    """

    at: int
    params: Any
    cells: NDArray[Any] | None


class Taken(NamedTuple):
    """What a row has of one moment: its columns by name."""

    row: dict[str, NDArray[Any]]


class Keeping:
    """Hands the numbers of every step to a writer, and parameters and predictions of some.

    Args:
        writer: of the recording.
        source: what a row is made of.
        left_out: what cannot be recorded.
        size: of the recording in bytes, at most.
        epochs: how many there will be, if known.
    """

    def __init__(
        self, writer: Writer, source: Source, left_out: LeftOut, size: float, epochs: int | None
    ) -> None:
        self._writer, self._source, self._left_out = writer, source, left_out
        self._size, self._epochs = size, epochs
        self.first = 1  # K of the octave rule
        self.rows = 0  # steps that could have been kept
        self._parameters: Parameters | None = None
        self._field: Asking | None = None
        self._watch = Watch()
        self._columns: set[str] = set()  # of the numbers that were logged
        self._names = [""] * len(WATCHED)  # of them those that are watched
        self._latest: Latest | None = None
        self._lost: dict[str, int] = {}  # from which step on loss or parameters have no value
        self._begun = self._thinned = False
        self._wanted = self._owed = False  # whether to take a row; one that an event has not got
        self._since, self._spent = perf_counter(), 0.0

    def wants(self) -> bool:
        """Whether the octave rule keeps the next step, or nobody took the row of an event."""
        self._wanted = True
        return self._owed or self._is_wanted()

    def take(self, params: Any, cells: NDArray[Any] | None) -> Taken | None:
        """The row of a step that is not done yet; nothing where there can be none."""
        self._owed = False
        self._prepare(self._writer.steps, params)
        if not (reader := self._parameters):
            return None
        if cells is None or reader.is_sampled:
            read = self._read(reader, params)
            if read is None:
                return None
            params, cells = read
        finite = self._has_values(self._writer.steps, cells)
        return self._taken(self._writer.steps, params, cells) if finite else None

    def log(self, at: int, numbers: dict[str, float], params: Any) -> None:
        """A step, with all that was logged of it."""
        if not isinstance(params, Taken):
            self._prepare(at, params)
        if not self._columns.issuperset(numbers):
            self._name(numbers)
        loss, accuracy, lr = self._names
        value = numbers.get(loss)
        happens = self._watch.happens(value, numbers.get(accuracy), numbers.get(lr))
        if value is not None and (self._lost or not isfinite(value)):
            self._see("loss", at, isfinite(value))
        if isinstance(params, Taken):
            self._writer.history(at, numbers)
            self.rows, self._latest = self.rows + 1, None
            self._writer.snapshot({"epoch": at, **params.row})
        elif params is not None or not self._parameters:
            kept = happens or self._is_wanted()
            self._writer.history(at, numbers)
            self._row(at, params, kept)
        else:
            self._writer.history(at, numbers)
            if self._wanted:  # and not kept
                self.rows += 1
                self._owed |= happens

    def _name(self, numbers: dict[str, float]) -> None:
        """Of new ones: what tells that something happens, whatever it is called: `train_loss`."""
        self._columns |= numbers.keys()
        self._names = [called(self._columns, what) for what in WATCHED]

    def _is_wanted(self) -> bool:
        return in_octaves(self.rows, self.first) or self._writer.steps + 1 == self._epochs

    def finish(self) -> None:
        """The row of the last step, and what is said of the whole."""
        if self._latest:
            self._last(self._latest)
        if self._field and self._field.grid < GRIDS[0]:
            points = " × ".join([str(self._field.grid)] * len(self._field.plane.axes))
            self._writer.remark(f"the plane was asked at {points} points")
        if self._field and (few := self._source.few):
            self._writer.remark(f"the picture has {few}, as they are wide")
        if self._thinned:
            self._writer.remark("fewer steps than fit were kept, as predicting took long")
        self._writer.finish(min(self._lost.values(), default=None))

    def _prepare(self, at: int, params: Any) -> None:
        """For the first step, and for the first parameters."""
        if not self._begun:
            self._begin(at, params)
        elif params is not None and not self._parameters:
            self._join(params)

    def _begin(self, at: int, params: Any) -> None:
        """What there is to write is known, unless parameters come later."""
        self._begun = True
        if params is not None:
            self._parameters = self._found(params)
        fine = self._fineness()
        if self._source.asks:
            self._field = self._left_out.tried("predict", lambda: self._asked(fine.grid))
        self._choose(fine)
        self._writer.begin(at, self._parameters, self._field, self._source.samples)
        if self._writer.kept:
            self.rows = self._writer.offered()
            self._watch.catch_up(*self._writer.before(*WATCHED))

    def _join(self, params: Any) -> None:
        """The first parameters come now: the rows before, without any, give way to these."""
        self._parameters = self._found(params)
        if self._parameters:
            self._choose(self._fineness())
            self._writer.join(self._parameters)
            self.rows, self._latest = 0, None

    def _found(self, params: Any) -> Parameters | None:
        source = self._source
        found = self._left_out.tried(
            "params", lambda: Parameters(_called(params), source.convention, source.modules)
        )
        for name, why in found.refused.items() if found else ():
            self._left_out.leave_out(f"params: {name}", why)
        return found

    def _asked(self, most: int) -> Asking:
        grids = [grid for grid in GRIDS if grid <= most]
        return self._source.asked([self._writer.grid] if self._writer.grid else grids)

    def _fineness(self) -> Fineness:
        """What fits in the size."""
        total = self._parameters.total if self._parameters else 0

        def row(fine: Fineness) -> float:
            if self._parameters:
                self._parameters.keep(fine.side)
            return self._bytes(fine.grid)

        return fineness(self._size, row, self._epochs, exact=total <= MAX_EXACT_PARAMS)

    def _choose(self, fine: Fineness) -> None:
        if self._parameters:
            self._parameters.keep(fine.side)
        grid = self._field.grid if self._field else fine.grid
        self.first = first_rows(self._size, self._bytes(grid), self._epochs)
        self._watch.notice(events(self.first))

    def _bytes(self, grid: int) -> float:
        """Of a row, before it is packed."""
        columns = self._parameters.columns if self._parameters else ()
        return float(EPOCH + sum(column.nbytes for column in columns)) + self._source.nbytes(grid)

    def _row(self, at: int, params: Any, kept: bool) -> None:
        """Keep what is to be kept of a step, and hold the rest until the next one comes."""
        self.rows += 1
        cells, reader = None, self._parameters
        if reader and (kept or not _is_far(params)):
            read = self._read(reader, params)
            if read is None or not self._has_values(at, read[1]):
                return
            params, cells = read
        self._latest = Latest(at, params, cells)
        if kept:
            self._keep(self._latest)

    def _read(self, reader: Parameters, params: Any) -> tuple[Any, NDArray[Any]] | None:
        """Parameters, called where they are to be, and a copy of what is kept of them."""

        def read() -> tuple[Any, NDArray[Any]]:
            found = _called(params)
            return found, reader.read(found)

        return self._left_out.tried("params", read)

    def _has_values(self, at: int, cells: NDArray[Any]) -> bool:
        finite = all_finite(cells)
        self._see("params", at, finite)
        return finite

    def _see(self, what: str, at: int, finite: bool) -> None:
        """Note where numbers have no value from here on to the end."""
        if not finite:
            self._lost.setdefault(what, at)
        elif self._lost:
            self._lost.pop(what, None)

    def _keep(self, step: Latest) -> None:
        self._latest = None
        if taken := self._taken(step.at, step.params, step.cells):
            self._writer.snapshot({"epoch": step.at, **taken.row})

    def _taken(self, at: int, params: Any, cells: NDArray[Any] | None) -> Taken | None:
        """A row; nothing where the model predicts no numbers."""
        row: dict[str, NDArray[Any]] = {}
        if self._parameters and cells is not None:
            row |= self._parameters.row(params, cells)
        if self._field:
            try:
                row |= self._plane(self._field)
            except NoNumbersError as error:
                why = f"{error} after {self._writer.told(at)}: that row and others like it"
                self._left_out.leave_out("no numbers", why)
                return None
        return Taken(row)

    def _plane(self, field: Asking) -> dict[str, NDArray[Any]]:
        """What the model predicts now; nothing any more where it cannot be asked."""
        start = perf_counter()
        found = self._left_out.tried("predict", field.row, apart=(NoNumbersError,))
        self._spent += perf_counter() - start
        if found is None:
            self._writer.drop(field.column.name)
            self._field = None
            return {}
        slow = self._spent > MAX_PREDICTING_SHARE * (perf_counter() - self._since) + 1
        if slow and self.first > MIN_FIRST_ROWS:
            self.first, self._thinned = max(MIN_FIRST_ROWS, self.first // 2), True
            self._since, self._spent = perf_counter(), 0.0  # fewer rows take less from now on
        return {field.column.name: found}

    def _last(self, step: Latest) -> None:
        """What was logged last; or the parameters as they are, where an update has changed them
        and what they predict can be asked only now: that is the step after the last one."""
        cells, reader = step.cells, self._parameters
        if reader and (cells is None or self._field or reader.is_sampled):
            read = self._read(reader, step.params)
            if read is None or not self._has_values(step.at, read[1]):
                return
            at = step.at
            if cells is None or not np.array_equal(read[1], cells):
                at = self._writer.steps
                self._writer.unlogged(1)
            step = Latest(at, *read)
        self._keep(step)


def _called(params: Any) -> Any:
    return params() if given.is_function(params) else params


def _is_far(params: Any) -> bool:
    """Whether a copy is to be made only where it is kept: what is on a device, or not made yet."""
    if given.is_function(params):
        return True
    others = [value for _, value in given.named(params) if type(value) is not np.ndarray]
    return any("cpu" not in str(getattr(value, "device", "cpu")).lower() for value in others)
