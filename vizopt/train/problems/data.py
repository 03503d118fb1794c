"""The table of data sets."""

from vizopt.train.problems.datasets import (
    Bands,
    Blobs,
    Checkerboard,
    Moons,
    Rings,
    Sine,
    Spiral,
    Xor,
)
from vizopt.train.problems.files import CSV, NPZ

DATASETS: dict[str, type] = {
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
