"""The arithmetic on the picture: redone from what is printed, to the last figure."""

import re
from decimal import Decimal
from itertools import chain

import numpy as np
import pytest
import sympy

import vizopt
from vizopt.clips import planned_picture
from vizopt.errors import RecordingError
from vizopt.glyphs import Glyphs, strip
from vizopt.header import Column, Header
from vizopt.layout import Layout
from vizopt.numbers import number
from vizopt.optimizers import OPTIMIZERS, worked
from vizopt.panels.arithmetic import arithmetic
from vizopt.panels.rule import rule, value
from vizopt.panels.worked import _fitting
from vizopt.recorder import Recorder
from vizopt.recording import Recording
from vizopt.scene import parse_scene

DECAYING = {"kind": "cosine", "initial": 0.05, "epochs": 60, "least": 0.001}
SIZES = [(1280, 720), (640, 360), (1080, 1080)]


@pytest.fixture(scope="module")
def worked_run(tmp_path_factory):
    """50 steps of a rule down the lesson's curve, at a rate that falls; once for all tests."""
    kept = {}

    def record(kind, **keys):
        if (kind, *keys) not in kept:
            more = {"optimizer.rest_lr": DECAYING} if kind == "muon" else {}
            chosen = {"optimizer.kind": kind, "optimizer.lr": DECAYING, "epochs": 50} | more
            chosen |= {key.replace("__", "."): value for key, value in keys.items()}
            path = tmp_path_factory.mktemp(kind) / "run.zarr"
            kept[kind, *keys] = vizopt.record(vizopt.load_scene("good", chosen), path)
        return kept[kind, *keys]

    return record


def lines_of(run, step, left_out=0):
    return [" ".join(parts) for parts in arithmetic(run, [step])[step].lines(left_out)]


def redone(expression, known):
    """What a calculator makes of a printed expression, with the names of the lines above it."""
    text = re.sub(r"√(\w\N{COMBINING CIRCUMFLEX ACCENT}?\w*(\.\d+)?)", r"√(\1)", expression)
    text = re.sub(r"\|([^|]+)\|", r"Abs(\1)", text).replace("√", "sqrt").replace("²", "**2")
    text = text.replace("−", "-").replace("·", "*").replace("^", "**")
    text = text.replace("max(", "Max(").replace("min(", "Min(")
    for i, name in enumerate(sorted(known, key=len, reverse=True)):
        text = re.sub(rf"(?<![\w.]){name}(?!\w|\N{{COMBINING CIRCUMFLEX ACCENT}})", f"_{i}_", text)
    symbols = {f"_{i}_": known[name] for i, name in enumerate(sorted(known, key=len, reverse=True))}
    return sympy.sympify(text, rational=True).subs(symbols).evalf(30)


def decimal_of(text):
    return Decimal(text.replace("−", "-"))


def check(lines):
    """Every line gives its printed result; the numbers of the last one."""
    known = {}
    for line in lines:
        name, expression, result = line.split(" = ")
        printed = decimal_of(result)
        off = abs(Decimal(str(redone(expression, known))) - printed)
        assert off <= Decimal("0.5") * Decimal(10) ** printed.as_tuple().exponent, line
        known[name] = sympy.Rational(str(printed))
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
    settings = {"momentum": 0.7, "rho": 0.8, "beta_1": 0.6, "beta_2": 0.9, "decay": 0.02}
    cls = OPTIMIZERS[kind]
    chosen = {name: v for name, v in settings.items() if name in cls.__dataclass_fields__}
    optimizer = cls(lr={"kind": "exponential", "initial": 0.1, "factor": 0.95}, **chosen)
    lines, layout = rule(worked(optimizer)), Layout.of({"x": (1,)})
    params = np.array([3.0])
    state, known = optimizer.init(params, layout), None
    for step in range(40):
        grad = np.cos(3 * params) + 0.3 * params
        rates = {"lr": optimizer.lr(step)}
        rates |= {"rest_lr": optimizer.rest_lr(step)} if kind == "muon" else {}
        given = {"x": params[0], "slope": grad[0], "t": step + 1} | rates
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
    muon = worked_run("muon")
    assert muon["rest_lr"].tolist() == run["lr"].tolist()


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
    scene = parse_scene(run.header.scene, "", {}, {})
    picture = planned_picture(run, scene, size, 5.0)
    written, original = [], Glyphs.write

    def noted(self, pixels, text, x, y, align=0.0):
        if pixels.shape[1] < 600 and align == 0:
            written.append((text, x + self.width(text), y, pixels.shape))
        original(self, pixels, text, x, y, align)

    monkeypatch.setattr(Glyphs, "write", noted)
    picture[k]
    monkeypatch.undo()
    return written, scene.timeline.rows(run["epoch"], 5.0)[k]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("kind", ["sgd", "nadam", "radam", "rprop"])
def test_the_arithmetic_fits_and_is_that_of_the_shown_step(worked_run, kind, size, monkeypatch):
    run = worked_run(kind)
    written, row = shown(run, kind, size, 30, monkeypatch)
    whole = " ".join(text.strip() for text, *_ in written)
    wanted = [" ".join(lines_of(run, int(row), left_out)) for left_out in range(9)]
    assert any(text and whole.startswith(text) for text in wanted), whole
    for text, right, y, (height, width, _) in written:
        assert right <= width, text
        assert y <= height, text
    baselines = [y for _, _, y, _ in written]
    assert min(np.diff(baselines)) >= 10


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("keys", [{}, {"optimizer__lr": 0.05}], ids=str)
def test_no_line_of_any_step_is_wider_than_the_panel(worked_run, kind, keys):
    run = worked_run(kind, **keys)
    steps = arithmetic(run, range(len(run)))
    for font, width in ((8.6, 176), (13.0, 353), (11.4, 494)):  # as at each of SIZES
        glyphs = strip(font, "#000000", "#ffffff", "normal")
        texts = chain.from_iterable(_fitting(steps, width, 6, glyphs).values())
        assert max(map(glyphs.width, texts)) <= width


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
     "update = 'a' * 9", "update = 'a'"],
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


def test_a_step_that_lands_on_zero_but_for_rounding_has_its_lines(tmp_path):
    keys = {"problem.f": "abs(x)", "problem.interval": [-2, 2], "problem.start": 1.5}
    keys |= {"optimizer.kind": "sgd", "optimizer.lr": 0.3, "epochs": 7}
    run = vizopt.record(vizopt.load_scene("momentum-fast", keys), tmp_path / "run.zarr")
    assert 0 < abs(run["x"][5]) < 1e-15
    assert lines_of(run, 4)[-1] == "x = 0.3000 − 0.3000 = 0.0000"
