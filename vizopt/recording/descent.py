"""What a descent came to: where it ended, what it reached, when it left.

Everything is read from the recorded x, f and slope of every step, and measured against the curve:
against the interval's width, the valleys and the average steepness. So the verdict is the same for
a curve that is a billion times as wide or as high. Picture, texts, marks and numbers all ask here.
"""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.words import phrase
from vizopt.recording.minima import SAME, Minimum, f_range, is_flat, minima_of
from vizopt.recording.nearness import LASTS, from_then_on, reached
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording

Values: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal[
    "start", "settled", "maximum", "saddle", "flat", "slope", "swinging", "moving",
    "resting outside", "outside", "off", "steep", "diverged",
]  # fmt: skip

BROKEN: tuple[Kind, ...] = ("off", "steep", "diverged")  # after which there may be no numbers

REST = 1e-3  # of the interval's width: a run that rests would not go this far in all its steps
FLAT = 0.05  # of the curve's average steepness: what is no steeper is flat
AROUND = 0.01  # of the interval's width: what is looked at of the curve around a place
DIVERGED_WIDTHS = 10.0  # interval widths from its middle: what stays beyond has diverged
BEYOND = 1e6  # interval widths from its middle, where f is no number because it overflows
POLE = 1.5  # interval widths from its middle, where f is infinite because it overflows
GROWS = 1.1  # times the steps of half a rest grow, one after the other, of what is no rest
STEADY = 4  # steps that must grow so, at least
SWINGS = 4  # a run swings that passes its minimum twice in the last of so many parts


class Ending(NamedTuple):
    """The verdict on a descent.

    Args:
        kind: what it came to.
        since: the step from which on that holds.
        words: `settled in the global minimum`, a phrase; empty where nothing ever moved.
    """

    kind: Kind
    since: int
    words: str


class Outcome(NamedTuple):
    """How a descent ended; steps count from 0, the start.

    Args:
        start, end: x at the first and last step.
        slope: at the end.
        minimum: the minimum or lowest end in whose valley it ended, None outside all.
        ending: the verdict.
        pace: the largest step of a run that rests; None while it moves.
        reached_at: first step from which on it stays near that minimum, see `Minimum.near`; None
            where its numbers end.
        left_at: steps at which it had left a global minimum's valley.
        entered_at: steps at which it had come into a global minimum's valley.
        exits: steps at which it had left the interval, and whether over a lowest end.
        several: whether more than one minimum is global.
    """

    start: float
    end: float
    slope: float
    minimum: Minimum | None
    ending: Ending
    pace: float | None
    reached_at: int | None
    left_at: tuple[int, ...]
    entered_at: tuple[int, ...]
    exits: tuple[tuple[int, bool], ...]
    several: bool

    @property
    def settled_at(self) -> int | None:
        """First step from which on it rests in the minimum it ended in."""
        return self.ending.since if self.ending.kind == "settled" else None

    @property
    def diverged_at(self) -> int | None:
        """First step whose numbers are not finite, or from which on it stays more than 10 interval
        widths away without coming to rest."""
        return self.ending.since if self.ending.kind == "diverged" else None

    @property
    def broken(self) -> str:
        """Key of the words that tell why there are no further numbers."""
        steep = "slope_undefined" if np.isnan(self.slope) else "slope_infinite"
        return {"off": "f_undefined", "steep": steep}.get(self.ending.kind, "diverged")

    @property
    def exits_at(self) -> tuple[int, ...]:
        """Steps at which it had left the interval."""
        return tuple(step for step, _ in self.exits)

    @property
    def best(self) -> str:
        """The global minimum in a sentence."""
        return phrase(f"{'a' if self.several else 'the'}_global_minimum")

    def events(self) -> list[tuple[int, str]]:
        """(step, what the recording shows there), in order; the verdict is the last of its step."""
        if self.ending.kind == "start":
            return []
        found: list[tuple[int, str]] = [
            *((step, phrase("visits", minimum=self.best)) for step in self.entered_at),
            *((step, phrase("leaves", minimum=self.best)) for step in self.left_at),
        ]
        if self.minimum and self.reached_at is not None:
            found.append((self.reached_at, phrase("reaches", minimum=self.minimum.called)))
        out, over = phrase("leaves_frame"), phrase("leaves_frame_low")
        found += [(step, over if low else out) for step, low in self.exits]
        found.append((self.ending.since, self.ending.words))
        return sorted(found, key=lambda event: event[0])  # stable: the order above within a step


def outcome(run: Recording) -> Outcome:
    """Read a descent's recording, as far as it goes."""
    x, edges = run["x"], run["curve"][[0, -1], 0]
    minima = minima_of(run)
    minimum = next((m for m in minima if m.valley_holds(x[-1])), None)
    between = ~_on_top(run, x)
    best = [m.valley_holds(x) & between for m in minima if m.is_global]
    rests_at, pace = _rest(run)
    sides = {
        m.x > edges.mean() for m in minima if m.kind == "end" and m.x in edges
    }  # the lowest ends of the interval: True for the right one
    inside = (x >= edges[0]) & (x <= edges[1])
    ending = _ending(run, minimum, rests_at)
    return Outcome(
        start=float(x[0]),
        end=float(x[-1]),
        slope=float(run["slope"][-1]),
        minimum=minimum,
        ending=ending,
        pace=pace,
        reached_at=_reached(run, minimum),
        left_at=tuple(sorted(step for inner in best for step in _turns(inner, False))),
        entered_at=tuple(sorted(step for inner in best for step in _turns(inner, True))),
        exits=tuple((i, bool(x[i] > edges[1]) in sides) for i in _turns(inside, False)),
        several=len(best) > 1,
    )


def _reached(run: Recording, minimum: Minimum | None) -> int | None:
    known = minimum and run.diverged is None
    return reached(minimum, run["x"], run["loss"], _next(run)) if minimum and known else None


def _on_top(run: Recording, x: Values) -> NDArray[np.bool_]:
    """Where x [E] is on a maximum, but for rounding: in neither of the valleys beside it."""
    on, same = np.zeros(len(x), np.bool_), SAME * _width(run)
    with np.errstate(invalid="ignore"):
        for top in run["maxima"][:, 0].tolist():  # one by one: of a million steps
            on |= abs(x - top) <= same
    return on


def _turns(state: NDArray[np.bool_], into: bool) -> tuple[int, ...]:
    """Steps at which a state turns true, or false."""
    turned = (state[1:] == into) & (state[:-1] != into)
    return tuple((np.nonzero(turned)[0] + 1).tolist())


def _next(run: Recording) -> float | None:
    """Where the last step's update leads, None where a recording that was cut short lacks it."""
    known = len(run) and run["epoch"][-1] == run.epochs - 1
    return float(run["x"][-1] + run["delta"][-1, 0]) if known else None


def _path(run: Recording) -> Values:
    """All x, with that to which the last step's update leads where it is known."""
    after = _next(run)
    return run["x"] if after is None else np.append(run["x"], after)


def _rest(run: Recording) -> tuple[int | None, float | None]:
    """First step from which on it rests, and the largest of the steps that it makes then.

    Each step, that behind the last one too, is so small that all the steps of the run together
    would not take it by a thousandth of the interval's width; and so it has been for a twentieth
    of them. That far a momentum that turns, or passes by, is not to be taken for rest.
    """
    path = _path(run)
    steps = max(run.epochs - 1, 1)
    with np.errstate(invalid="ignore", over="ignore"):
        moves = np.asarray(abs(np.diff(path)), np.float64)
    at = from_then_on(moves * steps <= REST * _width(run))
    if run.epochs == 1 or at is None or at > steps - steps // LASTS or _grow(moves[at:], run):
        return None, None
    return at, float(moves[at:].max())


def _grow(moves: Values, run: Recording) -> bool:
    """Whether steps [E] grow all the time, as those off a maximum, and are more than rounding."""
    half = moves[len(moves) // 2 :]
    steadily = len(half) >= STEADY and bool((np.diff(half) >= 0).all())
    return steadily and half[-1] > GROWS * half[0] and half.sum() > SAME * _width(run)


def _ending(run: Recording, minimum: Minimum | None, rests_at: int | None) -> Ending:
    """The verdict, from what is worst to what is still open."""
    last = run.epochs - 1
    if run.header.epochs == 1:
        return Ending("start", 0, "")
    if run.diverged is not None:
        return _lost(run, run.diverged)
    if rests_at is not None:
        return _resting(run, minimum, rests_at)
    x, (left, right) = run["x"], run["curve"][[0, -1], 0]
    away = abs(x - (left + right) / 2)
    far = from_then_on(away > DIVERGED_WIDTHS * (right - left))
    if far is not None and not _comes_back(away[far:]):
        return Ending("diverged", far, phrase("diverges"))
    if not left <= x[-1] <= right:
        return Ending("outside", last, phrase("moving_outside"))
    if minimum and _swings(minimum, _path(run)):
        return Ending("swinging", last, phrase("swinging", minimum=minimum.called))
    return Ending("moving", last, phrase("moving"))


def _comes_back(away: Values) -> bool:
    """Whether a run that is far away [E] was further away before."""
    before, after = away[: len(away) // 2], away[len(away) // 2 :]
    return bool(len(before) and after.max() < before.max())


def _lost(run: Recording, step: int) -> Ending:
    """Numbers that are not finite: those of x, its slope's, or only f's, where it has no value."""
    x, slope = float(run["x"][-1]), float(run["slope"][-1])
    if not np.isfinite(slope):
        key = "undefined_slope" if np.isnan(slope) else "infinite_slope"
        return Ending("steep", run.epochs - 1, phrase(key, x=Readout.of(run).x(x)))
    after = _next(run)
    if after is not None and _is_undefined(run, after):
        return Ending("off", step, phrase("leaves_domain", x=Readout.of(run).x(after)))
    return Ending("diverged", step, phrase("diverges"))


def _is_undefined(run: Recording, x: float) -> bool:
    """Whether f has no value at the place that comes after the last step, and does not overflow."""
    left, right = run["curve"][[0, -1], 0]
    most = {None: DIVERGED_WIDTHS, True: BEYOND, False: POLE}[run.undefined]
    return bool(abs(x - (left + right) / 2) <= most * (right - left))


def _resting(run: Recording, minimum: Minimum | None, since: int) -> Ending:
    """Where it rests."""
    x, curve = run["x"], run["curve"]
    if minimum:
        settled = from_then_on(minimum.holds(x, run["loss"]) & (run["loss"] <= minimum.low))
        if settled is not None:
            key = "settled_at" if minimum.kind == "end" else "settled_in"
            words = phrase(key, minimum=minimum.called)
            return Ending("settled", max(since, settled), words)
    end, at = float(x[-1]), Readout.of(run).x(x[-1])
    if not curve[0, 0] <= end <= curve[-1, 0]:
        return Ending("resting outside", since, phrase("resting_outside"))
    low, high = f_range(curve, run["minima"][:, 1])
    steep = abs(run["slope"][-1]) > FLAT * (high - low) / _width(run)
    if steep and not is_flat(curve):  # whose f has no figures left for a slope
        return Ending("slope", since, phrase("on_slope", x=at))
    if (abs(run["maxima"][:, 0] - end) <= AROUND * _width(run)).any():
        return Ending("maximum", since, phrase("on_maximum"))
    if _is_saddle(curve, end):
        return Ending("saddle", since, phrase("on_saddle", x=at))
    return Ending("flat", since, phrase("on_flat", x=at))


def _is_saddle(curve: Values, x: float) -> bool:
    """Whether the curve falls, or climbs, on both sides of x and less between."""
    reach = AROUND * np.ptp(curve[:, 0])
    places = x + reach * np.array([-3.0, -1.0, 1.0, 3.0])
    before, between, after = np.diff(
        np.interp(places, curve[:, 0], curve[:, 1], left=np.nan, right=np.nan)
    )
    return bool(before * after > 0 and abs(between) < min(abs(before), abs(after)))


def _swings(minimum: Minimum, x: Values) -> bool:
    """Whether it passes a minimum twice in the last part of the run, always in its valley."""
    part = x[-max(len(x) // SWINGS, 4) :]
    passes = minimum.passed_by(part) >= 2
    return passes and minimum.kind != "end" and bool(minimum.valley_holds(part).all())


def _width(run: Recording) -> float:
    return float(np.ptp(run["curve"][[0, -1], 0]))
