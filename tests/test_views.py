"""Views: the runs of a picture on one clock, and which of them a panel shows."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

import vizopt
from vizopt.core.errors import VizoptError
from vizopt.draw.panels import DecisionRegions
from vizopt.draw.timeline import TIMELINES
from vizopt.draw.views import (
    DASHES,
    Role,
    View,
    chosen,
    shown_times,
    stopping,
    views_of,
)

KEPT = {
    "long": np.array([0, 1, 2, 4, 8, 16, 50, 200, 10_000]),
    "diverged": np.array([0, 1, 2, 3, 50]),
    "late": np.array([7, 100, 9_999]),
}


def runs():
    return {name: {"epoch": epochs} for name, epochs in KEPT.items()}


@pytest.mark.parametrize("kind", TIMELINES)
def test_at_any_time_every_run_is_at_its_last_row_up_to_the_same_step(kind):
    timeline = TIMELINES[kind](seconds=9.0)
    views = views_of(runs(), timeline, 30.0)
    wanted = timeline.steps(0, 10_000, 30.0)
    assert len(wanted) == 270
    for name, view in views.items():
        shown = KEPT[name][view.rows]
        fits = [max(e for e in KEPT[name] if e <= max(step, KEPT[name][0])) for step in wanted]
        assert shown.tolist() == fits
    assert views["diverged"].rows[-1] == 4
    assert (views["diverged"].rows[wanted >= 50] == 4).all()
    assert (wanted >= 50).sum() > 45  # it stands for a part of the clip
    assert shown_times(views)[-1] == 10_000


@pytest.mark.parametrize("kind", TIMELINES)
def test_one_run_has_the_rows_and_the_course_of_its_timeline(kind):
    timeline = TIMELINES[kind]()
    (view,) = views_of({"": {"epoch": KEPT["long"]}}, timeline, 12.5).values()
    assert np.array_equal(view.rows, timeline.rows(KEPT["long"], 12.5))
    assert np.array_equal(view.course, timeline.rows(KEPT["long"], 240.0))


@pytest.mark.parametrize("fps", [30.0, 0.5])
@pytest.mark.parametrize("kind", TIMELINES)
def test_a_question_is_asked_on_its_own_epoch_and_never_on_a_later_one(kind, fps):
    """The last kept one up to it is shown even where the clip passes over it."""
    raced = {name: run for name, run in runs().items() if name != "late"}
    views = views_of(raced, TIMELINES[kind](seconds=18.0), fps)
    asked = [9_998, 0, 50, 200, 199, 201]
    stopped, frames = stopping(views, asked)
    shown = shown_times(stopped)
    kept = {0: 0, 50: 50, 199: 50, 200: 200, 201: 200, 9_998: 200}
    assert {epoch: int(shown[frames[epoch]]) for epoch in asked} == kept
    for epoch, k in frames.items():
        assert k == 0 or shown[k - 1] < kept[epoch]  # as soon as it is shown
    before = {name: KEPT[name][view.rows] for name, view in views.items()}
    for name, view in stopped.items():
        assert (np.diff(view.rows) >= 0).all()
        changed = view.rows != views[name].rows
        assert {*np.flatnonzero(changed)} <= {*frames.values()}
        assert (KEPT[name][view.rows] <= before[name]).all()
        assert view.rows[-1] == views[name].rows[-1]
    assert stopping(stopped, asked)[1] == frames


def test_a_clip_of_two_frames_asks_before_its_end():
    views = views_of({"": {"epoch": np.arange(101)}}, TIMELINES["uniform"](seconds=1.0), 2.0)
    stopped, frames = stopping(views, [0, 60, 100])
    assert frames == {0: 0, 60: 0, 100: 1}
    assert shown_times(stopped).tolist() == [0, 100]


def test_runs_are_numbered_in_their_order():
    roles = [view.role for view in views_of(runs(), TIMELINES["uniform"](), 5.0).values()]
    assert [role.badge for role in roles] == ["①", "②", "③"]
    assert len({role.dash for role in roles}) == 3
    twenty = [Role(number) for number in range(1, 21)]
    assert len({(role.dash, role.is_pale, role.is_thin) for role in twenty}) == 20
    assert [role.number for role in twenty if not (role.is_pale or role.is_thin)] == [*range(1, 7)]
    assert Role(20).badge == "⑳"
    assert Role(21).badge == "(21)"


def test_a_panel_shows_the_run_that_it_names_or_the_only_one():
    views = {name: View(name, SimpleNamespace(), np.arange(3)) for name in ("SGD", "Adam")}
    assert DecisionRegions(of="Adam").view(views).name == "Adam"
    assert chosen({"": views["SGD"]}, None).name == "SGD"
    with pytest.raises(VizoptError, match=r'of: which of the 2 runs. Name one, like of = "SGD"'):
        DecisionRegions().view(views)
    with pytest.raises(VizoptError, match=r'of: no run "Adem" in the picture: .*Adam'):
        DecisionRegions(of="Adem").view(views)


def test_a_scene_of_one_run_names_none():
    message = 'stage.panels.plane.of: no run "Adam": the picture shows one, leave it out'
    with pytest.raises(vizopt.VizoptError, match=message):
        vizopt.load_scene("sgd", {"stage.panels": {"plane": {"kind": "plane", "of": "Adam"}}})


def test_dashes_can_be_told_apart_from_the_last_row():
    """No gap is closed by the line's own width, and no two repeat over nearly the same length."""
    assert DASHES[0] == ()
    assert all(gap >= 1.1 for dash in DASHES for gap in dash[1::2])
    assert DASHES[1] == (4.5, 1.8)
    lengths = sorted(sum(dash) / (len(dash) // 2) for dash in DASHES[1:])
    assert all(longer / shorter >= 1.05 for shorter, longer in pairwise(lengths))
