"""What somebody at Python's prompt meets: names, help, reprs, keywords."""

import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest

import vizopt
from vizopt.core.errors import VizoptError
from vizopt.formats import FORMATS
from vizopt.train.schedules import SCHEDULES

PUBLIC = [
    "Clip",
    "ClipOptions",
    "External",
    "Recording",
    "Run",
    "Scene",
    "VizoptError",
    "check",
    "check_contract",
    "find",
    "load_look",
    "load_scene",
    "make",
    "pack",
    "race",
    "recipe",
    "record",
    "register",
    "render",
    "slides",
    "tune",
]
MODULES = ["jax", "keras", "numpy", "optimizers", "problems", "schedules", "sklearn", "torch"]
TINY = {"epochs": 40, "keep.grid": 8}


def child(code, folder):
    """What a fresh Python says."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import vizopt\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return vizopt.record(
        vizopt.load_scene("sgd", TINY), tmp_path_factory.mktemp("tiny") / "sgd.zarr"
    )


PROMPT = """
print(*dir(vizopt))
rule = vizopt.optimizers.Adam(lr=vizopt.schedules.Cosine(0.1, epochs=40))
problem = vizopt.problems.NetworkSpec(data=vizopt.problems.Spiral())
print(vizopt.Scene(title="T", problem=problem, optimizer=rule, epochs=41))
help(vizopt)
"""


@pytest.fixture(scope="module")
def prompt(tmp_path_factory):
    """The public names, a scene's repr and the help, as one fresh Python says them."""
    return child(PROMPT, tmp_path_factory.mktemp("prompt")).split("\n", 2)


def test_dir_has_the_public_names_and_nothing_else(prompt):
    assert prompt[0].split() == sorted([*PUBLIC, *MODULES])
    assert sorted(vizopt.__all__) == PUBLIC
    for name in (*PUBLIC, *MODULES):
        assert getattr(vizopt, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'rendr'"):
        _ = vizopt.rendr


def test_help_is_of_use(prompt):
    told = prompt[2]
    assert 'vizopt.make("sgd", "sgd.gif")' in told
    for name in PUBLIC:
        assert f"    {name}(" in told or f"class {name}" in told, name
    assert "import_module" not in told


def test_render_names_every_format():
    told = vizopt.render.__doc__.partition("is the format: ")[2].partition("\n\n")[0]
    assert {*re.findall(r"(?:%05d)?\.[a-z0-9]+\b", told.partition("Of several")[0])} == {*FORMATS}
    assert "`render` names them" in vizopt.__doc__
    assert "as for `render`" in vizopt.make.__doc__


@pytest.mark.parametrize("call", ["render", "make"])
def test_docstrings_name_every_keyword(call):
    told = " ".join((getattr(vizopt, call).__doc__ + vizopt.render.__doc__).split())
    from vizopt.api.keywords import Keywords

    for keyword in Keywords.__annotations__:
        assert keyword in told, keyword


def test_one_line_and_three(tmp_path):
    code = f"""
clip = vizopt.make("sgd", "a.gif", overrides={TINY}, seconds=0.2, size=(480, 270))
print(repr(clip))
run = vizopt.record(vizopt.load_scene("sgd", {TINY}), "run.zarr")
print(vizopt.render("run.zarr", "b.gif", size=(480, 270), theme="dark", fps=10, seconds=0.3).length)
print(run.weights("dense1", epoch=9).shape)
"""
    clip, frames, shape = child(code, tmp_path).splitlines()
    assert clip == "<Clip a.gif: 480×270, 4 frames at 20 fps, passes the flash check>"
    assert (frames, shape) == ("3", "(2, 64)")
    assert (tmp_path / "a.gif").exists()


def test_keywords_do_what_the_look_does(walk, tmp_path):
    options = vizopt.ClipOptions(size=(480, 270), at="first")
    one = vizopt.render(walk, tmp_path / "a.png", options, theme="dark")
    keywords = {"size": [480, 270], "theme": "dark", "at": "first"}
    two = vizopt.render(str(walk.path), str(tmp_path / "b.png"), **keywords)
    assert one.path.read_bytes() == two.path.read_bytes()
    three = vizopt.render(walk, tmp_path / "c.png", options)
    assert three.path.read_bytes() != one.path.read_bytes()
    both = vizopt.render(
        walk, tmp_path / "d.png", options, theme="light", overrides={"theme": "print"}
    )
    assert both.path.read_bytes() == three.path.read_bytes()  # what is named goes before
    assert (three.size, three.at) == ((480, 270), "step 0")


def test_title_text_at_and_a_looks_file(walk, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('ink = "#112233"\n')
    how = {"title": "Mine", "text": "large", "at": "step=9", "size": (480, 270)}
    clip = vizopt.render(walk, tmp_path / "a.png", look=own, **how)
    assert clip.at == "step 9"
    for line in ('title = "Mine"', 'text = "large"', 'ink = "#112233"'):
        assert line in clip.metadata.recipe


def test_several_files_are_drawn_from_one_training(tmp_path, monkeypatch):
    from vizopt import pipeline

    trained = []
    original = pipeline.trained
    monkeypatch.setattr(pipeline, "trained", lambda *a, **k: (trained.append(1), original(*a, **k)))
    scene = vizopt.load_scene("landscape", {"epochs": 21})
    files = [tmp_path / name for name in ("a.png", "run.zarr", "b.png")]
    clips = vizopt.make(scene, files, size=(480, 270), overrides={"optimizer.lr": 0.5})
    assert [clip.path.name for clip in clips] == ["a.png", "b.png"]
    assert len(trained) == 1
    assert vizopt.Recording(files[1])["lr"][0] == 0.5
    drawn = vizopt.render(files[1], (tmp_path / "c.png",), size=(480, 270))
    assert [clip.path.name for clip in drawn] == ["c.png"]


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"themes": "dark"}, 'render: unknown keyword "themes": did you mean "theme"?'),
        ({"zzz": 1}, 'render: unknown keyword "zzz": there are: '),
        ({"theme": "drak"}, 'unknown theme "drak" .did you mean "dark"'),
        ({"size": 640}, r"render: size=640: write it like size=\(1280, 720\)"),
        ({"size": "640"}, 'render: "640": no size: write it like 1280x720, or 720p'),
        ({"size": (640.0, 360)}, "render: size="),
        ({"size": (640, 360, 3)}, "render: size="),
        ({"fps": "fast"}, 'render: "fast": no rate: write it like 25'),
        ({"fps": True}, "render: fps=True"),
        ({"at": True}, "render: at=True: write it like at=4500"),
        ({"at": -1}, "at -1: write it like 4500, epoch=4500"),
        ({"at": 4.5}, "render: at=4.5: write it like at=4500"),
        ({"overwrite": "yes"}, "render: overwrite='yes'"),
        ({"overrides": "theme=dark"}, "render: overrides='theme=dark'"),
        ({"seconds": "8"}, "timeline.seconds: '8'"),
        ({"level": 3}, 'render: unknown keyword "level"'),
    ],
)
def test_a_wrong_keyword_is_one_line(tiny, tmp_path, keywords, said):
    with pytest.raises(VizoptError, match=said) as raised:
        vizopt.render(tiny, tmp_path / "a.gif", **keywords)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_none(tiny, tmp_path):
    for call, said in (
        (lambda: vizopt.render(tiny, []), "no file to write"),
        (lambda: vizopt.render(tiny, "a.zarr"), "a.zarr: a recording is drawn into clips"),
        (lambda: vizopt.make("sgd", "a.zarr"), r"made by vizopt\.record"),
        (lambda: vizopt.make("sgdd", "a.gif"), 'did you mean "sgd"'),
        (lambda: vizopt.make("sgd", "a.gif", them="dark"), 'make: unknown keyword "them"'),
    ):
        with pytest.raises(VizoptError, match=said):
            call()


def test_a_scenes_name_can_be_recorded(tmp_path):
    scene = tmp_path / "mine.toml"
    scene.write_text(vizopt.scene.written.scene_toml(vizopt.load_scene("sgd", TINY)))
    assert vizopt.record(scene, tmp_path / "a.zarr").epochs == 40


def test_reprs_tell_what_a_thing_is(tiny, descent):
    loss = float(tiny["loss"][-1])
    assert repr(tiny) == (
        f'<Recording {tiny.path}: "Stochastic gradient descent", 40 epochs, dense1 2 × 64, '
        f"dense2 64 × 3, final loss {loss:.4g}, final accuracy {tiny['accuracy'][-1]:.4g}>"
    )
    assert repr(descent).endswith(
        '.zarr: "Momentum with a good learning rate", 101 steps, final f(x) −1.236>'
    )
    assert repr(vizopt.load_scene("sgd", TINY)) == (
        '<Scene sgd: "Stochastic gradient descent", 40 epochs, SGD, 2 → 64 ReLU → 3 softmax>'
    )
    deep = vizopt.load_scene("sgd", {"problem.sizes": [2] * 9 + [3], **TINY})
    assert "\n" not in repr(deep)


def test_a_repr_never_fails(tiny, tmp_path):
    import shutil

    hurt = tmp_path / "hurt.zarr"
    shutil.copytree(tiny.path, hurt)
    run = vizopt.Recording(hurt)
    for chunk in (hurt / "history/loss/c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(b"")
    told = f'<Recording {hurt}: "Stochastic gradient descent", 40 epochs, dense1'
    assert repr(run).startswith(told)
    assert ">accuracy, delta, epoch, loss, lr, params, scores<" in run._repr_html_()
    shutil.rmtree(hurt)
    assert "40 epochs" in repr(run)


def test_at_and_weights(tiny):
    at = tiny.at(9)
    assert at.epoch == 9
    assert at.values == {name: tiny[name][9] for name in ("loss", "accuracy", "lr")}
    assert list(at.params) == list(at.update) == list(tiny.layout.shapes)
    assert np.array_equal(at.params["dense1.weights"], tiny.weights("dense1", epoch=9))
    assert tiny.weights("dense2.biases", epoch=9).shape == (3,)
    with pytest.raises(VizoptError, match='no weights "dens1": did you mean "dense1'):
        tiny.weights("dens1", epoch=9)
    with pytest.raises(VizoptError, match="no epoch 40: the run has 0 to 39"):
        tiny.at(40)
    with pytest.raises(VizoptError, match="no epoch -1"):
        tiny.at(-1)
    with pytest.raises(ValueError, match="read-only"):
        at.params["dense1.weights"][0, 0] = 1
    assert Path(tiny.path).exists()


@pytest.mark.parametrize("wrong", ["3", None, True, 1.5, 3.0, -1, 40, [1], np.float32(2)])
def test_what_is_no_epoch_of_a_run_is_one_line(tiny, wrong):
    told = repr(wrong).replace("np.float32(2.0)", "2.0")
    for ask in (tiny.at, lambda epoch: tiny.weights("dense1", epoch=epoch)):
        with pytest.raises(VizoptError) as raised:
            ask(wrong)
        assert str(raised.value) == f"{tiny.path}: no epoch {told}: the run has 0 to 39"


@pytest.mark.parametrize("wrong", [3, None, [7]])
def test_what_is_no_name_of_a_run_is_one_line(tiny, wrong):
    with pytest.raises(VizoptError, match=r": no weights .*: .*there are: dense1, dense1\.biases"):
        tiny.weights(wrong, epoch=5)
    with pytest.raises(VizoptError, match=r": no column .*: .*there are: accuracy, delta"):
        tiny[wrong]


def test_numbers_of_numpy_are_numbers(tiny, tmp_path):
    for epoch in (np.int64(9), np.array(9), np.uint8(9)):
        assert tiny.at(epoch) == tiny.at(9)._replace(params=ANY, update=ANY)
        assert type(tiny.at(epoch).epoch) is int
        assert tiny.weights("dense1", epoch=epoch).shape == (2, 64)
    size = (np.int64(480), np.int64(270))
    clip = vizopt.render(tiny, tmp_path / "a.png", size=size, fps=np.float32(20))
    assert clip.size == (480, 270)
    assert vizopt.ClipOptions(size=size, loop=np.int64(2)).size == (480, 270)
    rule = vizopt.optimizers.Adam(np.float32(0.5), beta_1=np.float64(0.5))
    assert (rule.lr, rule.beta_1) == (vizopt.schedules.Constant(0.5), 0.5)
    data = vizopt.problems.Blobs(np.int64(20))
    sizes = np.array([2, 8, 3])
    assert vizopt.problems.NetworkSpec(data=data, sizes=sizes).sizes == (2, 8, 3)
    changed = vizopt.load_scene("sgd", {"epochs": np.int32(7), "optimizer.lr": np.float32(0.5)})
    assert (changed.epochs, changed.optimizer.lr.rate) == (7, 0.5)
    assert type(changed.epochs) is int


def test_what_scenes_are_made_of_has_short_names(prompt):
    assert prompt[1] == '<Scene scene: "T", 41 epochs, Adam, 2 → 64 ReLU → 3 softmax>'


TABLES = {"optimizers": ["OPTIMIZERS"], "schedules": ["SCHEDULES"]}
TABLES["problems"] = ["PROBLEMS", "DATASETS"]


@pytest.mark.parametrize("module", TABLES)
def test_every_kind_has_a_public_class(module):
    public = getattr(vizopt, module)
    for table in TABLES[module]:
        for kind, cls in getattr(public, table).items():
            assert cls.__name__ in public.__all__, kind
            assert getattr(public, cls.__name__) is cls


WRONG = {
    "Adam: lr: -1: should be greater than 0": lambda: vizopt.optimizers.Adam(lr=-1),
    "Adam: lr: missing: add this key": vizopt.optimizers.Adam,
    "Adam: 8 values by place: takes 4: lr, beta_1, beta_2, epsilon": (
        lambda: vizopt.optimizers.Adam(0.1, 0.2, 0.3, 0.4, 5, 6, 7, 8)
    ),
    "SGD: lr: given twice, by place and by name": lambda: vizopt.optimizers.SGD(0.1, lr=0.2),
    'Adam: betta_1: unknown key (did you mean "beta_1"?)': (
        lambda: vizopt.optimizers.Adam(0.1, betta_1=0.9)
    ),
    "Cosine: epochs: 0: should be greater than or equal to 1": (
        lambda: vizopt.schedules.Cosine(0.1, 0)
    ),
    "OneCycle: warmup_share 0.1 of 9 epochs: needs two epochs up and one down": (
        lambda: vizopt.schedules.OneCycle(peak=1.0, epochs=9, warmup_share=0.1)
    ),
    "NetworkSpec: data.points: 0: should be greater than or equal to 1": (
        lambda: vizopt.problems.NetworkSpec(data={"kind": "spiral", "points": 0})
    ),
    "Scene: optimizer.lr: 'a': needs a table with a kind: " + ", ".join(SCHEDULES): (
        lambda: vizopt.Scene(
            title="T", problem={"kind": "network"}, optimizer={"kind": "sgd", "lr": "a"}
        )
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_value_from_python_is_one_line_of_ours(message):
    with pytest.raises(VizoptError) as raised:
        WRONG[message]()
    assert str(raised.value) == message
    assert isinstance(raised.value, ValueError)


def test_check_and_recipe_are_what_the_commands_tell(walk, tmp_path, command):
    clip = vizopt.render(walk, tmp_path / "a.gif", size=(480, 270), fps=20, seconds=0.3).path
    verdict = vizopt.check(str(clip))
    assert (verdict.passed, verdict.size, verdict.frames) == (True, (480, 270), 6)
    assert vizopt.recipe(clip) == command("recipe", clip).out
    plot = tmp_path / "plot.png"
    assert vizopt.check(clip, once=True, plot=str(plot)).looped is False
    assert plot.is_file()
    for wrong in (lambda: vizopt.check("none.gif"), lambda: vizopt.check(clip, plot="a.gif")):
        with pytest.raises(VizoptError) as error:
            wrong()
        assert len(str(error.value).splitlines()) == 1
    with pytest.raises(VizoptError, match=r"a\.gif: a plot is a PNG: name it a\.png"):
        vizopt.check(clip, plot="a.gif")


def test_find_tells_and_writes_what_the_command_does(tmp_path, command):
    found = vizopt.find("momentum-fast", within=60, file=tmp_path / "mine.toml")
    assert repr(found) == f"<Found {found}>"
    assert command("find", "momentum-fast", "--within", 60, "-q").out.splitlines()[0] == str(found)
    assert vizopt.load_scene(tmp_path / "mine.toml").optimizer.lr.rate == found.lr
    with pytest.raises(VizoptError, match=r"no setting stays at .* within 1 step: "):
        vizopt.find("momentum-fast", within=1)
    for within in (0, 10_001):
        with pytest.raises(VizoptError, match=f"find: within={within}: a number of steps from 1"):
            vizopt.find("momentum-fast", within=within)


def test_a_deck_and_a_pack(walk, tmp_path):
    deck = vizopt.slides([walk.path], tmp_path / "talk.html", size=(480, 270), fps=10, seconds=0.3)
    assert repr(deck) == f"<Deck {tmp_path / 'talk.html'}: 1 slide>"
    assert [part.clip.name for part in deck.slides[0].parts] == ["run.mp4"]
    with pytest.raises(VizoptError, match='slides: unknown keyword "them"'):
        vizopt.slides("sgd", tmp_path / "b.html", them="dark")
    with pytest.raises(VizoptError, match="ratio: the slides have the shape of the template's"):
        vizopt.slides("sgd", tmp_path / "b.pptx", ratio="4:3", template="x.pptx")
    keys = {"epochs": 2, "keep.grid": 10, "timeline.seconds": 0.2, "clip.size": [480, 270]}
    keys |= {"clip.fps": 10.0, "clip.narrow": False}
    packed = vizopt.pack("sgd", str(tmp_path / "p"), overrides=keys)
    names = ["sgd.mp4", "sgd.gif", "sgd.html", "sgd.pptx", "sgd.png", "sgd.toml"]
    assert repr(packed) == f"<Pack {tmp_path / 'p'}: {', '.join(sorted(names, key=order(packed)))}>"
    assert {file.name for file in (tmp_path / "p").iterdir()} == {*names, "sgd.txt"}


def order(packed):
    """By the clips' own order, the scene last."""
    made = [clip.path.name for clip in packed.clips]
    return lambda name: made.index(name) if name in made else len(made)


def test_what_is_asked_goes_before_the_scene_also_where_it_is_a_default():
    from vizopt.clips.options import request

    scene = vizopt.ClipOptions(size=(640, 360), loop=3, narrow=False, poster="last")
    assert request().over(scene) == scene
    asked = request(loop=0, narrow=True, size=(480, 270)).over(scene)
    assert asked == vizopt.ClipOptions(size=(480, 270), poster="last")
    with pytest.raises(VizoptError, match="loop 1001: must be 0, for ever, or up to 1000 times"):
        request(loop=1001)
