"""APNG: an animated PNG, lossless; plays in browsers and in many notebooks."""

import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.formats.base import Poster, StreamSpec, Write, check_sides
from vizopt.formats.changes import Changes

FASTEST = 90.0  # frames a second; browsers slow a delay of 10 ms down to 100
LARGEST = 2**31 - 1  # pixels a side
LONGEST = 2**16 - 1  # the largest number in a delay
RGBA = 6
SOURCE, OVER = 0, 1  # how a frame's pixels are put on what is shown


class APNG:
    """Streams what changes in each frame.

    Reference: PNG specification, third edition, W3C.
    """

    size: Size = (800, 450)
    fps: float = 20.0
    alpha = True
    slide = False
    poster: Poster = "frame"

    def rate(self, fps: float) -> float:
        """A delay is any fraction of two 16-bit numbers."""
        return min(fps, FASTEST)

    def check(self, path: Path, size: Size) -> None:
        check_sides(path, size, LARGEST)

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        return _open(path, stream)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    with finished(path) as part, part.open("wb") as file:
        writer = _Writer(file, stream)
        if stream.metadata.poster is not None:
            writer.write(stream.metadata.poster)
        yield writer.write
        writer.end()


class _Writer:
    """The file: chunks, whose number of frames is filled in at the end."""

    def __init__(self, file: BinaryIO, stream: StreamSpec) -> None:
        self._file = file
        self._changes = Changes(stream.level, whole=stream.transparent)
        self._put = SOURCE if stream.transparent else OVER
        self._plays = stream.metadata.loop
        self._delay = (1 / Fraction(stream.fps)).limit_denominator(LONGEST)
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


ENCODER = APNG()
