"""PPTX: a deck of one slide, with the clip as MP4."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.flashes import check_flashes
from vizopt.formats.base import Poster, StreamSpec, Write
from vizopt.formats.mp4 import MP4
from vizopt.formats.slides.powerpoint import checked, write
from vizopt.formats.slides.slide import slide


class PPTX(MP4):
    """A slide with the clip, ready to be copied into another deck."""

    size: Size = (1440, 720)  # the room below the title
    slide = True
    poster: Poster = "beside"

    def check(self, path: Path, size: Size) -> None:
        """What MP4 needs, and python-pptx."""
        super().check(path, size)
        checked(path, None)

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        return _open(path, stream)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / f"{path.stem}.mp4"
        with MP4().open(clip, stream) as put:
            yield put
        verdict = stream.check_flashes(clip, path) if stream.check_flashes else check_flashes(clip)
        write(path, [slide(clip, stream.metadata, verdict)])


ENCODER = PPTX()
