"""Panels that join the arranged picture: `stage.add`."""

import re
from functools import cache, partial
from itertools import combinations

import pytest
from test_picture import overlap

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import RecordingError, VizoptError
from vizopt.core.params import ParamLayout
from vizopt.draw.defaults import arranged
from vizopt.draw.figure_spec import FigureSpec, Join
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import Curves, Weights
from vizopt.pipeline.field import field_of
from vizopt.scene.load import parse_scene
from vizopt.scene.load_race import load_race
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


def too_many(many, **place):
    return [{"panel": {"kind": "curves", "columns": ["loss"]}, **place}] * many


@pytest.mark.parametrize(
    ("size", "add", "told"),
    [
        ((1280, 720), too_many(4, beside="loss"), 'stage.add.3: the panel "curves" would have 161'),
        ((1280, 720), too_many(8, beside="loss"), 'stage.add.3: the panel "curves" would have 161'),
        ((640, 360), too_many(4, below="loss"), 'stage.add.3: the panel "curves" would have 215x'),
        ((1280, 720), too_many(6, below="plane"), 'stage.add.2: the panel "plane" would have 574x'),
        ((720, 720), too_many(2, beside="loss"), "115 pixels at 720x720: too few to draw it: add"),
    ],
)
def test_panels_without_room_are_told_before_the_training(tmp_path, monkeypatch, size, add, told):
    monkeypatch.setattr("vizopt.pipeline.trained", None)  # nothing is trained
    with pytest.raises(vizopt.VizoptError, match=re.escape(told)) as caught:
        vizopt.make("sgd", tmp_path / "a.png", overrides={"stage.add": add}, size=size)
    assert str(caught.value).endswith("too few to draw it: add fewer, or at other panels")


def test_the_same_is_told_of_a_recording(run, tmp_path):
    add = {"stage.add": too_many(4, beside="loss")}
    with pytest.raises(vizopt.VizoptError, match=r"stage\.add\.3: the panel"):
        vizopt.render(run, tmp_path / "a.png", overrides=add, size=(640, 360))


def test_a_layout_of_its_own_is_held_against_the_frame_too(tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.pipeline.trained", None)
    stage = {"panels.a.kind": "plane", "panels.b.kind": "curves"}
    stage |= {"mosaic.rows": ["a b"], "mosaic.widths": [1, 90]}
    told = 'stage.mosaic: the panel "a" would have 13x602 pixels at 1280x720: too few to draw it'
    overrides = {f"stage.{key}": value for key, value in stage.items()}
    with pytest.raises(vizopt.VizoptError, match=f"{told}: give it more room"):
        vizopt.make("sgd", tmp_path / "a.png", overrides=overrides)


def test_so_it_is_in_a_banner(run, tmp_path):
    """Which has the wide layout where it has none of its own."""
    panels = {"a": {"kind": "plane"}, "b": {"kind": "curves", "columns": ["loss"]}}
    for heights, told in (([5, 1], '"b" would have 1520x53 pixels at 1600x500'), ([2, 1], "")):
        mosaic = {"rows": ["a", "b"], "heights": heights}
        keys = {"stage.panels": panels, "stage.mosaic": mosaic}
        drawn = partial(
            vizopt.render, run, tmp_path / "a.png", overrides=keys, size=(1600, 500), at="last"
        )
        if told:
            with pytest.raises(VizoptError, match=f"^stage.mosaic: the panel {told}"):
                drawn()
        else:
            drawn()


def test_the_panels_of_a_descent_need_room_too(tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.pipeline.trained", None)
    add = [{"panel": {"kind": "magnifier"}, "beside": "descent"}]
    told = r'stage.add.2: the panel "descent" would have 251x\d+ pixels at 1280x720'
    with pytest.raises(vizopt.VizoptError, match=told):
        vizopt.make("good", tmp_path / "a.png", overrides={"stage.add": add * 4})


def test_a_page_is_held_against_its_narrow_frame_too(tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.pipeline.trained", None)
    add = {"stage.add": too_many(3, beside="loss")}
    with pytest.raises(
        vizopt.VizoptError, match=r"at 720x900: .*, or leave out .* with --no-narrow$"
    ):
        vizopt.make("sgd", tmp_path / "a.html", overrides=add)


def test_a_hundredth_of_the_picture_is_no_room():
    told = 'stage.add.13: no room below "plane", which others joined before: add fewer, or at other'
    with pytest.raises(vizopt.VizoptError, match=told):
        vizopt.load_scene("sgd", {"stage.add": too_many(40, below="plane")})


NORMS = [{"panel": {"kind": "curves", "columns": ["grad_norm"]}, "beside": "loss"}]


def race(place, add, *sources, **keywords):
    keys = {"epochs": 3, "keep.grid": 4, "stage.add": add}
    return vizopt.race([*sources], place / "a.png", overrides=keys, **keywords)


def test_what_joins_a_race_is_recorded_of_the_runs_that_it_shows():
    one = [{"panel": NORMS[0]["panel"] | {"of": "Adam"}, "beside": "loss"}]
    for add, names in ((NORMS, ["SGD", "Adam"]), (one, ["Adam"])):
        runs = field_of(["sgd", "adam"], {"stage.add": add}, "a").runs
        assert [name for name, scene in runs.items() if "grad_norm" in scene.needs] == names


def test_a_race_of_its_own_file_records_what_joins(tmp_path):
    (tmp_path / "norms.toml").write_text(
        """title = "Norms"
epochs = 3
problem = { kind = "network", data = { kind = "spiral" } }
[stage]
add = [{ panel = { kind = "curves", columns = ["weight_norm"] }, below = "loss" }]
[[run]]
name = "A"
optimizer = { kind = "sgd", lr = 1.0 }
[[run]]
name = "B"
optimizer = { kind = "adam", lr = 0.1 }
"""
    )
    scenes = load_race(tmp_path / "norms.toml").scenes()
    assert [scene.record.quantities for scene in scenes] == [("weight_norm",)] * 2


@pytest.mark.parametrize(
    ("panel", "place", "told"),
    [
        ({"kind": "curves"}, "los", 'stage.add.0.beside: no panel "los": did you mean "loss"?'),
        ({"kind": "weights", "layer": "dense1"}, "loss", "stage.add.0.panel.of: which of the 2 ru"),
        ({"kind": "curves", "of": "Adma"}, "loss", 'add.0.panel.of: no run "Adma": did you mean'),
        (
            {"kind": "curves", "columns": ["grad_norm.dense7"]},
            "loss",
            'stage.add.0.panel: no column "grad_norm.dense7": did you mean "grad_norm.dense',
        ),
    ],
)
def test_a_mistake_is_told_before_a_race_is_trained(tmp_path, monkeypatch, panel, place, told):
    monkeypatch.setattr("vizopt.pipeline.racing.train_race", None)
    with pytest.raises(vizopt.VizoptError, match=re.escape(told)):
        race(tmp_path, [{"panel": panel, "beside": place}], "sgd", "adam")


def test_a_race_without_room_or_with_a_recording_that_lacks_it_is_not_trained(
    run, tmp_path, monkeypatch
):
    monkeypatch.setattr("vizopt.pipeline.racing.train_race", None)
    with pytest.raises(vizopt.VizoptError, match=r"stage\.add\.\d: the panel"):
        race(tmp_path, NORMS * 8, "sgd", "adam")
    with pytest.raises(RecordingError, match="no column 'grad_norm', which the picture nee"):
        race(tmp_path, NORMS, run, "adam")
