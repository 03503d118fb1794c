"""The picture of a recording of which there is whatever somebody logged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt import story
from vizopt.clips.drawing import pictured, planned_picture
from vizopt.core.errors import SceneError
from vizopt.draw.arrangement import Parts, mosaics
from vizopt.draw.blocks import Block, beside, over
from vizopt.draw.defaults import arranged_for
from vizopt.draw.panels import Curves, Weights
from vizopt.draw.views import alone
from vizopt.recording.store import Recording
from vizopt.scene.load import presented

SIZES = {
    "mosaic": (640, 360),
    "standard": (560, 400),
    "square": (480, 480),
    "portrait": (480, 800),
    "banner": (900, 300),
    "thumbnail": (320, 180),
}
EPOCHS = 12
LAYERS = {f"layers.{i}": (6, 5) for i in range(9)} | {"norm": (5,)}

Maker = Callable[..., Recording]


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    """Records what is asked for."""

    def make(*logged: str, field: int = 0, layers: bool = False, **known: object) -> Recording:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(60, field or 2))
        y = (x[:, 0] > 0).astype(int) + (x[:, -1] > 1)
        w = rng.normal(size=(field or 2, 3))
        if field:
            known |= {"data": (x, y), "predict": lambda points: points @ w}
        params = {f"{name}.weight": rng.normal(size=shape) for name, shape in LAYERS.items()}
        path = tmp_path / f"{'-'.join(logged) or 'none'}.zarr"
        with vizopt.Run(path, **known) as run:  # type: ignore[arg-type]
            for epoch in range(EPOCHS):
                w *= 1.01
                for i, value in enumerate(params.values()):
                    value *= 1 + 0.001 * (i % 4)
                numbers = {name: 1 / (1 + epoch) + i for i, name in enumerate(logged)}
                run.log(params=params if layers else None, **numbers)  # type: ignore[arg-type]
        return Recording(path)

    return make


def _names(run: Recording, shape: str) -> set[str]:
    return {*arranged_for(run).mosaics[shape].names}


@pytest.mark.parametrize("field", [0, 1, 2])
@pytest.mark.parametrize("logged", [(), ("loss",), ("loss", "accuracy", "lr")])
@pytest.mark.parametrize("layers", [False, True])
def test_what_is_not_recorded_leaves_no_gap(
    made: Maker, field: int, logged: tuple[str, ...], layers: bool
) -> None:
    if not (field or logged or layers):
        return
    run = made(*logged, field=field, layers=layers)
    turn = (2 * field + len(logged) + 3 * layers) % 6  # whose turn it is to be drawn: each thrice
    for at, (shape, size) in enumerate(SIZES.items()):
        names = _names(run, shape)
        shown = {0: "", 1: "strip", 2: "plane"}[field]
        assert ({"plane", "strip"} & names) == ({shown} if shown else set())
        curves = bool(logged) and not (shape == "thumbnail" and field)
        assert bool({"curves", "curve"} & names) == curves
        assert ("key" in names) == (layers and shape not in ("banner", "thumbnail"))
        if at == turn:
            picture = pictured(alone(run, np.array([5])), presented(run), size, 4, "still")
            assert np.ptp(picture[0][..., :3].reshape(-1, 3), axis=0).min() > 50


def test_of_many_layers_are_shown_the_first_the_last_and_those_that_change_most(
    made: Maker,
) -> None:
    panels = arranged_for(made("loss", field=2, layers=True)).panels.values()
    shown = [panel.layer for panel in panels if isinstance(panel, Weights)]
    # The third of four changes by 3 ‰ an epoch, the one before by 2 ‰.
    assert shown == [f"layers.{i}" for i in (0, 2, 3, 6, 7, 8)]
    run = made("acc", layers=True)
    assert len(arranged_for(run).panels) == 8 + 2  # the curves and the key
    text = (
        "Shown are 8 of 10 layers: the first, the last and those that change most for their size."
    )
    assert text in story.of(run).text
    alone = arranged_for(made(layers=True)).panels.values()
    assert sum(isinstance(panel, Weights) for panel in alone) == len(LAYERS)


def test_many_numbers_are_two_panels_and_no_more_than_ten_plots(made: Maker) -> None:
    others = "bacdeghij"
    panels = arranged_for(made("loss", *others, "accuracy", "lr")).panels
    columns = {name: panel.columns for name, panel in panels.items() if isinstance(panel, Curves)}
    assert columns == {
        "curves": ("loss", "accuracy", "lr", "a", "b"),
        "more": ("c", "d", "e", "g", "h"),
        "curve": ("loss",),
    }
    beside_layers = arranged_for(made("a", "b", "c", "d", layers=True)).panels["curves"]
    assert isinstance(beside_layers, Curves)
    assert beside_layers.columns == ("a", "b", "c")


@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (600, 600), (540, 960)])
def test_every_one_of_ten_numbers_has_a_title_and_a_curve(made: Maker, texts, size) -> None:  # type: ignore[no-untyped-def]
    names = [f"reward_{letter}" for letter in "abcdefghij"]
    run = made(*names)
    said = [text for text, _ in texts.still(planned_picture(run, presented(run), size, 10))]
    assert {name.replace("_", " ") for name in names} <= {*said}


def test_nothing_to_draw_is_one_line(made: Maker) -> None:
    run = made()
    with pytest.raises(SceneError, match=r"none.zarr: holds nothing to draw: no number, param"):
        presented(run)


def test_half_a_slide_has_few_panels(made: Maker) -> None:
    run = made("loss", layers=True)
    half = arranged_for(run, slide=(600, 600)).panels
    assert [*half] == ["layers.0", "layers.8", "key", "curves"]
    assert [*arranged_for(made("loss", field=2, layers=True), slide=(6, 6)).panels] == [
        *("plane", "curves"),
    ]


def test_a_scene_may_put_its_own_panels_there(made: Maker) -> None:
    run = made("loss", layers=True)
    keys = {"kind": "weights", "layer": "layers.5"}
    scene = presented(run, {"stage": {"panels": {"layers.8": keys}}})
    panel = arranged_for(run, scene.stage).panels["layers.8"]
    assert isinstance(panel, Weights)
    assert panel.layer == "layers.5"


def test_blocks_share_their_sides() -> None:
    left = over((Block.of("ab", 2), 3.0), (Block.of("k"), 1.0))
    whole = beside((left, 2.0), (Block.of("c"), 1.0)).mosaic
    assert whole.rows == ("a b c", "k k c")
    assert whole.widths == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert whole.heights == pytest.approx((0.75, 0.25))
    thirds = beside((Block.of("abc"), 1.0), (Block.of("de"), 1.0)).mosaic
    assert thirds.rows == ("a d", "b d", "b e", "c e")


def test_a_banner_has_layers_from_the_first_to_the_last() -> None:
    places = mosaics(Parts("", tuple("abcdef"), 0))
    assert places["banner"].rows == ("a b d f",)
    assert mosaics(Parts("", tuple("abcdef"), 1))["banner"].rows == ("a f curves",)
