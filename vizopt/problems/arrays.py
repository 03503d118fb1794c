"""Arrays: NumPy's own files, as archives of several or of one alone."""

from errno import EFBIG
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np
from numpy.typing import NDArray

from vizopt.errors import hint
from vizopt.problems.sources import LARGEST, found


def array_of(path: str, name: str) -> NDArray[Any]:
    """One array of an archive, or the one of a .npy where `name` is empty.

    Objects are not loaded, for loading them runs code.

    Raises:
        ValueError: no such file or array, or it holds something else.
    """
    place = f'array "{name}"' if name else "the array"
    try:
        if not name:
            return np.asarray(np.load(found(path), mmap_mode="r"))  # no longer than the file is
        _check_unpacked(path)
        with np.load(found(path), allow_pickle=False) as archive:
            if name in archive:
                return np.asarray(archive[name])
            known = list(archive)
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except TypeError as error:  # from `with`
        raise ValueError(f"{path}: is one array, no NPZ archive: np.savez saves two") from error
    except (ValueError, EOFError, BadZipFile) as error:
        what = "NPZ archive" if name else "NumPy array"
        reason = "holds objects instead of numbers" if "bject" in str(error) else f"is no {what}"
        raise ValueError(f"{path}: {place}: {reason}") from error
    raise ValueError(f"{path}: no {place}: {hint(name, known)}")


def is_one_hot(y: NDArray[Any]) -> bool:
    """Whether labels [N, classes] are one 1 beside zeros in each row."""
    if y.ndim != 2 or y.dtype.kind not in "biuf" or not y.size:
        return False
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())


def _check_unpacked(path: str) -> None:
    """An archive is unpacked into memory, and no further than it says."""
    if is_zipfile(found(path)):
        with ZipFile(found(path)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise OSError(EFBIG, f"unpacks to more than {LARGEST / 1e6:g} MB")
