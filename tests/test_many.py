"""Many points and classes: the background stays to be seen, and what is not shown is said."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert
from matplotlib.colors import to_rgb

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.contrast import SHAPE, contrast
from vizopt.draw.panels.markers import shape
from vizopt.draw.panels.sample import MIN_PER_CLASS, PLANE_POINTS, STRIP_POINTS, sample
from vizopt.draw.theme import THEMES

EYES = (None, "deuteranomaly", "protanomaly", "tritanomaly")


def test_of_many_points_a_sample_is_drawn_that_is_always_the_same():
    labels = np.random.RandomState(1).choice(3, 100_000, p=[0.7, 0.2995, 0.0005])
    some = sample(labels, PLANE_POINTS)
    assert np.array_equal(some, sample(labels, PLANE_POINTS))
    assert (np.diff(some) > 0).all()
    counts = np.bincount(labels)
    assert counts[2] > 20  # whose share would be less than one
    shown = np.bincount(labels[some])
    assert shown[2] == MIN_PER_CLASS == 10
    assert abs(shown[:2] - counts[:2] / 100).max() <= 1
    few = np.r_[np.zeros(5000, int), np.ones(4, int)]
    assert np.bincount(few[sample(few, PLANE_POINTS)])[1] == 4
    assert len(sample(labels[:PLANE_POINTS], PLANE_POINTS)) == PLANE_POINTS
    assert len(sample(labels[: PLANE_POINTS + 1] * 0, PLANE_POINTS)) == PLANE_POINTS
    assert len(sample(labels * 0, STRIP_POINTS)) == STRIP_POINTS


def recorded(folder, keys):
    base = {"epochs": 3, "keep.grid": 10, "timeline.seconds": 1.0}
    return vizopt.record(vizopt.load_scene("sgd", base | keys), folder / "run.zarr")


def shown(run, size=(1280, 720), **keys):
    scene = vizopt.load_scene("sgd", {"timeline.seconds": 1.0} | keys)
    return planned_picture(run, scene, size, 10.0)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """100,002 points in three classes."""
    keys = {"problem.data.points": 33_334, "problem.data.kind": "blobs", "problem.sizes": [2, 4, 3]}
    return recorded(tmp_path_factory.mktemp("crowd"), keys)


def test_a_hundred_thousand_points_are_trained_on_and_a_thousand_shown(crowd, texts):
    assert crowd["points"].shape == (100_002, 2)
    picture = shown(crowd)
    assert "1\u2009000 of 100\u2009002 points" in [text for text, _ in texts.still(picture)]
    told = story.of(crowd).text
    assert (
        "Of the 100\u2009002 points 1\u2009000 are shown, drawn at random from each class." in told
    )
    assert "100\u2009002 points in 3 classes" in told


def test_the_background_is_seen_between_the_points(crowd):
    frame = shown(crowd)[0][..., :3].reshape(-1, 3)
    tints = {tuple(tint[:3]) for tint in THEMES["light"].tints(3).tolist()}
    colours, counts = np.unique(frame, axis=0, return_counts=True)
    left = sum(n for c, n in zip(colours.tolist(), counts, strict=True) if tuple(c) in tints)
    assert left > 0.7 * 500**2  # of a plane of about 514 pixels along each side


@pytest.mark.parametrize("name", THEMES)
def test_any_two_of_20_classes_differ_in_marker_or_colour_for_every_eye(name):
    theme = THEMES[name]
    many = len(theme.classes)
    rgb = np.array([to_rgb(theme.classes[c % many]) for c in range(20)])
    for kind in EYES:
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        view = cspace_convert(rgb, space, "sRGB1").clip(0, 1) if kind else rgb
        seen = cspace_convert(view, "sRGB1", "CAM02-UCS")
        for c, d in combinations(range(20), 2):
            apart = np.linalg.norm(seen[c] - seen[d])
            assert shape(c, many) != shape(d, many) or apart >= 10, (kind, c, d, apart)


@pytest.mark.parametrize("name", THEMES)
def test_markers_of_20_classes_stand_out_on_all_their_regions(name):
    theme = THEMES[name]
    tints = ["#{:02x}{:02x}{:02x}".format(*tint[:3]) for tint in theme.tints(20)]
    fills = contrast([theme.classes[c % len(theme.classes)] for c in range(20)], tints)
    assert np.maximum(fills, contrast([theme.edge], tints)).min() >= SHAPE


@pytest.mark.parametrize(("classes", "more"), [(11, 0), (20, 0), (21, 3), (30, 12)])
def test_20_classes_are_named_and_more_are_counted(tmp_path, texts, classes, more):
    data = {"kind": "blobs", "points": 1, "classes": classes}
    run = recorded(tmp_path, {"problem.data": data, "problem.sizes": [2, 4, classes]})
    written = [text for text, _ in texts.still(shown(run))]
    assert {str(c) for c in range(classes - more)} <= set(written)
    assert (f"and {more} more" in written) == (more > 0)
    told = story.of(run).text
    assert "After 10 classes the colours come again, with other markers." in told
    assert ("More than 20 classes are hard to tell apart" in told) == (classes > 20)
