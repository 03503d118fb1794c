"""A PNG sequence: `NAME-%05d.png` stands for NAME-00000.png, NAME-00001.png, …"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizopt.core.arrays import Frame
from vizopt.core.errors import EncodeError
from vizopt.core.locks import alone
from vizopt.core.places import beside, made, remove, sweep, synced
from vizopt.formats.base import NUMBERED, Format
from vizopt.formats.png import is_ours, save
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import png_recipe


def members(path: Path) -> list[Path]:
    """The pictures of a sequence that are there, in order."""
    there = path.parent.iterdir() if path.parent.is_dir() else iter(())
    return sorted(file for file in there if names(path).fullmatch(file.name))


def names(path: Path) -> re.Pattern[str]:
    """What the pictures of a sequence are named."""
    before, digits, after = _parted(path)
    return re.compile(rf"{re.escape(before)}\d{{{digits},}}{re.escape(after)}")


def _parted(path: Path) -> tuple[str, int, str]:
    """What stands before the number of a picture, how many digits it has at least, and the rest."""
    found = NUMBERED.fullmatch(path.name)
    assert found
    return found[1], int(found[2] or 1), found[3]


def put(path: Path, made: list[Path]) -> None:
    """Put the pictures of a sequence in place; older ones of ours that are none of them go."""
    new = {file.name for file in made}
    for file in made:
        file.replace(path.parent / file.name)
    for old in members(path) if made else ():
        if old.name not in new and (is_ours(old) or not old.stat().st_size):
            old.unlink()


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """One PNG for each frame, lossless; older ones of ours go when all are there."""
    written: list[Path] = []
    folder = beside(path)
    before, digits, after = _parted(path)

    def write(frame: Frame) -> None:
        file = folder / f"{before}{len(written):0{digits}d}{after}"
        save(file, frame, stream)
        written.append(file)

    try:
        with made(path.parent):
            sweep(path.parent)
            folder.mkdir()
            try:
                yield write
                synced(folder)
                with alone(path.parent):
                    put(path, written)
            finally:
                remove(folder)
    except OSError as error:
        raise EncodeError(f"{path}: cannot write: {error.strerror or error}") from error


FORMAT = Format(
    media_type="image/png",
    begins=rb"\x89PNG",
    open=_open,
    read_recipe=png_recipe,
    is_ours=is_ours,
    alpha=True,
)
