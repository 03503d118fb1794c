"""Values that no scene needs: one line before training, and pictures that hold at the edge."""

import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import SceneError
from vizopt.scene.load import parse_scene, scene_text
from vizopt.train.schedules import OneCycle

SCENE = scene_text("local-minimum-1")


def mistake(text, **keys):
    with pytest.raises(SceneError) as found:
        parse_scene(text, "x.toml", {}, keys)
    assert "\n" not in str(found.value)
    return str(found.value)


@pytest.mark.parametrize(
    "value", ["[" * 3000 + "]" * 3000, "{a=" * 3000 + "1" + "}" * 3000], ids=["lists", "tables"]
)
def test_nesting_of_3000_is_one_line(value):
    assert "nested too deep" in mistake(f"title = {value}")


def test_5000_digits_are_one_line():
    assert "too many digits" in mistake(SCENE.replace("epochs = 31", f"epochs = {'9' * 5000}"))
    assert "too many digits" in mistake(SCENE, seed=10**5000)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 2**53 + 1),
        ("keep.every", 10**400),
        ("optimizer.lr", 1.79e308),
        ("optimizer.lr", float("inf")),
        ("optimizer.lr", float("nan")),
        ("optimizer.lr", {"kind": "step", "initial": 1.0, "every": 10**400}),
        ("optimizer.lr", {"kind": "warm-up", "after": 1.79e308, "epochs": 3}),
    ],
)
def test_numbers_beyond_what_a_run_can_reckon_with_are_named(key, value):
    assert key in mistake(SCENE, **{key: value})


@pytest.mark.parametrize(
    "keys", [{"div_factor": 1e-60}, {"div_factor": 1.0, "final_div_factor": 1e-60}]
)
def test_a_cycle_whose_rates_overflow_is_refused(keys):
    with pytest.raises(ValueError, match=f"{list(keys)[-1]} 1e-60: is too small"):
        OneCycle(peak=1e50, epochs=20, **keys)


@pytest.mark.parametrize("columns", [["params"], ["epoch"], ["loss", "curve"], []])
@pytest.mark.parametrize("name", ["local-minimum-1", "sgd"])
def test_curves_of_what_is_no_curve_are_refused(columns, name):
    stage = {"panels": {"c": {"kind": "curves", "columns": columns}}, "mosaic": "c"}
    assert "stage.panels.c" in mistake(scene_text(name), stage=stage)


@pytest.mark.parametrize(
    "keys",
    [
        {"optimizer.lr": {"kind": "exponential", "initial": 2.0, "gamma": 0.9}},
        {"optimizer.lr": {"kind": "exponential", "initial": 1e9, "gamma": 0.01}},
        {"optimizer.lr": {"kind": "step", "initial": 1e12, "every": 1, "gamma": 1e-6}},
        {"problem.f": "0*x + 1e18"},
        {"problem.f": "0*x"},
    ],
)
def test_a_run_that_stays_where_f_is_level_or_huge_is_drawn(keys, tmp_path):
    keys = {"epochs": 60, "timeline.seconds": 0.5, "timeline.kind": "uniform"} | keys
    scene = vizopt.load_scene("local-minimum-1", keys)
    run = vizopt.record(scene, tmp_path / "run.zarr")
    for frame in planned_picture(run, scene, (320, 180), 10):
        assert frame.shape == (180, 320, 4)


def test_a_long_title_is_cut_before_it_is_measured(tmp_path, monkeypatch):
    from vizopt.draw.panels import base

    lengths = []
    measured = base.drawn_width
    monkeypatch.setattr(
        base,
        "drawn_width",
        lambda text, *other: lengths.append(len(text)) or measured(text, *other),
    )
    scene = vizopt.load_scene("local-minimum-1", {"epochs": 2, "title": "il, " * 500})
    planned_picture(vizopt.record(scene, tmp_path / "run.zarr"), scene, (270, 480), 10)
    assert 20 < max(lengths) < 700
