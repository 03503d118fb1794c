"""The picture: nothing overlaps or is cut, every frame stands alone, what it shows is true."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.oklab import luminance
from vizopt.draw import figure, paint
from vizopt.draw.defaults import arranged
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import DecisionRegions
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.legend import LINES, MAX_CLASSES, ClassLegend, written
from vizopt.draw.panels.weights import _block_maxima
from vizopt.draw.theme import THEMES
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene

SIZES = [(640, 360), (800, 450), (1280, 720), (1920, 1080), (1080, 1080), (1080, 1920)]


def picture_of(run, size=(640, 360), mode="clip", **overrides):
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    scene = parse_scene(run.header.scene, "test", {}, keys)
    return planned_picture(run, scene, size, 10.0, mode=mode)


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1.5


def assert_apart(picture, size, texts):
    """No text of the first, middle and last frame is cut or lies over another."""
    for k in (0, len(picture) // 2, len(picture) - 1):
        written = texts(picture, k)
        assert len(written) > 20
        for text, (left, top, right, bottom) in written:
            assert left >= 0, text
            assert top >= 0, text
            assert right <= size[0], text
            assert bottom <= size[1], text
        for (text, box), (other, place) in combinations(written, 2):
            assert not overlap(box, place), f"{text!r} lies over {other!r}: {box} {place}"


# Every theme with both kinds, wide and upright; a theme has colours, and moves nothing. Of the wide
# sizes, which are of one shape, each kind has every other one.
THEMED = [
    (kind, [*THEMES][(at + turn) % 3], size)
    for turn, kind in enumerate(("run", "descent"))
    for at, size in enumerate(SIZES)
    if at > 3 or at % 2 == turn
]


@pytest.mark.parametrize(("kind", "theme", "size"), THEMED, ids=str)
def test_no_text_overlaps_another_or_is_cut(request, kind, theme, size, texts):
    picture = picture_of(request.getfixturevalue(kind), size, theme=theme)
    assert_apart(picture, size, texts)


def test_frame_k_alone_is_frame_k_in_sequence(run):
    whole = list(picture_of(run))
    other = picture_of(run)
    for k in (len(whole) - 1, 3, len(whole) // 2, 0):
        assert np.array_equal(other[k], whole[k])
    assert not np.array_equal(whole[0], whole[-1])


OTHERS = [
    "deep", "mini-batches", "own-data", "divergence", "landscape", "explosion",
    "good adam", "good nadam", "explosion rmsprop",
]  # fmt: skip


# Every scene in every shape, the wide one small or large by turns, and every size in both texts.
TURNS = ["wide", (1080, 1080), (1080, 1920)]


@pytest.fixture(scope="module", params=OTHERS)
def other(request, tmp_path_factory):
    """A scene that looks otherwise, perhaps with another rule, its first 40 epochs at most."""
    name, _, rule = request.param.partition(" ")
    keys = {"epochs": min(vizopt.load_scene(name).epochs, 40), "keep.grid": 30}
    scene = vizopt.load_scene(name, keys | ({"optimizer.kind": rule} if rule else {}))
    return vizopt.record(scene, tmp_path_factory.mktemp(name) / "run.zarr")


@pytest.mark.parametrize("size", [(640, 360), *SIZES[-2:], (1024, 768)])
def test_no_large_text_overlaps_another_or_is_cut(run, size, texts):
    picture = picture_of(run, size, look__text="large")
    assert_apart(picture, size, texts)


def test_large_text_keeps_a_title_whole_and_gives_up_the_last_epoch(run, texts):
    title, last = "Stochastic gradient descent (1)", f"{run.header.epochs - 1}"
    for size, whole in (((1280, 720), True), ((1080, 1080), False)):
        picture = picture_of(run, size, look__text="large", title=title)
        written = [text for text, _ in texts(picture, len(picture) - 1)]
        assert title in written
        assert (f"{last} / {last}" in written) == whole
        assert (last in written) == (not whole)


@pytest.mark.parametrize("size", TURNS, ids=str)
def test_no_text_overlaps_in_other_pictures(other, size, texts, request):
    scene = OTHERS.index(request.node.callspec.params["other"])
    turn = scene + TURNS.index(size)
    size = [(640, 360), (1280, 720)][scene // 2 % 2] if size == "wide" else size
    # A descent's panels with large text have tests of their own.
    text = "large" if turn % 2 and other.layout.size > 1 else "normal"
    picture = picture_of(other, size, timeline__seconds=1.0, look__text=text)
    written = texts(picture, len(picture) - 1)
    for text, (left, top, right, bottom) in written:
        assert left >= -1, text
        assert top >= 0, text
        assert right <= size[0] + 1, text
        assert bottom <= size[1], text
    for (text, box), (second, place) in combinations(written, 2):
        assert not overlap(box, place), f"{text!r} lies over {second!r}: {box} {place}"


def test_the_first_epoch_is_shown_and_the_last_one_held(run):
    picture = picture_of(run, timeline__seconds=4.0)
    assert np.array_equal(picture[len(picture) - 1], picture[len(picture) - 5])


def test_a_missing_column_is_named(run, tmp_path):
    import shutil

    from vizopt.core.errors import RecordingError

    copy = shutil.copytree(run.path, tmp_path / "run.zarr")
    shutil.rmtree(copy / "snapshots/scores")
    with pytest.raises(RecordingError, match="no column 'scores', which"):
        picture_of(Recording(copy))


@pytest.mark.parametrize("name", THEMES)
def test_text_has_enough_contrast(name):
    theme = THEMES[name]
    values = [int(theme.paper[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    paper = luminance(np.array(values))
    for colour in (theme.ink, theme.muted):
        text = luminance(np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]))
        high, low = max(paper, text), min(paper, text)
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_every_panel_of_the_arranged_stage_is_shown(run):
    stage = arranged(run.header.kind, run.layout)
    few = {"banner": {"plane", "curves"}, "thumbnail": {"plane"}}
    assert list(stage.mosaics) == ["portrait", "square", "standard", "mosaic", *few]
    for shape, mosaic in stage.mosaics.items():
        assert set(mosaic.names) == few.get(shape, set(stage.panels))


@pytest.mark.parametrize(
    ("given", "size", "taken"),
    [
        ("mosaic standard square portrait", (1280, 720), "mosaic"),
        ("mosaic standard square portrait", (1080, 720), "mosaic"),
        ("mosaic standard square portrait", (1024, 768), "standard"),
        ("mosaic standard square portrait", (1280, 1024), "square"),
        ("mosaic standard square portrait", (800, 1000), "square"),
        ("mosaic standard square portrait", (1080, 1920), "portrait"),
        ("mosaic square", (1080, 1920), "square"),
        ("mosaic square", (1024, 768), "mosaic"),
        ("mosaic standard", (1080, 1080), "mosaic"),
        ("mosaic", (1080, 1920), "mosaic"),
    ],
)
def test_a_frame_takes_the_mosaic_of_its_shape_or_the_next(given, size, taken):
    mosaics = {name: Mosaic(rows=("plane",), widths=(float(i + 1),)) for i, name in
               enumerate(given.split())}  # fmt: skip
    stage = FigureSpec({"plane": DecisionRegions()}, **mosaics)
    assert stage.mosaic_for(size) is mosaics[taken]


SHARES = {"normal": 0.018, "large": 0.026}  # of the shorter side that the smallest text has


def blank(canvas):
    return np.zeros((*canvas.get_width_height()[::-1], 4), np.uint8)


@pytest.mark.parametrize("text", SHARES)
@pytest.mark.parametrize("kind", ["run", "descent"])
@pytest.mark.parametrize(
    "sizes",
    [[(960, 540), (640, 360), (1280, 720)], [(1080, 1080), (540, 540)], [(540, 960)],
     [(1024, 768), (1536, 1152)]],
    ids=str,
)  # fmt: skip
def test_a_text_has_the_same_share_of_every_frame_of_a_shape(
    request, kind, sizes, text, monkeypatch
):
    found = []
    for module in (figure, paint):  # no pixel is looked at
        monkeypatch.setattr(module, "drawn", blank)
    for name in ("text", "glyphs"):
        plain = getattr(DrawContext, name)

        def noted(slot, *args, plain=plain, name=name, **keys):
            size = args[3] if name == "text" and len(args) > 3 else args[0] if args else 13
            found[-1].append(slot.font(13 if name == "text" and len(args) < 4 else size))
            return plain(slot, *args, **keys)

        monkeypatch.setattr(DrawContext, name, noted)
    for size in sizes:
        found.append([])
        run = request.getfixturevalue(kind)
        picture_of(run, size, mode="still", look__text=text, timeline__seconds=0.5)
    shares = [np.array(sizes_) / min(size) for sizes_, size in zip(found, sizes, strict=True)]
    for share, size in zip(shares, sizes, strict=True):
        assert share.min() >= SHARES[text]
        assert abs(share[:, None] - shares[0]).min(axis=1).max() < 3e-4, size


def test_a_layer_with_more_cells_than_pixels_shows_block_maxima(tmp_path, texts):
    values = np.array([[0.1, -0.9, 0.2, 0.3], [0.4, 0.5, -0.1, 0.0], [0.7, 0.0, 0.0, -0.8]])
    assert _block_maxima(values, 2, 2).tolist() == [[-0.9, 0.3], [0.7, -0.8]]
    keys = {"epochs": 3, "keep.grid": 5, "problem.sizes": [2, 700, 3], "timeline.seconds": 0.5}
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "run.zarr")
    picture = picture_of(run, (640, 360))
    picture[0]
    assert any("block maxima" in text for text, _ in texts.still(picture))


@pytest.mark.filterwarnings("ignore:.*no installed font draws")
@pytest.mark.parametrize(
    "keys",
    [
        {"problem.sizes": [2, 3]},
        {"problem.sizes": [2, 64, 12], "problem.data.classes": 12},
        {"problem.sizes": [2, 4, 4, 4, 4, 4, 4, 4, 4, 3]},
        {"title": "日本語 and\ntwo lines"},
        {"epochs": 1},
        {"problem.data.points": 2},
    ],
    ids=str,
)
def test_unusual_scenes_draw(keys, tmp_path):
    base = {"epochs": 4, "keep.grid": 5, "timeline.seconds": 0.5}
    run = vizopt.record(vizopt.load_scene("sgd", base | keys), tmp_path / "run.zarr")
    picture = picture_of(run, (640, 360))
    frame = picture[len(picture) - 1]
    assert len(np.unique(frame.view(np.uint32))) > 50


def test_names_of_classes_stay_apart_where_there_is_little_room():
    slot = SimpleNamespace(
        text_width=lambda text, size: 10.0 * len(text),
        fitted=lambda text, size, room: (
            text if 10 * len(text) <= room else text[: int(room // 10) - 1] + "…"
        ),
    )

    def shown(*names, ways=4):
        return written(slot, names, 80.0, 13, ways)

    assert shown("class 0", "class 1") == ["class 0", "class 1"]
    assert shown("Iris setosa", "Iris virginia") == ["setosa", "virginia"]
    assert shown("Iris setosa alba", "Iris setosa rubra") == ["alba", "rubra"]
    assert shown("acute kidney disease", "chronic kidney disease", ways=2) == ["acute", "chronic"]
    assert shown("not", "not spam or ham") == ["not", "not spa…"]
    assert shown("legitimate", "not spam", ways=2) is None
    assert shown("wine", "wine red old", ways=2) is None  # a word is left of each
    assert shown("enormous b", "enormous enormous b", ways=2) is None
    assert shown("not spam at all", "spam to all", ways=2) is None
    assert shown("treatment-drug-north", "treatment-drug-south") == ["…g-north", "…g-south"]
    same = "one-and-the-same-beginning{}and-one-and-the-same-end"
    assert shown(same.format("A"), same.format("B")) is None


def legend(names, side):
    slot = DrawContext(None, side, side, THEMES["light"], 1.0, None)
    return slot, ClassLegend.of(slot, names, side, 15.0)


@pytest.mark.parametrize(
    ("classes", "side"), [(3, 500), (12, 500), (13, 500), (20, 540), (40, 300), (200, 160)]
)
def test_the_lines_of_classes_show_what_fits_and_count_the_others(classes, side):
    slot, found = legend(tuple(map(str, range(classes))), side)
    hidden = int(found.more.split()[1]) if found.more else 0
    assert found.names == [str(c) for c in range(len(found.names))]
    assert len(found.names) + hidden == classes
    assert found.lines <= LINES
    assert max(slot.text_width(name, found.size) for name in found.names) <= found.step - 15
    last = len(found.names) - (found.lines - 1) * found.across
    assert found.step * found.across <= side + 1e-9
    assert last * found.step + slot.text_width(found.more, found.size) <= side + 1e-9
    assert (hidden > 0) == (classes > MAX_CLASSES)


@pytest.mark.parametrize(
    ("names", "lines", "shown"),
    [
        (("ham", "spam"), 1, ["ham", "spam"]),
        (tuple(f"class {c}" for c in range(8)), 1, [str(c) for c in range(8)]),
        (tuple(f"grade-{c}" for c in range(8)), 2, [f"grade-{c}" for c in range(8)]),
        (tuple(f"quite a long name {c}x" for c in range(20)), 2, [f"{c}x" for c in range(20)]),
        (
            tuple(f"kind-of-grain-{c}" for c in range(16)),
            4,
            [f"kind-of-grain-{c}" for c in range(16)],
        ),
    ],
    ids=str,
)
def test_names_of_classes_go_on_in_further_lines_before_they_are_cut(names, lines, shown):
    _, found = legend(names, 540)
    assert (found.names, found.lines, found.more) == (shown, lines, "")
    assert found.size == (13 if lines == 1 else 11)


def test_names_that_no_line_holds_are_told_apart_by_their_ends_or_numbers():
    long = "a-name-of-a-class-that-is-longer-than-any-line-could-hold-" * 3
    _, found = legend(tuple(long + str(c) for c in range(3)), 300)
    assert [name[0] for name in found.names] == ["…"] * 3
    assert found.lines == 1
    _, found = legend(tuple(long + c + long for c in "abc"), 300)
    assert found.names == ["0", "1", "2"]


def test_as_many_names_stand_in_a_line_as_have_room_for_a_marker_and_three_figures():
    long = "a-name-of-a-class-that-is-longer-than-any-line-could-hold-" * 3
    names = tuple(f"{long}{c}{long}" for c in range(MAX_CLASSES))
    for side in range(60, 240, 5):
        slot, found = legend(names, side)
        least = 15 + slot.text_width("000", 11)
        assert found.step == pytest.approx(side / found.across)
        assert found.across == min(side // least, MAX_CLASSES // LINES)
