"""Recordings of other frameworks' parameters: written by the recorder, read, drawn and told."""

import json
import shutil

import numpy as np
import pytest
from conventions import BOOK, EVERY_TORCH, KERAS, shapes_of
from PIL import Image
from test_truth import assert_cells, grids_of

import vizopt
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.draw.defaults import MOST_GRIDS, arranged
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.header import HeaderText
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import Weights, grid_labels
from vizopt.draw.panels.scale import scale_of
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone
from vizopt.recording.export import weights_csv, weights_lines
from vizopt.recording.header import Column, External, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.store import Recording

CLASSES = {"tok": "Embedding", "up": "ConvTranspose2d", "bil": "Bilinear"}
TABLES = {"torch": EVERY_TORCH, "keras": KERAS, "book": BOOK}


def shown(panels, rows):
    """What of a scene tells how layers are shown: TOML."""
    told = [f'[stage.panels.{name}]\nkind = "weights"\nlayer = "{panels[name]}"' for name in panels]
    head = 'title = "Mine"\ntimeline = { kind = "uniform", seconds = 1 }\n'
    return "\n".join([head, "[stage.mosaic]", f"rows = {json.dumps(rows)}", *told])


def record(path, layout, params, panels, rows):
    """A recording of these parameters [N, P], a picture of these panels."""
    scene = shown(panels, rows)
    header = Header("mine", scene, layout, len(params), {}, external=External("PyTorch"))
    columns = (
        Column("loss", "history", "float64"),
        Column("epoch", "snapshots", "int64"),
        Column("params", "snapshots", "float32", (layout.size,)),
    )
    with Recorder(path, header, columns, {}) as recorder:
        for epoch, row in enumerate(params):
            recorder.append("history", {"loss": 1 / (epoch + 1)})
            recorder.append("snapshots", {"epoch": epoch, "params": row})
    return Recording(path)


def walk(size, rows=12):
    """Random parameters that go on a little [rows, size]."""
    rng = np.random.RandomState(0)
    return (rng.randn(size) + 0.2 * rng.randn(rows, size).cumsum(axis=0)).astype(np.float32)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("others"), {}
    for convention, table in TABLES.items():
        layout = ParamLayout.of(shapes_of(table), convention, CLASSES)
        names = {f"p{i}": layer for i, layer in enumerate(layout.layers)}
        across = 6
        cells = [*names, *["."] * (-len(names) % across)]
        rows = [" ".join(cells[i : i + across]) for i in range(0, len(cells), across)]
        path = folder / f"{convention}.zarr"
        made[convention] = record(path, layout, walk(layout.size), names, rows)
    return made


@pytest.mark.parametrize("convention", TABLES)
def test_what_was_recorded_is_read_by_tensor_and_by_layer(runs, convention):
    run, table = runs[convention], TABLES[convention]
    params = walk(run.layout.size)[7]
    at, start = run.at(7), 0
    for name, (shape, layer, role, grid, _) in table.items():
        stop = start + int(np.prod(shape))
        wanted = params[start:stop].reshape(shape)
        assert np.array_equal(at.params[name], wanted)
        assert np.array_equal(run.weights(name, epoch=7), wanted)
        if role == "weight" and layer not in table:  # a tensor's own name comes before
            found = run.weights(layer, epoch=7)
            assert found.shape == grid
            with pytest.raises(ValueError, match="read-only"):
                found[0, 0] = 1
        start = stop
    assert start == run.layout.size


def test_a_layer_of_torch_is_inputs_by_outputs(runs):
    run = runs["torch"]
    tensor = run.weights("net.0.weight", epoch=3)
    assert np.array_equal(run.weights("net.0", epoch=3), tensor.T)
    conv = run.weights("conv1.weight", epoch=3)
    assert np.array_equal(run.weights("conv1", epoch=3)[9 * 2 + 3 * 1 + 2], conv[:, 2, 1, 2])
    assert run.weights("bn", epoch=3).shape == (2, 16)
    with pytest.raises(RecordingError, match=r'no weights "net\.1": did you mean "net\.0"'):
        run.weights("net.1", epoch=3)
    assert "net.0 4 × 2, c1 10 × 3, conv1 72 × 16, " in repr(run)
    assert "bn" not in repr(run)


def test_the_header_names_every_tensor(runs):
    stated = json.loads((runs["torch"].path / "zarr.json").read_text())["attributes"]["vizopt"]
    assert stated["format"] == 2
    assert stated["layout"]["tensors"][4] == {
        "name": "conv1.weight",
        "shape": [16, 8, 3, 3],
        "layer": "conv1",
        "role": "weight",
        "axis_in": 1,
        "axes_out": [0],
    }


def test_a_header_of_format_1_is_the_books(runs, tmp_path):
    path = shutil.copytree(runs["book"].path, tmp_path / "one.zarr")
    document = path / "zarr.json"
    table = json.loads(document.read_text())
    shapes = [[name, list(shape)] for name, shape in shapes_of(BOOK).items()]
    table["attributes"]["vizopt"] |= {"format": 1, "layout": {"shapes": shapes}}
    document.write_text(json.dumps(table))
    assert Recording(path).layout == runs["book"].layout


def pictures_of(run, across=2):
    """Layers and their picture, four at a time."""
    layers = run.layout.layers
    for i in range(0, len(layers), across**2):
        names = {f"p{k}": Weights(layer) for k, layer in enumerate(layers[i : i + across**2])}
        cells = [*names, *["."] * (-len(names) % across)]
        rows = tuple(" ".join(cells[k : k + across]) for k in range(0, len(cells), across))
        stage = FigureSpec(names, Mosaic(rows))
        playback, words = Playback((1280, 720), 10.0, "still"), HeaderText("Mine", "", "epoch")
        shown = alone(run, np.arange(len(run)))
        picture = FrameRenderer(stage, shown, playback, THEMES["light"], words)
        yield [panel.layer for panel in names.values()], picture


def title_of(run, layer):
    words = run.layout.grid(layer).tensors[0].words
    return "Dense 1" if layer == "dense1" else f"{layer} · {words}" if words else layer


@pytest.mark.parametrize("convention", TABLES)
def test_every_layer_is_drawn_by_its_owners_terms_cell_by_cell(runs, convention):
    """Titles, and each weight's colour at the place that its matrix gives it."""
    run = runs[convention]
    shades = THEMES["light"].shades(255)
    params = run.at(5).params
    for layers, picture in pictures_of(run):
        for layer in layers:
            box = grids_of(picture, title_of(run, layer))[0]
            rows = [by_hand(params[t.name], t) for t in run.layout.grid(layer).tensors]
            wanted = scale_of(run)(np.concatenate(rows))
            assert_cells(picture[5], box, shades[(wanted * 127).round().astype(int) + 127])


def by_hand(array, tensor):
    """The matrix of an array, number by number."""
    matrix, out = np.empty(tensor.grid, array.dtype), tensor.axes_out
    for at in np.ndindex(array.shape):
        row = column = 0
        for axis, place in enumerate(at):
            if axis in out:
                column = column * array.shape[axis] + place
            else:
                row = row * array.shape[axis] + place
        matrix[row, column] = array[at]
    return matrix


def test_the_whole_way_to_a_file(runs, tmp_path):
    vizopt.render(runs["torch"], tmp_path / "a.png", size=(1920, 1080))
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (1920, 1080)


def test_sizes_and_contents_are_said(runs, texts):
    said = [text for _, picture in pictures_of(runs["torch"]) for text, _ in texts(picture, 5)]
    said = [text.removeprefix("weights and biases, ") for text in said]
    for text in (
        "4 × 2 + 2",
        "72 × 16 + 16",
        "scale and bias, 2 × 16",
        "scale and bias, 2 × 32",
        "10 × 6",
        "3 × 16 + 16",
        "bias, 12",
        "scale, 1",
    ):
        assert text in said, text
    keras = [text for _, picture in pictures_of(runs["keras"]) for text, _ in texts(picture, 5)]
    assert "4 × 9 + 2 × 9" in [text.removeprefix("weights and biases, ") for text in keras]
    assert "5 × 20" in [text.removeprefix("weights, ") for text in keras]


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (2000, "encoder.0.attention · 4 → 2"),
        (200, "encoder.0.attention"),
        (180, "…attention · 4 → 2"),
        (60, "…atte…"),
    ],
)
def test_a_title_without_room_loses_its_shape_then_its_beginning(width, title):
    layout = ParamLayout.of({"encoder.0.attention.weight": (2, 4)}, "torch")
    slot = Narrow(width)
    found = grid_labels.title(slot, "encoder.0.attention", layout.grid("encoder.0.attention"), {})
    assert found == title


class Narrow:
    """A slot of ten pixels a character."""

    def __init__(self, width):
        self.width = width

    def text_width(self, text, size, weight):
        return 10 * len(text)

    def fitted(self, text, size, width, weight):
        return text if 10 * len(text) <= width else text[: width // 10 - 1] + "…"


def test_the_story_says_what_the_grids_hold(runs):
    text = vizopt.story.of(runs["torch"]).text
    assert "Layers bn and ln each have two grids of cells: a row of factors and a row" in text
    assert "a.k_proj_weight and a.v_proj_weight each have two grids of cells: the weights, " in text
    assert "the weights, and their update; both are red where positive" in text
    assert "a.bias_v, act and " in text
    assert "each have two grids of cells: its numbers in a row, and their update" in text
    assert "with the biases as the last row, and their update" in text
    keras = vizopt.story.of(runs["keras"]).text
    told = "the weights, with the biases as the last rows, and their update"
    assert f"Layer gru/gru_cell/kernel has two grids of cells: {told}" in keras


def test_tables_have_every_tensor_as_its_owner_shapes_it(runs):
    run = runs["torch"]
    lines = list(weights_lines(run, run.at(2)))
    assert "conv1.weight [16 × 8 × 3 × 3], before the step of epoch 2" in lines
    rows = weights_csv(run, run.at(2)).splitlines()
    assert len(rows) == run.layout.size + 1
    value = run.weights("conv1.weight", epoch=2)[1, 0, 2, 1]
    assert f"2,conv1.weight,{(1 * 8 + 0) * 3 + 2},1,{value!s}" in rows


def test_the_arranged_picture_takes_names_that_are_its_own_and_no_more_layers_than_fit():
    layout = ParamLayout.of({"key.weight": (2, 4), "curves.weight": (2, 2), "a b.weight": (2, 2)})
    stage = arranged("network", layout)
    assert [stage.panels[name].layer for name in ("key.weights", "curves.weights", "a_b")] == [
        "key",
        "curves",
        "a b",
    ]
    deep = {f"l{i}.weight": (3, 3) for i in range(60)} | {f"n{i}.weight": (3,) for i in range(60)}
    panels = arranged("network", ParamLayout.of(deep)).panels.values()
    layers = [panel.layer for panel in panels if isinstance(panel, Weights)]
    assert len(layers) == MOST_GRIDS
    assert (layers[0], layers[-1]) == ("l0", "l59")
    few = {f"l{i}.weight": (3, 3) for i in range(MOST_GRIDS)}
    kept = arranged("network", ParamLayout.of(few)).panels.values()
    assert [panel.layer for panel in kept if isinstance(panel, Weights)] == [n[:-7] for n in few]
