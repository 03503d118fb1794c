"""Scalars: the numbers that were logged in a run, and the most telling of them."""

import numpy as np

from vizopt.recording.quantities import QUANTITIES, parts
from vizopt.recording.store import Recording

COUNTED = "step"  # the column of the steps that were logged
FIRST = ("loss", "accuracy", "lr")


def scalars(run: Recording) -> list[str]:
    """The columns with a number of every step, those that have one at all."""
    history = [name for name, array in run.columns.items() if array.path.startswith("history/")]
    return [name for name in history if name != COUNTED and np.isfinite(run[name]).any()]


def telling(run: Recording) -> tuple[str, ...]:
    """Those that have a plot of their own, the most telling first: loss, accuracy and rate, what
    is known, what nobody knows; behind all what never changes."""
    names = scalars(run)
    own = [name for name in names if not parts(name)[1] or parts(name)[0] not in names]

    def place(name: str) -> tuple[int, str]:
        known = [*FIRST, *QUANTITIES]
        at = known.index(name) if name in known else len(known)
        values = run[name][np.isfinite(run[name])]
        return at + len(known) * 2 * bool(np.ptp(values) == 0 and name not in FIRST), name

    return tuple(sorted(own, key=place))
