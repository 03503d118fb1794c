"""Widths: how much room a title takes, before any program sets it.

Bold DejaVu Sans comes with matplotlib and is wider than what programs have for titles, so that what
fits in it fits.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

UNIT = 100  # pixels of an em, as the widths are read
WIDE = 1.0  # em of a sign that the font lacks: Chinese, Japanese and Korean ones have so much


def ems(text: str) -> float:
    """How wide a text is on one line."""
    return sum(map(_width, text))


def letters(text: str) -> float:
    """How many letters x are as wide."""
    return ems(text) / ems("x")


def fits(text: str, room: float, lines: int = 1) -> bool:
    """Whether a text has room on some lines, each so many ems wide."""
    line, left = 1, room
    for word in _words(text):
        wide, seen = ems(word), ems(word.rstrip())
        if seen > left and left < room:
            line, left = line + 1, room
        while seen > left:  # a word longer than a line goes on
            line, wide, seen, left = line + 1, wide - left, seen - left, room
        left -= wide
    return line <= lines


def shortened(text: str, room: float, lines: int = 1) -> str:
    """A text, or as much of its beginning as has room, with … behind it."""
    if fits(text, room, lines):
        return text
    cuts = (f"{text[:end].rstrip()}…" for end in range(len(text) - 1, 0, -1))
    return next((cut for cut in cuts if fits(cut, room, lines)), "…")


def _words(text: str) -> Iterator[str]:
    """What a line does not break in, with the blank behind it; it breaks at any wide sign."""
    word = ""
    for sign in text:
        if word and (word[-1] == " " or "W" in (_breadth(word[-1]), _breadth(sign))):
            yield word
            word = ""
        word += sign
    if word:
        yield word


def _breadth(sign: str) -> str:
    found = east_asian_width(sign)
    return "W" if found == "F" else found


@cache
def _width(sign: str) -> float:
    """Of a sign, in em."""
    if combining(sign):
        return 0.0
    font = _font()
    if _breadth(sign) == "W" or not font.get_char_index(ord(sign)):
        return WIDE
    return float(font.load_char(ord(sign)).linearHoriAdvance) / 65536 / UNIT


@cache
def _font() -> "FT2Font":
    """Of its own: matplotlib's are shared, and have the size that was drawn with last."""
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    font = FT2Font(findfont(FontProperties(family="DejaVu Sans", weight="bold")))
    font.set_size(UNIT, 72)
    return font
