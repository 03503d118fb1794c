"""Samples from a file: features standardised, labels numbered."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vizopt.core.numbers import count as grouped
from vizopt.core.numbers import setting
from vizopt.train.problems.cells import MIN_ROWS, natural, number
from vizopt.train.problems.data import Data, Measured

MEASURED = 10  # samples of each class that numbers have on average, at least, if they are classes
SEVERAL = 30  # numbers, of which more are measured where so few samples have each
MANY_CLASSES = 20  # numbers, of which more are said to have been taken for classes
GAPS = 2  # times as far as they would reach without gaps: then whole numbers measure something
ROUNDING = np.finfo(float).eps / 2  # between neighbours from 0.5 to 1


class NoClassesError(ValueError):
    """What is said to be labels are no classes."""


def classes_of(named: tuple[str, str], labels: Sequence[str]) -> list[str]:
    """The classes of samples, in their natural order.

    Args:
        named: where the labels are, and how to name others.
        labels: of each sample [N].

    Raises:
        NoClassesError: labels that are none.
    """
    place, way = named
    classes = natural(set(labels))
    count = len(classes)
    if count == 1:
        raise NoClassesError(f"{place}: one class only ({classes[0]}): {way}")
    if count > MIN_ROWS and MEASURED * count > len(labels):
        of = f"{grouped(count)} different %s for {grouped(len(labels))} samples"
        if _is_measured(classes):
            what = "look like a number to predict, which is no class"
            other = 'predict it, [problem] kind = "regression"'
            raise NoClassesError(f"{place}: {of % 'numbers'} {what}: {way}, or {other}")
        if 2 * count > len(labels):
            raise NoClassesError(f"{place}: {of % 'labels'} are no classes: {way}")
    return classes


def samples(
    named: tuple[str, str],
    x: NDArray[np.float64],
    labels: Sequence[str],
    features: tuple[str, ...],
    words: str,
) -> Data:
    """Standardised features and numbered classes, which are named as they are written.

    Args:
        named: where the labels are, and how to name others.
        x: features [N, D], finite.
        labels: of each sample [N].
        features: their names [D].
        words: the file, and what was taken for what in it.

    Raises:
        NoClassesError: labels that are none.
    """
    classes = classes_of(named, labels)
    place_of = {name: i for i, name in enumerate(classes)}
    y = np.array([place_of[name] for name in labels])
    words = f"{words}, {grouped(len(y))} samples, {grouped(len(classes))} classes{_alike(classes)}"
    return Data(standardised(x), y, features, tuple(classes), words, units(x))


def measured(
    place: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    features: tuple[str, ...],
    target: str,
    words: str,
) -> Measured:
    """Standardised features and numbers to predict.

    Args:
        place: where the numbers to predict are.
        x, y: features [N, D] and numbers [N], finite.
        features: their names [D].
        target: what is predicted.
        words: the file, and what was taken for what in it.

    Raises:
        ValueError: one number for all samples.
    """
    mean, deviation = units(y[:, None])[0].tolist()
    if not deviation:
        raise ValueError(
            f"{place}: is {setting(mean)} in every sample: there is nothing to predict"
        )
    words = f"{words}, {grouped(len(y))} samples"
    own = (float(mean), float(deviation))
    return Measured(standardised(x), (y - mean) / deviation, features, target, words, units(x), own)


def _is_measured(classes: list[str]) -> bool:
    """Whether names are numbers of a measurement: with decimals, far from each other, or many."""
    values = [value for name in classes if (value := number(name, comma=True)) is not None]
    if len(values) < len(classes):
        return False
    decimals = sum(value % 1 != 0 for value in values)
    far = max(values) - min(values) >= GAPS * len(values)
    return 2 * decimals > len(values) or far or len(values) > SEVERAL


def _alike(classes: list[str]) -> str:
    """What is to be said of the first two classes that are the same number, 1 and 1.0; of many."""
    for one, other in pairwise(classes):  # in the order of their values
        if number(one) is not None and number(one) == number(other):
            return f" ({one} and {other} are two)"
    numbers = all(number(name) is not None for name in classes)
    return " (numbers taken as classes)" if numbers and len(classes) > MANY_CLASSES else ""


def standardised(x: NDArray[np.float64]) -> NDArray[np.float32]:
    """Features [N, D] with mean 0 and deviation 1; one that is constant is 0.

    So is one whose decimals differ in the last bit alone, as 0.3 and 0.1 + 0.2 do.

    (x − mean) / √(mean (x − mean)²), first divided by a power of two, which is exact and keeps
    the squares of 1e200 and 1e−200 within what a float holds.
    """
    x, (_, deviation), _ = _centred(x)
    constant = deviation == 0
    return np.where(constant, 0, x / np.where(constant, 1, deviation)).astype(np.float32)


def units(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean and deviation [D, 2] that `standardised` takes away; 0 of a feature that is constant."""
    _, found, power = _centred(x)
    return np.ldexp(found, power).T


def _centred(
    x: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    """Centred features [N, D], means and deviations [2, D], and the powers of two of all."""
    whole = (x == np.trunc(x)).all(axis=0)  # exact: their last bit counts
    _, power = np.frexp(abs(x).max(axis=0))
    x = np.ldexp(x, -power)
    spread = x.max(axis=0) - x.min(axis=0)
    mean = x.mean(axis=0)
    x = x - mean
    rest = x.mean(axis=0)  # what rounding has left of it
    x -= rest
    constant = spread <= np.where(whole, 0, ROUNDING)
    return x, np.stack([mean + rest, np.where(constant, 0, x.std(axis=0))]), power
