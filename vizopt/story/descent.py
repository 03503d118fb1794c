"""Descent: how a run over one curve went, and what it came to."""

import numpy as np

from vizopt.core.numbers import count, counted, number, setting
from vizopt.recording.descent import BROKEN, DIVERGED_WIDTHS, Outcome, outcome
from vizopt.recording.minima import minima_of
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording
from vizopt.story.history import cut_short, key_epochs
from vizopt.story.phrases import listed, sentence, times


def happened(run: Recording) -> str:
    """The paragraph of the path: key steps, valleys, overshoot, the end."""
    if run.header.epochs == 1:
        return f"Nothing moves: the point stays at the start, {_at(run, 0)}."
    ended = outcome(run)
    parts = [
        _steps(run),
        _passed(run, ended),
        _visits(ended),
        _exits(ended),
        _stays(run, ended),
        _overshoot(run, ended),
        _end(run, ended),
        cut_short(run),
    ]
    return " ".join(filter(None, parts))


def outcome_in_short(run: Recording) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    digits = Readout.of(run)
    if run.header.epochs == 1:
        best = [m for m in minima_of(run) if m.is_global]
        places = [f"{digits.place(m)}, where f is {digits.f(m.f)}" for m in best[:1]]
        return [f"{'The' if len(best) == 1 else 'One'} lowest is at {place}." for place in places]
    ended = outcome(run)
    told = [f"It starts at x = {digits.x(ended.start)} and {_verdict(run, ended)}."]
    if ended.minimum and ended.reached_at:
        at = f"{ended.minimum.called} at {digits.place(ended.minimum)}"
        told.append(f"It reaches {at} in {counted(ended.reached_at, 'step')}.")
    return [*told, *_short_exits(ended)]


def _verdict(run: Recording, ended: Outcome) -> str:
    """The verdict as a part of a sentence, with its step, and x where that is not said by it."""
    kind, since, words = ended.ending
    step = count(since)
    if kind == "diverged":
        return f"diverges at step {step}"
    if kind in BROKEN:
        return f"at step {step} {words}"
    if ended.pace is not None:
        return f"is {words} {_from(since)}"
    return (
        f"is {words} after {counted(run.epochs - 1, 'step')}, at x = {Readout.of(run).x(ended.end)}"
    )


def _at(run: Recording, step: int) -> str:
    told = Readout.of(run)
    return f"x = {told.x(run['x'][step])}, where f is {told.f(run['loss'][step])}"


def _steps(run: Recording) -> str:
    x, f, slope, told = run["x"], run["loss"], run["slope"], Readout.of(run)
    steps = [
        f"at step {count(step)} it is at x = {told.x(x[step])} with f = {told.f(f[step])}"
        for step in sorted({1, *key_epochs(run.epochs)[1:-1]})
        if 0 < step < run.epochs - 1
    ]
    text = f"The point starts at {_at(run, 0)} and the slope {number(slope[0])}"
    return sentence(f"{text}; {listed(steps)}" if steps else text)


def _visits(ended: Outcome) -> str:
    """How often it came into a global minimum's valley, and left."""
    if not ended.entered_at:
        return ""
    first = _first(ended.entered_at)
    text = f"It comes into the valley of {ended.best} {times(len(ended.entered_at))}, {first}"
    left = len(ended.left_at)
    return f"{text}, and leaves it {times(left)}." if left else f"{text}, and stays there."


def _exits(ended: Outcome) -> str:
    if not ended.exits_at:
        return ""
    many = times(len(ended.exits))
    text = f"It leaves the drawn part of the curve {many}, {_first(ended.exits_at)}"
    over = sum(low for _, low in ended.exits)
    return f"{text}; {times(over)} over the lowest end." if over else f"{text}."


def _first(steps: tuple[int, ...]) -> str:
    return f"{'at' if len(steps) == 1 else 'first at'} step {count(steps[0])}"


def _short_exits(ended: Outcome) -> list[str]:
    if not ended.exits_at:
        return []
    return [f"It leaves the picture {times(len(ended.exits_at))}, {_first(ended.exits_at)}."]


def _passed(run: Recording, ended: Outcome) -> str:
    """The local minima between the start and where it ended, which it got past."""
    if ended.ending.kind in BROKEN or not ended.minimum or not ended.minimum.place:
        return ""
    passed = [m for m in minima_of(run) if m.place and m.place < ended.minimum.place]
    if not passed:
        return ""
    what = "local minimum" if not any(m.is_global for m in passed) else "minimum"
    return f"On its way it gets past {counted(len(passed), what)}."


def _overshoot(run: Recording, ended: Outcome) -> str:
    """How often it swings past the minimum that it ends at, before it stays near."""
    if not ended.minimum or ended.minimum.kind == "end" or not ended.reached_at:
        return ""
    x, at = run["x"][: ended.reached_at + 1], ended.minimum
    outside = np.nonzero((x < at.left) | (x > at.right))[0]
    inside = x[outside[-1] + 1 if len(outside) else 0 :]
    crossed = at.passed_by(inside)
    return f"On the way there it swings past it {times(crossed)}." if crossed else ""


def _stays(run: Recording, ended: Outcome) -> str:
    """Near which minimum it ends, and from when on it was."""
    at = ended.minimum
    if not at or ended.reached_at is None:
        return ""
    place = f"at step {count(run.epochs - 1)} it is at {_at(run, -1)}, with slope"
    inside = "at" if at.kind == "end" else "in"
    text = f"It ends {inside} {at.called}: {place} {number(ended.slope)}"
    start = sentence(_from(ended.reached_at)).rstrip(".")
    return f"{text}. {start} it stays nearer than {setting(at.near)} to it."


def _end(run: Recording, ended: Outcome) -> str:
    """The verdict."""
    kind, since, words = ended.ending
    last, step = count(run.epochs - 1), count(since)
    if kind in ("off", "steep"):
        return f"At step {step} it {words}: the run ends there."
    if kind == "diverged" and run.diverged is not None:
        return f"It diverges: at step {step} its numbers are no longer finite."
    if kind == "diverged":
        return (
            f"It diverges: from step {step} on it stays more than {DIVERGED_WIDTHS:g} widths of "
            f"the curve away, and at step {last} x is {Readout.of(run).x(ended.end)}."
        )
    told = f"it is {words}{_place(run, ended)}"
    if ended.pace is None:
        return f"At the last step, {last}, {told}."
    pace = f"no step is longer than {setting(ended.pace, 2)}" if ended.pace else "it does not move"
    return sentence(f"{_from(since)} {told}: {pace}")


def _place(run: Recording, ended: Outcome) -> str:
    """Where the last step is, if that is not told of a minimum that it is near."""
    if ended.reached_at is not None:
        return ""
    text = f", at {_at(run, -1)}, with slope {number(ended.slope)}"
    if ended.ending.kind in ("flat", "saddle", "slope"):
        text = text.replace(f", at x = {Readout.of(run).x(ended.end)}", "")
    valley = (
        ended.minimum
        and ended.minimum.kind != "end"
        and ended.ending.kind
        not in (
            "maximum",
            "swinging",
        )
    )
    return f"{text}, in the valley of {ended.minimum.called}" if ended.minimum and valley else text


def _from(step: int) -> str:
    return f"from step {count(step)} on" if step else "from the start on"
