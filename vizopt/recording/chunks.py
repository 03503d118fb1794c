"""Chunks of a recording's arrays: how many rows each has, and which are damaged."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import zarr


CHUNK = 2_000_000_000  # bytes of a chunk at most, packed or not
PACKED = 1 << 15  # bytes that a byte of Zstandard can stand for: a block of 128 kB takes 4
CODECS = {"bytes", "zstd", "crc32c"}


def claimed(array: "zarr.Array[Any]", folder: Path, column: bool) -> str:
    """Why an array's chunks cannot be such as it claims, before any of them is read: a few bytes
    may ask for more memory than there is. Empty where they can.

    Args:
        array: of a recording.
        folder: where it lies.
        column: whether it has rows, each whole in one chunk.
    """
    codecs = {str(codec.to_dict()["name"]) for codec in array.metadata.codecs}  # type: ignore[union-attr]
    if not codecs <= CODECS:
        return f"packed by {', '.join(sorted(codecs - CODECS))[:60]}, which vizopt does not write"
    if column and array.chunks[1:] != array.shape[1:]:
        return "its chunks do not hold whole rows"
    files, largest = _survey(folder)
    unpacked = prod(array.chunks) * array.dtype.itemsize
    if files and unpacked > min(CHUNK, PACKED * largest):
        return f"claims chunks of {unpacked:.3g} bytes, more than its files can hold"
    return ""


def is_missing(array: "zarr.Array[Any]", folder: Path, rows: int | None) -> bool:
    """Whether there are fewer files than chunks for an array, or for its first rows."""
    if rows is None:
        return array.nchunks > _survey(folder)[0]
    return -(-rows // array.chunks[0]) > _survey(folder)[0]


def _survey(folder: Path) -> tuple[int, int]:
    """Number of an array's files, and bytes of the largest."""
    every = (Path(where) / name for where, _, names in os.walk(folder) for name in names)
    sizes = [file.stat().st_size for file in every if file.name != "zarr.json"]
    return len(sizes), max(sizes, default=0)


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
