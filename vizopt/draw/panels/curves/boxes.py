"""Where the curves of a panel lie, and the lines of text of what never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vizopt.draw.panels.axis import Axis, Kind, Limits
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.labels import room_of
from vizopt.draw.panels.curves.names import drawn_of, shorts_of, title_of
from vizopt.draw.panels.curves.plot import HEAD, Plot, head
from vizopt.draw.theme import Theme
from vizopt.recording.logged import final, logged
from vizopt.recording.quantities import quantity
from vizopt.recording.readout import writing_of
from vizopt.recording.store import Recording

LOWEST = 3  # heights of a tick's text that a curve has at least
HIGH = 6  # of them that crowded curves leave no line of text below
ROOMY = 34  # heights of a title of width, from which on all titles have room
FOOT = 1.7  # of them that the epochs below take
ROW = 1.6  # heights of a large number that a line of text takes


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that never changes: its name and its number in a line of text."""

    title: str
    value: str
    left: float
    right: float
    baseline: float

    def write(self, slot: DrawContext) -> None:
        slot.text(self.left, self.baseline, self.title, 13)
        ink = slot.theme.ink
        slot.text(
            self.right, self.baseline, self.value, 18, colour=ink, weight="bold", align="right"
        )


def axis_of(
    column: str, runs: Sequence[Recording], kind: Kind, limits: Mapping[str, Limits] | None = None
) -> Axis:
    """The axis of a column: as it was given, or that of some runs together."""
    if limits and column in limits:
        return Axis.within(column, *limits[column], kind)
    return Axis.of(column, [run[name] for run in runs for name in drawn_of(run, column)], kind)


def plots(
    slot: DrawContext,
    run: Recording,
    columns: Sequence[str],
    kind: Kind,
    limits: Mapping[str, Limits] | None = None,
) -> list[Plot]:
    """The boxes of the curves, which fill what the lines of text leave."""
    moving = [column for column in columns if not _is_constant(run, column)]
    still = len(_told(slot, run, columns))
    across, gap = beside(slot, run, columns), slot.unit * 24
    foot = slot.font(11) * FOOT
    width, height = slot.width * 1.0, slot.height - foot
    if _aside(slot, run, columns):
        width -= (_room(slot, run, columns) + gap) * (still > 0)
    else:
        height -= _row(slot) * still
    many = max(len(moving), 1)
    wide = (width - gap * (many - 1)) / many if across else width
    high = height if across else height / many
    names = [room_of(slot, run, column, wide) for column in moving]
    if not across:  # one above the other they have one axis of epochs
        names = [max(names)] * len(names) if names else []
    made = [
        Plot.of(
            slot,
            run,
            column,
            axis_of(column, [run], kind, limits),
            (i * (wide + gap) if across else 0.0, 0.0 if across else high * i, wide, high),
            names[i],
        )
        for i, column in enumerate(moving)
    ]
    left = 0.0 if across else max((plot.left for plot in made), default=0.0)
    return [plot.starting(left) for plot in made]


def constants(slot: DrawContext, run: Recording, columns: Sequence[str]) -> list[Constant]:
    """The learning rate, where it stands still: below the curves, or at the right of them."""
    names = _told(slot, run, columns)
    lines = []
    for i, column in enumerate(names):
        name, value = title_of(slot, run, column), writing_of(run, column)(final(run[column]))
        aside = _aside(slot, run, columns)
        room = slot.width - _room(slot, run, columns) if aside else 0.0
        if slot.text_width(name) + slot.text_width(value, 18, "bold") > slot.width - room:
            name = shorts_of(slot, run, column)[0]
        up = _row(slot) * (len(names) - 1 - i)
        base = head(slot) if aside else slot.height - up - slot.font(18) * 0.3
        lines.append(Constant(name, value, room, slot.width - slot.unit, base))
    return lines


def beside(slot: DrawContext, run: Recording, columns: Sequence[str]) -> bool:
    """Whether curves lie beside each other: where that leaves room for their titles, or where one
    above the other they would have no height."""
    roomy = slot.width > slot.font(13) * ROOMY
    return slot.width > 2 * slot.height and (roomy or _flat(slot, run, columns))


def _flat(slot: DrawContext, run: Recording, columns: Sequence[str]) -> bool:
    """Whether curves would have no height, one above the other."""
    still = sum(_is_constant(run, column) for column in columns)
    return slot.height < slot.unit * stacked(slot.theme, len(columns) - still, still, LOWEST)


def stacked(theme: Theme, moving: int, still: int, lowest: float) -> float:
    """Units of height of curves one above the other, and of lines of text below them.

    Args:
        theme: the size of text.
        moving, still: how many they are.
        lowest: heights of a tick's text that a curve has.
    """
    each = theme.font(18) * HEAD + 18 + theme.font(11) * lowest
    return each * moving + theme.font(11) * FOOT + theme.font(18) * ROW * still


def _is_constant(run: Recording, column: str) -> bool:
    """Whether a column is a rate that a run keeps from its first epoch to its last."""
    values = logged(run[column])[1]
    return not quantity(column).made and len(values) > 0 and bool((values == values[0]).all())


def _told(slot: DrawContext, run: Recording, columns: Sequence[str]) -> list[str]:
    """The columns that are a line of text; none beside curves that are crowded and flat: the line
    below the title has the learning rate too."""
    names = [column for column in columns if _is_constant(run, column)]
    if len(names) == len(columns) or not _crowded(slot, run, columns):
        return names
    high = slot.unit * stacked(slot.theme, 1, len(names), HIGH)
    return names if slot.height >= high else []


def left_out(slot: DrawContext, run: Recording, columns: Sequence[str]) -> list[str]:
    """The columns that are neither a curve nor a line of text."""
    told = _told(slot, run, columns)
    return [column for column in columns if _is_constant(run, column) and column not in told]


def _crowded(slot: DrawContext, run: Recording, columns: Sequence[str]) -> bool:
    """Whether curves lie beside each other without room for their titles."""
    return slot.width <= slot.font(13) * ROOMY and beside(slot, run, columns)


def _aside(slot: DrawContext, run: Recording, columns: Sequence[str]) -> bool:
    """Whether lines of text stand at the right of the curves, and not below them."""
    return beside(slot, run, columns) and not _crowded(slot, run, columns)


def _row(slot: DrawContext) -> float:
    """Height of a line of text with a large number."""
    return slot.font(18) * ROW


def _room(slot: DrawContext, run: Recording, columns: Sequence[str]) -> float:
    """Width that lines of text take at the right of curves that lie beside each other."""
    names = _told(slot, run, columns)
    wide = [
        slot.text_width(title_of(slot, run, column))
        + slot.text_width(writing_of(run, column)(final(run[column])), 18, "bold")
        for column in names
    ]
    return min(max(wide, default=0.0) + slot.unit * 12, slot.width / 3) if names else 0.0
