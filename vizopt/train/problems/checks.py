"""Checks: whether a network fits its data, before anything is trained."""

from typing import TYPE_CHECKING

import numpy as np

from vizopt.core.arrays import Matrix
from vizopt.core.errors import hint
from vizopt.core.numbers import count, counted
from vizopt.recording.header import MOST_CLASSES
from vizopt.train.problems.data import Data, Measured

if TYPE_CHECKING:
    from vizopt.train.problems.network import NetworkSpec
    from vizopt.train.problems.regression import RegressionSpec


def check_fit(spec: "NetworkSpec", data: Data) -> None:
    """Hold a network's description against the data that it is to learn.

    Raises:
        ValueError: something does not fit; what, and the way out.
    """
    _check_data(data)
    _check_sizes(spec.sizes, data)
    _check_samples(spec.validation, spec.batch, len(data.y))
    if spec.plane and len(set(spec.plane)) != 2:
        raise ValueError(f"plane {list(spec.plane)} needs the names of two features")
    for name in spec.plane:
        if name not in data.features:
            raise ValueError(f'plane: no feature "{name}": {hint(name, data.features)}')


def check_regression(spec: "RegressionSpec", data: Measured) -> None:
    """The same of a network that predicts a number.

    Raises:
        ValueError: something does not fit; what, and the way out.
    """
    if not np.isfinite(data.y).all():
        raise ValueError("data: numbers to predict are not finite")
    if not np.ptp(data.y):
        raise ValueError("data: one number for all samples: there is nothing to predict")
    _check_features(data.x)
    features, sizes = data.x.shape[1], spec.sizes
    way = f"write sizes = {[features, *sizes[1:-1], 1]}"
    _check_inputs(sizes[0], features, way)
    if sizes[-1] != 1:
        outputs = counted(sizes[-1], "output")
        raise ValueError(f"sizes end with {outputs}, but a regression predicts one number: {way}")
    _check_samples(spec.validation, spec.batch, len(data.y))


def _check_data(data: Data) -> None:
    classes = len(data.classes)
    if classes < 2:
        raise ValueError(
            f"data: one class only ({data.classes[0]}): there is nothing to tell apart: "
            "choose two or more"
        )
    if classes > MOST_CLASSES:
        raise ValueError(
            f"data.classes: {count(classes)}: a picture tells {MOST_CLASSES} apart: choose fewer"
        )
    _check_features(data.x)


def _check_features(x: Matrix) -> None:
    if not np.isfinite(x).all():
        raise ValueError("data: hold values that are not finite numbers")
    if not x.std(axis=0).any():
        raise ValueError("data: every feature is constant: there is nothing to learn from")


def _check_sizes(sizes: tuple[int, ...], data: Data) -> None:
    features, classes = data.x.shape[1], len(data.classes)
    way = f"write sizes = {[features, *sizes[1:-1], classes]}"
    _check_inputs(sizes[0], features, way)
    if sizes[-1] != classes and (sizes[-1], classes) != (1, 2):
        names = ", ".join(data.classes[:6]) + (", …" if classes > 6 else "")
        raise ValueError(
            f"sizes end with {counted(sizes[-1], 'output')}, "
            f"but the data have {count(classes)} classes ({names}): {way}"
        )


def _check_inputs(size: int, features: int, way: str) -> None:
    if size != features:
        raise ValueError(
            f"sizes start with {counted(size, 'feature')}, "
            f"but the data have {count(features)}: {way}"
        )


def _check_samples(validation: float, batch: int | None, samples: int) -> None:
    training = samples - round(samples * validation)
    if validation and training == samples:
        raise ValueError(f"validation {validation} holds out none of {counted(samples, 'sample')}")
    if training < 1:
        raise ValueError(f"validation {validation} leaves no sample to train on")
    if batch and batch > training:
        raise ValueError(
            f"batch {count(batch)} is larger than the {counted(training, 'training sample')}"
        )
