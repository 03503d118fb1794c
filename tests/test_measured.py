"""What is measured at updates: against PyTorch, and as scenes, files, texts and pages have it."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from norms import EPOCHS, MEASURED, RULES, recorded, theirs

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.metadata import metadata_of
from vizopt.comparison.log import known_name
from vizopt.core.contrast import contrast
from vizopt.core.docstrings import docstring
from vizopt.core.errors import SceneError
from vizopt.core.numbers import number
from vizopt.core.words import language, table
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.boxes import plots as boxes
from vizopt.draw.panels.curves.labels import colours_of
from vizopt.draw.panels.curves.lines import draw_line
from vizopt.draw.panels.curves.names import title_of
from vizopt.draw.theme import THEMES
from vizopt.draw.views import views_of
from vizopt.formats.html.page import _numbers
from vizopt.pipeline.estimate import bytes_of
from vizopt.pipeline.prepared import prepare
from vizopt.recording.export import as_csv, as_json, columns
from vizopt.recording.quantities import MEASURED as MEASURED_NAMES
from vizopt.recording.quantities import (
    QUANTITIES,
    Quantity,
    layered,
    ordered,
    quantity,
    ratio,
    title,
)
from vizopt.recording.summary import lines, summary
from vizopt.scene.load import load_scene, presented
from vizopt.story.compose import of
from vizopt.train.probes import Record

# Of PyTorch 2.13 at EPOCHS: python tests/norms.py
PEERS = {
    ("sgd", "grad_norm"): [
        0.002278389053713795,
        0.001938380609763034,
        0.001687724459462761,
        0.0018491550263920738,
    ],
    ("sgd", "update_ratio"): [
        0.019482113192190433,
        0.016563931782248943,
        0.014306464114571274,
        0.01439239983062047,
    ],
    ("sgd", "weight_norm"): [
        0.05847386860032994,
        0.058512092275106384,
        0.05898468153789998,
        0.06424067730726572,
    ],
    ("sgd", "grad_norm.dense1"): [
        0.002107718047743616,
        0.0017342047166137708,
        0.0014316476391267635,
        0.0014586137790714227,
    ],
    ("sgd", "update_ratio.dense1"): [
        0.030277139711387634,
        0.02488397402981452,
        0.020303303547137292,
        0.01841015980074903,
    ],
    ("sgd", "weight_norm.dense1"): [
        0.03480708659792715,
        0.034845815112488646,
        0.035256519605367916,
        0.039614370403565864,
    ],
    ("sgd", "grad_norm.dense2"): [
        0.000865205935774068,
        0.0008659407538508989,
        0.0008937554970189739,
        0.0011365826653323787,
    ],
    ("sgd", "update_ratio.dense2"): [
        0.009207111383136216,
        0.009211230630547624,
        0.009450097191685124,
        0.01123718637305483,
    ],
    ("sgd", "weight_norm.dense2"): [
        0.046985742855179494,
        0.04700461798118162,
        0.047288164284985584,
        0.050572386520959536,
    ],
    ("adam", "grad_norm"): [
        0.002278389053713795,
        0.027317490569136776,
        0.03246029436800246,
        0.02999966626731023,
    ],
    ("adam", "update_ratio"): [
        6.093470141602466,
        0.7317901966016941,
        0.20290928726180688,
        0.036034753789892134,
    ],
    ("adam", "weight_norm"): [
        0.05847386860032994,
        0.36594578722992077,
        1.2256680488911935,
        3.0383030846303027,
    ],
    ("adam", "grad_norm.dense1"): [
        0.002107718047743616,
        0.008621495779514364,
        0.022890276613730887,
        0.02700065064142904,
    ],
    ("adam", "update_ratio.dense1"): [
        7.0301886812910634,
        0.7507976100170597,
        0.1874138698495925,
        0.030545409876721684,
    ],
    ("adam", "weight_norm.dense1"): [
        0.03480708659792715,
        0.24953983854863251,
        0.8341431920144365,
        1.919131683777987,
    ],
    ("adam", "grad_norm.dense2"): [
        0.000865205935774068,
        0.02592132522689943,
        0.023015341557410293,
        0.013074587606861221,
    ],
    ("adam", "update_ratio.dense2"): [
        5.512173281868442,
        0.71485981842555,
        0.215384295789331,
        0.039257107459144444,
    ],
    ("adam", "weight_norm.dense2"): [
        0.046985742855179494,
        0.2676680559357968,
        0.8980352450147556,
        2.3554658168594766,
    ],
}
LAYERS = ("", ".dense1", ".dense2")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    return {rule: recorded(folder / f"{rule}.zarr", rule) for rule in RULES}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_measured_is_pytorchs(runs, rule):
    for name in MEASURED:
        for layer in LAYERS:
            ours = runs[rule][name + layer][[*EPOCHS]]
            assert ours == pytest.approx(PEERS[rule, name + layer], rel=1e-9), name + layer


@pytest.mark.parametrize("rule", RULES)
def test_what_is_measured_is_pytorchs_live_at_every_epoch(runs, rule):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for column, values in theirs(torch, runs[rule], rule).items():
        assert runs[rule][column] == pytest.approx(values, rel=1e-9), column
        stored = PEERS[rule, column]
        assert values[[*EPOCHS]] == pytest.approx(stored, rel=1e-9), "run: python tests/norms.py"


def test_of_mini_batches_it_is_the_first_update_of_the_epoch(tmp_path):
    """Its gradient, its update, the weights before it: not those of the whole epoch."""
    keys = {"problem.batch": 16, "epochs": 3, "keep.grid": 4, "record.quantities": [*MEASURED]}
    keys |= {"problem.sizes": [2, 4, 3], "problem.data.points": 20, "optimizer.lr": 0.5}
    scene = load_scene("sgd", keys | {"problem.precision": "float64"})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    for step in prepare(scene).steps():
        grad = step.evaluation.grad
        norms = np.linalg.norm(grad), np.linalg.norm(step.params)
        assert run["grad_norm"][step.number] == pytest.approx(norms[0], rel=1e-12)
        assert run["weight_norm"][step.number] == pytest.approx(norms[1], rel=1e-12)
        moved = 0.5 * norms[0] / norms[1]
        assert run["update_ratio"][step.number] == pytest.approx(moved, rel=1e-12)
        assert not np.allclose(step.delta, step.update, rtol=0.1)


def test_a_ratio_of_nothing_is_told_apart():
    nothing, some = np.zeros(3), np.full(3, 2.0)
    assert np.isnan(ratio(nothing, nothing))
    assert ratio(nothing, some) == np.inf
    assert ratio(some, nothing) == 0.0
    assert ratio(some, some / 8) == 0.125
    huge = np.full(3, 2e30, np.float32)  # whose square no float32 holds
    assert ratio(huge, huge) == 1.0


def test_the_lessons_ratios_are_those_known(tmp_path):
    """SGD's layers move by 10^−1.4 and 10^−1.9 of themselves, Adam's first step by six times."""
    keys = {"epochs": 101, "keep.first": 1, "keep.grid": 4, "record.quantities": ["update_ratio"]}
    found = {
        name: vizopt.record(load_scene(name, keys), tmp_path / f"{name}.zarr")
        for name in ("sgd", "adam-tuned")
    }
    tens = {name: np.log10(run["update_ratio"]) for name, run in found.items()}
    first = [np.log10(found["sgd"][f"update_ratio{layer}"][0]) for layer in LAYERS[1:]]
    assert first == pytest.approx([-1.44, -1.87], abs=0.01)
    assert tens["adam-tuned"][[0, 100]] == pytest.approx([0.74, -2.01], abs=0.01)
    assert tens["sgd"][100] == pytest.approx(-1.80, abs=0.01)


def test_nothing_is_measured_that_nobody_asked_for():
    ready = prepare(load_scene("sgd", {"epochs": 2}))
    assert not any(probe.column.name.partition(".")[0] in MEASURED for probe in ready.probes)


def test_a_panel_records_what_it_shows_and_the_estimate_knows():
    curves = {"kind": "curves", "columns": ["loss", "update_ratio.dense2"]}
    scene = load_scene("sgd", {"stage.panels": {"curves": curves}})
    names = [probe.column.name for probe in prepare(scene).probes]
    assert names[-4:-1] == ["update_ratio", "update_ratio.dense1", "update_ratio.dense2"]
    more = bytes_of(scene)["epochs"] - bytes_of(load_scene("sgd"))["epochs"]
    assert more == 3 * 8 * scene.epochs


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"record.quantities": ["grad_nrom"]}, 'no quantity "grad_nrom": did you mean "grad_norm"'),
        ({"record.quantities": ["loss"]}, 'no quantity "loss": '),
        ({"record.quantity": ["grad_norm"]}, "quantities"),
        ({"stage.panels.curves.columns": ["grad_norm.dense3"]}, 'no column "grad_norm.dense3"'),
        ({"stage.panels.curves.columns": ["statistics"]}, '"statistics" is no number'),
        ({"stage.panels.curves.columns": ["units"]}, '"units" is no number of every epoch'),
    ],
)
def test_a_wrong_name_is_one_line_before_training(keys, told):
    if "stage.panels.curves.columns" in keys:
        keys = keys | {"stage.panels.curves.kind": "curves"}
    with pytest.raises(SceneError, match=r".") as error:
        load_scene("sgd", keys)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_files_have_a_column_for_the_network_and_each_layer(runs):
    run = runs["adam"]
    chosen = columns(run, range(0, 21, 20))
    wanted = [name + layer for name in MEASURED for layer in LAYERS]
    assert list(chosen) == ["epoch", "accuracy", "loss", "lr", *wanted]
    rows = list(csv.DictReader(io.StringIO(as_csv(chosen))))
    assert float(rows[1]["update_ratio.dense2"]) == run["update_ratio.dense2"][20]
    assert json.loads(as_json(run, chosen))["columns"]["grad_norm"][0] == run["grad_norm"][0]
    assert summary(run)["final_weight_norm"] == run["weight_norm"][-1]
    assert any(line.startswith("final_grad_norm") for line in lines(run))


def test_a_table_of_it_is_compared_with_its_recording(runs, tmp_path, command):
    run, path = runs["adam"], tmp_path / "log.csv"
    path.write_text(as_csv(columns(run, range(21))), encoding="utf-8")
    done = command("compare", run.path, path)
    assert done.code == 0, done.err
    assert "update_ratio.dense1" in done.out or "equal" in done.out
    path.write_text(path.read_text().replace(str(run["update_ratio.dense1"][3]), "0.5"))
    done = command("compare", run.path, path)
    assert "first differs at epoch 3: update_ratio.dense1" in done.out
    assert known_name("Gradient norm") == "grad_norm"
    assert known_name("grad_norm.encoder.0") == "grad_norm.encoder.0"


def test_a_recording_with_more_is_reused_and_one_with_less_is_not(command):
    keys = ["--set", "epochs=3", "--set", "keep.grid=4"]
    asked = ["--set", "record.quantities=['weight_norm']"]
    assert command("record", "sgd", *keys, *asked, "-o", "outputs/sgd.zarr").code == 0
    less = command("make", "sgd", *keys, "-o", "a.png")
    assert "has the same training: reused" in less.out + less.err
    more = ["--set", "record.quantities=['grad_norm']"]
    done = command("make", "sgd", *keys, *more, "-o", "b.png")
    assert "lacks grad_norm, which is to be recorded: training again" in done.out + done.err


def test_every_quantity_that_is_measured_has_its_meaning():
    told = docstring(Record).meanings["quantities"]
    for name in MEASURED_NAMES:
        assert f'"{name}", {quantity(name).meaning}' in told, name
        assert quantity(name).meaning, name
        assert quantity(name).reading, name


def test_a_quantity_needs_its_entry_alone(monkeypatch, run):
    """Until languages have words for it its title is English in all of them."""
    monkeypatch.setitem(QUANTITIES, "sharpness", Quantity(title="sharpness of the loss"))
    assert title("sharpness", "network") == "sharpness of the loss"
    spoken = title("sharpness.dense1", "network")
    assert spoken == "sharpness of the loss, Dense 1"
    slot = DrawContext(None, 9, 9, replace(THEMES["light"], words=language("de")), 1.0, None)
    assert title_of(slot, run, "sharpness") == "sharpness of the loss"
    assert title_of(slot, run, "loss") == "Verlust"


def test_every_quantity_is_named_and_coloured_in_every_theme():
    for name, found in QUANTITIES.items():
        assert found.title in table("en") or "_" not in found.title, f"{name}: no such words"
        assert {*(found.reference or ())[1:]} <= set(table("en")), name
        for theme in THEMES.values():
            assert found.colour in {"", *dict(theme.accents)}
        assert found.told or not found.measure
    assert title("validation_loss", "network") == "validation loss"
    assert title("loss", "function") == "f(x)"
    assert title("update_ratio.dense2", "network") == "update-to-weight ratio, Dense 2"
    assert title("grad_norm.encoder.0", "network") == "gradient norm, encoder.0"
    assert title("grad_norm.5", "network") == "gradient norm, 5"
    assert title("beta_lr", "network") == "beta lr"
    assert quantity("validation_accuracy").range == (0, 1)
    assert layered("grad_norm", ["x"]) == ["grad_norm"]
    names = ["b", "grad_norm.dense10", "lr", "grad_norm.dense2", "a", "x", "grad_norm"]
    assert ordered(names) == [
        "x", "lr", "grad_norm", "grad_norm.dense2", "grad_norm.dense10", "a", "b"
    ]  # fmt: skip


def test_the_text_tells_their_course(runs):
    run = runs["adam"]
    told = of(run).text
    first, last = (number(run["update_ratio"][at]) for at in (0, -1))
    ends = [number(run[f"update_ratio{layer}"][-1]) for layer in LAYERS[1:]]
    assert (
        f"The ratio of an update to the weights is {first} at first and {last} at the end; by "
        f"layer it ends at {ends[0]} in Dense 1 and {ends[1]} in Dense 2; 0.001 is a rule of thumb."
    ) in told
    top = int(run["grad_norm"].argmax())
    assert 0 < top < 20
    assert f"and largest at epoch {top}, with {number(run['grad_norm'][top])}" in told


def test_the_page_has_them_by_their_titles(runs):
    run = runs["adam"]
    scene = presented(run)
    made = metadata_of(
        views_of({"": run}, scene.timeline, 10.0),
        scene,
        of(run),
        replace(scene.clip, fps=10.0),
        card=0,
        warning="",
    )
    told = dict(_numbers(made, len(made.numbers["epoch"])))
    assert told["gradient norm, Dense 1"][-1] == number(run["grad_norm.dense1"][20])
    assert told["update-to-weight ratio"][0] == number(run["update_ratio"][0])


@pytest.fixture
def picture(runs):
    def of_(columns, size=(1280, 720), theme="light", language="en"):
        curves = {"kind": "curves", "columns": columns}
        keys = {"theme": theme, "look.language": language, "stage.panels": {"curves": curves}}
        return planned_picture(runs["adam"], presented(runs["adam"], keys), size, 20.0)

    return of_


def test_a_layers_line_is_named_and_the_number_is_the_networks(picture, texts, runs):
    shown = picture(["loss", "update_ratio"])
    still = dict(texts.still(shown))
    assert set(still) >= {"update-to-weight ratio", "rule of thumb", "0.001"}
    assert [text for text, _ in texts.still(shown)].count("Dense 2") == 2  # of the grid too
    first, last = (dict(texts.moving(shown, k)) for k in (0, len(shown) - 1))
    for written, epoch in ((first, 0), (last, 20)):
        assert "network" in written
        assert number(runs["adam"]["update_ratio"][epoch]) in written


def test_layers_run_where_their_values_are_and_what_is_0_is_marked(runs):
    """At the last frame a dot of each layer's colour lies at its value, on an axis of decades."""
    slot = DrawContext(None, 430, 300, THEMES["light"], 1.0, None)
    plot = boxes(slot, runs["adam"], ["grad_norm"], "auto")[0]
    low, high = np.log10([plot.axis.low, plot.axis.high])
    assert (low, high) == (-4, -1)
    half = float(plot.y(np.array(10 ** ((low + high) / 2))))
    assert half == pytest.approx(plot.top + plot.height / 2)
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    values = np.array([0.01, 0.0, 0.02, 40.0])
    draw_line(axes, slot, plot, (np.arange(len(values)), values), "#112233", 1)
    above, below = axes.lines[1:]
    assert below.get_marker() == "v"
    assert below.get_xdata() == pytest.approx([plot.x(np.array(1.0))])
    assert below.get_ydata()[0] > plot.top + plot.height
    assert above.get_xdata() == pytest.approx([plot.x(np.array(3.0))])


def test_the_first_layer_is_the_palest_and_all_are_seen(runs):
    for theme in THEMES.values():
        slot = DrawContext(None, 430, 300, theme, 1.0, None)
        for name in MEASURED:
            pale, own = colours_of(slot, runs["adam"], name)
            assert own == theme.accent(quantity(name).colour)
            assert contrast([pale], [theme.paper])[0, 0] >= 3
            assert contrast([own], [theme.paper]) > contrast([pale], [theme.paper]) + 1


@pytest.mark.parametrize(
    ("size", "language"),
    [((1280, 720), "de"), ((640, 360), "en"), ((1080, 1080), "es"), ((720, 1280), "fr")],
)
def test_no_text_of_them_lies_on_another(picture, texts, size, language):
    shown = picture([*MEASURED], size, "dark", language)
    boxes = [(t, b) for t, b in texts(shown, len(shown) - 1) if t.strip()]
    for i, (text, box) in enumerate(boxes):
        assert box[0] >= 0, text
        assert box[2] <= size[0], text
        for other, there in boxes[:i]:
            across = min(box[2], there[2]) - max(box[0], there[0])
            down = min(box[3], there[3]) - max(box[1], there[1])
            assert across < 2 or down < 0.4 * min(box[3] - box[1], there[3] - there[1]), (
                text,
                other,
            )
