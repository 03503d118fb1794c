"""Golden frames: the first, middle and last of every bundled scene, small, light and dark.

A changed picture is written beside the kept one as `…-changed.png`: look at both, and move it
over when the change is meant.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt import library
from vizopt.pipeline import planned_picture

GOLDEN = Path(__file__).parent / "golden"
EPOCHS = 41  # few enough that the last digit of a machine's arithmetic cannot be seen
SIZE = (640, 360)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    kept = {}

    def recorded(name):
        if name not in kept:
            scene = vizopt.load_scene(name, {"epochs": EPOCHS, "keep.grid": 50})
            kept[name] = vizopt.record(scene, tmp_path_factory.mktemp(name) / "run.zarr")
        return kept[name]

    return recorded


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", library.names())
def test_frames_look_as_they_did(name, theme, recordings):
    scene = vizopt.load_scene(name, {"epochs": EPOCHS, "keep.grid": 50, "theme": theme})
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
            Image.fromarray(frame).save(changed)
            wrong.append(changed)
    assert not wrong, "look at them, and name them without -changed if they are right"


def same(frame, path):
    """Nearly every pixel is nearly equal: type is rasterised a little differently elsewhere."""
    if not path.exists():
        return False
    difference = abs(frame.astype(int) - np.asarray(Image.open(path).convert("RGB")))
    return (difference.max(axis=-1) > 32).mean() < 0.004 and difference.mean() < 1
