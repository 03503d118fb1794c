"""Lesson: what is to be on the slides of a deck, trained and drawn where it has to be."""

import filecmp
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from vizopt import pipeline
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.plan import check_place, planned, text_beside
from vizopt.clips.recipe import read
from vizopt.core.arrays import Size
from vizopt.core.atomic import finished
from vizopt.core.errors import EncodeError, VizoptError
from vizopt.core.marks import unsigned
from vizopt.core.numbers import counted
from vizopt.core.places import scratch
from vizopt.core.progress import Bar, quiet
from vizopt.core.sizes import SIDE
from vizopt.deck.shared import OWN, Half, differ, with_common_axes
from vizopt.deck.sources import Source, clip_name, is_finished, opened, parted
from vizopt.draw.looks.look import LARGEST_TEXT
from vizopt.draw.theme import LEAST
from vizopt.flashes import check_flashes
from vizopt.formats import ClipMetadata
from vizopt.formats import slides as formats
from vizopt.formats.ours import guard
from vizopt.pipeline.reuse import Reuse
from vizopt.pipeline.training import trained
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene


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
    asked: Request | None = None,
    paper: Paper | None = None,
    bar: Bar = quiet,
    reuse: Reuse | None = None,
    titles: Sequence[str] = (),
) -> list[formats.Slide]:
    """Write a deck with a slide for each scene, recording or clip, or for two of them.

    Args:
        file: `.pptx`, or `.html`, `.qmd`, `.md` with the clips in the same folder.
        sources: scenes, `.zarr` recordings, finished `.mp4` and `.gif` clips; two that stand
            beside each other are joined by a +.
        suffix: of the clips that are drawn.
        asked: size, rate and scene keys that differ from the defaults.
        paper: of a PowerPoint deck.
        bar: shows progress.
        reuse: recordings that may stand for a training.
        titles: of the slides, in their order; the clips' own where there is none.

    Raises:
        VizoptError: anything that cannot be used, before anything is trained; a deck is
            complete or not there.
    """
    asked, paper = (asked or Request()).asking(slide=True), paper or Paper()
    _check_titles(titles, sources)
    rows = [parted(source) for source in sources]
    media = _media(file, rows, suffix, asked, paper)
    size = asked.options.get("size")
    rooms = {count: _room(file, paper, count, size) for count in set(map(len, rows))}
    things = {part: _readable(part, asked, rooms[len(row)]) for row in rows for part in row}
    inside = file.suffix.lower() == ".pptx"
    with scratch() if inside else nullcontext(file.parent) as folder:
        places = {part: folder / name for part, name in media.items()}
        made = _made(rows, things, places, bar, reuse)
        named = zip_longest(rows, titles, fillvalue="")
        slides = [_joined([made[part] for part in row], title) for row, title in named]
        if inside:
            formats.write(file, slides, paper.ratio, paper.template)
        else:
            _write_text(file, slides)
    return slides


def _check_titles(titles: Sequence[str], sources: Sequence[str]) -> None:
    if len(titles) > len(sources):
        told = f"{counted(len(titles), 'title')} for {counted(len(sources), 'slide')}"
        raise VizoptError(f"{told}: leave some out")


def _write_text(file: Path, slides: Sequence[formats.Slide]) -> None:
    """A deck that is text, and beside it the clips that lie elsewhere."""
    for slide in slides:
        for part in slide.parts:
            _copy(part.clip, file.parent / part.clip.name)
    with finished(file) as place:
        place.write_text(formats.SNIPPETS[file.suffix.lower()](slides), encoding="utf-8")


def _media(
    file: Path, rows: Sequence[Sequence[str]], suffix: str, asked: Request, paper: Paper
) -> dict[str, str]:
    """The file name of each source's clip, after a look at everything that could go wrong."""
    kind = file.suffix.lower()
    if kind not in (".pptx", *formats.SNIPPETS):
        known = ", ".join([".pptx", *formats.SNIPPETS])
        raise EncodeError(f"{file}: unknown suffix {file.suffix!r}: a deck ends in {known}")
    check_place(file)
    names = _names(rows, suffix, gifs=kind == ".md")
    if kind == ".pptx":
        formats.checked(file, paper.template)
    elif paper != Paper():
        raise EncodeError(f"{file}: only a .pptx has a ratio and a template")
    guard(file, asked.overwrite)
    drawn = [name for source, name in names.items() if not is_finished(source)]
    inside = kind == ".pptx"  # nothing is put beside it
    options = replace(ClipOptions(), **asked.options)
    every = [file.parent / name for name in drawn]
    planned(every, options, overwrite=inside or asked.overwrite)
    if not inside:
        for source, name in names.items():
            if is_finished(source) and not _is_there(Path(source), file.parent / name):
                guard(file.parent / name, asked.overwrite)
    if options.allow_flashes and any(name.endswith(".gif") for name in drawn):
        raise EncodeError(f"{drawn[0]}: may flash, and a GIF on a slide plays by itself: take MP4")
    return names


def _names(rows: Sequence[Sequence[str]], suffix: str, *, gifs: bool) -> dict[str, str]:
    """The file name of each source's clip: each another one, and one kind on a slide."""
    names: dict[str, str] = {}
    for row in rows:
        for source in row:
            name = clip_name(source, suffix)
            if name.casefold() in [other.casefold() for other in names.values()]:
                raise VizoptError(f"{source}: a second clip named {name}: they would be one file")
            if gifs and not name.lower().endswith(".gif"):
                raise EncodeError(f"{source}: Marp plays GIFs only: give a GIF")
            names[source] = name
        if len({Path(names[source]).suffix.lower() for source in row}) > 1:
            pair = " and ".join(names[source] for source in row)
            raise EncodeError(f"{pair}: a GIF plays by itself, an MP4 at a click: take one kind")
    return names


def _room(file: Path, paper: Paper, count: int, size: Size | None) -> formats.Room:
    """What each of the clips of a slide is drawn for."""
    if file.suffix.lower() == ".pptx":
        return formats.room(file, paper.ratio, paper.template, count, size)
    return formats.ROOMS[count][file.suffix.lower()]


def _readable(source: str, asked: Request, room: formats.Room) -> tuple[Source, Request]:
    """A source, and what is asked for so that its text is as high as it has to be in its room."""
    if room.size and not asked.options.get("size"):
        asked = asked.asking(size=room.size)
    thing, keys = opened(source, asked.overrides), asked.overrides
    if isinstance(thing, Path):
        return thing, asked
    shown = presented(thing, keys) if isinstance(thing, Recording) else thing
    least = min(room.text, LARGEST_TEXT)
    if max(shown.colours.least, LEAST) >= least * SIDE / 100:  # a slide's text is large anyway
        return thing, asked
    asked = replace(asked, overrides={**keys, "look.text": least})
    return opened(source, asked.overrides), asked


def _made(
    rows: Sequence[Sequence[str]],
    things: Mapping[str, tuple[Source, Request]],
    places: Mapping[str, Path],
    bar: Bar,
    reuse: Reuse | None,
) -> dict[str, formats.Slide]:
    """A slide of each source; what needs no training is made first."""
    slides: dict[str, formats.Slide] = {}
    for row in sorted(
        rows, key=lambda row: any(isinstance(things[part][0], Scene) for part in row)
    ):
        clips = [things[part][0] for part in row]
        if len(row) > 1 and not any(isinstance(clip, Path) for clip in clips):
            slides |= _halves(row, things, places, bar, reuse)
            continue
        for part in row:
            thing, asked = things[part]
            if isinstance(thing, Path):
                slides[part] = formats.slide(thing, _told(thing), check_flashes(thing))
            else:
                slides[part] = _slide(_drawn(thing, places[part], asked, bar, reuse))
    return slides


def _halves(
    row: Sequence[str],
    things: Mapping[str, tuple[Source, Request]],
    places: Mapping[str, Path],
    bar: Bar,
    reuse: Reuse | None,
) -> dict[str, formats.Slide]:
    """Slides of clips that stand beside each other: all are trained before the first is drawn."""
    for part in row:
        thing, asked = things[part]
        if isinstance(thing, Scene):
            pipeline.sorted_out(thing, [places[part]], asked)
    with scratch() as folder:
        halves = []
        for i, part in enumerate(row):
            thing, asked = things[part]
            if isinstance(thing, Scene):
                run = folder / f"{i}.zarr"
                trained(thing, run, bar, None, reuse=reuse)
                thing, asked = Recording(run), replace(asked, overrides={})
            assert isinstance(thing, Recording)
            halves.append(Half(thing, asked))
        drawn = zip(row, with_common_axes(halves), strict=True)
        return {
            part: _slide(pipeline.render_all(half.run, [places[part]], half.asked, bar)[0])
            for part, half in drawn
        }


def _slide(clip: Clip) -> formats.Slide:
    return formats.slide(clip.path, clip.metadata, clip.verdict or check_flashes(clip.path))


def _joined(slides: Sequence[formats.Slide], title: str) -> formats.Slide:
    """One slide of some, whose clips say so where they have no scales in common."""
    joined = formats.joined(slides, title)
    if len(joined.parts) == 1 or not differ([part.recipe for part in joined.parts]):
        return joined
    parts = tuple(replace(part, name=f"{part.name} ({OWN})") for part in joined.parts)
    return replace(joined, parts=parts)


def _drawn(
    source: Scene | Recording, file: Path, asked: Request, bar: Bar, reuse: Reuse | None
) -> Clip:
    if isinstance(source, Recording):
        return pipeline.render_all(source, [file], asked, bar)[0]
    return pipeline.make(source, [file], asked, bar, reuse=reuse)[1][0]


def _told(clip: Path) -> ClipMetadata:
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
    return ClipMetadata(title=title, alt=alt, paragraphs=tuple(paragraphs), recipe=recipe)


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
