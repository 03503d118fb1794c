"""Clip options: size, rate and the like of a clip's file."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from vizopt.core.sizes import SIZES, fps_of, frame_of, size_of
from vizopt.core.specs import Count, Flag, Positive, spec
from vizopt.formats import MAX_LEVEL, MAX_LOOPS

SIDES = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2}
SIZE = WithJsonSchema(
    {"anyOf": [SIDES, {"enum": [*SIZES]}, {"type": "string", "pattern": r"^\d+x\d+$"}]}
)
FRACTION = {"type": "string", "pattern": r"^\d+(\.\d+|/\d+)?$"}
FRAME = WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
RATE = WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, FRACTION]})


@spec
class ClipOptions:
    """How a clip's file differs from its format's default; a clip's recipe has all of it.

    It is a scene's table `[clip]`. What is asked of a clip takes the place of what its scene says.

    Args:
        size: width and height in pixels, or "720p", "1080p", "4k", "square", "portrait"; the
            format's own when left out.
        fps: frames per second, or a fraction, "30000/1001"; the format's own when left out.
        allow_flashes: whether the lesson's look is drawn, which flashes; behind a warning card.
        at: which frame a still shows: "first", "last", 4500, "epoch=4500", "step=12"; of a race an
            epoch of the run that goes on longest, with all others at its instant.
        level: how much harm is done for a smaller file, as `vizopt make --fit` does it; 0 is none.
        loop: how often an image, page or slide plays by itself; 0 is for ever.
        poster: what it shows first: "first", "last", 4500, "epoch=4500", "step=12"; of a GIF, WebP
            or APNG one frame in front of the clip. The format's own when left out.
        slide: whether the clip is drawn for a slide: large text, and no title, which the slide has.
        embed: whether a web page is for a frame in another page.
        narrow: whether a web page has a second clip for narrow screens, where its first is wide.
    """

    size: Annotated[tuple[Count, Count] | None, BeforeValidator(size_of), SIZE] = None
    fps: Annotated[Positive | None, BeforeValidator(fps_of), RATE] = None
    allow_flashes: Flag = False
    at: Annotated[str, BeforeValidator(frame_of), FRAME] = "last"
    level: Annotated[int, Field(strict=True, ge=0, le=MAX_LEVEL)] = 0
    loop: Annotated[int, Field(strict=True, ge=0, le=MAX_LOOPS)] = 0
    poster: Annotated[str, BeforeValidator(frame_of), FRAME] = ""
    slide: Flag = False
    embed: Flag = False
    narrow: Flag = True

    @property
    def wants_narrow(self) -> bool:
        """Whether a page has a second clip; a frame in another page is wide."""
        return self.narrow and not self.embed
