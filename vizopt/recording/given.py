"""Given: what somebody's own training hands over, as plain arrays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from inspect import isroutine
from math import inf, isfinite, nan
from reprlib import repr as brief
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Labels
from vizopt.core.errors import RecordingError
from vizopt.core.numbers import counted
from vizopt.recording.labels import labelled, plain

MAX_CLASS_VALUES = 20  # different numbers with decimals that may be classes
MIN_SAMPLES = 50  # samples of wide data that are taken in any case
PLAIN = "biufcUSmM"  # kinds of arrays that NumPy knows itself
MOST_STEPS = 20_000_000  # that a history holds


class Samples(NamedTuple):
    """Data with a class each.

    Args:
        x: features, as they were given, laid flat [N, D].
        shape: of a sample as it was given: (D,), or (8, 8) of an image.
        y: class of each [N].
        classes: their names [C].
        codes: what the classes are in the data [C].
        every: how many there are of which these are some, if they are not all.
    """

    x: NDArray[np.float64]
    shape: tuple[int, ...]
    y: Labels
    classes: tuple[str, ...]
    codes: NDArray[Any]
    every: int = 0


class Numbers(NamedTuple):
    """Data with a number each, which a regression predicts.

    Args:
        x, shape, every: as of `Samples`.
        y: number of each [N].
        target: what is predicted.
    """

    x: NDArray[np.float64]
    shape: tuple[int, ...]
    y: NDArray[np.float64]
    target: str
    every: int = 0


def array(value: Any) -> NDArray[Any]:
    """A NumPy array of any framework's: of PyTorch, JAX, TensorFlow, CuPy, a list, a number.

    Raises:
        RecordingError: it is none of numbers.
    """
    if type(value) is np.ndarray and value.dtype.kind in PLAIN:
        return value
    try:
        if value is None:
            raise TypeError
        if hasattr(value, "detach"):  # PyTorch, whose gradients NumPy does not take
            value = value.detach()
            if str(value.dtype) == "torch.bfloat16":  # NumPy has none
                value = value.float()
            value = value.cpu().numpy()
        elif hasattr(value, "get") and hasattr(value, "__cuda_array_interface__"):  # CuPy
            value = value.get()
        elif hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
            value = np.from_dlpack(value)
        found = np.asarray(value)
        if found.dtype.kind not in PLAIN:  # JAX's bfloat16 among them
            found = found.astype(np.float32 if found.dtype.itemsize <= 4 else np.float64)
    except (TypeError, ValueError, OverflowError, RuntimeError, BufferError) as error:
        raise RecordingError(f"{type(value).__name__}: {_why_none(value)}") from error
    return found


def is_function(params: Any) -> bool:
    """Whether it returns the parameters: a function, a method, one that jit or a partial wraps; a
    model that can be called is none."""
    return isroutine(params) or isinstance(params, partial)


def _why_none(value: Any) -> str:
    """What it is instead of an array of numbers."""
    if callable(value):
        return "is no array: give the arrays by name, or a function that returns them"
    if "Tracer" in type(value).__name__:
        return "is inside jit: log it outside"
    if "sparse" in str(getattr(value, "layout", "")) or hasattr(value, "todense"):
        return "is sparse: log it as a dense one"
    if getattr(value, "is_meta", False):
        return 'is on "meta", without numbers: move the model'
    if str(getattr(value, "dtype", "")).startswith("key<"):
        return "is a random key"
    return "is no array of numbers"


def real(name: str, value: Any) -> NDArray[Any]:
    """An array of real numbers.

    Raises:
        RecordingError: it is none.
    """
    try:
        found = array(value)
    except RecordingError as error:
        raise RecordingError(f"{name}: {error}") from error
    if found.dtype.kind not in "biuf":
        raise RecordingError(f"{name}: {found.dtype}: needs real numbers")
    return found


def finite(name: str, value: Any) -> float:
    """One number that can be reckoned with.

    Raises:
        RecordingError: it is none.
    """
    try:
        found = nan if is_truth(value) else number(name, value)
    except RecordingError:
        found = nan
    if not isfinite(found):
        raise RecordingError(f"{name}: {brief(value)} is no number: give one like 0.5")
    return found


def is_truth(value: Any) -> bool:
    """Whether it is True or False, which are numbers to Python: as a setting they are a mistake."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")


def number(name: str, value: Any) -> float:
    """One number, whatever holds it.

    Raises:
        RecordingError: it is several, or none.
    """
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError as error:
            raise RecordingError(f"{name}: a whole number over 1e308: no float holds it") from error
    try:
        found = array(value)
    except RecordingError as error:
        raise RecordingError(f"{name}: {error}") from error
    if found.dtype.kind not in "biuf":
        raise RecordingError(f"{name}: {str(value)[:40]!r} is no real number")
    if found.size != 1:
        raise RecordingError(f"{name}: {list(found.shape)} is not one number: log its mean")
    return float(found.reshape(()))


def step(value: Any) -> int:
    """A step's number.

    Raises:
        RecordingError: no whole number.
    """
    if is_truth(value):
        raise RecordingError(f"step: {brief(value)}: should be a whole number")
    found = number("step", value)
    if found != found // 1:
        raise RecordingError(f"step: {found:g}: should be a whole number")
    return int(found)


def named(params: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """The arrays of a tree of mappings, sequences, dataclasses and modules of PyTorch, each with
    its path: `layers.0.kernel`. None is no array, as in JAX."""
    if params is None:
        return
    if isinstance(params, Mapping):
        items: Any = params.items()
    elif isinstance(params, tuple) and hasattr(params, "_fields"):
        items = zip(params._fields, params, strict=True)
    elif isinstance(params, list | tuple):
        items = enumerate(params)
    elif is_dataclass(params):
        own = [each.name for each in fields(params) if not each.metadata.get("static")]
        items = ((name, getattr(params, name)) for name in own)
    elif callable(getattr(params, "named_parameters", None)):
        items = params.named_parameters()
    else:
        yield above, params
        return
    for key, value in items:
        name = f"{above}.{key}" if above else str(key)
        if type(value) is np.ndarray:  # of a small network each call counts
            yield name, value
        else:
            yield from named(value, name)


def samples(
    data: Any, classes: Sequence[Any] | None, target: str = "", most: float = inf
) -> Samples | Numbers:
    """Features, and classes or numbers, from X and y in any of the usual forms.

    Args:
        data: X [N, D] or [N], more dimensions are laid flat; and y: class numbers, names, −1 and 1,
            or a column a class, of 0 and 1 or of probabilities; or numbers to be predicted.
        classes: names, in the order of the sorted labels or of the columns.
        target: what y is called where it is to be predicted, as many decimal numbers always are.
        most: numbers of X that are taken; of wider data so many samples, drawn at random.

    Raises:
        RecordingError: they do not fit each other.
    """
    given, labels = pair(data)
    for name, part in (("X", given), ("y", labels)):
        if part is None:
            raise RecordingError(f"data: {name} is missing: data=(X, y)")
    x = _inputs(given)
    y = plain(array(labels) if hasattr(labels, "detach") else labels)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim not in (1, 2) or len(y) != len(x):
        raise RecordingError(f"data: {counted(len(x), 'sample')} and labels {list(y.shape)}")
    some = _some(len(x), max(int(np.prod(x.shape[1:])), 1), most)
    every = len(x) * (len(some) < len(x))
    shape, values = x.shape[1:], _features(x[some])
    if target or (classes is None and _is_measured(y)):
        return Numbers(values, shape, _numbers(y)[some], target or "y", every)
    found = labelled(y, classes)
    return Samples(values, shape, found.codes[some], found.names, found.values, every)


def pair(data: Any) -> tuple[Any, Any]:
    """X and y.

    Raises:
        RecordingError: it is no two things.
    """
    both: Any = data if not isinstance(data, str | Mapping) else ()
    try:
        given, labels = both
    except (TypeError, ValueError) as error:
        raise RecordingError("data: needs X and y: data=(X, y)") from error
    return given, labels


def _inputs(given: Any) -> NDArray[Any]:
    """X [N, D, …]."""
    x = real("data: X", given)
    if not x.size:
        raise RecordingError(f"data: X: {list(x.shape)}: has no samples, or no features")
    return x.reshape(-1, 1) if x.ndim < 2 else x


def _some(samples: int, width: int, most: float) -> NDArray[np.intp]:
    """Places of the samples that are taken, rising: all, or as many as are not too much."""
    few = max(int(most // width), MIN_SAMPLES) if samples * width > most else samples
    if few >= samples:
        return np.arange(samples)
    return np.sort(np.random.RandomState(0).permutation(samples)[:few])


def _features(x: NDArray[Any]) -> NDArray[np.float64]:
    """Samples laid flat [N, D]."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    if not flat.size or not np.isfinite(flat).all():
        raise RecordingError("data: X: holds no numbers, or some that are not finite")
    return flat


def _is_measured(y: NDArray[Any]) -> bool:
    """Whether labels are many different numbers with decimals."""
    if y.ndim != 1 or y.dtype.kind != "f" or not np.isfinite(y).all():
        return False
    return len(np.unique(y)) > MAX_CLASS_VALUES and bool((y % 1).any())


def _numbers(y: NDArray[Any]) -> NDArray[np.float64]:
    if y.ndim != 1 or y.dtype.kind not in "biuf":
        raise RecordingError(f"data: y {list(y.shape)} {y.dtype}: needs one number for each sample")
    if not np.isfinite(y).all():
        raise RecordingError("data: y: holds numbers that are not finite")
    return y.astype(np.float64)
