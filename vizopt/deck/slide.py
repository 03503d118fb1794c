"""A slide: a clip, and the words around it."""

import re
from dataclasses import dataclass
from pathlib import Path

from vizopt.arrays import Size
from vizopt.encoders import Label
from vizopt.errors import EncodeError
from vizopt.safety import Verdict
from vizopt.showing import warning_of

TITLE = 120  # characters; more does not fit on two lines
SHOWN = {".mp4": "video/mp4", ".gif": "image/gif"}  # what slides play
# What XML cannot hold, whatever stands for it.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Slide:
    """One slide.

    Args:
        title: one line.
        clip: the MP4 or GIF.
        size: of the clip, in pixels.
        alt: its alt text.
        warning: why it is not for everyone; empty for one that may start by itself and loop.
        paragraphs: the text alternative.
        recipe: a scene's TOML; empty for a clip of unknown origin.
        paper, ink: of a look of the clip's own, #rrggbb; empty for the deck's.
        font: of the title, of such a look too.
    """

    title: str
    clip: Path
    size: Size
    alt: str
    warning: str
    paragraphs: tuple[str, ...]
    recipe: str
    paper: str = ""
    ink: str = ""
    font: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The paragraphs of the speaker's notes, without the recipe."""
        told = self.paragraphs
        return (self.warning, *told) if self.warning and self.warning not in told else told


def slide(clip: Path, label: Label, verdict: Verdict) -> Slide:
    """The slide of a clip.

    Raises:
        EncodeError: a GIF that flashes, for a slide cannot keep it from playing.
    """
    warning = warning_of(label, verdict)
    if warning and clip.suffix.lower() == ".gif":
        raise EncodeError(
            f"{clip.name}: flashes, and a GIF on a slide plays by itself: take an MP4"
        )
    title = _one_line(label.title) or clip.stem
    title = title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"
    alt = _one_line(label.alt) or title
    paragraphs = tuple(clean(paragraph) for paragraph in label.paragraphs)
    around = {use: label.colours.get(use, "") for use in ("paper", "ink")}
    around["font"] = clean(label.font)
    return Slide(title, clip, verdict.size, alt, warning, paragraphs, clean(label.recipe), **around)


def clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return FORBIDDEN.sub("", text)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
