"""The hairlines from the ends of lines to their badges."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from vizopt.draw.panels.curves.hairlines import hairlines

HEIGHT, WIDTH = 40, 60
PLACES = st.floats(-5, 70)


@example([(14.4, 3.0, 1.0, 3.0)])  # whose last step is a little short of 1
@given(st.lists(st.tuples(PLACES, PLACES, PLACES, PLACES), min_size=1, max_size=8))
def test_hairlines_go_straight_from_end_to_end_inside_the_window(ends):
    found = hairlines(np.array(ends), HEIGHT, WIDTH)
    assert len(found) == len(ends)
    for (x0, y0, x1, y1), (rows, columns) in zip(ends, found, strict=True):
        assert len(rows) == len(columns) == int(max(abs(x1 - x0), abs(y1 - y0))) + 1
        for first, last, places, length in ((y0, y1, rows, HEIGHT), (x0, x1, columns, WIDTH)):
            straight = np.append(np.linspace(first, last, len(places))[:-1], last)
            assert abs(places - straight.clip(0, length - 1)).max() <= 1
            assert places[-1] == int(np.clip(last, 0, length - 1))
            assert ((places >= 0) & (places < length)).all()


def test_a_hairline_of_no_length_is_a_pixel():
    ((rows, columns),) = hairlines(np.array([[7.5, 3.2, 7.5, 3.2]]), HEIGHT, WIDTH)
    assert (rows.tolist(), columns.tolist()) == ([3], [7])
