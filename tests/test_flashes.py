"""The flash meter on made pictures whose verdict is known from the definitions alone."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizopt.flashes import flashes as meters
from vizopt.flashes.fields import inside
from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import Grid
from vizopt.flashes.light import LINEAR, changed, light_of
from vizopt.flashes.tally import MAX_TRANSITIONS

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
RED, BLUE, GREY = (255, 0, 0), (0, 0, 255), (127, 127, 127)  # GREY is as luminous as RED
PINK = (255, 140, 90)
ORANGE, SKY = (230, 159, 0), (86, 180, 233)
W, H = 256, 192  # four screen pixels a pixel: a field is 86 × 64, a quarter of it 1364 pixels
FIELD, QUARTER = (64, 86), 1364


def plain(colour, size=(W, H)):
    return np.full((size[1], size[0], 3), colour, np.uint8)


def grey(luminance):
    return (int(np.abs(LINEAR - luminance).argmin()),) * 3


def box(top, left, rows, columns):
    """A mask [H, W, 1]."""
    mask = np.zeros((H, W, 1), bool)
    mask[top : top + rows, left : left + columns] = True
    return mask


def blinking(hz, a=BLACK, b=WHITE, fps=None, seconds=3, mask=True, size=(W, H)):
    """(µs, frame): a and b by turns under the mask, a around it."""
    fps = fps or round(hz * 2) * (1 if hz > 4 else 4)
    frames = plain(a, size), np.where(mask, plain(b, size), plain(a, size))
    for i in range(round(seconds * fps)):
        yield round(i * 1e6 / fps), frames[int(i * 2 * hz / fps + 1e-9) % 2]


def timed(frames, fps):
    return ((round(i * 1e6 / fps), frame) for i, frame in enumerate(frames))


def worst(clip):
    meter = None
    for micros, frame in clip:
        meter = meter or Meter(Grid((frame.shape[1], frame.shape[0])))
        meter.see(micros, frame)
    return meter.worst


def flashes(clip):
    """Most flashes in a second: general, red by WCAG 2.2, red by WCAG 2.0."""
    return tuple(found.transitions / 2 for found in worst(clip).values())


def fails(clip):
    """Which of general, new red, old red fail."""
    return failing(flashes(clip))


def failing(found):
    return tuple(count > MAX_TRANSITIONS / 2 for count in found)


@pytest.mark.parametrize("hz", [1, 3, 3.5, 5, 12.5])
def test_a_whole_frame_fails_above_three_flashes_a_second(hz):
    found = flashes(blinking(hz, seconds=2))
    assert found == (hz, 0, 0)
    assert failing(found) == (hz > 3, False, False)


@pytest.mark.parametrize(("gap", "most"), [(166_667, 3), (166_600, 3), (166_500, 3.5)])
def test_half_a_millisecond_does_not_matter_at_the_limit(gap, most):
    frames = [plain(WHITE if i % 2 else BLACK, (64, 48)) for i in range(20)]
    assert flashes((i * gap, frame) for i, frame in enumerate(frames))[0] == most


@pytest.mark.parametrize(("change", "failed"), [(0.09, False), (0.11, True)])
def test_contrast(change, failed):
    assert fails(blinking(5, grey(0.3), grey(0.3 + change)))[0] == failed


@pytest.mark.parametrize(("darker", "failed"), [(0.79, True), (0.81, False)])
def test_the_darker_state(darker, failed):
    assert fails(blinking(5, grey(darker), grey(darker + 0.15)))[0] == failed


@pytest.mark.parametrize(
    ("a", "b", "failed"),
    [
        (RED, BLACK, (True, True, True)),
        (RED, BLUE, (True, True, True)),
        (RED, GREY, (False, True, True)),
        (RED, (200, 0, 0), (False, False, True)),  # one chromaticity
        ((70, 0, 0), BLACK, (False, True, False)),  # too dark for the old definition
        (RED, (203, 0, 170), (False, False, True)),  # 0.196 apart in u'v'
        ((255, 137, 0), BLUE, (True, False, False)),  # R is 0.80 of the light, less a little
        ((255, 134, 0), BLUE, (True, True, True)),  # and a little more
        ((120, 0, 0), (255, 140, 60), (True, False, True)),  # the darker one is the saturated one
        ((8, 0, 0), BLACK, (False, False, False)),  # as dark as an empty screen
        ((8, 0, 0), BLUE, (False, False, False)),
        ((8, 3, 0), RED, (True, True, True)),  # black, so as far from red as white is
        (ORANGE, SKY, (False, False, False)),
        (ORANGE, BLUE, (True, False, False)),
    ],
)
def test_colours(a, b, failed):
    small = {"size": (64, 48), "seconds": 2}
    assert fails(blinking(5, a, b, **small)) == failed
    assert fails(blinking(5, b, a, **small)) == failed
    assert fails(blinking(3, a, b, fps=6, **small)) == (False, False, False)


@pytest.mark.parametrize(
    ("levels", "transitions"),
    [
        ([1.0, 0.85], 0),
        ([0.85, 1.0, 0.5], 1),
        ([0.5, 1.0, 0.85, 1.0, 0.5], 2),
        ([1.0, 0.85, 0.79, 0.95], 2),
        ([0.2, 0.25, 0.35, 0.3, 0.2], 2),
    ],
)
def test_only_swings_that_reach_into_the_dark_count(levels, transitions):
    frames = [plain(grey(level), (64, 48)) for level in levels]
    assert worst(timed(frames, 10))["general"].transitions == transitions


def ramps(hz, low, high, fps, seconds=3):
    """Luminance up and down in straight lines."""
    for i in range(round(seconds * fps)):
        phase = i * hz / fps % 1
        level = low + (high - low) * (2 * phase if phase < 0.5 else 2 - 2 * phase)
        yield round(i * 1e6 / fps), plain(grey(level), (64, 48))


def test_slow_ramps_add_up():
    steps = [LINEAR[f[0, 0, 0]] for _, f in ramps(5, 0.2, 0.5, 60)]
    assert np.abs(np.diff(steps)).max() < 0.07
    assert flashes(ramps(5, 0.2, 0.5, 60))[0] == 5
    assert flashes(ramps(1, 0.2, 0.5, 60))[0] == 1
    assert flashes(ramps(5, 0.2, 0.29, 60))[0] == 0


def test_steps_on_the_way_do_not_count_again():
    stairs = [0.05, 0.2, 0.15, 0.4, 0.33, 0.7, 0.5, 0.25, 0.32, 0.05]
    frames = [plain(grey(level), (64, 48)) for level in stairs * 3]
    assert flashes(timed(frames, 10))[0] == pytest.approx(1.5, abs=0.5)


@pytest.mark.parametrize("between", [(170, 60, 60), (255, 140, 60)])
def test_red_reached_by_a_fade_is_a_red_flash(between):
    shades = [BLACK, (90, 60, 60), between, RED, between, (90, 60, 60)]
    frames = [plain(shade, (64, 48)) for shade in shades * 12]
    assert fails(timed(frames, 30))[1:] == (True, True)
    assert fails(timed(frames, 12))[1:] == (False, False)


@pytest.mark.parametrize(
    ("mask", "failed"),
    [
        (box(0, 0, 36, 36), False),  # 23.8 % of a field
        (box(0, 0, 37, 38), True),  # 25.8 %
        (box(75, 100, 37, 38), True),
        (box(H - 37, W - 38, 37, 38), True),
        (box(H - 36, W - 36, 36, 36), False),
        (box(76, 108, 40, 40), True),  # 3 % of the frame, the rest is still
        (box(0, 0, 10, W), False),  # a long strip: no field sees a quarter of it
        (box(0, 0, 20, W), True),
        (box(0, 0, H, W // 5), True),
        (box(0, 0, 30, 30) | box(150, 200, 30, 30), False),  # too far apart to add up
        (box(0, 0, 30, 30) | box(30, 50, 30, 30), True),  # in one field
    ],
)
def test_area_in_a_field(mask, failed):
    assert fails(blinking(5, mask=mask))[0] == failed


@pytest.mark.parametrize(("of_ten", "failed"), [(2, False), (3, True)])
def test_a_share_of_the_frame_spread_evenly(of_ten, failed):
    mask = np.zeros((H, W, 1), bool)
    mask[np.arange(H) * 7 % 10 < of_ten] = True
    assert abs(mask.mean() - of_ten / 10) < 0.01
    assert fails(blinking(5, mask=mask))[0] == failed


def test_the_area_says_how_near_the_limit_it_is():
    found = worst(blinking(5, mask=box(10, 20, 36, 36)))["general"]
    assert found.fast == pytest.approx(36 * 36 / QUARTER)
    assert found.transitions == 0
    found = worst(blinking(5, mask=box(100, 150, 50, 50)))["general"]
    assert found.fast == pytest.approx(50 * 50 / QUARTER)
    assert found.micros == 1_000_000
    top, left, rows, columns = found.field
    assert (rows, columns) == FIELD
    assert top <= 150
    assert left <= 200
    assert top + rows > 100
    assert left + columns > 150


@pytest.mark.parametrize(("hz", "failed"), [(2, False), (3, False), (5, True)])
def test_halves_in_opposition(hz, failed):
    left = box(0, 0, H, W // 2)
    frames = [np.where(left == bool(i % 2), WHITE, BLACK).astype(np.uint8) for i in range(20)]
    general = flashes(timed(frames, 2 * hz))[0]
    assert general == hz  # not doubled
    assert (general > 3) == failed


def jumping(spread=1, rows=45, columns=60):
    """Flashes of four places in turn, each one dark again before the next; a flash may take
    several frames to come and go, some lines at a time."""
    dark = plain(BLACK)
    for i in range(12):
        top, left = 50 + rows // 2 * (i % 2), 70 + columns // 2 * (i // 2 % 2)
        for part in [*range(1, spread + 1), *range(spread - 1, -1, -1)]:
            lines = np.arange(H)[:, None, None] % spread < part
            yield np.where(box(top, left, rows, columns) & lines, WHITE, dark).astype(np.uint8)


@pytest.mark.parametrize("spread", [1, 2, 3])
def test_flashes_that_jump_around_are_flashes(spread):
    frames = list(jumping(spread))
    assert flashes(timed(frames, 5 * 2 * spread))[0] >= 4.5
    assert 2 <= flashes(timed(frames, 2.5 * 2 * spread))[0] <= 3


def test_a_quadrant_each_time():
    """No place flashes more than 1.5 times a second."""
    quadrants = [box(r, c, 32, 43) for r in (0, 32) for c in (0, 43)]
    lit = [np.where(q, WHITE, BLACK).astype(np.uint8) for q in quadrants]
    frames = [f for i in range(12) for f in (lit[i % 4], plain(BLACK))]
    assert flashes(timed(frames, 12))[0] == 6


def test_a_fine_pattern_is_averaged_in_light():
    """One pixel of a large frame is under a tenth of a degree."""
    size = (1024, 768)
    board = np.where(np.indices(size[::-1]).sum(axis=0)[..., None] % 2, WHITE, BLACK)
    board = board.astype(np.uint8)
    half = [board, plain(grey(0.5), size)] * 5
    assert flashes(timed(half, 25)) == (0, 0, 0)
    wrong = [board, plain((128,) * 3, size)] * 5  # half of the code, a fifth of the light
    assert fails(timed(wrong, 25))[0]


@pytest.mark.parametrize(("every", "failed"), [(12, True), (20, False)])
def test_one_frame_of_sixty_is_a_flash(every, failed):
    frames = [plain(WHITE if i % every == 0 else BLACK, (64, 48)) for i in range(150)]
    assert fails(timed(frames, 60))[0] == failed


def test_a_moving_line_flashes_once_where_it_passes():
    frames = [np.where(box(i % H, 0, 1, W), WHITE, BLACK).astype(np.uint8) for i in range(45)]
    assert flashes(timed(frames, 30)) == (1, 0, 0)


def test_single_lines_here_and_there_pass():
    random = np.random.RandomState(0)
    frames = [np.where(box(n, 0, 1, W), WHITE, BLACK) for n in random.randint(0, H, 90)]
    assert flashes(timed([f.astype(np.uint8) for f in frames], 30))[0] <= 1


def test_only_the_times_count():
    frames = [plain(WHITE if i % 2 else BLACK, (64, 48)) for i in range(20)]
    delays = [70_000] * 6 + [600_000] * 14
    assert flashes(zip(accumulate(delays), frames, strict=True))[0] == 3
    delays[5:7] = 70_000, 70_000
    assert flashes(zip(accumulate(delays), frames, strict=True))[0] == 3.5


@pytest.mark.parametrize("size", [(1, 1), (63, 47), (48, 64), (1023, 57), (1279, 719), (2000, 30)])
def test_odd_sizes(size):
    general = fails(blinking(5, fps=10, seconds=1, size=size))[0]
    rows, columns = Grid(size).field
    assert general == (rows * columns >= Grid(size).quarter)
    assert flashes([(0, plain(WHITE, size))]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("size", "block", "side"),
    [((1280, 720), 2, 1.6), ((800, 450), 1, 1.28), ((3840, 2160), 7, 1.87), ((768, 1024), 2, 1.5)],
)
def test_blocks_are_finer_than_the_eye(size, block, side):
    grid = Grid(size)
    assert grid.block == block
    assert grid.area**0.5 == pytest.approx(side, abs=0.01)
    assert grid.quarter == pytest.approx(grid.field[0] * grid.field[1] / 4, rel=0.02)


PALETTE = [BLACK, WHITE, RED, BLUE, GREY, ORANGE, SKY, (200, 40, 30), (90, 0, 0), (230, 230, 230)]
clips = st.lists(st.tuples(st.sampled_from(PALETTE), st.integers(20, 250)), min_size=2, max_size=24)


def patch(clip, scale=1, slower=1, mirror=(1, 1), shift=0):
    """A patch of changing colours on grey, larger than a field."""
    micros = shift
    for colour, milliseconds in clip:
        frame = plain((60, 60, 60), (64 * scale, 48 * scale))
        frame[8 * scale : 40 * scale, 4 * scale : 36 * scale] = colour
        yield round(micros), frame[:: mirror[0], :: mirror[1]]
        micros += milliseconds * 1000 * slower


BLINKING = [(BLACK, 100), (RED, 100), (WHITE, 80), (BLUE, 120)] * 3


@settings(max_examples=20, deadline=None)
@given(clips, st.integers(2, 3), st.sampled_from([(1, -1), (-1, 1)]), st.integers(0, 10**10))
@example(BLINKING, 4, (-1, 1), 10**10)
def test_scaling_mirroring_and_shifting_change_nothing(clip, scale, mirror, shift):
    found = flashes(patch(clip))
    assert flashes(patch(clip, scale=scale)) == found
    assert flashes(patch(clip, mirror=mirror)) == found
    assert flashes(patch(clip, shift=shift)) == found


@settings(max_examples=30, deadline=None)
@given(clips, st.sampled_from([1.1, 1.5, 2, 3]), st.booleans())
@example(BLINKING, 1.1, True)
def test_slower_is_never_worse(clip, slower, stands):
    """Where what stood by its frame's length stands yet, or no frame is so long."""
    clip = [(colour, max(long, 101) if stands else long % 33) for colour, long in clip]
    before, after = flashes(patch(clip)), flashes(patch(clip, slower=slower))
    assert all(a <= b for a, b in zip(after, before, strict=True))


@settings(max_examples=40, deadline=None)
@given(clips)
def test_one_block_agrees_with_a_count_by_hand(clip):
    """Neighbouring peaks and valleys of the luminance, found by another way: recursion. Where it
    stops between them it may count twice."""
    levels = [float(LINEAR[list(colour)] @ [0.2126, 0.7152, 0.0722]) for colour, _ in clip]
    times = [0, *accumulate(milliseconds * 1000 for _, milliseconds in clip)]
    turns = [times[i] for i in turning(levels)]
    most = max((sum(t - 999_500 < u <= t for u in turns) for t in turns), default=0)
    assert most / 2 <= flashes(patch(clip))[0] <= most + 0.5


def turning(levels):
    """Indices at which a level is 0.10 or more from the farthest one since the last such index."""
    found, last, way = [], 0, 0
    for i, level in enumerate(levels):
        since = levels[last : i + 1]
        if way != 1 and level - min(since) >= 0.1 and min(since) < 0.8:
            found.append(i)
            last, way = i, 1
        elif way != -1 and max(since) - level >= 0.1 and level < 0.8:
            found.append(i)
            last, way = i, -1
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(1280, 720), (96, 200), (31, 160), (1024, 40)]))
def test_fields_are_counted_rightly(seed, size):
    grid = Grid(size)
    mask = np.random.RandomState(seed).rand(*grid.shape) < 0.3
    rows, columns = grid.field
    counts = inside(mask, grid)
    top, left = (seed % length for length in counts.shape)
    assert counts.shape == (grid.shape[0] - rows + 1, grid.shape[1] - columns + 1)
    assert counts[top, left] == mask[top : top + rows, left : left + columns].sum()


@pytest.mark.parametrize("block", [1, 2, 3, 4, 5, 8])
def test_blocks_that_changed_are_found_and_taken_alone(block):
    """Seen alone they have the very light that they have among all; the others did not change."""
    rng = np.random.RandomState(block)
    width = block * 512 + 1
    grid = Grid((width, 6 * block))
    assert grid.block == block
    before = rng.randint(0, 256, (6 * block, width, 3)).astype(np.uint8)
    now = before.copy()
    now[3 * block, 2 * block, 1] ^= 1
    now[-1, -1, 2] ^= 128
    now, before = grid.pad(now), grid.pad(before)
    some = changed(now, before, grid)
    places = some.places(np.arange(len(some.numbers) * some.side))
    columns = grid.padded[1]
    assert {3 * columns + 2, 5 * columns + 512} <= set(places)
    assert len(places) <= 2 * 8
    every = light_of(now, grid, grid.groups)
    mean = LINEAR[now].reshape(6, block, columns, block, 3).mean(axis=(1, 3)).reshape(-1, 3).T
    assert np.allclose(every, mean, rtol=1e-5)
    assert np.array_equal(light_of(now, grid, some), every[:, places])
    others = np.setdiff1d(np.arange(6 * columns), places)
    assert np.array_equal(light_of(before, grid, grid.groups)[:, others], every[:, others])
    assert not changed(now, now, grid).numbers.size


@pytest.mark.parametrize(
    ("size", "seed"), [((256, 192), 0), ((256, 192), 1), ((299, 201), 2), ((1030, 190), 3)]
)
def test_watching_what_changed_is_watching_all(size, seed, monkeypatch):
    rng = np.random.RandomState(seed)
    frame = rng.randint(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    frames = [frame.copy()]
    for _ in range(16):
        top, left = rng.randint(0, size[1] // 2), rng.randint(0, size[0] // 2)
        part = frame[top : top + size[1] // 2, left : left + size[0] // 2]
        part[...] = [BLACK, WHITE, RED, BLUE, ORANGE, PINK][rng.randint(6)]
        frames.append(frame.copy())
    found = worst(timed(frames, 12))
    monkeypatch.setattr(meters, "changed", lambda now, before, grid: grid.groups)
    assert worst(timed(frames, 12)) == found
    assert found["general"].transitions > 2


def test_what_a_block_showed_before_red_came_to_the_picture_counts():
    """A box of blue turns pink, then red: the way from blue to red counts, whenever red came."""
    boxes = box(0, 0, 80, 40), box(0, 60, 50, 30), box(20, 150, 100, 90)
    blue = plain(BLUE)
    first = np.where(boxes[0], plain(RED), blue)
    second = np.where(boxes[1], plain(RED), first)
    steps = [np.where(boxes[2], plain(c), second) for c in (BLUE, PINK, RED, *(BLUE, RED) * 3)]
    _, red, _ = flashes(timed([blue, first, *steps], 20))
    assert red == 3.5
