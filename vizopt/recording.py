"""The recording: a Zarr v3 group that any Zarr tool opens, written append only.

    attributes    header, committed row counts, finished
    constants/    arrays that do not change: the data points and their classes, a curve
    history/      one value for every epoch: loss, accuracy, lr [E]
    snapshots/    the kept rows: epoch [N], params [N, P], delta [N, P], scores [N, C, G, G]

The committed counts are written after the chunks, so a killed process leaves a valid, shorter
recording.
"""

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec

from vizopt.errors import RecordingError, hint
from vizopt.layout import Layout

FORMAT = 1
Group = Literal["history", "snapshots"]
CHUNK: dict[Group, int] = {"history": 4096, "snapshots": 64}  # rows
WAITING = 256  # snapshots that are written together: whole chunks
KEPT = 32e6, 4  # bytes of what was read last, or so many arrays


@dataclass(frozen=True, slots=True)
class Column:
    """One recorded value a row: `history` has a row for every epoch, `snapshots` for kept ones."""

    name: str
    group: Group
    dtype: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says of itself.

    Args:
        name: the scene's name, for file names and messages.
        scene: the scene's TOML, overrides included.
        layout: the arrays in the flat parameter vector.
        epochs: planned length of the run.
        versions: of vizopt and of what computed the numbers.
        unit: what a step is called, "epoch" or "step".
        settings: the optimizer, the data and the problem in a line.
        classes: names of the classes, in the order of their numbers.
        plane: what plane through the features the picture shows; empty for two features.
        worked: the update rule in lines of arithmetic, to be redone by hand; see
            `vizopt.optimizers.worked`.
    """

    name: str
    scene: str
    layout: Layout
    epochs: int
    versions: Mapping[str, str]
    unit: str = "epoch"
    settings: str = ""
    classes: tuple[str, ...] = ()
    plane: str = ""
    worked: str = ""


class Recorder:
    """Writes a recording; a context manager. 256 snapshots are in memory at most.

    Raises:
        RecordingError: the folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        columns: tuple[Column, ...],
        constants: Mapping[str, NDArray[Any]],
    ) -> None:
        self.path = path
        self._columns = columns
        self._rows: dict[str, list[Any]] = {column.name: [] for column in columns}
        self._committed = dict.fromkeys(CHUNK, 0)
        with _writing(path):
            self._group = zarr.open_group(path, mode="w", zarr_format=3)
            kept = self._group.create_group("constants")
            for name, values in constants.items():
                kept.create_array(name, data=values, config={"write_empty_chunks": True})
            self._arrays = {column.name: self._create(column) for column in columns}
            self._group.update_attributes(
                {"vizopt": {"format": FORMAT, **asdict(header)}, "committed": self._committed}
            )

    def append(self, group: Group, row: Mapping[str, Any]) -> None:
        """Add one row to a group: a value for each of its columns."""
        for name, value in row.items():
            self._rows[name].append(value)
        if group == "snapshots" and self._waiting(group) == WAITING:
            self.commit()

    def commit(self) -> None:
        """Write the waiting rows, then the new counts."""
        counts = {group: self._committed[group] + self._waiting(group) for group in CHUNK}
        with _writing(self.path):
            for column in self._columns:
                start, stop = self._committed[column.group], counts[column.group]
                if stop > start:
                    array = self._arrays[column.name]
                    array.resize((stop, *column.shape))
                    array[start:stop] = np.asarray(self._rows[column.name], column.dtype)
                self._rows[column.name] = []
            self._committed = counts
            self._group.update_attributes({"committed": counts})

    def note(self, **attributes: int) -> None:
        """Add to the recording's attributes: `diverged=137`."""
        with _writing(self.path):
            self._group.update_attributes(attributes)

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.commit()

    def _waiting(self, group: Group) -> int:
        return max(len(self._rows[c.name]) for c in self._columns if c.group == group)

    def _create(self, column: Column) -> "zarr.Array[Any]":
        return self._group.create_array(
            f"{column.group}/{column.name}",
            shape=(0, *column.shape),
            chunks=(CHUNK[column.group], *column.shape),
            dtype=column.dtype,
            compressors=ZstdCodec(level=1),
            config={"write_empty_chunks": True},  # a missing chunk is damage, never zeros
        )


class Recording:
    """A recorded run, opened for reading.

    Raises (when opened):
        RecordingError: no recording, damaged, or of a newer format.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._latest: dict[tuple[str, int, int | None], NDArray[Any]] = {}  # the last one read last
        with _reading(self.path):
            self._group = zarr.open_group(path, mode="r")
            attributes: dict[str, Any] = dict(self._group.attrs.asdict())
        if "vizopt" not in attributes:
            raise RecordingError(f"{path}: not a vizopt recording (made by: vizopt record)")
        with _reading(self.path):
            stored = dict(attributes["vizopt"])
            if stored.pop("format") > FORMAT:
                raise RecordingError(
                    f"{path}: written by a newer vizopt: upgrade with pip install -U vizopt"
                )
            layout = Layout.of(dict(stored.pop("layout")["shapes"]))
            classes = tuple(stored.pop("classes"))
            self.header = Header(layout=layout, classes=classes, **stored)
            self._committed = {group: int(attributes["committed"][group]) for group in CHUNK}
            self.diverged: int | None = attributes.get("diverged")
            self._arrays = self._open_arrays()

    def __len__(self) -> int:
        """Number of kept rows, N."""
        return self._committed["snapshots"]

    @property
    def layout(self) -> Layout:
        return self.header.layout

    @property
    def columns(self) -> dict[str, "zarr.Array[Any]"]:
        """The recorded arrays by name, history and snapshots."""
        return self._arrays

    @property
    def names(self) -> frozenset[str]:
        """Everything that can be asked for: columns and constants."""
        with _reading(self.path):
            constants = cast(zarr.Group, self._group["constants"]).array_keys()
            return frozenset(self._arrays) | frozenset(constants)

    @property
    def epochs(self) -> int:
        """Number of epochs recorded, E; fewer than planned when the run was cut short."""
        return self._committed["history"]

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A whole column [E] or [N, *shape], or a constant array."""
        return self.rows(column, 0, None)

    def rows(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        """Rows start to stop of a column, [stop − start, *shape], read-only.

        What was read last is remembered, up to 32 MB: panels ask for the same rows in turn.
        """
        wanted = column, start, stop
        if wanted in self._latest:
            self._latest[wanted] = self._latest.pop(wanted)
        else:
            self._latest[wanted] = self._read(*wanted)
            self._latest[wanted].flags.writeable = False
            most, least = KEPT
            while len(self._latest) > least and sum(a.nbytes for a in self._latest.values()) > most:
                del self._latest[next(iter(self._latest))]
        return self._latest[wanted]

    def row(self, column: str, row: int) -> NDArray[Any]:
        """One row [*shape] of a snapshot column, read with the whole chunk that it lies in."""
        start = row - row % CHUNK["snapshots"]
        return cast(NDArray[Any], self.rows(column, start, start + CHUNK["snapshots"])[row - start])

    def chunks(self, column: str) -> Iterator[NDArray[Any]]:
        """A snapshot column piece by piece, for what need not be in memory whole."""
        for start in range(0, len(self), CHUNK["snapshots"]):
            yield self.rows(column, start, start + CHUNK["snapshots"])

    def _read(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        with _reading(self.path):
            if column in self._arrays:
                array = self._arrays[column]
                group = cast(Group, array.path.partition("/")[0])
                limit = self._committed[group]
                return np.asarray(array[start : limit if stop is None else min(stop, limit)])
            if f"constants/{column}" in self._group:
                return np.asarray(cast("zarr.Array[Any]", self._group[f"constants/{column}"])[...])
        raise RecordingError(f"{self.path}: no column {column!r}: {hint(column, self.names)}")

    def _open_arrays(self) -> dict[str, "zarr.Array[Any]"]:
        arrays: dict[str, zarr.Array[Any]] = {}
        for group, rows in self._committed.items():
            members = dict(cast(zarr.Group, self._group[group]).arrays())
            for name, array in members.items():
                chunks = -(-rows // array.chunks[0])
                if array.shape[0] < rows or array.nchunks_initialized < chunks:
                    raise RecordingError(f"{self.path}: damaged: {group}/{name} is cut short")
            arrays |= members
        for name, array in cast(zarr.Group, self._group["constants"]).arrays():
            if array.nchunks_initialized < array.nchunks:
                raise RecordingError(f"{self.path}: damaged: constants/{name} is cut short")
        return arrays


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        with _uninterrupted():
            yield
    except OSError as error:
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        with _uninterrupted():
            yield
    except FileNotFoundError as error:
        known = "not a recording" if path.exists() else "no such recording"
        raise RecordingError(f"{path}: {known} (make one with: vizopt record)") from error
    except PermissionError as error:
        raise RecordingError(f"{path}: cannot read: {error.strerror}") from error
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: damaged recording: {reason}") from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits for the end of the block: Zarr's own thread does not like to be left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            raise KeyboardInterrupt
