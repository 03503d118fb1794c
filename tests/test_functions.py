"""Functions: the lesson's curve, formulas that are read and never run, what a descent comes to."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from descents import TOML, Held
from hypothesis import given
from hypothesis import strategies as st

import vizopt
from vizopt.core import library
from vizopt.core.errors import SceneError
from vizopt.recording.descent import Outcome, outcome
from vizopt.scene.load import parse_scene
from vizopt.search import find
from vizopt.train.problems import FunctionSpec
from vizopt.train.problems.formula import formula

LESSON = "(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4"
MINIMA = [
    (-3.7699, 1.4457), (-2.4836, 0.8693), (-1.1902, -0.4791), (-0.0883, -1.0131),
    (0.6308, -1.2364), (1.8579, -0.7182), (3.1429, -0.2596),
]  # fmt: skip
MAXIMA = [
    (-3.1773, 4.4788), (-1.9713, 2.2097), (-0.7956, -0.1640), (0.1617, -0.9686),
    (1.3472, 0.2488), (2.5561, 2.1692), (3.7804, 3.3332),
]  # fmt: skip


def lesson():
    return FunctionSpec(f=LESSON, interval=(-4.0, 4.0), start=-3.0)


def test_the_lessons_function_has_the_lessons_extrema():
    assert lesson().minima == pytest.approx(np.array(MINIMA), abs=5e-5)
    assert lesson().maxima == pytest.approx(np.array(MAXIMA), abs=5e-5)


def test_its_slope_is_the_lessons_and_that_of_finite_differences():
    f = formula(LESSON)
    x = np.linspace(-4, 4, 501)
    by_hand = 2 * x / 9 + np.sin(x) + np.cos(5 * x) / 2 - 2.5 * x * np.sin(5 * x) - 0.25
    assert f.slope(x) == pytest.approx(by_hand, abs=1e-12)
    h = 1e-6
    assert f.slope(x) == pytest.approx((f.value(x + h) - f.value(x - h)) / (2 * h), abs=1e-7)
    assert f.value(-3.0) == pytest.approx(3.8795, abs=5e-5)
    assert f.slope(-3.0) == pytest.approx(-6.3148, abs=5e-5)


@given(st.floats(-3, 3), st.sampled_from(["x**2 + sin(x)", "exp(-x)*x", "sqrt(x**2+1)", "2**x"]))
def test_a_formula_means_what_python_means(x, text):
    import math

    value = eval(text, {"__builtins__": {}}, {"x": x, **vars(math)})
    assert float(formula(text).value(np.float64(x))) == pytest.approx(value, rel=1e-12)


BAD = {
    "x**": "'x**' is no formula: something is missing after \"x**\"",
    "": "no formula",
    "a*x + y": 'unknown name "a": the variable is x',
    "__import__('os').system('true')": "is not allowed",
    "__import__(x)": 'unknown function "__import__"',
    "x.real": "'.' is not allowed",
    "sinn(x)": 'unknown function "sinn": did you mean "sin"?',
    "sin(x, 2)": "sin takes one argument",
    "lambda: x": "is not allowed",
    "[x][0]": "is not allowed",
    "'a'*3": "is not allowed",
    "True + x": 'unknown name "true"',
    "1j*x": 'unknown name "j"',
    "x @ x": "'@' is not allowed",
    "9**9**9**9": "is not a finite real number",
    "x*1" + "+1" * 300: "longer than 500 characters",
    "1/0": "1/0 is not a finite real number",
    "sqrt(0-2) + x": "√(0 − 2) is not a finite real number",
    "log(x)": "start -3.0: f = 'log(x)': f is not finite there: start where the curve is smooth",
    "log(x-5)": "f = 'log(x-5)': has no value anywhere on [-4.0, 4.0]",
}


def scene_with(**keys):
    text = library.bundled("momentum-fast")
    return parse_scene(text, "mine.toml", {}, {f"problem.{key}": v for key, v in keys.items()})


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:30])
def test_a_bad_formula_is_one_clear_line(text):
    with pytest.raises(SceneError) as caught:
        scene_with(f=text)
    message = str(caught.value)
    assert message.startswith("mine.toml: problem")
    assert BAD[text] in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"start": 9.0}, r"start 9.0 is outside the interval \[-4.0, 4.0\]"),
        ({"interval": [4, -4]}, "the left end must be below"),
        ({"interval": [4]}, "problem.interval"),
        ({"interval": [-1e308, 1e308]}, "is too wide"),
        ({"start": "left"}, "problem.start: 'left'"),
        ({"interval": [-4, float("inf")]}, "problem.interval.1: inf: should be a finite number"),
    ],
)
def test_a_bad_interval_or_start(keys, message):
    with pytest.raises(SceneError, match=message):
        scene_with(**keys)


@pytest.fixture(scope="module")
def told():
    """outcome(name, **keys) of a bundled scene."""

    def outcome_of(name, **keys) -> Outcome:
        scene = vizopt.load_scene(name, {k.replace("__", "."): v for k, v in keys.items()})
        return outcome(Held(scene))

    return outcome_of


@pytest.mark.parametrize("ordinal", [1, 2, 3])
@pytest.mark.parametrize("share", [0.98, 1.0, 1.02])
def test_small_rates_get_stuck(told, ordinal, share):
    name = f"local-minimum-{ordinal}"
    rate = vizopt.load_scene(name).optimizer.lr.rate
    ended = told(name, optimizer__lr=rate * share)
    assert ended.minimum.ordinal == ordinal
    assert not ended.minimum.is_global
    assert ended.settled_at is not None
    assert abs(ended.slope) < 1e-3


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("momentum-slow", 190, 210), ("momentum-better", 95, 105), ("momentum-fast", 47, 53)],
)
def test_momentum_reaches_the_global_minimum(told, name, least, most):
    ended = told(name)
    assert ended.minimum.is_global
    assert least <= ended.reached_at <= most


def test_unstable_visits_the_global_valley_and_leaves_it(told):
    ended = told("unstable")
    assert len(ended.left_at) >= 1
    texts = [text for _, text in ended.events()]
    assert texts.index("visits the global minimum") < texts.index("leaves the global minimum")


def test_too_big_leaves_the_frame(told):
    assert told("too-big").exits_at


def test_explosion_diverges(told):
    ended = told("explosion")
    assert ended.diverged_at is not None
    assert ended.exits_at[0] <= ended.diverged_at
    assert ended.minimum is None


@pytest.mark.parametrize("name", ["good", "efficient"])
def test_good_ones_end_in_the_global_minimum(told, name):
    assert told(name).minimum.is_global


def test_events_come_when_the_recording_shows_them(told):
    ended = told("local-minimum-2")
    assert [text for _, text in ended.events()] == [
        "reaches local minimum 2",
        "settled in local minimum 2",
    ]
    assert [step for step, _ in ended.events()] == [ended.reached_at, ended.settled_at]


def test_the_numbers_of_a_step_are_redone_by_hand(descent):
    x, slope, lr = descent["x"], descent["slope"], descent["lr"]
    velocity = 0.0
    for n in range(len(x) - 1):
        velocity = 0.9 * velocity - lr[n] * slope[n]
        assert descent["delta"][n, 0] == pytest.approx(velocity, rel=1e-12)
        assert x[n + 1] == x[n] + descent["delta"][n, 0]


def test_info_tells_how_a_descent_ended(command, descent):
    facts = json.loads(command("info", descent.path, "--json").out)["descent"]
    assert facts["start"] == -3
    assert facts["minimum"] == {
        "x": pytest.approx(0.6308, abs=1e-4),
        "f": pytest.approx(-1.2364, abs=1e-4),
        "ordinal": None,
        "global": True,
    }
    assert facts["steps_to_reach"] == outcome(descent).reached_at
    assert facts["settled"] is False
    assert facts["global_basin_left"] == 0
    assert facts["diverged_at"] is None
    assert "steps_to_reach" in command("info", descent.path).out


def test_an_overflow_is_a_result(tmp_path):
    keys = {"problem.f": "x**4 - x**2", "problem.start": 3.0, "optimizer.lr": 1.0, "epochs": 40}
    run = vizopt.record(vizopt.load_scene("local-minimum-1", keys), tmp_path / "run.zarr")
    ended = outcome(run)
    assert ended.diverged_at == run.diverged
    assert 3 <= ended.diverged_at <= 12
    assert run.epochs == run.diverged
    assert np.isfinite(run["params"]).all()
    look = {"size": (480, 270), "overrides": {"timeline.seconds": 1.0}}
    clip = vizopt.render(run, tmp_path / "a.gif", **look)
    assert clip.length == 20


def test_find_finds_a_setting_that_holds(command):
    ran = command("find", "momentum-fast", "--within", "60", "-o", "mine.toml", "-q")
    assert ran.code == 0
    assert "at the global minimum from step" in ran.out
    scene = vizopt.load_scene("mine.toml")
    ended = outcome(vizopt.record(scene, "run.zarr"))
    assert ended.minimum.is_global
    assert f"from step {ended.reached_at} on" in ran.out
    assert ended.reached_at <= 60
    margin = float(ran.out.split("±")[1].split("%")[0]) / 100
    assert margin > 0
    for share in (1 - 0.9 * margin, 1 + 0.9 * margin):
        keys = {"optimizer.lr": scene.optimizer.lr.rate * share, "epochs": 161}
        ended = outcome(vizopt.record(vizopt.load_scene("mine.toml", keys), "run.zarr"))
        assert ended.minimum.is_global
        assert ended.reached_at <= 60


def test_find_other_minima():
    scene = vizopt.load_scene("momentum-fast")
    found = find(scene, "1", 30)
    assert found.steps <= 30
    assert found.distance < 0.08


def test_find_says_how_far_off_it_is(command, tmp_path):
    (tmp_path / "flat.toml").write_text(
        TOML.format(f="max(abs(x)-1, 0)", left=-3, right=3, start=3, lr=1, momentum=0, epochs=9)
    )
    ran = command("find", str(tmp_path / "flat.toml"), "--within", "1", "-q")
    assert ran.code == 1
    assert "no setting stays at the global minimum within 1 step: the first is there from" in (
        ran.err
    )
    assert re.search(r"from step \d+ on, with learning rate .*: allow more steps", ran.err)


def test_find_says_what_came_nearest(command):
    ran = command("find", "momentum-fast", "--reach", "5", "--within", "2", "-q", "-o", "mine.toml")
    assert ran.code == 1
    assert "no setting stays at local minimum 5 within 2 steps: the " in ran.err
    assert not Path("mine.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["momentum-fast", "--reach", "9"], 'no minimum "9": say global, or 1 to 5'),
        (["momentum-fast", "--reach", "best"], 'no minimum "best": say global, or 1 to 5'),
        (["sgd"], "find searches descents"),
    ],
)
def test_find_refuses_what_it_cannot_search(command, arguments, message):
    ran = command("find", *arguments, "-q")
    assert ran.code == 1
    assert message in ran.err


def test_every_descent_scene_uses_the_lessons_function():
    for name in library.names():
        problem = tomllib.loads(library.bundled(name))["problem"]
        if problem["kind"] == "function":
            assert problem["f"] == LESSON
            assert problem["interval"] == [-4, 4]
            assert problem["start"] == -3
