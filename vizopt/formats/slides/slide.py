"""A slide: a clip or two, and the words around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vizopt.core.arrays import Size
from vizopt.core.errors import EncodeError
from vizopt.core.words import ENGLISH
from vizopt.flashes import Verdict
from vizopt.formats.ffmpeg import corner
from vizopt.formats.poster import picture, png, warning_of
from vizopt.formats.stream import ClipMetadata

TITLE = 120  # characters; more does not fit on two lines
RECIPE = "To make the clip again, save these lines as NAME.toml and run: vizopt {} NAME.toml"
SIDES = ("left", "right")
ALIKE = 0.1  # seconds that two clips may differ by, and still keep together when they repeat
# What XML cannot hold, whatever stands for it.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Room(NamedTuple):
    """What a clip is drawn for.

    Args:
        size: in pixels; the format's own when left out.
        text: how high the smallest text is to be, in percent of the shorter side.
    """

    size: Size | None
    text: float


class Cue(NamedTuple):
    """What happens when in a clip: `4.2 s`, `epoch 500: accuracy reaches 50 %`."""

    seconds: float
    words: str


@dataclass(frozen=True)
class Part:
    """A clip on a slide.

    Args:
        name: its title, or its file's name.
        clip: the MP4 or GIF.
        size: in pixels.
        verdict: what the flash check found, and its length.
        alt: its alt text.
        warning: why it is not for everyone; empty for one that may start by itself and loop.
        cues: what happens when, and the questions.
        paragraphs: the text alternative.
        recipe: a scene's TOML; empty for a clip of unknown origin.
        paper, ink: of a look of the clip's own, #rrggbb, the paper as players show it; empty for
            the deck's.
        font: of the title, of such a look too.
        loop: how often it plays by itself; 0: until the next slide.
        poster: a PNG that is shown before it plays; empty for its first frame.
    """

    name: str
    clip: Path
    size: Size
    verdict: Verdict
    alt: str
    warning: str
    cues: tuple[Cue, ...]
    paragraphs: tuple[str, ...]
    recipe: str
    paper: str = ""
    ink: str = ""
    font: str = ""
    loop: int = 0
    poster: bytes = b""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.verdict.seconds

    @property
    def again(self) -> str:
        """What its recipe is for."""
        return RECIPE.format("race" if "\n[[run]]\n" in self.recipe else "make")

    @property
    def moves_alone(self) -> bool:
        """Whether nothing can keep it from playing: a GIF is a picture."""
        return self.clip.suffix.lower() == ".gif"


@dataclass(frozen=True)
class Slide:
    """One slide.

    Args:
        title: one line.
        parts: a clip, or two that stand beside each other and play together.
    """

    title: str
    parts: tuple[Part, ...]

    @property
    def warning(self) -> str:
        """Why nothing on it may start by itself; empty where it may."""
        return next(filter(None, (part.warning for part in self.parts)), "")

    @property
    def loop(self) -> int:
        """How often its clips play, 0: until the next slide; once where they may flash or part."""
        lengths = [part.seconds for part in self.parts]
        if self.warning or max(lengths) - min(lengths) >= ALIKE:
            return 1
        loops = {part.loop for part in self.parts}
        return loops.pop() if len(loops) == 1 else 0

    @property
    def paper(self) -> str:
        """The paper that its clips agree on; empty for the deck's."""
        return self._agreed("paper")

    @property
    def ink(self) -> str:
        return self._agreed("ink") if self.paper else ""

    @property
    def font(self) -> str:
        return self._agreed("font")

    @property
    def notes(self) -> tuple[str, ...]:
        """The paragraphs of the speaker's notes, without the recipe: first what to watch for."""
        sides = SIDES if len(self.parts) > 1 else ("",)
        placed = list(zip(sides, self.parts, strict=True))
        cues = sorted((cue, side) for side, part in placed for cue in part.cues)
        notes = [self.warning] if self.warning else []
        notes += [
            f"{cue.seconds:.1f} s, {f'{side}, ' if side else ''}{cue.words}" for cue, side in cues
        ]
        for side, part in placed:
            notes += [f"{side.capitalize()}: {part.name}"] if side else []
            notes += [told for told in part.paragraphs if told != part.warning]
        return tuple(notes)

    def _agreed(self, what: str) -> str:
        values = {getattr(part, what) for part in self.parts}
        return str(values.pop()) if len(values) == 1 else ""


def slide(clip: Path, metadata: ClipMetadata, verdict: Verdict) -> Slide:
    """The slide of a clip.

    Raises:
        EncodeError: a GIF that flashes, for a slide cannot keep it from playing.
    """
    warning = warning_of(metadata, verdict)
    name = titled(metadata.title) or clip.stem
    around = {use: metadata.colours.get(use, "") for use in ("paper", "ink")}
    if around["paper"] and clip.suffix.lower() == ".mp4":  # else its edges would be seen
        around["paper"] = corner(clip)
    part = Part(
        name=name,
        clip=clip,
        size=verdict.size,
        verdict=verdict,
        alt=_one_line(metadata.alt) or name,
        warning=warning,
        cues=tuple(cues_of(metadata, verdict.seconds)),
        paragraphs=tuple(clean(paragraph) for paragraph in metadata.paragraphs),
        recipe=clean(metadata.recipe),
        font=clean(metadata.font),
        loop=metadata.loop,
        poster=_poster(clip, metadata, around["paper"]),
        **around,
    )
    if warning and part.moves_alone:
        raise EncodeError(
            f"{clip.name}: flashes, and a GIF on a slide plays by itself: take an MP4"
        )
    return Slide(name, (part,))


def _poster(clip: Path, metadata: ClipMetadata, paper: str) -> bytes:
    """What is shown before it plays, on the slide's paper; empty where the first frame is that."""
    if metadata.poster is None and (not paper or clip.suffix.lower() != ".mp4"):
        return b""
    frame = picture(clip, first=True) if metadata.poster is None else metadata.poster.copy()
    if paper:
        from matplotlib.colors import to_rgb

        bare = (frame == frame[0, 0]).all(axis=2)
        frame[bare, :3] = [round(value * 255) for value in to_rgb(paper)]
    return png(frame)


def joined(slides: Sequence[Slide], title: str = "") -> Slide:
    """One slide of the clips of some, with a title or what their own make."""
    parts = tuple(part for slide in slides for part in slide.parts)
    return Slide(titled(title) or titled(" vs. ".join(part.name for part in parts)), parts)


def titled(text: str) -> str:
    """A title of a slide: on one line, and its beginning where it is too long."""
    title = _one_line(text)
    return title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"


def cues_of(metadata: ClipMetadata, seconds: float) -> list[Cue]:
    """What happens in a clip of so many seconds, in its order."""
    shown = metadata.written(metadata.unit) if metadata.unit in metadata.numbers else []
    unit = ENGLISH.text(metadata.unit)
    said = [(mark.frame, mark.at, f": {mark.words}") for mark in metadata.marks]
    said += [(k, shown[k], f", question: {words}") for k, words in metadata.pauses]
    return [
        Cue(seconds * frame / len(shown), clean(f"{unit} {at}{words}"))
        for frame, at, words in sorted(said, key=lambda each: each[0])
    ]


def clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return FORBIDDEN.sub("", text)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
