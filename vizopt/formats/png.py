"""PNG: one frame as a still."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.core.marks import SOFTWARE
from vizopt.formats.base import Poster, StreamSpec, Write


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

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        return _open(path, stream)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    last: list[Frame] = []

    def write(frame: Frame) -> None:
        last[:] = [frame]

    with finished(path) as part:
        yield write
        if last:
            save(part, last[0], stream)


def save(path: Path, frame: Frame, stream: StreamSpec) -> None:
    """Write a frame and what it says of itself."""
    words, metadata = PngInfo(), stream.metadata
    words.add_text("Software", SOFTWARE)
    for key, text in (("Comment", metadata.warning), ("Recipe", metadata.recipe)):
        if text:
            words.add_itxt(key, text)
    channels = "RGBA" if stream.transparent else "RGB"
    Image.fromarray(frame).convert(channels).save(path, "PNG", pnginfo=words)


ENCODER = PNG()
