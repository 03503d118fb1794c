"""Instants: when the epochs of a run are, told by its column of samples or of seconds."""

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.recording.logged import Floats, logged
from vizopt.recording.store import Recording


def instants(run: Recording, column: str) -> Floats:
    """Of each epoch [E]: between those that were logged in even steps, before the first and after
    the last one at the pace of the two that are nearest.

    Raises:
        RecordingError: what is logged are no times.
    """
    if wrong := fault(run, column):
        raise RecordingError(f"{run.path}: {column}: {wrong}: log those since the start")
    at, when = logged(run[column])
    if at[0] > 0:
        pace = _pace(at[:2], when[:2]) if len(at) > 1 else when[0] / at[0]
        # At the first step a run has seen nothing, or counts this step too.
        first = np.clip(when[0] - pace * at[0], 0, pace)
        at, when = np.insert(at, 0, 0), np.insert(when, 0, first)
    if (more := _last_step(run) - at[-1]) > 0:
        end = when[-1] + more * _pace(at[-2:], when[-2:])
        at, when = np.append(at, at[-1] + more), np.append(when, end)
    return np.interp(np.arange(run.epochs), at, when)


def fault(run: Recording, column: str) -> str:
    """Why what a column has are no times since the start; empty where they are."""
    at, when = logged(run[column])
    if not len(when):
        return "are none"
    finite = np.isfinite(when)
    falls = np.diff(when, prepend=0.0) < 0
    if not finite.all():
        k = np.argmin(finite)
        return f"{when[k]} at {run.header.unit} {at[k]} is no number"
    if when[0] < 0:
        return f"{when[0]:g} at {run.header.unit} {at[0]} is below 0"
    if falls.any():
        return f"fall at {run.header.unit} {at[np.argmax(falls)]}"
    least = 0.0 if len(when) == 1 and at[0] > 0 else when[0]
    return "do not grow" if when[-1] == least and _last_step(run) > 0 else ""


def _pace(at: NDArray[np.intp], when: Floats) -> float:
    """Of a step between two that were logged."""
    return float((when[1] - when[0]) / (at[1] - at[0]))


def _last_step(run: Recording) -> int:
    """The last epoch in which a step was done: none was in what `log_end` records."""
    done = np.flatnonzero(run["step"] >= 0) if "step" in run.columns else [run.epochs - 1]
    return int(done[-1]) if len(done) else 0
