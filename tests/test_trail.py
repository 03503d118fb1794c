"""The path of a long descent: thinned so that nobody sees it, and every other step left alone."""

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.draw.panels import descent
from vizopt.draw.panels.rule import rule
from vizopt.recording.store import Recording
from vizopt.train.optimizers import OPTIMIZERS, worked

SIZE = (320, 180)


@pytest.fixture(scope="module")
def swinging(tmp_path_factory):
    """A descent that never comes to rest."""
    scene = vizopt.load_scene(
        "local-minimum-1",
        {"epochs": 700, "problem.f": "-cos(3*x)", "optimizer.lr": 0.63, "timeline.seconds": 1.0},
    )
    return scene, vizopt.record(scene, tmp_path_factory.mktemp("long") / "run.zarr")


def frames(swinging):
    scene, run = swinging
    return planned_picture(Recording(run.path), scene, SIZE, 10)


def test_a_short_path_is_drawn_step_by_step():
    steps = np.ones(descent.MAX_DOTS, np.bool_)
    assert descent._apart(steps, np.zeros((len(steps), 3), np.int32)).all()


@pytest.mark.parametrize("spread", [0, 30, 1e5])
def test_a_long_path_keeps_the_first_step_of_each_colour_and_place(monkeypatch, spread):
    monkeypatch.setattr(descent, "MAX_DOTS", 500)
    monkeypatch.setattr(descent, "AT_ONCE", 700)
    random = RandomState(0)
    places = random.uniform(0, spread or 0.9, (4000, 2))
    shades = np.repeat(np.arange(4), 1000)
    drawn = random.rand(4000) < 0.9
    looks = np.column_stack([shades, np.floor(places)]).astype(np.int32)
    kept = np.nonzero(descent._apart(drawn, looks))[0]
    assert 4 <= len(kept) <= 500
    assert drawn[kept].all()
    firsts = [int(np.nonzero(drawn & (shades == shade))[0][0]) for shade in range(4)]
    assert set(firsts) <= set(kept.tolist())
    if spread == 0:
        assert kept.tolist() == firsts
    seen = set()  # the first of each look, in the smallest squares that are few enough
    for halved in range(20):
        squares = np.column_stack([shades, np.floor(places / 2**halved)])
        each = {tuple(squares[i]): i for i in np.nonzero(drawn)[0][::-1]}
        if len(each) <= 500:
            seen = set(each.values())
            break
    assert set(kept.tolist()) == seen
    for step in np.nonzero(drawn)[0][:200]:  # something of its colour is near
        same = kept[(shades[kept] == shades[step]) & (kept <= step)]
        assert abs(places[same] - places[step]).max(1).min() <= max(spread / 4, 1)


def test_a_thinned_path_looks_like_the_whole_one(swinging, monkeypatch):
    whole = frames(swinging)
    expected = [whole[k] for k in range(len(whole))]
    monkeypatch.setattr(descent, "MAX_DOTS", 690)
    thinned = frames(swinging)
    for k in (len(whole) - 1, 0, 4):  # in any order
        away = abs(expected[k].astype(int) - thinned[k]).max(2)
        assert (away > 40).mean() < 0.01


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_only_a_rule_that_remembers_is_followed_from_the_start(name):
    scene = vizopt.load_scene("local-minimum-1", {"optimizer.kind": name, "optimizer.lr": 0.01})
    lines = rule(worked(scene.optimizer))
    given = {column: np.float64(0.3) for column in ("x", "slope", "loss", "lr")} | {"t": 3}
    rates = {column: np.float64(0.1) for column in ("adamw_lr",)}
    given = rates | given
    state = lines.first(given)
    other = {key: held + 1 for key, held in state.items()}
    with np.errstate(all="ignore"):
        one, another = (lines.after(before, given)[0] for before in (state, other))
    differs = any(one[key] != another[key] for key in one)
    assert lines.remembers or not differs
    assert not lines.remembers or name != "sgd"


@pytest.mark.parametrize(
    ("text", "remembers"),
    [
        ("update = -lr * slope", False),
        ("b = slope * 2\nupdate = b * lr", False),
        ("v = 0.9 * v - lr * slope\nupdate = v", True),
        ("b = slope if slope > 1\nupdate = b * lr", True),
        ("b = slope if b > 1\nupdate = slope", True),
    ],
)
def test_what_a_rule_remembers(text, remembers):
    assert rule(text).remembers == remembers
