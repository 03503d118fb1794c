"""Golden frames: the first, middle and last of every bundled scene, small; a few in other themes.

A changed picture is written beside the kept one as `…-changed.png`: look at both, and move it
over when the change is meant.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core import library
from vizopt.train.problems import NetworkSpec, RegressionSpec

GOLDEN = Path(__file__).parent / "golden"
NETWORK, DESCENT = 41, 26  # epochs, steps
SIZE = (640, 360)


@cache
def shortened(name, **keys):
    """The scene's first epochs: few enough that no machine's last digit can be seen.

    What single precision leaves to the machine is worked out in double.
    """
    scene = vizopt.load_scene(name)
    longest = DESCENT
    if isinstance(scene.problem, NetworkSpec | RegressionSpec):
        longest = NETWORK
        exact = {"float32": "float64"}.get(scene.problem.precision, scene.problem.precision)
        keys |= {"problem.precision": exact, "title": scene.title}
    keys |= {"epochs": min(scene.epochs, longest), "keep.grid": 50}
    return vizopt.load_scene(name, keys)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    kept = {}

    def recorded(name):
        if name not in kept:
            scene = shortened(name, theme="light")
            kept[name] = vizopt.record(scene, tmp_path_factory.mktemp(name) / "run.zarr")
        return kept[name]

    return recorded


OTHER = ("sgd", "momentum-fast", "deep", "mini-batches")


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        *((name, "light") for name in library.names()),
        *((name, theme) for theme in ("dark", "print") for name in OTHER),
    ],
)
def test_frames_look_as_they_did(name, theme, recordings):
    scene = shortened(name, theme=theme)
    picture = planned_picture(recordings(name), scene, SIZE, 10.0)
    last = len(picture) - 1
    places = {"first": 0, "middle": last // 2, "last": last} if theme == "light" else {"last": last}
    wrong = []
    for place, k in places.items():
        path = GOLDEN / f"{name}-{theme}-{place}.png"
        changed = path.with_name(f"{path.stem}-changed.png")
        frame = picture[k][..., :3]
        if same(frame, path):
            changed.unlink(missing_ok=True)
        else:
            Image.fromarray(frame).quantize(256, kmeans=2).save(changed)
            wrong.append(changed)
    assert not wrong, "look at them, and name them without -changed if they are right"


def same(frame, path):
    """Nearly every pixel is nearly equal: type is rasterised a little differently elsewhere."""
    if not path.exists():
        return False
    difference = abs(frame.astype(int) - np.asarray(Image.open(path).convert("RGB")))
    return (difference.max(axis=-1) > 32).mean() < 3e-4 and difference.mean() < 0.5
