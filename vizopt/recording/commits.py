"""Commits: the folder that a recorder writes, in which all of a commit holds or nothing of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.guarded import writing
from vizopt.recording.header import GROUPS, Column, Group, Header
from vizopt.recording.logged import MISSING
from vizopt.recording.resume import Saved
from vizopt.recording.state import State, leaves
from vizopt.recording.store import FORMAT
from vizopt.recording.waiting import Values

if TYPE_CHECKING:
    import zarr

CHUNK_ROWS = 4096  # of a chunk at most
SNAPSHOTS = 64  # rows of a chunk, or more where they are small
SMALL_BYTES = 1 << 19  # that a chunk of small rows has at most: a file takes as long as its rows
FLAT: dict[str, Any] = {"name": "default", "separator": "."}  # files c.0.0, and no folders
CHUNK_BYTES = 8e6  # of a chunk at most, where a row is smaller
AT_ONCE_BYTES = 16e6  # of what is packed at once: chunks for all cores


class Mark(NamedTuple):
    """Where the rows are whole and the training can go on from: so many rows of each group."""

    rows: dict[Group, int]
    epoch: int
    params: NDArray[Any]
    state: Any


class Batch(NamedTuple):
    """Rows that are written together.

    Args:
        values: of each group's columns, when they are asked for by name.
        counts: rows of each group, these included.
        mark: the last one in them; none where there is none.
    """

    values: dict[Group, Callable[[str], Values]]
    counts: dict[Group, int]
    mark: Mark | None


class Commits:
    """The folder of a recording that is written.

    With the counts each commit names the training's state, in one of two places in turn, so that
    the one before stands until then.

    Args:
        path: of the folder.
        header: what the recording says of itself.
        columns: what each row has.
        constants: arrays that do not change.
        saved: an interrupted recording there, to go on with.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        columns: tuple[Column, ...],
        constants: Mapping[str, NDArray[Any]],
        saved: Saved | None,
    ) -> None:
        import zarr  # a scene is read without

        self.path = path
        self._columns = columns
        self._arrays: dict[str, zarr.Array[Any]] = {}
        self.counts = dict.fromkeys(GROUPS, 0)  # committed rows
        self._state: dict[str, Any] = {}  # as the last commit names it
        with writing(path):
            if saved:
                self._reopen(saved)
                return
            # "w" would remove the folder, and with it the lock that who writes holds on it.
            self._group = zarr.open_group(path, mode="w-", zarr_format=3)
            kept = self._group.create_group("constants")
            for name, values in constants.items():
                kept.create_array(
                    name,
                    data=values,
                    compressors=_codecs(zstd=0),
                    chunk_key_encoding=FLAT,
                    config={"write_empty_chunks": True},
                )
            self._arrays = {column.name: self._create(column) for column in columns}
            self._attributes: dict[str, Any] = {
                "vizopt": {"format": FORMAT, **asdict(header)},
                "id": uuid4().hex,  # of this run: who reads it notices when it is replaced
                "open": True,
            }
            self._tell()

    def write(self, batch: Batch) -> None:
        """Write rows and state, then the counts that make them hold."""
        with writing(self.path):
            # The largest last: it may still be computed.
            for column in sorted(self._columns, key=lambda column: column.nbytes):
                if batch.counts[column.group] > self.counts[column.group]:
                    values = batch.values[column.group](column.name)
                    self._append(column, values, batch.counts[column.group])
            self.counts = batch.counts
            if batch.mark:
                self._save(batch.mark)
            self._tell()

    def note(self, **attributes: int) -> None:
        """Add to the recording's attributes: `diverged=137`."""
        with writing(self.path):
            self._attributes |= attributes
            self._tell()

    def describe(self, **known: Any) -> None:
        """Change what the header says: `epochs=500`."""
        with writing(self.path):
            self._attributes["vizopt"] |= known
            self._tell()

    def add(self, column: Column) -> None:
        """A column of the history that comes later; the rows before have no value."""
        with writing(self.path):
            array = self._arrays[column.name] = self._create(column)
            array.resize((self.counts[column.group], *column.shape))
            for start in range(0, array.shape[0], array.chunks[0]):
                array[start : start + array.chunks[0]] = MISSING
            self._columns += (column,)

    def restart(self, columns: tuple[Column, ...]) -> None:
        """Take all snapshots back: from now on they have more columns."""
        with writing(self.path):
            self.counts["snapshots"] = 0
            self._tell()
            for column in self._columns:
                if column.group == "snapshots":
                    self._arrays[column.name].resize((0, *column.shape))
            self._arrays |= {column.name: self._create(column) for column in columns}
            self._columns += columns

    def drop(self, name: str) -> None:
        """Take a column back."""
        with writing(self.path):
            path = self._arrays.pop(name).path
            self._columns = tuple(column for column in self._columns if column.name != name)
            del self._group[path]

    def finish(self) -> None:
        """A complete recording has nothing to go on with."""
        with writing(self.path):
            self._attributes.pop("open")
            if self._state:
                self._attributes.pop("interrupted", None)
            held, self._state = self._state, {}
            self._tell()
            if held:
                del self._group["state"]

    def _append(self, column: Column, values: Values, stop: int) -> None:
        """Whole chunks, of no more than AT_ONCE_BYTES or one."""
        start, array = self.counts[column.group], self._arrays[column.name]
        array.resize((stop, *column.shape))
        chunk = array.chunks[0]
        step = chunk * max(1, int(AT_ONCE_BYTES // (chunk * column.nbytes)))
        for first in range(start - start % step, stop, step):
            piece = slice(max(first, start), min(first + step, stop))
            some = values[piece.start - start : piece.stop - start]
            array[piece] = np.asarray(some, column.dtype)

    def _save(self, mark: Mark) -> None:
        """Write the state to the place that the last commit does not name."""
        slot = 1 - self._state.get("slot", 1)
        held = State(mark.epoch, (mark.params, *leaves(mark.state)))
        packed = np.concatenate([np.frombuffer(leaf.tobytes(), np.uint8) for leaf in held.leaves])
        chunk = min(len(packed), int(CHUNK_BYTES))
        array = self._group.create_array(
            f"state/{slot}",
            shape=packed.shape,
            dtype=packed.dtype,
            chunks=(chunk,),
            compressors=_codecs(),
            chunk_key_encoding=FLAT,
            config={"write_empty_chunks": True},
            overwrite=True,
        )
        for start in range(0, len(packed), chunk):
            array[start : start + chunk] = packed[start : start + chunk]
        kinds = [[leaf.dtype.str, list(leaf.shape)] for leaf in held.leaves]
        self._state = {"slot": slot, "epoch": mark.epoch, "rows": mark.rows, "leaves": kinds}

    def _tell(self) -> None:
        """Write the attributes, in one file: all of a commit holds, or nothing of it."""
        state = {"state": self._state} if self._state else {}
        header = self._attributes["vizopt"]
        header["epochs"] = max(header["epochs"], self.counts["history"])  # where nobody knows
        counts: dict[str, Any] = {"committed": self.counts}
        self._group.attrs.put({**self._attributes, **counts, **state})

    def _reopen(self, saved: Saved) -> None:
        """What was committed after the state goes: it comes again."""
        import zarr

        self._group = zarr.open_group(self.path, mode="r+")
        for column in self._columns:
            array = self._group[f"{column.group}/{column.name}"]
            assert isinstance(array, zarr.Array)
            array = self._arrays[column.name] = array.with_config({"write_empty_chunks": True})
            array.resize((saved.rows[column.group], *column.shape))
        self.counts = dict(saved.rows)
        known = dict(self._group.attrs.asdict())
        self._attributes = {key: known[key] for key in ("vizopt", "id")} | {"open": True}
        self._state = saved.stored
        self._tell()

    def _create(self, column: Column) -> "zarr.Array[Any]":
        most = CHUNK_ROWS
        if column.group == "snapshots":
            small = SMALL_BYTES // max(1, column.nbytes)
            most = min(most, max(SNAPSHOTS, 1 << small.bit_length() >> 1))
        rows = min(most, max(1, int(CHUNK_BYTES // max(1, column.nbytes))))
        return self._group.create_array(
            f"{column.group}/{column.name}",
            shape=(0, *column.shape),
            chunks=(rows, *column.shape),
            dtype=column.dtype,
            compressors=_codecs(zstd=1),
            chunk_key_encoding=FLAT,
            config={"write_empty_chunks": True},  # a missing chunk is damage, never zeros
        )


def _codecs(*, zstd: int | None = None) -> list[Any]:
    """What a chunk goes through; level 0 of Zstandard is its own default."""
    from zarr.codecs import Crc32cCodec, ZstdCodec

    packed = [] if zstd is None else [ZstdCodec(level=zstd)]
    return [*packed, Crc32cCodec()]
