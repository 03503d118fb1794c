"""PPTX: a deck of one slide, with the clip as MP4."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vizopt.core.arrays import Size
from vizopt.core.places import scratch
from vizopt.flashes import check_flashes
from vizopt.formats.base import Format
from vizopt.formats.mp4 import check_h264, h264
from vizopt.formats.slides.powerpoint import PROPERTIES, checked, checksum, write
from vizopt.formats.slides.slide import slide
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import held_recipe

SAVED_BY = b"<cp:lastModifiedBy>vizopt</cp:lastModifiedBy>"
SIGNED = re.compile(rb"<dc:identifier>vizopt ([0-9a-f]{8})</dc:identifier>")


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """A slide with the clip, ready to be copied into another deck."""
    with scratch() as folder:
        clip = folder / f"{path.stem}.mp4"
        with h264(clip, stream) as put:
            yield put
        verdict = stream.check_flashes(clip, path) if stream.check_flashes else check_flashes(clip)
        write(path, [slide(clip, stream.metadata, verdict)])


def _check(path: Path, size: Size) -> None:
    """What MP4 needs, and python-pptx."""
    check_h264(path, size)
    checked(path, None)


def _is_ours(path: Path) -> bool:
    """Whether vizopt saved it last, and its parts are what they were then.

    PowerPoint puts its user's name there; other programs may leave ours.
    """
    try:
        with ZipFile(path) as archive, archive.open(PROPERTIES) as properties:
            told = properties.read(100_000)
        signed = SIGNED.search(told)
        whole = signed is not None and signed[1].decode() == checksum(path)
        return SAVED_BY in told and whole
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return False


FORMAT = Format(
    media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
    begins=rb"PK\x03\x04",
    open=_open,
    read_recipe=held_recipe,
    size=(1440, 720),  # the room below the title
    check=_check,
    is_ours=_is_ours,
    for_slide=True,
    poster="beside",
)
