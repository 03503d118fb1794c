"""A student's own training of the scene `sgd`: plain NumPy, in float64, one bug at choice."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.random import RandomState

import vizopt

EPOCHS = 101
BUG_FROM = 37  # epoch whose step is the first wrong one
# The gradients [W1, b1, W2, b2] of a step that is wrong.
BUGS: dict[str, Callable[[list], list]] = {
    "forgets the biases": lambda grads: [grads[0], 0 * grads[1], grads[2], 0 * grads[3]],
    "one per cent too little": lambda grads: [0.99 * grad for grad in grads],
    "climbs in one layer": lambda grads: [grads[0], grads[1], -grads[2], grads[3]],
}


def trained(bug: str = "", momentum: float = 0.0, epochs: int = EPOCHS, sign: int = 1) -> dict:
    """Loss, accuracy and weights before each step, by the names that the student has for them.

    Args:
        bug: of BUGS, or none.
        momentum: of the book's momentum.
        epochs: how many.
        sign: of the momentum from BUG_FROM on.
    """
    rng = RandomState(0)
    data = vizopt.load_scene("sgd").problem.data.make(rng)
    X, y, n = data.x.astype(float), data.y, len(data.y)
    params = [0.01 * rng.randn(2, 64).astype("f4"), np.zeros(64)]
    params += [0.01 * rng.randn(64, 3).astype("f4"), np.zeros(3)]
    params = [p.astype("f4").astype(float) for p in params]
    velocity = [np.zeros_like(p) for p in params]
    kept: dict = {"loss": [], "acc": [], "W1": [], "b1": [], "W2": [], "b2": []}
    for epoch in range(epochs):
        hidden = np.maximum(X @ params[0] + params[1], 0)
        scores = hidden @ params[2] + params[3]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
        right = scores[np.arange(n), y]
        kept["loss"].append(float(-np.log(np.clip(right, 1e-7, 1 - 1e-7)).mean()))
        kept["acc"].append(float((scores.argmax(axis=1) == y).mean()))
        for name, p in zip(("W1", "b1", "W2", "b2"), params, strict=True):
            kept[name].append(p)
        wrong = scores.copy()
        wrong[np.arange(n), y] -= 1
        wrong /= n
        back = (wrong @ params[2].T) * (hidden > 0)
        grads = [X.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]
        late = epoch >= BUG_FROM
        grads = BUGS[bug](grads) if bug and late else grads
        share = momentum * (sign if late else 1)
        velocity = [share * v - g for v, g in zip(velocity, grads, strict=True)]
        params = [p + v for p, v in zip(params, velocity, strict=True)]
    return kept


def write(file: Path | str, columns: Mapping[str, list], form: str = "", first: int = 0) -> None:
    """A CSV as a student prints it: epoch and columns, with a format of Python's."""
    names = list(columns)
    lines = [",".join(["epoch", *names])]
    for k, row in enumerate(zip(*columns.values(), strict=True)):
        cells = [f"{value:{form}}" if form else repr(value) for value in row]
        lines.append(",".join([str(k + first), *cells]))
    Path(file).write_text("\n".join(lines) + "\n")
