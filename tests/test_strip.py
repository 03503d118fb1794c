"""The strip of one feature: its curves, colours, points and axis are those of the recording."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.params import ParamLayout
from vizopt.draw import spans
from vizopt.draw.paint import DPI, ink, pixel_axes
from vizopt.draw.paint import line as straight
from vizopt.draw.panels import DrawContext, strip
from vizopt.draw.panels.predicted import Predicted
from vizopt.draw.panels.strip import Strip, _Box, _markers, _points
from vizopt.draw.panels.stroke import strokes
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone
from vizopt.flashes import check_flashes
from vizopt.recording.header import Column, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.scores import shares
from vizopt.recording.store import Recording

SIZE = (560, 560)  # of the panel's window
LIGHT = THEMES["light"]


def slot_of(theme=LIGHT, mode="clip", unit=1.0):
    axes = pixel_axes(Figure((SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI), 0, 0, *SIZE)
    return DrawContext(axes, *SIZE, theme, unit, Playback((1280, 720), 30.0, mode))


def drawn(run, rows, theme=LIGHT, mode="clip"):
    """The box of the strip, and a function that draws the pixels inside it for a frame."""
    slot = slot_of(theme, mode)
    box = _Box.of(slot, run)
    draw = Strip().dynamic(slot, alone(run, np.asarray(rows)))

    def inside(k):
        window = np.full((*SIZE[::-1], 4), 255, np.uint8)
        draw(window, k)
        return window[box.top : box.top + box.height, box.left : box.left + box.width, :3]

    return box, inside


def predicted(run, row, x):
    """Softmax of the recorded weights by hand, at standardised x."""
    epoch = int(run["epoch"][row])
    names = ("dense1.weights", "dense1.biases", "dense2.weights", "dense2.biases")
    w1, b1, w2, b2 = (run.weights(name, epoch=epoch).astype(float) for name in names)
    outputs = np.maximum(x[:, None] @ w1.reshape(1, -1) + b1.ravel(), 0) @ w2 + b2.ravel()
    e = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).T


def test_what_is_recorded_is_the_softmax_of_the_network(line):
    assert line["probabilities"].shape == (61, 3, 200)
    x = np.linspace(*line["extent"], 200)
    for row in (0, 30, 60):
        assert line["probabilities"][row] == pytest.approx(predicted(line, row, x), abs=2e-6)
    assert "scores" not in line.names


def test_one_output_is_the_share_of_the_second_class():
    out = np.array([[-3.0, 0.0, 2.0, 1e4]], np.float32)
    both = shares(np.concatenate([np.zeros_like(out), out]))
    assert both[1] == pytest.approx(1 / (1 + np.exp(-out[0])), abs=1e-6)
    with np.errstate(invalid="ignore"):  # as while recording
        assert shares(np.array([[np.inf], [2.0]], np.float32))[1] < 1e-30


@pytest.mark.parametrize("name", THEMES)
def test_curves_and_background_are_those_of_the_row(line, name):
    theme, row = THEMES[name], 45
    box, inside = drawn(line, [0, row, 60], theme, "still")
    pixels, tints = inside(1), theme.tints(3)[:, :3]
    at = (np.arange(box.width) + 0.5) / box.width
    low, high = line["extent"]
    p = predicted(line, row, low + at * (high - low))
    height = box.height - box.points - 2 * box.pad
    y = box.pad + (1 - p) * height
    steep = abs(np.gradient(y, axis=1)).max(axis=0) > 1
    own = [np.flatnonzero(line["labels"] == c) for c in range(3)]
    middles = [((line["points"][i, 0].mean() - low) / (high - low)) * box.width for i in own]
    for j in range(4, box.width - 4, 3):
        gaps = [abs(y[c, j] - y[d, j]) for c, d in combinations(range(3), 2)]
        if steep[j] or min(gaps) < 9 or min(abs(j - m) for m in middles) < 12:
            continue
        for c in range(3):
            wanted = np.array(to_rgb(theme.classes[c])) * 255
            assert abs(pixels[int(y[c, j]), j] - wanted).max() < 24
            edge = np.array(to_rgb(theme.edge)) * 255  # its outline, above and below
            around = pixels[[int(y[c, j]) - 2, int(y[c, j]) + 2], j]
            assert abs(around - edge).max() < abs(around - wanted).max() + 120
        ahead = np.sort(p[:, j])
        if ahead[-1] - ahead[-2] > 0.05:
            rows = [r for r in range(3, int(box.height - box.points) - 2)
                    if min(abs(y[:, j] - r)) > 5 and abs(r - y_half(box)) > 3]  # fmt: skip
            clear = pixels[rows, j]
            shown = np.median(clear, axis=0)
            assert abs(shown - tints[p[:, j].argmax()]).max() <= 1


def test_a_frame_has_the_recorded_probabilities_at_every_place(line):
    box = _Box.of(slot_of(), line)
    shown = Predicted(
        slot_of(mode="still"), line, np.array([30]), (box.width, box.height), box.y, 5.0
    )(0)
    p = line["probabilities"][30].astype(float)
    assert shown.curves.shape == (3, box.width + 1)
    at = np.arange(box.width + 1) / box.width * 199
    low = np.floor(at).astype(int).clip(0, 198)
    assert shown.curves == pytest.approx(p[:, low] + (at - low) * (p[:, low + 1] - p[:, low]))


def test_a_line_stands_where_the_class_of_the_background_changes(line):
    box, inside = drawn(line, [45], mode="still")
    low, high = line["extent"]
    at = low + (np.arange(box.width) + 0.5) / box.width * (high - low)
    winners = predicted(line, 45, at).argmax(axis=0)
    change = np.flatnonzero(np.diff(winners))
    assert len(change) >= 2
    border = [round(255 * value) for value in to_rgb(LIGHT.border)]
    top = inside(0)[1].astype(int)
    found = np.flatnonzero(abs(top - border).max(axis=1) <= 1)
    assert len(found) == len(change)
    assert abs(found - change).max() <= 1


def test_each_curve_has_its_marker_at_the_mean_of_its_points(line):
    slot = slot_of()
    box = _Box.of(slot, line)
    low, high = line["extent"]
    for c, (x, marker) in enumerate(_markers(slot, line, box)):
        mean = line["points"][line["labels"] == c, 0].mean()
        assert abs(x - (mean - low) / (high - low) * box.width) <= 0.5
        window = np.zeros((41, 41, 4), np.uint8)
        marker(window, 20, 20)
        wanted = [round(255 * value) for value in to_rgb(LIGHT.classes[c])]
        assert abs(window[20, 20, :3].astype(int) - wanted).max() <= 2


def test_a_recording_with_numbers_that_are_no_probabilities_is_drawn(wild, monkeypatch):
    monkeypatch.setattr(
        Recording, "row", lambda *_: np.array([[np.nan, 2.0] * 40, [-1e9, np.inf] * 40])
    )
    _, inside = drawn(wild, [5])
    assert inside(0).shape[2] == 3


def y_half(box):
    return box.pad + 0.5 * (box.height - box.points - 2 * box.pad)


def test_points_lie_at_their_values_in_the_row_of_their_class(line):
    slot = slot_of()
    box = _Box.of(slot, line)
    shown = ink(box.width, box.height, _points(slot, line, box))
    low, high = line["extent"]
    assert line["held_out"].sum() == 15
    for p in (0.5, 1.0):  # lines across
        y = float(box.y(np.array(p)))
        assert (shown[int(y) - 1 : int(y) + 2, 3::50, 3].max(axis=0) > 20).all()
        assert not shown[[int(y) - 3, int(y) + 3], 3::50, 3].any()
    for i in range(60):
        x = (line["points"][i, 0] - low) / (high - low) * box.width
        c = line["labels"][i]
        top = box.height - box.points + c * box.points / 3
        column = shown[int(top) + 1 : int(top + box.points / 3) - 1, int(x)]
        opaque = column[column[:, 3] > 250, :3].astype(int)
        hollow = line["held_out"][i] > 0
        wanted = np.array(to_rgb(LIGHT.paper if hollow else LIGHT.classes[c])) * 255
        assert abs(opaque - wanted).max(axis=1).min() < 30


def test_the_axis_has_the_name_and_the_units_of_the_feature(line):
    slot = slot_of()
    box = _Box.of(slot, line)
    Strip().static(slot, alone(line, np.arange(1)))
    still = {text.get_text(): text.get_position() for text in slot.axes.texts}
    assert still["dose →"][0] == box.left + box.width
    assert "↑ predicted probability" in still
    (mean, deviation), (low, high) = line["units"][0], line["extent"]
    values = [text for text in still if text.isdecimal() and int(text) > 1]
    assert len(values) >= 3
    for text in values:
        share = ((float(text) - mean) / deviation - low) / (high - low)
        assert still[text][0] == pytest.approx(box.left + share * box.width, abs=0.01)
    for p in (0, 0.5, 1):
        base = box.top + float(box.y(np.array(float(p)))) + slot.font(11) * 0.36
        assert still[f"{p:g}"][1] == pytest.approx(base, abs=0.01)


SHAPES = [(480, 270), (540, 540), (540, 960), (640, 480)]
LOOKS = [*((size, look) for size in SHAPES for look in ("normal", "large")), ((1280, 720), "large")]


@pytest.mark.parametrize(("size", "look"), LOOKS, ids=str)
def test_no_text_overlaps_or_is_cut(line, size, look, texts):
    scene = vizopt.load_scene("sgd", {"timeline.seconds": 1.0, "look.text": look})
    picture = planned_picture(line, scene, size, 10.0)
    written = list(texts(picture, len(picture) - 1))
    assert {"dose →", "↑ predicted probability", "u", "v", "w"} <= {text for text, _ in written}
    for text, (left, top, right, bottom) in written:
        assert min(left + 1, top) >= 0, text
        assert right <= size[0] + 1, text
        assert bottom <= size[1], text
    for (text, a), (other, b) in combinations(written, 2):
        across = min(a[2], b[2]) - max(a[0], b[0])
        assert across <= 1 or min(a[3], b[3]) - max(a[1], b[1]) <= 1.5, f"{text!r} over {other!r}"


@pytest.fixture(scope="module")
def wild(tmp_path_factory):
    """Two classes that change places in every row, after a second of calm."""
    random = np.random.RandomState(0)
    values = np.repeat(random.rand(90, 1, 1), 80, axis=2).astype(np.float32)
    values[:30] = values[0]
    values = np.concatenate([values, 1 - values], axis=1)
    header = Header(
        "wild", "", ParamLayout.of({"dense1.weights": (1, 2), "dense1.biases": (2,)}), 180, {},
        classes=("u", "v"), axes=("a",),
    )  # fmt: skip
    columns = (
        Column("loss", "history", "float64"),
        Column("epoch", "snapshots", "int64"),
        Column("probabilities", "snapshots", "float32", (2, 80)),
    )
    kept = {"points": np.array([[0.2], [0.8]]), "labels": np.array([0, 1])}
    kept |= {"held_out": np.zeros(2, np.uint8), "extent": np.array([0.0, 1.0])}
    path = tmp_path_factory.mktemp("wild") / "wild.zarr"
    with Recorder(path, header, columns, kept) as recorder:
        for row, value in enumerate(values):
            recorder.append("history", {"loss": 1.0})
            recorder.append("history", {"loss": 1.0})
            recorder.append("snapshots", {"epoch": 2 * row, "probabilities": value})
    return Recording(path)


def test_what_would_flash_is_the_mean_of_half_a_second_and_says_so(wild, texts, monkeypatch):
    box, inside = drawn(wild, np.arange(90))
    for k, held in ((7, False), (65, True), (89, False)):
        p = wild["probabilities"][:, 0, 40]
        shown = float(p[60:75].mean()) if held else float(p[k])
        y = box.pad + (1 - shown) * (box.height - box.points - 2 * box.pad)
        colour = np.array(to_rgb(LIGHT.classes[0])) * 255
        assert abs(inside(k)[int(y), 200].astype(int) - colour).max() < 30
        share = float((p[60:75] >= 0.5).mean()) if held else float(p[k] >= 0.5)
        tints = LIGHT.tints(2)[:, :3].astype(float)
        mixed = share * tints[0] + (1 - share) * tints[1]
        assert abs(inside(k)[2, 200] - mixed).max() <= 1
    assert np.array_equal(inside(61), inside(73))
    slot = slot_of()
    draw = Strip().dynamic(slot, alone(wild, np.arange(90)))
    holder = np.full((*SIZE[::-1], 4), 255, np.uint8)

    class Shown:
        def __getitem__(self, k):
            draw(holder.copy()[:, :], k)

    said = [text for text, _ in texts.moving(Shown(), 65)]
    assert said == ["mean of epochs 120–148"]
    with monkeypatch.context() as patch:
        letter, words = slot.text_width("n", 12), slot.glyphs(12).width("mean of epochs 120–148")
        most = int((box.width - words - 12) / letter)  # that leave twelve units between
        for many, said in ((most, "mean of epochs 120–148"), (most + 1, "epochs 120–148")):
            patch.setattr(strip, "shown_of", lambda *_, many=many: "n" * many)
            draw = Strip().dynamic(slot, alone(wild, np.arange(90)))
            assert [text for text, _ in texts.moving(Shown(), 65)] == [said]
    draw = Strip().dynamic(slot, alone(wild, np.arange(90)))
    assert texts.moving(Shown(), 7) == []


@pytest.fixture(scope="module")
def jumping(line, tmp_path_factory):
    """The recording `line` with probabilities that change from row to row as they never do."""
    arrays = line.columns
    columns = tuple(
        Column(name, array.path.split("/")[0], str(array.dtype), array.shape[1:])
        for name, array in arrays.items()
    )
    constants = {name: line[name] for name in line.names - set(arrays)}
    path = tmp_path_factory.mktemp("jumping") / "jumping.zarr"
    with Recorder(path, line.header, columns, constants) as recorder:
        for row in range(len(line)):
            for group in ("history", "snapshots"):
                values = {c.name: line[c.name][row] for c in columns if c.group == group}
                if group == "snapshots":
                    values["probabilities"] = np.roll(line["probabilities"][60], row, axis=0)
                recorder.append(group, values)
    return Recording(path)


def test_a_clip_of_a_run_whose_curves_jump_passes_the_flash_check(jumping, tmp_path, monkeypatch):
    look = {"size": (480, 270), "theme": "print", "fps": 12.5}
    assert check_flashes(vizopt.render(jumping, tmp_path / "held.gif", **look).path).passed
    monkeypatch.setattr(spans, "LIMIT", 10**6)  # nothing is held
    assert not check_flashes(vizopt.render(jumping, tmp_path / "free.gif", **look).path).passed


@pytest.mark.parametrize("slope", [0.0, 0.4, -1.0, 3.0, -25.0])
def test_a_stroke_is_as_thick_wherever_it_is_steep(slope):
    y = 60 + slope * (np.arange(41) - 20.0)
    for width, stroke in zip((3.0, 6.0), strokes(y, (3.0, 6.0)), strict=True):
        found = np.zeros((1400, 40))
        found[stroke.rows + 600, stroke.columns] = stroke.coverage
        wanted = np.zeros((1400, 40))
        rows, columns, coverage = straight(-60, y[0] - 60 * slope, 100, y[0] + 100 * slope, width)
        seen = (columns >= 0) & (columns < 40)
        wanted[rows[seen] + 600, columns[seen]] = coverage[seen]
        middle = slice(8, 32)
        assert abs(found - wanted)[:, middle].max() <= 3


def test_a_step_is_a_line_without_gaps_and_no_longer_than_it_is():
    y = np.r_[np.full(20, 10.0), np.full(20, 90.0)]
    (stroke,) = strokes(y, (3.0,))
    assert (stroke.rows.min(), stroke.rows.max()) == (8, 91)
    seen = np.zeros((100, 39))
    seen[stroke.rows, stroke.columns] = stroke.coverage
    assert (seen[10:90, 17:23].max(axis=1) == 255).all()
    assert not seen[20:80, :16].any()


def test_one_feature_in_words(line, tmp_path):
    told = story.of(line).text
    assert "A strip shows the one feature. For each class a curve in its colour" in told
    assert "To the right is dose, in the units of the data. Points held out" in told
    assert "the curves would flash they are the mean of the epochs of half a second" in told


def test_a_steep_curve_is_judged_as_wide_as_it_is_drawn(line):
    """Twelve pixels across it: in a column of 4 × 4 pixels more of them, the steeper it is."""
    slot, row = slot_of(), np.array([30])
    predicted = Predicted(slot, line, row, (400, 400), lambda p: 400 * (1 - p), 12.0)
    rising = np.interp(np.arange(200), [60, 130], [0.1, 0.9])
    predicted._row = lambda _: np.array([rising, np.full(200, 0.5), np.full(200, 0.5)])
    covered = (predicted._seen(0) == 3).sum(axis=0)  # of the first of three classes
    slope = 0.8 * 400 / (70 * 2)
    assert covered[[10, 90]] == pytest.approx(3, abs=1)
    assert covered[35:40] == pytest.approx(12 / 4 * np.hypot(1, slope), abs=1)
