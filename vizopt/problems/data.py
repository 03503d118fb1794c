"""The table of data sets."""

from vizopt.problems.datasets import Bands, Blobs, Checkerboard, Moons, Rings, Spiral, Xor
from vizopt.problems.files import CSV, NPZ

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
