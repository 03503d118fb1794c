"""Arrays: NumPy's own files, as archives of several or of one alone."""

from collections.abc import Sequence
from contextlib import suppress
from errno import EFBIG
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from vizopt.core.errors import hint, is_shortage
from vizopt.train.problems.sources import MAX_TABLE_BYTES, found

NPY = b"\x93NUMPY"  # how an array alone begins


def arrays(path: str, **wanted: str) -> dict[str, NDArray[Any]]:
    """The arrays of an archive that are wanted, or all; objects are not loaded, for that runs code.

    Args:
        path: of the archive.
        wanted: key of a scene → name of the array.

    Raises:
        ValueError: no archive of numbers, or no such array.
    """
    names = [*wanted.values()]
    place = f'{path}: array "{names[0]}"' if names else path
    loaded: dict[str, NDArray[Any]] = {}
    if _is_alone(path):
        raise ValueError(f"{path}: is one array, no NPZ archive: np.savez saves two")
    try:
        _check_unpacked(path)
        with found(path).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            known = list(archive)
            for name in (name for name in names or known if name in known):
                place = f'{path}: array "{name}"'
                loaded[name] = np.asarray(archive[name])
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except Exception as error:  # whatever zipfile and NumPy raise of what is damaged
        raise _told(place, error, "NPZ archive") from error
    for key, name in wanted.items():
        if name not in loaded:
            raise ValueError(f'{path}: no array "{name}": {_named_otherwise(key, name, known)}')
    return loaded


def _named_otherwise(key: str, name: str, known: Sequence[str]) -> str:
    """The way out where an archive has an array by another name: X or x_train for x."""
    like = (other for other in known if other.lower().partition("_")[0] == name.lower())
    near = next(like, "")
    way = hint(name, known)
    return f'name it with {key} = "{near}"' if near else f'{way}: name it with {key} = "…"'


def lone_array(path: str) -> NDArray[Any]:
    """The array of a .npy, which is not read beyond the file's end whatever it claims.

    Raises:
        ValueError: no such file, or it holds something else.
    """
    try:
        return np.asarray(open_memmap(found(path), mode="r"))
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror or error}") from error
    except Exception as error:  # whatever NumPy raises of what is damaged
        raise _told(path, error, "NumPy array") from error


def _is_alone(path: str) -> bool:
    with suppress(OSError), found(path).open("rb") as file:
        return file.read(len(NPY)) == NPY
    return False


def _told(place: str, error: Exception, what: str) -> Exception:
    """What is said of a file that NumPy cannot read; too little memory is told as that."""
    if is_shortage(error):
        return error
    why = "holds objects instead of numbers" if "bject" in str(error) else f"is no {what}"
    return ValueError(f"{place}: {why}")


def is_one_hot(y: NDArray[Any]) -> bool:
    """Whether labels [N, classes] are one 1 beside zeros in each row."""
    if y.ndim != 2 or y.dtype.kind not in "biuf" or not y.size:
        return False
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())


def _check_unpacked(path: str) -> None:
    """An archive is unpacked into memory, and no further than it says."""
    if is_zipfile(found(path)):
        with ZipFile(found(path)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_TABLE_BYTES:
                raise OSError(EFBIG, f"unpacks to more than {MAX_TABLE_BYTES / 1e6:g} MB")
