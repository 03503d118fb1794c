"""Sizes and rates as they are said: `1080p`, `square`, `30000/1001`."""

from fractions import Fraction
from typing import Any, NamedTuple

from vizopt.core.arrays import Size

MARGIN = 32  # left and right of everything
SIDE = 720  # units of the shorter side of every frame
SIZES: dict[str, Size] = {
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "4k": (3840, 2160),
    "square": (1080, 1080),
    "portrait": (1080, 1920),
}
MAX_DENOMINATOR = 1001  # largest denominator of a rate that films have


class Box(NamedTuple):
    """A rectangle of a frame, in whole pixels, or of a slide."""

    left: int
    top: int
    width: int
    height: int


def frame_of(frame: Any) -> Any:
    """A frame as it is written on the command line, `4500`, where it is given as the number."""
    return str(frame) if type(frame) is int else frame


def size_of(value: Any) -> Any:
    """Width and height of a size's name or text; any other value as it is.

    Raises:
        ValueError: a text that is neither.
    """
    if not isinstance(value, str):
        return value
    name = value.lower().replace("×", "x")
    if name in SIZES:
        return SIZES[name]
    width, _, height = name.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f'"{value}": no size: write it like 1280x720, or {", ".join(SIZES)}')
    return int(width), int(height)


def fps_of(value: Any) -> Any:
    """Frames a second of a text: `29.97`, `30000/1001`; any other value as it is.

    Raises:
        ValueError: a text that is no number or fraction.
    """
    if not isinstance(value, str):
        return value
    try:
        return float(Fraction(value))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f'"{value}": no rate: write it like 25, 29.97 or 30000/1001') from None


def exact(fps: float) -> Fraction:
    """The fraction that a rate stands for: 30000/1001 for the float nearest to it."""
    return Fraction(fps).limit_denominator(MAX_DENOMINATOR)
