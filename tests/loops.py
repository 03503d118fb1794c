"""A training of one's own, for the tests of `vizopt.Run`: softmax on three clouds, in place."""

import numpy as np
import pytest

RNG = np.random.RandomState(0)
MIDDLES = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
Y = np.repeat(np.arange(3), 20)
X = RNG.randn(60, 2) + MIDDLES[Y]
tight = pytest.mark.filterwarnings("ignore:.* over size ")  # which chooses the least K
NAMES = ("d.weights", "d.biases")


class Loop:
    """Weights [features, 3] and biases [3] that go downhill.

    Args:
        dtype: of both.
        x: samples [60, features].
    """

    def __init__(self, dtype=np.float64, x=X):
        self.x = x.reshape(len(x), -1)
        self.w = (0.1 * np.random.RandomState(1).randn(self.x.shape[1], 3)).astype(dtype)
        self.b = np.zeros(3, dtype)

    @property
    def params(self):
        return dict(zip(NAMES, (self.w, self.b), strict=True))

    @property
    def flat(self):
        return np.concatenate([self.w.ravel(), self.b])

    def predict(self, points):
        return points.reshape(len(points), -1) @ self.w + self.b

    def loss(self):
        scores = self.predict(self.x)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.shares = shares / shares.sum(axis=1, keepdims=True)
        return float(-np.log(self.shares[range(len(Y)), Y]).mean())

    def accuracy(self):
        return float((self.shares.argmax(axis=1) == Y).mean())

    def update(self, lr=0.5):
        wrong = (self.shares - np.eye(3)[Y]) / len(Y)
        self.w -= (lr * self.x.T @ wrong).astype(self.w.dtype)
        self.b -= (lr * wrong.sum(axis=0)).astype(self.w.dtype)


def trained(run, loop, steps, **more):
    """Trains and records; what was logged: losses, accuracies, parameters."""
    told = []
    for _ in range(steps):
        loss = loop.loss()
        told.append((loss, loop.accuracy(), loop.flat))
        run.log(loss=loss, accuracy=told[-1][1], lr=0.5, params=loop.params, **more)
        loop.update()
    return told
