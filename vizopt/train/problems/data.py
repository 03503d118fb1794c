"""The table of data sets."""

from vizopt.train.problems.datasets import Bands, Blobs, Checkerboard, Moons, Rings, Spiral, Xor
from vizopt.train.problems.files import CSV, NPZ

DATASETS: dict[str, type] = {
    "spiral": Spiral,
    "blobs": Blobs,
    "moons": Moons,
    "rings": Rings,
    "xor": Xor,
    "checkerboard": Checkerboard,
    "bands": Bands,
    "csv": CSV,
    "npz": NPZ,
}
