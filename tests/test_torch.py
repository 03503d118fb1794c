"""A training in PyTorch is recorded as it is, and stays the same to the last bit."""

import copy
import pickle
import random
import re
import subprocess
import sys
import warnings
from itertools import pairwise

import numpy as np
import pytest
from loops import tight

import vizopt
from vizopt.core.errors import RecordingError, VizoptWarning
from vizopt.recording.quantities import title

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
from torch import nn  # noqa: E402

X = np.random.RandomState(0).normal(size=(60, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
INPUTS, LABELS = torch.from_numpy(X), torch.from_numpy(Y)


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.zarr"


def mlp(*sizes, norm=False):
    layers = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), *([nn.BatchNorm1d(b), nn.Dropout(0.3)] if norm else [])]
        layers.append(nn.Tanh())
    return nn.Sequential(*layers[:-1])


def trained(model, optimizer, steps, criterion=None, after=None):
    """A plain training; its losses."""
    criterion = criterion or nn.CrossEntropyLoss()
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(INPUTS), LABELS)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if after:
            after(losses[-1])
    return losses


def flat(model):
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


NETS = {
    "mlp": (lambda: mlp(2, 16, 16, 2), 30),
    "norm": (lambda: mlp(2, 16, 2, norm=True), 30),
    "270 k": (lambda: mlp(2, 512, 512, 2), 3),
    "1 M": (lambda: mlp(2, 1024, 1024, 2), 2),
}


@pytest.mark.parametrize("field", [False, True], ids=["alone", "field"])
@pytest.mark.parametrize("net", NETS)
def test_a_training_is_the_same_to_the_last_bit(net, field, path):
    make, steps = NETS[net]
    ends = []
    for recorded in (False, True):
        torch.manual_seed(1)
        model, criterion = make(), nn.CrossEntropyLoss()
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
        if recorded:
            data = (X, Y) if field else None
            with vizopt.torch.record(model, optimizer, path, data=data, loss=criterion):
                losses = trained(model, optimizer, steps, criterion)
        else:
            losses = trained(model, optimizer, steps, criterion)
        ends.append((losses, model.state_dict(), torch.rand(3)))
    (before, weights, drawn), (after, same, again) = ends
    assert before == after
    assert torch.equal(drawn, again)
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    run = vizopt.Recording(path)
    assert run["loss"][:-1].tolist() == before
    assert ("scores" in run.names) is field


def test_a_row_is_before_its_step_and_the_last_one_at_the_end(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    criterion, seen = nn.CrossEntropyLoss(), []
    optimizer.register_step_pre_hook(lambda *_: seen.append(flat(model)))
    norms = []
    optimizer.register_step_post_hook(
        lambda *_: norms.append(
            np.linalg.norm(np.concatenate([p.grad.ravel() for p in model.parameters()]))
        )
    )
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        trained(model, optimizer, 5, criterion)
    run = vizopt.Recording(path)
    assert run.header.unit == "step"
    assert run["step"].tolist() == [0, 1, 2, 3, 4, -1]
    assert np.array_equal(run["params"], [*seen, flat(model)])
    assert run["grad_norm"][:5] == pytest.approx(norms, rel=1e-5)
    moved = np.linalg.norm(np.diff(run["params"], axis=0), axis=1)
    assert moved == pytest.approx(0.5 * np.array(norms), rel=1e-4)
    np.testing.assert_array_equal(run["lr"], [0.5] * 5 + [np.nan])


@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
def test_a_step_that_a_grad_scaler_skips_is_none(fused, path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=fused)
    criterion = nn.CrossEntropyLoss()
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    losses, norms = [], []
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        for i in range(6):
            optimizer.zero_grad()
            loss = criterion(model(INPUTS), LABELS)
            loss = loss * float("inf") if i == 2 else loss
            scaler.scale(loss).backward()
            norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
            norms.append(norm.item() / scaler.get_scale())
            scaler.step(optimizer)
            scaler.update()
            losses.append(loss.item())
    del norms[2]
    run = vizopt.Recording(path)
    assert run["step"].tolist() == [0, 1, 2, 3, 4, -1]
    assert run["grad_norm"][:5] == pytest.approx(norms, rel=1e-4)  # not those that are scaled
    assert np.isfinite(run["loss"]).tolist() == [True] * 5 + [False]  # nothing measured the last
    assert all(np.diff(run["params"], axis=0).any(axis=1))
    assert np.array_equal(run["params"][-1], flat(model))


def test_a_loss_without_a_value_whose_step_was_skipped_is_left_out(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        criterion(model(INPUTS * float("nan")), LABELS)
        losses = trained(model, optimizer, 1, criterion)
    assert vizopt.Recording(path)["loss"][0] == losses[0]


def test_gradients_that_come_inside_of_a_step_are_recorded_as_lightning_has_them(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses, norms = [], []

    def closure():
        optimizer.zero_grad()
        loss = criterion(model(INPUTS), LABELS)
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        return loss

    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        for _ in range(4):
            optimizer.step(closure)
    run = vizopt.Recording(path)
    assert run["loss"][:4].tolist() == losses
    assert run["grad_norm"][:4] == pytest.approx(norms)
    moved = np.linalg.norm(np.diff(run["params"], axis=0), axis=1)
    assert moved == pytest.approx(0.5 * np.array(norms), rel=1e-4)


@pytest.mark.parametrize("named", [False, True])
def test_a_step_of_lbfgs_is_one_with_loss_and_gradient_before_it(path, named):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=5)
    losses, norms, firsts = [], [], []

    def closure():
        optimizer.zero_grad()
        loss = criterion(model(INPUTS), LABELS)
        loss.backward()
        losses.append(loss.item())
        every = [[p.grad for p in part.parameters()] for part in (model, model[0], model[2])]
        norms.append([torch.nn.utils.get_total_norm(grads).item() for grads in every])
        return loss

    with vizopt.torch.record(
        model, optimizer, path, loss=criterion, quantities=["grad_norm", "weight_norm"]
    ):
        for _ in range(3):
            firsts.append(len(losses))
            told = optimizer.step(closure=closure) if named else optimizer.step(closure)
            assert told.item() == losses[firsts[-1]]
    run = vizopt.Recording(path)
    assert len(losses) > 9
    np.testing.assert_array_equal(run["loss"], [losses[i] for i in firsts] + [np.nan])
    found = [run[column][:3] for column in ("grad_norm", "grad_norm.0", "grad_norm.2")]
    np.testing.assert_allclose(np.transpose(found), [norms[i] for i in firsts], rtol=1e-5)
    assert len(run) == 4


def test_accumulated_batches_are_one_step_with_their_mean_loss(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        for i in range(6):
            loss = criterion(model(INPUTS[i::6]), LABELS[i::6])
            (loss / 3).backward()
            losses.append(loss.item())
            with torch.no_grad():
                criterion(model(INPUTS), LABELS)  # validation is no loss of the training
            if i % 3 == 2:
                optimizer.step()
                optimizer.zero_grad()
    run = vizopt.Recording(path)
    assert run["step"].tolist() == [0, 1, -1]
    assert run["loss"][:2] == pytest.approx([np.mean(losses[:3]), np.mean(losses[3:])])


def test_what_is_told_is_of_the_step_that_was_done_last_alone(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    with vizopt.torch.record(model, optimizer, path, loss=criterion) as run:
        run.log(seconds=7)
        trained(model, optimizer, 1, criterion)
        run.log(accuracy=torch.tensor(0.25), loss=9.0)
        noted = trained(model, optimizer, 2, criterion)
        run.log(accuracy=0.75)
        with pytest.warns(VizoptWarning, match=r"mine.zarr: log: step: is known from"):
            run.log(step=3)
        assert repr(run) == f"<TorchRun {path}: 2 steps>"  # the third one waits
    run = vizopt.Recording(path)
    none = np.nan
    np.testing.assert_array_equal(run["seconds"], [7, none, none, none])
    np.testing.assert_array_equal(run["accuracy"], [0.25, none, 0.75, none])
    np.testing.assert_array_equal(run["loss"], [9, noted[0], noted[1], none])


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 4)
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.embed.weight


@pytest.mark.parametrize(
    ("wrap", "names"),
    [
        (lambda: mlp(2, 3, 2), ["0.weight", "0.bias", "2.weight", "2.bias"]),
        (lambda: nn.DataParallel(mlp(2, 3)), ["0.weight", "0.bias"]),
        (lambda: torch.compile(nn.DataParallel(mlp(2, 3))), ["0.weight", "0.bias"]),
        (lambda: nn.ModuleDict({"module": nn.Linear(2, 2)}), ["module.weight", "module.bias"]),
        (lambda: nn.Sequential(torch.compile(nn.Linear(2, 2))), ["0.weight", "0.bias"]),
        (Tied, ["embed.weight"]),
    ],
    ids=["plain", "parallel", "both", "called module", "part", "tied"],
)
def test_names_are_the_models_own_and_tied_arrays_there_once(wrap, names, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of what compiling takes
        model = wrap()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    vizopt.torch.record(model, optimizer, path).close()
    run = vizopt.Recording(path)
    assert [tensor.name for tensor in run.layout.tensors] == names
    if names == ["embed.weight"]:
        assert run.layout.grid("embed").inputs == 5  # an embedding's rows are its inputs


def test_groups_have_rates_of_their_own(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(
        [
            {"params": model[0].parameters(), "momentum": 0.9},
            {"params": model[2].parameters(), "lr": torch.tensor(0.25)},
        ],
        lr=0.5,
    )
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    criterion = nn.CrossEntropyLoss()
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        trained(model, optimizer, 3, criterion, after=lambda _: schedule.step())
    run = vizopt.Recording(path)
    np.testing.assert_array_equal(run["lr"], [0.5, 0.25, 0.125, np.nan])
    np.testing.assert_array_equal(run["lr.group2"], [0.25, 0.125, 0.0625, np.nan])
    own = run.header.external.groups
    assert own == ({"lr": 0.5, "momentum": 0.9}, {"lr": 0.25, "momentum": 0})


def test_the_rate_of_a_schedule_is_told_in_the_digits_somebody_chose(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=120)
    assert str(optimizer.param_groups[0]["lr"]) == "0.0020000000000000018"
    vizopt.torch.record(model, optimizer, path).close()
    header = vizopt.Recording(path).header
    assert header.settings == "AdamW, lr 0.002 (PyTorch)  ·  Sequential"
    assert header.external.settings["lr"] == 0.0020000000000000018


def test_who_trains_is_told(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.8, 0.99))
    vizopt.torch.record(model, optimizer, path, title="Mine").close()
    header = vizopt.Recording(path).header
    assert header.settings == "AdamW, lr 0.01 (PyTorch)  ·  Sequential"
    assert header.external.settings == {
        "lr": 0.01,
        "betas": "(0.8, 0.99)",
        "eps": 1e-8,
        "weight_decay": 0.01,
    }
    assert header.external.groups == ()
    assert header.versions["pytorch"] == torch.__version__


def test_arrays_that_come_later_are_said_once_and_not_recorded(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model[0].parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        trained(model, optimizer, 1, criterion)
        optimizer.add_param_group({"params": model[2].parameters(), "lr": 0.2})
        with pytest.warns(VizoptWarning) as told:
            trained(model, optimizer, 2, criterion)
    assert [str(w.message) for w in told] == [
        f"{path}: optimizer: 2 arrays more than at record(): not recorded: call it afterwards"
    ]
    run = vizopt.Recording(path)
    assert [tensor.name for tensor in run.layout.tensors] == ["0.weight", "0.bias"]
    assert run.epochs == 4


def test_what_is_frozen_is_recorded_if_the_optimizer_has_it(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    model[0].requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        trained(model, optimizer, 2, criterion)
        model[0].requires_grad_(True)
        trained(model, optimizer, 1, criterion)
    run = vizopt.Recording(path)
    first = run.layout.views(run["params"])["0.weight"]
    assert np.diff(first, axis=0).any(axis=(1, 2)).tolist() == [False, False, True]


def test_an_array_without_a_matrix_is_left_out(path):
    model = nn.Linear(2, 2)
    model.experts = nn.Parameter(torch.zeros(2, 3, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.warns(VizoptWarning, match=r"experts \[2, 3, 4\]: has no matrix .* left out"):
        vizopt.torch.record(model, optimizer, path).close()
    assert [t.name for t in vizopt.Recording(path).layout.tensors] == ["weight", "bias"]


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)


LINEAR = nn.Linear(2, 2)
REFUSED = {
    "model: ReLU has no parameters": (nn.ReLU(), sgd(LINEAR), {}),
    "model: function: is no torch.nn.Module": (mlp, sgd(LINEAR), {}),
    "optimizer: SGD has no parameter of this Linear: it is of another model": (
        nn.Linear(2, 2),
        sgd(LINEAR),
        {},
    ),
    "optimizer: 2 were given: a recording is of one: say which, as "
    "record(model, optimizers[0], …)": (
        LINEAR,
        [sgd(LINEAR), sgd(LINEAR)],
        {},
    ),
    "optimizer: Linear: is no torch.optim.Optimizer": (LINEAR, LINEAR, {}),
    "model: weight: torch.complex64: needs real numbers": (
        complex_ := nn.Linear(2, 2, dtype=torch.complex64),
        sgd(complex_),
        {},
    ),
    'model: weight is on "meta", without numbers: move the model': (
        meta := nn.Linear(2, 2, device="meta"),
        sgd(meta),
        {},
    ),
    "loss: cross_entropy: is no module: tell its value with log(loss=…)": (
        LINEAR,
        sgd(LINEAR),
        {"loss": nn.functional.cross_entropy},
    ),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_recorded_is_refused_in_one_line_before_the_training(line, path):
    model, optimizer, given = REFUSED[line]
    with pytest.raises(RecordingError) as told:
        vizopt.torch.record(model, optimizer, path, **given)
    assert str(told.value) == line
    assert not path.exists()
    if isinstance(optimizer, torch.optim.Optimizer):
        assert not optimizer._optimizer_step_pre_hooks


def test_a_lazy_model_has_to_see_a_batch(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.LazyLinear(2)
    with pytest.raises(RecordingError, match="weight has no shape yet: run one batch"):
        vizopt.torch.record(model, sgd(model), path)


def test_one_optimizer_has_one_recording_at_a_time(path, tmp_path):
    model = mlp(2, 3)
    optimizer = sgd(model)
    first = vizopt.torch.record(model, optimizer, path)
    with pytest.raises(RecordingError, match=r"this SGD is recorded already: close\(\) that"):
        vizopt.torch.record(model, optimizer, tmp_path / "second.zarr")
    first.close()
    first.close()
    vizopt.torch.record(model, optimizer, tmp_path / "second.zarr").close()


@pytest.mark.parametrize("steps", [0, 3])
def test_a_cell_that_broke_off_can_be_run_again(path, steps):
    model, criterion = mlp(2, 3), nn.CrossEntropyLoss()
    optimizer = sgd(model)
    vizopt.torch.record(model, optimizer, path, loss=criterion)  # and nobody closes it
    trained(model, optimizer, steps, criterion)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run = vizopt.torch.record(model, optimizer, path, loss=criterion)
    assert {each.filename for each in told} == {__file__}
    assert [str(each.message) for each in told] == [
        f"{path}: the run before was not closed: it ends here",
        f"{path}: interrupted: has the 3 steps before: draw it with: vizopt render {path}",
    ][: 1 + bool(steps)]
    assert len(optimizer._optimizer_step_post_hooks) == len(criterion._forward_hooks) == 1
    trained(model, optimizer, 2, criterion)
    run.close()
    assert vizopt.Recording(path)["step"].tolist() == [0, 1, -1]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"data": 3}, r"data: needs X and y: data=\(X, y\)"),
        ({"data": (X, Y[:3])}, "60 samples and labels"),
        ({"data": (X, Y), "classes": 3}, "classes=3: write it like"),
        ({"steps": "many"}, "steps: "),
        ({"size": "big"}, "size 'big': write it like"),
        ({"mode": "on"}, "mode: 'on': should be"),
        ({"title": 3}, 'title=3: write it like title="A training"'),
        ({"loss": nn.functional.mse_loss}, "loss: mse_loss: is no module"),
        ({"nope": 3}, 'torch.record: unknown keyword "nope": there are: classes, features, mode'),
        ({"modes": "new"}, 'torch.record: unknown keyword "modes": did you mean "mode"?'),
        ({"path": 3}, "3: should be one name or path"),
        ({"path": None}, "None: should be one name or path"),
    ],
)
def test_what_is_asked_wrongly_lets_the_open_run_go_on(path, wrong, words):
    model = mlp(2, 3, 2)
    optimizer = sgd(model)
    run = vizopt.torch.record(model, optimizer, path)
    with pytest.raises(vizopt.VizoptError, match=words) as error:
        vizopt.torch.record(model, optimizer, **{"path": path, **wrong})
    assert "\n" not in str(error.value)
    trained(model, optimizer, 2)
    run.close()
    assert vizopt.Recording(path)["step"].tolist() == [0, 1, -1]


def test_closed_it_leaves_every_object_as_it_was(path):
    model, criterion = mlp(2, 8, 2, norm=True), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters())
    objects = [*model.modules(), criterion, optimizer]
    before = [
        (set(vars(o)), {k: len(v) for k, v in vars(o).items() if "hooks" in k}) for o in objects
    ]
    with vizopt.torch.record(model, optimizer, path, data=(X, Y), loss=criterion):
        assert len(criterion._forward_hooks) == 1
        trained(model, optimizer, 2, criterion)
    after = [
        (set(vars(o)), {k: len(v) for k, v in vars(o).items() if "hooks" in k}) for o in objects
    ]
    assert before == after


def test_what_is_recorded_can_be_copied_and_pickled(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        for copied in (copy.deepcopy(criterion), pickle.loads(pickle.dumps(criterion))):
            copied(model(INPUTS), LABELS)
        pickle.loads(pickle.dumps((model, optimizer)))
        losses = trained(model, optimizer, 1, criterion)
    assert vizopt.Recording(path)["loss"][0] == losses[0]


def test_an_error_in_the_training_is_its_own_and_the_recording_kept(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def training():
        with vizopt.torch.record(model, optimizer, path):
            trained(model, optimizer, 3)
            raise ZeroDivisionError

    with (
        pytest.warns(VizoptWarning, match="interrupted: has the 3 steps before"),
        pytest.raises(ZeroDivisionError),
    ):
        training()
    assert vizopt.Recording(path).epochs == 3
    assert not optimizer._optimizer_step_pre_hooks


class Watched(nn.Module):
    """Tells how it is called, and counts in a buffer."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), mlp(16, 8, 2, norm=True))
        self.body[1][1].eval()  # a frozen norm
        self.register_buffer("calls", torch.zeros(1))
        self.seen = []

    def train(self, mode=True):
        raise AssertionError("it may do anything")

    def forward(self, x):
        self.calls += 1
        drawn = torch.rand(1)
        state = self.training, torch.is_grad_enabled(), torch.is_autocast_enabled("cpu")
        self.seen.append((x.shape[1:], x.dtype, *state, drawn))
        return self.body(x)


def test_the_plane_is_asked_without_a_trace(path):
    model = Watched().double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = np.random.RandomState(1).normal(size=(20, 1, 4, 4))
    flags = [module.training for module in model.modules()]
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    with torch.autocast("cpu"), vizopt.torch.record(model, optimizer, path, data=(x, Y[:20])):
        optimizer.step()
    assert torch.equal(torch.rand(2), wanted)
    assert [module.training for module in model.modules()] == flags
    assert model.calls == 0
    assert {call[:5] for call in model.seen} == {((1, 4, 4), torch.float64, False, False, False)}
    run = vizopt.Recording(path)
    assert run["points"].shape == (20, 2)
    assert run["scores"].shape[0] == 2


def test_the_plane_is_what_the_model_predicts_before_the_step(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
    asked = []

    def predict(points):
        found = model(torch.as_tensor(points, dtype=torch.float32))
        asked.append((flat(model), found.argmax(1).reshape(100, 100)))
        return found

    grids = {}
    for name, way in (("own", predict), ("default", None)):
        torch.manual_seed(4)
        model = mlp(2, 8, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
        place = path.with_name(f"{name}.zarr")
        with vizopt.torch.record(model, optimizer, place, data=(X, Y), predict=way):
            trained(model, optimizer, 3)
        grids[name] = np.asarray(vizopt.Recording(place)["scores"])
    run = vizopt.Recording(place)
    assert np.array_equal(grids["own"], grids["default"])
    for params, scores in zip(run["params"], run["scores"], strict=True):
        found = next(classes for weights, classes in asked if np.array_equal(weights, params))
        assert (np.asarray(scores).argmax(0) == found.numpy()).mean() > 0.99


def test_a_model_that_cannot_be_asked_leaves_the_plane_out_and_trains_on(path):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with (
        pytest.warns(
            VizoptWarning, match=r"mine.zarr: predict: raised RuntimeError.*left out"
        ) as told,
        vizopt.torch.record(model, optimizer, path, data=(X, Y)),
    ):
        optimizer.step()
    assert len(told) == 1
    run = vizopt.Recording(path)
    assert "scores" not in run.names
    assert "0.weight" in run.layout.shapes


def test_what_fails_in_a_hook_ends_the_recording_and_not_the_training(path):
    model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        trained(model, optimizer, 2, criterion)
        optimizer.param_groups[0]["lr"] = torch.tensor([0.1, 0.1])
        with pytest.warns(
            VizoptWarning, match=r"mine.zarr: ValueError: .* training goes on, not recorded$"
        ):
            optimizer_step(optimizer)
    assert vizopt.Recording(path).epochs >= 2
    assert not optimizer._optimizer_step_pre_hooks


def optimizer_step(optimizer):
    """A step that moves nothing: there are no gradients."""
    optimizer.zero_grad()
    optimizer.step()


@tight
def test_an_event_keeps_the_row_after_it_where_it_has_none(path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with vizopt.torch.record(model, optimizer, path, size="12 kB") as run:
        for i in range(300):
            trained(model, optimizer, 1)
            run.log(accuracy=0.6 if i >= 205 else 0.1)
    kept = vizopt.Recording(path)["epoch"].tolist()
    assert 206 in kept
    assert 204 not in kept
    assert len(kept) < 60


def test_without_torch_one_line_says_how_to_install_it(monkeypatch, path):
    monkeypatch.setitem(sys.modules, "torch", None)
    line = r'^torch is missing: install it with: pip install "vizopt\[torch\]"$'
    with pytest.raises(RecordingError, match=line):
        vizopt.torch.record(None, None, path)


def test_vizopt_alone_does_not_load_torch():
    code = "import sys, vizopt; vizopt.Run; vizopt.torch.record; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_norm_of_a_sparse_gradient_is_that_of_its_values(path):
    model = nn.Sequential(nn.Embedding(5, 3, sparse=True), nn.Linear(3, 1, bias=False))
    nn.init.ones_(model[1].weight)
    nn.init.ones_(model[0].weight)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path):
        model(torch.tensor([1, 1, 4])).sum().backward()
        optimizer.step()
    # Row 1 is used twice and row 4 once, (2² + 1²) · 3; each of three weights sums three ones.
    assert vizopt.Recording(path)["grad_norm"][0] == pytest.approx(np.sqrt(15 + 27))


def test_of_a_long_error_the_beginning_is_told(path):
    model = mlp(2, 4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path):
        trained(model, optimizer, 1)
        optimizer.param_groups[0]["lr"] = "word " * 2000
        with pytest.warns(VizoptWarning) as said:
            optimizer_step(optimizer)
    line = str(said[0].message)
    assert line.startswith(f"{path}: ValueError: could not convert string to float: ")
    assert line.endswith("word …: the training goes on, not recorded")
    assert len(line) < 400


def turned(model):
    model[0].weight.data = torch.zeros(2, 8)


def turned_in_place(model):
    model[0].weight.data = model[0].weight.data.view(2, 8)


def grown(model):
    model[0].weight.data = torch.zeros(16, 2)


def swapped(model):
    model[0].weight.data, model[0].bias.data = torch.zeros(8), torch.zeros(8, 2)


def bound_anew(model):
    model[0].weight = nn.Parameter(torch.zeros(8, 3))


def gone(model):
    model[0].bias = None


SHAPES = {  # what a line says of it
    turned: "params: 0.weight: has [2, 8], and had [8, 2] before: left out from here on",
    turned_in_place: "params: 0.weight: has [2, 8], and had [8, 2] before",
    grown: "params: 0.weight: has [16, 2], and had [8, 2] before",
    swapped: "params: 0.weight: has [8], and had [8, 2] before",
    bound_anew: "params: 0.weight: has [8, 3], and had [8, 2] before",
    gone: "params: 0.bias: is missing: log the same arrays each time",
}


@pytest.mark.parametrize("change", SHAPES)
def test_a_shape_that_changes_ends_the_rows_and_not_the_curves(change, path):
    model = mlp(2, 8, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with vizopt.torch.record(model, optimizer, path) as run:
        for step in range(8):
            if step == 4:
                change(model)
                with pytest.warns(VizoptWarning, match=re.escape(f"{path}: {SHAPES[change]}")):
                    optimizer_step(optimizer)
            else:
                optimizer_step(optimizer)
            run.log(loss=step)
    run = vizopt.Recording(path)
    assert run["epoch"].tolist() == [0, 1, 2, 3]
    assert run["loss"].tolist() == [*range(8)]


def test_a_parameter_that_is_bound_anew_is_followed(path):
    model, seen = mlp(2, 8, 2), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(lambda *_: seen.append(flat(model)))
    with vizopt.torch.record(model, optimizer, path):
        trained(model, optimizer, 3)
        model[2].weight = nn.Parameter(torch.ones(2, 8))
        optimizer.param_groups[0]["params"][2] = model[2].weight
        trained(model, optimizer, 3)
    run = vizopt.Recording(path)
    assert np.array_equal(run["params"], [*seen, flat(model)])
    norms = [float(run["grad_norm"][step]) for step in (2, 5)]
    assert norms[1] == pytest.approx(
        np.linalg.norm(np.concatenate([p.grad.numpy().ravel() for p in model.parameters()]))
    )


QUANTITIES = ("grad_norm", "update_ratio", "weight_norm")


@pytest.mark.parametrize("sparse", [False, True])
def test_quantities_are_those_of_autograd_for_all_and_for_each_layer(path, sparse):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(5, 4, sparse=sparse), nn.Linear(4, 3), nn.Linear(3, 2))
    model[2].requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    words, labels = torch.tensor([0, 1, 1, 3]), torch.tensor([0, 1, 1, 0])
    parts = {"": model, ".0": model[0], ".1": model[1], ".2": model[2]}
    wanted = {f"{name}{part}": [] for name in QUANTITIES for part in parts}

    def norm(tensors):
        return float(
            torch.cat([t.detach().to_dense().double().reshape(-1) for t in tensors]).norm()
        )

    with vizopt.torch.record(model, optimizer, path, quantities=iter(QUANTITIES)):
        for _ in range(3):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(words), labels).backward()
            before = {key: [p.clone() for p in part.parameters()] for key, part in parts.items()}
            optimizer.step()
            for key, part in parts.items():
                grads = [p.grad for p in part.parameters() if p.grad is not None]
                moved = [p - b for p, b in zip(part.parameters(), before[key], strict=True)]
                wanted[f"weight_norm{key}"].append(norm(before[key]))
                wanted[f"update_ratio{key}"].append(norm(moved) / norm(before[key]))
                if grads:
                    wanted[f"grad_norm{key}"].append(norm(grads))
    run = vizopt.Recording(path)
    assert not wanted.pop("grad_norm.2")  # nobody asked for its gradient
    assert "grad_norm.2" not in run.names
    for column, values in wanted.items():
        np.testing.assert_allclose(run[column][:3], values, rtol=1e-5, atol=1e-12, err_msg=column)


@pytest.mark.parametrize(
    ("rule", "settings", "kept"),
    [
        ("SGD", {"momentum": 0.9}, {"momentum_norm": "momentum_buffer"}),
        ("AdamW", {}, {"momentum_norm": "exp_avg", "second_moment_norm": "exp_avg_sq"}),
        (
            "RMSprop",
            {"momentum": 0.9},
            {"momentum_norm": "momentum_buffer", "second_moment_norm": "square_avg"},
        ),
        ("Adadelta", {}, {"second_moment_norm": "square_avg"}),
        ("Adafactor", {}, {}),
    ],
)
def test_norms_of_the_state_are_those_of_the_optimizers_own(path, rule, settings, kept):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    optimizer = getattr(torch.optim, rule)(model.parameters(), lr=0.1, **settings)
    asked = ["momentum_norm", "second_moment_norm"]
    parts = {"": model, ".0": model[0], ".2": model[2]}
    wanted = {f"{name}{part}": [] for name in kept for part in parts}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with vizopt.torch.record(model, optimizer, path, quantities=asked):
            for _ in range(3):
                optimizer.zero_grad()
                model(torch.randn(5, 4)).square().sum().backward()
                optimizer.step()
                for name, key in kept.items():
                    for part, module in parts.items():
                        own = [optimizer.state[p][key].flatten() for p in module.parameters()]
                        wanted[f"{name}{part}"].append(float(torch.cat(own).double().norm()))
    lacking = [name for name in asked if name not in kept]
    assert len(said) == len(lacking)
    for name, line in zip(lacking, said, strict=True):
        assert f"quantities: {name}: {rule} keeps none: left out" in str(line.message)
    run = vizopt.Recording(path)
    assert {name for name in run.names if "_norm" in name} == {"grad_norm", *wanted}
    for column, values in wanted.items():
        np.testing.assert_allclose(run[column][:3], values, rtol=1e-6, err_msg=column)
    assert title("momentum_norm.0", "network") == "momentum norm, 0"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, r'quantities=None: write it like quantities=\["grad_norm"\]'),
        (3, "quantities=3: write it"),
        (True, "quantities=True: write it"),
        ([["grad_norm"]], r"quantities: \['grad_norm'\]: "),
        (["grad_nrom"], 'quantities: grad_nrom: did you mean "grad_norm"'),
        ("grad_norm", r'quantities: needs a list: \["grad_norm"\]'),
    ],
)
def test_a_quantity_that_no_update_gives_is_a_line(path, given, line):
    model = mlp(2, 3)
    with pytest.raises(vizopt.VizoptError, match=line):
        vizopt.torch.record(model, sgd(model), path, quantities=given)
    assert not path.exists()


def test_a_resumed_training_is_as_one_that_was_not_broken_off(path, tmp_path):
    runs = []
    for parts in ((6,), (3, 3)):
        torch.manual_seed(1)
        model, criterion = mlp(2, 8, 2), nn.CrossEntropyLoss()
        optimizer, mode = torch.optim.Adam(model.parameters()), "new"
        for steps in parts:
            where = tmp_path / f"{len(parts)}.zarr"
            with vizopt.torch.record(model, optimizer, where, loss=criterion, mode=mode):
                trained(model, optimizer, steps, criterion)
            mode = "resume"
        runs.append(vizopt.Recording(where))
    assert runs[0]["step"].tolist() == [0, 1, 2, 3, 4, 5, -1]
    for column in ("step", "epoch", "loss", "lr", "grad_norm", "params"):
        assert np.array_equal(runs[0][column], runs[1][column], equal_nan=True), column


@pytest.mark.filterwarnings("ignore:.*interrupted")
@pytest.mark.parametrize("done", [20, 23, 25], ids=["before", "last", "not committed"])
def test_a_training_goes_on_from_a_checkpoint(done, path, tmp_path):
    """Its recording was broken off after 23 steps."""

    def begun():
        torch.manual_seed(1)
        model = mlp(2, 8, 2)
        return model, torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()

    for place, steps in ((tmp_path / "whole.zarr", 30), (path, 23)):
        model, optimizer, loss = begun()
        run = vizopt.torch.record(model, optimizer, place, loss=loss)
        trained(model, optimizer, steps, loss)
        if place == path:
            run.break_off()
        run.close()
    model, optimizer, loss = begun()
    trained(model, optimizer, done, loss)
    with vizopt.torch.record(model, optimizer, path, loss=loss, mode="resume", step=done):
        trained(model, optimizer, 30 - done, loss)
    whole, run = vizopt.Recording(tmp_path / "whole.zarr"), vizopt.Recording(path)
    kept = [i for i in range(31) if not 23 <= i < done]
    assert run.epochs == 31
    assert run["epoch"].tolist() == kept
    for column in ("loss", "grad_norm", "lr", "step"):
        np.testing.assert_array_equal(run[column][kept], whole[column][kept])
    assert np.array_equal(run["params"], whole["params"][kept])


def test_an_optimizer_that_has_done_fewer_steps_than_the_recording_is_said(path):
    model = mlp(2, 8, 2)
    for steps, mode in ((5, "new"), (3, "resume")):
        optimizer = torch.optim.Adam(model.parameters())
        if mode == "resume":
            trained(model, optimizer, steps)
            line = f"^{path}: has 5 steps, and this Adam has done 3: .*: from .* give step=3$"
            with pytest.warns(VizoptWarning, match=line):
                run = vizopt.torch.record(model, optimizer, path, mode=mode)
        else:
            run = vizopt.torch.record(model, optimizer, path)
        with run:
            trained(model, optimizer, steps)
    assert vizopt.Recording(path).epochs == 5 + 3 + 1


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"step": 3}, '^step=3: is for mode="resume"$'),
        ({"step": -1, "mode": "resume"}, "^step=-1: should be 0 or more$"),
        ({"step": 1.5, "mode": "resume"}, "^step: 1.5: should be a whole number$"),
    ],
)
def test_a_step_that_is_none_is_a_line(told, line, path):
    model = mlp(2, 8, 2)
    with pytest.raises(RecordingError, match=line):
        vizopt.torch.record(model, sgd(model), path, **told)


def test_a_rate_in_a_tensor_has_the_digits_somebody_wrote(path):
    model, rate = mlp(2, 8, 2), torch.tensor(0.01)
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": rate}]
    with vizopt.torch.record(model, torch.optim.Adam(groups, lr=0.1), path):
        pass
    assert [group["lr"] for group in vizopt.Recording(path).header.external.groups] == [0.1, 0.01]


class Noisy(nn.Module):
    """Draws from everybody's random numbers, while it evaluates too."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, points):
        drawn = random.random() + np.random.rand() + torch.rand(())
        return self.inner(points) * (1 + 0.1 * drawn)


def test_random_numbers_that_a_model_draws_are_those_without_a_recording(path):
    ends = []
    for recorded in (False, True):
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        model = Noisy()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        if recorded:
            with vizopt.torch.record(model, optimizer, path, data=(X, Y)):
                losses = trained(model, optimizer, 4)
        else:
            losses = trained(model, optimizer, 4)
        ends.append((losses, random.random(), np.random.rand(), torch.rand(()).item()))
    assert ends[0] == ends[1]
    assert "scores" in vizopt.Recording(path).columns
