import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizopt.draw.playback import Playback
from vizopt.draw.timeline import COURSE, TIMELINES, windows
from vizopt.draw.updates import updates

EPOCHS = st.lists(st.integers(0, 20_000), min_size=1, max_size=60, unique=True).map(sorted)


@pytest.mark.parametrize("kind", TIMELINES)
@given(
    epochs=EPOCHS,
    seconds=st.floats(0.05, 8),
    fps=st.sampled_from([10, 20, 30, 100 / 3]),
    hold=st.floats(0, 3),
)
def test_rows_never_fall_and_end_at_the_last(kind, epochs, seconds, fps, hold):
    timeline = TIMELINES[kind](seconds=seconds, hold_first=hold / 2, hold_last=hold)
    rows = timeline.rows(np.array(epochs), fps)
    assert len(rows) == max(round(seconds * fps), 1)
    assert (np.diff(rows) >= 0).all()
    assert rows[-1] == len(epochs) - 1
    assert rows.min() >= 0


def test_holds_last_as_long_as_they_say():
    rows = TIMELINES["uniform"](seconds=20.0).rows(np.arange(10_001), 30)
    assert len(rows) == 600
    assert (rows[:15] == 0).all()
    assert rows[15] > 0
    assert (rows[-45:] == 10_000).all()
    assert rows[-46] < 10_000


def test_a_logarithmic_pace_spends_more_time_on_the_first_epochs():
    epochs = np.arange(10_001)
    log, even = (TIMELINES[kind]().rows(epochs, 30) for kind in ("logarithmic", "uniform"))
    moving = slice(15, None)
    assert (log[moving] < 100).sum() > 10 * (even[moving] < 100).sum()


@given(EPOCHS, st.integers(1, 90))
def test_updates_of_the_shown_intervals_add_up_to_the_whole_run(epochs, frames):
    rows = TIMELINES["uniform"](seconds=float(frames), hold_last=0.0).rows(np.array(epochs), 1)
    start, stop = windows(rows, 1)
    assert (start <= stop).all()
    pairs = sorted(set(zip(start.tolist(), stop.tolist(), strict=True)))
    assert pairs[0][0] == rows[0]
    assert pairs[-1][1] == rows[-1]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(pairs))


def test_an_updates_window_slides_with_the_frame_and_stands_at_the_ends():
    rows = np.array([0] * 4 + list(range(1, 21)) + [21] * 5)
    start, stop = windows(rows, 6)
    assert start.tolist() == [0] * 7 + list(range(1, 16)) + [15] * 7
    middle = 10  # shows row 7: from three frames before it to three after
    assert (rows[middle], start[middle], stop[middle]) == (7, 4, 10)


def test_a_row_that_outlasts_the_window_shows_the_way_to_the_next():
    start, stop = windows(np.repeat([0, 5, 9], 10), 4)
    assert set(zip(start.tolist(), stop.tolist(), strict=True)) == {(0, 5), (5, 9)}
    assert (start[12], stop[12]) == (5, 9)


@given(EPOCHS, st.integers(1, 90), st.integers(1, 30))
def test_a_window_lies_in_the_clip_and_never_goes_back(epochs, frames, width):
    rows = TIMELINES["uniform"](seconds=float(frames), hold_last=0.0).rows(np.array(epochs), 1)
    start, stop = windows(rows, width)
    assert (np.diff(start) >= 0).all()
    assert (np.diff(stop) >= 0).all()
    assert start[0] == rows[0]
    assert stop[-1] == rows[-1]
    if len(set(rows.tolist())) > 1:
        assert (start < stop).all()


@given(EPOCHS, st.sampled_from([7.0, 12.5, 24.0, 30.0, 60.0]), st.floats(0.2, 2))
def test_the_first_and_last_updates_are_those_of_every_frame_rate(epochs, fps, hold):
    epochs = np.array(epochs)
    timeline = TIMELINES["logarithmic"](seconds=5.0, hold_first=hold)
    course = timeline.rows(epochs, COURSE)
    told, other = (
        updates(timeline.rows(epochs, rate), Playback((640, 360), rate, "clip"), course)
        for rate in (fps, 20.0)
    )
    for part in ("start", "stop"):
        assert getattr(told, part)[0] == getattr(other, part)[0]
        assert getattr(told, part)[-1] == getattr(other, part)[-1]
    assert (told.starts == other.starts).all()
    assert (told.stops == other.stops).all()
    assert told.at[0] == 0
    assert told.at[-1] == pytest.approx((len(course) - 1) / 60)
    rows = timeline.rows(epochs, fps)
    assert (told.start <= rows).all()
    assert (told.stop >= rows).all()


def test_an_update_lies_half_a_second_around_its_frame():
    epochs = np.arange(1001)
    timeline = TIMELINES["uniform"](seconds=10.0, hold_first=0.0, hold_last=0.0)
    course = timeline.rows(epochs, COURSE)
    rows = timeline.rows(epochs, 10.0)
    told = updates(rows, Playback((640, 360), 10.0, "clip"), course)
    assert told.stop[50] - told.start[50] == pytest.approx(50, abs=1)  # 100 epochs a second
    assert told.start[50] == pytest.approx(rows[50] - 25, abs=1)
    assert len(told.starts) == 40  # every quarter of a second


def test_where_flashes_are_allowed_an_update_goes_to_the_next_frame():
    rows = np.array([0, 0, 3, 5, 9])
    told = updates(rows, Playback((640, 360), 10.0, "flashing"), np.arange(10))
    assert told.start.tolist() == [0, 0, 3, 5, 5]
    assert told.stop.tolist() == [3, 3, 5, 9, 9]
