"""Run: records what any training loop tells it."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Literal

from numpy.typing import NDArray

from vizopt.core.conventions import Convention
from vizopt.core.places import at_home
from vizopt.recording import given
from vizopt.recording.checked import checked
from vizopt.recording.ending import OPEN, at_end, closed
from vizopt.recording.header import External
from vizopt.recording.keeping import Keeping, Taken
from vizopt.recording.left import seen_to, unclosed
from vizopt.recording.leftout import ALL, OTHERS, LeftOut
from vizopt.recording.scalars import column
from vizopt.recording.source import Predict, Source, about_of
from vizopt.recording.writer import STEP, UNLOGGED, Writer


class Run:
    """Records a training of your own, from any loop; a context manager.

        with vizopt.Run("mine.zarr", data=(X, y), predict=lambda points: scores) as run:
            for epoch in range(500):
                ...
                run.log(loss=loss, accuracy=accuracy, lr=lr, params={"net.0.weight": w})

    Everything is optional but the step: numbers give curves, parameters grids, data with predict
    the plane. What cannot be recorded is left out after one warning, and the training goes on.

    The history has every step. Parameters and predictions are kept of all steps up to 2 K, of every
    second one up to 4 K, of every fourth up to 8 K and so on, of the last, and of those at which
    something happens: the loss has no value for the first time, or is over twice the median of the
    50 before; the rate changes by a tenth; the accuracy reaches 50, 75, 90 or 95 %, whatever they
    are called, `train_loss`, `acc`, `learning_rate`. K is 512 at most, 64 events at most are kept.
    Every few seconds all of it is committed to the disk, so that a killed process loses little;
    `mode="resume"` goes on from there.

    Of more than 200,000 parameters a layer of over 128 × 128 has so many evenly spaced cells kept,
    the same ones at every step, and statistics of all of its cells beside them.

    Args:
        path: of the recording, `mine.zarr`. That of an earlier run is replaced when this one ends.
            No other run may write it meanwhile; one that its thread left open, as a notebook's cell
            that broke off does, ends where the next one begins.
        epochs: how many there will be; the axis grows where that is not known.
        unit: what is counted: "epoch", or "step".
        title: of the picture; the recording's name when left out.
        data: samples X [N, D] and a label y [N] each: numbers, names, −1 and 1, a column a class;
            or a number each that is predicted.
        classes: names of the classes, in the order of their sorted labels.
        target: name of the number that y is, where it is one to predict and no label: a regression,
            as many different numbers with decimals are in any case.
        features: names of the features [D].
        predict: samples [M, D] → scores, logits or probabilities [M, classes], of two classes those
            of the second are enough, [M] or [M, 1]; or classes [M]; or the predicted numbers [M] or
            [M, 1]. What it draws of the random numbers of Python, NumPy and PyTorch that all share,
            the training draws too.
        threshold: over which one output is the second of two classes: 0.5 of probabilities, 0 of
            logits. When left out it is 0 for labels −1 and 1; for others the first numbers decide:
            0 if one is outside of 0 to 1, else 0.5.
        size: what the recording may take on the disk, in bytes or as "200 MB"; it chooses K, the
            points of the plane and the cells of wide layers. The least that is possible may take
            more, which is said at the end.
        mode: "new", or "resume" to go on with the recording at path, after its last step, or from
            the first `step` that is logged on: what it has from there comes again. What it ended
            with, as of `log_end`, is where the next step begins. A later `mine.interrupted.zarr`
            goes on instead of `mine.zarr`, and replaces it.
        origin: who trained; text and recipe of its clips say so.
        convention: whose names the parameters have: "book", "torch" or "keras"; told by the names.
            A square matrix that no bias tells lies as it says: torch has [outputs, inputs].
        modules: class of the module that an array is of: `{"up": "ConvTranspose2d"}`. A transposed
            convolution in groups, or without a bias, is taken as a convolution where none is given.
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
        target: str = "",
        features: Sequence[str] = (),
        predict: Predict | None = None,
        threshold: float | None = None,
        size: str | float = "200 MB",
        mode: Literal["new", "resume"] = "new",
        origin: External | None = None,
        convention: Convention | None = None,
        modules: Mapping[str, str] | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        self.path = at_home(path)
        about = {"origin": origin, "modules": modules, "versions": versions, "target": target}
        epochs, samples, names, one, self._most = checked(
            epochs=epochs,
            unit=unit,
            title=title,
            data=data,
            classes=classes,
            features=features,
            predict=predict,
            threshold=threshold,
            **{"size": size, "mode": mode, "convention": convention, **about},
        )
        source = Source(samples, predict, names, one, convention, dict(modules or {}))
        head = {"unit": unit, "title": title, **about_of(origin, versions)}
        self._writer = Writer(self.path, head, epochs, resumes=mode == "resume")
        self.place = self._writer.place  # where the path leads to
        self._left_out = LeftOut(self.path, self._writer.part, self._writer.abandon)
        self._keeping = Keeping(self._writer, source, self._left_out, self._most, epochs)
        self._names: dict[str, str | None] = {}  # of the numbers, as they are recorded
        self._step: int | None = None  # the last one that was logged here
        self._lock, self._process = RLock(), os.getpid()  # several threads may log
        at_end(self.close)
        unclosed(self.place, self.break_off)
        self._say(self._writer.resumed())

    @property
    def steps(self) -> int:
        """The next step's number: how many there are, those that nobody logged included."""
        return self._writer.steps

    def log(self, *, step: int | None = None, params: Any = None, **values: Any) -> None:
        """Record a step. Several threads may, each in its turn.

        Args:
            step: its number; one more than the last one's when left out.
            params: arrays by name before the update, in mappings, sequences or a module of PyTorch;
                a function that returns them, called when they are kept; or what `take` took of them
            **values: a number each: loss, accuracy, lr, whatever else is to have a curve; None is
                no value.
        """
        if not self._records:  # nor in a forked process, where nobody may free the lock
            return
        with self._lock:
            at = self._writer.steps if step is None else self._numbered(step)
            if at is not None:
                self._record(at, self._numbers(values), params)

    def log_end(self, *, params: Any = None, **values: Any) -> None:
        """Record what the last update has led to; a resumed run's first step takes its place.

        Args:
            params: arrays by name after the last update, as of `log`.
            **values: a number each that was measured of them.
        """
        if self._records:
            with self._lock:
                self._record(self.steps, self._numbers(values) | {STEP.name: UNLOGGED}, params)

    def go_back(self, step: int) -> None:
        """Before the first log of a resumed run: what it has from that step on comes again."""
        self._writer.steps = min(step, self._writer.steps)

    def wants(self) -> bool:
        """Whether the next step is kept: its parameters are worth a copy."""
        return self._keeping.wants()

    def take(self, params: Any, cells: NDArray[Any] | None = None) -> Taken | None:
        """A row of the parameters and predictions as they are now, for the `params` of their
        step's log, which may come when an update has changed them; nothing where there is none.

        Args:
            params: arrays by name.
            cells: a copy [P] of all of them in order, where there is a faster way to one.
        """
        if not self._records:
            return None
        with self._lock:
            return self._left_out.tried(ALL, lambda: self._keeping.take(params, cells))

    def close(self) -> None:
        """Write what waits; the recording is complete. A `with` does it, and the program's end."""
        self._end(self._finish)

    def break_off(self) -> None:
        """End it as an error in a `with` does, with what it has."""
        self._end(self._interrupt)

    def __enter__(self) -> "Run":
        seen_to(self.place)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.break_off()

    def __repr__(self) -> str:
        """`<Run mine.zarr: 500 epochs>`."""
        return f"<Run {self.path}: {self._writer.told(self.steps)}>"

    def _record(self, at: int, numbers: dict[str, float], params: Any) -> None:
        if self._records:  # another thread may have closed it meanwhile
            self._step = at
            try:  # of a small network's step each call counts
                self._keeping.log(at, numbers, params)
            except Exception as error:  # whatever a stranger's arrays raise
                self._left_out.failed(ALL, error)

    def _numbers(self, values: dict[str, Any]) -> dict[str, float]:
        """Those that can be recorded, by the names of their columns."""
        numbers: dict[str, float] = {}
        for own, value in values.items():
            if type(value) is float and (known := self._names.get(own)):
                numbers[known] = value
                continue
            if value is None or (name := self._named(own)) is None:
                continue
            number = self._left_out.one(f"log: {name}", partial(given.number, name, value))
            if number is not None:
                numbers[name] = number
        return numbers

    def _numbered(self, step: Any) -> int | None:
        """The number of a step; nothing where this one can have none, which is said once."""
        if (at := self._left_out.one("number", lambda: given.step(step))) is None:
            return None
        # A resumed run goes back where it is told to, and what came after that comes again.
        least = 0 if self._step is None else self._step + 1
        if least <= at < given.MOST_STEPS:
            return at
        limit = (
            f"over {self._step}" if at < given.MOST_STEPS else f"{given.MOST_STEPS - 1:,} at most"
        )
        self._left_out.leave_out("order", f"step {at}: should be {limit}{OTHERS}")
        return None

    def _named(self, name: str) -> str | None:
        """What a number is recorded as; nothing where it cannot be, which is said once."""
        if name not in self._names:
            own = self._left_out.tried(f"name: {name}", lambda: column(name, self._names))
            self._names[name] = own
        return self._names[name]

    @property
    def _records(self) -> bool:
        return not self._left_out.has_ended and self.close in OPEN

    def _end(self, finish: Callable[[], str]) -> None:
        """Once, if it was open until now."""
        if os.getpid() != self._process:  # forked: a thread that is not here may hold the lock
            return
        with self._lock:
            was = self._records
            closed(self.close)
            seen_to(self.place)
            if was:
                self._say(self._left_out.tried(ALL, finish))

    def _finish(self) -> str:
        """What there is to say of it."""
        if self._step is not None:
            self._keeping.finish()
            return self._too_large()
        self._writer.discard()
        kept = "what was recorded before stays" if self.steps else "there is no recording of it"
        return f"{self.path}: nothing was logged: {kept}"

    def _too_large(self) -> str:
        """That it takes more than it may, where fewer rows or coarser ones are not to be had."""
        taken = sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        line = f"takes {taken / 1e3:,.0f} kB, over size {self._most / 1e3:,.0f} kB: no fewer rows "
        line += "are kept: allow more, or leave data or params out"
        return f"{self.path}: {line}" if taken > self._most else ""

    def _interrupt(self) -> str:
        if not (self._writer.has_begun and self.steps):
            self._writer.discard()
            return ""
        told = self._writer.told(self.steps)
        kept = self._writer.interrupt()
        return f"{kept}: interrupted: has the {told} before: draw it with: vizopt render {kept}"

    def _say(self, line: str | None) -> None:
        if line:
            self._left_out.say(line)
