"""Watched: a clip as who looks at it sees it, over the seam where it starts again."""

from collections.abc import Generator
from pathlib import Path

from vizopt.flashes.decode import pictures
from vizopt.flashes.frames import DecodedFrame
from vizopt.flashes.grid import RGB

SEAM_MICROSECONDS = 2_000_000  # µs that a looping clip is watched for after its first end
HELD_BYTES = 16 << 20  # of pictures kept for the second time; more are decoded again


class Watched:
    """The pictures of a clip with times that go on when it loops.

    Args:
        looped: show it again until SEAM_MICROSECONDS after its first end, decoded anew each time
            where that much of it is more than HELD_BYTES.
        paper: what is seen through what is transparent.
    """

    def __init__(self, path: Path, looped: bool, paper: str) -> None:
        self.frames = 0
        self.clear = False  # whether something is
        self.end = 0  # µs
        self._path = path
        self._looped = looped
        self._paper = paper
        self._first: list[DecodedFrame] | None = []  # what is seen again; None: it is too much

    def __iter__(self) -> Generator[tuple[int, RGB]]:
        for picture in pictures(self._path, self._paper):
            yield picture.start, picture.frame
            self._hold(picture)
            self.frames += 1
            self.clear |= picture.clear
            self.end = picture.end
        if not self._looped or self.frames < 2 or self.end <= 0:
            return
        offset = self.end
        while offset < self.end + SEAM_MICROSECONDS:
            for picture in self._first or pictures(self._path, self._paper):
                if offset + picture.start > self.end + SEAM_MICROSECONDS:
                    return
                yield offset + picture.start, picture.frame
            offset += self.end

    def _hold(self, picture: DecodedFrame) -> None:
        if self._first is None or picture.start > SEAM_MICROSECONDS:
            return
        self._first.append(picture)
        if len(self._first) * picture.frame.nbytes > HELD_BYTES:
            self._first = None
