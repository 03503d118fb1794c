"""Projection: two directions through the features, which the picture shows; of one a line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Matrix

MARGIN = 0.06  # the plane reaches this share of the data's half-width beyond the data


@dataclass(frozen=True)
class Projection:
    """A plane through the mean of the data; off it, every direction stays at its mean.

    One feature alone has a line for a plane: K is 1 instead of 2.

    Args:
        origin: where it is fixed, [D].
        axes: orthonormal directions, [K, D].
        words: what it is and how much of the variance it holds; empty for two features.
        names: of its axes; none of data drawn from a rule.
        units: mean and deviation [K, 2] of the features that are its axes, before they were
            standardised; None of principal components.
    """

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    words: str
    names: tuple[str, ...] = ()
    units: NDArray[np.float64] | None = None

    def project(self, x: Matrix) -> NDArray[np.float64]:
        """Places [N, K] on the plane of samples [N, D]."""
        return np.asarray((x - self.origin) @ self.axes.T)

    def lift(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Samples [M, D] at places [M, K] of the plane."""
        return np.asarray(self.origin + places @ self.axes)

    def extent(self, x: Matrix) -> NDArray[np.float64]:
        """x0, x1, y0, y1 of a square a little beyond the projected samples; a line's x0, x1."""
        places = self.project(x)
        low, high = places.min(axis=0), places.max(axis=0)
        half = (high - low).max() / 2 * (1 + MARGIN) or 1.0
        middle = (low + high) / 2
        return np.stack([middle - half, middle + half], axis=1).ravel()


def plane_of(
    x: Matrix,
    features: tuple[str, ...],
    units: NDArray[np.float64] | None,
    wanted: tuple[str, ...],
) -> Projection:
    """The plane of two named features, or of the first two principal components.

    Args:
        x: samples [N, D], standardised where there are units.
        features: their names [D].
        units: mean and deviation [D, 2] before they were standardised; none of data from a rule.
        wanted: two of the features, or none for the components.
    """
    count = x.shape[1]
    if count <= 2 and not wanted:
        every = _named(features, units, list(range(count)), np.zeros(count))
        return Projection(np.zeros(count), np.eye(count), "", *every)
    origin = x.mean(axis=0, dtype=np.float64)
    centred = x.astype(np.float64) - origin
    total = max((centred**2).sum(), 1e-300)
    if wanted:
        places = [features.index(name) for name in wanted]
        axes, name = np.eye(count)[places], " × ".join(wanted)
    else:
        axes, name = (
            np.linalg.svd(centred, full_matrices=False)[2][:2],
            "principal components 1 × 2",
        )
        axes *= np.sign(axes[np.arange(2), abs(axes).argmax(axis=1)])[:, None]  # one sign of two
    shares = ((centred @ axes.T) ** 2).sum(axis=0) / total
    words = f"{name}: {float(shares.sum()):.0%} of the variance"
    if wanted:
        return Projection(origin, axes, words, *_named(features, units, places, origin[places]))
    of = tuple(f"principal component {i + 1} ({100 * s:.0f}\u2009%)" for i, s in enumerate(shares))
    return Projection(origin, axes, words, of if units is not None else ())


def _named(
    features: tuple[str, ...],
    units: NDArray[np.float64] | None,
    places: list[int],
    origin: NDArray[np.float64],
) -> tuple[tuple[str, ...], NDArray[np.float64] | None]:
    """Names and units of features on a plane through their standardised origin [K]."""
    if units is None:
        return (), None
    own = units[places].copy()
    own[:, 0] += own[:, 1] * origin
    return tuple(features[i] for i in places), own
