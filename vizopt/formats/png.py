"""PNG: one frame as a still."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.core.marks import SOFTWARE
from vizopt.formats.base import Film, Poster, Write


class PNG:
    """A still for paper and slides, lossless; the last frame that was written."""

    size: Size = (1280, 720)
    fps: float = 30.0
    alpha = True
    slide = False
    poster: Poster = ""

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        """Any size."""

    def open(self, path: Path, film: Film) -> AbstractContextManager[Write]:
        return _open(path, film)


@contextmanager
def _open(path: Path, film: Film) -> Iterator[Write]:
    last: list[Frame] = []

    def write(frame: Frame) -> None:
        last[:] = [frame]

    with finished(path) as part:
        yield write
        if last:
            save(part, last[0], film)


def save(path: Path, frame: Frame, film: Film) -> None:
    """Write a frame and what it says of itself."""
    words, label = PngInfo(), film.label
    words.add_text("Software", SOFTWARE)
    for key, text in (("Comment", label.warning), ("Recipe", label.recipe)):
        if text:
            words.add_itxt(key, text)
    channels = "RGBA" if film.transparent else "RGB"
    Image.fromarray(frame).convert(channels).save(path, "PNG", pnginfo=words)


ENCODER = PNG()
