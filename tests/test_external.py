"""A recording that vizopt did not train is drawn and told as what it is."""

import numpy as np
import pytest
from pages import data_of

import vizopt
from vizopt import story
from vizopt.clips.recipe import load, read
from vizopt.core.errors import SceneError
from vizopt.core.toml import parsed
from vizopt.scene import load as loading
from vizopt.scene.load import presented
from vizopt.scene.spec import Scene

SETTINGS = {"lr": 0.01, "amsgrad": True}
BY = vizopt.External("PyTorch", model="MLP", optimizer="AdamW", settings=SETTINGS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two classes that one weight tells apart, over 20 epochs."""
    x = np.array([[-2.0, 0.0], [-1.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    w = np.zeros((2, 2))
    path = tmp_path_factory.mktemp("external") / "mine.zarr"
    with vizopt.Run(
        path, data=(x, [0, 0, 1, 1]), classes=["no", "yes"], predict=lambda p: p @ w, origin=BY,
        versions={"pytorch": "2.13.0"}, title="Mine",
    ) as writer:  # fmt: skip
        for epoch in range(20):
            writer.log(loss=1 / (epoch + 1), accuracy=0.5, lr=0.01, params={"out.weights": w})
            w[0] += [-0.1, 0.1]
    return vizopt.Recording(path)


def test_its_clip_tells_who_trained_and_is_not_made_again(run, tmp_path):
    clip = vizopt.render(run, tmp_path / "mine.png", size=(640, 360))
    recipe = parsed(read(clip.path))
    assert recipe["recorded"] == {
        "framework": "PyTorch", "model": "MLP", "optimizer": "AdamW", "note": "", "groups": [],
        "settings": SETTINGS,
    }  # fmt: skip
    assert not {"problem", "optimizer", "epochs", "seed"} & recipe.keys()
    with pytest.raises(SceneError, match="recorded elsewhere, trained by PyTorch: draw its") as e:
        load(clip.path, {})
    assert str(e.value).count("\n") == 0


def test_its_text_tells_what_was_recorded_and_by_what(run):
    told = story.of(run)
    assert told.alt.startswith("Mine: AdamW (PyTorch) trains an MLP on 4 points in 2 classes.")
    text = told.text
    assert "The data are 4 points in 2 classes: no and yes." in text
    assert "The model, an MLP, has 4 recorded parameters in 1 layer." in text
    assert "It was trained in PyTorch 2.13.0, not by vizopt, with AdamW." in text
    assert "The optimizer's settings are lr = 0.01 and amsgrad = True." in text
    assert "seed" not in text


def test_only_what_is_shown_can_be_changed(run):
    assert not isinstance(presented(run), Scene)
    assert presented(run, {"theme": "dark"}).theme == "dark"
    with pytest.raises(SceneError, match="optimizer: unknown key"):
        presented(run, {"optimizer.lr": 1.0})
    with pytest.raises(SceneError, match=r"pause.0.epoch: 20: the run ends at epoch 19"):
        presented(run, {"pause": [{"epoch": 20, "text": "?"}]})


def test_a_scene_is_read_once_to_be_made(tmp_path, monkeypatch, command):
    read_scenes = []
    reads = loading._scene
    monkeypatch.setattr(loading, "_scene", lambda *a: read_scenes.append(a[1]) or reads(*a))
    toml = vizopt.scene.written.scene_toml(
        vizopt.load_scene("sgd", {"epochs": 3, "keep.grid": 10, "timeline.seconds": 0.2})
    )
    (tmp_path / "mine.toml").write_text(toml)
    read_scenes.clear()
    command("make", tmp_path / "mine.toml", "-o", tmp_path / "a.gif", "-o", tmp_path / "a.zarr")
    assert read_scenes == [str(tmp_path / "mine.toml")]


def test_the_update_lies_between_steps_where_steps_are_counted(tmp_path):
    from vizopt.draw.panels.key import _words

    class DrawContext:
        def say(self, key, **values):
            return vizopt.core.words.ENGLISH.say(key, **values)

    assert _words(DrawContext(), "update_between", "step", 4, 3, 4) == "update: step 3 → 4"
    held = _words(DrawContext(), "held_between", "step", 12, 9, 14)
    assert held == "weights: step 12, update: 9 → 14"
    assert _words(DrawContext(), "update_short_between", "epoch", 4, 3, 4) == "epoch 3 → 4"


def test_a_page_has_the_numbers_that_were_logged(run, tmp_path):
    page = vizopt.render(run, tmp_path / "mine.html", size=(480, 270), seconds=0.2).path
    assert data_of(page.read_text("utf-8"))["names"] == [
        "epoch", "loss", "accuracy", "learning rate"
    ]  # fmt: skip
