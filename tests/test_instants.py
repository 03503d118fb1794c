"""Instants that are logged now and then, late, or wrongly: the clock of a race goes on all the
same, or says which of them is none."""

import re
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt.core.errors import RecordingError, VizoptError
from vizopt.pipeline import racing
from vizopt.pipeline.field import field_of
from vizopt.recording.clock import Clock, times
from vizopt.recording.differences import differences, samples_seen
from vizopt.recording.standings import leads
from vizopt.recording.store import Recording

STEPS = 26


def trained(path, samples, steps=STEPS, column="samples", ends=False):
    """A training that logs these samples by step."""
    with vizopt.Run(path, unit="step") as run:
        for k in range(steps):
            seen = {column: samples[k]} if k in samples else {}
            run.log(loss=1 / (k + 1), accuracy=k / steps, **seen)
        if ends:
            run.log_end(accuracy=1.0)
    return Recording(path)


def every(steps, first=0, after=1, pace=32):
    """Samples seen by step: before it, or after it."""
    return {k: float(pace * (k + after)) for k in range(first, STEPS, steps)}


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize(("steps", "first"), [(10, 0), (10, 9), (1, 6), (7, 3), (25, 0)])
def test_what_is_logged_now_and_then_is_the_clock_of_every_step(tmp_path, steps, first, after):
    often = trained(tmp_path / "often.zarr", every(1, after=after))
    seldom = trained(tmp_path / "seldom.zarr", every(steps, first, after))
    expected = 32.0 * (np.arange(STEPS) + after)
    np.testing.assert_allclose(times(seldom, "samples"), expected)
    np.testing.assert_allclose(times(often, "samples"), expected)
    runs = {"often": often, "seldom": seldom}
    assert samples_seen(seldom) == 32 * (STEPS - 1 + after)
    assert "samples seen" not in [each.what for each in differences(runs)]
    assert Clock.of(runs, "samples").last == pytest.approx(expected[-1])
    assert len(leads(runs, "samples")) <= 1


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ({0: 5, 2: 9, 3: 30}, [5, 7, 9, 30, 51, 72]),  # on at the last pace
        ({3: 60}, [0, 20, 40, 60, 80, 100]),  # nobody knows more than its start
        ({3: 10, 4: 20, 5: 30}, [0, 10 / 3, 20 / 3, 10, 20, 30]),  # counted from another step on
        ({3: 100, 4: 101, 5: 102}, [1, 34, 67, 100, 101, 102]),  # the first steps were slow
        ({3: 7, 4: 7, 5: 9}, [0, 7 / 3, 14 / 3, 7, 7, 9]),
    ],
)
@pytest.mark.parametrize("column", ["samples", "seconds"])
def test_before_the_first_and_after_the_last_time_it_goes_on(tmp_path, samples, expected, column):
    run = trained(tmp_path / "a.zarr", samples, 6, column)
    np.testing.assert_allclose(times(run, column), expected)


def test_after_the_last_step_no_sample_is_seen(tmp_path):
    run = trained(tmp_path / "a.zarr", {0: 10, 2: 30}, 4, ends=True)
    assert run.epochs == 5
    assert times(run, "samples").tolist() == [10, 20, 30, 40, 40]
    assert samples_seen(run) == 40
    assert times(trained(tmp_path / "b.zarr", {0: 10}, 1, ends=True), "samples").tolist() == [
        10,
        10,
    ]


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ({0: 1, 1: 2, 2: inf}, "inf at step 2 is no number"),
        ({0: -inf, 1: 2, 2: 3}, "-inf at step 0 is no number"),
        ({0: nan, 1: nan, 2: nan}, "nan at step 0 is no number"),
        ({0: 1, 1: nan, 2: 3}, "nan at step 1 is no number"),
        ({0: -5, 1: 0, 2: 5}, "-5 at step 0 is below 0"),
        ({0: 5, 2: 3}, "fall at step 2"),
        ({0: 5}, "do not grow"),
        ({2: 0}, "do not grow"),
    ],
)
@pytest.mark.parametrize("column", ["samples", "seconds"])
def test_what_is_no_time_is_told_with_its_step(tmp_path, samples, told, column):
    paths = [tmp_path / f"{name}.zarr" for name in "ab"]
    runs = {path.stem: trained(path, samples, 3, column) for path in paths}
    line = re.escape(f"a.zarr: {column}: {told}: log those since the start")
    with pytest.raises(RecordingError, match=line):
        times(runs["a"], column)
    field = field_of(paths, {"clock": column}, "race")
    with pytest.raises(VizoptError, match=line):
        racing.check_race(field, [Path("a.png")], vizopt.clips.options.request(), None)


@pytest.mark.parametrize("wrong", [inf, nan, -inf, 1.0])
def test_what_counts_no_samples_is_no_difference_of_a_race_by_steps(tmp_path, wrong):
    runs = {
        "right": trained(tmp_path / "a.zarr", {0: 1, 1: 2, 2: 3}, 3),
        "wrong": trained(tmp_path / "b.zarr", {0: 1, 1: 2, 2: wrong}, 3),
    }
    assert "samples seen" not in [each.what for each in differences(runs)]
