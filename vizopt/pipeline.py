"""The whole program on one screen: scene → training → recording → pictures → files."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState

import vizopt
from vizopt import writing
from vizopt.arrange import arranged
from vizopt.clips import Clip, draw
from vizopt.encoders import finished, is_sequence
from vizopt.errors import EncodeError, Interrupted, RecordingError
from vizopt.estimate import check_size
from vizopt.fit import ladder
from vizopt.header import Header
from vizopt.optimizers import acting, per_batch, rates, worked
from vizopt.outputs import Look, planned, text_beside, written
from vizopt.places import scratch
from vizopt.probes import Tape, probes_for, record_steps
from vizopt.problems import Network, Problem
from vizopt.progress import Bar, quiet
from vizopt.recorder import Recorder
from vizopt.recording import Recording
from vizopt.resume import resumed, saved_in
from vizopt.scene import Scene, parse_scene, scene_toml
from vizopt.still import check_at
from vizopt.swap import check_free, is_recording, replaced
from vizopt.train import train

PICTURE = (
    "title",
    "theme",
    "look",
    "timeline",
    "stage",
    "pause",
    "clip",
)  # what a recording can be drawn with anew


def make(
    scene: Scene,
    files: Sequence[Path],
    look: Look | None = None,
    bar: Bar = quiet,
    limit: int | None = None,
) -> tuple[Recording, list[Clip]]:
    """Train once and write every file; the recording itself where a file ends in .zarr."""
    look = shaped(look or Look(), scene)
    kept, clips = sorted_out(scene, files, look)
    with ExitStack() as stack:
        folder = stack.enter_context(scratch()) if not kept else Path()
        try:
            run = record(scene, kept[0] if kept else folder / "run.zarr", bar)
        except Interrupted:
            if kept:
                raise
            raise KeyboardInterrupt from None  # nobody asked for the recording: it goes
        look = replace(look, overrides=None)
        if limit is not None:
            return run, fitted(run, clips, look, limit, bar)
        return run, render_all(run, clips, look, bar)


def sorted_out(scene: Scene, files: Sequence[Path], look: Look) -> tuple[list[Path], list[Path]]:
    """The recording, if any, and the clips among the files to make.

    Raises:
        VizoptError: one of them cannot be made; nothing is trained for it.
    """
    kept = [file for file in files if is_recording(file)]
    clips = [file for file in files if not is_recording(file)]
    if len(kept) > 1:
        raise RecordingError(f"{kept[1]}: one recording is enough: {kept[0]}")
    for file in kept:
        check_free(file)
    look = shaped(look, scene)
    planned(clips, look)
    check_at(look.at, scene.problem.unit, scene.epochs)
    check_size(scene, kept[0] if kept else None)
    return kept, clips


def record(scene: Scene, path: Path | str, bar: Bar = quiet, *, resume: bool = False) -> Recording:
    """Train a scene and record it; an older recording at path is replaced when this is complete.

    Args:
        scene: what to train.
        path: of the recording, `run.zarr`.
        bar: shows progress.
        resume: go on with the interrupted recording of that name, to the same bits.

    Raises:
        RecordingError: the folder cannot be written, or there is nothing to resume.
        Interrupted: by Ctrl-C, when rows were committed: they are kept, beside an older recording.
    """
    check_size(scene, Path(path))
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    rule = acting(scene.optimizer, problem.layout)
    header = Header(
        name=scene.name,
        scene=scene_toml(scene),
        layout=problem.layout,
        epochs=scene.epochs,
        versions={"vizopt": vizopt.__version__, "numpy": np.__version__},
        unit=scene.problem.unit,
        settings=scene.settings(problem.words),
        worked=worked(rule),
        **_picture_words(problem),
    )
    writing.warn(scene, header)
    stage = arranged(problem.layout, scene.stage)
    others = {name: rate for name, rate in rates(rule).items() if name != "lr"}
    probes = probes_for(problem, scene.keep, stage.needs, others)
    columns = tuple(probe.column for probe in probes)
    with (resumed if resume else replaced)(Path(path)) as part:
        saved = saved_in(part, header, problem.constants) if resume else None
        with Recorder(part, header, columns, problem.constants, saved) as recorder:
            tape = Tape(recorder, probes, lambda epoch: scene.keep(epoch, scene.epochs))
            optimizer = per_batch(rule, problem.batches)
            since = saved.state if saved else None
            recorded = since.epoch if since else -1
            steps = train(problem, optimizer, epochs=scene.epochs, rng=rng, since=since)
            what, unit = f"training {scene.name}", scene.problem.unit
            shown = bar(steps, scene.epochs, what, unit, max(recorded, 0))
            record_steps(shown, tape, recorded)
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
    writing.warn(scene, run.header)
    clips: list[Clip] = []
    failed: list[EncodeError] = []
    transparent = scene.colours.transparent
    for group, members in planned(files, look, transparent=transparent).items():
        made, wrong = draw(run, scene, look, group, members, bar)
        clips += made
        failed += wrong
    if failed:
        failed[0].written = tuple(clips)
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
    with scratch() as folder:
        k = 0  # most clips fit as they are
        while low < high:
            shape, harm = steps[k]
            drawn = folder / str(k) / file.name
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
                f"{file}: cannot be made as small as {limit} bytes: the smallest has {smallest}: "
                "choose a larger --fit, or a shorter clip with --seconds"
            )
        with finished(file) as part:
            shutil.copyfile(best[0], part)
        with finished(text_beside(file)) as part:
            shutil.copyfile(text_beside(best[0]), part)
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
