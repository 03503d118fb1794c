"""Flashes of a field over all its areas: blocks that take turns, in any place, at any angle."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizopt.flashes import fields
from vizopt.flashes.fields import Cells, inside
from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import Grid
from vizopt.flashes.recent import Recent
from vizopt.flashes.tally import MAX_TRANSITIONS, Blocks, Tally
from vizopt.flashes.together import Pairs
from vizopt.flashes.zigzag import Turns

GRID = Grid((256, 192))  # four screen pixels a block: a field is 64 × 86, a quarter of it 1364
H, W = GRID.shape
FPS = 24
BLACK, WHITE, RED, GREY = (0, 0, 0), (255, 255, 255), (255, 0, 0), (127, 127, 127)


def box(top, left, rows, columns, shape=(H, W)):
    mask = np.zeros(shape, bool)
    mask[top : top + rows, left : left + columns] = True
    return mask


NONE = box(0, 0, 0, 0)


def flashes(frames, fps=FPS):
    """The most in a second, of frames that say which blocks are lit."""
    tally, lit, most = Tally(GRID), frames[0], 0
    for i, now in enumerate(frames):
        tally.add(GRID.groups, Turns(np.flatnonzero(now & ~lit), np.flatnonzero(lit & ~now)))
        most = max(most, tally.close(round(i * 1e6 / fps)))
        lit = now
    return most / 2


def flashing(area, times=3, on=2, off=2, rest=NONE):
    """An area lit for some frames and dark for some, so many times, over what else is lit."""
    return ([area | rest] * on + [rest] * off) * times


def quarters(share, top, left, columns):
    """Two blocks, each of that share of a quarter of a field, as close as three lines."""
    rows = -(-round(share * GRID.quarter) // columns)
    assert 2 * rows + 3 <= GRID.field[0]
    assert columns <= GRID.field[1]
    return box(top, left, rows, columns), box(top + rows + 3, left, rows, columns)


@pytest.mark.parametrize("share", [1.0, 1.03, 1.17, 1.39])
def test_alternate_half_seconds_add_up_wherever_they_are(share):
    """Each flashes three times a second and passes alone; the field flashes six times."""
    rng = np.random.RandomState(round(100 * share))
    corners = [(0, 0), (0, 190), (128, 0), (128, 190)]
    for top, left in [
        *corners,
        *zip(rng.randint(0, 129, 6), rng.randint(0, 191, 6), strict=True),
    ]:
        a, b = quarters(share, top, left, 66)
        assert flashes([NONE, *flashing(a), *flashing(b)]) == 6, (top, left)
        assert flashes([NONE, *flashing(a, 6)]) == 6
        assert flashes([NONE, *flashing(a), *[NONE] * 12, *flashing(b)]) <= 3.5


def test_less_than_a_quarter_each_does_not():
    """Only block by block: as many as a quarter flash three times in the second."""
    a, b = quarters(0.95, 40, 50, 66)
    assert a.sum() < GRID.quarter
    assert flashes([NONE, *flashing(a), *flashing(b)]) == 3
    assert flashes([NONE, *flashing(a, 6), *flashing(b, 6)]) == 3


AREAS = {
    "two side by side": [box(60, 80, 36, 40), box(60, 122, 36, 40)],
    "overlapping": [box(60, 80, 36, 60), box(70, 90, 36, 60)],
    "three": [box(60, 80, 17, 84), box(78, 80, 17, 84), box(96, 80, 17, 84)],
    "four": [box(r, c, 32, 43) for r in (60, 92) for c in (80, 123)],
    "along the diagonal": [box(60, 80, 37, 37), box(87, 129, 37, 37)],
    "in pieces": [
        box(60, 80, 20, 40) | box(60, 125, 16, 40),
        box(82, 80, 16, 40) | box(100, 125, 20, 40),
    ],
}


@pytest.mark.parametrize("name", AREAS)
def test_areas_that_take_turns(name):
    """One flash each in turn: none of them flashes more than three times a second."""
    areas = AREAS[name]
    assert all(area.sum() >= GRID.quarter for area in areas)
    for on, found in ((1, 12), (2, 6), (4, 3)):
        frames = [NONE]
        for i in range(found + 3):
            frames += flashing(areas[i % len(areas)], 1, on, on)
        assert flashes(frames) == found


@pytest.mark.parametrize("count", [2, 3, 4])
def test_one_goes_dark_as_the_next_goes_light(count):
    """Two take turns as halves in opposition do; more make a flash of every other one."""
    areas = AREAS["four"][:count]
    frames = [areas[i % count] for i in range(24)]
    assert flashes(frames, 6) == 3
    assert flashes(frames, 12) == 6
    assert flashes(frames, 5) <= 3


def test_small_areas_in_opposition_are_one_flash():
    """One goes up while the other goes down, 0.6 of a quarter each; then two others do."""
    a, b, c, d = (box(60 + r, 80 + k, 21, 40) for r, k in product((0, 22), (0, 42)))
    assert 0.5 < a.sum() / GRID.quarter < 0.7
    both = [*[a | c, b | c] * 3, *[a | c, a | d] * 3, a | c]
    assert flashes([frame for frame in both for _ in range(2)]) == 6
    assert flashes([frame for frame in [a | c, b | c] * 4 for _ in range(4)]) == 3


def test_one_flash_each_of_small_areas_in_opposition():
    """Four pairs of areas, half a quarter and more each, change places once and back; the lit area
    stays, and no block turns more than twice."""
    areas = [box(60 + 8 * i, 80, 8, 86) for i in range(8)]
    rest = areas[0] | areas[2] | areas[4] | areas[6]
    frames = [rest]
    for one, other in zip(areas[::2], areas[1::2], strict=True):
        frames += [rest ^ one ^ other] * 2 + [rest] * 2
    assert flashes([*frames, *[rest] * 12]) == 4


@pytest.mark.parametrize("opposed", [False, True])
def test_large_parts_that_lag_behind_count_a_third_more_at_most(opposed):
    """Half of the field turns in one frame, half in the next. The dark between two flashes of the
    second half begins after a flash of the first half has ended, and so is a flash of its own."""
    lines = np.arange(H)[:, None] % 2 == 0
    first = box(0, 0, H, W // 2) if opposed else box(0, 0, H, W)
    period = [first ^ lines, *[~first] * 3, ~first ^ lines, *[first] * 3]
    assert flashes([first, *period * 6], 24) == 4  # three times a second
    assert flashes([first, *period * 6], 16) == 3


def test_each_place_changes_once():
    """The field goes light and dark by turns, though no place does so twice."""
    a, b, c, d = AREAS["four"]
    frames = [b | d, a | b | d, a | d, a | c | d, a | c]
    assert flashes(frames) == 2


@pytest.mark.parametrize("spread", [2, 3, 4])
def test_a_flash_may_come_and_go_by_parts(spread):
    """Fades: lines cross the threshold one after the other; seen as one flash each."""
    parts = [np.arange(H)[:, None] % spread < k for k in range(1, spread + 1)]
    frames = [NONE]
    for i in range(7):
        area = AREAS["two side by side"][i % 2]
        frames += [area & part for part in parts] + [area & ~part for part in parts]
    assert flashes(frames, 5 * 2 * spread) == 5
    assert flashes(frames, 3 * 2 * spread) == 3


def test_what_moves_is_no_flash():
    """A bar flashes where it passes, but never a quarter of a field at once; an edge never."""
    bars = [box(2 * i, 0, 6, W) for i in range(45)]
    assert flashes(bars, 30) == 1
    edges = [box(0, 0, 4 * i, W) for i in range(45)]
    assert flashes(edges, 30) <= 0.5


def test_what_just_reaches_a_quarter_again_and_again_is_counted_once():
    """Single blocks flash one after the other, now more, now fewer than a quarter of a field in a
    second: there is one flash of a quarter in it at most, however often the number is reached."""
    rng = np.random.RandomState(5)
    columns, cells = GRID.field[1], GRID.field[0] * GRID.field[1]
    frames, at = [NONE], 0
    for _ in range(120):
        lit = NONE.copy()
        wide = rng.randint(0.6 * GRID.quarter / FPS, 1.45 * GRID.quarter / FPS)
        for cell in range(at, at + wide):
            lit[divmod(cell % cells, columns)] = True
        frames.append(lit)
        at += wide
    recent = [sum(frame.sum() for frame in frames[i : i + FPS]) for i in range(96)]
    crossed = np.diff(np.array(recent) >= GRID.quarter)
    assert np.count_nonzero(crossed) >= 6
    assert flashes(frames) <= 1


def test_a_long_calm_does_not_hide_what_follows():
    a, b = AREAS["two side by side"]
    calm = [box(0, 0, i % 5, 20) for i in range(72)]
    assert flashes([*calm, NONE, *flashing(a), *flashing(b), *calm]) == 6
    wipe = [box(0, 0, 2 * i, W) for i in range(96)]
    assert flashes([*wipe, *[~frame for frame in [NONE, *flashing(a), *flashing(b)]]]) >= 6


def looks(frames, off, on):
    for i, frame in enumerate(frames):
        yield round(i * 1e6 / FPS), np.where(frame[..., None], on, off).astype(np.uint8)


@pytest.mark.parametrize(
    ("off", "on", "found"),
    [(BLACK, WHITE, (6, 0, 0)), (GREY, RED, (0, 6, 6)), (BLACK, RED, (6, 6, 6))],
)
def test_every_rule_adds_up(off, on, found):
    a, b = AREAS["along the diagonal"]
    meter = Meter(Grid((W, H)))
    for micros, frame in looks([NONE, *flashing(a), *flashing(b)], off, on):
        meter.see(micros, frame)
    assert tuple(worst.transitions / 2 for worst in meter.worst.values()) == found
    for worst in meter.worst.values():
        if worst.field:
            assert (a | b)[worst.field.slices].sum() > 0.8 * (a | b).sum()
            assert worst.micros == pytest.approx(1e6, abs=2e6 / FPS)


rectangles = st.tuples(
    *(st.integers(0, top) for top in (26, 34)), st.integers(3, 9), st.integers(3, 12)
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(rectangles, max_size=3), min_size=4, max_size=14))
def test_pairs_are_those_of_a_search_by_hand(toggles):
    """Every field, every moment: sets of blocks, one after the other."""
    grid = Grid((40, 30))
    recent, turns = Recent(grid.shape), []
    count = Pairs(grid, recent)
    lit = np.zeros(grid.shape, bool)
    for i, boxes in enumerate(toggles):
        turned = np.zeros(grid.shape, bool)
        for each in boxes:
            turned ^= box(*each, grid.shape)
        up, down = np.flatnonzero(turned & ~lit), np.flatnonzero(turned & lit)
        recent.close(i * 50_000, (up, down))
        count.take(list(recent.moments))
        lit ^= turned
        turns.append(turned)
    rows, columns = grid.field
    for top, left in product(range(0, 21, 5), range(0, 27, 6)):
        part = [t[top : top + rows, left : left + columns] for t in turns]
        assert count.recent.counts[top, left] == by_hand(part, grid.quarter)


def by_hand(turns, quarter):
    """Halves of flashes of a field: two for each that ended, one for one that began."""
    found, last = 0, 0
    for end in range(1, len(turns) + 1):
        for middle in range(last + 1, end):
            before = np.any(turns[last:middle], axis=0)
            after = np.any(turns[middle:end], axis=0)
            if (before & after).sum() >= quarter:
                found, last = found + 2, end
                break
    rest = np.any(turns[last:], axis=0) if turns[last:] else np.zeros(1)
    return found + (rest.sum() >= quarter)


SIZES = st.sampled_from([(256, 192), (300, 170), (96, 200), (1024, 40)])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), SIZES, st.floats(0, 1), st.floats(0.3, 1.2))
def test_the_fullest_field_is_that_of_a_count_of_all(seed, size, dense, part):
    """Or there is none that holds as many as are looked for."""
    grid = Grid(size)
    rng = np.random.RandomState(seed)
    mask = box(*(rng.randint(0, side) for side in grid.shape), *grid.field, grid.shape)
    mask = mask & (rng.rand(*grid.shape) < dense) | (rng.rand(*grid.shape) < 0.05)
    counts = inside(mask, grid)
    least = max(1, round(part * counts.max()))
    most, field = Cells(grid).fullest(mask, least)
    if counts.max() < least:
        assert most < least
        assert field or most >= counts.max()
    else:
        top, left = divmod(int(counts.argmax()), counts.shape[1])
        assert (most, field) == (counts.max(), (top, left, *grid.field))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.tuples(*(st.integers(1, 70) for _ in "hw")), st.booleans())
def test_windows_hold_what_lies_in_them(seed, shape, many):
    rng = np.random.RandomState(seed)
    side = tuple(rng.randint(1, length + 1) for length in shape)
    values = rng.randint(-1, 2, (3, *shape) if many else shape).astype(np.int8)
    by_hand = np.lib.stride_tricks.sliding_window_view(values, side, (-2, -1)).sum((-2, -1))
    assert (fields._windows(values, side) == by_hand).all()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.3, 1), st.integers(30, 90))
def test_levels_are_those_of_a_count_of_all(seed, dense, milliseconds):
    """What is not counted anew, since too few blocks have turned, would have changed nothing."""
    grid, rng = Grid((96, 72)), np.random.RandomState(seed)
    blocks, fast, sides = Blocks(grid), 0, grid.field
    for i in range(40):
        corner = (rng.randint(0, side) for side in grid.shape)
        mask = box(*corner, *(rng.randint(side // 3, side + 1) for side in sides), grid.shape)
        turned = np.flatnonzero(mask & (rng.rand(*grid.shape) < dense))
        up, down = np.split(turned, [len(turned) // 2])
        level = blocks.close(i * milliseconds * 1000, (up, down) if i % 9 else None)
        counts = blocks.recent.counts
        most = [inside(counts >= n, grid).max() for n in range(1, counts.max() + 1)]
        assert level == sum(count >= grid.quarter for count in most)
        fast = max(fast, inside(counts > MAX_TRANSITIONS, grid).max())
        assert blocks.fast == pytest.approx(fast / grid.quarter)
        assert blocks.recent.most == counts.max()


def test_a_place_that_turns_both_ways_at_once_turns_once():
    recent = Recent((1, 4))
    for micros in (0, 500_000, 1_100_000):
        recent.close(micros, (np.array([1, 3]), np.array([0, 3])))
    assert recent.counts.tolist() == [[2, 2, 0, 2]]
    assert (recent.most, recent.reached(2), recent.gains(2), recent.gains(3)) == (2, 3, 3, 3)
    assert recent.mask(recent.moments[-1].up).tolist() == [[False, True, False, True]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), SIZES)
def test_fields_of_cells_hold_every_field(seed, size):
    """And are at most two cells wider."""
    grid = Grid(size)
    cells = Cells(grid)
    mask = np.random.RandomState(seed).rand(*grid.shape) < 0.3
    exact, wide = inside(mask, grid), cells.inside(mask)
    assert wide.shape == cells.fields
    side = max(1, round(6.4 / grid.area**0.5))
    tops, lefts = (
        np.minimum(np.arange(count) // side, most - 1)
        for count, most in zip(exact.shape, wide.shape, strict=True)
    )
    assert (wide[np.ix_(tops, lefts)] >= exact).all()
    whole = cells.inside(np.ones(grid.shape, bool))
    rows, columns = grid.field
    assert whole.max() <= (rows + 2 * side) * (columns + 2 * side)
    for index in (0, wide.size // 2, wide.size - 1):
        field = cells.field(index)
        assert mask[field.slices].size == rows * columns
        assert mask[field.slices].sum() <= wide.ravel()[index]
