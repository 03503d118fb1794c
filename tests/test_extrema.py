"""Where a curve turns: lone values at a jump, vast intervals, turns between the samples."""

import warnings

import numpy as np
import pytest
from descents import descend

from vizopt import story
from vizopt.recording.minima import minima_of
from vizopt.recording.readout import Readout
from vizopt.train.problems import FunctionSpec
from vizopt.train.problems.curve import curve, too_wild

# formula → its minima, its jumps
LONE = {
    "x^2+sign(x)": ([], [0.0]),
    "(x-1)^2+sign(x-1)": ([], [1.0]),
    "(x-0.3)^2+sign(x-0.3)": ([], [0.3]),
    "x**2+2*sign(x-0.5)": ([(0.0, -2.0)], [0.5]),
    "cos(x)*sign(x-1)": ([(0.0, -1.0)], [1.0]),
    "x²+sign(x)-sign(x-1)": ([], [0.0, 1.0]),
    "x²+(1+sign(x))/2": ([], [0.0]),
    "x² + heaviside(x)": ([], [0.0]),
    "(x-0.7)² + 3floor(x/5)": ([(0.7, 0.0)], [0.0]),
    "-x²+sign(x)": ([], [0.0]),
    "x+where(x==0, -5, 0)": ([], []),
    "where(x==0, 5, x²)": ([(0.0, 0.0)], []),
    "where(x==0, -5, x²)": ([(0.0, -5.0)], []),
    "x²+|sign(x)|": ([(0.0, 0.0)], []),
    "sqrt(|x|)": ([(0.0, 0.0)], []),
    "sign(x)*x²": ([], []),
}
INTERVALS = [(-2.0, 2.0), (-2.3, 2.0), (-1.7, 3.1), (-1.0, 1.5)]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("text", LONE)
def test_a_lone_value_is_a_minimum_only_if_both_sides_say_so(text, interval):
    minima, jumps = LONE[text]
    found = curve(text, interval)
    assert found.minima == pytest.approx(np.array(minima).reshape(-1, 2), abs=1e-9)
    broken = found.points[np.isnan(found.points[:, 1]), 0]
    assert broken == pytest.approx(jumps, abs=1e-12)


@pytest.mark.parametrize(("lone", "top"), [(5, 5.0), (-5, 0.0)])
def test_a_lone_value_is_a_maximum_only_if_it_lies_above_both_sides(lone, top):
    found = curve(f"where(x==0, {lone}, -x²)", (-2.0, 2.0))
    assert found.maxima == pytest.approx(np.array([[0.0, top]]), abs=1e-9)


def test_at_a_jump_the_curve_ends_on_both_sides_and_has_no_lone_value():
    points = curve("x^2+sign(x)", (-2.0, 2.0)).points
    at = int(np.nonzero(np.isnan(points[:, 1]))[0][0])
    assert points[at - 1] == pytest.approx([0, -1], abs=1e-9)
    assert points[at + 1] == pytest.approx([0, 1], abs=1e-9)
    assert np.nanmin(abs(points[abs(points[:, 0]) < 1e-9, 1])) > 0.999


@pytest.mark.parametrize(
    ("text", "end", "minima"),
    [("x^2", 1e150, 1), ("x^2", 1e120, 1), ("x", 1e200, 0), ("|x|", 1e307, 1), ("x^3", 1e100, 0)],
)
def test_a_vast_interval_gives_no_warning(text, end, minima):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = curve(text, (-end, end))
    assert found.minima == pytest.approx(np.zeros((minima, 2)))
    assert len(found.maxima) == 0


@pytest.mark.parametrize(
    ("text", "interval", "has_more"),
    [
        ("sin(1/x)", (-1.0, 1.0), True),
        ("x*sin(1/x)", (-1.0, 1.0), True),
        ("sin(10000x)", (-4.0, 4.0), True),
        ("sin(x²)", (-500.0, 500.0), True),
        ("sin(1000x)", (-4.0, 4.0), False),
        ("floor(x) - |x|", (-3.0, 3.1), False),
        ("(1-cos(x))/x²", (-1e-7, 1e-7), False),
        ("1e8+x²", (-1e-3, 1e-3), False),
        ("tan(x)", (-30.0, 30.0), False),
    ],
)
def test_turns_between_the_samples_are_noticed(text, interval, has_more):
    assert curve(text, interval).has_more == has_more


def test_more_minima_than_can_be_told_are_not_counted():
    told = story.of(descend("sin(1/x)", (-1, 1), 0.9, 0.01, 0.0, 3))
    assert "It turns more often than can be told: it has more than 85 minima." in told.paragraphs[0]
    assert "a curve with more than 85 minima" in told.alt
    assert "bound" not in told.paragraphs[0].replace("no value or no bound", "")
    told = story.of(descend("cos(9x)", (-1, 1), 0.9, 0.01, 0.0, 3))
    assert "It has 2 minima;" in told.paragraphs[0]
    assert "a curve with 2 minima" in told.alt


def test_where_f_overflows_nearly_everywhere_there_is_no_warning_either():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(curve("x^2", (-1e200, 1e200)).points[:, 1]).any()


# formula → its minima; the last two are level from the first to the second
AT_JUMPS = {
    "where(x<0, x+2, x**2)": [(0, 0)],
    "where(x<=0, x+2, x**2)": [],  # comes down to 0, where f is 2
    "where(x<=1, (x-1)^2, 5-x)": [(1, 0)],
    "where(x<0.3, 1, (x-0.3)^2)": [(0.3, 0)],
    "where(x<0, -1/x, x)": [(0, 0)],
    "where(x<0, 1/x, x)": [],
    "(x-0.3)^2-sign(x-0.3)": [],
    "x-floor(x)": [(-2, 0), (-1, 0), (0, 0), (1, 0), (2, 0)],
    "floor(x)**2": [(0.5, 0)],
    "ceil(x)^2": [(-0.5, 0)],
    "floor(3x)^2": [(1 / 6, 0)],
    "x*floor(x)": [(0.5, 0)],
    "sqrt(x)": [],
}


@pytest.mark.parametrize("interval", [(-2.9, 2.4), (-2.3, 2.9)])
@pytest.mark.parametrize("text", AT_JUMPS)
def test_a_jump_has_a_minimum_where_f_comes_down_to_a_place_of_its_own(text, interval):
    left, right = interval
    found = curve(text, interval)
    expected = [at for at in AT_JUMPS[text] if left < at[0] < right]
    assert found.minima == pytest.approx(np.array(expected).reshape(-1, 2), abs=1e-12)
    assert (np.diff(found.points[:, 0]) >= 0).all()


@pytest.mark.parametrize(
    ("text", "ends"), [("1e8+(x-0.001)^2", 0.01), ("1e8+(x-0.001)^2", 0.1), ("1+(x-0.001)^2", 0.01)]
)
def test_a_minimum_far_above_0_is_found(text, ends):
    found = curve(text, (-ends, ends))
    assert found.minima[:, 0] == pytest.approx([0.001], abs=0.02 * ends)
    assert len(found.maxima) == 0


@pytest.mark.parametrize(
    ("text", "name", "left", "right"),
    [
        ("max(x**2-1, 0)", "global minimum", -1, 1),
        ("relu(x)", "flat lowest end", -2.9, 0),
        ("abs(x)+abs(x-1)", "global minimum", 0, 1),
        ("floor(x)**2", "global minimum", 0, 1),
        ("x*floor(x)", "global minimum", 0, 1),
        ("max(0.7-x, 0)", "flat lowest end", 0.7, 2.4),
    ],
)
def test_a_level_stretch_is_one_place_with_its_two_ends(text, name, left, right):
    run = descend(text, (-2.9, 2.4), 0.3, 0.1)
    (only,) = minima_of(run)
    assert only.name == name
    assert only.flat == pytest.approx((left, right), abs=1e-12)
    told = Readout.of(run)
    assert told.place(only) == f"x from {told.x(left)} to {told.x(right)}"
    assert only.holds(np.array([left, 0.9 * left + 0.1 * right]), np.full(2, only.f)).all()


def test_a_place_of_no_width_is_one_x():
    run = descend("(x-0.25)**2", (-3, 3), 0.3, 0.1)
    told = Readout.of(run)
    assert [told.place(only) for only in minima_of(run)] == ["x = 0.250"]
    assert told.x(-5e-324) == "0.000"


@pytest.mark.parametrize(
    ("text", "end", "why"),
    [
        ("x^2", 1e200, "is too large for its numbers almost everywhere"),
        ("x^2", 1e158, "is too large for its numbers almost everywhere"),
        ("x^3 - x", 1e110, "is too large for its numbers almost everywhere"),
        ("sin(x)", 1e200, "changes faster than its numbers can tell"),
        ("sin(x)", 1e17, "changes faster than its numbers can tell"),
        ("sin(1e20x)", 3.0, "changes faster than its numbers can tell"),
        ("x^2", 1e154, ""),
        ("sin(x)", 1e12, ""),
        ("exp(x)", 2000.0, ""),
        ("1/x", 1.0, ""),
        ("sin(1/x)", 1.0, ""),
        ("1e8 + x^2", 1e-3, ""),
        ("3", 1.0, ""),
        ("floor(x)", 1e200, ""),
        ("log(x)", 1e6, ""),
    ],
)
def test_what_cannot_be_sampled_is_refused_in_one_line(text, end, why):
    assert too_wild(text, (-end, end)) == why
    if why:
        with pytest.raises(ValueError, match="choose a narrower interval, nearer to 0") as said:
            FunctionSpec(f=text, interval=(-end, end), start=0.0)
        (line,) = [line for line in str(said.value).splitlines() if why in line]
        assert f"f = '{text}': {why} on [{-end}, {end}]" in line
