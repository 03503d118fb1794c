"""Store: the folder of a recording, as Zarr reads it."""

import asyncio
import atexit
import re
from pathlib import Path
from typing import TYPE_CHECKING

from zarr.core import sync
from zarr.storage import LocalStore

from vizopt.core.bounded import DOCUMENT
from vizopt.recording.chunks import CHUNK

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

CHUNK_KEY = re.compile(r"[^/]+/[^/]+/c[./]")  # constants/points/c.0.0, or c/0/0 as before
PATIENCE = 60  # seconds that Zarr's thread may take to end


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
        if found is None and CHUNK_KEY.match(key):
            raise ValueError("a chunk is missing")
        return found

    def _check(self, key: str) -> None:
        path = Path(self.root) / key
        if path.exists() and not path.is_dir():
            most = DOCUMENT if path.suffix == ".json" else CHUNK
            if not path.is_file() or path.stat().st_size > most:
                raise ValueError(f"{key} is no file of a recording")


def settled() -> None:
    """Wait for the writes that Zarr has begun: where one of several fails it goes on with the
    others, and would make anew the folder that is removed for it."""
    if sync.loop[0]:
        sync.sync(_others())


async def _others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


@atexit.register
def _end_of_zarr() -> None:
    """Wait for the end of Zarr's thread. It is given a fifth of a second by Zarr, which is too
    short on a busy machine, and fails with a traceback after our last line."""
    loop, thread = sync.loop[0], sync.iothread[0]
    if loop and thread:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
