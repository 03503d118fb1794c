"""The commands that print what a scene is made of: show and schema."""

from pathlib import Path

import click

from vizopt.cli import completing
from vizopt.cli import kinds as listed
from vizopt.cli.importing import IMPORT
from vizopt.cli.paths import SOURCE
from vizopt.core import library
from vizopt.core.errors import VizoptError, hint


@click.command()
@click.argument(
    "name",
    metavar="SCENE|KIND",
    type=SOURCE,
    shell_complete=completing.files(".toml", named=("scenes", "races", "themes", *listed.OPTIONS)),
)
@click.option("--full", is_flag=True, help="Every key of a scene, with what it means and may be.")
@IMPORT
def show(name: str, full: bool) -> None:
    """A scene's TOML, the start of your own; or what a kind is.

    KIND is all that a scene can name: an update rule, a schedule, a data set, a panel, the look
    light, dark or print, or a table like keep; or a format, a language or a place. A table of
    your own (NAME.csv) is shown as the scene that is made of it.
    """
    from vizopt.cli import reference
    from vizopt.scene.schema import POINTER

    kinds, scenes = reference.entries(), library.names()
    if name in library.looks():
        click.echo(library.look(name).rstrip())
    elif name in library.races():
        click.echo(f"{POINTER}{library.bundled_race(name).rstrip()}")
    elif name in kinds and name not in scenes:
        click.echo(reference.entry(name))
    elif name not in scenes and (told := listed.option(name)):
        click.echo(told)
    elif not (name in scenes or _is_path(name)):
        if word := listed.kind(name):
            raise VizoptError(f"{name}: is a list of names: vizopt list {word}")
        way = hint(name, [*scenes, *library.looks(), *kinds])
        way = way if "?" in way else "vizopt list tells what there is"
        raise VizoptError(f"{name}: no such scene or kind: {way}")
    elif full:
        from vizopt.scene.load import load_scene

        click.echo(reference.full(load_scene(name)))
    elif name in scenes:
        below = f"\n\n{_commented(reference.entry(name))}" if name in kinds else ""
        click.echo(f"{POINTER}{library.bundled(name).rstrip()}{below}")
    else:
        from vizopt.scene.load import load_scene, scene_text

        if library.is_table(name):
            load_scene(name)  # a scene that cannot be trained is none
        click.echo((POINTER if library.is_table(name) else "") + scene_text(name).rstrip())


@click.command()
@IMPORT
def schema() -> None:
    """The JSON schema of a scene, for your editor.

    Write it beside your scene: vizopt schema > scene.schema.json. The first line of what `vizopt
    show` prints names it there.
    """
    from vizopt.scene.schema import current

    click.echo(current(), nl=False)


def _is_path(name: str) -> bool:
    """Whether a name is meant as that of a file, there or not."""
    path = Path(name)
    there = path.is_file() or path.is_symlink()
    return there or bool(path.suffix) or path.name != name


def _commented(text: str) -> str:
    """All of a TOML text as a comment."""
    lines = text.split("\n")
    return "\n".join(line if line.startswith("#") else f"# {line}".rstrip() for line in lines)
