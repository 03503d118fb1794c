"""Told: a recording in a line, and as a notebook shows it."""

from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from vizopt.core import cells
from vizopt.core.errors import RecordingError, one_line
from vizopt.core.numbers import counted, setting
from vizopt.core.sampling import tensor_before
from vizopt.core.toml import parsed
from vizopt.recording.logged import final, logged
from vizopt.recording.quantities import title as quantity
from vizopt.recording.scalars import MAIN, column_of

if TYPE_CHECKING:
    from vizopt.recording.store import Recording

MAX_LAYERS = 6  # layers that a line names


def line(run: "Recording") -> str:
    """`<Recording sgd.zarr: "SGD", 301 epochs, dense1 2 × 64, …, final loss 1.076>`."""
    parts = [f"{run.epochs} {run.header.unit}{'s' * (run.epochs != 1)}"]
    layers = [f"{layer} {_size(run, layer)}" for layer in run.layout.layers if _size(run, layer)]
    parts += layers[:MAX_LAYERS] + [counted(len(layers) - MAX_LAYERS, "more layer")] * bool(
        layers[MAX_LAYERS:]
    )
    with suppress(RecordingError):  # a repr is no place to fail
        for name in MAIN:
            column = column_of(run, name)
            if column and run.epochs:
                last = setting(final(run[column]), 4)
                parts.append(f"final {quantity(column, run.header.kind)} {last}")
    return one_line(f"<Recording {run.path}: {', '.join([_title(run), *parts])}>")


def table(run: "Recording") -> str:
    """How a notebook shows it: what was trained, how it went, what can be asked for."""
    steps = counted(run.epochs, run.header.unit)
    facts = {"settings": escape(run.header.settings), "length": steps}
    with suppress(RecordingError):
        for column in filter(None, (column_of(run, name) for name in MAIN)):
            _, values = logged(run[column])
            if len(values):
                told = f"{setting(float(values[0]), 4)} → {setting(float(values[-1]), 4)}"
                facts[column] = f"{told} {cells.curve(values, f'{column} {told}')}"
    facts["columns"] = escape(", ".join(sorted(run.columns)))
    return cells.table(one_line(f"{run.path}: {_title(run)}"), facts)


def _size(run: "Recording", layer: str) -> str:
    """`2 × 64`, of a sample `128 × 128 of 4096 × 4096`; empty of a layer without weights."""
    grid = run.layout.grid(layer)
    if not grid.inputs:
        return ""
    first, whole = grid.tensors[0], run.header.whole
    sizes = [(grid.inputs, grid.columns)]
    sizes += [tensor_before(first, whole).grid] if first.name in whole else []
    return " of ".join(" × ".join(map(str, pair)) for pair in sizes)


def _title(run: "Recording") -> str:
    """The scene's title in quotes, or its name where it has none."""
    try:
        return f'"{parsed(run.header.scene)["title"]}"'
    except (ValueError, KeyError):  # a repr is no place to fail
        return run.header.name
