"""Scalars: the numbers that were logged in a run, which of them belong together, and which tell
most."""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.recording.logged import is_logged
from vizopt.recording.quantities import HELD_OUTS, OTHER, QUANTITIES, known, quantity, split

if TYPE_CHECKING:
    from vizopt.recording.store import Recording

COUNTED = "step"  # the column of the steps that were logged
LONGEST_NAME = 100  # characters
TAKEN = {name for name, found in QUANTITIES.items() if found.shape != "scalar"}
PERCENT = 1.0  # an accuracy above is one of 100
MAIN = ("loss", "accuracy")  # whatever their values are, they come first


def logged_steps(run: "Recording") -> int:
    """How many steps somebody logged; all of a run that vizopt trained."""
    return int((run[COUNTED] >= 0).sum()) if COUNTED in run.columns else run.epochs


def scalars(run: "Recording") -> list[str]:
    """The columns with a number of every step, those that have one at all."""
    history = [name for name, array in run.columns.items() if array.path.startswith("history/")]
    return [name for name in history if name != COUNTED and np.isfinite(run[name]).any()]


def column_of(run: "Recording", what: str) -> str:
    """The column that is the loss, or whatever is asked for, of what was trained on; empty where
    there is none: `loss`, `train_loss`."""
    return called(run.columns, what)


def called(columns: Collection[str], what: str) -> str:
    """Which of these columns is the loss, or whatever is asked for; as `column_of`."""
    if what in columns:
        return what
    names = (name for name in sorted(columns) if split(name)[0] not in HELD_OUTS)
    return next((name for name in names if known(name) == what and "." not in name), "")


def series(run: "Recording", what: str) -> NDArray[np.float64]:
    """The loss, or whatever is asked for, of every step [E], an accuracy of 1; empty where there is
    none."""
    column = column_of(run, what)
    if not column:
        return np.empty(0)
    values = run[column]
    percent = what == "accuracy" and np.nanmax(values, initial=0.0) > PERCENT
    return np.where(is_logged(values), values / 100, values) if percent else values


def second(names: Collection[str], column: str) -> str:
    """The column of samples held out that shares a plot with another one; empty where there is
    none: `val_loss` of `loss`."""
    front, own = split(column)
    if front in HELD_OUTS:
        return ""
    same = [name for name in names if name != column and _is_same(split(name)[1], own)]
    fronts = {split(name)[0]: name for name in sorted(same)}
    return next((fronts[front] for front in HELD_OUTS if front in fronts), "")


def telling(run: "Recording") -> tuple[str, ...]:
    """Those that have a plot of their own, the most telling first: loss, accuracy and rate, what
    is known, what nobody knows; behind all what never changes."""
    names = scalars(run)
    shared = {second(names, name) for name in names}
    shared |= {name for name in names if "." in name and name.partition(".")[0] in names}
    order = [*MAIN, "lr", *QUANTITIES]

    def place(name: str) -> tuple[bool, bool, int, str]:
        values = run[name][np.isfinite(run[name])]
        still = np.ptp(values) == 0 and known(name) not in MAIN
        at = order.index(known(name)) if known(name) in order else len(order)
        return bool(still), split(name)[0] in HELD_OUTS, at + (quantity(name) is OTHER), name

    return tuple(sorted((name for name in names if name not in shared), key=place))


def _is_same(one: str, other: str) -> bool:
    """Whether two names are of the same quantity and layer."""
    mean = known(one), one.partition(".")[2]
    return one == other or (bool(mean[0]) and mean == (known(other), other.partition(".")[2]))


def column(name: str, known: Mapping[str, str | None]) -> str:
    """What a number is called in a recording: `train/loss` is `train_loss`.

    Args:
        known: columns of the names so far.

    Raises:
        RecordingError: a name that a recording has for something else, or that is none.
    """
    if name in ("epoch", "step"):
        raise RecordingError(f"{name}: give its number as step={name}")
    if name in TAKEN:
        raise RecordingError(f"{name}: is what a recording calls something else: rename it")
    found = re.sub(r"[^\w.+-]+", "_", name)
    if not found.strip("._") or len(found) > LONGEST_NAME or found.startswith((".", "__")):
        raise RecordingError(f"{name[:40]!r}: is no name of a curve")
    for other, taken in known.items():
        if taken == found:
            raise RecordingError(f"{name!r}: is the column {found}, as {other!r} is: rename one")
    return found
