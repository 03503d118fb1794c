"""Curves as they are drawn: names, breaks, axes, arrows, from the picture and its pixels."""

import itertools
import re

import numpy as np
import pytest
from descents import descend, scales

from vizopt.clips.drawing import planned_picture
from vizopt.core.numbers import number
from vizopt.draw.paint import drawn
from vizopt.draw.panels.magnifier import _View
from vizopt.draw.theme import THEMES
from vizopt.recording.minima import minima_of
from vizopt.recording.readout import writing_of
from vizopt.scene.load import parse_scene

WIDE, SMALL, SQUARE = (1280, 720), (640, 360), (540, 540)
LESSON = "(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4"


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1


def picture_of(run, size=WIDE, theme="light"):
    scene = parse_scene(run.header.scene, "a", {}, {"theme": theme})
    return planned_picture(run, scene, size, 20.0)


def names_in(picture, texts):
    """The names below the curve, and where they stand."""
    return [
        (text, box)
        for text, box in texts.still(picture)
        if text.startswith(
            ("local minimum", "global minimum", "lowest end", "flat lowest", "behind the start")
        )
    ]


@pytest.mark.parametrize("size", [SMALL, SQUARE])
@pytest.mark.parametrize(
    ("f", "interval", "start", "expected"),
    [
        (LESSON, (-4, 4), -3, 7),
        ("x**4-x**2", (-2, 2), 1.5, 2),
        ("x**3-3*x", (-3, 3), 2.5, 2),
        ("0-x**2", (-2, 2), 1, 2),
        ("sin(30*x)", (-2, 2), 1, 4),
        ("cos(3*x)+x/50", (-3, 3), 1, 2),
        ("cos(9*x)+x/20", (-3, 3), 1, 3),
    ],
)
def test_names_stand_below_their_minima_and_none_over_another(
    texts, size, f, interval, start, expected
):
    run = descend(f, interval, start, 0.001, 0.0, 3)
    names = names_in(picture_of(run, size), texts)
    assert len(names) >= expected - (size == SQUARE)
    for i, (text, box) in enumerate(names):
        assert box[0] >= 0
        assert box[2] <= size[0]
        assert not any(overlap(box, other) for _, other in names[:i]), text
    if len(minima_of(run)) == len(names):
        assert sorted(text for text, _ in names) == sorted(m.name for m in minima_of(run))


@pytest.mark.parametrize(("large", "named"), [(False, True), (True, False)])
def test_a_minimum_behind_the_start_is_named_only_beside_the_curve(texts, large, named):
    run = descend(LESSON, (-4, 4), -3, 0.001, 0.0, 3)
    scene = parse_scene(run.header.scene, "a", {}, {"theme": "light"})
    picture = planned_picture(run, scene, (405, 720), 20.0, large=large)
    names = [text for text, _ in names_in(picture, texts)]
    assert ("behind the start" in names) == named
    assert "local minimum 1" in names


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_lowest_is_bold(theme):
    picture = picture_of(descend("x**3-3*x", (-3, 3), 2.5, 0.05, 0.0, 3), theme=theme)
    shown = {t.get_text(): t for axes in picture.figure.axes for t in axes.texts}
    assert shown["lowest end"].get_weight() == "bold"
    assert shown["local minimum 1"].get_weight() == "normal"
    assert shown["lowest end"].get_color() == THEMES[theme].ink
    assert "global minimum" not in shown


def column_of(picture, at):
    """Rows of the pixels of the curve alone in the column that shows x = at."""
    across, _ = scales(picture)
    still = drawn(picture.figure.canvas)[..., :3].astype(int)
    x = int(across(at))
    paper = np.array([255, 255, 255])
    dark = abs(still[:, x - 1 : x + 2] - paper).max(axis=(1, 2))
    return np.nonzero(dark > 60)[0]  # rules are paler


@pytest.mark.parametrize(
    ("f", "interval", "start", "at"),
    [
        ("1/x", (-1, 2), 1, 0.0),
        ("1/x", (-1, 1), 0.5, 0.0),
        ("tan(x)", (-4, 4), 1, np.pi / 2),
        ("x-2*x/abs(x)", (-2, 2), 1, 0.0),
    ],
)
def test_where_the_curve_is_broken_there_is_no_stroke(f, interval, start, at):
    picture = picture_of(descend(f, interval, start, 0.001, 0.0, 3))
    _, down = scales(picture)
    middle = [row for row in column_of(picture, at) if down(0.9) < row < down(-0.9)]
    assert middle == []


def test_a_steep_curve_that_is_not_broken_is_drawn_through():
    picture = picture_of(descend("atan(3000*x)", (-2, 2), 1, 0.001, 0.0, 3))
    _, down = scales(picture)
    middle = [row for row in column_of(picture, 0.0) if down(0.9) < row < down(-0.9)]
    assert len(middle) > 0.9 * (down(-0.9) - down(0.9))


@pytest.mark.parametrize(
    ("f", "interval", "start", "most"),
    [
        ("1/x", (-1, 2), 1, 10),
        ("1/(x-0.3)**2", (-1, 2), 1, 20),
        ("tan(x)", (-4, 4), 1, 10),
        ("log(abs(x))", (-2, 3), 1, 10),
        ("1/x", (-1, 2), 0.01, 120),
        ("1/x+x**2", (-2, 2), 1, 20),
    ],
)
def test_the_axis_shows_start_and_minima_and_no_pole(f, interval, start, most):
    run = descend(f, interval, start, 1e-6, 0.0, 3)
    picture = picture_of(run)
    _, down = scales(picture)
    top, bottom = 90, WIDE[1] - 50
    low, high = (np.roots(down - row)[0] for row in (bottom, top))
    assert high - low < 2 * most
    for value in [float(run["loss"][0]), *run["minima"][:, 1]]:
        assert low <= value <= high


def test_above_the_frame_an_arrow_gives_its_f(texts):
    run = descend("1/x**2+x**2", (-2, 2), 1.5, 0.58, 0.0, 5)
    picture = picture_of(run)
    k = next(k for k in range(len(picture)) if ("1 / 4" in dict(texts.moving(picture, k))))
    (box,) = [
        box for text, box in texts.moving(picture, k) if text == f"f = {number(run['loss'][1])}"
    ]
    across, _ = scales(picture)
    assert 110 < box[1] < 140
    wedge = picture[k][118:145, int(across(run["x"][1])) - 3 : int(across(run["x"][1])) + 4, :3]
    assert (np.ptp(wedge.astype(int), axis=-1) > 40).any()
    k = next(k for k in range(len(picture)) if ("2 / 4" in dict(texts.moving(picture, k))))
    assert f"x = {number(run['x'][2])}" in dict(texts.moving(picture, k))


def test_beside_a_low_end_the_arrow_is_clear_of_its_name(texts):
    run = descend("exp(-x)", (-1, 3), 0, 0.3)
    picture = picture_of(run, SMALL)
    (arrow,) = [b for t, b in texts.moving(picture, len(picture) - 1) if t == "x = 3.451"]
    (name,) = [box for text, box in names_in(picture, texts) if text == "lowest end"]
    assert not overlap(arrow, name)
    assert arrow[3] < name[1]


def test_the_magnifier_shows_a_jump_without_a_stroke():
    run = descend("x-2*x/abs(x)", (-2, 2), 1, 0.1, 0.0, 3)
    curve = run["curve"]
    view = _View((100, 200), 0.001, -1.999, 0.05, curve)
    box = np.full((100, 200, 4), 255, np.uint8)
    view.paint_curve(box, curve, np.zeros(3), 2.0)
    dark = box[..., 0] < 128
    place = view.place(0.0, 0.0)
    assert not dark[30:70, place[0] - 3 : place[0] + 4].any()
    assert dark[:, place[0] - 6].any()
    assert dark[:, place[0] + 6].any()


def test_what_breaks_off_is_said_above_the_picture(texts):
    run = descend("log(x)", (-1, 3), 1, 0.5)
    picture = picture_of(run, SMALL)
    assert "f undefined at step 2" in dict(texts.moving(picture, len(picture) - 1))
    lost = descend("x**3-3*x", (-3, 3), -1.5, 0.05)
    picture = picture_of(lost, SMALL)
    assert "diverged at step 15" in dict(texts.moving(picture, len(picture) - 1))


@pytest.mark.parametrize("size", [WIDE, SMALL, SQUARE])
def test_a_long_verdict_is_whole(texts, size):
    run = descend("exp(-x)", (-1, 3), 0, 0.3)
    picture = picture_of(run, size)
    written = [text for text, _ in texts.moving(picture, len(picture) - 1)]
    assert "step 100: still moving outside the frame" in " ".join(written)


@pytest.mark.parametrize("size", [WIDE, SMALL, SQUARE])
@pytest.mark.parametrize(
    ("f", "interval", "start", "told"),
    [
        ("(x-1e9)**2", (1e9 - 5, 1e9 + 5), 1e9 + 3.25, "start x = 1000000003.25"),
        ("1e8+x**2", (-2, 2), 1.5, "start x = 1.5"),
        ("(x-0.1)**2", (0.099999, 0.100001), 0.1000005, "start x = 0.1000005"),
    ],
)
def test_far_from_0_the_axes_have_the_digits_of_their_span(texts, size, f, interval, start, told):
    run = descend(f, interval, start, 0.1, 0.0, 3)
    assert run.header.settings.endswith(told)
    picture = picture_of(run, size)
    axis = picture.figure.axes
    labels = [
        t for axes in axis for t in axes.texts if re.fullmatch(r"−?[\d.]+(e−?\d+)?", t.get_text())
    ]
    left = [t for t in labels if t.get_ha() == "right"]
    below = [t for t in labels if t.get_ha() == "center"]
    for along in (left, below):
        assert len({t.get_text() for t in along}) == len(along) > 2
    boxes = sorted(
        box for text, box in texts.still(picture) if text in {t.get_text() for t in below}
    )
    assert not any(overlap(a, b) for a, b in itertools.pairwise(boxes))
    assert min(box[0] for text, box in texts.still(picture)) >= 0
    values = [float(t.get_text().replace("−", "-")) for t in below]
    away = np.array(values[:-1]) - values[0]  # the last one may have moved to stay in the panel
    places = [t.get_position()[0] for t in below[:-1]]
    assert abs(np.polyval(np.polyfit(away, places, 1), away) - places).max() < 0.5


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        ([0.05], ["0.05"]),  # as the line of settings has it, and the axis
        ([5e-5, 5e-5], ["5e−5", "5e−5"]),
        ([60.0, 60.0], ["60", "60"]),
        ([0.05, 0.0499951], ["0.05", "0.049995"]),
        ([1.0, 0.5, 0.012345], ["1", "0.5", "0.0123"]),
        ([0.1, np.nan, np.inf], ["0.1", "not a number", "∞"]),
    ],
)
def test_a_rate_is_written_as_it_was_chosen(rates, told):
    for column in ("lr", "learning_rate", "current_lr"):
        run = type("Run", (), {"names": (), "__getitem__": lambda *_: np.array(rates)})()
        assert [writing_of(run, column)(rate) for rate in rates] == told
