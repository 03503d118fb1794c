"""Weights: one layer's matrix as red and blue cells, its update beside it."""

from collections.abc import Callable
from math import floor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Matrix, Pixels
from vizopt.core.numbers import number
from vizopt.core.params import Grid
from vizopt.core.sizes import Box
from vizopt.core.specs import spec
from vizopt.draw.changes import change, full, matrix
from vizopt.draw.coarse import Placed
from vizopt.draw.panels import grid_labels
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.scale import scale_in
from vizopt.draw.regions import NearestZoom
from vizopt.draw.theme import SMALLEST_SIZE, Theme
from vizopt.draw.views import Views
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.float64]
Shade: TypeAlias = Callable[[Matrix], Matrix]  # from values to places between −1 and 1

LOWEST = 0.25  # share of a panel's height that its grids have at least
HEAD = 22  # height of a line of text above a grid
GAP = 14  # between the bars of a standing layer
BLOCKS = ("block_maxima", "blocks")  # the same in less room


@spec
class Weights(OneRun):
    """A layer's weights [inputs, outputs] with the biases as the last row, and its update.

    Of a convolution the inputs are those of all places of the kernel; a norm has two rows, what it
    multiplies with and what it adds. The title has the shape as its owner says it.

    The weights of all layers have one scale for the whole run, and those of all runs of a picture,
    even near zero and logarithmic far from it, so that small first weights are seen and large last
    ones told apart.

    The update is the change of the weights over half a second of the clip, a window that slides
    with the frame. It is scaled by a smooth envelope of its largest absolute value over the clip,
    so that late, small updates stay visible and nothing flickers; its own largest is written
    beside. Where flashes are allowed it is the change to the next frame, scaled by its own largest.
    Elsewhere weights or updates that would flash stand for half a second, and the key says which.

    A layer that is wider than high lies down, its update below; another one stands, its update to
    the right. A layer with more cells than pixels is drawn as blocks of cells, each by its
    largest absolute value with its sign, and says so. Where a recording has a sample of a layer,
    the title has the shape of all of it, and a line below says `128 × 128 of 4 096 × 4 096`.

    Args:
        layer: the layer's name: `dense1`, `dense2`, … counted from the input; in a recording of
            another framework's training as that names it, `encoder.0`.
    """

    layer: str

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"params"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        weights, update = _boxes(slot, run, self.layer)
        grid = run.layout.grid(self.layer)
        title = grid_labels.title(slot, self.layer, grid, run.header.whole)
        slot.text(0, slot.font(15), title, 15, colour=slot.theme.ink, weight="bold")
        if sample := grid_labels.sample(slot, grid, run.header.whole):
            slot.text(0, _head(slot) + slot.font(SMALLEST_SIZE) * 0.9, sample, SMALLEST_SIZE)
        blocks = _block(grid.rows, weights[3]) * _block(grid.columns, weights[2]) > 1
        if _lies(run, self.layer):
            room = slot.width - slot.text_width(title, 15, "bold") - slot.unit * 12
            _write_content(slot, grid, room, blocks)
            slot.text(0, update[1] - slot.unit * 6, slot.say("update"), 12)
        else:
            size = grid_labels.sizes(grid, run.header.whole)
            _write_captions(slot, grid, size, weights, blocks)
            if not _low(slot):  # its largest value stands there alone
                first, _ = _captions(slot, weights)
                _write_update(slot, update[0], weights[2] + slot.unit * 4, first)
        for box in (weights, update):
            slot.frame(*box)
        view, scale = self.view(views), scale_in(views)
        slot.grids.add(Placed(view, self.layer, _placed(slot, weights), scale))
        slot.grids.add(Placed(view, self.layer, _placed(slot, update)))

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        view = self.view(views)
        run = view.run
        weights, beside = _boxes(slot, run, self.layer)
        rows, told, _ = slot.grids.of(view, slot.playback, slot.theme)
        scale = scale_in(views)
        own = slot.playback.mode == "flashing"
        reach = np.zeros(len(rows)) if own else full(run, self.layer, told)
        grid = run.layout.grid(self.layer)
        paint_weights = _painter(slot.theme, grid.rows, grid.columns, weights)
        paint_update = _painter(slot.theme, grid.rows, grid.columns, beside)
        glyphs = slot.glyphs(12)
        if _lies(run, self.layer):
            x, y, align = slot.width, beside[1] - round(slot.unit * 6), 1.0
        else:
            x, y, align = beside[0], _captions(slot, weights)[1], 0.0

        def draw(window: Pixels, k: int) -> None:
            paint_weights(window, matrix(run, self.layer, int(rows[k])), scale)
            update = change(run, self.layer, int(told.start[k]), int(told.stop[k]))
            largest = float(abs(update).max())
            end = max(float(reach[k]), largest) or 1.0
            paint_update(window, update, lambda values: values / end)
            text = f"±{number(largest)}"
            room = slot.width - (1 - align) * glyphs.width(text)  # not beyond the panel's edge
            glyphs.write(window, text, min(x, floor(room)), y, align)

        return draw


def _placed(slot: DrawContext, box: Box) -> Box:
    """A box of the panel, in the whole frame."""
    (left, top), (x, y, width, height) = slot.place, box
    return Box(left + x, top + y, width, height)


def _write_content(slot: DrawContext, grid: Grid, room: float, blocks: bool) -> None:
    """What a lying layer is, on the right of its title, in short where there is less room."""
    text, size = grid_labels.content(slot, grid), grid_labels.size(grid)
    if blocks:
        text, size = (f"{said}, {slot.say('block_maxima')}" for said in (text, size))
    for choice in (text, size):  # neither where both would be cut
        if slot.text_width(choice, 12) < room:
            slot.text(slot.width, slot.font(15), choice, 12, align="right")
            break


def _write_captions(
    slot: DrawContext, grid: Grid, sizes: list[str], box: Box, blocks: bool
) -> None:
    """What a standing layer is and its size, below its weights."""
    named = [slot.say(key) for key in (BLOCKS if blocks else grid_labels.keys(grid))]
    lines = (named, [] if _low(slot) else sizes)
    for y, choices in zip(_captions(slot, box), lines, strict=True):
        fits = [text for text in choices if slot.text_width(text, 12) <= box[2]]
        for text in fits[:1]:
            slot.text(box[0], y, text, 12)


def _write_update(slot: DrawContext, x: float, free: float, y: float) -> None:
    """The caption of a standing layer's update, short where it would meet that of the weights."""
    for word in (slot.say("update"), slot.say("update_short")):
        at = min(x, slot.width - slot.text_width(word, 12))
        if at >= free:
            break
    slot.text(at, y, word, 12)


def _lies(run: Recording, layer: str) -> bool:
    grid = run.layout.grid(layer)
    return grid.columns >= grid.rows


def _boxes(slot: DrawContext, run: Recording, layer: str) -> tuple[Box, Box]:
    """Where the weights and the update are drawn."""
    head = round(_head(slot) + slot.font(SMALLEST_SIZE) * 1.4 * bool(run.header.whole))
    if _lies(run, layer):
        between = round(_head(slot))
        height = (slot.height - head - between) // 2
        lower = head + height + between
        return Box(0, head, slot.width, height), Box(0, lower, slot.width, height)
    gap = round(slot.unit * GAP)
    width = (slot.width - gap) // 2
    height = slot.height - head - round(slot.font(12) * (1.5 if _low(slot) else 2.8))
    return Box(0, head, width, height), Box(width + gap, head, width, height)


def _head(slot: DrawContext) -> float:
    """Height of a line above a grid: its title, or what is written of its update."""
    return max(slot.unit * HEAD, slot.font(15) * 1.4)


def _captions(slot: DrawContext, box: Box) -> tuple[int, int]:
    """Baselines of the two lines below a standing layer."""
    first = box[1] + box[3] + slot.font(12) * 1.3
    return round(first), round(first + slot.font(12) * (0 if _low(slot) else 1.3))


def _low(slot: DrawContext) -> bool:
    """Whether a standing layer has room for one line of large captions only."""
    captions = slot.font(15) * 1.4 + slot.font(12) * 2.8
    return slot.theme.large and slot.height - captions < LOWEST * slot.height


def _painter(
    theme: Theme, rows: int, columns: int, box: Box
) -> Callable[[Pixels, Matrix, Shade], None]:
    """Paints values [rows, columns] by their shades into a box of the window."""
    x, y, width, height = box
    colours = theme.shades(255).view(np.uint32)[:, 0]
    down, across = _block(rows, height), _block(columns, width)
    enlarge = NearestZoom.of(-(-rows // down), -(-columns // across), height, width)

    def paint(window: Pixels, values: Matrix, shade: Shade) -> None:
        if down * across > 1:
            values = _block_maxima(values, down, across)
        place = (shade(values) * 127).round().astype(np.intp) + 127
        enlarge(colours[place], window[y : y + height, x : x + width])

    return paint


def _block(cells: int, pixels: int) -> int:
    """Cells of one block along a side, so that each block has a pixel."""
    return -(-cells // max(pixels, 1))


def _block_maxima(values: NDArray[np.floating], down: int, across: int) -> NDArray[np.floating]:
    """Of each block of down × across cells, the value that is largest without its sign."""
    rows, columns = values.shape
    padded = np.pad(values, ((0, -rows % down), (0, -columns % across)))
    blocks = padded.reshape(len(padded) // down, down, -1, across).transpose(0, 2, 1, 3)
    flat = blocks.reshape(*blocks.shape[:2], -1)
    largest = abs(flat).argmax(axis=-1)[..., None]
    return np.asarray(np.take_along_axis(flat, largest, axis=-1)[..., 0])
