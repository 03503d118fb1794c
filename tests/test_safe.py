"""Clips that pass: every bundled scene in every theme, judged on the decoded file."""

import pytest

import vizopt
from vizopt.clips.outputs import Look
from vizopt.core import library
from vizopt.draw.theme import THEMES
from vizopt.flashes import judge
from vizopt.pipeline import render_all

# Shorter than shipped, so that more happens in every second.
FAST = {"keep.grid": 30, "timeline.seconds": 2.0}
EPOCHS = 401


@pytest.mark.parametrize("name", library.names())
def test_bundled_scenes_pass_in_every_theme(name, tmp_path):
    epochs = min(vizopt.load_scene(name).epochs, EPOCHS)
    run = vizopt.record(vizopt.load_scene(name, FAST | {"epochs": epochs}), tmp_path / "run.zarr")
    for theme, suffix in zip(THEMES, (".mp4", ".gif", ".mp4"), strict=True):
        file = tmp_path / f"{theme}{suffix}"
        look = Look(size=(480, 270), fps=15.0, overrides={"theme": theme})
        (clip,) = render_all(run, [file], look)
        assert clip.verdict == judge(file)
        assert clip.verdict.passed, (theme, clip.verdict)


def test_the_lessons_look_fails_and_warns(tmp_path):
    keys = {"keep.first": 1, "keep.every": 20, "keep.grid": 40, "timeline.seconds": 6.0}
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "run.zarr")
    sizes = {"size": (480, 270), "fps": 15.0}
    (held,) = render_all(run, [tmp_path / "held.mp4"], Look(**sizes))
    (free,) = render_all(run, [tmp_path / "free.mp4"], Look(**sizes, allow_flashes=True))
    assert held.verdict.passed
    assert not free.verdict.passed
    assert free.verdict.general.flashes > 3 >= held.verdict.general.flashes
    assert free.length == held.length + 4 * 15  # the card
    assert b"This clip may flash" in free.path.read_bytes()
    assert b"This clip may flash" not in held.path.read_bytes()
