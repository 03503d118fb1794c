"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vizopt import cli_check, cli_make, cli_slides, library
from vizopt.brief import recording_line
from vizopt.cli_look import OVERWRITE, PATH, SET_HELP, SetType, bar_of, echo_title, told
from vizopt.errors import VizoptError, one_line
from vizopt.numbers import count, counted, number

if TYPE_CHECKING:
    pass


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vizopt")
def cli() -> None:
    """See what an optimizer does: real training runs, recorded and drawn as animations."""


@cli.command()
@click.argument("scene")
@click.option("-o", "file", type=PATH, required=True, help="Recording to write, RUN.zarr.")
@click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def record(scene: str, file: Path, overrides: tuple[tuple[str, Any], ...], quiet: bool) -> None:
    """Train a scene and record it, without drawing."""
    from vizopt import pipeline
    from vizopt.scene import load_scene

    loaded = told(load_scene(scene, dict(overrides)))
    click.echo(recording_line(pipeline.record(loaded, file, bar_of(quiet))))
    echo_title(scene, loaded, dict(overrides))


@cli.command()
@click.argument("scene")
@click.option("--reach", default="global", show_default=True, help="A minimum: global, 1, 2, …")
@click.option("--within", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("-o", "file", type=PATH, help="Write the scene with the setting found, NAME.toml.")
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress bars.")
def find(
    scene: str, reach: str, within: int, file: Path | None, overwrite: bool, quiet: bool
) -> None:
    """Find the learning rate and momentum that reach a minimum in the fewest steps."""
    from vizopt import find as search
    from vizopt.marks import guard, signed
    from vizopt.outputs import check_place, write_text
    from vizopt.scene import load_scene, scene_toml

    if file and file.suffix != ".toml":
        raise VizoptError(f"{file}: a scene's name ends in .toml")
    if file:
        check_place(file)
        guard(file, overwrite)
    loaded = told(load_scene(scene))
    found = search.find(loaded, reach, within, bar_of(quiet))
    where = found.called or "a lowest place"
    steps = counted(within, "step")
    setting = f"learning rate {found.lr:.6g}, momentum {found.momentum:.6g}"
    if found.steps is None or found.steps > within:
        came = (
            f"the nearest ends {number(found.distance)} away"
            if found.steps is None
            else f"the first is there from step {count(found.steps)} on"
        )
        raise VizoptError(
            f"no setting stays at {where} within {steps}: {came}, with {setting}: "
            "allow more steps with --within"
        )
    click.echo(f"{setting}: at {where} from step {count(found.steps)} on")
    click.echo(f"holds within {steps} for learning rates up to ±{found.margin:.1%} off")
    if file:
        toml = scene_toml(search.with_setting(loaded, found, file.stem))
        write_text(file, signed(f"{toml}\n# ", "\n"))
        click.echo(f"{file}  make it with: vizopt make {file}")


@cli.command("list")
def list_() -> None:
    """The bundled scenes, and every kind that a scene can name, a line each."""
    parts = {"scenes": {name: library.about(name) for name in library.names()}}
    parts |= {table: library.kinds(table) for table in library.TABLES}
    for i, (title, entries) in enumerate(parts.items()):
        click.echo(f"{chr(10) if i else ''}{title}:")
        for name, line in entries.items():
            click.echo(f"  {name:15}  {line}")


@cli.command()
@click.argument("scene")
def show(scene: str) -> None:
    """The TOML of a scene: the start of your own."""
    from vizopt.scene import scene_text

    click.echo(scene_text(scene).rstrip())


@cli.command()
@click.argument("run", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--verify", is_flag=True, help="Read all of it, and say what is damaged.")
def info(run: Path, as_json: bool, verify: bool) -> None:
    """What a recording holds and how its training ended."""
    from vizopt.recording import Recording
    from vizopt.report import lines, summary, verified

    if verify:
        click.echo(verified(Recording(run, before_damage=True)))
        return
    facts = summary(Recording(run))
    click.echo(json.dumps(facts, indent=2) if as_json else "\n".join(lines(facts)))


@cli.command()
@click.argument("run", type=PATH)
@click.option("--every", type=click.IntRange(min=1), default=100, show_default=True)
def table(run: Path, every: int) -> None:
    """Epoch, accuracy, loss and learning rate in rows, as the lesson prints them."""
    from vizopt import report
    from vizopt.recording import Recording

    for line in report.table(Recording(run), every):
        click.echo(line)


for command in (cli_make.make, cli_make.render, cli_make.pack, cli_make.recipe):
    cli.add_command(command)
cli.add_command(cli_check.check)
cli.add_command(cli_slides.slides)


def run() -> int:
    """The command: exit code 0, 1 for what went wrong, 2 for wrong usage; one line on stderr."""
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except click.Abort as error:
        # A new one: the cause in a circle with its Abort would keep the progress bar alive.
        raise KeyboardInterrupt(*getattr(error.__cause__, "args", ())) from None
    except click.UsageError as error:
        place = error.ctx.command_path if error.ctx else "vizopt"
        click.echo(f"vizopt: {one_line(error.format_message())} (see: {place} --help)", err=True)
        return 2
    except (VizoptError, click.ClickException) as error:
        for clip in getattr(error, "written", ()):
            click.echo(clip)
        click.echo(f"vizopt: {one_line(error)}", err=True)
    except BrokenPipeError:  # a reader such as `head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, MemoryError) as error:
        reason = getattr(error, "strerror", "") or error or "out of memory"
        click.echo(f"vizopt: {reason}", err=True)
    return 1
