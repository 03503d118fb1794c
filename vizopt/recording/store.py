"""The recording: a Zarr v3 group that any Zarr tool opens, written append only.

    attributes    header, id of the run, committed row counts; where it diverged or was interrupted
    constants/    arrays that do not change: the data points and their classes, a curve
    history/      one value for every epoch: loss, accuracy, lr [E]
    snapshots/    the kept rows: epoch [N], params [N, P], delta [N, P], scores [N, C, G, G]
    state/        while it is not complete: what the training goes on with, see `state`

The committed counts are written after the chunks, so a killed process leaves a valid, shorter
recording. Every chunk ends in its CRC-32C. `vizopt.recording.recorder` writes, this file reads.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from vizopt.core.bounded import DOCUMENT, read_bytes
from vizopt.core.errors import RecordingError, hint, tells_nothing
from vizopt.core.params import ParamLayout
from vizopt.core.places import at_home
from vizopt.recording import header as headers
from vizopt.recording import told
from vizopt.recording.atomic import is_written
from vizopt.recording.chunks import claimed, damaged_rows, is_missing
from vizopt.recording.guarded import reading
from vizopt.recording.header import GROUPS, Group
from vizopt.recording.remembered import Remembered
from vizopt.recording.snapshot import Snapshot, kept_row

if TYPE_CHECKING:
    import zarr

FORMAT = 2  # 1 has no tensors, only the shapes of the book's arrays


class Recording:
    """A recorded run, opened for reading. It is one run to the end: where another one has been put
    in its place, reading stops.

    `run["loss"]` is a column [E], `run.columns` tells which there are; `run.at(100)` is everything
    of an epoch and `run.weights("dense1", epoch=100)` a layer's weights [inputs, outputs] there.

    Args:
        path: of the recording.
        place: where it lies, when that is not its path: where nobody replaces it.
        before_damage: read it whole first, and have only the rows in front of any damage.

    Raises (when opened or read):
        RecordingError: no recording, damaged, replaced, or of a newer format.
    """

    def __init__(
        self, path: Path | str, place: Path | None = None, *, before_damage: bool = False
    ) -> None:
        self.path = at_home(path)
        self._place = place or self.path
        self.damage: tuple[str, ...] = ()  # array and rows, found by a reading before_damage
        self._remembered = Remembered()
        import zarr  # a scene is read without

        from vizopt.recording.whole import Whole

        with reading(self.path):
            self._group = zarr.open_group(Whole(self._place, read_only=True), mode="r")
            attributes: dict[str, Any] = dict(self._group.attrs.asdict())
        if "vizopt" not in attributes:
            raise RecordingError(f"{path}: not a vizopt recording (made by: vizopt record)")
        with reading(self.path):
            if attributes["vizopt"]["format"] > FORMAT:
                raise RecordingError(
                    f"{path}: written by a newer vizopt: upgrade with pip install -U vizopt"
                )
            self.header, others = headers.read(attributes)
            self._committed = dict(others.committed)
            self._id = others.id
            self.diverged, self.interrupted = others.diverged, others.interrupted
            self.undefined = others.undefined  # whether the loss had no value there, if told
            self.resumable = others.state is not None
            if self.resumable or (others.open and not is_written(self._place)):
                self.interrupted = self._committed["history"]  # killed, or interrupted once more
            self._arrays = {name: array for group in GROUPS for name, array in self._inside(group)}
            self._constants = constants = dict(self._inside("constants"))
            wrong = next(headers.misfits(self.header, self._arrays, constants), "")
            wrong = wrong or self._overclaimed()
        self._check_id()
        if wrong:
            raise RecordingError(f"{path}: damaged: {wrong}")
        if before_damage:
            self._cut()
        else:
            self._check_chunks()

    def __len__(self) -> int:
        """Number of kept rows, N."""
        return self._committed["snapshots"]

    @property
    def layout(self) -> ParamLayout:
        return self.header.layout

    @property
    def columns(self) -> dict[str, "zarr.Array[Any]"]:
        """The recorded arrays by name, history and snapshots."""
        return self._arrays

    @property
    def names(self) -> frozenset[str]:
        """Everything that can be asked for: columns and constants."""
        return frozenset(self._arrays) | frozenset(self._constants)

    @property
    def epochs(self) -> int:
        """Number of epochs recorded, E; fewer than planned when the run was cut short."""
        return self._committed["history"]

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A whole column [E] or [N, *shape], or a constant array."""
        return self.rows(column if isinstance(column, str) else repr(column), 0, None)

    def at(self, epoch: int) -> Snapshot:
        """Everything of one epoch: loss and the like, parameters before its step, the step itself.

        Raises:
            RecordingError: there is no such epoch, or its weights are not kept: the nearest are.
        """
        row = self._row_of(epoch)
        history = [name for name, array in self._arrays.items() if _group_of(array) == "history"]
        params, update = (
            self.layout.views(self.row(name, row)) if name in self._arrays else {}
            for name in ("params", "delta")
        )
        number = int(self["epoch"][row])
        values = {name: float(self[name][number]) for name in history}
        return Snapshot(number, values, params, update)

    def weights(self, name: str, *, epoch: int) -> NDArray[Any]:
        """One array of the parameters before the step of an epoch, read-only.

        Args:
            name: of an array, "dense1.weights", "net.0.weight", shaped as its owner has it; of a
                layer, "dense1", "net.0", for its weights [inputs, outputs].
            epoch: one whose weights are kept; see `at`.

        Raises:
            RecordingError: no such array or epoch.
        """
        name, params = str(name), self.at(epoch).params  # anything may come
        known = [*params, *self.layout.layers] if params else []
        if name not in known:
            raise RecordingError(f'{self.path}: no weights "{name}": {hint(name, known)}')
        if name in params:
            return params[name]
        found = self.layout.weights_of(name, self.row("params", self._row_of(epoch)))
        found.flags.writeable = False
        return found

    def __repr__(self) -> str:
        """`<Recording sgd.zarr: "SGD", 301 epochs, dense1 2 × 64, …, final loss 1.076>`."""
        return told.line(self)

    def _repr_html_(self) -> str:
        """How a notebook shows it: what was trained, how it went, what can be asked for."""
        return told.table(self)

    def rows(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        """Rows start to stop of a column, [stop − start, *shape], read-only.

        What was read last is remembered, and what somebody still has: panels ask for the same
        rows in turn.
        """
        part = column, start, stop
        return self._remembered.get(part, lambda: self._read(*part))

    def row(self, column: str, row: int) -> NDArray[Any]:
        """One row [*shape] of a snapshot column, read with the whole chunk that it lies in."""
        rows = self._arrays[column].chunks[0]
        start = row - row % rows
        found: NDArray[Any] = self.rows(column, start, start + rows)[row - start]
        return found

    def chunks(self, column: str) -> Iterator[NDArray[Any]]:
        """A snapshot column piece by piece, for what need not be in memory whole."""
        rows = self._arrays[column].chunks[0]
        for start in range(0, len(self), rows):
            yield self.rows(column, start, start + rows)

    def _row_of(self, epoch: Any) -> int:
        try:
            return kept_row(self["epoch"], epoch, self.epochs, self.header.unit)
        except ValueError as error:
            raise RecordingError(f"{self.path}: {error}") from error

    def _read(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        if column not in self.names:
            raise RecordingError(f"{self.path}: no column {column!r}: {hint(column, self.names)}")
        if column in self._constants:
            array, limit = self._constants[column], None
        else:
            array = self._arrays[column]
            limit = self._committed[_group_of(array)]
            stop = limit if stop is None else min(stop, limit)
        try:
            with reading(self.path):
                read = np.asarray(array[start:stop] if limit is not None else array[...])
        except RecordingError:
            self._check_id()
            with reading(self.path):
                bad = next(damaged_rows(array, limit, start, stop), None)
            if bad is None:
                raise
            way = "see: vizopt info --verify" if limit is None else "draw the rows before with: "
            way += "" if limit is None else "vizopt render --before-damage"
            raise RecordingError(f"{self.path}: damaged: {bad}: {way}") from None
        self._check_id()
        return read

    def _check_id(self) -> None:
        """That the run in this place is still the one that was opened: it may be replaced at any
        time, and the picture of two runs is that of none."""
        try:
            text = read_bytes(self._place / "zarr.json", DOCUMENT)
            found = json.loads(text)["attributes"].get("id")
        except (OSError, ValueError, KeyError, AttributeError, RecursionError) as error:
            if tells_nothing(error):
                reason = getattr(error, "strerror", error)
                raise RecordingError(f"{self.path}: cannot read: {reason}") from error
            found = ""
        if found != self._id:
            raise RecordingError(
                f"{self.path}: was replaced or removed while it was read: start again"
            )

    def _inside(self, group: str) -> Iterator[tuple[str, "zarr.Array[Any]"]]:
        """The arrays of a group by name; one after the other, for of several that fail at once
        Zarr's own thread complains beside our line."""
        import zarr

        for folder in sorted((self._place / group).iterdir()):
            if folder.is_dir():
                array = self._group[f"{group}/{folder.name}"]
                if not isinstance(array, zarr.Array):
                    raise ValueError(f"{group}/{folder.name} is no array")
                yield folder.name, array

    def _overclaimed(self) -> str:
        """The first array whose chunks claim more than their files can hold, and why."""
        for name, array in {**self._arrays, **self._constants}.items():
            if reason := claimed(array, self._place / array.path, name in self._arrays):
                return f"{array.path}: {reason}"
        return ""

    def _check_chunks(self) -> None:
        """That no chunk is missing, by their number; that epochs and classes are of the run."""
        with reading(self.path):
            for name, array in {**self._arrays, **self._constants}.items():
                rows = self._committed[_group_of(array)] if name in self._arrays else None
                short = rows is not None and array.shape[0] < rows
                if short or is_missing(array, self._place / array.path, rows):
                    self._check_id()
                    raise RecordingError(f"{self.path}: damaged: {array.path} is cut short")
        epochs = self["epoch"]
        rising = np.all(np.diff(epochs) > 0)
        if len(epochs) and not (rising and epochs[0] >= 0 and epochs[-1] < self.epochs):
            raise RecordingError(f"{self.path}: damaged: snapshots/epoch: no epochs of this run")
        if "labels" in self._constants and self.header.classes:
            labels = self["labels"]
            if len(labels) and not 0 <= labels.min() <= labels.max() < len(self.header.classes):
                raise RecordingError(
                    f"{self.path}: damaged: constants/labels: of more classes than "
                    f"the {len(self.header.classes)} of its header"
                )

    def _cut(self) -> None:
        """Read everything; note what is damaged, and keep the rows in front of it."""
        found: list[str] = []
        sound = dict(self._committed)
        with reading(self.path):
            for constant in self._constants.values():
                found += map(str, damaged_rows(constant, None))
            for array in self._arrays.values():
                group = _group_of(array)
                damaged = list(damaged_rows(array, self._committed[group]))
                found += map(str, damaged)
                for bad in damaged[:1]:
                    sound[group] = min(sound[group], bad.start)
            epochs = np.asarray(self._arrays["epoch"][: sound["snapshots"]])
        self._check_id()
        sound["snapshots"] = int(np.searchsorted(epochs, sound["history"]))
        if sound["snapshots"] < self._committed["snapshots"]:  # curves end where the rows end
            sound["history"] = int(epochs[sound["snapshots"] - 1]) + 1 if sound["snapshots"] else 0
        self._committed, self.damage = sound, tuple(found)


def _group_of(array: "zarr.Array[Any]") -> Group:
    return cast(Group, array.path.partition("/")[0])
