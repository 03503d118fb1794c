"""Writer: the recording of a training that tells its steps one by one, of a length nobody knows."""

import re
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError, VizoptError, one_line
from vizopt.core.numbers import counted
from vizopt.core.params import ParamLayout
from vizopt.core.places import remove, synced, target
from vizopt.recording.asking import Asking
from vizopt.recording.atomic import attributes, is_recording, put, renamed
from vizopt.recording.continued import Ended, ended, goes_on, grid, logged, opened, own_name
from vizopt.recording.given import Numbers, Samples
from vizopt.recording.header import Column, External, Group, Header
from vizopt.recording.left import give_way
from vizopt.recording.parameters import Parameters
from vizopt.recording.recorder import FIRST_SECONDS, Recorder
from vizopt.recording.resume import Saved
from vizopt.recording.scalars import column_of
from vizopt.recording.store import Recording

UNLOGGED = -1  # in the column of steps: nobody logged this one
STEP = Column("step", "history", "int64")
EPOCH = Column("epoch", "snapshots", "int64")


class Writer:
    """Writes rows as they come. Where there is no recording yet, they go to its place at once, and
    are there whatever happens to the process; else beside it, and it is replaced at the end.

    Args:
        path: of the recording.
        about: of its header: unit, title, who trained.
        epochs: how many there will be, if known.
        resumes: goes on with what was written last: the recording at path, or beside it what a
            killed process left, or one that broke off while another stood there.

    Raises:
        RecordingError: it cannot be written there, or there is none to resume.
    """

    def __init__(
        self, path: Path, about: dict[str, Any], epochs: int | None, *, resumes: bool
    ) -> None:
        if not is_recording(path):
            raise RecordingError(f"{path}: a recording's name ends in .zarr: {path.name}.zarr")
        self.path, self._about, self._epochs = path, about, epochs
        self._held = ExitStack()  # locks, and folders that were made
        self._recorder: Recorder | None = None
        self._before: Recording | None = None
        self._scalars: set[str] = {STEP.name}
        self._ended: Ended | None = None  # where the run before did, and this one goes on
        self.steps = self.kept = self.grid = 0
        try:
            self.place = target(path)
            give_way(path)
            self.part, before = opened(path, self.place, self._held, resumes=resumes)
        except (OSError, RecordingError) as error:
            self._held.close()
            if isinstance(error, RecordingError):
                raise
            raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
        if before is not None:
            self._before = before
            self.steps, self.grid = logged(before), grid(before)

    def begin(
        self,
        at: int,
        parameters: Parameters | None,
        field: Asking | None,
        samples: Samples | Numbers | None,
    ) -> None:
        """What a row has is known; the first step is to come, of a resumed run the next one.

        Raises:
            RecordingError: they are not those of the run to go on with.
        """
        facts: dict[str, Any] = {}
        constants: dict[str, NDArray[Any]] = {}
        columns = [EPOCH, *(parameters.columns if parameters else ())]
        if isinstance(samples, Samples):
            facts["classes"] = samples.classes
        elif samples:
            facts |= {"kind": "regression", "target": samples.target}
        if field:
            columns.append(field.column)
            constants = field.constants
            facts |= field.facts
        header = replace(self._header(), **facts, **_named(parameters))
        saved = self._saved(at, header, columns, constants)
        scalars = sorted(self._scalars - {STEP.name})
        columns += [STEP, *(Column(name, "history", "float64") for name in scalars)]
        self._recorder = Recorder(
            self.part, header, tuple(columns), constants, saved, patience=FIRST_SECONDS
        )

    @property
    def has_begun(self) -> bool:
        """Whether there is a row to come, or one."""
        return self._recorder is not None

    def join(self, parameters: Parameters) -> None:
        """Parameters come from now on: the rows before have none, and go."""
        assert self._recorder
        self._recorder.describe(**{key: _plain(v) for key, v in _named(parameters).items()})
        self._recorder.restart(parameters.columns)

    def history(self, at: int, numbers: dict[str, float]) -> None:
        """Add a step; those since the last one that nobody logged have no values."""
        assert self._recorder
        if not self._scalars.issuperset(numbers):
            for name in numbers.keys() - self._scalars:
                self._recorder.add(Column(name, "history", "float64"))
                self._scalars.add(name)
        begun, self._ended = self._ended, None
        if at > self.steps:
            self._leave(begun or Ended({}, {}))
            self.unlogged(at - self.steps)
            begun = None
        row = {STEP.name: at, **numbers}
        self._recorder.append("history", {**begun.numbers, **row} if begun else row)
        self.steps = at + 1

    def _leave(self, ended: Ended) -> None:
        """What the run before has led to stays: the next step comes later."""
        assert self._recorder
        self._recorder.append("history", {STEP.name: UNLOGGED, **ended.numbers})
        self.steps += 1
        if ended.row:
            self.snapshot(ended.row)

    def unlogged(self, steps: int) -> None:
        """Add so many steps that nobody logged."""
        assert self._recorder
        self._recorder.repeat({STEP.name: UNLOGGED}, steps)
        self.steps += steps

    def snapshot(self, row: dict[str, Any]) -> None:
        """Keep a row."""
        assert self._recorder
        self._recorder.append("snapshots", row)

    def drop(self, column: str) -> None:
        """Take a column back, in all rows."""
        assert self._recorder
        self._recorder.drop(column)

    def remark(self, note: str) -> None:
        """Say of the recording how it was made."""
        assert self._recorder
        by: External = self._about["external"]
        if note not in by.note:
            self._about["external"] = replace(by, note="; ".join(filter(None, [by.note, note])))
            self._recorder.describe(external=asdict(self._about["external"]))

    def finish(self, lost: int | None) -> None:
        """Complete the recording, and put it in its place.

        Args:
            lost: the step from which on there are no values, if any.
        """
        assert self._recorder
        with self._recorder as recorder:
            recorder.describe(epochs=max(self.steps, 1))
            if lost is not None:
                recorder.note(diverged=lost, undefined=False)
        if self.part != self.place:
            synced(self.part)
            put(self.part, self.place)
        self._held.close()

    def interrupt(self) -> Path:
        """Commit what there is; where it is now."""
        assert self._recorder
        at = self.steps
        if self._ended:  # no step has come yet
            self._leave(self._ended)
        with self._recorder as recorder:
            recorder.commit()
            recorder.note(interrupted=at)
        kept = self._left()
        self._held.close()
        return kept

    def discard(self) -> None:
        """Nothing was logged: nothing is left of it."""
        if self._recorder:
            self._recorder.abandon()
        if self._before is None:
            remove(self.part)
        self._held.close()

    def abandon(self) -> Path | None:
        """Leave what was committed, after an error; nothing more is written. Where it is, if
        anything was."""
        kept = None
        with suppress(VizoptError, OSError):
            if self._recorder:
                self._recorder.abandon()
            known = attributes(self.part).get("committed", {})
            if self._before is None and not known.get("history"):
                remove(self.part)
            elif self._recorder:
                kept = self._left()
        self._held.close()
        return kept

    def resumed(self) -> str:
        """Where a run is gone on with that came to no end; empty where it came to one."""
        if self._before is None or self._before.interrupted is None:
            return ""
        return goes_on(self.part, self.path, f"{self._about['unit']} {self.steps}")

    def told(self, steps: int) -> str:
        """So many of what is counted: `500 epochs`."""
        return counted(steps, self._about["unit"])

    def before(self, *names: str) -> list[list[float]]:
        """What a run that is resumed has of each quantity, where it was logged."""
        assert self._before is not None
        columns = [column_of(self._before, name) for name in names]
        found = [self._before[name] if name else np.empty(0) for name in columns]
        return [values[: self.steps][~np.isnan(values[: self.steps])].tolist() for values in found]

    def offered(self) -> int:
        """How many steps of a run that is resumed could have been kept, where parameters were
        logged at even distances; the first ones are all kept."""
        assert self._before is not None
        epochs = self._before["epoch"][: self.kept]
        every = int(epochs[1] - epochs[0]) if len(epochs) > 1 else 1
        return -(-(self.steps - int(epochs[0])) // every)

    def _left(self) -> Path:
        """Where an unfinished recording stays."""
        if self.part == self.place:
            return self.path
        return own_name(self.part, self.path) or renamed(self.part, self.path)

    def _header(self) -> Header:
        about = dict(self._about)
        title = about.pop("title") or self.path.stem
        by = about["external"]
        name = self.path.stem[:100]
        return Header(
            name=name,
            scene=tomli_w.dumps({"title": title, "name": _scene_name(name)}),
            layout=ParamLayout(()),
            epochs=max(self._epochs or 1, self.steps, 1),
            settings="  ·  ".join(filter(None, [one_line(by.told), one_line(by.model), by.again])),
            **about,
        )

    def _saved(
        self, at: int, header: Header, columns: list[Column], constants: dict[str, NDArray[Any]]
    ) -> Saved | None:
        """What to go on from: what came before the step that comes now."""
        run = self._before
        if run is None:
            return None
        known = run.columns
        rows = {n: a for n, a in known.items() if a.path.startswith("snapshots/")}
        shapes = {name: (array.dtype.name, array.shape[1:]) for name, array in rows.items()}
        if shapes != {column.name: (column.dtype, column.shape) for column in columns}:
            ours, theirs = (", ".join(sorted(n)) for n in ({c.name for c in columns}, shapes))
            raise RecordingError(f"cannot go on: a row has {ours}, and had {theirs} of other sizes")
        if run.layout != header.layout or dict(run.header.whole) != dict(header.whole):
            raise RecordingError("params: are not those of the recording that is to be resumed")
        for name, values in constants.items():
            if name not in run.names or not np.array_equal(run[name], values):
                raise RecordingError("data: is not that of the recording that is to be resumed")
        self._scalars = {STEP.name, *(known.keys() - rows.keys())}
        self.steps = min(at, self.steps)
        self._ended = ended(run, self.steps)
        self.kept = int(np.searchsorted(run["epoch"], self.steps))
        counts: dict[Group, int] = {"history": self.steps, "snapshots": self.kept}
        return Saved(counts, None, {})


def _named(parameters: Parameters | None) -> dict[str, Any]:
    """What a header says of parameters."""
    return {"layout": parameters.layout, "whole": parameters.whole} if parameters else {}


def _plain(value: Any) -> Any:
    return asdict(value) if isinstance(value, ParamLayout) else value


def _scene_name(name: str) -> str:
    """A name such as scenes have, which files are called by."""
    return re.sub(r"[^\w.,+() -]", "_", name).lstrip(".,+) -") or "run"
