"""Inverse decay, as the book has it, by hand."""

import pytest

from vizopt.train.schedules import InverseDecay

MADE_OF = {"initial": 0.3, "decay": 0.01}


def test_it_is_half_where_decay_times_epoch_is_one():
    assert InverseDecay(1.0, 1e-3)(1000) == pytest.approx(0.5)
