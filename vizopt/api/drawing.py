"""Drawing: make, render and record, with scenes by name, paths as text and options as keywords."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, Unpack, overload

from vizopt import pipeline
from vizopt.api.keywords import Keywords, PathLike, asked_of
from vizopt.clips.clip import Clip
from vizopt.clips.plan import check_played
from vizopt.core.errors import VizoptError
from vizopt.core.places import at_home
from vizopt.core.progress import Bar, usual
from vizopt.recording.atomic import is_recording
from vizopt.recording.store import Recording
from vizopt.scene.load import load_scene, parse_scene
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml

Files: TypeAlias = list[Any] | tuple[PathLike, ...]  # no Sequence: a name is one of its letters


@overload
def render(
    run: Recording | PathLike,
    file: PathLike,
    options: ClipOptions | None = None,
    **keywords: Unpack[Keywords],
) -> Clip: ...
@overload
def render(
    run: Recording | PathLike,
    file: Files,
    options: ClipOptions | None = None,
    **keywords: Unpack[Keywords],
) -> list[Clip]: ...
def render(
    run: Recording | PathLike,
    file: PathLike | Files,
    options: ClipOptions | None = None,
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
        options: size, rate and the like of the file, over what its scene says of them.
        **keywords: what differs from both: theme ("light", "dark", "print"), look (a TOML
            file), size ((1280, 720), "1080p"), fps (20, "30000/1001"), seconds, text ("normal",
            "large"), title, at (a still's frame: "first", "last", "epoch=4500"), loop (1: once),
            poster ("last"), allow_flashes, overwrite, embed and narrow (of a page),
            overrides ({"timeline.kind": "uniform"}).

    Returns:
        The clip, or a list of them.

    Raises:
        VizoptError: the recording cannot be read, the file not written, a keyword or key is wrong.
    """
    asked = asked_of("render", options, keywords)
    files = files_of(file)
    opened = run if isinstance(run, Recording) else Recording(run)
    for path in files:
        if is_recording(path):
            raise VizoptError(f"{path}: a recording is drawn into clips: name one like a.gif")
    check_played(files, asked)
    clips = pipeline.render_all(opened, files, asked, usual())
    return clips[0] if isinstance(file, PathLike) else clips


@overload
def make(
    scene: Scene | PathLike,
    file: PathLike,
    options: ClipOptions | None = None,
    **keywords: Unpack[Keywords],
) -> Clip: ...
@overload
def make(
    scene: Scene | PathLike,
    file: Files,
    options: ClipOptions | None = None,
    **keywords: Unpack[Keywords],
) -> list[Clip]: ...
def make(
    scene: Scene | PathLike,
    file: PathLike | Files,
    options: ClipOptions | None = None,
    **keywords: Unpack[Keywords],
) -> Clip | list[Clip]:
    """Train a scene and draw it into a file: `make("sgd", "a.gif")`.

    Args:
        scene: a bundled scene's name, a TOML file, or a loaded scene.
        file: what to write, as for `render`. Of several files, a list, one may be the recording,
            .zarr; the scene is trained once.
        options: as for `render`.
        **keywords: as for `render`; `overrides` may change any key: {"optimizer.lr": 0.5}.

    Returns:
        The clip, or a list of them.

    Raises:
        VizoptError: the scene cannot be used, a file not written, a keyword or key is wrong.
    """
    asked = asked_of("make", options, keywords)
    files = files_of(file)
    if isinstance(file, PathLike) and is_recording(files[0]):
        raise VizoptError(f"{files[0]}: a recording alone is made by vizopt.record(scene, path)")
    check_played([path for path in files if not is_recording(path)], asked)
    clips = pipeline.make(scene_of(scene, asked.overrides), files, asked, usual())[1]
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
    return pipeline.record(scene_of(scene, {}), path, bar or usual(), resume=resume)


def files_of(file: PathLike | Files) -> list[Path]:
    """The files of one name, or of several."""
    files = [at_home(each) for each in (file if isinstance(file, list | tuple) else [file])]
    if not files:
        raise VizoptError("no file to write: name one like a.gif")
    return files


def scene_of(scene: Scene | PathLike, overrides: Mapping[str, Any]) -> Scene:
    """A scene with overrides, whatever names it."""
    if not isinstance(scene, Scene):
        return load_scene(scene, overrides)
    if not overrides:
        return scene
    return parse_scene(scene_toml(scene), scene.name, {}, overrides)
