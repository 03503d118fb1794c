"""Locks: one process at a time puts its files into a folder."""

import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

PATIENCE_SECONDS = 10.0  # that one waits for another, which takes a few thousandths
AGAIN_SECONDS = 0.01


def _locked(place: int) -> None:
    """Lock an open folder.

    Raises:
        OSError: it cannot be locked, or others have it for long.
        ImportError: no folder can.
    """
    import fcntl

    until = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > until:
                raise
            sleep(AGAIN_SECONDS)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time puts its files into a folder, where the system can lock one; one that
    has waited for ten seconds, much longer than that takes, waits no more."""
    if sys.platform == "win32":
        import msvcrt

        key = zlib.crc32(os.path.realpath(folder).casefold().encode())
        place = os.open(Path(tempfile.gettempdir()) / f"vizopt-{key:08x}.lock", os.O_CREAT)
        try:
            with suppress(OSError):  # it gives up after ten seconds
                msvcrt.locking(place, msvcrt.LK_LOCK, 1)
            yield
        finally:
            os.close(place)
    else:
        place = os.open(folder, os.O_RDONLY)
        try:
            with suppress(ImportError, OSError):  # some network folders cannot
                _locked(place)
            yield
        finally:
            try:
                with suppress(OSError):  # so are the new names, where a folder can be synced
                    os.fsync(place)
            finally:  # Ctrl-C comes there most of all, and who keeps the lock waits for itself
                os.close(place)
