"""The whole program on one screen: scene → training → recording → pictures → files."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import RandomState

import vizopt
from vizopt import story
from vizopt.arrange import arranged
from vizopt.arrays import Rows, Size
from vizopt.card import WARNING, WHY, Carded
from vizopt.encoders import Encoder, Film, Label, finished, is_sequence
from vizopt.errors import EncodeError, RecordingError
from vizopt.fit import ladder
from vizopt.labels import label
from vizopt.optimizers import per_batch, worked
from vizopt.outputs import Group, Look, planned, text_beside, write_frames, write_texts, written
from vizopt.probes import Tape, probes_for, record_steps
from vizopt.problems import Network, Problem
from vizopt.progress import Bar, quiet
from vizopt.recording import Header, Recorder, Recording
from vizopt.safety import Verdict, judge
from vizopt.scene import Scene, Shape, parse_scene, scene_toml
from vizopt.spans import span_frames
from vizopt.stage import Picture, Words
from vizopt.still import check_at, placed
from vizopt.swap import is_recording, replaced
from vizopt.theme import THEMES
from vizopt.train import train

PICTURE = (
    "title",
    "theme",
    "timeline",
    "stage",
    "pause",
    "clip",
)  # what a recording can be drawn with anew
SAMPLES = 8  # frames that a format with a palette may look at beforehand


@dataclass(frozen=True)
class Clip:
    """A finished file.

    Args:
        path: where it is.
        size: width and height in pixels.
        fps: frames per second, as written.
        frames: how many.
        took: seconds of drawing and encoding.
        verdict: what `vizopt check` finds in it; none for stills and sequences.
        at: what a still shows, "epoch 4500".
        harm: what was given up for a smaller file; empty where nothing was.
    """

    path: Path
    size: Size
    fps: float
    frames: int
    took: float
    verdict: Verdict | None
    at: str = ""
    harm: str = ""


def make(
    scene: Scene,
    files: Sequence[Path],
    look: Look | None = None,
    bar: Bar = quiet,
    limit: int | None = None,
) -> tuple[Recording, list[Clip]]:
    """Train once and write every file; the recording itself where a file ends in .zarr."""
    look = shaped(look or Look(), scene)
    kept = [file for file in files if is_recording(file)]
    clips = [file for file in files if not is_recording(file)]
    if len(kept) > 1:
        raise RecordingError(f"{kept[1]}: one recording is enough: {kept[0]}")
    planned(clips, look)
    check_at(look.at, scene.problem.unit, scene.epochs)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory()) if not kept else ""
        run = record(scene, kept[0] if kept else Path(folder) / "run.zarr", bar)
        look = replace(look, overrides=None)
        if limit is not None:
            return run, fitted(run, clips, look, limit, bar)
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
    """Draw a recording into several files: one drawing pass for each size and rate.

    Beside each clip is its text alternative.
    """
    if not len(run):
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    for key in look.overrides or {}:
        if key.partition(".")[0] not in PICTURE:
            known = ", ".join(PICTURE)
            raise RecordingError(f"{run.path}: {key}: was trained so: only {known} can be changed")
    scene = parse_scene(run.header.scene, str(run.path), {}, look.overrides or {})
    look = shaped(look, scene)
    check_at(look.at, run.header.unit, run.epochs)
    clips: list[Clip] = []
    failed: list[EncodeError] = []
    for group, members in planned(files, look).items():
        made, wrong = _group(run, scene, look, group, members, bar)
        clips += made
        failed += wrong
    if failed:
        raise failed[0]
    return clips


def fitted(
    run: Recording, files: Sequence[Path], look: Look, limit: int, bar: Bar = quiet
) -> list[Clip]:
    """Draw a recording into files of at most so many bytes, by the least harm that does it.

    Raises:
        EncodeError: no harm is enough; an older file is kept.
    """
    scene = parse_scene(run.header.scene, str(run.path), {}, look.overrides or {})
    return [_fitted(run, file, shaped(look, scene), limit, bar) for file in files]


def _fitted(run: Recording, file: Path, look: Look, limit: int, bar: Bar) -> Clip:
    """The first rung of the ladder that is small enough, found by halving."""
    if is_sequence(file):
        raise EncodeError(f"{file}: a sequence has no size to fit: choose one file")
    planned([file], look)
    steps = ladder(file, look)
    low, high = 0, len(steps)
    smallest: int | None = None
    best: tuple[Path, Clip] | None = None
    with tempfile.TemporaryDirectory() as folder:
        k = 0  # most clips fit as they are
        while low < high:
            shape, harm = steps[k]
            drawn = Path(folder) / str(k) / file.name
            clip = render_all(run, [drawn], shape, bar)[0]
            size = sum(part.stat().st_size for part in written(drawn))
            smallest = min(size, smallest or size)
            if size <= limit:
                best, high = (drawn, replace(clip, path=file, harm=harm)), k
            else:
                low = k + 1
            k = (low + high) // 2
        if best is None:
            raise EncodeError(
                f"{file}: cannot be made as small as {limit / 1e6:.4g} MB: the smallest is "
                f"{(smallest or 0) / 1e6:.4g} MB: make it shorter with --seconds"
            )
        with finished(file) as part:
            shutil.copyfile(best[0], part)
        write_texts([file], text_beside(best[0]).read_text(encoding="utf-8"))
    return best[1]


def shaped(look: Look, scene: Scene) -> Look:
    """The look, with what the scene says of its clip where nothing else was asked for."""
    clip = scene.clip
    return replace(
        look,
        size=look.size or clip.size,
        fps=look.fps or clip.fps,
        allow_flashes=look.allow_flashes or clip.allow_flashes,
        at=look.at or (clip.at if clip.at != "last" else ""),
        level=look.level or clip.level,
    )


def _group(
    run: Recording,
    scene: Scene,
    look: Look,
    group: Group,
    members: Sequence[tuple[Path, Encoder]],
    bar: Bar,
) -> tuple[list[Clip], list[EncodeError]]:
    """One drawing pass into several files."""
    start = perf_counter()
    size, fps, still = group
    told = story.of(run, scene)
    rows = scene.timeline.rows(run["epoch"], fps)
    k = len(rows) - 1
    if still:
        rows, k = placed(look.at or "last", run["epoch"], rows)
    picture = _picture(run, scene, size, rows, fps, look.allow_flashes)
    shape = Shape(size, fps, look.allow_flashes, look.at or "last", look.level)
    label = _label(run, scene, told, shape, picture)
    film = Film(size, fps, partial(_samples, picture), label, look.level)
    total = 1 if still else len(picture)
    frames = iter([picture[k + len(picture) - len(rows)]]) if still else iter(picture)
    names = ", ".join(file.name for file, _ in members)
    wrong = write_frames(bar(frames, total, names, "frame"), film, members)
    complete = [file for file, _ in members if file not in wrong]
    write_texts(complete, told.text)
    took = perf_counter() - start
    at = f"{run.header.unit} {int(run['epoch'][rows[k]])}" if still else ""
    clips = []
    for file in complete:
        verdict = None if still or is_sequence(file) else _judged(file, total, bar)
        clips.append(Clip(file, size, fps, total, took, verdict, at))
    return clips, list(wrong.values())


def _label(
    run: Recording, scene: Scene, told: story.Story, shape: Shape, picture: Picture | Carded
) -> Label:
    if isinstance(picture, Carded):
        warning = " ".join([f"{WARNING}.", *WHY])
        return label(run, scene, told, shape, card=picture.card, warning=warning)
    return label(run, scene, told, shape, card=0, warning="")


def _judged(file: Path, frames: int, bar: Bar) -> Verdict:
    """The flash check of a finished file, with a progress bar."""
    steps = iter(bar(range(frames), frames, f"checking {file.name}", "frame"))
    verdict = judge(file, trace=lambda *_: next(steps, None))
    for _ in steps:  # frames that a format has merged
        pass
    return verdict


def planned_picture(
    run: Recording, scene: Scene, size: Size, fps: float, *, allow_flashes: bool = False
) -> Picture | Carded:
    """The frames that a scene makes of a recording at a size and rate."""
    rows = scene.timeline.rows(run["epoch"], fps)
    return _picture(run, scene, size, rows, fps, allow_flashes)


def _picture(
    run: Recording, scene: Scene, size: Size, rows: Rows, fps: float, allow_flashes: bool
) -> Picture | Carded:
    stage = scene.stage or arranged(run.layout)
    words = Words(scene.title, run.header.settings, run.header.unit)
    theme = THEMES[scene.theme]
    if allow_flashes:
        return Carded(Picture(stage, run, rows, size, theme, words, 0), theme, fps)
    return Picture(stage, run, rows, size, theme, words, span_frames(fps))


def _samples(picture: Picture | Carded) -> list[Any]:
    return [picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int)]
