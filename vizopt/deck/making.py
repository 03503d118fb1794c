"""Making: the clips of the slides, each scene trained once, whatever its clips are drawn for."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from vizopt import pipeline
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.plan import text_beside
from vizopt.clips.recipe import read
from vizopt.core.arrays import Size
from vizopt.core.errors import VizoptError
from vizopt.core.marks import unsigned
from vizopt.core.places import remove, scratch
from vizopt.core.progress import Bar
from vizopt.core.sizes import SIDE
from vizopt.deck.again import anew
from vizopt.deck.shared import Half, with_common_axes
from vizopt.deck.sources import Source, opened
from vizopt.draw.looks.look import LARGEST_TEXT
from vizopt.draw.theme import MIN_LARGE_SIZE
from vizopt.flashes import check_flashes
from vizopt.formats import ClipMetadata
from vizopt.formats import slides as formats
from vizopt.pipeline import racing
from vizopt.pipeline.drawing import PICTURE
from vizopt.pipeline.field import Field, presented_race
from vizopt.pipeline.reuse import Reuse
from vizopt.pipeline.training import trained
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.spec import Scene

Row: TypeAlias = tuple[str, ...]  # what is on a slide, as it was named


class Part(NamedTuple):
    """A clip of a slide, to be made.

    Args:
        source: its name.
        thing: what it names.
        asked: how it is drawn.
        file: its place.
    """

    source: str
    thing: Source
    asked: Request
    file: Path


def readable(
    source: str, asked: Request, room_of: Callable[[], formats.Room]
) -> tuple[Source, Request]:
    """A source, and how it is drawn so that its text is as high as it has to be in its room.

    Of a scene the keys that are asked for are in it; a recording is drawn with them.

    Args:
        room_of: its room; asked only when the source is read, since that loads python-pptx.

    Raises:
        VizoptError: it cannot be used.
    """
    thing, keys = opened(source, asked.overrides), dict(asked.overrides)
    room = room_of()
    asked = _sized(asked, room)
    if isinstance(thing, Path):
        return thing, asked
    larger = _larger(thing, keys, room)
    if larger:
        checked = opened(source, keys | larger)
        thing = checked if isinstance(thing, Field) else thing
    drawn = keys | larger if isinstance(thing, Recording) else larger
    return thing, replace(asked, overrides=drawn)


def readable_clip(
    source: str, asked: Request, room: formats.Room, room_of: Callable[[Size], formats.Room]
) -> tuple[Source, Request]:
    """The same of a finished clip: itself, or what it is drawn from anew.

    Args:
        room_of: what a clip of a size would have to be on its slide.
    """
    clip = opened(source, {})
    assert isinstance(clip, Path)
    found = anew(clip, room_of)
    if found is None:
        return clip, asked
    thing, asked = found.thing, _sized(asked, room)
    wanted = {k: v for k, v in asked.overrides.items() if k.partition(".")[0] in PICTURE}
    keys = {**found.keys, **wanted}
    larger = _larger(thing, keys, room)
    if isinstance(thing, Recording):
        return thing, replace(asked, overrides=keys | larger)
    shown = presented_race(thing.shown, keys | larger)
    return replace(thing, shown=shown), replace(asked, overrides={})


def _sized(asked: Request, room: formats.Room) -> Request:
    own = room.size and not asked.options.get("size")
    return asked.asking(size=room.size) if own else asked


def _larger(
    thing: Scene | Field | Recording, keys: Mapping[str, Any], room: formats.Room
) -> dict[str, Any]:
    """The size of text that a thing needs in a room, where its own is smaller."""
    if isinstance(thing, Field):
        colours = thing.shown.colours
    else:
        colours = (presented(thing, keys) if isinstance(thing, Recording) else thing).colours
    least = min(room.text, LARGEST_TEXT)
    own = max(colours.least, MIN_LARGE_SIZE)  # a slide's text is large anyway
    is_large = own >= least * SIDE / 100
    return {} if is_large else {"look.text": least}


def made(
    rows: Mapping[Row, Sequence[Part]], bar: Bar, reuse: Reuse | None
) -> dict[Row, list[formats.Slide]]:
    """A slide of each clip, by what stands with it on one; what needs no training is made first."""
    for part in (part for parts in rows.values() for part in parts):
        _check(part)
    order = sorted(rows, key=lambda row: any(_is_trained(part.thing) for part in rows[row]))
    slides: dict[Row, list[formats.Slide]] = {}
    runs: dict[str, Recording] = {}  # of the scenes that are still to be drawn
    with scratch() as folder:
        for k, row in enumerate(order):
            _train(rows[row], runs, folder, bar, reuse)
            slides[row] = _drawn(rows[row], runs, bar, reuse)
            later = {source for other in order[k + 1 :] for source in other}
            for source in set(runs) - later:
                remove(runs.pop(source).path)
    return slides


def _check(part: Part) -> None:
    """Raises VizoptError for what cannot be made; nothing is trained for it."""
    if isinstance(part.thing, Scene):
        pipeline.sorted_out(part.thing, [part.file], part.asked)
    if isinstance(part.thing, Field):
        racing.check_race(part.thing, [part.file], part.asked, None)


def _is_trained(thing: Source) -> bool:
    return isinstance(thing, Scene | Field)


def _train(
    parts: Sequence[Part],
    runs: dict[str, Recording],
    folder: Path,
    bar: Bar,
    reuse: Reuse | None,
) -> None:
    """Record the scenes among the parts that no other slide has had yet."""
    for part in parts:
        if isinstance(part.thing, Scene) and part.source not in runs:
            run = folder / f"{len(list(folder.iterdir()))}.zarr"
            trained(part.thing, run, bar, None, reuse=reuse)
            runs[part.source] = Recording(run)


def _drawn(
    parts: Sequence[Part], runs: Mapping[str, Recording], bar: Bar, reuse: Reuse | None
) -> list[formats.Slide]:
    """The clips of a slide; the curves of two span what both of them need."""
    things = [runs.get(part.source, part.thing) for part in parts]
    asked = [part.asked for part in parts]
    halves = [
        Half(thing, each)
        for thing, each in zip(things, asked, strict=True)
        if isinstance(thing, Recording)
    ]
    if len(halves) > 1:
        asked = [half.asked for half in with_common_axes(halves)]
    slides = []
    for part, thing, each in zip(parts, things, asked, strict=True):
        if isinstance(thing, Path):
            slides.append(formats.slide(thing, _told(thing), check_flashes(thing)))
        elif isinstance(thing, Recording):
            slides.append(_slide(pipeline.render_all(thing, [part.file], each, bar)[0]))
        else:
            assert isinstance(thing, Field)
            slides.append(_slide(racing.race_reusing(thing, [part.file], each, bar, reuse)[0]))
    return slides


def _slide(clip: Clip) -> formats.Slide:
    return formats.slide(clip.path, clip.metadata, clip.verdict or check_flashes(clip.path))


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
