"""The command `vizopt table`: a recording's numbers, or the standings of several, on the terminal
or in a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vizopt.cli import completing
from vizopt.cli.options import MIXED, OVERWRITE, bar_of
from vizopt.cli.paths import PATH, SOURCE
from vizopt.core.errors import VizoptError
from vizopt.core.numbers import counted
from vizopt.recording.atomic import is_recording

if TYPE_CHECKING:
    from vizopt.recording.store import Recording

ALL = ""  # layers
KINDS = {".csv": "csv", ".json": "json"}


@click.command()
@click.argument(
    "sources",
    metavar="RUN.zarr|RACE...",
    type=SOURCE,
    nargs=-1,
    shell_complete=completing.files(".zarr", ".toml", named=("races", "scenes")),
)
@click.option("--every", type=click.IntRange(min=1), help="Every n-th epoch: 100; in a file 1.")
@click.option("--epoch", type=click.IntRange(min=0), help="Only this one.")
@click.option(
    "--weights",
    is_flag=False,
    flag_value=ALL,
    metavar="[LAYER]",
    shell_complete=completing.layers,
    help="The weights of --epoch before its step: all, or a layer's matrix.",
)
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all digits.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all digits.")
@click.option("-o", "file", type=PATH, help="File to write, .csv or .json.")
@MIXED
@OVERWRITE
def table(
    sources: tuple[str, ...],
    every: int | None,
    epoch: int | None,
    weights: str | None,
    as_csv: bool,
    as_json: bool,
    file: Path | None,
    mixed: bool,
    overwrite: bool,
) -> None:
    """The numbers in rows, as the lesson prints them.

    With --epoch and --weights the weights and biases of every layer, as they are before the step
    of that epoch, and what the step adds to them. --weights dense1 has one layer's matrix alone,
    [inputs × outputs], --weights dense1.biases one array: as CSV its rows and nothing else.

    Of several recordings, or of a race, the standings: who comes how far, and when. What is not
    recorded yet in outputs/NAME is trained.
    """
    if weights and is_recording(Path(weights)):  # what stands behind it is no layer
        sources, weights = (*sources, weights), ALL
    if not sources:
        raise click.UsageError("Missing argument 'RUN.zarr|RACE...'.")
    if as_csv and as_json:
        raise click.UsageError("--csv or --json: one of them")
    kind = _kind("csv" if as_csv else "json" if as_json else None, file)
    if every and epoch is not None:
        raise click.UsageError("--every or --epoch: one of them")
    if weights is not None and epoch is None:
        raise click.UsageError("--weights needs the --epoch whose weights they are")
    if file is not None:
        _check_place(file)
    if len(sources) > 1 or not is_recording(Path(sources[0])):
        if every or epoch is not None:
            raise click.UsageError("--every and --epoch are of one recording: leave them out")
        text = _standings(sources, kind, mixed, file)
    else:
        text = _numbers(Path(sources[0]), every, epoch, weights, kind, file)
    if file is None:
        click.echo(text, nl=False)
    else:
        _write(file, text, overwrite)
        rows = counted(text.count("\n") - (not weights), "row")  # a matrix has no line of names
        click.echo(f"{file}  {rows}" if kind == "csv" else str(file))


def _numbers(
    path: Path,
    every: int | None,
    epoch: int | None,
    weights: str | None,
    kind: str | None,
    file: Path | None,
) -> str:
    from vizopt.recording.store import Recording

    run = Recording(path)
    _check_read(file, [run])
    if weights is not None and epoch is not None:
        return _weights(run, epoch, weights, kind)
    return _rows(run, every, epoch, kind)


def _standings(sources: tuple[str, ...], kind: str | None, mixed: bool, file: Path | None) -> str:
    from vizopt.cli.race import OUTPUTS, field_of, say_of
    from vizopt.clips.staging import staged
    from vizopt.pipeline.racing import train_race
    from vizopt.recording import standings_table as standings
    from vizopt.recording.seeded import with_seeds

    if len(sources) == 1 and _is_scene(sources[0]):
        way = f"record it with: vizopt record {sources[0]} -o {Path(sources[0]).stem}.zarr"
        raise VizoptError(f"{sources[0]}: table is of a recording or a race: {way}")
    field = field_of(sources, (), {}, mixed=mixed)
    _check_read(file, field.runs.values())
    place = OUTPUTS / field.shown.name
    with staged() as staging:
        trained = train_race(field, place, staging, bar_of(quiet=False), say_of(quiet=True))
        runs = {
            name: with_seeds(run) if field.runs[name] is run else run
            for name, run in trained.items()
        }
        clock = field.shown.clock
        if kind is None:
            return "".join(f"{line}\n" for line in standings.lines(runs, clock))
        return (standings.as_csv if kind == "csv" else standings.as_json)(runs, clock)


def _is_scene(source: str) -> bool:
    """Whether it names one training, that is not recorded."""
    from vizopt.core.library import names
    from vizopt.scene.load_race import is_race

    path = Path(source)
    is_toml = path.suffix.lower() == ".toml" and path.is_file()
    return (source in names() or is_toml) and not is_race(source)


def _kind(kind: str | None, file: Path | None) -> str | None:
    """Of what is written: as asked for, or as the file's suffix says."""
    if file is None:
        return kind
    named = KINDS.get(file.suffix.lower())
    if named is None or kind not in (None, named):
        names = [f"{file.stem}.{each}" for each in ([kind] if kind else KINDS.values())]
        raise click.UsageError(f"-o {file}: name it {' or '.join(names)}")
    return named


def _rows(run: "Recording", every: int | None, epoch: int | None, kind: str | None) -> str:
    from vizopt.recording import export, summary

    if epoch is not None and epoch >= run.epochs:
        unit = run.header.unit
        raise VizoptError(f"{run.path}: no {unit} {epoch}: the run has 0 to {run.epochs - 1}")
    step = every or (1 if kind else 100)
    epochs = range(run.epochs)[::step] if epoch is None else range(epoch, epoch + 1)
    if kind is None:
        return "".join(f"{line}\n" for line in summary.table(run, epochs))
    columns = export.columns(run, epochs)
    return export.as_csv(columns) if kind == "csv" else export.as_json(run, columns)


def _weights(run: "Recording", epoch: int, name: str, kind: str | None) -> str:
    """Those of all layers, or the array that is named."""
    from vizopt.recording import export

    at = run.at(epoch)
    if name:
        at = at._replace(params={name: run.weights(name, epoch=epoch)}, update={})
    if kind == "csv":
        return export.matrix_csv(at.params[name]) if name else export.weights_csv(run, at)
    if kind == "json":
        return export.weights_json(run, at)
    return "".join(f"{line}\n" for line in export.weights_lines(run, at))


def _check_place(file: Path) -> None:
    from vizopt.clips.plan import check_place

    check_place(file)


def _check_read(file: Path | None, sources: Iterable[object]) -> None:
    """Find out before the training that the file has the data of what is told."""
    from vizopt.clips.plan import check_read

    check_read([file] if file else [], sources, "table")


def _write(file: Path, text: str, overwrite: bool) -> None:
    """Write a file that has no mark of ours, so that only an equal one is replaced unasked."""
    from vizopt.clips.write import write_text

    if file.exists() and not overwrite and file.read_bytes() not in (b"", text.encode()):
        raise VizoptError(
            f"{file}: is there with other numbers: choose another name, "
            "or replace it with --overwrite"
        )
    write_text(file, text)
