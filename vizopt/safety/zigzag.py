"""Zigzags: where a value, block by block, turns from a peak to a valley and back.

The three rules are those of WCAG 2.2, success criterion 2.3.1, definition of "general flash and red
flash thresholds". Each is told of some blocks at a time and answers which of them have just made a
transition: up, towards light or red, or down.
"""

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.safety.light import Light

Value: TypeAlias = NDArray[np.float32]  # [n]
Mask: TypeAlias = NDArray[np.bool_]  # [n]
Places: TypeAlias = slice | NDArray[np.intp]  # which n of all N blocks

ROUNDING = 1e-5  # of a float32 mean: a change of exactly a threshold counts as reaching it

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
CONTRAST = 0.10 - ROUNDING  # change of relative luminance
DARK = 0.80 - ROUNDING  # the darker of two states lies below

SATURATED = 4.0  # R/(R+G+B) ≥ 0.8, written as R ≥ 4(G+B)
VEIL = 0.0025  # of white, light that a dark screen reflects: IEC 61966-2-1, 0.2 of 80 cd/m²
CHROMA = 0.2 + ROUNDING  # distance in the u'v' plane
WEIGHT = 320.0  # of R − G − B, WCAG 2.0
REDNESS = 20.0 + 320 * ROUNDING  # change of max(0, R − G − B) · WEIGHT

# CIE 1931 XYZ of linear sRGB, as the rows of 4X, 9Y and X + 15Y + 3Z. Source: IEC 61966-2-1.
_X, _Y, _Z = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
UCS = np.array([4 * _X, 9 * _Y, _X + 15 * _Y + 3 * _Z], np.float32)
WHITE = UCS[:2].sum(axis=1) / UCS[2].sum()
RED = (UCS[:2, 0] / UCS[2, 0]).astype(np.float32)


class Rule(Protocol):
    """What counts as a transition of a block.

    Args of its methods:
        places: n of the blocks.
        light: what they show now [3, n].
        red: which are saturated red [n].
    """

    def start(self, places: Places, light: Light, red: Mask) -> None:
        """The first light of some blocks."""
        ...

    def __call__(self, places: Places, light: Light, red: Mask) -> tuple[Mask, Mask]:
        """Which of the blocks go up and which down [n]."""
        ...


class Swing:
    """Changes of a value by a step or more, measured from the last extreme.

    up   where value − low ≥ step, and the last transition was not up
    down where high − value ≥ step, and the last transition was not down
    low, high: the extremes since the last transition down, up; slow ramps add up.
    """

    def __init__(self, count: int, step: float) -> None:
        self.low: Value = np.zeros(count, np.float32)
        self.high: Value = np.zeros(count, np.float32)
        self.turns = Turns(count)
        self._step = np.float32(step)

    def start(self, places: Places, value: Value) -> None:
        self.low[places] = self.high[places] = value

    def reach(self, places: Places, value: Value) -> tuple[Mask, Mask, Value, Value]:
        """Move the extremes; which blocks are a step away from the opposite one; low and high."""
        low = np.minimum(self.low[places], value)
        high = np.maximum(self.high[places], value)
        self.low[places], self.high[places] = low, high
        up, down = value - low >= self._step, high - value >= self._step
        up &= self.turns.may_rise[places]
        down &= self.turns.may_fall[places]
        return up, down, low, high

    def turn(self, places: Places, value: Value, up: Mask, down: Mask) -> None:
        """Transitions have happened: the opposite extreme starts anew."""
        self.turns.take(places, up, down)
        _put(self.high, places, value, up)
        _put(self.low, places, value, down)


class Turns:
    """Which way each block may turn: after up only down, after down only up, at first both."""

    def __init__(self, count: int) -> None:
        self.may_rise: Mask = np.ones(count, np.bool_)
        self.may_fall: Mask = np.ones(count, np.bool_)

    def take(self, places: Places, up: Mask, down: Mask) -> None:
        self.may_rise[places] = self.may_rise[places] & ~up | down
        self.may_fall[places] = self.may_fall[places] & ~down | up


class General:
    """Relative luminance changes by 0.10 or more and the darker state is below 0.80."""

    def __init__(self, count: int) -> None:
        self._swing = Swing(count, CONTRAST)

    def start(self, places: Places, light: Light, red: Mask) -> None:
        self._swing.start(places, _luminance(light))

    def __call__(self, places: Places, light: Light, red: Mask) -> tuple[Mask, Mask]:
        value = _luminance(light)
        up, down, low, _ = self._swing.reach(places, value)
        up &= low < DARK
        down &= value < DARK
        self._swing.turn(places, value, up, down)
        return up, down


class OldRed:
    """WCAG 2.0: max(0, R − G − B) · 320 changes by more than 20, either state saturated red."""

    def __init__(self, count: int) -> None:
        self._swing = Swing(count, REDNESS)
        self._low_red: Mask = np.zeros(count, np.bool_)
        self._high_red: Mask = np.zeros(count, np.bool_)

    def start(self, places: Places, light: Light, red: Mask) -> None:
        self._swing.start(places, _redness(light))
        self._low_red[places] = self._high_red[places] = red

    def __call__(self, places: Places, light: Light, red: Mask) -> tuple[Mask, Mask]:
        value = _redness(light)
        up, down, low, high = self._swing.reach(places, value)
        _put(self._low_red, places, red, value == low)
        _put(self._high_red, places, red, value == high)
        up &= red | self._low_red[places]
        down &= red | self._high_red[places]
        self._swing.turn(places, value, up, down)
        _put(self._high_red, places, red, up)
        _put(self._low_red, places, red, down)
        return up, down


class NewRed:
    """WCAG 2.2: the colour moves by more than 0.2 in u'v' (CIE 1976), either state saturated red.

    No two saturated reds of sRGB are that far apart, so a transition leads into saturated red, up,
    or out of it, down. The extremes are the colours seen nearest to and farthest from the red
    primary since the last transition [u', v', that distance squared]; infinite: none yet.
    """

    def __init__(self, count: int) -> None:
        self._red = np.full((3, count), np.inf, np.float32)
        self._other = np.full((3, count), -np.inf, np.float32)
        self._turns = Turns(count)

    def start(self, places: Places, light: Light, red: Mask) -> None:
        colour = _chroma(light)
        _put(self._red, places, colour, red)
        _put(self._other, places, colour, ~red)

    def __call__(self, places: Places, light: Light, red: Mask) -> tuple[Mask, Mask]:
        colour, other = _chroma(light), ~red
        _put(self._red, places, colour, red & (colour[2] < self._red[2, places]))
        _put(self._other, places, colour, other & (colour[2] > self._other[2, places]))
        up = red & self._turns.may_rise[places]
        if up.any():
            up &= _apart(colour, self._other[:, places])
        down = other & self._turns.may_fall[places]
        if down.any():
            down &= _apart(colour, self._red[:, places])
        self._turns.take(places, up, down)
        _put(self._red, places, colour, up)
        _put(self._other, places, colour, down)
        return up, down


def saturated(light: Light) -> Mask:
    """Which blocks have R/(R+G+B) ≥ 0.8 and are lighter than a dark screen [n]."""
    red, green, blue = light
    return np.asarray((red >= SATURATED * (green + blue)) & (red > VEIL))


def _luminance(light: Light) -> Value:
    """Y = 0.2126 R + 0.7152 G + 0.0722 B. Source: WCAG 2.2, relative luminance."""
    value = light[0] * LUMINANCE[0]
    value += light[1] * LUMINANCE[1]
    value += light[2] * LUMINANCE[2]
    return np.asarray(value)


def _redness(light: Light) -> Value:
    value = light[0] - light[1]
    value -= light[2]
    value *= np.float32(WEIGHT)
    return np.asarray(np.maximum(value, 0, out=value))


def _chroma(light: Light) -> Light:
    """u', v' and the distance to the red primary, squared [3, n].

    What is darker than a dark screen has the colour of its white.
    """
    colour = np.asarray(UCS @ light)
    u, v, total = colour
    black = (light[0] <= VEIL) & (light[1] <= VEIL) & (light[2] <= VEIL)
    total[black] = 1
    u /= total
    v /= total
    u[black], v[black] = WHITE
    np.add((u - RED[0]) ** 2, (v - RED[1]) ** 2, out=total)
    return colour


def _apart(a: Light, b: Light) -> Mask:
    """Which colours are farther apart than CHROMA; nothing is from an infinite one, not seen."""
    squared = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
    return np.asarray((squared > CHROMA**2) & (squared < np.inf))


def _put(
    state: NDArray[np.generic], places: Places, value: NDArray[np.generic], where: Mask
) -> None:
    """state[…, places[where]] = value[…, where]."""
    if not where.any():
        return
    if isinstance(places, slice):
        np.copyto(state[..., places], value, where=where)
    else:
        state[..., places[where]] = value[..., where]
