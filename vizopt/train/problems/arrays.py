"""Arrays: NumPy's own files, as archives of several or of one alone."""

from errno import EFBIG
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import hint
from vizopt.train.problems.sources import LARGEST, found


def arrays(path: str, *wanted: str) -> dict[str, NDArray[Any]]:
    """The arrays of an archive that are wanted, or all; objects are not loaded, for that runs code.

    Raises:
        ValueError: no archive of numbers, or no such array.
    """
    place = f'{path}: array "{wanted[0]}"' if wanted else path
    loaded: dict[str, NDArray[Any]] = {}
    try:
        _check_unpacked(path)
        with np.load(found(path), allow_pickle=False) as archive:
            known = list(archive)
            for name in (name for name in wanted or known if name in known):
                place = f'{path}: array "{name}"'
                loaded[name] = np.asarray(archive[name])
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except TypeError as error:  # from `with`
        raise ValueError(f"{path}: is one array, no NPZ archive: np.savez saves two") from error
    except (ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"{place}: {_reason(error, 'NPZ archive')}") from error
    for name in wanted:
        if name not in loaded:
            raise ValueError(f'{path}: no array "{name}": {hint(name, known)}')
    return loaded


def lone_array(path: str) -> NDArray[Any]:
    """The array of a .npy, which is not read beyond the file's end whatever it claims.

    Raises:
        ValueError: no such file, or it holds something else.
    """
    try:
        return np.asarray(np.load(found(path), mmap_mode="r"))
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: {_reason(error, 'NumPy array')}") from error


def _reason(error: Exception, what: str) -> str:
    return "holds objects instead of numbers" if "bject" in str(error) else f"is no {what}"


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
