"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import click

from vizopt.cli import (
    check,
    compare,
    completing,
    completion,
    kinds,
    make,
    race,
    show,
    slides,
    table,
)
from vizopt.cli.data import tell_tables
from vizopt.cli.importing import IMPORT
from vizopt.cli.limits import check_limits
from vizopt.cli.options import OVERWRITE, SET, bar_of, echo_title, told
from vizopt.cli.paths import PATH, SOURCE
from vizopt.cli.screen import Commands, as_options, help_, wrong_usage
from vizopt.clips.brief import recording_line
from vizopt.core import streams
from vizopt.core.errors import VizoptError, VizoptWarning, is_shortage, one_line
from vizopt.core.interrupts import Pressed
from vizopt.core.numbers import counted

LIGHT = ("list", "show", "schema", "help", "completion")  # commands that load nothing large
DEBUG = "--debug"  # anywhere among the arguments


@click.command()
@click.argument(
    "scene", type=SOURCE, shell_complete=completing.files(".toml", ".zarr", named=("scenes",))
)
@click.option("-o", "file", type=PATH, help="Recording to write, RUN.zarr.")
@SET
@IMPORT
@click.option("--resume", is_flag=True, help="Go on with an interrupted recording.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def record(
    scene: str,
    file: Path | None,
    overrides: tuple[tuple[str, Any], ...],
    resume: bool,
    quiet: bool,
) -> None:
    """Train a scene and record it, without drawing.

    With --resume an interrupted recording can stand in the place of the scene, which it holds.
    """
    from vizopt.cli.keys import checked
    from vizopt.recording.atomic import is_recording
    from vizopt.scene.load import load_scene, parse_scene

    if resume and is_recording(Path(scene)):
        from vizopt import pipeline
        from vizopt.recording.resume import scene_of

        if file or overrides:
            raise click.UsageError(f"{scene} goes on as it is: leave out -o and --set")
        loaded = parse_scene(scene_of(Path(scene)), scene, {}, {})
        click.echo(recording_line(pipeline.record(loaded, scene, bar_of(quiet), resume=True)))
        return
    if file is None:
        raise click.UsageError("Missing option '-o'.")
    keys = checked(overrides)
    loaded = told(load_scene(scene, keys))
    from vizopt import pipeline  # a mistake in the scene is told without

    tell_tables([scene], keys, quiet=quiet)
    click.echo(recording_line(pipeline.record(loaded, file, bar_of(quiet), resume=resume)))
    echo_title(scene, loaded, keys)


@click.command()
@click.argument("scene", type=SOURCE, shell_complete=completing.files(".toml", named=("scenes",)))
@click.option("--reach", default="global", show_default=True, help="A minimum: global, 1, 2, …")
@click.option(
    "--within",
    metavar="STEPS",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Steps at most, up to 10000.",
)
@click.option("-o", "file", type=PATH, help="Write the scene with the setting found, NAME.toml.")
@IMPORT
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def find(
    scene: str, reach: str, within: int, file: Path | None, overwrite: bool, quiet: bool
) -> None:
    """Search learning rate and momentum that get there first.

    The fewest steps that a descent of one variable needs to a minimum, and how exact the learning
    rate must be for it."""
    from vizopt.scene.load import load_scene

    loaded = told(load_scene(scene))
    from vizopt.api import searching  # a mistake in the scene is told without

    found = searching.find(loaded, reach, within, file, overwrite=overwrite, bar=bar_of(quiet))
    steps = counted(within, "step")
    click.echo(str(found))
    click.echo(f"holds within {steps} for learning rates up to ±{found.margin:.1%} off")
    if file:
        click.echo(f"{file}  make it with: vizopt make {file}")


@click.command("list")
@click.argument("words", metavar="[KIND]...", nargs=-1, shell_complete=completing.words())
@IMPORT
def list_(words: tuple[str, ...]) -> None:
    """The scenes, and all that a scene or an option can name.

    KIND is one of these lists: scenes, races, optimizers, schedules, problems, data, timelines,
    panels, themes, languages, formats, places.
    """
    parts = {word: kinds.names(word) for word in words or kinds.KINDS}
    alone = len(parts) == 1
    for i, (title, entries) in enumerate(parts.items()):
        if not alone:
            click.echo(f"{chr(10) if i else ''}{title}:")
        for name, line in entries.items():
            click.echo(f"{'' if alone else '  '}{name:15}  {line}")


@click.command()
@click.argument("run", type=PATH, shell_complete=completing.files(".zarr"))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--verify", is_flag=True, help="Read all of it, and say what is damaged.")
def info(run: Path, as_json: bool, verify: bool) -> None:
    """What a recording holds, and how its training ended."""
    from vizopt.recording.store import Recording
    from vizopt.recording.summary import lines, summary, verified

    if verify:
        click.echo(one_line(verified(Recording(run, before_damage=True))))
        return
    recording = Recording(run)
    shown = (
        [json.dumps(summary(recording), indent=2)] if as_json else map(one_line, lines(recording))
    )
    click.echo("\n".join(shown))


@click.group(
    cls=Commands,
    groups={
        "make": (make.make, record, make.render, race.race, race.tune, find),
        "look": (list_, show.show, info, table.table, make.recipe),
        "share": (make.pack, slides.slides),
        "check": (check.check, compare.compare),
        "help": (help_, completion.completion, show.schema),
    },
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(DEBUG, is_flag=True, expose_value=False, help="Show the traceback of a bug.")
@click.version_option(package_name="vizopt")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """See what an optimizer does: it trains, records and draws the animation."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    elif ctx.invoked_subcommand not in LIGHT:
        check_limits()


def _warned(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """A warning as one line; others than ours are nothing that a user can mend."""
    if issubclass(category, VizoptWarning):
        streams.said(f"vizopt: {as_options(str(message))}")


def run() -> tuple[int, str]:
    """The command: exit code 0, 1 for what went wrong, 2 for wrong usage, 70 for a bug of ours;
    and one line on what went wrong."""
    arguments = [argument for argument in sys.argv[1:] if argument != DEBUG]
    if completion.is_asked():
        completion.answer(cli)
        return 0, ""
    warnings.showwarning = _warned
    warnings.simplefilter("always", VizoptWarning)
    try:
        return int(cli.main(arguments, "vizopt", standalone_mode=False) or 0), ""
    except click.Abort as error:
        # A new one: the cause in a circle with its Abort would keep the progress bar alive.
        raise KeyboardInterrupt(*getattr(error.__cause__, "args", ())) from None
    except click.UsageError as error:
        return 2, wrong_usage(error, cli, arguments)
    except (VizoptError, click.ClickException) as error:
        for clip in getattr(error, "written", ()):
            click.echo(clip)
        return 1, as_options(one_line(error))
    except Exception as error:
        if Pressed.ever:  # while modules are loaded, Python and pydantic make other errors of it
            raise KeyboardInterrupt from None
        if is_shortage(error):
            return 1, "out of memory"
        if isinstance(error, OSError):
            place = "standard output: " if streams.was_printing(error) else ""
            return 1, f"{place}{error.strerror or error}"
        from vizopt.cli import unforeseen  # the last net: nobody foresaw it

        return unforeseen.BUG, unforeseen.told(error, DEBUG in sys.argv)
