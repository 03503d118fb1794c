"""Room: what a picture writes is whole on every shape of frame, and as sharp as the frame."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from descents import Held, descend, scene_of
from matplotlib.figure import Figure

import vizopt
from vizopt.core import library
from vizopt.core.contrast import SHAPE, contrast
from vizopt.core.sizes import MARGIN
from vizopt.core.words import language
from vizopt.draw.header import LINES
from vizopt.draw.header import _lines as settings_lines
from vizopt.draw.paint import DPI, pixel_axes
from vizopt.draw.panels import Descent, Magnifier
from vizopt.draw.panels.arithmetic import arithmetic
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.lines import draw_line
from vizopt.draw.panels.descent import _trail
from vizopt.draw.panels.names import placed
from vizopt.draw.panels.outside import Outside
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.draw.panels.plot import Plot
from vizopt.draw.panels.weights import _captions
from vizopt.draw.panels.worked import SIZES, _fitting, _lines, _Places
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone
from vizopt.recording.minima import minima_of

SHAPES = [(1280, 720), (1024, 768), (1080, 1080), (1080, 1920)]
LESSON = "(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4"


def slot_of(width, height, unit=1.0, theme="light"):
    axes = pixel_axes(Figure((width / DPI, height / DPI), dpi=DPI), 0, 0, width, height)
    return DrawContext(
        axes, width, height, THEMES[theme], unit, Playback((width, height), 20.0, "clip")
    )


@pytest.fixture(scope="module")
def lesson():
    return Held(scene_of(LESSON, (-4, 4), -3, 0.3, 0.9, 161))


@pytest.mark.parametrize(
    ("size", "unit"),
    [
        ((384, 300), 0.5),
        ((600, 600), 1.0),
        ((956, 357), 1.07),
        ((984, 500), 1.5),
        ((984, 800), 1.5),
        ((984, 1700), 1.5),
    ],
)
def test_every_minimum_has_its_name_and_none_lies_on_the_curve(lesson, size, unit):
    slot, curve, minima = slot_of(*size, unit), lesson["curve"], minima_of(lesson)
    plot = Plot.of(slot, lesson)
    names = placed(slot, plot, curve, minima)
    assert {name.text for name in names} == {minimum.name for minimum in minima}
    x, y = plot.px(curve[:, 0]), plot.py(curve[:, 1])
    for name in names:
        assert plot.x0 <= name.at - name.half < name.at + name.half <= slot.width
        half = name.half - slot.unit * 5  # of the letters
        beside = abs(x - name.at) < half
        over = (y > name.base - slot.font(12) * 0.75) & (y < name.base + slot.font(12) * 0.2)
        assert not (beside & over).any(), name.text


@pytest.mark.parametrize("x", [-3.9, 3.9])
def test_the_name_of_a_minimum_beside_an_end_is_whole(x):
    run = descend(f"(x - {x})**2", (-4, 4), 0, 0.1)
    slot = slot_of(400, 300)
    plot = Plot.of(slot, run)
    (name,) = placed(slot, plot, run["curve"], minima_of(run))
    assert plot.x0 <= name.at - name.half < name.at + name.half <= slot.width


def test_a_name_without_room_beside_the_curve_is_written_all_the_same():
    run = Held(scene_of("cos(40*x) + x**2", (-1, 1), 0.9, 0.001))
    slot = slot_of(300, 120, 0.5)
    plot = Plot.of(slot, run)
    assert placed(slot, plot, run["curve"], minima_of(run))


def test_the_paper_shows_around_a_name(lesson):
    slot = slot_of(600, 300)
    Descent().static(slot, alone(lesson, np.arange(1)))
    names = [text for text in slot.axes.texts if "minimum" in text.get_text()]
    assert names
    assert all(text.get_path_effects() for text in names)


@pytest.fixture(scope="module")
def settings_of_scenes():
    scenes = {name: vizopt.load_scene(name) for name in library.names()}
    rng = np.random.RandomState(0)
    return {n: s.settings(s.problem.build(rng).words) for n, s in scenes.items()}


@pytest.mark.parametrize("size", SHAPES)
def test_the_settings_of_every_bundled_scene_are_whole(settings_of_scenes, size):
    slot = slot_of(*size, min(size) / 720)
    free = slot.width - 2 * slot.unit * MARGIN
    for name, settings in settings_of_scenes.items():
        lines = settings_lines(slot, settings, free)
        assert len(lines) <= LINES, name
        assert not any("…" in line for line in lines), name
        assert all(slot.text_width(line) <= free for line in lines), name
        words = [word for line in lines for word in line.replace("·", " ").split()]
        assert words == settings.replace("·", " ").split(), name


def test_a_setting_too_long_for_a_line_parts_at_a_comma_and_three_lines_are_the_most():
    slot = slot_of(400, 400)
    settings = "Adam, learning rate 0.3, decay 0.1, beta 0.9  ·  rings"
    assert settings_lines(slot, settings, 300) == [
        "Adam, learning rate 0.3,",
        "decay 0.1, beta 0.9  ·  rings",
    ]
    lines = settings_lines(slot, ", ".join(["learning rate 0.3"] * 20), 300)
    assert len(lines) == LINES
    assert lines[-1].endswith("…")
    lines = settings_lines(slot, "  ·  ".join(["spiral", "softmax", "he"] * 6), 150)
    assert lines[-1] == "softmax  ·  he  ·…"  # what is cut is joined as it was


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_thin_lines_are_as_wide_in_a_large_frame(lesson, size):
    unit = size[1] / 720
    slot = slot_of(*size, unit)
    Descent().static(slot, alone(lesson, np.arange(1)))
    slot.frame(100, 100, 50, 50)
    widths = {line.get_linewidth() for line in slot.axes.lines}
    assert slot.hairline == round(unit)
    assert min(widths) == pytest.approx(0.6 * slot.hairline)
    assert slot.axes.lines[-1].get_linewidth() == slot.hairline
    assert slot.axes.lines[-1].get_xdata().min() == 100 - slot.hairline / 2  # just outside


@pytest.mark.parametrize("name", THEMES)
def test_a_path_is_seen_on_the_paper_and_gets_darker_in_print(name):
    theme = THEMES[name]
    seen = contrast(theme.path, [theme.paper])[:, 0]
    assert seen.min() >= SHAPE
    assert name != "print" or (np.diff(seen) > 1).all()


def test_a_square_frame_leaves_out_no_line_of_the_lesson_s_largest_steps(lesson):
    slot = slot_of(585, 369, 1.5)
    steps = arithmetic(lesson, list(range(161)))
    room = _Places.room(slot, SIZES[-1])
    assert _lines(steps, slot.width, room, slot.glyphs(SIZES[-1])).whole


def test_the_largest_size_at_which_no_product_is_parted_is_taken():
    steps = arithmetic(Held(scene_of("x**2", (-4, 4), -3, 0.3, 0.9, 61)), list(range(20)))
    slot = slot_of(300, 340)
    way, texts, _ = _fitting(slot, steps)
    assert not any(line.lstrip().startswith("·") for lines in texts.values() for line in lines)
    long = replace(slot, theme=replace(slot.theme, words=language({"velocity": "the velocity"})))
    smaller, texts, _ = _fitting(long, steps)
    assert smaller.size < way.size
    assert not any(line.lstrip().startswith("·") for lines in texts.values() for line in lines)


@pytest.mark.parametrize("size", SIZES)
def test_as_many_lines_of_arithmetic_as_leave_two_for_what_happened(size):
    slot = slot_of(300, 400)
    many = _Places.room(slot, size)
    assert len(_Places.of(slot, many, size).events) >= 2
    assert len(_Places.of(slot, many + 1, size).events) < 2


@pytest.mark.parametrize(
    ("text", "height", "low"),
    [("large", 100, True), ("large", 600, False), ("normal", 60, False), ("normal", 600, False)],
)
def test_a_low_layer_has_one_line_of_large_captions_and_others_two(text, height, low):
    slot = slot_of(300, height)
    slot = replace(slot, theme=replace(slot.theme, text=text))
    assert slot.theme.large == (text == "large")
    first, second = _captions(slot, (0, 0, 100, height // 2))
    assert (first == second) == low


@pytest.mark.parametrize("unit", [0.5, 1.0, 3.0])
def test_a_curve_that_spreads_has_as_many_points_in_every_size(unit):
    slot = slot_of(round(300 * unit), round(100 * unit), unit)
    plot = SimpleNamespace(
        x=lambda epochs: epochs / 9000 * 300 * unit,
        y=lambda values: values * 50 * unit,
        axis=SimpleNamespace(low=0.0, high=2.0),
        top=0.0,
        height=100.0 * unit,
    )
    values = np.random.default_rng(0).random(9000)
    draw_line(slot.axes, slot, plot, (np.arange(9000), values), "#b03020", 1.0)
    line = slot.axes.lines[0]
    assert len(line.get_xdata()) == 150  # a point for every two units
    assert line.get_linewidth() == max(1.8 * unit, 1.2)
    assert np.ptp(line.get_ydata()) < 25 * unit  # means of 60 values


def test_beside_a_pole_the_deepest_minimum_is_in_the_frame():
    run = descend("ln|x| - 20*exp(-40*(x-2)^2)", (-3, 3), 2.9, 0.1)
    plot = Plot.of(slot_of(400, 300), run)
    assert min(m.f for m in minima_of(run)) < -19
    assert -25 < plot.low < -19  # and not as low as the samples beside 0, nor the usual ones


def test_a_path_has_a_line_to_and_from_each_point_in_the_frame_and_no_other():
    run = descend("x**2", (-3, 3), 2.9, 1.04, 0.0, 31)  # it leaves the frame at once
    slot = slot_of(400, 300)
    plot = Plot.of(slot, run)
    inside = plot.holds(run["x"], run["loss"])
    assert inside.tolist() == [True] + [False] * 30
    for start, reached in ((0, [0, 1]), (1, [])):
        x, f = run["x"][start:], run["loss"][start:]
        trail = _trail(slot, plot, x, f, PathColours(slot, run))
        assert trail._steps.tolist() == reached


@pytest.mark.parametrize(
    ("f", "start", "rate", "over"),
    [
        ("1/x**2 + 2*x", 2, 1.98 / 1.75, True),
        ("-1/x**2", 1, 0.49, False),
    ],
)
def test_an_arrow_above_or_below_the_frame_points_there(f, start, rate, over):
    run = descend(f, (-2, 2), start, rate)
    slot = slot_of(400, 300)
    plot = Plot.of(slot, run)
    assert run["x"][1] == pytest.approx(0.02)
    assert not plot.holds(run["x"], run["loss"])[1]
    window = np.zeros((300, 400, 4), np.uint8)
    Outside(slot, plot, run, PathColours(slot, run), [])(window, 1)
    x = round(float(plot.px(0.02)))
    wide = window[:, x - 9 : x + 10, :3].any(axis=2).sum(axis=1)
    rows = np.nonzero(wide)[0]
    tip, back = (rows[0], rows[-1]) if over else (rows[-1], rows[0])
    assert (wide[tip], wide[back]) == (1, 19)
    edge = plot.y0 if over else plot.y0 + plot.height
    assert abs(tip - edge) <= 1


def test_no_number_below_a_curve_touches_the_next():
    """Where its ticks are fewer they are not always farther apart: of 0.1 to 0.9 two are
    0.3 and 0.6, or 0.4 and 0.8."""
    slot = slot_of(400, 300)
    for width in range(70, 400, 3):
        plot = Plot(0.0, 0.0, width, 200.0, 0.1, 0.9, 0.0, 1.0)
        ticks = plot._places(slot)
        assert len(ticks) >= 2
        for (a, one), (b, other) in pairwise(ticks):
            half = (slot.text_width(one, 11) + slot.text_width(other, 11)) / 2
            assert plot.px(b) - plot.px(a) >= half + slot.font(11), width


@pytest.mark.parametrize("tongue", ["en", "de", "fr"])
@pytest.mark.parametrize("text", ["normal", "large", 2.9])
def test_what_is_magnified_is_told_beside_how_much(tongue, text):
    slot = slot_of(240, 200)  # as in a square
    slot = replace(slot, theme=replace(slot.theme, text=text, words=language(tongue)))
    Magnifier().static(slot, alone(descend("x**2", (-3, 3), 3, 0.1), np.arange(3)))
    (told,) = slot.axes.texts
    assert told.get_text() == slot.say("around_point") or text == 2.9
    free = 240 - slot.text_width(told.get_text(), 12) - slot.text_width("× 256", 12, "bold")
    assert free >= 8
