"""Numbers: one way to write what was measured, what was chosen and what stands at an axis."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vizopt.core.numbers import count, number, setting, ticks_told
from vizopt.recording.quantities import title


@pytest.mark.parametrize(
    ("value", "measured", "chosen"),
    [
        (0.8737, "0.874", "0.8737"),
        (1.0, "1.000", "1"),
        (0.0, "0.000", "0"),
        (-0.0, "0.000", "0"),
        (0.005, "0.005", "0.005"),
        (0.0032, "0.0032", "0.0032"),
        (0.00504, "0.005", "0.00504"),
        (-0.0099, "−0.0099", "−0.0099"),
        (0.0099996, "0.010", "0.0099996"),
        (0.001, "0.001", "0.001"),
        (0.00099996, "0.001", "0.00099996"),
        (0.00046, "0.00046", "0.00046"),
        (-0.00046, "−0.00046", "−0.00046"),
        (0.000103, "0.0001", "0.000103"),
        (0.0001, "0.0001", "0.0001"),
        (0.000099996, "0.0001", "9.9996e−5"),
        (0.000046, "4.6e−5", "4.6e−5"),
        (1e-7, "1.0e−7", "1e−7"),
        (-2.5, "−2.500", "−2.5"),
        (9999.4, "9999.400", "9999.4"),
        (9999.9996, "1.0e4", "1e4"),
        (123456.0, "1.2e5", "1.23456e5"),
        (1e20, "1.0e20", "1e20"),
        (float("inf"), "∞", "∞"),
        (float("-inf"), "−∞", "−∞"),
        (float("nan"), "not a number", "not a number"),
    ],
)
def test_measured_and_chosen_numbers(value, measured, chosen):
    assert number(value) == measured
    assert setting(value) == chosen


@pytest.mark.parametrize(
    ("value", "span", "measured", "chosen"),
    [
        (1e9 + 3.25, 10, "1000000003.2", "1000000003.25"),
        (-1e9 - 3.5, 10, "−1000000003.5", "−1000000003.5"),
        (1e8 + 2.25, 4, "100000002.25", "100000002.25"),
        (1e8, 4, "100000000.00", "100000000"),
        (0.100003, 4e-6, "0.10000300", "0.100003"),
        (12345.678, 2e4, "1.23e4", "1.23457e4"),
        (0.874, 8, "0.874", "0.874"),
        (0.5, 0.01, "0.5000", "0.5"),
        (1e-7, 2e-7, "1.00e−7", "1e−7"),
        (1.25e-7, 2e-9, "1.2500e−7", "1.25e−7"),
        (0.0, 1e-9, "0.000", "0"),
        (1e16, 10, "1.0000000000000000e16", "1e16"),
        (1e200, 2e200, "1.00e200", "1e200"),
    ],
)
def test_in_a_narrow_span_numbers_have_the_figures_that_tell_them_apart(
    value, span, measured, chosen
):
    assert number(value, span=span) == measured
    assert setting(value, span=span) == chosen


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e3), st.floats(0.02, 1))
def test_places_of_a_span_a_fiftieth_apart_are_told_apart(at, span, share):
    assert number(at, span=span) != number(at + share * span, span=span)
    assert setting(at, span=span) != setting(at + share * span, span=span)


def parsed(text):
    return float(text.replace("−", "-"))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(3, 15))
def test_a_number_is_read_again_as_itself(value, digits):
    for text, figures in ((number(value, digits), digits - 1), (setting(value, digits), digits)):
        assert re.fullmatch(r"−?\d+(\.\d+)?(e−?\d+)?", text)
        if value and abs(value) < 1e300:
            places = 0.51 * 10.0 ** (1 - figures) * abs(value)
            assert abs(parsed(text) - value) <= max(places, 0.51 * 10.0**-digits)
    assert setting(value, 17) == setting(parsed(setting(value, 17)), 17)


@given(st.floats(1e-4, 9999, allow_nan=False))
def test_between_a_ten_thousandth_and_ten_thousand_nothing_has_an_exponent(value):
    assert "e" not in number(value) + number(value, 4) + setting(value, 4)


@given(st.floats(1e-6, 1e-2) | st.floats(9e3, 2e4), st.integers(0, 6))
@example(9.9e-5, 2)
@example(9.96e-5, 2)
def test_an_exponent_is_where_the_printed_number_needs_one(value, digits):
    text = number(value, digits)
    assert ("e" in text) is not (1e-4 <= parsed(text) < 1e4)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (9.9e-5, 1, "9.9e−5"),
        (9.9e-5, 2, "9.9e−5"),
        (-9.9e-5, 3, "−9.9e−5"),
        (9.96e-5, 2, "0.0001"),
        (9.96e-5, 4, "9.96e−5"),
        (0.00011, 0, "0.00011"),
        (12_345.0, 1, "1.2e4"),
    ],
)
def test_with_few_digits_a_small_number_is_written_as_with_more(value, digits, text):
    assert number(value, digits) == text


def test_thousands_are_set_apart():
    assert count(10_000) == "10\u2009000"
    assert count(999) == "999"


def test_a_descent_has_no_loss():
    assert title("loss", "network") == "loss"
    assert title("loss", "function") == "f(x)"
    assert title("validation_loss", "network") == "validation loss"
    assert {title("lr", kind) for kind in ("network", "function")} == {"learning rate"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, 5000, 10_000, 15_000], "0 5000 10000 15000"),
        ([-10_000, -5000, 0], "−10000 −5000 0"),
        ([9999.5, 10_000, 10_000.5], "9999.5 10000 10000.5"),
        ([0, 10_000, 20_000], "0 1e4 2e4"),
        ([1, 100, 1e4], "1 100 10000"),
        ([1, 1e3, 1e6], "1 1e3 1e6"),
        ([1e-6, 1e-3, 1], "1e−6 1e−3 1"),
        ([10.0**k for k in range(1, 7)], "1e1 1e2 1e3 1e4 1e5 1e6"),
        ([0, 5e-5, 1e-4, 1.5e-4], "0 5e−5 1e−4 1.5e−4"),
        ([-1e6, -1, 0, 1, 2.5e6], "−1e6 −1 0 1 2.5e6"),
    ],
)
def test_one_axis_has_one_style_of_numbers(values, told):
    assert ticks_told(values, 0) == told.split()
    assert [float(text.replace("−", "-")) for text in ticks_told(values, 0)] == values
