"""Swap: a recording is written beside its place and put there when it is complete."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizopt.errors import RecordingError


def is_recording(file: Path) -> bool:
    """Whether a path names a recording to write."""
    return file.suffix.lower() == ".zarr"


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A folder to write to, put in path's place when complete and removed on an error.

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
    try:
        return "vizopt" in json.loads((path / "zarr.json").read_text())["attributes"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
