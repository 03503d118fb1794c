"""What is named above a picture is what was trained; what is counted and measured has its name."""

import re
import tomllib
from pathlib import Path

import pytest

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.clips.metadata import metadata_of
from vizopt.clips.recipe import load
from vizopt.core import library
from vizopt.core.errors import SceneError
from vizopt.core.numbers import count, number, setting
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.views import views_of
from vizopt.recording.summary import lines, table
from vizopt.scene.load import load_scene, parse_scene
from vizopt.scene.options import ClipOptions
from vizopt.scene.written import scene_toml
from vizopt.train.optimizers import OPTIMIZERS, name_of
from vizopt.train.problems import DATASETS

BUNDLED = {name: load_scene(name) for name in library.names()}


@pytest.mark.parametrize("name", BUNDLED)
def test_the_settings_line_begins_with_the_rules_name(name):
    scene = BUNDLED[name]
    line = scene.settings("the problem")
    if scene.epochs == 1:
        assert line == "the problem"
    else:
        rate = scene.optimizer.lr.describe()
        assert line.startswith(f"{OPTIMIZERS_NAMES[type(scene.optimizer)]}, learning rate {rate}")
        assert line.endswith("  ·  the problem")


OPTIMIZERS_NAMES = {cls: cls.NAME for cls in OPTIMIZERS.values()}


def test_every_rule_has_a_name_of_its_own():
    assert len(set(OPTIMIZERS_NAMES.values())) == len(OPTIMIZERS)
    assert OPTIMIZERS["adam"].NAME == "Adam"
    for kind, line in library.kinds("optimizers").items():
        assert line.startswith(f"{OPTIMIZERS[kind].NAME}. ")


@pytest.mark.parametrize(
    ("name", "keys", "title"),
    [
        ("sgd", {"optimizer.kind": "adam"}, "Adam"),
        ("sgd", {"optimizer.kind": "momentum"}, "SGD with momentum"),
        ("sgd", {"optimizer": {"kind": "lion", "lr": 0.1}}, "Lion"),
        ("adam", {"optimizer.kind": "adamw"}, "AdamW"),
        ("adam-tuned", {"optimizer.lr": 0.1}, "Adam"),
        ("adam-tuned", {"problem.data.points": 50}, "Adam"),
        ("rmsprop-tuned", {"optimizer.rho": 0.9}, "RMSProp"),
        ("sgd-lr-085", {"optimizer.lr": 0.5}, "SGD"),
        ("sgd-decay-1e-3", {"optimizer.lr": 1.0}, "SGD"),
        ("sgd-decay-1e-2", {"optimizer.lr.decay": 1e-4}, "SGD"),
        ("momentum-09", {"optimizer.momentum": 0.5}, "SGD with momentum"),
        ("momentum-09", {"optimizer.kind": "nesterov"}, "Nesterov's gradient"),
        ("momentum-05", {"optimizer.kind": "sgd"}, "SGD"),
        ("momentum-slow", {"optimizer.lr": 0.1}, "SGD with momentum"),
        ("explosion", {"optimizer.momentum": 0.1}, "SGD with momentum"),
        ("good", {"problem.f": "x**2"}, "SGD with momentum"),
        ("divergence", {"optimizer.kind": "adam"}, "Adam"),
        ("mini-batches", {"problem.validation": 0.0}, "Adam"),
        ("deep", {"problem.sizes": [2, 8, 2]}, "Adam"),
        ("mini-batches", {"problem.batch": 300}, "Adam"),
        ("good", {"problem.start": -2.0, "optimizer.lr": 0.1}, "SGD with momentum"),
        ("warm-up-cosine", {"optimizer.lr": 0.3}, "Nesterov's gradient"),
        ("warm-up-cosine", {"optimizer.lr.after.kind": "constant", "optimizer.lr.after.rate": 1.0},
         "Nesterov's gradient"),
        ("own-data", {"problem.data": {"kind": "spiral"}, "problem.sizes": [2, 8, 3]},
         "SGD with momentum"),
    ],
)  # fmt: skip
def test_a_title_that_is_no_longer_true_is_replaced(name, keys, title):
    scene = load_scene(name, keys)
    assert (scene.title, scene.about) == (title, "")
    assert load_scene(name, keys | {"title": "Mine"}).title == "Mine"
    again = parse_scene(scene_toml(scene), "", {}, {})
    assert (again.title, again.about) == (scene.title, scene.about)


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("keys", [{"epochs": 4}, {"seed": 5}, {"theme": "dark"}], ids=str)
def test_no_bundled_title_speaks_of_length_seed_or_look(name, keys):
    assert load_scene(name, keys).title == BUNDLED[name].title


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("sgd", {"optimizer.lr": 0.9}),
        ("sgd", {"optimizer.lr": {"kind": "cosine", "initial": 1.0, "epochs": 100}}),
        ("sgd", {"optimizer.kind": "sgd"}),
        ("sgd", {"problem.data.points": 50}),
        ("sgd", {"problem.sizes": [2, 8, 3], "problem.l2": 0.01, "problem.activation": "tanh"}),
        ("sgd", {"optimizer.lr": 1, "keep.grid": 9}),
        ("sgd-lr-085", {"problem.data.points": 50}),
        ("sgd-decay-1e-3", {"optimizer.lr.initial": 0.5}),
        ("momentum-05", {"optimizer.lr": 0.1}),
        ("adam", {"optimizer.beta_1": 0.8, "optimizer.lr": 0.01}),
        ("adagrad", {"problem.data.kind": "moons", "problem.sizes": [2, 64, 2]}),
        ("landscape", {"optimizer.lr": 0.5}),
        ("landscape", {"problem.f": "x**2"}),
        ("landscape", {"problem.f": "x^3"}),
        ("deep", {"optimizer.kind": "sgd"}),
        ("deep", {"problem.sizes": [2, 32, 32, 32, 32, 2]}),
        ("mini-batches", {"problem.batch": 64, "problem.validation": 0.5}),
        ("own-data", {"optimizer.kind": "adam", "optimizer.lr": 0.01}),
        ("sine", {"optimizer.kind": "lion", "problem.data.points": 50}),
        ("warm-up-cosine", {"optimizer.kind": "adam", "optimizer.lr.after.initial": 0.1}),
        ("good", {"optimizer.lr": 0.1, "problem.f": BUNDLED["good"].problem.f}),
    ],
)  # fmt: skip
def test_a_title_that_an_override_leaves_true_stays(name, keys):
    assert load_scene(name, keys).title == BUNDLED[name].title


@pytest.mark.parametrize(
    ("title", "keys", "true"),
    [
        ("Mine", {"optimizer.kind": "adam", "optimizer.lr": 0.1}, True),
        ("1 for the rate", {"optimizer.lr": 0.5}, False),
        ("lr 1.0", {"problem.data.points": 50}, True),
        ("100 points", {"problem.data.points": 50}, False),
        ("100 points", {"optimizer.lr": 0.5}, True),
        ("64 neurons", {"problem.sizes": [2, 8, 3]}, False),
        ("Two layers", {"problem.sizes": [2, 3]}, False),
        ("Two layers", {"problem.sizes": [2, 64, 64, 3]}, False),
        ("Zwei Schichten", {"problem.sizes": [2, 64, 64, 3]}, False),
        ("Two layers", {"problem.sizes": [2, 8, 3]}, True),
        ("One hidden layer", {"problem.sizes": [2, 64, 64, 3]}, False),
        ("2 features", {"problem.sizes": [2, 64, 64, 3]}, True),
        ("Three spirals", {"problem.data.classes": 5, "problem.sizes": [2, 64, 5]}, False),
        ("Three spirals", {"problem.data.points": 50}, True),
        ("Without dropout", {"problem.dropout": 0.5}, False),
        ("Ohne Dropout", {"problem.dropout": 0.5}, False),
        ("No regularisation", {"problem.l2": 0.01}, False),
        ("No momentum", {"optimizer.kind": "momentum"}, False),
        ("Without dropout", {"problem.l2": 0.01}, True),
        ("A spiral", {"problem.data.kind": "blobs"}, False),
        ("A network that fails", {"optimizer.lr": 0.5}, False),
        ("The first 10,001 epochs", {"epochs": 20}, False),
        ("10 001 epochs", {"epochs": 20}, False),
        ("10.001 Epochen", {"epochs": 20}, False),
        ("10 000 epochs", {"epochs": 20}, False),
        ("10 000 epochs", {"seed": 20}, True),
        ("v1.2.3 of −1e999 or 2x", {"optimizer.lr": 0.5}, True),
        ("1.2.3 and 2,64,3", {"problem.sizes": [2, 8, 3]}, False),
        ("Lernrate 1,0", {"optimizer.lr": 0.5}, False),
        ("Lernrate 1,0", {"problem.data.points": 50}, True),
        ("SGD 1.0", {"optimizer.lr": 0.5}, False),
        ("Spiral of 3 classes", {"problem.sizes": [2, 64, 64, 3]}, True),
        ("3 Klassen", {"problem.sizes": [2, 64, 64, 3]}, True),
        ("3 Klassen", {"problem.data.classes": 4, "problem.sizes": [2, 64, 4]}, False),
        ("3 classes, 64 neurons", {"problem.sizes": [2, 8, 8, 3]}, False),
        ("Level 0: SGD", {"seed": 4}, True),
        ("Level 1: SGD", {"optimizer.lr": 0.5}, True),
        ("Seed 0", {"seed": 4}, False),
        ("Spirals", {"problem.data.kind": "moons", "problem.sizes": [2, 64, 2]}, False),
        ("Auf der Spirale", {"problem.data.kind": "moons", "problem.sizes": [2, 64, 2]}, False),
        ("Espirales", {"problem.data.kind": "moons", "problem.sizes": [2, 64, 2]}, False),
        ("Kosinus und Spirale", {"problem.data.points": 50}, True),
        ("Spirale und Monde", {"problem.data.kind": "moons", "problem.sizes": [2, 64, 2]}, True),
        ("Gradientenabstieg", {"optimizer.kind": "adam"}, False),
        ("Descente de gradient", {"optimizer.kind": "adam"}, False),
        ("Descenso del gradiente", {"optimizer.kind": "adam"}, False),
        ("Gradientenabstieg", {"optimizer.lr": 0.5}, True),
        ("From SGD to Adam", {"optimizer.kind": "adam"}, True),
        ("Too slow", {"optimizer.lr": 0.5}, False),
        ("A learning network", {"optimizer.lr": 0.5}, True),
        ("Zu hohe Lernraten", {"optimizer.lr": 0.5}, False),
        ("Trop lent", {"optimizer.lr": 0.5}, False),
        ("Demasiado lento", {"optimizer.lr": 0.5}, False),
        ("Zu langsam", {"optimizer.lr": 0.5}, False),
        ("Zu langsam", {"epochs": 20}, True),
    ],
)  # fmt: skip
def test_a_title_of_ones_own_is_held_against_what_has_changed(title, keys, true):
    text = library.bundled("sgd").replace("Stochastic gradient descent", title)
    assert parse_scene(text, "a.toml", {}, keys).title == (title if true else scene_name(keys))


def test_a_title_of_batches_leaves_it_to_others_to_refuse_one():
    with pytest.raises(SceneError, match="batch 301 is larger than the 300"):
        load_scene("mini-batches", {"problem.batch": 301})


def test_a_title_of_batches_reads_no_file(monkeypatch):
    monkeypatch.setattr(DATASETS["csv"], "make", lambda *_: pytest.fail("is read"))
    text = library.bundled("own-data").replace(BUNDLED["own-data"].title, "Mini-batches")
    text = text.replace("[problem]", "[problem]\nbatch = 8")
    keys = {"problem.batch": 9}
    assert parse_scene(text, "a.toml", {}, keys).title == "Mini-batches"


@pytest.mark.parametrize("title", ["x²", "f(x) = x²", "f(x) = x^2", "On x**2", "A look at x ^ 2"])
@pytest.mark.parametrize("written", ["x^2", "x**2", "x²"])
def test_a_formula_in_a_title_is_known_however_it_is_spelt(title, written):
    text = f"""
title = "{title}"
problem = {{ kind = "function", f = "{written}", interval = [-3, 3], start = 2.5 }}
optimizer = {{ kind = "sgd", lr = 0.1 }}
"""
    assert parse_scene(text, "a.toml", {}, {"problem.f": "x^3"}).title == "SGD"
    assert parse_scene(text, "a.toml", {}, {"problem.f": "x² "}).title == title
    assert parse_scene(text, "a.toml", {}, {"problem.start": 1}).title == title


@pytest.mark.parametrize(
    ("name", "title"),
    [("momentum-09", "Heavy ball"), ("warm-up-cosine", "Accelerated gradient")],
)
def test_a_rule_by_another_name(name, title):
    text = library.bundled(name).replace(BUNDLED[name].title, title)
    assert parse_scene(text, "a.toml", {}, {"optimizer.kind": "sgd"}).title != title
    assert parse_scene(text, "a.toml", {}, {"seed": 3}).title == title


def scene_name(keys):
    return name_of(load_scene("sgd", keys).optimizer)


@pytest.mark.parametrize(
    ("title", "keys", "true"),
    [
        ("SGD mit Momentum 0,9", {"optimizer.momentum": 0.5}, False),
        ("SGD mit Momentum 0,9", {"optimizer.lr": 0.5}, True),
        ("SGD avec inertie", {"optimizer.kind": "adam"}, False),
    ],
)
def test_a_title_in_another_language(title, keys, true):
    text = library.bundled("momentum-09").replace("SGD with momentum 0.9", title)
    scene = parse_scene(text, "a.toml", {}, keys | {"look.language": "de"})
    assert (scene.title == title) is true


def test_the_name_of_another_rule_is_not_that_of_one_that_it_begins_with():
    text = library.bundled("adam").replace('"Adam"', '"AdamW"').replace('"adam"', '"adamw"')
    assert parse_scene(text, "a.toml", {}, {"optimizer.kind": "adam"}).title == "Adam"


def test_a_rate_that_is_judged_in_the_scenes_own_language():
    text = library.bundled("sgd").replace("Stochastic gradient descent", "Zu kleine Lernrate")
    keys = {"look.language": "de"}
    assert parse_scene(text, "a.toml", {}, keys).title == "Zu kleine Lernrate"
    text += '[look]\nlanguage = "de"\n'
    assert parse_scene(text, "a.toml", {}, {"optimizer.lr": 0.5}).title == "SGD"


@pytest.mark.parametrize("key", ["epochs", "seed"])
def test_a_line_about_how_another_run_ends_is_left_out(key):
    scene = load_scene("divergence", {key: 3})
    assert (scene.title, scene.about) == ("A far too large learning rate", "")


def test_a_scene_that_needs_its_overrides_keeps_its_title(tmp_path):
    text = library.bundled("sgd").replace("lr = 1.0", "lr = -1.0")
    (tmp_path / "mine.toml").write_text(text)
    scene = load_scene(tmp_path / "mine.toml", {"optimizer.lr": 1.0})
    assert scene.title == "Stochastic gradient descent"


QUICK = ["--set", "epochs=3", "--set", "keep.grid=4", "--seconds", "0.1", "--size", "320x180", "-q"]
SAID = (
    'title "Adam" instead of "Stochastic gradient descent", which was said of other settings '
    "(choose one with --set title=…)\n"
)


def test_the_closing_line_says_so_and_the_recipe_makes_the_same_clip(command):
    ran = command("make", "sgd", "-o", "a.gif", "--set", "optimizer.kind=adam", *QUICK)
    assert ran.out.endswith(SAID)
    recipe = tomllib.loads(command("recipe", "a.gif").out)
    assert (recipe["title"], recipe["about"]) == ("Adam", "")
    assert Path("a.txt").read_text(encoding="utf-8").startswith("Adam trains a network")
    again = command("make", "a.gif", "-o", "b.gif", "-q")
    assert again.code == 0
    assert "instead of" not in again.out
    assert Path("a.gif").read_bytes() == Path("b.gif").read_bytes()
    assert load(Path("a.gif"), {"optimizer.kind": "lion"}).title == "Lion"
    assert load(Path("a.gif"), {"theme": "dark"}).title == "Adam"
    ran = command("record", "sgd", "-o", "r.zarr", "--set", "optimizer.kind=adam", *QUICK[:4])
    assert ran.out.endswith(SAID)


def test_a_title_that_is_true_is_no_news(command):
    keys = ["--set", "optimizer.lr=0.5", "--set", "title=Half as fast"]
    assert "instead of" not in command("record", "sgd", "-o", "r.zarr", *keys, *QUICK[:4]).out
    assert "instead of" not in command("record", "sgd", "-o", "r.zarr", *keys[:2], *QUICK[:4]).out
    assert "instead of" not in command("record", "adam", "-o", "r.zarr", *keys[:2], *QUICK[:4]).out


def frame_texts(run, k, monkeypatch, **keys):
    """What frame k says, still and moving, and its epoch."""
    scene = parse_scene(run.header.scene, "", {}, keys)
    return texts_of(planned_picture(run, scene, (1280, 720), 5.0), run, scene, k, monkeypatch)


def texts_of(picture, run, scene, k, monkeypatch):
    texts = [text.get_text() for axes in picture.figure.axes for text in axes.texts]
    original = Glyphs.write

    def noted(self, pixels, text, *place):
        texts.append(text)
        original(self, pixels, text, *place)

    monkeypatch.setattr(Glyphs, "write", noted)
    picture[k]
    monkeypatch.undo()
    return texts, int(run["epoch"][scene.timeline.rows(run["epoch"], 5.0)[k]])


CURVES = {
    "mosaic": {"rows": ["curves"]},
    "panels": {"curves": {"kind": "curves", "columns": ["loss", "lr"]}},
}


def test_the_digits_of_the_curves_are_those_of_the_shown_epoch(run, monkeypatch):
    scene = parse_scene(run.header.scene, "", {}, {})
    picture = planned_picture(run, scene, (1280, 720), 5.0)
    for k in (0, 3, 5, 9):
        texts, epoch = texts_of(picture, run, scene, k, monkeypatch)
        assert f"{count(epoch)} / 300" in texts
        for column in ("loss", "accuracy"):
            assert number(float(run[column][epoch])) in texts
        assert setting(float(run["lr"][epoch])) in texts
        older = number(float(run["loss"][epoch - 1]))
        assert epoch == 0 or older == number(float(run["loss"][epoch])) or older not in texts
    assert "epoch" in texts
    assert "epoch 0" in texts
    assert any(text.startswith("SGD, learning rate 1  ·  ") for text in texts)


def test_a_descent_counts_steps_and_has_no_loss(descent, monkeypatch):
    texts, step = frame_texts(descent, 4, monkeypatch)
    assert {number(float(descent[name][step]), 4) for name in ("x", "loss", "slope")} <= set(texts)
    assert f"{step} / 100" in texts
    drawn, at = frame_texts(descent, 4, monkeypatch, stage=CURVES)
    assert {"step 0", "f(x)", "learning rate", number(float(descent["loss"][at]))} <= set(drawn)
    assert "step" in texts
    scene = parse_scene(descent.header.scene, "", {}, {"stage": CURVES})
    told = story.of(descent, scene)
    shape = ClipOptions((480, 270), 5.0)
    page = metadata_of(
        views_of({"": descent}, scene.timeline, shape.fps), scene, told, shape, card=0, warning=""
    )
    from vizopt.formats.html.page import _numbers

    everything = {
        "picture": " ".join(texts + drawn),
        "story": told.text,
        "events": " ".join(event.words for event in told.events),
        "info": re.sub(r"columns .*", "", "\n".join(lines(descent))),
        "table": next(table(descent, range(0, 101, 50))),
        "page": " ".join(name for name, _ in _numbers(page, 3)),
        "settings": descent.header.settings,
    }
    for place, said in everything.items():
        assert not re.search(r"\b(loss|epochs?)\b", said), (place, said)
    for place in ("picture", "story", "info", "table", "page"):
        assert "f(x)" in everything[place], place
    assert "steps" in everything["info"]


@pytest.mark.parametrize("schedule", ["exponential", "cosine", "step"])
def test_a_schedule_of_a_descent_has_no_epochs(schedule):
    more = {"exponential": {"gamma": 0.9}, "cosine": {"epochs": 9}, "step": {"every": 9}}[schedule]
    lr = {"kind": schedule, "initial": 0.0005, **more}
    line = load_scene("good", {"optimizer.lr": lr}).settings("")
    assert "epoch" not in line
    assert "learning rate 0.0005, " in line


def test_an_axis_writes_numbers_as_the_digits_do(tmp_path, monkeypatch):
    lr = {"kind": "inverse-decay", "initial": 0.005, "decay": 0.9}
    keys = {"optimizer.lr": lr, "epochs": 4, "keep.grid": 4, "timeline.seconds": 1.0}
    run = vizopt.record(load_scene("sgd", keys), tmp_path / "r.zarr")
    texts, _ = frame_texts(run, 0, monkeypatch)
    assert texts.count("0.005") == 2  # the axis' tick and the value
    assert not [text for text in texts if re.search(r"e[-+]|e0|-\d", text)]
    assert name_of(load_scene("sgd").optimizer) == "SGD"


def test_the_axes_of_a_descent_write_numbers_so_too(tmp_path, monkeypatch):
    keys = {"problem.f": "0.0004*x**2", "epochs": 3, "problem.interval": [-20_000, 20_000]}
    run = vizopt.record(load_scene("good", keys | {"problem.start": 2.0}), tmp_path / "r.zarr")
    texts, _ = frame_texts(run, 0, monkeypatch)
    assert {"−20000", "−5000", "15000", "4e4", "1.6e5"} <= set(texts)
    keys = {"problem.f": "0.0004*x**2", "problem.interval": [-2, 2], "problem.start": 1.0}
    run = vizopt.record(load_scene("good", keys | {"epochs": 3}), tmp_path / "s.zarr")
    texts, _ = frame_texts(run, 0, monkeypatch)
    assert {"0", "0.0004", "0.0012", "−1.5"} <= set(texts)
