"""Clips that pass: every bundled scene and every theme, judged on the decoded file."""

import os
from dataclasses import replace

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.options import request
from vizopt.core import library
from vizopt.draw.theme import THEMES
from vizopt.flashes import check_flashes
from vizopt.pipeline import render_all
from vizopt.scene.load import parse_scene

# Shorter than shipped, so that more happens in every second.
FAST = {"keep.grid": 30, "timeline.seconds": 2.0}
EPOCHS = 201
SMALLEST = (320, 180)
SUFFIXES = {"light": ".mp4", "dark": ".gif", "print": ".mp4"}


def cases():
    """Every scene in the theme whose turn it is; in all of them where VIZOPT_THEMES=all.

    What differs between themes is bounded by their colours: test_theme.py and test_hold.py.
    """
    for turn, name in enumerate(library.names()):
        every = os.environ.get("VIZOPT_THEMES") == "all"
        yield from ((name, theme) for theme in (THEMES if every else [[*THEMES][turn % 3]]))


@pytest.mark.parametrize(("name", "theme"), list(cases()))
def test_bundled_scenes_pass(name, theme, tmp_path):
    epochs = min(vizopt.load_scene(name).epochs, EPOCHS)
    run = vizopt.record(vizopt.load_scene(name, FAST | {"epochs": epochs}), tmp_path / "run.zarr")
    look = request(size=SMALLEST, fps=15.0, overrides={"theme": theme})
    (clip,) = render_all(run, [tmp_path / f"a{SUFFIXES[theme]}"], look)
    assert clip.verdict.passed, clip.verdict


def test_a_still_of_the_lessons_look_is_its_frame_and_not_the_card(run, tmp_path):
    """The card stands in front of a clip's frames; a still cannot flash."""
    scene = parse_scene(run.header.scene, "sgd", {}, {})
    picture = planned_picture(run, scene, (480, 270), 10.0, mode="flashing")
    for at, k in (("first", picture.card), ("last", len(picture) - 1)):
        look = request(size=(480, 270), fps=10.0, allow_flashes=True, at=at)
        (still,) = render_all(run, [tmp_path / f"{at}.png"], look)
        assert np.array_equal(still.frames()[0], picture[k][..., :3])


def test_the_lessons_look_fails_and_warns(tmp_path):
    keys = FAST | {"epochs": EPOCHS}
    run = vizopt.record(vizopt.load_scene("adagrad", keys), tmp_path / "run.zarr")
    sizes = {"size": SMALLEST, "fps": 15.0}
    (held,) = render_all(run, [tmp_path / "held.mp4"], request(**sizes))
    (free,) = render_all(run, [tmp_path / "free.mp4"], request(**sizes, allow_flashes=True))
    assert held.verdict == check_flashes(held.path)
    assert held.verdict.passed
    assert not free.verdict.passed
    assert not str(held).count("often help") + str(free).count(
        "often help"
    )  # that one has its warning
    bare = replace(free, metadata=replace(free.metadata, warning=""))
    way = "--fps 10 or fewer epochs most often help, vizopt check --plot FLASHES.png tells where"
    assert str(bare).endswith(f" a second: {way}")
    assert free.verdict.general.flashes > 3 >= held.verdict.general.flashes
    assert free.length == held.length + 4 * 15  # the card
    assert b"This clip may flash" in free.path.read_bytes()
    assert b"This clip may flash" not in held.path.read_bytes()
