"""Drawn: all that pictures of many shapes put where, against a record of it in plain text.

A changed record is written beside the kept one as `…-changed.txt`: look at what differs, and move
it over when the change is meant.
"""

import re
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.text import Text

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.draw.figure import _window
from vizopt.draw.paint import DPI, pixel_axes
from vizopt.draw.printed import _painted
from vizopt.draw.tracing import Drawing, Image, Traced, Written
from vizopt.scene.load import parse_scene
from vizopt.scene.load_race import load_race

KEPT = Path(__file__).parent / "drawn"
NUMBER = re.compile(r"(?<![\w.#])-?\d+\.\d\d\b|\b\d+(?=[, ]|$)")
NEAR, LEVEL = 0.011, 1  # of pixels, of 255: a last figure that is rounded the other way
PARTS = 3  # of an image, each way

SECONDS = {"timeline.seconds": 2.0}
NETWORK = SECONDS | {"epochs": 41, "keep.grid": 24, "problem.precision": "float64"}
DESCENT = SECONDS | {"epochs": 26}
RATIO = {"kind": "curves", "columns": ["update_ratio"]}
LARGE = {"look.text": "large"}

# What is trained, by the name of its pictures: a bundled scene, and what is otherwise.
TRAINED = {
    "network": ("sgd", NETWORK | {"problem.validation": 0.25, "optimizer.lr": 3.0}),
    "layers": ("sgd", NETWORK | {"epochs": 21, "record.quantities": ["update_ratio"]}),
    "classes": (
        "sgd",
        NETWORK
        | {"epochs": 5, "problem.sizes": [2, 8, 40]}
        | {"problem.data.classes": 40, "problem.data.points": 5},
    ),
    "table": ("own-data", NETWORK),
    "curve": ("sine", NETWORK),
    "leaves": ("explosion", DESCENT),
    "stays": ("momentum-fast", DESCENT),
    "adam": ("good", DESCENT | {"optimizer": {"kind": "adam", "lr": 0.3}}),
}

PICTURES = [
    ("network", (640, 360), {}),
    ("network", (720, 720), {}),
    ("network", (405, 720), LARGE),
    ("network", (320, 180), {}),
    ("network", (960, 240), {}),
    ("layers", (640, 360), {"stage.add": [{"panel": RATIO, "beside": "loss"}]}),
    ("layers", (640, 480), {"stage.add": [{"panel": RATIO, "above": "loss"}]}),
    ("classes", (405, 720), {}),
    ("table", (720, 720), {}),
    ("table", (960, 540), LARGE),
    ("curve", (405, 720), {}),
    ("curve", (960, 540), LARGE),
    ("strip", (640, 360), {}),
    ("prices", (640, 480), {}),
    ("leaves", (405, 720), {}),
    ("leaves", (960, 540), LARGE),
    ("stays", (720, 720), {}),
    ("adam", (640, 480), {}),
    ("race-2", (720, 720), {}),
    ("race-3", (960, 540), LARGE),
    ("race-5", (405, 720), {}),
    ("race-5", (720, 720), LARGE),
    ("race-8", (640, 360), {}),
    ("balls-5", (640, 360), {}),
]


def picture_name(given):
    name, (width, height), keys = given
    return f"{name}-{width}x{height}" + "-large" * (keys == LARGE)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Draws a picture; what it is of is trained once."""
    folder, made = tmp_path_factory.mktemp("drawn"), {}

    def recorded(name, scene):
        if name not in made:
            made[name] = vizopt.record(scene, folder / f"{name}.zarr")
        return made[name]

    def draw(name, size, keys):
        kind, _, many = name.partition("-")
        if many:
            runs, scene = raced(kind, int(many), keys, recorded)
        elif kind in TRAINED:
            bundled, trained = TRAINED[kind]
            runs = recorded(kind, vizopt.load_scene(bundled, trained))
            scene = parse_scene(runs.header.scene, "", {}, keys)
        else:
            runs = recorded(kind, vizopt.load_scene(table(kind, folder), TABLES[kind] | NETWORK))
            scene = parse_scene(runs.header.scene, "", {}, keys)
        return planned_picture(runs, scene, size, 10.0)

    return draw


def raced(kind, many, keys, recorded):
    """So many runs of a race, beyond its own the first ones again."""
    trained = DESCENT if kind == "balls" else NETWORK | {"keep.grid": 12}
    race = load_race({"race": "rules"}.get(kind, kind), trained | keys)
    scenes = {scene.title: scene for scene in race.scenes()}
    runs = {name: recorded(f"{kind} {name}", scenes[name]) for name in list(scenes)[:many]}
    again = {f"{name}, again": run for name, run in runs.items()}
    return dict(list((runs | again).items())[:many]), race


TABLES = {
    "strip": {"problem.validation": 0.1, "optimizer": {"kind": "adam", "lr": 0.5}},
    "prices": {"problem.kind": "regression", "problem.validation": 0.25},
}


def table(kind, folder):
    """A file of one feature and two classes, or of two features and a price."""
    random = np.random.RandomState(0)
    if kind == "strip":
        rows = [f"{50 + 8 * (k % 2) + 3 * random.randn():.3f},{'uv'[k % 2]}" for k in range(900)]
        lines = ["dose,kind", *rows]
    else:
        x = random.randn(40, 2)
        lines = ["area,age,price", *(f"{a:.3f},{b:.3f},{300 + 50 * a - 20 * b:.2f}" for a, b in x)]
    path = folder / f"{kind}.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("given", PICTURES, ids=picture_name)
def test_a_picture_is_drawn_as_it_was(given, drawn):
    """What stands still, what moves in its last frame, and what is otherwise in the middle one."""
    picture = drawn(*given)
    last = len(picture) - 1
    lines = [line for axes in picture.figure.axes for line in described(axes)]
    lines += moving(picture, last)
    before = moving(picture, last // 2, whole=False)
    lines += [f"before {line}" for line in before if line not in lines]
    path = KEPT / f"{picture_name(given)}.txt"
    changed = path.with_name(f"{path.stem}-changed.txt")
    kept = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not all(map(same, *zip(*zip_longest(kept, lines, fillvalue=""), strict=True))):
        changed.write_text("\n".join([*lines, ""]), encoding="utf-8")
        pytest.fail(f"{changed}: compare it, and name it without -changed if it is right")
    changed.unlink(missing_ok=True)


def same(kept, line):
    """Whether two lines are the same but for the last figures of their numbers."""
    if NUMBER.sub("0", kept) != NUMBER.sub("0", line):
        return False
    pairs = zip(NUMBER.findall(kept), NUMBER.findall(line), strict=True)
    return all(abs(float(a) - float(b)) <= (NEAR if "." in a else LEVEL) for a, b in pairs)


def moving(picture, k, *, whole=True):
    """A line for each thing that moves, as it is in a frame, and for what drawings consist of."""
    frame = Traced.of(picture._still)
    for box, draw in picture._draws:
        draw(_window(frame, box), k)
    for item in [*_painted(picture._still, np.asarray(frame)), *frame.items]:
        match item:
            case Written(text=text, x=x, y=y, align=align, style=style):
                told = align, style["weight"], hexed(style["color"])
                yield f"text {text!r} {figures(x, y, style['size'])} {' '.join(map(str, told))}"
            case Image(pixels=pixels):
                yield f"image {' '.join(map(str, item[:4]))} {shades(pixels)}"
            case Drawing(holes=holes):
                corners = [(*rows, *columns) for rows, columns in map(ends, holes)]
                yield f"drawing {' '.join(map(str, item[:5]))} {np.sum(corners, axis=0)}"
                if not whole:
                    continue
                axes = pixel_axes(Figure(dpi=DPI), 0, 0, item.width, item.height)
                item.draw(axes)
                yield from described(axes)


def described(axes):
    """A line for each thing in axes: what it is, where, how large and in which colour."""
    for artist in axes.get_children():
        match artist:
            case Text() if artist.get_text():
                size = figures(*at(axes, artist.get_position())[0], artist.get_fontsize())
                style = artist.get_ha(), artist.get_weight(), hexed(artist.get_color())
                yield f"text {artist.get_text()!r} {size} {' '.join(style)}"
            case Line2D():
                width, colour = figures(artist.get_linewidth()), hexed(artist.get_color())
                yield f"line {around(axes, artist.get_xydata())} {width} {colour}"
            case PathCollection():
                points, sizes = artist.get_offsets(), np.sqrt(artist.get_sizes()[:1])
                size = figures(*sizes, *artist.get_linewidth()[:1])
                yield f"marks {len(points)} {around(axes, points)} {size} {faces(artist)}"
            case Collection():
                yield f"area {around(axes, artist.get_paths()[0].vertices)} {faces(artist)}"
            case AxesImage():
                left, right, bottom, top = artist.get_extent()
                box = around(axes, [(left, top), (right, bottom)])
                yield f"image {box} {shades(np.asarray(artist.get_array(), float) * 255)}"


def at(axes, points):
    """Places of axes [n, 2] in pixels from a figure's top left corner."""
    points = np.asarray(points, float).reshape(-1, 2)
    places = axes.transData.transform(points[np.isfinite(points).all(axis=1)])
    return np.abs(places - [0, axes.figure.bbox.height])


def around(axes, points):
    """The box of some points, and the middle of them."""
    places = at(axes, points)
    if not len(places):
        return "nowhere"
    return figures(*places.min(axis=0), *places.max(axis=0), *places.mean(axis=0))


def ends(hole):
    return ((part.start, part.stop) for part in hole)


def figures(*numbers):
    return " ".join(f"{number + 0.0:.2f}" for number in numbers)


def hexed(colour):
    return to_hex(colour, keep_alpha=True).removesuffix("ff")


def faces(collection):
    return " ".join(sorted({hexed(colour) for colour in collection.get_facecolor()}))


def shades(pixels):
    """The mean of each part of an image [h, w, 4], red, green, blue and opacity up to 255."""
    parts = [
        part.mean(axis=(0, 1)).round().astype(int)
        for row in np.array_split(pixels, min(PARTS, len(pixels)))
        for part in np.array_split(row, min(PARTS, pixels.shape[1]), axis=1)
    ]
    return " ".join(",".join(map(str, part)) for part in parts)
