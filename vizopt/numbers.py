"""Numbers: the one way that a number is written, in pictures, texts and pages."""

from math import floor, isfinite, log10

LEAST, MOST = 1e-3, 1e4  # below the first and from the second on there is an exponent


def number(value: float, digits: int = 3) -> str:
    """A measured value: `0.874`, `0.0054`, `4.6e−4`, `1.2e5`, `∞`.

    Three decimals (or `digits`), one more where only one figure would be left of it, and an
    exponent below 0.001 and from 10 000 on.
    """
    if not isfinite(value):
        return _not_finite(value)
    value += 0.0  # minus zero is zero
    short = f"{value:.{max(digits - 2, 0)}e}"
    text = f"{value:.{digits}f}"
    if value and (abs(float(short)) < LEAST or abs(float(text)) >= MOST):
        return _shown(short)
    decimals = max(digits, 1 - floor(log10(abs(value)))) if value else digits
    if decimals == digits:
        return _shown(text)
    longer = f"{value:.{decimals}f}"
    return _shown(longer[: digits - decimals] + longer[digits - decimals :].rstrip("0"))


def setting(value: float, digits: int = 6) -> str:
    """A value that somebody chose, and a tick of an axis: `0.9`, `0.005`, `1e−7`.

    As many figures as it has, `digits` at most; an exponent where `number` has one.
    """
    if not isfinite(value):
        return _not_finite(value)
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    rounded = float(f"{mantissa}e{exponent}")
    if rounded and not LEAST <= abs(rounded) < MOST:
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return _shown(f"{mantissa}e{exponent}")
    return _shown(f"{rounded + 0.0:.{digits}g}")


def count(value: int) -> str:
    """A whole number with thin spaces between the thousands: `10 000`."""
    return f"{value:,}".replace(",", "\u2009").replace("-", "−")


def _not_finite(value: float) -> str:
    return "∞" if value > 0 else "−∞" if value < 0 else "not a number"


def _shown(text: str) -> str:
    """With a true minus, and an exponent without sign and zeros."""
    mantissa, e, exponent = text.partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")
