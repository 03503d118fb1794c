"""What stops and goes on the same way: flashes, dark and bright ones, on one grey."""

from itertools import product
from math import cos, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import Grid
from vizopt.flashes.light import LINEAR

H, W = 192, 256  # four screen pixels a pixel: a quarter of a field is 1364 of them
BLACK, GREY, WHITE = (0, 0, 0), (127, 127, 127), (255, 255, 255)
DARK_RED, RED = (160, 0, 0), (255, 0, 0)
RULES = ["general", "red, WCAG 2.0"]
STEP, LEVELS = 0.1, [0, 0.25, 0.6, 1]


def box(top, left, rows, columns):
    mask = np.zeros((H, W), bool)
    mask[top : top + rows, left : left + columns] = True
    return mask


ONE, BOTH, OTHER = box(60, 80, 20, 43), box(80, 80, 16, 43), box(96, 80, 20, 43)


def plain(colour):
    return np.full((H, W, 3), colour, np.uint8)


def grey(level):
    return (int(np.abs(LINEAR - level).argmin()),) * 3


def flashes(frames, fps, rule="general"):
    meter = Meter(Grid((W, H)))
    for i, frame in enumerate(frames):
        meter.see(round(i * 1e6 / fps), frame)
    return meter.worst[rule].transitions / 2


def in_turn(on, off, colours, areas=(ONE | BOTH, OTHER | BOTH), count=5):
    """One area flashes to the first colour, the other to the last, by turns on the middle one."""
    ground = plain(colours[1])
    frames = [ground] * off
    for area, colour in [*zip(areas, (colours[0], colours[2]), strict=True)] * count:
        frames += [np.where(area[..., None], colour, ground).astype(np.uint8)] * on
        frames += [ground] * off
    return frames


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("on", "off"), [(1, 2), (2, 2), (1, 3), (4, 2), (3, 5)])
def test_dark_and_bright_flashes_in_turn_are_counted_each(on, off, rule):
    """Neither area alone reaches a quarter without what it shares with the other."""
    quarter = Grid((W, H)).quarter
    assert max(ONE.sum(), OTHER.sum(), BOTH.sum()) < quarter < (ONE | BOTH).sum()
    colours = (BLACK, GREY, WHITE) if rule == "general" else (BLACK, DARK_RED, RED)
    for order in (colours, colours[::-1]):
        frames = in_turn(on, off, order)
        assert flashes(frames, 10 * (on + off), rule) == 10
        assert flashes(frames, 3 * (on + off), rule) == 3


@pytest.mark.parametrize("spread", [2, 3])
def test_flashes_that_fade_in_and_out_are_counted_each(spread):
    frames = []
    for one, other in zip((moves := in_turn(1, 2, (BLACK, GREY, WHITE))), moves[1:], strict=False):
        parts = np.arange(spread)[:, None, None, None] / spread
        frames += list((one * (1 - parts) + other * parts).astype(np.uint8))
    assert flashes(frames, 30 * spread) >= 9.5


def test_a_frame_that_is_long_stands():
    """A GIF shows what stands as one frame; of a shorter one none knows."""
    frames = in_turn(1, 1, (BLACK, GREY, WHITE))
    assert flashes(frames, 9.9) >= 4.5
    assert flashes(frames, 10.1) <= 3


def test_a_flash_after_a_fade_from_black_is_one():
    """Four places, one after the other, go bright once; all have come to grey the same way."""
    ground, places = plain(GREY), [box(r, c, 32, 43) for r, c in product((60, 92), (80, 123))]
    frames = [plain(BLACK), *[ground] * 40]
    for area in places:
        frames += [np.where(area[..., None], WHITE, ground).astype(np.uint8)] * 2 + [ground] * 2
    assert flashes(frames, 20) == 4


def wave(kind, hz, fps):
    """Luminance for four seconds."""
    for i in range(4 * fps):
        phase = i * hz / fps % 1
        yield {
            "triangle": 2 * min(phase, 1 - phase),
            "sine": 0.5 - 0.5 * cos(2 * pi * phase),
            "sawtooth": phase,
            "fade": min(1, 4 * phase, max(0, 3 - 4 * phase)),
        }[kind]


@pytest.mark.parametrize("kind", ["triangle", "sine", "sawtooth", "fade"])
@pytest.mark.parametrize("fps", [12, 24, 30])
def test_what_does_not_stop_is_counted_from_peak_to_valley(kind, fps):
    for hz in (0.5, 1, 2, 3):
        assert flashes([plain(grey(level)) for level in wave(kind, hz, fps)], fps) <= max(hz, 1)


def painted(*parts):
    """A frame with these colours under these masks, black elsewhere."""
    frame = plain(BLACK)
    for mask, colour in parts:
        frame[mask] = colour
    return frame


@pytest.mark.parametrize("inverted", [False, True])
def test_what_goes_on_makes_an_area_lighter(inverted):
    """By turns one place goes from grey to white and another one, as large, from white to black."""
    masks = [box(row, column, 32, 43) for row, column in product((60, 92), (80, 123))]
    colours = {0: GREY, 1: WHITE, 2: GREY, 3: WHITE}
    frames = [painted((masks[1], WHITE), (masks[3], WHITE))]
    frames += [painted(*((masks[k], colour) for k, colour in colours.items()))] * 40
    for k, colour in ((0, WHITE), (1, BLACK), (2, WHITE), (3, BLACK)):
        colours[k] = colour
        frames += [painted(*((masks[k], colour) for k, colour in colours.items()))] * 2
    assert flashes([255 - frame if inverted else frame for frame in frames], 20) == 2


def test_a_flash_may_turn_at_the_moment_of_its_first_half():
    """Its halves turn back one after the other; what goes on beside them takes nothing away."""
    upper, beside, lower = (box(row, 80, 16, 43) for row in (60, 84, 108))  # in one field
    quarter = Grid((W, H)).quarter
    assert max(upper.sum(), lower.sum(), beside.sum()) < quarter <= (upper | lower).sum()
    rest, before = painted((beside, GREY)), box(60, 123, 32, 43)
    frames = [painted()] + [rest] * 40
    frames += [painted((beside, GREY), (before, WHITE))] * 2 + [rest] * 2  # another one
    frames += [painted((beside, GREY), (upper | lower, WHITE))] * 2
    frames += [painted((beside, WHITE), (lower, WHITE))] * 2
    frames += [painted((beside, WHITE))] * 2
    assert flashes(frames, 20) == 2


@pytest.mark.parametrize("steps", [2, 3, 5, 10])
def test_stairs_count_twice_at_most(steps):
    """Each of their stops may be the end of a flash; of one way alone there is none."""
    levels = wave("triangle", 1, 30)
    stairs = [plain(grey(round(level * steps) / steps)) for level in levels]
    assert flashes(stairs, 30) <= 2
    assert flashes(stairs[:16], 30) == 0.5


def test_a_stop_may_be_noisy():
    rng = np.random.RandomState(0)
    frames = [
        np.clip(frame + rng.randint(-1, 2, frame.shape), 0, 255).astype(np.uint8)
        for frame in in_turn(3, 6, (BLACK, GREY, WHITE))
    ]
    assert flashes(frames, 90) == 10


SMALL = Grid((40, 30))  # of 34 blocks in a quarter
rectangles = st.tuples(
    *(st.integers(0, most) for most in (20, 26)), st.integers(4, 10), st.integers(5, 14)
)
clips = st.lists(
    st.tuples(
        st.lists(st.tuples(rectangles, st.integers(0, 3)), min_size=1, max_size=3),
        st.integers(1, 3),
    ),
    min_size=4,
    max_size=9,
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3), clips)
def test_the_count_is_never_below_that_of_a_search_by_hand(first, clip):
    """Of every field the most flashes one after the other, each of a quarter of it."""
    now, frames = np.full(SMALL.shape, LEVELS[first]), []
    for boxes, long in clip:
        now = now.copy()
        for (top, left, rows, columns), level in boxes:
            now[top : top + rows, left : left + columns] = LEVELS[level]
        frames += [now] * long
    codes = np.array([grey(level)[0] for level in LEVELS], np.uint8)
    meter, values = Meter(SMALL), np.array(frames)
    for i, frame in enumerate(frames[:25]):
        shown = codes[np.searchsorted(LEVELS, frame)]
        meter.see(i * 40_000, np.repeat(shown[..., None], 3, axis=2))
    assert meter.worst["general"].transitions >= 2 * by_hand(values[:25])


def by_hand(values):
    """The most flashes that any field has."""
    count = len(values)
    kinds, of = np.unique(values.reshape(count, -1), axis=1, return_inverse=True)
    changes = [[*there_and_back(list(kind))] for kind in kinds.T]
    rows, columns = SMALL.field
    tops, lefts = (side - part + 1 for side, part in zip(SMALL.shape, SMALL.field, strict=True))
    held = np.zeros((tops * lefts, len(changes)), int)
    of = of.reshape(SMALL.shape)
    for i, (top, left) in enumerate(product(range(tops), range(lefts))):
        part = of[top : top + rows, left : left + columns]
        held[i] = np.bincount(part.ravel(), minlength=len(changes))
    most, last = np.zeros(len(held), int), np.zeros(len(held), int)
    for now in range(1, count):
        for since, middle in product(range(now), range(1, now)):
            if middle > since:
                those = [
                    any(since <= s and t <= middle < u <= now for s, t, u in each)
                    for each in changes
                ]
                ends = (last == since) & (held[:, those].sum(axis=1) >= SMALL.quarter)
                most[ends], last[ends] = most[ends] + 1, now
    return most.max()


def there_and_back(levels):
    """Where changes of a step start that do not go on from another, where they are complete, and
    where what they came to is a step away again."""
    for start, way in product(range(len(levels)), (1, -1)):
        if start and way * (levels[start] - levels[start - 1]) > 0:
            continue
        seen = [way * level for level in levels]
        ends = [t for t in range(start + 1, len(seen)) if seen[t] - seen[start] >= STEP]
        if ends:
            after = range(ends[0] + 1, len(seen))
            back = [u for u in after if max(seen[ends[0] : u + 1]) - seen[u] >= STEP]
            if back:
                yield start, ends[0], back[0]
