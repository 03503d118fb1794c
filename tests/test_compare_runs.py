"""vizopt compare on trainings of one's own: what they lack, where they differ, a picture of it."""

import re

import numpy as np
import pytest
from loops import Loop
from PIL import Image

import vizopt
from vizopt.comparison import compare, gaps, picture, recorded
from vizopt.comparison.gaps import weights_apart
from vizopt.formats.ours import is_ours


def record(path, dtype=np.float32, wrong_at=None, every=1, wide=False, size="200 MB"):
    """A training of 60 steps, wrong after one of them."""
    loop, big = Loop(dtype), np.random.RandomState(3).randn(300, 700).astype(dtype)
    with vizopt.Run(path, size=size) as run:
        for step in range(60):
            loss = loop.loss()
            if step % every == 0:
                params = {"wide": big} if wide else loop.params
                run.log(step=step, loss=loss, lr=0.5, params=params)
            loop.update()
            big *= dtype(0.999)
            if step == wrong_at:
                loop.w[1, 2] += dtype(1e-3)
                big[299, 5:12] += dtype(0.1)
    return path


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_step_tensor_index_by_how_much_and_what_was_before(tmp_path, command, dtype):
    ours = vizopt.Recording(record(tmp_path / "a.zarr", dtype))
    record(tmp_path / "b.zarr", dtype, wrong_at=36)
    ran = command("compare", "a.zarr", "b.zarr")
    lines = ran.out.splitlines()
    assert ran.code == 1
    here = ours.weights("d.weights", epoch=37)[1, 2]
    assert lines[0].startswith(f"first differs at epoch 37: d.weights[1, 2] {here:.5g} here, ")
    assert f"{here + 1e-3:.5g} there (0.001 apart); loss" in lines[0]
    both = ours.weights("d.weights", epoch=36)[1, 2]
    assert f"those of epoch 36 are equal, there {both:.5g} in both, " in lines[1]
    assert lines[1].endswith("so look at the step of epoch 36")


def test_the_tolerance_is_that_of_the_lower_precision(tmp_path, command):
    record(tmp_path / "a.zarr", np.float32)
    record(tmp_path / "b.zarr", np.float64)
    assert command("compare", "a.zarr", "b.zarr").code == 0
    ran = command("compare", "a.zarr", "b.zarr", "--tolerance", 0)
    assert (ran.code, ran.out.startswith("first differs at epoch 0: ")) == (1, True)


def test_steps_that_nobody_logged_are_not_compared(tmp_path, command):
    record(tmp_path / "a.zarr")
    record(tmp_path / "b.zarr", every=7)
    ran = command("compare", "a.zarr", "b.zarr")
    assert ran.code == 0, ran.out
    assert ran.out.startswith(
        "equal: lr at 9 epochs, loss at 9 epochs, weights at 9 epochs\n"
        "b.zarr: lacks epoch 1, 2, 3 and 45 more\n"
    )
    record(tmp_path / "c.zarr", every=7, wrong_at=36)
    said = command("compare", "b.zarr", "c.zarr").out
    assert said.startswith("first differs at epoch 42: d.weights[")
    assert "those of epoch 35 are equal" in said
    assert "so look at the steps of 35 to 41" in said


def test_of_a_sampled_layer_the_place_in_the_whole_is_told(tmp_path, command):
    record(tmp_path / "a.zarr", wide=True)
    record(tmp_path / "b.zarr", wide=True, wrong_at=36)
    kept = [c for c in np.linspace(0, 699, 128).round().astype(int) if 5 <= c < 12]
    said = command("compare", "a.zarr", "b.zarr").out
    assert said.startswith(f"first differs at epoch 37: wide[299, {kept[0]}] ")
    assert f"(0.1 apart), and {len(kept) - 1} more of its 16384" in said.splitlines()[0]


def test_with_a_table_and_an_archive(tmp_path, command):
    run = vizopt.Recording(record(tmp_path / "a.zarr"))
    rows = [f"{k},{v!r}" for k, v in enumerate(run["loss"].tolist())]
    (tmp_path / "a.csv").write_text("\n".join(["epoch,loss", *rows]))
    assert command("compare", "a.zarr", "a.csv").code == 0
    weights = np.stack([run.weights("d.weights", epoch=k) for k in range(60)])
    np.savez(tmp_path / "a.npz", **{"d.weights": weights})
    assert command("compare", "a.zarr", "a.npz").code == 0
    weights[41, 0, 1] += 1
    np.savez(tmp_path / "b.npz", **{"d.weights": weights})
    said = command("compare", "a.zarr", "b.npz").out
    assert said.startswith("first differs at epoch 41: d.weights[0, 1] ")


def test_a_picture_of_the_difference_growing(tmp_path, command):
    record(tmp_path / "a.zarr")
    record(tmp_path / "$b$_{.zarr", wrong_at=36)
    for name in ("gap.png", "gap.svg", "gap.pdf"):
        ran = command("compare", "a.zarr", "$b$_{.zarr", "-o", name)
        assert (ran.code, ran.out.splitlines()[-1]) == (1, f"{name}  the difference growing")
        assert (tmp_path / name).stat().st_size > 5000
        assert is_ours(tmp_path / name)
        (tmp_path / f"mine-{name}").write_bytes(b"a picture of mine")
        wrong = command("compare", "a.zarr", "nope", "-o", f"mine-{name}")
        assert wrong.err.startswith(f"vizopt: mine-{name}: is there, and vizopt did not write it ")
    again = command("compare", "a.zarr", "$b$_{.zarr", "-o", "gap.png")
    assert again.out.endswith("gap.png  the difference growing\n")
    with Image.open(tmp_path / "gap.png") as image:
        assert image.size == (1280, 720)
    ran = command("compare", "a.zarr", "$b$_{.zarr", "-o", "gap.txt")
    assert (ran.code, ran.err) == (
        2,
        "vizopt: gap.txt: a picture of the difference is .png, .svg, .pdf\n",
    )


def test_the_picture_draws_what_is_allowed_of_the_curves_in_it(tmp_path, command):
    """Of a table of losses alone that of losses; of two recordings that of the weights too."""
    record(tmp_path / "a.zarr")
    run = vizopt.Recording(record(tmp_path / "b.zarr", wrong_at=36))
    losses = [f"{epoch},{loss}" for epoch, loss in enumerate(run["loss"].tolist())]
    (tmp_path / "b.csv").write_text("\n".join(["epoch,loss", *losses]))
    for other, told in (
        ("b.csv", {"allowed of loss": 1e-6}),
        ("b.zarr", {"allowed of weights": 1e-5, "allowed of loss": 1e-6}),
    ):
        assert command("compare", "a.zarr", other, "-o", "gap.svg").code == 1
        svg = (tmp_path / "gap.svg").read_text()
        assert set(re.findall(r"<!-- (allowed of .*?) -->", svg)) == {*told}
        dashes = set(re.findall(r"stroke-dasharray: ([\d., ]+)", svg))
        assert len(dashes) == len(told)
        (tmp_path / "gap.svg").unlink()
    logs = [recorded.read(vizopt.Recording(tmp_path / f"{name}.zarr"), "") for name in "ab"]
    found = compare(*logs)
    assert picture._allowed(found, picture._curves(found)) == {1e-5: ["weights"], 1e-6: ["loss"]}


def test_how_far_weights_are_apart(tmp_path):
    logs = [
        recorded.read(vizopt.Recording(record(tmp_path / f"{wrong}.zarr", wrong_at=wrong)), "")
        for wrong in (None, 36)
    ]
    epochs, apart = weights_apart(logs[0].weights, logs[1].weights)
    assert epochs.tolist() == [*range(60)]
    assert np.flatnonzero(apart).tolist() == [*range(37, 60)]
    largest = max(abs(a).max() for a in logs[0].weights.at(37).values())
    assert np.isclose(apart[37], 1e-3 / largest, rtol=1e-3)
    assert compare(*logs).epoch == 37
    assert gaps.WEIGHTS["float32"] == 1e-5


OWN = """
from dataclasses import dataclass

import vizopt


@vizopt.register("optimizer", "mine")
@dataclass(frozen=True)
class Mine:
    lr: vizopt.optimizers.LearningRate
    wrong: int = 0

    def init(self, params, layout):
        return ()

    def update(self, step, params, grad, state):
        more = 1.01 if self.wrong and step >= self.wrong else 1
        return -(self.lr(step) * more) * grad, state
"""


def test_a_registered_optimizer_against_a_bundled_one(command, tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    scene = command("show", "sgd").out.replace("epochs = 10_001", "epochs = 21")
    (tmp_path / "ours.toml").write_text(scene)
    kind = re.search(r"\[optimizer\][^\[]*kind = \"sgd\"", scene)[0]
    own = kind.replace('kind = "sgd"', 'kind = "mine"')
    (tmp_path / "own.toml").write_text(scene.replace(kind, own))
    (tmp_path / "wrong.toml").write_text(scene.replace(kind, f"{own}\nwrong = 9"))
    same = command("compare", "own.toml", "ours.toml", "--import", "mine.py", "-q")
    assert (same.code, same.out.startswith("equal: ")) == (0, True), same
    ran = command("compare", "wrong.toml", "ours.toml", "--import", "mine.py", "-q", "-o", "a.png")
    assert ran.code == 1
    assert ran.out.startswith("first differs at epoch 10: ")
    assert "those of epoch 9 are equal" in ran.out
    assert (tmp_path / "a.png").exists()


def test_a_training_counted_in_steps_is_no_function(tmp_path, command):
    for name, start in (("a", 1.0), ("b", 2.0)):
        with vizopt.Run(tmp_path / f"{name}.zarr", unit="step") as run:
            for step in range(3):
                run.log(loss=start, params={"w": np.full((2, 2), start - step)})
    told = command("compare", "a.zarr", "b.zarr").out.splitlines()
    assert told[1] == (
        "nothing has moved yet at step 0: look at the data, the first weights, the loss"
    )
