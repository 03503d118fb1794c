"""Problems to optimize, and data sets. A new one is its file and its line in the table."""

from vizopt.train.problems.base import Evaluation, Problem, ProblemSpec
from vizopt.train.problems.data import DATASETS, Data, Dataset, Measured, Measurements
from vizopt.train.problems.datasets.bands import Bands
from vizopt.train.problems.datasets.blobs import Blobs
from vizopt.train.problems.datasets.moons import Moons
from vizopt.train.problems.datasets.rings import Rings
from vizopt.train.problems.datasets.sine import Sine
from vizopt.train.problems.datasets.spiral import Spiral
from vizopt.train.problems.datasets.tiles import Checkerboard, Xor
from vizopt.train.problems.files import CSV, NPZ
from vizopt.train.problems.functions import Function, FunctionSpec
from vizopt.train.problems.network import Network, NetworkSpec
from vizopt.train.problems.regression import Regression, RegressionSpec

PROBLEMS: dict[str, type] = {
    "network": NetworkSpec,
    "regression": RegressionSpec,
    "function": FunctionSpec,
}

DATASETS |= {
    "spiral": Spiral,
    "blobs": Blobs,
    "moons": Moons,
    "rings": Rings,
    "xor": Xor,
    "checkerboard": Checkerboard,
    "bands": Bands,
    "sine": Sine,
    "csv": CSV,
    "npz": NPZ,
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
