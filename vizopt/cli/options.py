"""The options of every command that draws, and what is made of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vizopt.cli import completing
from vizopt.cli.paths import PATH
from vizopt.core import streams
from vizopt.core.errors import one_line

if TYPE_CHECKING:
    from vizopt.clips.options import Request
    from vizopt.pipeline.reuse import Reuse
    from vizopt.scene.spec import Scene

F = TypeVar("F", bound=Callable[..., Any])


OVERWRITE = click.option(
    "--overwrite", is_flag=True, help="Replace files that vizopt did not write."
)
MIXED = click.option("--mixed", is_flag=True, help="Runs need no problem in common.")
AGAIN = click.option("--again", is_flag=True, help="Train again, though a recording stands.")


class SizeType(click.ParamType[tuple[int, int]]):
    """`1280x720`, `1080p`."""

    name = "WIDTHxHEIGHT"

    def convert(self, value: str, param: Any, ctx: Any) -> tuple[int, int]:
        from vizopt.core.sizes import size_of

        try:
            width, height = size_of(value)
        except ValueError as error:
            self.fail(str(error))
        return width, height


class RateType(click.ParamType[float]):
    """`25`, `30000/1001`."""

    name = "RATE"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        from vizopt.core.sizes import fps_of

        try:
            return float(fps_of(value))
        except ValueError as error:
            self.fail(str(error))


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
        from vizopt.core.toml import TOO_DEEP, parsed

        key, equals, text = value.partition("=")
        if not (key.strip() and equals):
            self.fail(f"{value!r}: write it like optimizer.lr=0.5")
        try:
            return key.strip(), parsed(f"value = {text}")["value"]
        except ValueError as error:
            if str(error) == TOO_DEEP:
                self.fail(f"{key.strip()}: {TOO_DEEP}")
            if text.strip().startswith(("[", "{")):  # the shell took the quotes of the text in it
                example = 'problem.data.drop=["id"]'
                self.fail(f"{value!r} is no TOML: quote all of it: --set '{example}'")
            return key.strip(), text.strip()


SET = click.option(
    "--set",
    "overrides",
    type=SetType(),
    multiple=True,
    shell_complete=completing.settings,
    help="Override a key of the scene: optimizer.lr=0.5",
)


# Of every command that draws.
LOOK = (
    SET,
    click.option(
        "--size",
        type=SizeType(),
        metavar="WIDTHxHEIGHT",
        shell_complete=completing.sizes,
        help="Pixels of all files: 1280x720; 720p, 1080p, 4k, square, portrait.",
    ),
    click.option(
        "--fps",
        type=RateType(),
        metavar="RATE",
        help="Frames per second, for all files: 25, 30000/1001.",
    ),
    click.option(
        "--loop",
        metavar="TIMES",
        type=click.IntRange(0, 1000),
        help="How often an image, page or slide plays: 1 is once, 0 for ever, as without.",
    ),
    click.option(
        "--poster",
        metavar="FRAME",
        default="",
        shell_complete=completing.frames,
        help="What they show first: last, first, 4500 (epoch or step).",
    ),
    click.option("--seconds", type=float, help="Length of the clip."),
    click.option(
        "--theme",
        metavar="NAME",
        shell_complete=completing.listed("themes"),
        help="light, dark or print.",
    ),
    click.option(
        "--look",
        "own",
        type=PATH,
        shell_complete=completing.files(".toml"),
        help="A look of your own, FILE.toml.",
    ),
    click.option("--text", type=click.Choice(["normal", "large"]), help="Size of text."),
    click.option(
        "--allow-flashes",
        is_flag=True,
        help="The lesson's look, which flashes; behind a warning card.",
    ),
    click.option("--embed", is_flag=True, help="A page for a frame in another page."),
    click.option(
        "--narrow/--no-narrow",
        default=True,
        help="A page's second clip, for narrow screens.",
    ),
    OVERWRITE,
    click.option("-q", "--quiet", is_flag=True, help="No progress."),
)
# Of those that write files: stills, and files that must not be too large.
FIT = (
    click.option(
        "--for",
        "place",
        metavar="PLACE",
        shell_complete=completing.listed("places"),
        help="Place where it is shown: vizopt list places.",
    ),
    click.option("--fit", type=BytesType(), help="Largest file: 10MB, 500kB."),
    click.option(
        "--at",
        metavar="FRAME",
        default="",
        shell_complete=completing.frames,
        help="A still's frame: 4500 (epoch or step, as the run counts), first, last.",
    ),
)


def look_options(command: F) -> F:
    """Options of every command that draws."""
    for option in reversed(LOOK):
        command = option(command)
    return command


def fit_options(command: F) -> F:
    """Options of the commands that write files."""
    for option in FIT:
        command = option(command)
    return command


def request_of(
    overrides: tuple[tuple[str, Any], ...],
    size: tuple[int, int] | None,
    fps: float | None,
    seconds: float | None,
    theme: str | None,
    own: Path | None,
    text: str | None,
    allow_flashes: bool,
    embed: bool,
    narrow: bool,
    overwrite: bool,
    loop: int | None = None,
    poster: str = "",
    at: str = "",
    files: tuple[Path, ...] = (),
) -> "Request":
    """What the options say; `at` is for the stills among the files."""
    from vizopt.cli.keys import checked
    from vizopt.clips.options import Request
    from vizopt.clips.plan import check_played
    from vizopt.formats import find_format

    kinds = [kind for kind in map(find_format, files) if kind]
    if at and not any(kind.still for kind in kinds):
        raise click.UsageError("--at is for a still: name one with -o NAME.png")
    if embed and files and not any(kind.is_page for kind in kinds):
        raise click.UsageError("--embed is for a web page: name one with -o NAME.html")
    keys: dict[str, Any] = {}
    if own:
        from vizopt.scene.load import load_look

        keys["look"] = load_look(own)
    keys |= checked(overrides)
    given = {"timeline.seconds": seconds, "theme": theme, "look.text": text}
    keys |= {key: value for key, value in given.items() if value is not None}
    said = {"size": size, "fps": fps, "loop": loop, "at": at or None, "poster": poster or None}
    options = {name: value for name, value in said.items() if value is not None}
    options |= {"allow_flashes": True} if allow_flashes else {}
    options |= {"embed": True} if embed else {}
    options |= {} if narrow else {"narrow": False}
    asked = Request(options, keys, overwrite)
    check_played(files, asked)
    return asked


def echo_title(source: str, scene: "Scene", overrides: Mapping[str, Any] | None) -> None:
    """Say so where an override has made a scene's own title untrue."""
    from vizopt.clips import recipe as recipes
    from vizopt.core.library import is_table
    from vizopt.core.toml import parsed
    from vizopt.scene.load import scene_text

    if not overrides or "title" in overrides or is_table(source):
        return
    text = recipes.read(Path(source)) if recipes.is_clip(source) else scene_text(source)
    stated = parsed(text)["title"]
    if scene.title != stated:
        click.echo(
            f'title "{scene.title}" instead of "{stated}", which was said of other settings '
            "(choose one with --set title=…)"
        )


def told(scene: "Scene") -> "Scene":
    """The scene, after a line on stderr where its formula was taken for another one."""
    if scene.problem.reading:
        click.echo(f"{scene.name}: {scene.problem.reading}", err=True)
    return scene


def reuse_of(again: bool, quiet: bool) -> "Reuse | None":
    """The recordings in outputs/ that may stand for a training; none where it is wanted."""
    from vizopt.pipeline.reuse import Reuse

    def say(line: str) -> None:
        if not quiet:
            streams.said(one_line(line))

    return None if again else Reuse(Path("outputs"), say)


def bar_of(quiet: bool) -> Any:
    from vizopt.core import progress

    return progress.quiet if quiet else progress.seen()
