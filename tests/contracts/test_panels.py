"""What every panel promises: a frame alone is the frame in sequence, inside its own window."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vizopt.core.sizes import Box
from vizopt.draw.paint import DPI, drawn, pixel_axes
from vizopt.draw.panels import PANELS, DrawContext
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone

ARGUMENTS = {"weights": {"layer": "dense1"}}
WINDOW = Box(40, 30, 300, 200)


@pytest.fixture(scope="module", params=PANELS)
def panel(request):
    return PANELS[request.param](**ARGUMENTS.get(request.param, {}))


@pytest.fixture(scope="module")
def recording(panel, run, line, descent, sine, priced):
    kinds = {"x": descent, "probabilities": line, "fitted": sine, "predictions": priced}
    return next((kinds[column] for column in kinds if column in panel.needs), run)


class Watched:
    """A recording that notes what is asked of it."""

    def __init__(self, run):
        self.asked = set()
        self._run = run

    def __getitem__(self, column):
        self.asked.add(column)
        return self._run[column]

    def row(self, column, row):
        self.asked.add(column)
        return self._run.row(column, row)

    def chunks(self, column):
        self.asked.add(column)
        return self._run.chunks(column)

    def __len__(self):
        return len(self._run)

    def __getattr__(self, name):
        return getattr(self._run, name)


def slot_of(axes, mode="clip"):
    size = WINDOW.width, WINDOW.height
    return DrawContext(axes, *size, THEMES["light"], 0.5, Playback((640, 360), 6.0, mode))


def rows_of(run):
    return np.arange(0, len(run), len(run) // 16)


@pytest.fixture(scope="module", params=["clip", "still", "flashing"])
def prepared(request, panel, recording):
    run = recording
    figure = Figure((400 / DPI, 300 / DPI), dpi=DPI, facecolor="#ffffff")
    canvas = FigureCanvasAgg(figure)
    axes = pixel_axes(figure, *WINDOW)
    slot = slot_of(axes, request.param)
    rows = rows_of(run)
    views = alone(run, rows)
    panel.static(slot, views)
    still = drawn(canvas)
    draw = panel.dynamic(slot, views)

    def frame(k):
        pixels = still.copy()
        x, y, width, height = WINDOW
        draw(pixels[y : y + height, x : x + width], k)
        return pixels

    return still, frame, len(rows)


def test_what_stands_still_stays_in_its_window(prepared):
    """Matplotlib draws on the whole figure; a hairline may lie just around a box."""
    still, _, _ = prepared
    x, y, width, height = WINDOW
    around = still.copy()
    around[y - 1 : y + height + 1, x - 1 : x + width + 1] = 255
    assert (around == 255).all()


def test_a_frame_alone_is_the_frame_in_sequence(prepared):
    _, frame, frames = prepared
    in_sequence = [frame(k) for k in range(frames)]
    for k in reversed(range(frames)):
        assert np.array_equal(frame(k), in_sequence[k])


def test_something_moves(prepared):
    _, frame, frames = prepared
    assert not np.array_equal(frame(0), frame(frames - 1))


def test_it_needs_what_it_reads_and_nothing_else(panel, recording):
    watched = Watched(recording)
    axes = pixel_axes(Figure((400 / DPI, 300 / DPI), dpi=DPI), *WINDOW)
    rows = rows_of(recording)
    views = alone(watched, rows)
    panel.static(slot_of(axes), views)
    draw = panel.dynamic(slot_of(axes), views)
    pixels = np.full((WINDOW.height, WINDOW.width, 4), 255, np.uint8)
    for k in range(len(rows)):
        draw(pixels, k)
    assert watched.asked - {"units"} == panel.needs  # which data drawn from a rule have not
