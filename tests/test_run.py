"""vizopt.Run: what a loop tells it is what a recording has, to the last bit and to the step."""

import random
import sys
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from loops import Loop, X, Y, tight, trained

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.draw.fonts import shown
from vizopt.recording.parameters import TOLD
from vizopt.scene.load import presented

CLASSES = ("left", "right", "up")


def recorded(path, loop, steps, **options):
    options = {"data": (loop.x, Y), "predict": loop.predict, "classes": CLASSES} | options
    with vizopt.Run(path, **options) as run:
        told = trained(run, loop, steps)
    return told, vizopt.Recording(path)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planned", [30, None])
def test_what_is_read_back_is_what_was_logged_to_the_last_bit(tmp_path, dtype, planned):
    loop = Loop(dtype)
    told, run = recorded(tmp_path / "a.zarr", loop, 30, epochs=planned)
    losses, accuracies, params = map(np.array, zip(*told, strict=True))
    assert np.array_equal(run["loss"], losses)
    assert np.array_equal(run["accuracy"], accuracies)
    assert run["lr"].tolist() == [0.5] * 30
    assert run["step"].tolist() == [*range(30)]
    assert run["epoch"].tolist() == [*range(30)]
    assert run["params"].dtype == dtype
    assert np.array_equal(run["params"], params)
    assert np.array_equal(run.weights("d.weights", epoch=7), params[7][:6].reshape(2, 3))
    assert run.at(29).values["loss"] == losses[29]
    assert (run.epochs, run.header.epochs, run.header.classes) == (30, 30, CLASSES)
    assert run.header.external == vizopt.External("Python")
    assert run.diverged is run.interrupted is None
    assert not run.resumable


def test_it_leaves_the_training_as_it_is(tmp_path):
    loop, alone = Loop(), Loop()
    recorded(tmp_path / "a.zarr", loop, 20)
    for _ in range(20):
        alone.loss()
        alone.update()
    assert np.array_equal(loop.flat, alone.flat)


def test_the_plane_is_what_the_model_predicts_at_each_row(tmp_path):
    loop = Loop()
    _, run = recorded(tmp_path / "a.zarr", loop, 5)
    x0, x1, y0, y1 = run["extent"]
    grid = run["scores"].shape[-1]
    x, y = np.meshgrid(np.linspace(x0, x1, grid), np.linspace(y1, y0, grid))
    mean, deviation = run["units"].T
    points = np.stack([x.ravel(), y.ravel()], axis=1) * deviation + mean
    for row in range(5):
        params = run["params"][row]
        wins = (points @ params[:6].reshape(2, 3) + params[6:]).argmax(axis=1)
        assert np.array_equal(run["scores"][row].argmax(axis=0).ravel(), wins)
    assert np.allclose(run["points"] * deviation + mean, X)
    assert np.array_equal(run["labels"], Y)


@tight
def test_the_last_row_is_the_last_logged_step(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr", size=1000) as run:  # K is 4
        for step in range(100):
            run.log(loss=1.0, params={"w": np.full((2, 2), step, np.float32)})
    run = vizopt.Recording(tmp_path / "a.zarr")
    kept = [
        step for step in range(100) if step < 4 or step % 2 ** ((step // 4).bit_length() - 1) == 0
    ]
    assert run["epoch"].tolist() == [*kept, 99]
    assert np.array_equal(run["params"][:, 0], run["epoch"])


@tight
def test_weights_and_plane_of_an_unknown_end_are_those_after_the_last_update(tmp_path):
    loop = Loop()
    told, run = recorded(tmp_path / "a.zarr", loop, 101, size=20_000)
    assert run["epoch"][-1] == 101  # no step 101 was logged
    assert np.array_equal(run["params"][-1], loop.flat)
    assert np.array_equal(run["params"][-2], told[run["epoch"][-2]][2])
    assert run.epochs == 102
    assert (run["step"][-1], run["step"][-2]) == (-1, 100)
    assert np.isnan(run["loss"][-1])


@tight
def test_parameters_that_are_bound_anew_belong_to_the_last_step(tmp_path):
    w = np.ones((2, 2))
    with vizopt.Run(tmp_path / "a.zarr", size=1000) as run:
        for _ in range(30):
            run.log(params=[w])
            w = w + 1
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert (run["epoch"][-1], run["params"][-1, 0]) == (29, 30)


@tight
def test_a_callable_is_called_for_kept_rows_alone(tmp_path):
    asked = []

    def params():
        asked.append(run.steps)
        return {"w": np.full((1, 2), run.steps)}

    with vizopt.Run(tmp_path / "a.zarr", size=1000, epochs=40) as run:
        for _ in range(40):
            run.log(loss=1.0, params=params)
    assert len(asked) < 25
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found["epoch"].tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        10,
        12,
        14,
        16,
        20,
        24,
        28,
        32,
        39,
    ]


def test_steps_may_be_irregular(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr", unit="step") as run:
        for step in (3, 4, 10, 100):
            run.log(step=step, loss=float(step), params={"w": np.full((1, 1), step)})
    run = vizopt.Recording(tmp_path / "a.zarr")
    logged = np.flatnonzero(np.isfinite(run["loss"])).tolist()
    assert logged == [3, 4, 10, 100]
    assert run["loss"][logged].tolist() == logged
    assert np.flatnonzero(run["step"] >= 0).tolist() == logged
    assert run["epoch"].tolist() == logged
    assert (run.epochs, run.header.unit) == (101, "step")


def test_a_long_gap_is_written_in_pieces(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(step=0, loss=1.0)
        run.log(step=40_000, loss=2.0)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert (run.epochs, np.isfinite(run["loss"]).sum(), run["loss"][40_000]) == (40_001, 2, 2.0)


def test_history_alone_and_a_number_that_comes_later(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(10):
            late = {"train/loss": 2.0 * step} if step >= 5 else {}
            run.log(perplexity=np.float32(step), missing=None, **late)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["perplexity"].tolist() == [*range(10)]
    assert np.isnan(run["train_loss"][:5]).all()
    assert run["train_loss"][5:].tolist() == [10, 12, 14, 16, 18]
    assert set(run.columns) == {"perplexity", "train_loss", "step", "epoch"}
    assert len(run) == 10


def test_parameters_that_come_later_begin_the_rows_there(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(50):
            logged = {"w": np.full((2, 2), step)} if step >= 9 and step % 10 == 9 else None
            run.log(loss=float(step), params=logged)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["epoch"].tolist() == [9, 19, 29, 39, 49]
    assert run["params"][:, 0].tolist() == [9, 19, 29, 39, 49]
    assert run["loss"].tolist() == [*range(50)]


class Device:
    """Like a tensor on a graphics card: no NumPy array until it is fetched."""

    device = "cuda:0"
    fetched = 0

    def __init__(self, values):
        self.values, self.shape, self.dtype = values, values.shape, values.dtype

    def detach(self):
        return self

    def cpu(self):
        type(self).fetched += 1
        return self

    def numpy(self):
        return self.values


class Held:
    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


def test_arrays_of_any_kind(tmp_path):
    tree = {
        "list": [1.0, 2.0],
        "held": Held(np.float32([[3, 4]])),
        "deep": {"layers": [np.int8([[5]]), (np.array([[True]]),)]},
        "scalar": np.float16(0.5),
        "empty": np.zeros((0, 3)),
    }
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for _ in range(2):
            run.log(params=tree)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert list(run.layout.shapes) == [
        "list.0",
        "list.1",
        "held",
        "deep.layers.0",
        "deep.layers.1.0",
        "scalar",
    ]
    assert run["params"][1].tolist() == [1, 2, 3, 4, 5, 1, 0.5]


@dataclass
class Dense:
    """As a module of Equinox: a tree that can be called, with fields that are no arrays."""

    weight: object
    bias: object = None
    inputs: int = field(default=2, metadata={"static": True})

    def __call__(self, x):
        raise AssertionError("nobody asked it")


def test_none_in_a_tree_is_no_array(tmp_path):
    tree = {"a": {"w": np.ones((2, 3)), "b": None}, "c": Dense(np.ones((3, 2))), "d": None}
    for params in (tree, lambda: tree, partial(dict, tree)):
        with vizopt.Run(tmp_path / "a.zarr") as run:
            run.log(params=params)
        shapes = vizopt.Recording(tmp_path / "a.zarr").layout.shapes
        assert shapes == {"a.w": (2, 3), "c.weight": (3, 2)}


def test_a_model_that_can_be_called_is_a_tree(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    model = torch.nn.Linear(2, 3)
    for params, above in ((model, ""), ({"net": model}, "net."), (Dense(np.ones((3, 2))), None)):
        with vizopt.Run(tmp_path / "a.zarr") as run:
            run.log(params=params)
        found = vizopt.Recording(tmp_path / "a.zarr")
        names = ["weight"] if above is None else [f"{above}weight", f"{above}bias"]
        assert [*found.layout.shapes] == names
        if above is not None:
            cells = np.concatenate([model.weight.detach().ravel(), model.bias.detach()])
            assert found["params"].tolist() == [cells.tolist()]


@tight
def test_what_is_on_a_device_is_fetched_once_a_kept_row(tmp_path):
    Device.fetched = 0
    with vizopt.Run(tmp_path / "a.zarr", size=1000, epochs=100) as run:
        for _ in range(100):
            run.log(params={"w": Device(np.ones((2, 2), np.float32))})
    kept = len(vizopt.Recording(tmp_path / "a.zarr"))
    assert Device.fetched == kept + 1  # the first time to know its shape


def test_a_state_dict_has_more_than_parameters(tmp_path):
    state = {"bn.weight": np.ones(3), "bn.bias": np.zeros(3), "bn.running_mean": np.zeros(3)}
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(params=state | {"bn.num_batches_tracked": np.array(7)})
    assert list(vizopt.Recording(tmp_path / "a.zarr").layout.shapes) == ["bn.weight", "bn.bias"]


def test_wide_layers_are_sampled_and_their_statistics_are_of_all(tmp_path):
    rng = np.random.RandomState(0)
    w = rng.randn(300, 700).astype(np.float32)
    b = np.zeros(700, np.float32)
    told = []
    with vizopt.Run(tmp_path / "a.zarr", epochs=4) as run:
        for _ in range(4):
            told.append(w.copy())
            run.log(params={"d.weights": w, "d.biases": b})
            w += rng.randn(300, 700).astype(np.float32)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert dict(run.header.whole) == {"d.weights": (300, 700), "d.biases": (700,)}
    rows, columns = (np.linspace(0, n - 1, 128).round().astype(int) for n in (300, 700))
    for row in range(4):
        cells = run.weights("d.weights", epoch=row)
        assert np.array_equal(cells, told[row][np.ix_(rows, columns)])
        found = dict(zip(TOLD, run["statistics"][row, 0], strict=True))
        wanted = np.quantile(told[row], (0, 0.01, 0.25, 0.5, 0.75, 0.99, 1))
        assert np.allclose([*found.values()][:7], wanted, rtol=1e-6)
        assert np.isclose(found["norm"], np.linalg.norm(told[row]), rtol=1e-6)
        moved = np.linalg.norm(told[row] - told[max(row - 1, 0)])
        assert np.isclose(found["moved"], moved, rtol=1e-6)
        assert found["zeros"] == 0
        assert run["statistics"][row, 1, TOLD.index("zeros")] == 1
    assert "d 128 × 128 of 300 × 700" in repr(run)


def test_up_to_200_000_parameters_all_are_kept(tmp_path):
    for size, sampled in ((500, False), (501, True)):
        path = tmp_path / f"{size}.zarr"
        with vizopt.Run(path, epochs=1) as run:
            run.log(params={"w": np.zeros((400, size), np.float32)})
        assert bool(vizopt.Recording(path).header.whole) == sampled


WIDE = [
    ({f"{k}.weight": (512, 512) for k in range(3)}, "0 · 512 → 512", "128 × 128 of 512 × 512", 3),
    ({"c.weight": (256, 256, 3, 3)}, "c · 3×3 · 256 → 256", "126 × 128 of 2\u2009304 × 256", 1),
    ({"e.weight": (10, 50_000)}, "e · 50\u2009000 → 10", "128 × 10 of 50\u2009000 × 10", 1),
    ({"v": (250_000,)}, "v · 250\u2009000", "128 of 250\u2009000", 1),
]


@pytest.mark.parametrize(("shapes", "title", "sample", "many"), WIDE)
@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (600, 600), (540, 960)])
def test_the_picture_says_what_is_sampled(tmp_path, texts, size, shapes, title, sample, many):
    known = {"data": (X, Y), "predict": Loop().predict}
    with vizopt.Run(tmp_path / "a.zarr", epochs=2, **known) as run:
        for k in range(2):
            wide = {name: np.full(shape, k, np.float32) for name, shape in shapes.items()}
            run.log(loss=1.0, accuracy=0.5, lr=0.1, params=wide)
    recorded = vizopt.Recording(tmp_path / "a.zarr")
    scene = presented(recorded)
    said = [text for text, _ in texts.still(planned_picture(recorded, scene, size, 10))]
    assert title in said, said
    assert [text.replace(" × ", "×") for text in said].count(sample.replace(" × ", "×")) == many


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (X[:, 0], (60, 1)),
        (X[:, :1], (60, 1)),
        (X, (60, 2)),
        (np.hstack([X, X, X]), (60, 2)),
        (np.random.RandomState(0).randn(60, 8, 8), (60, 2)),
    ],
)
def test_any_number_of_features(tmp_path, x, shape):
    loop, asked = Loop(x=x), []

    def predict(points):
        asked.append(points.shape)
        return loop.predict(points)

    with vizopt.Run(tmp_path / "a.zarr", data=(x, Y), predict=predict) as run:
        trained(run, loop, 3)
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found["points"].shape == shape
    assert {s[1:] for s in asked} == {x.shape[1:] or (1,)}
    assert ("probabilities" in found.columns) == (shape[1] == 1)
    vizopt.render(found, tmp_path / "a.png", size=(320, 180))


@pytest.mark.parametrize(
    ("y", "classes", "names"),
    [
        (np.array(["c", "a", "b"])[Y], None, ("a", "b", "c")),
        ([["c", "a", "b"][k] for k in Y], None, ("a", "b", "c")),
        (np.eye(3)[Y], None, ("0", "1", "2")),
        (np.eye(3, dtype=bool)[Y], CLASSES, CLASSES),
        (np.array([-1, 1, 7])[Y], None, ("-1", "1", "7")),
        (np.array([-1, 1])[Y % 2], None, ("-1", "1")),
        (Y > 0, None, ("False", "True")),
        (Y[:, None], CLASSES, CLASSES),
        (Y % 2, CLASSES, CLASSES),
        (np.array(["c", "a", "b"], object)[Y], None, ("a", "b", "c")),
    ],
)
def test_labels_of_any_kind(tmp_path, y, classes, names):
    labels = np.asarray(y)
    known = np.arange(3) if labels.ndim == 2 and labels.shape[1] == 3 else None
    with vizopt.Run(
        tmp_path / "a.zarr",
        data=(X, y),
        classes=classes,
        predict=lambda points: np.zeros((len(points), len(names))) + points[:, :1],
    ) as run:
        run.log(loss=1.0)
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found.header.classes == names
    wanted = labels.argmax(axis=1) if known is not None else labels.reshape(-1)
    shown = found["labels"]
    assert len(set(zip(wanted.tolist(), shown.tolist(), strict=True))) == len(set(shown.tolist()))


@pytest.mark.parametrize(
    ("predict", "winner"),
    [
        (lambda p: (p[:, 0] > 0).astype(float), 1),
        (lambda p: np.where(p[:, 0] > 0, 0.7, 0.2)[:, None], 1),
        (lambda p: np.where(p[:, 0] > 0, 3.0, -3.0), 1),
        (lambda p: np.where(p[:, 0] > 0, 1, 0), 1),
    ],
)
def test_two_classes_may_be_told_by_one_number(tmp_path, predict, winner):
    y = (X[:, 0] > 0).astype(int)
    with vizopt.Run(tmp_path / "a.zarr", data=(X, y), predict=predict) as run:
        run.log(loss=1.0)
    scores = vizopt.Recording(tmp_path / "a.zarr")["scores"][0]
    wins = scores.argmax(axis=0)
    assert (wins[:, -1] == winner).all()
    assert (wins[:, 0] == 1 - winner).all()


@pytest.mark.parametrize("names", [("a.png", "a.gif"), ("a.html",)])
def test_it_is_drawn_and_told(tmp_path, command, names):
    by = vizopt.External("PyTorch", "MLP", "AdamW", {"lr": 0.01})
    loop = Loop()
    recorded(tmp_path / "a.zarr", loop, 20, origin=by, versions={"pytorch": "2.13.0"}, title="Mine")
    files = [f"-o{name}" for name in names]
    ran = command("render", "a.zarr", *files, "--seconds", 1, "--size", "320x180", "-q")
    assert ran.code == 0, ran.err
    assert all((tmp_path / name).stat().st_size > 500 for name in names)
    told = (tmp_path / "a.txt").read_text()
    for part in (
        "AdamW (PyTorch) trains an MLP on 60 points in 3 classes",
        "trained in PyTorch 2.13.0, not by vizopt, with AdamW",
        "settings are lr = 0.01",
        "The recording holds 20 epochs.",
    ):
        assert part in told, part
    if names == ("a.html",):
        recipe = command("recipe", "a.html").out
        assert '[recorded]\nframework = "PyTorch"\nmodel = "MLP"\noptimizer = "AdamW"' in recipe
        again = command("make", "a.html", "-o", "b.mp4")
        assert again.code == 1
        assert again.err.count("\n") == 1
        for part in ("recorded elsewhere", "vizopt render"):
            assert part in again.err


def test_info_tells_by_what_it_was_made(tmp_path, command):
    recorded(tmp_path / "a.zarr", Loop(), 5)
    said = command("info", "a.zarr").out
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"python {version}, numpy {np.__version__}" in said
    assert "epochs          5" in said


def test_its_repr(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        assert repr(run) == f"<Run {tmp_path / 'a.zarr'}: 0 epochs>"
        run.log(loss=1.0)
        assert repr(run) == f"<Run {tmp_path / 'a.zarr'}: 1 epoch>"


class OnlyDlpack:
    """An array of a framework that NumPy knows by nothing else."""

    def __init__(self, values):
        self._values = np.asarray(values)

    def __dlpack__(self, **options):
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._values.__dlpack_device__()


def test_arrays_that_only_speak_dlpack(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(3):
            run.log(loss=OnlyDlpack(2.0 - step), params={"w": OnlyDlpack(np.full((2, 2), step))})
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found["loss"].tolist() == [2, 1, 0]
    assert found["params"].tolist() == [[step] * 4 for step in range(3)]


def test_random_numbers_that_predict_draws_are_drawn_again(tmp_path):
    def predict(points):
        return np.random.rand(len(points), 3) + random.random()

    np.random.seed(0)
    random.seed(0)
    with vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=predict) as run:
        drawn = []
        for _ in range(3):
            run.log(loss=1.0)
            drawn += [np.random.rand(), random.random()]
    np.random.seed(0)
    random.seed(0)
    assert drawn == [draw() for _ in range(3) for draw in (np.random.rand, random.random)]


def test_names_that_break_a_line_are_drawn_in_one(tmp_path):
    names = {"title": "a\nb\x07", "features": ["f\n1", "g\t\x85"], "classes": ["x\u2028y", "z\x07"]}

    def predict(points):
        return points[:, 0] > 0

    with vizopt.Run(tmp_path / "a.zarr", data=(X, Y % 2), predict=predict, **names) as run:
        run.log(loss=1.0, params={"w\n\x07": np.ones((2, 2)), "wide\r\x1b": np.ones((3, 3))})
    vizopt.render(vizopt.Recording(tmp_path / "a.zarr"), tmp_path / "a.png")  # no warning
    assert shown("a\nb\x07\x85\u2028c\x7fd") == "a b   c d"
