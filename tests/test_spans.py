"""What could flash is held: means of true rows, changing seldom, the same whatever came before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizopt.recording import Column, Header, Layout, Recorder, Recording
from vizopt.regions import NEARNESS, leader
from vizopt.scores import encoded
from vizopt.spans import Background, blend, span_frames

GRID = 8


def recorded(path, outputs):
    """A recording whose rows have these network outputs [N, C, G, G]."""
    codes = np.stack([encoded(o.reshape(len(o), -1)).reshape(o.shape) for o in outputs])
    columns = (
        Column("loss", "history", "float64"),
        Column("epoch", "snapshots", "int64"),
        Column("scores", "snapshots", "uint8", codes.shape[1:]),
    )
    header = Header("test", "", Layout.of({"dense1.weights": (1, 1)}), len(codes), {})
    with Recorder(path, header, columns, {}) as recorder:
        for epoch, code in enumerate(codes):
            recorder.append("history", {"loss": 1.0})
            recorder.append("snapshots", {"epoch": epoch, "scores": code})
    return Recording(path)


@pytest.fixture(scope="module")
def flickering(tmp_path_factory):
    """Three classes at random in every row."""
    random = np.random.RandomState(0)
    outputs = random.randn(90, 3, GRID, GRID).astype(np.float32)
    return recorded(tmp_path_factory.mktemp("spans") / "flicker.zarr", outputs)


@pytest.fixture(scope="module")
def drifting(tmp_path_factory):
    """A border that crosses the plane once."""
    x = np.broadcast_to(np.linspace(0, 1, GRID, dtype=np.float32), (GRID, GRID))
    outputs = [np.stack([x, np.full_like(x, t)]) for t in np.linspace(-0.1, 1.1, 90)]
    return recorded(tmp_path_factory.mktemp("spans") / "drift.zarr", np.array(outputs, np.float32))


def changes(background, frames):
    """Of every place, in which frames its class changes [F − 1, G, G]."""
    winners = np.array([leader(background(k)[0]) for k in range(frames)])
    return winners[1:] != winners[:-1]


def test_nowhere_more_than_three_flashes_a_second(flickering):
    fps = 30
    free = changes(Background(flickering, np.arange(90), 1), 90)
    held = changes(Background(flickering, np.arange(90), span_frames(fps)), 90)
    seconds = [slice(start, start + fps) for start in range(len(held) - fps + 1)]
    assert max(free[s].sum(axis=0).max() for s in seconds) > 6
    assert max(held[s].sum(axis=0).max() for s in seconds) <= 6


def test_a_held_background_is_the_mean_of_what_was_recorded(flickering):
    background = Background(flickering, np.arange(90), 15)
    nearness, count = background(7)  # the middle of the first span
    mean = NEARNESS[flickering.rows("scores", 0, 15)].mean(axis=0)
    assert count == 15
    assert nearness == pytest.approx(mean, abs=1e-6)
    between, count = background(15)  # nearly half of the way to the second one's middle
    second = NEARNESS[flickering.rows("scores", 15, 30)].mean(axis=0)
    share = 0.5 - 0.5 / 15
    assert count == 30
    assert between == pytest.approx((1 - share) * second + share * mean, abs=1e-6)


def test_a_calm_background_is_shown_as_it_is(drifting):
    background = Background(drifting, np.arange(90), 15)
    for k in range(90):
        scores, count = background(k)
        assert count == 1
        assert np.array_equal(scores, drifting.rows("scores", k, k + 1)[0])


def test_frames_in_any_order_are_the_same(flickering):
    forward = Background(flickering, np.arange(90), 15)
    expected = [forward(k)[0] for k in range(90)]
    backward = Background(flickering, np.arange(90), 15)
    for k in reversed(range(90)):
        assert np.array_equal(backward(k)[0], expected[k])


@given(frames=st.integers(1, 40), k=st.integers(0, 500), spans=st.integers(1, 20))
def test_shares_glide_and_never_leave_the_clip(frames, k, spans):
    k = min(k, frames * spans - 1)
    own, other, share = blend(k, frames, spans)
    assert own == k // frames
    assert 0 <= other < spans
    assert abs(own - other) <= 1
    assert 0 <= share <= 0.5
    assert share < 0.5 or frames == 1
    if frames == 1:
        assert share == 0


@pytest.mark.parametrize(
    ("fps", "frames"), [(30, 15), (20, 10), (60, 30), (3, 2), (1, 1), (0.1, 1)]
)
def test_a_span_is_half_a_second(fps, frames):
    assert span_frames(fps) == frames
