"""Keywords: what a call of Python's asks of a clip."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from numbers import Integral
from pathlib import Path
from reprlib import repr as brief
from types import UnionType
from typing import Any, TypeAlias, TypedDict

from vizopt.clips.options import Request, values_of
from vizopt.core.errors import VizoptError, hint
from vizopt.core.plain import plain
from vizopt.core.sizes import fps_of, frame_of, size_of
from vizopt.core.wanted import wanted, wanted_keys
from vizopt.scene.load import load_look
from vizopt.scene.options import ClipOptions

PathLike: TypeAlias = Path | str
SCENE_KEYS = {
    "theme": "theme",
    "seconds": "timeline.seconds",
    "text": "look.text",
    "title": "title",
}
OPTIONS = tuple(field.name for field in fields(ClipOptions) if field.name not in ("level", "slide"))
WANTED: dict[str, tuple[type | UnionType, str]] = {
    "size": (tuple | list | str, "(1280, 720)"),
    "fps": (int | float | str, "20"),
    "at": (str | int, "4500"),
    "loop": (int, "1"),
    "poster": (str | int, '"last"'),
    "allow_flashes": (bool, "True"),
    "overwrite": (bool, "True"),
    "embed": (bool, "True"),
    "narrow": (bool, "False"),
    "look": (PathLike, '"mine.toml"'),
}


READ: dict[str, Callable[[Any], Any]] = {
    "size": lambda size: tuple(size_of(size)),
    "fps": lambda fps: float(fps_of(fps)),
    "at": frame_of,
    "poster": frame_of,
}


class Keywords(TypedDict, total=False):
    """How a clip differs from its scene and its format's defaults.

    Args:
        theme: "light", "dark" or "print".
        look: path of a look's TOML file.
        size: width and height in pixels, (1280, 720), or "720p", "1080p", "4k", "square",
            "portrait".
        fps: frames per second; a fraction of them as "30000/1001".
        seconds: length of the clip.
        text: "normal" or "large".
        title: above the picture.
        at: which frame a still shows: "first", "last", 4500, "epoch=4500", "step=12".
        loop: how often a GIF, WebP, APNG, page or slide plays by itself; 0 for ever.
        poster: what it shows first, written like `at`; of an image one frame in front.
        allow_flashes: the lesson's look, which flashes; behind a warning card.
        overwrite: files that vizopt did not write may be replaced.
        embed: a page for a frame in another page, of 520×320 pixels or more.
        narrow: a page has a second clip for narrow screens, where its first is wide.
        overrides: dotted scene key → value, {"timeline.kind": "uniform"}.
    """

    theme: str
    look: PathLike
    size: tuple[int, int] | str
    fps: float | str
    seconds: float
    text: str
    title: str
    at: int | str
    loop: int
    poster: int | str
    allow_flashes: bool
    overwrite: bool
    embed: bool
    narrow: bool
    overrides: Mapping[str, Any]


def asked_of(call: str, options: ClipOptions | None, keywords: Mapping[str, Any]) -> Request:
    """What the options say that is no default, and what the keywords say.

    Raises:
        VizoptError: an unknown keyword, or a value of the wrong kind.
    """
    known = (*SCENE_KEYS, *OPTIONS, "look", "overrides", "overwrite")
    for name in keywords:
        if name not in known:
            raise VizoptError(f'{call}: unknown keyword "{name}": {hint(name, known)}')
    given = {name: plain(value) for name, value in keywords.items() if value is not None}
    wanted_keys(f"{call}: overrides", given.get("overrides", {}))
    for name, (kind, example) in WANTED.items():
        if name in given and not _fits(given[name], kind, name):
            raise VizoptError(f"{call}: {name}={given[name]!r}: write it like {name}={example}")
    own = {"look": load_look(given["look"])} if "look" in given else {}
    named = {key: given[name] for name, key in SCENE_KEYS.items() if name in given}
    changed = {name: given[name] for name in OPTIONS if name in given}
    try:
        changed |= {name: way(changed[name]) for name, way in READ.items() if name in changed}
    except ValueError as error:
        raise VizoptError(f"{call}: {error}") from error
    return Request(
        {**_said(ClipOptions() if options is None else options), **changed},
        {**own, **given.get("overrides", {}), **named},
        given.get("overwrite", False),
    )


def check_cores(call: str, cores: int) -> None:
    """Raises VizoptError for what is no number of trainings beside each other."""
    wanted(f"{call}: cores", cores, Integral, "2")
    if cores < 1:
        raise VizoptError(f"{call}: cores: {cores!r}: one at least")


def _said(options: ClipOptions) -> dict[str, Any]:
    """The options that are not the default: the others are as the scene has them."""
    if not isinstance(options, ClipOptions):  # from Python anything may come
        told = brief(options)
        raise VizoptError(f"{told}: is no ClipOptions; a look's file is look={told}")
    defaults = values_of(ClipOptions())
    return {name: value for name, value in values_of(options).items() if value != defaults[name]}


def _fits(value: object, kind: type | UnionType, name: str) -> bool:
    """Whether a keyword's value is of its kind, a size of two whole numbers."""
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        return False
    if name != "size" or isinstance(value, str):
        return True
    sides = list(value)  # type: ignore[call-overload]
    return len(sides) == 2 and all(type(side) is int for side in sides)
