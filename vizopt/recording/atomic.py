"""Swap: a recording is written beside its place and put there when it is complete."""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from stat import S_IWUSR
from typing import Any

from vizopt.core.bounded import DOCUMENT, read_bytes
from vizopt.core.errors import Interrupted, RecordingError, tells_nothing
from vizopt.core.interrupts import uninterrupted
from vizopt.core.locks import alone
from vizopt.core.places import beside, made, remove, sweep, synced, target, wrong_name

# Files of a recording, also one that Zarr has not finished; and those that systems put anywhere.
OWN = re.compile(r"(.+/)?(zarr\.json|c([./]\d+)*)(\.[0-9a-f]+\.partial)?", re.DOTALL)
SYSTEM = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|\.nfs.*", re.DOTALL)

_WRITTEN: set[str] = set()  # folders that this process writes


def is_recording(file: Path) -> bool:
    """Whether a path names a recording to write."""
    return file.suffix.lower() == ".zarr"


def put(part: Path, path: Path) -> None:
    """Put part in path's place.

    Of two processes that have finished the same recording, one does so after the other.
    """
    with alone(path.parent), uninterrupted(), exchanged(part, path):
        pass


@contextmanager
def exchanged(part: Path, path: Path) -> Iterator[None]:
    """Part in path's place; what was there goes only when that has worked, after the block.

    To be done `uninterrupted`: between the two renames the old one is in neither place.
    """
    if not path.exists():
        part.rename(path)
        yield
        return
    _check_own(path)  # also what has come since
    aside = beside(path, "old")
    aside.mkdir()
    try:
        path.rename(aside / path.name)
        try:
            part.rename(path)
        except BaseException:
            (aside / path.name).rename(path)
            raise
        yield
    finally:
        remove(aside)


@contextmanager
def replaced(path: Path, put: Callable[[Path, Path], object] = put) -> Iterator[Path]:
    """A folder to write to, put in path's place when complete and removed on an error.

    A recording that was interrupted and has rows is kept: in path's place where that is free, else
    as `NAME.interrupted.zarr`; so is a whole one whose clips were not drawn to their end.

    A killed process leaves it beside path, as `NAME.zarr.….part`.

    Args:
        path: of the recording.
        put: how it is put in place, alone or with its clips.
    """
    if not is_recording(path):
        raise RecordingError(f"{path}: a recording's name ends in .zarr: {path.name}.zarr")
    part = None
    lock, folders = ExitStack(), ExitStack()
    try:
        check_free(path)
        place = target(path)
        _check_unwritten(place)
        folders.enter_context(made(place.parent))
        sweep(place.parent)
        part = beside(place)
        part.mkdir()
        lock.enter_context(writing(part))
        yield part
        synced(part)
        lock.close()  # it is written
        _check_unwritten(place)  # it may be since it was looked at
        put(part, place)
    except KeyboardInterrupt:
        with uninterrupted():
            if part is None or not (is_whole(part) or "interrupted" in attributes(part)):
                raise
            raise keep(part, path) from None
    except (OSError, RecordingError) as error:
        raise RecordingError(_told(error, part, path)) from error
    finally:
        with uninterrupted():
            lock.close()
            if part is not None:
                if is_whole(part):
                    keep(part, path)
                remove(part)
            folders.close()


def _told(error: OSError | RecordingError, part: Path | None, path: Path) -> str:
    """What went wrong, and where what is worth keeping is kept, as on a full disk."""
    said = str(error)
    if isinstance(error, OSError):
        said = f"{path}: cannot write: {error.strerror or error}"
    if part is None:
        return said
    said = said.replace(str(part), str(path))
    if is_whole(part) or "state" in attributes(part):
        said += f": {keep(part, path)}"
    return said


def renamed(folder: Path, path: Path) -> Path:
    """A folder under path's name, or the first free one beside it."""
    if folder == path:
        return path
    place = target(path) if path.is_symlink() else path  # where the folder is, be it another disk
    with alone(folder.parent):
        kept = _free(place)
        folder.rename(kept)
    return path if kept == place else kept


def keep(folder: Path, path: Path) -> Interrupted:
    """Keep an interrupted recording under path's name, or beside what is there; and say so."""
    kept = renamed(folder, path)
    known = attributes(kept)
    drawn = f"draw it with: vizopt render {quoted(kept)} -o {quoted(kept.with_suffix('.mp4').name)}"
    if is_whole(kept):
        return Interrupted(f"interrupted while drawing: {kept} has the whole training: {drawn}")
    epoch = known["committed"]["history"]
    return Interrupted(
        f"interrupted at {known['vizopt']['unit']} {epoch}: {kept} has what came before: "
        f"go on with: vizopt record {quoted(kept)} --resume, or {drawn}"
    )


def quoted(path: Path | str) -> str:
    """A path as a command line takes it."""
    return shlex.quote(str(path))


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Nobody else writes this recording meanwhile; the lock ends with the process.

    Raises:
        RecordingError: someone is writing it. Windows, which locks no folders, does not notice.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    place, owner = os.open(folder, os.O_RDONLY), os.getpid()
    own = os.path.realpath(folder)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        way = "close() the run that this process writes there" if own in _WRITTEN else "let it end"
        raise RecordingError(f"{folder}: is being written at this moment: {way}") from None
    except OSError:  # some network folders cannot
        pass
    _WRITTEN.add(own)
    try:
        yield
    finally:
        _WRITTEN.discard(own)
        if os.getpid() == owner:  # forked ones have the lock too, and may live longer
            with suppress(OSError):
                fcntl.flock(place, fcntl.LOCK_UN)
        os.close(place)


def is_written(folder: Path) -> bool:
    """Whether somebody is writing a recording at this moment."""
    try:
        with writing(folder):
            return False
    except (RecordingError, OSError):
        return True


def check_free(path: Path) -> None:
    """Raises RecordingError where there is something else than a recording of ours, or no name."""
    wrong = wrong_name(path)
    if wrong:
        raise RecordingError(f"{path}: {wrong}")
    try:
        target(path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
    if path.exists() and not _is_ours(path):
        raise RecordingError(f"{path}: exists and is no recording: choose another name")
    _check_own(path)
    check_outside(path)
    if path.exists() and not path.stat().st_mode & S_IWUSR:
        raise RecordingError(f"{path}: is read-only: choose another name, or allow writing to it")


def check_outside(path: Path) -> None:
    """Raises RecordingError for a file in a recording's folder, which goes with the recording."""
    place = Path(os.path.realpath(path))
    folder = next(filter(_is_ours, place.parents), None)
    if folder:
        raise RecordingError(f"{path}: is inside the recording {folder.name}: write it elsewhere")


def _check_own(path: Path) -> None:
    """Raises RecordingError where a recording's folder holds what is no part of it."""
    folder = Path(os.path.realpath(path))
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*files, *links):
            inside = Path(place, name).relative_to(folder)
            if not (OWN.fullmatch(inside.as_posix()) or SYSTEM.fullmatch(name)):
                raise RecordingError(
                    f"{path}: holds {inside}, which is no part of a recording and would be lost: "
                    "move it elsewhere, or choose another name"
                )


def _check_unwritten(place: Path) -> None:
    """Raises RecordingError where a run is being written: it would go on in what is put there."""
    if place.exists():
        with alone(place.parent), suppress(FileNotFoundError), writing(place):
            pass


def _is_ours(path: Path) -> bool:
    """Whether a folder is a recording of ours, complete or not."""
    return "vizopt" in attributes(path)


def is_whole(folder: Path) -> bool:
    """Whether a recording's training came to its end: its last epoch, or where it diverged."""
    known = attributes(folder)
    try:
        ends = known["vizopt"]["epochs"], known.get("diverged")
        return (
            not {"state", "interrupted", "open"} & known.keys()
            and known["committed"]["history"] in ends
        )
    except (KeyError, TypeError):
        return False


def attributes(path: Path) -> dict[str, Any]:
    """The attributes of a Zarr group; none of what is no group.

    Raises:
        OSError: it cannot be known whether it is one.
    """
    try:
        return dict(json.loads(read_bytes(path / "zarr.json", DOCUMENT))["attributes"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        if tells_nothing(error):
            raise
        return {}


def kept_beside(path: Path) -> list[Path]:
    """The interrupted recordings that `renamed` has put beside path, by their names."""
    place = target(path) if path.is_symlink() else path
    name = re.compile(rf"{re.escape(place.stem)}\.interrupted(-\d+)?{re.escape(place.suffix)}")
    return [file for file in sorted(place.parent.glob("*")) if name.fullmatch(file.name)]


def _free(path: Path) -> Path:
    """Path, or the first free name beside it: `run.interrupted.zarr`, `run.interrupted-2.zarr`."""
    names = chain(("",), (".interrupted",), (f".interrupted-{i}" for i in count(2)))
    beside = (path.with_name(f"{path.stem}{name}{path.suffix}") for name in names)
    return next(name for name in beside if not name.exists())
