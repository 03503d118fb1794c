"""Where a curve turns: lone values at a jump, vast intervals, turns between the samples."""

import warnings

import numpy as np
import pytest

from vizopt.problems.curve import curve

# formula → its minima, its jumps
LONE = {
    "x^2+sign(x)": ([], [0.0]),
    "(x-1)^2+sign(x-1)": ([], [1.0]),
    "(x-0.3)^2+sign(x-0.3)": ([], [0.3]),
    "x**2+2*sign(x-0.5)": ([(0.0, -2.0)], [0.5]),
    "cos(x)*sign(x-1)": ([(0.0, -1.0)], [1.0]),
    "x²+sign(x)-sign(x-1)": ([], [0.0, 1.0]),
    "x²+(1+sign(x))/2": ([], [0.0]),
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


def test_where_f_overflows_nearly_everywhere_there_is_no_warning_either():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(curve("x^2", (-1e200, 1e200)).points[:, 1]).any()
