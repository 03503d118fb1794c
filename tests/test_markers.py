"""Markers as they are drawn: how much of each is seen, and against what."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import vizopt
from vizopt.core.oklab import luminance
from vizopt.draw.paint import DPI, Stamp, ink, pixel_axes
from vizopt.draw.paint import drawn as whole
from vizopt.draw.panels import DrawContext
from vizopt.draw.panels.markers import SHAPES, markers, shape
from vizopt.draw.panels.plane import DecisionRegions, diameter
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone

SIDE = 40
PLANE = 591  # pixels: the largest square above two lines of text in the window below
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
    tints = sorted(
        np.vstack([theme.tints(n) for n in (3, 4, 10)]), key=lambda t: luminance(t[:3] / 255)
    )
    for c in range(10):
        for hollow in (False, True):
            pixels = drawn(theme, c, size, hollow=hollow)
            for tint in (tints[0], tints[-1]):
                window = np.ascontiguousarray(np.broadcast_to(tint, pixels.shape))
                Stamp(pixels)(window)
                a, b = luminance(window[..., :3] / 255), luminance(tint[:3] / 255)
                contrast = (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)
                assert (contrast >= 3).sum() > 0.5 * np.pi * (size - 1)  # half way around


def test_markers_grow_with_the_frame():
    assert diameter(3) == pytest.approx(3 * diameter(1))
    assert diameter(0.5) > 5  # a shape needs that many pixels


def test_classes_of_one_colour_have_different_shapes():
    assert len({shape(c, 10) for c in range(10)}) == len(SHAPES) == 10
    assert len({(c % 10, shape(c, 10)) for c in range(100)}) == 100
    for colours in range(2, 21):  # of a look of one's own
        assert len({shape(c, colours) for c in range(10)}) == 10
        assert len({(c % colours, shape(c, colours)) for c in range(20)}) == 20


def test_a_point_that_was_held_out_has_a_hole():
    theme = THEMES["dark"]
    whole, hollow = (drawn(theme, 0, 9.0, hollow=hollow) for hollow in (False, True))
    middle = len(whole) // 2
    paper = [round(255 * value) for value in to_rgb(theme.paper)]
    assert abs(hollow[middle, middle, :3].astype(int) - paper).max() < 8
    assert abs(whole[middle, middle, :3].astype(int) - paper).max() > 100
    assert np.array_equal(whole[..., 3], hollow[..., 3])


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A plane of four classes with validation at 1280×720: its recording, axes and pixels."""
    keys = {
        "epochs": 1,
        "problem.sizes": [2, 8, 4],
        "problem.data": {"kind": "blobs", "points": 30, "classes": 4},
        "problem.validation": 0.25,
        "keep.grid": 20,
    }
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path_factory.mktemp("plane") / "r.zarr")
    figure = Figure((600 / DPI, 640 / DPI), dpi=DPI)
    axes = pixel_axes(figure, 0, 0, 600, 640)
    slot = DrawContext(axes, 600, 640, THEMES["light"], 1.0, Playback((1280, 720), 1.0, "still"))
    views = alone(run, np.zeros(1, np.intp))
    DecisionRegions().static(slot, views)
    window = whole(FigureCanvasAgg(figure))
    DecisionRegions().dynamic(slot, views)(window, 0)
    return run, axes, window


def test_every_point_has_its_class_colour_where_its_numbers_put_it(plane):
    run, _, window = plane
    theme = THEMES["light"]
    points, (x0, x1, y0, y1) = run["points"], run["extent"]
    x, y = (points[:, 0] - x0) / (x1 - x0) * PLANE, (y1 - points[:, 1]) / (y1 - y0) * PLANE
    far = np.hypot(x[:, None] - x, y[:, None] - y) + 99 * np.eye(len(x))
    alone = far.min(axis=1) > 12
    for c in range(4):
        for hollow in (False, True):
            some = np.flatnonzero(alone & (run["labels"] == c) & ((run["held_out"] > 0) == hollow))
            wanted = np.array(to_rgb(theme.paper if hollow else theme.classes[c])) * 255
            assert len(some) > 0
            for i in some:
                around = window[int(y[i]) - 1 : int(y[i]) + 2, int(x[i]) - 1 : int(x[i]) + 2, :3]
                assert abs(around - wanted).max(axis=-1).min() < 40


def test_the_line_of_classes_shows_each_one_before_its_name(plane):
    run, axes, _ = plane
    marks = [collection.get_offsets()[0] for collection in axes.collections]
    names = {text.get_text(): text.get_position() for text in axes.texts}
    assert run.header.classes == ("class 0", "class 1", "class 2", "class 3")
    for c, (mark, name) in enumerate(zip(marks, run.header.classes, strict=True)):
        assert np.allclose(
            axes.collections[c].get_facecolor()[0, :3], to_rgb(THEMES["light"].classes[c])
        )
        assert 6 < names[name][0] - mark[0] < 12
        assert 0 < names[name][1] - mark[1] < 8
    assert np.allclose(np.diff([mark[0] for mark in marks]), PLANE / 4)
