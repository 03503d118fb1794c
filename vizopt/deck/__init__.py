"""Lesson: what is to be on the slides of a deck, trained and drawn where it has to be."""

import filecmp
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

from vizopt.clips.options import Request
from vizopt.clips.plan import check_inputs, check_place, planned
from vizopt.core.arrays import Size
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import EncodeError, VizoptError
from vizopt.core.library import JOINED_BY
from vizopt.core.numbers import counted
from vizopt.core.places import scratch
from vizopt.core.progress import Bar, quiet
from vizopt.deck.making import Part, Row, made, readable, readable_clip
from vizopt.deck.shared import OWN, differ
from vizopt.deck.sources import Source, clip_name, is_finished, parted
from vizopt.formats import slides as formats
from vizopt.formats.ours import guard
from vizopt.pipeline.field import Field
from vizopt.pipeline.reuse import Reuse
from vizopt.scene.options import ClipOptions

# By a source's name and how many stand on its slide: what it is, and how it is drawn there.
Things: TypeAlias = Mapping[tuple[str, int], tuple[Source, Request]]


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
    """Write a deck with a slide for each scene, race, recording or clip, or for two.

    Args:
        file: `.pptx`, or `.html`, `.qmd`, `.md` with the clips in the same folder.
        sources: scenes, races, `.zarr` recordings, finished `.mp4` and `.gif` clips; two that
            stand beside each other, no races, are joined by a +.
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
    rows = [parted(source) for source in sources]
    _check_titles(titles, rows, asked)
    _check_deck(file, rows, suffix, asked, paper)
    things = _things(file, rows, asked, paper)
    inside = file.suffix.lower() == ".pptx"
    media = _media(file, rows, suffix, asked, things)
    with scratch() if inside else nullcontext(file.parent) as folder:
        clips = made(_parts(media, things, folder), bar, reuse)
        named = zip(rows, [*titles, *[""] * len(rows)], strict=False)
        slides = [_joined(clips[row], title) for row, title in named]
        if inside:
            formats.write(file, slides, paper.ratio, paper.template)
        else:
            _write_text(file, slides)
    return slides


def _parts(
    media: Mapping[Row, Sequence[str]], things: Things, folder: Path
) -> dict[Row, list[Part]]:
    """The clips of each slide, to be made in a folder."""
    return {
        row: [
            Part(source, *things[source, len(row)], folder / name)
            for source, name in zip(row, names, strict=True)
        ]
        for row, names in media.items()
    }


def _things(file: Path, rows: Sequence[Row], asked: Request, paper: Paper) -> Things:
    """Each source, by its name and how many stand on its slide, read once."""
    size = asked.options.get("size")
    room = cache(partial(_room, file, paper, size=size))
    every = dict.fromkeys((source, len(row)) for row in rows for source in row)
    return {
        (source, count): readable_clip(
            source, asked, room(count), partial(_room, file, paper, count)
        )
        if is_finished(source)
        else readable(source, asked, partial(room, count))
        for source, count in every
    }


def _check_titles(titles: Sequence[str], rows: Sequence[Row], asked: Request) -> None:
    """Raises VizoptError for more titles than slides, and for one that would name both of two."""
    if len(titles) > len(rows):
        told = f"{counted(len(titles), 'title')} for {counted(len(rows), 'slide')}"
        raise VizoptError(f"{told}: leave some out")
    beside = next((row for row in rows if len(row) > 1), None)
    if beside and "title" in asked.overrides:
        told = f"title: is each clip's, both of {JOINED_BY.join(beside)} would have it"
        raise VizoptError(f'{told}: name the slide with --title "…" (Python: titles=["…"])')


def _write_text(file: Path, slides: Sequence[formats.Slide]) -> None:
    """A deck that is text, and beside it the clips that lie elsewhere."""
    for slide in slides:
        for part in slide.parts:
            _copy(part.clip, file.parent / part.clip.name)
    with atomic_write(file) as place:
        place.write_text(formats.SNIPPETS[file.suffix.lower()](slides), encoding="utf-8")


def _check_deck(file: Path, rows: Sequence[Row], suffix: str, asked: Request, paper: Paper) -> None:
    """Raises VizoptError for a deck that cannot be written; nothing is read for it."""
    kind = file.suffix.lower()
    if kind not in (".pptx", *formats.SNIPPETS):
        known = ", ".join([".pptx", *formats.SNIPPETS])
        raise EncodeError(f"{file}: unknown suffix {file.suffix!r}: a deck ends in {known}")
    check_place(file)
    _check_kinds(rows, suffix, gifs=kind == ".md")
    if kind != ".pptx" and paper != Paper():
        raise EncodeError(f"{file}: only a .pptx has a ratio and a template")
    template = paper.template
    if template and file.exists() and template.exists() and file.samefile(template):
        raise EncodeError(f"{file}: is the template itself: choose another name")
    guard(file, asked.overwrite)


def _media(
    file: Path, rows: Sequence[Row], suffix: str, asked: Request, things: Things
) -> dict[Row, list[str]]:
    """The file names of each slide's clips, after a look at all that could be in their way."""
    inside = file.suffix.lower() == ".pptx"  # nothing is put beside it
    as_is = (source for (source, _), (thing, _) in things.items() if isinstance(thing, Path))
    whole = {source: Path(source).name for source in as_is}
    if not inside:
        _check_finished(whole, file, asked)
    sources = {source for row in rows for source in row if not inside}
    beside = {Path(source).name for source in sources if _lies_beside(source, file)}
    names = _names(rows, suffix, whole, beside)
    drawn = [
        name
        for row, of_row in names.items()
        for source, name in zip(row, of_row, strict=True)
        if source not in whole
    ]
    options = replace(ClipOptions(), **asked.options)
    every = [file.parent / name for name in drawn]
    planned(every, options, overwrite=inside or asked.overwrite)
    if not inside:
        check_inputs(every, _trained(thing for thing, _ in things.values()))
    if options.allow_flashes and any(name.endswith(".gif") for name in drawn):
        raise EncodeError(f"{drawn[0]}: may flash, and a GIF on a slide plays by itself: take MP4")
    return names


def _trained(things: Iterable[Source]) -> Iterator[object]:
    """What is trained or recorded for the slides: of a race its runs."""
    for thing in things:
        yield from thing.runs.values() if isinstance(thing, Field) else [thing]


def _check_kinds(rows: Sequence[Row], suffix: str, *, gifs: bool) -> None:
    """Raises EncodeError for clips that a slide cannot play, or not together."""
    for row in rows:
        names = [clip_name(source, suffix) for source in row]
        for source, name in zip(row, names, strict=True):
            if gifs and not name.lower().endswith(".gif"):
                raise EncodeError(f"{source}: Marp plays GIFs only: give a GIF")
        if len({Path(name).suffix.lower() for name in names}) > 1:
            pair = " and ".join(names)
            raise EncodeError(f"{pair}: a GIF plays by itself, an MP4 at a click: take one kind")


def _check_finished(finished: Mapping[str, str], file: Path, asked: Request) -> None:
    """Raises VizoptError where a finished clip cannot be put beside the deck."""
    for source, name in finished.items():
        others = [other for other, its in finished.items() if its.casefold() == name.casefold()]
        if len(others) > 1:
            raise VizoptError(
                f"{others[1]}: a second clip named {name}: they would be one file: rename one"
            )
        if not _is_there(Path(source), file.parent / name):
            guard(file.parent / name, asked.overwrite)


def _names(
    rows: Sequence[Row], suffix: str, finished: Mapping[str, str], beside: Set[str]
) -> dict[Row, list[str]]:
    """The file names of each slide's clips; of those that are drawn each has its own.

    Args:
        beside: names of clips in the deck's folder, which stay as they are.
    """
    taken = {name.casefold() for name in (*finished.values(), *beside)}
    names: dict[Row, list[str]] = {}
    for row in dict.fromkeys(rows):
        names[row] = [finished.get(source, "") for source in row]
        for i, source in enumerate(row):
            if source in finished:
                continue
            first, number = Path(clip_name(source, suffix)), 2
            name = first.name
            while name.casefold() in taken:
                name, number = f"{first.stem}-{number}{first.suffix}", number + 1
            taken.add(name.casefold())
            names[row][i] = name
    return names


def _lies_beside(source: str, deck: Path) -> bool:
    return is_finished(source) and Path(source).parent.resolve() == deck.parent.resolve()


def _room(file: Path, paper: Paper, count: int, size: Size | None) -> formats.Room:
    """What each of the clips of a slide is drawn for."""
    if file.suffix.lower() == ".pptx":
        return formats.room(file, paper.ratio, paper.template, count, size)
    return formats.ROOMS[count][file.suffix.lower()]


def _joined(slides: Sequence[formats.Slide], title: str) -> formats.Slide:
    """One slide of some, whose clips say so where they have no scales in common."""
    joined = formats.joined(slides, title)
    if len(joined.parts) == 1 or not differ([part.recipe for part in joined.parts]):
        return joined
    parts = tuple(replace(part, name=f"{part.name} ({OWN})") for part in joined.parts)
    return replace(joined, parts=parts)


def _is_there(clip: Path, file: Path) -> bool:
    """Whether a file is a clip already, or a copy of it; of a missing clip, another says more."""
    if not (clip.is_file() and file.is_file()):
        return not clip.is_file()
    return filecmp.cmp(clip, file, shallow=False)


def _copy(clip: Path, file: Path) -> None:
    """Copy a finished clip, and nothing else, to the folder of the deck."""
    if _is_there(clip, file):
        return
    with atomic_write(file) as part:
        shutil.copyfile(clip, part)
