"""Lines, dots and balls of several runs lie where their recorded numbers put them."""

import numpy as np
import pytest

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.draw.theme import THEMES
from vizopt.draw.views import views_of
from vizopt.scene.load_race import load_race

SIZE, FPS = (1280, 720), 20.0
INK = [int(THEMES["light"].ink[i : i + 2], 16) for i in (1, 3, 5)]
STEPS, LATE = 3001, 2975  # in some three hundred pixels; the step before a fall
REACH = 3  # pixels of a dot that are all ink, beside its middle


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One that is level but at its start and its end, one that swings ever more, a short one."""
    folder, made = tmp_path_factory.mktemp("runs"), {}
    step = np.arange(STEPS)
    level = np.where(step == 0, 2.9, np.where(step > LATE, 0.4, 1.3))
    swings = 2.3 + (step % 7 - 3) * step / 3e4
    for name, values in {"level": level, "swings": swings, "short": 0.8 + 0 * step[:900]}.items():
        with vizopt.Run(folder / f"{name}.zarr", title=name) as run:
            for at, loss in enumerate(values.tolist()):
                run.log(step=at, loss=loss)
        made[name] = vizopt.Recording(folder / f"{name}.zarr")
    return made


@pytest.fixture(scope="module")
def picture(runs):
    return planned_picture(runs, load_race("rules"), SIZE, FPS, mode="still")


@pytest.fixture(scope="module")
def place(picture):
    """Where a step and a loss lie in the frame, by the grid lines and the numbers beside them."""
    axes = next(a for a in picture.figure.axes if any(t.get_text() == "loss" for t in a.texts))
    box = axes.get_window_extent()
    lines = [line for line in axes.lines if len({*line.get_ydata()}) == 1]
    ticks = [float(t.get_text()) for t in axes.texts if t.get_ha() == "right"]
    slope, offset = np.polyfit(ticks, [line.get_ydata()[0] for line in lines], 1)
    left, right = lines[0].get_xdata()

    def at(step, loss):
        x = left + (right - left) * step / (STEPS - 1)
        return round(box.x0) + x, round(SIZE[1] - box.y1) + offset + slope * loss

    return at


def read(tick):
    """The number of a tick."""
    return float(tick.get_text().replace("−", "-"))


def inked(frame, x, y, down=12, across=12):
    """Rows and columns of what is ink near x, y."""
    top, left = int(y) - down, int(x) - across
    near = frame[top : int(y) + down + 1, left : int(x) + across + 1, :3]
    rows, columns = np.nonzero((near == INK).all(axis=-1))
    return rows + top, columns + left


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_the_dots_of_several_runs_lie_where_their_numbers_say(share, runs, picture, place):
    k = round(share * (len(picture) - 1))
    for view in views_of(runs, load_race("rules").timeline, FPS).values():
        step = int(view.run["epoch"][view.rows[k]])
        x, y = place(step, float(view.run["loss"][step]))
        rows, columns = inked(picture[k], x, y)
        right = columns >= x  # where no line is
        assert abs(columns.max() - REACH + 0.5 - x) <= 0.51, view.name
        ends = rows[columns == columns.max()]
        assert abs((ends.min() + ends.max() + 1) / 2 - y) <= 0.51, view.name
        assert np.ptp(rows[right]) <= 2 * REACH


def test_a_line_begins_at_the_first_value_and_goes_through_its_dot(runs, picture, place):
    """The level run's: from 2.9 at step 0 down to 1.3, and at its very end to 0.4."""
    view = views_of(runs, load_race("rules").timeline, FPS)["level"]
    steps = view.run["epoch"][view.rows]
    (x, first), (_, then) = place(0, 2.9), place(0, 1.3)
    frame = picture[len(steps) - 1]
    column = (frame[round(first) + 1 : round(then), int(x) : int(x) + 3, :3] == INK).all(axis=-1)
    assert column.any(axis=1).all()
    (x, before), (_, last) = place(STEPS - 1, 1.3), place(STEPS - 1, 0.4)
    column = (frame[round(before) : round(last), int(x) - 6 : int(x) + 2, :3] == INK).all(axis=-1)
    assert column.any(axis=1).all()


def test_a_line_shows_nothing_that_comes_later(runs, picture, place):
    """A step of ten in a pixel: what the others of them hold is not seen before."""
    view = views_of(runs, load_race("rules").timeline, FPS)["level"]
    steps = view.run["epoch"][view.rows]
    first = picture[0]
    x, y = place(0, 2.9)
    assert steps[0] == 0
    assert np.ptp(inked(first, x, y, 40)[0]) == 2 * REACH
    k = int(np.flatnonzero(steps <= LATE)[-1])
    assert LATE - 20 < steps[k] < LATE  # the fall lies in the same pixels
    x, y = place(steps[k], 1.3)
    assert inked(picture[k], x, y, 40)[0].max() < y + REACH + 1


def test_balls_lie_where_their_numbers_say(tmp_path):
    race = load_race("balls", {"epochs": 31})
    runs = {s.title: vizopt.record(s, tmp_path / f"{s.name}.zarr") for s in race.scenes()}
    picture = planned_picture(runs, race, SIZE, FPS, mode="still")
    axes = next(a for a in picture.figure.axes if any("minimum" in t.get_text() for t in a.texts))
    box = axes.get_window_extent()
    left, top = round(box.x0), round(SIZE[1] - box.y1)
    sides = [t for t in axes.texts if t.get_ha() == "right"]
    feet = [t for t in axes.texts if t.get_ha() == "center" and " " not in t.get_text()]
    levels = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 2]
    levels = [y[0] for y in levels if y[0] == y[1]]
    across = np.polyfit([*map(read, feet)], [t.get_position()[0] for t in feet], 1)
    down = np.polyfit([*map(read, sides)], levels, 1)
    seen = 0
    for k in (0, len(picture) // 2, len(picture) - 1):
        places = []
        for view in views_of(runs, race.timeline, FPS).values():
            x, f = (view.run[name][view.run["epoch"][view.rows[k]]] for name in ("x", "loss"))
            places.append((left + np.polyval(across, x), top + np.polyval(down, f)))
        for x, y in places:
            if sum(abs(x - other) < 30 for other, _ in places) > 1 and k:
                continue
            rows, columns = inked(picture[k], x, y, 9, 9)
            for ends, at in ((rows, y), (columns, x)):
                assert abs((ends.min() + ends.max() + 1) / 2 - at) <= 0.51
            seen += 1
    assert seen >= 7
