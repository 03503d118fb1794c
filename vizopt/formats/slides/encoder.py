"""PPTX: a deck of one slide, with the clip as MP4."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.flashes import judge
from vizopt.formats.base import Film, Poster, Write
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

    def open(self, path: Path, film: Film) -> AbstractContextManager[Write]:
        return _open(path, film)


@contextmanager
def _open(path: Path, film: Film) -> Iterator[Write]:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / f"{path.stem}.mp4"
        with MP4().open(clip, film) as put:
            yield put
        verdict = film.judge(clip, path) if film.judge else judge(clip)
        write(path, [slide(clip, film.label, verdict)])


ENCODER = PPTX()
