"""What Python's users call: scenes by name, paths as text, and the look as keywords."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, TypeAlias, TypedDict, Unpack, overload

from vizopt import pipeline
from vizopt.clips.clip import Clip
from vizopt.clips.options import Look
from vizopt.clips.plan import check_played
from vizopt.core.errors import VizoptError, hint
from vizopt.core.progress import Bar, usual
from vizopt.core.sizes import fps_of, size_of
from vizopt.recording.atomic import is_recording
from vizopt.recording.store import Recording
from vizopt.scene.load import load_look, load_scene, parse_scene
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml

PathLike: TypeAlias = Path | str
Files: TypeAlias = list[Any] | tuple[PathLike, ...]  # no Sequence: a name is one of its letters
SCENE_KEYS = {
    "theme": "theme",
    "seconds": "timeline.seconds",
    "text": "look.text",
    "title": "title",
}
LOOK_KEYS = tuple(field.name for field in fields(Look) if field.name != "level")
WANTED: dict[str, tuple[type | UnionType, str]] = {
    "size": (tuple | list | str, "(1280, 720)"),
    "fps": (int | float | str, "20"),
    "at": (str, '"epoch=4500"'),
    "loop": (int, "1"),
    "poster": (str, '"last"'),
    "allow_flashes": (bool, "True"),
    "overwrite": (bool, "True"),
    "embed": (bool, "True"),
    "narrow": (bool, "False"),
    "overrides": (Mapping, '{"timeline.kind": "uniform"}'),
}


SAID: dict[str, Callable[[Any], Any]] = {
    "size": lambda size: tuple(size_of(size)),
    "fps": lambda fps: float(fps_of(fps)),
}


class Keywords(TypedDict, total=False):
    """How a clip differs from its scene and its format's defaults.

    Args:
        theme: "light", "dark" or "print".
        size: width and height in pixels, (1280, 720), or "720p", "1080p", "4k", "square",
            "portrait".
        fps: frames per second; a fraction of them as "30000/1001".
        seconds: length of the clip.
        text: "normal" or "large".
        title: above the picture.
        at: which frame a still shows: "first", "last", "epoch=4500", "step=12".
        loop: how often a GIF, WebP, APNG, page or slide plays by itself; 0 for ever.
        poster: what it shows first, written like `at`; of an image one frame in front.
        allow_flashes: the lesson's look, which flashes; behind a warning card.
        overwrite: files that vizopt did not write may be replaced.
        embed: a page for a frame in another page, of 520×320 pixels or more.
        narrow: a page has a second clip for narrow screens, where its first is wide.
        overrides: dotted scene key → value, {"timeline.kind": "uniform"}.
    """

    theme: str
    size: tuple[int, int] | str
    fps: float | str
    seconds: float
    text: str
    title: str
    at: str
    loop: int
    poster: str
    allow_flashes: bool
    overwrite: bool
    embed: bool
    narrow: bool
    overrides: Mapping[str, Any]


@overload
def render(
    run: Recording | PathLike,
    file: PathLike,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Clip: ...
@overload
def render(
    run: Recording | PathLike,
    file: Files,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> list[Clip]: ...
def render(
    run: Recording | PathLike,
    file: PathLike | Files,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Clip | list[Clip]:
    """Draw a recording into a file, without training: `render(run, "a.gif", theme="dark")`.

    Beside each clip is its text alternative, NAME.txt. In a notebook a clip shows itself.

    Args:
        run: the recording or its path.
        file: what to write; its suffix is the format: .mp4, .mov, .webm, .gif, .webp, .apng; of one
            frame .png, .jpg (.jpeg), .pdf, .svg; all of them as NAME-%05d.png; .html (a page with a
            player), .pptx (a slide).
            Of several files, a list, frames of one size and rate are drawn once.
        look: a `Look`, or the path of a look's TOML file.
        **keywords: what differs from both: theme ("light", "dark", "print"), size ((1280, 720),
            "1080p"), fps (20, "30000/1001"), seconds, text ("normal", "large"), title, at (a
            still's frame: "first", "last", "epoch=4500"), loop (1: once), poster ("last"),
            allow_flashes, overwrite, embed and narrow (of a page),
            overrides ({"timeline.kind": "uniform"}).

    Returns:
        The clip, or a list of them.

    Raises:
        VizoptError: the recording cannot be read, the file not written, a keyword or key is wrong.
    """
    chosen = _look("render", look, keywords)
    opened = run if isinstance(run, Recording) else Recording(run)
    files = _files(file)
    for path in files:
        if is_recording(path):
            raise VizoptError(f"{path}: a recording is drawn into clips: name one like a.gif")
    check_played(files, chosen)
    clips = pipeline.render_all(opened, files, chosen, usual())
    return clips[0] if isinstance(file, PathLike) else clips


@overload
def make(
    scene: Scene | PathLike,
    file: PathLike,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Clip: ...
@overload
def make(
    scene: Scene | PathLike,
    file: Files,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> list[Clip]: ...
def make(
    scene: Scene | PathLike,
    file: PathLike | Files,
    look: Look | PathLike | None = None,
    **keywords: Unpack[Keywords],
) -> Clip | list[Clip]:
    """Train a scene and draw it into a file: `make("sgd", "a.gif")`.

    Args:
        scene: a bundled scene's name, a TOML file, or a loaded scene.
        file: what to write, as for `render`: .mp4, .mov, .webm, .gif, .webp, .apng, .png, .jpg
            (.jpeg), .pdf, .svg, NAME-%05d.png, .html, .pptx. Of several files, a list, one may be
            the recording, .zarr; the scene is trained once.
        look: a `Look`, or the path of a look's TOML file.
        **keywords: as for `render`; `overrides` may change any key: {"optimizer.lr": 0.5}.

    Returns:
        The clip, or a list of them.

    Raises:
        VizoptError: the scene cannot be used, a file not written, a keyword or key is wrong.
    """
    chosen = _look("make", look, keywords)
    files = _files(file)
    if isinstance(file, PathLike) and is_recording(files[0]):
        raise VizoptError(f"{files[0]}: a recording alone is made by vizopt.record(scene, path)")
    check_played([path for path in files if not is_recording(path)], chosen)
    clips = pipeline.make(_scene(scene, chosen.overrides or {}), files, chosen, usual())[1]
    return clips[0] if isinstance(file, PathLike) else clips


def record(
    scene: Scene | PathLike, path: PathLike, bar: Bar | None = None, *, resume: bool = False
) -> Recording:
    """Train a scene and record it: `record("sgd", "sgd.zarr")`.

    An older recording at path is replaced when this one is complete.

    Args:
        scene: a bundled scene's name, a TOML file, or a loaded scene.
        path: of the recording, a Zarr group: `run.zarr`.
        bar: shows progress; in a notebook its own unless another is named, elsewhere none.
        resume: go on with the interrupted recording of that name, to the same bits.

    Raises:
        RecordingError: the folder cannot be written, or there is nothing to resume.
        Interrupted: by Ctrl-C, when rows were committed: they are kept, beside an older recording.
    """
    return pipeline.record(_scene(scene, {}), path, bar or usual(), resume=resume)


def _files(file: PathLike | Files) -> list[Path]:
    files = [Path(file)] if isinstance(file, PathLike) else [Path(each) for each in file]
    if not files:
        raise VizoptError("no file to write: name one like a.gif")
    return files


def _scene(scene: Scene | PathLike, overrides: Mapping[str, Any]) -> Scene:
    """A scene with overrides, whatever names it."""
    if not isinstance(scene, Scene):
        return load_scene(scene, overrides)
    if not overrides:
        return scene
    return parse_scene(scene_toml(scene), scene.name, {}, overrides)


def _look(call: str, look: Look | PathLike | None, keywords: Mapping[str, Any]) -> Look:
    """The look with what the keywords change."""
    known = (*SCENE_KEYS, *LOOK_KEYS)
    for name in keywords:
        if name not in known:
            raise VizoptError(f'{call}: unknown keyword "{name}": {hint(name, known)}')
    for name, (kind, example) in WANTED.items():
        value = keywords.get(name)
        if value is not None and not _fits(value, kind, name):
            raise VizoptError(f"{call}: {name}={value!r}: write it like {name}={example}")
    own = {"look": load_look(look)} if isinstance(look, PathLike) else {}
    base = look if isinstance(look, Look) else Look()
    given = dict(keywords.get("overrides") or {})
    named = {
        SCENE_KEYS[name]: keywords[name] for name in SCENE_KEYS if keywords.get(name) is not None
    }
    overrides = {**(base.overrides or {}), **own, **given, **named}
    changed: dict[str, Any] = {
        name: keywords[name] for name in LOOK_KEYS if keywords.get(name) is not None
    }
    try:
        changed |= {name: way(changed[name]) for name, way in SAID.items() if name in changed}
    except ValueError as error:
        raise VizoptError(f"{call}: {error}") from error
    return replace(base, **changed | {"overrides": overrides or None})


def _fits(value: object, kind: type | UnionType, name: str) -> bool:
    """Whether a keyword's value is of its kind, a size of two whole numbers."""
    if not isinstance(value, kind) or (name in ("fps", "loop") and isinstance(value, bool)):
        return False
    if name != "size" or isinstance(value, str):
        return True
    sides = list(value)  # type: ignore[call-overload]
    return len(sides) == 2 and all(type(side) is int for side in sides)
