"""APNG: an animated PNG, lossless; plays in browsers and in many notebooks."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.marks import seal_png
from vizopt.formats.base import Format, check_sides
from vizopt.formats.changes import Changes
from vizopt.formats.quality import LOSSLESS
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import png_recipe

MAX_FPS = 90.0  # browsers slow a delay of 10 ms down to 100
MAX_SIDE_PX = 2**31 - 1
MAX_DENOMINATOR = 2**16 - 1  # of a delay in seconds
RGBA = 6
SOURCE, OVER = 0, 1  # how a frame's pixels are put on what is shown


def _nearest_fps(fps: float) -> float:
    """A delay is any fraction of two 16-bit numbers."""
    return min(fps, MAX_FPS)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    with atomic_write(path) as part:
        with part.open("wb") as file:
            writer = _Writer(file, stream)
            if stream.metadata.poster is not None:
                writer.write(stream.metadata.poster)
            yield writer.write
            writer.end()
        seal_png(part)


class _Writer:
    """The file: chunks, whose number of frames is filled in at the end.

    Reference: PNG specification, third edition, W3C.
    """

    def __init__(self, file: BinaryIO, stream: StreamSpec) -> None:
        self._file = file
        self._changes = Changes(stream.level, whole=stream.transparent)
        self._put = SOURCE if stream.transparent else OVER
        self._plays = stream.metadata.loop
        self._delay = (1 / Fraction(stream.fps)).limit_denominator(MAX_DENOMINATOR)
        self._frames = self._sequence = 0
        file.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", _longs(*stream.size) + bytes([8, RGBA, 0, 0, 0]))
        self._count = file.tell()
        self._chunk(b"acTL", _longs(0, 0))
        for key, text in (("Comment", stream.metadata.warning), ("Recipe", stream.metadata.recipe)):
            if text:
                self._chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode())

    def write(self, frame: Frame) -> None:
        """Add a frame: an image that is put on what is shown."""
        patch, left, top = self._changes(frame)
        height, width = patch.shape[:2]
        delay = np.array([self._delay.numerator, self._delay.denominator], ">u2").tobytes()
        place = _longs(self._next(), width, height, left, top)
        self._chunk(b"fcTL", place + delay + bytes([0, self._put]))
        lines = np.zeros((height, 1 + width * 4), np.uint8)  # filter 0: mostly flat colours
        lines[:, 1:] = patch.reshape(height, -1)
        data = zlib.compress(lines.data, 6)
        if self._frames:
            self._chunk(b"fdAT", _longs(self._next()) + data)
        else:
            self._chunk(b"IDAT", data)
        self._frames += 1

    def end(self) -> None:
        self._chunk(b"IEND", b"")
        self._file.seek(self._count)
        self._chunk(b"acTL", _longs(self._frames, self._plays))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _chunk(self, kind: bytes, data: bytes) -> None:
        body = kind + data
        self._file.write(_longs(len(data)) + body + _longs(zlib.crc32(body)))


def _longs(*numbers: int) -> bytes:
    return np.array(numbers, ">u4").tobytes()


FORMAT = Format(
    media_type="image/png",  # image/apng is what few programs know
    begins=rb"\x89PNG",
    open=_open,
    read_recipe=png_recipe,
    size=(800, 450),
    fps=20.0,
    nearest_fps=_nearest_fps,
    check=partial(check_sides, MAX_SIDE_PX),
    quality_steps=LOSSLESS,
    plays_in=frozenset({"browser"}),
    alpha=True,
    poster="frame",
)
