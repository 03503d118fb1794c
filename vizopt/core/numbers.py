"""Numbers: the one way that a number is written, in pictures, texts and pages."""

from collections.abc import Iterable
from decimal import Decimal
from math import floor, inf, isfinite, log10

# Below the first and from the second on there is an exponent: an axis to 0.005 and a value of
# 0.0008 beside it are written alike.
MIN_PLAIN, MAX_PLAIN = 1e-4, 1e4
SPAN_FIGURES = 3  # figures of a span that a measured value is told to
FIGURES = 17  # that a float has
PLURALS = {"class": "classes", "stretch": "stretches", "minimum": "minima"}
MAX_PLAIN_FIGURES, MAX_EXACT = (
    6,
    1e15,
)  # more figures than that are plain, up to what a float holds to the last


def number(value: float, digits: int = 3, span: float = 0.0) -> str:
    """A measured value: `0.874`, `0.0054`, `0.00046`, `1.2e5`, `∞`.

    Three decimals (or `digits`), one more where only one figure would be left of it, and an
    exponent below 0.0001 and from 10 000 on. Of values in a narrow span, `1000000003.25` of
    10⁹ ± 5, as many as tell them apart.
    """
    if not isfinite(value):
        return _not_finite(value)
    value += 0.0  # minus zero is zero
    if 0 < span < inf:  # two ends may be farther apart than floats go
        decimals = SPAN_FIGURES - 1 - floor(log10(span))
        if _is_long(value, decimals):
            return _shown(f"{value:.{max(decimals, 0)}f}")
        plain = MIN_PLAIN <= abs(value) < MAX_PLAIN
        digits = max(digits, decimals if plain else _figures(value, decimals) + 1)
    short = f"{value:.{max(digits - 2, 1)}e}"  # as a plain one has, two figures at least
    text = f"{value:.{digits}f}"
    if value and (abs(float(short)) < MIN_PLAIN or abs(float(text)) >= MAX_PLAIN):
        return _shown(short)
    decimals = max(digits, 1 - floor(log10(abs(value)))) if value else digits
    if decimals == digits:
        return _shown(text)
    longer = f"{value:.{decimals}f}"
    return _shown(longer[: digits - decimals] + longer[digits - decimals :].rstrip("0"))


def setting(value: float, digits: int = 6, span: float = 0.0) -> str:
    """A value that somebody chose, and a tick of an axis: `0.9`, `0.005`, `1e−7`.

    As many figures as it has, `digits` at most, or what tells it from others in a span; an
    exponent where `number` has one.
    """
    if not isfinite(value):
        return _not_finite(value)
    if 0 < span < inf:  # two ends may be farther apart than floats go
        decimals = digits - 1 - floor(log10(span))
        if _is_long(value, decimals):
            text = f"{value:.{max(decimals, 0)}f}"
            return _shown(text.rstrip("0").rstrip(".") if "." in text else text)
        digits = max(digits, _figures(value, decimals))
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    rounded = float(f"{mantissa}e{exponent}")
    if rounded and not MIN_PLAIN <= abs(rounded) < MAX_PLAIN:
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return _shown(f"{mantissa}e{exponent}")
    return _shown(f"{rounded + 0.0:.{digits}g}")


def ticks_told(values: Iterable[float], span: float) -> list[str]:
    """The ticks of an axis as `setting` writes them, in one style where some would have an exponent
    beside others that have none: `5000` and `10000`, not `1e4`; `1e2` and `1e6`, not `100`.

    The axis's span tells them apart, 0 where they are far from each other: decades.
    """
    texts = [setting(float(value), span=span) for value in values]
    mixed = any("e" not in text and text != "0" for text in texts)
    exponents = [int(text.partition("e")[2].replace("−", "-") or 0) for text in texts]
    if not mixed:
        return texts
    if min(exponents) < 0 or max(exponents) >= MAX_PLAIN_FIGURES:
        return [text if text in ("0", "1", "−1") else _with_exponent(text) for text in texts]
    return [_shown(f"{Decimal(text.replace('−', '-')):f}") for text in texts]


def count(value: int) -> str:
    """A whole number with thin spaces between the thousands: `10 000`."""
    return f"{value:,}".replace(",", "\u2009").replace("-", "−")


def counted(many: int, what: str) -> str:
    """`1 point`, `10 000 points`."""
    *before, noun = what.split(" ")
    plural = noun if many == 1 else PLURALS.get(noun, f"{noun}s")
    return " ".join([count(many), *before, plural])


def _with_exponent(text: str) -> str:
    value = Decimal(text.replace("−", "-")).normalize()
    mantissa = value.scaleb(-value.adjusted())
    return _shown(f"{mantissa:f}e{value.adjusted()}")


def _figures(value: float, decimals: int) -> int:
    """Figures of a value with so many decimals; with fewer than 0 it need not even be whole."""
    return min(max(floor(log10(abs(value))) + 1 + decimals, 1), FIGURES) if value else 1


def _is_long(value: float, decimals: int) -> bool:
    """Whether it is easier to read without an exponent, for all that are the same in front."""
    return MAX_PLAIN <= abs(value) < MAX_EXACT and _figures(value, decimals) > MAX_PLAIN_FIGURES


def _not_finite(value: float) -> str:
    return "∞" if value > 0 else "−∞" if value < 0 else "not a number"


def _shown(text: str) -> str:
    """With a true minus, and an exponent without sign and zeros."""
    mantissa, e, exponent = text.partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")
