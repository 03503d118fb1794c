"""Swap: a recording is written beside its place and put there when it is complete."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any

from vizopt.bounded import DOCUMENT, read_bytes
from vizopt.errors import Interrupted, RecordingError


def is_recording(file: Path) -> bool:
    """Whether a path names a recording to write."""
    return file.suffix.lower() == ".zarr"


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A folder to write to, put in path's place when complete and removed on an error.

    A recording that was interrupted and has rows is kept: in path's place where that is free, else
    as `NAME.interrupted.zarr`.

    A killed process leaves it beside path, as `NAME.zarr.….part`.
    """
    if not is_recording(path):
        raise RecordingError(f"{path}: a recording's name ends in .zarr: {path.name}.zarr")
    part = None
    try:
        check_free(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(".part", f"{path.name}.", path.parent))
        yield part
        _swap(part, path)
    except KeyboardInterrupt:
        epoch = _attributes(part).get("interrupted") if part else None
        if part is None or epoch is None:
            raise
        kept = _free(path)
        _swap(part, kept)
        raise Interrupted(
            f"interrupted at {_attributes(kept)['vizopt']['unit']} {epoch}: {kept} has what came "
            f"before: draw it with: vizopt render {kept} -o {kept.stem}.mp4"
        ) from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot write: {error.strerror or error}") from error
    except RecordingError as error:
        if part is None or str(part) not in str(error):
            raise
        raise RecordingError(str(error).replace(str(part), str(path))) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def check_free(path: Path) -> None:
    """Raises RecordingError where there is something else than a recording of ours."""
    if path.exists() and not _is_ours(path):
        raise RecordingError(f"{path}: exists and is no recording: choose another name")


def _is_ours(path: Path) -> bool:
    """Whether a folder is a recording of ours, complete or not."""
    return "vizopt" in _attributes(path)


def _attributes(path: Path) -> dict[str, Any]:
    """The attributes of a Zarr group; none of what is no group."""
    try:
        return dict(json.loads(read_bytes(path / "zarr.json", DOCUMENT))["attributes"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _free(path: Path) -> Path:
    """Path, or the first free name beside it: `run.interrupted.zarr`, `run.interrupted-2.zarr`."""
    names = chain(("",), (".interrupted",), (f".interrupted-{i}" for i in count(2)))
    beside = (path.with_name(f"{path.stem}{name}{path.suffix}") for name in names)
    return next(name for name in beside if not name.exists())


def _swap(part: Path, path: Path) -> None:
    """Put part in path's place; what was there goes only when that has worked."""
    part.chmod(0o777 & ~_umask())  # mkdtemp's folders are for their owner alone
    if not path.exists():
        part.rename(path)
        return
    aside = Path(tempfile.mkdtemp(".old", f"{path.name}.", path.parent))
    try:
        path.rename(aside / path.name)
        try:
            part.rename(path)
        except BaseException:
            (aside / path.name).rename(path)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
