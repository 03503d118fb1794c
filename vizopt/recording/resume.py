"""Resume: an interrupted recording is found, held against its scene and gone on with."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.interrupts import uninterrupted
from vizopt.core.locks import alone
from vizopt.core.places import beside, changed, is_left, parts_of, synced, target
from vizopt.core.sampling import size_before
from vizopt.recording.atomic import (
    attributes,
    is_recording,
    is_whole,
    keep,
    put,
    renamed,
    writing,
)
from vizopt.recording.header import Group, Header
from vizopt.recording.state import State
from vizopt.recording.store import Recording


@dataclass(frozen=True, slots=True)
class Saved:
    """The last commit of an interrupted recording, as the recorder goes on from it."""

    rows: dict[Group, int]
    state: State | None  # none of a run that vizopt did not train
    stored: dict[str, Any]  # as the attributes have it


@contextmanager
def resumed(path: Path, folder: Path | None = None) -> Iterator[Path]:
    """The folder of an interrupted recording, put in path's place when complete. Interrupted again
    it is kept. Meanwhile it lies beside path, where nobody replaces it.

    Args:
        path: where it goes.
        folder: where it is; path itself, or what a killed process left beside it when left out.
    """
    folder = folder or unfinished(path)
    part = None
    with ExitStack() as lock:
        try:
            with alone(target(folder).parent), uninterrupted():
                lock.enter_context(writing(folder))
                part = _set_aside(path) if folder == path else folder
            yield part
        except KeyboardInterrupt:
            if part is None:
                raise
            raise keep(part, path) from None
        except BaseException as error:
            if part is None:
                raise
            kept = renamed(part, path) if folder == path else part
            if isinstance(error, RecordingError):
                raise RecordingError(str(error).replace(str(part), str(kept))) from error
            raise
    synced(part)
    put(part, target(path))


def _set_aside(path: Path) -> Path:
    place = target(path)
    return place.rename(beside(place))


def unfinished(path: Path) -> Path:
    """Where the interrupted recording of that name lies.

    Raises:
        RecordingError: there is none, or nothing in it to go on with.
    """
    try:
        parts = parts_of(target(path)) if is_recording(path) else []
    except OSError as error:
        raise RecordingError(f"{path}: cannot read: {error.strerror or error}") from error
    parts.sort(key=changed, reverse=True)
    for folder in (path, *parts):
        if "state" in attributes(folder):
            return folder
    known = attributes(path)
    if "vizopt" not in known:
        raise RecordingError(f"{path}: nothing to resume: record it without resume=True")
    if known.get("interrupted") is not None:
        raise RecordingError(f"{path}: has no state to go on from: record it again")
    raise RecordingError(f"{path}: is complete; nothing to resume")


def adopted(part: Path, path: Path, header: Header, constants: Mapping[str, Any]) -> bool:
    """Take over what a process has trained that was killed before it put it in path's place.

    Args:
        part: the folder of the recording to write; empty.
        path: where it will go.
        header, constants: of the recording that is wanted; another one is left alone.
    """
    for folder in parts_of(target(path)):
        with suppress(OSError, RecordingError):
            if not (is_left(folder.name) and is_whole(folder)):
                continue
            with writing(folder):
                run = Recording(folder, before_damage=True)
                _check_same(run, header, constants)
                if run.damage or run.header.name != header.name:
                    continue
                # What makes it a recording comes last.
                for file in sorted(folder.iterdir(), key=lambda file: file.name == "zarr.json"):
                    file.rename(part / file.name)
                folder.rmdir()
                return True
    return False


def scene_of(path: Path) -> str:
    """The TOML of an interrupted recording's scene."""
    return Recording(unfinished(path)).header.scene


def saved_in(path: Path, header: Header, constants: Mapping[str, NDArray[Any]]) -> Saved:
    """The state in a recording, held against what would be trained now.

    Raises:
        RecordingError: the scene, its data or the versions differ, or the state is damaged.
    """
    import zarr

    from vizopt.recording.whole import Whole

    run = Recording(path)
    _check_same(run, header, constants)
    try:
        stored = dict(attributes(path)["state"])
        data = zarr.open_group(Whole(path, read_only=True), mode="r")[f"state/{stored['slot']}"]
        left = np.asarray(data[...]).tobytes()  # type: ignore[index]
        found = []
        for kind, shape in stored["leaves"]:
            size = np.dtype(kind).itemsize * int(np.prod(shape))
            found.append(np.frombuffer(left[:size], kind).reshape(shape).copy())
            left = left[size:]
        if left or found[0].shape != (size_before(header.layout, header.whole),):
            raise ValueError("its size is wrong")
        rows: dict[Group, int] = dict(stored["rows"])
        epoch, kept = rows["history"] - 1, rows["snapshots"]
        if not (stored["epoch"] == epoch < run.epochs and 0 <= kept <= len(run)):
            raise ValueError("rows are missing")
        if not all(type(count) is int for count in (epoch, kept)) or epoch < 0:
            raise ValueError("no counts of rows")
        return Saved(rows, State(epoch, tuple(found)), stored)
    except (OSError, KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
        raise RecordingError(
            f"{path}: damaged state: cannot go on from it: record it again"
        ) from error


def _check_same(run: Recording, header: Header, constants: Mapping[str, NDArray[Any]]) -> None:
    differ = differing_versions(run.header, header)
    if differ:
        raise RecordingError(f"{run.path}: was recorded by {', '.join(differ)}: record it again")
    texts = run.header.scene, header.scene
    before, after = (dict(_flat(tomllib.loads(text))) for text in texts)
    keys = sorted(key for key in before | after if before.get(key) != after.get(key))
    if keys:
        raise RecordingError(
            f"{run.path}: the scene changed since: {', '.join(keys)}: go on as it was with: "
            f"vizopt record {run.path} --resume"
        )
    if not same_constants(run, constants):
        raise RecordingError(f"{run.path}: the data changed since: record it again")


def differing_versions(was: Header, now: Header) -> list[str]:
    """What a recording was made by that is another one here: `numpy 2.0.0, here is 2.4.6`."""
    return [
        f"{name} {was.versions.get(name)}, here is {version}"
        for name, version in now.versions.items()
        if was.versions.get(name) != version
    ]


def same_constants(run: Recording, constants: Mapping[str, NDArray[Any]]) -> bool:
    """Whether a recording has these data, to the last bit."""
    return all(
        np.array_equal(run[name], value, equal_nan=True) for name, value in constants.items()
    )


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys of a TOML table and their values."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
