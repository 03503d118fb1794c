"""vizopt compare: the first epoch at which a student's numbers are others, and nothing else."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from students import BUGS, EPOCHS, trained, write

import vizopt
from vizopt.comparison import compare, recorded, table
from vizopt.comparison.log import ALIASES, Log, Series, Weights, known_name
from vizopt.comparison.printed import roundings
from vizopt.comparison.told import lines

ENDS = f"mine.csv: ends at epoch {EPOCHS - 1}, run.zarr at 300"


@pytest.fixture
def compared(command, run):
    """The command, with the short run of `sgd` as run.zarr: exit code and lines."""
    Path("run.zarr").symlink_to(run.path)

    def compared_(*arguments, here="run.zarr"):
        ran = command("compare", here, *arguments)
        return ran.code, (ran.err if ran.code == 2 else ran.out).splitlines()

    return compared_


@pytest.fixture(scope="module")
def honest():
    return trained()


def log(**columns):
    """A log of columns, of epochs from 0 on."""
    series = {
        name: Series(np.arange(len(values)), np.array(values, float), np.zeros(len(values)))
        for name, values in columns.items()
    }
    return Log("log", "epoch", series)


def differs(here, there, tolerance=None):
    return compare(log(loss=here), log(loss=there), tolerance).epoch


def test_an_honest_one_in_float64_is_equal(compared, honest):
    write("mine.csv", {"loss": honest["loss"], "acc": honest["acc"]})
    assert compared("mine.csv") == (
        0,
        ["equal: loss at 101 epochs, acc at 101 epochs", "only in run.zarr: lr", ENDS],
    )
    code, said = compared("mine.csv", "--tolerance", "0")
    assert code == 1
    assert said[0].startswith("first differs at epoch 0: loss 1.098594")


@pytest.mark.parametrize(
    ("bug", "first"),
    [("forgets the biases", 38), ("one per cent too little", 40), ("climbs in one layer", 38)],
)
def test_a_bug_from_epoch_37_on_is_found_where_it_begins(compared, bug, first):
    assert bug in BUGS
    wrong = trained(bug)
    write("mine.csv", {"loss": wrong["loss"], "acc": wrong["acc"]})
    code, said = compared("mine.csv")
    assert code == 1
    assert said[0].startswith(f"first differs at epoch {first}: loss 1.097")
    assert said[1].startswith(
        f"before: loss 1.097{8 if first == 38 else 7} at epoch {first - 1}, at "
    )
    if first == 38:
        assert said[2] == "a jump: look at the step of epoch 37"
    else:
        assert said[2].startswith("it grew from epoch 39 on: a small mistake in the step before, ")


def test_the_weights_tell_the_very_step(compared):
    wrong = trained("one per cent too little")
    np.savez("mine.npz", **wrong)
    code, said = compared("mine.npz")
    assert code == 1
    assert said[0].startswith("first differs at epoch 38: dense1.weights[0, 0] ")
    assert said[0].endswith(" more of its 128")
    assert re.fullmatch(
        "these are the weights before the step of epoch 38: those of epoch 37 are equal, "
        r"there \S+ in both, so look at the step of epoch 37",
        said[1],
    )
    widest = "  loss: first at epoch 40, widest at epoch 100: 1.0869 here, 1.0871 there"
    assert f"{widest} (0.00017 apart)" in said


def test_the_momentum_with_a_wrong_sign(command, tmp_path):
    keys = {"epochs": 101, "keep.grid": 4, "optimizer.lr": 1.0}
    vizopt.record(vizopt.load_scene("momentum-09", keys), tmp_path / "run.zarr")
    wrong = trained(momentum=0.9, sign=-1)
    write("mine.csv", {"loss": wrong["loss"]})
    said = command("compare", "run.zarr", "mine.csv").out.splitlines()
    assert said[0].startswith("first differs at epoch 38: loss ")
    assert said[2] == "a jump: look at the step of epoch 37"
    right = trained(momentum=0.9)
    write("mine.csv", {"loss": right["loss"]})
    said = command("compare", "run.zarr", "mine.csv").out.splitlines()
    assert "or rounding, which grows like that (--tolerance 1e-" in said[2]
    wider = said[2].split("--tolerance ")[1].split()[0]
    again = command("compare", "run.zarr", "mine.csv", "--tolerance", wider).out
    assert "equal" in again or int(again.split("epoch ")[1].split(":")[0]) > 60


def test_three_decimals_are_compared_at_three(compared, honest):
    write("mine.csv", {"loss": honest["loss"], "acc": honest["acc"]}, ".3f")
    code, said = compared("mine.csv")
    assert code == 0
    assert said[0] == "equal to the printed digits: loss at 101 epochs, acc at 101 epochs"
    assert said[1] == "compared at the 3 decimals printed: loss, acc"
    honest = {"loss": [*honest["loss"][:50], 1.098, *honest["loss"][51:]]}
    write("mine.csv", honest, ".3f")
    code, said = compared("mine.csv")
    assert said[:3] == [
        "first differs at epoch 50: loss 1.0971 here, 1.098 there (0.00094 apart)",
        "before: loss 1.0971 at epoch 49, no digit apart up to there",
        "look at the steps up to epoch 49: less than a digit does not show",
    ]


def test_other_names_percent_and_epochs_from_1(compared, honest):
    cent = [100 * value for value in honest["acc"]]
    columns = {"Train Loss": honest["loss"], "Acc": cent, "Learning rate": [1.0] * EPOCHS}
    write("mine.csv", columns, first=1)
    code, said = compared("mine.csv")
    assert code == 0
    assert said[0] == (
        "equal: Learning rate at 101 epochs, Train Loss at 101 epochs, Acc at 101 epochs"
    )
    assert said[1] == "mine.csv: accuracy is taken as per cent"
    assert said[2] == "mine.csv: counts one off: its epoch 1 is taken as epoch 0"


def test_the_losses_after_the_steps_are_one_on(compared, honest):
    write("mine.csv", {"loss": honest["loss"][1:]})
    assert compared("mine.csv")[1][1] == "mine.csv: counts one off: its epoch 0 is taken as epoch 1"


def test_one_off_shows_late_where_few_digits_are_printed(compared, honest):
    losses = honest["loss"][20:]
    write("mine.csv", {"loss": losses}, ".4f", first=21)
    said = compared("mine.csv")[1]
    assert said[1] == "mine.csv: counts one off: its epoch 21 is taken as epoch 20"
    assert said[0] == "equal to the printed digits: loss at 81 epochs"


def test_per_cent_are_rounded_as_they_are_printed(compared, run):
    cent = [f"{100 * value:.1f}" for value in run["accuracy"][:50]]
    Path("mine.csv").write_text("acc\n" + "\n".join(cent))
    assert compared("mine.csv", "--tolerance", "0")[0] == 0
    cent[9] = f"{float(cent[9]) + 0.4:.1f}"
    Path("mine.csv").write_text("acc\n" + "\n".join(cent))
    assert compared("mine.csv", "--tolerance", "0")[1][0].startswith(
        "first differs at epoch 9: acc "
    )


def test_the_rows_of_a_table_are_the_epochs_of_a_recording(compared, honest):
    Path("mine.csv").write_text("loss\n" + "".join(f"{k}\n" for k in honest["loss"][:9]) + "2\n")
    said = compared("run.zarr", here="mine.csv")[1]
    assert said[0] == "first differs at epoch 9: loss 2 here, 1.0985 there (0.9 apart)"


def test_decimal_commas_thousands_and_a_true_minus(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("step;x\n0;1.234,50\n1;-0,25\n")
    found = table.read(path).series["x"]
    assert found.values.tolist() == [1234.5, -0.25]
    path.write_text("step,x\n0,1.50\n1,\u22120.25\n")
    found = table.read(path).series["x"]
    assert (found.rounded, found.half.tolist()) == ("2 decimals", [0.005, 0.005])


def test_between_weights_that_are_not_kept_is_more_than_one_step():
    values = np.zeros((3, 2, 2))

    def weights(array):
        return Weights(
            np.array([0, 10, 20]), {"w": "w"}, {"w": (2, 2)}, lambda row: {"w": array[row]}
        )

    ours = Log("ours", "epoch", {}, weights=weights(values + 1))
    values[2, 1, 0] = 0.5
    found = compare(ours, Log("theirs", "epoch", {}, weights=weights(values + 1)))
    assert list(lines(found)) == [
        "first differs at epoch 20: w[1, 0] 1 here, 1.5 there (0.5 apart)",
        "these are the weights before the step of epoch 20: those of epoch 10 are equal, "
        "there 1 in both, so look at the steps of 10 to 19",
    ]


def test_a_rate_is_no_rounding(compared, honest):
    rates = [1.0] * 37 + [0.99] * (EPOCHS - 37)
    write("mine.csv", {"loss": honest["loss"], "lr": rates})
    assert compared("mine.csv")[1][:4] == [
        "first differs at epoch 37: lr 1 here, 0.99 there (0.01 apart)",
        "before: lr 1 at epoch 36, no digit apart up to there",
        "look at how lr follows from the epoch",
        "  loss: equal at 101 epochs",
    ]


def test_a_rate_that_is_another_from_the_start():
    said = list(lines(compare(log(lr=[1.0, 1.0]), log(lr=[0.5, 0.5]))))
    assert said == [
        "first differs at epoch 0: lr 1 here, 0.5 there (0.5 apart)",
        "look at how lr follows from the epoch",
    ]


def test_a_row_that_is_there_twice(compared):
    Path("mine.csv").write_text("epoch,loss\n0,1.0985943\n1,1.0985662\n1,5\n")
    said = compared("mine.csv", "--tolerance", "1e-4")[1]
    assert said[0] == "equal: loss at 2 epochs"
    assert said[1].startswith("mine.csv: has several rows of one epoch: the first is compared")


def test_rows_without_epochs_and_epochs_that_are_missing(compared, honest):
    Path("mine.csv").write_text("loss\n" + "".join(f"{loss!r}\n" for loss in honest["loss"]))
    assert compared("mine.csv") == (
        0,
        ["equal: loss at 101 epochs", "only in run.zarr: accuracy, lr", ENDS],
    )
    kept = [0, 1, 2, 7, 100]
    rows = [f"{k};{honest['loss'][k]!r}".replace(".", ",") for k in kept]
    Path("mine.csv").write_text("\n".join(["Epoch;Loss", *rows]))
    said = compared("mine.csv")[1]
    assert said[0] == "equal: Loss at 5 epochs"
    assert said[2] == "mine.csv: lacks epoch 3, 4, 5 and 93 more"
    Path("mine.csv").write_text("epoch,loss\n" + "".join(f"{k},1\n" for k in range(400, 500)))
    assert compared("mine.csv") == (
        2,
        ["vizopt: run.zarr and mine.csv: have no epoch in common"],
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.09,0.36\n1.08,0.4\n", "mine.csv: line 1: 1.09, 0.36: the columns have no names: "),
        ("a,b\n1,2\n", "mine.csv: has no column of run.zarr: a, b; there: accuracy, loss, lr"),
        ("epoch,loss\n0,x1\n", "mine.csv: line 2: 'x1' is no number (column \"loss\")"),
        (
            "epoch,loss\n0,np.float64(1.09)\n",
            "mine.csv: line 2: 'np.float64(1.09)' is no number (column \"loss\"): write float(",
        ),
        ("epoch,loss\n0.5,1\n", "mine.csv: line 2: epoch '0.5' is no whole number"),
        ("loss\n", "mine.csv: holds names and no numbers"),
        ("cost,train_loss\n1,1\n", 'mine.csv: "cost" and "train_loss" may both be loss: '),
        ("a,b\n1\n", "mine.csv: line 2: 1 column instead of 2"),
        ("", "mine.csv: is empty"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_2(compared, text, said):
    Path("mine.csv").write_text(text)
    code, told = compared("mine.csv")
    assert code == 2
    assert len(told) == 1
    assert told[0].startswith(f"vizopt: {said}")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("none.csv", "none.csv: cannot read: No such file"),
        ("none.json", "none.json: JSON is not compared: write a CSV"),
        ("none.zarr", "none.zarr: no such recording"),
        ("sgdd", 'sgdd: no such scene: did you mean "sgd"?'),
    ],
)
def test_what_is_not_there(compared, there, said):
    code, told = compared(there)
    assert (code, len(told)) == (2, 1)
    assert told[0].startswith(f"vizopt: {said}")


def test_usage(command):
    assert command("compare", "run.zarr").code == 2
    ran = command("compare", "a.csv", "b.csv", "--tolerance", "nan")
    assert (ran.code, "--tolerance nan: a share of a value" in ran.err) == (2, True)


def test_not_a_number_is_equal_to_itself(tmp_path):
    nan = float("nan")
    assert differs([1, 2, nan, 4], [1, 2, nan, 4]) is None
    assert differs([1, 2, nan, 4], [1, 2, 3, 4]) == 2
    assert differs([1, 2, 3, 4], [1, 2, 3, nan]) == 3
    assert differs([1, 2, float("inf")], [1, 2, nan]) is None


def test_a_run_that_diverged_has_no_number_after_it(command, tmp_path):
    keys = {"epochs": 400, "keep.grid": 4}
    run = vizopt.record(vizopt.load_scene("divergence", keys), tmp_path / "run.zarr")
    assert run.diverged == len(run["loss"])
    losses = run["loss"].tolist()
    write("mine.csv", {"loss": [*losses, float("nan"), float("nan")]})
    assert command("compare", "run.zarr", "mine.csv").code == 0
    write("mine.csv", {"loss": [*losses, losses[-1], losses[-1]]})
    said = command("compare", "run.zarr", "mine.csv").out
    assert said.startswith(f"first differs at epoch {run.diverged}: loss not a number here, ")


def test_the_tolerance_is_a_share_of_the_value():
    assert differs([1.0] * 3, [1.0, 1.0, 1.0 + 0.9e-6]) is None
    assert differs([1.0] * 3, [1.0, 1.0, 1.0 + 1.1e-6]) == 2
    assert differs([1.0, 1e-3], [1.0, 1e-3 + 0.9e-7]) is None  # of a tenth of the largest before
    assert differs([1.0, 1e-3], [1.0, 1e-3 + 1.1e-7]) == 1
    assert differs([1.0, 2.0], [1.0, 2.1], 0.06) is None
    assert differs([1.0, 2.0], [1.0, 2.1], 0.04) == 1
    assert differs([1.0], [np.nextafter(1.0, 2.0)], 0.0) == 0
    single, double = log(loss=[1.0]), log(loss=[1.0 + 1e-8])
    assert compare(single, double).epoch is None
    exact = single._replace(dtype="float64")
    assert compare(exact, double).epoch == 0
    assert compare(exact, double._replace(dtype="float32")).epoch is None


def test_two_samples_of_an_accuracy_are_a_tie(run):
    ours = recorded.read(run, "run")
    theirs = log(accuracy=[*run["accuracy"][:9], run["accuracy"][9] + 2 / 300])
    assert compare(ours, theirs).epoch is None
    assert compare(ours, theirs, 0.0).epoch == 9
    theirs = log(accuracy=[*run["accuracy"][:9], run["accuracy"][9] + 3 / 300])
    found = compare(ours, theirs)
    assert found.epoch == 9
    assert list(lines(found))[2] == "look at the steps up to epoch 8"


def test_before_the_first_step_it_is_no_step(run):
    theirs = log(loss=run["loss"][:20] + 0.1)
    said = list(lines(compare(recorded.read(run, "run"), theirs)))
    assert said[1] == (
        "nothing has moved yet at epoch 0: look at the data, the first weights, the loss"
    )


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("step", "mine.csv: its rows are steps, 10 an epoch: the first of each is compared"),
        ("", "mine.csv: its rows are steps, 10 an epoch: the first of each is compared"),
        ("epoch", "mine.csv: has 10 rows for each epoch, one for a batch: the first is compared"),
    ],
)
def test_rows_for_each_batch(command, tmp_path, text, note):
    keys = {"epochs": 12, "keep.grid": 4}
    run = vizopt.record(vizopt.load_scene("mini-batches", keys), tmp_path / "run.zarr")
    samples = recorded.read(run, "").series["validation_accuracy"].samples
    assert (samples, run["held_out"].sum()) == (100, 100)
    losses = run["loss"].tolist()
    rows = [(t, losses[t // 10] if t % 10 == 0 else 9.0) for t in range(120)]
    number = {"step": lambda t: f"{t},", "epoch": lambda t: f"{t // 10},", "": lambda t: ""}[text]
    head = f"{text}{',' if text else ''}loss\n"
    Path("mine.csv").write_text(head + "".join(f"{number(t)}{v!r}\n" for t, v in rows))
    for names in (("run.zarr", "mine.csv"), ("mine.csv", "run.zarr")):
        ran = command("compare", *names)
        assert ran.code == 0
        assert ran.out.startswith("equal: loss at 12 epochs\n")
        assert note in ran.out


def test_a_descent_of_ones_own(command, descent, tmp_path):
    Path("run.zarr").symlink_to(descent.path)
    x, v, rows = -3.0, 0.0, ["step;x;f(x);gradient"]
    for step in range(101):
        value = (x / 3) ** 2 - np.cos(x) + x * np.cos(5 * x) / 2 - x / 4
        slope = 2 * x / 9 + np.sin(x) + np.cos(5 * x) / 2 - 5 * x * np.sin(5 * x) / 2 - 0.25
        rows.append(";".join(map(str, (step, x, float(value), float(slope)))).replace(".", ","))
        v = 0.9 * v - 0.01 * slope
        x = float(x + v)
    Path("mine.csv").write_text("\n".join(rows))
    ran = command("compare", "run.zarr", "mine.csv")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == (
        "equal: x at 101 steps, f(x) at 101 steps, gradient at 101 steps"
    )
    later = rows[:21] + [row.replace(",", ",1") for row in rows[21:]]
    Path("mine.csv").write_text("\n".join(later))
    said = command("compare", "run.zarr", "mine.csv").out.splitlines()
    assert said[0].startswith("first differs at step 20: x ")
    assert said[2] == "a jump: look at step 19"
    Path("mine.csv").write_text("\n".join(rows).replace("-3.0", "-2,9").replace("-3,0", "-2,9"))
    said = command("compare", "run.zarr", "mine.csv").out.splitlines()
    assert said[:2] == [
        "first differs at step 0: x −3 here, −2.9 there (0.1 apart)",
        "nothing has moved yet at step 0: look at the start, the formula",
    ]


def test_a_jump_between_rows_that_are_far_apart():
    losses = np.ones(41)
    other = losses + 0.1 * (np.arange(41) >= 37)
    few = Series(np.arange(0, 41, 10), other[::10], np.zeros(5))
    said = list(lines(compare(log(loss=losses), Log("few", "epoch", {"loss": few}))))
    assert said[0] == "first differs at epoch 40: loss 1 here, 1.1 there (0.1 apart)"
    assert said[2] == "a jump: look at the steps of 30 to 39"
    assert "few: lacks epoch 1, 2, 3 and 33 more" in said


def test_rounding_that_grows_in_float64_is_no_jump():
    losses = np.ones(20)
    grown = losses + 3e-16 * 10.0 ** np.arange(20)
    ours = log(loss=losses)._replace(dtype="float64")
    said = list(lines(compare(ours, log(loss=grown))))
    assert said[0].startswith("first differs at epoch 7: loss 1 here, 1.000000003 there")
    assert said[2] == (
        "it grew from epoch 4 on: a small mistake in the step before, or rounding, "
        "which grows like that"
    )
    said = list(lines(compare(ours, log(loss=grown[:11]))))
    assert said[2].endswith("which grows like that (--tolerance 1e-5 looks past it)")
    grown[7:] += 1e-3
    said = list(lines(compare(ours, log(loss=grown))))
    assert said[0].startswith("first differs at epoch 7: ")
    assert said[2] == "a jump: look at the step of epoch 6"


def test_two_recordings(compared, run, tmp_path):
    assert compared("run.zarr")[1] == [
        "equal: lr at 301 epochs, loss at 301 epochs, accuracy at 301 epochs, weights at 301 epochs"
    ]
    keys = {"epochs": 12, "keep.grid": 4, "problem.precision": "float32", "seed": 1}
    vizopt.record(vizopt.load_scene("sgd", keys), "other.zarr")
    said = compared("other.zarr")[1]
    assert said[0].startswith("first differs at epoch 0: dense1.weights[0, 0] ")
    smaller = {**keys, "seed": 0, "problem.sizes": [2, 32, 3]}
    vizopt.record(vizopt.load_scene("sgd", smaller), "small.zarr")
    said = compared("small.zarr")[1]
    assert said[0].startswith("first differs at epoch 0: loss ")
    assert "dense1.weights: 2 × 64 here, 2 × 32 there: not compared" in said


def test_a_scenes_name_is_its_recording_or_is_trained(command, honest):
    write("mine.csv", {"loss": honest["loss"]})
    ran = command("compare", "sgd", "mine.csv", "-q")
    assert (ran.code, ran.err) == (0, "sgd: trained afresh, 101 epochs\n")
    assert ran.out.splitlines()[0] == "equal: loss at 101 epochs"
    scene = Path("mine.toml")
    scene.write_text(command("show", "sgd").out.replace("10_001", "101"))
    assert command("record", "mine.toml", "-o", "outputs/mine.zarr", "-q").code == 0
    ran = command("compare", "mine.toml", "mine.csv")
    assert (ran.code, ran.err) == (0, "mine.toml: its recording is outputs/mine.zarr\n")
    scene.write_text(scene.read_text().replace("lr = 1.0", "lr = 0.9"))
    ran = command("compare", "mine.csv", "mine.toml", "-q")
    assert (ran.code, ran.err) == (1, "mine.toml: trained afresh, 101 epochs\n")


def test_a_scene_is_not_trained_longer_than_the_other_is(command):
    for weights, epochs in ((np.zeros((0, 2, 64)), 1), (np.zeros((3, 2, 64)), 3)):
        np.savez("mine.npz", W1=weights)
        assert f"sgd: trained afresh, {epochs} epoch" in command("compare", "sgd", "mine.npz").err
    Path("mine.csv").write_text("epoch,loss\n-5,1\n")
    ran = command("compare", "sgd", "mine.csv", "-q")
    assert (ran.code, ran.err.splitlines()[-1]) == (
        2,
        "vizopt: sgd and mine.csv: have no epoch in common",
    )


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"W1": (5, 64, 2)}, "W1 is 5 × 64 × 2, not 2 × 64 for each epoch: transpose it"),
        ({"W1": (2, 64)}, "W1: of which epoch? put its number beside it, epoch=…"),
        ({"W1": (5, 2, 64), "b1": (4, 64)}, "its weights are of [4, 5] epochs"),
        ({"loss": (5,), "epoch": (4,)}, "loss has 5 values for 4 epochs"),
        ({"loss": (5, 2)}, "float64 [5, 2] is no column"),
    ],
)
def test_arrays_of_other_shapes_are_one_line(compared, arrays, said):
    np.savez(
        "mine.npz", **{k: np.zeros(v, int if k == "epoch" else float) for k, v in arrays.items()}
    )
    code, told = compared("mine.npz")
    assert (code, len(told)) == (2, 1)
    assert told[0].startswith(f"vizopt: mine.npz: {said}")


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint64"])
def test_epochs_are_whole_numbers_of_any_size(compared, run, dtype):
    epochs = np.arange(120, dtype=dtype)
    np.savez("mine.npz", epoch=epochs + np.array(1, dtype), loss=run["loss"][:120])
    said = compared("mine.npz")[1]
    assert "mine.npz: counts one off: its epoch 1 is taken as epoch 0" in said
    np.savez("mine.npz", epoch=np.array([0, 2**63], np.uint64), loss=np.ones(2))
    assert compared("mine.npz")[1] == ["vizopt: mine.npz: epoch is larger than 9007199254740992"]


def test_arrays_of_one_epoch_and_none(compared, run):
    at = run.at(40)
    one = {name.replace(".", "_"): array for name, array in at.params.items()}
    np.savez("mine.npz", epoch=40, **one)
    assert compared("mine.npz")[1][0] == "equal: weights at 1 epoch"
    one["dense2_biases"] = one["dense2_biases"] + np.float32([0, 0.01, 0])
    np.savez("mine.npz", epoch=40, **one)
    said = compared("mine.npz")[1]
    assert said[0].startswith("first differs at epoch 40: dense2.biases[1] ")
    assert said[0].count("more of") == 0
    assert said[1].endswith("look at all steps before, from epoch 0 on")
    np.save("mine.npy", run["loss"])
    assert compared("mine.npy")[1] == [
        "vizopt: mine.npy: is one array, no NPZ archive: np.savez saves two"
    ]


def test_what_vizopt_exports_is_equal_to_the_last_digit(compared, command):
    for keys in ((), ("--every", "10")):
        assert command("table", "run.zarr", "-o", "t.csv", "--overwrite", *keys).code == 0
        code, said = compared("t.csv", "--tolerance", "0")
        assert code == 0
        assert said[0].startswith("equal: lr at ")


def test_a_damaged_recording_is_no_difference(compared, run):
    shutil.copytree(run.path, "hurt.zarr")
    for chunk in Path("hurt.zarr/snapshots/params").glob("c.*"):
        chunk.write_bytes(chunk.read_bytes()[:-9])
    code, said = compared("hurt.zarr")
    assert (code, len(said)) == (2, 1)
    assert "damaged" in said[0]


def test_names_that_others_have():
    for name, aliases in ALIASES.items():
        assert {known_name(alias) for alias in aliases.split()} == {name}
    assert known_name("Learning Rate") == known_name("learning-rate") == "lr"
    assert known_name("f(x)") == "loss"
    assert known_name("momentum") == "momentum"


@pytest.mark.parametrize(
    ("cells", "words", "half"),
    [
        (["1.074", "1.080"], "3 decimals", 0.0005),
        (["1.07e+00", "1.06e+00"], "2 decimals", 0.005),
        (["1.000", "1.000"], "3 decimals", 0.0005),
        (["1.0", "1.0"], "", 0),  # how Python writes 1
        (["0.001", "0.001"], "", 0),
        (["1.0985938310623169", "1.09"], "", 0),
        (["1", "2"], "", 0),
        ([f"{1 + k / 7:.4g}" for k in range(12)], "4 digits", 0.0005),
    ],
)
def test_how_a_column_is_rounded(cells, words, half):
    found = roundings({"a": cells})["a"]
    assert found.words == words
    assert found.half[0] == pytest.approx(half)


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("loss", ["1.0986"] * 3, "4 decimals"),
        ("val_loss", ["1.099"] * 2, "3 decimals"),
        ("loss", ["1.0986"], ""),
        ("accuracy", ["0.5"] * 3, ""),
        ("learning_rate", ["0.0125"] * 3, ""),  # it is what somebody has typed
    ],
)
def test_a_loss_that_does_not_move_in_its_print_is_rounded(name, cells, words):
    assert roundings({name: cells})[name].words == words


def test_a_column_is_rounded_as_the_others_of_its_file():
    found = roundings({"lr": ["0.001"] * 2, "loss": ["1.074", "1.080"], "x": ["1.0", "1.0"]})
    assert [rounding.words for rounding in found.values()] == ["3 decimals", "3 decimals", ""]


def test_weights_of_other_shapes_are_not_equal(command, tmp_path):
    np.savez("mine.npz", W1=np.ones((3, 2, 4)), loss=np.ones(3))
    np.savez("other.npz", W1=np.ones((3, 2, 5)), loss=np.ones(3))
    ran = command("compare", "mine.npz", "other.npz")
    assert ran.out == "equal: loss at 3 rows\n"


def test_a_table_that_begins_later_or_has_no_number_says_so(command, run, tmp_path):
    rows = [f"{epoch},{value}" for epoch, value in enumerate(run["loss"].tolist())]
    for name, kept in {
        "late.csv": rows[3:],
        "nan.csv": [*rows[:5], "5,nan", *rows[6:]],
    }.items():
        (tmp_path / name).write_text("\n".join(["epoch,loss", *kept]) + "\n")
    late = command("compare", run.path, tmp_path / "late.csv")
    assert f"late.csv: begins at epoch 3, {run.path} at 0" in late.out
    nan = command("compare", run.path, tmp_path / "nan.csv")
    assert "first differs at epoch 5: loss" in nan.out
    assert "not a number there" in nan.out
    assert "widest" not in nan.out
