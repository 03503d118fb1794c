"""A slide: a clip, and the words around it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vizopt.arrays import Size
from vizopt.encoders import Label
from vizopt.errors import EncodeError
from vizopt.numbers import count
from vizopt.safety import Verdict
from vizopt.showing import png, warning_of

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
        cues: what happens when, and the questions.
        paragraphs: the text alternative.
        recipe: a scene's TOML; empty for a clip of unknown origin.
        paper, ink: of a look of the clip's own, #rrggbb; empty for the deck's.
        font: of the title, of such a look too.
        loop: how often it plays by itself; 0: until the next slide.
        poster: a PNG that is shown before it plays; empty for its first frame.
    """

    title: str
    clip: Path
    size: Size
    alt: str
    warning: str
    cues: tuple[str, ...]
    paragraphs: tuple[str, ...]
    recipe: str
    paper: str = ""
    ink: str = ""
    font: str = ""
    loop: int = 0
    poster: bytes = b""

    @property
    def notes(self) -> tuple[str, ...]:
        """The paragraphs of the speaker's notes, without the recipe: first what to watch for."""
        told = tuple(paragraph for paragraph in self.paragraphs if paragraph != self.warning)
        return (*filter(None, [self.warning]), *self.cues, *told)


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
    around: dict[str, Any] = {use: label.colours.get(use, "") for use in ("paper", "ink")}
    around |= {"font": clean(label.font), "loop": label.loop}
    around["poster"] = b"" if label.poster is None else png(label.poster)
    cues = tuple(clean(cue) for cue in cues_of(label, verdict.seconds))
    size, recipe = verdict.size, clean(label.recipe)
    return Slide(title, clip, size, alt, warning, cues, paragraphs, recipe, **around)


def cues_of(label: Label, seconds: float) -> list[str]:
    """`4.2 s, epoch 500: accuracy reaches 50 %`, in the order of a clip of so many seconds."""
    epochs = label.numbers.get(label.unit, ())
    said = [(frame, f": {words}") for frame, words in label.marks]
    said += [(frame, f", question: {words}") for frame, words in label.pauses]
    return [
        f"{seconds * frame / len(epochs):.1f} s, {label.unit} {count(int(epochs[frame]))}{words}"
        for frame, words in sorted(said)
    ]


def clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return FORBIDDEN.sub("", text)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
