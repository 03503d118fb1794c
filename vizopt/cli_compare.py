"""The command `vizopt compare`: where two trainings first differ, and an exit code for scripts."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vizopt.cli_look import bar_of
from vizopt.errors import VizoptError, one_line

if TYPE_CHECKING:
    from vizopt.comparison.log import Log
    from vizopt.scene import Scene

DIFFERS, WRONG = 1, 2  # exit codes, as those of cmp and diff


@click.command()
@click.argument("here", metavar="RUN.zarr|SCENE")
@click.argument("there", metavar="FILE.csv|RUN.zarr|FILE.npz|SCENE")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    help="Share of a value that is no difference; 0 for all digits.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def compare(here: str, there: str, tolerance: float | None, quiet: bool) -> int:
    """Where two trainings first differ: your own numbers and ours.

    Columns are found by their names (acc is accuracy, learning_rate is lr), rows by a column
    epoch or step, else by their number, from 0. Loss, accuracy, learning rate and weights of an
    epoch are those before its step. Numbers that are printed with few digits are compared at
    those. Loss may be 1e-6 of its value apart, weights 1e-5 of their layer's largest, which is
    what rounding in float32 makes of the same training in its first epochs.

    A scene's name stands for outputs/NAME.zarr where that is its recording, else it is trained.

    Exit code: 0 equal, 1 they differ, 2 they cannot be compared.
    """
    from vizopt.comparison import compare
    from vizopt.comparison.told import lines

    with ExitStack() as stack:
        try:
            ours, theirs = _logs(here, there, stack, quiet)
            found = compare(ours, theirs, tolerance)
        except (VizoptError, ValueError) as error:
            click.echo(f"vizopt: {one_line(error)}", err=True)
            return WRONG
        for line in lines(found):
            click.echo(one_line(line))
    return 0 if found.epoch is None else DIFFERS


def _logs(here: str, there: str, stack: ExitStack, quiet: bool) -> "tuple[Log, Log]":
    """Both; a scene after a table, to be trained no longer than that, and an archive last, for its
    weights are named as the other has them."""
    from vizopt.comparison.log import Log

    read: dict[str, Log] = {}
    for source in sorted((here, there), key=_turn):
        other = next(iter(read.values()), None)
        read[source] = _log(source, other or Log("", "", {}), stack, quiet)
    return read[here], read[there]


def _turn(source: str) -> int:
    from vizopt.swap import is_recording

    path = Path(source)
    if is_recording(path) or path.is_dir():
        return 0
    return 3 if path.suffix.lower() == ".npz" else 2 if _is_scene(source) else 1


def _is_scene(source: str) -> bool:
    from vizopt import library

    path = Path(source)
    return source in library.names() or path.suffix.lower() == ".toml" or not path.suffix


def _log(source: str, other: "Log", stack: ExitStack, quiet: bool) -> "Log":
    from vizopt.comparison import archive, recorded, table
    from vizopt.recording import Recording

    match _turn(source):
        case 0:
            return recorded.read(Recording(source), source)
        case 1:
            return table.read(Path(source))
        case 2:
            return _of_scene(source, other, stack, quiet)
        case _:
            return archive.read(Path(source), other)


def _of_scene(source: str, other: "Log", stack: ExitStack, quiet: bool) -> "Log":
    """The scene's recording in outputs, or one that is trained now; which of them is said."""
    from vizopt import pipeline
    from vizopt.comparison import recorded
    from vizopt.places import scratch
    from vizopt.recording import Recording
    from vizopt.scene import load_scene

    scene = load_scene(source)
    kept = Path("outputs") / f"{scene.name}.zarr"
    if _is_of(kept, scene):
        click.echo(f"{source}: its recording is {kept}", err=True)
        return recorded.read(Recording(kept), source)
    folder = stack.enter_context(scratch())
    ends = [int(series.epochs[-1]) + 1 for series in other.series.values() if len(series.epochs)]
    brief = _brief(scene, max(ends, default=scene.epochs))
    click.echo(f"{source}: trained afresh, {brief.epochs} {brief.problem.unit}s", err=True)
    run = pipeline.record(brief, folder / kept.name, bar_of(quiet))
    return recorded.read(run, source)


def _is_of(path: Path, scene: "Scene") -> bool:
    """Whether a whole recording of the same scene and versions is there."""
    import numpy as np

    import vizopt
    from vizopt.scene import scene_toml
    from vizopt.swap import attributes, is_whole

    if not is_whole(path):
        return False
    known = attributes(path)["vizopt"]
    versions = {"vizopt": vizopt.__version__, "numpy": np.__version__}
    return (known.get("scene"), known.get("versions")) == (scene_toml(scene), versions)


def _brief(scene: "Scene", epochs: int) -> "Scene":
    """The same training, no longer than it is compared, without what only a picture needs."""
    from dataclasses import replace

    keep = replace(scene.keep, grid=2)
    return replace(scene, epochs=min(epochs, scene.epochs), keep=keep, pause=())
