"""The clock of a race: stills, pauses, standings, texts and the counter go by it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.metadata import metadata_of
from vizopt.clips.staging import staged
from vizopt.clips.still import still_frame
from vizopt.clips.telling import told_of
from vizopt.core.errors import RecordingError, VizoptError
from vizopt.core.progress import quiet
from vizopt.draw.standing import ending, standing
from vizopt.draw.timeline import Uniform
from vizopt.draw.views import shown_times, stopping, views_of
from vizopt.pipeline import racing
from vizopt.pipeline.field import field_of
from vizopt.recording import standings_table
from vizopt.recording.clock import Clock, times
from vizopt.recording.differences import differences
from vizopt.recording.standings import leads, standings, steps_to
from vizopt.recording.store import Recording

STEPS = 11
PACE = {"quick": 0.1, "slow": 1.0}  # seconds of a step
RISE = {"quick": 0.08, "slow": 0.09}  # of the accuracy in a step


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """Two runs: at one step slow is better, at one second quick is, until its end."""
    folder = tmp_path_factory.mktemp("timed")
    for name, pace in PACE.items():
        with vizopt.Run(folder / f"{name}.zarr") as run:
            for step in range(STEPS):
                accuracy = RISE[name] * step
                run.log(loss=1 - accuracy, accuracy=accuracy, seconds=pace * step)
    return field_of([folder / f"{name}.zarr" for name in PACE], {"clock": "seconds"}, "race")


def epochs(views, k):
    return {name: int(view.run["epoch"][view.rows[k]]) for name, view in views.items()}


def test_a_still_shows_all_runs_at_the_instant_of_the_longest_ones_epoch(timed):
    views = views_of(timed.runs, Uniform(4.0), 10, "seconds")
    assert epochs(*still_frame("0", views)) == {"quick": 0, "slow": 0}
    assert epochs(*still_frame("epoch=5", views)) == {"quick": 10, "slow": 5}  # 5 s
    still, k = still_frame("1", views)
    assert epochs(still, k) == {"quick": 10, "slow": 1}  # not 0.1 s beside 1 s
    assert shown_times(still)[k] == 1.0


def test_a_question_stops_all_runs_at_its_instant(timed):
    views = views_of(timed.runs, Uniform(1.0, hold_first=0.0, hold_last=0.0), 3, "seconds")
    stopped, frames = stopping(views, [1])
    assert epochs(stopped, frames[1]) == {"quick": 10, "slow": 1}


def test_who_leads_and_gets_where_when_is_told_in_seconds(timed):
    runs = timed.runs
    assert leads(runs) == [(1, "slow")]
    assert leads(runs, "seconds") == [(0.1, "quick"), (9.0, "slow")]
    assert steps_to(runs)[0.5] == [(6, "slow"), (7, "quick")]
    half = steps_to(runs, "seconds")[0.5]
    assert [(round(at, 9), name) for at, name in half] == [(0.7, "quick"), (6.0, "slow")]
    slow, quick = standings(runs, "seconds")
    assert (slow.name, slow.best_at, slow.last) == ("slow", 10.0, 10.0)
    assert (quick.name, quick.best_at, quick.last) == ("quick", 1.0, 1.0)


def test_the_text_and_its_events_are_on_the_clock(timed):
    told = told_of(timed.runs, timed.shown, "", None)
    assert "all runs are shown after as many seconds." in told.text
    assert "quick has the best accuracy so far from 0.1 s on, slow from 9.0 s on." in told.text
    assert "by quick at 0.7 s and slow at 6.0 s." in told.text
    assert "1. slow, best accuracy 0.900 at 10.0 s, loss 0.100 at the end" in told.text
    assert "epoch" not in told.text
    first = told.events[0]
    assert (first.at, first.epoch, str(first.words)) == (0.1, 1, "quick leads")
    instants = [event.instant for event in told.events]
    assert instants == sorted(instants)


def test_the_picture_counts_seconds_and_ranks_by_them(timed, texts):
    views = views_of(timed.runs, timed.shown.timeline, 10.0, "seconds")
    picture = planned_picture(timed.runs, timed.shown, (1280, 720), 10.0)
    assert {"seconds", "seconds to"} <= {text for text, _ in texts.still(picture)}
    k = int(np.searchsorted(shown_times(views), 5.0))
    moving = [text for text, _ in texts.moving(picture, k)]
    assert "5.0 / 10.0" in moving
    assert {"0.7", "finished"} <= {*moving}  # quick at 50 %, and at its end
    place = {name: int(each.place[k]) for name, each in standing(views, "accuracy").items()}
    assert place == {"quick": 0, "slow": 1}
    assert ending(views["quick"], views).words == "finished"
    assert not ending(views["slow"], views).words


def test_a_page_has_the_instants_of_the_clock(timed):
    told = told_of(timed.runs, timed.shown, "", None)
    views = views_of(timed.runs, Uniform(4.0), 10, "seconds")
    options = replace(timed.shown.clip, size=(640, 360), fps=10)
    label = metadata_of(views, timed.shown, told, options, card=0, warning="")
    assert label.unit == "seconds"
    shown = label.numbers["seconds"]
    assert (shown[0], shown[-1]) == (0.0, 10.0)
    assert label.written("seconds")[-1] == "10.0"
    for mark in label.marks:
        assert shown[mark.frame] >= float(mark.at) > shown[max(mark.frame - 1, 0)] - 1e-9
    assert next(mark.at for mark in label.marks) == "0.1"


def test_the_table_is_on_the_clock(timed):
    first, slow, quick = standings_table.lines(timed.runs, "seconds")
    assert "at seconds" in first
    assert slow.split()[:6] == ["1", "slow", "0.900", "10.0", "6.0", "9.0"]
    assert slow.endswith("> 10.0  > 10.0       0.100")
    assert quick.split()[3:5] == ["1.0", "0.7"]
    assert '"unit": "seconds"' in standings_table.as_json(timed.runs, "seconds")


def test_on_the_clock_of_samples_all_is_told_in_samples(tmp_path, texts):
    path = tmp_path / "race.toml"
    path.write_text(
        'clock = "samples"\ntitle = "Two"\nepochs = 9\n'
        'problem = {kind = "network", sizes = [2, 4, 3], data = {kind = "spiral", points = 9}}\n'
        'optimizer = { kind = "sgd", lr = 1.0 }\nkeep = { grid = 8 }\n'
        '[[run]]\nname = "all"\n[[run]]\nname = "half"\nproblem.validation = 0.5\n'
    )
    field = field_of([path], {}, "race")
    with staged() as staging:
        racing.train_race(field, tmp_path / "runs", staging, quiet, print, cores=1)
    runs = {name: Recording(tmp_path / "runs" / f"{name}.zarr") for name in field.runs}
    assert [int(times(run, "samples")[1]) for run in runs.values()] == [27, 13]
    views = views_of(runs, field.shown.timeline, 10, "samples")
    assert epochs(*still_frame("4", views)) == {"all": 4, "half": 8}  # 108 samples, 104
    told = told_of(runs, field.shown, "", None).text
    best = standings(runs)[0]
    seen = best.best_at * (27 if best.name == "all" else 13)
    assert f"1. {best.name}, best accuracy {best.best:.3f} at {seen} samples, " in told
    picture = planned_picture(runs, field.shown, (1280, 720), 10.0)
    assert {"samples seen", "samples seen to"} <= {text for text, _ in texts.still(picture)}
    assert "216 / 216" in [text for text, _ in texts.moving(picture, len(picture) - 1)]


def logged(path, steps, unit="step", data=None, **columns):
    """A training of one's own, with these columns."""
    predict = (lambda points: points) if data else None
    with vizopt.Run(path, unit=unit, data=data, predict=predict) as run:
        for k in range(steps):
            run.log(loss=1 / (k + 1), **{name: own[k] for name, own in columns.items() if own[k]})
    return Recording(run.path)


def test_samples_that_are_logged_are_the_clock(tmp_path, texts):
    paths = [tmp_path / "small.zarr", tmp_path / "large.zarr"]
    logged(paths[0], 9, samples=[10 * (k + 1) for k in range(9)])
    large = logged(paths[1], 5, samples=[30, None, 90, 120, 150])
    assert times(large, "samples").tolist() == [30, 60, 90, 120, 150]
    field = field_of(paths, {"clock": "samples"}, "race")
    racing.check_race(field, [Path("a.png")], vizopt.clips.options.request(), None)
    picture = planned_picture(field.runs, field.shown, (1280, 720), 10.0)
    assert "150 / 150" in [text for text, _ in texts.moving(picture, len(picture) - 1)]
    assert [(d.what, d.values) for d in differences(field.runs) if d.what == "samples seen"] == []
    views = views_of(field.runs, field.shown.timeline, 10, "samples")
    assert epochs(*still_frame("2", views)) == {"small": 8, "large": 2}  # 90 samples
    assert standings(field.runs, "samples")[0].best_at == 90


def test_samples_seen_are_told_by_the_column(tmp_path):
    runs = {str(most): logged(tmp_path / f"{most}.zarr", 2, samples=[1, most]) for most in (64, 96)}
    told = {d.what: d.values for d in differences(runs)}
    assert told["samples seen"] == {"64": "64", "96": "96"}


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ([32, 32, 32], "samples: do not grow: log those since the start"),
        ([32, 64, 48], "samples: fall at step 2: log those since the start"),
        ([None] * 3, "has no recorded number of samples: choose step, or log"),
    ],
)
def test_samples_that_are_no_clock_are_one_line(tmp_path, samples, told):
    data = [[0.0, 1.0], [1.0, 0.0]], [0, 1]  # of which a step sees nobody knows how many
    paths = [tmp_path / f"{name}.zarr" for name in "ab"]
    for path in paths:
        logged(path, 3, data=data, samples=samples)
    field = field_of(paths, {"clock": "samples"}, "race")
    with pytest.raises(VizoptError, match=told):
        racing.check_race(field, [Path("a.png")], vizopt.clips.options.request(), None)


def test_an_epoch_of_ones_own_training_sees_all_samples(tmp_path):
    data = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    run = logged(tmp_path / "a.zarr", 3, "epoch", data)
    assert times(run, "samples").tolist() == [0, 2, 4]


def test_curves_are_over_the_clock(timed, texts):
    size, clock = (1280, 720), timed.shown
    picture = planned_picture(timed.runs, clock, size, 10.0)
    views = views_of(timed.runs, clock.timeline, 10.0, "seconds")
    lines = {name: [s for s in own if s.shape[-1] == 2] for name, own in picture.spots().items()}
    for quick, slow in zip(*lines.values(), strict=True):  # of loss, and of accuracy
        start, second = slow[0, 0], (slow[-1, 0] - slow[0, 0]) / 10
        for own, view in zip((quick, slow), views.values(), strict=True):
            np.testing.assert_allclose(own[:, 0], start + second * view.shown, atol=1)
        assert quick[-1, 0] == pytest.approx(start + second, abs=1)  # its last one, not half way
    axis = dict(texts.still(picture))
    assert "seconds 0" in axis
    assert {"5", "10"} <= axis.keys()
    assert "epoch 0" not in axis


def test_the_bands_of_seeds_are_over_the_clock(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Axes, "fill_between", lambda _, x, *rest, **look: drawn.append(x))
    keys = {"epochs": 4, "seeds": 3, "keep.grid": 4}
    one = {"overrides": keys, "cores": 1}
    vizopt.race("batches", tmp_path / "a.png", size=(1280, 720), at="last", **one)
    assert len(drawn) == 6  # of loss and accuracy, of each batch
    for x in drawn:  # to the right end of a plot, as the samples of four epochs are
        assert x[-1] - x[0] > 150
        np.testing.assert_allclose(np.diff(x), (x[-1] - x[0]) / 3)


def test_a_race_of_less_than_a_second_has_an_axis_of_its_parts(tmp_path, texts):
    for name in "ab":
        with vizopt.Run(tmp_path / f"{name}.zarr") as run:
            for step in range(9):
                run.log(loss=1 / (step + 1), seconds=0.05 * step)
    paths = [tmp_path / f"{name}.zarr" for name in "ab"]
    field = field_of(paths, {"clock": "seconds"}, "race")
    still = [
        text for text, _ in texts.still(planned_picture(field.runs, field.shown, (1280, 720), 10.0))
    ]
    assert {"seconds 0", "0.1", "0.2", "0.3", "0.4"} <= {*still}


def test_times_that_are_none_are_one_line(tmp_path, timed):
    def made(name, **columns):
        with vizopt.Run(tmp_path / name) as run:
            for k in range(3):
                run.log(loss=1.0 / (k + 1), **{key: own[k] for key, own in columns.items()})
        return Recording(run.path)

    falls = made("falls.zarr", seconds=[0.0, 2.0, 1.5])
    with pytest.raises(
        RecordingError, match=r"seconds: fall at epoch 2: log those since the start"
    ):
        times(falls, "seconds")
    some = made("some.zarr", seconds=[0.0, 2.0, 3.5])
    for clock, told in (
        ("seconds", "fall at epoch 2"),
        ("samples", "no recorded number of samples"),
    ):
        field = field_of([some, falls], {"clock": clock}, "race")
        with pytest.raises(VizoptError, match=told):
            racing.check_race(field, [Path("a.png")], vizopt.clips.options.request(), None)
    assert Clock.of({"some": some}, "seconds").told(3.5) == "3.50 s"
