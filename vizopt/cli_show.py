"""The commands that print what a scene is made of: show and schema."""

from pathlib import Path

import click

from vizopt import library
from vizopt.errors import VizoptError, hint


@click.command()
@click.argument("name", metavar="SCENE|KIND")
@click.option("--full", is_flag=True, help="Every key of a scene, with what it means and may be.")
def show(name: str, full: bool) -> None:
    """The TOML of a scene, the start of your own; or what a kind is.

    KIND is all that a scene can name: an update rule, a schedule, a data set, a panel, the look
    light, dark or print, or a table like keep. A table of your own (NAME.csv) is shown as the
    scene that is made of it.
    """
    from vizopt import reference
    from vizopt.schema import POINTER

    kinds = reference.entries()
    if full:
        from vizopt.scene import load_scene

        click.echo(reference.full(load_scene(name)))
    elif name in library.looks():
        click.echo(library.look(name).rstrip())
    elif name in library.names():
        click.echo(POINTER + library.bundled(name).rstrip())
        if name in kinds:
            click.echo(f"\n{_commented(reference.entry(name))}")
    elif name in kinds:
        click.echo(reference.entry(name))
    elif Path(name).is_file() or Path(name).suffix or len(Path(name).parts) > 1:
        from vizopt.scene import scene_text

        click.echo((POINTER if library.is_table(name) else "") + scene_text(name).rstrip())
    else:
        way = hint(name, [*library.names(), *library.looks(), *kinds])
        way = way if "?" in way else "vizopt list tells what there is"
        raise VizoptError(f"{name}: no such scene or kind: {way}")


@click.command()
def schema() -> None:
    """The JSON schema of a scene, for your editor.

    Write it beside your scene: vizopt schema > scene.schema.json. The first line of what `vizopt
    show` prints names it there.
    """
    from vizopt.schema import shipped

    click.echo(shipped(), nl=False)


def _commented(text: str) -> str:
    """All of a TOML text as a comment."""
    lines = text.split("\n")
    return "\n".join(line if line.startswith("#") else f"# {line}".rstrip() for line in lines)
