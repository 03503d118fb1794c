"""The arithmetic on the picture: redone from what is printed, to the last figure."""

import ast
import re
from decimal import Decimal, getcontext
from itertools import chain

import numpy as np
import pytest
from descents import Held
from test_room import slot_of

import vizopt
from vizopt import story
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import RecordingError
from vizopt.core.numbers import number
from vizopt.core.params import ParamLayout
from vizopt.draw.glyphs import Glyphs, strip
from vizopt.draw.panels.arithmetic import _certain, _results, arithmetic
from vizopt.draw.panels.figures import Number, Work, written
from vizopt.draw.panels.pieces import pieces
from vizopt.draw.panels.readings import Readings
from vizopt.draw.panels.rule import rule, value
from vizopt.draw.panels.worked import _fitting, _lines
from vizopt.recording.header import Column, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.story.setup import rule as story_rule
from vizopt.train.optimizers import OPTIMIZERS, acting, worked

DECAYING = {"kind": "cosine", "initial": 0.05, "epochs": 60, "minimum": 0.001}
getcontext().prec = 40
SIZES = [(1280, 720), (640, 360), (1080, 1080)]


@pytest.fixture(scope="module")
def worked_run():
    """50 steps of a rule down the lesson's curve, at a rate that falls; once for all tests."""
    kept = {}

    def record(kind, **keys):
        if (kind, *keys) not in kept:
            more = {"optimizer.adamw_lr": DECAYING} if kind == "muon" else {}
            chosen = {"optimizer.kind": kind, "optimizer.lr": DECAYING, "epochs": 50} | more
            chosen |= {key.replace("__", "."): value for key, value in keys.items()}
            kept[kind, *keys] = Held(vizopt.load_scene("good", chosen))
        return kept[kind, *keys]

    return record


def lines_of(run, step, left_out=0):
    return [" ".join(parts) for parts in arithmetic(run, [step])[step].lines(left_out)]


def redone(expression, known):
    """What a calculator of 40 digits makes of a printed expression, with the names above it."""
    text = re.sub(r"√(\w\N{COMBINING CIRCUMFLEX ACCENT}?\w*(\.\d+)?)", r"√(\1)", expression)
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text).replace("√", "sqrt").replace("²", "**2")
    text = text.replace("−", "-").replace("·", "*").replace("^", "**")
    names = dict(zip((f"_{chr(97 + i)}_" for i in range(26)), known, strict=False))
    for short, name in names.items():
        text = re.sub(rf"(?<![\w.]){name}(?!\w|\N{{COMBINING CIRCUMFLEX ACCENT}})", short, text)
    text = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-?\d+)?", r"D('\g<0>')", text)
    functions = {"sqrt": Decimal.sqrt, "sign": lambda v: Decimal((v > 0) - (v < 0)), "D": Decimal}
    return eval(text, functions | {short: known[name] for short, name in names.items()})


def decimal_of(text):
    return Decimal(text.replace("−", "-"))


def check(lines):
    """Every line gives its printed result; the numbers of the last one."""
    known = {}
    for line in lines:
        name, expression, result = line.split(" = ")
        printed = decimal_of(result)
        off = abs(redone(expression, known) - printed)
        assert off <= Decimal("0.5") * Decimal(10) ** printed.as_tuple().exponent, line
        known[name] = printed
    return lines[-1]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_line_can_be_redone_from_its_own_numbers(worked_run, kind):
    run = worked_run(kind)
    x, delta = run["x"], run["delta"][:, 0]
    for step in (0, 1, 6, 17, 49):
        lines = lines_of(run, step)
        assert len(lines) >= 2
        last = check(lines)
        for left_out in range(1, len(lines) if step == 17 else 0):
            check(lines_of(run, step, left_out))
        # The last line is the recorded step from x, with its sign, to the x after it.
        start, sign, update, after = re.fullmatch(r"x = (\S+) ([+−]) (\S+) = (\S+)", last).groups()
        step_taken = -decimal_of(update) if sign == "−" else decimal_of(update)
        following = x[step + 1] if step + 1 < len(x) else x[step] + delta[step]
        for printed, true in ((start, x[step]), (step_taken, delta[step]), (after, following)):
            exponent = decimal_of(str(printed)).as_tuple().exponent
            assert abs(float(decimal_of(str(printed))) - true) <= 0.501 * 10.0**exponent


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_lines_are_the_rule(kind):
    """Followed by themselves they go where the rule goes, whatever its settings."""
    settings = {"momentum": 0.7, "rho": 0.8, "beta_1": 0.6, "beta_2": 0.9, "weight_decay": 0.02}
    cls = OPTIMIZERS[kind]
    chosen = {name: v for name, v in settings.items() if name in cls.__dataclass_fields__}
    optimizer = cls(lr={"kind": "exponential", "initial": 0.1, "gamma": 0.95}, **chosen)
    layout = ParamLayout.of({"x": (1,)})
    acts = acting(optimizer, layout)
    lines = rule(worked(acts))
    params = np.array([3.0])
    state, known = optimizer.init(params, layout), None
    for step in range(40):
        grad = np.cos(3 * params) + 0.3 * params
        given = {"x": params[0], "slope": grad[0], "t": step + 1, "lr": acts.lr(step)}
        known, _ = lines.after(known or lines.first(given), given)
        delta, state = optimizer.update(step, params, grad, state)
        assert known["update"] == pytest.approx(delta[0], rel=1e-9, abs=1e-300)
        params = params + delta


def test_a_rate_is_that_of_its_own_step(worked_run):
    run = worked_run("sgd")
    for step in (0, 1, 30):
        rate = re.match(r"update = −(\S+) · ", lines_of(run, step)[0])[1]
        assert float(decimal_of(rate)) == pytest.approx(run["lr"][step], rel=1e-5)
        assert float(decimal_of(rate)) != pytest.approx(run["lr"][step + 1], rel=1e-5)
    assert worked_run("muon")["lr"].tolist() == run["lr"].tolist()


def test_a_result_above_is_named_and_one_that_is_left_out_is_a_number(worked_run):
    run = worked_run("adam")
    whole, less = lines_of(run, 9), lines_of(run, 9, 3)
    assert [line.split(" = ")[0] for line in whole] == ["m", "v", "m̂", "v̂", "update", "x"]
    assert "m̂ / (√v̂ + 1e−7)" in whole[4]
    assert [line.split(" = ")[0] for line in less] == ["v̂", "update", "x"]
    assert less[0].startswith("v̂ = 0.")
    assert "· m̂ /" not in less[1]


def shown(run, kind, size, k, monkeypatch):
    """What the panel writes into frame k: (text, x, right end, baseline, window's size)."""
    scene = parse_scene(run.header.scene, "", {}, {"timeline.seconds": 3.0})
    picture = planned_picture(run, scene, size, 5.0, mode="still")
    written, original = [], Glyphs.write

    def noted(self, pixels, text, x, y, align=0.0):
        if pixels.shape[1] < 600 and align == 0:
            written.append((text, x + self.width(text), y, pixels.shape))
        original(self, pixels, text, x, y, align)

    monkeypatch.setattr(Glyphs, "write", noted)
    picture[k]
    monkeypatch.undo()
    return written, scene.timeline.rows(run["epoch"], 5.0)[k]


# The widths of all rules at all of SIZES are looked at below, without a picture.
PICTURED = [("sgd", 0), ("nadam", 1), ("radam", 2), ("rprop", 1), ("nadam", 2)]
PICTURED += [("radam", 0), ("nadam", 0), ("muon", 0)]  # the longest at the usual size


@pytest.mark.parametrize(("kind", "size"), [(kind, SIZES[at]) for kind, at in PICTURED], ids=str)
def test_the_arithmetic_fits_and_is_that_of_the_shown_step(worked_run, kind, size, monkeypatch):
    run = worked_run(kind)
    written, row = shown(run, kind, size, 9, monkeypatch)
    whole = "".join(text.replace(" ", "") for text, *_ in written)
    wanted = ["".join(lines_of(run, int(row), left_out)) for left_out in range(9)]
    wanted = [text.replace(" ", "") for text in wanted]
    left_out = next(i for i, text in enumerate(wanted) if text and whole.startswith(text))
    assert left_out == 0, whole
    for text, right, y, (height, width, _) in written:
        assert right <= width, text
        assert y <= height, text
    baselines = [y for _, _, y, _ in written]
    assert min(np.diff(baselines)) >= 10


# The panel in 1280×720, 720×720 and 720×1280 below two lines of settings.
PANELS = {"wide": (420, 395), "square": (390, 246), "portrait": (656, 318)}


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("shape", PANELS)
def test_all_lines_of_every_rule_have_room_in_every_shape(worked_run, kind, shape):
    run, slot, rows = worked_run(kind), slot_of(*PANELS[shape]), np.arange(0, 50, 7)
    values = Readings.of(slot, run, rows)
    assert values.lines == (3 if shape == "wide" else 1)
    way, texts, left_out = _fitting(slot, arithmetic(run, rows.tolist()), values.lines, 1)
    assert set(left_out.values()) == {0}
    assert max(map(slot.glyphs(way.size).width, chain.from_iterable(texts.values()))) <= slot.width


@pytest.mark.parametrize(("look", "said"), [("normal", 0), ("large", 8)])
def test_the_panel_says_how_many_lines_it_leaves_out(worked_run, look, said, texts):
    run = worked_run("nadam")
    keys = {"timeline.seconds": 1.0, "look.text": look}
    scene = parse_scene(run.header.scene, "", {}, keys)
    picture = planned_picture(run, scene, (720, 720), 5.0, mode="still")
    found = [text for text, _ in texts.moving(picture, 2)]
    told = [text for text in found if text.startswith("lines left out")]
    assert told == [f"lines left out: {said}"] * bool(said)
    lines = [text.split(" = ")[0] for text in found if " = " in text and text[0] != " "]
    assert len(lines) + said == len(lines_of(run, 2))


def test_values_that_have_no_room_beside_each_other_stand_below_each_other():
    run = swept("(x-1e9)**2", [999_999_990, 1_000_000_010], 1e9 + 3, "sgd", 0.1)
    slot = slot_of(*PANELS["square"])
    readings = Readings.of(slot, run, np.arange(3))
    assert (readings.lines, len(set(readings.begins))) == (3, 3)
    bold = slot.glyphs(14, weight="bold")
    for run in (swept("x**2", [-4, 4], 3.0, "sgd", rate) for rate in (0.1, 0.3)):
        readings = Readings.of(slot, run, np.arange(20))
        spans = [
            (x, x + slot.text_width(name))
            for name, (x, _) in zip(readings.names, readings.begins, strict=True)
        ]
        for row in range(20):
            for i, (text, (right, _)) in enumerate(
                zip(readings.texts[row], readings.ends, strict=True)
            ):
                assert right - bold.width(text) > spans[i][1]
                assert i == 2 or right < spans[i + 1][0]
        assert readings.ends[-1][0] <= slot.width


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize(("keys", "first"), [({}, 0), ({"optimizer__lr": 0.05}, 1)], ids=str)
def test_no_line_of_any_step_is_wider_than_the_panel(worked_run, kind, keys, first):
    """The even ones at a rate that falls, the odd ones at one that stays."""
    run = worked_run(kind, **keys)
    steps = arithmetic(run, range(first, len(run), 2))
    for font, width in ((8.6, 176), (13.0, 353), (11.4, 494)):  # as at each of SIZES
        glyphs = strip(font, "#000000", "#ffffff", "normal", "DejaVu Sans")
        for tight in (False, True):
            found = _lines(steps, width, 6, glyphs, tight=tight).texts.values()
            texts = [*chain.from_iterable(found)]
            assert max(map(glyphs.width, texts)) <= width
            products = [" · " in text or " / " in text for text in texts]
            assert not any(products) if tight else any(products) or font == 8.6


def test_old_recordings_show_the_step_alone(tmp_path, descent):
    header = descent.header
    columns = [
        Column(name, array.path.split("/")[0], str(array.dtype), array.shape[1:])
        for name, array in descent.columns.items()
    ]
    old = "velocity = 0.9 · {before}\n− {lr} · {grad}\n= {delta}"
    fields = {name: getattr(header, name) for name in header.__dataclass_fields__} | {"worked": old}
    constants = {name: descent[name] for name in ("curve", "minima", "maxima")}
    with Recorder(tmp_path / "r.zarr", Header(**fields), tuple(columns), constants) as recorder:
        for group in ("history", "snapshots"):
            names = [column.name for column in columns if column.group == group]
            for row in range(len(descent)):
                recorder.append(group, {name: descent[name][row] for name in names})
    run = Recording(tmp_path / "r.zarr")
    assert lines_of(run, 7) == lines_of(descent, 7)[-1:]


@pytest.mark.parametrize(
    "wrong",
    ["update = open('x')", "update =", "update = y + 1", "update = (", "update = slope @ 2",
     "2 = 3 = 4", "update = " + "(" * 500 + "1", "update = [1][0]",
     "update = 'a' * 9", "update = 'a'", "update = slope" + " + x" * 900],
)  # fmt: skip
def test_a_rule_from_a_stranger_is_only_read(descent, monkeypatch, wrong):
    fields = {name: getattr(descent.header, name) for name in descent.header.__dataclass_fields__}
    monkeypatch.setattr(descent, "header", Header(**fields | {"worked": wrong}))
    with pytest.raises(RecordingError, match="damaged: its update rule"):
        arithmetic(descent, [3])


def test_what_overflows_is_infinite():
    node = rule("a = 1e200 * slope ** 2 / 0").lines[0].expression
    with np.errstate(all="ignore"):
        assert number(float(value(node, {"slope": np.float64(1e200)}))) == "∞"


def test_a_step_that_lands_on_zero_but_for_rounding_has_its_lines():
    for kind, at in (("sgd", 19), ("lion", 19), ("sgd", 39)):
        run = swept("abs(x)", [-2, 2], 2.0, kind, 0.1)
        assert 0 < abs(run["x"][at + 1]) < 1e-14
        *before, last = lines_of(run, at)
        assert before[-1].startswith("update = −0.1 · ")
        assert last == "x = 0.1000 − 0.1000 = 0.0000"
    assert lines_of(swept("abs(x)", [-2, 2], 1.5, "sgd", 0.3), 4)[-1].endswith(" = 0.0000")


SWEPT = """title = "A descent"
epochs = 41
[problem]
kind = "function"
f = "x"
interval = [-4, 4]
start = 1
[optimizer]
kind = "sgd"
lr = 0.1
"""
FALLING = {"kind": "inverse-decay", "initial": 1.0, "decay": 0.1}
SWEEP = [  # as well as what made lines drop: cancelled velocities, far exploded x, tiny slopes
    ("(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4", [-4, 4], -3.0, FALLING),
    ("x**2", [-4, 4], 3.0, FALLING),
    ("x**2/2", [-4, 4], 1.0, 1.0),
    ("2*abs(x) + abs(x-1)", [-2, 3], 2.5, 0.1),
    ("x**4 - x**2", [-2, 2], 1.0, 0.3),
    ("100*x**2", [-4, 4], 0.37, 0.01),
    ("1e-12*x", [-4, 4], 1.0, 0.5),
    ("(x-1e9)**2", [999_999_990, 1_000_000_010], 1e9 + 3, 3.0),
]


def swept(f, interval, start, kind, lr):
    keys = {"problem.f": f, "problem.interval": interval, "problem.start": start}
    rest = {"optimizer.adamw_lr": lr} if kind == "muon" else {}
    keys |= {"optimizer.kind": kind, "optimizer.lr": lr} | rest
    return Held(parse_scene(SWEPT, "a.toml", {}, keys))


def rounded(text, value):
    """Whether a printed number is the value, rounded at its last figure."""
    place = Decimal(10) ** decimal_of(text).as_tuple().exponent
    return abs(decimal_of(text) - Decimal(float(value))) <= place * Decimal("0.5000001")


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_step_has_all_its_lines_and_each_is_true(kind):
    """The even steps of every other descent and the odd ones of the rest, by turns of the rules."""
    names, turn = {"x", "update", "velocity", "m"}, [*OPTIMIZERS].index(kind)
    for case, (f, interval, start, lr) in enumerate(SWEEP):
        run = swept(f, interval, start, kind, lr)
        for at, step in arithmetic(run, range((case + turn) % 2, len(run), 2)).items():
            assert len(step.works) >= 2, (f, at)
            assert {work.line.name for work in step.works} & (names - {"x"}), (f, at)
            last, delta, x = step.works[-1], run["delta"][at][0], run["x"][at]
            for name, value_ in (("x", x), ("update", delta)):
                assert rounded(step.texts[last.operands[name]], value_), (f, at, name)
            assert rounded(step.texts[last.result], x + delta), (f, at)
            assert max(map(len, step.texts.values())) <= 16, (f, at)
            if (at + case) % 5 == 0:
                check([" ".join(parts) for parts in step.lines(0)])


def test_a_result_has_no_figures_that_its_line_does_not_give():
    line = rule("r = a + b").lines[0]
    works = [Work(line, "r", {"a": "a", "b": "b"})]
    numbers = {"a": Number(1.0), "b": Number(2.0), "r": Number(3.00007, "fixed")}
    assert written(works, numbers) == {"a": "1.000", "b": "2.000", "r": "3.000"}


PRINTED = {  # with a = 2, b = −3, c = 1e−7 and d = 0.5
    "a**2 + b**2": "2² + (−3)²",
    "c**2 * a**3": "(1e−7)² · 2^3",
    "(a**2)**2 - sqrt(a)**2": "(2²)² − (√2)²",
    "(-a)**2 - a**-1": "(−2)² − 2^(−1)",
    "a - b - d": "2 + 3 − 0.5",
    "a - (b + d)": "2 − (−3 + 0.5)",
    "a - (d - a)": "2 − (0.5 − 2)",
    "a - 0.1234567890123456": "2 − 0.123456789012",
    "a + (d - a)": "2 + 0.5 − 2",
    "a * (b + d) / (d * a)": "2 · (−3 + 0.5) / (0.5 · 2)",
    "a / (b / d)": "2 / (−3 / 0.5)",
    "a - -d * b": "2 − (−0.5 · (−3))",
    "a - b * d": "2 − (−3 · 0.5)",
    "a - b * d * a": "2 − (−3) · 0.5 · 2",
    "-(a - d) * d": "−(2 − 0.5) · 0.5",
    "min(a, b, d) + max(a, 1)": "min(2, −3, 0.5) + max(2, 1)",
    "abs(b - d)**2 / sqrt(a + d)": "|−3 − 0.5|² / √(2 + 0.5)",
}


@pytest.mark.parametrize("text", PRINTED)
def test_a_line_is_printed_as_it_is_meant(text):
    """So that who reads it as one reads a formula gets its value."""
    node = ast.parse(text, mode="eval").body
    printed = " ".join(pieces(node, {"a": "2", "b": "−3", "c": "1e−7", "d": "0.5"}))
    assert printed == PRINTED[text]
    python = printed.translate({ord("−"): "-", ord("·"): "*", ord("²"): "**2", ord("^"): "**"})
    python = re.sub(r"\|(.+?)\|", r"abs(\1)", re.sub(r"√([\d.]+)", r"sqrt(\1)", python))
    read = value(ast.parse(python.replace("√", "sqrt"), mode="eval").body, {})
    assert read == pytest.approx(value(node, {"a": 2, "b": -3, "c": 1e-7, "d": 0.5}), rel=1e-15)


def test_what_differs_in_its_last_bit_has_all_the_figures_of_a_float():
    line = rule("r = a - b").lines[0]
    works = [Work(line, "r", {"a": "a", "b": "b"})]
    numbers = {"a": Number(0.1 + 0.2), "b": Number(0.3), "r": Number(0.1 + 0.2 - 0.3)}
    told = written(works, numbers)
    assert told == {"a": "0.30000000000000004", "b": "0.3000", "r": "5.551e−17"}


def test_what_rounding_leaves_is_kept_where_it_shows_or_its_sign_decides():
    assert (_certain(1e-4, 1e12), _certain(1e-5, 1e12), _certain(1e-5, 1.0)) == (1e-4, 0, 1e-5)
    lines = rule("mean = 0.9 * m + 0.1 * slope\nupdate = -lr * sign(mean)").lines
    values = {"m": 1 / 9, "slope": -1.0000000000000002, "lr": 0.1}
    assert _results(lines, values)[0]["update"] == 0.1
    plain = rule("mean = 0.9 * m + 0.1 * slope\nupdate = -lr * mean").lines
    assert _results(plain, values)[0]["mean"] == 0


def test_no_line_is_redone_with_infinity():
    run = swept("exp(x)", [-2, 700], 600.0, "adam", 0.1)
    first, later = lines_of(run, 0), lines_of(run, 5)
    assert first[1].endswith("² = ∞")
    assert later[1] == "v = ∞"
    assert later[3] == "v̂ = ∞"
    assert later[-1] == "x = 600.0000 + 0.0000 = 600.0000"
    for at in range(5):
        for line in lines_of(run, at):
            assert line.count("∞") <= line.endswith("= ∞"), line


def test_a_long_line_goes_on_at_a_term(worked_run):
    steps = arithmetic(worked_run("nadam"), range(50))
    glyphs = strip(13.0, "#000000", "#ffffff", "normal", "DejaVu Sans")
    told = _lines(steps, 270, 20, glyphs).texts[20]
    at = next(i for i, line in enumerate(told) if line.startswith("m̂ = "))
    assert re.fullmatch(r" +\+ ν / \(1 − P · ν\) · m = \S+", told[at + 1])
    later = [line.strip()[:2] for line in told if line.startswith(" ")]
    assert set(later) <= {"+ ", "− ", "= "}
    assert max(map(glyphs.width, told)) <= 270


def test_what_a_rule_does_not_use_here_is_not_told(worked_run):
    keys = {"optimizer.kind": "muon", "optimizer.lr": 0.5, "optimizer.adamw_lr": 0.01}
    muon = vizopt.load_scene("good", keys)
    assert muon.settings("f").startswith("Muon (here AdamW), learning rate 0.01, ")
    told = story_rule(muon)
    assert told.startswith("The optimizer is Muon, of which only AdamW acts on x, which moves x by")
    assert "matrix" not in told
    assert "adamw lr" not in told
    whole = story.of(worked_run("muon", optimizer__lr=0.5, optimizer__adamw_lr=0.01)).text
    assert "The learning rate is 0.01 throughout." in whole
    assert set(worked_run("muon", optimizer__lr=0.5, optimizer__adamw_lr=0.01)["lr"]) == {0.01}
    network = vizopt.load_scene("sgd", keys)
    assert network.settings("f").startswith(
        "Muon, learning rate 0.5, momentum 0.95, adamw lr 0.01  ·"
    )
    assert "each weight matrix" in story_rule(network)


def test_rprop_tells_its_first_step_and_no_schedule(worked_run):
    run = worked_run("rprop")
    assert run.header.settings.startswith("Rprop, first step 0.05  ·")
    whole = story.of(run).text
    assert "first step = 0.05 (its size, whatever the slope)" in whole
    assert "learning rate" not in whole.split("Its settings")[1].split("The run")[0]
    large = vizopt.load_scene("good", {"optimizer.kind": "rprop", "optimizer.lr": 80.0})
    assert large.settings("f").startswith("Rprop, first step 50  ·")


def test_a_setting_is_told_by_what_it_is_in_its_rule():
    told = {k: story_rule(vizopt.load_scene("good", {"optimizer.kind": k})) for k in OPTIMIZERS}
    assert "beta 2 = 0.99 (the share of the older mean of slopes that is kept)" in told["lion"]
    assert "beta 2 = 0.999 (the share of the older largest slope that is kept)" in told["adamax"]
    assert "beta 2 = 0.999 (the share of the older mean of squared slopes" in told["adam"]
    assert "weight decay = 0.01 (how fast x shrinks by itself)" in told["adamw"]
    assert not [kind for kind, text in told.items() if "weight" in text.replace("weight decay", "")]
