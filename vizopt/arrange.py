"""The picture that a recording gets when its scene does not describe one."""

from vizopt.layout import Layout
from vizopt.mosaic import Mosaic
from vizopt.panels import Curves, Key, Panel, Plane, Weights
from vizopt.stage import Stage


def arranged(layout: Layout) -> Stage:
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
