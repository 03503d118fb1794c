"""The stage: what a picture holds, and every frame of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Annotated

import numpy as np

from vizopt.core.arrays import Frame, Pixels, Rows, Size
from vizopt.core.errors import RecordingError, VizoptError, hint
from vizopt.core.kinds import OneOf
from vizopt.core.numbers import count
from vizopt.core.sizes import MARGIN
from vizopt.core.specs import spec
from vizopt.draw.mosaic import Box, Mosaic
from vizopt.draw.paint import DPI, drawn, pixel_axes
from vizopt.draw.panels import PANELS, Draw, Panel, Slot
from vizopt.draw.playback import Playback
from vizopt.draw.printed import laid
from vizopt.draw.small import BESIDE, beside, counter, kind_of, unit_of, write_title
from vizopt.draw.theme import Theme
from vizopt.draw.tracing import Traced
from vizopt.recording.events import broken_off
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAP = 26  # between panels
LEAST = 20  # width and height of a panel
# A frame narrower than this many heights takes the mosaic of that name, or the next that is there.
SHAPES = (("portrait", 0.8), ("square", 1.3), ("standard", 1.5), ("mosaic", inf))
TITLES = (20, 18, 16)  # sizes of a title; a longer one is cut
BETWEEN = "  ·  "  # settings
# Words that they have: names of rules; schedules; all.
RULES = ("sgd_momentum", "sgd_momentum_torch", "nesterov", "nesterov_keras")
SCHEDULES = (
    *("then", "warm_up", "steps_every", "steps_at", "exponential", "polynomial", "cosine"),
    *("cosine_restarts", "one_cycle", "piecewise"),
)
SETTINGS = (
    *("rate", "first_rate", "decay", "weight_decay", "momentum_decay", "momentum", *RULES),
    *("acts_here", *SCHEDULES),
    *("points", "samples", "classes", "start", "batch", "dropout", "held_out"),
    *("spiral", "blobs", "moons", "rings", "checkerboard", "bands"),
)
LINES = 3  # of settings at most
BESIDE_COUNT = 2  # of them where there is no title; more stand below the counter


@spec
class Stage:
    """The panels of a picture and where they lie.

    Args:
        panels: what is shown, each panel by a name of its own.
        mosaic: their places on a wide frame; when left out, the panels take the places that the
            arranged picture has for theirs: `plane`, `key`, `curves`, a layer's name, `descent`, …
        standard: their places on a frame like a 4:3 slide, narrower than 1.5 heights; the wide ones
            when left out.
        square: their places on a frame narrower than 1.3 heights; the wide ones when left out.
        portrait: their places on a frame narrower than 0.8 heights; the square ones when left out.
        banner: their places on a frame wider than 2.5 heights; the wide ones when left out.
        thumbnail: their places on a frame smaller than 480 × 270; those of its shape when left out.
    """

    panels: dict[str, Annotated[Panel, OneOf(PANELS)]]
    mosaic: Mosaic | None = None
    standard: Mosaic | None = None
    square: Mosaic | None = None
    portrait: Mosaic | None = None
    banner: Mosaic | None = None
    thumbnail: Mosaic | None = None

    def __post_init__(self) -> None:
        for shape, mosaic in self.mosaics.items():
            if not self.mosaic:
                raise ValueError(f"{shape}: give a mosaic for wide frames too")
            for name in mosaic.names:
                if name not in self.panels:
                    raise ValueError(f'mosaic names "{name}", no panel: {hint(name, self.panels)}')

    @property
    def needs(self) -> frozenset[str]:
        """The recorded columns that the panels show."""
        return frozenset().union(*(panel.needs for panel in self.panels.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """The panels that have a place, in reading order."""
        return self.mosaic.names if self.mosaic else ()

    @property
    def mosaics(self) -> dict[str, Mosaic]:
        """Those that there are, by their keys."""
        shapes = [shape for shape, _ in SHAPES]
        every = ((shape, getattr(self, shape)) for shape in (*shapes, "banner", "thumbnail"))
        return {shape: mosaic for shape, mosaic in every if mosaic}

    def mosaic_for(self, size: Size) -> Mosaic:
        """The mosaic of a frame's shape; arranged() gives every stage a wide one at least."""
        if small := self.mosaics.get(kind_of(size)):
            return small
        wide = [shape for shape, ratio in SHAPES if size[0] < ratio * size[1]]
        fits = [shape for shape in wide if shape != "standard" or wide[0] == "standard"]
        return next(self.mosaics[shape] for shape in fits if shape in self.mosaics)


@dataclass(frozen=True)
class Words:
    """What a picture says above its panels.

    Args:
        title: large, on the left; without one the settings stand there.
        settings: the line below it.
        unit: what the counter counts, "epoch" or "step".
    """

    title: str
    settings: str
    unit: str

    @property
    def line(self) -> str:
        """The title without line breaks."""
        return " ".join(self.title.split())


class FrameRenderer:
    """Every frame of a clip; `picture[k]` depends on nothing that was drawn before.

    What stands still is drawn once by matplotlib, what moves by NumPy into a copy of it.

    Args:
        stage: the panels and their places.
        run: the recording.
        rows: the recorded row that each frame shows [F].
        playback: size of the frames, and how they follow each other.
        theme: colours.
        words: title, settings, unit.

    Raises:
        RecordingError: a panel needs a column that was not recorded.
    """

    def __init__(
        self,
        stage: Stage,
        run: Recording,
        rows: Rows,
        playback: Playback,
        theme: Theme,
        words: Words,
    ) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        for column in sorted(stage.needs - run.names):
            raise RecordingError(
                f"{run.path}: no column {column!r}, which the picture needs: record it again"
            )
        self._frames = len(rows)
        self.size = size = playback.size
        with theme.applied():
            figure = Figure((size[0] / DPI, size[1] / DPI), dpi=DPI, facecolor=theme.paper)
            canvas = FigureCanvasAgg(figure)
            header = _slot(figure, Box(0, 0, *size), theme, playback)
            body, counted = _headed(stage, header, words, run, rows)
            boxes = stage.mosaic_for(size).boxes(body, header.unit * GAP)
            for name, box in boxes.items():
                if min(box.width, box.height) < header.unit * LEAST:
                    at = f"{size[0]}x{size[1]}"
                    raise VizoptError(f"stage.mosaic: panel {name} is too small to draw at {at}")
            slots = {
                name: _slot(figure, box, theme, playback, header) for name, box in boxes.items()
            }
            for name, slot in slots.items():
                stage.panels[name].static(slot, run)
            self.figure = figure
            self._still = drawn(canvas)
            self._draws: list[tuple[Box, Draw]] = [counted] if run.header.epochs > 1 else []
            for name, slot in slots.items():
                self._draws.append((boxes[name], stage.panels[name].dynamic(slot, run, rows)))

    def __len__(self) -> int:
        return self._frames

    def __getitem__(self, k: int) -> Frame:
        """Frame k [H, W, 4], a fresh array."""
        frame = self._still.copy()
        for box, draw in self._draws:
            draw(_window(frame, box), k)
        return frame

    def printed(self, k: int) -> "AbstractContextManager[Figure]":
        """Frame k as a figure whose text is text and whose curves are curves, within the block."""
        frame = Traced.of(self._still)
        for box, draw in self._draws:
            draw(_window(frame, box), k)
        return laid(self.figure, self._still, frame)

    def __iter__(self) -> Iterator[Frame]:
        return (self[k] for k in range(len(self)))


def _window(frame: Frame, box: Box) -> Pixels:
    return frame[box.y : box.y + box.height, box.x : box.x + box.width]


def _slot(
    figure: "Figure", box: Box, theme: Theme, playback: Playback, whole: Slot | None = None
) -> Slot:
    return Slot(
        axes=pixel_axes(figure, *box),
        width=box.width,
        height=box.height,
        theme=theme,
        unit=whole.unit if whole else unit_of(playback.size),
        playback=playback,
    )


def _headed(
    stage: Stage, whole: Slot, words: Words, run: Recording, rows: Rows
) -> tuple[Box, tuple[Box, Draw]]:
    """Write title and settings; what is left for the panels, and where and how the count goes on.

    A thumbnail has a count alone, above its panel, or with the title beside a square one.
    """
    size = whole.width, whole.height
    if kind_of(size) == "thumbnail":
        if stage.mosaic_for(size).names == ("plane",) and size[0] >= BESIDE * size[1]:
            body, head = beside(size, whole.unit)
            axes = pixel_axes(whole.axes.figure, *head)  # type: ignore[arg-type]
            slot = replace(whole, axes=axes, width=head.width, height=head.height)
            write_title(slot, words.line)
            return body, (head, counter(slot, words.unit, run, rows))
        words = Words("", "", words.unit)
    body = _header(whole, words, run)
    return body, (Box(0, 0, *size), _counter(whole, words.line, run, rows))


def _header(slot: Slot, words: Words, run: Recording) -> Box:
    """Write title and settings; what is left for the panels."""
    side = round(slot.unit * MARGIN)
    title, settings = _baselines(slot)
    right, unit = slot.width - side, slot.say(words.unit)
    if run.header.epochs > 1:
        last = count(run.header.epochs - 1)
        right -= round(slot.text_width(f"{last}{_total(slot, words.line, run)}", 20, "bold"))
        right -= round(slot.unit * 10)
        slot.text(right, title, unit, 13, align="right")
        right -= round(slot.text_width(unit) + slot.unit * 20)
    free, row = right - side, title
    if words.line:
        _title(slot, words.line, (side, title), free)
        free, row = slot.width - 2 * side, settings
    if run.diverged is not None:  # why it ends there stands to the right of the second line
        ended = slot.text_width(slot.told(broken_off(run)), 14, "bold") + slot.unit * 20
        free = min(free, slot.width - 2 * side - round(ended))
    told = _settings(slot, words.settings)
    lines = _lines(slot, told, free)
    if not words.line and len(lines) > BESIDE_COUNT:  # they would be cut in what is left there
        row, lines = settings, _lines(slot, told, slot.width - 2 * side)
    for i, line in enumerate(lines):
        slot.text(side, row + i * slot.font(13) * 1.4, line)
    lowest = row + (len(lines) - 1) * slot.font(13) * 1.4
    lowest = lowest if run.diverged is None else max(lowest, settings)
    top = round(lowest + slot.unit * 22)
    return Box(side, top, slot.width - 2 * side, slot.height - top - round(slot.unit * 24))


def _title(slot: Slot, line: str, at: tuple[float, float], free: float) -> None:
    """Write the title as large as it fits, its beginning where it does not."""
    shown = {n: slot.fitted(line, n, free, "bold") for n in TITLES}
    size = next((n for n, text in shown.items() if text == line), TITLES[-1])
    slot.text(*at, shown[size], size, colour=slot.theme.ink, weight="bold")


def _settings(slot: Slot, settings: str) -> str:
    """The settings as they were recorded, in the picture's language as far as it has them."""

    inside = (*RULES, *SCHEDULES, "from_to")

    def told(item: str) -> str:
        return slot.theme.words.retold(item, *SETTINGS, inside=inside)

    parts = (map(told, part.split(", ")) for part in settings.split(BETWEEN))
    return BETWEEN.join(", ".join(part) for part in parts)


def _total(slot: Slot, title: str, run: Recording) -> str:
    """What stands behind the counter, the last epoch: nothing where a large title needs it."""
    last = count(run.header.epochs - 1)
    whole = slot.text_width(f"{last} / {last}", 20, "bold")
    whole += slot.text_width(slot.say(run.header.unit))
    free = slot.width - 2 * slot.unit * MARGIN - whole - slot.unit * 30
    crowded = slot.fitted(title, TITLES[-1], free, "bold") != title
    return "" if slot.theme.large and crowded else f" / {last}"


def _lines(slot: Slot, settings: str, free: float) -> list[str]:
    """The settings in as few lines as hold them, all about as long, which part between two
    settings, or at the commas of one that is too long for a line."""
    parts: list[str] = []
    for part in settings.split(BETWEEN):
        whole = slot.text_width(part) <= free
        parts += [f"{item}, " for item in part.split(", ")] if not whole else [part]
        parts[-1] = parts[-1].removesuffix(", ") + BETWEEN
    many = len(_filled(slot, parts, free))
    width = next(w for w in np.linspace(free / 2, free, 21) if len(_filled(slot, parts, w)) <= many)
    *lines, last = _filled(slot, parts, width)
    if many > LINES:
        lines, last = lines[: LINES - 1], " ".join([*lines[LINES - 1 :], last])
    return [slot.fitted(line, 13, free) for line in (*lines, last)]


def _filled(slot: Slot, parts: list[str], width: float) -> list[str]:
    """Lines of as many parts as go into the width, one at least."""
    lines = [""]
    for part in parts:
        longer = lines[-1] + part
        if lines[-1] and slot.text_width(longer.removesuffix(BETWEEN).rstrip()) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return [line.removesuffix(BETWEEN).rstrip() for line in lines]


def _counter(slot: Slot, title: str, run: Recording, rows: Rows) -> Draw:
    """The true epoch, of the planned run; and on the last row, why it ends there."""
    epochs = run["epoch"][rows]
    glyphs = slot.glyphs(20, colour=slot.theme.ink, weight="bold")
    x = slot.width - round(slot.unit * MARGIN)
    total = _total(slot, title, run)
    top, settings = map(round, _baselines(slot))
    warning = slot.glyphs(14, colour=slot.theme.accent("loss"), weight="bold")
    ended = slot.told(broken_off(run))

    def draw(window: Pixels, k: int) -> None:
        glyphs.write(window, f"{count(int(epochs[k]))}{total}", x, top, 1)
        if ended and rows[k] == len(run) - 1:
            warning.write(window, ended, x, settings, 1)

    return draw


def _baselines(slot: Slot) -> tuple[float, float]:
    """Of the title and of the settings."""
    title = slot.unit * 20 + slot.font(20)
    return title, title + slot.font(13) * 1.8
