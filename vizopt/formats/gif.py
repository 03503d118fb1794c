"""GIF: one palette for the clip, and in every frame only what changed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.marks import MARK_BYTES, seal
from vizopt.formats.base import Format, check_sides
from vizopt.formats.quality import QualityStep
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import image_comment

MAX_COLOURS = 255  # and one index that means "as before"; each level of harm halves them
UNCHANGED = 255
UNSEEN_CHANGE = 6  # of 255: a smaller change of a pixel waits until it is worth its bytes
BLOCK_PX = 1 << 16  # compared at once: they fit the cache
MAX_SIDE_PX = 65535  # a side is a 16-bit number
MIN_DELAY_CS = 2  # hundredths of a second; browsers slow a shorter delay down to ten


def _nearest_fps(fps: float) -> float:
    """A delay is a whole number of hundredths of a second, two at least."""
    return 100 / max(round(100 / fps), MIN_DELAY_CS)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    with atomic_write(path) as part:
        with part.open("wb") as file:
            writer = _Writer(file, stream)
            if stream.metadata.poster is not None:
                writer.write(stream.metadata.poster)
            yield writer.write
            file.write(b";")
        seal(part, b"!\xfe" + bytes([MARK_BYTES]), lambda mark: b"\0", kept=1)


class _Writer:
    """The file, and the colours that the screen shows so far.

    Reference: GIF89a specification, W3C; the looping extension is Netscape's.
    """

    def __init__(self, file: BinaryIO, stream: StreamSpec) -> None:
        self._file = file
        self._hundredths = round(100 / stream.fps)
        self._palette = _palette(stream.samples(), MAX_COLOURS >> stream.level)
        self._nearest = _Nearest(self._palette)
        self._shown: NDArray[np.uint32] | None = None
        screen = np.array(stream.size, "<u2").tobytes() + b"\xf7\0\0"
        colours = np.zeros((256, 3), np.uint8)
        colours[: len(self._palette)] = self._palette
        file.write(b"GIF89a" + screen + colours.tobytes())
        if stream.metadata.loop != 1:  # without the extension it plays once, and else once more
            again = max(stream.metadata.loop - 1, 0).to_bytes(2, "little")
            file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + again + b"\0")
        for text in filter(None, (stream.metadata.warning, stream.metadata.recipe)):
            file.write(_comment(text))

    def write(self, frame: Frame) -> None:
        """Add a frame: the rectangle around what differs visibly from what is shown."""
        pixels = frame.view(np.uint32).reshape(-1)
        if self._shown is None:
            self._shown = pixels.copy()
            self._image(self._nearest(pixels).reshape(frame.shape[:2]), 0, 0)
            return
        places = _changed(pixels, self._shown)
        if not len(places):
            places = np.zeros(1, np.intp)  # an image has one pixel at least
        colours = pixels[places]
        self._shown[places] = colours
        rows = places // frame.shape[1]
        columns = places - rows * frame.shape[1]  # NumPy divides fast, but not with a remainder
        top, left = int(rows[0]), int(columns.min())
        indices = np.full((rows[-1] + 1 - top, columns.max() + 1 - left), UNCHANGED, np.uint8)
        indices[rows - top, columns - left] = self._nearest(colours)
        self._image(indices, left, top)

    def _image(self, indices: NDArray[np.uint8], left: int, top: int) -> None:
        """One image of the file, its corner at left, top."""
        from PIL import Image
        from PIL.GifImagePlugin import getdata

        image = Image.frombuffer("P", indices.shape[::-1], indices, "raw", "P", 0, 1)
        milliseconds = self._hundredths * 10
        options = {"duration": milliseconds, "transparency": UNCHANGED, "disposal": 1}
        self._file.writelines(getdata(image, (left, top), **options))


def _comment(text: str) -> bytes:
    """A comment extension: blocks of at most 255 bytes, each behind its length."""
    data = text.encode()
    parts = [data[i : i + 255] for i in range(0, len(data), 255)]
    return b"!\xfe" + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _changed(new: NDArray[np.uint32], shown: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Which colours [N] differ more than UNSEEN_CHANGE in a channel [n]; errors never add up."""
    found = []
    for start in range(0, len(new), BLOCK_PX):
        a, b = (colours[start : start + BLOCK_PX].view(np.uint8) for colours in (new, shown))
        change = np.maximum(a, b)
        change -= np.minimum(a, b)
        found.append(np.flatnonzero((change > UNSEEN_CHANGE).view(np.uint32) != 0) + start)
    return np.concatenate(found)


def _palette(samples: Iterable[Frame], most: int) -> NDArray[np.uint8]:
    """At most so many colours [n, 3] of the samples: all, or the best that Pillow finds."""
    each = [_counted(sample.view(np.uint32).ravel()) for sample in samples]  # one at a time
    colours, place = np.unique(np.concatenate([found for found, _ in each]), return_inverse=True)
    counts = np.bincount(place, np.concatenate([count for _, count in each])).astype(np.intp)
    rgb = colours.view(np.uint8).reshape(-1, 4)[:, :3]
    if len(rgb) <= most:
        return np.asarray(rgb)
    from PIL import Image

    often = np.minimum(counts, 500)  # large plain areas need one entry each, not all of them
    pixels = np.repeat(rgb, often, axis=0)[None]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    found = image.quantize(most, method=Image.Quantize.MEDIANCUT, kmeans=2).getpalette()
    return np.array(found, np.uint8).reshape(-1, 3)[:most]


def _counted(pixels: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[Any]]:
    """The colours of a frame [n], and how many pixels have each."""
    starts = np.flatnonzero(np.diff(pixels, prepend=~pixels[:1]))  # of runs of one colour
    colours, place = np.unique(pixels[starts], return_inverse=True)
    return colours, np.bincount(place, np.diff(starts, append=len(pixels)))


class _Nearest:
    """The palette index of every colour, worked out the first time that a colour is met."""

    def __init__(self, palette: NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.int32)
        self._known = np.full(1 << 24, -1, np.int16)

    def __call__(self, pixels: NDArray[np.uint32]) -> NDArray[np.uint8]:
        colours = pixels & 0xFFFFFF
        indices = self._known[colours]
        if (indices < 0).any():
            met = np.unique(colours[indices < 0])
            rgb = met.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
            for i in range(0, len(met), 256):  # a few at a time: a first frame can have many
                apart = self._palette - rgb[i : i + 256, None]
                self._known[met[i : i + 256]] = (apart**2).sum(axis=2).argmin(axis=1)
            indices = self._known[colours]
        return np.asarray(indices, np.uint8)


# Measured: docs/decisions/009-least-harm.md.
STEPS = (
    QualityStep(),
    *(QualityStep(0, fps) for fps in (0.75, 0.5)),
    *(QualityStep(0, 0.5, size) for size in (0.8, 0.65)),
    *(QualityStep(1, fps, 0.6) for fps in (0.4, 0.25)),
)
FORMAT = Format(
    media_type="image/gif",
    begins=rb"GIF8",
    open=_open,
    read_recipe=image_comment,
    size=(800, 450),
    fps=20.0,
    nearest_fps=_nearest_fps,
    check=partial(check_sides, MAX_SIDE_PX),
    quality_steps=STEPS,
    plays_in=frozenset({"browser", "slide"}),
    poster="frame",
)
