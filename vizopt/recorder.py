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

from vizopt.errors import RecordingError
from vizopt.header import GROUPS, Column, Group, Header
from vizopt.recording import FORMAT, uninterrupted

CHUNK: dict[Group, int] = {"history": 4096, "snapshots": 64}  # rows at most
CHUNK_BYTES = 8e6  # of a chunk at most, where a row is smaller
WAITING = 256  # snapshots that are written together: whole chunks
WAITING_BYTES = 64e6  # of rows that wait at most
WAITING_SECONDS = 5.0  # that a row waits at most, while others come


class Recorder:
    """Writes a recording; a context manager. At most 256 snapshots, 64 MB and 5 seconds wait in
    memory. Ctrl-C ends it with what it has, if rows were committed before.

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
        self._committed = dict.fromkeys(GROUPS, 0)
        self._bytes = {
            group: sum(_row_bytes(column) for column in columns if column.group == group)
            for group in GROUPS
        }
        self._begin()
        with _writing(path):
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
            self._group.update_attributes(
                {
                    "vizopt": {"format": FORMAT, **asdict(header)},
                    "id": uuid4().hex,  # of this run: who reads it notices when it is replaced
                    "committed": self._committed,
                }
            )

    def append(self, group: Group, row: Mapping[str, Any]) -> None:
        """Add one row to a group: a value for each of its columns."""
        for name, value in row.items():
            self._rows[name].append(value)
        self._waiting_bytes += self._bytes[group]
        if (
            self._waiting_bytes >= WAITING_BYTES
            or (group == "snapshots" and self._waiting(group) == WAITING)
            or monotonic() - self._since >= WAITING_SECONDS
        ):
            self.commit()

    def commit(self) -> None:
        """Write the waiting rows, then the new counts."""
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
            self._group.update_attributes({"committed": counts})
            self._begin()

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
        elif isinstance(error, KeyboardInterrupt) and self._committed["snapshots"]:
            with uninterrupted():  # a second Ctrl-C does not come between the two
                self.commit()
                self.note(interrupted=self._committed["history"])

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
