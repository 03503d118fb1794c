"""Curves that join the arranged picture: their names, their numbers, and what they leave out."""

from dataclasses import replace

import pytest
from test_join import picture_of

import vizopt
from vizopt import story
from vizopt.scene.load import presented

SIZES = [(640, 360), (640, 480), (480, 480), (360, 640)]
TINY = {"epochs": 9, "keep.grid": 4, "record.quantities": ["grad_norm"]}
NORM = {"kind": "curves", "columns": ["grad_norm"]}
LAYERS = {"kind": "curves", "columns": ["grad_norm.dense1", "grad_norm.dense2"]}


@pytest.fixture(scope="module")
def norms(tmp_path_factory):
    path = tmp_path_factory.mktemp("norms") / "run.zarr"
    return vizopt.record(vizopt.load_scene("sgd", TINY), path)


@pytest.mark.parametrize("text", ["normal", "large"])
@pytest.mark.parametrize("size", SIZES)
def test_two_layers_are_told_apart(norms, texts, size, text):
    add = [{"panel": LAYERS, "beside": "loss"}]
    picture = picture_of(norms, size, add, **{"look.text": text})
    names = [told for told, _ in texts(picture, 4) if "‖g‖" in told or "gradient norm" in told]
    assert [name[-1] for name in names] == ["1", "2"]


def test_the_number_of_the_network_has_room_beside_the_loss(norms, texts):
    told = [text for text, _ in texts(picture_of(norms, (640, 360), beside(NORM)), 4)]
    assert {"‖g‖", "network"} <= {*told}
    assert f"{norms['grad_norm'][-1]:.4f}" in told
    wide = [{"panel": NORM, "above": "loss"}]
    told = [text for text, _ in texts(picture_of(norms, (640, 360), wide), 4)]
    assert {"gradient norm", "network"} <= {*told}


def test_the_text_tells_that_a_number_may_have_no_room(norms):
    scene = presented(norms, {"stage.add": beside(NORM)})
    told = "a line for each layer, and the value, where it has room, is the network's."
    assert told in story.of(norms, scene).text


def test_the_learning_rate_stays_where_curves_lie_beside_each_other(norms, texts):
    picture = picture_of(norms, (640, 360), [{"panel": NORM, "above": "loss"}])
    told = [text for text, _ in texts(picture, 4)]
    assert {"learning rate", "1"} <= {*told}
    assert picture.unseen() == []


def test_a_rate_that_stands_nowhere_is_told_in_the_closing_line(norms, texts):
    add = [{"panel": NORM, "above": "loss"}]
    picture = picture_of(norms, (360, 640), add)
    assert "learning rate" not in [text for text, _ in texts(picture, 4)]
    assert picture.unseen() == []  # it stands below the title
    untold = vizopt.Recording(norms.path)
    untold.header = replace(norms.header, settings="SGD")
    assert picture_of(untold, (360, 640), add).unseen() == ["learning rate"]


def beside(panel):
    return [{"panel": panel, "beside": "loss"}]
