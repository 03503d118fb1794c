"""The picture that a recording gets when its scene does not describe one."""

from vizopt.layout import Layout
from vizopt.mosaic import Mosaic
from vizopt.panels import Curves, Descent, Key, Magnifier, Panel, Plane, Weights, Worked
from vizopt.stage import Stage


def arranged(layout: Layout) -> Stage:
    """A descent for one parameter, a network's picture for more."""
    return _descent() if layout.size == 1 else _network(layout)


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
    """The plane on the left, the first layer and the curves beside it, the last layer upright."""
    first, last = layout.layers[0], layout.layers[-1]
    panels: dict[str, Panel] = {
        "plane": Plane(),
        "curves": Curves(),
        "key": Key(),
        first: Weights(first),
        last: Weights(last),
    }
    return Stage(
        panels=panels,
        mosaic=Mosaic(
            rows=(f"plane {first} {last}", f"plane key {last}", f"plane curves {last}"),
            widths=(588.0, 425.0, 152.0),
            heights=(150.0, 34.0, 380.0),
        ),
        square=Mosaic(
            rows=(f"plane {last} curves", f"{first} {first} {first}", "key key key"),
            widths=(580.0, 130.0, 250.0),
            heights=(600.0, 290.0, 40.0),
        ),
    )
