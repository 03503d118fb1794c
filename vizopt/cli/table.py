"""The command `vizopt table`: a recording's numbers, on the terminal or in a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vizopt.cli.options import OVERWRITE, PATH
from vizopt.core.errors import VizoptError
from vizopt.core.numbers import counted

if TYPE_CHECKING:
    from vizopt.recording.store import Recording

KINDS = {".csv": "csv", ".json": "json"}


@click.command()
@click.argument("run", type=PATH)
@click.option("--every", type=click.IntRange(min=1), help="Every n-th epoch: 100; in a file 1.")
@click.option("--epoch", type=click.IntRange(min=0), help="Only this one.")
@click.option("--weights", is_flag=True, help="The weights of --epoch, before its step.")
@click.option("--csv", "kind", flag_value="csv", help="As CSV, with all digits.")
@click.option("--json", "kind", flag_value="json", help="As JSON, with all digits.")
@click.option("-o", "file", type=PATH, help="File to write, .csv or .json.")
@OVERWRITE
def table(
    run: Path,
    every: int | None,
    epoch: int | None,
    weights: bool,
    kind: str | None,
    file: Path | None,
    overwrite: bool,
) -> None:
    """The numbers in rows, as the lesson prints them.

    With --epoch and --weights the weights and biases of every layer, as they are before the step
    of that epoch, and what the step adds to them.
    """
    kind = _kind(kind, file)
    if every and epoch is not None:
        raise click.UsageError("--every or --epoch: one of them")
    if weights and epoch is None:
        raise click.UsageError("--weights needs the --epoch whose weights they are")
    from vizopt.recording.store import Recording

    opened = Recording(run)
    text = _weights(opened, epoch, kind) if weights and epoch is not None else ""
    text = text or _rows(opened, every, epoch, kind)
    if file is None:
        click.echo(text, nl=False)
    else:
        _write(file, text, overwrite)
        rows = counted(text.count("\n") - 1, "row")
        click.echo(f"{file}  {rows}" if kind == "csv" else str(file))


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


def _weights(run: "Recording", epoch: int, kind: str | None) -> str:
    from vizopt.recording import export

    at = run.at(epoch)
    if kind == "csv":
        return export.weights_csv(run, at)
    if kind == "json":
        return export.weights_json(run, at)
    return "".join(f"{line}\n" for line in export.weights_lines(run, at))


def _write(file: Path, text: str, overwrite: bool) -> None:
    """Write a file that has no mark of ours, so that only an equal one is replaced unasked."""
    from vizopt.clips.plan import check_place
    from vizopt.clips.write import write_text

    check_place(file)
    if file.exists() and not overwrite and file.read_bytes() not in (b"", text.encode()):
        raise VizoptError(
            f"{file}: is there with other numbers: choose another name, "
            "or replace it with --overwrite"
        )
    write_text(file, text)
