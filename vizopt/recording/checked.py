"""Checked: what a run is asked for, held against what a recording can have, before it begins."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import nan
from reprlib import repr as brief
from typing import Any, NamedTuple, get_args

from vizopt.core.conventions import Convention
from vizopt.core.errors import RecordingError
from vizopt.core.numbers import counted
from vizopt.core.wanted import wanted
from vizopt.recording import given
from vizopt.recording.budget import bytes_of
from vizopt.recording.header import External

MAX_INPUT_NUMBERS = 20e6  # numbers of X that a picture takes
KINDS: dict[str, tuple[Any, str]] = {  # of what names something, and an example of each
    "classes": (Iterable, '["cat", "dog"]'),
    "predict": (Callable, "model.predict"),
    "accuracy": (Callable, "lambda: accuracy"),
    "origin": (External, 'vizopt.External("JAX")'),
    "title": (str, '"A training"'),
    "target": (str, '"price"'),
    "features": (Iterable, '["length", "width"]'),
    "modules": (Mapping, '{"up": "ConvTranspose2d"}'),
    "versions": (Mapping, '{"torch": "2.5"}'),
}
LISTS = ("classes", "features")  # in order, and no single name
NO_LISTS = (str, bytes, set, frozenset)  # the keys of a mapping have an order


class Checked(NamedTuple):
    """Arguments of `vizopt.Run`, which tells them, as they are worked with.

    Args:
        most: bytes that the recording may take.
    """

    epochs: int | None
    samples: given.Samples | given.Numbers | None
    features: tuple[str, ...]
    threshold: float | None
    most: float


def checked(
    *,
    epochs: Any = None,
    unit: Any = "epoch",
    title: Any = "",
    data: Any = None,
    classes: Any = None,
    target: Any = "",
    features: Any = (),
    predict: Any = None,
    threshold: Any = None,
    size: Any = "200 MB",
    mode: Any = "new",
    convention: Any = None,
    **known: Any,
) -> Checked:
    """What they are.

    Args:
        known: origin, modules and versions, which an adapter knows.

    Raises:
        VizoptError: one of them is wrong.
    """
    _choice("unit", unit, "epoch", "step")
    _choice("mode", mode, "new", "resume")
    if convention is not None:
        _choice("convention", convention, *get_args(Convention))
    kinds(title=title, target=target, predict=predict, **known)
    classes, names = listed("classes", classes), tuple(map(str, listed("features", features) or ()))
    samples = given.samples(data, classes, target, MAX_INPUT_NUMBERS) if data is not None else None
    if samples and names and len(names) != samples.x.shape[1]:
        raise RecordingError(f"features: {counted(len(names), 'name')} for {samples.x.shape[1]}")
    return Checked(
        _planned(f"{unit}s", epochs),
        samples,
        names,
        None if threshold is None else given.finite("threshold", threshold),
        bytes_of(size),
    )


def kinds(**values: Any) -> None:
    """Raises VizoptError for one that is not of its kind in KINDS; None is left out."""
    for name, value in values.items():
        kind, example = KINDS[name]
        kind = type(None) if name in LISTS and isinstance(value, NO_LISTS) else kind
        if value is not None:
            wanted(f"Run: {name}", value, kind, example)
        if kind is Mapping:
            for key, text in (value or {}).items():
                wanted(f"Run: {name}[{key!r}]", text, str, '"text"')


def listed(name: str, value: Any) -> tuple[Any, ...] | None:
    """One of LISTS, of which an iterator is read only once; None is left out.

    Raises:
        VizoptError: it is no list, or has a name twice.
    """
    kinds(**{name: value})
    try:
        found = None if value is None else tuple(value)
    except TypeError as error:  # an array of no dimension is called iterable
        raise RecordingError(f"{name}: {brief(value)}: write it like {KINDS[name][1]}") from error
    twice = [own for own, times in Counter(map(str, found or ())).items() if times > 1]
    if twice:
        raise RecordingError(
            f"{name}: {brief(twice[0])} is there twice: give each a name of its own"
        )
    return found


def _choice(name: str, value: Any, *options: str) -> None:
    """Raises RecordingError where it is none of the options."""
    if not (isinstance(value, str) and value in options):
        known = " or ".join(f'"{option}"' for option in options)
        raise RecordingError(f"{name}: {brief(value)}: should be {known}")


def _planned(name: str, value: Any) -> int | None:
    """How many steps there will be, if that is known.

    Raises:
        RecordingError: no whole number, or one that a recording does not hold.
    """
    if value is None:
        return None
    try:
        found = nan if given.is_truth(value) else given.number(name, value)
    except RecordingError:
        found = nan
    if not (found == found // 1 and 0 <= found <= given.MOST_STEPS):
        what = f"a whole number up to {given.MOST_STEPS:,}, or None where nobody knows"
        raise RecordingError(f"{name}: {brief(value)}: should be {what}")
    return int(found)
