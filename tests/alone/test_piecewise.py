"""Piecewise: lines between points, by hand."""

import pytest

from vizopt.train.schedules import Piecewise

MADE_OF = {"points": [[0, 0.3], [9, 0.1]]}


def test_lines_between_its_points_and_level_outside():
    line = Piecewise(points=[[10, 0.1], [20, 0.3], [40, 0.1]])
    assert [line(e) for e in (0, 10, 15, 20, 30, 40, 99)] == pytest.approx(
        [0.1, 0.1, 0.2, 0.3, 0.2, 0.1, 0.1]
    )
