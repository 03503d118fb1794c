"""The key: what red and blue mean, and between which epochs the update lies."""

from vizopt.arrays import Pixels, Rows
from vizopt.numbers import count
from vizopt.panels.base import Draw, Slot
from vizopt.recording import Recording
from vizopt.specs import spec
from vizopt.timeline import windows

NOTE = "scaled to the largest around it"
FLASHING = "scaled to its own largest"


@spec
class Key:
    """The colour scale of weights and updates, and the two epochs that the update lies between."""

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
        slot.text(
            slot.width,
            line,
            FLASHING if slot.playback.mode == "flashing" else NOTE,
            12,
            align="right",
        )

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        epochs = run["epoch"]
        start, stop = (epochs[part] for part in windows(rows, slot.playback.window))
        glyphs = slot.glyphs(12)
        line = _first_line(slot)

        def draw(window: Pixels, k: int) -> None:
            glyphs.write(window, _words(int(start[k]), int(stop[k])), slot.width, line, 1)

        return draw


def _first_line(slot: Slot) -> int:
    """Baseline of the upper line, and the bar's lower edge."""
    return round(slot.font(12) * 0.85)


def _words(start: int, stop: int) -> str:
    """Between which epochs' weights the update lies."""
    return f"update: epoch {count(start)} → {count(stop)}" if start < stop else "no update"
