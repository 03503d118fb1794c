"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vizopt import cli_check, cli_make, cli_slides, library, streams
from vizopt.brief import recording_line
from vizopt.cli_look import OVERWRITE, PATH, SET_HELP, SetType, bar_of, echo_title, told
from vizopt.errors import VizoptError, VizoptWarning, is_shortage, one_line
from vizopt.numbers import count, counted, number

if TYPE_CHECKING:
    pass


DEBUG = "--debug"  # anywhere among the arguments


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(DEBUG, is_flag=True, expose_value=False, help="Show the traceback of a bug.")
@click.version_option(package_name="vizopt")
def cli() -> None:
    """See what an optimizer does: real training runs, recorded and drawn as animations."""


@cli.command()
@click.argument("scene")
@click.option("-o", "file", type=PATH, help="Recording to write, RUN.zarr.")
@click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP)
@click.option("--resume", is_flag=True, help="Go on with an interrupted recording.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def record(
    scene: str,
    file: Path | None,
    overrides: tuple[tuple[str, Any], ...],
    resume: bool,
    quiet: bool,
) -> None:
    """Train a scene and record it, without drawing.

    With --resume an interrupted recording can stand in the place of the scene: it has it.
    """
    from vizopt.scene import load_scene, parse_scene
    from vizopt.swap import is_recording

    if resume and is_recording(Path(scene)):
        from vizopt import pipeline
        from vizopt.resume import scene_of

        if file or overrides:
            raise click.UsageError(f"{scene} goes on as it is: leave out -o and --set")
        loaded = parse_scene(scene_of(Path(scene)), scene, {}, {})
        click.echo(recording_line(pipeline.record(loaded, scene, bar_of(quiet), resume=True)))
        return
    if file is None:
        raise click.UsageError("Missing option '-o'.")
    loaded = told(load_scene(scene, dict(overrides)))
    from vizopt import pipeline  # a mistake in the scene is told without

    click.echo(recording_line(pipeline.record(loaded, file, bar_of(quiet), resume=resume)))
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
    """The TOML of a scene, or of the look light, dark or print: the start of your own."""
    from vizopt.scene import scene_text

    text = library.look(scene) if scene in library.looks() else scene_text(scene)
    click.echo(text.rstrip())


@cli.command()
@click.argument("run", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--verify", is_flag=True, help="Read all of it, and say what is damaged.")
def info(run: Path, as_json: bool, verify: bool) -> None:
    """What a recording holds and how its training ended."""
    from vizopt.recording import Recording
    from vizopt.report import lines, summary, verified

    if verify:
        click.echo(one_line(verified(Recording(run, before_damage=True))))
        return
    facts = summary(Recording(run))
    click.echo(json.dumps(facts, indent=2) if as_json else "\n".join(map(one_line, lines(facts))))


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


def _warned(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """A warning as one line; others than ours are nothing that a user can mend."""
    if issubclass(category, VizoptWarning):
        streams.said(f"vizopt: {one_line(message)}")


def run() -> tuple[int, str]:
    """The command: exit code 0, 1 for what went wrong, 2 for wrong usage, 70 for a bug of ours;
    and one line on what went wrong."""
    arguments = [argument for argument in sys.argv[1:] if argument != DEBUG]
    warnings.showwarning = _warned
    warnings.simplefilter("always", VizoptWarning)
    try:
        return int(cli.main(arguments, standalone_mode=False) or 0), ""
    except click.Abort as error:
        # A new one: the cause in a circle with its Abort would keep the progress bar alive.
        raise KeyboardInterrupt(*getattr(error.__cause__, "args", ())) from None
    except click.UsageError as error:
        place = error.ctx.command_path if error.ctx else "vizopt"
        return 2, f"{one_line(error.format_message())} (see: {place} --help)"
    except (VizoptError, click.ClickException) as error:
        for clip in getattr(error, "written", ()):
            click.echo(clip)
        return 1, one_line(error)
    except Exception as error:
        if is_shortage(error):
            return 1, "out of memory"
        if isinstance(error, OSError):
            place = "standard output: " if streams.was_printing(error) else ""
            return 1, f"{place}{error.strerror or error}"
        from vizopt import unforeseen  # the last net: nobody foresaw it

        return unforeseen.BUG, unforeseen.told(error, DEBUG in sys.argv)
