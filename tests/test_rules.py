"""The rules of a flash, which skip what cannot matter, against each block's own history."""

import numpy as np
import pytest

from vizopt.flashes.grid import Groups
from vizopt.flashes.zigzag import (
    CHROMA,
    CONTRAST,
    DARK,
    REDNESS,
    UCS,
    WHITE,
    General,
    NewRed,
    OldRed,
    saturated,
)

SIDE, COUNT = 8, 64  # blocks of a group, and in all
STEPS = 80
PRIMARY = UCS[:2, 0] / UCS[2, 0]


class Block:
    """One block by one rule: told what it shows, says which ways it turns."""

    def __init__(self):
        self.seen = []  # since the last turn, what it turned to included
        self.last = ""

    def __call__(self, now):
        self.seen.append(now)
        ways = [way for way in ("up", "down") if way != self.last and self.turns(way, now)]
        if ways:
            self.seen, self.last = [now], ways[0] if len(ways) == 1 else ""
        return ways


class GeneralBlock(Block):
    def turns(self, way, now):
        if way == "up":
            return now - min(self.seen) >= CONTRAST and min(self.seen) < DARK
        return max(self.seen) - now >= CONTRAST and now < DARK


class OldRedBlock(Block):
    """It shows its redness, and whether that is saturated."""

    def turns(self, way, now):
        end = (min if way == "up" else max)(value for value, _ in self.seen)
        far = now[0] - end if way == "up" else end - now[0]
        red = [red for value, red in self.seen if value == end][-1]
        return far >= REDNESS and (now[1] or red)


class NewRedBlock(Block):
    """It shows u', v', how far they are from the red primary, and whether it is saturated red."""

    def turns(self, way, now):
        others = [value for value in self.seen if value[3] != now[3]]
        if now[3] != (way == "up") or not others:
            return False
        end = (max if way == "up" else min)(others, key=lambda value: value[2])
        return (now[0] - end[0]) ** 2 + (now[1] - end[1]) ** 2 > CHROMA**2


def general(light):
    return list(0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2])


def old_red(light):
    value = np.maximum(0, 320 * (light[0] - light[1] - light[2]))
    return list(zip(value, saturated(light), strict=True))


def new_red(light):
    u, v, total = UCS @ np.where((light <= 0.0025).all(axis=0), 1, light)
    u, v = u / total, v / total
    return list(zip(u, v, np.hypot(u - PRIMARY[0], v - PRIMARY[1]), saturated(light), strict=True))


RULES = {
    "general": (General, GeneralBlock, general),
    "new red": (NewRed, NewRedBlock, new_red),
    "old red": (OldRed, OldRedBlock, old_red),
}


def greys(rng):
    """Steps of about a tenth, more of them near white."""
    level = rng.choice([0, 0.1, 0.2, 0.3, 0.7, 0.79, 0.81, 0.9, 1], COUNT)
    return np.tile(level + rng.uniform(-0.004, 0.004, COUNT), (3, 1)).clip(0, 1)


def reds(rng):
    """Saturated ones and others, from dark to light, and black."""
    light = rng.choice([0, 0.002, 0.05, 0.1, 0.15, 0.4, 1], (3, COUNT))
    light[1:] *= rng.choice([0, 0.1, 0.2, 0.3, 1], (2, COUNT))
    return light + rng.uniform(0, 0.001, (3, COUNT))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("colours", [greys, reds])
@pytest.mark.parametrize("name", RULES)
def test_every_block_turns_when_its_own_history_says_so(name, colours, seed):
    rng = np.random.RandomState(seed)
    kind, plain, values = RULES[name]
    rule, each = kind(COUNT), [plain() for _ in range(COUNT)]
    light = colours(rng).astype(np.float32)
    groups, turns = Groups(np.arange(COUNT // SIDE), SIDE), 0
    for step in range(STEPS):
        new = np.where(rng.rand(COUNT) < 0.6, colours(rng), light).astype(np.float32)
        if step:
            groups = Groups(np.flatnonzero(rng.rand(COUNT // SIDE) < 0.7), SIDE)
        places = groups.places(np.arange(len(groups.numbers) * SIDE))
        light[:, places] = new[:, places]
        shown = light[:, places]
        if step:
            up, down, *_ = rule(groups, shown, saturated(shown), rng.rand(len(places)) < 0.3)
        else:
            rule.start(groups, shown, saturated(shown))
            up = down = np.zeros(0, int)
        found = [each[i](now) for i, now in zip(places, values(shown), strict=True)]
        assert list(up) == [i for i, ways in enumerate(found) if "up" in ways]
        assert list(down) == [i for i, ways in enumerate(found) if "down" in ways]
        turns += len(up) + len(down)
    assert turns > COUNT or (name, colours) in [("new red", greys), ("old red", greys)]


def test_black_has_the_colour_of_white():
    """A dark screen's reflection hides what chromaticity there is."""
    assert np.allclose(WHITE, new_red(np.zeros((3, 1)))[0][:2])


@pytest.mark.parametrize(
    ("levels", "stands", "higher", "lower"),
    [
        ([0, 0.2, 0.2, 0.5], [], [3], []),
        ([0, 0.2, 0.5, 0.8, 0.3, 0.1, 0], [], [], []),  # it does not stop
        ([0, 0.2, 0.5], [2], [2], []),  # it stood, as another frame said
        ([0, 0.2, 0.204, 0.31], [], [3], []),  # it stopped all but a twentieth of a step
        ([0, 0.2, 0.2, 0.25, 0.31], [], [4], []),  # it goes on by degrees
        ([0, 0.2, 0.2, 0.31, 0.5, 0.8], [], [3], []),  # and is higher once
        ([0, 0.2, 0.2, 0.31, 0.31, 0.42], [], [3, 5], []),
        ([0, 0.2, 0.13, 0.24], [], [3], []),  # it went back a little
        ([0, 0.2, 0.2, 0.29, 0.1, 0.3], [], [], []),
        ([0.5, 0.3, 0.3, 0.1, 0.1, 0], [], [], [3, 5]),
        ([0, 0.79, 0.79, 0.95], [], [3], []),
        ([0, 0.81, 0.81, 0.95], [], [], []),  # neither is dark
    ],
)
def test_what_stops_and_goes_on_is_told_apart(levels, stands, higher, lower):
    group, rule = Groups(np.zeros(1, int), 1), General(1)
    found = {"higher": [], "lower": []}
    for i, level in enumerate(levels):
        light, red = np.full((3, 1), level, np.float32), np.zeros(1, bool)
        if i == 0:
            rule.start(group, light, red)
            continue
        turns = rule(group, light, red, np.array([i in stands]))
        for way, those in found.items():
            those += [i] * len(getattr(turns, way))
    assert found == {"higher": higher, "lower": lower}
