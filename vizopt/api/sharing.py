"""Sharing: decks of slides."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, Unpack

from vizopt import deck
from vizopt.api.keywords import Keywords, PathLike, asked_of
from vizopt.clips.brief import told_bytes
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.core.errors import VizoptError, hint
from vizopt.core.numbers import counted
from vizopt.core.places import at_home
from vizopt.core.progress import Bar, usual
from vizopt.core.wanted import wanted
from vizopt.formats.slides import Slide
from vizopt.formats.slides.package import SIDES
from vizopt.pipeline.reuse import Reuse
from vizopt.recording.run import Run
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions

Source: TypeAlias = PathLike | Recording | Run | Clip


@dataclass(frozen=True, repr=False)
class Deck:
    """A deck that was written.

    Args:
        path: where it is.
        slides: in their order.
    """

    path: Path
    slides: tuple[Slide, ...]

    def __str__(self) -> str:
        size = told_bytes(self.path.stat().st_size)
        return f"{self.path}  {counted(len(self.slides), 'slide')}  {size}"

    def __repr__(self) -> str:
        """`<Deck lecture.pptx: 2 slides>`."""
        return f"<Deck {self.path}: {counted(len(self.slides), 'slide')}>"


def slides(
    sources: Source | Sequence[Source],
    file: PathLike,
    options: ClipOptions | None = None,
    *,
    titles: Sequence[str] = (),
    gif: bool = False,
    ratio: str | None = None,
    template: PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Deck:
    """A deck of scenes, races, recordings and clips: `slides(["sgd+adam", "rates"], "a.pptx")`.

    Each gets a slide with title, clip, alt text and notes; two joined by a + stand beside each
    other on one. Scenes and races are trained; finished MP4s and GIFs are taken as they are, or
    drawn anew with larger text from the recording beside them.

    Args:
        sources: scenes and races by name or file, recordings and clips also as they are; one, or
            a list of them.
        file: .pptx, which holds its clips; or .html, .qmd, .md, which plays those beside it.
        options: as for `render`.
        titles: of the slides, in their order; the clips' own where there is none.
        gif: GIFs instead of MP4s.
        ratio: shape of a .pptx, "16:9" or "4:3".
        template: a .pptx whose master and slides are kept.
        **keywords: as for `render`.

    Raises:
        VizoptError: anything that cannot be used, before anything is trained.
    """
    return write_slides(
        list(sources) if isinstance(sources, list | tuple) else [sources],  # type: ignore[list-item]
        at_home(file),
        asked_of("slides", options, keywords),
        titles=titles,
        gif=gif,
        ratio=ratio,
        template=at_home(template) if template else None,
    )


def write_slides(
    sources: Sequence[Source],
    file: Path,
    asked: Request,
    *,
    titles: Sequence[str] = (),
    gif: bool = False,
    ratio: str | None = None,
    template: Path | None = None,
    bar: Bar | None = None,
    reuse: Reuse | None = None,
) -> Deck:
    """The same, as the command line has it: what was asked for, a bar, and recordings at hand."""
    if ratio and template:
        raise VizoptError("ratio: the slides have the shape of the template's: leave it out")
    names = [_named(source) for source in sources]
    if not names:
        raise VizoptError("slides: no scene, recording or clip: name one like sgd")
    wanted("slides: titles", titles, list | tuple, '["First", "Second"]')
    if ratio is not None and ratio not in SIDES:
        raise VizoptError(f"slides: ratio={ratio!r}: {hint(str(ratio), SIDES)}")
    paper = deck.Paper(ratio or "16:9", template)
    shown = clip_suffix(file, gif=gif)
    made = deck.write(file, names, shown, asked, paper, bar or usual(), reuse, titles)
    return Deck(file, tuple(made))


def _named(source: Source) -> str:
    """The name of a source, or the path of what is one."""
    if isinstance(source, Recording | Run | Clip):
        return str(source.path)
    if not isinstance(source, PathLike):
        raise VizoptError(f"{source!r}: a slide is of a name, a file, a recording or a clip")
    return str(at_home(source))


def clip_suffix(file: Path, *, gif: bool) -> str:
    """Of the clips that are drawn for a deck: Marp shows images only."""
    return ".gif" if gif or file.suffix.lower() == ".md" else ".mp4"
