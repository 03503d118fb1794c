"""Tables in the place of a scene: the scene for them is told, and kept where that is wanted."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from vizopt.core.errors import VizoptError
from vizopt.core.library import is_table


def check_save(
    sources: Sequence[str], overrides: Mapping[str, Any], save: Path | None, overwrite: bool
) -> None:
    """Find out before the training whether a scene can be kept.

    Raises:
        click.UsageError: not one table.
        VizoptError: no place for a scene, or something is there.
    """
    from vizopt.clips.plan import check_place
    from vizopt.formats.ours import guard

    if save is None:
        return
    if len(sources) != 1 or not is_table(sources[0]):
        raise click.UsageError(
            "--save is for the scene of one table: vizopt make NAME.csv --save …"
        )
    if save.suffix != ".toml":
        raise VizoptError(f"{save}: a scene's name ends in .toml")
    check_place(save)
    same = save.is_file() and save.read_bytes() == _kept(sources[0], overrides, save).encode()
    guard(save, overwrite or same)


def tell_tables(
    sources: Sequence[str],
    overrides: Mapping[str, Any],
    save: Path | None = None,
    *,
    quiet: bool = False,
) -> None:
    """The scene that is used for each table, on stderr unless quiet; and into a file."""
    from vizopt.clips.write import write_text
    from vizopt.scene.load import scene_text

    for source in filter(is_table, sources):
        if not quiet:
            click.echo(scene_text(source, overrides), err=True)
        if save:
            write_text(save, _kept(source, overrides, save))
            click.echo(f"{save}  make it with: vizopt make {save}")


def _kept(source: str, overrides: Mapping[str, Any], save: Path) -> str:
    """The scene for a table, as it is kept in a file."""
    from vizopt.scene.load import scene_text
    from vizopt.scene.schema import POINTER

    path = {"problem.data.path": _seen_from(save.parent, source)}
    return POINTER + scene_text(source, {**overrides, **path})


def _seen_from(folder: Path, file: str) -> str:
    """A file's path from a folder; the name alone of data that come with vizopt."""
    if not Path(file).exists():
        return file
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive
        return Path(file).absolute().as_posix()
