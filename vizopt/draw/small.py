"""Small frames: thumbnails and banners, whose text is larger for its frame and whose panels few."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from vizopt.core.arrays import Pixels, Size
from vizopt.core.sizes import Box
from vizopt.draw.views import Views, at_end, clock_of, ended_of, planned_steps, shown_times

if TYPE_CHECKING:
    from vizopt.draw.panels import DrawContext

Kind: TypeAlias = Literal["thumbnail", "banner", ""]
THUMBNAIL_SIZE = (480, 270)  # a frame below one of these, or of these turned, is a thumbnail
BANNER_ASPECT = 2.5  # heights that a banner is wider than
BANNER = 1.8  # by which a banner's text is larger than in other frames of its height
THUMBNAIL = 0.625  # pixels of a unit in a thumbnail: its smallest text has eight
SIDE = 720  # units of the shorter side of every other frame
HEADER_BESIDE_ASPECT = 1.3  # heights from which on a thumbnail's header stands beside its panel
EDGE = 10  # units around all
LINES = 4  # of a title


def kind_of(size: Size) -> Kind:
    """Whether a frame is a thumbnail or a banner."""
    if min(size) < min(THUMBNAIL_SIZE) or max(size) < max(THUMBNAIL_SIZE):
        return "thumbnail"
    return "banner" if size[0] > BANNER_ASPECT * size[1] else ""


def unit_of(size: Size) -> float:
    """Pixels of a unit: a 720th of the shorter side, more where little would be read."""
    share = min(size) / SIDE
    return {"thumbnail": THUMBNAIL, "banner": BANNER * share, "": share}[kind_of(size)]


def beside(size: Size, unit: float) -> tuple[Box, Box]:
    """A square panel on the left of a thumbnail, and its header to the right."""
    edge = round(EDGE * unit)
    width, height = size
    side = min(height - 2 * edge, round(width * 0.62))
    head = Box(side + 2 * edge, 0, width - side - 3 * edge, height)
    return Box(edge, edge, side, height - 2 * edge), head


def write_title(slot: "DrawContext", title: str) -> None:
    """The title of a thumbnail, in lines below each other; the last is cut where more would be."""
    y = slot.font(20) + slot.unit * EDGE
    for line in _lines(slot, title):
        slot.text(0, y, line, 16, colour=slot.theme.ink, weight="bold")
        y += slot.font(16) * 1.25


def _lines(slot: "DrawContext", title: str) -> list[str]:
    """As many words in each line as it holds."""
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and slot.text_width(longer, 16, "bold") <= slot.width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines[LINES - 1 :] = [" ".join(lines[LINES - 1 :])]
    return [slot.fitted(line, 16, slot.width, "bold") for line in lines]


def counter(slot: "DrawContext", unit: str, views: Views) -> Callable[[Pixels, int], None]:
    """Write what is counted at the foot of a thumbnail's header; draw() writes the number, and on
    the last row why the run ends there."""
    clock, shown, last_rows = clock_of(views), shown_times(views), at_end(views)
    ended = slot.fitted(slot.told(ended_of(views)), 13, slot.width, "bold")
    warning = slot.glyphs(13, colour=slot.theme.accent("loss"), weight="bold")
    bottom = slot.height - slot.unit * 2 * EDGE
    if planned_steps(views) > 1:
        slot.text(0, bottom - slot.font(26) * 1.1, slot.say(unit), 13)
    glyphs = slot.glyphs(26, colour=slot.theme.ink, weight="bold")

    def draw(window: Pixels, k: int) -> None:
        glyphs.write(window, clock.written(shown[k]), 0, round(bottom))
        if ended and last_rows[k]:
            warning.write(
                window, ended, 0, round(bottom - slot.font(26) * 1.1 - slot.font(13) * 1.6)
            )

    return draw
