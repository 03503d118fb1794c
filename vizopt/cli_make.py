"""The commands that draw: make, render, pack; and recipe, which tells how a clip was made."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vizopt.brief import goes_on, recording_line
from vizopt.cli_look import (
    OVERWRITE,
    PATH,
    SET_HELP,
    SetType,
    bar_of,
    echo_title,
    fit_options,
    look_of,
    look_options,
    told,
)
from vizopt.errors import one_line

if TYPE_CHECKING:
    from vizopt.clips import Clip
    from vizopt.outputs import Look
    from vizopt.scene import Scene

PACKED = (".mp4", ".gif", ".html", ".pptx", ".png")


@click.command()
@click.argument("scenes", metavar="SCENE...", nargs=-1, required=True)
@click.option("-o", "files", type=PATH, multiple=True, help="File to write; suffix is format.")
@click.option("--allow-data", "data", type=PATH, help="Data file that a clip's recipe may read.")
@look_options
@fit_options
def make(
    scenes: tuple[str, ...],
    files: tuple[Path, ...],
    data: Path | None,
    quiet: bool,
    fit: int | None,
    place: str | None,
    **options: Any,
) -> None:
    """Train scenes, bundled ones or TOML files, and draw their animations.

    A clip in the place of a scene is made again from the recipe in it, in its own format.

    Without -o: outputs/NAME.zarr, outputs/NAME.mp4 and outputs/NAME.gif. Beside each clip is
    NAME.txt, which tells it in words.
    """
    if files and len(scenes) > 1:
        raise click.UsageError("-o names the files of one scene: leave it out, or make one scene")
    look = look_of(files=files, **options)
    loaded = [told(_loaded(scene, look, data)) for scene in scenes]
    from vizopt import pipeline  # a mistake in a scene is told without what draws

    for i, scene in enumerate(loaded):
        if scene.name in [other.name for other in loaded[:i]]:
            raise click.UsageError(f"two scenes named {scene.name}: they would share their files")
    every = [files or _wanted(*each, place) for each in zip(scenes, loaded, strict=True)]
    for scene, wanted in zip(loaded, every, strict=True):
        pipeline.sorted_out(scene, wanted, look)
    for source, scene, wanted in zip(scenes, loaded, every, strict=True):
        limit = _limit(fit, place, wanted)
        run, clips = pipeline.make(scene, wanted, look, bar_of(quiet), limit)
        if any(file.suffix == ".zarr" for file in wanted):
            click.echo(recording_line(run))
        _echo_clips(clips)
        echo_title(source, scene, look.overrides)


@click.command()
@click.argument("scene")
@click.option("-o", "folder", type=PATH, help="Folder to write; outputs/NAME without it.")
@click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP)
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress bars.")
def pack(
    scene: str,
    folder: Path | None,
    overrides: tuple[tuple[str, Any], ...],
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write the folder that a teacher uploads: clips, poster, the clip in words, recipe."""
    from vizopt import pipeline
    from vizopt.marks import guard, signed
    from vizopt.outputs import Look
    from vizopt.scene import bare, load_scene, scene_toml

    loaded = told(load_scene(scene, dict(overrides)))
    folder = folder or Path("outputs") / loaded.name
    files = [folder / f"{loaded.name}{suffix}" for suffix in PACKED]
    toml = folder / f"{loaded.name}.toml"
    guard(toml, overwrite)
    texts = {toml: signed(f"{scene_toml(bare(loaded))}\n# ", "\n")}
    look = Look(overwrite=overwrite)
    _echo_clips(pipeline.make(loaded, files, look, bar_of(quiet), texts=texts)[1])
    click.echo(f"{toml}  make it again with: vizopt make {toml}")
    echo_title(scene, loaded, dict(overrides))


@click.command()
@click.argument("file", type=PATH)
def recipe(file: Path) -> None:
    """How a clip was made: its scene's TOML, from the file itself.

    Make it again with: vizopt make FILE
    """
    from vizopt import recipe as recipes

    click.echo(recipes.read(file).rstrip())


@click.command()
@click.argument("run", type=PATH)
@click.option("-o", "files", type=PATH, multiple=True, required=True, help="File to write.")
@click.option("--before-damage", is_flag=True, help="Only the rows in front of any damage.")
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
    """Draw a recording again: another size, rate, theme or timeline, without training."""
    from vizopt import pipeline
    from vizopt.recording import Recording

    look, limit = look_of(files=files, **options), _limit(fit, place, files)
    opened = Recording(run, before_damage=before_damage)
    if opened.interrupted is not None:
        at = f"{opened.header.unit} {opened.interrupted}"
        click.echo(one_line(f"{run}: interrupted at {at}{goes_on(opened)}"), err=True)
    for damage in opened.damage:
        rows = f"drawn are the rows before: {len(opened)}"
        click.echo(one_line(f"{run}: damaged: {damage}: {rows}"), err=True)
    if limit is None:
        _echo_clips(pipeline.render_all(opened, files, look, bar_of(quiet)))
    else:
        _echo_clips(pipeline.fitted(opened, files, look, limit, bar_of(quiet)))


def _limit(fit: int | None, place: str | None, files: tuple[Path, ...]) -> int | None:
    """The largest size of a file: the user's number, or that of the place."""
    if place is None:
        return fit
    from vizopt.fit import placed_at

    limit = placed_at(place, tuple(file for file in files if file.suffix != ".zarr"))
    return fit or limit


def _loaded(source: str, look: "Look", data: Path | None) -> "Scene":
    """A scene, or that of a clip's recipe."""
    from vizopt import recipe as recipes
    from vizopt.scene import load_scene

    if recipes.is_clip(source):
        return recipes.load(Path(source), look.overrides or {}, data)
    return load_scene(source, look.overrides)


def _wanted(source: str, scene: "Scene", place: str | None) -> tuple[Path, ...]:
    """The files that a scene makes unless told otherwise; a clip makes one like itself."""
    from vizopt import recipe as recipes
    from vizopt.fit import PLACES

    if place in PLACES:
        return (Path("outputs") / f"{scene.name}{PLACES[place].suffixes[0]}",)
    suffix = Path(source).suffix.lower().removeprefix(".")
    suffixes = (suffix,) if recipes.is_clip(source) else ("zarr", *scene.formats)
    return tuple(Path("outputs") / f"{scene.name}.{suffix}" for suffix in suffixes)


def _echo_clips(clips: Sequence["Clip"]) -> None:
    """A line for each clip, and one for each text alternative."""
    from vizopt.outputs import text_beside

    for clip in clips:
        click.echo(str(clip))
    for file in dict.fromkeys(text_beside(clip.path) for clip in clips):
        click.echo(f"{file}  the clip in words")
