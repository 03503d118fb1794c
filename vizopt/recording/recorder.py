"""The recorder: writes a recording while its training runs, so that little is lost with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from math import prod
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any
from uuid import uuid4

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import Crc32cCodec, ZstdCodec

from vizopt.core.errors import RecordingError
from vizopt.recording.header import GROUPS, Column, Group, Header
from vizopt.recording.resume import Saved
from vizopt.recording.state import State, leaves
from vizopt.recording.store import FORMAT, uninterrupted

CHUNK: dict[Group, int] = {"history": 4096, "snapshots": 64}  # rows at most
CHUNK_BYTES = 8e6  # of a chunk at most, where a row is smaller
WAITING = 256  # snapshots that are written together: whole chunks
WAITING_BYTES = 64e6  # of rows that wait at most
WAITING_SECONDS = 5.0  # that a row waits at most, while others come


class Recorder:
    """Writes a recording; a context manager. At most 256 snapshots, 64 MB and 5 seconds wait in
    memory. Ctrl-C ends it with what it has, if rows were committed before.

    With the counts each commit names the training's state, in one of two places in turn, so that
    the one before stands until then. A complete recording has none.

    Args:
        path: the folder to write.
        header: what it says of itself.
        columns: what each row has.
        constants: arrays that do not change.
        saved: an interrupted recording there, to go on with.

    Raises:
        RecordingError: the folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        columns: tuple[Column, ...],
        constants: Mapping[str, NDArray[Any]],
        saved: Saved | None = None,
    ) -> None:
        self.path = path
        self._columns = columns
        self._rows: dict[str, list[Any]] = {column.name: [] for column in columns}
        self._committed = dict.fromkeys(GROUPS, 0)
        self._bytes = {
            group: sum(_row_bytes(column) for column in columns if column.group == group)
            for group in GROUPS
        }
        self._whole = dict(self._committed)  # rows, those that wait included
        self._mark: tuple[dict[Group, int], int, Any, Any] | None = None
        self._state: dict[str, Any] = {}  # as the last commit names it
        self._begin()
        with _writing(path):
            if saved:
                self._reopen(saved)
                return
            self._group = zarr.open_group(path, mode="w", zarr_format=3)
            kept = self._group.create_group("constants")
            for name, values in constants.items():
                kept.create_array(
                    name,
                    data=values,
                    compressors=[ZstdCodec(level=0), Crc32cCodec()],
                    config={"write_empty_chunks": True},
                )
            self._arrays = {column.name: self._create(column) for column in columns}
            self._attributes: dict[str, Any] = {
                "vizopt": {"format": FORMAT, **asdict(header)},
                "id": uuid4().hex,  # of this run: who reads it notices when it is replaced
            }
            self._tell()

    def append(self, group: Group, row: Mapping[str, Any]) -> None:
        """Add one row to a group: a value for each of its columns."""
        for name, value in row.items():
            self._rows[name].append(value)
        self._whole[group] += 1
        self._waiting_bytes += self._bytes[group]
        if (
            self._waiting_bytes >= WAITING_BYTES
            or (group == "snapshots" and self._waiting(group) == WAITING)
            or monotonic() - self._since >= WAITING_SECONDS
        ):
            self.commit()

    def mark(self, epoch: int, params: NDArray[Any], state: Any) -> None:
        """Here the rows of an epoch are whole: from it the training can go on."""
        self._mark = dict(self._whole), epoch, params, state

    def commit(self) -> None:
        """Write the waiting rows and the state, then the new counts."""
        counts = {group: self._committed[group] + self._waiting(group) for group in GROUPS}
        with _writing(self.path):
            for column in self._columns:
                start, stop = self._committed[column.group], counts[column.group]
                if stop > start:
                    array = self._arrays[column.name]
                    array.resize((stop, *column.shape))
                    waiting = self._rows[column.name][: stop - start]
                    array[start:stop] = np.asarray(waiting, column.dtype)
                self._rows[column.name] = []
            self._committed = counts
            self._save()
            self._tell()
            self._begin()

    def note(self, **attributes: int) -> None:
        """Add to the recording's attributes: `diverged=137`."""
        with _writing(self.path):
            self._attributes |= attributes
            self._tell()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._mark = None  # nothing comes that a state would be for
            self.commit()
            self._finish()
        elif isinstance(error, KeyboardInterrupt) and self._committed["snapshots"]:
            with uninterrupted():  # a second Ctrl-C does not come between the two
                self.commit()
                self.note(interrupted=self._committed["history"])

    def _reopen(self, saved: Saved) -> None:
        """What was committed after the state goes: it comes again."""
        self._group = zarr.open_group(self.path, mode="r+")
        self._arrays = {c.name: self._group[f"{c.group}/{c.name}"] for c in self._columns}  # type: ignore[misc]
        for column in self._columns:
            array = self._arrays[column.name]
            array.resize((saved.rows[column.group], *column.shape))
        self._committed, self._whole = dict(saved.rows), dict(saved.rows)
        known = dict(self._group.attrs.asdict())
        self._attributes = {key: known[key] for key in ("vizopt", "id")}
        self._state = saved.stored
        self._tell()

    def _save(self) -> None:
        """Write the state to the place that the last commit does not name."""
        if self._mark is None:
            return
        rows, epoch, params, state = self._mark
        slot = 1 - self._state.get("slot", 1)
        held = State(epoch, (params, *leaves(state)))
        packed = b"".join(leaf.tobytes() for leaf in held.leaves)
        self._group.create_array(
            f"state/{slot}",
            data=np.frombuffer(packed, np.uint8),
            chunks=(min(len(packed), int(CHUNK_BYTES)),),
            compressors=[Crc32cCodec()],
            config={"write_empty_chunks": True},
            overwrite=True,
        )
        kinds = [[leaf.dtype.str, list(leaf.shape)] for leaf in held.leaves]
        self._state = {"slot": slot, "epoch": epoch, "rows": rows, "leaves": kinds}
        self._mark = None

    def _tell(self) -> None:
        """Write the attributes, in one file: all of a commit holds, or nothing of it."""
        state = {"state": self._state} if self._state else {}
        counts: dict[str, Any] = {"committed": self._committed}
        self._group.attrs.put({**self._attributes, **counts, **state})

    def _finish(self) -> None:
        """A complete recording has nothing to go on with."""
        if self._state:
            with _writing(self.path):
                self._state = {}
                self._attributes.pop("interrupted", None)
                self._tell()
                del self._group["state"]

    def _begin(self) -> None:
        self._waiting_bytes, self._since = 0, monotonic()

    def _waiting(self, group: Group) -> int:
        """Whole rows: Ctrl-C may come in the middle of one."""
        return min((len(self._rows[c.name]) for c in self._columns if c.group == group), default=0)

    def _create(self, column: Column) -> "zarr.Array[Any]":
        fitting = int(CHUNK_BYTES // max(1, _row_bytes(column)))
        rows = min(CHUNK[column.group], max(1, fitting))
        return self._group.create_array(
            f"{column.group}/{column.name}",
            shape=(0, *column.shape),
            chunks=(rows, *column.shape),
            dtype=column.dtype,
            compressors=[ZstdCodec(level=1), Crc32cCodec()],
            config={"write_empty_chunks": True},  # a missing chunk is damage, never zeros
        )


def _row_bytes(column: Column) -> int:
    return np.dtype(column.dtype).itemsize * prod(column.shape)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        with uninterrupted():
            yield
    except OSError as error:
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
