"""JPEG: one frame as a still, small, with a little loss."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from PIL import Image

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.formats.base import Poster, StreamSpec, Write, check_sides

QUALITY, STEP = 92, 10  # and what each level of harm takes; colour at full resolution, for text
LARGEST = 65_500  # pixels a side that libjpeg writes
COMMENT, LONGEST = b"\xff\xfe", 65_533  # a segment and its bytes
START = 2  # bytes that say that it is a JPEG


class JPG:
    """The last frame that was written."""

    size: Size = (1280, 720)
    fps: float = 30.0
    alpha = False
    slide = False
    poster: Poster = ""

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        check_sides(path, size, LARGEST)

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
            quality = QUALITY - STEP * stream.level
            picture = Image.fromarray(last[0]).convert("RGB")
            picture.save(part, "JPEG", quality=quality, subsampling=0, optimize=True)
            data = part.read_bytes()
            said = "\n".join(filter(None, (stream.metadata.warning, stream.metadata.recipe)))
            part.write_bytes(data[:START] + _comment(said) + data[START:])


def _comment(text: str) -> bytes:
    """Comment segments with the text, as many as it needs."""
    data = text.encode()
    parts = (data[i : i + LONGEST] for i in range(0, len(data), LONGEST))
    return b"".join(COMMENT + (len(part) + 2).to_bytes(2, "big") + part for part in parts)


ENCODER = JPG()
