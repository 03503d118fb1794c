"""Continued: the recording that a resumed run goes on with."""

from pathlib import Path

from vizopt.core.errors import RecordingError
from vizopt.core.places import is_left, parts_of
from vizopt.recording.asking import LINE
from vizopt.recording.atomic import attributes
from vizopt.recording.logged import is_logged
from vizopt.recording.scalars import COUNTED
from vizopt.recording.store import Recording


def killed(place: Path) -> Path:
    """What a process has left beside a recording's place that was killed, the newest; or place."""
    left = [part for part in parts_of(place) if is_left(part.name) and attributes(part)]
    return max(left, key=lambda part: part.stat().st_mtime, default=place)


def resumable(folder: Path, path: Path) -> Recording:
    """The recording to go on with.

    Raises:
        RecordingError: there is none, or one that vizopt trained.
    """
    if not folder.exists():
        raise RecordingError(f'{path}: there is nothing to resume: begin with mode="new"')
    run = Recording(folder)
    if run.header.external is None:
        raise RecordingError(f"{path}: was trained by vizopt: go on with: vizopt record --resume")
    return run


def logged(run: Recording) -> int:
    """How many steps there are up to the last that was logged."""
    return int(run[COUNTED].max(initial=-1)) + 1


def measured(run: Recording, at: int) -> dict[str, float]:
    """What the run before has measured of the weights that it ended with, if it ended there."""
    if at >= run.epochs or run.rows(COUNTED, at, at + 1)[0] >= 0:
        return {}
    history = [name for name, array in run.columns.items() if array.path.startswith("history/")]
    found = {name: run.rows(name, at, at + 1) for name in history if name != COUNTED}
    return {name: float(value[0]) for name, value in found.items() if is_logged(value)[0]}


def grid(run: Recording) -> int:
    """Points a side of the plane that is recorded, if one is."""
    if "scores" in run.columns:
        return int(run.columns["scores"].shape[-1])
    lines = (run.columns[name] for name in ("probabilities", "fitted") if name in run.columns)
    return next((int(line.shape[-1]) // LINE for line in lines), 0)
