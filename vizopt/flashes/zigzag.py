"""Zigzags: where a value, block by block, turns from a peak to a valley and back.

The three rules are those of WCAG 2.2, success criterion 2.3.1, definition of "general flash and red
flash thresholds". Each is told of some blocks at a time and answers which of them have just made a
transition: up, towards light or red, or down. A block that has gone up may only go down next, and
the other way round. What stops and then goes on the same way by as much is told apart: that is no
transition, but a change of its own, with which a flash may begin.
"""

from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.flashes.grid import Groups, Places
from vizopt.flashes.light import Light

Value: TypeAlias = NDArray[np.float32]  # [n]
Mask: TypeAlias = NDArray[np.bool_]  # [n]

NOWHERE: Places = np.zeros(0, np.intp)
STILL = 0.05  # of a step: what moves by no more in a frame has stopped
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


class Turns(NamedTuple):
    """Which of n blocks change by as much as counts.

    Args:
        up, down: transitions.
        higher, lower: farther the way of the last transition, up or down, after a stop.
    """

    up: Places
    down: Places
    higher: Places = NOWHERE
    lower: Places = NOWHERE


class Rule(Protocol):
    """What counts as a transition of a block.

    Args of its methods:
        groups: of n blocks.
        light: what they show now [3, n].
        red: which are saturated red [n].
        stood: which had stopped before this frame [n].
    """

    def start(self, groups: Groups, light: Light, red: Mask) -> None:
        """The first light of some blocks."""
        ...

    def __call__(self, groups: Groups, light: Light, red: Mask, stood: Mask) -> Turns:
        """Which of the blocks turn or go on."""
        ...


class Swing:
    """Changes of a value by a step or more, measured from the last extreme.

    up    where value − low ≥ step, and the last transition was not up; higher where it was
    down  where high − value ≥ step, and the last transition was not down; lower where it was
    low, high: the extremes since the last transition down, up; slow ramps add up. Where the last
        was up, low is that since the first stop after it or after what then was higher, and NaN
        until there: a ramp never is higher. So is high where the last was down.
    """

    def __init__(self, count: int, step: float) -> None:
        self.low: Value = np.zeros(count, np.float32)
        self.high: Value = np.zeros(count, np.float32)
        self._way = np.zeros(count, np.int8)  # of the last transition: 1 up, −1 down, 0 none
        self._step = np.float32(step)

    def start(self, groups: Groups, value: Value) -> None:
        groups.put(self.low, value)
        groups.put(self.high, value)

    def reach(self, groups: Groups, value: Value, stood: Mask) -> tuple[Mask, Mask, Value, Value]:
        """Which blocks are a step away from an extreme [n]; their extremes, value too."""
        low, high = groups.of(self.low), groups.of(self.high)
        rising = (np.isnan(low) & (value > high)).nonzero()[0]
        falling = (np.isnan(high) & (value < low)).nonzero()[0]
        bottom = self._stop(rising, high, value, stood)
        top = self._stop(falling, low, value, stood)
        np.fmin(low, value, out=low)
        np.fmax(high, value, out=high)
        low[rising], high[falling] = bottom, top
        return value - low >= self._step, high - value >= self._step, low, high

    def _stop(self, moving: Places, before: Value, value: Value, stood: Mask) -> Value:
        """Where moving blocks had stopped, NaN where they had not."""
        ends = before[moving]
        stays = np.abs(value[moving] - ends) <= self._step * np.float32(STILL)
        return np.where(stood[moving] | stays, ends, np.float32(np.nan))

    def turn(
        self, groups: Groups, value: Value, up: Mask, down: Mask, low: Value, high: Value
    ) -> Turns:
        """Keep the extremes; where changes have happened they start anew."""
        risen, fallen = up.nonzero()[0], down.nonzero()[0]
        higher = lower = NOWHERE
        if len(risen) or len(fallen):
            low[risen] = high[fallen] = np.nan
            (risen, higher), (fallen, lower) = self._parted(groups, risen, fallen)
            low[fallen], high[risen] = value[fallen], value[risen]
        groups.put(self.low, low)
        groups.put(self.high, high)
        return Turns(risen, fallen, higher, lower)

    def _parted(self, groups: Groups, rising: Places, falling: Places) -> list[list[Places]]:
        """What turns up and goes higher of what rises, likewise of what falls."""
        places = [groups.places(rising), groups.places(falling)]
        on = [self._way.take(places[0]) == 1, self._way.take(places[1]) == -1]
        rises, falls = (at[~again] for at, again in zip(places, on, strict=True))
        self._way[rises] = self._way[falls] = 0
        self._way[rises] += 1
        self._way[falls] -= 1
        return [[way[~again], way[again]] for way, again in zip((rising, falling), on, strict=True)]


class General:
    """Relative luminance changes by 0.10 or more and the darker state is below 0.80."""

    def __init__(self, count: int) -> None:
        self._swing = Swing(count, CONTRAST)

    def start(self, groups: Groups, light: Light, red: Mask) -> None:
        self._swing.start(groups, luminance(light))

    def __call__(self, groups: Groups, light: Light, red: Mask, stood: Mask) -> Turns:
        value = luminance(light)
        up, down, low, high = self._swing.reach(groups, value, stood)
        up &= low < DARK
        down &= value < DARK
        return self._swing.turn(groups, value, up, down, low, high)


class OldRed:
    """WCAG 2.0: max(0, R − G − B) · 320 changes by more than 20, either state saturated red.

    Where it has been 0 all the time, it stays what it is as long as it is 0.
    """

    def __init__(self, count: int) -> None:
        self._swing = Swing(count, REDNESS)
        self._low_red: Mask = np.zeros(count, np.bool_)
        self._high_red: Mask = np.zeros(count, np.bool_)
        self._reddish: Mask = np.zeros(count, np.bool_)  # not 0 all the time

    def start(self, groups: Groups, light: Light, red: Mask) -> None:
        value = redness(light)
        self._swing.start(groups, value)
        groups.put(self._low_red, red)
        groups.put(self._high_red, red)
        groups.put(self._reddish, value > 0)

    def __call__(self, groups: Groups, light: Light, red: Mask, stood: Mask) -> Turns:
        value = redness(light)
        some = ((value > 0) | groups.of(self._reddish)).nonzero()[0]
        shown = value.take(some), red.take(some), stood.take(some)
        turns = self._turned(groups.single(some), *shown)
        return Turns(*(some.take(those) for those in turns))

    def _turned(self, blocks: Groups, value: Value, red: Mask, stood: Mask) -> Turns:
        up, down, low, high = self._swing.reach(blocks, value, stood)
        low_red, high_red = blocks.of(self._low_red), blocks.of(self._high_red)
        np.copyto(low_red, red, where=value == low)
        np.copyto(high_red, red, where=value == high)
        up &= red | low_red
        down &= red | high_red
        turns = self._swing.turn(blocks, value, up, down, low, high)
        high_red[turns.up], low_red[turns.down] = red[turns.up], red[turns.down]
        np.copyto(low_red, high_red, where=np.isnan(low))  # where it stops, the other extreme is
        np.copyto(high_red, low_red, where=np.isnan(high))
        blocks.put(self._low_red, low_red)
        blocks.put(self._high_red, high_red)
        self._reddish[blocks.numbers] = True
        return turns


class NewRed:
    """WCAG 2.2: the colour moves by more than 0.2 in u'v' (CIE 1976), either state saturated red.

    No two saturated reds of sRGB are that far apart, so a transition leads into saturated red, up,
    or out of it, down: nothing goes on the same way. The extremes are the colours seen nearest to
    and farthest from the red primary since the last transition [u', v', that distance squared];
    infinite: none yet.
    """

    def __init__(self, count: int) -> None:
        self._red = np.full((3, count), np.inf, np.float32)
        self._other = np.full((3, count), -np.inf, np.float32)

    def start(self, groups: Groups, light: Light, red: Mask) -> None:
        colour = _chroma(light)
        _put(self._red, groups, np.flatnonzero(red), colour)
        _put(self._other, groups, np.flatnonzero(~red), colour)

    def __call__(self, groups: Groups, light: Light, red: Mask, stood: Mask) -> Turns:
        colour = _chroma(light)
        was_red = groups.of(self._red[2]) < np.inf
        farthest = groups.of(self._other[2])
        other = ~red
        _put(self._other, groups, (other & (colour[2] > farthest)).nonzero()[0], colour)
        now, then = red.nonzero()[0], (was_red & other).nonzero()[0]
        up = _apart(self._other, groups, now[farthest.take(now) > -np.inf], colour)
        down = _apart(self._red, groups, then, colour)
        nearest = self._red[2, groups.places(now)]
        _put(self._red, groups, now[colour[2].take(now) < nearest], colour)
        _put(self._red, groups, up, colour)
        _put(self._other, groups, down, colour)
        self._other[2, groups.places(up)] = self._red[2, groups.places(down)] = np.nan
        return Turns(up, down)


def saturated(light: Light) -> Mask:
    """Which blocks have R/(R+G+B) ≥ 0.8 and are lighter than a dark screen [n]."""
    red, green, blue = light
    return np.asarray((red >= SATURATED * (green + blue)) & (red > VEIL))


def luminance(light: Light) -> Value:
    """Y = 0.2126 R + 0.7152 G + 0.0722 B. Source: WCAG 2.2, relative luminance."""
    value = light[0] * LUMINANCE[0]
    value += light[1] * LUMINANCE[1]
    value += light[2] * LUMINANCE[2]
    return np.asarray(value)


def redness(light: Light) -> Value:
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


def _put(state: Light, groups: Groups, some: Places, colour: Light) -> None:
    """Some of the blocks of the groups have their colour as an extreme."""
    places = groups.places(some)
    for values, new in zip(state, colour, strict=True):
        values[places] = new.take(some)


def _apart(state: Light, groups: Groups, some: Places, colour: Light) -> Places:
    """Those of some blocks whose colour is farther than CHROMA from an extreme."""
    places = groups.places(some)
    u, v = (colour[i].take(some) - state[i].take(places) for i in (0, 1))
    squared = u**2 + v**2
    return np.asarray(some[squared > CHROMA**2])
