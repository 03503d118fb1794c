"""Curves show what has come, and nothing of what comes later."""

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.scene.load import presented

NEAR = 4  # of 255: Matplotlib draws neighbours that are nearly in a line as one
EPOCHS, SIZE, FPS = 500, (426, 240), 12.0


def pictures(path, values):
    """The frames of a clip of one curve, and the epoch of each."""
    with vizopt.Run(path) as run:
        for value in values:
            run.log(loss=value)
    run = vizopt.Recording(path)
    scene = presented(run, {"timeline": {"kind": "uniform", "seconds": 4}})
    return planned_picture(run, scene, SIZE, FPS), run["epoch"][
        scene.timeline.rows(run["epoch"], FPS)
    ]


def noisy(rng):
    return 1 + 0.5 * rng.rand(EPOCHS)


def falling(rng):
    return np.exp(-np.arange(EPOCHS) / 120)


def steep(rng):
    return 1 / (1 + np.arange(EPOCHS))


@pytest.mark.parametrize("curve", [noisy, falling, steep])
@pytest.mark.parametrize("stop", [0, 3, 131, 400])
def test_a_frame_is_the_same_whatever_comes_later(curve, stop, tmp_path):
    values = curve(np.random.RandomState(0))
    rest = values[stop + 1 :]
    other = rest[::-1] if curve is noisy else np.linspace(values[stop], rest[-1], len(rest))
    later = np.append(values[: stop + 1], other)  # on the same axis
    (one, epochs), (other, _) = (
        pictures(tmp_path / f"{i}.zarr", each) for i, each in enumerate((values, later))
    )
    far = [np.abs(one[k].astype(int) - other[k]).max() for k in range(len(epochs))]
    assert [each <= NEAR for each in far] == (epochs <= stop).tolist()
