"""The whole program on one screen: scene → training → recording → pictures → files."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import RandomState

import vizopt
from vizopt.arrange import arranged
from vizopt.arrays import Size
from vizopt.encoders import Encoder, Film, encoder
from vizopt.errors import RecordingError
from vizopt.optimizers import per_batch, worked
from vizopt.probes import Tape, probes_for, record_steps
from vizopt.problems import Network, Problem
from vizopt.progress import Bar, quiet
from vizopt.recording import Header, Recorder, Recording
from vizopt.scene import Scene, parse_scene, scene_toml
from vizopt.stage import Picture, Words
from vizopt.theme import THEMES
from vizopt.train import train

SAMPLES = 8  # frames that a format with a palette may look at beforehand


@dataclass(frozen=True)
class Look:
    """How a recording is drawn, where it differs from its scene and the formats' defaults.

    Args:
        size: width and height in pixels.
        fps: frames per second.
        overrides: dotted scene key → value: theme, timeline, stage.
    """

    size: Size | None = None
    fps: float | None = None
    overrides: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Clip:
    """A finished file.

    Args:
        path: where it is.
        size: width and height in pixels.
        fps: frames per second, as written.
        frames: how many.
        took: seconds of drawing and encoding.
    """

    path: Path
    size: Size
    fps: float
    frames: int
    took: float


def make(
    scene: Scene, files: Sequence[Path], look: Look | None = None, bar: Bar = quiet
) -> tuple[Recording, list[Clip]]:
    """Train once and write every file; the recording itself where a file ends in .zarr."""
    look = look or Look()
    clips = [file for file in files if file.suffix != ".zarr"]
    planned(clips, look)
    with ExitStack() as stack:
        kept = next((file for file in files if file.suffix == ".zarr"), None)
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "run.zarr"
        run = record(scene, folder, bar)
        return run, render_all(run, clips, look, bar)


def record(scene: Scene, path: Path | str, bar: Bar = quiet) -> Recording:
    """Train a scene and record it; an older recording at path is replaced when this is complete.

    Args:
        scene: what to train.
        path: of the recording, `run.zarr`.
        bar: shows progress.

    Raises:
        RecordingError: the folder cannot be written.
    """
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    header = Header(
        name=scene.name,
        scene=scene_toml(scene),
        layout=problem.layout,
        epochs=scene.epochs,
        versions={"vizopt": vizopt.__version__, "numpy": np.__version__},
        unit=scene.problem.unit,
        settings=scene.settings(problem.words),
        worked=worked(scene.optimizer),
        **_picture_words(problem),
    )
    stage = scene.stage or arranged(problem.layout)
    probes = probes_for(problem, scene.keep, stage.needs)
    columns = tuple(probe.column for probe in probes)
    with (
        replaced(Path(path)) as part,
        Recorder(part, header, columns, problem.constants) as recorder,
    ):
        tape = Tape(recorder, probes, lambda epoch: scene.keep(epoch, scene.epochs))
        optimizer = per_batch(scene.optimizer, problem.batches)
        steps = train(problem, optimizer, epochs=scene.epochs, rng=rng)
        record_steps(bar(steps, scene.epochs, f"training {scene.name}", scene.problem.unit), tape)
    return Recording(path)


def _picture_words(problem: Problem) -> dict[str, Any]:
    """Names that only a network on data has."""
    if isinstance(problem, Network):
        return {"classes": problem.classes, "plane": problem.plane.words}
    return {}


def render(run: Recording | Path | str, file: Path | str, look: Look | None = None) -> Clip:
    """Draw a recording into one file; the suffix chooses the format.

    Args:
        run: the recording or its path.
        file: what to write: `.mp4`, `.gif`.
        look: size, rate and scene keys that differ from the defaults.

    Raises:
        VizoptError: the recording cannot be read, the file not written, a key is wrong.
    """
    opened = run if isinstance(run, Recording) else Recording(run)
    return render_all(opened, [Path(file)], look or Look())[0]


def render_all(run: Recording, files: Sequence[Path], look: Look, bar: Bar = quiet) -> list[Clip]:
    """Draw a recording into several files: one drawing pass for each size and rate."""
    if not len(run):
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    place = str(run.path)
    scene = parse_scene(run.header.scene, place, {}, look.overrides or {})
    clips = []
    for (size, fps), group in planned(files, look).items():
        start = perf_counter()
        picture = planned_picture(run, scene, size, fps)
        film = Film(size, fps, partial(_samples, picture))
        with ExitStack() as stack:
            writers = [stack.enter_context(kind.open(file, film)) for file, kind in group]
            names = ", ".join(file.name for file, _ in group)
            for frame in bar(iter(picture), len(picture), names, "frame"):
                for write in writers:
                    write(frame)
        took = perf_counter() - start
        clips += [Clip(file, size, fps, len(picture), took) for file, _ in group]
    return clips


def planned_picture(run: Recording, scene: Scene, size: Size, fps: float) -> Picture:
    """The frames that a scene makes of a recording at a size and rate."""
    rows = scene.timeline.rows(run["epoch"], fps)
    stage = scene.stage or arranged(run.layout)
    words = Words(scene.title, run.header.settings, run.header.unit)
    return Picture(stage, run, rows, size, THEMES[scene.theme], words)


def planned(
    files: Sequence[Path], look: Look
) -> dict[tuple[Size, float], list[tuple[Path, Encoder]]]:
    """Files by size and rate, checked before anything is trained or drawn."""
    groups: dict[tuple[Size, float], list[tuple[Path, Encoder]]] = {}
    for file in files:
        kind = encoder(file)
        size, fps = look.size or kind.size, kind.rate(look.fps or kind.fps)
        kind.check(file, size)
        groups.setdefault((size, fps), []).append((file, kind))
    return groups


def _samples(picture: Picture) -> list[Any]:
    return [picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int)]


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A folder to write to, put in path's place when complete and removed on an error."""
    if path.exists() and not (path / "zarr.json").is_file():
        raise RecordingError(f"{path}: exists and is no recording: choose another name")
    part, old = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.old")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        yield part
        if path.exists():
            path.rename(old)
        part.rename(path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
