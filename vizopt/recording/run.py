"""Run: records what any training loop tells it."""

import atexit
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.core.conventions import Convention
from vizopt.core.errors import VizoptError, VizoptWarning
from vizopt.recording import given
from vizopt.recording.budget import bytes_of
from vizopt.recording.field import Field
from vizopt.recording.header import External
from vizopt.recording.parameters import Parameters
from vizopt.recording.rows import Watch, in_octaves
from vizopt.recording.writer import Writer

T = TypeVar("T")
BUFFERED = 1000  # logs without parameters that wait for the first ones with
MOST_STEPS = 20_000_000  # that a history holds
BUSY = 0.2  # of the time, that predicting may take: then there are fewer rows
Predict = Callable[[NDArray[Any]], Any]


class Taken(NamedTuple):
    """What a row has of one moment: its columns by name."""

    row: dict[str, Any]


class Run:
    """Records a training of your own, from any loop; a context manager.

        with vizopt.Run("mine.zarr", data=(X, y), predict=lambda points: scores) as run:
            for epoch in range(500):
                ...
                run.log(loss=loss, accuracy=accuracy, lr=lr, params={"net.0.weight": w})

    Everything is optional but the step: numbers give curves, parameters grids, data with predict
    the plane. What cannot be recorded is left out after one warning, and the training goes on.

    The history has every step. Parameters and predictions are kept of the first K, of every second
    one up to 2 K, of every fourth up to 4 K and so on, of the last, and of those at which something
    happens; see `vizopt.recording.rows`. Every few seconds all of it is committed to the disk, so
    that a killed process loses little; `mode="resume"` goes on from there.

    Args:
        path: of the recording, `mine.zarr`. That of an earlier run is replaced when this one ends.
        epochs: how many there will be; the axis grows where that is not known.
        unit: what is counted: "epoch", or "step".
        title: of the picture; the recording's name when left out.
        data: samples X [N, D] and a label y [N] each: numbers, names, −1 and 1, a column a class.
        classes: names of the classes, in the order of their sorted labels.
        features: names of the features [D].
        predict: samples [M, D] → scores, logits or probabilities [M, classes]; or classes [M].
        size: what the recording may take on the disk, in bytes or as "200 MB"; it chooses K.
        mode: "new", or "resume" to go on with the recording at path.
        origin: who trained; text and recipe of its clips say so.
        convention: whose names the parameters have: "book", "torch" or "keras"; told by the names.
        modules: class of the module that an array is of: `{"up": "ConvTranspose2d"}`.
        versions: of what computed the numbers, by name.

    Raises:
        RecordingError: the recording cannot be written there, or data and labels do not fit.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        epochs: int | None = None,
        unit: Literal["epoch", "step"] = "epoch",
        title: str = "",
        data: tuple[Any, Any] | None = None,
        classes: Sequence[Any] | None = None,
        features: Sequence[str] = (),
        predict: Predict | None = None,
        size: str | float = "200 MB",
        mode: Literal["new", "resume"] = "new",
        origin: External | None = None,
        convention: Convention | None = None,
        modules: Mapping[str, str] | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        self.path = Path(path)
        self._samples = given.samples(data, classes) if data is not None else None
        self._ask, self._features = predict, tuple(map(str, features))
        self._named = convention, dict(modules or {})
        origin = origin or External("Python")
        about = {"unit": unit, "title": title, "external": origin, "versions": versions or {}}
        self._writer = Writer(self.path, about, epochs, bytes_of(size), resumes=mode == "resume")
        self._planned = epochs
        self._step = self._writer.steps - 1  # the last one that was logged
        self._rows = self._writer.steps  # logged ones that could have been kept
        self._field: Field | None = None
        self._parameters: Parameters | None = None
        self._watch = Watch()
        self._early: list[tuple[int, dict[str, float]]] = []
        self._latest: tuple[int, Any, NDArray[Any] | None] | None = None  # not kept yet
        self._lost: int | None = None  # from this step on the loss has no value
        self._begun, self._since, self._spent = False, perf_counter(), 0.0
        self._off: set[str] = set()  # what is left out, for a reason that was told
        self._open, self._owed = True, False  # a row that an event has not got
        atexit.register(self.close)

    def log(self, *, step: int | None = None, params: Any = None, **values: Any) -> None:
        """Record a step.

        Args:
            step: its number; one more than the last one's when left out.
            params: arrays by name before the update, in mappings and sequences; or what returns
                them, called when they are kept; or what `take` took of them.
            **values: a number each: loss, accuracy, lr, whatever else is to have a curve.
        """
        if not self._open or "all" in self._off:
            return
        at = self._step + 1 if step is None else int(step)
        if not self._step < at < MOST_STEPS:
            limit = f"over {self._step}" if at <= self._step else f"{MOST_STEPS:,} at most"
            self._leave_out("step", f"step {at}: should be {limit}: it and others like it")
            return
        numbers = {}
        for name, value in values.items():
            number = self._tried(name, partial(given.number, name, value))
            if number is not None:
                numbers[name] = number
        self._tried("all", lambda: self._log(at, numbers, params))

    def wants(self, step: int | None = None) -> bool:
        """Whether the next step is one that is kept: parameters are worth a copy."""
        at = self._rows if step is None else step
        return self._owed or in_octaves(at, self._writer.first) or at + 1 == self._planned

    def take(self, params: Any) -> Taken | None:
        """A whole row of the parameters and predictions as they are now, for `log(params=…)` when
        their step has ended; nothing where none can be recorded."""
        if not self._open or "all" in self._off:
            return None
        self._owed = False
        if not self._begun:
            self._tried("all", lambda: self._begin(params))
        reader = self._parameters
        flat = self._tried("params", lambda: reader.read(params)) if reader else None
        if flat is None or not np.isfinite(flat).all():
            return None
        return self._taken(params, flat)

    @property
    def step(self) -> int:
        """The last one that was logged; −1 before the first."""
        return self._step

    def close(self) -> None:
        """Write what waits; the recording is complete. A `with` does it by itself."""
        if not self._open:
            return
        self._open = False
        atexit.unregister(self.close)
        self._tried("all", self._finish)

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif self._open:
            self._open = False
            atexit.unregister(self.close)
            self._tried("all", self._interrupt)

    def __repr__(self) -> str:
        """`<Run mine.zarr: 500 epochs>`."""
        return f"<Run {self.path}: {self._writer.told(self._step + 1)}>"

    def _log(self, at: int, numbers: dict[str, float], params: Any) -> None:
        self._step = at
        loss, accuracy, lr = (numbers.get(name) for name in ("loss", "accuracy", "lr"))
        happens = self._watch.happens(loss, accuracy, lr)
        if loss is not None:
            self._lost = None if isfinite(loss) else at if self._lost is None else self._lost
        if not self._begun:
            self._early.append((at, numbers))
            if params is None and len(self._early) < BUFFERED and "params" not in self._off:
                return
            self._begin(params)
        else:
            self._writer.history(at, numbers)
        if isinstance(params, Taken):
            self._writer.snapshot({"epoch": at, **params.row})
        elif params is not None or self._parameters is None:
            self._row(at, params, happens)
        else:
            self._owed |= happens  # to the next one: nobody took a row of this one

    def _begin(self, params: Any) -> None:
        """The first parameters have come, or none will: what there is to write is known."""
        self._begun = True
        if params is not None:
            self._parameters = self._tried(
                "params", lambda: Parameters(_called(params), *self._named)
            )
        if self._samples is not None and self._ask is not None:
            made = self._samples, self._features
            self._field = self._tried("predict", lambda: Field(self._ask, *made))  # type: ignore[arg-type]
        self._writer.begin(self._parameters, self._field, self._samples)
        early, self._early = self._early, []
        for at, numbers in early:
            self._writer.history(at, numbers)
            if self._parameters is None and at < early[-1][0]:
                self._row(at, None, happens=False)

    def _row(self, at: int, params: Any, happens: bool) -> None:
        """Keep what is to be kept of a step, and hold the rest until the next one comes."""
        kept = self.wants(self._rows) or happens
        self._rows += 1
        flat = None
        if self._parameters is not None and (kept or not _is_far(params)):
            reader = self._parameters
            flat = self._tried("params", lambda: reader.read(_called(params)))
            if flat is None or not np.isfinite(flat).all():
                return
        self._latest = at, params, flat
        if kept:
            self._keep(at, params, flat)

    def _keep(self, at: int, params: Any, flat: NDArray[Any] | None) -> None:
        self._latest = None
        self._writer.snapshot({"epoch": at, **self._taken(params, flat).row})

    def _taken(self, params: Any, flat: NDArray[Any] | None) -> Taken:
        row: dict[str, Any] = {}
        if self._parameters is not None:
            row["params"] = flat
            if self._parameters.is_sampled:
                row["statistics"] = self._parameters.statistics(_called(params))
        if self._field is not None:
            start = perf_counter()
            found = self._tried("predict", self._field.row)
            self._spent += perf_counter() - start
            if found is None:
                self._writer.drop(self._field.column.name)
                self._field = None
            else:
                row[self._field.column.name] = found
            if self._spent > BUSY * (perf_counter() - self._since) + 1:
                self._writer.thin()
                self._since, self._spent = perf_counter(), 0.0  # fewer rows take less from now on
        return Taken(row)

    def _finish(self) -> None:
        if not self._begun:
            self._begin(None)
            if self._early == [] and self._step >= 0:
                self._row(self._step, None, happens=True)
        if self._latest:
            self._last_row(*self._latest)
        self._writer.finish(self._lost)

    def _last_row(self, at: int, params: Any, flat: NDArray[Any] | None) -> None:
        """What was logged last; or the parameters as they are, where an update has changed them
        and what they predict can be asked only now: that is the step after the last one."""
        if self._parameters is not None and (flat is None or self._field is not None):
            now = self._tried("params", lambda: self._parameters.read(_called(params)))  # type: ignore[union-attr]
            if now is None:
                return
            if flat is not None and not np.array_equal(now, flat):
                self._step = at = at + 1
                self._writer.history(at, {})
            flat = now
        self._keep(at, params, flat)

    def _interrupt(self) -> None:
        if not self._begun:
            self._begin(None)
        kept = self._writer.interrupt()
        told = self._writer.told(self._step + 1)
        self._warn(
            f"{kept}: interrupted: has the {told} before: draw it with: vizopt render {kept}"
        )

    def _tried(self, what: str, ask: Callable[[], T]) -> T | None:
        """What comes of it; where it cannot be, it is left out from now on, and a line says why.

        The training that is recorded is not ours to break.
        """
        if what in self._off:
            return None
        try:
            return ask()
        except VizoptError as error:
            self._leave_out(what, str(error))
        except Exception as error:  # whatever a stranger's arrays raise
            self._leave_out(what, f"{type(error).__name__}: {error}")
        return None

    def _leave_out(self, what: str, why: str) -> None:
        if what not in self._off:
            self._off.add(what)
            told = "left out from here on"
            if what == "all":
                told = "the recording ends here, the training goes on"
                self._writer.abandon()
            self._warn(f"{self.path}: {why}: {told}")

    def _warn(self, line: str) -> None:
        warnings.warn(" ".join(line.split()), VizoptWarning, stacklevel=4)


def _called(params: Any) -> Any:
    return params() if callable(params) else params


def _is_far(params: Any) -> bool:
    """Whether a copy is to be made only where it is kept: what is on a device, or not made yet."""
    if callable(params):
        return True
    devices = (getattr(value, "device", "cpu") for _, value in given.named(params))
    return any("cpu" not in str(device).lower() for device in devices)
