"""Racing: runs trained beside each other into one picture, told, listed and made again."""

import csv
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt.clips import recipe as recipes
from vizopt.clips.drawing import planned_picture
from vizopt.clips.options import request
from vizopt.clips.staging import staged
from vizopt.clips.telling import settings_of, told_of
from vizopt.core.errors import Interrupted, RecordingError, SceneError, VizoptError
from vizopt.core.library import names
from vizopt.core.numbers import number
from vizopt.core.progress import quiet
from vizopt.draw.standing import standing
from vizopt.draw.views import views_of
from vizopt.pipeline import racing, tuning, workers
from vizopt.pipeline.field import field_of
from vizopt.pipeline.job import Job
from vizopt.recording import standings_table
from vizopt.recording.atomic import attributes
from vizopt.recording.differences import differences, unrecorded
from vizopt.recording.header import External
from vizopt.recording.seeded import Seeded, middle_seed, with_seeds
from vizopt.recording.standings import diverged_at, leads, settled, standings, stays, steps_to
from vizopt.recording.store import Recording
from vizopt.scene.load import load_scene
from vizopt.scene.load_race import load_race, parse_race
from vizopt.scene.written import scene_toml
from vizopt.story.race import of_race, unlike

TABLES = Path(__file__).parent / "data" / "epochs" / "simd-exp"
LESSON = {"SGD": "sgd_decay1e-3", "Momentum": "sgd_mom09", "Adam": "adam_05_5e-7"}
ALONE = {"AdaGrad": "adagrad", "RMSProp": "rmsprop-tuned"}
SHORT = {"epochs": 501, "keep.grid": 10, "timeline.seconds": 0.5}
TINY = {
    "epochs": 9,
    "problem.data.points": 9,
    "problem.sizes": [2, 4, 3],
    "keep.grid": 8,
    "timeline.seconds": 0.2,
}
DESCENTS = """
title = "Rates"
problem = { kind = "function", f = "x**2/4 + cos(x)", interval = [-6, 6], start = 5 }
optimizer = { kind = "sgd", lr = 0.1 }
over = { "optimizer.lr" = [0.1, 3.5, 6.0] }
"""
SMALL = {"size": (640, 360), "overrides": TINY}
SET = [f"--set={key}={value}" for key, value in TINY.items()]


def train_race(field, folder, *others, **keys):
    """The recordings that a race leaves."""
    with staged() as staging:
        runs = racing.train_race(field, folder, staging, *others, **keys)
    return {name: _left(run) for name, run in runs.items()}


def _left(run):
    if not isinstance(run, Seeded):
        return Recording(run.path)
    return Seeded(run.path, [Recording(each.path) for each in run.members])


def trained(sources, folder, said=lambda line: None, cores=1, **keys):
    field = field_of(sources, keys, "race")
    return field, train_race(field, folder, quiet, said, cores=cores)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """The chapter's five rules, 501 epochs of each."""
    return trained(["rules"], tmp_path_factory.mktemp("rules"), **SHORT)


@pytest.fixture(scope="module")
def rules(chapter):
    return chapter[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return trained(["sgd", "adam"], tmp_path_factory.mktemp("tiny"), **TINY)[1]


@pytest.mark.parametrize("name", LESSON)
def test_the_rules_of_the_chapter_have_the_lessons_rows(rules, name):
    with (TABLES / f"{LESSON[name]}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["epoch"]) < 501]
    assert len(rows) == 6
    for row in rows:
        at = int(row["epoch"])
        assert f"{rules[name]['accuracy'][at]:.6f}" == row["acc"]
        assert f"{rules[name]['loss'][at]:.6f}" == row["loss"]


@pytest.mark.parametrize("name", ALONE)
def test_a_run_is_that_of_its_scene_alone(rules, name, tmp_path):
    scene = vizopt.load_scene(ALONE[name], SHORT | {"epochs": 101})
    alone = vizopt.record(scene, tmp_path / "alone.zarr")
    assert np.array_equal(rules[name]["loss"][:101], alone["loss"])
    assert np.array_equal(rules[name].row("params", 100), alone.row("params", 100))


def test_all_start_from_the_same_weights_and_differ_in_the_rule_alone(rules):
    first = {run.row("params", 0).tobytes() for run in rules.values()}
    assert len(first) == 1
    found = differences(rules)
    assert {each.what.partition(".")[0] for each in found} == {"optimizer"}
    assert not any(each.beyond for each in found)
    kinds = found[0].values
    assert kinds["SGD"] == "sgd"
    assert kinds["RMSProp"] == "rmsprop"


def test_the_standings_are_the_numbers_of_the_recordings(rules):
    found = standings(rules)
    best = [rules[each.name]["accuracy"].max() for each in found]
    assert best == sorted(best, reverse=True)
    for each in found:
        accuracy = rules[each.name]["accuracy"]
        assert each.best == accuracy[each.best_at] == accuracy.max()
        assert not (accuracy[: each.best_at] == accuracy.max()).any()
        for mark, at in each.reached.items():
            assert (at is None) == (accuracy < mark).all()
            assert at is None or (accuracy[at] >= mark > accuracy[:at].max())
        assert (each.loss, each.last) == (rules[each.name]["loss"][-1], 500)
    assert found[0].name == "Adam"


def test_settled_is_from_then_to_the_end():
    values = np.array([0.1, 0.9, 0.5, 0.8, 0.9])
    assert settled(values, 0.8) == 3  # touched at 1 first
    assert settled(values, 0.1) == 0
    assert settled(values, 0.95) is None


def test_who_leads_is_who_has_the_best_so_far(rules):
    ((start, first), *others) = leads(rules)
    assert first == "Adam"
    assert others == []
    every = {name: np.maximum.accumulate(run["accuracy"]) for name, run in rules.items()}
    assert every["Adam"][start] > max(v[start] for n, v in every.items() if n != "Adam")
    assert steps_to(rules)[0.5][0] == (int((every["Adam"] >= 0.5).argmax()), "Adam")


def test_the_story_tells_who_leads_who_is_where_and_what_is_the_same(chapter):
    field, runs = chapter
    told = told_of(runs, field.race, "", None)
    assert len(told.alt) <= 250
    assert told.alt.startswith("Five update rules, one start: 5 runs, SGD, Momentum, AdaGrad, ")
    adam = standings(runs)[0]
    assert f"1. Adam, best accuracy {adam.best:.3f} at epoch {adam.best_at}, loss " in told.text
    assert "Adam has the best accuracy so far from epoch 6 on." in told.text
    half = steps_to(runs)[0.5]
    assert f"50\N{NO-BREAK SPACE}% are reached by Adam at epoch {half[0][0]}, " in told.text
    assert "; never by SGD." in told.text
    assert "All have the same data and first weights, to the last bit." in told.text
    assert "They differ in the update rule and its settings alone." in told.text
    assert "4 RMSProp (RMSProp, learning rate 0.02, decay 1e−5, rho 0.999)" in told.text
    assert [event.epoch for event in told.events] == sorted(e.epoch for e in told.events)
    words = [str(event.words) for event in told.events]
    assert words[0] == "Adam leads"
    assert "Adam is the first to reach 75\N{NO-BREAK SPACE}%" in words


def test_below_the_title_stands_what_all_have_in_common(chapter):
    field, runs = chapter
    start = (
        "same data and first weights  ·  spiral, 300 points, 3 classes  ·  2 → 64 ReLU → 3 softmax"
    )
    assert settings_of(runs, field.race) == start
    alone = {"": runs["SGD"]}
    assert settings_of(alone, vizopt.load_scene("sgd")) == runs["SGD"].header.settings


UNFAIR = {
    "batch": ("problem.batch = 3", "batch – / 3", "batch (– and 3)"),
    "seed": ("seed = 1", "seed 0 / 1", "seed (0 and 1)"),
    "length": ("epochs = 5", "length 9 / 5", "length (9 and 5)"),
    "init": ('problem.init = "he"', "first weights", "first weights"),
}


@pytest.mark.parametrize("what", UNFAIR)
def test_what_is_not_fair_is_named_in_picture_and_text(what, tmp_path):
    own, line, words = UNFAIR[what]
    text = Path(write(tmp_path / "race.toml")).read_text()
    (tmp_path / "race.toml").write_text(text + own)
    field, runs = trained([tmp_path / "race.toml"], tmp_path / "runs")
    told = told_of(runs, field.race, "", None).text
    (unlike,) = re.findall("runs differ in (.*?)(?:  ·|$)", settings_of(runs, field.race))
    assert line in unlike.split(", ")
    assert "This is no race of the rules alone: the runs differ in " in told
    assert words in told
    assert ("first weights" in {each.what for each in differences(runs)}) == (
        what in ("seed", "init")
    )


@pytest.mark.parametrize("key", ["batch = 3", "dropout = 0.2", "validation = 0.25"])
def test_what_a_scene_may_have_besides_leaves_the_first_weights_alone(key, tmp_path):
    path = write(tmp_path / "race.toml")
    path.write_text(path.read_text() + f"problem.{key}")
    runs = trained([path], tmp_path / "runs")[1]
    assert "first weights" not in {each.what for each in differences(runs)}
    assert len({run.row("params", 0).tobytes() for run in runs.values()}) == 1


def write(path, title="Two"):
    data = 'kind = "spiral", points = 9, classes = 3'
    path.write_text(
        f'title = "{title}"\nepochs = 9\n'
        f'problem = {{ kind = "network", sizes = [2, 4, 3], data = {{ {data} }} }}\n'
        'optimizer = { kind = "sgd", lr = 1.0 }\ntimeline = { kind = "uniform", seconds = 0.2 }\n'
        "keep = { grid = 8 }\n"
        '[[run]]\nname = "SGD"\n[[run]]\nname = "Adam"\noptimizer = { kind = "adam", lr = 0.1 }\n'
    )
    return path


def test_processes_train_the_same_bits_and_what_stands_is_kept(tmp_path, tiny):
    said = []
    _, here = trained(["sgd", "adam"], tmp_path / "two", said.append, cores=2, **TINY)
    assert said == []
    for name, run in tiny.items():
        for column in run.columns:
            assert here[name][column].tobytes() == run[column].tobytes()
    trained(["sgd", "adam"], tmp_path / "two", said.append, **TINY)
    paths = [tmp_path / "two" / f"{name}.zarr" for name in ("SGD", "Adam")]
    assert said == [f"{path}: has the same training: reused (--again trains)" for path in paths]


def test_what_a_process_meets_is_told_as_it_is(tmp_path):
    field = field_of(["sgd", "adam"], TINY, "race")
    (tmp_path / "runs" / "SGD.zarr").mkdir(parents=True)
    for cores, kind in ((1, RecordingError), (2, VizoptError)):
        with pytest.raises(kind, match=r"SGD\.zarr: exists and is no recording"):
            train_race(field, tmp_path / "runs", quiet, print, cores=cores)


def test_recordings_go_into_a_folder_and_nowhere_else(tmp_path):
    field = field_of(["sgd", "adam"], TINY, "race")
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, told in (("file", "is no folder"), ("loop", "cannot write: Too many levels")):
        with pytest.raises(VizoptError, match=rf"{name}: {told}"):
            train_race(field, tmp_path / name, quiet, print)


def test_ctrl_c_leaves_what_is_finished_and_the_next_race_trains_the_rest(tmp_path):
    field = field_of(["sgd", "adam"], TINY, "race")

    def bar(items, total, label, unit, start=0):
        for item in items:
            if label == "training Adam":
                raise KeyboardInterrupt
            yield item

    def pressed(items, total, label, unit, start=0):
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match=r"interrupted: 0 of 2 runs"):
        train_race(field, tmp_path / "outputs" / "race", pressed, print, cores=1)
    assert not [*tmp_path.iterdir()]
    with pytest.raises(
        Interrupted, match=r"interrupted: 1 of 2 runs are recorded in .*: the same "
    ):
        train_race(field, tmp_path, bar, print, cores=1)
    said = []
    runs = train_race(field, tmp_path, quiet, said.append, cores=1)
    assert [line.partition(": ")[2] for line in said] == [
        "has the same training: reused (--again trains)"
    ]
    assert [run.epochs for run in runs.values()] == [9, 9]


def test_ctrl_c_keeps_what_runs_have_and_the_next_race_goes_on_from_there(tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.recording.recorder.WAITING_ROWS", 5)
    field = field_of(["sgd", "adam"], {**TINY, "epochs": 30}, "race")
    asked = []

    def pressed(items, total, label, unit, start=0):
        for done, item in enumerate(items, start):
            if done == 20:
                raise KeyboardInterrupt
            yield item

    def told(items, total, label, unit, start=0):
        asked.append((label, start))
        return items

    folder, third = tmp_path / "race", tmp_path / "third"
    with pytest.raises(Interrupted, match=r"0 of 2 runs are .*: the same command goes on from th"):
        train_race(field, folder, pressed, print, cores=1)
    said = []
    runs = train_race(field, folder, told, said.append, cores=1)
    kept = f"{folder / 'SGD.zarr'}: was interrupted at epoch 20: goes on from there"
    assert said == [kept]
    assert asked == [("training SGD", 19), ("training Adam", 0)]
    another = field_of(["sgd", "adam"], {**TINY, "epochs": 30, "seed": 5}, "race")
    with pytest.raises(Interrupted):
        train_race(another, third, pressed, print, cores=1)
    asked.clear()
    whole = train_race(field, third, told, print, cores=1)
    assert asked[0] == ("training SGD", 0)  # it was another training
    for name, run in runs.items():
        assert (run.interrupted, run.epochs) == (None, 30)
        assert all(np.array_equal(run[c], whole[name][c]) for c in ("loss", "params", "delta"))
    with pytest.raises(Interrupted):
        train_race(another, third, pressed, print, cores=1)
    assert (third / "SGD.interrupted.zarr").is_dir()
    asked.clear()
    runs = train_race(another, third, told, print, cores=1)
    assert asked[0] == ("training SGD", 19)  # it was beside the one that was whole
    assert [run.path.name for run in runs.values()] == ["SGD.zarr", "Adam.zarr"]
    assert not [*third.glob("SGD.i*")]


def test_a_process_that_is_ended_keeps_what_it_has(tmp_path):
    path, worker = tmp_path / "SGD.zarr", workers._Worker()
    keys = TINY | {"epochs": 400_001, "keep.first": 2000}
    job = Job(vizopt.load_scene("sgd", keys), path, tmp_path / "own.zarr", (tmp_path,))

    def bar(items, total, label, unit, start=0):
        for item in items:
            if any(attributes(part).get("committed", {}).get("snapshots") for part in parts()):
                worker.close()
                return
            yield item

    def parts():
        return [*tmp_path.glob("SGD.zarr.*.part")]

    with pytest.raises(RecordingError, match="ended"):
        worker.record(job, bar, print)
    assert not parts()
    assert Recording(path).interrupted == Recording(path).epochs >= 1024


def test_a_clip_of_a_race_makes_itself_again(tmp_path):
    path = write(tmp_path / "two.toml")
    clip = vizopt.race(path, tmp_path / "a.gif", size=(320, 180), cores=1)
    assert clip.verdict.passed
    assert 'name = "Adam"' in recipes.read(clip.path)
    again = vizopt.race(clip.path, tmp_path / "b.gif", cores=1)
    assert again.path.read_bytes() == clip.path.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "a.gif", "a.txt", "b.gif", "b.txt", "two.toml",
    ]  # fmt: skip


def test_a_training_of_ones_own_races_and_makes_no_recipe(tmp_path, tiny):
    points = tiny["SGD"]["points"]
    with vizopt.Run(tmp_path / "mine.zarr", title="Mine") as run:
        for step in range(9):
            run.log(loss=1.1 - step / 10, accuracy=0.3 + step / 20, params={"w": points * step})
    sources = [tiny["SGD"], run, tmp_path / "mine.zarr"]
    with pytest.raises(VizoptError, match=r'two runs named "mine": rename the folder of one$'):
        field_of(sources, {}, "race")
    field = field_of([tiny["SGD"], run], {}, "race")
    assert list(field.runs) == ["SGD", "mine"]
    assert field.race is None
    runs = train_race(field, tmp_path, quiet, print)
    assert standings(runs)[0].name == "mine"
    assert unrecorded(runs) == ["data"]
    beyond = {each.what: each.values for each in differences(runs) if each.beyond}
    assert {*beyond} == {"framework", "first weights"}  # how many samples it saw nobody knows
    assert beyond["framework"] == {"SGD": "vizopt", "mine": "Python"}
    assert not any("–" in values.values() for values in beyond.values())  # what nobody told
    with pytest.raises(RecordingError, match=r"mine\.zarr: optimizer\.lr: was trained so: it "):
        field_of(sources[1:], {"optimizer.lr": 1.0}, "race")


def test_a_last_row_without_a_loss_is_no_divergence(tmp_path):
    with vizopt.Run(tmp_path / "mine.zarr") as run:
        for step in range(9):
            run.log(loss=1.1 - step / 10)
        run.log_end(params={"w": np.ones((2, 2))})  # as every adapter tells its last weights
    run = Recording(tmp_path / "mine.zarr")
    (found,) = standings({"mine": run})
    assert (found.diverged, found.best_at, found.loss) == (None, 8, pytest.approx(0.3))
    assert stays(run)


def test_a_key_of_the_training_is_of_those_that_train(tmp_path, tiny):
    scene = load_scene("sgd", {"epochs": 9})
    field = field_of([tiny["SGD"], scene], {"epochs": 5}, "race", mixed=True)
    assert [run.epochs for run in field.runs.values()] == [tiny["SGD"].epochs, 5]
    with pytest.raises(SceneError, match="epochs: "):
        field_of([tiny["SGD"], scene], {"epochs": -5}, "race")


def test_another_problem_is_one_word_in_the_picture(tmp_path):
    path = write(tmp_path / "race.toml")
    text = path.read_text()
    moons = 'kind = "network", sizes = [2, 4, 2], data = { kind = "moons", points = 9 }'
    text = f"mixed = true\n{text}"
    path.write_text(text.replace('name = "SGD"', f'name = "SGD"\nproblem = {{ {moons} }}'))
    field, runs = trained([path], tmp_path / "runs")
    line = settings_of(runs, field.shown)
    assert line.startswith("runs differ in network, data, samples seen 162 / 243")
    assert "the runs differ in network, data and samples seen (162 and 243)." in unlike(runs)
    path.write_text(text.replace('name = "SGD"', 'name = "SGD"\nproblem.data.noise = 0.3'))
    field, runs = trained([path], tmp_path / "runs")
    assert settings_of(runs, field.shown).startswith("runs differ in data noise 0.3 / 0.2  ·  ")


def test_recordings_of_one_name_are_told_by_their_folders_and_long_names_by_their_ends(tmp_path):
    def made(name):
        with vizopt.Run(tmp_path / name) as run:
            run.log(loss=1.0)
            run.log(loss=0.5)
        return run.path

    def names(*paths):
        return list(field_of(paths, {}, "race").runs)

    one, other = made("a/run.zarr"), made("b/run.zarr")
    assert names(one, other) == ["a", "b"]
    assert names(one, other, made("c.zarr")) == ["a", "b", "c"]
    ends = [f"vit-small-patch16-224-seed-{seed}" for seed in (1, 2)]
    assert names(*(made(f"{end}.zarr") for end in ends)) == [
        "vit-small-p…-224-seed-1",
        "vit-small-p…-224-seed-2",
    ]
    assert names(made(f"{'a' * 24}.zarr"), made(f"{'a' * 25}.zarr"))[0] == "a" * 24


def test_recordings_of_other_data_have_no_problem_in_common(tmp_path, tiny):
    x = np.random.default_rng(0).normal(size=(7, 2))
    with vizopt.Run(tmp_path / "mine.zarr", data=(x, [0, 1] * 3 + [1]), predict=lambda p: p) as run:
        run.log(loss=1.0)
        run.log(loss=0.5)
    told = (
        "no common problem: SGD is a network on {} points in 3 classes, mine is a network on 7 "
        "points in 2 classes: allow it with mixed=True"
    )
    for sources, points in (([tiny["SGD"], run], 27), (["sgd", run], 300)):
        with pytest.raises(VizoptError, match=f"^{told.format(points)}$"):
            field_of(sources, {}, "race")
        assert len(field_of(sources, {}, "race", mixed=True).runs) == 2
    path = write(tmp_path / "race.toml")
    blobs = "problem.data = { kind = 'blobs', classes = 3 }"
    moons = path.read_text().replace("[[run]]", f"[[run]]\n{blobs}", 1)
    path.write_text(moons)
    with pytest.raises(VizoptError, match="no common problem"):
        field_of([path], {}, "race")
    assert len(field_of([path], {}, "race", mixed=True).runs) == 2


def test_ctrl_c_counts_what_is_of_this_training(tmp_path):
    trained(["sgd", "adam"], tmp_path, **TINY)
    field = field_of(["sgd", "adam"], {**TINY, "seed": 5}, "race")

    def bar(items, total, label, unit, start=0):
        raise KeyboardInterrupt
        yield

    with pytest.raises(Interrupted, match="interrupted: 0 of 2 runs are recorded in"):
        train_race(field, tmp_path, bar, print, cores=1)


def test_the_names_are_those_of_the_rules_or_else_of_the_scenes():
    assert list(field_of(["sgd", "momentum-09", "adam"], {}, "race").runs) == [
        "SGD",
        "Momentum",
        "Adam",
    ]
    field = field_of(["sgd-lr-085", "sgd", "adam"], {}, "race")
    assert list(field.runs) == ["sgd-lr-085", "sgd", "Adam"]
    assert field.shown.title == "sgd-lr-085, sgd and Adam"
    assert field_of(["rules", "sgd"], {"title": "X"}, "race").shown.title == "X"


def test_the_recordings_of_a_race_have_its_names(tmp_path):
    path = write(tmp_path / "race.toml")
    path.write_text(path.read_text().replace('"Adam"', '"short: a"').replace('"SGD"', '"Adam"'))
    runs = trained([path], tmp_path / "runs")[1]
    assert list(runs) == ["Adam", "short: a"]
    assert runs["short: a"].path.name == "short_ a.zarr"
    assert list(field_of([tmp_path / "runs"], {}, "race").runs) == ["Adam", "short: a"]


WRONG = {
    "one run": (["sgd"], {}, "race: a race needs two runs at least: name more scenes or record"),
    "kinds": (["sgd", "good"], {}, "no common problem: SGD trains on spiral, .* or mixed=True"),
    "no scene": (["sgdd", "adam"], {}, "sgdd: no such race or scene"),
    "twice": (["sgd", "sgd"], {}, 'two runs named "sgd": give each its own name in a race'),
    "key": (["sgd", "adam"], {"look.papr": "red"}, "race: look.papr: unknown key"),
    "crowd": (names()[:21], {}, "race: 21 runs: leave some out: up to 20 have curves and stand"),
    "many": ([f"{k}" for k in range(3)], {}, "0: no such race or scene"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_one_line(mistake):
    sources, keys, told = WRONG[mistake]
    with pytest.raises(VizoptError, match=told):
        field_of(sources, keys, "race")


def test_the_command_races_lists_and_tells(command, tmp_path):
    write(tmp_path / "two.toml")
    ran = command("race", "two.toml", "-o", "two.png", "--size", "320x180", "--cores", "1", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("two.png  320×180  ")
    said = "  epoch 8  no room for curves, planes\ntwo.txt  the clip in words\n"
    assert ran.out.endswith(said)
    assert Path("two.txt").read_text().startswith("Two: 2 runs, SGD and Adam.")
    table = command("table", "two.toml").out
    assert table == command("table", *sorted(Path("outputs/two").iterdir())).out
    head, *rows = table.splitlines()
    assert head.split() == [
        "run",
        "best",
        "acc",
        "at",
        "epoch",
        "50%",
        "75%",
        "90%",
        "95%",
        "final",
        "loss",
    ]
    for row, each in zip(
        rows, json.loads(command("table", "two.toml", "--json").out)["standings"], strict=True
    ):
        run = Recording(f"outputs/two/{each['run']}.zarr")
        assert each["best_accuracy"] == float(run["accuracy"].max())
        assert each["final_loss"] == float(run["loss"][-1])
        assert each["to_50"] == next(iter(np.flatnonzero(run["accuracy"] >= 0.5).tolist()), None)
        assert row.split()[:2] == [str(each["place"]), each["run"]]
        assert row.count("> 8") == sum(each[f"to_{mark}"] is None for mark in (50, 75, 90, 95))
    found = list(csv.DictReader(command("table", "two.toml", "--csv").out.splitlines()))
    assert [row["run"] for row in found] == [row.split()[1] for row in rows]
    assert command("table", "two.toml", "--every", "3").code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["race", "sgd"], 1, "race: a race needs two runs at least"),
        (
            ["race", "sgd", "adam", "--set", "weights=dens1", "-o", "a.mp4"],
            1,
            'weights: SGD has no layer "dens1": did you mean "dense1"?',
        ),
        (
            ["race", "sgd", "adam", "--set", "clock=seconds", "-o", "a.mp4"],
            1,
            "clock: SGD has no recorded seconds: choose step or samples",
        ),
        (["race", "nope"], 1, "no such race or scene: there are the races rules, rates, batches"),
        (["table", "ruls"], 1, 'ruls: no such race or scene: did you mean "rules"?'),
        (["tune", "nope"], 1, "nope: no such race: there are: balls, batches, decay, rates, rules"),
        (["race", "sgd", "adam", "-o", "a.zarr"], 1, "a.zarr: a race has a recording of each run"),
        (["make", "rules"], 1, "rules: is a race of several runs: draw it with: vizopt race rules"),
        (["race", "sgd", "good", "-o", "a.mp4"], 1, "no common problem"),
        (["race", "rules", "good", "-o", "a.mp4"], 1, "no common problem"),
        (["race", "sgd", "adam", "-o", "a.png", "--at", "20000"], 1, "the run ends at epoch 10000"),
    ],
)
def test_a_wrong_command_is_one_line(command, arguments, code, told):
    ran = command(*arguments)
    assert ran.code == code
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_seeds_give_medians_ranges_and_one_seed_for_all_planes(tmp_path, texts):
    path = write(tmp_path / "race.toml")
    path.write_text("seeds = 3\n" + path.read_text())
    said = []
    field, runs = trained([path], tmp_path / "runs", said.append)
    assert said == []
    shown = {run.row("params", 0).tobytes() for run in runs.values()}
    assert len(shown) == 1
    for each in standings(runs):
        alone = [Recording(tmp_path / "runs" / "seeds" / f"{each.name} {k}.zarr") for k in range(3)]
        every = np.array([run["accuracy"] for run in alone])
        median = np.sort(every, 0)[1]
        assert np.array_equal(runs[each.name]["accuracy"], median)
        low, high = np.quantile(every, [0.25, 0.75], axis=0)
        np.testing.assert_allclose(runs[each.name].band("accuracy"), [low, high])
        assert runs[each.name].band("lr") is None
        best = sorted(run["accuracy"].max() for run in alone)
        assert (each.best, each.ranges["best"], each.seeds) == (best[1], (best[0], best[2]), 3)
        so_far = np.sort([np.maximum.accumulate(run["accuracy"]) for run in alone], 0)[1]
        assert each.best_at == int((so_far >= best[1]).argmax())
        for mark, at in each.reached.items():
            assert at == (int((so_far >= mark).argmax()) if so_far[-1] >= mark else None)
        picture = standing(views_of(runs, field.shown.timeline, 20), "accuracy")[each.name]
        assert (picture.best[-1], picture.best_at[-1]) == (each.best, each.best_at)
        assert picture.reached == {m: at for m, at in each.reached.items() if at is not None}
        first = [run.row("params", 0).tobytes() for run in alone]
        assert shown <= set(first)
        assert len(set(first)) == 3
    told = told_of(runs, field.race, "", None).text
    assert "Each run is trained with 3 seeds (n = 3)" in told
    assert "n = 3 seeds" in settings_of(runs, field.race)
    best = standings(runs)[0]
    low, high = best.ranges["best"]
    assert f"{best.best:.3f} (median of 3 seeds, {low:.3f} to {high:.3f})" in told
    picture = planned_picture(runs, field.race, (1280, 720), 20.0)
    written = texts.moving(picture, len(picture) - 1)
    medians = [box for text, box in written if text == f"{best.best:.3f}"]
    ranges = [box for text, box in written if text == f"{low:.3f}–{high:.3f}"]
    assert any(  # in one row, a few pixels apart
        0 <= b[0] - a[2] < 20 and a[1] < b[3] and b[1] < a[3] for a in medians for b in ranges
    )
    assert "median (range), n = 3" in [text for text, _ in texts.still(picture)]
    table = [*standings_table.lines(runs)]
    assert table[-1] == "medians and ranges of 3 seeds"
    assert [
        *standings_table.lines({n: with_seeds(Recording(r.path)) for n, r in runs.items()})
    ] == table
    assert f"{best.best:.3f} ({low:.3f} to {high:.3f})" in table[1]
    trained([path], tmp_path / "runs", said.append)
    assert len(said) == 2 * (3 + 1)


def seeded(folder, losses, accuracies):
    """A run of so many seeds, with the losses and accuracies of each."""
    for k, own in enumerate(zip(losses, accuracies, strict=True)):
        with vizopt.Run(folder / f"{k}.zarr") as run:
            for loss, accuracy in zip(*own, strict=True):
                run.log(loss=loss, accuracy=accuracy)
    members = [Recording(folder / f"{k}.zarr") for k in range(len(losses))]
    longest = max(members, key=lambda run: run.epochs)
    return Seeded(longest.path, members)


@pytest.mark.parametrize(
    ("losses", "low", "median", "high"),
    [
        ([0.0, 8.0], 2.0, 4.0, 6.0),
        ([4.0, 1.0, 2.0], 1.5, 2.0, 3.0),
        ([8.0, 1.0, 4.0, 2.0], 1.75, 3.0, 5.0),
        ([16.0, 8.0, 4.0, 2.0, 1.0], 2.0, 4.0, 8.0),
        ([float(k) for k in range(1, 21)], 5.75, 10.5, 15.25),
    ],
)
def test_quartiles_of_seeds_are_the_usual_ones(tmp_path, losses, low, median, high):
    run = seeded(tmp_path, [[loss] for loss in losses], [[1 - loss / 32] for loss in losses])
    assert (*run.band("loss"), run["loss"]) == (low, high, median)
    own = 1 - high / 32, 1 - low / 32, 1 - median / 32
    assert (*run.band("accuracy"), run["accuracy"]) == own
    assert standings({"SGD": run})[0].best == own[-1]


def test_seeds_that_never_arrive_have_no_bound(tmp_path):
    losses, accuracies = [[4.0, 2.0, 1.0], [6.0], [8.0, 4.0]], [[0.2, 0.4, 0.6], [0.1], [0.2, 0.3]]
    run = seeded(tmp_path, losses, accuracies)
    np.testing.assert_array_equal(run.band("loss").low, [5, 3, np.inf])
    np.testing.assert_array_equal(run["loss"], [6, 4, np.inf])
    np.testing.assert_array_equal(run.band("loss").high, [7, np.inf, np.inf])
    np.testing.assert_allclose(run.band("accuracy"), [[0.15, 0.2, 0.2], [0.2, 0.35, 0.45]])
    assert "> 2 (2 to > 2)" in [*standings_table.lines({"SGD": run})][1]


def test_it_is_told_with_how_many_seeds_a_run_diverges_or_gets_there(tmp_path):
    text = """title = "T"
        epochs = 5
        seeds = 5
        problem = { kind = "network", data = { kind = "spiral" } }
        keep = { first = 5, grid = 8 }
        [[run]]
        name = "SGD"
        optimizer = { kind = "sgd", lr = 1e9 }
        [[run]]
        name = "Adam"
        optimizer = { kind = "adam", lr = 1e-9 }"""
    path = tmp_path / "race.toml"
    path.write_text(text)
    field, runs = trained([path], tmp_path / "runs", print)
    alone = [Recording(tmp_path / "runs" / "seeds" / f"SGD {k}.zarr") for k in range(5)]
    many = sum(run.diverged is not None for run in alone)
    assert many in (1, 2)  # so that the median does not
    told = told_of(runs, field.race, "", None).text
    assert f"SGD diverges with {many} of 5 seeds." in told
    assert [*standings_table.lines(runs)][-1] == f"SGD: {many} of 5 seeds diverged"
    assert {row["run"]: row["diverged_seeds"] for row in standings_table.facts(runs)} == {
        "SGD": many,
        "Adam": 0,
    }
    for each in standings(runs):
        some = [Recording(tmp_path / "runs" / "seeds" / f"{each.name} {k}.zarr") for k in range(5)]
        assert each.counts[0.5] == sum(run["accuracy"].max() >= 0.5 for run in some)


def test_the_seed_that_is_shown_is_nearest_to_all_medians():
    assert middle_seed([[0.1, 0.5, 0.9], [0.9, 0.5, 0.1]]) == 1
    assert middle_seed([[0.5, 0.1, 0.9], [0.2, 0.3, 0.1]]) == 0


def test_tuning_gives_every_rule_the_same_budget(tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "RATES", 2)
    path = write(tmp_path / "race.toml")
    race = load_race(path)
    found = tuning.tune(race, tmp_path / "trials", 0.4, quiet, print, cores=1)
    trials = found.race.trials
    assert [(trial.run, trial.lr) for trial in trials] == [
        ("SGD", 0.0316),
        ("SGD", 31.6),
        ("Adam", 3.16e-5),
        ("Adam", 0.0316),
    ]
    for trial in trials:
        name = f"{trial.run} {trial.lr:.3e}"
        alone = [Recording(tmp_path / "trials" / f"{name} {k}.zarr") for k in range(3)]
        at = sorted(e for run in alone if (e := settled(run["accuracy"], 0.4)) is not None)
        assert trial.settled == tuple(at)
        assert trial.median == (at[1] if len(at) > 1 else None)
        assert trial.loss == sorted(float(run["loss"][-1]) for run in alone)[1]
        seeds = {tomllib.loads(run.header.scene)["seed"] for run in alone}
        assert seeds == {1000, 1001, 1002}  # the race's own is 0
    for run in found.race.run:
        same = [trial for trial in trials if trial.run == run.name]
        best = min(same, key=lambda t: (t.median is None, t.median or 0, t.loss))
        assert found.best[run.name] == best
        assert run.optimizer.lr(0) == best.lr
    lines = [*found.lines()]
    assert lines[0].split()[:3] == ["run", "rate", "settled"]
    assert len(lines) == 5
    assert sum(" * " in line for line in lines) == 2
    assert any("> 8, > 8, > 8" in line for line in lines)
    assert parse_race(scene_toml(found.race), "tuned", {}, {}) == found.race
    assert found.race.budget == "rate: best of 2 × 3 seeds"


def test_a_trial_is_that_of_its_own_tuning_whoever_replaces_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "RATES", 1)
    path = tmp_path / "race.toml"
    path.write_text(DESCENTS)
    train, race = tuning.train_runs, load_race(path, {"epochs": 5})

    def meanwhile(jobs, *others):
        train(jobs, *others)
        for job in jobs:
            vizopt.record(replace(job.scene, epochs=9), job.path)

    alone = tuning.tune(race, tmp_path / "alone", 0.8, quiet, print, 1)
    monkeypatch.setattr(tuning, "train_runs", meanwhile)
    found = tuning.tune(race, tmp_path / "trials", 0.8, quiet, print, 1)
    assert {Recording(each).epochs for each in (tmp_path / "trials").iterdir()} == {9}
    assert found == alone


def test_a_race_is_not_run_on_a_seed_that_its_rates_were_tuned_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "RATES", 1)
    found = tuning.tune(load_race(write(tmp_path / "race.toml")), tmp_path, 0.4, quiet, print, 1)
    path = tmp_path / "tuned.toml"
    path.write_text(scene_toml(found.race))
    assert load_race(path, {"seed": 999}).run[0].seed == 999
    for seed, keys in ((1001, {"seed": 1001}), (1000, {"seed": 999, "seeds": 2})):
        told = f"SGD would race on seed {seed}, on which its rate was tuned: choose another one"
        with pytest.raises(SceneError, match=rf"tuned\.toml: .*{told}"):
            load_race(path, keys)


def test_nothing_is_random_in_a_descent_so_one_seed_is_tuned_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "RATES", 2)
    path = tmp_path / "race.toml"
    path.write_text(DESCENTS)
    race = load_race(path, {"epochs": 41})
    found = tuning.tune(race, tmp_path / "trials", 0.8, quiet, print, 1)
    assert found.race.budget == "rate: best of 2"
    assert {trial.seeds for trial in found.race.trials} == {(1000,)}
    assert replace(found.race.trials[0], settled=(7,)).median == 7
    assert parse_race(scene_toml(found.race), "tuned", {}, {"seed": 1000}) != found.race
    lines = [*found.lines()]
    assert len(lines) == 1 + 2 * 3
    assert not any(", " in line for line in lines)


def test_the_rates_are_nine_over_three_decades_around_the_rules_own():
    adam, sgd = (vizopt.load_scene(name).optimizer for name in ("adam", "sgd"))
    assert tuning.rates(adam)[::4] == [3.16e-5, 1e-3, 0.0316]
    assert tuning.rates(sgd) == [0.0316, 0.075, 0.178, 0.422, 1.0, 2.37, 5.62, 13.3, 31.6]
    decays = vizopt.load_scene("momentum-09").optimizer
    assert tuning.with_rate(decays, 0.5).lr == replace(decays.lr, initial=0.5)
    assert tuning.with_rate(sgd, 0.5).lr(0) == 0.5
    with pytest.raises(VizoptError, match="tune: lr: a WarmUp has no first rate to tune: use a n"):
        tuning.with_rate(vizopt.load_scene("warm-up-cosine").optimizer, 0.5)


def test_the_command_tunes_into_a_race(command, tmp_path, monkeypatch):
    monkeypatch.setattr(tuning, "RATES", 2)
    monkeypatch.setattr(tuning, "SEEDS", 1)
    write(tmp_path / "two.toml")
    ran = command("tune", "two.toml", "-o", "tuned.toml", "--cores", "1", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("tuned.toml  race it with: vizopt race tuned.toml\n")
    assert len(ran.out.splitlines()) == 1 + 4 + 1
    assert len(load_race("tuned.toml").trials) == 4
    assert command("tune", "two.toml", "-o", "a.txt").err == (
        "vizopt: a.txt: a race's name ends in .toml\n"
    )
    again = vizopt.tune("two.toml", "again.toml", folder="outputs/two/tuning", cores=1)
    assert [*again.lines()] == ran.out.splitlines()[:-1]
    assert load_race("again.toml").trials == again.race.trials
    with pytest.raises(VizoptError, match=r"tune: target: 1.5 is no accuracy: from 0 to 1"):
        vizopt.tune("two.toml", target=1.5)
    monkeypatch.setattr(tuning, "RATES", 1)
    slower = vizopt.tune(again.race, overrides={"epochs": 3}, cores=1)
    assert {trial.last for trial in slower.race.trials} == {2}


def test_a_descent_that_diverges_leaves_the_axes_to_the_others(tmp_path, texts):
    keys = {"epochs": 41, "timeline.kind": "uniform", "timeline.seconds": 4.0}
    path = tmp_path / "rates.toml"
    path.write_text(DESCENTS)
    race = load_race(path, keys)
    _, runs = trained([path], tmp_path / "runs", **keys)
    assert [name for name, run in runs.items() if stays(run)] == ["lr 0.1", "lr 3.5"]
    assert diverged_at(runs["lr 6"]) == 4
    picture = planned_picture(runs, race, (1280, 720), 20.0)
    views = views_of(runs, race.timeline, 20.0)
    steps = views["lr 6"].run["epoch"][views["lr 6"].rows]
    told = [
        "diverged at step 4" in [text for text, _ in texts.moving(picture, k)]
        for k in (int(np.argmax(steps >= 4)) - 1, int(np.argmax(steps >= 4)))
    ]
    assert told == [False, True]
    assert {"0", "7.5"} < {text for text, _ in texts.still(picture)}
    said = of_race(runs, race)
    least = number(float(runs["lr 3.5"]["loss"].min()))
    assert said.alt.endswith(f"lr 3.5 has the lowest f(x), {least}. lr 6 diverges.")
    assert any(" has the lowest f(x) so far from step 1 on" in part for part in said.paragraphs)
    shared = " They have in common: SGD, f(x) = x²/4 + cos(x), start x = 5."
    assert said.paragraphs[0].endswith(shared)


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        (["Python"] * 2, "1 a; 2 b. All were trained in Python, not by vizopt."),
        (["Python", "JAX"], "1 a (Python); 2 b (JAX)."),
        ([("PyTorch", "MLP", "SGD")] * 2, "1 a; 2 b. They have in common: SGD (PyTorch), MLP."),
        ([("JAX", "MLP")] * 2,
         "1 a; 2 b. All were trained in JAX, not by vizopt. They have in common: MLP."),
    ],
    ids=str,
)  # fmt: skip
def test_who_trained_the_runs_is_told_in_a_sentence(tmp_path, origins, told):
    for name, origin in zip("ab", origins, strict=True):
        origin = External(*([origin] if isinstance(origin, str) else origin))
        with vizopt.Run(tmp_path / f"{name}.zarr", origin=origin) as run:
            run.log(loss=1.0)
            run.log(loss=0.5)
    runs = {name: Recording(tmp_path / f"{name}.zarr") for name in "ab"}
    race = field_of([*map(str, tmp_path.glob("*.zarr"))], {}, "race").shown
    assert of_race(runs, race).paragraphs[0] == f"2 runs stand beside each other: {told}"


def test_on_the_clock_of_samples_who_sees_fewer_at_an_epoch_is_further(tmp_path):
    path = write(tmp_path / "race.toml")
    path.write_text('clock = "samples"\n' + path.read_text() + "problem.validation = 0.5")
    field, runs = trained([path], tmp_path / "runs")
    seen = [len(run["labels"]) - int(run["held_out"].sum()) for run in runs.values()]
    assert seen == [27, 13]  # so SGD is at its end when Adam has seen as many as 13 · 8
    views = views_of(runs, field.shown.timeline, 20, "samples")
    for k in range(len(views["SGD"].rows)):
        sgd, adam = (view.run["epoch"][view.rows[k]] for view in views.values())
        assert adam == 8 or adam * 13 <= (sgd + 1) * 27
        assert (adam + 1) * 13 > sgd * 27 or adam == 8
    line = settings_of(runs, field.race)
    assert "runs differ in validation 0 / 0.5, data, samples seen 243 / 117" in line
    with pytest.raises(
        RecordingError, match=r'SGD\.zarr: has no column "seconds": choose clock = '
    ):
        views_of(runs, field.shown.timeline, 20, "seconds")


def test_a_race_draws_its_own_runs_whoever_replaces_them_and_leaves_them_all(tmp_path, monkeypatch):
    keys = TINY | {"epochs": 5}
    train, path = racing.train_all, tmp_path / "runs" / "SGD.zarr"

    def meanwhile(jobs, *others):
        train(jobs, *others)
        vizopt.record(vizopt.load_scene("sgd", keys | {"epochs": 6}), path)

    monkeypatch.setattr(racing, "train_all", meanwhile)
    field = field_of(["sgd", "adam"], keys, "mine")
    with staged() as staging:
        runs = racing.train_race(field, path.parent, staging, quiet, print, cores=1)
        assert [len(run["loss"]) for run in runs.values()] == [5, 5]
        assert [run.path for run in runs.values()] == [path, path.with_name("Adam.zarr")]
        assert Recording(path).epochs == 6
    asked = request(size=(320, 180), overrides={"timeline.seconds": 0.1})
    for name in ("trained.png", "as-it-stands.png", "alone.png"):
        if name == "alone.png":
            monkeypatch.undo()
        racing.race(field, [tmp_path / name], asked, path.parent, quiet, print, cores=1)
        assert Recording(path).epochs == 5
    assert len({file.read_bytes() for file in tmp_path.glob("*.png")}) == 1
    assert len({file.read_bytes() for file in tmp_path.glob("*.txt")}) == 1
    assert sorted(path.parent.iterdir()) == [path.with_name("Adam.zarr"), path]


def test_a_run_that_is_replaced_while_it_is_drawn_ends_the_race(tmp_path):
    """Also where the other runs of it stay: no picture has one run before and another behind."""
    paths = [tmp_path / f"{name}.zarr" for name in ("sgd", "adam")]
    for path in paths:
        vizopt.record(vizopt.load_scene(path.stem, TINY), path)

    def bar(items, total, label, unit, start=0):
        for item in items:
            yield item
            if unit == "frame" and paths[1].is_dir():
                paths[1].rename(tmp_path / "aside.zarr")
                field.runs["Adam"]._remembered.clear()  # of a large one little is remembered

    field = field_of([str(path) for path in paths], {}, "race")
    asked = request(size=(320, 180), overrides={"timeline.seconds": 0.3})
    with pytest.raises(RecordingError, match=r"^[^\n]*adam\.zarr: was replaced or removed while"):
        racing.race(field, [tmp_path / "a.gif"], asked, None, bar, print)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "aside.zarr", paths[0]])


KILLED = """
import os, numpy as np, vizopt
run = vizopt.Run("killed.zarr", epochs=30)
run.log(loss=1.0, params={"w": np.zeros((2, 2))})
os._exit(9)
"""


def test_a_run_that_ended_before_its_first_row_is_one_line(tmp_path, command):
    """Its process was killed before anything was committed."""
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False).returncode == 9
    with vizopt.Run("whole.zarr") as run:
        run.log(loss=1.0, params={"w": np.zeros((2, 2))})
    ran = command("race", "whole.zarr", "killed.zarr", "-o", "r.png", "-q")
    told = "killed.zarr: holds no rows: the run ended before its first commit"
    assert (ran.code, ran.out, ran.err) == (1, "", f"vizopt: {told}\n")
    assert not Path("r.png").exists()


def test_nothing_is_claimed_to_be_the_same_that_nobody_recorded(tmp_path):
    x, y = np.arange(8.0).reshape(4, 2), [0, 1, 0, 1]

    def made(name, first=0, data=None, params=False):
        ask = None if data is None else np.abs
        with vizopt.Run(tmp_path / name, data=data, predict=ask) as run:
            for step in range(first, 3):
                given = {"params": {"w": np.full(2, step)}} if params else {}
                run.log(loss=1.0 - step / 4, step=step, **given)
        return Recording(run.path)

    def told(**runs):
        shown = field_of([*runs.values()], {}, "race").shown
        return settings_of(runs, shown), unlike(runs)

    line, words = told(a=made("a.zarr"), b=made("b.zarr"))
    assert "same" not in line
    assert words == "Whether they have the same data and first weights is not recorded."
    both = {"data": (x, y), "params": True}
    line, words = told(c=made("c.zarr", **both), d=made("d.zarr", **both))
    assert line.startswith("same data and first weights")
    assert words == "All have the same data and first weights, to the last bit."
    line, words = told(e=made("e.zarr", 1, **both), f=made("f.zarr", 1, **both))
    assert "same" not in line
    assert words.startswith("All have the same data, to the last bit. Whether they have the same f")
    _, words = told(a=Recording(tmp_path / "a.zarr"), c=Recording(tmp_path / "c.zarr"))
    assert "differ in data" not in words
    assert "Whether they have the same data and first weights is not recorded." in words


def test_whole_numbers_that_differ_are_written_as_counts(tmp_path):
    path = write(tmp_path / "race.toml")
    path.write_text(path.read_text() + "seed = 12345")
    _, runs = trained([path], tmp_path / "runs")
    assert {each.what: [*each.values.values()] for each in differences(runs)}["seed"] == [
        "0",
        "12\N{THIN SPACE}345",
    ]
