"""Views: the runs of a picture, each with the rows that its frames show."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.core.errors import RecordingError, VizoptError, hint
from vizopt.draw.timeline import COURSE, Timeline, rows_at
from vizopt.recording.differences import samples
from vizopt.recording.events import broken_off
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


class View(NamedTuple):
    """One run in a picture.

    Args:
        name: what it is called there; empty where it is the only one.
        run: its recording.
        rows: the row that each frame shows [F].
        role: what tells it from the others.
        course: the row that is shown at every 240th of a second; that of each frame when left out.
    """

    name: str
    run: Recording
    rows: Rows
    role: Role = Role(1)
    course: Rows | None = None


Clock: TypeAlias = Literal["step", "samples", "seconds"]
Runs: TypeAlias = Mapping[str, Recording]  # by name, in order
Views: TypeAlias = Mapping[str, View]  # by name, in order; one in most pictures


def alone(run: Recording, rows: Rows) -> Views:
    """The views of a picture of one run."""
    return {"": View("", run, rows)}


def views_of(runs: Runs, timeline: Timeline, fps: float, clock: Clock = "step") -> Views:
    """The views of some runs on one clock: a time of the clip is the same step in all of them, or
    as many samples seen, or seconds.

    Of each run the last kept row up to that step is shown, so that one that ends earlier stands.
    """
    epochs = times_of(runs, clock)
    ends = min(each[0] for each in epochs.values()), max(each[-1] for each in epochs.values())
    steps, course = timeline.steps(*ends, fps), timeline.steps(*ends, COURSE)
    return {
        name: View(
            name,
            run,
            rows_at(epochs[name], steps),
            Role(number),
            rows_at(epochs[name], course),
        )
        for number, (name, run) in enumerate(runs.items(), 1)
    }


def stopping(views: Views, epochs: Iterable[int]) -> tuple[Views, dict[int, int]]:
    """The views in which a frame shows each epoch at which a question is asked, and that frame.

    Where the clip passes over an epoch, the next frame shows it instead of a later one, which would
    be an answer. Of one that is not kept it is the last kept one before it; a question for which
    there is no frame before the clip's last is asked at the one before that.
    """
    frames: dict[int, int] = {}
    for epoch in sorted(set(epochs)):
        longest = lengthiest(views).run["epoch"]
        step = longest[rows_at(longest, np.array([float(epoch)]))[0]]
        shown = shown_steps(views)
        k = int(np.searchsorted(shown, step))
        if shown[k] > step and k < len(shown) - 1:
            views = {name: _at_most(view, k, step) for name, view in views.items()}
        frames[epoch] = k if shown[k] == step or k < len(shown) - 1 else max(k - 1, 0)
    return views, frames


def _at_most(view: View, k: int, step: int) -> View:
    """The same, with no step behind this one in frame k."""
    rows = view.rows.copy()
    rows[k] = min(rows[k], rows_at(view.run["epoch"], np.array([float(step)]))[0])
    return view._replace(rows=rows)


def times_of(runs: Runs, clock: Clock) -> dict[str, NDArray[Any]]:
    """When each kept row [N] is, in epochs of the run that has seen most samples, or took longest.

    Raises:
        RecordingError: no seconds are recorded.
    """
    epochs = {name: run["epoch"] for name, run in runs.items()}
    if clock == "step":
        return epochs
    each = {name: _per_epoch(run, clock)[epochs[name]] for name, run in runs.items()}
    longest = max(each, key=lambda name: float(each[name][-1]))
    scale = epochs[longest][-1] / (each[longest][-1] or 1)
    return {name: times * scale for name, times in each.items()}


def _per_epoch(run: Recording, clock: Clock) -> NDArray[Any]:
    """The samples or seconds up to each epoch [E]."""
    if clock == "samples":
        return np.arange(run.epochs) * samples(run)
    if "seconds" not in run.columns:
        raise RecordingError(f'{run.path}: has no column "seconds": choose clock = "step"')
    return run["seconds"]


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
    return max(views.values(), key=lambda view: int(view.run["epoch"][-1]))


def shown_steps(views: Views) -> NDArray[np.integer]:
    """The step that each frame shows [F]: that of the runs that still go on."""
    shown = [view.run["epoch"][view.rows] for view in views.values()]
    return np.asarray(np.max(shown, axis=0))


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
