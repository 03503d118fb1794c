"""HTML: a page that holds the clip and its player, opened from disk."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from vizopt.arrays import Frame, Size
from vizopt.encoders.base import Film, Poster, Write, finished
from vizopt.encoders.mp4 import MP4, h264
from vizopt.errors import EncodeError
from vizopt.marks import signed
from vizopt.places import scratch
from vizopt.player.page import page

# A page is scrubbed: no picture waits for a later one, and every 30th is whole. Every 12th would be
# 1.7 times the file to seek in 25 ms instead of 29; every 250th, as in an MP4, seeks in 55 to 80.
SCRUBBED = ("-g", "30", "-bf", "0")


class HTML:
    """One self-contained page around an H.264 clip."""

    size: Size = (1280, 720)
    fps: float = 30.0
    alpha = False
    slide = False
    poster: Poster = "beside"

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        """The clip inside is an MP4 and needs what that needs."""
        MP4().check(path, size)

    def open(self, path: Path, film: Film) -> AbstractContextManager[Write]:
        return _open(path, film)


@contextmanager
def _open(path: Path, film: Film) -> Iterator[Write]:
    """The clip is written first: the page says what the flash check finds in it."""
    count = 0
    last: Frame | None = None
    with finished(path) as part, scratch() as folder:
        clip = folder / "clip.mp4"
        with _named(clip, path), h264(clip, film, *SCRUBBED) as put:

            def write(frame: Frame) -> None:
                nonlocal count, last
                put(frame)
                count += 1
                last = frame

            yield write
        verdict = film.judge(clip, path) if film.judge else None
        if last is not None:
            text = page(film, clip.read_bytes(), last, count, verdict)
            part.write_text(signed(f"{text}<!-- ", " -->\n"), encoding="utf-8")


@contextmanager
def _named(clip: Path, path: Path) -> Iterator[None]:
    """Errors name the page, not the clip that nobody asked for."""
    try:
        yield
    except EncodeError as error:
        raise EncodeError(str(error).replace(str(clip), str(path))) from error


ENCODER = HTML()
