"""JPEG: one frame as a still, small, with a little loss."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.marks import MARK_BYTES, seal
from vizopt.formats.base import Format, check_sides
from vizopt.formats.quality import STILL_STEPS
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import image_comment

QUALITY, STEP = 92, 10  # and what each level of harm takes; colour at full resolution, for text
MAX_SIDE_PX = 65_500  # that libjpeg writes
COMMENT, MAX_COMMENT_BYTES = b"\xff\xfe", 65_533  # a segment
START_BYTES = END_BYTES = 2  # that say that it is a JPEG, and that it is all


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """The last frame that was written."""
    from PIL import Image

    last: list[Frame] = []

    def write(frame: Frame) -> None:
        last[:] = [frame]

    with atomic_write(path) as part:
        yield write
        if last:
            quality = QUALITY - STEP * stream.level
            picture = Image.fromarray(last[0]).convert("RGB")
            picture.save(part, "JPEG", quality=quality, subsampling=0, optimize=True)
            data = part.read_bytes()
            said = "\n".join(filter(None, (stream.metadata.warning, stream.metadata.recipe)))
            part.write_bytes(data[:START_BYTES] + _comment(said) + data[START_BYTES:])
            seal(part, COMMENT + (MARK_BYTES + 2).to_bytes(2, "big"), kept=END_BYTES)


def _comment(text: str) -> bytes:
    """Comment segments with the text, as many as it needs."""
    data = text.encode()
    parts = (data[i : i + MAX_COMMENT_BYTES] for i in range(0, len(data), MAX_COMMENT_BYTES))
    return b"".join(COMMENT + (len(part) + 2).to_bytes(2, "big") + part for part in parts)


FORMAT = Format(
    media_type="image/jpeg",
    begins=rb"\xff\xd8\xff",
    open=_open,
    read_recipe=image_comment,
    check=partial(check_sides, MAX_SIDE_PX),
    quality_steps=STILL_STEPS,
    plays_in=frozenset({"browser"}),
    still=True,
)
