"""Packing: the folder to upload."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from vizopt import pipeline
from vizopt.api.drawing import scene_of
from vizopt.api.keywords import PathLike
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.recipe import is_clip
from vizopt.core.errors import VizoptError
from vizopt.core.marks import signed
from vizopt.core.places import at_home
from vizopt.core.progress import Bar, usual
from vizopt.core.wanted import wanted_keys, wanted_path
from vizopt.formats.ours import guard
from vizopt.pipeline import racing
from vizopt.pipeline.drawing import presentation_of, rendered
from vizopt.pipeline.field import Field, field_of
from vizopt.pipeline.reuse import Reuse
from vizopt.recording.atomic import is_recording
from vizopt.recording.run import Run
from vizopt.recording.store import Recording
from vizopt.scene.load import bare, presented
from vizopt.scene.load_race import bare_race, is_race
from vizopt.scene.race import Race
from vizopt.scene.spec import Scene
from vizopt.scene.written import Named, scene_toml

PACKED = (".mp4", ".gif", ".html", ".pptx", ".png")
Packable: TypeAlias = Scene | Field | Recording


@dataclass(frozen=True, repr=False)
class Pack:
    """A folder that was written.

    Args:
        folder: where it is.
        clips: those in it; beside them is their text.
        scene: the TOML to make them again; None where vizopt did not train what they show.
    """

    folder: Path
    clips: tuple[Clip, ...]
    scene: Path | None

    def __repr__(self) -> str:
        """`<Pack outputs/sgd: sgd.mp4, sgd.gif, sgd.html, sgd.pptx, sgd.png, sgd.toml>`."""
        names = [clip.path.name for clip in self.clips]
        names += [self.scene.name] if self.scene else []
        return f"<Pack {self.folder}: {', '.join(names)}>"


def pack(
    source: Scene | Race | Recording | Run | PathLike,
    folder: PathLike | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    bar: Bar | None = None,
    reuse: Reuse | None = None,
) -> Pack:
    """The folder to upload: clips, poster, text, recipe: `pack("sgd", "upload")`.

    Args:
        source: a scene or race, a bundled one's name, a TOML file or a loaded one; or a recording,
            also of a training of your own, or its path.
        folder: to write; when left out outputs/NAME, of a race outputs/NAME-pack.
        overrides: dotted scene key → value; of a recording only what changes the picture.
        overwrite: files that vizopt did not write may be replaced.
        bar: shows progress; in a notebook its own unless another is named, elsewhere none.
        reuse: recordings that may stand for the training; it is trained without.

    Raises:
        VizoptError: the source cannot be used, or a file not be written.
    """
    overrides = {} if overrides is None else overrides
    wanted_keys("pack: overrides", overrides)
    if folder is not None:
        wanted_path(folder)
    thing = packable(source, overrides)
    return write_pack(thing, folder, overrides, overwrite, bar or usual(), reuse)


def packable(
    source: Scene | Race | Recording | Run | PathLike, overrides: Mapping[str, Any]
) -> Packable:
    """What is to be packed; the overrides are in a scene and race."""
    if isinstance(source, Run):
        return Recording(source.path)
    if isinstance(source, Recording):
        return source
    if isinstance(source, Scene):
        return scene_of(source, overrides)
    if not isinstance(source, Race):
        source = at_home(source)
    if isinstance(source, Race) or is_race(source):
        name = source.name if isinstance(source, Race) else Path(source).stem
        return field_of([source], overrides, name)
    if is_recording(Path(source)):
        return Recording(source)
    if is_clip(source):
        raise VizoptError(f"{source}: is a finished clip: pack its scene or its recording")
    return scene_of(source, overrides)


def write_pack(
    thing: Packable,
    folder: PathLike | None,
    overrides: Mapping[str, Any],
    overwrite: bool,
    bar: Bar,
    reuse: Reuse | None,
) -> Pack:
    """The same for what is opened."""
    name = _name(thing)
    there = f"{name}-pack" if isinstance(thing, Field) else name  # a race's runs are in NAME
    place = at_home(folder) if folder else Path("outputs") / there
    files = [place / f"{name}{suffix}" for suffix in PACKED]
    made_by = _made_by(thing, overrides)
    toml = place / f"{name}.toml"
    texts = {toml: signed(f"{scene_toml(made_by)}\n# ", "\n")} if made_by else {}
    for text in texts:
        guard(text, overwrite)
    asked = Request(overrides=overrides, overwrite=overwrite)
    if isinstance(thing, Scene):
        clips = pipeline.make(thing, files, asked, bar, texts=texts, reuse=reuse)[1]
    elif isinstance(thing, Field):
        clips = racing.race_reusing(thing, files, asked, bar, reuse, texts)
    else:
        runs, shown = {"": thing}, presentation_of(thing, asked)
        clips = rendered(runs, shown, files, asked, bar, texts)
    return Pack(place, tuple(clips), toml if texts else None)


def _name(thing: Packable) -> str:
    if isinstance(thing, Recording):
        return thing.path.stem
    return thing.shown.name if isinstance(thing, Field) else thing.name


def _made_by(thing: Packable, overrides: Mapping[str, Any]) -> Named | None:
    """The scene or race that makes the clips again; None where vizopt did not train them."""
    if isinstance(thing, Field):
        return bare_race(thing.race) if thing.race else None
    shown = presented(thing, overrides) if isinstance(thing, Recording) else thing
    return bare(shown) if isinstance(shown, Scene) else None
