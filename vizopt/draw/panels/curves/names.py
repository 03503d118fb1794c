"""What a curve's box shows: the columns that belong to one, and its title."""

from vizopt.core.words import phrase
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.quantities import (
    layer_title,
    layered,
    number_of,
    ordered,
    parts,
    quantity,
    title,
)
from vizopt.recording.scalars import second
from vizopt.recording.store import Recording


def title_of(slot: DrawContext, run: Recording, column: str) -> str:
    return slot.told(title(column, run.header.kind))


def shorts_of(slot: DrawContext, run: Recording, column: str) -> tuple[str, ...]:
    """Titles for less and less room: `lr`; of a layer `‖g‖, Dense 1`, `‖g‖ 1`."""
    short, layer = quantity(column).short, parts(column)[1]
    if not short or not layer:
        return (short or title_of(slot, run, column),)
    whole = slot.told(phrase("of_layer", quantity=short, layer=layer_title(layer)))
    return whole, f"{short} {number_of(layer)}"


def pair(run: Recording, column: str) -> list[str]:
    """The column, and that of the held-out samples if there is one."""
    return [name for name in (column, second(run.columns, column)) if name]


def layers_of(run: Recording, column: str) -> list[str]:
    """The columns of the layers, where the column is measured in each of them."""
    if run.header.external:  # in whatever was called a layer there
        return [name for name in ordered(run.columns) if name.startswith(f"{column}.")]
    if not quantity(column).measure:
        return []
    return [name for name in layered(column, run.layout.layers)[1:] if name in run.columns]


def own_of(run: Recording, column: str) -> list[str]:
    """The column itself, where it has a line beside those of its layers: what is measured is the
    whole network's there, but a rate is that of one group beside the others'."""
    return [column] if layers_of(run, column) and not quantity(column).measure else []


def drawn_of(run: Recording, column: str) -> list[str]:
    """The columns that have a line: the column's own and that held out, or those of its layers."""
    return [*own_of(run, column), *layers_of(run, column)] or pair(run, column)
