"""What a descent came to: where it ended, what it reached, when it left.

Everything is read from the recorded x and slope of every step.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.recording import Recording

Values: TypeAlias = NDArray[np.float64]

FLAT = 1e-3  # a run has settled where the slope stays below this
NEAR = 0.01  # of the interval's width: this close counts as at a minimum
FAR = 10.0  # interval widths from its middle: what stays beyond has diverged


class Minimum(NamedTuple):
    """A local minimum, seen from the start.

    Args:
        x, f: where it lies.
        ordinal: 1 for the first one downhill from the start; None for those behind it.
        is_global: whether it is the lowest of the interval.
        left, right: its valley, between the neighbouring maxima.
    """

    x: float
    f: float
    ordinal: int | None
    is_global: bool
    left: float
    right: float

    @property
    def name(self) -> str:
        if self.is_global:
            return "global minimum"
        return f"local minimum {self.ordinal}" if self.ordinal else "local minimum"


class Outcome(NamedTuple):
    """How a descent ended; steps count from 0, the start.

    Args:
        start, end: x at the first and last step.
        slope: at the end.
        minimum: the one in whose valley it ended, None outside all.
        settled_at: first step from which on the slope stays below 0.001.
        reached_at: first step from which on it stays within 1 % of the interval's width of the
            minimum it ended in; 0.08 on [−4, 4].
        left_at: steps at which it had left the global minimum's valley.
        entered_at: steps at which it had come into the global minimum's valley.
        exits_at: steps at which it had left the interval.
        diverged_at: first step whose numbers are not finite, or from which on it stays more than
            10 interval widths away.
    """

    start: float
    end: float
    slope: float
    minimum: Minimum | None
    settled_at: int | None
    reached_at: int | None
    left_at: tuple[int, ...]
    entered_at: tuple[int, ...]
    exits_at: tuple[int, ...]
    diverged_at: int | None

    def events(self) -> list[tuple[int, str]]:
        """(step, what the recording shows there), in order."""
        at = self.minimum
        name = f"the {at.name}" if at and at.is_global else at.name if at else ""
        found: list[tuple[int | None, str]] = [
            *((step, "visits the global minimum") for step in self.entered_at),
            *((step, "leaves the global minimum") for step in self.left_at),
            (self.reached_at, f"reaches {name}"),
            (self.settled_at, f"settled in {name}"),
            *((step, "leaves the frame") for step in self.exits_at),
            (self.diverged_at, "diverged"),
        ]
        told = [(step, text) for step, text in found if step is not None]
        return sorted(told, key=lambda event: event[0])  # stable: the order above within a step


def outcome(run: Recording) -> Outcome:
    """Read a descent's recording, as far as it goes."""
    x, slope = run["x"], run["slope"]
    left, right = run["curve"][[0, -1], 0]
    minima = minima_of(run)
    middle, width = (left + right) / 2, right - left
    end = next((m for m in minima if m.left <= x[-1] <= m.right), None)
    lowest = next(m for m in minima if m.is_global)
    inside = (x >= lowest.left) & (x <= lowest.right)
    near = abs(x - end.x) <= NEAR * width if end else np.zeros(len(x), bool)
    in_valley = (x >= end.left) & (x <= end.right) if end else near
    diverged = run.diverged
    if diverged is None:
        diverged = from_then_on(abs(x - middle) > FAR * width)
    return Outcome(
        start=float(x[0]),
        end=float(x[-1]),
        slope=float(slope[-1]),
        minimum=end,
        settled_at=from_then_on((abs(slope) < FLAT) & in_valley),
        reached_at=from_then_on(near),
        left_at=_turns(inside, False),
        entered_at=_turns(inside, True),
        exits_at=_turns((x >= left) & (x <= right), False),
        diverged_at=diverged,
    )


def minima_of(run: Recording) -> list[Minimum]:
    """The recorded function's minima from left to right, numbered downhill from the start."""
    places, maxima = run["minima"], run["maxima"][:, 0]
    edges = run["curve"][[0, -1], 0]
    downhill = -np.sign(run["slope"][0]) or 1.0
    ahead = sorted(x for x in (places[:, 0] - run["x"][0]) * downhill if x >= 0)
    found = []
    for x, f in places:
        distance = (x - run["x"][0]) * downhill
        before, after = maxima[maxima < x], maxima[maxima > x]
        found.append(
            Minimum(
                x=float(x),
                f=float(f),
                ordinal=ahead.index(distance) + 1 if distance >= 0 else None,
                is_global=bool(f == places[:, 1].min()),
                left=float(before.max(initial=edges[0])),
                right=float(after.min(initial=edges[1])),
            )
        )
    return found


def _turns(state: NDArray[np.bool_], into: bool) -> tuple[int, ...]:
    """Steps at which a state turns true, or false."""
    turned = (state[1:] == into) & (state[:-1] != into)
    return tuple((np.nonzero(turned)[0] + 1).tolist())


def from_then_on(true: NDArray[np.bool_]) -> int | None:
    """First step from which on it is always true, None where it is not true at the end."""
    if not len(true) or not true[-1]:
        return None
    wrong = np.nonzero(~true)[0]
    return int(wrong[-1]) + 1 if len(wrong) else 0
