"""Formulas: what people type, how it is printed, values and slopes where they are difficult."""

import math
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizopt
from vizopt import pipeline, story
from vizopt.core import library
from vizopt.train.problems import FunctionSpec
from vizopt.train.problems.formula import Formula, formula

X = np.array([-2.5, -1.0, -0.3, 0.2, 0.7, 1.0, 1.9, 3.1])
NEAR = {"rtol": 1e-12, "atol": 1e-13, "equal_nan": True}

# typed → shown, and what it is in NumPy
READ = {
    "4*x**2-2.1*x**4+x**6/3": ("4x² − 2.1x⁴ + x⁶/3", lambda x: 4 * x**2 - 2.1 * x**4 + x**6 / 3),
    "-exp(-x**2/2)/(2*pi)**0.5": (
        "−exp(−x²/2)/(2π)^0.5",
        lambda x: -np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
    ),
    "(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4": (
        "(x/3)² − cos(x) + x·cos(5x)/2 − x/4",
        lambda x: (x / 3) ** 2 - np.cos(x) + x * np.cos(5 * x) / 2 - x / 4,
    ),
    "x^2": ("x²", lambda x: x**2),
    "x²": ("x²", lambda x: x**2),
    "x**-2": ("x⁻²", lambda x: x**-2.0),
    "x⁻²": ("x⁻²", lambda x: x**-2.0),
    "x^12": ("x¹²", lambda x: x**12),
    "x**0.5": ("x^0.5", np.sqrt),
    "x**-0.5": ("x^(−0.5)", lambda x: x**-0.5),
    "x**(1/3)": ("x^(1/3)", lambda x: x ** (1 / 3)),
    "2**x": ("2^x", lambda x: 2**x),
    "2**-x**2": ("2^(−x²)", lambda x: 2 ** -(x**2)),
    "x^2^3": ("x^(2³)", lambda x: x**8),
    "(x^2)^3": ("(x²)³", lambda x: x**6),
    "-x**2": ("−x²", lambda x: -(x**2)),
    "(-x)**2": ("(−x)²", lambda x: x**2),
    "sin(x)**2": ("sin(x)²", lambda x: np.sin(x) ** 2),
    "sin²(x)": ("sin(x)²", lambda x: np.sin(x) ** 2),
    "sin^2 x": ("sin(x)²", lambda x: np.sin(x) ** 2),
    "e**x": ("e^x", np.exp),
    "e^(-x²)": ("e^(−x²)", lambda x: np.exp(-(x**2))),
    "e^-x sin(x)": ("e^(−x)·sin(x)", lambda x: np.exp(-x) * np.sin(x)),
    "2x": ("2x", lambda x: 2 * x),
    "2(x+1)": ("2(x + 1)", lambda x: 2 * (x + 1)),
    "(x+1)(x-1)": ("(x + 1)·(x − 1)", lambda x: x**2 - 1),
    "x(x+1)": ("x·(x + 1)", lambda x: x**2 + x),
    "3 sin(x)": ("3·sin(x)", lambda x: 3 * np.sin(x)),
    "x sin(x)": ("x·sin(x)", lambda x: x * np.sin(x)),
    "sin x": ("sin(x)", np.sin),
    "sin 2x cos x": ("sin(2x)·cos(x)", lambda x: np.sin(2 * x) * np.cos(x)),
    "x² sin x - 1": ("x²·sin(x) − 1", lambda x: x**2 * np.sin(x) - 1),
    "|x|": ("|x|", np.abs),
    "||x|-1|": ("||x| − 1|", lambda x: abs(abs(x) - 1)),
    "|x| |x-1|": ("|x|·|x − 1|", lambda x: abs(x) * abs(x - 1)),
    "(x|x|)/2": ("x·|x|/2", lambda x: x * abs(x) / 2),
    "|x sin(x|x|)|": ("|x·sin(x·|x|)|", lambda x: abs(x * np.sin(x * abs(x)))),
    "2|x|": ("2·|x|", lambda x: 2 * abs(x)),
    "2πx": ("2πx", lambda x: 2 * math.pi * x),
    "π*x": ("πx", lambda x: math.pi * x),
    "½x²": ("½x²", lambda x: x**2 / 2),
    "3×x − 4·x ÷ 2": ("3x − 4x/2", lambda x: x),
    "√x": ("√x", np.sqrt),
    "√(x+1)": ("√(x + 1)", lambda x: np.sqrt(x + 1)),
    "sqrt(x)**2": ("(√x)²", lambda x: np.sqrt(x) ** 2),
    "ln x": ("ln(x)", np.log),
    "log(x)": ("ln(x)", np.log),
    "log10(x)": ("log10(x)", np.log10),
    "log2(x)": ("log2(x)", np.log2),
    "cbrt(x)": ("cbrt(x)", np.cbrt),
    "∛x + ∛(x+9)": ("cbrt(x) + cbrt(x + 9)", lambda x: np.cbrt(x) + np.cbrt(x + 9)),
    "floor(x) + 2ceil(x)": ("floor(x) + 2·ceil(x)", lambda x: np.floor(x) + 2 * np.ceil(x)),
    "x - 2*floor(x/2)": ("x − 2·floor(x/2)", lambda x: x % 2),
    "erf(2x)": ("erf(2x)", lambda x: np.array([math.erf(2 * at) for at in x])),
    "heaviside(x-1)": ("heaviside(x − 1)", lambda x: np.heaviside(x - 1, 0.5)),
    "x + heaviside(0)": ("x + heaviside(0)", lambda x: x + 0.5),
    "f(x) = x²;": ("x²", lambda x: x**2),
    "x² ; ": ("x²", lambda x: x**2),
    "arctan(x)": ("atan(x)", np.arctan),
    "asin(x/4) + acos(x/4)": ("asin(x/4) + acos(x/4)", lambda x: 0 * x + math.pi / 2),
    "cot(x) + sec(x)": ("cot(x) + sec(x)", lambda x: 1 / np.tan(x) + 1 / np.cos(x)),
    "asinh(x) + acosh(x+4)": (
        "asinh(x) + acosh(x + 4)",
        lambda x: np.arcsinh(x) + np.arccosh(x + 4),
    ),
    "np.sin(x) + np.pi": ("sin(x) + π", lambda x: np.sin(x) + math.pi),
    "min(x, 1)": ("min(x, 1)", lambda x: np.minimum(x, 1)),
    "max(0, x, -2*x)": ("max(0, x, −2x)", lambda x: np.maximum(x, -2 * x)),
    "sgn(x)": ("sign(x)", np.sign),
    "relu(x)": ("relu(x)", lambda x: np.maximum(x, 0)),
    "sigmoid(x)": ("sigmoid(x)", lambda x: 1 / (1 + np.exp(-x))),
    "softplus(x)": ("softplus(x)", lambda x: np.log1p(np.exp(x))),
    "where(x<0, -x, x**2)": ("where(x < 0, −x, x²)", lambda x: np.where(x < 0, -x, x**2)),
    "x² if x >= 0 else -x": ("where(x ≥ 0, x², −x)", lambda x: np.where(x < 0, -x, x**2)),
    "where(0<x<=1 or x>2, x, 0)": (
        "where(0 < x ≤ 1 or x > 2, x, 0)",
        lambda x: np.where(((x > 0) & (x <= 1)) | (x > 2), x, 0),
    ),
    "where((x>0) & (not x>1), x, 0)": (
        "where(x > 0 and not x > 1, x, 0)",
        lambda x: np.where((x > 0) & (x <= 1), x, 0),
    ),
    "where((x<-1 or x>0) and x<2, x, 0)": (
        "where((x < −1 or x > 0) and x < 2, x, 0)",
        lambda x: np.where((x < -1) | ((x > 0) & (x < 2)), x, 0),
    ),
    "where(x<-1 or x>0 and x<2, x, 0)": (
        "where(x < −1 or x > 0 and x < 2, x, 0)",
        lambda x: np.where((x < -1) | ((x > 0) & (x < 2)), x, 0),
    ),
    "where(x ≤ 1, 2, 5)": ("where(x ≤ 1, 2, 5)", lambda x: np.where(x <= 1, 2, 5)),
    "where(x ≥ 1, 2, 5)": ("where(x ≥ 1, 2, 5)", lambda x: np.where(x >= 1, 2, 5)),
    "where(x ≠ 1, 2, 5)": ("where(x ≠ 1, 2, 5)", lambda x: np.where(x != 1, 2, 5)),
    "cosh(x) sech(x) + sinh(x) csch(x)": (
        "cosh(x)·sech(x) + sinh(x)·csch(x)", lambda x: 0 * x + 2,
    ),
    "tanh(x) coth(x) + sin(x) csc(x)": ("tanh(x)·coth(x) + sin(x)·csc(x)", lambda x: 0 * x + 2),
    "atanh(x/4) + tan(x)": ("atanh(x/4) + tan(x)", lambda x: np.arctanh(x / 4) + np.tan(x)),
    "where(1 < 2, x, x²)": ("where(1 < 2, x, x²)", lambda x: x),
    "where(2 < 2, x, x²) + where(1 < 0, 1, 2)": (
        "where(2 < 2, x, x²) + where(1 < 0, 1, 2)", lambda x: x**2 + 2,
    ),
    "where(x == 1, 5, x)": ("where(x == 1, 5, x)", lambda x: np.where(x == 1, 5, x)),
    "where(x != 1, 5, x)": ("where(x ≠ 1, 5, x)", lambda x: np.where(x != 1, 5, x)),
    "piecewise((x**2, x<0), (x, x<1), 1)": (
        "piecewise((x², x < 0), (x, x < 1), 1)",
        lambda x: np.where(x < 0, x**2, np.where(x < 1, x, 1)),
    ),
    "piecewise((-x, x < 0), ((x+1)*2, True))": (
        "piecewise((−x, x < 0), (x + 1)·2)",
        lambda x: np.where(x < 0, -x, 2 * x + 2),
    ),
    "f(x) = x^2": ("x²", lambda x: x**2),
    "y = x²": ("x²", lambda x: x**2),
    "f(t) = t**2 - t": ("x² − x", lambda x: x**2 - x),
    "t**2 - t": ("x² − x", lambda x: x**2 - x),
    "X**2": ("x²", lambda x: x**2),
    "x - (1 - x)": ("x − (1 − x)", lambda x: 2 * x - 1),
    "x/(2*x+1)/3": ("x/(2x + 1)/3", lambda x: x / (2 * x + 1) / 3),
    "2/(3/x)": ("2/(3/x)", lambda x: 2 / 3 * x),
    "x*-2": ("x·(−2)", lambda x: -2 * x),
    "2*-3x + 2*(-x)*3": ("2·(−3)·x + 2·(−x)·3", lambda x: -12 * x),
    "2*(-x + 1)": ("2(−x + 1)", lambda x: 2 - 2 * x),
    "beta^2 - jnp.exp(beta)": ("x² − exp(x)", lambda x: x**2 - np.exp(x)),
    "(x-1)^2(x+1)^2": ("(x − 1)²·(x + 1)²", lambda x: (x - 1) ** 2 * (x + 1) ** 2),
    "x**2(x-2)**2": ("x²·(x − 2)²", lambda x: x**2 * (x - 2) ** 2),
    "x^2sin(x)": ("x²·sin(x)", lambda x: x**2 * np.sin(x)),
    "sin(x)^2(x+1)": ("sin(x)²·(x + 1)", lambda x: np.sin(x) ** 2 * (x + 1)),
    "x^-2(x+1)": ("x⁻²·(x + 1)", lambda x: (x + 1) / x**2),
    "--x": ("x", lambda x: x),
    "1e-3*x + 1_000": ("1e−3·x + 1000", lambda x: 1e-3 * x + 1000),
    ".5x + 3.": ("0.5x + 3", lambda x: 0.5 * x + 3),
    "1/3*x": ("1/3·x", lambda x: x / 3),
    "0**0": ("0⁰", lambda x: 0 * x + 1),
    "3": ("3", lambda x: 0 * x + 3),
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_what_people_type_is_read_and_shown(text):
    shown, function = READ[text]
    read = formula(text)
    with np.errstate(all="ignore"):
        expected = function(X)
    assert read.shown == shown
    assert read.value(X).dtype == read.slope(X).dtype == np.float64
    np.testing.assert_allclose(read.value(X), expected, rtol=1e-13, atol=1e-13)
    off = abs(read.value(X) - expected)[np.isfinite(read.value(X))]
    assert (off <= 4 * read.rounding(X)[np.isfinite(read.value(X))] + 1e-15).all()


@pytest.mark.parametrize("text", [*READ, "x^x", "(x²+1)^(x/3)", "1/x³ − x^2.5", "relu(x)^3"])
def test_a_number_has_the_bits_that_an_array_has(text):
    read = formula(text)
    for function in (read.value, read.slope, read.rounding):
        alone = np.array([function(at) for at in X])
        np.testing.assert_array_equal(alone, [function(X[i : i + 1])[0] for i in range(len(X))])


NOTES = {
    "x^2": ("^ is a power",),
    "x^2 + 2^x": ("^ is a power",),
    "t**2": ("t is x",),
    "theta² + sin(theta)": ("theta is x",),
    "2σ": ("σ is x",),
    "f(w) = w^2": ("w is x", "^ is a power"),
    "x**2 + 2x": (),
    "|x|·π − x²": (),
}


@pytest.mark.parametrize("text", NOTES)
def test_a_note_tells_what_was_taken_for_something_else(text):
    assert formula(text).notes == NOTES[text]


ASKED = {
    "1/2x": '"1/2x" can be read in two ways',
    "x/2 sin(x)": '"x/2 sin" can be read in two ways',
    "e^2x": '"e^2x" can be read in two ways: write * and parentheses',
    "x^2x": '"x^2x" can be read in two ways',
    "x^2pi(x)": '"x^2pi" can be read in two ways',
    "e^2(x+1)": '"e^2(" can be read in two ways',
    "2^2sin(x)": '"2^2sin" can be read in two ways',
    "x^2^2(x+1)": '"2^2(" can be read in two ways',
    "1/x^2(x+1)": '"1/x^2(" can be read in two ways',
    "sin x/2": '"sin x/2" can be read in two ways',
    "√2x": '"√2x" can be read in two ways',
    "√x²": '"√x²" can be read in two ways',
    "sin^-1(x)": '"sin^-1" can be read in two ways',
    "sin⁻¹(x)": "can be read in two ways",
    "0,5*x": 'write "0.5", with a decimal point',
    "sin(0,5*x)": 'write "0.5", with a decimal point',
    "tan^-1(x)": '"tan^-1" can be read in two ways: write atan(x), or 1/tan(x)',
    "∛x²": '"∛x²" can be read in two ways',
    "log(x, 2)": "log takes one argument: write log2(x), log10(x) or ln(x)/ln(3)",
    "tan(pi/2)*x": "tan(π/2) is not a finite real number",
    "x + sec(-pi/2)": "sec(−π/2) is not a finite real number",
    "csc(pi)": "csc(π) is not a finite real number",
    "cot(2pi)": "cot(2π) is not a finite real number",
    "tan(1.5707963267948966)": "tan(1.5707963267948966) is not a finite real number",
    "x/0": "x/0 divides by 0",
    "x/(1-1)": "x/(1 − 1) divides by 0",
    "x!": "'!' is not allowed: there is no factorial",
    "x % 2": "'%' is not allowed: write x - 2*floor(x/2)",
    "mod(x, 2)": 'unknown function "mod": did you mean "x - 2*floor(x/2)"',
    "sinc(x)": 'unknown function "sinc": did you mean "sin(x)/x" or "sin(πx)/(πx)"?',
    "gelu(x)": 'unknown function "gelu": did you mean "x*(1 + erf(x/sqrt(2)))/2"?',
    "round(x)": 'unknown function "round": did you mean "floor(x + 0.5)"?',
    "x₁²": 'unknown name "x1": did you mean "x*1", or x alone?',
    "x_2": 'unknown name "x_2": did you mean "x*2", or x alone?',
    "∜x": "'∜' is not allowed: write x^(1/4)",
    "[x]^2": "'[' is not allowed: write ( and )",
    "x; x²": "';' is not allowed",
    "sinx": 'unknown name "sinx": did you mean "sin(x)"?',
    "xsin(x)": 'unknown function "xsin": did you mean "x*sin"?',
    "x2": 'unknown name "x2": did you mean "x*2"',
    "w_0^2": 'unknown name "w_0": did you mean "w*0", or w alone?',
    "theta1²": 'did you mean "theta*1", or theta alone?',
    "theta*phi": "more than one variable, phi, theta",
    "exp2(x)": 'unknown function "exp2": did you mean "2^x"?',
    "exp10(x)": 'did you mean "10^x"?',
    "log5(x)": 'did you mean "ln(x)/ln(5)"?',
    "log_10(x)": 'did you mean "log10"?',
    "sqr(x)": 'did you mean "x^2"?',
    "expit(x)": 'did you mean "sigmoid(x)"?',
    "logistic(x)": 'did you mean "sigmoid(x)"?',
    "σ(x)": 'did you mean "sigmoid(x)"?',
    "gamma(x)": 'unknown function "gamma": there are: abs, acos',
    "lg(x)": 'unknown function "lg": did you mean "log10" or "log2"?',
    "log_2(x)": 'did you mean "log2"?',
    "pow(x, 2)": 'did you mean "^", as in x^2?',
    "a*x": 'unknown name "a": the variable is x, everything else a number',
    "2 + 1j": 'unknown name "j"',
    "ab": 'unknown name "ab": the variable is x',
    "a*b": "more than one variable, a, b",
    "x 2": '"2" is out of place after "x": write * or ^ before it',
    "x = 2": "'=' is not allowed: write what f(x) is",
    "eˣ": "'ˣ' is not allowed: write e^x",
    "x < 1": '"x < 1" is a condition: write where(condition, a, b)',
    "1 + (x < 1)": '"x < 1" is a condition, not a number',
    "where(x, 1, 2)": '"x" is no condition',
    "where(x<0, 1)": "where takes a condition and two values",
    "max(x)": "max takes two or more arguments",
    "sin()": 'out of place after "sin("',
    "(x + 1": 'a ")" is missing at its end',
    "|x": 'a "|" is missing at its end',
    "x)": '")" is out of place after "x"',
    "sin": 'something is missing after "sin"',
    "x**101": "exponent 101 is larger than 100",
    "(-8)**(1/3)": "(−8)^(1/3) is not a finite real number",
    "(-1)**0.5": "(−1)^0.5 is not a finite real number",
    "sqrt(-1)": "√(−1) is not a finite real number",
    "log(-1)": "ln(−1) is not a finite real number",
    "asin(2)": "asin(2) is not a finite real number",
    "0**-1": "0⁻¹ is not a finite real number",
    "1/(2-2)": "1/(2 − 2) is not a finite real number",
    "1/(x-x)": "1/(x − x) is not a finite real number",
    "(-2)**x": "(−2)^x is not a real number for every x",
    "1e999": "1e999 is too large a number",
    "x*int(1e400)": 'unknown function "int"',
    "nan": 'unknown name "nan"',
    "(" * 31 + "x" + ")" * 31: "more than 30 parentheses and powers within one another",
    "2^" * 40 + "x": "more than 30 parentheses",
}


@pytest.mark.parametrize("text", ASKED, ids=lambda text: text[:20])
def test_what_is_not_certain_is_asked_in_one_line(text):
    with pytest.raises(ValueError, match=r".") as caught:
        formula(text)
    assert ASKED[text] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_thirty_levels_are_read():
    assert formula("(" * 29 + "x" + ")" * 29).shown == "x"
    beside = formula("+".join(["(x)"] * 40))  # one after the other they are no levels
    assert beside.value(np.array([0.5])) == [20.0]


NUMBERS = st.sampled_from(["2", "3", "0.5", "2.1", "1e-3", "10", "½", "pi", "e", "7."])
WORDS = (
    "sin",
    "cos",
    "tanh",
    "exp",
    "sqrt",
    "log",
    "abs",
    "atan",
    "relu",
    "cbrt",
    "sec",
    "sign",
    "floor",
    "ceil",
    "erf",
    "heaviside",
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " − ", "·"]), inner)
    powers = st.sampled_from(["**2", "^3", "⁻¹", "**-2", "^0.5", "**(1/3)", "^(-1.5)", "²"])
    return st.one_of(
        two.map("".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("-({})".format),
        inner.map("|{}|".format),
        st.tuples(st.sampled_from(WORDS), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, powers).map(lambda t: f"({t[0]}){t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})^2({t[1]})"),
        st.tuples(st.sampled_from(["2", "e", "0.7"]), inner).map(lambda t: f"{t[0]}^({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]},{t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"where({t[0]}<{t[1]},{t[2]},x)"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} if {t[1]} >= x else 1)"),
        st.tuples(inner, inner).map(lambda t: f"where(x<{t[0]} or not x!={t[1]}, x, 1)"),
    )


GRAMMAR = st.recursive(st.one_of(st.just("x"), NUMBERS), _larger, max_leaves=8)


def _read(text: str) -> Formula | str:
    try:
        return formula(text)
    except ValueError as error:
        return str(error)


@settings(max_examples=80, deadline=None)
@given(GRAMMAR)
def test_the_printed_form_read_again_is_the_same_function(text):
    first = _read(text)
    if isinstance(first, str):
        return
    again = formula(first.shown)
    assert again.shown == first.shown
    x = np.concatenate([X, [0.0, -0.0, 1e3]])
    np.testing.assert_allclose(again.value(x), first.value(x), **NEAR)
    np.testing.assert_allclose(again.slope(x), first.slope(x), **NEAR)


def test_the_bundled_formulas_are_printed_as_they_are():
    for name in library.names():
        problem = vizopt.load_scene(name).problem
        if isinstance(problem, FunctionSpec):
            read = formula(problem.f)
            again = formula(read.shown)
            x = np.linspace(*problem.interval, 1001)
            np.testing.assert_array_equal(again.value(x), read.value(x))
            assert problem.describe() == (
                "f(x) = (x/3)² − cos(x) + x·cos(5x)/2 − x/4  ·  start x = −3"
            )


PIECES = """
x x x t 2 0.5 1e400 ½ pi e + - * ** ^ / ( ) ( ) | | √ sin cos( log exp abs max( where( piecewise( ,
< <= == and or not if else True ² ⁻¹ (1/3) 0 1/0 nan int( 0x10 1_000 'a' lambda .real := [ ] for
9**9**9 x**x relu(x) f(x)= f(t)= @ // é ﬁ 𝑥 ˣ ٣ 👍 0,5
""".split()  # noqa: SIM905 - in quotes and commas no one could read them
PIECED = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


@settings(max_examples=160, deadline=None)
@given(st.one_of(PIECED, st.text(max_size=20)))
def test_any_text_is_a_function_or_one_clear_line(text):
    read = _read(text)
    if isinstance(read, str):
        assert len(read.splitlines()) == 1
        return
    x = np.array([-1.5, 0.0, 2.0, np.inf, np.nan, 1e300])
    assert read.rounding(x).shape == (6,)
    for function in (read.value, read.slope):
        assert function(x).shape == (6,)
        assert function(x[:1]).dtype == np.float64
        assert isinstance(function(0.5), np.float64)


HOSTILE = {
    "nested tanh": "tanh(x+" * 25 + "x" + ")" * 25,
    "nested powers": "((((((2*x)^100)^100)^100)^100)^100)^100",
    "tower": "x**" * 27 + "x",
    "powers in powers": "(" * 25 + "x" + "+x)^100" * 25,
    "nested max": "max(x,1-" * 28 + "x" + ")" * 28,
    "big product": "x" + "*999999" * 70,
    "big fractions": "+".join(f"x/{n}" for n in range(99901, 99961)),
    "a limit beside a giant": "sin(x)/x + 1/exp(exp(exp(exp(exp(x+10)))))",
    "a long product": "*".join(f"(x-{i})" for i in range(60)),
    "a long name": "log2" * 100,
    "digits in a name": "x" + "1" * 300 + "_",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_formula_takes_no_time(name):
    start = time.process_time()
    read = _read(HOSTILE[name])
    if isinstance(read, Formula):
        read.value(np.linspace(-4, 4, 2001))
        read.slope(np.linspace(-4, 4, 2001))
    assert time.process_time() - start < 5


SMOOTH = [
    text
    for text, (shown, _) in READ.items()
    if not any(
        word in shown
        for word in ("floor", "heaviside", "where", "piecewise", "max", "min", "|", "√", "relu")
    )
]


@pytest.mark.parametrize("text", SMOOTH)
def test_slopes_are_those_of_finite_differences(text):
    read, h = formula(text), 1e-6
    x = X[np.isfinite(read.value(X - h)) & np.isfinite(read.value(X + h))]
    by_hand = (read.value(x + h) - read.value(x - h)) / (2 * h)
    np.testing.assert_allclose(read.slope(x), by_hand, rtol=2e-7, atol=2e-7)


FUNCTIONS = [
    "tan(x/3)", "sinh(x)", "cosh(x)", "atanh(x/4)", "csc(x)", "sech(x)", "csch(x)", "coth(x)",
    "acos(x/4)", "x^x", "(x+5)^(x/2)", "max(x², sin(x))", "min(x², sin(x))", "|x^3-2|",
    "softplus(x)*sigmoid(2x)", "erf(x/2)*x", "sqrt(1+x²)", "where(sin(x) < 0.1, x², cos(x))",
]  # fmt: skip


@pytest.mark.parametrize("text", FUNCTIONS)
def test_slopes_of_the_other_functions(text):
    test_slopes_are_those_of_finite_differences(text)


KINKS = {
    "|x|": (0, 0),
    "||x|-1|": (1, 0),
    "sign(x)": (0, 0),
    "sqrt(x**2)": (0, 0),
    "sqrt(abs(x))": (0, 0),
    "(x²)^(1/3)": (0, 0),
    "relu(x)": (0, 0),
    "max(x, 3*x)": (0, 1),
    "min(x, 3*x)": (0, 1),
    "max(-x, -3*x)": (0, -1),
    "max(x, 1 - x, 0.2)": (0.5, 0),
    "floor(x)": (1, 0),
    "heaviside(x) + x": (0, 1),
    "where(x < 1, x**2, 3*x)": (1, 3),
    "where(x <= 1, x**2, 3*x)": (1, 2),
}


@pytest.mark.parametrize("text", KINKS)
def test_at_a_kink_the_slope_is_the_least_of_both_sides(text):
    at, slope = KINKS[text]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = formula(text)
        assert read.slope(np.array([at])) == slope
        assert read.slope(float(at)) == slope
        assert np.isfinite(read.value(float(at)))
        around = read.slope(np.array([at - 1e-9, at, at + 1e-9]))
    assert around[1] == slope
    assert np.isfinite(around).all()


LIMITS = {
    "sin(x)/x": (0, 1, 0),
    "sin(x-0.25)/(x-0.25)": (0.25, 1, 0),
    "(1-cos(x))/x**2": (0, 0.5, 0),
    "x/(exp(x)-1)": (0, 1, -0.5),
    "1/x - 1/sin(x)": (0, 0, -1 / 6),
    "1e9*sin(x)/x": (0, 1e9, 0),
    "(x - sin(x))/x**3": (0, 1 / 6, 0),
    "(x**2-1)/(x-1)": (1, 2, 1),
    "log(x)/(x-1)": (1, 1, -0.5),
    "tanh(2x)/x": (0, 2, 0),
    "(sqrt(1+x)-1)/x": (0, 0.5, -0.125),
    "x² ln|x|": (0, 0, 0),
    "(softplus(x) - ln(2))/x": (0, 1 / 2, 1 / 8),
    "(sigmoid(x) - 1/2)/x": (0, 1 / 4, 0),
    "(cbrt(1+x) - 1)/x": (0, 1 / 3, -1 / 9),
    "log2(1+x)/x": (0, 1 / math.log(2), -1 / math.log(4)),
}


@pytest.mark.parametrize("text", LIMITS)
def test_a_removable_gap_has_its_limit(text):
    at, value, slope = LIMITS[text]
    read = formula(text)
    assert read.value(float(at)) == pytest.approx(value, rel=1e-15, abs=1e-15)
    assert read.slope(np.array([at]))[0] == pytest.approx(slope, rel=1e-15, abs=1e-15)


def test_a_descent_goes_over_a_removable_gap():
    spec = FunctionSpec(f="-sin(x-0.25)/(x-0.25)", interval=(-1.75, 2.25), start=2.0)
    assert spec.minima == pytest.approx(np.array([[0.25, -1]]), abs=1e-7)


@pytest.mark.parametrize("text", ["softplus(x)^0.5", "1/softplus(x)", "softplus(x)/x"])
def test_as_far_out_as_floats_go_there_is_an_answer(text):
    far = np.array([-1e308, -1e155, -1e100, -800.0, 1e9, 1e200, 1e308])
    for function in (formula(text).value, formula(text).slope):
        assert function(far).shape == far.shape
        assert all(np.ndim(function(at)) == 0 for at in far)


def test_one_side_is_enough_at_an_end():
    assert formula("x*log(x)").value(0.0) == 0
    assert np.isnan(formula("x*log(x)").value(-0.1))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1/x", math.inf), ("sin(x)/x**2", math.nan), ("|x|/x", math.nan), ("log(x²)", -math.inf)],
)
def test_a_pole_or_jump_has_no_limit(text, value):
    assert formula(text).value(0.0) == pytest.approx(value, nan_ok=True)
    assert not np.isfinite(formula(text).slope(np.array([0.0]))[0])


def test_outside_its_domain_nothing_is_filled():
    x = np.linspace(-4, -1, 2001)
    assert np.isnan(formula("sqrt(x)/x").value(x)).all()
    assert np.isnan(formula("log(x)").slope(np.array([np.nan]))).all()


CONSTANT = {
    "sin(pi)": 0.0,
    "cos(π/2)": 0.0,
    "sqrt(2)^2 - 2": 0.0,
    "0.1 + 0.2 - 0.3": 0.0,
    "tan(π/4)": 1.0,
    "0.1 + 0.2": 0.3,
    "⅓ + ⅔": 1.0,
    "sin(3.141592653589793)": 0.0,
    "sin(3.14159265358979)": 3.2384626433832793e-15,
    "1e-400": 0.0,
    "e^-400": 1.9151695967140057e-174,
    "sin(1e22)": -0.8522008497671888,
    "sin(1) + 0*sin(x - x)": 0.8414709848078965,
    "relu(-1) + heaviside(0) + ceil(1)": 1.5,
    "max(2, 0.3, 1) + min(0.5, 4)": 2.5,
    "sech(1)": 0.6480542736638853,
    "where(0.1 + 0.2 == 0.3, 1, 2)": 1.0,
    "sqrt(3)*sqrt(3)": 3.0,
    "sqrt(5)^2": 5.0,
    "softplus(-40) + sigmoid(-40)": 8.496708510583178e-18,
}


@pytest.mark.parametrize("text", CONSTANT)
def test_constants_are_worked_out_to_their_last_digit(text):
    assert formula(text).value(np.float64(0.3)) == CONSTANT[text]
    assert formula(text).slope(np.float64(0.3)) == 0


def test_numbers_keep_their_last_digit():
    x = np.linspace(-3, 3, 101)
    for text, by_hand in {
        "x/3 + 0.1": x / 3 + 0.1,
        "0.1*x": 0.1 * x,
        "123456.789*x": 123456.789 * x,
        "x + 1/3": x + 1 / 3,
        "pi*x": math.pi * x,
        "9999x*9999*9999*9999*9999": 9999**5 * x,  # more than a float holds
        "x/9999/9999/9999/9999": x / 9999**4,
    }.items():
        np.testing.assert_allclose(formula(text).value(x), by_hand, rtol=3e-16, atol=3e-16)
    assert formula("log10(x)").value(1000.0) == 3
    assert formula("log2(x)").value(8.0) == 3


def test_a_kink_can_be_a_minimum():
    for text, at in {"|x-0.3|": 0.3, "max(x, -2*x)": 0.0, "where(x<1, 2-x, x)": 1.0}.items():
        minima = FunctionSpec(f=text, interval=(-2, 2), start=1.5).minima
        assert minima[:, 0] == pytest.approx([at], abs=1e-9)


def test_picture_alt_text_and_story_show_the_same_formula(tmp_path):
    keys = {"problem.f": "4*x**2-2.1*x**4+x**6/3", "problem.interval": [-2, 2], "epochs": 5}
    scene = vizopt.load_scene("local-minimum-1", keys | {"problem.start": 1.9})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    told = story.of(run)
    shown = "f(x) = 4x² − 2.1x⁴ + x⁶/3"
    assert run.header.settings.endswith(f"  ·  {shown}  ·  start x = 1.9")
    assert f"A descent on one curve, {shown}, drawn for x from −2 to 2." in told.paragraphs[0]


SCENE = """title="mine"
epochs=5
[problem]
kind="function"
f="x^2 + 2t"
interval=[-4,4]
start=1.5
[optimizer]
kind="sgd"
lr=0.05
"""


def test_the_command_line_tells_what_was_taken_for_something_else(command):
    text = SCENE.replace("2t", "2x")
    Path("mine.toml").write_text(text, encoding="utf-8")
    told = "mine: problem.f is read as f(x) = x² + 2x (^ is a power)\n"
    ran = command("record", "mine.toml", "-o", "run.zarr", "-q")
    assert (ran.code, ran.err) == (0, told)
    ran = command("find", "mine.toml", "-q", "--within", "2")
    assert told in ran.err
    ran = command("make", "mine.toml", "-o", "still.png", "-q", "--size", "480x270")
    assert (ran.code, ran.err) == (0, told)
    ran = command("record", "mine.toml", "--set", "problem.f=x**2", "-o", "run.zarr", "-q")
    assert (ran.code, ran.err) == (0, "")


def test_a_packed_folder_tells_it_too(command, monkeypatch):
    monkeypatch.setattr(pipeline, "make", lambda *_, **__: (None, []))
    Path("mine.toml").write_text(SCENE.replace("2t", "2x"), encoding="utf-8")
    ran = command("pack", "mine.toml", "-q")
    assert ran.err == "mine: problem.f is read as f(x) = x² + 2x (^ is a power)\n"


def test_two_variables_are_one_line_on_the_command_line(command):
    Path("mine.toml").write_text(SCENE, encoding="utf-8")
    ran = command("record", "mine.toml", "-o", "run.zarr", "-q")
    assert ran.code == 1
    assert ran.err == (
        'vizopt: mine.toml: problem.f: unknown name "t": the variable is x, everything else a '
        "number\n"
    )
