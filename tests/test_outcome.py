"""What is said of a descent: where the curve breaks and turns, the verdict, and that all agree."""

import re
from itertools import cycle, islice, pairwise, product
from types import SimpleNamespace

import numpy as np
import pytest
from descents import Held, descend, scene_of

import vizopt
from vizopt import story
from vizopt.clips import metadata
from vizopt.core import library
from vizopt.core.errors import SceneError
from vizopt.draw.panels import DrawContext, StepArithmetic
from vizopt.draw.panels.arithmetic import arithmetic
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone, views_of
from vizopt.recording import summary
from vizopt.recording.descent import BROKEN, _swings, outcome
from vizopt.recording.events import broken_off, events
from vizopt.recording.minima import f_range, minima_of, seen_from
from vizopt.recording.nearness import reached
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording
from vizopt.recording.valleys import Valleys
from vizopt.scene.load import load_scene
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene
from vizopt.search import _Search, find
from vizopt.train.problems import Function, FunctionSpec
from vizopt.train.problems.curve import curve

# The verdict and its step: f, interval, start, learning rate, momentum, epochs.
VERDICTS = {
    "vanishing": (("1-exp(-x**2)", (-6, 6), 5, 0.05), 0, "stuck on a flat piece at x = 5.000"),
    "nearly": (("1-exp(-x**2)", (-6, 6), 3, 0.05), 0, "stuck on a flat piece at x = 2.996"),
    "underflow": (("1-exp(-x**2)", (-40, 40), 30, 1), 0, "stuck on a flat piece at x = 30.000"),
    "level": (("3", (-1, 1), 0, 0.1), 0, "stuck on a flat piece at x = 0.000"),
    "step": (("x/abs(x)", (-1, 2), 1, 0.1), 0, "stuck on a flat piece at x = 1.000"),
    "plateau behind a slope": (
        ("(abs(x-1)-abs(x-2)+abs(x+2)-abs(x+1))/2", (-3, 3), 1.45, 0.1),
        5,
        "stuck on a flat piece at x = 0.950",
    ),
    "saddle": (("x**3", (-2, 2), 0, 0.1), 0, "stuck on a saddle point at x = 0.000"),
    "to the saddle": (("x**3", (-2, 2), 1, 0.1), 100, "still moving"),
    "inflection on a slope": (("x**3+x", (-2, 2), 0, 1e-9), 0, "stopped on a slope at x = −1.0e−7"),
    "maximum": (("x**4-x**2", (-2, 2), 0, 0.1), 0, "at rest on a maximum"),
    "off a maximum": (("cos(x)", (-4, 4), 1e-9, 0.5, 0, 41), 40, "still moving"),
    "tiny rate": (("x**2", (-3, 3), 3, 1e-9), 0, "stopped on a slope at x = 3.000"),
    "small rate, long run": (("x**2", (-3, 3), 3, 1e-3, 0, 401), 400, "still moving"),
    "kink": (("abs(x)", (-3, 3), 2, 0.3), 100, "swinging around the global minimum"),
    "two-cycle": (("x**2", (-3, 3), 1, 1.0), 100, "swinging around the global minimum"),
    "slow bottom": (("x**4", (-3, 3), 1, 0.01), 100, "still moving"),
    "one exact step": (("x**2", (-3, 3), 3, 0.5, 0, 2), 1, "settled in the global minimum"),
    "passing by": (("x**2", (-3, 3), 3, 0.5, 0.9, 2), 1, "still moving"),
    "the start": (("x**2", (-3, 3), 0, 0.1, 0, 3), 0, "settled in the global minimum"),
    "not the lowest": (("x**3-3*x", (-3, 3), 2.5, 0.05), 23, "settled in local minimum 1"),
    "double well": (("x**4-x**2", (-2, 2), 1.5, 0.1), 19, "settled in a global minimum"),
    "flat bottom": (("abs(x-1)+abs(x+1)", (-3, 3), 2.55, 0.1), 8, "settled in the global minimum"),
    "lowest end": (("x**2", (0, 3), 2, 0.3), 12, "settled at the lowest end"),
    "flat lowest end": (("x+abs(x)", (-3, 3), 1.05, 0.1), 6, "settled at the flat lowest end"),
    "over the lowest end": (("exp(-x)", (-1, 3), 0, 0.3), 100, "still moving outside the frame"),
    "outside": (("(x-5)**2", (-3, 3), 2, 0.3), 12, "at rest outside the frame"),
    "far outside": (("(x-500)**2", (-3, 3), 2, 0.3), 17, "at rest outside the frame"),
    "far and away": (("x**2", (-3, 3), 1, 1.1), 23, "diverged"),
    "overflow": (("x**3-3*x", (-3, 3), -1.5, 0.05), 15, "diverged"),
    "no value": (("log(x)", (-1, 3), 1, 0.5), 2, "leaves where f is defined, at x = −0.500"),
    "no value far away": (
        ("log(x)", (0.001, 3), 0.001, 1, 0),
        1,
        "leaves where f is defined, at x = −999.999",
    ),
    "a pole": (("log(x)", (-1, 3), 1, 1), 1, "leaves where f is defined, at x = 0.000"),
    "a pole beside the interval": (
        ("log(x)", (0.1, 3), 1, 1),
        1,
        "leaves where f is defined, at x = 0.000",
    ),
    "a pole where x is large": (
        ("log(x-100)", (100.1, 103), 101, 1),
        1,
        "leaves where f is defined, at x = 100.000",
    ),
    "overflow nearby": (("exp(x**2)", (-6, 6), 3, 1e-3), 1, "diverged"),
    "infinite slope": (
        ("cbrt(x)", (0, 3), 1, 3),
        1,
        "stops where the slope is infinite, at x = 0.000",
    ),
    "infinite at an end": (
        ("asin(x)", (-1, 1), 0, 1),
        1,
        "stops where the slope is infinite, at x = −1.000",
    ),
    "cusp": (("sqrt(abs(x))", (-3, 3), 0.25, 0.25), 1, "settled in the global minimum"),
    "on its way back": (
        ("x-log(x)", (0.001, 3), 0.001, 0.1),
        100,
        "still moving outside the frame",
    ),
    "leaving a maximum": (("cos(x)", (-4, 4), 1e-6, 0.1, 0, 51), 50, "still moving"),
    "no figures left for a slope": (
        ("1e17 + x**2", (-4, 6), 3, 0.1, 0, 41),
        35,
        "stuck on a flat piece at x = 0.0004",
    ),
    "left by rounding": (("sin(x)", (-4, 4), np.pi / 2, 0.1, 0, 51), 0, "at rest on a maximum"),
    "flat minimum": (("max(x**2-1, 0)", (-3, 3), 2, 0.1), 4, "settled in the global minimum"),
    "level floor": (("floor(x)**2", (-3, 3), 0.2, 0.1), 0, "settled in the global minimum"),
    "level step": (("floor(x)**2", (-3, 3), 2.5, 0.1), 0, "stuck on a flat piece at x = 2.500"),
    "at a jump": (
        ("where(x<0, x+2, x**2)", (-3, 2), 1, 0.1),
        38,
        "settled in local minimum 1",
    ),
    "rate that fades": (("x**2", (-3, 3), 3, 1e-6, 0.5), 0, "stopped on a slope at x = 2.999"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_and_its_step(name):
    settings, since, words = VERDICTS[name]
    run = descend(*settings)
    ending = outcome(run).ending
    assert (ending.since, ending.words) == (since, words)
    assert_all_say(run, words)


def test_one_point_has_no_verdict():
    run = descend("x**2", (-3, 3), 0, 0.1, 0, 1)
    assert outcome(run).ending.kind == "start"
    assert events(run) == ()
    assert "Nothing moves" in story.of(run).text


def test_rest_is_told_by_all_steps_and_the_next():
    run = descend("x**2", (-3, 3), 2, 0.02, 0.0, 401)
    x = np.append(run["x"], run["x"][-1] + run["delta"][-1, 0])
    at = next(i for i in range(401) if (abs(np.diff(x))[i:] * 400 <= 6e-3).all())
    assert outcome(run).settled_at == at
    assert outcome(run).pace == abs(np.diff(x))[at:].max()
    assert (
        f"no step is longer than {outcome(run).pace:.2g}".replace("e-0", "e−") in story.of(run).text
    )
    assert at > outcome(run).reached_at


@pytest.mark.parametrize(("f", "top"), [("sin(x)", np.pi / 2), ("cos(x + 1)", -1.0)])
def test_who_rests_on_a_maximum_leaves_no_valley_beside_it(f, top):
    """Rounding alone takes it 2e-9 off, and would carry it away."""
    start = float(np.nextafter(top, 9))
    short = outcome(descend(f, (-6, 6), start, 0.5, 0.9, 27))
    assert short.end != start
    assert [words for _, words in short.events()] == ["at rest on a maximum"]
    long = outcome(descend(f, (-6, 6), start, 0.5, 0.9, 81))
    assert 20 < long.entered_at[0] < min(long.left_at, default=81)


def test_what_does_not_move_at_all_is_said_to():
    told = story.of(descend("x**3", (-2, 2), 0, 0.1)).paragraphs[2]
    assert "From the start on it is stuck on a saddle point at x = 0.000" in told
    assert told.endswith(": it does not move.")


def test_what_goes_off_the_curve_has_reached_nothing():
    run = descend("sqrt(x)", (0, 3), 1, 0.1)
    assert run["x"][-1] < 0.03
    assert outcome(run).events() == [(15, "leaves where f is defined, at x = −0.332")]
    assert "reach" not in story.of(run).text
    assert "It ends at" not in story.of(run).text


def test_a_slope_that_is_no_number_is_told():
    run = descend("cbrt(x)", (0, 3), 1, 3)
    assert broken_off(run) == "infinite slope at step 1"
    assert outcome(run).diverged_at is None
    words = "step 1: stops where the slope is infinite, at x = 0.000"
    for width in (180, 400):
        assert told_on(width, run) == [words]
    moving = descend("cbrt(x)", (0, 3), 1, 3, 0.5)
    assert told_on(400, moving)[-1].startswith("step ")
    run._held["slope"][-1] = np.nan
    assert outcome(run).ending.words == "stops where the slope is undefined, at x = 0.000"
    assert broken_off(run) == "undefined slope at step 1"


def test_an_older_recording_does_not_tell_whether_f_is_undefined():
    run = descend("log(x)", (0.001, 3), 0.001, 1)
    run.undefined = None
    assert outcome(run).ending.words == "diverged"
    run = descend("log(x)", (-1, 3), 1, 0.5)
    run.undefined = None
    assert outcome(run).ending.words == "leaves where f is defined, at x = −0.500"


def test_where_not_all_events_have_room_the_verdict_has():
    run = descend(*VERDICTS["double well"][0])
    reached, settled = (f"step {step}: {words}" for step, words in outcome(run).events())
    assert told_on(180, run) == [reached, settled]
    assert told_on(100, run) == [settled]


def test_a_momentum_that_turns_is_not_at_rest():
    """It stands still for a step where it turns, a hundredth of the curve from the minimum."""
    lr = 1e-4
    run = descend("x**2", (-3, 3), 0.05, lr, 0.9999, 401)
    x = run["x"]
    turn = int(abs(np.diff(x))[10:].argmin()) + 10
    again = descend("x**2", (-3, 3), 0.05, lr, 0.9999, turn + 1)
    assert abs(np.diff(again["x"])[-1]) * turn < 6e-3
    assert outcome(again).settled_at is None


@pytest.mark.parametrize(
    "name",
    ["vanishing", "plateau behind a slope", "saddle", "maximum", "tiny rate", "kink",
     "not the lowest", "double well", "flat bottom", "lowest end", "far and away", "slow bottom"],
)  # fmt: skip
def test_neither_scale_matters(name):
    """f → c·f with lr/c, and x → k·x with lr·k²: the same path on a curve of another size."""
    f, interval, start, lr, *rest = VERDICTS[name][0]
    run = descend(f, interval, start, lr, *rest)
    here, names = outcome(run), [m.name for m in minima_of(run)]
    for c, k in ((1e-12, 1), (1e9, 1024.0), (1, 2.0**-20)):
        stretched = re.sub(r"\bx\b", f"(x/{k!r})", f)
        ends = [end * k for end in interval]
        run = descend(f"{c!r}*({stretched})", ends, start * k, lr / c * k * k, *rest)
        there = outcome(run)
        assert (there.ending.kind, there.reached_at) == (here.ending.kind, here.reached_at)
        assert abs(there.ending.since - here.ending.since) <= 1
        assert [m.name for m in minima_of(run)] == names


# What is found on a curve: f, interval, minima, maxima, poles and gaps (x, and what f is there).
INF, NAN = np.inf, np.nan
CURVES = [
    ("1/x", (-1, 2), [], [], [(0, -INF), (0, INF)]),
    ("1/x", (-1, 1), [], [], [(0, -INF), (0, INF)]),
    ("1/(x-0.3)**2", (-1, 2), [], [], [(0.3, INF), (0.3, INF)]),
    ("tan(x)", (-1, 2), [], [], [(np.pi / 2, INF), (np.pi / 2, -INF)]),
    ("log(abs(x-0.12345))", (-4, 4), [], [], [(0.12345, -INF), (0.12345, -INF)]),
    ("log(x)", (-1, 3), [], [], [(0, -INF)]),
    ("1/x + x**2", (-2, 2.3), [2 ** (-1 / 3)], [], [(0, -INF), (0, INF)]),
    ("x/abs(x)", (-1, 2), [], [], [(0, NAN)]),
    ("abs(x) + x/abs(x)", (-1, 2), [], [], [(0, NAN)]),
    ("sqrt(x)", (-1, 3), [], [], [(0, NAN)]),
    ("abs(x)", (-1, 2.3), [0], [], []),
    ("abs(x)", (-1, 1), [0], [], []),
    ("sqrt(abs(x-0.12345))", (-1, 1), [0.12345], [], []),
    ("-sqrt(abs(x-0.12345))", (-1, 1), [], [0.12345], []),
    ("abs(x-1)+abs(x+1)", (-3, 4), [0], [], []),
    ("tanh(1e6*x)", (-1, 2), [], [], []),
    ("x**4-x**2", (-1, 1), [-(0.5**0.5), 0.5**0.5], [0], []),
    ("x**3", (-1, 1), [], [], []),
    ("sin(1/x)", (0.1, 1), [2 / (3 * np.pi)], [2 / (5 * np.pi), 2 / np.pi], []),
]


@pytest.mark.parametrize(("f", "interval", "minima", "maxima", "breaks"), CURVES)
def test_where_a_curve_turns_and_breaks(f, interval, minima, maxima, breaks):
    found = curve(f, tuple(map(float, interval)))
    assert found.minima[:, 0] == pytest.approx(minima, abs=1e-9)
    assert found.maxima[:, 0] == pytest.approx(maxima, abs=1e-9)
    x, y = found.points.T
    inner = np.nonzero(~np.isfinite(y))[0]
    inner = inner[(x[inner] > interval[0] + 1e-6)]
    told = [(x[i], y[i]) for i in inner if not np.isnan(y[i])]
    if not told and len(inner):
        told = [(x[inner[-1]], NAN)]
    assert [at for at, _ in told] == pytest.approx([at for at, _ in breaks], abs=1e-9)
    assert [f for _, f in told] == pytest.approx([f for _, f in breaks], nan_ok=True)
    assert (np.diff(x) >= 0).all()


def names_on(f, left, right, start=None):
    start = left / 3 + right * 2 / 3 if start is None else start
    drawn = Function(FunctionSpec(f=f, interval=(float(left), float(right)), start=float(start)))
    slope = float(drawn.evaluate(np.array([float(start)]), 0).grad[0])
    return [(m.name, round(m.x, 3)) for m in seen_from(drawn.constants, start, slope)]


def test_the_lowest_point_of_the_interval_decides():
    assert names_on("x**3-3*x", -3, 3) == [("lowest end", -3), ("local minimum 1", 1)]
    assert names_on("x**3-3*x", -1.9, 3) == [("global minimum", 1)]
    equal = [("lowest end", -2), ("global minimum", 1)]
    assert names_on("x**3-3*x", -2, 3) == equal
    assert names_on("cos(x)", -np.pi, 4) == [("lowest end", -3.142), ("global minimum", 3.142)]
    assert names_on("x**3", -1, 1) == [("lowest end", -1)]
    assert names_on("tanh(x)", -30, 30) == [("flat lowest end", -30)]
    assert names_on("exp(-x)", -1, 3) == [("lowest end", 3)]
    assert names_on("0-x**2", -2, 2, 1) == [("lowest end", -2), ("lowest end", 2)]
    assert names_on("3", -1, 1) == []
    assert names_on("x+abs(x)", -3, 3) == [("flat lowest end", -3)]
    assert names_on("1/x + x**2", -2, 2) == [("local minimum 1", 0.794)]
    assert names_on("x-2*x/abs(x)", -2, 2) == [("lowest end", 0)]
    assert names_on("sqrt(x)", -1, 3) == [("lowest end", 0)]


def test_minima_that_are_equal_within_rounding_are_all_global():
    both = [("global minimum", -0.707), ("global minimum", 0.707)]
    assert names_on("x**4-x**2", -2, 2) == both
    assert names_on("1e-12*(x**4-x**2)", -2, 2) == both
    assert names_on("(x-0.3)**4-(x-0.3)**2", -2, 2) == [
        ("global minimum", -0.407),
        ("global minimum", 1.007),
    ]
    lower = [("global minimum", -0.707), ("local minimum 1", 0.707)]
    assert names_on("x**4-x**2+1e-9*x", -2, 2) == lower
    assert [name for name, _ in names_on("cos(x)", -10, 10)] == ["global minimum"] * 4


def test_what_f_is_far_away_makes_no_minima_equal():
    """It grows to e³⁶, and to e⁸⁰, at an end of the interval."""
    assert names_on("exp(x**2)-5*x**2+x", -6, 6) == [
        ("global minimum", -1.298),
        ("local minimum 1", 1.235),
    ]
    assert names_on("exp(-x)+exp(-20+x)", 0, 100) == [("global minimum", 10)]
    offset = names_on("1e8+x**4-x**2+1e-3*x", -2, 2)
    assert [name for name, _ in offset] == ["global minimum", "local minimum 1"]
    twins = names_on("1e8+x**4-x**2", -2, 2)
    assert [name for name, _ in twins] == ["global minimum", "global minimum"]


def test_an_end_has_its_own_f():
    """Both ends are equal but for the last bits of f, and each is told by its own."""
    drawn = Function(FunctionSpec(f="1-x**2+1e-15*x", interval=(-2.0, 2.0), start=1.0)).constants
    ends = seen_from(drawn, 1.0, -2.0)
    assert [end.kind for end in ends] == ["end", "end"]
    assert [end.f for end in ends] == drawn["curve"][[0, -1], 1].tolist()
    assert ends[0].f < ends[1].f


@pytest.mark.parametrize(
    ("f", "interval"),
    [("sin(20*x)", (-3, 3)), ("tan(x)+x**2", (-4, 4)), ("abs(x-1)+abs(x+1)", (-3, 3)),
     ("x+abs(x)", (-3, 3)), ("x/abs(x)+x**2/2", (-2, 2)), ("cos(5*x)+1/x**2", (-3, 3))],
)  # fmt: skip
def test_valleys_are_those_of_their_definition(f, interval):
    """Every wall and every sample looked at for each place."""
    drawn = Function(FunctionSpec(f=f, interval=interval, start=1.0)).constants
    curve_, maxima = drawn["curve"], drawn["maxima"]
    places, values = curve_.T
    high = f_range(curve_, drawn["minima"][:, 1])[1]
    walls = np.concatenate([maxima[:, 0], places[~np.isfinite(values)]])
    found = seen_from(drawn, 1.0, 1.0)
    assert found
    for m in found:
        at = np.searchsorted(places, m.x)
        other = np.nonzero(~(abs(values - m.f) <= 8 * np.finfo(float).eps * abs(m.f)))[0]
        first = other[other < at].max(initial=-1) + 1
        last = other[other >= at].min(initial=len(places))
        assert m.flat == (min([m.x, *places[first:at]]), max([m.x, *places[at:last]]))
        if m.kind == "end":
            continue
        left = walls[walls < m.flat[0]].max(initial=places[0])
        right = walls[walls > m.flat[1]].min(initial=places[-1])
        assert (m.left, m.right) == (left, right)
        tops = maxima[np.isin(maxima[:, 0], [left, right]), 1]
        assert m.low == m.f + 0.01 * ((tops.min() if len(tops) else high) - m.f)


@pytest.mark.parametrize("many", [2, 3, 100])
def test_a_level_stretch_reaches_the_ends_of_the_interval(many):
    x = np.linspace(-3, 3, many)
    level = Valleys.of(np.c_[x, np.ones(many)], np.empty((0, 2)), 1.0)
    for place in (-3.0, 0.1, 3.0):
        assert level.around(place, 1.0).flat == (-3.0, 3.0)


def test_a_narrow_valley_must_be_met_more_closely():
    drawn = Function(FunctionSpec(f="cos(100*x)", interval=(-4.0, 4.0), start=0.01)).constants
    found = seen_from(drawn, 0.01, -1.0)
    middle = found[len(found) // 2]
    assert middle.near == pytest.approx(np.pi / 200, rel=1e-6)  # half of the way to the maxima
    assert middle.low == pytest.approx(-1 + 0.01 * 2)
    alone = Function(FunctionSpec(f="x**2", interval=(-4.0, 4.0), start=1.0)).constants
    (only,) = seen_from(alone, 1.0, 2.0)
    assert only.near == pytest.approx(0.08)
    assert only.low == pytest.approx(0.16)
    assert only.holds(np.array([0.0801, 0.0799, -0.0799]), np.zeros(3)).tolist() == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("f", "shown", "low", "high"),
    [
        ("1/x", [], -8, 8),
        ("1/x", [50.0], -8, 50),
        ("1/(x-0.3)**2", [], 0, 25),
        ("log(abs(x))", [], -5, np.log(2)),
        ("x**2", [], 0, 4),
    ],
)
def test_a_pole_does_not_set_the_axis(f, shown, low, high):
    least, most = f_range(curve(f, (-1.0, 2.0)).points, shown)
    assert low - 1e-6 <= least < most <= high + 1e-6
    if f == "x**2":
        assert (least, most) == (pytest.approx(0, abs=1e-8), 4.0)
    if f == "log(abs(x))":
        assert most == np.log(2)
    if shown:
        assert most == 50


def told_on(slot_width: int, run: Recording) -> list[str]:
    """The events in the last frame of the worked panel."""
    written: list[tuple[str, int]] = []
    theme = THEMES["light"]
    strip = SimpleNamespace(
        width=lambda text: 7 * len(text),
        write=lambda window, text, x, y, *_: written.append((text, y)),
    )
    slot = DrawContext(None, slot_width, 400, theme, 1.0, Playback((1280, 720), 20.0, "clip"))
    glyphs = DrawContext.glyphs
    try:
        DrawContext.glyphs = lambda *_, **__: strip
        rows = np.arange(len(run))
        StepArithmetic().dynamic(slot, alone(run, rows))(
            np.zeros((400, slot_width, 4)), len(run) - 1
        )
    finally:
        DrawContext.glyphs = glyphs
    start = next((i for i, (text, _) in enumerate(written) if text.startswith("step ")), None)
    lines = [] if start is None else [text for text, _ in written[start:]]
    return re.split(r" (?=step \d)", " ".join(lines)) if lines else []


WIDTHS = (400, 180)  # of the worked panel


def assert_all_say(
    run: Recording, words: str, scene: Scene | None = None, widths: tuple[int, ...] = WIDTHS
) -> story.Story:
    """Picture, texts, info, marks and find say the same verdict."""
    ended, told = outcome(run), story.of(run, scene)
    step, lost = ended.ending.since, ended.ending.kind in BROKEN
    assert [(e.epoch, e.words) for e in told.events] == ended.events()
    assert ended.events()[-1] == (step, words)
    if run.diverged is None:
        for width in widths:
            assert told_on(width, run)[-1] == f"step {step}: {words}"
    else:
        short = {"leaves": "f undefined", "stops": "slope"}.get(words.split(" ")[0], "diverged")
        assert broken_off(run).endswith(f"{short} at step {step}")
    spoken = words.replace("diverged", f"diverges at step {step}")
    assert spoken in told.alt
    assert len(told.alt) <= 250
    assert words.replace("diverged", "It diverges: ") in told.paragraphs[2]
    facts = summary.summary(run)["descent"]
    assert (facts["ending"], facts["since"]) == (words, step)
    assert facts["settled"] == words.startswith("settled")
    assert facts["settled_at"] == (step if facts["settled"] else None)
    assert facts["diverged_at"] == (step if words == "diverged" else None)
    scene = scene or run.scene
    views = views_of({"": run}, scene.timeline, 20.0)
    label = metadata.metadata_of(views, scene, told, ClipOptions(fps=20.0), card=0, warning="")
    assert label.marks[-1].words == words
    if not lost:
        shown = label.numbers["step"][label.marks[-1].frame]
        assert shown >= step or step == run.epochs - 1
    others = (
        "settled",
        "stuck",
        "at rest",
        "still moving",
        "swinging",
        "stopped",
        "diverge",
        "leaves where f",
        "stops where",
    )
    mine = {other for other in others if other in words}
    for text in (told.alt.partition(": ")[2], told.paragraphs[2]):
        assert {other for other in others if re.search(rf"\b{other}", text)} <= mine
    if ended.minimum and ended.minimum.kind != "end":
        search = _Search(scene.problem, [ended.minimum], 1)
        after = run["x"][-1] + run["delta"][-1, 0] if run.diverged is None else np.nan
        found = search.steps(np.append(run["x"], after)[:, None])[0]
        assert found == (np.inf if ended.reached_at is None else ended.reached_at)
        assert facts["steps_to_reach"] == ended.reached_at
    return told


@pytest.mark.parametrize(
    "name", [n for n in library.names() if 'kind = "function"' in library.bundled(n)]
)
def test_all_say_the_same_of_a_bundled_scene(name):
    run = Held(vizopt.load_scene(name))
    if run.epochs > 1:
        assert_all_say(run, outcome(run).ending.words)


FORMULAS = [
    "x**2", "x**3-3*x", "x**4-x**2+{a}*x", "abs(x)", "abs(x-{a})+abs(x+1)", "1/x", "tan(x)",
    "1-exp(-x**2)", "exp(-x)", "cos({a}*x)", "x*sin(3*x)", "log(x+3.5)", "sqrt(abs(x))", "x/abs(x)",
    "1/(x-{a})**2", "tanh(x)", "1e-12*cos(3*x)", "x**6", "{a}", "exp(x)-{a}*x", "1/x+x**2",
    "x+abs(x)", "sqrt(x+3.2)-x/4", "atan(20*x)", "-x**2",
    "max(x**2-{a}, 0)", "relu(x-{a})", "max(cos(3*x), 0)", "floor({a}*x)**2", "x*floor(x)",  # flat
    "where(x<{a}, x+2, x**2)", "where(x<0, x+2, x**2)", "x-floor({a}*x)", "x**2+sign(x)",  # jumps
    "1e8+(x-{a})**2", "1e8+cos(3*x)", "(x+1e6)**2/1e6",  # far from 0
    "cbrt(x-{a})", "asin(x/3.3)", "(x+3.2)**0.5", "x-log(x+3.01)",  # slopes without bound, ends
    "(x**2-{a})**2", "sin({a}*x)**2", "|x**2-1|", "cos(3*x)",  # several equal minima
]  # fmt: skip
SETTINGS = product(
    (0.31, 1.7), ((-3, 3.3), (-0.9, 2.5)), (0.001, 0.02, 0.3, 3.0), (0.0, 0.6, 0.95), (2, 5, 30)
)


def generated(many: int):
    """Scenes of a small grammar, the same ones every time."""
    settings = list(SETTINGS)
    order = np.random.RandomState(12).permutation(len(settings))
    for f, at in islice(zip(cycle(FORMULAS), cycle(order)), many):
        a, interval, lr, momentum, epochs = settings[at]
        start = interval[0] + (interval[1] - interval[0]) * ((at % 7 + 1) / 9)
        yield f.format(a=a), interval, start, lr, momentum, epochs


def test_all_say_the_same_of_200_generated_scenes():
    kinds = set()
    by_curve = sorted(generated(200), key=lambda settings: settings[:2])  # each worked out once
    for settings, width in zip(by_curve, cycle(WIDTHS)):
        run = descend(*settings)
        ending = outcome(run).ending
        kinds.add(ending.kind)
        told = assert_all_say(run, ending.words, run.scene, (width,))
        minima = minima_of(run)
        assert all(m.valley_holds(np.array(m.flat)).all() for m in minima)
        assert all(a.flat[1] <= b.flat[0] for a, b in pairwise(minima) if a.right <= b.left)
        assert len({m.flat for m in minima}) == len(minima)  # one piece has one name
        digits, first = Readout.of(run), told.paragraphs[0]
        assert all(digits.place(m) in first for m in minima if m.kind == "end")
    assert len(kinds) >= 9


def test_all_say_over_the_lowest_end():
    run = descend("x", (-1, 1), 0, 0.1)
    x = run["x"]
    left = next(i for i in range(len(x)) if x[i] < -1)
    assert outcome(run).exits == ((left, True),)
    assert (left, "leaves the frame over the lowest end") in outcome(run).events()
    assert "once over the lowest end" in story.of(run).text
    back = descend("x**2-x", (-1, 1), -0.9, 1.04, 0, 4)
    assert outcome(back).exits == ((1, False),)
    assert "over the lowest end" not in story.of(back).text


def test_two_global_minima_are_told_as_two():
    run = descend("x**4-x**2", (-2, 2), 1.5, 0.24, 0, 8)
    told = story.of(run)
    assert "2 are the lowest, and each is called a global minimum" in told.text
    assert "the global minimum" not in told.text
    assert {"visits a global minimum", "leaves a global minimum"} & {e.words for e in told.events}
    still = descend("x**4-x**2", (-2, 2), 1.5, 0.24, 0, 1)
    assert "One lowest is at x = −0.707, where f is −0.250." in story.of(still).alt


def test_what_has_no_minimum_is_told():
    told = story.of(descend("x**3", (-2, 2), 1, 0.1)).text
    assert "It has no minimum. It is lowest at its left end, x = −2.000 with f = −8.000" in told
    assert "a curve with no minimum" in told
    assert "the names of its minima" not in told
    told = story.of(descend("1/x", (-1, 2), 1, 0.1)).text
    assert "It falls without bound at x = 0.000." in told
    assert "It is level everywhere." in story.of(descend("3", (-1, 1), 0, 0.1)).text
    told = story.of(descend("x**3-3*x", (-3, 3), 2.5, 0.05)).text
    assert "one minimum, at x = 1.000 with f = −2.000; it is not the lowest point" in told


def test_find_reaches_either_of_two_global_minima_or_a_lowest_end_and_says_which():
    found = find(scene_of("x**4-x**2", (-2, 2), 1.5, 0.1), "global", 20)
    assert found.steps is not None
    assert found.steps <= 20
    assert re.fullmatch(r"a global minimum at x = −?0\.707", found.called)
    found = find(scene_of("x**2", (0, 3), 2.5, 0.1), "global", 5)
    assert (found.called, found.steps) == ("the lowest end", 1)
    with pytest.raises(SceneError, match="no global minimum: it has none to be reached"):
        find(scene_of("3", (-3, 3), 2.5, 0.1), "global", 5)
    with pytest.raises(SceneError, match='no minimum "None": say global'):
        find(scene_of("x**2", (-3, 3), 2.5, 0.1), "None", 5)


def test_a_recording_of_before_is_told(tmp_path):
    """One whose curve is sampled evenly, and no more than that: as it was recorded once."""
    scene = scene_of("x**3-3*x", (-3, 3), 2.5, 0.05)
    run = vizopt.record(scene, tmp_path / "run.zarr")
    x = np.linspace(-3, 3, 20_001)
    assert np.array_equal(run["curve"], np.stack([x, x**3 - 3 * x], axis=1))
    assert run["minima"] == pytest.approx(np.array([[1, -2]]))
    held = Held(scene)
    assert {name: run[name].tolist() for name in ("x", "slope", "loss", "minima", "maxima")} == {
        name: held[name].tolist() for name in ("x", "slope", "loss", "minima", "maxima")
    }
    assert outcome(run) == outcome(held)


def test_a_curve_without_minima_is_recorded(tmp_path):
    scene = scene_of("1/x", (-1, 2), 1, 0.1)
    run = vizopt.record(scene, tmp_path / "run.zarr")
    assert run["minima"].shape == run["maxima"].shape == (0, 2)
    assert_all_say(run, "still moving outside the frame", scene)


def test_what_lies_behind_a_jump_is_not_reached():
    """It comes down to the jump from the right, where f is 1; the lowest end is on its left."""
    run = descend("x/abs(x) + x**2/2", (-2, 2), 1.5, 0.3)
    assert [m.name for m in minima_of(run)] == ["lowest end"]
    (told,) = outcome(run).events()
    assert told[1].startswith("stuck on a flat piece at x = ")
    run = descend("0-x/abs(x) + x**2/2", (-2, 2), 1.5, 0.3)
    assert outcome(run).ending.words == "settled at the lowest end"
    (end,) = minima_of(run)
    assert end.holds(np.array([-1e-4, 0.0, 1e-4]), np.full(3, -1.0)).tolist() == [False, True, True]


def test_info_tells_of_no_descent_where_nothing_has_moved():
    run = Held(scene_of("x**2", (-3, 3), 2, 0.1, epochs=1))
    assert summary.summary(run)["descent"] is None
    told = [line.split()[0] for line in summary.lines(run)]
    assert told[:6] == ["scene", "title", "rows", "steps", "planned", "final_f(x)"]
    assert "descent" not in told


def test_info_tells_a_level_minimum_from_end_to_end():
    run = descend("max(x**2-1, 0)", (-3, 3), 2, 0.1)
    facts = summary.summary(run)["descent"]["minimum"]
    assert (facts["level_from"], facts["level_to"]) == (-1.0, 1.0)
    assert "level_from=-1" in "".join(summary.lines(run)).replace("−", "-")
    assert "at x from −1.000 to 1.000 with f = 0.000" in story.of(run).text
    alone = summary.summary(descend("x**2", (-3, 3), 2, 0.1))["descent"]["minimum"]
    assert "level_from" not in alone


def test_a_level_minimum_is_passed_from_one_end_to_the_other():
    (only,) = minima_of(descend("max(x**2-1, 0)", (-3, 3), 2, 0.1))
    x = np.array([2, 0.5, -0.5, 0.5, 1.5, -1.5, 0, -2, 2])
    assert only.passed_by(x) == 2
    assert only.away(x).tolist() == [1, 0, 0, 0, 0.5, 0.5, 0, 1, 1]


@pytest.mark.parametrize(
    ("settings", "stays"),
    [
        (("x**2", (-3, 3), 2, 0.1, 0.99, 4), False),  # swings through with its last step
        (("x**2", (-3, 3), 2, 1e-4, 0.999, 114), False),  # slowly, the next step is near too
        (("0-x", (0, 1), 0.5, 0.1, 0.0, 6), False),  # over the end
        (("0-x", (0, 1), 0.5, 1e-3, 0.0, 500), False),
        (("x**2", (-3, 3), 2, 0.1, 0.0, 20), True),  # slows down
        (("x**2", (-3, 3), 2, 0.9, 0.0, 25), True),  # swings, less and less
    ],
)
def test_what_only_passes_neither_reaches_a_minimum_nor_ends_in_it(settings, stays):
    run = descend(*settings)
    (only,) = minima_of(run)
    assert only.holds(run["x"], run["loss"])[-1]
    assert outcome(run).ending.kind in ("moving", "swinging")
    assert (outcome(run).reached_at is not None) is stays
    told = story.of(run)
    for text, words in ((told.alt, "It reaches"), (told.text, "It ends"), (told.text, "it stays")):
        assert (words in text) is stays
    assert_all_say(run, outcome(run).ending.words)


def test_what_leaves_a_valley_with_its_next_step_does_not_swing_in_it():
    scene = load_scene("good")
    run = descend(scene.problem.f, (-4, 4), -3, 0.1, 0.9, 26)
    (left,) = [m for m in minima_of(run) if m.valley_holds(run["x"][-1])]
    assert run["x"][-1] + run["delta"][-1, 0] > left.right
    assert outcome(run).ending.kind == "moving"
    assert outcome(run).reached_at is None


def test_near_is_near_for_the_valley_too():
    """On a long interval a run 15 valleys away, where f is as high as anywhere, is near none."""
    run = descend("1-exp(-x**2)", (-2000, 2000), 15, 0.1)
    (only,) = minima_of(run)
    assert only.near == pytest.approx(40)
    assert only.high == pytest.approx(0.1)
    assert outcome(run).reached_at is None
    assert outcome(run).ending.words == "stuck on a flat piece at x = 15.000"
    assert_all_say(run, outcome(run).ending.words)
    assert find(scene_of("1-exp(-x**2)", (-2000, 2000), 15, 0.1), "global", 3).steps is None


def test_far_from_0_x_and_f_are_told_apart():
    """Of an interval of 10 around a billion, in picture and texts."""
    run = descend("(x-1e9)**2", (1e9 - 5, 1e9 + 5), 1e9 + 3.25, 0.1, 0.0, 5)
    told, digits = story.of(run), Readout.of(run)
    assert "e9" not in (told.text + told.alt).replace("(x − 1e9)²", "")
    assert "starts at x = 1000000003.2" in told.alt
    assert "minimum, at x = 1000000000.0 with f = 0.000" in told.text
    assert digits.x(1e9 + 8) == "1000000008.0"
    assert digits.x(3e9) == "3.00e9"
    run = descend("1e8+(x-1)**2", (-2, 2), -1, 0.1, 0.0, 5)
    assert "with f = 100000000.00" in story.of(run).text
    run = descend("(x-1e9)**2", (1e9 - 5, 1e9 + 5), 1e9 + 3.25, 0.1, 0.0, 5)
    (last,) = [" ".join(step.lines(0)[-1]) for step in arithmetic(run, [0]).values()]
    assert last == "x = 1000000003.25 − 0.6500 = 1000000002.6"


def test_a_run_swings_that_does_so_in_its_last_quarter():
    """One that did before and hangs on the slope now is not said to."""
    minimum = SimpleNamespace(
        kind="global",
        passed_by=lambda x: np.count_nonzero(np.diff(np.sign(x))),
        valley_holds=lambda x: abs(x) < 3,
    )
    swung, hangs = np.tile([1.0, -1.0], 15), np.full(10, 0.5)
    assert _swings(minimum, np.concatenate([hangs, swung]))
    assert not _swings(minimum, np.concatenate([swung, hangs]))


@pytest.mark.parametrize(("after", "at"), [(0.14, None), (0.04, 1)])
def test_the_next_step_tells_whether_a_run_is_off_again(after, at):
    """From 0.09 on to 0.14 it leaves what is near, 0.1; back to 0.04 it stays."""
    minimum = SimpleNamespace(
        near=0.1,
        away=abs,
        holds=lambda x, f: abs(x) <= 0.1,
        valley_holds=lambda x: abs(x) < 3,
    )
    assert reached(minimum, np.array([1.0, 0.09]), np.zeros(2), after) == at
