"""Contrast: how far colours are apart, and the nearest that is far enough."""

from collections.abc import Iterable
from math import floor

import numpy as np

from vizopt.core.oklab import Values, luminance, oklab, srgb

TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
LEVELS = np.linspace(0, 1, 501)  # of lightness
PALER = np.linspace(1, 0, 11)  # shares of the chroma


def contrast(colours: Iterable[str], others: Iterable[str]) -> Values:
    """WCAG's contrast of each of n colours with each of m others [n, m], 1 to 21."""
    return _contrast(_rgb(colours), _rgb(others))


def ratio(colour: str, other: str) -> str:
    """The contrast of two colours in words, never rounded up to what it misses."""
    return f"{floor(float(contrast([colour], [other])[0, 0]) * 100) / 100:.4g}:1"


def nearest(colour: str, others: Iterable[str], least: float) -> str | None:
    """The nearest colour in OKLab that has this contrast with all the others.

    Of the same hue, as pale as need be; None where no colour has.
    """
    from matplotlib.colors import to_hex

    lightness, hue = oklab(_rgb([colour]))
    lights, shares = (grid.ravel() for grid in np.meshgrid(LEVELS, PALER))
    found = srgb(lights, shares * hue)
    found = np.vstack([_rgb([colour]), found[~np.isnan(found).any(axis=1)]])
    found = found[(_contrast(found, _rgb(others)) >= least).all(axis=1)]
    if not len(found):
        return None
    other_lightness, other_hue = oklab(found)
    far = (other_lightness - lightness) ** 2 + abs(other_hue - hue) ** 2
    return to_hex(found[far.argmin()])


def apart(colour: str, other: str) -> float:
    """Distance of two colours in OKLab; black and white are 1 apart."""
    lightness, hue = oklab(_rgb([colour, other]))
    return float(np.hypot(lightness[1] - lightness[0], abs(hue[1] - hue[0])))


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another one in it."""
    from matplotlib.colors import to_hex

    a, b = _rgb([colour, other])
    return to_hex(a + (b - a) * share)


def _rgb(colours: Iterable[str]) -> Values:
    from matplotlib.colors import to_rgb

    return np.array([to_rgb(colour) for colour in colours]).reshape(-1, 3)


def _contrast(colours: Values, others: Values) -> Values:
    levels, steps = luminance(colours)[:, None] + 0.05, luminance(others)[None] + 0.05
    return np.asarray(np.maximum(levels, steps) / np.minimum(levels, steps))
