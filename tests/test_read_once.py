"""Names and data come as whatever has an order: the columns of a table, the keys of a mapping, an
array, an iterator, which can be read but once."""

import books
import numpy as np
import pytest

import vizopt
from vizopt import VizoptError

X = np.random.RandomState(0).normal(size=(60, 2))
Y = np.arange(60) % 3
FEATURES = {"length": 0, "width": 1}
CLASSES = {"cat": 0, "dog": 1, "owl": 2}
FORMS = {
    "list": list,
    "array": lambda names: np.array([*names]),
    "keys": lambda names: names.keys(),
    "iterator": iter,
}


def own(path, data, **options):
    with vizopt.Run(path, data=data, predict=lambda p: p @ np.ones((2, 3)), **options) as run:
        run.log(loss=1.0)


def of_torch(path, data, **options):
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 3, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path, data=data, **options):
        model(torch.ones(1, 2, dtype=torch.float64)).sum().backward()
        optimizer.step()


def of_sklearn(path, data, **options):
    networks = pytest.importorskip("sklearn.neural_network")
    estimator = networks.MLPClassifier((2,), max_iter=2, solver="sgd", tol=0, n_iter_no_change=9)
    vizopt.sklearn.fit(estimator, *data, path, **options)


def of_numpy(path, data, **options):
    runs = []

    def seen(layers, optimizer, loss):
        runs.append(vizopt.numpy.record(layers, optimizer, path, loss=loss, data=data, **options))

    books.book(X, Y, 2, seen)
    runs[0].close()


RECORDED = {"Run": own, "torch": of_torch, "sklearn": of_sklearn, "numpy": of_numpy}
each = pytest.mark.parametrize("recorded", RECORDED.values(), ids=RECORDED)


@pytest.mark.filterwarnings("ignore:.*onverge")
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@each
def test_names_of_every_form_are_those_of_the_recording(tmp_path, recorded, form):
    path = tmp_path / "a.zarr"
    recorded(path, (X, Y), features=form(FEATURES), classes=form(CLASSES))
    header = vizopt.Recording(path).header
    assert (header.axes, header.classes) == (("length", "width"), ("cat", "dog", "owl"))


@pytest.mark.filterwarnings("ignore:.*onverge")
@each
def test_the_columns_of_a_table_are_names_of_features(tmp_path, recorded):
    pandas = pytest.importorskip("pandas")
    columns = pandas.DataFrame(X, columns=[*FEATURES]).columns
    recorded(tmp_path / "a.zarr", (X, Y), features=columns)
    assert vizopt.Recording(tmp_path / "a.zarr").header.axes == ("length", "width")


@pytest.mark.parametrize("form", [iter, list, lambda data: dict(enumerate(data)).values()])
@pytest.mark.parametrize("recorded", [own, of_torch, of_numpy])
def test_data_of_every_form_are_those_of_the_recording(tmp_path, recorded, form):
    recorded(tmp_path / "a.zarr", form((X, Y)))
    np.testing.assert_array_equal(vizopt.Recording(tmp_path / "a.zarr")["labels"], Y)


WRONG = [{"a", "b"}, frozenset("ab"), "ab", b"ab", 3, np.array("a")]


@pytest.mark.parametrize(
    ("recorded", "name", "wrong"),
    [
        *((own, name, wrong) for name in ("classes", "features") for wrong in WRONG),
        *((each, "classes", WRONG[0]) for each in (of_torch, of_sklearn, of_numpy)),
    ],
)
def test_what_has_no_order_is_no_list_of_names(tmp_path, recorded, name, wrong):
    with pytest.raises(VizoptError, match=f"{name}.*: write it like "):
        recorded(tmp_path / "a.zarr", (X, Y), **{name: wrong})
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["unit", "mode", "convention"])
def test_several_choices_are_no_choice(tmp_path, name):
    told = rf"""^{name}: array\(\['epoch.*: should be ".* or "\w+"$"""
    with pytest.raises(VizoptError, match=told):
        vizopt.Run(tmp_path / "a.zarr", **{name: np.array(["epoch", "step"])})
