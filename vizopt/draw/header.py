"""The header of a picture: its title, its settings and the counter."""

from dataclasses import dataclass, replace

import numpy as np

from vizopt.core.arrays import Pixels, Size
from vizopt.core.sizes import MARGIN, Box
from vizopt.core.words import setting_keys
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.paint import pixel_axes
from vizopt.draw.panels import Draw, DrawContext
from vizopt.draw.small import (
    HEADER_BESIDE_ASPECT,
    beside,
    counter,
    kind_of,
    unit_of,
    write_title,
)
from vizopt.draw.theme import Theme
from vizopt.draw.views import BADGES, Views, at_end, clock_of, ended_of, planned_steps, shown_times

GAP = 26  # units between panels
TITLES = (20, 18, 16)  # sizes of a title; a longer one is cut
BETWEEN = "  ·  "  # settings
LINES = 3  # of settings at most
BESIDE_COUNT = 2  # of them where there is no title; more stand below the counter


@dataclass(frozen=True)
class HeaderText:
    """What a picture says above its panels.

    Args:
        title: large, on the left; without one the settings stand there.
        settings: the line below it.
        unit: key of the word for what the counter counts: "epoch", "step", "seconds".
    """

    title: str
    settings: str
    unit: str

    @property
    def line(self) -> str:
        """The title without line breaks."""
        return " ".join(self.title.split())


def headed(
    stage: FigureSpec, whole: DrawContext, words: HeaderText, views: Views
) -> tuple[Box, tuple[Box, Draw]]:
    """Write title and settings; what is left for the panels, and where and how the count goes on.

    A thumbnail has a count alone, above its panel, or with the title beside a square one.
    """
    size = whole.width, whole.height
    if kind_of(size) == "thumbnail":
        if stage.mosaic_for(size).names == ("plane",) and size[0] >= HEADER_BESIDE_ASPECT * size[1]:
            body, head = beside(size, whole.unit)
            axes = pixel_axes(whole.axes.figure, *head)  # type: ignore[arg-type]
            slot = replace(whole, axes=axes, width=head.width, height=head.height)
            write_title(slot, words.line)
            return body, (head, counter(slot, words.unit, views))
        words = HeaderText("", "", words.unit)
    body = _header(whole, words, views)
    return body, (Box(0, 0, *size), _counter(whole, words, views))


def _header(slot: DrawContext, words: HeaderText, views: Views) -> Box:
    """Write title and settings; what is left for the panels."""
    side = round(slot.unit * MARGIN)
    title, settings = _baselines(slot)
    right, unit = slot.width - side, slot.say(words.unit)
    if planned_steps(views) > 1:
        clock = clock_of(views)
        last = clock.written(clock.last)
        right -= round(slot.text_width(f"{last}{_total(slot, words, views)}", 20, "bold"))
        right -= round(slot.unit * 10)
        slot.text(right, title, unit, 13, align="right")
        right -= round(slot.text_width(unit) + slot.unit * 20)
    free, row = right - side, title
    if words.line:
        _title(slot, words.line, (side, title), free)
        free, row = slot.width - 2 * side, settings
    ended = slot.told(ended_of(views))
    if ended:  # why it ends there stands to the right of the second line
        taken = slot.text_width(ended, 14, "bold") + slot.unit * 20
        free = min(free, slot.width - 2 * side - round(taken))
    told = _settings(slot, words.settings)
    lines = _lines(slot, told, free)
    if not words.line and len(lines) > BESIDE_COUNT:  # they would be cut in what is left there
        row, lines = settings, _lines(slot, told, slot.width - 2 * side)
    for i, line in enumerate(lines):
        slot.text(side, row + i * slot.font(13) * 1.4, line)
    lowest = row + (len(lines) - 1) * slot.font(13) * 1.4
    lowest = max(lowest, settings) if ended else lowest
    return _below((slot.width, slot.height), slot.unit, lowest)


def body_of(size: Size, theme: Theme) -> Box:
    """What a frame has for its panels below a title and one line of settings."""
    unit = unit_of(size)
    return _below(size, unit, unit * (20 + theme.font(20) + theme.font(13) * 1.8))


def _below(size: Size, unit: float, lowest: float) -> Box:
    """What a frame has below a baseline for its panels."""
    side, top = round(unit * MARGIN), round(lowest + unit * 22)
    return Box(side, top, size[0] - 2 * side, size[1] - top - round(unit * 24))


def _title(slot: DrawContext, line: str, at: tuple[float, float], free: float) -> None:
    """Write the title as large as it fits, its beginning where it does not."""
    shown = {n: slot.fitted(line, n, free, "bold") for n in TITLES}
    size = next((n for n, text in shown.items() if text == line), TITLES[-1])
    slot.text(*at, shown[size], size, colour=slot.theme.ink, weight="bold")


def _settings(slot: DrawContext, settings: str) -> str:
    """The settings as they were recorded, in the picture's language as far as it has them."""
    known = setting_keys()

    def told(item: str) -> str:
        if item[:1] in [*BADGES]:  # of one of several runs
            return f"{item[:2]}{told(item[2:])}"
        return slot.theme.words.retold(item, *known, inside=(*known, "from_to"))

    parts = (map(told, part.split(", ")) for part in settings.split(BETWEEN))
    return BETWEEN.join(", ".join(part) for part in parts)


def _total(slot: DrawContext, words: HeaderText, views: Views) -> str:
    """What stands behind the counter, the last epoch: nothing where a large title needs it."""
    clock, title = clock_of(views), words.line
    last = clock.written(clock.last)
    whole = slot.text_width(f"{last} / {last}", 20, "bold")
    whole += slot.text_width(slot.say(words.unit))
    free = slot.width - 2 * slot.unit * MARGIN - whole - slot.unit * 30
    crowded = slot.fitted(title, TITLES[-1], free, "bold") != title
    return "" if slot.theme.large and crowded else f" / {last}"


def _lines(slot: DrawContext, settings: str, free: float) -> list[str]:
    """The settings in as few lines as hold them, all about as long, which part between two
    settings, or at the commas of one that is too long for a line."""
    parts: list[str] = []
    for part in settings.split(BETWEEN):
        whole = slot.text_width(part) <= free
        parts += [f"{item}, " for item in part.split(", ")] if not whole else [part]
        parts[-1] = parts[-1].removesuffix(", ") + BETWEEN
    many = len(_filled(slot, parts, free))
    width = next(w for w in np.linspace(free / 2, free, 21) if len(_filled(slot, parts, w)) <= many)
    lines = _filled(slot, parts, width)
    shown = [*lines[: LINES - 1], "".join(lines[LINES - 1 :])] if many > LINES else lines
    return [slot.fitted(_ended(line), 13, free) for line in shown]


def _filled(slot: DrawContext, parts: list[str], width: float) -> list[str]:
    """Lines of as many parts as go into the width, one at least, each with what joins it to the
    next one."""
    lines = [""]
    for part in parts:
        longer = lines[-1] + part
        if lines[-1] and slot.text_width(_ended(longer)) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def _ended(line: str) -> str:
    """A line without what would join it to the next one."""
    return line.removesuffix(BETWEEN).rstrip()


def _counter(slot: DrawContext, words: HeaderText, views: Views) -> Draw:
    """What the clock says, of the planned run; and on the last row, why it ends there."""
    clock, shown, last_rows = clock_of(views), shown_times(views), at_end(views)
    glyphs = slot.glyphs(20, colour=slot.theme.ink, weight="bold")
    x = slot.width - round(slot.unit * MARGIN)
    total = _total(slot, words, views)
    top, settings = map(round, _baselines(slot))
    warning = slot.glyphs(14, colour=slot.theme.accent("loss"), weight="bold")
    ended = slot.told(ended_of(views))

    def draw(window: Pixels, k: int) -> None:
        glyphs.write(window, f"{clock.written(shown[k])}{total}", x, top, 1)
        if ended and last_rows[k]:
            warning.write(window, ended, x, settings, 1)

    return draw


def _baselines(slot: DrawContext) -> tuple[float, float]:
    """Of the title and of the settings."""
    title = slot.unit * 20 + slot.font(20)
    return title, title + slot.font(13) * 1.8
