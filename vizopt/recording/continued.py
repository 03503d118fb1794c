"""Continued: the folder that a run writes, and the recording that a resumed one goes on with."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from vizopt.core.errors import RecordingError
from vizopt.core.places import beside, changed, is_left, made, parts_of, remove, target
from vizopt.recording.asking import LINE
from vizopt.recording.atomic import attributes, check_free, is_whole, kept_beside, writing
from vizopt.recording.logged import is_logged
from vizopt.recording.scalars import COUNTED
from vizopt.recording.store import Recording


def opened(
    path: Path, place: Path, held: ExitStack, *, resumes: bool
) -> tuple[Path, Recording | None]:
    """The folder to write, and what there is in it to go on with.

    Nobody else writes it until held is closed; nor its place, where there is something that it is
    to replace.

    Raises:
        RecordingError: there is nothing to resume, or someone is writing there.
    """
    if place.is_dir():
        _make_free(place)
    check_free(path)
    held.enter_context(made(place.parent))
    before = None
    if resumes:
        part = _last(place)
        before = _resumable(part, path)
    else:
        part = beside(place) if place.exists() else place
        part.mkdir()
    for folder in {part, place}:
        if folder.exists():
            held.enter_context(writing(folder))
    if before is not None and not logged(before):  # killed before its first commit
        _empty(part)
        return part, None
    return part, before


def own_name(part: Path, path: Path) -> Path | None:
    """The name that a run to go on with has beside path, as one that was interrupted."""
    if part not in kept_beside(target(path)):
        return None
    return part if path.is_symlink() else path.with_name(part.name)


def goes_on(part: Path, path: Path, at: str) -> str:
    """Which run goes on; where another one stands at path, the way to that."""
    kept = own_name(part, path)
    line = f"{kept or path}: was interrupted at {at}: goes on from there"
    if not (kept and path.exists()):
        return line
    return f"{line}, then replaces {path}: to go on with that one move {kept.name} away"


def logged(run: Recording) -> int:
    """How many steps there are up to the last that was logged."""
    return int(run[COUNTED].max(initial=-1)) + 1


class Ended(NamedTuple):
    """What a run has led to, as of `log_end`.

    Args:
        numbers: that were measured of it, by name.
        row: its parameters and predictions, by the names of their columns; empty without.
    """

    numbers: dict[str, float]
    row: dict[str, Any]


def ended(run: Recording, at: int) -> Ended | None:
    """What the run before has led to, if that is its row at a step."""
    if at >= run.epochs or run.rows(COUNTED, at, at + 1)[0] >= 0:
        return None
    groups = {name: array.path.partition("/")[0] for name, array in run.columns.items()}
    history = [name for name, group in groups.items() if group == "history" and name != COUNTED]
    found = {name: run.rows(name, at, at + 1) for name in history}
    numbers = {name: float(value[0]) for name, value in found.items() if is_logged(value)[0]}
    last = len(run) - 1
    if last < 0 or run["epoch"][last] != at:
        return Ended(numbers, {})
    snapshots = [name for name, group in groups.items() if group == "snapshots"]
    return Ended(numbers, {name: run.row(name, last).copy() for name in snapshots})


def grid(run: Recording) -> int:
    """Points a side of the plane that is recorded, if one is."""
    if "scores" in run.columns:
        return int(run.columns["scores"].shape[-1])
    lines = (run.columns[name] for name in ("probabilities", "fitted") if name in run.columns)
    return next((int(line.shape[-1]) // LINE for line in lines), 0)


def _last(place: Path) -> Path:
    """Where the run of a recording's place is that was written last: there, or beside it, where a
    process was killed or a recording stood in the place of one that broke off."""
    killed = [part for part in parts_of(place) if is_left(part.name)]
    left = [kept for kept in kept_beside(place) if not is_whole(kept)]
    broken_off = [kept for kept in left if "state" not in attributes(kept)]  # not by vizopt record
    runs = [folder for folder in (*killed, *broken_off, place) if attributes(folder)]
    return max(runs, key=lambda run: changed(run / "zarr.json"), default=place)


def _resumable(folder: Path, path: Path) -> Recording:
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


def _make_free(place: Path) -> None:
    """Remove what a run has left that was killed at its start.

    Raises:
        RecordingError: someone is writing there.
    """
    with writing(place):
        if not any(place.iterdir()):
            place.rmdir()


def _empty(folder: Path) -> None:
    for inside in folder.iterdir():
        if inside.is_dir():
            remove(inside)
        else:
            inside.unlink()
