"""What of a curve is rounding alone: it neither turns there, nor is that said in digits."""

import numpy as np
import pytest
from descents import descend

from vizopt import story
from vizopt.recording.descent import outcome
from vizopt.recording.minima import minima_of
from vizopt.train.problems.curve import curve
from vizopt.train.problems.formula.noise import Noisy

LEVEL = {
    "sin(x)^2 + cos(x)^2": 1.0,
    "(x - 0.1)^2 - 0.01 - x^2 + 0.2x": 0.0,
    "cosh(x)^2 - sinh(x)^2": 1.0,
    "exp(x)*exp(-x) - 1": 0.0,
}


@pytest.mark.parametrize("text", LEVEL)
def test_a_curve_that_only_rounding_moves_is_level(text):
    found = curve(text, (-2.0, 2.0))
    np.testing.assert_array_equal(found.points[:, 1], LEVEL[text])
    assert len(found.minima) == len(found.maxima) == 0
    run = descend(text, (-2, 2), 1.3, 0.1)
    np.testing.assert_allclose(run["loss"], LEVEL[text], rtol=1e-15)
    assert outcome(run).ending.words == "stuck on a flat piece at x = 1.300"
    assert "f is 0.000," in story.of(run).text or "f is 1.000," in story.of(run).text


@pytest.mark.parametrize("text", ["1 + 1e-9x", "1e-20x^2", "floor(x)", "where(x < 0, 1, 2)"])
def test_a_curve_that_f_moves_is_not_level(text):
    values = curve(text, (-2.0, 2.0)).points[:, 1]
    assert np.nanmax(values) > np.nanmin(values)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("where(x < 0.3, 0.3 - x, x + 1)", 0.0),
        ("where(x < 1, 1 - x, x + 1)", 0.0),
        ("where(x < 1, 2 - x, x + 1)", 1.0),
        ("where(x < 0.7, (0.7 - x)^3, 4)", 0.0),
        ("floor(x)", -1.0),
    ],
)
def test_a_lowest_end_beside_a_jump_has_the_limit(text, least):
    found = curve(text, (-1.0, 2.0))
    assert np.nanmin(found.points[:, 1]) == pytest.approx(least, rel=1e-12, abs=0)
    if text == "floor(x)":
        assert set(found.points[:, 1][np.isfinite(found.points[:, 1])]) == {-1.0, 0.0, 1.0, 2.0}


def test_a_minimum_at_which_terms_cancel_is_the_lowest_point():
    run = descend("x^4 - 4x^3 + 6x^2 - 4x + 1", (0.9, 1.1), 1.0001, 10.0)
    (minimum,) = minima_of(run)
    assert (minimum.kind, minimum.f) == ("global", 0)
    assert minimum.x == pytest.approx(1, abs=1e-4)
    assert (run["loss"] == 0).all()  # 1e-16 is below the last bit of the terms
    assert descend("x^4", (-0.1, 0.1), 0.0001, 10.0)["loss"][0] == pytest.approx(1e-16)
    assert run["curve"][:, 1].min() == 0


def test_beside_a_jump_at_the_start_f_is_what_it_is():
    run = descend("where(x < 0.3, 0.3 - x, x + 1)", (-1, 2), 0.3, 0.01)
    assert run["loss"][0] == pytest.approx(1.3, rel=1e-15)


@pytest.mark.parametrize("error", [0.0, 0.5, 1.0, 1.75])
def test_a_quotient_is_no_farther_off_than_its_bound(error):
    seen = Noisy(3.0, 0.2) / Noisy(2.0, error)
    ends = [top / bottom for top in (2.8, 3.2) for bottom in (2.0 - error, 2.0 + error)]
    assert max(abs(end - seen.value) for end in ends) <= seen.error * (1 + 1e-12)
