"""Atomic: a file is complete under its name, or it is not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vizopt.core.errors import EncodeError
from vizopt.core.interrupts import uninterrupted
from vizopt.core.places import beside, made, sweep, synced


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A place to write to, renamed to path when complete and removed when not.

    It has a name of its own: of two runs that write the same file the last to finish wins, whole.
    A link stays one: what it leads to is replaced.
    """
    place = Path(os.path.realpath(path))
    part = beside(place)
    try:
        with made(place.parent):
            sweep(place.parent)
            try:
                yield part
                if not part.stat().st_size:
                    raise EncodeError(f"{path}: the encoder wrote an empty file")
                synced(part)
                part.replace(place)
            finally:
                with uninterrupted(), suppress(OSError):
                    part.unlink(missing_ok=True)
    except OSError as error:
        raise EncodeError(f"{path}: cannot write: {error.strerror or error}") from error
