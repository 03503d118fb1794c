"""Slide sources: what the words of `vizopt slides` name, a clip or two beside each other."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vizopt.core.errors import DecodeError, VizoptError
from vizopt.core.library import JOINED_BY, names, races
from vizopt.core.places import is_there
from vizopt.formats import find_format
from vizopt.pipeline.field import Field, field_of
from vizopt.recording.atomic import is_recording
from vizopt.recording.store import Recording
from vizopt.scene.load import load_scene
from vizopt.scene.load_race import is_race
from vizopt.scene.spec import Scene

FOREIGN = (".avi", ".mkv")  # clips of others
Source = Scene | Field | Recording | Path  # of a clip; a path is a finished clip's


def parted(source: str) -> tuple[str, ...]:
    """The clips of a slide: `sgd+adam` are two. A file whose name has a + is one.

    Raises:
        VizoptError: more than two, a race among them, or nothing on one side of the +.
    """
    if JOINED_BY not in source or _is_there(source):
        return (source,)
    there = (two for two in _cuts(source) if all(map(_is_there, two)))
    parts = next(there, tuple(source.split(JOINED_BY)))
    if not all(parts):
        raise VizoptError(f"{source}: two clips on a slide are written like sgd+adam")
    if len(parts) > 2:
        way = " ".join(JOINED_BY.join(parts[i : i + 2]) for i in range(0, len(parts), 2))
        raise VizoptError(f"{source}: {len(parts)} clips on a slide, which holds two: write {way}")
    race = next(filter(is_race, parts), None)
    if race:
        raise VizoptError(f"{source}: {race} is a race, which fills a slide: name it alone")
    return parts


def clip_name(source: str, suffix: str) -> str:
    """The file name of a clip on a slide; suffix is of those that are drawn."""
    return Path(source).name if is_finished(source) else Path(source).stem + suffix


def is_finished(source: str) -> bool:
    """Whether it is taken as it is."""
    known = find_format(Path(source))
    return known is not None and "slide" in known.plays_in


def opened(source: str, overrides: Mapping[str, Any]) -> Source:
    """The scene, race, recording or clip.

    Raises:
        VizoptError: it is none, or cannot be read.
    """
    path = Path(source)
    if is_recording(path):
        return Recording(path)
    if not is_finished(source):
        if find_format(path) or path.suffix.lower() in FOREIGN:
            raise DecodeError(f"{source}: slides play MP4 and GIF only")
        if is_race(source):
            return field_of([source], overrides, path.stem)
        return load_scene(source, overrides)
    try:
        if not (is_there(path) and path.is_file()):
            raise DecodeError(f"{source}: no such clip")
    except OSError as error:
        raise DecodeError(f"{source}: cannot read: {error.strerror}") from error
    return path


def _cuts(source: str) -> Iterator[tuple[str, str]]:
    """Every way to part it at one +."""
    for at, sign in enumerate(source):
        if sign == JOINED_BY:
            yield source[:at], source[at + 1 :]


def _is_there(source: str) -> bool:
    path = Path(source)
    return (
        source in (*names(), *races()) or path.is_file() or (is_recording(path) and path.is_dir())
    )
