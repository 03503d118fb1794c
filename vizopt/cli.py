"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vizopt import cli_check, library
from vizopt.errors import VizoptError

if TYPE_CHECKING:
    from vizopt.outputs import Look
    from vizopt.pipeline import Clip
    from vizopt.recording import Recording
    from vizopt.safety import Verdict
    from vizopt.scene import Scene

F = TypeVar("F", bound=Callable[..., Any])


PACKED = (".mp4", ".gif", ".html", ".pptx", ".png")
SET_HELP = "Override a key of the scene: optimizer.lr=0.5"


class SizeType(click.ParamType[tuple[int, int]]):
    """`1280x720`."""

    name = "WIDTHxHEIGHT"

    def convert(self, value: str, param: Any, ctx: Any) -> tuple[int, int]:
        width, _, height = value.lower().replace("×", "x").partition("x")
        if not (width.isdecimal() and height.isdecimal()):
            self.fail(f"{value!r} is no size: write it like 1280x720")
        return int(width), int(height)


class BytesType(click.ParamType[int]):
    """`10MB`, `500kB`."""

    name = "SIZE"

    def convert(self, value: str, param: Any, ctx: Any) -> int:
        import re

        found = re.fullmatch(r"(\d{1,9}(?:\.\d+)?) *([kmg]?)b", str(value).strip().lower())
        size = int(float(found[1]) * 1000 ** " kmg".index(found[2] or " ")) if found else 0
        if not size:
            self.fail(f"{value!r} is no size of a file: write it like 10MB or 500kB")
        return size


class SetType(click.ParamType[tuple[str, Any]]):
    """`optimizer.lr=0.5`: a dotted key and a TOML value; a bare word is text."""

    name = "KEY=VALUE"

    def convert(self, value: str, param: Any, ctx: Any) -> tuple[str, Any]:
        import tomllib

        key, equals, text = value.partition("=")
        if not (key.strip() and equals):
            self.fail(f"{value!r}: write it like optimizer.lr=0.5")
        try:
            return key.strip(), tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return key.strip(), text.strip()


PATH = click.Path(path_type=Path)


def look_options(command: F) -> F:
    """Options of every command that draws."""
    for option in reversed(
        (
            click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP),
            click.option("--size", type=SizeType(), help="Size in pixels, for all files."),
            click.option("--fps", type=float, help="Frames per second, for all files."),
            click.option("--at", default="", help="A still's frame: epoch=4500, first, last."),
            click.option("--fit", type=BytesType(), help="Largest file: 10MB, 500kB."),
            click.option("--for", "place", help="powerpoint, google-slides, github, notebook, …"),
            click.option("--seconds", type=float, help="Length of the clip."),
            click.option("--theme", help="light, dark or print."),
            click.option(
                "--allow-flashes",
                is_flag=True,
                help="The lesson's look, which flashes; behind a warning card.",
            ),
            click.option("-q", "--quiet", is_flag=True, help="No progress bars."),
        )
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vizopt")
def cli() -> None:
    """See what an optimizer does: real training runs, recorded and drawn as animations."""


@cli.command()
@click.argument("scenes", metavar="SCENE...", nargs=-1, required=True)
@click.option("-o", "files", type=PATH, multiple=True, help="File to write; suffix is format.")
@click.option("--allow-data", "data", type=PATH, help="Data file that a clip's recipe may read.")
@look_options
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
    from vizopt import pipeline

    look = _look(files, **options)
    loaded = [_loaded(scene, look, data) for scene in scenes]
    for i, scene in enumerate(loaded):
        if scene.name in [other.name for other in loaded[:i]]:
            raise click.UsageError(f"two scenes named {scene.name}: they would share their files")
    for source, scene in zip(scenes, loaded, strict=True):
        wanted = files or _wanted(source, scene, place)
        limit = _limit(fit, place, wanted)
        run, clips = pipeline.make(scene, wanted, look, _bar(quiet), limit)
        if any(file.suffix == ".zarr" for file in wanted):
            click.echo(_recording_line(run))
        _echo_clips(clips)


@cli.command()
@click.argument("scene")
@click.option("-o", "folder", type=PATH, help="Folder to write; outputs/NAME without it.")
@click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP)
@click.option("-q", "--quiet", is_flag=True, help="No progress bars.")
def pack(
    scene: str, folder: Path | None, overrides: tuple[tuple[str, Any], ...], quiet: bool
) -> None:
    """Write the folder that a teacher uploads: clips, poster, the clip in words, recipe."""
    from vizopt import pipeline
    from vizopt.encoders import ENCODERS
    from vizopt.scene import bare, load_scene, scene_toml

    loaded = load_scene(scene, dict(overrides))
    folder = folder or Path("outputs") / loaded.name
    suffixes = [suffix for suffix in PACKED if suffix in ENCODERS]
    files = [folder / f"{loaded.name}{suffix}" for suffix in suffixes]
    _echo_clips(pipeline.make(loaded, files, bar=_bar(quiet))[1])
    toml = folder / f"{loaded.name}.toml"
    _write_text(toml, scene_toml(bare(loaded)))
    click.echo(f"{toml}  make it again with: vizopt make {toml}")


@cli.command()
@click.argument("file", type=PATH)
def recipe(file: Path) -> None:
    """How a clip was made: its scene's TOML, from the file itself.

    Make it again with: vizopt make FILE
    """
    from vizopt import recipe as recipes

    click.echo(recipes.read(file).rstrip())


@cli.command()
@click.argument("scene")
@click.option("-o", "file", type=PATH, required=True, help="Recording to write, RUN.zarr.")
@click.option("--set", "overrides", type=SetType(), multiple=True, help=SET_HELP)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def record(scene: str, file: Path, overrides: tuple[tuple[str, Any], ...], quiet: bool) -> None:
    """Train a scene and record it, without drawing."""
    from vizopt import pipeline
    from vizopt.scene import load_scene

    run = pipeline.record(load_scene(scene, dict(overrides)), file, _bar(quiet))
    click.echo(_recording_line(run))


@cli.command()
@click.argument("run", type=PATH)
@click.option("-o", "files", type=PATH, multiple=True, required=True, help="File to write.")
@look_options
def render(
    run: Path,
    files: tuple[Path, ...],
    quiet: bool,
    fit: int | None,
    place: str | None,
    **options: Any,
) -> None:
    """Draw a recording again: another size, rate, theme or timeline, without training."""
    from vizopt import pipeline
    from vizopt.recording import Recording

    look, limit = _look(files, **options), _limit(fit, place, files)
    if limit is None:
        _echo_clips(pipeline.render_all(Recording(run), files, look, _bar(quiet)))
    else:
        _echo_clips(pipeline.fitted(Recording(run), files, look, limit, _bar(quiet)))


@cli.command()
@click.argument("scene")
@click.option("--reach", default="global", show_default=True, help="A minimum: global, 1, 2, …")
@click.option("--within", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("-o", "file", type=PATH, help="Write the scene with the setting found, NAME.toml.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bars.")
def find(scene: str, reach: str, within: int, file: Path | None, quiet: bool) -> None:
    """Find the learning rate and momentum that reach a minimum in the fewest steps."""
    from vizopt import find as search
    from vizopt.scene import load_scene, scene_toml

    if file and file.suffix != ".toml":
        raise VizoptError(f"{file}: a scene's name ends in .toml")
    loaded = load_scene(scene)
    found = search.find(loaded, reach, within, _bar(quiet))
    where = "the global minimum" if reach == "global" else f"minimum {reach}"
    setting = f"learning rate {found.lr:.6g}, momentum {found.momentum:.6g}"
    if found.steps is None or found.steps > within:
        came = (
            f"{found.distance:.3g} away" if found.steps is None else f"from step {found.steps} on"
        )
        raise VizoptError(
            f"nothing found stays at {where} within {within} steps; nearest came {setting}: "
            f"{came}: allow more steps with --within"
        )
    click.echo(f"{setting}: at {where} from step {found.steps} on")
    click.echo(f"holds within {within} steps for learning rates up to ±{found.margin:.1%} off")
    if file:
        _write_text(file, scene_toml(search.with_setting(loaded, found, file.stem)))
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
def info(run: Path, as_json: bool) -> None:
    """What a recording holds and how its training ended."""
    from vizopt.recording import Recording
    from vizopt.report import lines, summary

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


cli.add_command(cli_check.check)


def _write_text(path: Path, text: str) -> None:
    from vizopt.encoders import finished

    with finished(path) as part:
        part.write_text(text, encoding="utf-8")


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


def _look(
    files: tuple[Path, ...],
    overrides: tuple[tuple[str, Any], ...],
    size: tuple[int, int] | None,
    fps: float | None,
    seconds: float | None,
    theme: str | None,
    allow_flashes: bool,
    at: str,
) -> "Look":
    from vizopt.encoders import is_still
    from vizopt.outputs import Look

    if at and not any(is_still(file) for file in files):
        raise click.UsageError("--at is for a still: name one with -o NAME.png")
    keys = {"timeline.seconds": seconds, "theme": theme}
    given = {key: value for key, value in keys.items() if value is not None}
    return Look(size, fps, dict(overrides) | given, allow_flashes, at)


def _bar(quiet: bool) -> Any:
    from vizopt import progress

    return progress.quiet if quiet else progress.shown


def _echo_clips(clips: Sequence["Clip"]) -> None:
    """A line for each clip, and one for each text alternative."""
    from vizopt.outputs import text_beside

    for clip in clips:
        click.echo(_clip_line(clip))
    for file in dict.fromkeys(text_beside(clip.path) for clip in clips):
        click.echo(f"{file}  the clip in words")


def _clip_line(clip: "Clip") -> str:
    from vizopt.outputs import written

    width, height = clip.size
    size = sum(file.stat().st_size for file in written(clip.path))
    length = clip.at or (
        f"{clip.frames} frames  {clip.frames / clip.fps:.1f} s at {clip.fps:.4g} fps"
    )
    parts = [str(clip.path), f"{width}×{height}", _bytes(size), length, clip.harm]
    return "  ".join(filter(None, [*parts, _verdict(clip.verdict)]))


def _verdict(verdict: "Verdict | None") -> str:
    """What the flash check found, in a few words."""
    if verdict is None:
        return ""
    if verdict.passed:
        return "passes the flash check"
    worst = max(verdict.general, verdict.red, key=lambda measure: measure.flashes)
    return f"FAILS the flash check: {worst.flashes:g} a second"


def _recording_line(run: "Recording") -> str:
    bytes_ = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file())
    ended = f", diverged at {run.header.unit} {run.diverged}" if run.diverged is not None else ""
    unit = run.header.unit
    return f"{run.path}  {_bytes(bytes_)}  {len(run)} rows of {run.epochs} {unit}s{ended}"


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def run() -> int:
    """The command: exit code 0, 1 for what went wrong, 2 for wrong usage; one line on stderr."""
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.UsageError as error:
        place = error.ctx.command_path if error.ctx else "vizopt"
        click.echo(f"vizopt: {error.format_message()} (see: {place} --help)", err=True)
        return 2
    except (VizoptError, click.ClickException) as error:
        click.echo(f"vizopt: {error}", err=True)
    except BrokenPipeError:  # a reader such as `head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, MemoryError) as error:
        reason = getattr(error, "strerror", "") or error or "out of memory"
        click.echo(f"vizopt: {reason}", err=True)
    return 1
