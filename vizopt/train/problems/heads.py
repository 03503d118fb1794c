"""Heads: the loss at the end of a network, and what it sends back."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Batch, Labels
from vizopt.train.problems.activations import sigmoid
from vizopt.train.problems.precision import Precision

CLIP = 1e-7  # the book's: predictions are clipped to [CLIP, 1 − CLIP] before the logarithm


class LossAndAccuracy(NamedTuple):
    loss: float
    accuracy: float


class Targets(NamedTuple):
    """What the outputs of N samples should be, and between what a prediction is clipped."""

    labels: Labels  # [N]
    flat: NDArray[np.intp]  # [N] where each sample's own class lies in outputs [C, N] laid flat
    limits: tuple[NDArray[np.floating], NDArray[np.floating]]  # [] [], in the outputs' precision

    @classmethod
    def of(cls, labels: Labels, dtype: str) -> "Targets":
        flat = labels * len(labels) + np.arange(len(labels))
        return cls(labels, flat, (np.asarray(CLIP, dtype), np.asarray(1 - CLIP, dtype)))


class LossHead(Protocol):
    """A loss and the predictions that it stands for."""

    words: str

    def loss_and_accuracy(
        self, outputs: Batch, targets: Targets, precision: Precision
    ) -> LossAndAccuracy:
        """Loss and accuracy of outputs [C, N], which become ∂loss/∂outputs."""
        ...

    def scores(self, outputs: Batch) -> Batch:
        """One row for each class, [..., classes, N], the largest of which is predicted."""
        ...


class Softmax:
    """Softmax with categorical cross-entropy.

    loss = −mean log clip(softmax(outputs)[label], 1e-7, 1 − 1e-7)
    ∂loss/∂outputs = (softmax(outputs) − one-hot) / N
    """

    words = "softmax"

    def loss_and_accuracy(
        self, outputs: Batch, targets: Targets, precision: Precision
    ) -> LossAndAccuracy:
        true, count = targets.flat, len(targets.labels)
        outputs -= np.maximum.reduce(outputs)
        correct = _correct(outputs, targets)
        precision.exp(outputs)
        outputs /= np.add.reduce(outputs)
        flat = outputs.reshape(-1)  # a view: outputs of a pass are contiguous
        confidence = flat[true]
        loss = -np.add.reduce(precision.log(confidence.clip(*targets.limits))) / count
        flat[true] = confidence - 1
        outputs /= count
        return LossAndAccuracy(float(loss), correct / count)

    def scores(self, outputs: Batch) -> Batch:
        return outputs


class Sigmoid:
    """One output with binary cross-entropy; class 1 where it is positive.

    loss = −mean(y log p + (1 − y) log(1 − p)),  p = clip(sigmoid(output), 1e-7, 1 − 1e-7)
    ∂loss/∂output = (sigmoid(output) − y) / N
    """

    words = "sigmoid"

    def loss_and_accuracy(
        self, outputs: Batch, targets: Targets, precision: Precision
    ) -> LossAndAccuracy:
        labels = targets.labels
        accuracy = np.count_nonzero((outputs[0] > 0) == labels) / len(labels)
        sigmoid(outputs, outputs, precision)
        p = outputs[0].clip(*targets.limits)
        loss = -precision.log(np.where(labels == 1, p, 1 - p)).mean()
        outputs[0] -= labels
        outputs /= len(labels)
        return LossAndAccuracy(float(loss), float(accuracy))

    def scores(self, outputs: Batch) -> Batch:
        return np.concatenate([np.zeros_like(outputs), outputs], axis=-2)


def _correct(behind: Batch, targets: Targets) -> int:
    """How many samples are classified rightly; behind [C, N] is 0 at the largest outputs."""
    wins = behind == 0
    if np.count_nonzero(wins) == len(targets.labels):
        return int(np.count_nonzero(wins.take(targets.flat)))
    # Of equal outputs the first class wins; argmax says which, but takes twice the time.
    return int(np.count_nonzero(behind.argmax(axis=0) == targets.labels))


def head(outputs: int) -> LossHead:
    """The loss for so many outputs: binary for one, categorical for more."""
    return Sigmoid() if outputs == 1 else Softmax()
