"""The command `vizopt check`: judge, print, and an exit code that scripts can use."""

import json
from pathlib import Path

import click

from vizopt.cli import completing
from vizopt.cli.options import OVERWRITE
from vizopt.cli.paths import PATH
from vizopt.cli.screen import as_options
from vizopt.core.errors import VizoptError, one_line

FAILS, WRONG = 1, 2  # exit codes


@click.command()
@click.argument(
    "files",
    metavar="FILE...",
    type=PATH,
    nargs=-1,
    required=True,
    shell_complete=completing.files(completing.CLIP),
)
@click.option(
    "--once", is_flag=True, help="Judge as shown once; MP4, MOV and WebM count as looped."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--plot", type=PATH, help="Picture of one clip's flashes to write, FILE.png.")
@OVERWRITE
def check(
    files: tuple[Path, ...], once: bool, as_json: bool, plot: Path | None, overwrite: bool
) -> int:
    """Whether a clip flashes more than is safe, by WCAG 2.2.

    Measures its flashes by success criterion 2.3.1, three flashes or below threshold.

    Reads MP4, MOV, WebM, GIF, APNG, WebP, PNG and JPG, and the one clip of a page or slide.

    Exit code: 0 all pass, 1 one fails, 2 one cannot be read.
    """
    if plot and len(files) > 1:
        raise click.UsageError("--plot draws one clip: leave it out, or check one file")
    from vizopt.api.checking import check as checked
    from vizopt.api.checking import check_plot

    if plot:
        try:
            check_plot(plot, files[0], overwrite)
        except VizoptError as error:
            if plot.exists():  # a file that is not to be replaced, as of every command
                raise
            raise click.UsageError(f"--plot {error}") from error
    from vizopt.flashes.check import facts, lines, no_facts

    code, reports = 0, []
    for file in files:
        try:
            verdict = checked(file, once=once, plot=plot, overwrite=overwrite)
        except VizoptError as error:
            click.echo(f"vizopt: {as_options(str(error))}", err=True)
            reports.append(no_facts(file, str(error)))
            code = WRONG
            continue
        reports.append(facts(verdict))
        code = max(code, 0 if verdict.passed else FAILS)
        if not as_json:
            click.echo("\n".join(map(one_line, lines(verdict))))
    if as_json:
        click.echo(json.dumps(reports, indent=2))
    return code
