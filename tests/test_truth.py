"""Reading the picture: every text and number of a frame, held against the recording.

What is expected is worked out here from the recorded arrays and the scene, not by the panels' own
functions; a text that nobody expected fails too.
"""

import re
from collections import Counter
from math import floor, log10

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.options import request
from vizopt.core.numbers import count, number
from vizopt.core.oklab import luminance
from vizopt.draw.panels import scale as weights_scale
from vizopt.draw.theme import THEMES
from vizopt.pipeline import render_all
from vizopt.recording.scores import DISTANCES

SIZE = (1280, 720)
FPS = 30.0
HALF = 120  # steps of 1/240 s: half a second

# Scene, keys, frames: the first, some on the way, held ones among them, the last.
NETWORKS = {
    "sgd": ({"epochs": 301}, [0, 1, 20, 31, 58, 59]),
    "adam-tuned": ({"epochs": 151}, [0, 14, 15, 30, 37, 44, 59]),
    "mini-batches": ({"epochs": 41}, [0, 17, 59]),
    "own-data": ({"epochs": 61}, [0, 25, 59]),
    "warm-up-cosine": ({"epochs": 401}, [0, 20, 59]),
    "divergence": ({}, [0, 20, 40, 59]),
}
SHORT = {"keep.grid": 30, "timeline.seconds": 2.0}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request, tmp_path_factory):
    keys, frames = NETWORKS[request.param]
    scene = vizopt.load_scene(request.param, SHORT | keys)
    run = vizopt.record(scene, tmp_path_factory.mktemp("truth") / "run.zarr")
    return run, scene, planned_picture(run, scene, SIZE, FPS), frames


def rows_of(run, scene):
    return scene.timeline.rows(run["epoch"], FPS)


def update_of(run, scene, k):
    """Rows at the ends of the half second around frame k, where the run moves."""
    rows, course = rows_of(run, scene), scene.timeline.rows(run["epoch"], 240)
    moves = np.nonzero(np.diff(course))[0]
    first, last = moves[0], moves[-1] + 1  # steps that show the first row last, the last one first
    comes, goes = np.argmax(course >= rows[k]), np.nonzero(course <= rows[k])[0][-1]
    at = int(k * (len(course) - 1) / (len(rows) - 1))  # now, while its own row is shown
    at = min(max(at, comes), goes)
    start = min(max(at - HALF // 2, first), max(last - HALF, first))
    stop = min(start + HALF, last)
    a, b = course[start], course[stop]
    return a, b if b > a else min(row for row in course if row > a)


def layers_of(run):
    """Name → parameters of the layer in every row [N, rows, columns]."""
    start, found = 0, {}
    for name, shape in run.layout.shapes.items():
        size = int(np.prod(shape))
        values = run["params"][:, start : start + size].reshape(len(run), -1, shape[-1])
        layer = name.partition(".")[0]
        found[layer] = np.concatenate([found[layer], values], 1) if layer in found else values
        start += size
    return found


HELD = re.compile(r"(weights: )?epoch [\d\u2009]+, (update:|Δ) [\d\u2009]+ → [\d\u2009]+")


def grids_at(run, scene, k, written):
    """The frame whose grids frame k shows: its own, or where its key says so the middle one of its
    half second; in that case what the key says, in either length."""
    if not any(HELD.fullmatch(text) for text in written):
        return k, ()
    rows, span = rows_of(run, scene), round(FPS / 2)
    start = k // span * span
    m = start + (min(start + span, len(rows)) - start) // 2
    at, a, b = (count(int(run["epoch"][row])) for row in (rows[m], *update_of(run, scene, m)))
    return m, (f"weights: epoch {at}, update: {a} → {b}", f"epoch {at}, Δ {a} → {b}")


def expected_numbers(run, scene, k, written):
    """The texts of frame k that change from frame to frame."""
    rows = rows_of(run, scene)
    epoch = int(run["epoch"][rows[k]])
    yield f"{count(epoch)} / {count(run.header.epochs - 1)}"
    if run.diverged is not None and rows[k] == len(run) - 1:
        yield f"diverged at epoch {run.diverged}"
    for name in ("loss", "accuracy", "lr", "validation_loss", "validation_accuracy"):
        if name in run.columns and not (name == "lr" and np.ptp(run["lr"]) == 0):
            value = float(run[name][epoch])
            yield rate_of(run, value) if name == "lr" else number(value)
    m, key = grids_at(run, scene, k, written)
    a, b = update_of(run, scene, m)
    own = f"update: epoch {count(int(run['epoch'][a]))} → {count(int(run['epoch'][b]))}"
    yield next((text for text in key if text in written), "the key" if key else own)
    for values in layers_of(run).values():
        yield f"±{number(float(abs(values[b] - values[a]).max()))}"


def rate_of(run, value):
    """All its figures where it stands; three, or as many as the run's rates differ in."""
    span = float(np.ptp(run["lr"]))
    figures = floor(log10(value)) + 1 - floor(log10(span)) if span and value else 6
    return f"{value:.{max(figures, 3)}g}"


def test_every_number_of_a_frame_is_the_recordings(network, texts):
    run, scene, picture, frames = network
    for k in frames:
        written = Counter(text for text, _ in texts.moving(picture, k))
        expected = Counter(expected_numbers(run, scene, k, written))
        missing, more = expected - written, written - expected
        assert not missing, (k, missing, more)
        caption = re.compile(r"background: share of epochs [\d\u2009]+–[\d\u2009]+")
        assert not [text for text in more if not caption.fullmatch(text)], (k, more)


def test_what_stands_still_is_the_scenes(network, texts):
    run, scene, picture, _ = network
    written = Counter(text for text, _ in texts.still(picture))
    layers = layers_of(run)
    ticks = re.compile(r"([≤≥] )?−?[\d.,\u2009]+(e−?\d+)?")
    settings, rest = [], run.header.settings  # in lines, which part at a dot or a comma
    for text in written:
        if rest and rest.startswith(text):
            settings.append(text)
            rest = rest.removeprefix(text).lstrip(" ·,")
    assert not rest
    expected = Counter([scene.title, *settings, run.header.unit])
    expected.update(run.header.classes)
    expected.update(["loss", "accuracy", "learning rate", "epoch 0", "0"])
    expected.update(["linear, to the largest around it"])
    expected.update(name.replace("dense", "Dense ") for name in layers)
    expected.update(["update"] * len(layers))
    if np.ptp(run["lr"]) == 0:
        expected[rate_of(run, float(run["lr"][0]))] += 1
    if run.header.axes:
        x, y = run.header.axes
        expected.update([f"{x} →", f"↑ {y}"])
    if scene.problem.validation:
        expected["thin: validation"] += 1
    assert not expected - written, expected - written
    sizes = [f"{v.shape[1] - 1}×{v.shape[2]}+{v.shape[2]}" for v in layers.values()]
    for text in written - expected:
        plain = re.sub(r"\s", "", text.removeprefix("weights and biases, "))
        known = plain in sizes or text == "weights" or ticks.fullmatch(text)
        assert known, text


TITLES = {"loss": "loss", "accuracy": "accuracy", "learning rate": "lr"}


def axes_with(picture, words):
    """The panel that a text was written in, and its left and top in the frame."""
    for axes in picture.figure.axes:
        if any(text.get_text() == words for text in axes.texts):
            box = axes.get_window_extent()
            return axes, round(box.x0), round(picture.size[1] - box.y1)
    raise AssertionError(words)


def scale_of(picture, title):
    """Of a curve, from its grid lines and the numbers beside them, in the order of drawing:
    left and right end, slope and offset of value → y, and whether it is the value's logarithm."""
    axes, left, top = axes_with(picture, title)
    starts = {t.get_text(): t.get_position()[1] for t in axes.texts if t.get_text() in TITLES}
    later = [y for y in starts.values() if y > starts[title]]
    lines = [(line.get_xdata(), line.get_ydata()) for line in axes.lines]
    lines = [(x, y[0]) for x, y in lines if len(y) == 2 and y[0] == y[1]]
    ticks = [t for t in axes.texts if t.get_ha() == "right" and t.get_weight() != "bold"]
    found = [
        (float(tick.get_text().replace("−", "-")), x, y)
        for tick, (x, y) in zip(ticks, lines, strict=True)
        if starts[title] < y < min(later, default=np.inf)
    ]
    values, xs, ys = zip(*found, strict=True)
    log = len(values) > 1 and min(values) > 0 and values[1] / values[0] >= 9
    slope, offset = np.polyfit(np.log10(values) if log else values, ys, 1)
    return left + xs[0][0], left + xs[0][1], slope, top + offset, log


def disc_at(frame, colour, left):
    """Column and row of the middle of the disc that ends a curve, from its right half."""
    solid = (frame[:, left:, :3] == colour).all(axis=-1)
    solid[: len(frame) // 8] = False  # the header
    right = np.nonzero(solid.any(axis=0))[0].max()
    rows = np.nonzero(solid[:, right - 1 : right + 1].any(axis=1))[0]
    return left + right - 4, (rows.min() + rows.max()) / 2


@pytest.mark.parametrize("title", TITLES)
def test_heads_of_curves_lie_where_their_numbers_say(network, title):
    run, scene, picture, frames = network
    if title == "learning rate" and np.ptp(run["lr"]) == 0:
        assert scene.optimizer.lr.rate == run["lr"][0]  # a line of text
        return
    left, right, slope, offset, log = scale_of(picture, title)
    rows = rows_of(run, scene)
    colour = [int(THEMES["light"].accent(TITLES[title])[i : i + 2], 16) for i in (1, 3, 5)]
    compared = 0
    for k in frames:
        epoch = int(run["epoch"][rows[k]])
        value = float(run[TITLES[title]][epoch])
        column, row = disc_at(picture[k], colour, round(left) - 6)
        x = left + (right - left) * epoch / (run.header.epochs - 1)
        assert abs(column + 0.5 - x) <= 0.51, (k, column, x)
        wanted = slope * (np.log10(value) if log else value) + offset
        assert abs(row + 0.5 - wanted) <= 0.51, (k, row)
        compared += 1
    assert compared >= (2 if run.diverged is None else 1)


def test_cells_have_the_colours_of_their_weights(network, texts):
    """The weights' grids: every cell's middle, by the scale of the whole run."""
    run, scene, picture, frames = network
    rows = rows_of(run, scene)
    shades = THEMES["light"].shades(255)
    bend, limit = bend_and_limit(run)
    for layer, values in layers_of(run).items():
        boxes = grids_of(picture, layer.replace("dense", "Dense "))
        for k in frames:
            frame = picture[k]
            m, _ = grids_at(run, scene, k, [text for text, _ in texts.moving(picture, k)])
            wanted = np.arcsinh(values[rows[m]] / bend) / np.arcsinh(limit / bend)
            a, b = update_of(run, scene, m)
            change = values[b].astype(float) - values[a]
            assert_cells(
                frame, boxes[0], shades[(wanted.clip(-1, 1) * 127).round().astype(int) + 127]
            )
            drawn = cells(frame, boxes[1], change.shape)
            strongest = np.unravel_index(abs(change).argmax(), change.shape)
            least = 127 / 4 - 1 if run.diverged is None else 1  # which grows faster than that
            assert same_order(drawn, change, shades, least), (layer, k)
            assert abs(change[strongest]) > 0


def bend_and_limit(run):
    """Of the weights' scale: a quarter of the smaller median weight of a tenth and a twentieth of
    the rows, to one figure; and the largest of all up to two figures, 10 000 bends at most."""
    params = np.concatenate(list(run.chunks("params")))
    usual = min(np.median(abs(params[(len(params) - 1) // part])) for part in (10, 20))
    bend = float(f"{usual / 4:.0e}")
    top = min(float(abs(params).max()), 1e4 * bend)
    power = 10.0 ** (np.floor(np.log10(top)) - 1)
    return bend, np.ceil(top / power * (1 - 1e-9)) * power


def test_half_of_the_weights_are_seen_from_a_tenth_of_the_run_on(network):
    run = network[0]
    scale = weights_scale.scale_of(run)
    for theme in THEMES.values():
        levels = luminance(theme.shades(255)[:, :3] / 255) + 0.05
        contrast = np.maximum(levels, levels[127]) / np.minimum(levels, levels[127])
        for row in ((len(run) - 1) // 10, len(run) // 2, len(run) - 1):
            shades = (scale(run.row("params", row)) * 127).round().astype(int)
            assert (contrast[shades + 127] > 1.1).mean() >= 0.5, (theme, row)


def test_the_key_says_which_weight_a_colour_is(network, texts):
    """Each number stands below the place of the bar that has its colour."""
    run, _, picture, _ = network
    bend, limit = bend_and_limit(run)
    axes, _, _ = axes_with(picture, "linear, to the largest around it")
    (bar,) = axes.images
    left, right, _, _ = bar.get_extent()
    ticks = [line.get_xdata()[0] for line in axes.lines]
    words = [text.get_text() for text in axes.texts if text.get_text() != axes.texts[-1].get_text()]
    assert len(ticks) == len(words) in (3, 5)
    for place, text in zip(ticks, words, strict=True):
        value = float(text.removeprefix("≤ ").removeprefix("≥ ").replace("−", "-"))
        shade = np.arcsinh(value / bend) / np.arcsinh(limit / bend)
        assert (place - left) / (right - left) == pytest.approx((1 + shade) / 2, abs=0.002)
    cut = max(float(abs(rows).max()) for rows in run.chunks("params")) > limit
    assert (words[0][0], words[-1][0] == "≥") == (("≤", True) if cut else ("−", False))


def grids_of(picture, words):
    """Pixel boxes in the panel of a text, from their frames: x, y, width, height."""
    axes, left, top = axes_with(picture, words)
    return [
        (
            left + round(min(line.get_xdata()) + 0.5),
            top + round(min(line.get_ydata()) + 0.5),
            round(np.ptp(line.get_xdata()) - 1),
            round(np.ptp(line.get_ydata()) - 1),
        )
        for line in axes.lines
        if len(line.get_xdata()) == 5
    ]


def cells(frame, box, shape):
    """The colour of each cell's middle [rows, columns, 3]."""
    x, y, width, height = box
    rows = y + ((np.arange(shape[0]) + 0.5) * height / shape[0]).astype(int)
    columns = x + ((np.arange(shape[1]) + 0.5) * width / shape[1]).astype(int)
    return frame[rows[:, None], columns, :3].astype(int)


def assert_cells(frame, box, colours):
    assert abs(cells(frame, box, colours.shape) - colours[..., :3]).max() <= 0


def same_order(drawn, change, shades, least):
    """Whether one positive scale turns the change into the colours that are drawn."""
    place = abs(drawn[..., None, :] - shades[:, :3].astype(int)).sum(axis=-1)
    shade = place.argmin(axis=-1) - 127
    exact = place.min(axis=-1) == 0
    strongest = np.unravel_index(abs(change).argmax(), change.shape)
    scale = shade[strongest] / change[strongest]
    seen = least <= abs(shade[strongest]) <= 127  # full where it is largest around
    return exact.all() and seen and scale > 0 and abs(shade - change * scale).max() <= 127 / 60 + 1


def test_the_background_is_the_epochs_own_network(network):
    """Where nothing is held: the class of the largest score, between the points."""
    run, scene, _, frames = network
    picture = planned_picture(run, scene, (640, 360), FPS, mode="still")
    rows = rows_of(run, scene)
    tints = THEMES["light"].tints(len(run.header.classes))
    x, y, side, _ = grids_of(picture, run.header.classes[0])[0]
    at = (np.arange(side) + 0.5) / side * 29
    i, d = at.astype(int), at % 1
    for k in frames:
        near = -DISTANCES[run["scores"][rows[k]]].astype(float)
        near = near[:, i] * (1 - d)[:, None] + near[:, i + 1] * d[:, None]
        near = near[:, :, i] * (1 - d) + near[:, :, i + 1] * d
        plane = picture[k][y : y + side, x : x + side]
        free = (plane[..., None, :] == tints).all(axis=-1).any(axis=-1)  # no point, no edge of one
        assert free.mean() > 0.8
        assert (plane[free] == tints[near.argmax(axis=0)][free]).all(axis=-1).mean() > 0.999


def test_stills_and_sequences_show_the_epoch_itself(tmp_path):
    """Also beside a clip that holds the same frames, drawn by the same command."""
    size = (480, 270)
    scene = vizopt.load_scene("adam-tuned", SHORT | {"epochs": 151})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    rows = rows_of(run, scene)
    k = 37
    clip, own = (planned_picture(run, scene, size, FPS, mode=mode)[k] for mode in ("clip", "still"))
    assert (clip != own).any(axis=-1).mean() > 0.05
    files = [tmp_path / name for name in ("s.png", "f-%05d.png", "c.apng")]
    look = request(size=size, fps=FPS, at=f"epoch={run['epoch'][rows[k]]}")
    render_all(run, files, look)
    still, member = (np.asarray(Image.open(tmp_path / name)) for name in ("s.png", "f-00037.png"))
    assert np.array_equal(still[..., :3], own[..., :3])
    assert np.array_equal(member[..., :3], own[..., :3])
    with Image.open(tmp_path / "c.apng") as moving:
        moving.seek(k)
        assert np.array_equal(np.asarray(moving.convert("RGB")), clip[..., :3])


def test_ticks_of_epochs_are_whole_and_lie_where_they_say(tmp_path, texts):
    scene = vizopt.load_scene("sgd", {"epochs": 4, "keep.grid": 8, "timeline.seconds": 0.5})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    picture = planned_picture(run, scene, SIZE, FPS)
    axes, left, _ = axes_with(picture, "epoch 0")
    start, stop, *_ = scale_of(picture, "accuracy")
    level = next(t.get_position()[1] for t in axes.texts if t.get_text() == "epoch 0")
    ticks = {t.get_text(): t.get_position()[0] for t in axes.texts if t.get_position()[1] == level}
    assert set(ticks) == {"epoch 0", "1", "2", "3"}
    for epoch in (1, 2):
        assert ticks[str(epoch)] == pytest.approx(start - left + (stop - start) * epoch / 3)
