"""Markers as they are drawn: how much of each is seen, and against what."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from vizopt.paint import Stamp, ink
from vizopt.panels.markers import SHAPES, markers, shape
from vizopt.panels.plane import diameter
from vizopt.theme import THEMES, luminance

SIDE = 40
SIZES = [diameter(height / 720) for height in (360, 720, 1080, 2160)]


def drawn(theme, c, size, **how):
    """A marker in the middle of transparent paper, straight alpha in 0 to 1."""
    side = round(SIDE * max(size / 7, 1))
    return ink(
        side, side, lambda axes: markers(axes, theme, [side / 2], [side / 2], c, size, **how)
    )


def seen(theme, c, size):
    """Pixels that a marker covers, and those of its colour."""
    pixels = drawn(theme, c, size) / 255
    fill, edge = (np.array(to_rgb(colour)) for colour in (theme.classes[c % 10], theme.edge))
    share = ((pixels[..., :3] - edge) @ (fill - edge) / ((fill - edge) @ (fill - edge))).clip(0, 1)
    return pixels[..., 3].sum(), (share * pixels[..., 3]).sum()


@pytest.mark.parametrize("size", SIZES)
def test_no_marker_is_lighter_than_60_percent_of_the_heaviest(size):
    covered, coloured = np.transpose([seen(THEMES["light"], c, size) for c in range(10)])
    assert covered.min() >= 0.6 * covered.max()
    assert coloured.min() >= 0.6 * coloured.max()


@pytest.mark.parametrize("size", SIZES)
def test_a_round_point_has_its_diameter(size):
    covered, _ = seen(THEMES["light"], 0, size)
    assert np.sqrt(4 * covered / np.pi) == pytest.approx(size, rel=0.02)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_marker_stands_out_on_every_region(name, size):
    theme = THEMES[name]
    for c in range(10):
        for hollow in (False, True):
            pixels = drawn(theme, c, size, hollow=hollow)
            for tint in (*theme.tints(3), *theme.tints(4), *theme.tints(10)):
                window = np.ascontiguousarray(np.broadcast_to(tint, pixels.shape))
                Stamp(pixels)(window)
                a, b = luminance(window[..., :3] / 255), luminance(tint[:3] / 255)
                contrast = (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)
                assert (contrast >= 3).sum() > 0.5 * np.pi * (size - 1)  # half way around


def test_markers_grow_with_the_frame():
    assert diameter(3) == pytest.approx(3 * diameter(1))
    assert diameter(0.5) > 5  # a shape needs that many pixels


def test_classes_of_one_colour_have_different_shapes():
    assert len({shape(c) for c in range(10)}) == len(SHAPES) == 10
    assert len({(c % 10, shape(c)) for c in range(100)}) == 100


def test_a_point_that_was_held_out_has_a_hole():
    theme = THEMES["dark"]
    whole, hollow = (drawn(theme, 0, 9.0, hollow=hollow) for hollow in (False, True))
    middle = len(whole) // 2
    paper = [round(255 * value) for value in to_rgb(theme.paper)]
    assert abs(hollow[middle, middle, :3].astype(int) - paper).max() < 8
    assert abs(whole[middle, middle, :3].astype(int) - paper).max() > 100
    assert np.array_equal(whole[..., 3], hollow[..., 3])
