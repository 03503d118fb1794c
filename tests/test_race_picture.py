"""The picture of several runs: every number is of the recordings, at one time."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.telling import fairness_of
from vizopt.core import library
from vizopt.core.errors import VizoptError
from vizopt.core.numbers import count, number, setting
from vizopt.core.sizes import Box
from vizopt.draw.panels import PANELS, SmallPlane
from vizopt.draw.panels.badge import reach
from vizopt.draw.panels.balls import ARROW, BADGE_STEP_RADII, _shapes, sides, stacked
from vizopt.draw.panels.curves.compared import _is_together
from vizopt.draw.panels.curves.sofar import Line, _join
from vizopt.draw.panels.curves.tips import beside
from vizopt.draw.panels.scale import scale_in, scale_of
from vizopt.draw.panels.standings import Standings, _Row
from vizopt.draw.panels.standings_table import Table
from vizopt.draw.playback import Playback
from vizopt.draw.race import raced
from vizopt.draw.standing import apart, gliding, standing
from vizopt.draw.theme import THEMES
from vizopt.draw.views import Role, views_of
from vizopt.recording.differences import SEPARATOR, common, own
from vizopt.recording.events import MARKS
from vizopt.scene.load_race import load_race

WIDE, SQUARE, TALL, SMALL = (1280, 720), (1080, 1080), (1080, 1920), (640, 360)
FPS = 20.0


@pytest.fixture(scope="module")
def race():
    keys = {"epochs": 161, "keep.grid": 12, "timeline.seconds": 3.0}
    return load_race("rules", keys)


@pytest.fixture(scope="module")
def every(race, tmp_path_factory):
    """Five rules, one of which ends at epoch 40; and one that diverges."""
    folder, made = tmp_path_factory.mktemp("race"), {}
    for scene in race.scenes():
        short = replace(scene, epochs=41) if scene.title == "AdaGrad" else scene
        made[scene.title] = vizopt.record(short, folder / f"{scene.name}.zarr")
    keys = {"epochs": 161, "keep.grid": 20, "optimizer": {"kind": "sgd", "lr": 1e30}}
    made["Wild"] = vizopt.record(vizopt.load_scene("sgd", keys), folder / "wild.zarr")
    assert made["Wild"].diverged is not None
    return made


def some(every, many):
    return dict(list(every.items())[:many])


def written(texts, picture, k):
    return [text for text, _ in texts.moving(picture, k)]


@pytest.fixture(scope="module")
def picture(every, race):
    return planned_picture(every, race, SMALL, FPS)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.7, 1.0])
def test_every_run_shows_its_figures_at_the_clocks_step(share, picture, every, race, texts):
    k = round(share * (len(picture) - 1))
    views = views_of(every, race.timeline, FPS)
    steps = race.timeline.steps(0, 160, FPS)
    told = written(texts, picture, k)
    assert f"{count(int(np.floor(steps[k])))} / 160" in told or share not in (0.0, 1.0)
    for view in views.values():
        epoch = int(view.run["epoch"][view.rows[k]])
        kept = view.run["epoch"]
        assert epoch == kept[kept <= max(steps[k], 0)][-1]
        assert number(float(view.run["accuracy"][epoch])) in told
        if view.name in ("Wild", "AdaGrad"):  # which say that they ended
            continue
        assert any(f"loss {number(float(view.run['loss'][epoch]))}" in text for text in told)


def test_the_standings_are_in_the_order_of_the_best_so_far(every, race, texts):
    picture = planned_picture(every, race, WIDE, FPS, mode="still")
    k = len(picture) - 1
    places = {
        text: box[1] for text, box in texts.moving(picture, k) if text in every and box[0] > 800
    }
    best = {name: float(run["accuracy"].max()) for name, run in every.items()}
    at = {name: int(run["accuracy"].argmax()) for name, run in every.items()}
    wanted = sorted(every, key=lambda name: (-best[name], at[name], [*every].index(name)))
    shown = sorted((name for name in places if name in every), key=lambda name: places[name])
    assert len(shown) == 6
    said = [text for text, _ in texts.still(picture)]
    assert {"accuracy", "best", "epochs to", "50 %", "75 %", "90 %", "95 %"} <= set(said)
    assert shown == wanted
    told = written(texts, planned_picture(every, race, SMALL, FPS, mode="still"), k)
    for name in every:
        assert number(best[name]) in told
        reached = every[name]["accuracy"] >= 0.5
        if reached.any():
            assert count(int(reached.argmax())) in told
    assert told.count("–") == sum(
        not (run["accuracy"] >= mark).any()
        for run in every.values()
        for mark in (0.5, 0.75, 0.9, 0.95)
    )


@pytest.mark.parametrize(
    ("many", "size"), [(3, WIDE), (6, WIDE), (4, SQUARE), (5, SQUARE), (6, SQUARE)]
)
def test_every_accuracy_that_a_run_reached_has_its_column(many, size, every, race, texts):
    runs = some(every, many)
    picture = planned_picture(runs, race, size, FPS, "still")
    told = {text for text, _ in texts.still(picture)}
    best = max(float(run["accuracy"].max()) for run in runs.values())
    reached = {f"{mark * 100:.0f} %" for mark in MARKS if best >= mark}
    assert "50 %" in reached
    assert reached <= told
    assert picture.unseen() == []


def test_every_plane_has_the_same_figures_above_it(every, race, texts):
    for size in (WIDE, SQUARE):
        picture = planned_picture(some(every, 5), race, size, FPS, "still")
        above = [text for text in written(texts, picture, 2) if text.startswith("loss ")]
        assert len(above) >= 4
        assert len({"lr" in text for text in above}) == 1


@pytest.mark.parametrize("weights", ["", "dense2"])
def test_a_long_name_leaves_the_accuracies_at_the_ends_of_their_planes(weights, every, race, texts):
    names = ["SGD", "Momentum", "Nesterov momentum, of six"]
    names += [] if weights else ["4", "5"]
    runs = dict(zip(names, every.values(), strict=False))
    shown = replace(race, weights=weights)
    picture = planned_picture(runs, shown, WIDE, FPS, "still")
    boxes = [next(s[0] for s in own if len(s) == 1) for own in picture.spots().values()]
    told = texts.moving(picture, len(picture) - 1)
    ends = []
    for run, (left, top, *_) in zip(runs.values(), boxes, strict=True):
        now = number(float(run["accuracy"][-1]))
        (end,) = [
            b[2]
            for text, b in told
            if text == now and abs(b[1] - top) < 20 and 0 < b[0] - left < 300
        ]
        ends.append(end - left)
    assert np.ptp(ends) < 3


def test_what_a_shape_has_no_room_for_is_said(every, tmp_path):
    keys = {"at": "last", "size": (720, 720), "text": "large"}
    clip = vizopt.race([run.path for run in every.values()], tmp_path / "a.png", **keys)
    assert clip.unseen == ("curves",)
    assert str(clip).endswith("  no room for curves")
    clip = vizopt.race([every["SGD"].path, every["Adam"].path], tmp_path / "b.png", at="last")
    assert clip.unseen == ()
    small = planned_picture(every, load_race("rules"), (400, 300), FPS, "still")
    assert small.unseen()[:2] == ["curves", "planes"]


def test_who_ended_stands_and_says_so(picture, every, race, texts):
    at = every["Wild"].diverged
    before = written(texts, picture, 0)
    assert "finished" not in before
    told = written(texts, picture, len(picture) - 1)
    assert "finished" in told
    assert f"diverged at epoch {at}" in told
    alone = {"SGD": every["SGD"], "Momentum": every["Momentum"]}
    assert "finished" not in written(texts, planned_picture(alone, race, SMALL, FPS), 59)


def test_a_page_knows_where_a_run_is_in_every_frame(every, race, texts):
    """Its plane, its lines up to now, the badge at the end of each, and its row."""
    picture = planned_picture(every, race, WIDE, FPS, mode="still")
    views, spots = views_of(every, race.timeline, FPS), picture.spots()
    assert [*spots] == [*every]
    own = {}
    for name, some in spots.items():
        (plane,) = (spot[0] for spot in some if len(spot) == 1)
        loss, badge, accuracy, other, row = (spot for spot in some if len(spot) > 1)
        own[name] = plane, loss, accuracy, row
        assert (badge[:, 0] > loss[:, 0]).all()
        assert (other[:, 0] > accuracy[:, 0]).all()
    for k in (0, 30):  # of a new one: a row that says the same is not written again
        told = texts.moving(planned_picture(every, race, WIDE, FPS, mode="still"), k)
        for name, (plane, _, _, row) in own.items():
            epoch = int(every[name]["epoch"][views[name].rows[k]])
            best = number(float(every[name]["accuracy"][: epoch + 1].max()))
            assert {name, best} <= {text for text, box in told if within(box, row[k])}
            now = number(float(every[name]["accuracy"][epoch]))
            assert now in [text for text, box in told if within(box, plane)]
    steps = every["Adam"]["epoch"][views["Adam"].rows]
    for line, column in zip(own["Adam"][1:3], ("loss", "accuracy"), strict=True):
        for i, shown in ((0, steps), (1, -every["Adam"][column][steps])):
            assert np.corrcoef(line[:, i], shown)[0, 1] > 0.99
    alone = planned_picture({"": every["SGD"]}, vizopt.load_scene("sgd"), SMALL, FPS)
    assert alone.spots() == {"": []}


@pytest.mark.parametrize("many", [2, 3, 5, 6])
def test_rows_of_large_text_have_room_in_a_square(every, race, texts, many):
    picture = planned_picture(some(every, many), race, (720, 720), FPS, "still", large=True)
    told = texts.moving(picture, len(picture) - 1)
    every_spot = [spot[-1] for own in picture.spots().values() for spot in own]
    rows = [spot for spot in every_spot if len(spot) == 4 and spot[2] > 400]
    middles = [
        min((box[1] + box[3]) / 2 for text, box in told if text == name and box[1] > row[1] - 2)
        for name, row in zip(some(every, many), rows, strict=True)
    ]
    high = min(box[3] - box[1] for text, box in told if text in every)
    assert np.diff(sorted(middles)).min() > high


@pytest.mark.parametrize("many", [2, 3, 5])
def test_badges_of_large_text_stand_apart_in_a_square(every, race, many):
    same = {str(i): every["SGD"] for i in range(many)}
    picture = planned_picture(same, race, (1080, 1080), FPS, "still", large=True)
    ends = [[spot[-1] for spot in own] for own in picture.spots().values()]
    badges = [[end for end in own if len(end) == 4 and max(end[2:]) < 250] for own in ends]
    assert {len(own) for own in badges} == {2}  # of the loss and of the accuracy
    for plot in zip(*badges, strict=True):
        assert np.diff(sorted(badge[1] for badge in plot)).min() > plot[0][3]  # no pixel shared


def within(box, spot):
    """Whether the middle of a text is in a spot."""
    x, y = (box[0] + box[2]) / 2 - spot[0], (box[1] + box[3]) / 2 - spot[1]
    return 0 < x < spot[2] and 0 < y < spot[3]


def test_a_row_with_room_says_how_its_run_ended(every, race, texts):
    many = {str(i): every["SGD"] for i in range(6)} | {"7": every["Wild"]}
    picture = planned_picture(many, race, SMALL, FPS)  # of curves and standings alone
    ended = dict(texts.moving(picture, 59))
    row, name = ended[f"diverged at epoch {every['Wild'].diverged}"], ended["7"]
    assert row[1] < name[3]
    assert name[1] < row[3]
    assert row[0] > name[2]


def test_what_a_frame_means_stands_above_the_standings(starts, texts):
    for name, size in (("rates", WIDE), ("batches", SQUARE), ("rules", WIDE)):
        field, runs = starts[name]
        picture = planned_picture(runs, field, size, FPS, "still")
        assert "framed: best so far" in [text for text, _ in texts.still(picture)]


def test_nobody_leads_who_shares_the_lead(every, race):
    found = standing(views_of(every, race.timeline, FPS), "accuracy")
    assert not any(each.leads[0] for each in found.values())
    assert sum(bool(each.leads[-1]) for each in found.values()) == 1
    assert sorted(int(each.place[-1]) for each in found.values()) == [0, 1, 2, 3, 4, 5]


def test_a_place_glides_for_half_a_second_and_is_exact_in_stills():
    place = np.array([2] * 20 + [0] * 20)
    moved = gliding(place, Playback(WIDE, 20.0, "clip"))
    assert moved[19] == 2
    assert (np.diff(moved[19:30]) < 0).all()
    assert moved[29] == pytest.approx(0)
    assert gliding(place, Playback(WIDE, 20.0, "still")).tolist() == place.tolist()


def test_rows_that_change_places_come_near_and_then_change_sides():
    up, down = np.array([1, 0.75, 0.5, 0.25, 0]), np.array([0, 0.25, 0.5, 0.75, 1])
    places = apart(np.array([down, up, np.full(5, 2.0)]), 0.6)
    np.testing.assert_allclose(places[0], [0, 0.2, 0.2, 0.8, 1], atol=1e-12)
    np.testing.assert_allclose(places[1], [1, 0.8, 0.8, 0.2, 0], atol=1e-12)
    np.testing.assert_allclose(places[2], 2)
    turns = np.array([[0.45, 0.55] * 3, [0.55, 0.45] * 3])  # who lead by turns
    assert (apart(turns, 0.6)[0] < apart(turns, 0.6)[1]).all()


@given(st.permutations(range(5)), st.permutations(range(5)), st.floats(0.1, 1.0))
def test_rows_never_lie_over_each_other_and_end_where_they_stand(first, last, step):
    share = np.append(np.linspace(0, 1, 9), np.ones(4))  # who changes sides late
    glides = np.outer(first, 1 - share) + np.outer(last, share)
    places = apart(glides, step)
    assert (np.diff(np.sort(places, axis=0), axis=0) > step - 1e-9).all()
    assert (places > -1e-9).all()
    assert (places < 4 + 1e-9).all()
    np.testing.assert_allclose(places[:, [0, -1]], np.array([first, last]).T, atol=1e-9)
    rank = np.argsort(np.argsort(places, axis=0), axis=0)
    assert abs(np.diff(rank, axis=1)).max() <= 1


def test_no_row_leaps_where_several_change_places():
    """Where those that pass each other do it in one frame, one leaps over three rows."""
    order = np.array([*range(8)]), np.array([3, 2, 1, 0, 4, 7, 6, 5])
    place = np.repeat(np.array(order).T, [20, 40], axis=1)
    moved = np.array([gliding(row, Playback(WIDE, 30.0, "clip")) for row in place])
    places = apart(moved, 0.8)
    assert abs(np.diff(places, axis=1)).max() < 1.3
    assert np.array_equal(places[:, 40:], place[:, 40:])


@pytest.mark.parametrize(("many", "size"), [(5, (405, 720)), (8, SMALL)])
def test_no_row_covers_another_one_as_they_change_places(many, size, every, race, monkeypatch):
    """Whichever is written last, the frame is the same."""
    names = ["Half jumpy gy", "Momentum 0.9 with a longer jumpy gj name", *"abcdef"]
    runs = dict(zip(names[:many], [*every.values()] * 2, strict=False))
    calls, original = [], _Row.write

    def noted(*call):
        calls.append(call)
        original(*call)

    monkeypatch.setattr(_Row, "write", noted)
    picture, moving, stood = planned_picture(runs, race, size, FPS), 0, None
    for k in range(8, 32, 2):
        calls.clear()
        picture[k]
        stands = [middle for *_, middle in calls]
        moving += stood is not None and stood != stands
        stood = stands
        ways = np.full((2, *calls[0][1].shape), 255, np.uint8)
        for window, order in zip(ways, (calls, calls[::-1]), strict=True):
            for row, _, *where in order:
                original(row, window, *where)
        assert np.array_equal(*ways), k
    assert moving > 4


def test_every_row_can_be_read_while_rows_change_places(every, race, texts):
    runs = some(every, 5)
    views = views_of(runs, race.timeline, FPS)
    places = np.array([each.place for each in standing(views, "accuracy").values()])
    first = np.flatnonzero((np.diff(places) != 0).any(axis=0))[0]
    for k in range(first + 3, first + 9, 2):
        written = texts.moving(planned_picture(runs, race, WIDE, FPS), k)
        boxes = {text: box for text, box in written if text in runs and box[1] > 0.57 * WIDE[1]}
        rows = sorted(box[1:4:2] for name, box in boxes.items() if box[0] > 0.43 * WIDE[0])
        assert len(rows) == len(runs)
        assert all(below[0] >= above[1] - 1 for above, below in pairwise(rows))


@pytest.mark.parametrize(
    ("many", "size", "slide"),
    [
        *((2, WIDE, False), (3, TALL, False), (4, SQUARE, False), (4, (960, 720), False)),
        *((6, SMALL, False), (6, SQUARE, False)),
        *((2, (1068, 720), True), (3, (1440, 720), True), (4, (1068, 720), True)),
    ],
)
def test_no_text_lies_over_another_one(many, size, slide, every, race, texts):
    picture = planned_picture(some(every, many), race, size, FPS, mode="still", slide=slide)
    boxes = [
        (text, box) for text, box in texts(picture, len(picture) - 1) if text.strip() and box[2] > 0
    ]
    width, height = size
    for i, (text, (x0, y0, x1, y1)) in enumerate(boxes):
        assert min(x0, y0, width + 1 - x1, height + 1 - y1) >= 0, text
        for other, (a0, b0, a1, b1) in boxes[i + 1 :]:
            across, down = min(x1, a1) - max(x0, a0), min(y1, b1) - max(y0, b0)
            inner = 0.45 * min(y1 - y0, b1 - b0)
            assert across <= 1 or down <= inner, (text, other)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=2, max_size=8))
def test_no_badge_lies_over_another_one(places):
    heights = stacked(places, 10.0)
    for i, (x, _) in enumerate(places):
        for j in range(i):
            apart = abs(x - places[j][0]) >= 10 * BADGE_STEP_RADII
            assert apart or abs(heights[i] - heights[j]) >= 0.98 * 10 * BADGE_STEP_RADII


def test_a_badge_without_room_above_its_ball_stands_below():
    assert stacked([(50.0, 30.0), (52.0, 30.0), (300.0, 200.0)], 10.0, 0.0) == [56.0, 77.0, 174.0]


def test_a_ball_outside_the_frame_points_to_where_it_is():
    plot = SimpleNamespace(left=-1.0, right=1.0, low=0.0, high=5.0)
    x, f = np.array([0.0, -2.0, 2.0, 0.0, 0.0, 0.0]), np.array([1.0, 9.0, 1.0, -1.0, 9.0, np.inf])
    assert sides(plot, x, f) == ["", "left", "right", "below", "above", "above"]


def test_an_arrow_points_to_the_side_where_its_ball_is():
    shapes = _shapes(SimpleNamespace(unit=1.0, theme=THEMES["light"]))
    for turns, side in enumerate(["right", "below", "left", "above"]):
        window = np.full((41, 41, 4), 255, np.uint8)
        shapes[side](window, 20, 20)
        heights = (np.rot90(window[..., 0], turns) < 255).sum(axis=0)
        heights = heights[heights > 0]
        assert heights[-1] == 1
        assert heights[0] == 2 * ARROW + 1


def test_many_runs_have_curves_and_standings_and_more_are_refused(every):
    run = every["SGD"]
    assert sum(isinstance(p, SmallPlane) for p in raced(some(every, 6)).panels.values()) == 6
    assert set(raced({str(i): run for i in range(7)}).panels) == {"curves", "standings"}
    raced({str(i): run for i in range(20)})
    with pytest.raises(
        VizoptError, match="30 runs: a picture has room for 20, and for the planes of 6"
    ):
        raced({str(i): run for i in range(30)})


@pytest.mark.parametrize(
    ("many", "size", "least"),
    [
        *((2, (1440, 720), 0.9), (3, (1440, 720), 0.9), (4, (1440, 720), 0.35)),
        *((2, (1068, 720), 0.9), (3, (1068, 720), 0.33), (4, (1068, 720), 0.45)),
    ],
)
def test_on_a_slide_the_curves_have_a_height_and_planes_no_width_to_spare(every, many, size, least):
    """Of what is below the settings; a plane is a square below a name and a line of values."""
    stage = raced(some(every, many), slide=True)
    area = Box(0, 0, size[0] - 64, size[1] - 140)
    boxes = stage.mosaic_for(size).boxes(area, 24)
    assert boxes["curves"].height >= least * area.height
    for place in range(1, many + 1):
        plane = boxes[f"run-{place}"]
        assert plane.width <= 1.25 * (plane.height - 60)
        assert plane.width >= 250  # its name and its accuracy, in large letters


@pytest.mark.parametrize(
    ("many", "size", "slide"),
    [
        *((2, (1280, 720), False), (2, (1440, 720), True), (3, (1280, 720), False)),
        *((5, (720, 720), False), (6, (720, 720), False), (6, (405, 720), False)),
    ],
)
def test_in_large_text_the_badges_of_the_standings_do_not_touch(
    every, race, many, size, slide, monkeypatch
):
    seen = []

    def static(self, slot, views):
        table = Table.of(slot, views, self.by)
        seen.append((table.pitch, 2 * reach(slot, table.size)))

    monkeypatch.setattr(Standings, "static", static)
    planned_picture(some(every, many), race, size, FPS, mode="still", large=True, slide=slide)
    [(pitch, badge)] = seen
    assert pitch > badge


def test_the_frames_of_a_race_depend_on_nothing_before(picture, every, race):
    some = range(0, 60, 14)
    forward = [picture[k] for k in some]
    again = planned_picture(every, race, SMALL, FPS)
    for k, frame in reversed(list(zip(some, forward, strict=True))):
        assert np.array_equal(again[k], frame)


def test_the_weights_of_all_runs_have_one_scale(every, race, texts):
    runs = some(every, 3)
    picture = planned_picture(runs, replace(race, weights="dense1"), WIDE, FPS, mode="still")
    told = [text for text, _ in texts.still(picture)]
    assert told.count("Dense 1") == 3
    largest = max(float(abs(run["params"]).max()) for run in runs.values())
    assert setting(scale_in(views_of(runs, race.timeline, FPS)).limit) in told
    assert largest <= scale_in(views_of(runs, race.timeline, FPS)).limit < 1.1 * largest
    alone = {scale_of(run).limit for run in runs.values()}
    assert len(alone) > 1
    with pytest.raises(VizoptError, match=r'weights: SGD has no layer "dens1": did you mean "d'):
        raced(runs, None, "dens1")
    with pytest.raises(VizoptError, match="weights: 5 runs: there is room for the weights of 4"):
        raced(some(every, 5), None, "dense1")


def test_a_name_is_smaller_or_in_two_lines_before_it_is_cut(every, race, texts):
    runs = dict(
        zip(("SGD with momentum", "RMSProp, by hand", "Adam"), every.values(), strict=False)
    )
    picture = planned_picture(runs, race, WIDE, FPS, mode="still")
    told = [text for text, _ in texts(picture, 10)]
    assert {"SGD with", "momentum"} < {*told}
    assert not [text for text in told if text.endswith("…") and text[:3] in ("SGD", "RMS")]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("size", [WIDE, SQUARE, TALL, (960, 720)])
@pytest.mark.parametrize("name", library.races())
def test_how_fair_a_bundled_race_is_stands_whole_above_it(name, size, large, starts, texts):
    field, runs = starts[name]
    picture = planned_picture(runs, field, size, FPS, "still", large=large)
    told = " ".join(text for text, _ in texts.still(picture))
    told = " ".join(told.replace("·", " ").split())
    for part in fairness_of(runs, field).split(SEPARATOR):
        assert " ".join(field.colours.words.told(part).split()) in told
    assert ("n = 20 seeds" in told) == (name == "batches")


@pytest.fixture(scope="module")
def starts(tmp_path_factory):
    """The first steps of every bundled race."""
    folder, made = tmp_path_factory.mktemp("starts"), {}
    for name in library.races():
        race = load_race(name, {"epochs": 3, "keep.grid": 8})
        made[name] = (
            race,
            {s.title: vizopt.record(s, folder / name / f"{s.name}.zarr") for s in race.scenes()},
        )
    return made


def test_few_runs_have_in_common_what_begins_their_settings(starts):
    _, runs = starts["rates"]
    assert common(runs).startswith("SGD  ·  ")
    assert own(runs)["lr 10"] == "learning rate 10"
    _, runs = starts["batches"]
    assert "2 → 64 ReLU → 3 softmax" in common(runs).split(SEPARATOR)
    assert own(runs)["batch 32"] == "batch 32"


def test_a_picture_of_descents_has_every_ball_on_the_curve(tmp_path, texts):
    race = load_race("balls", {"epochs": 31})
    runs = {s.title: vizopt.record(s, tmp_path / f"{s.name}.zarr") for s in race.scenes()}
    picture = planned_picture(runs, race, SMALL, FPS, mode="still")
    told = written(texts, picture, len(picture) - 1)
    for run in runs.values():
        assert number(float(run["loss"].min()), 3) in told
    said = [text for text, _ in texts.still(picture)]
    assert {"f(x)", "lowest", "step"} <= set(said)
    assert {"small-plane", "standings"} <= set(PANELS)
    for name, (ball, badge, *_) in picture.spots().items():
        at = runs[name]["epoch"][views_of(runs, race.timeline, FPS)[name].rows]
        assert (abs((ball - badge)[:, 0]) <= ball[0, 2]).all()
        middle = ball[:, :2] + ball[:, 2:] / 2
        for i, shown in ((0, runs[name]["x"]), (1, -runs[name]["loss"])):
            assert np.corrcoef(middle[:, i], shown[at])[0, 1] > 0.99


def test_a_runs_line_has_its_dash_and_of_more_than_six_its_grey_and_width():
    axes = Figure().add_axes((0, 0, 1, 1))
    axis = SimpleNamespace(low=0.0, high=2.0)
    plot = SimpleNamespace(x=lambda x: x, y=lambda y: y, axis=axis)
    slot = SimpleNamespace(unit=1.0, theme=THEMES["light"])
    for place in (1, 2, 7, 13, 20):
        Line.of_run(slot, plot, (np.arange(9), np.ones(9)), Role(place)).draw(axes)
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--", "-", "-", "--"]
    ink, muted = slot.theme.ink, slot.theme.muted
    assert [line.get_color() for line in axes.lines] == [ink, ink, muted, ink, muted]
    assert [line.get_linewidth() for line in axes.lines] == [2.3, 2.3, 2.3, 1.3, 1.3]


def test_a_run_without_a_value_of_a_column_has_no_line_of_it(tmp_path, texts):
    for name, told in (("a", {}), ("b", {"accuracy": 0.5}), ("c", {"accuracy": 0.7})):
        with vizopt.Run(tmp_path / f"{name}.zarr", title=name) as run:
            for step in range(5):
                run.log(loss=1 - 0.1 * step, **told)
            if name == "a":
                run.log(loss=0.5, accuracy=np.nan)
    runs = [tmp_path / f"{name}.zarr" for name in "abc"]
    assert vizopt.Recording(runs[0]).columns["accuracy"].shape == (6,)
    clip = vizopt.race(runs, tmp_path / "r.png", at="last", size=SMALL)
    assert clip.frames().shape[1:3] == SMALL[::-1]
    every = {name: vizopt.Recording(tmp_path / f"{name}.zarr") for name in "abc"}
    drawn = planned_picture(every, load_race("rules"), (1280, 720), FPS, mode="still")
    told = written(texts, drawn, len(drawn) - 1)
    assert {"0.700", "0.500", "–"} <= set(told)
    assert not [text for text in told if "∞" in text]


def test_what_lies_above_the_window_inks_nothing():
    for ends in ((5, 40, 30, -110), (5, -20, 30, -20.3)):
        window = np.zeros((300, 40), np.uint32)
        _join(window, ends, 2.0, np.uint32(1))
        assert not window[60:].any()


def test_a_run_that_logs_few_steps_has_a_line_from_one_to_the_next(tmp_path):
    def stills(name, every):
        for run, steps, lowest in (("a", every, 1.0), ("b", 1, 1.5)):
            with vizopt.Run(tmp_path / name / f"{run}.zarr", title=run) as own:
                for step in range(0, 41, steps):
                    own.log(step=step, loss=3.0 - (3.0 - lowest) * step / 40)
        runs = [tmp_path / name / f"{run}.zarr" for run in "ab"]
        clip = vizopt.race(runs, tmp_path / f"{name}.png", at="last", size=SMALL)
        return clip.frames()[0]

    whole, few = stills("whole", 1).astype(int), stills("few", 20).astype(int)
    assert abs(whole - few).max() < 8


def test_lines_that_end_together_have_their_badges_in_one_column():
    assert beside([100.0, 40.0, 95.0, 41.0, 300.0], 30.0) == [[1, 3], [0, 2], [4]]


@pytest.mark.parametrize(("behind", "together"), [(0.0, True), (7.9, True), (8.1, False)])
def test_lines_are_drawn_in_one_go_where_none_is_four_units_behind(behind, together):
    slot = SimpleNamespace(unit=2.0)
    first = np.array([10.0, 20.0, 30.0])
    assert _is_together(slot, [first, first - [0, behind, 0]]) is together
