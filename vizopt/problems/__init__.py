"""Problems to optimize. A new one is its file and its line in the table."""

from vizopt.problems.base import Evaluation, Problem, ProblemSpec
from vizopt.problems.data import DATASETS
from vizopt.problems.datasets import Data, Dataset, Spiral
from vizopt.problems.files import CSV, NPZ
from vizopt.problems.functions import Function, FunctionSpec
from vizopt.problems.network import Network, NetworkSpec

PROBLEMS: dict[str, type] = {
    "network": NetworkSpec,
    "function": FunctionSpec,
}

__all__ = [
    "CSV",
    "DATASETS",
    "NPZ",
    "PROBLEMS",
    "Data",
    "Dataset",
    "Evaluation",
    "Function",
    "FunctionSpec",
    "Network",
    "NetworkSpec",
    "Problem",
    "ProblemSpec",
    "Spiral",
]
