"""Which rows are kept: the octave rule, events, the last; what a size has room for."""

import numpy as np
import pytest
from loops import Loop, X, Y, tight, trained

import vizopt
from vizopt.core.errors import RecordingError
from vizopt.recording import keeping
from vizopt.recording.budget import (
    EXACT_FINENESS,
    PACKED,
    SAMPLED,
    bytes_of,
    events,
    fineness,
    first_rows,
)
from vizopt.recording.rows import MOST_EVENTS, Watch, in_octaves, rows_of

TABLE = {  # K → rows of so many steps, the last one not counted
    128: {1000: 506, 10_001: 925, 100_000: 1348, 1_000_000: 1781},
    256: {1000: 756, 10_001: 1593, 100_000: 2439, 1_000_000: 3305},
    512: {1000: 1000, 10_001: 2674, 100_000: 4366, 1_000_000: 6097},
}


@pytest.mark.parametrize("first", TABLE)
def test_the_octave_rule_keeps_as_many_rows_as_its_table_says(first):
    for steps, rows in TABLE[first].items():
        assert abs(rows_of(steps, first) + 1 - rows) <= 1
        if steps < 1_000_000:
            assert sum(in_octaves(step, first) for step in range(steps)) == rows_of(steps, first)


@pytest.mark.parametrize("first", [1, 3, 8])
def test_the_rule_by_its_formula(first):
    for step in range(1000):
        kept = step < first or step % 2 ** int(np.floor(np.log2(step // first))) == 0
        assert in_octaves(step, first) == kept


def happens(**columns):
    """The steps that are events, of columns [n] of which some may be missing."""
    watch, found = Watch(), []
    steps = max(map(len, columns.values()))
    for step in range(steps):
        loss, accuracy, lr = (
            columns.get(n, [None] * steps)[step] for n in ("loss", "accuracy", "lr")
        )
        if watch.happens(loss, accuracy, lr):
            found.append(step)
    return found


def test_a_loss_over_twice_the_median_of_the_50_before():
    flat = [1.0] * 50
    assert happens(loss=[*flat, 2.0, 2.01, 1.0]) == [51]
    assert happens(loss=[*flat[:49], 2.01]) == []
    assert happens(loss=[*[9.0] * 26, *[1.0] * 50, 2.1]) == [76]
    assert happens(loss=[0.0] * 60) == []
    halves = [1.0, 3.0] * 25  # their median lies between
    assert happens(loss=[*halves, 4.0]) == []
    assert happens(loss=[*halves, 4.01]) == [50]


def test_the_first_loss_without_value():
    assert happens(loss=[1, np.inf, np.nan, 1, np.nan]) == [1]


def test_a_rate_that_changes_by_a_tenth():
    assert happens(lr=[1.0, 0.95, 0.91, 0.9, 0.9, 0.82, 0.81]) == [3, 6]
    assert happens(lr=[0.0, 0.0, 1e-9]) == [2]


def test_accuracies_for_the_first_time():
    told = [0.1, 0.4999, 0.5, 0.7, 0.75, 0.4, 0.5, 0.96, 0.99]
    assert happens(accuracy=told) == [2, 4, 7]


def test_64_events_at_most():
    noisy = [float(2 ** (k % 7)) for k in range(3000)]
    assert len(happens(loss=[1.0] * 50 + noisy)) == MOST_EVENTS == 64


def test_what_was_before_is_known():
    watch = Watch()
    watch.catch_up([1.0] * 50, [0.6], [0.5])
    assert [watch.happens(2.5, None, None), watch.happens(None, 0.7, 0.5)] == [True, False]
    assert [watch.happens(None, 0.75, None), watch.happens(None, None, 0.6)] == [True, True]
    watch.catch_up([np.nan], [], [])
    assert not watch.happens(np.nan, None, None)


@tight
@pytest.mark.parametrize(
    ("names", "whole"),
    [
        (("loss", "accuracy", "lr"), 1),
        (("train_loss", "acc", "learning_rate"), 1),
        (("train/loss", "train_accuracy", "eta"), 100),
        (("cost", "accuracy", "lr"), 100),
    ],
)
@pytest.mark.parametrize("parts", [[range(101)], [range(60), range(60, 101)]])
def test_events_are_kept_besides_whatever_they_are_told_by(tmp_path, names, whole, parts):
    for mode, steps in zip(("new", "resume"), parts, strict=False):
        with vizopt.Run(tmp_path / "a.zarr", size=1000, mode=mode) as run:
            for step in steps:
                loss = 5.0 if step == 77 else np.nan if step == 90 else 1.0
                lr, accuracy = 0.5 if step < 67 else 0.4, 0.8 if step >= 51 else 0.004
                told = dict(zip(names, (loss, accuracy * whole, lr), strict=True))
                run.log(**told, val_loss=float(step), val_acc=0.99, params={"w": np.ones((1, 1))})
    kept = vizopt.Recording(tmp_path / "a.zarr")["epoch"].tolist()
    last = {steps[-1] for steps in parts}
    assert {k for k in kept if not in_octaves(k, 4)} - last == {51, 67, 77, 90}


@tight
def test_a_run_of_parameters_alone_has_no_events(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr", size=1000) as run:
        for _ in range(101):
            run.log(params={"w": np.ones((1, 1))})
    kept = vizopt.Recording(tmp_path / "a.zarr")["epoch"].tolist()
    assert kept == [k for k in range(101) if in_octaves(k, 4) or k == 100]


@pytest.mark.parametrize(
    ("size", "found"),
    [("200 MB", 2e8), ("1.5gb", 1.5e9), (" 10 kB ", 1e4), ("7 b", 7), (12, 12), (2.5e6, 2.5e6)],
)
def test_sizes(size, found):
    assert bytes_of(size) == found


@pytest.mark.parametrize(
    "size", ["", "0 MB", "12", "-3 MB", "1e3 MB", 0, -1, float("nan"), "2 TB", None]
)
def test_no_sizes(size):
    with pytest.raises(RecordingError, match='write it like "200 MB"'):
        bytes_of(size)


def test_k_is_the_largest_that_fits():
    for row in (1e3, 1e5, 1e6):
        for steps in (100, 10_000, None):
            first = first_rows(2e8, row, steps)
            count, history = steps or 1_000_000, 32 * (steps or 1_000_000)
            bytes_ = [
                (rows_of(count, k) + events(k)) * row * PACKED + history for k in (first, 2 * first)
            ]
            assert bytes_[0] <= 2e8 or first == 4
            assert bytes_[1] > 2e8 or first == 512


def test_fineness_goes_before_rows_run_out():
    def row(fine):
        return 4.0 * (fine.side or 447) ** 2 + fine.grid**2

    found = [fineness(size, row, 10_000, exact=True) for size in (1e9, 1e8, 3e7, 1e6, 1e4)]
    assert found[0] == EXACT_FINENESS[0]
    assert found[-1] == SAMPLED[-1]
    cells = [row(fine) for fine in found]
    assert cells == sorted(cells, reverse=True)
    assert fineness(1e12, row, None, exact=False) == SAMPLED[0]


@pytest.mark.parametrize(("size", "side"), [("100 MB", 128), ("1 MB", 32)])
def test_a_size_chooses_the_cells_and_is_kept(tmp_path, size, side):
    w = np.random.RandomState(0).randn(500, 500).astype(np.float32)
    with vizopt.Run(tmp_path / "a.zarr", size=size, epochs=100) as run:
        for _ in range(100):
            run.log(loss=1.0, params={"w": w})
            w += np.float32(0.01)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run.layout.shapes["w"] == (side, side)
    used = sum(file.stat().st_size for file in (tmp_path / "a.zarr").rglob("*"))
    assert used <= bytes_of(size)
    assert len(run) >= 50


@pytest.mark.parametrize(("size", "grid"), [("200 MB", 100), ("1.2 MB", 64), ("250 kB", 32)])
def test_a_size_chooses_the_grid_and_says_so(tmp_path, size, grid):
    loop = Loop()
    with vizopt.Run(
        tmp_path / "a.zarr", size=size, data=(X, Y), predict=loop.predict, epochs=400
    ) as run:
        trained(run, loop, 400)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["scores"].shape[1:] == (3, grid, grid)
    used = sum(file.stat().st_size for file in (tmp_path / "a.zarr").rglob("*"))
    assert used <= bytes_of(size)
    note = f"the plane was asked at {grid} × {grid} points"
    assert (run.header.external.note == note) == (grid < 100)


def test_a_slow_model_is_asked_less_often_and_that_is_said(tmp_path, monkeypatch, command):
    loop, clock = Loop(), [0.0]
    monkeypatch.setattr(keeping, "perf_counter", lambda: clock[0])

    def predict(points):
        clock[0] += 0.5
        return loop.predict(points)

    with vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=predict) as run:
        for _ in range(200):
            run.log(loss=loop.loss(), params=loop.params)
            loop.update()
            clock[0] += 0.01
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert 8 <= len(run) < 60
    assert run["epoch"][-1] == 200
    assert run.header.external.note == "fewer steps than fit were kept, as predicting took long"
    assert "as predicting took long" in command("info", run.path).out
