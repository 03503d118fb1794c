"""What an encoder is: a suffix, what its format can play, and a file that frames are written to."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from numpy.typing import NDArray

from vizopt.core.arrays import Frame, Size
from vizopt.core.errors import EncodeError
from vizopt.core.words import ENGLISH, Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from vizopt.flashes import Verdict

Write: TypeAlias = Callable[[Frame], None]
CheckFlashes: TypeAlias = "Callable[[Path, Path], Verdict]"
Poster: TypeAlias = Literal["", "frame", "beside"]
MOST = 4  # levels of harm
LOOPS = 1000  # showings that a file may ask for; 0 is for ever

NUMBERED = re.compile(r".*%(0[1-9])?d\.png", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ClipMetadata:
    """What a file says of itself, besides its frames.

    Args:
        title: of the clip.
        alt: one paragraph of at most 250 characters.
        paragraphs: the text alternative.
        recipe: the scene's TOML, to make the clip again.
        warning: why the clip is not for everyone; empty for one that does not flash.
        unit: what the clip counts, "epoch" or "step".
        numbers: by name, of each frame [F]: the unit's own, loss, accuracy, lr.
        texts: those of them that have digits of their own, as the picture writes them [F].
        marks: frame and words of what happened.
        pauses: frame and words where a player waits for the viewer.
        colours: by use ("paper", "ink", "muted", "rule", "loss", …), of a look that says its own
            paper or ink: a slide follows them.
        around: those that a web page follows, of any look.
        font: family that a look of its own names; empty for none.
        words: in the language that the clip has.
        loop: how often it plays by itself; 0: for ever.
        poster: what is shown before it plays; none: what the format begins with.
    """

    title: str = ""
    alt: str = ""
    paragraphs: tuple[str, ...] = ()
    recipe: str = ""
    warning: str = ""
    unit: str = "epoch"
    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    marks: tuple[tuple[int, str], ...] = ()
    pauses: tuple[tuple[int, str], ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)
    font: str = ""
    words: Language = ENGLISH
    loop: int = 0
    poster: Frame | None = None


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
    """

    size: Size
    fps: float
    samples: Callable[[], Iterable[Frame]]
    metadata: ClipMetadata = ClipMetadata()
    check_flashes: "CheckFlashes | None" = None
    level: int = 0
    transparent: bool = False
    printed: "Callable[[], AbstractContextManager[Figure]] | None" = None
    again: Callable[[Size], Iterable[Frame]] | None = None
    embed: bool = False


class Encoder(Protocol):
    """One container format; writes frames [H, W, 4] as they come and keeps none."""

    size: Size  # default size in pixels
    fps: float  # default rate
    alpha: bool  # whether it can do without paper
    slide: bool  # whether the clip is put on a slide
    # Where its poster is, of one that says how often it plays: its first frame, or beside them.
    poster: Poster

    def rate(self, fps: float) -> float:
        """The rate nearest to fps that the format plays exactly."""
        ...

    def check(self, path: Path, size: Size) -> None:
        """Raises EncodeError for a size that the format cannot hold."""
        ...

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        """A file to write frames to; complete and in place when the context ends without error.

        Raises:
            EncodeError: the file cannot be written; nothing is left of it.
        """
        ...


def check_even(path: Path, size: Size) -> None:
    """4:2:0 colour, which plays everywhere, holds one colour for two by two pixels.

    Raises:
        EncodeError: an odd side.
    """
    width, height = size
    if width % 2 or height % 2:
        even = f"{width // 2 * 2}x{height // 2 * 2}"
        wrong = f"size {width}x{height}: {path.suffix} needs even sides"
        raise EncodeError(f"{path}: {wrong}: try --size {even}")


def check_sides(path: Path, size: Size, most: int) -> None:
    """Raises EncodeError for a side longer than the format can say."""
    if max(size) > most:
        wrong = f"size {size[0]}x{size[1]}: {path.suffix} holds at most {most} pixels a side"
        raise EncodeError(f"{path}: {wrong}")


def is_sequence(path: Path) -> bool:
    """Whether a name stands for many pictures: `NAME-%05d.png`, `NAME-%d.png`."""
    return bool(NUMBERED.fullmatch(path.name))
