"""PNG: the last frame of a clip, as a still."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vizopt.arrays import Frame, Size
from vizopt.encoders.base import Film, Write, finished


class PNG:
    """A still for paper and slides, lossless; the last frame that was written."""

    size: Size = (1280, 720)
    fps: float = 30.0

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        """Any size."""

    def open(self, path: Path, film: Film) -> AbstractContextManager[Write]:
        return _open(path, film.label.warning)


@contextmanager
def _open(path: Path, comment: str) -> Iterator[Write]:
    last: list[Frame] = []

    def write(frame: Frame) -> None:
        last[:] = [frame]

    with finished(path) as part:
        yield write
        if last:
            words = PngInfo()
            if comment:
                words.add_itxt("Comment", comment)
            Image.fromarray(last[0]).convert("RGB").save(part, "PNG", pnginfo=words)


ENCODER = PNG()
