"""Descent: how a run over one curve went, and what it came to."""

import numpy as np

from vizopt.numbers import count, number, setting
from vizopt.outcome import FAR, FLAT, NEAR, Minimum, Outcome, minima_of, outcome
from vizopt.recording import Recording
from vizopt.story.history import cut_short, key_epochs
from vizopt.story.phrases import counted, listed, sentence, times


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
        _end(run, ended),
        _overshoot(run, ended),
        cut_short(run),
    ]
    return " ".join(filter(None, parts))


def outcome_in_short(run: Recording) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    if run.header.epochs == 1:
        minima = minima_of(run)
        lowest = next(m for m in minima if m.is_global)
        return [f"The lowest is at x = {number(lowest.x)}, where f is {number(lowest.f)}."]
    ended = outcome(run)
    start = f"It starts at x = {number(ended.start)}"
    last = counted(run.epochs - 1, "step")
    if ended.diverged_at is not None:
        return [f"{start} and diverges at step {count(ended.diverged_at)}.", *_short_exits(ended)]
    if ended.minimum and ended.reached_at is not None:
        at = f"{_name(ended.minimum)} at x = {number(ended.minimum.x)}"
        if not ended.reached_at:
            return [f"{start} and stays near {at}."]
        return [f"{start} and reaches {at} in {counted(ended.reached_at, 'step')}."]
    where = f"at x = {number(ended.end)} after {last}, not at rest in any minimum"
    return [f"{start} and is {where}.", *_short_exits(ended)]


def _at(run: Recording, step: int) -> str:
    return f"x = {number(run['x'][step])}, where f is {number(run['loss'][step])}"


def _steps(run: Recording) -> str:
    x, f, slope = run["x"], run["loss"], run["slope"]
    steps = [
        f"at step {count(step)} it is at x = {number(x[step])} with f = {number(f[step])}"
        for step in sorted({1, *key_epochs(run.epochs)[1:-1]})
        if 0 < step < run.epochs - 1
    ]
    text = f"The point starts at {_at(run, 0)} and the slope {number(slope[0])}"
    return sentence(f"{text}; {listed(steps)}" if steps else text)


def _visits(ended: Outcome) -> str:
    """How often it came into the global minimum's valley, and left."""
    if not ended.entered_at:
        return ""
    first = _first(ended.entered_at)
    text = f"It comes into the valley of the global minimum {times(len(ended.entered_at))}, {first}"
    left = len(ended.left_at)
    return f"{text}, and leaves it {times(left)}." if left else f"{text}, and stays there."


def _exits(ended: Outcome) -> str:
    if not ended.exits_at:
        return ""
    many = times(len(ended.exits_at))
    return f"It jumps out of the drawn part of the curve {many}, {_first(ended.exits_at)}."


def _first(steps: tuple[int, ...]) -> str:
    return f"{'at' if len(steps) == 1 else 'first at'} step {count(steps[0])}"


def _short_exits(ended: Outcome) -> list[str]:
    if not ended.exits_at:
        return []
    return [f"It leaves the picture {times(len(ended.exits_at))}, {_first(ended.exits_at)}."]


def _passed(run: Recording, ended: Outcome) -> str:
    """The local minima between the start and where it ended, which it got past."""
    if ended.diverged_at is not None or not ended.minimum or not ended.minimum.ordinal:
        return ""
    passed = [
        m for m in minima_of(run) if m.ordinal is not None and m.ordinal < ended.minimum.ordinal
    ]
    if not passed:
        return ""
    what = "local minimum" if not any(m.is_global for m in passed) else "minimum"
    return f"On its way it gets past {counted(len(passed), what)}."


def _overshoot(run: Recording, ended: Outcome) -> str:
    """How often it swings past the minimum that it ends at, before it stays near."""
    if not ended.minimum or not ended.reached_at:
        return ""
    x, at = run["x"][: ended.reached_at + 1], ended.minimum
    outside = np.nonzero((x < at.left) | (x > at.right))[0]
    inside = x[outside[-1] + 1 if len(outside) else 0 :]
    crossed = int(np.count_nonzero(np.diff(np.sign(inside - at.x))))
    return f"On the way there it swings past it {times(crossed)}." if crossed else ""


def _end(run: Recording, ended: Outcome) -> str:
    last = count(run.epochs - 1)
    left, right = run["curve"][[0, -1], 0]
    if run.diverged is not None:
        return f"It diverges: at step {count(run.diverged)} its numbers are no longer finite."
    if ended.diverged_at is not None:
        return (
            f"It diverges: from step {count(ended.diverged_at)} on it stays more than {FAR:g} "
            f"widths of the curve away, and at step {last} x is {number(ended.end)}."
        )
    if not ended.minimum or ended.reached_at is None:
        place = "outside the drawn part of the curve"
        if ended.minimum:
            place = f"in the valley of {_name(ended.minimum)}"
        elif left <= ended.end <= right:
            place = "in no valley"
        return (
            f"At the last step, {last}, it is {place}, at {_at(run, -1)}, with slope "
            f"{number(ended.slope)}: it has not come to rest."
        )
    near = f"nearer than {setting(float(NEAR * (right - left)))} to it"
    text = f"From step {count(ended.reached_at)} on it stays {near}"
    if ended.settled_at is not None:
        text += f", and from step {count(ended.settled_at)} on the slope within ±{setting(FLAT)}"
    name = _name(ended.minimum)
    slope = f"with slope {number(ended.slope)}"
    return f"It ends in {name}: at step {last} it is at {_at(run, -1)}, {slope}. {text}."


def _name(minimum: Minimum) -> str:
    if minimum.is_global or minimum.ordinal is None:
        return "the global minimum" if minimum.is_global else "a local minimum behind the start"
    return minimum.name
