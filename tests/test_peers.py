"""Update rules and schedules against PyTorch; Lion and Muon against their papers' pseudo-code."""

import numpy as np
import pytest

from vizopt.layout import Layout
from vizopt.optimizers import OPTIMIZERS, AdaGrad, Adam, Lion, Momentum, Muon, RMSProp
from vizopt.optimizers.muon import orthogonal
from vizopt.schedules import SCHEDULES, InverseDecay, PerBatch

STEPS = 1000
LAYOUT = Layout.of({"dense1.weights": (3, 4), "dense1.biases": (4,)})


def bowl(x):
    """A stretched bowl: curvatures from 0.1 to 10."""
    scale = np.geomspace(0.1, 10, len(x))
    return scale * (x - 1)


def cosh(x):
    """Nearly straight far away, round in the middle: the gradient of Σ log cosh."""
    return np.tanh(x) + 0.1 * x


RANDOM = np.random.RandomState(7)
FEATURES, LABELS = RANDOM.randn(40, 16), RANDOM.randint(0, 2, 40)


def logistic(x):
    """Logistic regression on 40 samples with a little L2."""
    p = 1 / (1 + np.exp(-FEATURES @ x))
    return FEATURES.T @ (p - LABELS) / 40 + 0.01 * x


PROBLEMS = {"bowl": bowl, "cosh": cosh, "logistic": logistic}
START = np.random.RandomState(3).randn(16)

# kind, our arguments, torch's class, its arguments
PEERS = [
    ("sgd", {"lr": 0.05}, "SGD", {"lr": 0.05}),
    ("momentum", {"lr": 0.01}, "SGD", {"lr": 0.01, "momentum": 0.9}),
    ("momentum-torch", {"lr": 0.01}, "SGD", {"lr": 0.01, "momentum": 0.9}),
    ("nesterov", {"lr": 0.01}, "SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    ("nesterov-keras", {"lr": 0.01}, "SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    ("adagrad", {"lr": 0.1, "epsilon": 1e-10}, "Adagrad", {"lr": 0.1}),
    ("adadelta", {"lr": 1.0}, "Adadelta", {"lr": 1.0}),
    ("rmsprop", {"lr": 0.01, "rho": 0.99, "epsilon": 1e-8}, "RMSprop", {"lr": 0.01}),
    ("adam", {"lr": 0.01, "epsilon": 1e-8}, "Adam", {"lr": 0.01}),
    ("amsgrad", {"lr": 0.01}, "Adam", {"lr": 0.01, "amsgrad": True}),
    ("adamw", {"lr": 0.01}, "AdamW", {"lr": 0.01}),
    ("adamax", {"lr": 0.01}, "Adamax", {"lr": 0.01}),
    # Torch's default rate; at 0.01 the logistic run swings and doubles rounding in every step.
    ("nadam", {"lr": 0.002}, "NAdam", {"lr": 0.002}),
    ("radam", {"lr": 0.01}, "RAdam", {"lr": 0.01}),
    ("rprop", {"lr": 0.01}, "Rprop", {"lr": 0.01}),
]


def ours(optimizer, grad, steps=STEPS, start=START):
    params, state = start.copy(), optimizer.init(start, LAYOUT)
    path = []
    for step in range(steps):
        delta, state = optimizer.update(step, params, grad(params), state)
        params = params + delta
        path.append(params)
    return np.array(path)


def theirs(torch, name, arguments, grad):
    params = torch.tensor(START.copy(), dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([params], foreach=False, **arguments)
    path = []
    for _ in range(STEPS):
        params.grad = torch.tensor(grad(params.detach().numpy()), dtype=torch.float64)
        optimizer.step()
        path.append(params.detach().numpy().copy())
    return np.array(path)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("kind", "mine", "name", "arguments"), PEERS, ids=lambda v: str(v)[:14])
def test_each_rule_follows_pytorch(kind, mine, name, arguments, problem):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    grad = PROBLEMS[problem]
    a = ours(OPTIMIZERS[kind](**mine), grad)
    torch.set_default_dtype(torch.float64)  # NAdam keeps a scalar in the default precision
    try:
        b = theirs(torch, name, arguments, grad)
    finally:
        torch.set_default_dtype(torch.float32)
    assert abs(a - b).max() <= 1e-9 * abs(b).max()
    assert abs(a[-1] - START).max() > 0.1  # it went somewhere


def test_every_rule_has_a_peer():
    assert set(OPTIMIZERS) == {kind for kind, *_ in PEERS} | {"lion", "muon"}


def test_the_books_defaults_are_the_books():
    assert (Adam(lr=1.0).epsilon, AdaGrad(lr=1.0).epsilon, RMSProp(lr=1.0).epsilon) == (1e-7,) * 3
    assert (Adam(lr=1.0).beta_1, Adam(lr=1.0).beta_2, RMSProp(lr=1.0).rho) == (0.9, 0.999, 0.9)


def test_the_two_momentums_differ_while_the_rate_changes():
    schedule = InverseDecay(initial=0.01, decay=0.01)
    book = ours(Momentum(lr=schedule), cosh)
    torch = ours(OPTIMIZERS["momentum-torch"](lr=schedule), cosh)
    assert abs(book - torch).max() > 1e-4


@pytest.mark.parametrize("problem", PROBLEMS)
def test_lion_follows_its_paper(problem):
    """Chen et al. 2023, algorithm 2, line by line, for one parameter after the other."""
    beta1, beta2, eta, lambda_ = 0.9, 0.99, 0.003, 0.1
    theta, m = [float(v) for v in START], [0.0] * len(START)
    path = []
    for _ in range(STEPS):
        g = PROBLEMS[problem](np.array(theta))
        for i in range(len(theta)):
            c = beta1 * m[i] + (1 - beta1) * g[i]
            sign = int(c > 0) - int(c < 0)
            theta[i] = theta[i] - eta * (sign + lambda_ * theta[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g[i]
        path.append(list(theta))
    a = ours(Lion(lr=eta, decay=lambda_), PROBLEMS[problem])
    assert abs(a - np.array(path)).max() <= 1e-9 * abs(a).max()


def newton_schulz(G, steps=5):
    """Jordan's zeropower_via_newtonschulz5, for a matrix as PyTorch stores it [outputs, inputs]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G / (np.sqrt((G * G).sum()) + 1e-7)
    if G.shape[0] > G.shape[1]:
        X = X.T
    for _ in range(steps):
        A = X.dot(X.T)
        B = b * A + c * A.dot(A)
        X = a * X + B.dot(X)
    return X.T if G.shape[0] > G.shape[1] else X


@pytest.mark.parametrize("problem", PROBLEMS)
def test_muon_follows_its_paper(problem):
    """Jordan et al. 2024 for the 3×4 matrix, AdamW as in the authors' code for the 4 biases."""
    lr, beta, adam_lr, decay = 0.01, 0.95, 3e-4, 0.1
    W, bias = START[:12].reshape(3, 4).T.copy(), START[12:].copy()
    buffer = np.zeros_like(W)
    m, v = np.zeros(4), np.zeros(4)
    path = []
    for t in range(1, STEPS + 1):
        g = PROBLEMS[problem](np.concatenate([W.T.ravel(), bias]))
        G, g = g[:12].reshape(3, 4).T, g[12:]
        buffer = buffer + (G - buffer) * (1 - beta)  # lerp
        update = G + (buffer - G) * beta  # lerp again: Nesterov
        update = newton_schulz(update) * max(1, W.shape[0] / W.shape[1]) ** 0.5
        W = W * (1 - lr * decay) - lr * update
        m, v = 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g
        bias = bias - adam_lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-10)
        path.append(np.concatenate([W.T.ravel(), bias]))
    a = ours(Muon(lr=lr, decay=decay), PROBLEMS[problem])
    # Small singular values are enlarged up to 485-fold (3.4445⁵), and the last bit with them: both
    # agree to 1e-15 for 200 steps, to 2e-7 (bowl) and 0.02 (cosh, long converged) at step 500.
    assert abs(a[:200] - np.array(path)[:200]).max() <= 1e-9 * abs(a).max()


def test_orthogonal_brings_all_singular_values_near_one():
    for shape in ((3, 7), (7, 3), (5, 5)):
        values = np.linalg.svd(orthogonal(np.random.RandomState(1).randn(*shape)))[1]
        assert values.min() > 0.4
        assert values.max() < 1.3
    assert not orthogonal(np.zeros((2, 3))).any()


# kind, our arguments, a function of (torch's schedulers, optimizer) that makes theirs
TORCH_SCHEDULES = {
    "constant": ({"rate": 0.3}, lambda s, o: s.ConstantLR(o, 1.0)),
    "step": ({"initial": 0.3, "every": 30, "factor": 0.5}, lambda s, o: s.StepLR(o, 30, 0.5)),
    "multi-step": (
        {"initial": 0.3, "milestones": [100, 400, 401]},
        lambda s, o: s.MultiStepLR(o, [100, 400, 401], 0.1),
    ),
    "exponential": ({"initial": 0.3, "factor": 0.99}, lambda s, o: s.ExponentialLR(o, 0.99)),
    "polynomial": (
        {"initial": 0.3, "epochs": 800, "power": 2.0},
        lambda s, o: s.PolynomialLR(o, 800, 2.0),
    ),
    "cosine": (
        {"initial": 0.3, "epochs": 1000, "least": 0.01},
        lambda s, o: s.CosineAnnealingLR(o, 1000, 0.01),
    ),
    "cosine-restarts": (
        {"initial": 0.3, "epochs": 10, "grow": 2, "least": 0.01},
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 10, 2, 0.01),
    ),
    "one-cycle": (
        {"peak": 0.3, "epochs": 1000},
        lambda s, o: s.OneCycleLR(o, 0.3, total_steps=1000, cycle_momentum=False),
    ),
    "warm-up": (
        {"epochs": 50, "after": {"kind": "exponential", "initial": 0.3, "factor": 0.99}},
        lambda s, o: s.SequentialLR(
            o, [s.LinearLR(o, 0.1, 1.0, 50), s.ExponentialLR(o, 0.99)], [50]
        ),
    ),
}


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("kind", TORCH_SCHEDULES)
def test_each_schedule_agrees_with_pytorch(kind):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    arguments, make = TORCH_SCHEDULES[kind]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    schedule = SCHEDULES[kind](**arguments)
    for epoch in range(1000):
        rate = optimizer.param_groups[0]["lr"]
        assert schedule(epoch) == pytest.approx(rate, rel=1e-12, abs=1e-12 * 0.3), epoch
        optimizer.step()
        if epoch < 999:
            scheduler.step()


def test_cosine_restarts_of_equal_length():
    schedule = SCHEDULES["cosine-restarts"](initial=1.0, epochs=10)
    assert [schedule(e) for e in (0, 10, 20, 990)] == [1.0] * 4
    assert schedule(5) == pytest.approx(0.5)


def test_the_others_by_hand():
    assert InverseDecay(1.0, 1e-3)(1000) == pytest.approx(0.5)
    line = SCHEDULES["piecewise"](points=[[10, 0.1], [20, 0.3], [40, 0.1]])
    assert [line(e) for e in (0, 10, 15, 20, 30, 40, 99)] == pytest.approx(
        [0.1, 0.1, 0.2, 0.3, 0.2, 0.1, 0.1]
    )
    held = PerBatch(of=InverseDecay(1.0, 1.0), batches=4)
    assert [held(step) for step in (0, 3, 4, 8)] == pytest.approx([1, 1, 1 / 2, 1 / 3])


def test_every_schedule_says_what_it_is():
    made = {kind: SCHEDULES[kind](**arguments) for kind, (arguments, _) in TORCH_SCHEDULES.items()}
    assert set(SCHEDULES) == set(made) | {"inverse-decay", "piecewise", "per-batch"}
    for schedule in made.values():
        assert schedule.describe()
        assert schedule(0) > 0
