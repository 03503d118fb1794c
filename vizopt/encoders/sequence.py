"""A PNG sequence: `NAME-%05d.png` stands for NAME-00000.png, NAME-00001.png, …"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from vizopt.arrays import Frame, Size
from vizopt.encoders.base import Film, Write
from vizopt.encoders.png import save
from vizopt.errors import EncodeError
from vizopt.marks import is_ours

PLACE = "%05d"


class Sequence:
    """One PNG for each frame, lossless; an older one of ours goes when all are there."""

    size: Size = (1280, 720)
    fps: float = 30.0

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        """Any size; the number stands in the name once."""
        if path.name.count("%") != 1:
            raise EncodeError(f"{path}: one {PLACE} only: it stands for the number")

    def open(self, path: Path, film: Film) -> AbstractContextManager[Write]:
        return _open(path, film)


def members(path: Path) -> list[Path]:
    """The pictures of a sequence that are there, in order."""
    before, after = path.name.split(PLACE)
    pattern = re.compile(rf"{re.escape(before)}\d{{5,}}{re.escape(after)}")
    there = path.parent.iterdir() if path.parent.is_dir() else iter(())
    return sorted(file for file in there if pattern.fullmatch(file.name))


@contextmanager
def _open(path: Path, film: Film) -> Iterator[Write]:
    written: list[Path] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=path.parent) as folder:

            def write(frame: Frame) -> None:
                file = Path(folder) / path.name.replace(PLACE, f"{len(written):05d}")
                save(file, frame, film.label)
                written.append(file)

            yield write
            with _alone(path.parent):
                for old in filter(is_ours, members(path)):
                    old.unlink()
                for file in written:
                    file.replace(path.parent / file.name)
    except OSError as error:
        raise EncodeError(f"{path}: cannot write: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time puts its pictures into a folder, where the system can lock one."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network folders cannot
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


ENCODER = Sequence()
