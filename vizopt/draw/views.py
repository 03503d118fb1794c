"""Views: the runs of a picture, each with the rows that its frames show."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.core.errors import VizoptError, hint
from vizopt.core.params import ParamLayout
from vizopt.draw.timeline import COURSE, Timeline, rows_at
from vizopt.recording.clock import Clock, Kind, instant_of, times
from vizopt.recording.events import broken_off
from vizopt.recording.header import Header
from vizopt.recording.standings import Named
from vizopt.recording.store import Recording

BADGES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# Lengths of line and gap, in widths of the line; none for a whole one.
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (4.5, 1.8),
    (1.1, 1.3),
    (6.0, 1.5, 1.1, 1.5),
    (9.0, 2.2),
    (5.0, 1.4, 1.1, 1.4, 1.1, 1.4),
)


class Pictured(Named, Protocol):
    """A run as far as the arrangement of the picture asks for it: recorded, or to be trained."""

    @property
    def header(self) -> Header: ...
    @property
    def layout(self) -> ParamLayout: ...
    @property
    def epochs(self) -> int: ...


class Role(NamedTuple):
    """What tells a run from the others: no colour, for colours mean classes.

    Args:
        number: its place among them, from 1.
    """

    number: int

    @property
    def badge(self) -> str:
        """The number in a circle, as far as there are such."""
        return BADGES[self.number - 1] if self.number <= len(BADGES) else f"({self.number})"

    @property
    def dash(self) -> tuple[float, ...]:
        """Of its line."""
        return DASHES[(self.number - 1) % len(DASHES)]

    @property
    def is_pale(self) -> bool:
        """Whether its line is grey: of those with the same dash every other one."""
        return (self.number - 1) // len(DASHES) % 2 == 1

    @property
    def is_thin(self) -> bool:
        """Whether its line is thin, for two with the same dash have thicker ones."""
        return (self.number - 1) // len(DASHES) >= 2


class View(NamedTuple):
    """One run in a picture.

    Args:
        name: what it is called there; empty where it is the only one.
        run: its recording.
        rows: the row that each frame shows [F].
        role: what tells it from the others.
        course: the row that is shown at every 240th of a second; that of each frame when left out.
        clock: what it has in common with the others at an instant.
    """

    name: str
    run: Recording
    rows: Rows
    role: Role = Role(1)
    course: Rows | None = None
    clock: Kind = "step"

    @property
    def times(self) -> NDArray[Any]:
        """When each kept row [N] is, on the clock."""
        return _times(self.run, self.clock)

    @property
    def shown(self) -> NDArray[Any]:
        """When the row of each frame is [F], on the clock."""
        return self.times[self.rows]


Runs: TypeAlias = Mapping[str, Recording]  # by name, in order
Views: TypeAlias = Mapping[str, View]  # by name, in order; one in most pictures


def alone(run: Recording, rows: Rows) -> Views:
    """The views of a picture of one run."""
    return {"": View("", run, rows)}


def views_of(runs: Runs, timeline: Timeline, fps: float, clock: Kind = "step") -> Views:
    """The views of some runs on one clock: a time of the clip is the same step in all of them, or
    as many samples seen, or seconds.

    Of each run the last kept row up to that step is shown, so that one that ends earlier stands.
    The clip goes on by the epochs of the run that is last to end on the clock.
    """
    every = {name: _times(run, clock) for name, run in runs.items()}
    last = max(every, key=lambda name: float(every[name][-1]))
    scale = runs[last]["epoch"][-1] / every[last][-1] if clock != "step" and every[last][-1] else 1
    epochs = {name: own * scale for name, own in every.items()}
    ends = min(each[0] for each in epochs.values()), max(each[-1] for each in epochs.values())
    steps, course = timeline.steps(*ends, fps), timeline.steps(*ends, COURSE)
    return {
        name: View(
            name,
            run,
            rows_at(epochs[name], steps),
            Role(number),
            rows_at(epochs[name], course),
            clock,
        )
        for number, (name, run) in enumerate(runs.items(), 1)
    }


def clock_of(views: Views) -> Clock:
    """The clock that they have in common."""
    runs = {name: view.run for name, view in views.items()}
    return Clock.of(runs, next(iter(views.values())).clock)


def instant(views: Views, epoch: int) -> float:
    """When an epoch is: that of the run that goes on longest."""
    longest = lengthiest(views)
    return instant_of(longest.run, epoch, longest.clock)


def shown_at(views: Views, k: int, at: float) -> Views:
    """The same with the last row that each run has kept up to an instant in frame k."""
    found = {}
    for name, view in views.items():
        rows = view.rows.copy()
        rows[k] = rows_at(view.times, np.array([at]))[0]
        found[name] = view._replace(rows=rows)
    return found


def stopping(views: Views, epochs: Iterable[int]) -> tuple[Views, dict[int, int]]:
    """The views in which a frame shows each epoch at which a question is asked, and that frame.

    An epoch is that of the run that goes on longest. Where the clip passes over it, the next frame
    shows it instead of a later one, which would be an answer. Of one that is not kept it is the
    last kept one before it; a question for which there is no frame before the clip's last is asked
    at the one before that.
    """
    frames: dict[int, int] = {}
    for epoch in sorted(set(epochs)):
        kept = lengthiest(views).times
        at = kept[rows_at(kept, np.array([instant(views, epoch)]))[0]]
        shown = shown_times(views)
        k = int(np.searchsorted(shown, at))
        if shown[k] > at and k < len(shown) - 1:
            views = shown_at(views, k, at)
        frames[epoch] = k if shown[k] == at or k < len(shown) - 1 else max(k - 1, 0)
    return views, frames


def _times(run: Recording, clock: Kind) -> NDArray[Any]:
    """When each kept row [N] is."""
    epochs = run["epoch"]
    return epochs if clock == "step" else times(run, clock)[epochs]


def frames_of(runs: Runs, timeline: Timeline, fps: float) -> int:
    """How many frames their picture has."""
    return len(next(iter(views_of(runs, timeline, fps).values())).rows)


def chosen(views: Views, of: str | None) -> View:
    """The view of a name, or the only one.

    Raises:
        VizoptError: there is none of that name, or there are several and none is named.
    """
    if of in views and of is not None:
        return views[of]
    first = next(iter(views))
    if of is None and len(views) == 1:
        return views[first]
    if of is None:
        raise VizoptError(f'of: which of the {len(views)} runs? Name one, like of = "{first}"')
    raise VizoptError(f'of: no run "{of}" in the picture: {hint(of, views)}')


def lengthiest(views: Views) -> View:
    """The view of the run that goes on longest."""
    return max(views.values(), key=lambda view: float(view.times[-1]))


def shown_times(views: Views) -> NDArray[Any]:
    """When each frame is [F], on the clock: that of the runs that still go on."""
    return np.asarray(np.max([view.shown for view in views.values()], axis=0))


def planned_steps(views: Views) -> int:
    """How many steps the longest run was to have, step 0 included."""
    return max(view.run.header.epochs for view in views.values())


def ended_of(views: Views) -> str:
    """Why the only run of a picture has no further numbers; of several each says so itself."""
    only = len(views) == 1
    return "".join(broken_off(view.run) for view in views.values() if only)


def at_end(views: Views) -> NDArray[np.bool_]:
    """Whether each frame [F] shows the last row of every run."""
    shown = [view.rows == len(view.run) - 1 for view in views.values()]
    return np.asarray(np.all(shown, axis=0))
