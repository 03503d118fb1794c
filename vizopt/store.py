"""Store: the folder of a recording, as Zarr reads it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from zarr.storage import LocalStore

from vizopt.bounded import DOCUMENT
from vizopt.chunks import CHUNK

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype


class Whole(LocalStore):
    """A folder in which a missing chunk is damage, where Zarr's own reads zeros, and in which what
    is no file, or larger than any that vizopt writes, is not read."""

    async def get(
        self,
        key: str,
        prototype: "BufferPrototype | None" = None,
        byte_range: "ByteRequest | None" = None,
    ) -> "Buffer | None":
        await asyncio.to_thread(self._check, key)
        found = await super().get(key, prototype, byte_range)
        if found is None and "c" in key.split("/")[2:]:  # constants/points/c/0/0
            raise ValueError("a chunk is missing")
        return found

    def _check(self, key: str) -> None:
        path = Path(self.root) / key
        if path.exists() and not path.is_dir():
            most = DOCUMENT if path.suffix == ".json" else CHUNK
            if not path.is_file() or path.stat().st_size > most:
                raise ValueError(f"{key} is no file of a recording")
