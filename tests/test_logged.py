"""Numbers of any name, logged at any step: what is drawn, told and exported of them."""

import json
import os
import warnings
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import vizopt
from vizopt import story
from vizopt.cli import cli
from vizopt.clips.drawing import pictured
from vizopt.core.errors import VizoptError, VizoptWarning
from vizopt.draw.defaults import arranged_for
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.panels.curves.names import drawn_of
from vizopt.draw.views import alone
from vizopt.recording.events import events
from vizopt.recording.logged import MISSING, final, is_logged, logged, standing
from vizopt.recording.quantities import quantity, title
from vizopt.recording.readout import writing_of
from vizopt.recording.scalars import column_of, second, series, telling
from vizopt.recording.store import Recording
from vizopt.recording.summary import lines, summary, table
from vizopt.scene.load import presented

Maker = Callable[..., Recording]


@pytest.fixture
def run_of(tmp_path: Path) -> Maker:
    """A recording of rows of numbers, one a step; where a step has none it is left out."""

    def make(rows: dict[int, dict[str, float]], **known: Any) -> Recording:
        path = tmp_path / "mine.zarr"
        with vizopt.Run(path, **known) as run:
            for step, numbers in rows.items():
                run.log(step=step, **numbers)
        return Recording(path)

    return make


def test_a_step_that_nobody_logged_is_no_number_and_a_nan_that_was_logged_is_one() -> None:
    values = np.array([MISSING, 3.0, MISSING, np.nan, -np.nan, MISSING])
    assert is_logged(values).tolist() == [False, True, False, True, True, False]
    assert logged(values)[0].tolist() == [1, 3, 4]
    assert np.array_equal(standing(values)[1:3], [3.0, 3.0])
    assert not is_logged(standing(values))[0]
    assert np.isnan(final(values))
    assert final(values[:3]) == 3.0
    assert np.isnan(final(values[:1]))


def test_what_is_logged_now_and_then_keeps_its_steps_in_a_recording(run_of: Maker) -> None:
    rows = {
        s: {"loss": 1 / (1 + s)} | ({"val_loss": 2.0 + s} if s % 3 == 1 else {}) for s in range(9)
    }
    rows[5]["loss"] = np.nan
    run = run_of({s: row for s, row in rows.items() if s != 7})
    at, values = logged(run["val_loss"])
    assert at.tolist() == [1, 4]
    assert values.tolist() == [3.0, 6.0]
    assert logged(run["loss"])[0].tolist() == [0, 1, 2, 3, 4, 5, 6, 8]
    assert run["step"].tolist() == [0, 1, 2, 3, 4, 5, 6, -1, 8]


@pytest.mark.parametrize(
    ("names", "column", "other"),
    [
        ("loss val_loss", "loss", "val_loss"),
        ("loss validation_loss val_loss", "loss", "validation_loss"),
        ("train_loss test_loss", "train_loss", "test_loss"),
        ("acc val_accuracy", "acc", "val_accuracy"),
        ("Loss Val_Loss", "Loss", "Val_Loss"),
        ("perplexity val_perplexity", "perplexity", "val_perplexity"),
        ("loss val_acc", "loss", ""),
        ("val_loss test_loss", "val_loss", ""),
        ("beta val_gamma", "beta", ""),
    ],
)
def test_samples_held_out_are_known_by_their_name(names: str, column: str, other: str) -> None:
    assert second(names.split(), column) == other


def test_the_most_telling_come_first(run_of: Maker) -> None:
    names = (
        "zeta",
        "val_loss",
        "lr",
        "accuracy",
        "rmse",
        "grad_norm",
        "grad_norm.a",
        "tau",
        "loss",
    )
    rows = {s: {name: float(s + i) for i, name in enumerate(names)} for s in range(3)}
    for row in rows.values():
        row |= {"lr": 0.1, "still": 1.0}
    run = run_of(rows)
    assert telling(run) == ("loss", "accuracy", "grad_norm", "rmse", "tau", "zeta", "lr", "still")


def test_what_nobody_knows_is_told_by_the_words_of_its_name() -> None:
    assert quantity("val_loss") == quantity("loss") == quantity("train_loss")
    assert quantity("Learning_Rate") == quantity("lr")
    assert quantity("perplexity").falls
    assert quantity("decoder_f1").colour == "accuracy"
    assert not quantity("temperature").falls
    assert quantity("temperature").scale == "auto"
    assert title("train_loss", "network") == "train loss"
    assert title("val_loss", "network") == "val loss"
    assert title("loss", "network") == "loss"


def test_a_loss_of_another_name_has_its_events_and_its_end(run_of: Maker) -> None:
    rows = {s: {"train_loss": 1 - s / 100 + (9 * (s == 60))} for s in range(0, 90, 2)}
    run = run_of(rows, unit="step", epochs=90)
    assert column_of(run, "loss") == "train_loss"
    kinds = {event.kind: event for event in events(run)}
    assert (kinds["spike"].epoch, kinds["spike"].until, kinds["best"].epoch) == (60, 60, 88)
    facts = summary(run)
    assert facts["final_loss"] == pytest.approx(0.12)
    assert facts["best_loss"] == {"value": pytest.approx(0.12), "epoch": 88}
    assert "final train loss 0.12" in repr(run)


def test_an_accuracy_of_100_has_the_same_events(run_of: Maker) -> None:
    run = run_of({s: {"accuracy": 10.0 * s} for s in range(10)})
    assert np.allclose(series(run, "accuracy"), np.arange(10) / 10)
    assert [(event.epoch, event.value) for event in events(run)] == [(5, 0.5), (8, 0.75), (9, 0.9)]


def test_the_last_value_that_was_logged_is_told_everywhere(run_of: Maker) -> None:
    rows = {
        s: {"loss": 2.0 - s / 10} | ({"psnr": 20.0 + s} if s % 4 == 0 else {}) for s in range(7)
    }
    run = run_of({s: row for s, row in rows.items() if s != 5} | {9: {"other": 1.0}})
    facts = summary(run)
    assert (facts["final_loss"], facts["final_psnr"]) == (pytest.approx(1.4), 24.0)
    assert "final_psnr      24" in [*lines(run)]
    assert "final loss 1.4" in repr(run)
    told = story.of(run)
    assert "The loss is 2.000 at epoch 0; and 1.400 at epoch 6." in told.text
    assert "The psnr is 20.000 at epoch 0; and 24.000 at epoch 4." in told.text
    assert "The other is 1.000, logged at epoch 9 alone." in told.text
    assert told.alt.endswith("Loss falls from 2.000 to 1.400 by epoch 9.")
    rows_told = [*table(run, range(0, 10, 5))]
    assert rows_told[2].split() == ["5", "–", "–", "–"]


def test_a_table_has_nothing_where_nobody_logged(run_of: Maker, tmp_path: Path) -> None:
    run_of({0: {"loss": 1.0}, 2: {"loss": np.nan, "val/acc": 0.5}})
    told = CliRunner().invoke(cli, ["table", str(tmp_path / "mine.zarr"), "--csv"])
    assert told.output == "epoch,loss,val_acc\n0,1.0,\n2,nan,0.5\n"
    told = CliRunner().invoke(cli, ["table", str(tmp_path / "mine.zarr"), "--json"])
    columns = {"epoch": [0, 2], "loss": [1.0, None], "val_acc": [None, 0.5]}
    assert json.loads(told.output)["columns"] == columns


@pytest.mark.parametrize("name", ["epoch", "scores", "labels", "..", "y" * 300, "a/../x"])
def test_no_name_breaks_a_recording(run_of: Maker, name: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", VizoptWarning)
        run = run_of({0: {"loss": 1.0, name: 2.0}, 1: {"loss": 0.5, name: 1.0}})
    assert run["loss"].tolist() == [1.0, 0.5]
    assert len(told) == (name != "a/../x")
    assert set(telling(run)) == {"loss"} | ({"a_.._x"} if not told else set())


def test_few_different_numbers_are_classes_and_many_with_decimals_are_predicted(
    tmp_path: Path,
) -> None:
    x = np.linspace(0, 1, 30)
    for name, y in (("few", np.repeat([0.5, 1.5], 15)), ("sine", np.sin(x))):
        with vizopt.Run(tmp_path / f"{name}.zarr", data=(x, y)) as run:
            run.log(loss=1.0)
    few, sine = (Recording(tmp_path / f"{name}.zarr").header for name in ("few", "sine"))
    assert (few.kind, few.classes) == ("network", ("0.5", "1.5"))
    assert (sine.kind, sine.classes, sine.target) == ("regression", (), "y")


def test_a_line_goes_through_what_was_logged_and_breaks_where_it_is_no_number(
    run_of: Maker,
) -> None:
    every: dict[int, dict[str, float]] = {s: {"loss": 3.0 - s / 10} for s in range(20)}
    sparse = {s: row if s % 5 == 0 else {"beta": 1.0 * s} for s, row in every.items()}
    broken = {s: {"loss": np.nan} if 6 <= s <= 8 else row for s, row in every.items()}
    inked = [_columns_with_line(run_of(rows)) for rows in (every, sparse, broken)]
    assert inked[0].all()
    assert inked[1].all()
    gap = np.flatnonzero(~inked[2])
    share = gap / len(inked[2])
    assert share.min() == pytest.approx(5 / 19, abs=0.06)
    assert share.max() == pytest.approx(9 / 19, abs=0.06)


def _columns_with_line(run: Recording) -> Any:
    """Which columns of the box of the loss have its colour, between its first and last one."""
    panel = {"kind": "curves", "columns": ["loss"]}
    stage = {"panels": {"c": panel}, "mosaic": {"rows": ["c"]}}
    scene = presented(run, {"stage": stage})
    frame = pictured(alone(run, np.array([len(run) - 1])), scene, (640, 360), 4, "still")[0]
    red = frame[..., 0].astype(int) - frame[..., 1] > 40
    columns = red[75:].any(axis=0)  # below title and triangles
    places = np.flatnonzero(columns)
    return columns[places[0] : places[-1] + 1]


@pytest.mark.parametrize(("other", "thin"), [("val", "validation"), ("test", "test")])
def test_a_thin_curve_says_of_which_samples_it_is(run_of: Maker, other: str, thin: str) -> None:
    run = run_of({s: {"train/loss": 2.0 - s, f"{other}/loss": 3.0 - s} for s in range(2)})
    picture = pictured(alone(run, np.array([1])), presented(run), (1280, 720), 4, "still")
    assert isinstance(picture, FrameRenderer)
    texts = {text.get_text() for axes in picture.figure.axes for text in axes.texts}
    assert {"train loss", f"thin: {thin}"} <= texts
    text = story.of(run).text
    assert "A curve shows train loss up to the shown epoch, with the value in digits; thin" in text


def test_the_text_tells_how_many_of_the_numbers_and_layers_are_shown(run_of: Maker) -> None:
    run = run_of({s: {f"beta{i}": float(s * i) for i in range(1, 13)} for s in range(3)})
    assert "These are 10 of 12: loss, accuracy and learning rate come first" in story.of(run).text
    assert "Logged were beta4, beta5, beta6, beta7, beta8 and beta9 too." in story.of(run).text


KINDS = ("loss", "accuracy", "lr", "other", "params", "field", "labels")
SUBSETS = [kinds for many in range(len(KINDS) + 1) for kinds in combinations(KINDS, many)]
MANY = range(len(KINDS) + 1) if "VIZOPT_INPUTS" in os.environ else (0, 1, 2, 6, 7)
SIZES = [(640, 360), (360, 360), (320, 180), (270, 480), (900, 300)]


@pytest.mark.parametrize("part", range(3))
def test_whatever_somebody_logs_is_drawn_and_told(tmp_path: Path, part: int) -> None:
    """Few or nearly all, with VIZOPT_INPUTS every subset: of each its text, of some a clip that
    passes the flash check."""
    tried = [(i, kinds) for i, kinds in enumerate(SUBSETS) if len(kinds) in MANY]
    for i, kinds in tried[part::3]:
        path = tmp_path / f"{'-'.join(kinds) or 'none'}.zarr"
        run = _recorded(path, {*kinds})
        if not {*kinds} - {"labels"}:
            with pytest.raises(VizoptError, match="holds nothing to draw"):
                story.of(run)
            continue
        told = story.of(run)
        assert len(told.alt) <= 250
        assert ("The loss is" in told.text) == ("loss" in kinds)
        assert ("The accuracy is" in told.text) == ("accuracy" in kinds)
        assert ("The learning rate is 0.1 throughout" in told.text) == ("lr" in kinds)
        assert ("beta is" in told.text) == ("other" in kinds)
        assert ("grids of cells" in told.text) == ("params" in kinds)
        assert ("A square shows the points" in told.text) == ("field" in kinds)
        assert "  " not in told.text
        assert " ," not in told.text
        names = {*arranged_for(run).names}
        assert names
        if i % 13 == 1:
            size = SIZES[i // 13 % 5]
            clip = vizopt.render(run, tmp_path / f"{i}.gif", size=size, fps=5, seconds=1)
            assert "pass" in str(clip)


def _recorded(path: Path, kinds: set[str]) -> Recording:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 2))
    y = (x[:, 0] > 0).astype(int)
    w = np.array([1.0, 0.2])
    known: dict[str, Any] = {}
    if kinds & {"field", "labels"}:
        known["data"] = (x, y)
    if "field" in kinds:
        known["predict"] = lambda points: points @ w
    with vizopt.Run(path, **known) as run:
        for step in range(8):
            w[1] += 0.1
            numbers = {
                "loss": 1 / (1 + step),
                "accuracy": step / 8,
                "lr": 0.1,
                "other": 3.0 - step,
            }
            logged_now = {n: v for n, v in numbers.items() if n in kinds}
            if "other" in logged_now:
                logged_now["beta"] = logged_now.pop("other")
            run.log(
                params={"a.weight": w[None] * step} if "params" in kinds else None, **logged_now
            )
    return Recording(path)


def test_the_rate_of_one_group_has_its_line_beside_the_others(run_of: Maker, texts: Any) -> None:
    norms = {"grad_norm": 3.0, "grad_norm.a": 1.0, "grad_norm.b": 2.0}
    rates = [{"lr": 0.5 if step < 10 else 0.1, "lr.group2": 0.01} for step in range(20)]
    run = run_of({step: {"loss": 1.0} | rate | norms for step, rate in enumerate(rates)})
    assert drawn_of(run, "lr") == ["lr", "lr.group2"]
    assert drawn_of(run, "grad_norm") == ["grad_norm.a", "grad_norm.b"]
    picture = pictured(alone(run, np.array([19])), presented(run), (1280, 720), 4, "still")
    told = [text for text, _ in texts.moving(picture, 0)]
    assert {"0.1", "3.000"} <= set(told)
    assert told.count("network") == 1  # of the norm
    still = [text for text, _ in texts.still(picture)]
    assert {"group2", "a", "b"} <= set(still)
    assert "lr.group2 after lr" in story.of(run).text


@pytest.mark.parametrize("rate", [0.003125, 0.0003125, 12345.5, 0.9995, 1e-12, 0.05, 1.0])
def test_a_rate_that_stands_still_has_all_its_figures(run_of: Maker, rate: float) -> None:
    run = run_of({step: {"lr": rate} for step in range(3)})
    told = writing_of(run, "lr")(rate)
    assert float(told.replace("−", "-")) == rate
    assert len(told) <= 9
