"""What every panel promises: a frame alone is the frame in sequence, inside its own window."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vizopt.mosaic import Box
from vizopt.paint import DPI, drawn, pixel_axes
from vizopt.panels import PANELS, Slot
from vizopt.theme import THEMES

ARGUMENTS = {"weights": {"layer": "dense1"}}
WINDOW = Box(40, 30, 300, 200)


@pytest.fixture(params=PANELS)
def panel(request):
    return PANELS[request.param](**ARGUMENTS.get(request.param, {}))


@pytest.fixture
def recording(panel, run, descent):
    return descent if "x" in panel.needs else run


@pytest.fixture(params=[0, 3], ids=["flashes allowed", "held"])
def prepared(request, panel, recording):
    run, hold = recording, request.param
    figure = Figure((400 / DPI, 300 / DPI), dpi=DPI, facecolor="#ffffff")
    canvas = FigureCanvasAgg(figure)
    axes = pixel_axes(figure, *WINDOW)
    slot = Slot(axes, WINDOW.width, WINDOW.height, THEMES["light"], 0.5, 0.66, hold)
    rows = np.arange(0, len(run), 7)
    panel.static(slot, run)
    still = drawn(canvas)
    draw = panel.dynamic(slot, run, rows)

    def frame(k):
        pixels = still.copy()
        x, y, width, height = WINDOW
        draw(pixels[y : y + height, x : x + width], k)
        return pixels

    return still, frame, len(rows)


def test_it_writes_only_its_own_window(prepared):
    still, frame, frames = prepared
    x, y, width, height = WINDOW
    for k in (0, frames - 1):
        pixels = frame(k)
        pixels[y : y + height, x : x + width] = still[y : y + height, x : x + width]
        assert np.array_equal(pixels, still)


def test_a_frame_alone_is_the_frame_in_sequence(prepared):
    _, frame, frames = prepared
    in_sequence = [frame(k) for k in range(frames)]
    for k in reversed(range(frames)):
        assert np.array_equal(frame(k), in_sequence[k])


def test_something_moves(prepared):
    _, frame, frames = prepared
    assert not np.array_equal(frame(0), frame(frames - 1))


def test_it_says_what_it_needs(panel, recording):
    assert panel.needs
    assert panel.needs <= recording.names
