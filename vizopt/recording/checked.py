"""Checked: what a run is asked for, held against what a recording can have, before it begins."""

from typing import Any, NamedTuple

from vizopt.recording import given
from vizopt.recording.budget import bytes_of

MAX_INPUT_NUMBERS = 20e6  # numbers of X that a picture takes


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
    threshold: Any = None,
    size: Any = "200 MB",
    mode: Any = "new",
) -> Checked:
    """What they are.

    Raises:
        VizoptError: one of them is wrong.
    """
    given.choice("unit", unit, "epoch", "step")
    given.choice("mode", mode, "new", "resume")
    given.kinds(title=title, classes=classes, target=target, features=features)
    return Checked(
        given.planned(f"{unit}s", epochs),
        given.samples(data, classes, target, MAX_INPUT_NUMBERS) if data is not None else None,
        tuple(map(str, features)),
        None if threshold is None else given.finite("threshold", threshold),
        bytes_of(size),
    )
