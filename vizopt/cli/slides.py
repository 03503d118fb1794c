"""The command `vizopt slides`: a deck of scenes, recordings and clips."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from vizopt.cli import completing
from vizopt.cli.importing import IMPORT
from vizopt.cli.options import AGAIN, bar_of, echo_title, look_options, request_of, reuse_of
from vizopt.cli.paths import PATH, SOURCE
from vizopt.clips.brief import told_rate, told_verdict
from vizopt.core.library import JOINED_BY

if TYPE_CHECKING:
    from vizopt.clips.options import Request
    from vizopt.formats.slides import Slide

KINDS = {"--reveal": ".html", "--quarto": ".qmd", "--marp": ".md"}


def _joined(ctx: click.Context, param: click.Parameter, incomplete: str) -> completing.Items:
    """What Tab offers, also behind the + of two."""
    before, plus, last = incomplete.rpartition(JOINED_BY)
    named = ("scenes",) if plus else ("scenes", "races")
    offers = completing.files(".toml", ".zarr", ".mp4", ".gif", named=named)
    return [
        CompletionItem(f"{before}{plus}{item.value}", item.type, item.help)
        for item in offers(ctx, param, last)
    ]


@click.command()
@click.argument(
    "sources",
    metavar="SCENE|RACE|RUN.zarr|CLIP[+…]...",
    type=SOURCE,
    nargs=-1,
    required=True,
    shell_complete=_joined,
)
@click.option("-o", "file", type=PATH, help="Deck to write, .pptx; or .html, .qmd, .md.")
@click.option("--title", "titles", multiple=True, help="Title of a slide, one after the other.")
@click.option("--gif", is_flag=True, help="GIFs instead of MP4s.")
@click.option("--ratio", type=click.Choice(["16:9", "4:3"]), help="Shape of the slides; else 16:9.")
@click.option("--template", type=PATH, help="Deck whose master and slides are kept.")
@click.option("--reveal", "kind", flag_value="--reveal", help="Sections for a reveal.js page.")
@click.option("--quarto", "kind", flag_value="--quarto", help="Slides to include in Quarto.")
@click.option("--marp", "kind", flag_value="--marp", help="A Marp deck, with GIFs.")
@AGAIN
@IMPORT
@look_options
def slides(
    sources: tuple[str, ...],
    file: Path | None,
    titles: tuple[str, ...],
    gif: bool,
    ratio: str | None,
    template: Path | None,
    kind: str | None,
    again: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """A deck of scenes and clips: PowerPoint, reveal.js, …

    Each gets a slide with title, clip, alt text and notes; two joined by a + stand beside each
    other on one: vizopt slides sgd+adam. They play together, in PowerPoint with one click. A
    race has a slide of its own: vizopt slides rates.

    Scenes and races are trained; finished MP4s and GIFs are taken as they are, with the NAME.txt
    beside them, or drawn anew with larger text from the recording beside them. A clip that flashes
    does not start by itself, and its notes begin with the warning.

    A .pptx holds its clips. An .html (for `<div class="slides">` of your reveal.js page), .qmd
    (for `{{< include >}}` in Quarto) or .md (Marp) plays the clips that lie in the same folder.
    """
    suffix = KINDS.get(kind or "", ".pptx")
    file = file or Path("outputs") / f"slides{suffix}"
    if kind and file.suffix.lower() != suffix:
        raise click.UsageError(f"{kind} writes a {suffix} file: {file}")
    if ratio and template:
        raise click.UsageError("--ratio: the slides have the shape of the template's")
    from vizopt.api.sharing import clip_suffix, write_slides

    asked, shown = request_of(**options), clip_suffix(file, gif=gif)
    bar, reuse = bar_of(quiet), reuse_of(again, quiet)
    how: dict[str, Any] = {"titles": titles, "gif": gif, "ratio": ratio, "template": template}
    made = write_slides(sources, file, asked, bar=bar, reuse=reuse, **how)
    click.echo(str(made))
    _echo(made.slides, sources, shown, asked)


def _echo(made: "Sequence[Slide]", sources: Sequence[str], shown: str, asked: "Request") -> None:
    """What one should know of the clips: another rate, another title, flashes."""
    from vizopt.clips.recipe import is_clip
    from vizopt.deck.sources import is_finished, parted
    from vizopt.formats import format_of
    from vizopt.recording.atomic import is_recording
    from vizopt.scene.load import load_scene
    from vizopt.scene.load_race import is_race

    fps = asked.options.get("fps")
    rate = format_of(Path(f"clip{shown}")).nearest_fps(fps) if fps else None
    if fps and rate and rate != fps:
        click.echo(f"clips at {told_rate(Path(f'clip{shown}'), rate, fps)}")
    for source in dict.fromkeys(part for named in sources for part in parted(named)):
        if not (is_recording(Path(source)) or is_clip(source) or is_race(source)):
            echo_title(source, load_scene(source, asked.overrides), asked.overrides)
    named = [source for each in sources for source in parted(each)]
    parts = [part for slide in made for part in slide.parts]
    for part, source in zip(parts, named, strict=True):
        anew = is_finished(source) and part.clip != Path(source)
        drawn = f"  drawn anew from {source}'s recording, its text larger" if anew else ""
        click.echo(f"{part.clip.name}  {part.seconds:.1f} s  {told_verdict(part.verdict)}{drawn}")
        if part.warning:
            click.echo(f"{part.clip.name}  flashes: does not start by itself, says so in its notes")
