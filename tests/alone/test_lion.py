"""Lion against its paper's pseudo-code."""

import numpy as np
import pytest
from peers import PROBLEMS, START
from traces import STEPS, ours

from vizopt.train.optimizers import Lion

DEFAULTS = {"beta_1": 0.9, "beta_2": 0.99, "weight_decay": 0.0}  # the authors'


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
    a = ours(Lion(lr=eta, weight_decay=lambda_), PROBLEMS[problem])
    assert abs(a - np.array(path)).max() <= 1e-9 * abs(a).max()
