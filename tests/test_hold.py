"""What could flash is held: shares of true rows, only where it must be, whatever came before."""

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.arrays import Pixels
from vizopt.core.oklab import luminance
from vizopt.core.params import ParamLayout
from vizopt.draw import hold
from vizopt.draw.hold import Background
from vizopt.draw.playback import Playback
from vizopt.draw.regions import Regions, grey, leader
from vizopt.draw.spans import LIMIT, Spans
from vizopt.draw.theme import THEMES
from vizopt.flashes.flashes import Meter
from vizopt.flashes.grid import Grid
from vizopt.recording.header import Column, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.scores import DISTANCES, to_margin_bytes
from vizopt.recording.store import Recording

GRID = 40
SIDE = 290
TINTS = THEMES["light"].tints(3)
BRIGHT = np.array([[0, 0, 0, 255], [255, 255, 255, 255]], np.uint8)


def recorded(path, outputs):
    """A recording whose rows have these network outputs [N, C, G, G], at even epochs."""
    codes = np.stack([to_margin_bytes(o.reshape(len(o), -1)).reshape(o.shape) for o in outputs])
    columns = (
        Column("loss", "history", "float64"),
        Column("epoch", "snapshots", "int64"),
        Column("scores", "snapshots", "uint8", codes.shape[1:]),
    )
    header = Header(
        "test",
        "",
        ParamLayout.of({"dense1.weights": (1, 1)}),
        2 * len(codes),
        {},
        classes=tuple("abcdefgh"[: len(codes[0])]),
    )
    with Recorder(path, header, columns, {}) as recorder:
        for row, code in enumerate(codes):
            recorder.append("history", {"loss": 1.0})
            recorder.append("history", {"loss": 1.0})
            recorder.append("snapshots", {"epoch": 2 * row, "scores": code})
    return Recording(path)


def background(run, frames=90, fps=30.0, mode="clip", rows=None):
    rows = np.arange(frames) if rows is None else rows
    return Background(run, rows, Playback((640, 360), fps, mode), SIDE, TINTS)


@pytest.fixture(scope="module")
def flickering(tmp_path_factory):
    """Three classes at random in every row, after a second of calm."""
    random = np.random.RandomState(0)
    outputs = random.randn(90, 3, GRID, GRID).astype(np.float32)
    outputs[:30] = outputs[0]
    return recorded(tmp_path_factory.mktemp("hold") / "flicker.zarr", outputs)


@pytest.fixture(scope="module")
def drifting(tmp_path_factory):
    """A border that crosses the plane once."""
    x = np.broadcast_to(np.linspace(0, 1, GRID, dtype=np.float32), (GRID, GRID))
    outputs = [np.stack([x, np.full_like(x, t)]) for t in np.linspace(-0.1, 1.1, 90)]
    return recorded(tmp_path_factory.mktemp("hold") / "drift.zarr", np.array(outputs, np.float32))


def blinking(path, times, share, frames=60):
    """A part of the plane changes its class at some frames."""
    state = np.zeros((frames, GRID, GRID), np.float32)
    for frame in times:
        state[frame:, : round(GRID * share)] = 1 - state[frame:, : round(GRID * share)]
    return recorded(path, np.stack([state, 1 - state], axis=1))


def held_spans(shown, frames=90):
    return [shown(k) is not None for k in range(7, frames, 15)]


def test_what_is_calm_shows_its_own_row_and_what_flickers_is_held(flickering, drifting):
    assert held_spans(background(flickering)) == [False, False, True, True, True, True]
    assert held_spans(background(drifting)) == [False] * 6


@pytest.mark.parametrize("changes", [LIMIT, LIMIT + 1])
def test_a_span_is_held_from_the_first_change_that_is_too_many(tmp_path, changes):
    run = blinking(tmp_path / "run.zarr", range(16, 16 + changes), 1.0)
    assert held_spans(background(run, 60), 60) == [False, changes > LIMIT, False, False]


def test_changes_in_one_second_count_across_spans(tmp_path):
    run = blinking(tmp_path / "run.zarr", [4, 6, 8, 10, 20, 22, 24], 1.0)
    assert held_spans(background(run, 60), 60) == [False, True, False, False]
    later = blinking(tmp_path / "later.zarr", [1, 2, 3, 33, 34, 35], 1.0)
    assert held_spans(background(later, 60), 60) == [False] * 4


@pytest.mark.parametrize("after", [LIMIT - 2, LIMIT - 1])
def test_a_mixture_counts_where_it_begins_and_where_it_ends(tmp_path, after):
    """It begins at frame 15 and ends at 30; so many changes in the next half second are allowed."""
    times = [*range(16, 17 + LIMIT), *range(31, 31 + after)]
    run = blinking(tmp_path / "run.zarr", times, 1.0)
    assert held_spans(background(run, 60), 60) == [False, True, after > LIMIT - 2, False]


def test_only_an_area_that_can_flash_is_held(tmp_path):
    """A quarter of a 10° field is 21,824 pixels of a screen on which this plane has 464 a side."""
    screen = SIDE * min(1024 / 640, 768 / 360)
    enough = 21_824 / screen**2
    for share, held in ((enough * 0.7, False), (enough * 1.4, True)):
        run = blinking(tmp_path / f"{share}.zarr", range(16, 30), share)
        assert any(held_spans(background(run, 60), 60)) is held


@pytest.mark.parametrize(
    ("fps", "mode"), [(30.0, "still"), (30.0, "flashing"), (2.0, "clip")], ids=str
)
def test_what_cannot_flash_or_may_is_never_held(flickering, fps, mode):
    shown = background(flickering, fps=fps, mode=mode)
    assert all(shown(k) is None for k in range(90))


def test_four_planes_are_judged_at_as_many_places_as_one_alone(tmp_path, monkeypatch):
    sizes = []

    def counted(grid, made=hold.Tally):
        sizes.append(np.prod(grid.shape))
        return made(grid)

    monkeypatch.setattr(hold, "Tally", counted)
    outputs = np.random.RandomState(0).randn(30, 2, 100, 100).astype(np.float32)
    run = recorded(tmp_path / "fine.zarr", outputs)
    for planes, side in ((1, 580), (4, 290)):
        seen = Background(
            run, np.arange(30), Playback((1280, 720), 15, "clip"), side, TINTS, planes
        )
        assert seen(20)
    one, each_of_four = sizes
    assert 4 * each_of_four == pytest.approx(one, rel=0.1)


@pytest.mark.parametrize("side", [13, 30, 60])
def test_toggled_places_are_counted_as_the_meter_counts_them_on_a_whole_screen(side):
    random = np.random.RandomState(side)
    whole = Grid((96, 72))
    toggled, meter = hold._Toggled(hold._around(whole, side)), Meter(whole, ("general",))
    shown, lit, found = np.zeros((side, side), np.uint8), np.zeros((72, 96), bool), []
    for k in range(120):
        before = shown
        top, left = random.randint(0, side // 2 + 1, 2)
        some = np.zeros_like(shown)
        some[top : top + side // 2 + 6, left : left + side // 2 + 6] = random.rand() < 0.7
        shown = shown ^ (some & (random.rand(side, side) < random.choice([0.2, 0.6, 1])))
        lit[:side, :side] ^= before != shown if k else False
        seen = meter.see(k * 33_333, np.repeat(lit[..., None], 3, 2) * np.uint8(255))
        found.append(toggled.see(k * 33_333, shown))
        assert found[-1] == seen["general"]
    assert max(found) > LIMIT or side == 13
    assert len(set(found)) > (side > 13) * 4


def test_what_is_held_before_anything_was_seen_turns_nothing():
    toggled = hold._Toggled(hold._around(Grid((96, 72)), 30))
    calm, other = np.zeros((30, 30), np.uint8), np.ones((30, 30), np.uint8)
    toggled.hold(0, [calm, other])
    assert toggled.see(100_000, other) == 1  # the end of the mixture


def test_a_row_of_several_frames_is_drawn_as_if_it_was_of_one(run):
    scene = vizopt.load_scene("sgd", {"timeline.seconds": 2.0})

    def picture():
        return planned_picture(run, scene, (320, 240), 400.0)

    drawn, at = picture(), range(302, 307)
    assert len(set(scene.timeline.rows(run["epoch"], 400.0)[302:307].tolist())) < 5
    for k in at:
        assert (drawn[k] == picture()[k]).all()


def test_the_meter_looks_only_near_seconds_in_which_many_places_turn(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(
        hold._Toggled, "see", lambda self, micros, shown: looked.append(micros) or 0
    )
    run = blinking(tmp_path / "burst.zarr", range(290, 297), 1.0, 600)
    seen = background(run, 600)
    for k in range(600):
        seen(k)
    busy = range(296 - 60, 296 + 30 + 60)  # a second is busy from the seventh change on
    spans = {frame // 15 for frame in busy}
    assert sorted({round(micros * 30 / 1e6) // 15 for micros in looked}) == sorted(spans)


@pytest.mark.parametrize(
    ("colours", "most"), [(TINTS, 0.25), (BRIGHT, 0.14)], ids=["tints", "bright"]
)
def test_looking_only_there_finds_what_looking_everywhere_does(monkeypatch, colours, most):
    random = np.random.RandomState(4)
    pace = np.repeat(random.choice([0, 0.4 * most, 0.6 * most, 0.8 * most, most], 48), 15)
    shown = np.zeros((len(pace), GRID, GRID), np.uint8)
    shown[:, :8, :22] = (np.cumsum(random.rand(len(pace)) < pace) % 2)[
        :, None, None
    ]  # 1.08 quarters

    def held():
        told = Playback((640, 360), 30.0, "clip")
        every = hold.plane_spans(
            shown.__getitem__, np.arange(len(pace)), told, SIDE / GRID, colours
        )
        return [every(k) is not None for k in range(len(pace))]

    there = held()
    monkeypatch.setattr(Spans, "_is_busy", lambda *_: True)
    assert there == held()
    assert 0.1 < np.mean(there) < 0.9


def test_the_first_and_the_last_frame_show_their_own_row(flickering):
    shown = background(flickering, rows=np.arange(30, 90))
    assert shown(0) is None
    assert shown(1) is not None
    assert shown(58) is not None
    assert shown(59) is None


def test_a_held_frame_counts_the_rows_of_its_half_second(flickering):
    held = background(flickering)(66)
    winners = flickering["scores"][60:75].argmax(axis=1)  # rows of frames 60 to 74
    expected = np.stack([(winners == c).mean(axis=0) for c in range(3)])
    assert np.allclose(held.shares, expected, atol=1e-6)
    assert (held.first, held.last) == (2 * 60, 2 * 74)


def test_rows_between_the_shown_ones_count_too(flickering):
    rows = np.repeat(np.arange(0, 90, 3), 2)  # every third row, each for two frames
    shown = background(flickering, rows=rows)
    held = shown(50)
    first, last = rows[45], rows[59]
    winners = flickering["scores"][first : last + 1].argmax(axis=1)
    assert np.allclose(held.shares[1], (winners == 1).mean(axis=0), atol=1e-6)
    assert (held.first, held.last) == (2 * first, 2 * last)


def test_frames_in_any_order_are_the_same(flickering):
    forward = background(flickering)
    expected = [forward(k) for k in range(90)]
    backward = background(flickering)
    for k in reversed(range(90)):
        shown = backward(k)
        assert (shown is None) == (expected[k] is None)
        assert shown is None or np.array_equal(shown.shares, expected[k].shares)


def interpolated(values, side):
    """Values [C, G, G] at pixels' middles [C, side, side]; the outer points lie on the edges."""
    at = (np.arange(side) + 0.5) / side * (values.shape[-1] - 1)
    i, d = at.astype(int), at % 1
    rows = values[:, i] * (1 - d)[:, None] + values[:, i + 1] * d[:, None]
    return rows[:, :, i] * (1 - d) + rows[:, :, i + 1] * d


def test_the_mixture_is_of_the_recorded_rows_within_one_grey_level(flickering):
    held = background(flickering)(66)
    pixels: Pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    Regions(GRID, SIDE, SIDE, TINTS).mix(held.shares, pixels)
    winners = flickering["scores"][60:75].argmax(axis=1)
    shares = np.stack([(winners == c).mean(axis=0) for c in range(3)])
    expected = np.tensordot(TINTS.T.astype(float), interpolated(shares, SIDE), 1)
    places = np.random.RandomState(1).randint(0, SIDE, (500, 2))
    for y, x in places:
        assert abs(pixels[y, x] - expected[:, y, x]).max() <= 0.51


def test_a_held_picture_says_so_and_shows_it(tmp_path):
    """A real run: the caption's epochs, and the plane of the frame itself, between the points."""
    keys = {"epochs": 151, "keep.grid": GRID, "timeline.seconds": 2.0}
    scene = vizopt.load_scene("adam-tuned", keys)
    run = vizopt.record(scene, tmp_path / "run.zarr")
    rows = scene.timeline.rows(run["epoch"], 30.0)
    k = 37
    picture = planned_picture(run, scene, (1280, 720), 30.0)
    frame = picture[k]
    other = planned_picture(run, scene, (1280, 720), 30.0)
    for again in (45, 38, 44, 30):
        assert (picture[again] == other[again]).all()
    own = planned_picture(run, scene, (1280, 720), 30.0, mode="still")[k]
    winners = run["scores"][rows[30] : rows[44] + 1].argmax(axis=1)
    shares = np.stack([(winners == c).mean(axis=0) for c in range(3)])
    axes = next(a for a in picture.figure.axes if "class 0" in {t.get_text() for t in a.texts})
    box = axes.get_window_extent()
    left, top, side = round(box.x0), round(720 - box.y1), int(np.ptp(axes.lines[0].get_xdata())) - 1
    assert side > 540
    plane = frame[top : top + side, left : left + side].astype(float)
    mixture = np.tensordot(TINTS.T.astype(float), interpolated(shares, side), 1).transpose(1, 2, 0)
    near = abs(plane - mixture).max(axis=-1) <= 1
    assert near.mean() > 0.92  # what is left is points
    codes = interpolated(-DISTANCES[run["scores"][rows[k]]].astype(float), side)
    still = own[top : top + side, left : left + side]
    assert (still == TINTS[codes.argmax(axis=0)]).all(axis=-1).mean() > 0.91  # and lines


def test_shading_goes_from_grey_to_the_classes_own_colour():
    outputs = np.zeros((3, 2, 2), np.float32)
    outputs[:, 0, 0] = 0, -4, -4  # as far ahead as anything
    outputs[:, 0, 1] = -0.04, 0, -4  # a hundredth of that
    outputs[:, 1, 0] = -0.004, 0, -4  # hardly
    scores = to_margin_bytes(outputs.reshape(3, 4)).reshape(3, 2, 2)
    pixels: Pixels = np.zeros((201, 201, 4), np.uint8)
    Regions(2, 201, 201, TINTS).shade(scores, pixels)
    tints, pale = TINTS[:, :3].astype(float), float(grey(TINTS))
    corner = pixels[0, 0, :3], pixels[0, -1, :3], pixels[-1, 0, :3]
    assert abs(corner[0] - tints[0]).max() <= 2
    assert abs(corner[1] - (pale + 0.5 * (tints[1] - pale))).max() <= 2
    assert abs(corner[2] - pale).max() <= 2


@pytest.mark.parametrize("theme", THEMES)
def test_the_grey_is_as_bright_as_the_colours_are_on_the_mean(theme):
    colours = THEMES[theme].tints(8)
    bright = luminance(np.full(3, grey(colours)) / 255)
    assert abs(bright - luminance(colours[:, :3] / 255).mean()) < 0.005


def test_confidence_is_a_key_of_the_plane(tmp_path):
    keys = {"epochs": 5, "keep.grid": 20, "timeline.seconds": 0.5}
    plain = vizopt.load_scene("sgd", keys)
    panels = {"plane": {"kind": "plane", "confidence": True}}
    shaded = vizopt.load_scene("sgd", keys | {"stage.panels": panels})
    run = vizopt.record(shaded, tmp_path / "run.zarr")
    frames = [planned_picture(run, scene, (640, 360), 10.0)[2] for scene in (plain, shaded)]
    changed = (frames[0] != frames[1]).any(axis=-1)
    assert changed[42:325, 16:299].mean() > 0.2
    changed[42:326, 16:300] = False
    assert not changed.any()
    with pytest.raises(vizopt.VizoptError, match='"plan" has no place without a mosaic: did you'):
        vizopt.load_scene("sgd", {"stage.panels": {"plan": {"kind": "plane"}}})


def test_leader_takes_the_first_of_equals():
    scores = np.array([[[7, 1]], [[7, 9]], [[3, 9]]], np.uint8)
    assert leader(scores).tolist() == [[0, 1]]


def test_colours_that_differ_in_brightness_are_watched_as_they_are(tmp_path):
    """Three classes of print come brightest first in turns: every place one way, thrice a second.

    Toggled from black to white, half of the places would cancel the other half.
    """
    x = np.arange(GRID) % 2 == 0
    state = np.zeros((60, 3, GRID, GRID), np.float32)
    for frame in range(60):
        bright = (frame // 5) % 2
        state[frame, 2 if bright else 0, :, x] = 1
        state[frame, 1 if bright else 0, :, ~x] = 1
    run = recorded(tmp_path / "run.zarr", state)
    rows = np.arange(60)
    playback = Playback((640, 360), 30.0, "clip")
    held = {
        name: any(
            Background(run, rows, playback, SIDE, THEMES[name].tints(3))(k) for k in range(60)
        )
        for name in ("light", "print")
    }
    assert held["print"]
