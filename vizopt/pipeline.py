"""The whole program on one screen: scene → training → recording → pictures → files."""

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
from vizopt.arrays import Size
from vizopt.brief import clip_line
from vizopt.card import WARNING, WHY, Carded
from vizopt.encoders import Film, Label
from vizopt.errors import EncodeError, RecordingError
from vizopt.labels import label
from vizopt.optimizers import per_batch, worked
from vizopt.outputs import Look, planned, write_frames, write_texts
from vizopt.probes import Tape, probes_for, record_steps
from vizopt.problems import Network, Problem
from vizopt.progress import Bar, quiet
from vizopt.recording import Header, Recorder, Recording
from vizopt.safety import Verdict, judge
from vizopt.scene import Scene, parse_scene, scene_toml
from vizopt.spans import span_frames
from vizopt.stage import Picture, Words
from vizopt.swap import is_recording, replaced
from vizopt.theme import THEMES
from vizopt.train import train

PICTURE = (
    "title",
    "theme",
    "timeline",
    "stage",
    "pause",
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
        verdict: what `vizopt check` finds in it.
        label: what the file says of itself.
    """

    path: Path
    size: Size
    fps: float
    frames: int
    took: float
    verdict: Verdict
    label: Label

    def __str__(self) -> str:
        return clip_line(self.path, self.size, self.frames, self.fps, self.verdict)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """How a notebook shows it."""
        from vizopt.notebook import bundle

        return bundle(self)


def make(
    scene: Scene, files: Sequence[Path], look: Look | None = None, bar: Bar = quiet
) -> tuple[Recording, list[Clip]]:
    """Train once and write every file; the recording itself where a file ends in .zarr."""
    look = look or Look()
    kept = [file for file in files if is_recording(file)]
    clips = [file for file in files if not is_recording(file)]
    if len(kept) > 1:
        raise RecordingError(f"{kept[1]}: one recording is enough: {kept[0]}")
    planned(clips, look)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory()) if not kept else ""
        run = record(scene, kept[0] if kept else Path(folder) / "run.zarr", bar)
        return run, render_all(run, clips, replace(look, overrides=None), bar)


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
    told = story.of(run, scene)
    clips: list[Clip] = []
    failed: list[EncodeError] = []
    for (size, fps), group in planned(files, look).items():
        start = perf_counter()
        picture = planned_picture(run, scene, size, fps, allow_flashes=look.allow_flashes)
        words, judges = _label(run, scene, told, fps, picture), _Judges(len(picture), bar)
        film = Film(size, fps, partial(_samples, picture), words, judges)
        names = ", ".join(file.name for file, _ in group)
        frames = bar(iter(picture), len(picture), names, "frame")
        wrong = write_frames(frames, film, group)
        written = [file for file, _ in group if file not in wrong]
        write_texts(written, told.text)
        took = perf_counter() - start
        for file in written:
            verdict = judges(file, file)
            clips.append(Clip(file, size, fps, len(picture), took, verdict, film.label))
        failed += wrong.values()
    if failed:
        raise failed[0]
    return clips


def _label(
    run: Recording, scene: Scene, told: story.Story, fps: float, picture: Picture | Carded
) -> Label:
    if isinstance(picture, Carded):
        warning = " ".join([f"{WARNING}.", *WHY])
        return label(run, scene, told, fps, card=picture.card, warning=warning)
    return label(run, scene, told, fps, card=0, warning="")


class _Judges:
    """The flash check of finished clips, once for each file, with a progress bar."""

    def __init__(self, frames: int, bar: Bar) -> None:
        self._frames = frames
        self._bar = bar
        self._found: dict[Path, Verdict] = {}

    def __call__(self, clip: Path, file: Path) -> Verdict:
        """What is found in a clip: the file itself, or the clip that a page will hold."""
        if file not in self._found:
            self._found[file] = replace(self._judged(clip, file.name), path=file)
        return self._found[file]

    def _judged(self, clip: Path, name: str) -> Verdict:
        frames = range(self._frames)
        steps = iter(self._bar(frames, self._frames, f"checking {name}", "frame"))
        verdict = judge(clip, trace=lambda *_: next(steps, None))
        for _ in steps:  # frames that a format has merged
            pass
        return verdict


def planned_picture(
    run: Recording, scene: Scene, size: Size, fps: float, *, allow_flashes: bool = False
) -> Picture | Carded:
    """The frames that a scene makes of a recording at a size and rate."""
    rows = scene.timeline.rows(run["epoch"], fps)
    stage = scene.stage or arranged(run.layout)
    words = Words(scene.title, run.header.settings, run.header.unit)
    theme = THEMES[scene.theme]
    if allow_flashes:
        return Carded(Picture(stage, run, rows, size, theme, words, 0), theme, fps)
    return Picture(stage, run, rows, size, theme, words, span_frames(fps))


def _samples(picture: Picture | Carded) -> list[Any]:
    return [picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int)]
