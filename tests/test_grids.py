"""Grids that would flash show one state for half a second, and say so; all others glide."""

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import pictured
from vizopt.core.sizes import Box
from vizopt.draw import spans
from vizopt.draw.coarse import Placed
from vizopt.draw.grids import Grids
from vizopt.draw.panels.scale import scale_of
from vizopt.draw.panels.weights import _block_maxima
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.updates import updates
from vizopt.draw.views import View
from vizopt.flashes.check import check_flashes
from vizopt.recording.store import Recording
from vizopt.scene.load import presented

BOX = Box(300, 100, 320, 240)  # 2.3 quarters of a field on the screen that the standard assumes
CALM = 20  # steps


def recorded(path, steps):
    """A recording of one layer [12, 16] of these weights all over [N], every step."""
    with vizopt.Run(path, epochs=len(steps)) as run:
        for step, weight in enumerate(steps):
            run.log(loss=1 / (step + 1), params={"net.weight": np.full((12, 16), weight)})
    return Recording(path)


@pytest.fixture(scope="module")
def jumping(tmp_path_factory):
    """Weights that grow evenly for two seconds, then jump at every second step, and back."""
    steps = [*np.linspace(5, 5.1, CALM), *(5.1 + step % 4 // 2 / 2 for step in range(30))]
    return recorded(tmp_path_factory.mktemp("grids") / "jump.zarr", steps)


def three_each(run):
    """A view of three frames to a step."""
    return View("", run, np.repeat(np.arange(len(run)), 3))


def told(run, boxes=(BOX,), mode="clip", fps=30.0, theme="light", views=None):
    """The updates of a clip, and what they would be if none were held."""
    views = views or [three_each(run)] * len(boxes)
    playback = Playback((1280, 720), fps, mode)
    grids = Grids()
    for view, box in zip(views, boxes, strict=True):
        grids.add(Placed(view, run.layout.layers[0], box))
    own = updates(views[0].rows, playback)
    return grids.of(views[0], playback, THEMES[theme]).updates, own


def shown_weights(run, box=BOX, theme="light"):
    """What a clip shows whose weights alone are placed."""
    view, grids = three_each(run), Grids()
    grids.add(Placed(view, run.layout.layers[0], box, scale_of(run)))
    return grids.of(view, Playback((1280, 720), 30.0, "clip"), THEMES[theme])


def held(shown, own):
    """Which half seconds show one update, where the window would glide."""
    changed = (shown.start != own.start) | (shown.stop != own.stop)
    return [bool(changed[at : at + 15].any()) for at in range(0, len(changed), 15)]


def test_a_grid_that_would_flash_shows_the_middle_of_its_half_second(jumping):
    shown, own = told(jumping)
    spans = held(shown, own)
    assert spans[:4] == [False] * 4  # calm
    assert spans[5:9] == [True] * 4
    for at in range(75, 135, 15):
        for part in ("start", "stop", "at"):
            assert (getattr(shown, part)[at : at + 15] == getattr(own, part)[at + 7]).all()
    for part in ("start", "stop", "at"):  # players and decks take the last frame for a still
        assert getattr(shown, part)[-1] == getattr(own, part)[-1]


def test_what_is_too_small_to_flash_glides_and_two_such_beside_each_other_are_held(jumping):
    small = Box(300, 100, 160, 160)  # three quarters of a quarter
    assert not any(held(*told(jumping, [small])))
    assert any(held(*told(jumping, [small, Box(480, 100, 160, 160)])))
    assert not any(held(*told(jumping, [small, Box(1000, 540, 160, 160)])))  # 10° apart


@pytest.mark.parametrize("box", [Box(1272, 712, 8, 8), Box(0, 0, 3, 700), Box(0, 717, 1280, 3)])
def test_a_grid_of_a_few_pixels_is_drawn(jumping, box):
    assert not any(held(*told(jumping, [box])))


def test_all_runs_of_a_picture_are_held_at_once(jumping, tmp_path):
    calm = recorded(tmp_path / "calm.zarr", np.linspace(0, 1, 50))
    views = [three_each(calm), three_each(jumping)]
    boxes = [Box(900, 100, 300, 240), BOX]
    assert any(held(*told(calm, boxes, views=views)))
    assert not any(held(*told(calm)))


@pytest.fixture(scope="module")
def alternating(tmp_path_factory):
    """Weights as red as they are blue at the next step: as light, after two seconds of calm."""
    steps = [*np.linspace(0.9, 1, CALM), *((-1.0) ** step for step in range(30))]
    return recorded(tmp_path_factory.mktemp("grids") / "signs.zarr", steps)


def test_weights_that_flash_red_are_those_of_the_middle(alternating):
    shown = shown_weights(alternating)
    rows = three_each(alternating).rows
    assert not shown.held[:60].any()
    assert (shown.rows[:60] == rows[:60]).all()
    assert shown.held[75:135].all()
    for at in range(75, 135, 15):
        assert (shown.rows[at : at + 15] == rows[at + 7]).all()
    assert not shown.held[-1]
    assert not shown_weights(alternating, Box(300, 100, 160, 160)).held.any()


@pytest.mark.parametrize("size", [(1280, 720), (480, 270), (400, 720)])
def test_the_key_names_the_epoch_of_held_weights_and_those_of_their_update(
    alternating, texts, size
):
    """The grids of that picture are those of the middle: frames 82 of 75 to 89, three a step."""
    view = three_each(alternating)
    picture = pictured({"": view}, presented(alternating), size, 30.0, "clip")
    told = {text for text, _ in texts.moving(picture, 80)}
    grids = updates(view.rows, Playback(size, 30.0, "clip"))
    start, stop = grids.start[82], grids.stop[82]
    assert (start, stop) == (25, 30)
    both = {f"weights: epoch 27, update: {start} → {stop}", f"epoch 27, Δ {start} → {stop}"}
    assert told & both
    assert "epoch 26" not in told
    gliding = {text for text, _ in texts.moving(picture, 40)}
    assert view.rows[40] == 13
    assert gliding & {"update: epoch 11 → 16", "epoch 11 → 16"}


@pytest.mark.parametrize("mode", ["still", "flashing"])
def test_where_it_may_flash_or_cannot_no_update_is_held(jumping, mode):
    assert not any(held(*told(jumping, mode=mode)))


def test_a_clip_of_a_jumping_run_passes_the_flash_check(jumping, tmp_path, monkeypatch):
    """Its weights are far from zero, so that their own colours hardly change."""
    look = {"size": (480, 270), "seconds": 2}
    assert check_flashes(vizopt.render(jumping.path, tmp_path / "held.gif", **look).path).passed
    monkeypatch.setattr(spans, "LIMIT", 10**6)  # nothing is held
    gliding = vizopt.render(jumping.path, tmp_path / "gliding.gif", **look)
    assert not check_flashes(gliding.path).passed


@pytest.mark.parametrize(("down", "across"), [(1, 1), (2, 3), (3, 2), (5, 7), (4, 4)])
def test_more_cells_than_pixels_show_the_largest_of_each_block(down, across):
    values = np.random.default_rng(0).normal(size=(5, 7))
    shown = _block_maxima(values, down, across)
    assert shown.shape == (-(-5 // down), -(-7 // across))
    for (i, j), value in np.ndenumerate(shown):
        block = values[i * down : (i + 1) * down, j * across : (j + 1) * across]
        assert value == block.flat[abs(block).argmax()]
