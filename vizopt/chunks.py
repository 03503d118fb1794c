"""Chunks of a recording's arrays: how many rows each has, and which are damaged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from zarr.storage import LocalStore

if TYPE_CHECKING:
    import zarr
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype


class Whole(LocalStore):
    """A folder in which a missing chunk is damage, where Zarr's own reads zeros."""

    async def get(
        self,
        key: str,
        prototype: "BufferPrototype | None" = None,
        byte_range: "ByteRequest | None" = None,
    ) -> "Buffer | None":
        found = await super().get(key, prototype, byte_range)
        if found is None and "c" in key.split("/")[2:]:  # constants/points/c/0/0
            raise ValueError("a chunk is missing")
        return found


@dataclass(frozen=True, slots=True)
class Damage:
    """Rows of an array that cannot be read, start to stop − 1; all of it where it has no rows."""

    array: str
    start: int
    stop: int | None
    reason: str

    def __str__(self) -> str:
        rows = "" if self.stop is None else f", rows {self.start} to {self.stop - 1}"
        return f"{self.array}{rows} ({self.reason})"


def damaged_rows(
    array: "zarr.Array[Any]", limit: int | None, start: int = 0, stop: int | None = None
) -> Iterator[Damage]:
    """Read an array chunk by chunk and tell what cannot be read.

    Args:
        array: of a recording.
        limit: its committed rows; none for a constant, which is read whole.
        start: the first row looked at.
        stop: the row after the last one; the committed ones when left out.
    """
    if limit is None:
        if reason := _wrong(array, ...):
            yield Damage(array.path, 0, None, reason)
        return
    rows = array.chunks[0]
    for first in range(start - start % rows, limit if stop is None else stop, rows):
        last = min(first + rows, limit)
        reason = _wrong(array, slice(first, last))
        if array.shape[0] < last:
            reason = "cut short"
        if reason:
            yield Damage(array.path, first, last, reason)


def _wrong(array: "zarr.Array[Any]", wanted: Any) -> str:
    """Why a part of an array cannot be read; empty where it can."""
    try:
        np.asarray(array[wanted])
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        return "its checksum is wrong" if "checksum" in text else text
    return ""
