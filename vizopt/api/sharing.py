"""Sharing: decks of slides, and the folder to upload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from vizopt import deck, pipeline
from vizopt.api.drawing import scene_of
from vizopt.api.keywords import Keywords, PathLike, asked_of
from vizopt.clips.brief import told_bytes
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.core.errors import VizoptError
from vizopt.core.marks import signed
from vizopt.core.numbers import counted
from vizopt.core.places import at_home
from vizopt.core.progress import Bar, usual
from vizopt.formats.ours import guard
from vizopt.formats.slides import Slide
from vizopt.pipeline.reuse import Reuse
from vizopt.scene.load import bare
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml

PACKED = (".mp4", ".gif", ".html", ".pptx", ".png")


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


@dataclass(frozen=True, repr=False)
class Pack:
    """A folder that was written.

    Args:
        folder: where it is.
        clips: those in it; beside them is their text.
        scene: the TOML to make them again.
    """

    folder: Path
    clips: tuple[Clip, ...]
    scene: Path

    def __repr__(self) -> str:
        """`<Pack outputs/sgd: sgd.mp4, sgd.gif, sgd.html, sgd.pptx, sgd.png, sgd.toml>`."""
        names = [*(clip.path.name for clip in self.clips), self.scene.name]
        return f"<Pack {self.folder}: {', '.join(names)}>"


def slides(
    sources: PathLike | Sequence[PathLike],
    file: PathLike,
    options: ClipOptions | None = None,
    *,
    titles: Sequence[str] = (),
    gif: bool = False,
    ratio: str | None = None,
    template: PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Deck:
    """A deck of scenes, recordings and clips: `slides(["sgd+adam", "a.mp4"], "lecture.pptx")`.

    Each gets a slide with title, clip, alt text and notes; two joined by a + stand beside each
    other on one. Scenes are trained; finished MP4s and GIFs are taken as they are.

    Args:
        sources: scenes, .zarr recordings and finished clips; one, or a list of them.
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
        [at_home(each) for each in ([sources] if isinstance(sources, PathLike) else sources)],
        at_home(file),
        asked_of("slides", options, keywords),
        titles=titles,
        gif=gif,
        ratio=ratio,
        template=at_home(template) if template else None,
    )


def write_slides(
    sources: Sequence[PathLike],
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
    names = [str(source) for source in sources]
    paper = deck.Paper(ratio or "16:9", template)
    shown = clip_suffix(file, gif=gif)
    made = deck.write(file, names, shown, asked, paper, bar or usual(), reuse, titles)
    return Deck(file, tuple(made))


def clip_suffix(file: Path, *, gif: bool) -> str:
    """Of the clips that are drawn for a deck: Marp shows images only."""
    return ".gif" if gif or file.suffix.lower() == ".md" else ".mp4"


def pack(
    scene: Scene | PathLike,
    folder: PathLike | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    bar: Bar | None = None,
    reuse: Reuse | None = None,
) -> Pack:
    """The folder to upload: clips, poster, text, recipe: `pack("sgd", "upload")`.

    Args:
        scene: a bundled scene's name, a TOML file, or a loaded scene.
        folder: to write; outputs/NAME when left out.
        overrides: dotted scene key → value.
        overwrite: files that vizopt did not write may be replaced.
        bar: shows progress; in a notebook its own unless another is named, elsewhere none.
        reuse: recordings that may stand for the training; it is trained without.

    Raises:
        VizoptError: the scene cannot be used, or a file not be written.
    """
    loaded = scene_of(scene, overrides or {})
    place = at_home(folder) if folder else Path("outputs") / loaded.name
    files = [place / f"{loaded.name}{suffix}" for suffix in PACKED]
    toml = place / f"{loaded.name}.toml"
    guard(toml, overwrite)
    texts = {toml: signed(f"{scene_toml(bare(loaded))}\n# ", "\n")}
    asked = Request(overwrite=overwrite)
    clips = pipeline.make(loaded, files, asked, bar or usual(), texts=texts, reuse=reuse)[1]
    return Pack(place, tuple(clips), toml)
