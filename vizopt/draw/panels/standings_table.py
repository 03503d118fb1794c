"""The table of standings: which columns have room, how large its text is, where its rows stand."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.panels.badge import reach
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.names import title_of
from vizopt.draw.views import Views, clock_of
from vizopt.recording.clock import Clock
from vizopt.recording.events import MARKS
from vizopt.recording.seeded import Seeded

F = TypeVar("F", float, NDArray[np.float64])

SIZES = (15, 13, 12, 11)  # of the rows: the largest that there is room for
HEAD = 11  # of what stands above
LOWEST = 1.25  # heights of a text from row to row, at least
HIGHEST = 2.6  # and at most
NEAR = 1.4  # from one to another that it passes, where there is room
PITCH = 1.35  # heights of a title's text from its first line to the second
LINE = 1.15  # heights of a name's text from its first line to the second
# Share of the table that names take at most, and units between columns: as there is room.
WAYS = ((0.36, 14.0), (0.36, 8.0), (0.24, 8.0))
ALONE = ((0.6, 14.0),)  # where there are few columns


class Table(NamedTuple):
    """Where the columns end and the rows stand, in pixels."""

    above: list[str]  # first line of the titles
    titles: list[str]
    rights: list[float]
    marks: list[float]
    size: int
    top: float
    pitch: float
    left: float  # of the names
    room: float  # for them
    widest: float  # of them, as far as they are not cut
    height: float  # of the ink in the highest row
    ends: float  # for the range of the seeds, where there are several
    clock: Clock

    @classmethod
    def of(cls, slot: DrawContext, views: Views, by: str) -> "Table":
        """As large as all columns fit, with less room for names and between columns before one is
        left out: of accuracies that none reaches the highest, then the lowest."""
        each = (slot.height - slot.font(HEAD) * (2 + PITCH)) / len(views)
        sizes = [size for size in SIZES if slot.font(size) * LOWEST <= each] or [SIZES[-1]]
        marks = [*MARKS] if by == "accuracy" else []
        while True:
            for way in WAYS if marks else ALONE:
                for size in sizes:
                    table = cls._sized(slot, views, by, size, marks, way)
                    if table.room >= table.widest:
                        return table._with_height(slot, views)
            if not marks:
                return table._with_height(slot, views)
            marks.pop(-1 if reached_by_none(views, marks[-1]) else 0)

    @classmethod
    def _sized(
        cls,
        slot: DrawContext,
        views: Views,
        by: str,
        size: int,
        marks: list[float],
        way: tuple[float, float],
    ) -> "Table":
        """With text of a size and the columns of these accuracies."""
        share, gap = way[0], way[1] * slot.unit
        head = slot.font(HEAD) * (2 + PITCH)
        pitch = min((slot.height - head) / len(views), slot.font(size) * HIGHEST)
        clock = clock_of(views)
        best = slot.say("best_accuracy" if by == "accuracy" else "lowest_value")
        widest = max(slot.text_width(clock.written(v.times[-1]), size) for v in views.values())
        above = slot.text_width(slot.say("steps_to", units=slot.say(clock.units)), HEAD)
        step = max(widest, slot.text_width("95 %", HEAD)) + gap
        step = max(step, (above + gap) / len(marks) if marks else 0.0)
        named = title_of(slot, next(iter(views.values())).run, by)
        value = max(slot.text_width(text, HEAD) for text in (best, named))
        ends = slot.text_width("0.000–0.000", HEAD) + slot.unit * 6 if seeds_of(views) > 1 else 0.0
        value = max(value, slot.text_width("0.0000", size, "bold") + ends) + slot.unit * 12
        left = 2.8 * reach(slot, size)
        name = max(slot.text_width(view.name, size, "bold") for view in views.values())
        name = min(name, slot.width * share) + slot.unit * 6
        titles = [best, *(f"{mark * 100:.0f} %" for mark in marks)]
        first = [named, *[""] * len(marks)]
        if marks:
            first[-1] = slot.say("steps_to", units=slot.say(clock.units))
        if by != "accuracy":
            titles, first = [*titles, ""], [named, slot.say(clock.unit)]
        many = len(titles) - 1
        rights = [slot.width - step * (many - i) for i in range(many + 1)]
        room = rights[0] - value - left
        places = [*marks], size, head, pitch, left, room, name, NEAR * slot.font(size), ends
        return cls(first, titles, rights, *places, clock)

    def y(self, place: F) -> F:
        """The middle of a row."""
        return self.top + (place + 0.5) * self.pitch

    def _with_height(self, slot: DrawContext, views: Views) -> "Table":
        """With the height of the highest row, at most from row to row."""
        names = [names_in(slot, name, self) for name in views]
        highest = max(slot.font(size) * max(LINE * len(lines), NEAR) for lines, size in names)
        return self._replace(height=min(highest, self.pitch))


def seeds_of(views: Views) -> int:
    """With how many the runs were trained, at most."""
    runs = (view.run for view in views.values())
    return max(len(run.members) if isinstance(run, Seeded) else 1 for run in runs)


def reached_by_none(views: Views, mark: float) -> bool:
    return not any((view.run["accuracy"] >= mark).any() for view in views.values())


def names_in(slot: DrawContext, name: str, table: Table) -> tuple[list[str], float]:
    """A name and its size: smaller, then in two lines, where it would be cut; else it is cut."""

    def fits(text: str, size: int) -> bool:
        return slot.fitted(text, size, table.room, "bold") == text

    for size in SIZES[SIZES.index(table.size) :]:
        if fits(name, size):
            return [name], size
    words = name.split(" ")
    halves = [[" ".join(words[:i]), " ".join(words[i:])] for i in range(len(words) - 1, 0, -1)]
    for size in SIZES:
        for both in halves if 2 * LINE * slot.font(size) <= table.pitch else []:
            if all(fits(half, size) for half in both):
                return both, size
    return [slot.fitted(name, SIZES[-1], table.room, "bold")], SIZES[-1]
