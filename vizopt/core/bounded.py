"""Bounded: a file of unknown origin is read whole only where it is one, and not too large."""

import errno
import stat
from pathlib import Path

DOCUMENT = 16_000_000  # bytes of a zarr.json at most


def read_bytes(path: Path, most: int) -> bytes:
    """All of a file.

    Args:
        path: of the file; of a link, what it leads to.
        most: bytes.

    Raises:
        OSError: no file (a device or a pipe has no end), a larger one, or it cannot be read.
    """
    about = path.stat()
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):  # a folder says so itself
        raise OSError(errno.EINVAL, "not a file")
    with path.open("rb") as file:
        found = file.read(min(most, about.st_size + 4096) + 1)
    if len(found) > most:
        raise OSError(errno.EFBIG, f"larger than {most / 1e6:g} MB: not read")
    return found


def read_text(path: Path, most: int, encoding: str = "utf-8") -> str:
    """All of a text file, its lines ended by \\n; see read_bytes.

    Raises:
        UnicodeDecodeError: no text in this encoding.
    """
    return read_bytes(path, most).decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
