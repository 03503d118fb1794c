"""What NumPy paints, against the plain way of doing the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import RandomState

from vizopt.draw.glyphs import Glyphs
from vizopt.draw.paint import Ink, Mark, Stamp, disc, ink, line
from vizopt.draw.regions import NearestZoom, Regions
from vizopt.draw.theme import THEMES
from vizopt.draw.trail import Trail
from vizopt.recording.scores import DISTANCES

COLOURS = THEMES["light"].tints(10)


def blank(height, width):
    return np.full((height, width, 4), 255, np.uint8)


def smooth_scores(classes, grid, seed):
    coarse = RandomState(seed).rand(classes, 4, 4)
    at = np.linspace(0, 2.999, grid)
    i, d = at.astype(int), at % 1
    rows = coarse[:, i] * (1 - d)[:, None] + coarse[:, i + 1] * d[:, None]
    both = rows[:, :, i] * (1 - d) + rows[:, :, i + 1] * d
    return (both / both.max() * 255).astype(np.uint8)


@settings(deadline=None, max_examples=40)
@given(
    classes=st.integers(1, 5),
    grid=st.integers(2, 30),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    seed=st.integers(0, 99),
)
def test_regions_are_the_largest_interpolated_score_at_every_pixel(classes, grid, size, seed):
    height, width = size
    scores = smooth_scores(classes, grid, seed)
    window = blank(height, width)
    Regions(grid, height, width, COLOURS[:classes])(scores, window)
    y, x = ((np.arange(n) + 0.5) / n * (grid - 1) for n in (height, width))
    i, j = y.astype(int), x.astype(int)
    dy, dx = (y - i)[:, None], x - j
    s = -DISTANCES[scores].astype(float)
    west = s[:, i][:, :, j] * (1 - dy) + s[:, i + 1][:, :, j] * dy
    east = s[:, i][:, :, j + 1] * (1 - dy) + s[:, i + 1][:, :, j + 1] * dy
    ranked = np.sort(west * (1 - dx) + east * dx, axis=0)
    expected = COLOURS[(west * (1 - dx) + east * dx).argmax(axis=0)]
    clear = ranked[-1] - ranked[-2] > 1e-6 if classes > 1 else np.full(size, True)
    assert np.array_equal(window[clear], expected[clear])


@settings(deadline=None, max_examples=40)
@given(
    grid=st.integers(2, 12),
    size=st.tuples(st.integers(12, 70), st.integers(12, 70)),
    thick=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_the_line_between_regions_ends_where_another_class_begins(grid, size, thick, seed):
    height, width = size
    scores = smooth_scores(3, grid, seed)
    plain, lined = blank(height, width), blank(height, width)
    border = np.array([1, 2, 3, 255], np.uint8)
    Regions(grid, height, width, COLOURS[:3])(scores, plain)
    Regions(grid, height, width, COLOURS[:3], border, thick)(scores, lined)
    right = plain[:, np.minimum(np.arange(width) + 1, width - 1)]
    below = plain[np.minimum(np.arange(height) + 1, height - 1)]
    other = (right != plain).any(axis=-1) | (below != plain).any(axis=-1)
    for _ in range(thick - 1):
        grown = other.copy()
        grown[:, :-1] |= other[:, 1:]
        grown[:-1] |= other[1:]
        other = grown
    drawn = (lined == border).all(axis=-1)
    assert np.array_equal(lined[~drawn], plain[~drawn])
    assert np.array_equal(drawn, other)


@pytest.mark.parametrize("width", [None, 0, 7, 20])
def test_a_stamp_blends_like_the_textbook(width):
    random = RandomState(0)
    overlay = random.randint(0, 256, (11, 20, 4)).astype(np.uint8)
    overlay[random.rand(11, 20) < 0.4, 3] = 255
    overlay[random.rand(11, 20) < 0.4, 3] = 0
    below = random.randint(0, 256, (11, 20, 4)).astype(np.uint8)
    below[..., 3] = 255
    window = below.copy()
    Stamp(overlay)(window, width)
    alpha = overlay[..., 3:] / 255
    expected = overlay[..., :3] * alpha + below[..., :3] * (1 - alpha)
    stop = 20 if width is None else width
    assert abs(window[:, :stop, :3] - expected[:, :stop]).max(initial=0) <= 0.51
    assert np.array_equal(window[:, stop:], below[:, stop:])
    assert (window[..., 3] == 255).all()


@pytest.mark.parametrize("place", [(5, 5), (0, 0), (9, 3), (-40, 2), (60, 60)])
def test_a_small_ink_is_cut_at_the_edges(place):
    dot = np.full((5, 5, 4), (10, 20, 30, 255), np.uint8)
    window = blank(10, 10)
    Mark(dot)(window, *place)
    y, x = np.mgrid[:10, :10]
    inside = (abs(x - place[0]) <= 2) & (abs(y - place[1]) <= 2)
    assert (window[inside] == (10, 20, 30, 255)).all()
    assert (window[~inside] == 255).all()


def test_a_small_ink_is_blended_to_the_nearest_value():
    rng = np.random.default_rng(0)
    dot = rng.integers(0, 256, (9, 9, 4), np.uint8)
    window = rng.integers(0, 256, (9, 9, 4), np.uint8)
    share = dot[..., 3:] / 255
    expected = window[..., :3] * (1 - share) + dot[..., :3] * share
    alpha = window[..., 3].copy()
    Mark(dot)(window, 4, 4)
    assert abs(window[..., :3] - expected).max() <= 0.51
    assert np.array_equal(window[..., 3], alpha)


def test_steps_give_every_cell_its_share():
    window = blank(9, 12)
    grid = np.arange(12, dtype=np.uint32).reshape(3, 4)
    NearestZoom.of(3, 4, 9, 12)(grid, window)
    assert np.array_equal(window.view(np.uint32)[..., 0], grid.repeat(3, 0).repeat(3, 1))


@pytest.mark.parametrize("text", ["4 500", "Änderung", "É, Ü und 4", "\u1ea4 4"])
def test_glyphs_look_like_matplotlibs_text(text):
    """Also what stands above a capital."""
    glyphs = Glyphs(20, "#000000", "#ffffff", "bold")
    written = blank(40, 160)
    glyphs.write(written, text, 10, 28)
    drawn = blank(40, 160)
    Stamp(
        ink(160, 40, lambda axes: axes.text(10, 28, text, size=20, weight="bold", va="baseline"))
    )(drawn)
    assert abs(written.astype(int) - drawn)[..., :3].mean() < 3
    dark = np.argwhere(drawn[..., 0] < 128)
    ours = np.argwhere(written[..., 0] < 128)
    assert abs(dark.min(axis=0) - ours.min(axis=0)).max() <= 1
    assert abs(dark.max(axis=0) - ours.max(axis=0)).max() <= 1


def test_a_line_without_tall_letters_covers_no_more_than_its_strip():
    glyphs = Glyphs(20, "#000000", "#ffffff")
    window = np.zeros((60, 200, 4), np.uint8)
    glyphs.write(window, "4 500 rho", 10, 40)
    rows = np.flatnonzero(window[..., 3].any(axis=1))
    assert (rows[0], rows[-1]) == (40 - glyphs.baseline, 40 - glyphs.baseline + glyphs.height - 1)


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
def test_glyphs_are_aligned_and_cut_at_the_window(align):
    glyphs = Glyphs(12, "#000000", "#ffffff")
    window = blank(20, 60)
    glyphs.write(window, "0.874", 30, 14, align)
    columns = np.nonzero((window[..., 0] < 200).any(axis=0))[0]
    start = 30 - align * glyphs.width("0.874")
    assert start - 1 <= columns[0]
    assert columns[-1] <= start + glyphs.width("0.874")
    for x, y in ((-5, 3), (58, 14), (30, 25)):
        glyphs.write(window, "0.874", x, y, align)


def test_ink_is_transparent_where_nothing_is_drawn():
    drawn = ink(30, 20, lambda axes: axes.plot([10, 20], [10, 10], lw=3, color="#ff0000"))
    assert drawn.shape == (20, 30, 4)
    assert drawn[10, 15].tolist() == [255, 0, 0, 255]
    assert drawn[0, 0, 3] == 0


def fresh_trail():
    """A trail of 40 lines and dots, one at every second step."""
    random = RandomState(1)
    ends = random.uniform(-5, 45, (40, 4))

    def inks(step):
        yield line(*ends[step], 1.7), "#335577"
        yield Ink.of(disc(3.2), *ends[step, :2].astype(int)), "#ffffff"

    return Trail(40, 50, np.arange(0, 80, 2), lambda step: inks(step // 2), print)


def test_a_trail_is_the_same_from_every_frame_before():
    trail = fresh_trail()
    for n in (0, 9, 9, 79, 40, 3, 78):
        expected, window = blank(40, 50), blank(40, 50)
        fresh_trail()(expected, n)
        trail(window, n)
        assert np.array_equal(window, expected)
        assert (window[..., :3] < 250).any()


def test_a_trail_shows_a_step_with_its_frame_and_not_before():
    dot = Ink.of(np.full((1, 1), 255, np.uint8), 2, 1)
    trail = Trail(4, 5, np.array([3]), lambda _: [(dot, "#000000")], print)
    for step in (2, 3, 4, 2):
        window = blank(4, 5)
        trail(window, step)
        black = np.argwhere(window[..., 0] == 0).tolist()
        assert black == ([[1, 2]] if step >= 3 else [])


@pytest.mark.parametrize("width", [1.0, 1.7, 4.0])
@pytest.mark.parametrize("far", [3, 60, 400])
def test_a_line_covers_each_pixel_by_its_distance(far, width):
    random = RandomState(far)
    for x0, y0, dx, dy in [*random.uniform(-1, 1, (20, 4)), (0, 0, 1, 0), (0, 0, 0, 1), (0,) * 4]:
        x1, y1 = x0 + far * dx, y0 + far * dy
        size = far + 10
        y, x = np.mgrid[-size : size + 1, -size : size + 1] + 0.5
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / max(
            (x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9
        )
        along = along.clip(0, 1)
        distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        expected = ((0.5 + width / 2 - distance).clip(0, 1) * 255).round()
        drawn = np.zeros_like(expected)
        ink_ = line(x0, y0, x1, y1, width)
        drawn[ink_.rows + size, ink_.columns + size] = ink_.coverage
        assert len(set(zip(ink_.rows, ink_.columns, strict=True))) == len(ink_.rows)
        assert abs(drawn - expected).max() <= 1  # the last bit of a float
