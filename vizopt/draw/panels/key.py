"""The key: which weight each colour is, and between which epochs or steps the update lies."""

from vizopt.core.arrays import Pixels
from vizopt.core.numbers import count
from vizopt.core.specs import spec
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.scale import scale_in
from vizopt.draw.updates import updates
from vizopt.draw.views import Views
from vizopt.recording.header import Header

LEAST = 0.35  # of the width, that the bar keeps


@spec
class Legend(OneRun):
    """The colour scale of weights and updates, and the two epochs that the update lies between."""

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "params"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        unit, last = run.header.unit, run.header.epochs
        note, text = _texts(slot, run.header)
        longest = max(
            slot.text_width(told, 12) for told in (_words(slot, text, unit, last - 1, last), note)
        )
        width = min(slot.width - longest - slot.unit * 18, slot.width * 0.46)
        height = _first_line(slot, _words(slot, text, unit, last - 1, last))
        shades = slot.theme.shades(255)[None]
        slot.axes.imshow(shades, extent=(0, width, height, 0), aspect="auto", zorder=0)
        slot.axes.set(xlim=(0, slot.width), ylim=(slot.height, 0))
        line = height + slot.font(12) * 1.25
        _write_ticks(slot, scale_in(views).ticks(), width, height, line)
        slot.text(slot.width, line, note, 12, align="right")

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        _, run, rows, _, course = self.view(views)
        epochs = run["epoch"]
        start, stop = (epochs[part] for part in updates(rows, slot.playback, course)[:2])
        glyphs = slot.glyphs(12)
        unit, last = run.header.unit, run.header.epochs
        _, text = _texts(slot, run.header)
        line = _first_line(slot, _words(slot, text, unit, last - 1, last))

        def draw(window: Pixels, k: int) -> None:
            glyphs.write(
                window, _words(slot, text, unit, int(start[k]), int(stop[k])), slot.width, line, 1
            )

        return draw


def _write_ticks(
    slot: DrawContext, ticks: list[tuple[float, str]], width: float, height: float, line: float
) -> None:
    """The values below the bar: all of them, or where there is no room without the middles."""
    gap = slot.unit * 3
    for shown in (ticks, ticks[::2], ticks[::4]):
        sizes = [slot.text_width(text, 12) for _, text in shown]
        places = [(1 + shade) / 2 * width for shade, _ in shown]
        starts = [place - size / 2 for place, size in zip(places, sizes, strict=True)]
        starts[0], starts[-1] = 0.0, width - sizes[-1]
        ends = [start + size + gap for start, size in zip(starts, sizes, strict=True)]
        if all(end <= start for end, start in zip(ends, starts[1:], strict=False)):
            break
    bottom = height + slot.unit * 3
    for start, place, (_, text) in zip(starts, places, shown, strict=True):
        slot.axes.plot(
            [place, place], [height, bottom], color=slot.theme.muted, lw=1.5 * slot.hairline
        )
        slot.text(start, line, text, 12)


def _first_line(slot: DrawContext, text: str) -> int:
    """Baseline of the upper line, and the bar's lower edge; lower where a letter is tall, as Ä."""
    return max(round(slot.font(12) * 0.85), slot.glyphs(12).ascent(text))


def _texts(slot: DrawContext, header: Header) -> tuple[str, str]:
    """The note on the update's scale and the key of the line above it, short where need be."""
    unit, last = header.unit, header.epochs
    long = slot.say("linear_own" if slot.playback.mode == "flashing" else "linear_around")
    room = slot.width * (1 - LEAST)
    note = long if slot.text_width(long, 12) < room else slot.say("linear")
    text = "update_between"
    if slot.text_width(_words(slot, text, unit, last - 1, last), 12) >= room:
        text = "update_short_between"
    return note, text


def _words(slot: DrawContext, text: str, unit: str, start: int, stop: int) -> str:
    """Between the weights of which epochs or steps the update lies."""
    if start == stop:
        return slot.say("no_update")
    return slot.say(text, unit=slot.say(unit), first=count(start), last=count(stop))
