"""Norms: PyTorch's side of what is measured at the updates of a small network.

    python tests/norms.py

prints PEERS in tests/test_measured.py again.
"""

import numpy as np

import vizopt

EPOCHS = (0, 1, 5, 20)
RULES = {
    "sgd": ({"kind": "sgd", "lr": 0.5}, "SGD", {"lr": 0.5}),
    "adam": ({"kind": "adam", "lr": 0.05, "epsilon": 1e-7}, "Adam", {"lr": 0.05, "eps": 1e-7}),
}
MEASURED = ("grad_norm", "update_ratio", "weight_norm")


def recorded(path, rule, **keys):
    """A run of a small network with everything measured."""
    scene = {
        "epochs": 21,
        "problem.sizes": [2, 8, 3],
        "problem.data.points": 20,
        "problem.precision": "float64",
        "keep.grid": 4,
        "optimizer": RULES[rule][0],
        "record.quantities": [*MEASURED],
    }
    return vizopt.record(vizopt.load_scene("sgd", scene | keys), path)


def theirs(torch, run, rule):
    """PyTorch's numbers by column, of the same data and first weights [epochs]."""
    first = run.at(0).params
    layers = {
        name: [
            torch.tensor(np.array(first[f"{name}.{part}"]), requires_grad=True)
            for part in ("weights", "biases")
        ]
        for name in ("dense1", "dense2")
    }
    every = [part for layer in layers.values() for part in layer]
    x, y = torch.tensor(np.array(run["points"])), torch.tensor(run["labels"].astype(np.int64))
    _, kind, settings = RULES[rule]
    optimizer = getattr(torch.optim, kind)(every, **settings)
    found = {}
    for _ in range(run.epochs):
        hidden = torch.relu(x @ layers["dense1"][0] + layers["dense1"][1])
        loss = torch.nn.functional.cross_entropy(
            hidden @ layers["dense2"][0] + layers["dense2"][1], y
        )
        optimizer.zero_grad()
        loss.backward()
        before = [part.detach().clone() for part in every]
        optimizer.step()
        update = [part.detach() - old for part, old in zip(every, before, strict=True)]
        for suffix, chosen in (("", slice(None)), (".dense1", slice(2)), (".dense2", slice(2, 4))):
            grad, weight, moved = (
                torch.cat([part.ravel() for part in parts[chosen]]).norm().item()
                for parts in ([part.grad for part in every], before, update)
            )
            for name, value in zip(MEASURED, (grad, moved / weight, weight), strict=True):
                found.setdefault(name + suffix, []).append(value)
    return {name: np.array(values) for name, values in found.items()}


if __name__ == "__main__":
    import tempfile

    import torch

    for rule in RULES:
        run = recorded(f"{tempfile.mkdtemp()}/run.zarr", rule)
        for column, values in theirs(torch, run, rule).items():
            print(f"    {(rule, column)}: {values[[*EPOCHS]].tolist()},")
