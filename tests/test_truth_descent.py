"""Reading the picture of a descent: its texts, and where point and path lie, from the recording."""

import re
from collections import Counter
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from descents import scales
from matplotlib.colors import LinearSegmentedColormap

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.numbers import count, number
from vizopt.draw.theme import THEMES
from vizopt.recording.descent import outcome

SIZE, FPS = (1280, 720), 20.0
THEME = THEMES["light"]
NAME = 16  # pixels from the middle of a minimum's name, within which it is read
SCENES = {  # frames as steps: at the start, on the way, at the end
    "momentum-fast": [0, 1, 7, 26, 49, 50, 100],
    "local-minimum-2": [0, 2, 5, 18, 30],
    "unstable": [0, 3, 33, 60],
    "explosion": [0, 2, 60, 102, 115],
}


@pytest.fixture(scope="module", params=SCENES)
def descending(request, tmp_path_factory):
    scene = vizopt.load_scene(request.param)
    run = vizopt.record(scene, tmp_path_factory.mktemp("descent") / "run.zarr")
    rows = scene.timeline.rows(run["epoch"], FPS)
    shown = run["epoch"][rows].tolist()
    steps = [step for step in SCENES[request.param] if step in shown]
    assert len(steps) >= 4
    frames = [(shown.index(step), step) for step in steps]
    return run, scene, planned_picture(run, scene, SIZE, FPS), frames


def test_every_number_of_a_frame_is_the_recordings(descending, texts):
    run, _, picture, frames = descending
    left, right = run["curve"][[0, -1], 0]
    for k, step in frames:
        x, f, slope = (float(run[name][step]) for name in ("x", "loss", "slope"))
        after = float(run["x"][step + 1]) if step + 1 < run.epochs else None
        expected = Counter([f"{count(step)} / {count(run.header.epochs - 1)}"])
        expected.update(number(value, 4) for value in (x, f, slope))
        told = [f"step {at}: {words}" for at, words in outcome(run).events() if at <= step]
        expected.update(told[-2:])
        if not left <= x <= right:
            expected[f"x = {number(x)}"] += 1
        written = Counter(text for text, _ in texts.moving(picture, k))
        assert not expected - written, (step, expected - written, written - expected)
        rest = list((written - expected).elements())
        zoom = [text for text in rest if re.fullmatch(r"× \d+", text)]
        lost = [text for text in rest if text.startswith("diverged at step")]
        assert len(zoom) == ((abs(run["x"]) > 4).mean() <= 0.1)
        lines = [text for text in rest if text not in (*zoom, *lost)]  # test_worked redoes them
        if after is not None and abs(x) < 1e3 and abs(after) < 1e3:
            total = " ".join(line.strip() for line in lines)
            assert total.endswith(f"= {number(after, 4)}"), (step, lines)
            (before,) = re.findall(r"x = (−?[\d.]+) [+−] [\d.]+(?:e−\d+)? = ", total)
            assert abs(float(before.replace("−", "-")) - x) <= 5e-5


def test_what_stands_still_is_the_scenes(descending, texts):
    run, scene, picture, _ = descending
    written = Counter(text for text, _ in texts.still(picture))
    expected = Counter([scene.title, run.header.settings, "step", "f(x)", "f(x)", "x", "slope"])
    away = ["|x|", "step 0"] if (abs(run["x"]) > 4).mean() > 0.1 else ["around the point"]
    expected.update(["the next step", *away, "first step", "last step"])
    names = {"behind the start": 1, "global minimum": 1}
    expected.update(names | {f"local minimum {i}": 1 for i in (1, 2, 3, 4, 5)})
    assert not expected - written
    assert all(re.fullmatch(r"−?[\d.]+(e−?\d+)?", text) for text in written - expected)


def tangent_of(run, step, column, row):
    """The recorded slope's direction in pixels, of length 1."""
    slope = run["slope"][step] * (row(1.0) - row(0.0)) / (column(1.0) - column(0.0))
    return np.array([1.0, slope]) / np.hypot(1, slope)


def test_the_tangent_has_the_recorded_slope_and_the_arrow_ends_at_the_next_point(descending):
    run, _, picture, frames = descending
    column, row = scales(picture)
    ink = [int(THEME.ink[i : i + 2], 16) for i in (1, 3, 5)]
    seen = arrows = 0
    for k, step in frames:
        at = np.array([column(run["x"][step]), row(run["loss"][step])])
        if not -4 <= run["x"][step] <= 4 or step + 1 >= run.epochs:
            continue
        direction = tangent_of(run, step, column, row)
        for side in (-30, 30):  # a thin line: its middle pixels are ink, those beside are not
            x, y = at + side * direction
            around = picture[k][int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2, :3]
            seen += (abs(around.astype(int) - ink).max(axis=-1) < 90).any()
        end = column(np.clip(run["x"][step + 1], -4, 4))
        names = [part for part in hidden(run, picture, step) if part[2] == NAME]
        if abs(end - at[0]) > 40 and not any(covers(part, (end, at[1])) for part in names):
            shades = LinearSegmentedColormap.from_list("path", THEME.path)
            colour = np.array(shades(step / (run.header.epochs - 1))[:3]) * 255
            line = picture[k][int(at[1]), :, :3]
            drawn = np.flatnonzero(abs(line - colour).max(axis=-1) <= 2)
            tip = drawn.max() + 1 if end > at[0] else drawn.min()
            assert abs(tip - end) <= 1.5, step
            arrows += 1
    assert seen >= 4
    assert arrows or run.header.name != "unstable"


def test_the_point_lies_where_its_numbers_say(descending):
    run, _, picture, frames = descending
    column, row = scales(picture)
    left, right = run["curve"][[0, -1], 0]
    ink = [int(THEME.ink[i : i + 2], 16) for i in (1, 3, 5)]
    compared = 0
    for k, step in frames:
        x, f = float(run["x"][step]), float(run["loss"][step])
        if not left <= x <= right:
            continue
        at, level = column(x), row(f)
        top, start = int(level) - 11, int(at) - 11
        ring = (picture[k][top : top + 23, start : start + 23, :3] == ink).all(axis=-1)
        away = np.mgrid[:23, :23] + 0.5 - np.array([level - top, at - start])[:, None, None]
        dx, dy = tangent_of(run, step, column, row)
        ring &= abs(away[1] * dy - away[0] * dx) > 2.5  # the tangent is ink too
        ys, xs = np.nonzero(ring)
        assert len(ys) > 20
        assert abs((xs.min() + xs.max() + 1) / 2 + start - at) <= 0.51, step
        assert abs((ys.min() + ys.max() + 1) / 2 + top - level) <= 0.51, step
        compared += 1
    assert compared >= 2


def test_the_point_of_the_distance_lies_where_its_numbers_say(descending):
    """|x| against the step, on a logarithmic axis: by its ticks and the ends of their lines."""
    run, _, picture, frames = descending
    found = [a for a in picture.figure.axes if "|x|" in [text.get_text() for text in a.texts]]
    if not found:
        assert (abs(run["x"]) > 4).mean() <= 0.1
        return
    box = found[0].get_window_extent()
    left, top = round(box.x0), round(picture.size[1] - box.y1)
    ticks = [t.get_text() for t in found[0].texts if t.get_ha() == "right"]
    rules = found[0].lines[: len(ticks)]
    values = [float(text.replace("\u2009", "")) for text in ticks]
    down = np.poly1d(np.polyfit(np.log10(values), [top + line.get_ydata()[0] for line in rules], 1))
    start, end = (left + at for at in rules[0].get_xdata())
    ink = [int(THEME.ink[i : i + 2], 16) for i in (1, 3, 5)]
    for k, step in frames:
        at = (
            start + (end - start) * step / (run.header.epochs - 1),
            down(np.log10(abs(run["x"][step]))),
        )
        first = np.array(at[::-1]).astype(int) - 10
        window = picture[k][first[0] : first[0] + 21, first[1] : first[1] + 21, :3]
        ys, xs = np.nonzero((abs(window.astype(int) - ink) <= 2).all(axis=-1))
        assert len(ys) >= 6
        middle = (xs.min() + xs.max() + 1) / 2 + first[1], (ys.min() + ys.max() + 1) / 2 + first[0]
        assert np.abs(np.subtract(middle, at)).max() <= 0.51, step


def test_the_path_passes_where_the_steps_were(descending):
    """The middle of each dot that no later one covers has its step's colour, or that of the line
    that leaves it."""
    run, _, picture, frames = descending
    column, row = scales(picture)
    left, right = run["curve"][[0, -1], 0]
    shades = LinearSegmentedColormap.from_list("path", THEME.path)
    places = np.stack([column(run["x"]), row(run["loss"])], axis=1)
    for k, step in frames:
        frame, over = picture[k], [*hidden(run, picture, step)]
        for past in range(step):
            apart = np.hypot(*(places[past + 1 : step + 1] - places[past]).T)
            if any(covers(part, places[past]) for part in over):
                continue
            if left <= run["x"][past] <= right and apart.min() > 12 + (len(apart) > 60):
                x, y = np.floor(places[past]).astype(int)
                last = run.header.epochs - 1
                colours = [np.array(shades(at / last)[:3]) * 255 for at in (past, past + 1)]
                low, high = np.minimum(*colours), np.maximum(*colours)
                drawn = frame[y, x, :3]
                near = ((drawn >= low - 1) & (drawn <= high + 1)).all()
                assert near or crossed(places, past, step), (step, past)


def hidden(run, picture, step):
    """What is drawn over the path at a step: tangent, arrow and names, as (from, to, reach)."""
    column, row = scales(picture)
    at = np.array([column(run["x"][step]), row(run["loss"][step])])
    away = 75 * tangent_of(run, step, column, row)
    yield at - away, at + away, 4
    if step + 1 < run.epochs:
        yield at, np.array([column(np.clip(run["x"][step + 1], -4, 4)), at[1]]), 10
    for axes in picture.figure.axes:
        for text in axes.texts:
            if "minimum" in text.get_text() or "behind" in text.get_text():
                box = text.get_window_extent()
                middle = picture.size[1] - (box.y0 + box.y1) / 2
                yield np.array([box.x0, middle]), np.array([box.x1, middle]), NAME


def covers(part, place):
    a, b, reach = part
    along = np.clip((np.array(place) - a) @ (b - a) / max((b - a) @ (b - a), 1e-9), 0, 1)
    return np.hypot(*(a + along * (b - a) - place)) < reach


def crossed(places, past, step):
    """Whether a later line runs over a dot."""
    for a, b in zip(places[past + 1 : step], places[past + 2 : step + 1], strict=True):
        along = np.clip((places[past] - a) @ (b - a) / max((b - a) @ (b - a), 1e-9), 0, 1)
        if np.hypot(*(a + along * (b - a) - places[past])) < 4:
            return True
    return False


@pytest.mark.parametrize(("name", "step"), [("explosion", 102), ("too-big", 13)])
def test_an_arrow_at_the_edge_points_outwards_and_its_value_stands_inside(name, step, texts):
    keys = {"epochs": 117 if name == "explosion" else 61}
    scene = vizopt.load_scene(name, keys)
    with TemporaryDirectory() as folder:
        run = vizopt.record(scene, f"{folder}/run.zarr")
        rows = scene.timeline.rows(run["epoch"], FPS)
        k = run["epoch"][rows].tolist().index(step)
        picture = planned_picture(run, scene, SIZE, FPS)
        written = dict(texts.moving(picture, k))
        x = float(run["x"][step])
        right = x > 4
        box = next(box for text, box in written.items() if text == f"x = {number(x)}")
        shades = LinearSegmentedColormap.from_list("path", THEME.path)
        colour = np.array(shades(step / (run.header.epochs - 1))[:3]) * 255
        column, _ = scales(picture)
        edge = int(column(4.0 if right else -4.0))
        around = slice(edge - 22, edge) if right else slice(edge, edge + 22)
        rows_of = slice(int(box[1]) - 6, int(box[3]) + 6)
        drawn = abs(picture[k][rows_of, around, :3] - colour).max(axis=-1) <= 1
    heights = drawn.sum(axis=0)
    thick = np.nonzero(heights)[0]
    outwards = heights[thick] if right else heights[thick][::-1]
    assert outwards[0] > 3 * outwards[-1]
    gap = edge - 18 - box[2] if right else box[0] - edge - 18
    assert 2 < gap < 12
