"""Problems to optimize. A new one is its file and its line in the table."""

from vizopt.train.problems.base import Evaluation, Problem, ProblemSpec
from vizopt.train.problems.data import DATASETS
from vizopt.train.problems.datasets import (
    Bands,
    Blobs,
    Checkerboard,
    Data,
    Dataset,
    Measured,
    Measurements,
    Moons,
    Rings,
    Sine,
    Spiral,
    Xor,
)
from vizopt.train.problems.files import CSV, NPZ
from vizopt.train.problems.functions import Function, FunctionSpec
from vizopt.train.problems.network import Network, NetworkSpec
from vizopt.train.problems.regression import Regression, RegressionSpec

PROBLEMS: dict[str, type] = {
    "network": NetworkSpec,
    "regression": RegressionSpec,
    "function": FunctionSpec,
}

__all__ = [
    "CSV",
    "DATASETS",
    "NPZ",
    "PROBLEMS",
    "Bands",
    "Blobs",
    "Checkerboard",
    "Data",
    "Dataset",
    "Evaluation",
    "Function",
    "FunctionSpec",
    "Measured",
    "Measurements",
    "Moons",
    "Network",
    "NetworkSpec",
    "Problem",
    "ProblemSpec",
    "Regression",
    "RegressionSpec",
    "Rings",
    "Sine",
    "Spiral",
    "Xor",
]
