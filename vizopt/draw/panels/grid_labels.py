"""Grid labels: what is written of a layer's grid, its title, what it holds and its size."""

import re
from collections.abc import Mapping

from vizopt.core.numbers import count
from vizopt.core.params import Grid
from vizopt.core.sampling import tensor_before
from vizopt.core.tensors import Shape, Tensor
from vizopt.core.words import Phrase
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.theme import SMALLEST_SIZE
from vizopt.recording.quantities import layer_title

CONTENTS = {  # by the roles of its rows
    frozenset({"scale", "bias"}): "scale_and_bias",
    frozenset({"scale"}): "scale",
    frozenset({"bias"}): "bias",
}


def title(slot: DrawContext, layer: str, grid: Grid, whole: Mapping[str, Shape]) -> str:
    """`Dense 1` in the book; `conv1 · 3×3 · 8 → 16`, or as much of it as there is room for.

    Where there is not, the shape goes before the name, and then the name's beginning.

    Args:
        slot: where it is written.
        layer: its name.
        grid: what is recorded of it.
        whole: shapes of the arrays of which that is a sample, by name.
    """
    if isinstance(book := layer_title(layer), Phrase):
        return slot.told(book)
    shape = tensor_before(grid.tensors[0], whole).words
    said = f" · {shape}" if shape else ""
    ends = [f"…{layer[found.end() :]}{said}" for found in re.finditer(r"[./]", layer)]
    for choice in (f"{layer}{said}", layer, *ends):
        if slot.text_width(choice, 15, "bold") <= slot.width:
            return choice
    return slot.fitted((ends or [layer])[-1], 15, slot.width, "bold")


def size(grid: Grid) -> str:
    """`64 × 3 + 3`: the weights and the biases; of other rows how many there are."""
    added = grid.rows - grid.inputs
    columns = count(grid.columns)
    rows = columns if added == 1 else f"{count(added)} × {columns}"
    weights = [f"{count(grid.inputs)} × {columns}"] if grid.inputs else []
    return " + ".join([*weights, *[rows] * (added > 0)])


def sizes(grid: Grid, whole: Mapping[str, Shape]) -> list[str]:
    """The size, closer, and of a sample that of the weights alone, for less and less room."""
    said = size(grid)
    first = grid.tensors[0]
    least = [_sides(first)] if first.name in whole else []
    return [said, said.replace(" × ", "×").replace(" + ", "+"), *least]


def sample(slot: DrawContext, grid: Grid, whole: Mapping[str, Shape]) -> str:
    """`128 × 128 of 4 096 × 4 096`, closer where there is less room; empty of a whole layer.

    Args:
        slot: where it is written.
        grid: what is recorded.
        whole: shapes of the arrays of which that is a sample, by name.
    """
    first = grid.tensors[0]
    if first.name not in whole:
        return ""
    of = slot.say("of_whole", whole=_sides(tensor_before(first, whole)))
    said = f"{_sides(first)} {of}"
    close, least = (text.replace(" × ", "×") for text in (said, of))
    choices = (said, close, least, least.replace("\u2009", ""))
    fits = (text for text in choices if slot.text_width(text, SMALLEST_SIZE) <= slot.width)
    return next(fits, "") or slot.fitted(choices[-1], SMALLEST_SIZE, slot.width)


def _sides(tensor: Tensor) -> str:
    """Rows and columns of its matrix; of a single row how many there are."""
    sides = tensor.grid if tensor.role == "weight" else tensor.shape
    return " × ".join(map(count, sides))


def content(slot: DrawContext, grid: Grid) -> str:
    """What the rows are in words, with their size."""
    if _roles(grid) == {"weight", "bias"}:
        return slot.say("weights_and_biases", size=size(grid))
    return ", ".join([*(slot.say(key) for key in keys(grid)), size(grid)])


def keys(grid: Grid) -> tuple[str, ...]:
    """The key of the word for what a grid shows above all; none where nobody says what it is."""
    if grid.inputs:
        return ("weights",)
    known = CONTENTS.get(_roles(grid))
    return (known,) if known else ()


def _roles(grid: Grid) -> frozenset[str]:
    return frozenset(tensor.role for tensor in grid.tensors)
