"""Search for the themes' tints: `python docs/palettes.py` prints them and how far apart they are.

A tint is the colour of a class' region: the class' own hue, pale or deep. Wanted is of the first
n tints of a row, whatever n:

- apart for every eye: CAM02-UCS distances of at least `apart`, in normal vision and as people see
  who lack one kind of cone (Machado 2009 at severity 100, by the package colorspacious);
- calm: no two luminances, nor those of any mixture of two tints, more than `spread` apart, so that
  a place that changes class cannot flash (WCAG 2.2, 2.3.1); in `print` STEPS apart instead;
- like the class: near its hue, and near `chroma`.

What misses a wish costs the square of what it misses. Colours from a grid over OKLab move one by
one to the cheapest place, from many random starts; the best are polished in single steps of sRGB.
It takes minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from colorspacious import cspace_convert
from matplotlib.colors import to_hex, to_rgb
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.oklab import Values, linear, luminance, oklab, srgb
from vizopt.draw.theme import THEMES

PETROFF = THEMES["light"].classes
Places: TypeAlias = NDArray[np.intp]

# Of each of the first so many tints from each other.
FEW = {4: 10.5}  # CAM02-UCS
MANY = {10: 5.2, 8: 6.3}
EVERY = MANY | FEW | {3: 16.0}
STEPS = {10: 0.05, 4: 0.13, 3: 0.2}  # relative luminance, in print
RED = 0.62  # the most of a tint's light; saturated red begins at 0.8 (WCAG 2.2)
EYES = (None, "deuteranomaly", "protanomaly", "tritanomaly")
STARTS, ROUNDS = 150, 40


@dataclass(frozen=True)
class Wanted:
    """What a row of tints should be.

    Args:
        count: of tints.
        darkest, lightest: relative luminance.
        chroma: OKLab.
        apart: CAM02-UCS distances of the first so many, each from each.
        spread: the most that two luminances differ.
        grey: whether the tints differ in grey by STEPS.
    """

    count: int
    darkest: float
    lightest: float
    chroma: float
    apart: Mapping[int, float]
    spread: float = 1.0
    grey: bool = False


# Few classes can be paler than many.
WANTED = {
    "light, up to 3": Wanted(3, 0.63, 0.72, 0.070, FEW, spread=0.086),
    "light, 4": Wanted(4, 0.56, 0.65, 0.070, FEW, spread=0.086),
    "light, up to 10": Wanted(10, 0.57, 0.66, 0.080, MANY, spread=0.086),
    "dark, up to 4": Wanted(4, 0.035, 0.123, 0.055, {4: 11.0, 3: 15.6}, spread=0.086),
    "dark, up to 10": Wanted(10, 0.026, 0.114, 0.050, EVERY, spread=0.086),
    "print": Wanted(10, 0.36, 0.90, 0.055, EVERY, grey=True),
}


class Pairs(NamedTuple):
    """Of each of n colours with each of m others [n, m]."""

    apart: Values  # CAM02-UCS, the smallest that any eye sees
    spread: Values  # of the luminances of both and of their mixtures
    step: Values  # between their luminances


def seen(colours: Values) -> Values:
    """CAM02-UCS coordinates [4, n, 3], for each kind of eye."""
    views = []
    for kind in EYES:
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        view = cspace_convert(colours, space, "sRGB1").clip(0, 1) if kind else colours
        views.append(cspace_convert(view, "sRGB1", "CAM02-UCS"))
    return np.stack(views)


def measured(a: Values, b: Values) -> Pairs:
    """Of colours a [n, 3] with b [m, 3]."""
    apart = np.full((len(a), len(b)), np.inf, np.float32)
    for u, v in zip(seen(a), seen(b), strict=True):
        squared = (u**2).sum(1)[:, None] + (v**2).sum(1) - 2 * u @ v.T
        np.minimum(apart, np.sqrt(squared.clip(0)), out=apart)
    low, high = np.full(apart.shape, np.inf, np.float32), np.zeros(apart.shape, np.float32)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        light = luminance(a[:, None] * share + b * (1 - share))
        np.minimum(low, light, out=low)
        np.maximum(high, light, out=high)
    return Pairs(apart, high - low, abs(luminance(a)[:, None] - luminance(b)))


def beside(pairs: Pairs, c: int, others: Places, wanted: Wanted) -> Values:
    """What n colours cost as the tint of class c beside those of other classes: [n]."""
    short = (_wanted(wanted.apart)[c, others] - pairs.apart).clip(0)
    over = (pairs.spread - wanted.spread).clip(0)
    under = (_wanted(STEPS)[c, others] - pairs.step).clip(0) * wanted.grey
    return np.asarray((9 * short**2 + (400 * over) ** 2 + (200 * under) ** 2).sum(axis=1))


def _wanted(least: Mapping[int, float]) -> Values:
    """Of each two classes [10, 10]."""
    table = np.zeros((len(PETROFF), len(PETROFF)))
    for count, value in least.items():
        table[:count, :count] = value
    return table


def alone(colours: Values, c: int, wanted: Wanted) -> Values:
    """What colours cost as the tint of class c, whatever the others are [n]."""
    _, hue = oklab(colours)
    _, (own,) = oklab(np.array([to_rgb(PETROFF[c])]))
    degrees = abs(np.angle(hue / own, deg=True))
    if abs(own) < 0.03:  # a grey
        return np.asarray((50 * (abs(hue) - 0.4 * wanted.chroma)) ** 2 + (degrees / 90) ** 2)
    free = 12 if c < 3 else 18 if c < 4 else 30  # the first classes are what most pictures have
    return np.asarray((50 * (abs(hue) - wanted.chroma)) ** 2 + (degrees / free) ** 2)


def candidates(wanted: Wanted) -> Values:
    """Colours on a grid over OKLab that sRGB has and whose luminance is in reach [n, 3]."""
    axes = np.arange(0.1, 1, 0.012), np.arange(0, 0.15, 0.012), np.radians(np.arange(0, 360, 8))
    lightness, chroma, angle = (axis.ravel() for axis in np.meshgrid(*axes))
    return within(np.unique(srgb(lightness, chroma * np.exp(1j * angle)), axis=0), wanted)


def around(colour: Values, wanted: Wanted) -> Values:
    """A colour and its neighbours in sRGB [n, 3]."""
    steps = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3), -1).reshape(-1, 3)
    return np.vstack([colour, within((colour + steps / 255).clip(0, 1), wanted)])


def within(colours: Values, wanted: Wanted) -> Values:
    """Those whose luminance is in reach and that are far from saturated red."""
    colours = colours[~np.isnan(colours).any(axis=1)]
    light, level = linear(colours), luminance(colours)
    calm = light[:, 0] < RED * light.sum(axis=1)
    return colours[calm & (level >= wanted.darkest) & (level <= wanted.lightest)]


def searched(wanted: Wanted) -> Values:
    """The cheapest tints found on the grid [count, 3]."""
    colours = candidates(wanted)
    own = [alone(colours, c, wanted) for c in range(wanted.count)]
    every = measured(colours, colours)

    def costs(c: int, places: Places) -> Values:
        others = np.delete(np.arange(wanted.count), c)
        pairs = Pairs(*(values[places[others]].T for values in every))  # symmetric: rows are near
        return own[c] + beside(pairs, c, others, wanted)

    best, found = np.inf, colours
    for start in range(STARTS):
        random = RandomState(start)
        places = random.randint(0, len(colours), wanted.count)
        for turn in range(ROUNDS):
            heat = 2 * max(0, 1 - turn / (0.7 * ROUNDS))
            for c in random.permutation(wanted.count):
                noise = heat * random.gumbel(size=len(colours))
                places[c] = (costs(c, places) - noise).argmin()
        total = sum(float(costs(c, places)[places[c]]) for c in range(wanted.count))
        if total < best:
            best, found = total, colours[places]
    return found


def polished(tints: Values, wanted: Wanted) -> Values:
    """Each moved in small steps until none gets cheaper [count, 3]."""
    before = np.zeros(0)
    while not np.array_equal(before, tints):
        before, tints = tints, tints.copy()
        for c in range(wanted.count):
            others = np.delete(np.arange(wanted.count), c)
            colours = around(tints[c], wanted)
            pairs = measured(colours, tints[others])
            cost = alone(colours, c, wanted) + beside(pairs, c, others, wanted)
            tints[c] = colours[cost.argmin()]
    return tints


def told(tints: Values) -> str:
    """The tints; the worst distance of the first 2, 3, … of them; luminance, chroma, hue turned."""
    apart = measured(tints, tints).apart
    np.fill_diagonal(apart, np.inf)
    worst = [apart[:n, :n].min() for n in range(2, len(tints) + 1)]
    _, hue = oklab(tints)
    _, own = oklab(np.array([to_rgb(colour) for colour in PETROFF[: len(tints)]]))
    rows = {
        "apart": np.round(worst, 1),
        "luminance": luminance(tints).round(3),
        "chroma": abs(hue).round(3),
        "degrees": np.angle(hue / own, deg=True).round(),
    }
    return "\n".join([" ".join(map(to_hex, tints)), *(f"  {k:10}{v}" for k, v in rows.items())])


if __name__ == "__main__":
    for name, wanted in WANTED.items():
        print(name, told(polished(searched(wanted), wanted)), sep="\n", flush=True)
