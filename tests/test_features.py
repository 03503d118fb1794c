"""The plane of one's own data: names at its axes, and numbers in the units of the file."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.draw.panels.features import ticks
from vizopt.draw.theme import THEMES
from vizopt.recording.store import Recording
from vizopt.train.problems.standard import standardised, units

RNG = RandomState(3)
TABLES = {  # names, values, label, what x and y show
    "two": (("height (m)", "mass"), np.c_[1.7 + 0.1 * RNG.randn(60), 70 + 9 * RNG.randn(60)]),
    "far": (("t", "u"), np.c_[1e9 + RNG.randint(0, 40, 60), -3e-7 * RNG.rand(60)]),
    "named": (("a", "b", "c"), RNG.randn(60, 3) * [1, 50, 1e5] + [0, -200, 1e6]),
}
PLANES = {"two": (0, 1), "far": (0, 1), "named": (2, 0)}
SIZES = [(640, 360), (1080, 1080)]


def recorded(folder, names, x, plane=(), **keys):
    """A short run on a table of these features, and its scene."""
    lines = [",".join([*map(repr, row), "uv"[k % 2]]) for k, row in enumerate(x.tolist())]
    (folder / "d.csv").write_text("\n".join([",".join([*names, "k"]), *lines]))
    problem = {"kind": "network", "sizes": [len(names), 4, 2], "plane": list(plane)}
    problem["data"] = {"kind": "csv", "path": str(folder / "d.csv")}
    said = {f"problem.{key}": value for key, value in problem.items() if value}
    scene = vizopt.load_scene(
        "sgd", {**said, "epochs": 3, "keep.grid": 8, "timeline.seconds": 1.0} | keys
    )
    return vizopt.record(scene, folder / "run.zarr"), scene


@pytest.fixture(scope="module", params=TABLES)
def own(request, tmp_path_factory):
    names, x = TABLES[request.param]
    at = list(PLANES[request.param])
    wanted = tuple(names[i] for i in at) if len(names) > 2 else ()
    run, scene = recorded(tmp_path_factory.mktemp("own"), names, x, wanted)
    return run, scene, tuple(names[i] for i in at), x[:, at]


@pytest.fixture(scope="module", params=SIZES)
def drawn(request, own):
    run, scene, names, x = own
    return planned_picture(run, scene, request.param, 30.0), names, x


def plane_of(picture):
    """The axes of the plane, and its left, top and side in pixels."""
    for axes in picture.figure.axes:
        if any(text.get_text().startswith("↑ ") for text in axes.texts):
            xs, ys = next(line.get_data() for line in axes.lines if len(line.get_xdata()) == 5)
            return axes, min(xs) + 0.5, min(ys) + 0.5, max(xs) - min(xs) - 1
    return None


def value_of(text):
    return float(text.replace("−", "-"))


def ticks_of(picture):
    """Values of x and y with their places, from the texts; and the places of all marks."""
    axes, left, top, side = plane_of(picture)
    found = {"center": [], "right": []}
    for text in axes.texts:
        if text.get_horizontalalignment() in found and "→" not in text.get_text():
            found[text.get_horizontalalignment()].append((text.get_text(), *text.get_position()))
    font = next(t for t in axes.texts if t.get_text().startswith("↑ ")).get_size()
    x = [(value_of(text), px - left) for text, px, _ in found["center"]]
    y = [(value_of(text), top + side - (py - font * 0.36)) for text, _, py in found["right"]]
    lines = [line.get_data() for line in axes.lines if len(line.get_xdata()) == 2]
    across = [xs[0] - left for xs, _ in lines if xs[0] == xs[1]]
    up = [top + side - ys[0] for _, ys in lines if ys[0] == ys[1]]
    return (x, y), (across, up), side


def test_ticks_are_round_and_where_the_file_has_them(drawn):
    picture, _, x = drawn
    ticks, marks, side = ticks_of(picture)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    middle, half = (z.min(axis=0) + z.max(axis=0)) / 2, np.ptp(z, axis=0).max() / 2 * 1.06
    for i in range(2):
        assert len(ticks[i]) >= 2
        for value, place in ticks[i]:
            share = ((value - x[:, i].mean()) / x[:, i].std() - middle[i] + half) / (2 * half)
            assert 0 <= share <= 1
            assert place == pytest.approx(share * side, abs=0.5)
            assert min(abs(place - mark) for mark in marks[i]) < 1e-6
        steps = np.diff([value for value, _ in ticks[i]])
        assert steps == pytest.approx(steps[0], rel=1e-6)
        leading = steps[0] / 10 ** np.floor(np.log10(steps[0] * (1 + 1e-9)))
        assert min(abs(leading - np.array([1, 2, 2.5, 4, 5, 6, 7.5, 8, 10]))) < 1e-3


def test_names_stand_at_their_axes_and_touch_nothing(drawn, texts):
    picture, names, _ = drawn
    axes, left, top, side = plane_of(picture)
    still = {text.get_text(): text for text in axes.texts}
    right, up = still[f"{names[0]} →"], still[f"↑ {names[1]}"]
    assert right.get_position()[0] == pytest.approx(left + side, abs=0.51)
    assert right.get_position()[1] > top + side
    assert up.get_position()[0] == pytest.approx(left, abs=0.51)
    assert up.get_position()[1] < top
    panel = axes.get_window_extent()
    for text in axes.texts:  # all of its own in its window, the numbers beside it too
        box = text.get_window_extent()
        assert panel.x0 - 3 <= box.x0 < box.x1 <= panel.x1 + 3, text.get_text()
    written = texts(picture, len(picture) // 2)
    ours = {text.get_text() for text in axes.texts}
    for i, (one, a) in enumerate(written):
        assert a[0] >= 0
        for other, b in written[:i]:
            apart = min(a[2], b[2]) - max(a[0], b[0]) < 1 or min(a[3], b[3]) - max(a[1], b[1]) < 1
            assert apart or not {one, other} & ours, (one, other)


def test_the_story_names_the_axes(own, tmp_path):
    run, scene, (x, y), _ = own
    assert run.header.axes == (x, y)
    said = f"To the right is {x}, upward {y}, both in the units of the data."
    assert said in story.of(run, scene).text


def test_large_text_leaves_the_numbers_out(own, monkeypatch):
    run, scene, names, _ = own
    monkeypatch.setitem(THEMES, "light", dataclasses.replace(THEMES["light"], text="large"))
    picture = planned_picture(run, scene, SIZES[0], 30.0)
    assert ticks_of(picture)[:2] == (([], []), ([], []))
    assert plane_of(picture)[1] == 0
    assert any(text.get_text() == f"{names[0]} →" for text in plane_of(picture)[0].texts)


def test_principal_components_say_their_shares(tmp_path, texts):
    x = RNG.randn(60, 3) @ RNG.randn(3, 3)
    run, scene = recorded(tmp_path, ("a", "b", "c"), x)
    shares = np.linalg.eigvalsh(np.corrcoef(x.T))[::-1] / 3
    names = [f"principal component {i + 1} ({100 * shares[i]:.0f}\u2009%)" for i in range(2)]
    assert run.header.axes == tuple(names)
    picture = planned_picture(run, scene, SIZES[0], 30.0)
    assert ticks_of(picture)[:2] == (([], []), ([], []))
    written = [text for text, _ in texts.still(picture)]
    assert {f"{names[0]} →", f"↑ {names[1]}"} <= set(written)
    assert run.header.plane not in written
    told = story.of(run, scene).text.replace(" %", "\u2009%")
    assert f"To the right is {names[0]}, upward {names[1]}." in told


def older(run, path):
    """The recording as it was before axes had names."""
    shutil.copytree(run.path, path)
    shutil.rmtree(path / "constants" / "units", ignore_errors=True)
    said = json.loads((path / "zarr.json").read_text())
    del said["attributes"]["vizopt"]["axes"]
    (path / "zarr.json").write_text(json.dumps(said))
    return Recording(path)


def test_recordings_of_before_draw_as_before(own, tmp_path, texts):
    run, scene, _, _ = own
    old = older(run, tmp_path / "old.zarr")
    assert old.header.axes == ()
    picture = planned_picture(old, scene, SIZES[0], 30.0)
    assert plane_of(picture) is None
    written = [text for text, _ in texts.still(picture)]
    assert not old.header.plane or old.header.plane in written
    assert "To the right" not in story.of(old, scene).text


def test_data_drawn_from_a_rule_have_no_names(run):
    assert run.header.axes == ()
    assert "units" not in run.names


def test_a_constant_feature_has_no_numbers(tmp_path):
    run, scene = recorded(tmp_path, ("a", "b"), np.c_[np.arange(20) % 7, np.full(20, 0.3)])
    assert run["units"][1].tolist() == [0.3, 0]
    (_, y), (_, up), _ = ticks_of(planned_picture(run, scene, SIZES[0], 30.0))
    assert y == up == []
    scaled = "Each feature is scaled to mean 0 and standard deviation 1"
    assert f"{scaled}, but one that is the same in all samples to 0." in story.of(run).text
    shutil.rmtree(tmp_path / "run.zarr")
    other, _ = recorded(tmp_path, ("a", "b"), RNG.randn(20, 2))
    assert f"{scaled}." in story.of(other).text


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_units_give_the_values_back(scale):
    x = (RNG.randn(50, 2) - np.array([3, 8])) * scale
    mean, deviation = units(x).T
    assert mean + deviation * standardised(x) == pytest.approx(x, rel=1e-5, abs=1e-6 * scale)


def test_ticks_have_no_more_figures_than_tell_them_apart():
    """In the units of the data, whose mean and deviation these are."""
    for mean, deviation, told in (
        (1e6, 5e4, "9.6e5 9.8e5 1e6 1.02e6 1.04e6"),
        (1e9, 2, "999999998 999999998.5 999999999 999999999.5 1000000000"),
        (12_000, 4000, "8000 9000 10000 11000 12000"),
    ):
        assert [text for _, text in ticks(-1, 1, mean, deviation)][:5] == told.split()
