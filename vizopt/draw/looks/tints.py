"""Tints: colours of regions from a user's colours of classes."""

from itertools import combinations

import numpy as np

from vizopt.core.oklab import Values, linear, luminance, oklab, srgb

CALM = 0.09  # of luminance: what is nearer together cannot flash (WCAG 2.2, 2.3.1)
RED = 0.62  # the most of a tint's light; saturated red begins at 0.8
LEVELS = np.linspace(0, 1, 1001)  # of lightness
SHARES = np.linspace(0, 1, 5)  # of a mixture of two


def derived(classes: tuple[str, ...], row: Values) -> tuple[str, ...]:
    """The tints of classes, like those that a theme has for as many.

    Each has its class' hue and no more chroma than the theme's tints have. Their luminances keep
    the order of the classes' own and are spread as far as the theme's are, which helps eyes that
    see no difference of hue; where the theme's cannot flash, neither can these nor their mixtures.

    Args:
        classes: their colours.
        row: sRGB of the theme's own tints [n, 3].
    """
    from matplotlib.colors import to_hex, to_rgb

    colours = np.array([to_rgb(colour) for colour in classes])
    light = luminance(row)
    rank = luminance(colours).argsort().argsort() / max(len(classes) - 1, 1) - 0.5
    limit = float(abs(oklab(row)[1]).mean())
    middle, spread = (light.min() + light.max()) / 2, float(np.ptp(light))
    calm = spread < CALM
    while True:
        tints = np.array(
            [
                _tint(hue, middle + spread * place, limit)
                for hue, place in zip(oklab(colours)[1], rank, strict=True)
            ]
        )
        if not calm or _mixed_spread(tints) < CALM or spread < 1e-3:
            return tuple(map(to_hex, tints))
        spread *= 0.8


def _tint(hue: complex, light: float, chroma: float) -> Values:
    """The colour of this hue and luminance, with as much of the chroma as sRGB has and is calm."""
    full = hue * min(1.0, chroma / max(abs(hue), 1e-9))
    for share in np.linspace(1, 0, 21):
        colours = srgb(LEVELS, np.full(len(LEVELS), full * share))
        with np.errstate(invalid="ignore"):
            lights = linear(colours)
            calm = lights[:, 0] <= max(RED, 1 / 3) * lights.sum(axis=1)
        missed = np.where(calm, abs(luminance(colours) - light), np.inf)
        if missed.min() < 0.004:
            break
    return np.asarray(colours[missed.argmin()])


def _mixed_spread(tints: Values) -> float:
    """The largest difference of luminance among tints and mixtures of two."""
    pairs = [a + (b - a) * SHARES[:, None] for a, b in combinations(tints, 2)]
    return float(np.ptp(luminance(np.vstack([tints, *pairs]))))
