"""A table in the place of a scene: what is taken for what, what is trained, what is kept."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.core.errors import SceneError
from vizopt.core.library import is_table, unpacked
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene, scene_text
from vizopt.scene.schema import POINTER
from vizopt.train.problems import Spiral
from vizopt.train.problems.inferred import inferred

QUICK = ["--set", "epochs=40", "--set", "keep.grid=20", "--seconds", "1", "-q"]
IRIS = """\
# From iris.csv, 150 samples, 3 classes in the column "species" (setosa, versicolor, virginica), 4 \
features (sepal length, sepal width, petal length, petal width)
title = "Iris"
epochs = 1001

[problem]
kind = "network"
sizes = [4, 64, 3]
init = "he"

[problem.data]
kind = "csv"
path = "iris.csv"
label = "species"

[optimizer]
kind = "adam"
lr = 0.05
"""


def table(name, x, labels, head=None, last=True):
    """A CSV file of features [N, D] and labels [N]."""
    rows = [
        [*map(repr, row.tolist()), str(label)] if last else [str(label), *map(repr, row.tolist())]
        for row, label in zip(np.asarray(x, float), labels, strict=True)
    ]
    head = [head] if head else []
    Path(name).write_text("\n".join([*head, *(",".join(row) for row in rows)]) + "\n")
    return name


def clouds(samples, features, classes, spread=0.7):
    """Noisy clouds in units that differ by a thousand, and their classes."""
    chance = RandomState(3)
    y = np.arange(samples) % classes
    centres = 2 * chance.randn(classes, features)
    x = centres[y] + spread * chance.randn(samples, features)
    return x * 10.0 ** chance.randint(-1, 3, features), y


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_scene_is_told_and_kept(command):
    ran = command("make", "iris.csv", "--save", "own/iris.toml", "-o", "a.png", *QUICK[:-1])
    assert ran.code == 0, ran.err
    told = ran.err.partition("\ntraining iris")[0]
    assert told == IRIS.replace("1001\n", "40\n") + (
        "\n[keep]\ngrid = 20\n\n[timeline]\nseconds = 1.0\n"
    )
    assert ran.out.splitlines()[0] == "own/iris.toml  make it with: vizopt make own/iris.toml"
    assert Path("own/iris.toml").read_text() == POINTER + told
    assert command("make", "own/iris.toml", "-o", "b.png", "-q").code == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert command("make", "iris.csv", "-o", "c.png", *QUICK).err == ""
    assert Path("a.png").read_bytes() == Path("c.png").read_bytes()


def test_a_table_is_shown_as_its_scene(command):
    assert command("show", "iris.csv").out == POINTER + IRIS
    assert "\nsizes = [4, 64, 3]\n" in command("show", "--full", "iris.csv").out


def test_a_table_that_cannot_be_trained_is_not_shown_as_a_scene(command):
    Path("many.csv").write_text("a,k\n" + "".join(f"{i},c{i % 257}\n" for i in range(514)))
    said = "vizopt: many.csv: problem: data.classes: 257: a picture tells 256 apart: choose fewer\n"
    for words in (["show"], ["show", "--full"], ["make", "-o", "a.png"]):
        ran = command(*words, "many.csv")
        assert (ran.code, ran.out, ran.err) == (1, "", said)


def test_recording_a_table_tells_its_scene_too(command):
    assert command("record", "iris.csv", "-o", "q.zarr", *QUICK[:4], "-q").err == ""
    ran = command("record", "iris.csv", "-o", "a.zarr", *QUICK[:4])
    assert ran.code == 0, ran.err
    assert ran.err.startswith('# From iris.csv, 150 samples, 3 classes in the column "species"')


def test_a_kept_scene_finds_its_data_from_any_folder(command, tmp_path, monkeypatch):
    Path("data").mkdir()
    table("data/two.csv", *clouds(30, 2, 2))
    ran = command("make", "data/two.csv", "--save", "scenes/mine.toml", "-o", "a.png", *QUICK[:-1])
    assert ran.code == 0, ran.err
    assert 'path = "data/two.csv"\n' in ran.err
    assert 'path = "../data/two.csv"\n' in Path("scenes/mine.toml").read_text()
    Path("data/data").mkdir()
    table("data/data/two.csv", *clouds(20, 2, 2))
    assert len(vizopt.load_scene("data/two.csv").problem.data.make(RandomState(0)).y) == 30
    monkeypatch.chdir("/")
    scene = vizopt.load_scene(tmp_path / "scenes" / "mine.toml")
    assert len(scene.problem.data.make(RandomState(0)).y) == 30


def test_what_is_there_is_kept_unless_told(command):
    Path("mine.toml").write_text("# mine")
    arguments = ["make", "iris.csv", "--save", "mine.toml", "-o", "a.png", *QUICK]
    ran = command(*arguments)
    assert ran.code == 1
    assert ran.err.startswith("vizopt: mine.toml: is there, and vizopt did not write it")
    assert Path("mine.toml").read_text() == "# mine"
    assert not Path("a.png").exists()
    assert command(*arguments, "--overwrite").code == 0
    assert Path("mine.toml").read_text().startswith(POINTER)
    assert command(*arguments).code == 0  # it would be the same
    with Path("mine.toml").open("a") as file:
        file.write("# changed")
    assert command(*arguments).code == 1  # what was kept is kept
    assert Path("mine.toml").read_text().endswith("# changed")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["sgd", "--save", "a.toml"], 2, "--save is for the scene of one table"),
        (["iris.csv", "iris.csv", "--save", "a.toml"], 2, "--save is for the scene of one table"),
        (["iris.csv", "--save", "a.txt"], 1, "a.txt: a scene's name ends in .toml"),
        (["no.csv"], 1, "vizopt: no.csv: cannot read: No such file or directory\n"),
        (["iris.csv", "--set", "problem.data.label=sort"], 1, 'iris.csv: no column "sort"'),
        (
            ["iris.csv", "--set", "problem.data.lable=x"],
            1,
            'iris.csv: lable: unknown key (did you mean "label"?)',
        ),
        (["iris.csv", "--set", "optimizer.lrr=1"], 1, "iris.csv: optimizer.lrr: unknown key"),
    ],
)
def test_what_goes_wrong_is_one_line(command, arguments, code, message):
    ran = command("make", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert list(Path().iterdir()) == []


def metadata_of(path, **known):
    return inferred(path, known).table["problem"]["data"]["label"]


def test_the_labels_column():
    x, y = clouds(40, 3, 2)
    words = np.array(["ham", "spam"])[y]
    assert metadata_of(table("a.csv", x, y)) == "4"  # the last
    assert metadata_of(table("b.csv", x, y, "y,a,b,c", last=False)) == "y"  # called so
    assert metadata_of(table("c.csv", x, words, "what,a,b,c", last=False)) == "what"  # of words
    assert metadata_of(table("d.csv", x, words, last=False)) == "1"
    assert metadata_of(table("e.csv", x, y, last=False)) == "1"  # the last one holds no classes
    assert metadata_of(table("f.csv", x, y, "a,b,c,kind of")) == "kind of"
    assert metadata_of(table("g.csv", x, y, "Target,a,b,class"), label="class") == "class"
    two = table("h.csv", np.c_[x, y], np.arange(40) % 4 // 2, "a,b,c,class,target")
    assert metadata_of(two) == "target"  # both are called so: the last


def test_words_beside_a_column_that_is_called_the_label_are_refused_by_name():
    x, y = clouds(40, 2, 2)
    colours = np.array(["red", "blue"])[y]
    lines = [f"{a},{b},{colour},{k}" for (a, b), colour, k in zip(x, colours, y, strict=True)]
    Path("a.csv").write_text("\n".join(["a,b,colour,y", *lines]))
    with pytest.raises(ValueError, match=r"^a\.csv: line 2: 'red' is .* \(column \"colour\"\): if"):
        inferred("a.csv", {})
    assert metadata_of("a.csv", drop=["colour"]) == "y"
    numbers = RandomState(0).rand(40)
    assert metadata_of(table("b.csv", np.c_[x, numbers], colours, "a,b,y,colour")) == "colour"


def test_the_first_column_holds_the_labels_only_where_it_has_few_values():
    x, _ = clouds(40, 3, 2)
    for many, label in ((10, "1"), (11, "")):
        first = np.arange(40) % many
        path = table(f"{many}.csv", x, first, last=False)
        if label:
            assert metadata_of(path) == label
        else:
            with pytest.raises(ValueError, match=r'column "4": 40 different numbers'):
                inferred(path, {})


def test_a_table_that_is_compressed():
    x, y = clouds(40, 1, 2)
    table("two b.csv", x, y, "a,y")
    Path("two b.csv.gz").write_bytes(gzip.compress(Path("two b.csv").read_bytes()))
    said, made = inferred("two b.csv.gz", {})
    assert (made["title"], made["problem"]["sizes"]) == ("Two b", [1, 64, 2])
    assert said.endswith('40 samples, 2 classes in the column "y" (0, 1), 1 feature (a)')
    scene = vizopt.load_scene("two b.csv.gz")
    assert (scene.name, scene.title) == ("two b", "Two b")


@pytest.mark.parametrize("suffix", ["csv", "TSV", "npz", "npy", "xlsx", "parquet"])
@pytest.mark.parametrize("packed", ["", ".gz", ".bz2", ".XZ"])
def test_names_of_tables(suffix, packed):
    assert is_table(f"a.b.{suffix}{packed}")
    assert unpacked(f"f/a.b.{suffix}{packed}") == Path(f"f/a.b.{suffix}")
    assert not is_table(f"{suffix}.toml{packed}")


def test_features_in_a_file_alone_ask_for_the_labels():
    x, y = clouds(40, 3, 2)
    np.save("x.npy", x)
    np.save("y.npy", y)
    said = r"^x\.npy: holds features alone: name the labels' file, y = \"….npy\" \(on the command "
    with pytest.raises(SceneError, match=said + r"line: --set 'problem\.data\.y=…'\)$"):
        vizopt.load_scene("x.npy")
    scene = vizopt.load_scene("x.npy", {"problem.data.y": "y.npy"})
    assert (scene.problem.sizes, scene.problem.data.y) == ((3, 64, 2), "y.npy")


def test_what_a_key_decides_is_said_for_the_command_line(command):
    table("a.csv", np.ones((9, 2)) * np.arange(9)[:, None], ["u", "?", "v"] * 3, "a,b,k")
    ran = command("make", "a.csv")
    assert ran.err.endswith("or \"class\" (on the command line: --set 'problem.data.missing=…')\n")


def test_no_column_of_classes_is_said_of_the_last():
    x, _ = clouds(40, 3, 2)
    table("a.csv", x, RandomState(0).rand(40), "a,b,c,price")
    with pytest.raises(
        SceneError, match=r'^a\.csv: column "price": .* a number to predict, which is no class'
    ):
        vizopt.load_scene("a.csv")


def test_what_says_how_to_read_the_table_is_used():
    Path("a.tsv").write_text("1\t2\t1\n" * 4 + "5\t6\t2\n" * 4)
    scene = vizopt.load_scene("a.tsv", {"problem.data.header": False, "optimizer.lr": 0.5})
    assert (scene.problem.sizes, scene.title, scene.name) == ((2, 64, 2), "A", "a")
    assert scene.problem.data.header is False
    assert scene.optimizer.lr.rate == 0.5


def test_an_archive():
    x, y = clouds(40, 3, 2)
    np.savez("my-own_data.npz", x=x, y=y)
    said, made = inferred("my-own_data.npz", {})
    assert made["problem"]["data"] == {"kind": "npz", "path": "my-own_data.npz"}
    assert made["title"] == "My own data"
    assert "40 samples, 2 classes (0, 1), 3 features (feature 1, feature 2, feature 3)" in said


def test_a_compressed_table_is_the_table(command):
    text = Path(table("two.csv", *clouds(20, 2, 2), "a,b,kind")).read_bytes()
    Path("two.csv.gz").write_bytes(gzip.compress(text))
    scene = vizopt.load_scene("two.csv.gz")
    assert (scene.name, scene.title) == ("two", "Two")
    assert 'path = "two.csv.gz"' in command("show", "two.csv.gz").out


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (["k_a", "k_b"], 'in the columns "k_a", "k_b" (a, b), 2 features'),
        (4, 'in the column "4" (0, 1), 3 features'),
    ],
)
def test_labels_are_said_as_they_were_named(label, said):
    Path("hot.csv").write_text("x,y,k_a,k_b\n1,2,1,0\n2,3,1,0\n3,1,0,1\n4,0,0,1\n")
    assert said in inferred("hot.csv", {"label": label}).said


def test_a_table_alone_is_told_what_to_do(command):
    ran = command("two.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "two.csv: no such command: make the scene with vizopt make two.csv" in ran.err


def test_a_long_name_of_a_class_is_cut_where_it_is_told():
    x, y = clouds(20, 2, 2)
    names = np.array(["a" * 60, "b" * 61])[y]
    said, _ = inferred(table("a.csv", x, names, "a,b,kind"), {})
    assert f"({'a' * 60}, {'b' * 59}…)" in said


def test_names_that_need_care():
    x, y = clouds(20, 2, 2)
    table('it\'s 50 %\t"new".csv', x, y, 'a,"b\nc",y')
    scene = vizopt.load_scene('it\'s 50 %\t"new".csv')
    assert scene.name == "it_s 50 ___new_"
    assert scene.problem.data.make(RandomState(0)).features == ("a", "b\nc")
    assert scene_text('it\'s 50 %\t"new".csv').count("\n# ") == 0


@pytest.mark.parametrize(
    ("samples", "epochs", "batch"),
    [
        (20, 1001, None),
        (1000, 1001, None),
        (1001, 501, 256),
        (10_000, 51, 256),
        (100_000, 21, 1024),
    ],
)
def test_the_run_is_as_long_as_the_table_needs(samples, epochs, batch, monkeypatch):
    x, y = clouds(samples, 2, 2)
    np.savez("a.npz", x=x, y=y)
    made = inferred("a.npz", {}).table
    assert made["epochs"] == epochs
    assert made["problem"].get("batch") == batch
    parse_scene(scene_text("a.npz"), "a", {}, {})


SPIRAL = Spiral().make(RandomState(0))
LEARNT = {  # what accuracy each reaches at least
    "plain": (clouds(150, 4, 3), 0.99),
    "two columns": (clouds(60, 2, 2), 0.99),
    "eight columns, five classes": (clouds(600, 8, 5, 1.0), 0.97),
    "many": (clouds(2_000, 3, 2, 1.0), 0.97),
    "few": (clouds(10, 3, 2), 1.0),
    "wound": ((SPIRAL.x * [50, 0.1] + 10, SPIRAL.y), 0.9),
}


@pytest.mark.parametrize("kind", LEARNT)
def test_the_network_learns_it(kind):
    (x, y), least = LEARNT[kind]
    np.savez("a.npz", x=x, y=y)
    scene = vizopt.load_scene("a.npz", {"keep.first": 1, "keep.every": 1000, "keep.grid": 2})
    run = vizopt.record(scene, "a.zarr")
    assert isinstance(run, Recording)
    assert run["accuracy"][-1] >= least
