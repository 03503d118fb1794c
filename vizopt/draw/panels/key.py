"""The key: which weight each colour is, and between which epochs or steps the update lies."""

from vizopt.core.arrays import Pixels
from vizopt.core.numbers import count
from vizopt.core.specs import spec
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.scale import scale_in
from vizopt.draw.views import Views
from vizopt.recording.header import Header

MIN_BAR_SHARE = 0.35  # of the width, that the bar keeps


@spec
class Legend(OneRun):
    """The colour scale of weights and updates, and the two epochs that the update lies between."""

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "params"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        note, text, _ = _texts(slot, run.header)
        width = _bar(slot, run.header)
        height = _first_line(slot, _longest(slot, run.header, text))
        shades = slot.theme.shades(255)[None]
        slot.axes.imshow(shades, extent=(0, width, height, 0), aspect="auto", zorder=0)
        slot.axes.set(xlim=(0, slot.width), ylim=(slot.height, 0))
        line = height + slot.font(12) * 1.25
        _write_ticks(slot, scale_in(views).ticks(), width, height, line)
        slot.text(slot.width, line, note, 12, align="right")

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        view = self.view(views)
        run, epochs = view.run, view.run["epoch"]
        shown, told, held = slot.grids.of(view, slot.playback, slot.theme)
        at, start, stop = (epochs[rows].tolist() for rows in (shown, told.start, told.stop))
        glyphs = slot.glyphs(12)
        _, *texts = _texts(slot, run.header)
        line = _first_line(slot, _longest(slot, run.header, texts[0]))

        def draw(window: Pixels, k: int) -> None:
            text = _words(slot, texts[int(held[k])], run.header.unit, at[k], start[k], stop[k])
            glyphs.write(window, text, slot.width, line, 1)

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


def _bar(slot: DrawContext, header: Header) -> float:
    """Width of the colour scale."""
    note, text = _short(slot, header)
    longest = max(slot.text_width(told, 12) for told in (_longest(slot, header, text), note))
    return min(slot.width - longest - slot.unit * 18, slot.width * 0.46)


def _texts(slot: DrawContext, header: Header) -> tuple[str, str, str]:
    """The note on the update's scale, and the key of the line above it: of grids that glide, and of
    held ones."""
    note, text = _short(slot, header)
    room = slot.width - _bar(slot, header) - slot.unit * 6
    told = slot.text_width(_longest(slot, header, "held_between"), 12)
    return note, text, "held_between" if told < room else "held_short_between"


def _short(slot: DrawContext, header: Header) -> tuple[str, str]:
    """The note and the key of the line above it, short where there is no room for them."""
    long = slot.say("linear_own" if slot.playback.mode == "flashing" else "linear_around")
    room = slot.width * (1 - MIN_BAR_SHARE)
    note = long if slot.text_width(long, 12) < room else slot.say("linear")
    text = "update_between"
    if slot.text_width(_longest(slot, header, text), 12) >= room:
        text = "update_short_between"
    return note, text


def _longest(slot: DrawContext, header: Header, text: str) -> str:
    last = header.epochs
    return _words(slot, text, header.unit, last, last - 1, last)


def _words(slot: DrawContext, text: str, unit: str, at: int, start: int, stop: int) -> str:
    """Between the weights of which epochs or steps the update lies, and of which the held ones are
    that are shown."""
    if start == stop:
        return slot.say("no_update")
    first, last = count(start), count(stop)
    return slot.say(text, unit=slot.say(unit), at=count(at), first=first, last=last)
