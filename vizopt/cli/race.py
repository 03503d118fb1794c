"""The commands `vizopt race`, several trainings in one picture, and `vizopt tune`, their rates."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vizopt.cli import completing
from vizopt.cli.importing import IMPORT
from vizopt.cli.make import echo_clips, limits_of
from vizopt.cli.options import (
    AGAIN,
    MIXED,
    OVERWRITE,
    SET,
    bar_of,
    fit_options,
    look_options,
    request_of,
)
from vizopt.cli.paths import PATH, SOURCE, check_there
from vizopt.core import streams
from vizopt.core.errors import one_line

if TYPE_CHECKING:
    from vizopt.pipeline.field import Field

CORES = click.option(
    "--cores", metavar="N", type=click.IntRange(1, 1024), help="Runs trained beside each other."
)
OUTPUTS = Path("outputs")


@click.command()
@click.argument(
    "sources",
    metavar="RACE|SCENE|RUN.zarr...",
    type=SOURCE,
    nargs=-1,
    required=True,
    shell_complete=completing.files(".toml", ".zarr", completing.CLIP, named=("races", "scenes")),
)
@click.option(
    "-o", "files", type=PATH, multiple=True, help="File to write; its suffix is the format."
)
@click.option("--runs", "folder", type=PATH, help="Folder of the recordings; outputs/NAME without.")
@MIXED
@CORES
@AGAIN
@IMPORT
@look_options
@fit_options
def race(
    sources: tuple[str, ...],
    files: tuple[Path, ...],
    folder: Path | None,
    mixed: bool,
    cores: int | None,
    again: bool,
    quiet: bool,
    fit: int | None,
    place: str | None,
    **options: Any,
) -> None:
    """Several trainings in one picture.

    A race is a bundled one (vizopt list races) or a TOML file with a table [[run]] for each run.
    Scenes and recordings, also of a training of your own, race as they are named here.

    Without -o: outputs/NAME.mp4 and outputs/NAME.gif. Each run is recorded in outputs/NAME/; what
    is there of the same training is not trained again.

    A clip of a race in its place is made again.
    """
    check_there(sources)
    asked = request_of(files=files, **options)
    from vizopt.pipeline import racing

    field = field_of(sources, files, asked.overrides, mixed=mixed)
    wanted = files or tuple(OUTPUTS / f"{field.shown.name}.{kind}" for kind in field.shown.formats)
    clips = racing.race(
        field,
        wanted,
        asked,
        folder or OUTPUTS / field.shown.name,
        bar_of(quiet),
        say_of(quiet),
        limits_of(fit, place, wanted),
        look=None if again else (),
        cores=cores,
    )
    echo_clips(clips)


def field_of(
    sources: tuple[str, ...], files: tuple[Path, ...], overrides: Any, *, mixed: bool
) -> "Field":
    """Who races; where the race has no name of its own it is that of the first file."""
    from vizopt.pipeline import field

    name = files[0].stem if files else "race"
    return field.field_of(sources, overrides, name, mixed=mixed)


def say_of(quiet: bool) -> Any:
    """Tells a line on stderr, or nothing."""
    return (lambda line: None) if quiet else lambda line: streams.said(one_line(line))


@click.command()
@click.argument(
    "source",
    metavar="RACE",
    type=SOURCE,
    shell_complete=completing.files(".toml", named=("races",)),
)
@click.option("-o", "file", type=PATH, help="Write the race with the rates found, NAME.toml.")
@click.option(
    "--target",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="Accuracy to settle at; of descents it is a global minimum.",
)
@click.option("--runs", "folder", type=PATH, help="Folder of the trials; outputs/NAME/tuning.")
@SET
@CORES
@IMPORT
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def tune(
    source: str,
    file: Path | None,
    target: float,
    folder: Path | None,
    overrides: tuple[tuple[str, Any], ...],
    cores: int | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Search the learning rate of each rule of a race, fairly.

    Every rule has the same budget: nine rates over three decades around its own default, three
    seeds each (of a descent one), which are not those of the race. The best is settled first: at
    the target from then to the end. What never is has more than the last epoch and stays in the
    table."""
    from vizopt.cli.keys import checked
    from vizopt.pipeline.tuned import tuned

    found = tuned(
        source,
        checked(overrides),
        folder,
        target,
        file,
        bar_of(quiet),
        say_of(quiet),
        overwrite=overwrite,
        cores=cores,
    )
    click.echo("\n".join(map(one_line, found.lines())))
    if file:
        click.echo(f"{file}  race it with: vizopt race {file}")
