"""A stream: the frames of one clip, and what an encoder is told of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Frame, Size, Spots
from vizopt.core.numbers import count, number
from vizopt.core.words import ENGLISH, Language
from vizopt.recording.header import Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from vizopt.flashes import Verdict

Write: TypeAlias = Callable[[Frame], None]
CheckFlashes: TypeAlias = "Callable[[Path, Path], Verdict]"


class Mark(NamedTuple):
    """Something that happened.

    Args:
        frame: the first that shows it, or what came after it.
        at: the epoch, step or time, exactly and as it is written: a clip may not show it.
        words: what it was.
    """

    frame: int
    at: str
    words: str


@dataclass(frozen=True)
class ClipMetadata:
    """What a file says of itself, besides its frames.

    Args:
        title: of the clip.
        alt: one paragraph of at most 250 characters.
        paragraphs: the text alternative.
        recipe: the scene's TOML, to make the clip again.
        warning: why the clip is not for everyone; empty for one that does not flash.
        unit: key of the word for what the clip counts: "epoch", "step", "seconds".
        kind: of the problem that it shows.
        numbers: by name, of each frame [F]: the unit's own, loss, accuracy, lr.
        texts: those of them that have digits of their own, as the picture writes them [F].
        marks: what happened.
        pauses: frame and words where a player waits for the viewer.
        colours: by use ("paper", "ink", "muted", "rule", "loss", …), of a look that says its own
            paper or ink: a slide follows them.
        around: those that a web page follows, of any look.
        font: family that a look of its own names; empty for none.
        words: in the language that the clip has.
        loop: how often it plays by itself; 0: for ever.
        poster: what is shown before it plays; none: what the format begins with.
        runs: their names in order, of a clip of several.
    """

    title: str = ""
    alt: str = ""
    paragraphs: tuple[str, ...] = ()
    recipe: str = ""
    warning: str = ""
    unit: str = "epoch"
    kind: Kind = "network"
    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    pauses: tuple[tuple[int, str], ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)
    font: str = ""
    words: Language = ENGLISH
    loop: int = 0
    poster: Frame | None = None
    runs: tuple[str, ...] = ()

    def written(self, name: str) -> list[str]:
        """The numbers of that name as the picture writes them, of each frame [F]."""
        if name in self.texts:
            return [*self.texts[name]]
        values = np.asarray(self.numbers[name])
        if np.issubdtype(values.dtype, np.integer):
            return [count(int(value)) for value in values]
        return [number(float(value)) for value in values]


class Redrawn(NamedTuple):
    """The clip at another size.

    Args:
        frames: one after the other.
        spots: where each of several runs is in them.
    """

    frames: Iterable[Frame]
    spots: Callable[[], Spots] = dict


@dataclass(frozen=True)
class StreamSpec:
    """What an encoder may want to know before the first frame.

    Args:
        size: width and height in pixels.
        fps: frames per second, a rate that the format can play.
        samples: a few frames from the whole length, for formats with a palette.
        metadata: what the file says of itself.
        check_flashes: for formats that start a clip by themselves: the clip, and the file that will
            hold it; of a file's second clip the worse verdict. None where nobody checks.
        level: how much harm is done for a smaller file; 0: none. What that is, a format decides.
        transparent: whether the frames have straight alpha that is to be kept.
        printed: of a still, the same as a figure of matplotlib's, for formats that keep its text.
        again: draws the clip at another size, with large text; none where no second one is wanted.
        embed: whether a page is for a frame in another page.
        spots: where each of several runs is in the frames, for a page that lets one stand out.
    """

    size: Size
    fps: float
    samples: Callable[[], Iterable[Frame]]
    metadata: ClipMetadata = ClipMetadata()
    check_flashes: "CheckFlashes | None" = None
    level: int = 0
    transparent: bool = False
    printed: "Callable[[], AbstractContextManager[Figure]] | None" = None
    again: Callable[[Size], Redrawn] | None = None
    embed: bool = False
    spots: Callable[[], Spots] = dict
