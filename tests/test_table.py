"""vizopt table: on the terminal as the lesson prints it, in files with all digits."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import vizopt


@pytest.fixture
def table(command, run):
    """The command on the short run of `sgd`, as run.zarr."""
    Path("run.zarr").symlink_to(run.path)
    return lambda *arguments: command("table", "run.zarr", *arguments)


def read(text):
    head, *rows = csv.reader(text.splitlines())
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


def test_the_terminal_has_the_lessons_rows(table):
    lines = table("--every", "100").out.splitlines()
    assert lines[0].split() == ["epoch", "acc", "loss", "lr"]
    assert lines[1].split() == ["0", "0.360000", "1.098594", "1.000000"]
    assert lines[2].split()[:3] == ["100", "0.400000", "1.086921"]
    assert len(lines) == 1 + 4
    assert table().out.splitlines() == lines
    assert table("--epoch", "100").out.splitlines() == [lines[0], lines[2]]


def test_a_file_has_all_digits(table, run):
    assert table("--csv", "-o", "t.csv", "--every", "10").out == "t.csv  31 rows\n"
    assert table("--csv", "-o", "o.csv", "--epoch", "0").out == "o.csv  1 row\n"
    found = read(Path("t.csv").read_text())
    assert list(found) == ["epoch", "accuracy", "loss", "lr"]
    assert found["epoch"] == [str(k) for k in range(0, 301, 10)]
    for name in ("accuracy", "loss", "lr"):
        assert list(map(float, found[name])) == run[name][::10].tolist()
    assert found["loss"][0] == repr(float(run["loss"][0]))
    assert len(read(table("--csv").out)["loss"]) == 301


def test_json_is_for_programs(table, run):
    facts = json.loads(table("--json", "--every", "100").out)
    assert (facts["scene"], facts["unit"]) == ("sgd", "epoch")
    assert facts["columns"]["epoch"] == [0, 100, 200, 300]
    assert facts["columns"]["loss"] == run["loss"][::100].tolist()
    assert table("-o", "t.json").code == 0
    assert json.loads(Path("t.json").read_text())["columns"]["loss"] == run["loss"].tolist()


def test_held_out_values_and_descents_are_there_by_their_names(command, descent, tmp_path):
    keys = {"epochs": 3, "keep.grid": 4}
    vizopt.record(vizopt.load_scene("mini-batches", keys), tmp_path / "mb.zarr")
    head = command("table", "mb.zarr", "--csv").out.splitlines()[0]
    assert head == "epoch,accuracy,loss,lr,validation_accuracy,validation_loss"
    found = read(command("table", descent.path, "--csv").out)
    assert list(found) == ["step", "x", "loss", "slope", "lr"]
    assert list(map(float, found["x"])) == descent["x"].tolist()


def test_weights_say_on_which_side_of_the_step_they_are(table, run):
    lines = table("--epoch", "100", "--weights").out.splitlines()
    titles = [line for line in lines if line.startswith("dense")]
    before, adds = "before the step of epoch 100", "what it adds"
    assert titles == [
        f"dense1.weights [2 × 64], {before}",
        f"dense1.biases [64], {before}",
        f"dense1.weights [2 × 64], {adds}",
        f"dense1.biases [64], {adds}",
        f"dense2.weights [64 × 3], {before}",
        f"dense2.biases [3], {before}",
        f"dense2.weights [64 × 3], {adds}",
        f"dense2.biases [3], {adds}",
    ]
    first = run.weights("dense1", epoch=100)[0, 0]
    assert lines[1].split()[:2] == [f"[[{first:9.6f}".replace("[[-", "[[-"), *lines[1].split()[1:2]]
    assert max(map(len, lines)) <= 100


def test_the_place_of_a_descent_has_no_epochs(command, descent):
    lines = command("table", descent.path, "--epoch", "3", "--weights").out.splitlines()
    assert lines[0] == "x [1], before step 3"
    assert lines[1].strip("[] ") == f"{descent['x'][3]:.6f}"


def test_small_updates_have_digits(table):
    lines = table("--epoch", "0", "--weights").out.splitlines()
    at = lines.index("dense2.biases [3], what it adds")
    assert all("e-" in cell for cell in lines[at + 1].strip("[] ").split())


def test_weights_in_a_file_are_the_float32_to_the_last_bit(table, run):
    assert table("--epoch", "100", "--weights", "-o", "w.csv").out == "w.csv  387 rows\n"
    found = read(Path("w.csv").read_text())
    assert list(found) == ["epoch", "array", "row", "column", "before_step", "update"]
    assert set(found["epoch"]) == {"100"}
    values = np.array(found["before_step"], np.float32)
    assert np.array_equal(values, run.row("params", 100))
    assert np.array_equal(np.array(found["update"], np.float32), run.row("delta", 100))
    assert found["array"][128:130] == ["dense1.biases"] * 2
    assert (found["row"][128:130], found["column"][128:130]) == (["", ""], ["0", "1"])
    assert (found["row"][65], found["column"][65]) == ("1", "1")
    assert max(map(len, found["before_step"])) <= 15  # no digits that a float32 does not have
    facts = json.loads(table("--epoch", "100", "--weights", "--json").out)
    assert facts["epoch"] == 100
    assert facts["side"] == "before the step of epoch 100"
    weights = np.array(facts["weights"]["dense2.weights"], np.float32)
    assert np.array_equal(weights, run.weights("dense2", epoch=100))
    update = np.array(facts["update"]["dense1.biases"], np.float32)
    assert np.array_equal(update, run.at(100).update["dense1.biases"])


def test_a_layers_matrix_alone_is_read_by_numpy(table, run):
    assert table("--epoch", "100", "--weights", "dense2", "-o", "w.csv").out == "w.csv  64 rows\n"
    weights = run.weights("dense2", epoch=100)
    assert np.array_equal(np.loadtxt("w.csv", np.float32, delimiter=","), weights)
    biases = table("--epoch", "100", "--weights", "dense2.biases", "--csv").out
    assert np.array_equal(
        np.array(biases.split(","), np.float32), run.weights("dense2.biases", epoch=100)
    )
    assert biases.count("\n") == 1
    facts = json.loads(table("--epoch", "100", "--weights", "dense2", "--json").out)
    assert list(facts["weights"]) == ["dense2"]
    assert "update" not in facts
    lines = table("--epoch", "100", "--weights", "dense1").out.splitlines()
    assert lines[0] == "dense1 [2 × 64], before the step of epoch 100"
    assert not [line for line in lines[1:] if "dense" in line or "adds" in line]


def test_what_stands_behind_weights_may_be_the_recording(command, table):
    said = command("table", "--epoch", "100", "--weights", "run.zarr").out
    assert said == table("--epoch", "100", "--weights").out
    ran = command("table", "--epoch", "100", "--weights", "dense1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("vizopt: Missing argument 'RUN.zarr|RACE...'.")


def test_the_step_leads_to_the_next_epochs_weights(run):
    at, after = run.at(100), run.at(101)
    for name, array in at.params.items():
        assert np.array_equal(array + at.update[name], after.params[name])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--weights"], 2, "--weights needs the --epoch whose weights they are"),
        (["--weights", "dense1"], 2, "--weights needs the --epoch whose weights they are"),
        (["--epoch", "1", "--weights", "dens1"], 1, 'no weights "dens1": did you mean "dense1"?'),
        (["--every", "2", "--epoch", "3"], 2, "--every or --epoch: one of them"),
        (["--epoch", "301"], 1, "run.zarr: no epoch 301: the run has 0 to 300"),
        (["--epoch", "301", "--weights"], 1, "run.zarr: no epoch 301: the run has 0 to 300"),
        (["-o", "t.txt"], 2, "-o t.txt: name it t.csv or t.json"),
        (["--json", "-o", "t.csv"], 2, "-o t.csv: name it t.json"),
        (["-o", "/proc/t.csv"], 1, "/proc/t.csv: cannot write"),
    ],
)
def test_a_mistake_is_one_line(table, arguments, code, said):
    ran = table(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert (ran.out, ran.err.count("\n")) == ("", 1)


def test_somebody_elses_file_is_never_replaced_unasked(table):
    Path("t.csv").write_text("epoch,loss\n0,1\n")
    ran = table("-o", "t.csv")
    assert ran.code == 1
    assert "t.csv: is there with other numbers: choose another name, or " in ran.err
    assert Path("t.csv").read_text() == "epoch,loss\n0,1\n"
    assert table("-o", "t.csv", "--overwrite").code == 0
    assert table("-o", "t.csv").code == 0  # the same numbers again: nothing is lost
    assert table("-o", "t.csv", "--every", "2").code == 1
    assert [path.name for path in Path().iterdir() if "part" in path.name] == []


def test_an_epoch_that_is_not_kept_names_its_neighbours(command, tmp_path):
    keys = {"epochs": 30, "keep.grid": 4, "keep.first": 5, "keep.every": 10}
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "r.zarr")
    said = "r.zarr: the weights of epoch 14 are not kept: the nearest that are: 10 and 20"
    assert said in command("table", "r.zarr", "--epoch", "14", "--weights").err
    assert command("table", "r.zarr", "--epoch", "14").out.splitlines()[1].split()[0] == "14"
    with pytest.raises(vizopt.VizoptError, match=said):
        run.at(14)


def test_the_table_of_a_scene_says_what_it_needs(command):
    told = command("table", "sgd").err
    assert told.startswith("vizopt: sgd: table is of a recording or a race: record it with: ")
    assert told.endswith("vizopt record sgd -o sgd.zarr\n")


def test_weights_of_any_size_keep_their_columns(command, tmp_path):
    values = np.array([[3.4e38, -3.4e38], [123.456789, 1.5]], np.float32)
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(params={"w": values}, loss=1.0)
    text = command("table", run.path, "--epoch", 0, "--weights").out
    assert "[[ 3.40e+38 -3.40e+38]\n [  123.457  1.500000]]" in text
    text = command("table", run.path, "--epoch", 0, "--weights", "w", "--csv").out
    assert np.array_equal(np.loadtxt(text.splitlines(), np.float32, delimiter=","), values)
    assert text.startswith("3.4e+38,-3.4e+38\n")
