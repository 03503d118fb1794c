"""A plane and its points are painted once where they stand."""

import numpy as np
import pytest

from vizopt.draw.hold import Held
from vizopt.draw.paint import Stamp
from vizopt.draw.panels.plane import _painter
from vizopt.draw.tracing import Traced

SIDE = 4
DOT = (10, 20, 30, 255)


class Counted:
    """Points that note how often they are put on a plane."""

    def __init__(self):
        self.times = 0
        ink = np.zeros((SIDE, SIDE, 4), np.uint8)
        ink[1, 2] = DOT
        self._stamp = Stamp(ink)

    def __call__(self, pixels):
        self.times += 1
        self._stamp(pixels)


class Mixed:
    """Regions that paint one shade of held shares."""

    def mix(self, shares, pixels):
        pixels[...] = shares


def painter(points, held=lambda k: None):
    """Each row is painted in a shade of its own."""

    def paint(row, pixels):
        pixels[...] = (*[100 + row] * 3, 255)

    rows = np.array([0, 1, 1, 1, 2, 3])
    return _painter(rows, held, Mixed(), lambda row: row, paint, points)


def frame():
    return np.full((SIDE, SIDE, 4), 255, np.uint8)


def held_from_1_to_3(k):
    return Held(np.float32(50), 1, 2) if 1 <= k <= 3 else None


@pytest.mark.parametrize("held", [lambda k: None, held_from_1_to_3])
def test_points_are_put_once_on_a_plane_that_stands(held):
    points = Counted()
    draw = painter(points, held)
    for k in range(6):
        pixels = frame()
        draw(pixels, k)
        alone = frame()
        painter(Counted(), held)(alone, k)
        assert tuple(pixels[1, 2]) == DOT
        assert np.array_equal(pixels, alone)
    assert points.times == 4


def test_for_print_points_are_noted_also_where_they_stand():
    draw = painter(Counted())
    traced = [Traced.of(frame()) for _ in range(2)]
    for pixels in (traced[0], frame(), traced[1]):
        draw(pixels, 2)
    for pixels in traced:
        assert len(pixels.items) == 1
        assert (np.asarray(pixels) == (101, 101, 101, 255)).all()
