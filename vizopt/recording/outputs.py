"""Outputs: what somebody's model predicts, as scores of the classes."""

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Batch
from vizopt.core.errors import RecordingError
from vizopt.recording.given import Samples
from vizopt.recording.labels import NAME_TARGET

TINY = 1e-40  # a share whose logarithm is a number


class ClassScores:
    """Makes scores of the classes of what is predicted.

    Of two classes one output a sample is enough, the score of the second or its probability, by one
    threshold for the whole run. Where nobody tells it, it is 0 for labels of which one is negative,
    as −1 and 1. For others the numbers decide, once: one outside of 0 to 1 is a score, with the
    threshold 0, and where all lie inside they are probabilities, with 0.5.

    Args:
        data: the samples, whose classes they are.
        threshold: over which one output is the second class, if that is known.
    """

    def __init__(self, data: Samples, threshold: float | None) -> None:
        self._classes, self._codes = data.classes, data.codes
        signed = data.codes.dtype.kind in "if" and bool((data.codes < 0).any())
        self._threshold = 0.0 if threshold is None and signed else threshold
        self._is_known = self._threshold is not None

    def __call__(self, found: NDArray[np.generic], count: int) -> Batch:
        """Scores [C, M] of what was predicted for so many samples.

        Raises:
            RecordingError: it does not fit the classes; or outputs that are no probabilities, after
                such as seemed to be.
        """
        classes = len(self._classes)
        if found.ndim == 2 and found.shape == (count, classes) and classes > 1:
            return np.ascontiguousarray(found.T, np.float64)
        if found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        if found.shape != (count,):
            wanted = f"[{count}, {classes}]"
            raise RecordingError(f"predict: gave {list(found.shape)} instead of {wanted}")
        if found.dtype.kind in "iuUSb":
            return self._of_classes(found)
        if classes != 2:
            raise RecordingError(
                f"predict: gave one number a sample for {classes} classes: {NAME_TARGET}"
            )
        return self._of_one(found.astype(np.float64))

    def _of_one(self, values: NDArray[np.float64]) -> Batch:
        if not (self._is_known or np.isnan(values).any()):
            self._decide(values)
        threshold = 0.5 if self._threshold is None else self._threshold
        if threshold == 0.5 and _are_shares(values):
            return np.stack([1 - values, values])
        return np.stack([threshold - values, values - threshold]) / 2  # whose softmax is a logit's

    def _decide(self, values: NDArray[np.float64]) -> None:
        """Decide, if these can: all over 0.5, or 0, they are of one class by both thresholds."""
        if _are_shares(values):
            if ((values > 0) & (values <= 0.5)).any():
                self._threshold = 0.5
        elif self._threshold is None:
            self._threshold, self._is_known = 0.0, True
        else:
            far = values[abs(values - 0.5).argmax()]
            raise RecordingError(
                f"predict: gave {far:.3g} after numbers from 0 to 1 alone: give threshold=0 if "
                "they are scores, threshold=0.5 if probabilities"
            )

    def _of_classes(self, found: NDArray[np.generic]) -> Batch:
        """Scores of classes that are predicted by number or name."""
        if found.dtype.kind in "US":
            places = {name: i for i, name in enumerate(self._classes)}
            codes = np.array([places.get(str(name), -1) for name in found])
        else:
            values = self._codes
            codes = np.searchsorted(values, found).clip(0, len(values) - 1)
            codes = np.where(values[codes] == found, codes, -1)
        if (codes < 0).any():
            raise RecordingError("predict: gave a class that the labels have not")
        return np.ascontiguousarray(np.eye(len(self._classes))[codes].T)


def _are_shares(values: NDArray[np.float64]) -> bool:
    return bool(values.min() >= 0 and values.max() <= 1)


def logits(scores: Batch) -> Batch:
    """Scores [C, M], and of probabilities, which add up to 1 everywhere, their logarithms."""
    if scores.min() < 0 or not np.allclose(scores.sum(axis=0), 1, atol=1e-4):
        return scores
    return np.log(np.maximum(scores, TINY))
