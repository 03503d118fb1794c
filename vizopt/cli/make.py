"""The commands that draw: make, render, pack; and recipe, which tells how a clip was made."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vizopt.cli import completing
from vizopt.cli.data import check_save, tell_tables
from vizopt.cli.importing import IMPORT
from vizopt.cli.options import (
    AGAIN,
    OVERWRITE,
    SET,
    bar_of,
    echo_title,
    fit_options,
    look_options,
    request_of,
    reuse_of,
    told,
)
from vizopt.cli.paths import PATH, SOURCE, check_there
from vizopt.clips.brief import goes_on, recording_line
from vizopt.core.errors import one_line
from vizopt.recording.atomic import is_recording

if TYPE_CHECKING:
    from vizopt.clips.clip import Clip
    from vizopt.clips.options import Request
    from vizopt.clips.targets import Limits
    from vizopt.scene.spec import Scene


@click.command()
@click.argument(
    "scenes",
    metavar="SCENE...",
    type=SOURCE,
    nargs=-1,
    required=True,
    shell_complete=completing.files(".toml", completing.CLIP, named=("scenes",)),
)
@click.option(
    "-o", "files", type=PATH, multiple=True, help="File to write; its suffix is the format."
)
@click.option("--save", type=PATH, help="Write the scene that is made for a table, NAME.toml.")
@click.option("--allow-data", "data", type=PATH, help="Data file that a clip's recipe may read.")
@AGAIN
@IMPORT
@look_options
@fit_options
def make(
    scenes: tuple[str, ...],
    files: tuple[Path, ...],
    save: Path | None,
    data: Path | None,
    again: bool,
    quiet: bool,
    fit: int | None,
    place: str | None,
    **options: Any,
) -> None:
    """Train scenes and draw them: clip, still, page or slide.

    A scene is a bundled one or a TOML file of your own: vizopt list scenes.

    For a table in the place of a scene (NAME.csv, .xlsx, .npz, …) a network is trained on it; its
    scene is told, and kept by --save.

    A clip in the place of a scene is made again from the recipe in it, in its own format.

    Without -o: outputs/NAME.zarr, outputs/NAME.mp4 and outputs/NAME.gif. Beside each clip is
    NAME.txt, which tells it in words. A recording in outputs/ of the same training is reused.
    """
    check_there(scenes)
    if files and len(scenes) > 1:
        raise click.UsageError("-o names the files of one scene: leave it out, or make one scene")
    asked = request_of(files=files, **options)
    check_save(scenes, asked.overrides, save, asked.overwrite)
    loaded = [told(_loaded(scene, asked, data)) for scene in scenes]
    from vizopt import pipeline  # a mistake in a scene is told without what draws

    _check_names([scene.name for scene in loaded])
    every = [files or _wanted(*each, place) for each in zip(scenes, loaded, strict=True)]
    for scene, wanted in zip(loaded, every, strict=True):
        pipeline.sorted_out(scene, wanted, asked)
    tell_tables(scenes, asked.overrides, save, quiet=quiet)
    for source, scene, wanted in zip(scenes, loaded, every, strict=True):
        limits = limits_of(fit, place, wanted)
        reuse = reuse_of(again, quiet)
        run, clips = pipeline.make(scene, wanted, asked, bar_of(quiet), limits, reuse=reuse)
        if any(map(is_recording, wanted)):
            click.echo(recording_line(run))
        echo_clips(clips)
        echo_title(source, scene, asked.overrides)


@click.command()
@click.argument(
    "source",
    metavar="SCENE|RACE|RUN.zarr",
    type=SOURCE,
    shell_complete=completing.files(".toml", ".zarr", named=("scenes", "races")),
)
@click.option(
    "-o", "folder", type=PATH, help="Folder to write; without it outputs/NAME, of a race NAME-pack."
)
@SET
@AGAIN
@IMPORT
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def pack(
    source: str,
    folder: Path | None,
    overrides: tuple[tuple[str, Any], ...],
    again: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """The folder to upload: clips, poster, text, recipe."""
    from vizopt.api import packing
    from vizopt.cli.keys import checked
    from vizopt.pipeline.field import Field
    from vizopt.scene.spec import Scene

    keys = checked(overrides)
    thing = packing.packable(source, keys)
    if isinstance(thing, Scene):
        told(thing)
        tell_tables([source], keys, quiet=quiet)
    bar, reuse = bar_of(quiet), reuse_of(again, quiet)
    packed = packing.write_pack(thing, folder, keys, overwrite, bar, reuse)
    echo_clips(packed.clips)
    if packed.scene:
        command = "race" if isinstance(thing, Field) else "make"
        click.echo(f"{packed.scene}  make it again with: vizopt {command} {packed.scene}")
    if isinstance(thing, Scene):
        echo_title(source, thing, keys)


@click.command()
@click.argument("file", type=PATH, shell_complete=completing.files(completing.CLIP))
def recipe(file: Path) -> None:
    """How a clip was made, from the clip itself.

    Its scene's TOML; make the clip again with: vizopt make FILE
    """
    from vizopt.api import checking

    click.echo(checking.recipe(file), nl=False)


@click.command()
@click.argument("run", type=PATH, shell_complete=completing.files(".zarr"))
@click.option("-o", "files", type=PATH, multiple=True, required=True, help="File to write.")
@click.option("--before-damage", is_flag=True, help="Only the rows in front of any damage.")
@IMPORT
@look_options
@fit_options
def render(
    run: Path,
    files: tuple[Path, ...],
    before_damage: bool,
    quiet: bool,
    fit: int | None,
    place: str | None,
    **options: Any,
) -> None:
    """Draw a recording again: another size, theme or pace."""
    from vizopt import pipeline
    from vizopt.pipeline.drawing import check_keys
    from vizopt.recording.store import Recording

    asked, limits = request_of(files=files, **options), limits_of(fit, place, files)
    check_keys(run, asked.overrides)
    opened = Recording(run, before_damage=before_damage)
    if opened.interrupted is not None:
        at = f"{opened.header.unit} {opened.interrupted}"
        click.echo(one_line(f"{run}: interrupted at {at}{goes_on(opened)}"), err=True)
    for damage in opened.damage:
        rows = f"drawn are the rows before: {len(opened)}"
        click.echo(one_line(f"{run}: damaged: {damage}: {rows}"), err=True)
    if limits is None:
        echo_clips(pipeline.render_all(opened, files, asked, bar_of(quiet)))
    else:
        echo_clips(pipeline.fitted(opened, limits, asked, bar_of(quiet)))


def limits_of(
    fit: int | None, place: str | None, files: tuple[Path, ...]
) -> dict[Path, "Limits"] | None:
    """What each file may be at most: in its place, and in bytes what the user says."""
    from vizopt.clips.fit import size_limits
    from vizopt.clips.targets import Limits

    clips = [file for file in files if not is_recording(file)]
    limits = size_limits(place, clips) if place else dict.fromkeys(clips, Limits())
    if fit:
        limits = {file: most._replace(size_bytes=fit) for file, most in limits.items()}
    return limits if any(any(most) for most in limits.values()) else None


def _check_names(names: list[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise click.UsageError(f"two scenes named {name}: they would share their files")


def _loaded(source: str, asked: "Request", data: Path | None) -> "Scene":
    """A scene, or that of a clip's recipe."""
    from vizopt.clips import recipe as recipes
    from vizopt.scene.load import load_scene

    if recipes.is_clip(source):
        return recipes.load(Path(source), asked.overrides, data)
    return load_scene(source, asked.overrides)


def _wanted(source: str, scene: "Scene", place: str | None) -> tuple[Path, ...]:
    """The files that a scene makes unless told otherwise; a clip makes one like itself."""
    from vizopt.clips import recipe as recipes
    from vizopt.clips.targets import TARGETS

    if place in TARGETS:
        return (Path("outputs") / f"{scene.name}{next(iter(TARGETS[place].plays))}",)
    suffix = Path(source).suffix.lower().removeprefix(".")
    suffixes = (suffix,) if recipes.is_clip(source) else ("zarr", *scene.formats)
    return tuple(Path("outputs") / f"{scene.name}.{suffix}" for suffix in suffixes)


def echo_clips(clips: Sequence["Clip"]) -> None:
    """A line for each clip, and one for each text alternative."""
    from vizopt.clips.plan import text_beside

    for clip in clips:
        click.echo(str(clip))
    for file in dict.fromkeys(text_beside(clip.path) for clip in clips):
        click.echo(f"{file}  the clip in words")
