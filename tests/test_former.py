"""Names of before: scenes, recipes and recordings with them keep opening."""

import tomllib

import numpy as np
import pytest
import tomli_w
from PIL import Image

import vizopt
from vizopt.core.errors import SceneError
from vizopt.scene.load import parse_scene
from vizopt.scene.written import scene_toml

NETWORK = 'title = "T"\n[problem]\nkind = "network"\ndata.kind = "spiral"\n'
SGD = '[optimizer]\nkind = "sgd"\nlr = '
RULE = NETWORK + '[optimizer]\nkind = "{}"\nlr = 0.1\n{} = {}\n'
RATE = NETWORK + SGD + '{{ kind = "{}", initial = 1.0, {} = {} }}\n'
CYCLE = NETWORK + SGD + '{{ kind = "one-cycle", peak = 1.0, epochs = 100, {} = {} }}\n'
FORMER = {  # text, where it is in the scene, name of before, of now, value
    "arithmetic": (NETWORK + "{} = {}\n" + SGD + "1.0", "problem", "precision", "book"),
    "decay of adamw": (RULE, "optimizer", "weight_decay", 0.25, "adamw"),
    "decay of lion": (RULE, "optimizer", "weight_decay", 0.25, "lion"),
    "decay of muon": (RULE, "optimizer", "weight_decay", 0.25, "muon"),
    "momentum_share of muon": (RULE, "optimizer", "momentum", 0.25, "muon"),
    "rest_lr of muon": (RULE, "optimizer", "adamw_lr", 0.25, "muon"),
    "shrink of rprop": (RULE, "optimizer", "eta_minus", 0.25, "rprop"),
    "grow of rprop": (RULE, "optimizer", "eta_plus", 1.25, "rprop"),
    "least of rprop": (RULE, "optimizer", "step_min", 0.25, "rprop"),
    "most of rprop": (RULE, "optimizer", "step_max", 0.25, "rprop"),
    "factor of step": (RATE, "optimizer.lr", "gamma", 0.25, "step"),
    "factor of multi-step": (RATE, "optimizer.lr", "gamma", 0.25, "multi-step"),
    "factor of exponential": (RATE, "optimizer.lr", "gamma", 0.25, "exponential"),
    "least of cosine": (RATE, "optimizer.lr", "minimum", 0.25, "cosine"),
    "least of cosine-restarts": (RATE, "optimizer.lr", "minimum", 0.25, "cosine-restarts"),
    "grow of cosine-restarts": (RATE, "optimizer.lr", "t_mult", 3, "cosine-restarts"),
    "rise": (CYCLE, "optimizer.lr", "warmup_share", 0.25),
    "divide": (CYCLE, "optimizer.lr", "div_factor", 8.0),
    "divide_end": (CYCLE, "optimizer.lr", "final_div_factor", 8.0),
}
NEEDED = {  # other keys of a kind
    "step": {"every": 9},
    "multi-step": {"milestones": [9]},
    "cosine": {"epochs": 9},
    "cosine-restarts": {"epochs": 9},
}


def written(case, key):
    """The scene's TOML with the setting under a key."""
    text, _, _, value, *kind = FORMER[case]
    table = tomllib.loads(text.format(*kind, key, repr(value).replace("'", '"')))
    rate = table["optimizer"]["lr"]
    if isinstance(rate, dict):
        rate.update(NEEDED.get(rate["kind"], {}))
    return tomli_w.dumps(table)


def value_at(scene, place, name):
    for part in place.split("."):
        scene = getattr(scene, part)
    value = getattr(scene, name)
    return getattr(value, "rate", value)


@pytest.mark.parametrize("case", FORMER)
def test_a_key_of_before_is_read_and_written_under_its_name_of_now(case):
    _, place, now, value, *_ = FORMER[case]
    before = case.partition(" of ")[0]
    scene = parse_scene(written(case, before), "old.toml", {}, {})
    assert value_at(scene, place, now) == value
    assert scene == parse_scene(written(case, now), "new.toml", {}, {})
    again = tomllib.loads(scene_toml(scene))
    for part in place.split("."):
        again = again[part]
    assert now in again
    assert before not in again


@pytest.mark.parametrize("case", FORMER)
def test_both_names_at_once_are_refused_in_one_line(case):
    _, place, now, value, *_ = FORMER[case]
    before = case.partition(" of ")[0]
    table = tomllib.loads(written(case, before))
    at = table
    for part in place.split("."):
        at = at[part]
    at[now] = value
    wanted = f'old.toml: {place}.{before}: is now called "{now}": give only that'
    with pytest.raises(SceneError) as raised:
        parse_scene(tomli_w.dumps(table), "old.toml", {}, {})
    assert str(raised.value) == wanted


def test_an_override_takes_the_place_of_a_key_of_before():
    scene = parse_scene(
        RULE.format("adamw", "decay", 0.25), "old.toml", {}, {"optimizer.weight_decay": 0.5}
    )
    assert scene.optimizer.weight_decay == 0.5
    scene = parse_scene(
        RULE.format("adamw", "epsilon", 0.25), "new.toml", {}, {"optimizer.decay": 0.5}
    )
    assert scene.optimizer.weight_decay == 0.5


def test_a_recording_of_before_is_drawn_and_says_what_its_header_says(tmp_path):
    scene = vizopt.load_scene("good", {"optimizer.kind": "adamw", "epochs": 20})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    file = tmp_path / "run.zarr" / "zarr.json"
    text = file.read_text()
    assert text.count("weight_decay = 0.01") == 1
    file.write_text(text.replace("weight_decay = 0.01", "decay = 0.01"))
    old = vizopt.Recording(tmp_path / "run.zarr")
    clip = vizopt.render(old, tmp_path / "a.png", size=(320, 180))
    again = vizopt.render(run, tmp_path / "b.png", size=(320, 180))
    same = [np.asarray(Image.open(each.path)) for each in (clip, again)]
    assert np.array_equal(*same)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("least = -1.0", "optimizer.lr.minimum: -1.0: should be greater than or equal to 0"),
        (
            "leest = 1.0",
            "optimizer.lr.leest: unknown key (there are: epochs, initial, minimum)",
        ),
    ],
)
def test_errors_know_only_the_names_of_now(key, message):
    rate = f'{{ kind = "cosine", initial = 1.0, epochs = 9, {key} }}'
    with pytest.raises(SceneError) as raised:
        parse_scene(f"{NETWORK}{SGD}{rate}", "m.toml", {}, {})
    assert str(raised.value) == f"m.toml: {message}"
