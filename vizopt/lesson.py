"""Lesson: what is to be on the slides of a deck, trained and drawn where it has to be."""

import filecmp
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vizopt import deck, pipeline
from vizopt.clips import Clip
from vizopt.deck.slide import SHOWN
from vizopt.encoders import Label, finished
from vizopt.errors import DecodeError, EncodeError, VizoptError
from vizopt.marks import guard, unsigned
from vizopt.outputs import Look, check_place, planned, text_beside
from vizopt.places import scratch
from vizopt.progress import Bar, quiet
from vizopt.recipe import read
from vizopt.recording import Recording
from vizopt.reuse import Reuse
from vizopt.safety import judge
from vizopt.scene import Scene, load_scene
from vizopt.swap import is_recording

Source = Scene | Recording | Path  # of a slide; a path is a finished clip's


@dataclass(frozen=True)
class Paper:
    """What a PowerPoint deck is written on.

    Args:
        ratio: "16:9" or "4:3".
        template: a deck whose master and slides are kept.
    """

    ratio: str = "16:9"
    template: Path | None = None


def write(
    file: Path,
    sources: Sequence[str],
    suffix: str = ".mp4",
    look: Look | None = None,
    paper: Paper | None = None,
    bar: Bar = quiet,
    reuse: Reuse | None = None,
) -> list[deck.Slide]:
    """Write a deck with a slide for each scene, recording or clip.

    Args:
        file: `.pptx`, or `.html`, `.qmd`, `.md` with the clips in the same folder.
        sources: scenes, `.zarr` recordings, finished `.mp4` and `.gif` clips.
        suffix: of the clips that are drawn.
        look: size, rate and scene keys that differ from the defaults.
        paper: of a PowerPoint deck.
        bar: shows progress.
        reuse: recordings that may stand for a training.

    Raises:
        VizoptError: anything that cannot be used, before anything is trained; a deck is
            complete or not there.
    """
    look, paper = replace(look or Look(), slide=True), paper or Paper()
    media = _media(file, sources, suffix, look, paper)
    if file.suffix.lower() == ".pptx" and look.size is None:
        look = replace(look, size=deck.room(file, paper.ratio, paper.template))
    opened = {name: _opened(source, look) for source, name in zip(sources, media, strict=True)}
    if file.suffix.lower() == ".pptx":
        with scratch() as folder:
            slides = _slides(opened, folder, look, bar, reuse)
            deck.write(file, slides, paper.ratio, paper.template)
        return slides
    slides = _slides(opened, file.parent, look, bar, reuse)
    for slide in slides:
        _copy(slide.clip, file.parent / slide.clip.name)
    with finished(file) as part:
        part.write_text(deck.SNIPPETS[file.suffix.lower()](slides), encoding="utf-8")
    return slides


def _media(
    file: Path, sources: Sequence[str], suffix: str, look: Look, paper: Paper
) -> tuple[str, ...]:
    """The file name of each slide's clip, after a look at everything that could go wrong."""
    kind = file.suffix.lower()
    if kind not in (".pptx", *deck.SNIPPETS):
        known = ", ".join([".pptx", *deck.SNIPPETS])
        raise EncodeError(f"{file}: unknown suffix {file.suffix!r}: a deck ends in {known}")
    check_place(file)
    names = tuple(_name(source, suffix) for source in sources)
    for i, name in enumerate(names):
        if name.casefold() in [other.casefold() for other in names[:i]]:
            raise VizoptError(f"{sources[i]}: a second clip named {name}: they would be one file")
        if kind == ".md" and not name.lower().endswith(".gif"):
            raise EncodeError(f"{sources[i]}: Marp plays GIFs only: give a GIF")
    if kind == ".pptx":
        deck.checked(file, paper.template)
    elif paper != Paper():
        raise EncodeError(f"{file}: only a .pptx has a ratio and a template")
    guard(file, look.overwrite)
    drawn = [name for source, name in zip(sources, names, strict=True) if not _is_clip(source)]
    inside = kind == ".pptx"  # nothing is put beside it
    planned(
        [file.parent / name for name in drawn], replace(look, overwrite=True) if inside else look
    )
    if not inside:
        for source, name in zip(sources, names, strict=True):
            if _is_clip(source) and not _is_there(Path(source), file.parent / name):
                guard(file.parent / name, look.overwrite)
    if look.allow_flashes and any(name.endswith(".gif") for name in drawn):
        raise EncodeError(f"{drawn[0]}: may flash, and a GIF on a slide plays by itself: take MP4")
    return names


def _name(source: str, suffix: str) -> str:
    return Path(source).name if _is_clip(source) else Path(source).stem + suffix


def _is_clip(source: str) -> bool:
    return Path(source).suffix.lower() in SHOWN


def _opened(source: str, look: Look) -> Source:
    path = Path(source)
    if is_recording(path):
        return Recording(path)
    if not _is_clip(source):
        if path.suffix.lower() in (".webm", ".webp", ".png", ".apng", ".mov", ".avi", ".mkv"):
            raise DecodeError(f"{source}: slides play MP4 and GIF only")
        return load_scene(source, look.overrides)
    if not path.is_file():
        raise DecodeError(f"{source}: no such clip")
    return path


def _slides(
    sources: Mapping[str, Source], folder: Path, look: Look, bar: Bar, reuse: Reuse | None
) -> list[deck.Slide]:
    """The slides in the order of the sources; what needs no training is made first."""
    slides = {}
    for name in sorted(sources, key=lambda name: isinstance(sources[name], Scene)):
        source = sources[name]
        if isinstance(source, Path):
            slides[name] = deck.slide(source, _told(source), judge(source))
        else:
            clip = _drawn(source, folder / name, look, bar, reuse)
            slides[name] = deck.slide(clip.path, clip.label, clip.verdict or judge(clip.path))
    return [slides[name] for name in sources]


def _drawn(
    source: Scene | Recording, file: Path, look: Look, bar: Bar, reuse: Reuse | None
) -> Clip:
    if isinstance(source, Recording):
        return pipeline.render_all(source, [file], look, bar)[0]
    return pipeline.make(source, [file], look, bar, reuse=reuse)[1][0]


def _told(clip: Path) -> Label:
    """What is known of a finished clip: its own recipe, and the text beside it."""
    title = recipe = ""
    with suppress(VizoptError, tomllib.TOMLDecodeError):  # a clip of any origin is shown
        recipe = read(clip)
        title = str(tomllib.loads(recipe).get("title", ""))
    try:
        text = unsigned(text_beside(clip).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        text = ""
    alt, *paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()] or [""]
    return Label(title=title, alt=alt, paragraphs=tuple(paragraphs), recipe=recipe)


def _is_there(clip: Path, file: Path) -> bool:
    """Whether a file is a clip already, or a copy of it; of a missing clip, another says more."""
    if not (clip.is_file() and file.is_file()):
        return not clip.is_file()
    return filecmp.cmp(clip, file, shallow=False)


def _copy(clip: Path, file: Path) -> None:
    """Copy a finished clip, and nothing else, to the folder of the deck."""
    if _is_there(clip, file):
        return
    with finished(file) as part:
        shutil.copyfile(clip, part)
