"""What is said of a run that stands, as there is room."""

from vizopt.draw.glyphs import Glyphs
from vizopt.draw.panels.base import DrawContext


def said_in(slot: DrawContext, words: str, glyphs: Glyphs, width: float) -> str:
    """The words in the picture's language; fewer where there is no room for when it was."""
    told = slot.told(words)
    if not words or glyphs.width(told) <= width:
        return told
    short = slot.say("diverges")
    return short if glyphs.width(short) <= width else ""
