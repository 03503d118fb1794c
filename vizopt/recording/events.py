"""Events: what happened in a run, and when, as plain data.

Everything is read from the recorded history, which holds every epoch; no snapshot is opened. The
rules compare losses with each other only, so a loss in other units has the same events.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vizopt.core.numbers import count, number
from vizopt.core.words import phrase
from vizopt.recording.descent import BROKEN, Outcome, outcome
from vizopt.recording.logged import logged
from vizopt.recording.nearness import from_then_on
from vizopt.recording.scalars import series
from vizopt.recording.store import Recording

Values: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal[
    "accuracy", "plateau", "spike", "divergence", "rise", "best", "descent", "lead"
]  # fmt: skip

MARKS = (0.5, 0.75, 0.9, 0.95)  # accuracies whose first time is told
BEFORE = 51  # epochs whose median is the usual loss
SPIKE_RATIO = 2.0  # times the usual loss: a spike is at least this high
OFTEN = 46  # place among those in order: nine in ten lie below
RARE = 1.5  # times that loss: a spike is at least this unusual too
VISIBLE = 0.02  # of the first loss: a smaller rise is not to be seen on the curve
BACK = 1.25  # times the usual loss: a spike ends where the loss is down to this
BLOCKS = 100  # medians that a plateau is looked for in
PLATEAU_SHARE = 0.1  # of the run: a plateau lasts this long at least
FLAT = 0.02  # of the run's whole fall: on a plateau the loss falls by less
AGAIN = 0.1  # of the run's whole fall: after a plateau the loss falls by this at least
MOVES = 0.01  # of the first median: a run whose loss falls by less has no shape to speak of
EXPLODED = 5.0  # times the first loss
STAYS = 0.05  # of the run: such a loss stays at least this long, to its end
GROWS = 2.0  # times higher at the end of that stay than at its start: it diverges


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an epoch, or at a step of a descent.

    Args:
        epoch: when, exactly; a plateau's start is exact to a hundredth of the run.
        kind: what.
        words: the same for people: `accuracy reaches 90 %`.
        value: the accuracy that was reached, the loss of a spike, a plateau or the best epoch.
        until: last epoch, of a plateau and of a spike.
        times: how many there were, of spikes; the event is the highest of them.
        at: when, on the clock of a race of equal samples or seconds; the epoch is then that of the
            run which is meant.
    """

    epoch: int
    kind: Kind
    words: str
    value: float | None = None
    until: int | None = None
    times: int = 1
    at: float | None = None

    @property
    def instant(self) -> float:
        """When, on the clock of the clip."""
        return self.epoch if self.at is None else self.at


def events(run: Recording) -> tuple[Event, ...]:
    """Every event of a recording, in the order of their epochs."""
    if run.header.kind == "function":
        return _descent(outcome(run))
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging loss nears what a float holds
        return _training(run)


def _training(run: Recording) -> tuple[Event, ...]:
    """Events of a run with a loss and an accuracy of every epoch, or one of them, or neither."""
    at, loss = logged(series(run, "loss"))
    there, accuracy = logged(series(run, "accuracy"))
    lowest = best_epoch(loss)
    found = [
        *_at_steps(first_times(accuracy), there),
        *_at_steps([*plateaus(loss), *highest_spike(loss)], at),
        *divergence_of(run),
    ]
    if lowest is not None:
        value = float(loss[lowest])
        words = phrase("lowest_loss", value=number(value))
        found.append(Event(int(at[lowest]), "best", words, value))
    return tuple(sorted(found, key=lambda event: event.epoch))


def divergence_of(run: Recording) -> list[Event]:
    """The epoch at which a run diverges, by the losses that were logged."""
    at, loss = logged(series(run, "loss"))
    found = divergence(loss, run.diverged)
    return _at_steps(found, at) if run.diverged is None else found


def _at_steps(found: list[Event], at: NDArray[np.intp]) -> list[Event]:
    """Events whose epochs count the values that were logged, at the steps [n] of these."""
    return [
        replace(
            event,
            epoch=int(at[event.epoch]),
            until=None if event.until is None else int(at[event.until]),
        )
        for event in found
    ]


def best_epoch(loss: Values) -> int | None:
    """First epoch of the lowest loss [E], None where no loss is a number."""
    finite = np.isfinite(loss)
    return int(np.where(finite, loss, np.inf).argmin()) if finite.any() else None


def first_times(accuracy: Values) -> list[Event]:
    """First epochs at which the accuracy [E] is 50, 75, 90, 95 % or more.

    What it has at epoch 0 already is no event: two classes are half right by chance.
    """
    found = []
    for mark in MARKS:
        there = np.nonzero(accuracy >= mark)[0]
        if len(there) and there[0] > 0:
            words = phrase("accuracy_reaches", share=percent(mark))
            found.append(Event(int(there[0]), "accuracy", words, mark))
    return found


def plateaus(loss: Values) -> list[Event]:
    """Stretches of a tenth of the run or more on which the loss [E] makes no progress.

    The run is cut into a hundred blocks and each has the median of its losses, so that noise and
    spikes do not count; progress is the lowest median so far. On a plateau it falls by less than
    2 % of the whole run's fall, and afterwards by 10 % at least: the flat end of a run is none.
    Stretches that overlap or follow each other are one plateau.
    """
    epochs = np.nonzero(np.isfinite(loss))[0]
    if len(epochs) < 2 / PLATEAU_SHARE:
        return []
    blocks = np.array_split(epochs, min(BLOCKS, len(epochs)))
    low = np.minimum.accumulate([np.median(loss[block]) for block in blocks])
    fall = low[0] - low[-1]
    if not fall > MOVES * abs(low[0]):
        return []
    flat = np.zeros(len(blocks), np.bool_)
    for start in range(len(blocks)):
        stop = int(np.nonzero(low[start] - low < FLAT * fall)[0][-1])
        if stop - start >= PLATEAU_SHARE * len(blocks) and low[stop] - low[-1] >= AGAIN * fall:
            flat[start : stop + 1] = True
    ends = np.nonzero(np.diff(flat, prepend=False, append=False))[0].reshape(-1, 2)
    return [_plateau(blocks, low, int(start), int(stop) - 1) for start, stop in ends]


def _plateau(blocks: list[NDArray[np.intp]], low: Values, start: int, stop: int) -> Event:
    level = float(np.median(low[start : stop + 1]))
    words = phrase("plateau", value=number(level))
    return Event(int(blocks[start][0]), "plateau", words, level, until=int(blocks[stop][-1]))


def highest_spike(loss: Values) -> list[Event]:
    """The highest spike, with the number of all; nothing where there is none."""
    found = spikes(loss)
    if not found:
        return []
    start, stop = max(found, key=lambda spike: float(np.nanmax(loss[slice(*spike)])))
    peak = start + int(np.nanargmax(loss[start:stop]))
    value = float(loss[peak])
    words = phrase("loss_jumps", value=number(value))
    return [Event(peak, "spike", words, value, until=stop - 1, times=len(found))]


def spikes(loss: Values) -> list[tuple[int, int]]:
    """First and next-after-last epoch of each spike of the loss [E].

    A spike starts where the loss is more than twice its usual value, the median of the 51 epochs
    before, and more than 1.5 times what nine in ten of those epochs lie below, so that a noisy
    or swinging loss is not full of spikes; and above by 2 % of the first loss, to be seen. It ends
    where the loss is down to 1.25 times the usual value that it left. A rise that does not come
    back within a tenth of the run, or 51 epochs, is another level and no spike.
    """
    epochs = np.nonzero(np.isfinite(loss))[0]
    values = loss[epochs]
    longest = max(BEFORE, int(PLATEAU_SHARE * len(values)))
    found: list[tuple[int, int]] = []
    next_ = 0
    starts, usual = _unusual(values)
    for start, level in zip(starts.tolist(), usual.tolist(), strict=True):
        if start >= next_:
            back = np.nonzero(values[start : start + longest] <= BACK * level)[0]
            next_ = start + (int(back[0]) if len(back) else BEFORE)  # then it is usual
            if len(back):
                found.append((int(epochs[start]), int(epochs[next_ - 1]) + 1))
    return found


def _unusual(values: Values) -> tuple[NDArray[np.intp], Values]:
    """Places [n] of values [E] that are unusually high, and the usual value there [n]."""
    places, levels = [], []
    for first in range(1, len(values), 4096):  # a window's worth of memory for each
        block = values[max(first - BEFORE, 0) : first + 4096]
        short = BEFORE - min(first, BEFORE)
        padded = np.pad(block, (short, 0), mode="edge")
        ordered = np.sort(sliding_window_view(padded[:-1], BEFORE), axis=1)
        usual, often = ordered[:, BEFORE // 2], ordered[:, OFTEN]
        here = padded[BEFORE:]
        least = np.maximum(SPIKE_RATIO * usual, RARE * often)
        high = (usual > 0) & (here > least) & (here - usual > VISIBLE * values[0])
        places.append(np.nonzero(high)[0] + first)
        levels.append(usual[high])
    if not places:
        return np.empty(0, np.intp), np.empty(0)
    return np.concatenate(places), np.concatenate(levels)


def divergence(loss: Values, diverged: int | None) -> list[Event]:
    """The epoch at which a run diverges: its numbers are no longer finite, or its loss explodes.

    A loss explodes where it is more than five times its first value and stays there to the end,
    for a twentieth of the run and two epochs at least, and goes on growing: the median of the last
    quarter of that stay is twice that of the first. One that stays up there and grows no more, as
    of a network that guesses wrong classes for sure, has risen and does not diverge.

    Args:
        loss: of every epoch [E].
        diverged: the epoch whose numbers are not finite, which has no row.
    """
    lost = from_then_on(~np.isfinite(loss)) if diverged is None else diverged
    if lost is not None:
        return [Event(lost, "divergence", phrase("not_finite"))]
    if not len(loss) or not 0 < loss[0] < np.inf:
        return []
    at = from_then_on(loss > EXPLODED * loss[0])
    if at is None or len(loss) - at < max(2, STAYS * len(loss)):
        return []
    first, *_, last = np.array_split(loss[at:], min(4, len(loss) - at))
    grows = np.median(last) > GROWS * np.median(first)
    words = phrase("loss_stays", times=f"{EXPLODED:g}")
    return [Event(at, "divergence" if grows else "rise", words, float(loss[at]))]


def percent(share: float) -> str:
    """A share as a percentage that no line break or cut takes apart."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def broken_off(run: Recording) -> str:
    """Why a run has no further numbers: `diverged at epoch 137`, `f undefined at step 2`."""
    if run.diverged is None:
        return ""
    key, at = "diverged", run.diverged
    if run.header.kind == "function" and run.epochs:
        ended = outcome(run)
        key, at = ended.broken, ended.ending.since
    return phrase(key, unit=phrase(run.header.unit), at=count(at))


def _descent(ended: Outcome) -> tuple[Event, ...]:
    """A descent's events, in the words that its picture has for them."""
    lost = ended.ending.words if ended.ending.kind in BROKEN else None
    return tuple(
        Event(step, "divergence" if words == lost else "descent", words)
        for step, words in ended.events()
    )
