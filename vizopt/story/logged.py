"""Logged: how the numbers went that a training elsewhere logged, whichever they are."""

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count, number
from vizopt.recording.events import Event, percent
from vizopt.recording.logged import logged
from vizopt.recording.quantities import quantity, title
from vizopt.recording.scalars import MAIN, column_of, scalars, second, telling
from vizopt.recording.store import Recording
from vizopt.story import history
from vizopt.story.phrases import cut, listed, plain

TOLD = 6  # numbers whose course is told
MAX_IN_ALT_TEXT = 2  # of them in the alt text
NAME = 40  # characters of a number's name


def happened(run: Recording, events: tuple[Event, ...]) -> str:
    """The paragraph of the course of each number, and of every event."""
    names = _ordered(run)
    parts = [_course(run, name) for name in names[:TOLD]]
    if rest := names[TOLD:]:
        named = [_name(run, name) for name in rest[:TOLD]]
        more = [f"{count(len(rest) - TOLD)} more"] if len(rest) > TOLD else []
        were = "was" if len(rest) == 1 else "were"
        parts.append(f"Logged {were} {listed([*named, *more])} too.")
    parts += [_marks(run, events), *history.loss_events(run, events), history.cut_short(run)]
    return " ".join(filter(None, parts))


def in_short(run: Recording, events: tuple[Event, ...]) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    known = scalars(run)
    shown = [name for name in (column_of(run, what) for what in MAIN) if name in known]
    shown = shown or [*telling(run)[:MAX_IN_ALT_TEXT]]
    if not shown:
        return []
    ways = [f"{_name(run, name)} {history.way(_finite(run, name)[1])}" for name in shown]
    return history.in_short(run, ways, events)


def _ordered(run: Recording) -> list[str]:
    """The numbers of the plots, each with that of the samples held out behind it; the others. What
    the rate does is told elsewhere, and of a layer that it has a line."""
    names = scalars(run)
    names = [name for name in names if "." not in name or name.partition(".")[0] not in names]
    names = [name for name in names if name != column_of(run, "lr")]
    told: list[str] = []
    for name in telling(run):
        told += [name, second(names, name)]
    shown = [name for name in dict.fromkeys(told) if name in names]
    return [*shown, *sorted(set(names) - set(shown))]


def _course(run: Recording, name: str) -> str:
    """The first value and some more; where it was best, as far as that is known."""
    at, values = _finite(run, name)
    told = _name(run, name)
    if len(values) == 1:
        return f"The {told} is {number(values[0])}, logged at {_step(run, at[0])} alone."
    if np.ptp(values) == 0:
        return f"The {told} is {number(values[0])} throughout."
    wanted = [step for step in history.key_epochs(int(at[-1]) + 1) if step >= at[0]]
    places = sorted({0, *np.searchsorted(at, wanted).tolist()})
    each = [f"{number(values[k])} at {_step(run, at[k])}" for k in places]
    *before, last = each
    text = f"The {told} is {'; '.join([*before, f'and {last}'])}."
    return f"{text} {_best(run, name)}".strip()


def _best(run: Recording, name: str) -> str:
    """Where it was lowest, of what falls, or highest, if that is neither its start nor its end."""
    at, values = _finite(run, name)
    falls = quantity(name).falls
    k = int(values.argmin() if falls else values.argmax())
    if k == 0 or number(values[k]) == number(values[-1]):
        return ""
    most = "lowest" if falls else "highest"
    return f"It is {most} at {_step(run, at[k])}, with {number(values[k])}."


def _marks(run: Recording, events: tuple[Event, ...]) -> str:
    """When the accuracy first was so high."""
    marks = [event for event in events if event.kind == "accuracy"]
    if not marks:
        return ""
    steps = {e.epoch: [m for m in marks if m.epoch == e.epoch] for e in marks}
    each = [
        f"{listed([percent(mark.value or 0) for mark in same])} at {_step(run, epoch)}"
        for epoch, same in steps.items()
    ]
    return f"The accuracy first reaches {listed(each)}."


def _finite(run: Recording, name: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Steps and values of those that are numbers."""
    at, values = logged(run[name])
    there = np.isfinite(values)
    return at[there], values[there]


def _name(run: Recording, name: str) -> str:
    return cut(plain(title(name, run.header.kind)), NAME)


def _step(run: Recording, step: int) -> str:
    return f"{run.header.unit} {count(int(step))}"
