"""Order statistics are those of all numbers sorted, whatever the numbers are."""

import numpy as np
import pytest

from vizopt.core import ranked as module
from vizopt.core.ranked import EVERY, MANY, ranked
from vizopt.recording.parameters import QUANTILES, _norm, quantiles

RNG = np.random.default_rng(0)
NORMAL = RNG.standard_normal(MANY + 7).astype(np.float32)
KINDS = {
    "normal": NORMAL,
    "double": RNG.standard_normal(MANY),
    "few": NORMAL[: MANY - 1],
    "in order": np.sort(NORMAL),
    "backwards": np.sort(NORMAL)[::-1],
    "equal": np.full(MANY, 0.5, np.float32),
    "mostly zeros": np.where(RNG.random(len(NORMAL)) < 0.9, 0, NORMAL),
    "two values": RNG.integers(0, 2, MANY).astype(np.float32),
    "infinite": np.where(RNG.random(len(NORMAL)) < 0.1, np.inf, NORMAL),
    "no numbers": np.where(RNG.random(len(NORMAL)) < 0.1, np.nan, NORMAL),
    # The sample is wrong about them.
    "least in the sample": np.where(np.arange(MANY) % EVERY == 0, -1.0, 1.0) * RNG.random(MANY),
    "of the sample alone": np.where(np.arange(MANY) % EVERY == 0, 0.0, 1.0) + RNG.random(MANY),
}


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_by_rank_are_those_of_all_sorted(kind):
    numbers = KINDS[kind]
    n, ordered = len(numbers), np.sort(KINDS[kind])
    low = [0, 1, 2, n // 100, n // 4, n // 3, n // 2, 99 * n // 100, n - 2, n - 1]
    pairs = [(k, min(k + 1, n - 1)) for k in low] + [(k, k) for k in low]
    found = ranked(numbers, pairs)
    assert found.dtype == numbers.dtype
    assert np.array_equal(found, ordered[np.array(pairs)].T, equal_nan=True)


def test_of_many_numbers_few_are_sorted(monkeypatch):
    plain, sizes = np.sort, []
    monkeypatch.setattr(module.np, "sort", lambda x: sizes.append(len(x)) or plain(x))
    numbers = RNG.permutation(1_000_000).astype(np.float32)
    assert ranked(numbers, [(250_000, 250_001)]).tolist() == [[250_000.0], [250_001.0]]
    assert sizes[0] == 1_000_000 / EVERY
    assert len(sizes) == 2
    assert sizes[1] < 30_000


@pytest.mark.parametrize("kind", ["normal", "double", "few", "mostly zeros"])
def test_quantiles_are_numpys(kind):
    wanted = np.quantile(KINDS[kind].astype(np.float64), QUANTILES)
    assert np.allclose(quantiles(KINDS[kind]), wanted, rtol=1e-12, atol=0)


@pytest.mark.parametrize("scale", [1, 1e-25, 1e-21, 1e-12, 1e12, 1e25])
@pytest.mark.parametrize("size", [1, 5, 4096, 4097, 10_000])
def test_a_norm_is_right_to_single_precision_at_any_scale(size, scale):
    cells = (NORMAL[:size] * np.float32(scale)).astype(np.float32)
    wanted = np.linalg.norm(cells.astype(np.float64))
    assert _norm(cells) == pytest.approx(wanted, rel=3e-8)
