"""Standing: who is how far in each frame of a picture of several runs, by what they have so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.words import phrase
from vizopt.draw.playback import Playback
from vizopt.draw.views import View, Views, clock_of
from vizopt.recording.clock import instant_of, times
from vizopt.recording.events import MARKS, broken_off
from vizopt.recording.standings import diverged_at, every_sofar, sofar

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Times = NDArray[np.integer | np.floating]
PASSED = 0.2  # places, from where on one is past another: two that lead by turns stay as they are


@dataclass(frozen=True)
class Standing:
    """Of one run in each frame.

    Args:
        best: the best value so far [F]; without a number, as bad as can be.
        best_at: when it was, on the clock [F].
        place: among the others, from 0 [F].
        leads: whether it is the first and no other is its equal [F].
        reached: by accuracy, when it first had that or more; none where it never has.
        ends: the lowest and the highest best value so far of its seeds [2, F]; None of one seed.
    """

    best: Floats
    best_at: Times
    place: Places
    leads: NDArray[np.bool_]
    reached: Mapping[float, float]
    ends: Floats | None = None


def standing(views: Views, column: str) -> dict[str, Standing]:
    """How all runs stand in each frame, by their names.

    The best value of the column so far decides, of equal ones who had it first, then the number of
    the run.
    """
    sign = -1.0 if column == "accuracy" else 1.0
    sofar = [_so_far(view, column) for view in views.values()]
    best, at = (np.array([each[i] for each in sofar]) for i in (0, 1))
    order = np.lexsort((at, sign * best), axis=0)
    places = np.argsort(order, axis=0)
    equal = [((best == best[i]) & (at == at[i])).sum(axis=0) for i in range(len(best))]
    return {
        view.name: Standing(
            best[i],
            at[i],
            places[i],
            (places[i] == 0) & (equal[i] == 1),
            _reached(view, column),
            _ends(view, column),
        )
        for i, view in enumerate(views.values())
    }


class Ending(NamedTuple):
    """What is said of a run that stands.

    Args:
        words: `diverged at epoch 137`, `finished`; empty where it goes on to the end.
        shown: whether each frame says so [F].
        warns: whether it diverged, or has no further numbers.
    """

    words: str
    shown: NDArray[np.bool_]
    warns: bool


def ending(view: View, views: Views) -> Ending:
    """Of a run that diverged, or that broke off, or is finished where another one goes on."""
    run, rows = view.run, view.rows
    last = max(other.times[-1] for other in views.values())
    over, at = rows == len(run) - 1, diverged_at(run)
    if broken := broken_off(run):
        return Ending(broken, over, True)
    if at is not None:
        when = clock_of(views).told(instant_of(run, at, view.clock))
        words = phrase("diverged_when", at=when)
        return Ending(words, run["epoch"][rows] >= at, True)
    finished = phrase("finished") if view.times[-1] < last else ""
    return Ending(finished, over & bool(finished), False)


def gliding(place: Places, playback: Playback) -> Floats:
    """The place [F] as it is drawn: where it changes it glides for half a second."""
    if playback.mode == "still":
        return place.astype(float)
    wide = playback.window
    padded = np.concatenate([np.full(wide - 1, place[0]), place])
    return np.convolve(padded, np.ones(wide), "valid") / wide


def apart(gliding: Floats, step: float) -> Floats:
    """Places [n, F] that lie at least a step apart: two that pass each other come near, then change
    sides in one frame, in which none of them passes a third one.

    Args:
        gliding: of each run in each frame [n, F].
        step: at most 1.
    """
    every = np.arange(len(gliding))[:, None]
    if (np.sort(gliding, axis=0) == every).all():
        return gliding  # none glides
    order, room = _in_turn(gliding), every * step
    free = np.take_along_axis(gliding, order, 0) - room
    down = np.maximum.accumulate(free, axis=0)
    up = np.minimum.accumulate(free[::-1], axis=0)[::-1]
    found = np.empty_like(gliding)
    free = np.clip((down + up) / 2, 0, len(gliding) - 1 - room[-1])
    np.put_along_axis(found, order, free + room, 0)
    return found


def _in_turn(gliding: Floats) -> Places:
    """Who is where from the top [n, F]: in a frame each changes sides with one other at most."""
    order = np.empty(gliding.shape, np.intp)
    now = np.argsort(gliding[:, 0], kind="stable")
    for k, places in enumerate(gliding.T):
        passed = np.diff(places[now]) < -PASSED
        for i in np.flatnonzero(passed):
            if passed[i]:
                now[i : i + 2] = now[i : i + 2][::-1]
                passed[i : i + 2] = False
        order[:, k] = now
    return order


def _so_far(view: View, column: str) -> tuple[Floats, Times]:
    """The best value up to the epoch of each frame [F], and when it was."""
    best = sofar(view.run, column)
    changes = np.append(True, best[1:] != best[:-1])
    first = np.maximum.accumulate(np.where(changes, np.arange(len(best)), 0))
    shown = view.run["epoch"][view.rows]
    return best[shown], times(view.run, view.clock)[first[shown]]


def _ends(view: View, column: str) -> Floats | None:
    """Between what the best values of all seeds so far lie [2, F]."""
    every = every_sofar(view.run, column)
    shown = view.run["epoch"][view.rows]
    return every[[0, -1]][:, shown] if len(every) > 1 else None


def _reached(view: View, column: str) -> dict[float, float]:
    if column != "accuracy":
        return {}
    every, when = every_sofar(view.run, column), times(view.run, view.clock)
    values = every[(len(every) - 1) // 2]  # what more than half of the seeds have
    return {mark: when[np.argmax(values >= mark)] for mark in MARKS if (values >= mark).any()}
