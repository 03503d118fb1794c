"""The legend: each class' marker and name, in a line below what shows them or in several."""

from collections.abc import Callable
from dataclasses import dataclass

from vizopt.core.numbers import count
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.markers import markers
from vizopt.recording.store import Recording

CAPTION = 24  # units of height of the first line
LINES = 4  # at most
MAX_CLASSES = 20  # classes that are named; their markers can be told apart
SIZES = (13, 11)  # of the names in one line, and in several
GAP = 0.4  # of the font's size, between a name and the next marker
PITCH = 1.5  # of the font's size, from line to line
PLAIN = 2  # ways to write names that cut none of them


@dataclass(frozen=True, slots=True)
class ClassLegend:
    """Names in lines of equal steps.

    Args:
        names: as they are written, in the order of the classes.
        across: names in a line.
        step: pixels from one to the next.
        more: how many classes are not named, in words.
    """

    names: list[str]
    across: int
    step: float
    more: str = ""

    @classmethod
    def of(
        cls, slot: DrawContext, names: tuple[str, ...], width: float, mark: float
    ) -> "ClassLegend":
        """One line where the names fit into it or what they do not share, else as few as hold them.

        Each name has room for its marker and three figures at least; where there is less, what is
        left is counted.

        Args:
            slot: the window.
            names: of all classes.
            width: of a line, in pixels.
            mark: pixels that a marker takes.
        """
        some = names[:MAX_CLASSES]
        for lines in range(1, LINES + 1):
            across = -(-len(some) // lines)
            size = SIZES[lines > 1 or len(names) > MAX_CLASSES]
            for parts in dict.fromkeys((max(across, 3), across)):  # two have room for three
                room = width / parts - mark - GAP * slot.font(size)
                shown = written(slot, some, room, size, PLAIN)
                if shown and across * lines - len(some) < across:
                    return cls._ended(slot, shown, across, width / parts, len(names))
        least = mark + slot.text_width("000", SIZES[0])
        if least * len(names) <= width and len(names) <= MAX_CLASSES:
            step = width / len(names)
            return cls(_cut(slot, names, step - mark, SIZES[0]), len(names), step)
        least = mark + slot.text_width("000", SIZES[1])
        across = min(max(int(width / least), 1), -(-len(some) // LINES))
        some, step = some[: across * LINES], width / across
        shown = _cut(slot, some, step - mark, SIZES[1])
        return cls._ended(slot, shown, across, step, len(names))

    @classmethod
    def _ended(
        cls, slot: DrawContext, shown: list[str], across: int, step: float, every: int
    ) -> "ClassLegend":
        """The names that are shown, fewer where the last line has to end with how many are not."""
        if len(shown) == every:
            return cls(shown, across, step)
        free = across * step - slot.text_width(_more(slot, every), SIZES[1])
        last = (len(shown) - 1) % across + 1
        kept = len(shown) - last + max(min(last, int(free / step)), 1)
        return cls(shown[:kept], across, step, _more(slot, every - kept))

    @property
    def lines(self) -> int:
        return -(-len(self.names) // self.across)

    @property
    def size(self) -> int:
        """Of its text."""
        return SIZES[self.lines > 1 or bool(self.more)]

    def height(self, slot: DrawContext) -> float:
        """In pixels."""
        if not self.names:
            return 0.0
        return slot.unit * CAPTION + (self.lines - 1) * PITCH * slot.font(self.size)

    def draw(
        self, slot: DrawContext, left: float, top: float, width: float, diameter: float
    ) -> None:
        """Write it below a box's lower edge.

        Args:
            slot: the window.
            left, top: the box's lower left corner, in pixels.
            width: of the box.
            diameter: of a marker.
        """
        font = slot.font(self.size)
        for c, name in enumerate(self.names):
            row, column = divmod(c, self.across)
            middle = top + slot.unit * CAPTION - font * 0.4 + row * PITCH * font
            x = left + column * self.step
            markers(slot.axes, slot.theme, [x + 0.75 * diameter], [middle], c, diameter)
            slot.text(x + 1.75 * diameter, middle + font * 0.36, name, self.size)
        if self.more:
            base = middle + font * 0.36
            slot.text(left + width, base, self.more, self.size, align="right")


def fitting(
    slot: DrawContext,
    run: Recording,
    side: Callable[[float], float],
    diameter: float,
    *,
    named: bool = True,
) -> tuple[ClassLegend, int]:
    """The legend of a run's classes, and the width of the box above it, which it leaves.

    Args:
        slot: the window.
        run: the recording.
        side: the box's width beside a legend of this height.
        diameter: of a marker.
        named: whether there is one.
    """
    if not named:
        return ClassLegend([], 1, 0.0), int(side(0.0))
    words = slot.theme.words  # classes that only count are said in the picture's language
    names = tuple(words.retold(name, "class") for name in run.header.classes)
    height = slot.unit * CAPTION
    while True:
        width = int(side(height))
        legend = ClassLegend.of(slot, names, width, 1.9 * diameter)
        if legend.height(slot) <= height:
            return legend, width
        height = legend.height(slot)


def written(
    slot: DrawContext, names: tuple[str, ...], room: float, size: float, ways: int
) -> list[str] | None:
    """The classes' names, or what tells them apart: the words that are not those of all of them,
    beginnings, ends; if they fit.

    Args:
        slot: the window.
        names: of the classes.
        room: pixels for each.
        size: of the text.
        ways: how many of these may be tried.
    """
    tried: list[Callable[[], list[str]]] = [
        lambda: list(names),
        lambda: _own_words(names),
        lambda: [slot.fitted(name, size, room) for name in names],
        lambda: ["…" + slot.fitted(name[::-1], size, room).rstrip("…")[::-1] for name in names],
    ]
    for way in tried[:ways]:
        shown = way()
        wide = max((slot.text_width(name, size) for name in shown), default=0.0)
        # Drawn text is a little narrower than its letters' widths together.
        spare = slot.text_width("…", size) * (1.0 if any("…" in name for name in shown) else 0.2)
        if wide <= room + spare and len(set(shown)) == len(names):
            return shown
    return None


def _own_words(names: tuple[str, ...]) -> list[str]:
    """Names without the words with which all of them begin or end: "not spam" stays what it is."""
    words = [name.split() for name in names]
    most = min(map(len, words), default=1) - 1  # each keeps one
    start = _shared(words, most)
    end = _shared([every[::-1] for every in words], most - start)
    return [" ".join(every[start : len(every) - end]) for every in words]


def _shared(words: list[list[str]], most: int) -> int:
    """With how many words all begin, of so many at most."""
    beginnings = (n for n in range(most, 0, -1) if len({tuple(every[:n]) for every in words}) == 1)
    return next(beginnings, 0)


def _cut(slot: DrawContext, names: tuple[str, ...], room: float, size: float) -> list[str]:
    """The classes' names as they fit, or their numbers."""
    numbers = [slot.fitted(str(c), size, room) for c in range(len(names))]
    return written(slot, names, room, size, 4) or numbers


def _more(slot: DrawContext, classes: int) -> str:
    return slot.say("more_classes", count=count(classes))
