"""Thresholds: over which a model's single output is the second class, told by its loss or end."""

from typing import Any

import numpy as np

from vizopt.core.errors import RecordingError
from vizopt.recording.given import array

SCORES = ("bcewithlogits", "softmargin")
PROBABILITIES = ("bce", "binary_crossentropy", "binarycrossentropy", "binary_focal_crossentropy")
LABELS = ("mse", "meansquarederror", "mean_squared_error", "l1", "smoothl1", "huber")
ENDS = {"sigmoid": 0.5, "hardsigmoid": 0.5, "hard_sigmoid": 0.5, "linear": 0.0, "tanh": 0.0}


def threshold_of(loss: str, end: str, labels: Any) -> float | None:
    """0 of logits, 0.5 of probabilities, the middle of two labels that a regression predicts; none
    where neither name tells.

    Args:
        loss: its name in the framework, empty where it is not known.
        end: name of the last layer or its activation.
        labels: of the data.
    """
    loss = loss.lower().removesuffix("loss")
    if loss in SCORES:
        return 0.0
    if loss in PROBABILITIES or ENDS.get(end.lower()) == 0.5:
        return 0.5
    return _middle(labels) if loss in LABELS else ENDS.get(end.lower())


def _middle(labels: Any) -> float | None:
    try:
        values = np.unique(array(labels))
    except RecordingError:  # names
        return None
    return float(values.mean()) if values.dtype.kind in "biuf" and len(values) == 2 else None
