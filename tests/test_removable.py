"""Beside the places where a formula is 0/0: values, slopes, curves and descents against mpmath."""

import mpmath
import numpy as np
import pytest
from descents import descend
from mpmath import mp

from vizopt.train.problems.curve import curve
from vizopt.train.problems.formula import formula
from vizopt.train.problems.formula.series import Series

PI, ROOT, TENTH = "pi", "sqrt(2)", "0.1"


def many(text):
    """A decimal with many digits, as a formula has it."""
    with mpmath.workdps(150):
        return mp.mpf(text)


A, B, C = many("1.23456"), many("2.34567"), many("0.123456")
# formula → the place of its 0/0, and what it is with many digits
SPOILED = {
    "(1-cos(x))/x**2": (0, lambda x: (1 - mp.cos(x)) / x**2),
    "-sin(x)/x": (0, lambda x: -mp.sin(x) / x),
    "(exp(x)-1)/x": (0, lambda x: mp.expm1(x) / x),
    "(x-sin(x))/x**3": (0, lambda x: (x - mp.sin(x)) / x**3),
    "(x-sin(x))/x": (0, lambda x: (x - mp.sin(x)) / x),
    "(sqrt(1+x)-1)/x": (0, lambda x: (mp.sqrt(1 + x) - 1) / x),
    "erf(x)/x": (0, lambda x: mp.erf(x) / x),
    "log(1+x)/x": (0, lambda x: mp.log(1 + x) / x),
    "(ln(1+x)-x+x²/2-x³/3)/x⁴": (
        0,
        lambda x: (mp.log(1 + x) - x + x**2 / 2 - x**3 / 3) / x**4,
    ),
    "x/(exp(x)-1)": (0, lambda x: x / mp.expm1(x)),
    "1/x-1/sin(x)": (0, lambda x: 1 / x - 1 / mp.sin(x)),
    "(1+x)^(1/x)": (0, lambda x: (1 + x) ** (1 / x)),
    "(cos(x)-1+x²/2)/x⁴": (0, lambda x: (mp.cos(x) - 1 + x**2 / 2) / x**4),
    "sin(1000x)/x": (0, lambda x: mp.sin(1000 * x) / x),
    "(exp(x)-1)/|x|": (0, lambda x: mp.expm1(x) / abs(x)),
    "where(x==0, 3, (exp(x)-1)/x)": (0, lambda x: mp.expm1(x) / x),
    "max(0.2, (1-cos(x))/x**2)": (0, lambda x: max(mp.mpf(1) / 5, (1 - mp.cos(x)) / x**2)),
    "(1-cos(x-2))/(x-2)**2": (2, lambda x: (1 - mp.cos(x - 2)) / (x - 2) ** 2),
    "log(x)/(x-1)": (1, lambda x: mp.log(x) / (x - 1)),
    "(x-1)/(x**3-1)": (1, lambda x: (x - 1) / (x**3 - 1)),
    "(exp(x)-e)/(x-1)": (1, lambda x: (mp.exp(x) - mp.e) / (x - 1)),
    "(sin(x)-sin(1))/(x-1)": (1, lambda x: (mp.sin(x) - mp.sin(1)) / (x - 1)),
    "(ln(x)-ln(3))/(x-3)": (3, lambda x: (mp.log(x) - mp.log(3)) / (x - 3)),
    "(exp(-x)-exp(-2))/(x-2)": (2, lambda x: (mp.exp(-x) - mp.exp(-2)) / (x - 2)),
    "(cos(2x)-cos(1))/(x-0.5)": (0.5, lambda x: (mp.cos(2 * x) - mp.cos(1)) / (x - 0.5)),
    "sin(x)/(x-pi)": (PI, lambda x: mp.sin(x) / (x - mp.pi)),
    "(1+cos(x))/(x-pi)**2": (PI, lambda x: (1 + mp.cos(x)) / (x - mp.pi) ** 2),
    "sin(3x)/sin(x)": (PI, lambda x: mp.sin(3 * x) / mp.sin(x)),
    "(x²-2)/(x-sqrt(2))": (ROOT, lambda x: x + mp.sqrt(2)),
    "sin(3x-0.3)/(x-0.1)": (TENTH, lambda x: 3 * mp.sinc(3 * x - mp.mpf(3) / 10)),
    # a constant that is no short decimal, and is magnified
    "(sin(1.23456+x)-sin(1.23456))/x": (0, lambda x: (mp.sin(A + x) - mp.sin(A)) / x),
    "(3sin(1.23456+x)-3sin(1.23456))/(2x)": (
        0,
        lambda x: 3 * (mp.sin(A + x) - mp.sin(A)) / (2 * x),
    ),
    "(sin(1.23456+2x)-sin(1.23456)-2x*cos(1.23456))/x²": (
        0,
        lambda x: (mp.sin(A + 2 * x) - mp.sin(A) - 2 * x * mp.cos(A)) / x**2,
    ),
    "(sin(x)cos(x)-sin(1.23456)cos(1.23456))/(x-1.23456)": (
        "1.23456",
        lambda x: (mp.sin(2 * x) - mp.sin(2 * A)) / 2 / (x - A),
    ),
    "x/(sin(1.23456+x)-sin(1.23456))": (0, lambda x: x / (mp.sin(A + x) - mp.sin(A))),
    "(ln(2.34567+x)-ln(2.34567))/x": (0, lambda x: mp.log(1 + x / B) / x),
    "(log2(x)-log2(2.34567))/(x-2.34567)": ("2.34567", lambda x: mp.log(x / B, 2) / (x - B)),
    "(x^3.7-2.34567^3.7)/(x-2.34567)": (
        "2.34567",
        lambda x: (x ** many("3.7") - B ** many("3.7")) / (x - B),
    ),
    "(x^x-2.34567^2.34567)/(x-2.34567)": ("2.34567", lambda x: (x**x - B**B) / (x - B)),
    "(1/x-1/2.34567)/(x-2.34567)": ("2.34567", lambda x: -1 / (x * B)),
    "(√x-√2.34567)/(x-2.34567)": ("2.34567", lambda x: 1 / (mp.sqrt(x) + mp.sqrt(B))),
    "(atan(x/3)-atan(2.34567/3))/(x-2.34567)": (
        "2.34567",
        lambda x: (mp.atan(x / 3) - mp.atan(B / 3)) / (x - B),
    ),
    "(2^x-2^0.123456)/(x-0.123456)": ("0.123456", lambda x: (2**x - 2**C) / (x - C)),
    "(erf(x)-erf(0.123456))/(x-0.123456)": (
        "0.123456",
        lambda x: (mp.erf(x) - mp.erf(C)) / (x - C),
    ),
    "(sigmoid(x)-sigmoid(0.123456))/(x-0.123456)": (
        "0.123456",
        lambda x: (1 / (1 + mp.exp(-x)) - 1 / (1 + mp.exp(-C))) / (x - C),
    ),
    "(tanh(1+√3+x)-tanh(1+√3))/x": (
        0,
        lambda x: (mp.tanh(1 + mp.sqrt(3) + x) - mp.tanh(1 + mp.sqrt(3))) / x,
    ),
    "(sin(x)-0.8414709848078965)/(x-1)": (1, lambda x: (mp.sin(x) - mp.sin(1)) / (x - 1)),
    "sin(x-3.141592653589793)/(x-π)": (PI, lambda x: mp.sinc(x - mp.pi)),
    "(sin(1.23456789012345678+x)-sin(1.23456789012345678))/x": (
        0,
        lambda x: (
            (mp.sin(many("1.23456789012345678") + x) - mp.sin(many("1.23456789012345678"))) / x
        ),
    ),
}
PLACES = {PI: np.pi, ROOT: np.sqrt(2)}
AWAY = np.array([0.5, 0.09, 0.02, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12])


def places_of(text):
    place, exact = SPOILED[text]
    place = PLACES.get(place) or float(place)
    x = place + np.concatenate([AWAY, -AWAY])
    return x[x != place], exact


@pytest.mark.parametrize("text", SPOILED)
def test_beside_a_removable_gap_f_and_its_slope_are_those_of_mpmath(text):
    x, exact = places_of(text)
    with mpmath.workdps(150):
        values = [float(exact(mp.mpf(at))) for at in x.tolist()]
        step = mp.mpf(10) ** -25
        slopes = [
            float((exact(at + step) - exact(at - step)) / (2 * step))
            for at in map(mp.mpf, x.tolist())
        ]
    f = formula(text)
    np.testing.assert_allclose(f.value(x), values, rtol=1e-11)
    np.testing.assert_allclose(f.slope(x), slopes, rtol=1e-9)
    one_by_one = [float(f.slope(np.array([at]))[0]) for at in x]
    np.testing.assert_array_equal(one_by_one, f.slope(x))


def test_a_quotient_that_is_constant_has_no_slope():
    x = 2.6 + np.concatenate([AWAY, -AWAY])
    f = formula("(x*sin(2)-2.6sin(2))/(x-2.6)")
    np.testing.assert_allclose(f.value(x), np.sin(2), rtol=1e-13)
    np.testing.assert_array_equal(f.slope(x), 0)


def test_at_a_place_that_is_no_float_it_has_its_limit():
    assert formula("sin(x)/(x-pi)").value(np.pi) == pytest.approx(-1, rel=1e-14)
    assert formula("(x²-2)/(x-sqrt(2))").value(np.sqrt(2)) == pytest.approx(8**0.5, rel=1e-14)


TURNS = [
    ("(1-cos(x))/x**2", 0.0, [], [0.5]),
    ("-sin(x)/x", 0.0, [-1.0], []),
    ("(x-sin(x))/x**3", 0.0, [], [1 / 6]),
    ("(exp(x)-1)/x", 0.0, [], []),
    ("(sqrt(1+x)-1)/x", 0.0, [], []),
    ("log(1+x)/x", 0.0, [], []),
    ("(1-cos(x-2))/(x-2)**2", 2.0, [], [0.5]),
    ("sin(x)/(x-pi)", np.pi, [-1.0], []),
]
WIDTHS = [(0.9, 1e-4), (1e-2, 1e-6)]  # by turns, and each to the simplest


@pytest.mark.parametrize(
    ("text", "place", "minima", "maxima", "width"),
    [
        (*case, width)
        for at, case in enumerate(TURNS)
        for width in (WIDTHS[at % 2] if at > 1 else sum(WIDTHS, ()))
    ],
)
def test_beside_a_removable_gap_a_curve_turns_only_where_f_does(text, place, minima, maxima, width):
    found = curve(text, (place - width, place + 0.7 * width))
    assert np.isfinite(found.points).all()
    if width < 1e-5:  # f is the same to its last bits: it may be level
        assert len(found.minima) <= len(minima)
        assert len(found.maxima) <= len(maxima)
        return
    for turns, expected in ((found.minima, minima), (found.maxima, maxima)):
        assert turns[:, 1] == pytest.approx(expected, rel=1e-14)
        assert turns[:, 0] == pytest.approx([place] * len(expected), abs=1e-7)


def test_a_descent_beside_a_removable_gap_follows_the_true_slope():
    run = descend("-(1-cos(x))/x**2", (-1, 1), 0.5, 3.0, 0.0, 60)
    x, slope = run["x"], run["slope"]
    by_hand = x / 12 - x**3 / 180 + x**5 / 6720 - x**7 / 453600
    assert abs(x[-1]) < 1e-7
    np.testing.assert_allclose(slope, by_hand, rtol=1e-7)
    assert run["minima"] == pytest.approx(np.array([[0.0, -0.5]]), abs=1e-7)


UNSPOILED = [
    "1/x + x²", "x/(1+x²)", "(x²-1)/(x-3)", "x² - 2x + 1", "1/(1-cos(x))", "tan(x)/x²",
    "sin(1/x)", "exp(-1/x²)", "sigmoid(x)/(x+2)", "x*log(x)", "sqrt(x)*sin(x)", "(x²-1)*sin(x)/x²",
]  # fmt: skip


@pytest.mark.parametrize("text", UNSPOILED)
def test_without_a_removable_gap_every_bit_is_as_numpy_has_it(text, monkeypatch):
    x = np.concatenate([np.linspace(-4, 4, 2001), 1 + AWAY, 3 - AWAY, AWAY])
    found = formula(text)
    values, slopes = found.value(x), found.slope(x)
    monkeypatch.setattr(Series, "mend", lambda self, found, at: found)
    plain = formula.__wrapped__(text)
    np.testing.assert_array_equal(values, plain.value(x))
    np.testing.assert_array_equal(slopes, plain.slope(x))
