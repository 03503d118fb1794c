"""HTML: a page that holds the clip and its player, opened from disk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from vizopt.core.arrays import Frame, Spots
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import EncodeError
from vizopt.core.marks import signed, text_is_written
from vizopt.core.places import scratch
from vizopt.formats.base import Format
from vizopt.formats.html.page import page
from vizopt.formats.html.shots import Shot, narrow
from vizopt.formats.mp4 import check_h264, h264
from vizopt.formats.quality import VIDEO, QualityStep
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import held_recipe

GENERATOR = b'<meta name="generator" content="vizopt '
# A page is scrubbed: no picture waits for a later one, and every 30th is whole. Every 12th would be
# 1.7 times the file to seek in 25 ms instead of 29; every 250th, as in an MP4, seeks in 55 to 80.
SCRUBBED = ("-g", "30", "-bf", "0")
# The second clip is coarser by a level, and every 60th is whole. So it adds 0.6 to 0.7 of the first
# one's bytes; as fine as that it would add as many (docs/decisions/022).
SECOND = ("-g", "60", "-bf", "0")


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """One self-contained page around an H.264 clip.

    The clips are written first: the page says what the flash check finds in them.
    """
    with atomic_write(path) as part, scratch() as folder:
        clip = folder / "clip.mp4"
        with _shot(clip, path, stream, SCRUBBED) as seen:
            yield seen.write
        every, drawn = {clip: seen}, {clip: stream.spots}
        size = narrow(stream.size)
        if stream.again and size and seen.frames:
            clip = folder / "narrow.mp4"
            second = replace(stream, size=size, level=stream.level + 1)
            redrawn = stream.again(size)
            with _shot(clip, path, second, SECOND) as seen:
                for frame in redrawn.frames:
                    seen.write(frame)
            drawn[clip] = redrawn.spots
            every[clip] = seen
        verdict = None
        if stream.check_flashes:
            verdict = [stream.check_flashes(clip, path) for clip in every][-1]  # the worst of them
        if seen.frames:
            last = not stream.metadata.pauses  # where it would be an answer, the first
            shots = [seen.shot(clip, last, drawn[clip]()) for clip, seen in every.items()]
            text = page(stream, shots, verdict)
            part.write_text(signed(f"{text}<!-- ", " -->\n"), encoding="utf-8")


@contextmanager
def _shot(clip: Path, page: Path, stream: StreamSpec, options: Sequence[str]) -> Iterator["Seen"]:
    """One drawing, to write frames to."""
    with _named(clip, page), h264(clip, stream, *options) as put:
        yield Seen(put)


class Seen:
    """What is to be known of frames that are written and not kept."""

    def __init__(self, put: Write) -> None:
        self.frames = 0
        self.changes: list[int] = []
        self._put = put
        self._first: Frame | None = None
        self._last: Frame | None = None

    def write(self, frame: Frame) -> None:
        self._put(frame)
        if self._last is None or not np.array_equal(frame, self._last):
            self.changes.append(self.frames)
        self._first = frame if self._first is None else self._first
        self.frames, self._last = self.frames + 1, frame

    def shot(self, clip: Path, last: bool, spots: Spots) -> Shot:
        """The drawing, with its last frame as the poster or its first."""
        poster = self._last if last else self._first
        assert poster is not None
        size = poster.shape[1], poster.shape[0]
        return Shot(size, clip.read_bytes(), poster, self.frames, self.changes, spots)


@contextmanager
def _named(clip: Path, path: Path) -> Iterator[None]:
    """Errors name the page, not the clip that nobody asked for."""
    try:
        yield
    except EncodeError as error:
        raise EncodeError(str(error).replace(str(clip), str(path))) from error


def _is_ours(path: Path) -> bool:
    """Whether it is signed, or of an older vizopt, which named itself only."""
    return text_is_written(path, GENERATOR)


# The second clip goes before the first one loses any detail.
STEPS = (QualityStep(), *(step._replace(narrow=False) for step in VIDEO))
FORMAT = Format(
    media_type="text/html",
    begins=rb"(?i)<!doctype",
    open=_open,
    read_recipe=held_recipe,
    check=check_h264,
    is_ours=_is_ours,
    quality_steps=STEPS,
    plays_in=frozenset({"browser"}),
    poster="beside",
    narrow_size=narrow,
)
