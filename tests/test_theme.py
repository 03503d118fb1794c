import numpy as np
import pytest

from vizopt.theme import THEMES, count, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8737, "0.874"),
        (1.0, "1.000"),
        (0.0, "0.000"),
        (0.00046, "4.6e−4"),
        (-0.00046, "−4.6e−4"),
        (-2.5, "−2.500"),
        (123456.0, "1.2e5"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "not a number"),
    ],
)
def test_numbers_are_written_one_way(value, text):
    assert number(value) == text


@pytest.mark.parametrize("name", THEMES)
def test_red_is_positive_blue_is_negative_and_white_is_zero(name):
    shades = THEMES[name].shades(255).astype(int)
    red, blue = shades[:, 0], shades[:, 2]
    assert shades[127].tolist() == [255, 255, 255, 255]
    assert (red[135:] > blue[135:]).all()
    assert (blue[:120] > red[:120]).all()
    assert abs(np.diff(shades, axis=0)).max() < 12  # no jump anywhere


def test_thousands_are_set_apart():
    assert count(10_000) == "10\u2009000"
    assert count(999) == "999"


def test_a_users_matplotlibrc_has_no_say():
    import matplotlib as mpl

    with mpl.rc_context({"lines.linewidth": 9, "text.usetex": True}):
        with THEMES["light"].applied():
            assert mpl.rcParams["lines.linewidth"] == 1.5
            assert not mpl.rcParams["text.usetex"]
        assert mpl.rcParams["lines.linewidth"] == 9
