"""PNG: one frame as a still."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.marks import RECIPE, SOFTWARE, is_written, seal_png
from vizopt.formats.base import Format
from vizopt.formats.quality import STILL_STEPS
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import png_recipe

NAMED = b"tEXtSoftware\0" + SOFTWARE.encode()


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """A still for paper and slides, lossless: the last frame that was written."""
    last: list[Frame] = []

    def write(frame: Frame) -> None:
        last[:] = [frame]

    with atomic_write(path) as part:
        yield write
        if last:
            save(part, last[0], stream)


def save(path: Path, frame: Frame, stream: StreamSpec) -> None:
    """Write a frame and what it says of itself."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    words, metadata = PngInfo(), stream.metadata
    words.add_text("Software", SOFTWARE)
    for key, text in (("Comment", metadata.warning), ("Recipe", metadata.recipe)):
        if text:
            words.add_itxt(key, text)
    channels = "RGBA" if stream.transparent else "RGB"
    Image.fromarray(frame).convert(channels).save(path, "PNG", pnginfo=words)
    seal_png(path)


def is_ours(path: Path) -> bool:
    """Whether it is as it was written; an older one names the program, or holds a recipe."""
    return is_written(path, RECIPE, NAMED)


FORMAT = Format(
    media_type="image/png",
    begins=rb"\x89PNG",
    open=_open,
    read_recipe=png_recipe,
    is_ours=is_ours,
    quality_steps=STILL_STEPS,
    plays_in=frozenset({"browser"}),
    still=True,
    alpha=True,
)
