"""Options: what is asked of a clip, over what its scene says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from vizopt.core.errors import VizoptError
from vizopt.formats import MAX_LOOPS
from vizopt.scene.options import ClipOptions

MIN_SIZE_PX, MAX_SIDE_PX = (320, 180), 7680  # the smallest may stand upright
MIN_FPS, MAX_FPS = 0.1, 1000
AT = re.compile(r"first|last|(?:(epoch|step)=)?(\d{1,18})")


@dataclass(frozen=True)
class Request:
    """What a user asked for; what is not named is as the scene and the formats have it.

    Args:
        options: values of `ClipOptions` by name.
        overrides: dotted scene key → value; of a recording only title, theme, look, timeline,
            stage, pause, clip.
        overwrite: files that vizopt did not write may be replaced.

    Raises:
        VizoptError: a size, rate or frame that cannot be drawn.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    overwrite: bool = False

    def __post_init__(self) -> None:
        check_options(self.options)

    def over(self, clip: ClipOptions) -> ClipOptions:
        """A scene's options, with what was asked for in their place."""
        options = replace(clip, **self.options)
        check_options(values_of(options))
        return options

    def asking(self, **options: Any) -> "Request":
        """The same, with some options more."""
        return replace(self, options={**self.options, **options})


def request(
    overrides: Mapping[str, Any] | None = None, overwrite: bool = False, **options: Any
) -> Request:
    """What is asked for, its options by their names."""
    return Request(options, overrides or {}, overwrite)


def values_of(options: ClipOptions) -> dict[str, Any]:
    """All of the options, by name."""
    return {option.name: getattr(options, option.name) for option in fields(options)}


def check_options(options: Mapping[str, Any]) -> None:
    """Raises VizoptError for a size, rate, frame or number of showings that there is not."""
    if options.get("size"):
        _check_size(*options["size"])
    fps, loop = options.get("fps"), options.get("loop")
    if fps is not None and not MIN_FPS <= fps <= MAX_FPS:
        raise VizoptError(f"fps {fps:g}: must lie between {MIN_FPS} and {MAX_FPS}")
    for name in ("at", "poster"):
        frame = options.get(name)
        if frame and not AT.fullmatch(frame):
            raise VizoptError(
                f"{name} {frame}: write it like 4500, epoch=4500, step=12, first or last"
            )
    if loop is not None and not 0 <= loop <= MAX_LOOPS:
        raise VizoptError(f"loop {loop}: must be 0, for ever, or up to {MAX_LOOPS} times")


def _check_size(width: int, height: int) -> None:
    wrong = f"size {width}x{height}"
    short, long = sorted((width, height))
    if long < MIN_SIZE_PX[0] or short < MIN_SIZE_PX[1] or long > MAX_SIDE_PX:
        least = f"{MIN_SIZE_PX[0]}x{MIN_SIZE_PX[1]}"
        raise VizoptError(
            f"{wrong}: must be at least {least}, to be read, and {MAX_SIDE_PX} at most"
        )
    if not 0.5 <= width / height <= 4:
        raise VizoptError(f"{wrong}: must not be narrower than 1:2 or wider than 4:1")
