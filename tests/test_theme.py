from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert
from matplotlib.colors import to_rgb

from vizopt.theme import MARKERS, THEMES, luminance

SIMULATED = [None, "deuteranomaly", "protanomaly", "tritanomaly"]


def distances(colours):
    """CAM02-UCS distances of all pairs of sRGB colours [n, 3], as each kind of eye sees them."""
    for kind in SIMULATED:
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        seen = cspace_convert(colours, space, "sRGB1").clip(0, 1) if kind else colours
        ucs = cspace_convert(seen, "sRGB1", "CAM02-UCS")
        yield from pdist(ucs)


def pdist(points):
    return [np.linalg.norm(a - b) for a, b in combinations(points, 2)]


@pytest.mark.parametrize("count", range(2, 11))
@pytest.mark.parametrize("name", THEMES)
def test_classes_can_be_told_apart_with_any_colour_vision(name, count):
    colours = np.array([to_rgb(colour) for colour in THEMES[name].classes[:count]])
    assert min(distances(colours)) >= 10
    assert len(set(MARKERS[:count])) == count


@pytest.mark.parametrize("count", range(2, 13))
@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_place_that_changes_class_cannot_flash(name, count):
    tints = THEMES[name].tints(count)[:, :3] / 255
    assert np.ptp(luminance(tints)) < 0.1
    red = (tints**2.2)[:, 0] / (tints**2.2).sum(axis=1)
    assert red.max() < 0.7  # saturated red begins at 0.8


@pytest.mark.parametrize("count", [2, 3, 4])
def test_print_tells_classes_and_signs_apart_in_grey(count):
    theme = THEMES["print"]
    levels = np.sort(luminance(theme.tints(count)[:, :3] / 255))
    assert np.diff(levels).min() > 0.1
    grey = luminance(theme.shades(255)[:, :3] / 255)
    strong = np.arange(40, 128)  # from 0.3 of the scale on
    assert (grey[127 + strong] - grey[127 - strong] > 0.05).all()


@pytest.mark.parametrize("name", THEMES)
def test_red_is_positive_blue_is_negative_and_white_is_zero(name):
    shades = THEMES[name].shades(255).astype(int)
    red, blue = shades[:, 0], shades[:, 2]
    assert shades[127].tolist() == [255, 255, 255, 255]
    assert (red[135:] > blue[135:]).all()
    assert (blue[:120] > red[:120]).all()
    assert abs(np.diff(shades, axis=0)).max() < 12  # no jump anywhere


def test_a_users_matplotlibrc_has_no_say():
    import matplotlib as mpl

    with mpl.rc_context({"lines.linewidth": 9, "text.usetex": True}):
        with THEMES["light"].applied():
            assert mpl.rcParams["lines.linewidth"] == 1.5
            assert not mpl.rcParams["text.usetex"]
        assert mpl.rcParams["lines.linewidth"] == 9
