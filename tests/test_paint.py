"""What NumPy paints, against the plain way of doing the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import RandomState

from vizopt.glyphs import Glyphs
from vizopt.paint import Stamp, ink, stamp_at
from vizopt.regions import Regions, Steps
from vizopt.scores import DISTANCES
from vizopt.theme import THEMES

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
    stamp_at(window, dot, *place)
    y, x = np.mgrid[:10, :10]
    inside = (abs(x - place[0]) <= 2) & (abs(y - place[1]) <= 2)
    assert (window[inside] == (10, 20, 30, 255)).all()
    assert (window[~inside] == 255).all()


def test_steps_give_every_cell_its_share():
    window = blank(9, 12)
    grid = np.arange(12, dtype=np.uint32).reshape(3, 4)
    Steps.of(3, 4, 9, 12)(grid, window)
    assert np.array_equal(window.view(np.uint32)[..., 0], grid.repeat(3, 0).repeat(3, 1))


def test_glyphs_look_like_matplotlibs_text():
    glyphs = Glyphs(20, "#000000", "#ffffff", "bold")
    text = "4 500"
    written = blank(40, 120)
    glyphs.write(written, text, 10, 28)
    drawn = blank(40, 120)
    Stamp(
        ink(120, 40, lambda axes: axes.text(10, 28, text, size=20, weight="bold", va="baseline"))
    )(drawn)
    assert abs(written.astype(int) - drawn)[..., :3].mean() < 3
    dark = np.argwhere(drawn[..., 0] < 128)
    ours = np.argwhere(written[..., 0] < 128)
    assert abs(dark.min(axis=0) - ours.min(axis=0)).max() <= 1
    assert abs(dark.max(axis=0) - ours.max(axis=0)).max() <= 1


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
