"""Racing: the runs of a race are trained, or taken as they are, and drawn into one picture."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.plan import check_inputs, planned
from vizopt.clips.staging import Staging, staged
from vizopt.clips.still import check_stills
from vizopt.clips.targets import Limits
from vizopt.clips.write import write_waiting
from vizopt.core.errors import Interrupted, VizoptError
from vizopt.core.numbers import counted
from vizopt.core.places import scratch, target
from vizopt.core.progress import Bar, quiet
from vizopt.pipeline.drawing import complete, drawn
from vizopt.pipeline.estimate import check_size
from vizopt.pipeline.field import Field
from vizopt.pipeline.fitting import fitted_all
from vizopt.pipeline.job import Job, Say
from vizopt.pipeline.reuse import Reuse
from vizopt.pipeline.shown import check_race_shown
from vizopt.pipeline.workers import train_all
from vizopt.recording.atomic import is_recording, is_whole
from vizopt.recording.clock import times
from vizopt.recording.differences import tells_samples
from vizopt.recording.seeded import Seeded, middle_seed
from vizopt.recording.store import Recording
from vizopt.scene.race import file_name
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml
from vizopt.train.probes import Keep

HISTORY = Keep(first=0, every=1_000_000_000, grid=2)  # rows of the first and last epoch alone


def train_race(
    field: Field,
    folder: Path,
    staging: Staging,
    bar: Bar = quiet,
    say: Say = print,
    *,
    look: Sequence[Path] | None = (),
    cores: int | None = None,
) -> dict[str, Recording]:
    """Every run of a race, recorded: what is there of the same training is not trained again.

    Args:
        field: who races.
        folder: of the recordings, NAME.zarr each.
        staging: where the runs are of this race until the end, whoever races there meanwhile.
        bar: shows the progress of each run.
        say: is told which recordings are reused.
        look: where other recordings are that may stand for a run; None where all are trained.
        cores: how many are trained beside each other; as many as there are cores when left out.

    Raises:
        VizoptError: a run cannot be trained, or the runs have no problem in common.
        Interrupted: by Ctrl-C: what is finished is kept, and the next race goes on from there.
    """
    scenes = {name: run for name, run in field.runs.items() if isinstance(run, Scene)}
    look = None if look is None else (*look, folder, folder.parent)
    check_folder(folder)
    members: dict[str, list[Recording]] = {}
    if field.shown.seeds > 1 and scenes:
        seeded = _by_seeds(scenes, field, folder, staging, look)
        train_runs([job for every in seeded.values() for job in every], folder, bar, say, cores)
        members = {name: [*map(recorded, every)] for name, every in seeded.items()}
        seed = middle_seed([_bests(every) for every in members.values()])
        scenes = {name: replace(run, seed=run.seed + seed) for name, run in scenes.items()}
    jobs = {
        name: job_of(run, folder / f"{file_name(name)}.zarr", staging, look)
        for name, run in scenes.items()
    }
    train_runs([*jobs.values()], folder, bar, say, cores)
    trained = {name: recorded(job, members.get(name)) for name, job in jobs.items()}
    return {
        name: run if isinstance(run, Recording) else trained[name]
        for name, run in field.runs.items()
    }


def _by_seeds(
    scenes: Mapping[str, Scene],
    field: Field,
    folder: Path,
    staging: Staging,
    look: tuple[Path, ...] | None,
) -> dict[str, list[Job]]:
    """Every run with every seed, of which little but the history is kept."""
    return {
        name: [
            job_of(
                replace(scene, seed=scene.seed + k, keep=HISTORY, title=f"{name}, seed {k}"),
                folder / "seeds" / f"{file_name(name)} {scene.seed + k}.zarr",
                staging,
                None if look is None else tuple(place / "seeds" for place in look),
            )
            for k in range(field.shown.seeds)
        ]
        for name, scene in scenes.items()
    }


def job_of(scene: Scene, path: Path, staging: Staging, look: tuple[Path, ...] | None) -> Job:
    """A run to be recorded, of which one's own waits in the staging."""
    return Job(scene, path, staging.place(path), look)


def train_runs(jobs: Sequence[Job], folder: Path, bar: Bar, say: Say, cores: int | None) -> None:
    """Record runs; Ctrl-C tells how many are there."""
    try:
        train_all(jobs, bar, say, cores)
    except KeyboardInterrupt:
        done = sum(map(_is_recorded, jobs))
        told = f"interrupted: {done} of {counted(len(jobs), 'run')} are recorded in {folder}"
        raise Interrupted(f"{told}: the same command goes on from there") from None


def check_folder(folder: Path) -> None:
    """Raises VizoptError where there can be no recordings, for there is something else."""
    try:
        place = target(folder)
    except OSError as error:
        raise VizoptError(f"{folder}: cannot write: {error.strerror or error}") from error
    if place.exists() and not place.is_dir():
        raise VizoptError(f"{folder}: is no folder: choose another one")


def _is_recorded(job: Job) -> bool:
    """Whether its recording is whole, and of this training and no earlier one."""
    with suppress(VizoptError):
        return is_whole(job.path) and Recording(job.path).header.scene == scene_toml(job.scene)
    return False


def recorded(job: Job, members: Sequence[Recording] | None = None) -> Recording:
    """The run that was trained, or taken."""
    if members:
        return Seeded(job.path, members, job.own)
    return Recording(job.path, job.own)


def _bests(every: Sequence[Recording]) -> list[float]:
    """The best value with each seed, losses as negative numbers."""
    column = "accuracy" if all("accuracy" in run.columns for run in every) else "loss"
    sign = 1.0 if column == "accuracy" else -1.0
    worst = -1e300
    values = (sign * run[column] for run in every)
    return [float(np.nanmax(np.where(np.isfinite(v), v, worst))) for v in values]


def race(
    field: Field,
    files: Sequence[Path],
    asked: Request,
    folder: Path | None,
    bar: Bar = quiet,
    say: Say = print,
    limits: Mapping[Path, Limits] | None = None,
    *,
    texts: Mapping[Path, str] | None = None,
    look: Sequence[Path] | None = (),
    cores: int | None = None,
) -> list[Clip]:
    """Train what is to be trained, and draw all runs into every file.

    Args:
        field: who races.
        files: to write.
        asked: how they differ from the race and the formats' defaults.
        folder: where the recordings stay; None where they go when the clips are drawn.
        bar: shows progress.
        say: is told which recordings are reused.
        limits: what each clip may be at most.
        texts: what else is put beside them, by file.
        look: where other recordings are that may stand for a run; None where all are trained.
        cores: how many are trained beside each other.
    """
    asked = replace(asked, overrides={})
    check_race(field, files, asked, folder)
    with _place(folder) as place, staged() as staging:
        runs = train_race(field, place, staging, bar, say, look=look, cores=cores)
        shown = field.race or field.shown
        if limits is None:
            clips, failed = drawn(runs, shown, files, asked, bar, staging)
        else:
            clips, failed = fitted_all(runs, shown, limits, asked, bar, staging)
        for file, text in (texts or {}).items():
            failed |= write_waiting(file, text, staging)
        failed |= staging.put()
    return complete(clips, failed)


def race_reusing(
    field: Field,
    files: Sequence[Path],
    asked: Request,
    bar: Bar,
    reuse: Reuse | None,
    texts: Mapping[Path, str] | None = None,
) -> list[Clip]:
    """The clips of a race of which no recording stays; those that stand may be reused."""
    look = (reuse.folder / field.shown.name, reuse.folder) if reuse else None
    say = reuse.say if reuse else str
    return race(field, files, asked, None, bar, say, texts=texts, look=look)


def check_race(field: Field, files: Sequence[Path], asked: Request, folder: Path | None) -> None:
    """Raises VizoptError for what cannot be made; nothing is trained for it."""
    for file in files:
        if is_recording(file):
            raise VizoptError(f"{file}: a race has a recording of each run: name a clip like a.mp4")
    options = asked.over(field.shown.clip)
    groups = planned(files, options, overwrite=asked.overwrite)
    scenes = [run for run in field.runs.values() if isinstance(run, Scene)]
    check_inputs(files, field.runs.values())
    lengths = [
        (run.epochs, run.problem.unit if isinstance(run, Scene) else run.header.unit)
        for run in field.runs.values()
    ]
    epochs, unit = max(lengths)
    check_stills(options, unit, epochs)
    for scene in scenes:
        check_size(scene, folder)
    _check_clock(field)
    check_race_shown(field, groups, options)


def _check_clock(field: Field) -> None:
    """Raises VizoptError where a run has no times on the clock of the race."""
    clock = field.shown.clock
    for name, run in field.runs.items():
        if clock == "seconds" and (isinstance(run, Scene) or clock not in run.columns):
            raise VizoptError(f"clock: {name} has no recorded seconds: choose step or samples")
        if isinstance(run, Recording):
            times(run, clock)
        if clock == "samples" and isinstance(run, Recording) and not tells_samples(run):
            way = "choose step, or log(samples=…) those seen since the start"
            raise VizoptError(f"clock: {name} has no recorded number of samples: {way}")


def _place(folder: Path | None) -> AbstractContextManager[Path]:
    return nullcontext(folder) if folder else scratch()
