"""History: what happened in a run with a loss for every epoch, and when."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count, counted, number
from vizopt.recording.events import BLOCKS, MARKS, Event, best_epoch, percent
from vizopt.recording.store import Recording
from vizopt.story.phrases import listed, sentence, times

BETWEEN = 3  # key epochs between the first and the last
TOLD = 3  # plateaus that are told one by one
STANDSTILL_SHARE = 0.01  # of the first loss: a run that changes it by less does next to nothing


def happened(run: Recording, events: tuple[Event, ...]) -> str:
    """The paragraph of loss and accuracy at key epochs, and of every event."""
    parts = [
        _values(run),
        _still(run["loss"]),
        *_accuracy(run, events),
        _lowest(run),
        *loss_events(run, events),
        _validation(run),
        cut_short(run),
    ]
    return " ".join(filter(None, parts))


def loss_events(run: Recording, events: tuple[Event, ...]) -> list[str]:
    """A sentence for each event of the loss, but for its lowest value."""
    return [
        _plateaus(run, events),
        *(_spikes(run, event) for event in events if event.kind == "spike"),
        *(_divergence(run, event) for event in events if event.kind == "divergence"),
        *(f"{_stays_up(run, event)}." for event in events if event.kind == "rise"),
    ]


def outcome_in_short(run: Recording, events: tuple[Event, ...]) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    ways = [f"loss {way(run['loss'])}"]
    if "accuracy" in run.columns:
        ways.append(f"accuracy {way(run['accuracy'])}")
    return in_short(run, ways, events)


def in_short(run: Recording, ways: Sequence[str], events: tuple[Event, ...]) -> list[str]:
    """What happened, the most important sentence first.

    Args:
        run: the recording.
        ways: of each number that is told how it went.
        events: of the run.
    """
    last = run.epochs - 1
    diverged = [e for e in events if e.kind == "divergence"]
    marks = [e for e in events if e.kind == "accuracy"]
    spikes = [e for e in events if e.kind == "spike"]
    parts = [f"It diverges at {_at(run, e.epoch)}" for e in diverged]
    parts.append(sentence(f"{listed(ways)} by {_at(run, last)}") if last else listed(ways))
    for mark in marks[-1:]:
        parts.append(f"Accuracy first reaches {percent(mark.value or 0)} at {_at(run, mark.epoch)}")
    parts += [f"The loss spikes {times(e.times)}" for e in spikes]
    parts += [_stays_up(run, e) for e in events if e.kind == "rise"]
    return [sentence(part) for part in parts]


def key_epochs(epochs: int) -> list[int]:
    """The first, up to three powers of ten below half of the last, and the last."""
    last = epochs - 1
    between = [10**n for n in range(1, 10) if 10**n <= last / 2]
    return sorted({0, *between[-BETWEEN:], last})


def cut_short(run: Recording) -> str:
    """That a recording ends before its run was to end, though nothing went wrong with it."""
    if run.diverged is not None or run.epochs == run.header.epochs:
        return ""
    unit = run.header.unit
    planned = count(run.header.epochs - 1)
    return f"The recording was cut short: it ends at {unit} {count(run.epochs - 1)} of {planned}."


def _values(run: Recording) -> str:
    loss = run["loss"]
    accuracy = run["accuracy"] if "accuracy" in run.columns else None
    told: list[str] = []
    for epoch in key_epochs(run.epochs):
        if accuracy is None:
            values = number(loss[epoch])
        elif not told:
            values = f"{number(loss[epoch])} and the accuracy {number(accuracy[epoch])}"
        else:
            values = f"{number(loss[epoch])} and {number(accuracy[epoch])}"
        told.append(f"{values} at {_at(run, epoch)}")
    *before, last = told
    return f"The loss is {'; '.join([*before, f'and {last}' if before else last])}."


def _still(loss: NDArray[np.float64]) -> str:
    finite = loss[np.isfinite(loss)]
    if len(loss) > 1 and len(finite) and np.ptp(finite) <= STANDSTILL_SHARE * abs(finite[0]):
        return "The loss hardly changes in the whole run."
    return ""


def _accuracy(run: Recording, events: tuple[Event, ...]) -> list[str]:
    if "accuracy" not in run.columns or run.epochs < 2:
        return []
    accuracy = run["accuracy"]
    first, last, best = float(accuracy[0]), float(accuracy[-1]), float(accuracy.max())
    marks = [(e.value or 0.0, e.epoch) for e in events if e.kind == "accuracy"]
    parts = []
    if marks:
        each: list[str] = []
        for at in dict.fromkeys(epoch for _, epoch in marks):
            together = listed([percent(mark) for mark, epoch in marks if epoch == at])
            each.append(f"{together} at {_at(run, at)}")
        text = f"The accuracy first reaches {listed(each)}"
        fallen = [mark for mark, _ in marks if last < mark]
        parts.append(f"{text}, but ends below {percent(fallen[0])}." if fallen else f"{text}.")
    missed = [mark for mark in MARKS if best < mark]
    if missed and first < missed[0]:
        parts.append(f"{'It' if marks else 'The accuracy'} never reaches {percent(missed[0])}.")
    if number(best) != number(last):
        top = f"The highest accuracy is {number(best)}, at {_at(run, int(accuracy.argmax()))}."
        parts.append("It is never higher than at the start." if best == first else top)
    return parts


def _lowest(run: Recording) -> str:
    loss = run["loss"]
    at = best_epoch(loss)
    if at is None or number(loss[at]) == number(loss[-1]):
        return ""
    if at == 0:
        return "The loss is never lower than at the start."
    return f"The lowest loss is {number(loss[at])}, at {_at(run, at)}."


def _plateaus(run: Recording, events: tuple[Event, ...]) -> str:
    """From where to where, as exactly as it is known: to a hundredth of the run."""
    found = [e for e in events if e.kind == "plateau"]
    places = -int(np.log10(max(run.epochs / BLOCKS, 1)))
    parts = []
    for event in found[:TOLD]:
        first, last = (count(round(epoch, places)) for epoch in (event.epoch, event.until or 0))
        parts.append(
            f"from about {run.header.unit} {first} to {last} at about {number(event.value or 0)}"
        )
    if not parts:
        return ""
    more = f", and on {counted(len(found) - TOLD, 'later stretch')}" if len(found) > TOLD else ""
    return f"For long the loss hardly gets lower: {listed(parts)}{more}."


def _spikes(run: Recording, event: Event) -> str:
    peak = f"to {number(event.value or 0)} at {_at(run, event.epoch)}"
    if event.times == 1:
        return f"The loss jumps up once, {peak}, and comes back."
    return f"The loss jumps up and comes back {times(event.times)}; the highest jump goes {peak}."


def _divergence(run: Recording, event: Event) -> str:
    at = _at(run, event.epoch)
    if run.diverged is None or run.epochs > run.diverged:  # recorded elsewhere, it may go on
        return f"The run diverges: from {at} on {event.words}."
    return f"The run diverges: at {at} {event.words}, and it stops there."


def _stays_up(run: Recording, event: Event) -> str:
    return f"From {_at(run, event.epoch)} on {event.words}"


def _validation(run: Recording) -> str:
    if "validation_loss" not in run.columns or run.epochs < 2:
        return ""
    loss = run["validation_loss"]
    others = {"validation_accuracy": "the accuracy", "validation_r2": "R²"}
    ends = [f"the loss ends at {number(loss[-1])}"]
    ends += [f"{of} at {number(run[name][-1])}" for name, of in others.items() if name in run.names]
    text = f"On the points held out {' and '.join(ends)}"
    at = best_epoch(loss)
    if at is None or number(loss[at]) == number(loss[-1]):
        return f"{text}."
    return f"{text}; there the loss is lowest at {_at(run, at)}, with {number(loss[at])}."


def _at(run: Recording, epoch: int) -> str:
    return f"{run.header.unit} {count(epoch)}"


def way(values: NDArray[np.float64]) -> str:
    """`falls from 1.099 to 0.874`, as printed."""
    first, last = number(values[0]), number(values[-1])
    if first == last:
        return f"is {first}" if len(values) == 1 else f"ends where it starts ({first})"
    return f"{'falls' if values[-1] < values[0] else 'rises'} from {first} to {last}"
