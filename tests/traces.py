"""Traces: what both sides of `peers` do, and PyTorch's in tests/data/peers/ for tests without it.

    python tests/traces.py

writes them again. The first line of each file names the versions that it was made with; numbers
are float64 to the last bit.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np
from peers import PROBLEMS, RATES, RULES, START

from vizopt.core.params import ParamLayout
from vizopt.train.optimizers import OPTIMIZERS

FOLDER = Path(__file__).parent / "data" / "peers"
LAYOUT = ParamLayout.of({"dense1.weights": (3, 4), "dense1.biases": (4,)})
STEPS = 1000
KEPT = (*range(1, 9), 10, 20, 50, 100, 200, 500, 1000)  # steps; RAdam's rule changes at the sixth
PLACES = slice(0, 16, 3)  # parameters
AROUND = (80, 100, 300, 400, 800)  # epochs near which a schedule turns
EPOCHS = sorted(
    {*range(72), *range(0, STEPS, 37), *(at + i for at in AROUND for i in range(-2, 3)), 999}
)


def ours(optimizer, grad, steps=STEPS, start=START):
    """Where a rule goes [steps, P]."""
    params, state = start.copy(), optimizer.init(start, LAYOUT)
    path = []
    for step in range(steps):
        delta, state = optimizer.update(step, params, grad(params), state)
        params = params + delta
        path.append(params)
    return np.array(path)


@cache
def mine(name, problem):
    """Our side of a rule [STEPS, P]."""
    rule = RULES[name]
    return ours(OPTIMIZERS[rule.kind](lr=rule.lr, **rule.mine), PROBLEMS[problem])


def theirs(torch, name, problem):
    """PyTorch's side of it [STEPS, P]."""
    rule, grad = RULES[name], PROBLEMS[problem]
    rate = rule.lr if callable(rule.lr) else lambda step: rule.lr
    torch.set_default_dtype(torch.float64)  # NAdam keeps a scalar in the default precision
    try:
        params = torch.tensor(START.copy(), requires_grad=True)
        kind = getattr(torch.optim, rule.name)
        optimizer = kind([params], lr=rate(0), foreach=False, **rule.theirs)
        path = []
        for step in range(STEPS):
            optimizer.param_groups[0]["lr"] = rate(step)
            params.grad = torch.tensor(grad(params.detach().numpy()))
            optimizer.step()
            path.append(params.detach().numpy().copy())
    finally:
        torch.set_default_dtype(torch.float32)
    return np.array(path)


def their_rates(torch, name):
    """PyTorch's learning rates of a schedule [STEPS]."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = RATES[name].make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for epoch in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if epoch < STEPS - 1:
            scheduler.step()
    return np.array(rates)


def stored(name):
    """A rule's trace of each problem [len(KEPT), parameters]."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        next(file)  # versions
        rows = list(csv.DictReader(file))
    paths = {}
    for problem in PROBLEMS:
        here = [row for row in rows if row["problem"] == problem]
        assert [int(row["step"]) for row in here] == list(KEPT)
        paths[problem] = np.array([list(row.values())[2:] for row in here], float)
    return paths


def stored_rates():
    """The rates of each schedule at EPOCHS."""
    with (FOLDER / "schedules.csv").open(encoding="utf-8") as file:
        next(file)  # versions
        rows = list(csv.DictReader(file))
    assert [int(row.pop("epoch")) for row in rows] == EPOCHS
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def write(name, versions, head, rows):
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {versions}; written by tests/traces.py\n")
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def main():
    import torch

    versions = f"PyTorch {torch.__version__}, NumPy {np.__version__}"
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.csv"):
        old.unlink()
    places = [f"x{i}" for i in range(len(START))[PLACES]]
    for name in RULES:
        paths = {problem: theirs(torch, name, problem)[:, PLACES] for problem in PROBLEMS}
        rows = [
            [problem, step, *path[step - 1].tolist()]
            for problem, path in paths.items()
            for step in KEPT
        ]
        write(name, versions, ["problem", "step", *places], rows)
    rates = {name: their_rates(torch, name) for name in RATES}
    rows = [[epoch, *(rate[epoch] for rate in rates.values())] for epoch in EPOCHS]
    write("schedules", versions, ["epoch", *rates], rows)


if __name__ == "__main__":
    main()
