"""Edges: where one more or one less is another answer, and tables that files and pages rest on.

Each value is worked out by hand here; a change of one figure in the code is another answer.
"""

import re
from math import cos, inf, pi, sin
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState
from pydantic import TypeAdapter

from vizopt.core.contrast import contrast
from vizopt.core.errors import SpecError
from vizopt.core.specs import Count, spec
from vizopt.draw.panels.magnifier import _goes_away, _zooms
from vizopt.formats import format_of
from vizopt.formats.html.colours import rules as page_colours
from vizopt.formats.quality import QualityStep
from vizopt.recording import events as rules
from vizopt.train.problems import DATASETS
from vizopt.train.problems.curve import curve, too_wild
from vizopt.train.schedules import Piecewise, StepDecay, WarmUp

# Samples of each class without noise: the first and the last, by the rule in the class' docstring.
EXACT = {
    "spiral": {0: [(0, 0), (sin(10), cos(10))], 2: [(0, 0), (sin(30), cos(30))]},
    "blobs": {
        0: [(0, 1)] * 2,
        1: [(cos(7 * pi / 6), sin(7 * pi / 6))] * 2,
        2: [(cos(11 * pi / 6), sin(11 * pi / 6))] * 2,
    },
    "moons": {0: [(0.5, -0.25), (-1.5, -0.25)], 1: [(-0.5, 0.25), (1.5, 0.25)]},
}


@pytest.mark.parametrize("kind", EXACT)
def test_a_data_sets_samples_lie_where_its_rule_says(kind):
    data = DATASETS[kind](noise=0.0).make(RandomState(0))
    for label, ends in EXACT[kind].items():
        assert data.x[data.y == label][[0, -1]].tolist() == [
            pytest.approx(end, abs=1e-6) for end in ends
        ]


FIRST = {  # sample of seed 0 with the noise of each, so that a seed means the same for ever
    "spiral": (0, 0),
    "blobs": (0.44101310, 1.10003924),
    "moons": (0.71168625, -0.20198114),
    "rings": (-0.10347459, -0.32673010),
    "xor": (0.07175106, 0.38143724),
    "checkerboard": (0.09762701, 0.43037874),
    "bands": (-0.37265795, 0.25779688),
}


@pytest.mark.parametrize("kind", FIRST)
def test_a_seed_draws_the_same_samples_for_ever(kind):
    data = DATASETS[kind]().make(RandomState(0))
    assert data.x[0].tolist() == pytest.approx(FIRST[kind], abs=1e-7)


def test_a_moon_bends_up_and_the_other_down():
    moons = DATASETS["moons"](noise=0.0).make(RandomState(0))
    assert moons.x[moons.y == 0, 1].max() == pytest.approx(0.75, abs=1e-3)
    assert moons.x[moons.y == 1, 1].min() == pytest.approx(-0.75, abs=1e-3)


def test_rings_bands_and_tiles_lie_where_their_rules_say():
    rings = DATASETS["rings"](noise=0.0).make(RandomState(0))
    assert np.hypot(*rings.x.T) == pytest.approx((rings.y + 1) / 3, abs=1e-6)
    bands = DATASETS["bands"](noise=0.0).make(RandomState(0))
    assert bands.x[:, 0] == pytest.approx(np.array([-2 / 3, 0, 2 / 3])[bands.y], abs=1e-6)
    assert -1 <= bands.x[:, 1].min() < -0.9
    assert 0.9 < bands.x[:, 1].max() <= 1
    xor = DATASETS["xor"](noise=0.0).make(RandomState(0))
    assert xor.y.tolist() == (np.prod(xor.x, axis=1) < 0).astype(int).tolist()
    board = DATASETS["checkerboard"](noise=0.0).make(RandomState(0))
    square = np.floor((board.x + 1) * 2).sum(axis=1) % 2
    assert (board.y == square).mean() > 0.995  # float32 moves one over a border
    assert abs(board.x).max() <= 1


# Level, share of the rate and share of the sides, from no harm to the most.
STILL = [(0, 1, 1), (0, 1, 0.75), (0, 1, 0.6), (0, 1, 0.5)]
VIDEO = [(0, 1, 1), (1, 1, 1), (2, 1, 1), (2, 1, 0.75), (2, 1, 0.6), (3, 1, 0.5), (3, 0.5, 0.5)]
LOSSLESS = [
    *((level, 1, 1) for level in (0, 1, 2, 3)),
    *((3, 0.75, 1), (3, 0.5, 1), (3, 0.5, 0.8), (3, 0.5, 0.6), (4, 0.25, 0.6)),
]
GIF = [
    *((0, 1, 1), (0, 0.75, 1), (0, 0.5, 1), (0, 0.5, 0.8), (0, 0.5, 0.65)),
    *((1, 0.4, 0.6), (1, 0.25, 0.6)),
]
LADDERS = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".pdf", ".svg"), STILL),
    **dict.fromkeys((".mp4", ".mov", ".webm"), VIDEO),
    **dict.fromkeys((".apng", ".webp"), LOSSLESS),
    ".gif": GIF,
}


@pytest.mark.parametrize("suffix", LADDERS)
def test_a_smaller_file_gives_up_so_much_at_each_step(suffix):
    found = format_of(Path(f"a{suffix}")).quality_steps
    assert found == tuple(QualityStep(*step) for step in LADDERS[suffix])


def staircase(epochs):
    """Falls from 2 to 1 at once, stands for half the run and falls to 0 at once."""
    loss = np.ones(epochs)
    loss[0], loss[epochs // 2 :] = 2, 0
    return loss


def test_twenty_epochs_are_enough_for_a_plateau_and_nineteen_are_not():
    (event,) = rules.plateaus(staircase(20))
    assert (event.epoch, event.until, event.value) == (1, 9, 1.0)
    assert rules.plateaus(staircase(19)) == []


def test_a_loss_that_falls_by_a_hundredth_has_no_shape():
    """1 → 0.99005 is less than a hundredth of 1, though more than one of 0.99005."""
    assert rules.plateaus((staircase(100) - 2) * 0.004975 + 1) == []
    assert len(rules.plateaus((staircase(100) - 2) * 0.0051 + 1)) == 1


def test_accuracies_are_told_at_50_75_90_and_95_percent():
    found = rules.first_times(np.arange(101) / 100)
    assert [(event.epoch, event.value) for event in found] == [
        *((50, 0.5), (75, 0.75), (90, 0.9), (95, 0.95))
    ]
    assert found[-1].words == "accuracy reaches 95\N{NO-BREAK SPACE}%"


def test_a_loss_five_times_the_first_for_a_twentieth_of_the_run_has_exploded():
    loss = np.ones(100)
    loss[-5:] = 5.01
    (event,) = rules.divergence(loss, None)
    assert (event.epoch, event.kind) == (95, "rise")
    loss[-5] = 5.0
    assert rules.divergence(loss, None) == []


def test_a_loss_that_doubles_up_there_diverges():
    loss = np.ones(100)
    loss[-8:] = 6, 6, 6, 6, 9, 9, 12.1, 12.1  # its quarters' medians: 6, 6, 9, 12.1
    (event,) = rules.divergence(loss, None)
    assert (event.epoch, event.kind, event.value) == (92, "divergence", 6.0)
    loss[-2:] = 12
    assert rules.divergence(loss, None)[0].kind == "rise"


def test_a_spike_is_twice_the_loss_before_and_a_fiftieth_of_the_first():
    loss = np.full(200, 0.02)
    loss[0] = 1.0
    loss[100] = 0.0401
    assert rules.highest_spike(loss)[0].epoch == 100
    loss[100] = 0.04
    assert rules.highest_spike(loss) == []
    loss[1:] = 0.015
    loss[100] = 0.0349  # more than twice, but by less than 0.02
    assert rules.highest_spike(loss) == []


def test_a_spike_ends_where_a_quarter_more_than_before_is_left():
    loss = np.ones(300)
    loss[100:103] = 3, 1.26, 1.25
    (event,) = rules.highest_spike(loss)
    assert (event.epoch, event.until, event.times) == (100, 101, 1)


@pytest.mark.parametrize("width", [51, 60, 70])
def test_a_rise_that_stays_is_no_spike(width):
    """51 epochs are what is looked at, and the usual loss is that of so many."""
    loss = np.ones(400)
    loss[100 : 100 + width] = 3
    assert rules.highest_spike(loss) == []
    loss[150:] = 1
    assert rules.highest_spike(loss)[0].until == 149


def test_a_stretch_from_one_epoch_to_another_a_tenth_of_the_run_on_is_a_plateau():
    steps = np.ones(20)
    steps[8:10] = 0  # epochs 7, 8 and 9 have the same loss
    (event,) = rules.plateaus(20 - np.cumsum(steps))
    assert (event.epoch, event.until) == (7, 9)
    steps[9] = 1
    assert rules.plateaus(20 - np.cumsum(steps)) == []


def test_a_spike_from_the_level_that_a_rise_came_to_is_one():
    loss = np.ones(2000)  # a spike may take 200 epochs, longer than the level needs to be usual
    loss[1000:] = 3
    assert rules.highest_spike(loss) == []
    loss[1060:1063] = 9
    (event,) = rules.highest_spike(loss)
    assert (event.epoch, event.until, event.times) == (1060, 1062, 1)


def test_a_tenth_of_the_steps_outside_is_not_away():
    x = np.array([0.0, 2.0, *[0.0] * 8])
    run = {"curve": np.array([[-1.0, 0], [1, 0]]), "x": x}
    assert not _goes_away(run)
    x[2] = -1.5
    assert _goes_away(run)
    run["x"] = np.array([0.0, 1.0, -1.0])  # its ends are inside
    assert not _goes_away(run)
    run["x"] = np.array([*[0.0] * 30, 1.1])  # the last one
    assert _goes_away(run)


def test_a_point_is_enlarged_from_its_fifth_step_on_and_keeps_the_last_four_in_sight():
    assert _zooms(np.zeros(8), 6.0).tolist() == [1, 1, 1, 1, 1, 256, 256, 256]
    x = np.append(np.zeros(9), np.full(7, 6 / 3 / 8))  # as wide as an eighth of the interval
    assert _zooms(x, 6.0)[8:].tolist() == [256, 8, 8, 8, 8, 256, 256, 256]
    assert set(_zooms(x * 1.01, 6.0)[9:13].tolist()) == {1}


def test_a_pages_scheme_is_that_of_its_paper():
    light = {"paper": "#fafafa", "ink": "#101010", "muted": "#555555", "rule": "#dddddd"}
    dark = {"paper": "#101010", "ink": "#fafafa", "muted": "#aaaaaa", "rule": "#333333"}
    assert "color-scheme: light; --paper: #fafafa;" in page_colours(light)
    assert "color-scheme: dark; --paper: #101010;" in page_colours(dark)


def test_where_no_colour_is_read_on_all_of_a_page_it_is_on_its_paper():
    """Black on paper a little lighter than the middle, the raised parts of which are darker."""
    grey = {"paper": "#787878", "ink": "#000000", "muted": "#444444", "rule": "#666666"}
    told = dict(re.findall(r"--(\w+): (#\w+);", page_colours(grey)))
    for use in ("ink", "muted", "accent"):
        assert contrast([told[use]], ["#787878"])[0, 0] >= 4.5


def test_a_piecewise_rate_is_told_by_its_ends():
    schedule = Piecewise(((0, 0.1), (10, 0.9), (20, 0.3)))
    assert schedule.describe() == "0.1 to 0.3, piecewise"
    assert [schedule(epoch) for epoch in (0, 10, 20, 99)] == [0.1, 0.9, 0.3, 0.3]
    assert schedule(5) == pytest.approx(0.5)
    assert Piecewise(((5, 0.1), (6, 0.2)))(4) == 0.1


@pytest.mark.parametrize("factor", [0.0, -0.5, 1.5, inf])
def test_a_factor_lies_between_nothing_and_one(factor):
    for built in (lambda: StepDecay(0.1, 5, factor), lambda: WarmUp(StepDecay(1.0, 5), 5, factor)):
        with pytest.raises(SpecError, match=r"equal to 1|greater than 0"):
            built()
    assert StepDecay(0.5, 5, 1.0)(100) == 0.5


@pytest.mark.parametrize("first", ["itself", "another"])
def test_a_wrong_value_is_one_line_whenever_its_class_was_built(first):
    """What checks a class is built when it is first needed, for itself or for one that has it."""

    @spec
    class Inner:
        count: Count

    class Outer:
        inner: Inner

    if first == "another":
        assert TypeAdapter(Inner).validate_python({"count": 2}) == Inner(2)
    for _ in range(2):
        with pytest.raises(SpecError, match=r"^Inner: count: 0: should be [^\n]*$"):
            Inner(count=0)
    assert spec(Outer)(inner=Inner(1)).inner.count == 1
    with pytest.raises(SpecError, match=r"^Inner: count: 0: should be [^\n]*$"):
        Inner(0)


CURVES = [
    ("x**2", (-3.0, 3.0)),
    ("1/x", (-2.0, 2.0)),
    ("tan(x)", (-3.0, 3.0)),
    ("log(x+1)", (-2.0, 2.0)),
    ("floor(x)**2", (-2.2, 2.0)),
    ("where(x<0, x+2, x**2)", (-2.0, 2.0)),
    ("exp(x**2)", (-40.0, 40.0)),
    ("sqrt(abs(x))", (-1.0, 1.0)),
    ("x/abs(x)", (-1.0, 1.0)),
]


@pytest.mark.parametrize(("f", "interval"), CURVES)
def test_a_curve_is_worked_out_in_silence_and_for_good(f, interval):
    """What overflows or has no value is no warning; and nobody can change what all share."""
    curve.cache_clear()
    too_wild.cache_clear()
    with np.errstate(all="raise", under="ignore"):
        found = curve(f, interval)
        assert isinstance(too_wild(f, interval), str)
    for values in (found.points, found.minima, found.maxima):
        with pytest.raises(ValueError, match="read-only"):
            values[:] = 0
