"""x and f in digits, wherever they are printed: as many as tell them apart on their curve."""

import numpy as np
import pytest
from descents import descend, scene_of

from vizopt import story
from vizopt.clips.metadata import metadata_of
from vizopt.core.numbers import number
from vizopt.draw.views import views_of
from vizopt.formats.html.page import _numbers
from vizopt.recording import summary
from vizopt.scene.options import ClipOptions

FAR = "(x - 1000000000)^2/10", (999999995, 1000000005), 1000000003.25, 1.0


def page_of(*descent):
    run, scene = descend(*descent), scene_of(*descent)
    page = metadata_of(
        views_of({"": run}, scene.timeline, 30.0),
        scene,
        story.of(run),
        ClipOptions((480, 270), 30.0),
        card=0,
        warning="",
    )
    return dict(_numbers(page, 1000))


def table_of(run, every=1):
    head, *rows = (line.split() for line in summary.table(run, range(0, run.epochs, every)))
    return dict(zip(head, zip(*rows, strict=True), strict=True))


def test_far_from_0_every_row_of_a_table_tells_x_apart():
    run = descend(*FAR)
    told = table_of(run)
    assert told["x"][0] == "1000000003.250000"
    assert told["x"][12] == f"{run['x'][12]:.6f}"
    assert told["f(x)"][0] == "1.056250"
    assert len({len(line) for line in summary.table(run, range(0, run.epochs, 10))}) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1e-9, 5e-10], ["1.00000e-09", "5.00000e-10"]),
        ([0.5, 2e-5, 0.0, 1e-4], ["0.500000", "2.00000e-05", "0.000000", "0.000100"]),
        ([3.0, 123456.7], ["3.000000", "1.23457e+05"]),
        ([2 + 1e-9, 2.0], ["2.00000000100000", "2.00000000000000"]),
        ([-5e11 - 0.25, -5e11], ["-500000000000.2500", "-500000000000.0000"]),
        ([1e300, 1.0, np.nan], ["1.00000e+300", "1.000000", "nan"]),
        ([0.1, 0.1], ["0.100000", "0.100000"]),
    ],
)
def test_a_table_tells_the_values_of_a_column_apart(values, told):
    values = np.array(values)
    decimals = summary._decimals(values)
    assert [summary._cell(value, decimals) for value in values.tolist()] == told


def test_far_from_0_the_summary_tells_start_end_and_minimum_apart():
    run = descend(*FAR)
    (told,) = (line for line in summary.lines(run) if line.startswith("descent"))
    assert "start 1000000003.25, end 1000000000," in told
    assert "x=1000000000 f=0" in told
    near = descend("x^2", (-3, 3), 2.0, 0.1)
    (told,) = (line for line in summary.lines(near) if line.startswith("descent"))
    assert "start 2, end 4.07407e−10," in told


def test_a_high_curve_has_the_digits_of_its_span():
    run = descend("1e9 + x^2", (-3, 3), 2.0, 0.1)
    told = list(summary.lines(run))
    assert "final_f(x)      1000000000" in told
    assert any(line.startswith("best_f(x)       value 1000000000, step ") for line in told)
    assert table_of(run)["f(x)"][:2] == ("1000000004.000000", "1000000002.560000")


def test_far_from_0_the_page_has_the_digits_of_the_picture():
    told = page_of(*FAR)
    assert (told["x"][0], told["x"][-1]) == ("1000000003.2", "1000000000.0")
    assert {"1000000000.9", "1000000000.2", "1000000000.1"} < set(told["x"])
    assert told["f(x)"][0] == "1.056"
    assert told["slope"][0] == number(0.65)
