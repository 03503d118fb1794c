"""What a format is: all that is known of the files that end in one suffix."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from vizopt.core.arrays import Size
from vizopt.core.errors import EncodeError
from vizopt.core.marks import holds_recipe
from vizopt.formats.quality import VIDEO, QualityStep
from vizopt.formats.stream import StreamSpec, Write

Place: TypeAlias = Literal["browser", "slide"]
Poster: TypeAlias = Literal["", "frame", "beside"]
MAX_LOOPS = 1000  # showings that a file may ask for; 0 is for ever

# A sequence's name: what stands before the number, at least how many digits it has, and after it.
NUMBERED = re.compile(r"([^%]*)%(?:0([1-9]))?d(\.(?i:png))")
PRINTF = re.compile(
    r"%\d*[diouxs](?![a-z])", re.IGNORECASE
)  # "100%.png" and "50%off.png" are names


def any_fps(fps: float) -> float:
    """Of a format that has every rate exactly, and of a still."""
    return fps


def any_size(path: Path, size: Size) -> None:
    """Of a format that holds every size."""


def one_size(size: Size) -> Size | None:
    """Of a format that holds one drawing of the clip."""
    return None


@dataclass(frozen=True)
class Format:
    """One container. Its encoder writes frames [H, W, 4] as they come and keeps none.

    Args:
        media_type: what the web calls it.
        begins: what the first bytes of such a file match.
        open: a file to write frames to; complete and in place when the context ends without error.
            Raises EncodeError where it cannot be written; nothing is left of it.
        read_recipe: what such a file says of how it was made; empty where it says nothing.
        size: default width and height in pixels.
        fps: default frames per second.
        nearest_fps: the rate nearest to one that the format plays exactly.
        check: raises EncodeError for a size that the format cannot hold, or where it needs a
            program that is missing.
        is_ours: whether vizopt has written a file of the format.
        quality_steps: what is given up for a smaller file, the least harm first.
        plays_in: where it plays by itself: in a browser, on a slide.
        still: whether it holds one frame only.
        pixels: whether it is made of pixels, and not of curves and text.
        alpha: whether it can do without paper.
        for_slide: whether the clip is drawn for a slide.
        poster: where its poster is, of one that says how often it plays: its first frame, or beside
            them.
        narrow_size: of a second drawing, for narrow screens, beside one of a size; none where there
            is no second one.
    """

    media_type: str
    begins: bytes
    open: Callable[[Path, StreamSpec], AbstractContextManager[Write]]
    read_recipe: Callable[[Path], str]
    size: Size = (1280, 720)
    fps: float = 30.0
    nearest_fps: Callable[[float], float] = any_fps
    check: Callable[[Path, Size], None] = any_size
    is_ours: Callable[[Path], bool] = holds_recipe
    quality_steps: tuple[QualityStep, ...] = VIDEO
    plays_in: frozenset[Place] = frozenset()
    still: bool = False
    pixels: bool = True
    alpha: bool = False
    for_slide: bool = False
    poster: Poster = ""
    narrow_size: Callable[[Size], Size | None] = one_size

    @property
    def is_page(self) -> bool:
        """Whether it is a web page with a player."""
        return self.media_type == "text/html"


def check_even(path: Path, size: Size) -> None:
    """4:2:0 colour, which plays everywhere, holds one colour for two by two pixels.

    Raises:
        EncodeError: an odd side.
    """
    width, height = size
    if width % 2 or height % 2:
        even = f"{width // 2 * 2}x{height // 2 * 2}"
        wrong = f"size {width}x{height}: {path.suffix} needs even sides"
        raise EncodeError(f"{path}: {wrong}: try --size {even}")


def check_sides(most: int, path: Path, size: Size) -> None:
    """Raises EncodeError for a side longer than the format can say."""
    if max(size) > most:
        wrong = f"size {size[0]}x{size[1]}: {path.suffix} holds at most {most} pixels a side"
        raise EncodeError(f"{path}: {wrong}")


def is_sequence(path: Path) -> bool:
    """Whether a name stands for many pictures: `NAME-%05d.png`, `NAME-%d.png`."""
    return bool(NUMBERED.fullmatch(path.name))


def check_number(path: Path) -> None:
    """Raises EncodeError for a name that seems to stand for many pictures, and does not."""
    found = None if is_sequence(path) else PRINTF.search(path.name)
    if found:
        wrong = f"{found[0]!r} here stands for no number of a picture"
        raise EncodeError(f"{path}: {wrong}: name a sequence NAME-%d.png or NAME-%05d.png")
