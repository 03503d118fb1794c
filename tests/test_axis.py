"""Axes of curves: they frame the run, cut its outliers, and say so where they are logarithmic."""

import numpy as np
import pytest
from descents import descend

import vizopt
from vizopt.core.errors import SceneError
from vizopt.core.numbers import ticks_told
from vizopt.draw.panels.axis import Axis
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.boxes import plots as boxes
from vizopt.draw.panels.curves.labels import spread
from vizopt.draw.panels.curves.lines import by_column
from vizopt.draw.theme import THEMES


@pytest.mark.parametrize(
    ("column", "values", "ends"),
    [
        ("loss", [1.1, 1.0, 0.5, 0.2], (0, 1.1 + 0.06 * 1.1)),
        ("loss", [1.1, 0.9, 1.0], (0.9 - 0.012, 1.1 + 0.06 * 0.212)),  # its own range
        ("loss", [1.0, 0.40], (0, 1.06)),
        ("loss", [1.0, 0.41], (0.41 - 0.0354, 1 + 0.06 * 0.6254)),
        ("loss", [1.1, 6.26, *[1.0] * 100], (1 - 0.06 * 0.65, 1.65)),  # a violent first update
        ("loss", [1.1, *[0.2] * 100, 2.0, *[0.2] * 100], (0, 1.65)),  # a late spike
        ("loss", [1.0, *[9.8] * 100, 20.0], (0, 1.5 * 9.8)),  # up to ten times the first value
        ("loss", [1.0, *[11.0] * 100, 20.0], (0, 1.5 * 10)),
        ("loss", [1.0, np.inf, np.nan, 0.5], (0.47, 1 + 0.06 * 0.53)),
        ("loss", [np.nan], (0, 1)),
        ("x", [2.0, -1.0], (-1.18, 2 + 0.06 * 3.18)),
        ("loss", [0.0, 0.0], (-0.5, 0.5)),
        ("loss", [2.0, 2.0], (0.0, 3.0)),
        ("accuracy", [0.33, 1.0], (0, 1)),  # no more than all can be right
        ("accuracy", [0.9, 0.98], (0.9 - 0.0048, 0.98 + 0.06 * 0.0848)),
        ("accuracy", [0.005, 0.0], (0, 0.0053)),
    ],
)
def test_an_axis_frames_the_run(column, values, ends):
    axis = Axis.of(column, [np.array(values)])
    assert (axis.low, axis.high) == pytest.approx(ends)
    assert not axis.log


@pytest.mark.parametrize(
    ("column", "values", "kind", "log"),
    [
        ("loss", [1.0, 0.0099], "auto", True),
        ("loss", [1.0, 0.0101], "auto", False),
        ("loss", [1.0, 0.0], "auto", False),
        ("loss", [1.0, 0.0], "log", False),
        ("accuracy", [1.0, 0.001], "auto", False),
        ("accuracy", [1.0, 0.5], "log", True),
        ("lr", [1.0, 1e-5], "auto", False),
        ("loss", [1.0, 1e-9], "linear", False),
        ("loss", [1.0, 1.0], "log", False),
        ("loss", [1.0, 1e30, np.inf], "auto", True),
    ],
)
def test_a_loss_over_more_than_two_decades_is_logarithmic(column, values, kind, log):
    axis = Axis.of(column, [np.array(values)], kind)
    assert axis.log == log
    if log:
        finite = np.array(values)[np.isfinite(values)]
        assert (axis.low, axis.high) == (finite.min(), finite.max())


STEPS = np.arange(500)


@pytest.mark.parametrize("column", ["lr", "lr.group2", "learning_rate", "my_rate"])
@pytest.mark.parametrize(
    ("values", "log"),
    [
        (10 ** (-1 - STEPS / 100), True),
        (0.1 ** (1 + STEPS // 120), True),  # a tenth every 120 steps
        (0.05 * (1 + np.cos(np.pi * STEPS / 500)) + 1e-6, False),  # ends near 0
        (0.1 / (1 + 0.01 * STEPS), False),
        (np.minimum(STEPS / 100, 1), False),  # from 0 on
    ],
)
def test_a_rate_over_decades_is_logarithmic(column, values, log):
    assert Axis.of(column, [values]).log == log
    assert not Axis.of(column, [values], "linear").log


def test_decades_are_equally_long():
    axis = Axis(1e-4, 1.0, log=True)
    assert axis.share(np.array([1e-5, 1e-4, 1e-2, 1.0, 9.0])) == pytest.approx([0, 0, 0.5, 1, 1])
    assert [at for at, _ in axis.ticks(4)] == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1])
    assert [at for at, _ in axis.ticks(2)] == pytest.approx([1e-4, 1e-2, 1])
    assert Axis(0.0, 2.0).share(np.array([-1.0, 0.5, 3.0])) == pytest.approx([0, 0.25, 1])
    assert Axis(0.0, 1.06).ticks(3) == [(0, "0"), (0.5, "0.5"), (1, "1")]


@pytest.mark.parametrize("width", [1e-2, 1e-5, 4e-6, 1e-9])
@pytest.mark.parametrize("middle", [1.098592, -0.3, 123456.7, 2e6])
@pytest.mark.parametrize("parts", [1, 2, 4])
def test_no_two_ticks_of_a_narrow_range_have_one_text(middle, width, parts):
    axis = Axis.of("x", [middle + np.array([-0.5, 0.5]) * width])
    values, texts = zip(*axis.ticks(parts), strict=True)
    assert len(set(texts)) == len(texts)
    told = [float(text.replace("−", "-")) for text in texts]
    assert told == pytest.approx(values, rel=0, abs=1e-5 * width + 4e-16 * abs(middle))


def test_the_points_of_one_column_are_a_mean_and_a_band():
    x, y = np.array([3.1, 3.5, 3.9, 4.0, 5.2]), np.array([1.0, 4.0, 1.0, 7.0, np.nan])
    parts = [part.tolist() for part in by_column(x, y, 1.0)]
    assert parts[0] == pytest.approx([3.5, 4.0, 5.2])
    assert parts[1][:2] == [2.0, 7.0]
    assert parts[2][:2] == [1.0, 7.0]
    assert parts[3][:2] == [4.0, 7.0]
    assert all(np.isnan(part[2]) for part in parts[1:])
    assert by_column(x[:4], y[:4], 4.0)[1].tolist() == [2.0, 7.0]
    assert by_column(x[:4], y[:4], 3.0)[1].tolist() == [3.25]


def scene(tmp_path, lr, **curves):
    keys = {"epochs": 9, "keep.grid": 6, "optimizer.lr": lr}
    keys["stage.panels"] = {"curves": {"kind": "curves", **curves}}
    return vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "run.zarr")


def test_curves_fill_what_a_constant_rate_leaves(tmp_path, monkeypatch):
    slot = DrawContext(None, 400, 500, THEMES["light"], 1.0, None)
    falling = {"kind": "exponential", "initial": 1.0, "gamma": 0.9}
    for lr, names in ((0.5, ["loss", "accuracy"]), (falling, ["loss", "accuracy", "lr"])):
        path = tmp_path / names[-1]
        path.mkdir()
        plots = boxes(slot, scene(path, lr), ("loss", "accuracy", "lr"), "auto")
        assert [plot.column for plot in plots] == names
        assert plots[0].height == pytest.approx(plots[-1].height)
        foot = 500 - plots[-1].top - plots[-1].height
        assert foot < (90 if lr == 0.5 else 45)


@pytest.mark.parametrize("epochs", [2, 9])
def test_the_axis_of_epochs_ends_with_the_last(epochs):
    slot = DrawContext(None, 400, 500, THEMES["light"], 1.0, None)
    run = descend("x**2", (-2, 2), 1, 0.1, 0.0, epochs)
    (plot,) = boxes(slot, run, ("loss",), "auto")
    ends = plot.x(np.array([0.0, epochs - 1.0]))
    assert ends == pytest.approx([plot.left, plot.left + plot.width])


def test_curves_above_each_other_have_one_axis_of_epochs(tmp_path):
    """However wide their values are."""
    slot = DrawContext(None, 400, 500, THEMES["light"], 1.0, None)
    run = scene(tmp_path, {"kind": "exponential", "initial": 0.0123, "gamma": 0.9})
    plots = boxes(slot, run, ("loss", "accuracy", "lr"), "auto")
    assert len(plots) == 3
    low = DrawContext(None, 400, 500 / 3, THEMES["light"], 1.0, None)
    alone = [boxes(low, run, (plot.column,), "auto")[0] for plot in plots]
    assert len({plot.left for plot in alone}) > 1
    assert {plot.left for plot in plots} == {max(plot.left for plot in alone)}
    assert len({plot.right for plot in plots}) == 1


def test_an_unknown_axis_is_refused(tmp_path):
    with pytest.raises(SceneError, match=r"axis.*linear"):
        scene(tmp_path, 1.0, axis="logarithmic")


def test_an_accuracy_that_begins_near_zero_is_not_cut():
    """As that of many classes."""
    rising = np.linspace(0.02, 0.9, 50)
    axis = Axis.of("accuracy", [rising])
    assert (axis.low, axis.high) == (0.0, pytest.approx(0.9 * 1.06))
    assert Axis.of("loss", [rising]).high < 0.4
    assert Axis.of("lr", [rising]).high > 0.9


RISING = np.geomspace(0.2, 90, 40)


@pytest.mark.parametrize(
    ("column", "values", "ends", "log"),
    [
        ("weight_norm", [1.0, 2.0, 30.0, 90.0], (0, 90 * 1.06), False),  # not cut, however it grows
        ("weight_norm", RISING, (0.2, 90), True),  # over two decades, as a loss
        ("weight_norm", [9.0, *[1.0] * 20, 5.0], (0, 5.0), False),  # but for a first spike
        ("weight_norm", [7.0, *[1.0] * 20, 5.0], (0, 7 * 1.06), False),
        ("grad_norm", [0.02, 0.3, 0.04], (1e-2, 1), True),  # whole decades
        ("grad_norm", [0.3, 0.3], (0.1, 1), True),
        ("grad_norm", [0.1, 0.1], (0.1, 1), True),
        ("grad_norm", [40.0, 0.3, 3.9, 0.2], (0.1, 10), True),  # a first spike of ten times
        ("grad_norm", [38.0, 0.3, 3.9, 0.2], (0.1, 100), True),
        ("grad_norm", [0.3, 0.0, np.inf, np.nan, 0.2], (0.1, 1), True),
        ("grad_norm", [0.0, 0.0], (-0.5, 0.5), False),
        ("update_ratio", [0.04, 0.013], (1e-3, 0.1), True),  # with what it is held against
        ("update_ratio", [5.0, 0.7, 4e-5], (1e-5, 10), True),
        ("update_ratio.dense1", [2e-5, 4e-5], (1e-5, 1e-3), True),
        ("lr", [0.1, 1.0, 0.0], (0, 1.06), False),  # a warm-up is not cut
        ("x", [0.1, 1.0, 9.0], (0, 9 * 1.06), False),
    ],
)
def test_what_may_rise_is_not_cut(column, values, ends, log):
    axis = Axis.of(column, [np.array(values)])
    assert (axis.low, axis.high) == pytest.approx(ends)
    assert axis.log == log


def test_the_axis_of_layers_is_one():
    layers = [np.array([0.3, 0.2]), np.array([50.0, 0.02]), np.array([2e-4, 1e-4])]
    axis = Axis.of("grad_norm", layers)
    assert (axis.low, axis.high) == pytest.approx((1e-4, 1))


@pytest.mark.parametrize(
    ("most", "ticks"), [(4, [1e-5, 1e-3, 0.1, 10]), (2, [1e-3, 1]), (1, [1e-3])]
)
def test_ticks_are_powers_of_ten_and_have_the_rule_of_thumb(most, ticks):
    axis = Axis.of("update_ratio", [np.array([5.0, 0.7, 4e-5])])
    assert [at for at, _ in axis.ticks(most)] == pytest.approx(ticks)


def test_a_rule_of_thumb_outside_of_given_limits_is_left_out():
    assert Axis.within("update_ratio", 1e-4, 1.0).mark == 1e-3
    assert Axis.within("update_ratio", 1e-2, 1.0).mark is None


def test_asked_for_even_a_ratio_is_even():
    axis = Axis.of("update_ratio", [np.array([0.04, 0.013])], "linear")
    assert not axis.log
    assert axis.mark is None


@pytest.mark.parametrize("wanted", [[5, 5, 5], [90, 100, 100], [0, 50, 51], [51, 0, 50], []])
def test_names_are_apart_and_in_the_order_of_their_lines(wanted):
    places = spread(wanted, 10, 0, 100)
    assert len(places) == len(wanted)
    order = np.argsort(wanted, kind="stable")
    assert all(np.diff(np.array(places)[order]) > 9.999) if wanted else places == []
    assert all(0 <= place <= 100 for place in places)
    assert spread([20, 60], 10, 0, 100) == [20, 60]


def test_an_axis_as_wide_as_floats_go_has_ticks():
    assert ticks_told([-1.5e308, 0, 1.5e308], span=np.inf) == ["−1.5e308", "0", "1.5e308"]
