"""The command `vizopt compare`: where two trainings first differ, and an exit code for scripts."""

from contextlib import ExitStack
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vizopt.cli import completing
from vizopt.cli.importing import IMPORT
from vizopt.cli.options import OVERWRITE, bar_of
from vizopt.cli.paths import PATH, SOURCE
from vizopt.cli.screen import as_options
from vizopt.core.errors import VizoptError, one_line
from vizopt.core.numbers import counted

if TYPE_CHECKING:
    from vizopt.comparison.log import Log
    from vizopt.core.params import ParamLayout
    from vizopt.recording.store import Recording
    from vizopt.scene.spec import Scene

DIFFERS, WRONG = 1, 2  # exit codes, as those of cmp and diff


@click.command()
@click.argument(
    "here",
    metavar="RUN.zarr|SCENE",
    type=SOURCE,
    shell_complete=completing.files(".zarr", ".toml", named=("scenes",)),
)
@click.argument(
    "there",
    metavar="FILE|RUN.zarr|FILE.npz|SCENE",
    type=SOURCE,
    shell_complete=completing.files(
        ".zarr", ".toml", ".csv", ".tsv", ".txt", ".log", ".npz", named=("scenes",)
    ),
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    help="Share of a value that is no difference; 0 for all digits.",
)
@click.option(
    "-o",
    "output",
    type=PATH,
    help="A picture of the difference growing: .png, .svg or .pdf.",
)
@OVERWRITE
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@IMPORT
def compare(
    here: str,
    there: str,
    tolerance: float | None,
    output: Path | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Where two trainings first differ: yours and ours.

    A FILE is a table, or what a training prints (epoch: 100, acc: 0.400, loss: 1.087).

    Columns are found by their names (acc is accuracy, learning_rate is lr), rows by a column
    epoch or step, else by their number, from 0. Loss, accuracy, learning rate and weights of an
    epoch are those before its step. Numbers that are printed with few digits are compared at
    those. Loss may be 1e-6 of its value apart, weights 1e-5 of their layer's largest, which is
    what rounding in float32 makes of the same training in its first epochs.

    A scene's name stands for outputs/NAME.zarr where that is its recording, else it is trained.

    Exit code: 0 equal, 1 they differ, 2 they cannot be compared.
    """
    if tolerance is not None and not isfinite(tolerance):
        raise click.UsageError(f"--tolerance {tolerance}: a share of a value, like 1e-4")
    from vizopt.comparison import compare
    from vizopt.comparison.picture import check_picture, draw
    from vizopt.comparison.told import lines

    with ExitStack() as stack:
        try:
            if output:
                check_picture(output, overwrite)
            ours, theirs = _logs(here, there, stack, quiet)
            found = compare(ours, theirs, tolerance)
            if output:
                draw(found, output)
        except (VizoptError, ValueError) as error:
            click.echo(f"vizopt: {as_options(one_line(error))}", err=True)
            return WRONG
        for line in lines(found):
            click.echo(one_line(line))
        if output:
            click.echo(f"{output}  the difference growing")
    return 0 if found.epoch is None else DIFFERS


def _logs(here: str, there: str, stack: ExitStack, quiet: bool) -> "tuple[Log, Log]":
    """Both. A scene comes last, to be trained no longer than the other is; it or a recording says
    how the weights of an archive are named."""
    from vizopt.core.params import ParamLayout
    from vizopt.recording.store import Recording
    from vizopt.scene.load import load_scene

    sources = dict.fromkeys((here, there))
    runs = {source: Recording(source) for source in sources if _is_recording(source)}
    scenes = {source: load_scene(source) for source in sources if _is_scene(source)}
    layouts = [run.layout for run in runs.values()]
    layouts += [scene.problem.layout for scene in scenes.values()]
    layout = layouts[0] if layouts else ParamLayout(())
    logs: dict[str, Log] = {}
    for source in sorted(sources, key=lambda source: source in scenes):
        if source in scenes:
            epochs = max(map(_length, logs.values()), default=scenes[source].epochs)
            logs[source] = _of_scene(source, scenes[source], epochs, stack, quiet)
        else:
            logs[source] = _of_file(source, runs.get(source), layout)
    return logs[here], logs[there]


def _is_recording(source: str) -> bool:
    from vizopt.recording.atomic import is_recording

    return is_recording(Path(source)) or Path(source).is_dir()


def _is_scene(source: str) -> bool:
    from vizopt.core import library

    path = Path(source)
    named = source in library.names() or path.suffix.lower() == ".toml"
    return named or not (path.suffix or path.exists())


def _of_file(source: str, run: "Recording | None", layout: "ParamLayout") -> "Log":
    from vizopt.comparison import archive, recorded, table

    if run:
        return recorded.read(run, source)
    suffix = Path(source).suffix.lower()
    if suffix == ".json":
        raise VizoptError(
            f"{source}: JSON is not compared: write a CSV, as vizopt table --csv does"
        )
    if suffix in (".npz", ".npy"):
        return archive.read(Path(source), layout)
    return table.read(Path(source))


def _length(log: "Log") -> int:
    """How many epochs a log reaches over."""
    epochs = [series.epochs for series in log.series.values()]
    epochs += [log.weights.epochs] if log.weights else []
    return max([1, *(int(each[-1]) + 1 for each in epochs if len(each))])


def _of_scene(source: str, scene: "Scene", epochs: int, stack: ExitStack, quiet: bool) -> "Log":
    """The scene's recording in outputs, or one that is trained now; which of them is said."""
    from vizopt.comparison import recorded
    from vizopt.core.places import scratch
    from vizopt.pipeline.estimate import check_size
    from vizopt.pipeline.training import trained
    from vizopt.recording.store import Recording

    kept = Path("outputs") / f"{scene.name}.zarr"
    if _is_of(kept, scene):
        click.echo(f"{source}: its recording is {kept}", err=True)
        return recorded.read(Recording(kept), source)
    brief = _brief(scene, epochs)
    check_size(brief, None)
    click.echo(f"{source}: trained afresh, {counted(brief.epochs, brief.problem.unit)}", err=True)
    part = stack.enter_context(scratch()) / kept.name
    trained(brief, part, bar_of(quiet), None)
    return recorded.read(Recording(part), source)


def _is_of(path: Path, scene: "Scene") -> bool:
    """Whether a whole recording of the same scene and versions is there."""
    from importlib.metadata import version

    import numpy as np

    from vizopt.recording.atomic import attributes, is_whole
    from vizopt.scene.written import scene_toml

    if not is_whole(path):
        return False
    known = attributes(path)["vizopt"]
    versions = {"vizopt": version("vizopt"), "numpy": np.__version__}
    return (known.get("scene"), known.get("versions")) == (scene_toml(scene), versions)


def _brief(scene: "Scene", epochs: int) -> "Scene":
    """The same training, no longer than it is compared, without what only a picture needs."""
    from dataclasses import replace

    keep = replace(scene.keep, grid=2)
    return replace(scene, epochs=min(epochs, scene.epochs), keep=keep, pause=())
