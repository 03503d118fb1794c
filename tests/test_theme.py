import runpy
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert
from matplotlib.colors import to_rgb

from vizopt.core.oklab import luminance
from vizopt.draw.theme import THEMES
from vizopt.flashes import check_flashes
from vizopt.formats import StreamSpec, format_of

SIMULATED = [None, "deuteranomaly", "protanomaly", "tritanomaly"]


def distances(colours):
    """CAM02-UCS distances of all pairs of sRGB colours [n, 3], as each kind of eye sees them."""
    for kind in SIMULATED:
        yield from pdist(cam02(colours, kind))


def cam02(colours, kind):
    """CAM02-UCS of sRGB colours [n, 3] as one kind of eye sees them."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    seen = cspace_convert(colours, space, "sRGB1").clip(0, 1) if kind else colours
    return cspace_convert(seen, "sRGB1", "CAM02-UCS")


def pdist(points):
    return [np.linalg.norm(a - b) for a, b in combinations(points, 2)]


@pytest.mark.parametrize("count", range(2, 11))
@pytest.mark.parametrize("name", THEMES)
def test_classes_can_be_told_apart_with_any_colour_vision(name, count):
    colours = np.array([to_rgb(colour) for colour in THEMES[name].classes[:count]])
    assert min(distances(colours)) >= 10


APART = {1: 10, 2: 10, 3: 10, 4: 10, 5: 6, 6: 6, 7: 6, 8: 6, 9: 5, 10: 5}


@pytest.mark.parametrize("count", APART)
@pytest.mark.parametrize("name", THEMES)
def test_regions_can_be_told_apart_with_any_colour_vision(name, count):
    tints = THEMES[name].tints(count)
    assert tints.shape == (count, 4)
    assert (tints[:, 3] == 255).all()
    least = 15 if count <= 3 and name != "light" else APART[count]
    assert min(distances(tints[:, :3] / 255), default=99) >= least


def test_the_tables_are_what_the_search_ends_with():
    search = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "palettes.py"))
    rows = [row for name in THEMES for row in THEMES[name].regions]
    for row, wanted in zip(rows, search["WANTED"].values(), strict=True):
        tints = np.array([to_rgb(colour) for colour in row])
        assert np.allclose(search["polished"](tints, wanted), tints), row


@pytest.mark.parametrize("name", THEMES)
def test_a_tint_has_its_class_hue(name):
    theme = THEMES[name]
    for n in range(1, 11):
        of = [oklab(theme.tints(n)[:, :3] / 255), oklab([*map(to_rgb, theme.classes[:n])])]
        tint, own = (lab[:, 1] + 1j * lab[:, 2] for lab in of)
        turned = abs(np.angle(tint / own, deg=True))
        assert (turned[:4] <= 30).all()
        assert (turned <= 80).all()
        coloured = abs(own) > 0.03  # the others are greys
        assert (abs(tint)[coloured] > 0.015).all()


def oklab(colours):
    """Reference: Björn Ottosson 2020."""
    linear = np.array(colours)
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(linear @ np.transpose(cones)) @ np.transpose(lab)


@pytest.mark.parametrize("name", THEMES)
def test_more_classes_than_colours_have_tints_of_their_own(name):
    tints = THEMES[name].tints(40)
    assert len(np.unique(tints, axis=0)) == 40
    assert np.array_equal(tints[:10], THEMES[name].tints(10))
    chroma = np.hypot(*oklab(tints[:, :3] / 255)[:, 1:].T).reshape(4, 10).mean(axis=1)
    assert (np.diff(chroma) < 0).all()


@pytest.mark.parametrize("count", [*range(2, 13), 40])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_place_that_changes_class_cannot_flash(name, count):
    tints = THEMES[name].tints(count)[:, :3] / 255
    shares = np.random.RandomState(0).dirichlet(np.full(count, 0.3), 2000)
    assert np.ptp(luminance(tints)) < 0.09
    mixed = luminance(np.vstack([tints, shares @ tints]))
    assert np.ptp(mixed) < 0.1
    red = (tints**2.2)[:, 0] / (tints**2.2).sum(axis=1)
    assert red.max() < 0.7  # saturated red begins at 0.8


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_regions_that_alternate_ten_times_a_second_pass_the_meter(name, suffix, tmp_path):
    for row in THEMES[name].regions:
        tints = THEMES[name].tints(len(row))
        states = [pair[k % 2] for pair in combinations(tints, 2) for k in range(8)]
        clip = blinking(tmp_path / f"{len(row)}{suffix}", states)
        assert clip.passed
        assert clip.general.flashes < 1


def test_the_meter_would_see_two_regions_that_flash(tmp_path):
    states = np.array([[250, 214, 170, 255], [218, 185, 146, 255]] * 8, np.uint8)
    assert not blinking(tmp_path / "clip.mp4", states).passed


def blinking(path, states):
    """The verdict on a clip of 20 frames a second, each of one colour."""
    frames = [np.ascontiguousarray(np.broadcast_to(colour, (36, 64, 4))) for colour in states]
    with format_of(path).open(path, StreamSpec((64, 36), 20.0, lambda: frames)) as put:
        for frame in frames:
            put(frame)
    return check_flashes(path)


@pytest.mark.parametrize("name", THEMES)
def test_the_line_between_regions_stands_out_from_both(name):
    theme = THEMES[name]
    line = luminance(np.array(to_rgb(theme.border))) + 0.05
    for count in (2, 3, 4, 8, 10, 40):
        tints = luminance(theme.tints(count)[:, :3] / 255) + 0.05
        assert np.maximum(line / tints, tints / line).min() >= 3


@pytest.mark.parametrize("name", THEMES)
def test_points_stand_out_from_every_region(name):
    theme = THEMES[name]
    edge = luminance(np.array(to_rgb(theme.edge)))
    levels = np.append(luminance(theme.tints(40)[:, :3] / 255), luminance(to_rgb(theme.paper)))
    contrast = (np.maximum(levels, edge) + 0.05) / (np.minimum(levels, edge) + 0.05)
    assert contrast.min() >= 3  # WCAG 2.2, 1.4.11


def test_print_tells_classes_and_signs_apart_in_grey():
    theme = THEMES["print"]
    levels = luminance(theme.tints(10)[:, :3] / 255)
    for n, least in ((3, 0.18), (4, 0.12), (8, 0.04), (10, 0.04)):
        assert np.diff(np.sort(levels[:n])).min() > least
    grey = luminance(theme.shades(255)[:, :3] / 255)
    strong = np.arange(40, 128)  # from 0.3 of the scale on
    assert (grey[127 + strong] - grey[127 - strong] > 0.05).all()


@pytest.mark.parametrize("name", THEMES)
def test_red_is_positive_blue_is_negative_and_zero_is_the_paper(name):
    shades = THEMES[name].shades(255).astype(int)
    red, blue = shades[:, 0], shades[:, 2]
    assert shades[127, :3].tolist() == [round(255 * v) for v in to_rgb(THEMES[name].paper)]
    assert (red[135:] > blue[135:]).all()
    assert (blue[:120] > red[:120]).all()
    assert abs(np.diff(shades, axis=0)).max() < 12  # no jump anywhere


@pytest.mark.parametrize("name", THEMES)
def test_signs_and_sizes_of_weights_are_told_apart_with_any_colour_vision(name):
    """Equal weights of both signs are 10 CAM02-UCS apart from a sixth of the scale on, and each is
    farther from zero than one that is a tenth of the scale smaller, up to two thirds."""
    shades = THEMES[name].shades(255)[:, :3] / 255
    for kind in SIMULATED:
        seen = cam02(shades, kind)
        far = np.arange(20, 128)
        assert np.linalg.norm(seen[127 + far] - seen[127 - far], axis=1).min() > 10
        for side in (seen[127:212], seen[127:42:-1]):
            size = np.linalg.norm(side - seen[127], axis=1)
            assert (size[12:] - size[:-12] > 2).all()


def test_a_users_matplotlibrc_has_no_say():
    import matplotlib as mpl

    with mpl.rc_context({"lines.linewidth": 9, "text.usetex": True}):
        with THEMES["light"].applied():
            assert mpl.rcParams["lines.linewidth"] == 1.5
            assert not mpl.rcParams["text.usetex"]
        assert mpl.rcParams["lines.linewidth"] == 9
