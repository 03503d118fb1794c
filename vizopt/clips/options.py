"""Options: how a recording is drawn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vizopt.core.arrays import Size
from vizopt.core.errors import VizoptError
from vizopt.formats import MAX_LOOPS

SMALLEST, LARGEST = (320, 180), 7680  # pixels; the smallest may stand upright
SLOWEST, FASTEST = 0.1, 1000  # frames a second
AT = re.compile(r"first|last|(?:(epoch|step)=)?(\d{1,18})")


@dataclass(frozen=True)
class Look:
    """How a recording is drawn, where it differs from its scene and the formats' defaults.

    Args:
        size: width and height in pixels.
        fps: frames per second.
        overrides: dotted scene key → value; of a recording only title, theme, look,
            timeline, stage, pause, clip.
        allow_flashes: the lesson's look: the background in the classes' own colours, nothing
            held, updates to the next frame; behind a warning.
        at: which frame a still shows: "first", "last", "epoch=4500", "step=12"; "4500" is of what
            the run counts.
        loop: how often an image, page or slide plays by itself; 0 for ever.
        poster: what it shows first, written like `at`; of a GIF, WebP or APNG one frame in front.
        level: harm done for a smaller file.
        slide: drawn for a slide: large text, and no title, which the slide has.
        overwrite: files that vizopt did not write may be replaced.
        embed: a page for a frame in another page, of 520×320 pixels or more.
        narrow: a page has a second clip for narrow screens, where its first is wide; one for a
            frame has none.

    Raises:
        VizoptError: a size, rate or frame that cannot be drawn.
    """

    size: Size | None = None
    fps: float | None = None
    overrides: Mapping[str, Any] | None = None
    allow_flashes: bool = False
    at: str = ""
    loop: int | None = None
    poster: str = ""
    level: int = 0
    slide: bool = False
    overwrite: bool = False
    embed: bool = False
    narrow: bool = True

    @property
    def wants_narrow(self) -> bool:
        """Whether a page has a second clip; a frame in another page is wide."""
        return self.narrow and not self.embed

    def __post_init__(self) -> None:
        if self.size:
            width, height = self.size
            wrong = f"size {width}x{height}"
            short, long = sorted(self.size)
            if long < SMALLEST[0] or short < SMALLEST[1] or long > LARGEST:
                least = f"{SMALLEST[0]}x{SMALLEST[1]}"
                raise VizoptError(
                    f"{wrong}: must be at least {least}, to be read, and {LARGEST} at most"
                )
            if not 0.5 <= width / height <= 4:
                raise VizoptError(f"{wrong}: must not be narrower than 1:2 or wider than 4:1")
        if self.fps is not None and not SLOWEST <= self.fps <= FASTEST:
            raise VizoptError(f"fps {self.fps:g}: must lie between {SLOWEST} and {FASTEST}")
        for name, frame in (("at", self.at), ("poster", self.poster)):
            if frame and not AT.fullmatch(frame):
                raise VizoptError(
                    f"{name} {frame}: write it like 4500, epoch=4500, step=12, first or last"
                )
        if self.loop is not None and not 0 <= self.loop <= MAX_LOOPS:
            raise VizoptError(f"loop {self.loop}: must be 0, for ever, or up to {MAX_LOOPS} times")
