"""The picture that a recording gets when its scene does not describe one."""

from dataclasses import replace

from vizopt.errors import hint
from vizopt.layout import Layout
from vizopt.mosaic import Mosaic
from vizopt.panels import Curves, Descent, Key, Magnifier, Panel, Plane, Weights, Worked
from vizopt.stage import Stage


def arranged(layout: Layout, wanted: Stage | None = None) -> Stage:
    """A descent for one parameter, a network's picture for more.

    Args:
        layout: of the run.
        wanted: what a scene says of it: a stage of its own with a mosaic, or panels that take the
            places of those of the same names.

    Raises:
        ValueError: a panel whose name has no place in the arranged picture.
    """
    if wanted and wanted.mosaic:
        return wanted
    stage = _descent() if layout.size == 1 else _network(layout)
    panels = wanted.panels if wanted else {}
    for name in panels:
        if name not in stage.panels:
            raise ValueError(f'"{name}" has no place without a mosaic: {hint(name, stage.panels)}')
    return replace(stage, panels=stage.panels | panels)


def _descent() -> Stage:
    """The curve on the left, its numbers and the magnifier on the right."""
    return Stage(
        panels={"descent": Descent(), "worked": Worked(), "magnifier": Magnifier()},
        mosaic=Mosaic(
            rows=("descent worked", "descent magnifier"),
            widths=(830.0, 350.0),
            heights=(310.0, 230.0),
        ),
        square=Mosaic(rows=("descent descent", "worked magnifier"), heights=(560.0, 330.0)),
    )


def _network(layout: Layout) -> Stage:
    """The plane on the left; layers, key and curves on the right."""
    layers = layout.layers
    panels: dict[str, Panel] = {"plane": Plane(), "curves": Curves(), "key": Key()}
    panels |= {layer: Weights(layer) for layer in layers}
    if len(layers) == 2:
        return Stage(panels=panels, mosaic=_two_wide(*layers), square=_two_square(*layers))
    return Stage(panels=panels, mosaic=_many_wide(layers), square=_many_square(layers))


def _two_wide(first: str, last: str) -> Mosaic:
    """The book's network: the first layer lies above the curves, the last one stands."""
    return Mosaic(
        rows=(f"plane {first} {last}", f"plane key {last}", f"plane curves {last}"),
        widths=(588.0, 425.0, 152.0),
        heights=(150.0, 34.0, 380.0),
    )


def _two_square(first: str, last: str) -> Mosaic:
    return Mosaic(
        rows=(f"plane {last} curves", f"{first} {first} {first}", "key key key"),
        widths=(580.0, 130.0, 250.0),
        heights=(600.0, 290.0, 40.0),
    )


def _many_wide(layers: tuple[str, ...]) -> Mosaic:
    """Any number of layers in rows of up to four, then the key and the curves."""
    rows = _in_rows(layers, 4)
    across = len(rows[0])
    return Mosaic(
        rows=tuple(
            f"plane {' '.join(row)}" for row in (*rows, ["key"] * across, ["curves"] * across)
        ),
        widths=(1.0, *(1.1 / across for _ in range(across))),
        heights=(*(340.0 / len(rows) for _ in rows), 34.0, 150.0),
    )


def _many_square(layers: tuple[str, ...]) -> Mosaic:
    rows = _in_rows(layers, 4)
    across = len(rows[0])
    half = " ".join(["plane"] * (across - across // 3) + ["curves"] * (across // 3))
    return Mosaic(
        rows=(half, *(" ".join(row) for row in rows), " ".join(["key"] * across)),
        heights=(560.0, *(320.0 / len(rows) for _ in rows), 40.0),
    )


def _in_rows(layers: tuple[str, ...], most: int) -> list[list[str]]:
    """Names in rows of equal length, filled up with empty cells."""
    rows = -(-len(layers) // most)
    across = max(-(-len(layers) // rows), 3)
    padded = [*layers, *["."] * (rows * across - len(layers))]
    return [padded[i * across : (i + 1) * across] for i in range(rows)]
