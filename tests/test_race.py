"""Races: several trainings as data, who stands where, and what they do not have in common."""

from pathlib import Path

import pytest

import vizopt
from vizopt.core import library
from vizopt.core.errors import SceneError
from vizopt.scene.load_race import is_race, load_race, parse_race
from vizopt.scene.written import scene_toml

RACE = """title = "Two"
epochs = 9
[problem]
kind = "network"
sizes = [2, 4, 3]
[problem.data]
kind = "spiral"
points = 9
classes = 3
[optimizer]
kind = "sgd"
lr = 1.0
[keep]
grid = 4
"""
RUNS = """[[run]]
name = "SGD"
[[run]]
name = "Adam"
optimizer = { kind = "adam", lr = 0.1 }
"""


def read(text, **overrides):
    return parse_race(text, "race.toml", {"name": "race"}, overrides)


def written(path, text=RACE + RUNS):
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", library.races())
def test_every_bundled_race_loads_again_from_its_toml(name):
    race = load_race(name)
    assert parse_race(scene_toml(race), name, {}, {}) == race
    assert name not in library.names()
    assert is_race(name)


def test_a_run_has_the_files_keys_but_for_its_own():
    race = read(RACE + RUNS + "epochs = 5\nproblem.batch = 3\n[[run]]\nname='s'\noptimizer.lr=0.5")
    sgd, adam, slow = race.scenes()
    assert (sgd.epochs, adam.epochs, slow.epochs) == (9, 5, 9)
    assert (sgd.problem.batch, adam.problem.batch) == (None, 3)
    assert adam.problem.sizes == (2, 4, 3)
    assert adam.problem.data == sgd.problem.data
    assert (sgd.optimizer.lr(0), adam.optimizer.lr(0), slow.optimizer.lr(0)) == (1.0, 0.1, 0.5)
    assert type(slow.optimizer) is type(sgd.optimizer)
    assert [scene.title for scene in race.scenes()] == ["SGD", "Adam", "s"]
    assert [scene.seed for scene in race.scenes(seed=3)] == [3, 3, 3]


def test_one_keys_values_are_a_run_each():
    race = read(RACE + '[over]\n"optimizer.lr" = [0.01, 1, { kind = "constant", rate = 2.0 }]')
    assert [run.name for run in race.run] == ["lr 0.01", "lr 1", "constant"]
    assert [run.optimizer.lr(0) for run in race.run] == [0.01, 1.0, 2.0]
    assert read(RACE + RUNS, epochs=3).run[0].epochs == 3


WRONG = {
    "two names": (
        RUNS.replace("Adam", "SGD"),
        'race.toml: run: 2 are named "SGD": give each its own name',
    ),
    "one run": (
        RUNS[: RUNS.index('[[run]]\nname = "A')],
        "race.toml: run: a race needs two runs at least",
    ),
    "no name": (
        RUNS.replace('name = "Adam"', ""),
        'race.toml: run: one has no name: add name = "…"',
    ),
    "long": (
        RUNS.replace("Adam", "A" * 25),
        "String should have at most 24 characters",
    ),
    "misspelt": (
        RUNS.replace("lr = 0.1", "rl = 0.1"),
        'race.toml: run "Adam": optimizer.rl: unknown key (there are: beta_1, beta_2, epsilon, lr)',
    ),
    "unknown": (
        RUNS + "epocs = 3",
        'race.toml: run "Adam": epocs: unknown key (did you mean "epochs"?)',
    ),
    "of the picture": (
        RUNS + 'theme = "dark"',
        'race.toml: run "Adam": theme: is of the whole picture: put it above the runs',
    ),
    "no problem in common": (
        RUNS + 'problem.data = { kind = "moons" }',
        "race.toml: run: no common problem: SGD trains on spiral, Adam on moons: "
        "allow it with mixed = true, or mixed=True",
    ),
    "another key of the data": (
        RUNS + 'problem.data = { kind = "spiral", points = 9, noise = 0.5 }',
        "race.toml: run: no common problem: problem.data.noise is 0.2 for SGD, 0.5 for Adam: "
        "allow it with mixed = true, or mixed=True",
    ),
    "both": (
        RUNS + "[over]\nepochs = [1, 2]",
        "race.toml: over: stands beside [[run]]: leave one of them out",
    ),
    "two keys": ("[over]\nepochs = [1, 2]\nseed = [1, 2]", "race.toml: over: needs one key with"),
    "one value": ("[over]\nepochs = [1]", "race.toml: over.epochs: needs a list of two values"),
    "beyond a float": (f'[over]\n"optimizer.lr" = [1.0, {10**400}]', "optimizer.lr"),
    "not trained": (
        '[over]\n"theme" = ["dark", "light"]',
        "race.toml: over.theme: is not trained: problem, optimizer, seed, epochs, keep, record are",
    ),
    "no tables": (
        "[run]\na = 1",
        "race.toml: run: needs tables: write each run below a line [[run]]",
    ),
    "a scene": ("", "race.toml: is a scene of one run: draw it with: vizopt make race.toml"),
    "many": (
        "".join(f'[[run]]\nname = "{k}"\n' for k in range(31)),
        "race.toml: run: 31 runs: leave some out: up to 20 have curves and standings, up to 6",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_one_line(mistake):
    text, told = WRONG[mistake]
    with pytest.raises(SceneError) as raised:
        read(RACE + text)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_nothing_has_in_common_is_allowed_where_it_is_said():
    text = (
        "mixed = true\n" + RACE + RUNS + 'problem.data = { kind = "moons" }\nproblem.sizes=[2,4,2]'
    )
    assert read(text).mixed


def test_a_race_is_no_scene(tmp_path):
    path = written(tmp_path / "two.toml")
    assert is_race(path)
    assert not is_race("sgd")
    with pytest.raises(SceneError, match=r"two\.toml: is a race of several runs: draw it with: "):
        vizopt.load_scene(path)
    with pytest.raises(SceneError, match=r"rules: is a race .* draw it with: vizopt race rules$"):
        vizopt.load_scene("rules")


def test_data_lie_beside_the_race(tmp_path):
    rows = [f"{k},{k % 3},{'ab'[k % 2]}" for k in range(12)]
    (tmp_path / "mine.csv").write_text("\n".join(["x,y,kind", *rows]))
    text = RACE.replace(
        'kind = "spiral"\npoints = 9\nclasses = 3', 'kind = "csv"\npath = "mine.csv"'
    )
    path = written(tmp_path / "own.toml", text.replace("[2, 4, 3]", "[2, 4, 2]") + RUNS)
    assert [Path(run.problem.data.path) for run in load_race(path).run] == [
        tmp_path / "mine.csv"
    ] * 2
    path.write_text(text + RUNS)
    with pytest.raises(SceneError, match=r'own\.toml: run "SGD": problem: '):
        load_race(path)
