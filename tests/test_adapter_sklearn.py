"""vizopt.sklearn: estimators fit as `fit` does, and are recorded."""

import pickle
import warnings

import numpy as np
import pytest

import vizopt
from vizopt.core.errors import VizoptWarning

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from scipy.special import huber
from sklearn import linear_model
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    SGDClassifier,
    SGDOneClassSVM,
    SGDRegressor,
)
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*(onverge|maximum iteration|lbfgs failed).*"),
    pytest.mark.filterwarnings("ignore::FutureWarning:sklearn"),
]

IRIS = load_iris()
X, y = IRIS.data, IRIS.target
FEW = {"random_state": 3, "max_iter": 12}
HAS_CALLBACKS = hasattr(LogisticRegression, "set_callbacks")

NETWORKS = {
    "adam": MLPClassifier((6,), learning_rate_init=0.01, batch_size=50, **FEW),
    "sgd": MLPClassifier(
        (6, 5), solver="sgd", learning_rate="adaptive", early_stopping=True, tol=0.1, **FEW
    ),
    "lbfgs": MLPClassifier((6,), solver="lbfgs", **FEW),
    "regressor": MLPRegressor(hidden_layer_sizes=(6,), learning_rate_init=0.01, **FEW),
}
LINEAR = {
    "logistic": LogisticRegression(max_iter=12),
    "saga": LogisticRegression(solver="saga", **FEW),
    "sgd": SGDClassifier(loss="log_loss", **FEW),
    "hinge": SGDClassifier(**FEW),
    "perceptron": Perceptron(max_iter=9),
    "regressor": SGDRegressor(learning_rate="adaptive", **FEW),
}
ALL = {f"{name}, network": e for name, e in NETWORKS.items()} | LINEAR


def last(estimator):
    return last(estimator.steps[-1][1]) if hasattr(estimator, "steps") else estimator


def weights(estimator):
    """The weights of the first layer, [inputs, outputs]."""
    final = last(estimator)
    return final.coefs_[0] if hasattr(final, "coefs_") else np.atleast_2d(final.coef_).T


def target(estimator):
    return X[:, 0] if "Regressor" in str(estimator) else y


@pytest.mark.parametrize("scaled", [False, True], ids=["alone", "scaled"])
@pytest.mark.parametrize("name", ALL)
def test_it_fits_as_fit_does_and_is_left_as_fit_leaves_it(name, scaled, tmp_path):
    estimator = clone(ALL[name])
    if scaled:
        estimator = make_pipeline(StandardScaler(), estimator)
    plain = clone(estimator).fit(X, target(estimator))
    before = {key for key in vars(last(plain)) if not key.startswith("_callback")}
    path = tmp_path / "mine.zarr"
    assert vizopt.sklearn.fit(estimator, X, target(estimator), path) is estimator
    np.testing.assert_array_equal(weights(estimator), weights(plain))
    np.testing.assert_array_equal(estimator.predict(X), plain.predict(X))
    assert getattr(last(estimator), "loss_curve_", 0) == getattr(last(plain), "loss_curve_", 0)
    assert vars(last(estimator)).keys() == before
    assert vars(last(clone(estimator))).keys() == vars(last(clone(plain))).keys()
    np.testing.assert_array_equal(weights(pickle.loads(pickle.dumps(estimator))), weights(plain))
    run = vizopt.Recording(path)
    layer = run.layout.layers[0]
    rows = run.layout.weights_of(layer, run["params"])
    np.testing.assert_array_equal(rows[-1], weights(plain))
    assert len({row.tobytes() for row in rows}) >= len(rows) - 2, "each row is of its own step"
    score = "r2" if "Regressor" in str(estimator) else "accuracy"
    assert run[score][-1] == plain.score(X, target(estimator))
    assert ("scores" in run.columns) == (score == "accuracy")


@pytest.mark.parametrize("name", ["adam", "hinge"])
def test_a_pipeline_in_a_pipeline_is_gone_into(name, tmp_path):
    inner = make_pipeline(PCA(3), make_pipeline(clone((NETWORKS | LINEAR)[name])))
    estimator = make_pipeline(StandardScaler(), inner)
    plain = clone(estimator).fit(X, y)
    vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    np.testing.assert_array_equal(weights(estimator), weights(plain))
    run = vizopt.Recording(tmp_path / "mine.zarr")
    rows = run.layout.weights_of(run.layout.layers[0], run["params"])
    np.testing.assert_array_equal(rows[-1], weights(plain))
    assert run["accuracy"][-1] == plain.score(X, y)
    kind = type(last(estimator)).__name__
    assert run.header.external.model == f"StandardScaler → PCA → {kind}"
    assert "scores" in run.columns


def test_a_networks_epochs_are_those_of_its_loss_curve(tmp_path):
    fitted = vizopt.sklearn.fit(clone(NETWORKS["adam"]), X, y, tmp_path / "mine.zarr")
    run = vizopt.Recording(tmp_path / "mine.zarr")
    curve = fitted.loss_curve_
    np.testing.assert_array_equal(run["loss"], [*curve, np.nan])
    np.testing.assert_array_equal(run["lr"], [0.01] * 12 + [np.nan])
    assert (run.layout.layers, run.header.unit) == (("hidden1", "output"), "epoch")
    start = MLPClassifier((6,), **{**FEW, "max_iter": 1}, learning_rate_init=1e-30).fit(X, y)
    np.testing.assert_allclose(run.weights("hidden1", epoch=0)[:4], start.coefs_[0], atol=1e-25)
    three = clone(NETWORKS["adam"]).set_params(max_iter=3).fit(X, y)
    np.testing.assert_array_equal(run.weights("hidden1", epoch=3)[:4], three.coefs_[0])
    assert run["accuracy"][3] == three.score(X, y)
    by = run.header.external
    assert (by.framework, by.model, by.optimizer) == ("scikit-learn", "MLPClassifier", "Adam")
    assert by.settings["learning_rate"] == 0.01


def test_the_plane_is_what_the_network_of_that_epoch_predicts(tmp_path):
    pair = X[:, :2]
    estimator = make_pipeline(StandardScaler(), clone(NETWORKS["adam"]))
    vizopt.sklearn.fit(estimator, pair, y, tmp_path / "mine.zarr", features=["length", "width"])
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run.header.axes == ("length", "width")
    early = clone(estimator).set_params(mlpclassifier__max_iter=3).fit(pair, y)
    x0, x1, y0, y1 = run["extent"]
    side = run["scores"].shape[-1]
    across, up = np.meshgrid(np.linspace(x0, x1, side), np.linspace(y1, y0, side))
    scale = pair.std(axis=0)
    points = np.stack([across.ravel(), up.ravel()], axis=1) * scale + pair.mean(axis=0)
    predicted = early.predict(points).reshape(side, side)
    assert (run.row("scores", 3).argmax(axis=0) == predicted).mean() > 0.999


def test_early_stopping_tells_the_points_held_out(tmp_path):
    fitted = vizopt.sklearn.fit(clone(NETWORKS["sgd"]), X, y, tmp_path / "mine.zarr")
    run = vizopt.Recording(tmp_path / "mine.zarr")
    np.testing.assert_array_equal(run["val_accuracy"][1:], fitted.validation_scores_)
    assert np.isnan(run["val_accuracy"][0])
    assert run.layout.layers == ("hidden1", "hidden2", "output")


def test_lbfgs_is_recorded_by_evaluations(tmp_path):
    fitted = vizopt.sklearn.fit(clone(NETWORKS["lbfgs"]), X, y, tmp_path / "mine.zarr")
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run.header.unit == "step"
    assert run.header.external.note == "a step is an evaluation of the loss"
    assert run["loss"][-1] == fitted.loss_ == run["loss"].min()
    assert run.epochs > fitted.n_iter_


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn before 1.9")
def test_callbacks_tell_the_iterations_of_logistic_regression(tmp_path):
    estimator = clone(LINEAR["logistic"])
    vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run.epochs == estimator.n_iter_[0] + 1
    assert run.header.external.note == "a step is an iteration"
    assert not run.weights("linear", epoch=0).any()
    five = clone(estimator).set_params(max_iter=5).fit(X, y)
    np.testing.assert_allclose(run.weights("linear", epoch=5)[:4], five.coef_.T, rtol=1e-12)
    assert run["loss"][5] == pytest.approx(log_loss(y, five.predict_proba(X)), rel=1e-12)


@pytest.mark.parametrize("name", ["saga", "sgd", "hinge", "perceptron"])
def test_refits_are_called_so_and_are_the_first_epochs(name, tmp_path):
    estimator = clone(LINEAR[name])
    vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run.header.external.note == "refitted: the first k epochs again for each k"
    assert run.epochs == np.max(estimator.n_iter_) + 1
    assert not run.weights("linear", epoch=0).any()
    four = clone(estimator).set_params(max_iter=4).fit(X, y)
    np.testing.assert_array_equal(run.weights("linear", epoch=4)[:4], four.coef_.T)
    assert run["accuracy"][4] == four.score(X, y)
    loss = run["loss"][4]
    if hasattr(four, "predict_proba"):
        assert loss == log_loss(y, four.predict_proba(X))
    else:
        signs = np.where(y[:, None] == four.classes_, 1, -1)
        wanted = name == "hinge"
        margins = np.maximum(0, wanted - signs * four.decision_function(X))
        assert loss == pytest.approx(margins.mean())


@pytest.mark.parametrize(
    ("estimator", "settings"),
    [
        (SGDClassifier(**FEW), {}),  # its schedule, "optimal", has no use for eta0
        (SGDClassifier(learning_rate="constant", eta0=0.5, **FEW), {"eta0": 0.5}),
        (Perceptron(max_iter=2), {"eta0": 1.0}),
    ],
)
def test_a_rate_is_told_where_it_is_used(estimator, settings, tmp_path):
    vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    assert vizopt.Recording(tmp_path / "mine.zarr").header.external.settings == settings


def test_a_long_fit_is_refitted_by_octaves(tmp_path):
    estimator = SGDClassifier(random_state=0, max_iter=150, tol=None)
    vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    kept = vizopt.Recording(tmp_path / "mine.zarr")["epoch"].tolist()
    assert kept == [*range(64), *range(64, 128), *range(128, 151, 2)]


def test_a_table_has_its_own_names(tmp_path):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.DataFrame(X[:, :2], columns=["petal", "sepal"])
    labels = pandas.Series(IRIS.target_names[y])
    estimator = make_pipeline(StandardScaler(), clone(NETWORKS["adam"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # "X does not have valid feature names"
        warnings.filterwarnings("ignore", ".*onverge.*")
        vizopt.sklearn.fit(estimator, table, labels, tmp_path / "mine.zarr")
    header = vizopt.Recording(tmp_path / "mine.zarr").header
    assert header.axes == ("petal", "sepal")
    assert header.classes == ("setosa", "versicolor", "virginica")


def test_sample_weights_go_to_fit(tmp_path):
    heavy = {"sample_weight": np.linspace(0.1, 1, len(y))}
    for estimator in (NETWORKS["adam"], LINEAR["hinge"]):
        plain = clone(estimator).fit(X, y, **heavy)
        mine = vizopt.sklearn.fit(clone(estimator), X, y, tmp_path / "m.zarr", fit_params=heavy)
        np.testing.assert_array_equal(weights(mine), weights(plain))
        run = vizopt.Recording(tmp_path / "m.zarr")
        rows = run.layout.weights_of(run.layout.layers[0], run["params"])
        np.testing.assert_array_equal(rows[-1], weights(plain))


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (RandomForestClassifier(), "RandomForestClassifier: has no steps .* these have: MLPClass"),
        (LogisticRegressionCV(), "LogisticRegressionCV: has no steps that can be recorded"),
        (SGDOneClassSVM(), "SGDOneClassSVM: has no steps that can be recorded"),
        (make_pipeline(StandardScaler()), "StandardScaler: has no steps that can be recorded"),
        (SGDClassifier(), "SGDClassifier: random_state: None: needs a whole number"),
        (SGDClassifier(random_state=0, warm_start=True), "SGDClassifier: warm_start: "),
    ],
)
def test_what_cannot_be_recorded_is_one_line_before_the_fit(estimator, words, tmp_path):
    with pytest.raises(vizopt.VizoptError, match=words) as error:
        vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    assert "\n" not in str(error.value)
    assert not hasattr(last(estimator), "coef_")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"fit_params": 3}, "sklearn.fit: fit_params=3: write it like fit_params={"),
        ({"nope": 3}, 'sklearn.fit: unknown keyword "nope": there are: classes'),
        ({"path": 3}, "3: should be one name or path"),
        ({"size": "big"}, "size 'big': write it like"),
    ],
)
def test_what_is_asked_wrongly_is_one_line_before_the_fit(wrong, words, tmp_path):
    estimator = SGDClassifier(random_state=0)
    with pytest.raises(vizopt.VizoptError, match=words):
        vizopt.sklearn.fit(estimator, X, y, **{"path": tmp_path / "a.zarr", **wrong})
    assert not hasattr(estimator, "coef_")


def test_samples_that_have_no_plane_are_fitted_all_the_same(tmp_path):
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(X)
    plain = clone(NETWORKS["adam"]).fit(sparse, y)
    with pytest.warns(VizoptWarning, match="the picture of the data is left out") as told:
        mine = vizopt.sklearn.fit(clone(NETWORKS["adam"]), sparse, y, tmp_path / "mine.zarr")
    assert sum(warning.category is VizoptWarning for warning in told) == 1
    np.testing.assert_array_equal(weights(mine), weights(plain))
    assert vizopt.Recording(tmp_path / "mine.zarr")["loss"][0] == plain.loss_curve_[0]


def test_an_error_of_fit_is_the_users_own_and_leaves_the_estimator_clean(tmp_path):
    estimator = clone(NETWORKS["adam"]).set_params(activation="none")
    with pytest.raises(ValueError, match="activation"):
        vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    assert vars(estimator).keys() == vars(clone(estimator)).keys()


def test_what_goes_wrong_in_recording_leaves_the_fit_alone(tmp_path, monkeypatch):
    plain = clone(NETWORKS["adam"]).fit(X, y)

    def broken(*args):
        raise RuntimeError("no memory\nleft")

    monkeypatch.setattr("vizopt.adapters.sklearn_network.held", broken)
    with pytest.warns(VizoptWarning) as told:
        mine = vizopt.sklearn.fit(clone(NETWORKS["adam"]), X, y, tmp_path / "mine.zarr")
    np.testing.assert_array_equal(weights(mine), weights(plain))
    said = [str(warning.message) for warning in told if warning.category is VizoptWarning]
    assert len(said) == 1
    assert said[0].endswith("weights: RuntimeError('no memory\\nleft'): left out")


def test_a_resumed_fit_goes_on_with_the_weights_that_it_ended_with(tmp_path):
    network = clone(NETWORKS["adam"]).set_params(max_iter=3, warm_start=True)
    for mode in ("new", "resume"):
        vizopt.sklearn.fit(network, X, y, tmp_path / "mine.zarr", mode=mode)
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run["step"].tolist() == [0, 1, 2, 3, 4, 5, -1]
    assert len(run) == 7
    np.testing.assert_array_equal(run["loss"], [*network.loss_curve_, np.nan])


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn below 1.9")
def test_resumed_iterations_go_on_with_the_weights_that_they_ended_with(tmp_path):
    linear = LogisticRegression(max_iter=4, warm_start=True)
    for mode in ("new", "resume"):
        vizopt.sklearn.fit(linear, X, y, tmp_path / "mine.zarr", mode=mode)
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run["step"].tolist() == [*range(8), -1]
    assert (abs(np.diff(run["params"], axis=0)).sum(axis=1) > 0).all()  # no row comes twice
    np.testing.assert_array_equal(
        run["params"][-1][: weights(linear).size], weights(linear).ravel()
    )
    assert run["loss"][-1] == pytest.approx(log_loss(y, linear.predict_proba(X)))


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "perceptron", "modified_huber"])
@pytest.mark.parametrize("classes", [2, 3])
def test_the_loss_is_the_one_that_an_estimator_reduces(loss, classes, tmp_path):
    inner = pytest.importorskip("sklearn.linear_model._sgd_fast")
    own = {
        "hinge": inner.Hinge(),
        "squared_hinge": inner.SquaredHinge(),
        "perceptron": inner.Hinge(0.0),
        "modified_huber": inner.ModifiedHuber(),
    }[loss]
    some = y < classes
    names = np.array(["a", "b", "c"])[y[some]]
    estimator = SGDClassifier(loss=loss, random_state=3, max_iter=2, eta0=0.01)
    vizopt.sklearn.fit(estimator, X[some], names, tmp_path / "mine.zarr")
    scores = estimator.decision_function(X[some]).reshape(len(names), -1)
    signs = np.where(names[:, None] == estimator.classes_[-scores.shape[1] :], 1.0, -1.0)
    wanted = [own.py_loss(*pair) for pair in zip(signs.ravel(), scores.ravel(), strict=True)]
    assert vizopt.Recording(tmp_path / "mine.zarr")["loss"][-1] == pytest.approx(np.mean(wanted))


@pytest.mark.parametrize("loss", ["huber", "epsilon_insensitive", "squared_epsilon_insensitive"])
def test_the_loss_of_a_regression_is_the_one_that_it_reduces(loss, tmp_path):
    estimator = SGDRegressor(loss=loss, epsilon=0.3, **FEW)
    vizopt.sklearn.fit(estimator, X[:, :3], X[:, 3], tmp_path / "mine.zarr")
    off = X[:, 3] - estimator.predict(X[:, :3])
    beyond = np.array([max(abs(r) - 0.3, 0) for r in off])
    wanted = {"huber": huber(0.3, off), "epsilon_insensitive": beyond}.get(loss, beyond**2)
    assert vizopt.Recording(tmp_path / "mine.zarr")["loss"][-1] == pytest.approx(np.mean(wanted))


@pytest.mark.parametrize(
    ("make", "optimizer"),
    [
        (lambda: SGDClassifier(**FEW), "SGD"),
        (lambda: LogisticRegression(solver="saga", **FEW), "saga"),
        (lambda: linear_model.PassiveAggressiveClassifier(**FEW), "passive-aggressive"),
        (lambda: SGDClassifier(learning_rate="pa2", eta0=1, **FEW), "passive-aggressive"),
    ],
    ids=["sgd", "saga", "class", "rate"],
)
def test_the_optimizer_is_named_as_it_is(make, optimizer, tmp_path):
    try:
        estimator = make()
        vizopt.sklearn.fit(estimator, X, y, tmp_path / "mine.zarr")
    except (AttributeError, ValueError) as error:  # before 1.8 no such rate, from 1.10 on no class
        pytest.skip(str(error))
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run.header.external.optimizer == optimizer
    assert run.weights("linear", epoch=run.epochs - 1).T.tolist()[0] == estimator.coef_[0].tolist()
