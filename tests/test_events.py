"""What happened in a run: the rules on histories whose events are known, and on any other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vizopt.recording import events as rules

LOSSES = arrays(float, st.integers(1, 400), elements=st.floats(1e-3, 1e3))
GAPPED = arrays(
    float, st.integers(1, 300), elements=st.floats(1e-3, 1e3) | st.just(np.nan) | st.just(np.inf)
)


def found(loss):
    """Everything that the rules see in a loss."""
    return [*rules.plateaus(loss), *rules.highest_spike(loss), *rules.divergence(loss, None)]


def falling(epochs):
    """From 1 down to about 0.02, without a flat stretch."""
    return 1 / (1 + np.arange(epochs) / (epochs / 50))


@given(LOSSES)
def test_a_loss_that_never_rises_has_no_spike_and_does_not_diverge(loss):
    loss = np.sort(loss)[::-1]
    assert rules.spikes(loss) == []
    assert rules.divergence(loss, None) == []


@given(LOSSES, st.integers(-20, 20))
def test_other_units_have_the_same_events(loss, power):
    scaled = found(loss * 2.0**power)  # exact, so that no rounding decides
    assert [(e.epoch, e.kind, e.until, e.times) for e in found(loss)] == [
        (e.epoch, e.kind, e.until, e.times) for e in scaled
    ]


@given(st.floats(0, 1e6), st.integers(1, 3000))
def test_a_constant_loss_has_no_event(value, epochs):
    assert found(np.full(epochs, value)) == []


@given(GAPPED)
def test_what_is_not_a_number_is_no_event_of_its_own(loss):
    for first, stop in rules.spikes(loss):
        assert np.isfinite(loss[[first, stop - 1]]).all()
    for event in found(loss):
        assert 0 <= event.epoch < len(loss)
        assert event.value is None or not np.isnan(event.value)
        assert event.until is None or event.epoch <= event.until < len(loss)
    best = rules.best_epoch(loss)
    numbers = [value for value in loss if np.isfinite(value)]
    assert (best is None) == (not numbers)
    assert best is None or loss[best] == min(numbers)


@given(st.integers(0, 2**31), st.integers(100, 900), st.integers(1, 20), st.floats(3, 50))
def test_a_planted_spike_is_found_where_it_is(seed, at, width, height):
    loss = falling(1000) * np.random.default_rng(seed).normal(1, 0.03, 1000).clip(0.9, 1.1)
    usual = loss[at]
    loss[at : at + width] = height * usual
    event = rules.highest_spike(loss)
    if height * usual - usual < 0.04:  # too low to be seen, or nearly
        return
    assert [(e.epoch, e.until, e.times) for e in event] == [(at, at + width - 1, 1)]
    assert event[0].value == height * usual


def test_the_highest_of_several_spikes_is_told_with_their_number():
    loss = np.ones(500)
    loss[[100, 250, 400]] = 3, 9, 5
    (event,) = rules.highest_spike(loss)
    assert (event.epoch, event.value, event.times) == (250, 9, 3)
    assert event.words == "the loss jumps to 9.000"


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_swings_are_no_spikes(seed):
    rng = np.random.default_rng(seed)
    noisy = falling(2000) * rng.lognormal(0, 0.25, 2000)
    swinging = np.where(np.arange(2000) % 2, 0.1, 0.35) * rng.normal(1, 0.02, 2000)
    assert len(rules.spikes(noisy)) <= 3
    assert rules.spikes(swinging) == []


def test_a_spike_is_twice_as_high_as_usual():
    loss = np.ones(500)
    loss[[200, 300]] = 1.9, 2.1
    assert rules.spikes(loss) == [(300, 301)]


def test_a_loss_that_is_no_number_to_the_end_has_diverged():
    loss = np.ones(100)
    loss[[20, 97, 98, 99]] = np.nan, np.inf, np.nan, np.inf
    (event,) = rules.divergence(loss, None)
    assert (event.epoch, event.words) == (97, "the numbers are no longer finite")
    assert rules.divergence(np.ones(100), 100)[0].epoch == 100


def test_a_rise_that_stays_is_no_spike():
    loss = np.repeat([0.1, 0.4], 500)
    assert rules.spikes(loss) == []


def test_a_spike_too_low_to_be_seen_is_none():
    loss = np.full(500, 1e-4)
    loss[0], loss[300] = 1.0, 1e-2
    assert rules.spikes(loss) == []
    loss[300] = 3e-2
    assert rules.spikes(loss) == [(300, 301)]


def test_a_long_history_is_read_in_blocks_as_if_in_one():
    loss = np.ones(10_001)
    at = [50, 4096, 4097 + 60, 8192, 9999]
    loss[at] = 4
    assert rules.spikes(loss) == [(epoch, epoch + 1) for epoch in at]


@given(st.integers(15, 50), st.integers(0, 2**31))
def test_a_planted_plateau_is_found_about_where_it_is(length, seed):
    before = np.linspace(1.0, 0.5, 2000)
    flat = np.full(length * 50, 0.5)
    after = np.linspace(0.5, 0.1, 5000 - 2000 - len(flat))
    loss = np.concatenate([before, flat, after])
    noise = np.random.default_rng(seed).normal(1, 0.01, len(loss))
    (event,) = rules.plateaus(loss * noise)
    assert abs(event.epoch - 2000) <= 250
    assert abs(event.until - (2000 + len(flat))) <= 250
    assert event.value == pytest.approx(0.5, rel=0.03)


def test_steady_progress_and_a_flat_end_are_no_plateau():
    assert rules.plateaus(np.linspace(2, 1, 5000)) == []
    assert rules.plateaus(falling(5000)) == []
    assert rules.plateaus(np.concatenate([np.linspace(2, 1, 1000), np.full(4000, 1.0)])) == []


def test_the_slow_start_is_a_plateau():
    loss = np.concatenate([np.linspace(1.10, 1.09, 2000), np.linspace(1.09, 0.2, 3000)])
    (event,) = rules.plateaus(loss)
    assert event.epoch == 0
    assert 1900 <= event.until <= 2150


def test_an_explosion_is_told_from_where_it_stays():
    loss = np.ones(200)
    loss[50:60] = 100  # comes back
    loss[150:] = 6 * 1.1 ** np.arange(50)
    (event,) = rules.divergence(loss, None)
    assert (event.epoch, event.kind) == (150, "divergence")
    loss[199] = 4.9
    assert rules.divergence(loss, None) == []


@pytest.mark.parametrize(("growth", "kind"), [(1.9, "rise"), (2.1, "divergence")])
def test_a_loss_that_rises_and_grows_no_more_does_not_diverge(growth, kind):
    loss = np.ones(200)
    loss[100:] = np.repeat([6, 6.5, 7, 6 * growth], 25)
    (event,) = rules.divergence(loss, None)
    assert (event.epoch, event.kind) == (100, kind)
    assert event.words == "the loss stays above 5 times its first value"


def test_a_spike_at_the_very_end_is_no_explosion():
    loss = np.ones(200)
    loss[195:] = 50
    assert rules.divergence(loss, None) == []


def test_accuracies_are_told_once_and_not_those_of_the_start():
    accuracy = np.array([0.5, 0.6, 0.91, 0.7, 0.96, 0.9])
    assert [(e.value, e.epoch) for e in rules.first_times(accuracy)] == [
        (0.75, 2), (0.9, 2), (0.95, 4),
    ]  # fmt: skip
    assert rules.first_times(np.ones(5)) == []
    assert rules.first_times(np.array([0.2])) == []


@given(arrays(float, st.integers(1, 100), elements=st.floats(0, 1)))
def test_before_its_first_time_an_accuracy_was_lower(accuracy):
    for event in rules.first_times(accuracy):
        assert accuracy[event.epoch] >= event.value
        assert all(before < event.value for before in accuracy[: event.epoch])
