"""A number to predict: loss and gradient against finite differences and PyTorch, data, pictures."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.random import RandomState
from test_network import differences

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import RecordingError, SceneError, VizoptWarning
from vizopt.core.numbers import count
from vizopt.core.words import language, languages
from vizopt.draw.paint import DPI, pixel_axes
from vizopt.draw.panels import DrawContext, FittedCurve, PredictedTrue
from vizopt.draw.panels.axis import Axis
from vizopt.draw.panels.fitted import _points
from vizopt.draw.playback import Playback
from vizopt.draw.race import raced
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone
from vizopt.recording.quantities import quantity, title
from vizopt.recording.summary import summary, table
from vizopt.recording.targets import MAX_SAMPLES, shown
from vizopt.train.loop import train
from vizopt.train.optimizers import SGD
from vizopt.train.problems import DATASETS, RegressionSpec

SHORT = {"epochs": 41, "keep.grid": 25, "timeline.seconds": 2.0}
Sine = DATASETS["sine"]


def built(sizes=(1, 5, 4, 1), **keys):
    rng = RandomState(3)
    keys = {"precision": "float64", "init": "he", "data": Sine(points=9, noise=0.1)} | keys
    problem = RegressionSpec(sizes=sizes, **keys).build(rng)
    return problem, problem.init(rng) + RandomState(1).randn(problem.layout.size) * 0.05


@pytest.mark.parametrize("penalty", [{}, {"l1": 0.01, "l2": 0.02}], ids=str)
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_gradient_is_that_of_the_loss(activation, penalty):
    problem, params = built(activation=activation, **penalty)
    numeric = differences(lambda p: problem.evaluate(p, 0).loss, params)
    assert problem.evaluate(params, 0).grad == pytest.approx(numeric, rel=1e-5, abs=2e-9)


def test_a_training_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    problem, params = built((1, 6, 1), activation="tanh")
    layers = [torch.nn.Linear(1, 6), torch.nn.Linear(6, 1)]
    network = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1]).double()
    for i, layer in enumerate(layers, start=1):
        views = problem.layout.views(params)
        layer.weight.data = torch.tensor(np.array(views[f"dense{i}.weights"].T))
        layer.bias.data = torch.tensor(np.array(views[f"dense{i}.biases"]))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    x = torch.tensor(np.float32(np.arange(9) / 9)).double()[:, None]
    y = torch.tensor(problem._all.y)[:, None]
    problem.init = lambda rng: params.copy()
    for step in train(problem, SGD(lr=0.1), epochs=20, rng=RandomState(0)):
        optimizer.zero_grad()
        loss = torch.nn.MSELoss()(network(x), y)
        loss.backward()
        assert step.evaluation.loss == pytest.approx(loss.item(), rel=1e-12)
        grads = [part for layer in layers for part in (layer.weight.grad.T, layer.bias.grad)]
        grads = torch.cat([part.ravel() for part in grads]).numpy()
        assert step.evaluation.grad == pytest.approx(grads, rel=1e-9, abs=1e-14)
        optimizer.step()


def test_loss_and_metrics_of_known_outputs():
    problem, _ = built(data=Sine(points=4))  # 0, 1, 0, −1
    outputs = np.array([[0.5, 1.0, 0.0, -3.0]])
    loss, metrics = problem._judged(outputs, problem._prepared(problem._y))
    assert loss == pytest.approx((0.25 + 4) / 4)  # the mean, without ½
    assert metrics == pytest.approx({"r2": 1 - 4.25 / 2, "mae": 2.5 / 4})
    assert outputs[0] == pytest.approx([0.25, 0, 0, -1])


def test_the_sine_is_the_books():
    data = Sine().measured(RandomState(0))
    x = np.arange(1000).reshape(-1, 1) / 1000
    assert np.array_equal(data.x, x.astype(np.float32))
    assert np.array_equal(data.y, np.sin(2 * np.pi * x)[:, 0])
    assert (data.words, data.features, data.target) == ("sine, 1\u2009000 points", ("x",), "y")


def test_a_table_is_scaled_and_told_in_its_own_units(priced, houses):
    price = np.loadtxt(houses, delimiter=",", skiprows=1)[:, 2]
    mean, deviation = price.mean(), price.std()
    assert priced["target_units"] == pytest.approx([mean, deviation])
    assert priced["targets"] == pytest.approx((price - mean) / deviation)
    assert priced.header.kind == "regression"
    assert (priced.header.target, priced.header.axes) == ("price", ())
    trained = priced["held_out"] == 0
    assert trained.sum() == 30
    last = len(priced) - 1
    behind = (priced.row("predictions", last) - priced["targets"])[trained]
    assert priced["loss"][-1] == pytest.approx((behind**2).mean(), rel=1e-4)
    assert priced["mae"][-1] == pytest.approx(abs(behind).mean() * deviation, rel=1e-4)
    y = priced["targets"][trained]
    r2 = 1 - (behind**2).sum() / ((y - y.mean()) ** 2).sum()
    assert priced["r2"][-1] == pytest.approx(r2, rel=1e-4)
    assert {"validation_loss", "validation_r2", "validation_mae"} <= priced.names


@pytest.mark.parametrize(
    ("rows", "keys", "message"),
    [
        ("1,a\n2,b", {}, "line 2: 'a' is no number to predict (column \"y\"): name another"),
        ("1,2\n2,\n3,4", {}, 'line 3: the number to predict is missing (column "y"): fill it in'),
        ("1,7\n2,7", {}, 'column "y": is 7 in every sample: there is nothing to predict'),
        ("1,2\n2,3", {"sizes": [1, 4, 3]}, "predicts one number: write sizes = [1, 4, 1]"),
        ("1,2\n2,3", {"sizes": [2, 4, 1]}, "the data have 1: write sizes = [1, 4, 1]"),
        ("1,2\n2,3", {"batch": 5}, "batch 5 is larger than the 2 training samples"),
    ],
)
def test_what_cannot_be_predicted_is_one_line(tmp_path, rows, keys, message):
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}\n")
    data = DATASETS["csv"](path=str(tmp_path / "d.csv"))
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        RegressionSpec(data=data, **{"sizes": (1, 4, 1)} | keys).check()
    assert "\n" not in str(error.value)


def test_points_held_out_of_training_are_hollow():
    held = np.array([0, 1, 0, 0, 1], np.uint8)
    run = {"targets": np.arange(5.0), "points": np.arange(5.0)[:, None]}
    run |= {"extent": np.array([0.0, 4.0]), "held_out": held}
    box = SimpleNamespace(width=100, y=lambda share: share)
    axes, theme = Figure().add_axes((0, 0, 1, 1)), THEMES["light"]
    slot = SimpleNamespace(unit=1.0, theme=theme)
    _points(slot, run, box, SimpleNamespace(share=lambda values: values))(axes)
    trained, *_, hollow = axes.collections
    assert trained.get_offsets()[:, 0].tolist() == [0, 50, 75]
    assert hollow.get_offsets()[:, 0].tolist() == [25, 100]
    assert to_hex(hollow.get_facecolor()[0]) == theme.paper
    assert to_hex(trained.get_facecolor()[0]) != theme.paper


def test_a_line_without_the_number_to_predict_is_left_out_where_that_is_said(tmp_path):
    (tmp_path / "d.csv").write_text("x,y\n1,2\n2,\n3,4\n5,NA\n4,3\n")
    data = DATASETS["csv"](path=str(tmp_path / "d.csv"), missing="drop").measured(None)
    assert data.y.tolist() == pytest.approx([-(1.5**0.5), 1.5**0.5, 0])


def test_a_number_for_a_label_tells_how_it_is_predicted(houses):
    with pytest.raises(SceneError, match="look like a number to predict") as error:
        vizopt.load_scene(houses)
    assert 'or predict it, [problem] kind = "regression" (on the command line:' in str(error.value)
    assert str(error.value).endswith("or --set problem.kind=regression)")
    with pytest.raises(SceneError, match="sine"):
        vizopt.load_scene("sgd", {"problem.data": {"kind": "sine"}})


def test_what_is_fitted_is_what_the_weights_of_the_row_predict(sine):
    low, high = sine["extent"]
    x = np.linspace(low, high, 100)[:, None]
    for row in (0, len(sine) - 1):
        views = sine.layout.views(sine.row("params", row).astype(np.float64))
        a = np.maximum(x @ views["dense1.weights"] + views["dense1.biases"], 0)
        a = np.maximum(a @ views["dense2.weights"] + views["dense2.biases"], 0)
        a = a @ views["dense3.weights"] + views["dense3.biases"]
        assert sine.row("fitted", row) == pytest.approx(a[:, 0], abs=1e-5)


def drawn(panel, run, k):
    """What moves in frame k of a panel, on white, and the panel's box."""
    figure = Figure((400 / DPI, 300 / DPI), dpi=DPI)
    playback = Playback((640, 360), 6.0, "still")
    slot = DrawContext(pixel_axes(figure, 0, 0, 400, 300), 400, 300, THEMES["light"], 0.5, playback)
    pixels = np.full((300, 400, 4), 255, np.uint8)
    panel.dynamic(slot, alone(run, np.arange(len(run))))(pixels, k)
    box = panel.box(slot, run)
    return pixels[box.top : box.top + box.height, box.left : box.left + box.width, :3], box


@pytest.mark.parametrize("k", [0, 40])
def test_the_curve_lies_where_it_predicts(sine, k):
    pixels, box = drawn(FittedCurve(), sine, k)
    low, high = sine["targets"].min(), sine["targets"].max()
    room = 0.08 * (high - low)
    ink = np.abs(pixels.astype(int) - [0x1B, 0x27, 0x33]).sum(axis=2) < 12
    for column in range(20, box.width - 20, 30):
        place = (column + 0.5) / box.width * (len(sine.row("fitted", k)) - 1)
        value = np.interp(place, np.arange(100), sine.row("fitted", k))
        y = (high + room - value) / (high - low + 2 * room) * box.height
        if 3 < y < box.height - 3:
            assert np.flatnonzero(ink[:, column]).mean() + 0.5 == pytest.approx(y, abs=0.8)


def test_points_lie_where_true_and_predicted_numbers_are(priced):
    last = len(priced) - 1
    pixels, box = drawn(PredictedTrue(), priced, last)
    low, high = priced["targets"].min(), priced["targets"].max()
    room = 0.08 * (high - low)
    full = high - low + 2 * room
    coloured = (pixels != 255).any(axis=2)
    for true, predicted in zip(priced["targets"], priced.row("predictions", last), strict=True):
        x = (true - low + room) / full * box.width
        y = (high + room - predicted) / full * box.height
        assert coloured[round(y.clip(0, box.height - 1)), round(x)]
    lowest = priced["targets"].argmin()
    around = coloured[:, : round((room * 1.3) / full * box.width)]
    y = (high + room - priced.row("predictions", last)[lowest]) / full * box.height
    rows, columns = np.nonzero(around)
    assert (rows.mean(), columns.mean()) == pytest.approx((y, room / full * box.width), abs=1)


def test_the_story_tells_what_is_predicted_and_how_well(sine, priced):
    told = story.of(sine)
    first, last = (f"{sine['r2'][at]:.3f}".replace("-", "−") for at in (0, -1))
    assert "Adam trains a network to predict y on 100 points." in told.alt
    assert f"R² rises from {first} to {last}" in told.alt
    text = " ".join(told.paragraphs)
    assert f"R² goes from {first} to {last}." in text
    assert f"a prediction is {sine['mae'][-1]:.3f} off on average." in text
    assert "To the right is x, upward y, in the units of the data: points are the data" in text
    assert "the mean of the squared differences between predicted and true numbers" in text
    text = " ".join(story.of(priced).paragraphs)
    assert "40 samples from the file houses.csv with 2 features and the number to predict" in text
    assert "10 of them are held out of training" in text
    assert f"and R² at {priced['validation_r2'][-1]:.3f}" in text
    assert "off on average, in the units of the data." in text
    assert "Each sample is a point: to the right its true price, upward the one" in text


def test_info_and_table_have_the_metrics(sine):
    facts = summary(sine)
    assert facts["final_r2"] == sine["r2"][-1]
    assert facts["best_r2"] == {"value": sine["r2"].max(), "epoch": int(sine["r2"].argmax())}
    assert facts["best_mae"] == {"value": sine["mae"].min(), "epoch": int(sine["mae"].argmin())}
    head, row = [*table(sine, range(0, 41, 40))][:2]
    assert head.split() == ["epoch", "loss", "r2", "mae", "lr"]
    assert float(row.split()[2].replace("−", "-")) == pytest.approx(sine["r2"][0], abs=1e-6)


def test_titles_units_and_axes_of_the_metrics():
    assert (title("r2", "regression"), title("mae", "regression")) == ("R²", "mean absolute error")
    assert quantity("r2_score") is quantity("r2")
    assert quantity("mean_absolute_error") is quantity("mae")
    assert Axis.of("r2", [np.array([-20.0, 0.5, 0.9])]) == Axis(-1.0, 1.0)
    assert Axis.of("r2", [np.array([0.5, 0.9])]).high <= 1.0
    assert Axis.of("r2", [np.array([-20.0, -4.0])]).low < -20
    german = {"mae": "mittlerer absoluter Fehler", "prediction": "Vorhersage", "sine": "Sinus"}
    assert german.items() <= language("de").words.items()
    keys = {*german, "r2", "data", "true_value", "predicted_value"}
    assert all(keys <= language(name).words.keys() for name in languages())


def test_of_many_samples_the_same_ones_are_shown():
    assert np.array_equal(shown(MAX_SAMPLES), np.arange(MAX_SAMPLES))
    some = shown(MAX_SAMPLES + 1)
    assert len(some) == MAX_SAMPLES
    assert (np.diff(some) > 0).all()
    assert np.array_equal(some, shown(MAX_SAMPLES + 1))


def test_a_race_of_regressions_is_led_by_the_lowest_loss(sine, tmp_path):
    scene = vizopt.load_scene("sine", SHORT | {"optimizer": {"kind": "sgd", "lr": 0.05}})
    slow = vizopt.record(scene, tmp_path / "sgd.zarr")
    stage = raced({"adam": sine, "sgd": slow})
    small = stage.panels["run-1"]
    assert (small.shown, small.columns) == ("fitted", ("loss", "r2", "lr"))
    assert stage.panels["curves"].columns == ("loss", "r2")  # rates stand above the curves
    assert stage.panels["standings"].by == "loss"


X = np.linspace(0, 4, 60)[:, None]
Y = 10 + 3 * X[:, 0] + np.sin(X[:, 0])


def logged(path, data, predict, **options):
    with vizopt.Run(path, data=data, predict=predict, **options) as run:
        for step in range(3):
            run.log(loss=1 / (step + 1))
    return vizopt.Recording(path)


@pytest.mark.parametrize("form", [lambda p: 2 * p[:, 0], lambda p: 2 * p], ids=["[n]", "[n, 1]"])
def test_numbers_of_somebody_elses_training_are_fitted(form, tmp_path):
    run = logged(tmp_path / "a.zarr", (X, Y[:, None]), form, target="height", features=["age"])
    assert (run.header.kind, run.header.target, run.header.axes) == (
        "regression",
        "height",
        ("age",),
    )
    mean, deviation = run["target_units"]
    assert run["targets"] * deviation + mean == pytest.approx(Y)
    places = np.linspace(*run["extent"], 400) * X.std() + X.mean()
    assert run.row("fitted", 0) * deviation + mean == pytest.approx(2 * places, abs=1e-5)
    assert "To the right is age, upward height" in " ".join(story.of(run).paragraphs)


def test_several_features_are_predicted_against_true(tmp_path):
    x = np.hstack([X, X**2])
    run = logged(tmp_path / "a.zarr", (x, Y), lambda p: p.sum(axis=1))
    mean, deviation = run["target_units"]
    assert run.row("predictions", 0) * deviation + mean == pytest.approx(x.sum(axis=1), abs=1e-5)
    assert "fitted" not in run.names
    assert run.header.axes == ()
    told = story.of(run)
    assert "Python code trains a model to predict y on 60 points" in told.alt


def test_predictions_of_another_shape_are_left_out_and_whole_numbers_need_a_name(tmp_path):
    with pytest.warns(VizoptWarning, match=r"gave \[400, 2\] float64, not \[400\]"):
        run = logged(tmp_path / "a.zarr", (X, Y), lambda p: np.hstack([p, p]))
    assert "fitted" not in run.names
    whole = np.arange(300)
    with pytest.raises(RecordingError, match=r'300 classes: 256 at most: .* it: target="price"'):
        vizopt.Run(tmp_path / "b.zarr", data=(whole, whole))
    run = logged(tmp_path / "c.zarr", (whole, whole), lambda p: p, target="price")
    assert run.header.target == "price"


def test_very_wide_samples_are_few_and_predicted_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.recording.checked.MAX_INPUT_NUMBERS", 6000)
    monkeypatch.setattr("vizopt.recording.asking.AT_ONCE", 64_000)
    seen = []
    x = RandomState(0).randn(70, 10, 10)

    def predict(points):
        seen.append(points.shape)
        return points[:, 0, :2]

    run = logged(tmp_path / "a.zarr", (x, np.arange(70) % 2), predict)
    assert len(run["labels"]) == 60
    assert {shape[1:] for shape in seen} == {(10, 10)}
    assert max(shape[0] for shape in seen) == 80
    assert run.header.external.note.endswith("the picture has 60 of 70 samples, as they are wide")


def test_a_book_style_regression_has_r2_and_error_of_its_data(tmp_path):
    class Dense:
        def __init__(self):
            self.weights, self.biases = np.full((1, 1), 2.0), np.zeros((1, 1))

        def forward(self, inputs):
            self.output = inputs @ self.weights + self.biases

    class Rule:
        learning_rate = 0.5

        def update_params(self, layer):
            layer.weights += 1

    layer, rule = Dense(), Rule()
    run = vizopt.numpy.record([layer], rule, tmp_path / "a.zarr", data=(X, Y), target="height")
    rule.update_params(layer)
    run.close()
    run = vizopt.Recording(tmp_path / "a.zarr")
    behind = [2 * X[:, 0] - Y, 3 * X[:, 0] - Y]
    assert run["mae"] == pytest.approx([abs(part).mean() for part in behind])
    around = ((Y - Y.mean()) ** 2).sum()
    assert run["r2"] == pytest.approx([1 - (part**2).sum() / around for part in behind])


def test_a_recording_tells_the_steps_that_were_logged(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr", epochs=2000) as run:
        for step in range(0, 100, 20):
            run.log(step=step, loss=1 / (step + 1), params=Layer(np.ones((2, 2)), np.zeros(2)))
    run = vizopt.Recording(tmp_path / "a.zarr")
    told = " ".join(story.of(run).paragraphs)
    assert "The recording holds 5 epochs that were logged, the last at epoch 80." in told
    assert summary(run)["logged"] == 5
    assert set(run.layout.shapes) == {"weight", "bias"}  # of a dataclass


@dataclass
class Layer:
    weight: np.ndarray
    bias: np.ndarray


def test_steps_that_were_fitted_again_are_called_so_above_the_picture(tmp_path):
    linear = pytest.importorskip("sklearn.linear_model")
    x = np.hstack([X, X**2]) / 16
    regressor = linear.SGDRegressor(random_state=0, max_iter=5, tol=None)
    vizopt.sklearn.fit(regressor, x, Y, tmp_path / "a.zarr")
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run.header.settings.endswith("SGDRegressor  ·  refitted")
    mean, deviation = run["target_units"]
    last = run.row("predictions", len(run) - 1) * deviation + mean
    assert last == pytest.approx(regressor.predict(x), abs=1e-4)


def test_what_scenes_are_made_of_can_be_imported():
    from vizopt.optimizers import Adam
    from vizopt.problems import RegressionSpec as Spec

    assert Adam is vizopt.optimizers.Adam
    assert Spec is RegressionSpec


def test_the_last_epoch_of_a_curve_stands_apart_from_the_next_curves_first(texts, tmp_path):
    few = {"keep.first": 1, "keep.every": 500, "keep.grid": 10}
    scene = vizopt.load_scene("sine", few)
    run = vizopt.record(scene, tmp_path / "sine.zarr")
    picture = planned_picture(run, scene, (1280, 720), 20.0, mode="still", large=True)
    ends = [(text, box) for text, box in texts.still(picture) if box[1] > 640]
    first = [box[0] for text, box in ends if text == "epoch 0"]
    last = [box[2] for text, box in ends if text == count(run.epochs - 1)]
    assert len(first) == len(last) == 3
    letter = 11 * 1.8  # px, and less where it is a narrow one
    for right, left in zip(sorted(last), sorted(first)[1:], strict=False):
        assert left - right > letter / 2
