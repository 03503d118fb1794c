"""Grid labels: what is written of a layer's grid, its title, what it holds and its size."""

import re
from collections.abc import Mapping

from vizopt.core.numbers import count
from vizopt.core.params import Grid
from vizopt.core.tensors import Shape
from vizopt.core.words import Phrase
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.quantities import layer_title

CONTENTS = {  # by the roles of its rows
    frozenset({"scale", "bias"}): "scale_and_bias",
    frozenset({"scale"}): "scale",
    frozenset({"bias"}): "bias",
}


def title(slot: DrawContext, layer: str, grid: Grid) -> str:
    """`Dense 1` in the book; `conv1 · 3×3 · 8 → 16`, or as much of it as there is room for.

    Where there is not, the shape goes before the name, and then the name's beginning.
    """
    if isinstance(book := layer_title(layer), Phrase):
        return slot.told(book)
    shape = grid.tensors[0].words
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


def taken(grid: Grid) -> str:
    """`128 × 128`: the weights of a sample."""
    return f"{count(grid.inputs)} × {count(grid.columns)}"


def whole(slot: DrawContext, grid: Grid, shapes: Mapping[str, Shape]) -> str:
    """`of 4 096 × 4 096`, where a recording has a sample of the layer; else empty.

    Args:
        slot: where it is written.
        grid: what is recorded.
        shapes: of the arrays that it is a sample of, by name.
    """
    shape = shapes.get(grid.tensors[0].name)
    return slot.say("of_whole", whole=" × ".join(map(count, shape))) if shape else ""


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
