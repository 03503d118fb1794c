"""The plane: two directions through the features, which the picture shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Matrix

MARGIN = 0.06  # the plane reaches this share of the data's half-width beyond the data


@dataclass(frozen=True)
class Plane:
    """A plane through the mean of the data; off it, every direction stays at its mean.

    Args:
        origin: where it is fixed, [D].
        axes: orthonormal directions, [2, D].
        words: what it is and how much of the variance it holds; empty for two features.
    """

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    words: str

    def project(self, x: Matrix) -> NDArray[np.float64]:
        """Places [N, 2] on the plane of samples [N, D]."""
        return np.asarray((x - self.origin) @ self.axes.T)

    def lift(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Samples [M, D] at places [M, 2] of the plane."""
        return np.asarray(self.origin + places @ self.axes)

    def extent(self, x: Matrix) -> NDArray[np.float64]:
        """x0, x1, y0, y1 of a square a little larger than the projected samples."""
        places = self.project(x)
        low, high = places.min(axis=0), places.max(axis=0)
        half = (high - low).max() / 2 * (1 + MARGIN) or 1.0
        (a, b) = (low + high) / 2
        return np.array([a - half, a + half, b - half, b + half])


def plane_of(x: Matrix, features: tuple[str, ...], wanted: tuple[str, ...]) -> Plane:
    """The plane of two named features, or of the first two principal components.

    Args:
        x: samples [N, D].
        features: their names.
        wanted: two of them, or none for the components.

    Raises:
        ValueError: an unknown feature, or not two.
    """
    count = x.shape[1]
    if count == 2 and not wanted:
        return Plane(np.zeros(2), np.eye(2), "")
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    if wanted:
        places = [features.index(name) for name in wanted]
        axes, name = np.eye(count)[places], " × ".join(wanted)
    else:
        axes, name = (
            np.linalg.svd(centred, full_matrices=False)[2][:2],
            "principal components 1 × 2",
        )
        axes *= np.sign(axes[np.arange(2), abs(axes).argmax(axis=1)])[:, None]  # one sign of two
    share = float(((centred @ axes.T) ** 2).sum() / max((centred**2).sum(), 1e-300))
    return Plane(x.mean(axis=0, dtype=np.float64), axes, f"{name}: {share:.0%} of the variance")
