"""The key: what red and blue mean, and which epochs an update stands for."""

from vizopt.arrays import Pixels, Rows
from vizopt.panels.base import Draw, Slot
from vizopt.recording import Recording
from vizopt.specs import spec
from vizopt.theme import count
from vizopt.timeline import intervals

NOTE = "scaled to the largest around it"
FLASHING = "scaled to its own largest"


@spec
class Key:
    """The colour scale of weights and updates, and the epochs whose updates are summed."""

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch"})

    def static(self, slot: Slot, run: Recording) -> None:
        last = run.header.epochs
        longest = slot.text_width(_words(last - 1, last), 12)
        width = min(slot.width - longest - slot.unit * 24, slot.width * 0.36)
        height = _first_line(slot)
        shades = slot.theme.shades(255)[None]
        slot.axes.imshow(shades, extent=(0, width, height, 0), aspect="auto", zorder=0)
        slot.axes.set(xlim=(0, slot.width), ylim=(slot.height, 0))
        line = height + slot.font(12) * 1.25
        wide = slot.text_width("− negative", 12) < width * 0.45
        slot.text(0, line, "− negative" if wide else "−", 12)
        slot.text(width, line, "positive +" if wide else "+", 12, align="right")
        slot.text(slot.width, line, NOTE if slot.hold else FLASHING, 12, align="right")

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        epochs = run["epoch"]
        frames = max(slot.hold, 1)
        start, stop = (epochs[part] for part in intervals(rows[::frames]))
        glyphs = slot.glyphs(12)
        line = _first_line(slot)

        def draw(window: Pixels, k: int) -> None:
            first, last = int(start[k // frames]), int(stop[k // frames]) - 1
            text = _words(first, max(first, last))
            glyphs.write(window, text, slot.width, line, 1)

        return draw


def _first_line(slot: Slot) -> int:
    """Baseline of the upper line, and the bar's lower edge."""
    return round(slot.font(12) * 0.85)


def _words(first: int, last: int) -> str:
    if first == last:
        return f"update: epoch {count(first)}"
    return f"update: sum of epochs {count(first)}–{count(last)}"
