"""Muon against its author's code."""

import numpy as np
import pytest
from peers import PROBLEMS, START
from traces import STEPS, ours

from vizopt.train.optimizers import Muon
from vizopt.train.optimizers.muon import orthogonal

DEFAULTS = {"lr": 0.02, "momentum": 0.95, "weight_decay": 0.0, "adamw_lr": 3e-4}  # the author's


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
    a = ours(Muon(lr=lr, weight_decay=decay), PROBLEMS[problem])
    # Small singular values are enlarged up to 485-fold (3.4445⁵), and the last bit with them: both
    # agree to 1e-15 for 200 steps, to 2e-7 (bowl) and 0.02 (cosh, long converged) at step 500.
    assert abs(a[:200] - np.array(path)[:200]).max() <= 1e-9 * abs(a).max()


def test_orthogonal_brings_all_singular_values_near_one():
    for shape in ((3, 7), (7, 3), (5, 5)):
        values = np.linalg.svd(orthogonal(np.random.RandomState(1).randn(*shape)))[1]
        assert values.min() > 0.4
        assert values.max() < 1.3
    assert not orthogonal(np.zeros((2, 3))).any()
