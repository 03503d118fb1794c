"""Writer: the recording of a training that tells its steps one by one, of a length nobody knows."""

import re
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import tomli_w
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError, VizoptError, one_line
from vizopt.core.numbers import counted
from vizopt.core.params import ParamLayout
from vizopt.core.places import beside, remove, synced, target
from vizopt.recording.atomic import check_free, is_recording, put, renamed, writing
from vizopt.recording.budget import first_rows
from vizopt.recording.field import Field
from vizopt.recording.given import Samples
from vizopt.recording.header import Column, Group, Header
from vizopt.recording.logged import MISSING
from vizopt.recording.parameters import STATISTICS, Parameters
from vizopt.recording.recorder import Recorder
from vizopt.recording.resume import Saved
from vizopt.recording.store import Recording

UNLOGGED = -1  # in the column of steps: nobody logged this one
LEAST = 8  # K where predicting is slow


class Writer:
    """Writes rows as they come. Where there is no recording yet, they go to its place at once, and
    are there whatever happens to the process; else beside it, and it is replaced at the end.

    Args:
        path: of the recording.
        about: of its header: unit, title, who trained.
        epochs: how many there will be, if known.
        size: of the recording in bytes, at most.
        resumes: goes on with the recording at path.

    Raises:
        RecordingError: it cannot be written there, or there is none to resume.
    """

    def __init__(
        self, path: Path, about: dict[str, Any], epochs: int | None, size: float, *, resumes: bool
    ) -> None:
        if not is_recording(path):
            raise RecordingError(f"{path}: a recording's name ends in .zarr: {path.name}.zarr")
        self.path, self._about, self._epochs, self._size = path, about, epochs, size
        self._before = _resumable(path) if resumes else None
        self.steps = self._before.epochs if self._before else 0
        self.first = 1
        self._lock = ExitStack()
        check_free(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._place = target(path)
            self._part = self._place if resumes else _free(self._place)
            self._part.mkdir(exist_ok=True)
        except OSError as error:
            raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
        self._lock.enter_context(writing(self._part))
        self._recorder: Recorder | None = None
        self._scalars: set[str] = {"step"}

    def begin(
        self, parameters: Parameters | None, field: Field | None, samples: Samples | None
    ) -> None:
        """What a row has is known."""
        columns = [Column("step", "history", "int64"), Column("epoch", "snapshots", "int64")]
        layout = ParamLayout(())
        facts: dict[str, Any] = {}
        constants: dict[str, NDArray[Any]] = {}
        if parameters:
            layout = parameters.layout
            columns.append(Column("params", "snapshots", parameters.dtype.name, (layout.size,)))
            if parameters.is_sampled:
                shape = (len(layout.tensors), STATISTICS)
                columns.append(Column("statistics", "snapshots", "float32", shape))
                facts["whole"] = parameters.whole
        if samples:
            facts["classes"] = samples.classes
        if field:
            columns.append(field.column)
            constants = field.constants
            facts |= {"plane": field.plane.words, "axes": field.plane.names}
        row = sum(c.nbytes for c in columns if c.group == "snapshots")
        self.first = first_rows(self._size, row, self._epochs)
        if self._before:
            known = self._before.columns.items()
            self._scalars = {name for name, a in known if a.path.startswith("history/")}
        columns += [Column(n, "history", "float64") for n in sorted(self._scalars - {"step"})]
        self._recorder = Recorder(
            self._part, self._header(layout, facts), tuple(columns), constants, self._saved(layout)
        )

    def history(self, at: int, numbers: dict[str, float]) -> None:
        """Add a step; those since the last one that nobody logged have no values."""
        assert self._recorder
        for name in numbers.keys() - self._scalars:
            self._recorder.add(Column(name, "history", "float64"), MISSING)
            self._scalars.add(name)
        empty = dict.fromkeys(self._scalars, MISSING)
        for _ in range(self.steps, at):
            self._recorder.append("history", {**empty, "step": UNLOGGED})
        self._recorder.append("history", {**empty, **numbers, "step": at})
        self.steps = at + 1

    def snapshot(self, row: dict[str, Any]) -> None:
        """Keep a row."""
        assert self._recorder
        self._recorder.append("snapshots", row)

    def drop(self, column: str) -> None:
        """Take a column back, in all rows."""
        assert self._recorder
        self._recorder.drop(column)

    def thin(self) -> None:
        """Keep half as many rows from now on."""
        self.first = max(LEAST, self.first // 2)

    def finish(self, lost: int | None) -> None:
        """Complete the recording, and put it in its place.

        Args:
            lost: the step from which on the loss has no value, if any.
        """
        assert self._recorder
        with self._recorder as recorder:
            recorder.describe(epochs=max(self.steps, 1))
            if lost is not None:
                recorder.note(diverged=lost, undefined=False)
        self._lock.close()
        if self._part != self._place:
            synced(self._part)
            put(self._part, self._place)

    def interrupt(self) -> Path:
        """Commit what there is; where it is now."""
        assert self._recorder
        with self._recorder as recorder:
            recorder.commit()
            recorder.note(interrupted=self.steps)
        self._lock.close()
        if self._part == self._place:
            return self.path
        if not self.steps:
            remove(self._part)
            return self.path
        return renamed(self._part, self.path)

    def abandon(self) -> None:
        """Leave what was committed, after an error; nothing more is written."""
        with suppress(VizoptError, OSError):
            if self._recorder:
                self._recorder.abandon()
            renamed(self._part, self.path)
        self._lock.close()

    def told(self, steps: int) -> str:
        """So many of what is counted: `500 epochs`."""
        return counted(steps, self._about["unit"])

    def _header(self, layout: ParamLayout, facts: dict[str, Any]) -> Header:
        about = dict(self._about)
        title = about.pop("title") or self.path.stem
        by = about["external"]
        name = self.path.stem[:100]
        settings = "  ·  ".join(filter(None, [one_line(by.told), one_line(by.model)]))
        return Header(
            name=name,
            scene=tomli_w.dumps({"title": title, "name": _scene_name(name)}),
            layout=layout,
            epochs=max(self._epochs or 1, self.steps, 1),
            settings=settings,
            **about,
            **facts,
        )

    def _saved(self, layout: ParamLayout) -> Saved | None:
        """What to go on from."""
        if not self._before:
            return None
        if self._before.layout != layout:
            raise RecordingError("params: are not those of the recording that is to be resumed")
        rows: dict[Group, int] = {"history": self._before.epochs, "snapshots": len(self._before)}
        return Saved(rows, None, {})


def _resumable(path: Path) -> Recording:
    """The recording to go on with.

    Raises:
        RecordingError: there is none, or one that vizopt trained.
    """
    run = Recording(path)
    if run.header.external is None:
        raise RecordingError(f"{path}: was trained by vizopt: go on with: vizopt record --resume")
    return run


def _free(place: Path) -> Path:
    """The place itself, or one beside it where a recording is already."""
    return beside(place) if place.exists() else place


def _scene_name(name: str) -> str:
    """A name such as scenes have, which files are called by."""
    return re.sub(r"[^\w.,+() -]", "_", name).lstrip(".,+) -") or "run"
