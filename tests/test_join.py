"""Panels that join the arranged picture: `stage.add`."""

import re
from functools import cache
from itertools import combinations

import pytest
from test_picture import overlap

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.params import ParamLayout
from vizopt.draw.defaults import arranged
from vizopt.draw.figure_spec import FigureSpec, Join
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import Curves, Weights
from vizopt.scene.load import parse_scene
from vizopt.scene.written import scene_toml

SIZES = [(640, 360), (640, 480), (480, 480), (360, 640)]
JOINS = {
    "curves": [{"panel": {"kind": "curves", "columns": ["accuracy"]}, "beside": "loss"}],
    "weights": [{"panel": {"kind": "weights", "layer": "dense1"}, "above": "curves"}],
    "key": [{"panel": {"kind": "key"}, "below": "plane"}],
    "two": [
        {"panel": {"kind": "curves", "columns": ["loss"]}, "beside": "plane", "name": "mine"},
        {"panel": {"kind": "weights", "layer": "dense2"}, "below": "mine"},
    ],
}


def picture_of(run, size, add, **keys):
    scene = parse_scene(
        run.header.scene, "", {}, {"stage.add": add, "timeline.seconds": 0.5, **keys}
    )
    return planned_picture(run, scene, size, 10)


@pytest.fixture(scope="module")
def panels_of(run):
    """How many panels there are before one joins."""

    @cache
    def counted(size, text):
        return len(picture_of(run, size, [], **{"look.text": text})._draws)

    return counted


@pytest.mark.parametrize("text", ["normal", "large"])
@pytest.mark.parametrize("name", JOINS)
def test_a_joined_panel_is_seen_in_every_shape(run, texts, panels_of, name, text):
    for size in SIZES if text == "normal" else SIZES[[*JOINS].index(name) % 2 :: 2]:
        picture = picture_of(run, size, JOINS[name], **{"look.text": text})
        assert len(picture._draws) == panels_of(size, text) + len(JOINS[name])
        boxes = [box for box, _ in picture._draws[1:]]
        for one, other in combinations(boxes, 2):
            ends = [(b.left, b.top, b.left + b.width, b.top + b.height) for b in (one, other)]
            assert not overlap(*ends)
        written = [(told, box) for told, box in texts(picture, 4) if told.strip()]
        assert all(box[0] >= 0 and box[2] <= size[0] and box[3] <= size[1] for _, box in written)
        assert not [pair for pair in combinations(written, 2) if overlap(pair[0][1], pair[1][1])]


def test_banners_and_thumbnails_stay_as_they_are(run):
    for size in ((1200, 300), (320, 180)):
        joined = picture_of(run, size, JOINS["two"])
        assert (joined[3] == picture_of(run, size, [])[3]).all()


def test_a_panel_and_its_neighbour_take_a_little_more_than_one_did():
    mosaic = Mosaic(("a b c", "a d c"), (4.0, 2.0, 1.0), (1.0, 3.0))
    beside = mosaic.joined("x", "b", "beside", 2.0)
    assert beside == Mosaic(("a b x c", "a d d c"), (4.0, 1.4, 1.4, 1.0), (1.0, 3.0))
    below = mosaic.joined("x", "d", "below", 2.0)
    assert below.rows == ("a b c", "a d c", "a x c")
    assert below.heights == pytest.approx((1.0, 2.1, 2.1))
    above = mosaic.joined("x", "d", "above", 2.0)
    assert (above.rows, above.heights) == (("a b c", "a x c", "a d c"), below.heights)
    over_two = Mosaic(("a a", "b c")).joined("x", "a", "beside", 2.0)
    assert over_two == Mosaic(("a x", "b c"), (1.4, 1.4), (1.0, 1.0))
    high = Mosaic(("a b",), (1.0, 9.0)).joined("x", "a", "beside", 2.0)
    assert high.rows == ("a b", "x b")


def test_names_are_unique_and_can_be_named_by_the_next():
    layout = ParamLayout.of({"dense1.weights": (2, 4), "dense2.weights": (4, 3)})
    curves = Join(Curves(("loss",)), beside="loss")
    again = Join(Curves(("lr",)), below="curves-2")
    stage = arranged("network", layout, FigureSpec(add=(curves, again)))
    assert [name for name in stage.names if name.startswith("curves")] == [
        "curves",
        "curves-2",
        "curves-3",
    ]
    own = FigureSpec({"w": Weights("dense1")}, Mosaic(("w",)), add=(Join(Curves(), below="w"),))
    assert arranged("network", layout, own).names == ("w", "curves")


@pytest.mark.parametrize(
    ("join", "told"),
    [
        ({"beside": "los"}, 'stage.add.0.beside: no panel "los": did you mean "loss"?'),
        ({"below": "curve"}, 'stage.add.0.below: no panel "curve": did you mean "curves"?'),
        ({}, 'stage.add.0: no place: say one of beside, above, below, like beside = "curves"'),
        ({"beside": "key", "above": "key"}, "stage.add.0: beside and above: say one of"),
        ({"beside": "key", "name": "plane"}, 'stage.add.0.name: "plane" is the name of another'),
        ({"beside": "key", "besides": "key"}, "stage.add.0.besides: unknown key (did you mean"),
        (
            {"beside": "key", "panel": {"kind": "weight"}},
            'stage.add.0.panel: unknown kind "weight" (did you mean "weights"?',
        ),
        (
            {"beside": "key", "panel": {"kind": "weights", "layer": "dense7"}},
            'stage.add.0.panel.layer: no layer "dense7": did you mean',
        ),
        (
            {"beside": "key", "panel": {"kind": "magnifier"}},
            'stage.add.0.panel: no column "curve": ',
        ),
    ],
)
def test_a_mistake_is_one_line_with_a_way_out(join, told):
    add = [{"panel": {"kind": "curves"}, **join}]
    with pytest.raises(vizopt.VizoptError, match=re.escape(told)) as caught:
        vizopt.load_scene("sgd", {"stage.add": add})
    assert "\n" not in str(caught.value)


def test_what_joins_is_recorded_told_and_written(run):
    norms = {"panel": {"kind": "curves", "columns": ["grad_norm"]}, "beside": "loss"}
    scene = vizopt.load_scene("sgd", {"stage.add": [norms], "epochs": 3})
    assert "grad_norm" in scene.needs
    made = parse_scene(run.header.scene, "", {}, {"stage.add": JOINS["two"]})
    assert "Curves show loss, loss, accuracy and learning rate up to" in story.of(run, made).text
    assert parse_scene(scene_toml(made), "", {}, {}) == made
