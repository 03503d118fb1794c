"""Predicting: the probes of what a network says of samples, which only some pictures need."""

from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Batch, Scores, Vector
from vizopt.recording.header import Column
from vizopt.recording.scores import shares, to_margin_bytes
from vizopt.train.loop import Epoch
from vizopt.train.probe import Probe
from vizopt.train.problems import Network, Problem, Regression

LINE = 4  # points of a line for each of a side of the plane


def predicting(problem: Problem, needs: Set[str], grid: int) -> list[Probe]:
    """A probe for each column of predictions that a picture needs.

    Args:
        problem: what is made small.
        needs: columns that the picture shows.
        grid: points a side of the plane.
    """
    probes = []
    if isinstance(problem, Network):
        if "scores" in needs:
            probes.append(_plane_scores(problem, grid))
        if "probabilities" in needs:
            probes.append(_line_probabilities(problem, LINE * grid))
    if isinstance(problem, Regression):
        if "fitted" in needs:
            probes.append(_fitted(problem, LINE * grid))
        if "predictions" in needs:
            probes.append(_predictions("predictions", problem, problem.shown))
    return probes


def _plane_scores(network: Network, grid: int) -> Probe:
    """Class scores over the plane, row 0 on top."""
    x0, x1, y0, y1 = network.constants["extent"]
    x, y = np.meshgrid(np.linspace(x0, x1, grid), np.linspace(y1, y0, grid))
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    points = np.ascontiguousarray(network.plane.lift(places).T, network.dtype)

    def compute(rows: Sequence[Vector], few: bool) -> Scores:
        scores = _in_parts(network, rows, points, to_margin_bytes, few)
        return scores.reshape(len(rows), -1, grid, grid)

    shape = (len(network.classes), grid, grid)
    return Probe(Column("scores", "snapshots", "uint8", shape), _params, compute)


def _line_probabilities(network: Network, count: int) -> Probe:
    """The predicted probability of each class along a single feature."""
    low, high = network.constants["extent"]
    places = np.linspace(low, high, count)[:, None]
    points = np.ascontiguousarray(network.plane.lift(places).T, network.dtype)

    def compute(rows: Sequence[Vector], few: bool) -> NDArray[np.float32]:
        return _in_parts(network, rows, points, shares, few)

    shape = (len(network.classes), count)
    return Probe(Column("probabilities", "snapshots", "float32", shape), _params, compute)


def _fitted(problem: Regression, count: int) -> Probe:
    """The predicted number along a single feature."""
    low, high = problem.constants["extent"]
    places = np.linspace(low, high, count)[:, None]
    points = np.ascontiguousarray(problem.plane.lift(places).T, problem.dtype)
    return _predictions("fitted", problem, points)


def _predictions(column: str, problem: Regression, points: Batch) -> Probe:
    """The predicted number of each of some samples [D, M]."""

    def compute(rows: Sequence[Vector], few: bool) -> NDArray[np.float32]:
        most = problem.at_once(points.shape[1], few)
        with np.errstate(over="ignore", invalid="ignore"):
            parts = [
                problem.predictions(np.stack(rows[start : start + most]), points)
                for start in range(0, len(rows), most)
            ]
            return np.concatenate(parts).astype(np.float32)

    return Probe(Column(column, "snapshots", "float32", points.shape[1:]), _params, compute)


def _params(step: Epoch) -> Vector:
    return step.params


def _in_parts(
    network: Network,
    rows: Sequence[Vector],
    points: Batch,
    encode: Callable[[Batch], NDArray[Any]],
    few: bool,
) -> NDArray[Any]:
    """The scores in bytes [N, classes, M] of N parameter vectors, as many at once as is good."""
    most = network.at_once(points.shape[1], few)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            encode(network.scores(np.stack(rows[start : start + most]), points))
            for start in range(0, len(rows), most)
        ]
    return np.concatenate(parts)
