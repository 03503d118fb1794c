"""Exponential and logarithm in float32 as the lesson's figures were computed with, anywhere.

NumPy has two of each: its own where the processor has AVX2 and FMA or AVX-512, and elsewhere those
of the C library, which differ from them in the last bit of a third of the values. A run of
thousands of steps shows that, so where NumPy's own are not at hand they are written out here.
"""

from functools import cache

import numpy as np

from vizopt.core.arrays import Batch

# Source of all numbers: simd_exp_FLOAT and simd_log_FLOAT in NumPy's
# numpy/_core/src/umath/loops_exponent_log.dispatch.c.src. Polynomials begin with the highest power.
LOWEST, HIGHEST = np.float32(-103.97208), np.float32(88.72283935546875)  # eˣ: 0 below, ∞ above
LOG2E = np.float32(1.442695040888963407359924681001892137)
LN2 = np.float32(0.693147180559945309417232121458176568)
LN2_HIGH, LN2_LOW = np.float32(6.93145752e-1), np.float32(1.42860677e-6)
EXP_ABOVE = (
    5.082762527590693718096e-04,
    6.757896990527504603057e-03,
    5.114512081637298353406e-02,
    2.473615434895520810817e-01,
    7.257664613233124478488e-01,
    9.999999999980870924916e-01,
)
EXP_BELOW = (2.159509375685829852307e-02, -2.742335390411667452936e-01, 1.0)
LOG_ABOVE = (
    2.589979117907922693523e-02,
    3.808837741388407920751e-01,
    1.480000633576506585156e00,
    2.112677543073053063722e00,
    9.999999999999998702752e-01,
    0.0,
)
LOG_BELOW = (
    5.875095403124574342950e-03,
    1.546476374983906719538e-01,
    9.864942958519418960339e-01,
    2.453006071784736363091e00,
    2.612677543073109236779e00,
    1.0,
)
SAMPLE = 4096  # values that tell whose functions NumPy has


def exp(x: Batch) -> None:
    """x ← eˣ, in float32."""
    if numpy_has_its_own():
        np.exp(x, out=x)
    else:
        x[...] = exp32(x)


def log(x: Batch) -> Batch:
    """The natural logarithm of positive x, in float32."""
    return np.asarray(np.log(x) if numpy_has_its_own() else log32(x))


@cache
def numpy_has_its_own() -> bool:
    """Whether NumPy's functions are those written out here: a third of the sample tells."""
    x = np.linspace(-100, 80, SAMPLE, dtype=np.float32)
    positive = np.linspace(1e-7, 1, SAMPLE, dtype=np.float32)
    same = np.array_equal(np.exp(x), exp32(x))
    return same and np.array_equal(np.log(positive), log32(positive))


def exp32(x: Batch) -> Batch:
    """eˣ, to the last bit that of NumPy's vectorised `exp`.

    k = round(x · log₂ e),  r = x − k · ln 2 in two steps
    eˣ ≈ 2ᵏ · N(r) / D(r)
    """
    inside = np.where((x >= LOWEST) & (x <= HIGHEST), x, np.float32(0))
    k = np.rint(inside * LOG2E)
    r = _fma(k, -LN2_LOW, _fma(k, -LN2_HIGH, inside))
    result = np.ldexp(_horner(EXP_ABOVE, r) / _horner(EXP_BELOW, r), k.astype(np.int32))
    result[x < LOWEST], result[x > HIGHEST] = 0, np.inf
    return np.where(np.isnan(x), x, result)


def log32(x: Batch) -> Batch:
    """log x for positive x, to the last bit that of NumPy's vectorised `log`.

    x = 2ᵏ · (1 + m) with √½ < 1 + m ≤ √2
    log x ≈ k · ln 2 + N(m) / D(m)
    """
    m, k = np.frexp(x)
    small = m <= np.float32(np.sqrt(0.5))
    m = np.where(small, m + m, m) - np.float32(1)
    quotient = _horner(LOG_ABOVE, m) / _horner(LOG_BELOW, m)
    return _fma((k - small).astype(np.float32), LN2, quotient)


def _horner(coefficients: tuple[float, ...], x: Batch) -> Batch:
    """A polynomial by Horner's rule, each step rounded once."""
    first, *others = np.array(coefficients, np.float32)
    value: Batch = np.full_like(x, first)
    for coefficient in others:
        value = _fma(value, x, coefficient)
    return value


def _fma(a: Batch, b: Batch | np.float32, c: Batch | np.float32) -> Batch:
    """a · b + c, rounded once to float32.

    The product of two float32 is exact in float64. Their sum in float64 is rounded to odd: where it
    is not exact, its last bit becomes 1, and so rounding it again is as good as rounding once.
    Source: Boldo and Melquiond 2008; the error of the sum by Knuth's TwoSum.
    """
    product = np.multiply(a, b, dtype=np.float64)
    addend = np.asarray(c, np.float64)
    total = product + addend
    part = total - product
    error = (product - (total - part)) + (addend - part)
    even = (total.view(np.int64) & 1) == 0
    odd = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return np.where((error != 0) & even, odd, total).astype(np.float32)
