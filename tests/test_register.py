"""Kinds of one's own: registered, in scenes and lists, tried, and drawn where they are missing."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.core import own as owned
from vizopt.core.errors import SceneError, VizoptError, VizoptWarning
from vizopt.pipeline.reuse import is_of
from vizopt.scene.load import parse_scene
from vizopt.scene.register import TABLES
from vizopt.scene.written import scene_toml
from vizopt.train.schedules import Constant

LearningRate = vizopt.optimizers.LearningRate
TINY = {"epochs": 12, "keep.grid": 8}


class State(NamedTuple):
    slow: np.ndarray


@dataclass(frozen=True)
class Lookahead:
    """SGD that goes back half of the way every few steps.

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        k: steps between.
        names: of whoever knows it.
    """

    lr: LearningRate
    k: int = 5
    names: tuple[str, ...] = ()

    def init(self, params, layout):
        return State(params)

    def update(self, step, params, grad, state):
        delta = -self.lr(step) * grad
        if (step + 1) % self.k:
            return delta, state
        slow = (state.slow + (params + delta - state.slow) / 2).astype(params.dtype)
        return slow - params, State(slow)


@dataclass(frozen=True)
class Sawtooth:
    """Down a line, again and again."""

    initial: float
    every: int = 5

    def __call__(self, epoch):
        return self.initial * (1 - epoch % self.every / self.every)

    def describe(self):
        return f"{self.initial:g}, sawtooth"


@dataclass(frozen=True)
class Cross:
    """Two crossing lines."""

    points: int = 20

    def make(self, rng):
        t = rng.uniform(-1, 1, 2 * self.points)
        y = np.repeat([0, 1], self.points)
        x = np.c_[t, np.where(y == 1, t, -t)].astype(np.float32)
        words = f"cross, {len(y)} points"
        return vizopt.problems.Data(x, y, ("x", "y"), ("down", "up"), words)


@dataclass(frozen=True)
class Bar:
    """A bar as long as the loss."""

    height: int = 20
    needs = frozenset({"loss", "epoch"})

    def static(self, slot, views):
        slot.text(0, slot.font(13), "loss")

    def dynamic(self, slot, views):
        view, *_ = views.values()
        loss = view.run["loss"][view.run["epoch"][view.rows]]
        widths = (loss / loss.max() * slot.width).astype(int)

        def draw(window, k):
            window[40 : 40 + self.height, : widths[k]] = (0, 90, 200, 255)

        return draw


MINE_KINDS = {
    "lookahead": ("optimizer", Lookahead),
    "sawtooth": ("schedule", Sawtooth),
    "cross": ("data", Cross),
    "bar": ("panel", Bar),
}


def every(*names):
    for name in names or MINE_KINDS:
        table, cls = MINE_KINDS[name]
        assert vizopt.register(table, name, cls) is cls


SCENE = """\
title = "Mine"
name = "mine"
epochs = 12
keep.grid = 8
[problem]
kind = "network"
sizes = [2, 4, 2]
data = { kind = "cross", points = 20 }
[optimizer]
kind = "lookahead"
lr = { kind = "sawtooth", initial = 0.5, every = 4 }
k = 3
"""
BAR = (
    '[stage.panels]\nplane.kind = "plane"\nbar.kind = "bar"\n[stage.mosaic]\nrows = ["plane bar"]\n'
)


def loaded(text=SCENE, **overrides):
    return parse_scene(text, "mine.toml", {}, overrides)


def test_own_kinds_train_are_written_and_read_again(tmp_path):
    every()
    scene = loaded(SCENE + BAR)
    assert loaded(scene_toml(scene)) == scene
    run = vizopt.record(scene, tmp_path / "run.zarr")
    assert run["lr"].tolist() == [0.5, 0.375, 0.25, 0.125] * 3
    assert run.header.settings == (
        "Lookahead, learning rate 0.5, sawtooth, k 3  ·  cross, 40 points  ·  "
        "2 → 4 ReLU → 2 softmax"
    )
    clip = vizopt.render(run, tmp_path / "a.png", size=(640, 360))
    blue = (np.asarray(Image.open(clip.path))[..., :3] == (0, 90, 200)).all(axis=2)
    widths = blue.sum(axis=1)
    assert set(widths) == {0, widths.max()}
    assert (widths > 0).sum() == 20  # the panel's height
    told = clip.path.with_suffix(".txt").read_text()
    assert "The data are 40 points in 2 classes: two crossing lines." in told
    assert (
        "The optimizer is Lookahead, SGD that goes back half of the way every few steps. "
        "Its settings are k = 3 and names = none." in told
    )
    assert "follows a schedule (sawtooth): it starts at 0.5 and is 0.125 at epoch 11." in told
    assert "A bar as long as the loss" in told


def test_one_that_is_registered_is_compared_with_a_bundled_one(tmp_path):
    every("lookahead")
    ours = vizopt.record(vizopt.load_scene("sgd", TINY), tmp_path / "sgd.zarr")
    more = {"optimizer.kind": "lookahead", "optimizer.k": 100}
    same = vizopt.record(vizopt.load_scene("sgd", TINY | more), tmp_path / "same.zarr")
    assert np.array_equal(ours["params"], same["params"])  # it never goes back
    more["optimizer.k"] = 5
    other = vizopt.record(vizopt.load_scene("sgd", TINY | more), tmp_path / "other.zarr")
    assert np.array_equal(ours["params"][:5], other["params"][:5])
    assert not np.array_equal(ours["params"][5], other["params"][5])


def test_a_number_from_python_is_a_schedule_in_a_scene():
    every("lookahead")
    rule = Lookahead(lr=0.5)
    scene = vizopt.Scene(title="T", problem=vizopt.load_scene("sgd").problem, optimizer=rule)
    assert scene.optimizer.lr == Constant(0.5)


def test_a_schedule_of_ones_own_may_hold_another_and_stand_in_a_warm_up():
    @vizopt.register("schedule", "doubled")
    @dataclass(frozen=True)
    class Doubled:
        """Twice another one."""

        of: LearningRate

        def __call__(self, epoch):
            return 2 * self.of(epoch)

        def describe(self):
            return f"twice {self.of.describe()}"

    inner = {"kind": "doubled", "of": {"kind": "doubled", "of": 0.25}}
    lr = {"kind": "warm-up", "epochs": 2, "start": 0.5, "after": inner}
    made = vizopt.optimizers.Adam(lr=lr)
    assert [made.lr(epoch) for epoch in range(4)] == [0.5, 0.75, 1.0, 1.0]
    from vizopt.scene.generated import schema

    kinds = schema()["$defs"]["Doubled"]["properties"]["of"]["oneOf"]
    assert {"$ref": "#/$defs/Doubled"} in kinds


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("k", 2.5, "optimizer.k: 2.5: should be a valid integer"),
        ("k", "3", "optimizer.k: '3': should be a valid integer"),
        ("kk", 3, 'optimizer.kk: unknown key (did you mean "k"?)'),
        ("lr", -1, "optimizer.lr: -1: should be greater than 0"),
        (
            "lr",
            {"kind": "sawtoth"},
            'optimizer.lr: unknown kind "sawtoth" (did you mean "sawtooth"?)',
        ),
        ("kind", "lookahed", 'optimizer: unknown kind "lookahed" (did you mean "lookahead"?)'),
    ],
)
def test_mistakes_in_a_scene_are_one_line(key, value, message):
    every()
    with pytest.raises(SceneError) as raised:
        loaded(**{f"optimizer.{key}": value})
    assert str(raised.value) == f"mine.toml: {message}"


def broken(**members):
    """An optimizer with members that differ."""
    body = {"init": lambda *_: (), "update": lambda *_: (), "__annotations__": {"lr": LearningRate}}
    body |= members
    return type("Mine", (), {key: value for key, value in body.items() if value is not None})


def frozen(**members):
    return dataclass(frozen=True)(broken(**members))


REFUSED = {
    'no table "optimiser": did you mean "optimizer"?': ("optimiser", "a", frozen),
    'optimizer "adam": a bundled optimizer has that name: choose another': (
        "optimizer", "adam", frozen),
    'optimizer "spiral": a bundled data set has that name: choose another': (
        "optimizer", "spiral", frozen),
    'schedule "network": a bundled problem has that name: choose another': (
        "schedule", "network", frozen),
    "optimizer 'Mine': is no name: write small letters, digits and dashes, as \"look-ahead\"": (
        "optimizer", "Mine", frozen),
    'optimizer "mine": Mine is no frozen dataclass: write @dataclass(frozen=True) below '
    "@vizopt.register": ("optimizer", "mine", broken),
    'optimizer "mine": Mine lacks update: needed are init, update': (
        "optimizer", "mine", lambda: frozen(update=None)),
    'data "mine": Mine lacks make: needed are make': ("data", "mine", frozen),
    'schedule "mine": Mine lacks __call__: needed are __call__, describe': (
        "schedule", "mine", frozen),
    'panel "mine": Mine lacks needs: needed are needs, static, dynamic': ("panel", "mine", frozen),
    'optimizer "mine": Mine lacks lr: write lr: vizopt.optimizers.LearningRate': (
        "optimizer", "mine", lambda: frozen(__annotations__={"lr": float})),
    'optimizer "mine": k: TOML has no ndarray: use bool, int, float, str, a tuple or dict of them, '
    "or another dataclass": (
        "optimizer", "mine", lambda: frozen(__annotations__={"lr": LearningRate, "k": np.ndarray})),
    "optimizer \"mine\": Mine: name 'Nowhere' is not defined: import it": (
        "optimizer", "mine", lambda: frozen(__annotations__={"lr": LearningRate, "k": "Nowhere"})),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_no_kind_is_refused_in_one_line(message):
    table, name, make = REFUSED[message]
    with pytest.raises(VizoptError) as raised:
        vizopt.register(table, name, make())
    assert str(raised.value) == f"register: {message}"
    assert not owned.OWN


def made_again():
    """A class like the one before, as a notebook's cell makes it that is run once more."""
    return dataclass(frozen=True)(type("Half", (Lookahead,), {"__module__": __name__}))


def test_the_same_class_takes_the_place_of_the_one_before_and_another_does_not(tmp_path):
    old, new = made_again(), made_again()
    vizopt.register("optimizer", "lookahead", old)
    vizopt.register("optimizer", "lookahead", new)
    assert vizopt.optimizers.OPTIMIZERS["lookahead"] is new
    scene = vizopt.Scene(title="T", problem=vizopt.load_scene("sgd").problem, optimizer=old(lr=0.5))
    assert 'kind = "lookahead"' in scene_toml(scene)  # of a class that is gone
    with pytest.raises(VizoptError, match=r"is registered already, as .*Half: choose another"):
        vizopt.register("optimizer", "lookahead", frozen())


def test_a_recording_of_a_rule_that_was_made_again_is_known_as_its_own(tmp_path):
    def scene():
        vizopt.register("optimizer", "lookahead", made_again())
        return vizopt.load_scene("sgd", TINY | {"optimizer.kind": "lookahead"})

    path = vizopt.record(scene(), tmp_path / "a.zarr").path
    assert is_of(path, scene())
    assert is_of(path, scene())


MINE = dedent(
    '''
    from dataclasses import dataclass
    import vizopt


    @vizopt.register("optimizer", "half")
    @dataclass(frozen=True)
    class Half:
        """SGD at half of the rate.

        Args:
            lr: learning rate, twice.
        """

        NAME = "Half SGD"
        lr: vizopt.optimizers.LearningRate

        def init(self, params, layout):
            return ()

        def update(self, step, params, grad, state):
            return -self.lr(step) / 2 * grad, state
    '''
)
LINE = "half             Half SGD. SGD at half of the rate.\n"
SHORT = ["--set", "epochs=12", "--set", "keep.grid=8", "-q"]


def test_the_command_imports_what_it_is_told_and_nothing_by_itself(command):
    Path("mine.py").write_text(MINE)
    assert LINE not in command("list", "optimizers").out
    ours = ["--set", "optimizer.kind=half", "--set", "optimizer.lr=1.0"]
    refused = command("record", "sgd", *SHORT, *ours, "-o", "no.zarr")
    assert refused.code == 1
    assert 'unknown kind "half"' in refused.err
    with_it = ["--import", "mine.py"]
    assert command("list", "optimizers", *with_it).out.endswith(LINE)
    assert "# learning rate, twice." in command("show", "half", *with_it).out
    defined = json.loads(command("schema", *with_it).out)["$defs"]
    assert defined["Half"]["properties"]["kind"] == {"const": "half"}
    assert command("record", "sgd", *SHORT, *ours, *with_it, "-o", "half.zarr").code == 0
    half = ["--set", "optimizer.lr=0.5"]
    assert command("record", "sgd", *SHORT, *half, "-o", "sgd.zarr").code == 0
    same = command("compare", "half.zarr", "sgd.zarr", *with_it)
    assert "lr" in same.out  # all else is the same to the last bit
    runs = [vizopt.Recording(name) for name in ("half.zarr", "sgd.zarr")]
    assert np.array_equal(*(run["params"] for run in runs))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no.py: no such file: --import needs a file of Python"),
        ("import vizopt\n\nx = y\n", "no.py: line 3: NameError: name 'y' is not defined"),
        ("def f(:\n", "no.py: line 1: SyntaxError: invalid syntax"),
        (MINE.replace('"half"', '"adam"'), 'no.py: register: optimizer "adam": a bundled optimizer '
         "has that name: choose another"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_imported_is_one_line(command, text, message):
    if text is not None:
        Path("no.py").write_text(text)
    ran = command("list", "optimizers", "--import", "no.py")
    assert ran.code == 1
    assert ran.err == f"vizopt: {message}\n"


def forget(*names):
    for table in TABLES.values():
        for name in names:
            table.kinds.pop(name, None)
    owned.OWN.clear()
    owned.REGISTERED.clear()


def pictures(file):
    return np.asarray(Image.open(file))


@pytest.mark.parametrize("missing", ["lookahead", "sawtooth", "cross"])
def test_where_a_kind_is_missing_the_picture_is_the_same_and_the_text_says_so(tmp_path, missing):
    every()
    run = vizopt.record(loaded(), tmp_path / "run.zarr")
    here = vizopt.render(run, tmp_path / "here.png", size=(640, 360))
    forget(missing)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        there = vizopt.render(tmp_path / "run.zarr", tmp_path / "there.png", size=(640, 360))
    assert np.array_equal(pictures(here.path), pictures(there.path))
    told = there.path.with_suffix(".txt").read_text()
    assert told.startswith("Mine: Lookahead trains a network on 40 points in 2 classes. Loss ")
    assert (
        "It was trained with kinds of somebody's own, which are not registered here; the settings "
        "were: Lookahead, learning rate 0.5, sawtooth, k 3; cross, 40 points; "
        "2 → 4 ReLU → 2 softmax. The learning rate starts at 0.5 and is 0.125 at epoch 11. "
        "The run goes from epoch 0 to epoch 11." in told
    )
    assert "The network has 22 weights and biases." in told


def test_a_recipe_of_a_missing_kind_holds_all_of_it(tmp_path):
    every()
    vizopt.record(loaded(), tmp_path / "run.zarr")
    forget("lookahead")
    clip = vizopt.render(tmp_path / "run.zarr", tmp_path / "a.png", size=(640, 360))
    from vizopt.clips import recipe

    with pytest.raises(SceneError, match='optimizer: unknown kind "lookahead"'):
        recipe.load(clip.path, {})
    every("lookahead")
    again = recipe.load(clip.path, {})
    assert again.optimizer == loaded().optimizer
    assert again.problem == loaded().problem


def test_where_a_panel_is_missing_the_picture_is_the_default_one(tmp_path):
    every()
    vizopt.record(loaded(SCENE + BAR), tmp_path / "run.zarr")
    forget("bar")
    name = tmp_path / "run.zarr"
    wanted = f"{name}: bar: the panel is not registered here: the picture is the default one"
    with pytest.warns(VizoptWarning) as warned:
        clip = vizopt.render(name, tmp_path / "a.png", size=(640, 360))
    assert [str(each.message) for each in warned] == [wanted] * len(warned)
    told = clip.path.with_suffix(".txt").read_text()
    assert "The optimizer is Lookahead" in told
    assert "Curves show loss" in told


def test_the_contracts_hold_for_what_is_right():
    every()
    for kind in (Lookahead(lr=0.1), Sawtooth(1.0), Cross(), Bar(), vizopt.optimizers.Adam(lr=0.1)):
        vizopt.check_contract(kind)


def changes_params(step, params, grad, state):
    params -= 0.1 * grad
    return -0.1 * grad, state


def changes_grad(step, params, grad, state):
    grad *= -0.1
    return grad.copy(), state


def widens(step, params, grad, state):
    return (-0.1 * grad).astype(np.float64), state


RANDOM = np.random.RandomState(0)


def drawn_anew(step, params, grad, state):
    return -0.1 * grad * RANDOM.rand(), state


UPDATES = {
    "update gives (1,), not (3,)": lambda step, params, grad, state: (grad[:1], state),
    "update changes params: give the difference alone": changes_params,
    "update changes grad: work on a copy": changes_grad,
    "update gives grad itself: give a copy": lambda step, params, grad, state: (grad, state),
    "update makes float64 of float32 params": widens,
    "the same steps differ when repeated": drawn_anew,
    "diverges on a parabola: try a smaller lr": lambda step, params, grad, state: (9 * grad, state),
    "does not come nearer to the bottom of a parabola: is the sign of update right?": (
        lambda step, params, grad, state: (1e-4 * grad, state)
    ),
}


@pytest.mark.parametrize("message", UPDATES)
def test_what_a_rule_does_not_keep_is_told(message, monkeypatch):
    every("lookahead")
    monkeypatch.setattr(Lookahead, "update", staticmethod(UPDATES[message]))
    with pytest.raises(VizoptError) as raised:
        vizopt.check_contract(Lookahead(lr=0.1))
    assert str(raised.value) == f"Lookahead: {message}"


def data_with(**more):
    return lambda self, rng: CROSS(self, rng)._replace(**more)


CROSS = Cross.make
OTHERS = {
    "Sawtooth: gives -1.0 at epoch 0: needs a finite number, 0 or above": (
        Sawtooth, "__call__", lambda self, epoch: -1.0),
    "Sawtooth: gives nan at epoch 7: needs a finite number, 0 or above": (
        Sawtooth, "__call__", lambda self, epoch: 1.0 if epoch < 7 else float("nan")),
    "Sawtooth: describe gives '': needs a few words in one line": (
        Sawtooth, "describe", lambda self: ""),
    "Cross: x is float64, 2-d: needs float32 [N, D]": (
        Cross, "make", data_with(x=np.zeros((40, 2)))),
    "Cross: y must be numbers of classes, 0 to 0": (Cross, "make", data_with(classes=("one",))),
    "Cross: features must have a name for each column of x": (
        Cross, "make", data_with(features=("x",))),
    "Cross: words must say what it is, for the picture": (Cross, "make", data_with(words="")),
    "Cross: the same seed gives other samples: draw all that is random from rng": (
        Cross, "make", lambda self, rng: CROSS(self, RANDOM)),
    "Bar: static draws outside of its window": (
        Bar, "static", lambda self, slot, run: slot.text(-30, 40, "loss")),
}  # fmt: skip


@pytest.mark.parametrize("message", OTHERS)
def test_what_another_kind_does_not_keep_is_told(message, monkeypatch):
    every()
    cls, member, wrong = OTHERS[message]
    monkeypatch.setattr(cls, member, wrong)
    with pytest.raises(VizoptError) as raised:
        vizopt.check_contract(cls(1.0) if cls is Sawtooth else cls())
    assert str(raised.value) == message


def test_a_panel_that_remembers_or_needs_what_nobody_records_is_told(monkeypatch):
    every("bar")
    seen = []

    def dynamic(self, slot, views):
        def draw(window, k):
            seen.append(k)
            window[: len(seen) % 7] = 0

        return draw

    monkeypatch.setattr(Bar, "dynamic", dynamic)
    with pytest.raises(VizoptError, match="Bar: a frame alone is not the frame in sequence: draw"):
        vizopt.check_contract(Bar())
    monkeypatch.setattr(Bar, "needs", frozenset({"loss", "mood"}))
    with pytest.raises(VizoptError, match="Bar: needs mood, which neither sgd nor good records"):
        vizopt.check_contract(Bar())


def test_only_what_is_registered_has_a_contract():
    with pytest.raises(VizoptError, match=r"^Bar: is not registered: put @vizopt.register\(…\) in"):
        vizopt.check_contract(Bar())
