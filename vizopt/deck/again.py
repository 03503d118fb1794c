"""Again: finished clips are drawn once more where their text would be too small on a slide."""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

from vizopt.clips import recipe as recipes
from vizopt.core.arrays import Size
from vizopt.core.errors import VizoptError
from vizopt.core.sizes import SIDE
from vizopt.core.warned import warn
from vizopt.draw.theme import THEMES
from vizopt.formats import slides as formats
from vizopt.pipeline.drawing import PICTURE
from vizopt.pipeline.field import Field, field_of
from vizopt.pipeline.reuse import is_of
from vizopt.recording.atomic import quoted
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.scene.race import file_name
from vizopt.scene.spec import RECORDED, Scene

POINTS = 12  # of the smallest text on a slide 13.3 inches wide


class Anew(NamedTuple):
    """What a finished clip is drawn again from.

    Args:
        thing: its recording, or its race's.
        keys: how it is drawn, as its recipe has it; a race has that in it.
    """

    thing: Recording | Field
    keys: Mapping[str, Any]


def anew(clip: Path, room_of: Callable[[Size], formats.Room]) -> Anew | None:
    """What a finished clip is drawn from again; None where it stays as it is.

    It stays where its text is large enough, where nobody knows how large it is, and where no
    recording of it lies beside it, which is told in one line.

    Args:
        clip: MP4 or GIF.
        room_of: what a clip of a size would have to be on its slide.
    """
    try:
        text = recipes.read(clip)
        table = tomllib.loads(text)
        size, least = _drawn_at(table)
    except (VizoptError, LookupError, TypeError, ValueError):  # a clip of any origin is shown
        return None
    needed = room_of(size).text
    if least >= needed:
        return None
    found = _source(clip, text, table)
    if found is None:
        points = f"{floor(10 * POINTS * least / needed) / 10} points, less than {POINTS}"
        way = _way(clip, table)
        told = f"{clip}: its smallest text has {points}, on the slide (13.3 inches): {way}"
        warn(told)
    return found


def _drawn_at(table: Mapping[str, Any]) -> tuple[Size, float]:
    """Size of a clip, and how high its smallest text is, in percent of its shorter side."""
    clip: Mapping[str, Any] = table["clip"]
    text: Any = table.get("look", {}).get("text", "normal")
    text = "large" if text == "normal" and clip.get("slide") else text
    width, height = clip["size"]
    return (width, height), replace(THEMES["light"], text=text).least / SIDE * 100


def _source(clip: Path, text: str, table: Mapping[str, Any]) -> Anew | None:
    """The recordings beside a clip that are those of its recipe."""
    beside = clip.with_suffix(".zarr")
    with suppress(VizoptError):
        if "run" in table:
            field = field_of([str(clip)], {}, clip.stem)
            runs = {name: _run_of(clip, name, run) for name, run in field.runs.items()}
            whole = {name: run for name, run in runs.items() if run}
            if len(whole) == len(runs) and field.shown.seeds == 1:
                return Anew(replace(field, runs=whole), {})
        elif beside.is_dir():
            run, keys = Recording(beside), _picture(table)
            if RECORDED in table:
                by = run.header.external
                return Anew(run, keys) if by and asdict(by) == table[RECORDED] else None
            if is_of(beside, parse_scene(text, str(clip), {}, {})):
                return Anew(run, keys)
    return None


def _run_of(clip: Path, name: str, run: Scene | Recording) -> Recording | None:
    """The recording of a race's run, in the folder of the race's name beside its clip."""
    path = clip.with_suffix("") / f"{file_name(name)}.zarr"
    there = isinstance(run, Scene) and path.is_dir() and is_of(path, run)
    return Recording(path) if there else None


def _picture(table: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a recipe that a recording can be drawn with; its size is that of the slide."""
    keys = {key: table[key] for key in PICTURE if key in table}
    clip = {key: value for key, value in table["clip"].items() if key != "size"}
    return {"theme": "light", "look": {}} | keys | {"clip": clip}


def _way(clip: Path, table: Mapping[str, Any]) -> str:
    """What to do about small text."""
    if "run" in table or RECORDED in table:
        return f"name its {'race' if 'run' in table else 'recording'} instead"
    kept = quoted(clip.with_suffix(".zarr"))
    return f"keep its recording beside it: vizopt make {quoted(clip)} -o {kept}"
