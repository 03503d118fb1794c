"""Data files as people have them: the right samples, features and classes, or one clear line."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.draw.regions import leader
from vizopt.train.problems import CSV, DATASETS, NPZ, Blobs, NetworkSpec
from vizopt.train.problems.cells import natural
from vizopt.train.problems.standard import standardised

IRIS = "iris.csv"
X = RandomState(0).randn(30, 2).round(3)
Y = np.arange(30) % 3


def read(tmp_path, text, encoding="utf-8", **keys):
    (tmp_path / "d.csv").write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return DATASETS["csv"](path=str(tmp_path / "d.csv"), **keys).make(RandomState(0))


def refused(tmp_path, text, **keys):
    with pytest.raises(ValueError, match=r"d\.csv: ") as caught:
        read(tmp_path, text, **keys)
    message = str(caught.value)
    assert "\n" not in message
    return message.partition("d.csv: ")[2]


def table(header="", x=X, labels=Y, sep=",", decimal=".", index=None):
    """A text table of samples, its lines as spreadsheets and libraries write them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sep, lineterminator="\n")
    for i, (row, label) in enumerate(zip(x.tolist(), labels, strict=True)):
        cells = [str(v).replace(".", decimal) for v in row] + [label]
        writer.writerow(cells if index is None else [index[i], *cells])
    return (header + "\n" if header else "") + out.getvalue()


def is_that_table(data, features=("a", "b"), classes=("0", "1", "2"), x=X, y=Y):
    assert data.features == features
    assert data.classes == classes
    assert data.y.tolist() == list(y)
    assert data.x == pytest.approx((x - x.mean(axis=0)) / x.std(axis=0), abs=1e-6)
    assert data.x.dtype == np.float32
    assert f"{len(y)} samples, {len(classes)} classes" in data.words


def test_the_irises():
    data = DATASETS["csv"](path=IRIS, label="species").make(RandomState(0))
    assert data.x.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.features[2] == "petal length"
    assert data.x.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert data.x.std(axis=0) == pytest.approx(1, abs=1e-5)
    assert data.words == "iris.csv, 150 samples, 3 classes"


WRITTEN = {  # as what, the text, its features, what is said of it
    "with names": (table("a,b,k"), ("a", "b"), ""),
    "without": (table(), ("1", "2"), "d.csv (no header), 30"),
    "blanks": (table("a, b, k").replace(",", ", "), ("a", "b"), ""),
    "Excel in Europe": (table("a;b;k", sep=";", decimal=","), ("a", "b"), "decimal commas"),
    "the same without names": (table(sep=";", decimal=","), ("1", "2"), "decimal commas"),
    "tabs": (table("a\tb\tk", sep="\t", decimal=","), ("a", "b"), "decimal commas"),
    "columns of blanks": (table(sep=" ", decimal=","), ("1", "2"), "decimal commas"),
    "semicolons, points": (table("a;b;k", sep=";"), ("a", "b"), ""),
    "Excel's own line": ("sep=;\n" + table("a;b;k", sep=";"), ("a", "b"), ""),
    "bars": (table("a|b|k", sep="|"), ("a", "b"), ""),
    "Windows": (table("a,b,k").replace("\n", "\r\n"), ("a", "b"), ""),
    "commas in names": (table('"a, cm","b, cm",k'), ("a, cm", "b, cm"), ""),
    "a comma at each end": (
        table("a,b,k").replace("\n", ",\n"),
        ("a", "b"),
        "an empty column left out",
    ),
    "a comma behind each sample": (
        table("a,b,k").replace("\n", ",\n").replace("k,", "k"),
        ("a", "b"),
        "an empty column left out",
    ),
    "two commas behind each": (
        table("a,b,k").replace("\n", ",,\n"),
        ("a", "b"),
        "empty columns left out",
    ),
    "a name without values": (
        table("a,b,k,why").replace("\n", ",\n").replace("why,", "why"),
        ("a", "b"),
        '"why" has no values and is left out',
    ),
    "names in a remark": (table("# a,b,k"), ("a", "b"), "names from a remark"),
    "names in the second": (
        table("# by hand\n#  a b k", sep=" "),
        ("a", "b"),
        "names from a remark",
    ),
    "commas above blanks": (table("# a, b, k", sep=" "), ("a", "b"), "names from a remark"),
    "a remark of many words": (table("# all of this was made by hand"), ("1", "2"), "(no header)"),
    "a remark above names": (table("# x,y,z\na,b,k"), ("a", "b"), ""),
    "a remark below": (table() + "# a,b,k\n", ("1", "2"), "no header"),
    "tabs and blanks": (table("a b\tk", sep=" ").replace(" 1\n", "\t1\n"), ("a", "b"), ""),
    "blanks, then a tab": (
        table().replace(",", "  ", 1).replace(",", " \t"),
        ("1", "2"),
        "no header",
    ),
    "empty lines": (table("a,b,k") + ",,\n\n,,\n", ("a", "b"), ""),
    "pandas' count": (table("0,1,2"), ("0", "1"), "d.csv (first line 0, 1, 2 taken as names), 30"),
    "a count of floats": (table("0.0,1.0,2.0"), ("0.0", "1.0"), "first line 0.0, 1.0, 2.0 taken"),
    "counted from 1": (table("1,2,3", labels=Y), ("1", "2"), "first line 1, 2, 3 taken as names"),
    "years and a word": (table("2019,2020,grade"), ("2019", "2020"), "2019, 2020, grade taken"),
    "years": (table("2019,2020,2021"), ("2019", "2020"), "(first line 2019, 2020, 2021 t"),
    "a row": (table(",a,b,k", index=range(30)), ("a", "b"), "row numbers left out"),
    "a row, counted": (table(",0,1,2", index=range(30)), ("0", "1"), "row numbers left out"),
    "a row read again": (table("Unnamed: 0,a,b,k", index=range(30)), ("a", "b"), "row numbers"),
    "shuffled rows": (table(",a,b,k", index=np.arange(30) * 7 % 30), ("a", "b"), "row numbers"),
    "rows from R": (table('"",a,b,k', index=[f"Car {i}" for i in range(30)]), ("a", "b"), "row n"),
    "an id": (table("Id,a,b,k", index=range(1, 31)), ("a", "b"), "row numbers left out"),
    "an index, no names": (table(index=range(30)), ("2", "3"), "row numbers left out"),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_however_it_is_written(tmp_path, kind):
    text, features, note = WRITTEN[kind]
    data = read(tmp_path, text)
    is_that_table(data, features)
    assert (note in data.words) if note else data.words == "d.csv, 30 samples, 3 classes"


@pytest.mark.parametrize(
    ("first", "labels"),
    [
        ("2019,2020,grade", ["ab"[k % 2] for k in Y]),  # words in a column of words
        ("width,2020,grade", ["ab"[k % 2] for k in Y]),
    ],
)
def test_numbers_and_a_word_above_measurements_are_names(tmp_path, first, labels):
    data = read(tmp_path, table(first, labels=labels))
    assert len(data.y) == 30
    assert data.classes == ("a", "b")


WHOLE = (X * 10).round().astype(int)


def test_pandas_count_above_whole_numbers_is_said(tmp_path):
    data = read(tmp_path, table("0,1,2", x=WHOLE))
    is_that_table(data, ("0", "1"), x=WHOLE)
    assert data.words == "d.csv (first line 0, 1, 2 taken as names), 30 samples, 3 classes"


def test_a_count_of_floats_is_a_sample_where_its_label_is_a_class_or_a_measurement(tmp_path):
    assert len(read(tmp_path, table("0.0,1.0,2.0", labels=Y * 1.0)).y) == 31
    spec = CSV(str(tmp_path / "d.csv"))
    (tmp_path / "d.csv").write_text(table("0.0,1.0,2.0", labels=X[:, 0]))
    assert len(spec.measured(RandomState(0)).y) == 31


@pytest.mark.parametrize(
    ("first", "x", "labels"),
    [
        ("2019,2020,2021", WHOLE, Y),
        ("2019,2020,grade", WHOLE, ["ab"[k % 2] for k in Y]),
        ("400.5,402.5,class", X, ["ab"[k % 2] for k in Y]),
        ("1.0,2.0,3.0", X, Y),
        ("1,2,3", X, Y + 1),  # 3 is a class too
        ("1.5,2.5,c", X, ["ab"[k % 2] for k in Y]),
    ],
)
def test_what_may_be_names_or_a_sample_is_asked(tmp_path, first, x, labels):
    text = table(first, x=x, labels=labels)
    said = first.replace(",", ", ")
    assert refused(tmp_path, text) == (
        f"line 1: {said}: names of columns or a sample? say header = true or header = false"
    )
    named, sample = (read(tmp_path, text, header=header) for header in (True, False))
    assert (len(named.y), len(sample.y)) == (30, 31)
    assert named.features == tuple(first.split(",")[:2])
    assert sample.features == ("1", "2")


@pytest.mark.parametrize("first", ["7,8,a", "1.5,2.5,a", "-3,0,b"])
def test_a_first_line_with_a_label_of_others_is_a_sample(tmp_path, first):
    assert len(read(tmp_path, table(first, labels=["ab"[k % 2] for k in Y])).y) == 31


def test_a_first_sample_that_is_damaged_is_no_header(tmp_path):
    assert refused(tmp_path, table("1.5,?,0")).startswith("line 1: '?' is a missing value")
    assert refused(tmp_path, table("1.5,2..5,0")).startswith("line 1: '2..5' is not a finite")
    assert refused(tmp_path, table(",2.5,0")).startswith("line 1: '' is a missing value")
    assert refused(tmp_path, table("1.5,?,7")).startswith("line 1: '?' is a missing value")
    words = ["ab"[k % 2] for k in Y]
    end = refused(tmp_path, table("NA,?,a", labels=words))
    assert end.startswith("line 1: 'NA' is a missing value (column \"1\"), one of 2: fill it in")
    assert refused(tmp_path, table("1.5,?,c", labels=words)).startswith("line 1: 1.5, ?, c: names")


def test_a_column_that_counts_is_kept_where_it_has_a_name_of_its_own(tmp_path):
    data = read(tmp_path, table("day,a,b,k", index=range(30)))
    assert data.features == ("day", "a", "b")
    assert data.words == 'd.csv ("day" numbers the rows and is kept), 30 samples, 3 classes'
    few = read(tmp_path, "0,3,4,a\n1,5,6,b\n2,5,7,a\n")  # by chance
    assert few.features == ("1", "2", "3")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["1.1", "1.10", "1.2"], ("1.1", "1.10", "1.2")),
        (["1000003", "1000001", "1000002"], ("1000001", "1000002", "1000003")),
        (["01234", "1234", "2"], ("2", "01234", "1234")),
        (["1_1", "11", "12"], ("1_1", "11", "12")),
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["+1", "-1", "0"], ("-1", "0", "+1")),
        (["s10", "s9", "S1"], ("S1", "s9", "s10")),
        (["0.0", "1.0", "2.0"], ("0.0", "1.0", "2.0")),
        ([" a ", "b", "c c"], ("a", "b", "c c")),
        (["2020-01-02", "12:30", "no"], ("12:30", "2020-01-02", "no")),
        (["0,5", "0,25", "1"], ("0,5", "0,25", "1")),
    ],
    ids=str,
)
def test_classes_are_named_as_they_are_written(tmp_path, labels, classes):
    data = read(tmp_path, table("a,b,k", labels=[labels[k] for k in Y]))
    assert data.classes == classes
    assert [data.classes[k] for k in data.y] == [labels[k].strip() for k in Y]


def test_labels_keep_points_beside_decimal_commas(tmp_path):
    labels = [["1.1", "1.10", "1.2"][k] for k in Y]
    data = read(tmp_path, table("a;b;k", labels=labels, sep=";", decimal=","))
    is_that_table(data, classes=("1.1", "1.10", "1.2"))


def test_labels_in_any_column(tmp_path):
    text = table("k,a,b", x=np.c_[Y, X[:, 0]], labels=X[:, 1]).replace(".0,", ",")
    is_that_table(read(tmp_path, text, label="k"))
    assert refused(tmp_path, text) == (
        'column "b": 30 different numbers for 30 samples look like a number to predict, which '
        "is no class: "
        'name another with label = "…", or predict it, [problem] kind = "regression"'
    )
    words = table("k,a,b", x=np.c_[Y, X[:, 0]], labels=X[:, 1])
    words = words.replace("\n0.0", "\nu").replace("\n1.0", "\nv").replace("\n2.0", "\nw")
    assert refused(tmp_path, words).endswith('are the labels, say label = "k", else drop = ["k"]')
    is_that_table(read(tmp_path, words, label="k"), classes=("u", "v", "w"))
    assert read(tmp_path, "id,a,b\n1,2,5\n2,7,6\n3,4,4\n", label="id").classes == ("1", "2", "3")


def test_thousands_are_read_where_they_are_certain(tmp_path):
    data = read(tmp_path, "a;b;k\n1.234,5;1;u\n-2.234,5;2;v\n0,5;6;u\n")
    x = np.array([1234.5, -2234.5, 0.5])
    assert data.x[:, 0] == pytest.approx((x - x.mean()) / x.std(), abs=1e-6)


BAD_TABLES = {
    "": "is empty",
    "# nothing but a remark\n": "is empty",
    ",,\n,,\n": "is empty",
    "a,b,c\n": "holds a header and no samples",
    "1,2,a\n3,b\n": "line 2: 2 columns instead of 3",
    "1,2,a\n3\n": "line 2: 1 column instead of 3",
    "My table\na,b,k\n1,2,a\n3,4,b\n": "line 2: 3 columns instead of 1",
    "u,v,k\n1,2,a\n3,x,b\n": "line 3: 'x' is not a finite number (column \"v\")",
    "u,v,k\n1,2,a\n3,nan,b\n": "line 3: 'nan' is a missing value (column \"v\"), the only one",
    "u,v,k\n1,2,a\n3,NA,b\n": "line 3: 'NA' is a missing value (column \"v\"), the only one",
    "u,v,k\n1,2,a\n3,,b\n": "line 3: '' is a missing value (column \"v\"), the only one",
    "u,v,k\n1,2,a\n3,inf,b\n": "line 3: 'inf' is not a finite number",
    "u,v,k\n1,2,a\n3,1e400,b\n": "line 3: '1e400' is not a finite number",
    "u,v,k\n1,2,a\n3,1e-400,b\n": "line 3: '1e-400' is too small for a number",
    "u,v,k\n1,2,a\n3,1_1,b\n": "line 3: '1_1' is not a finite number",
    'u,v,k\n1,2,a\n3,"1,234",b\n': "line 3: '1,234' is not a finite number (column \"v\"): write",
    "u;v;k\n1,5;2;a\n3;1.5;b\n": "line 2: 1,5 and line 3: 1.5: write all with a decimal comma or",
    "u;v;k\n1,5;2;a\n3;1,234,567;b\n": "line 3: '1,234,567' is not a finite number",
    "u,v,k\n1,2,a\n3,4,\n": "line 3: the label is missing ('')",
    "u,v,k\n1,2,a\n3,4,NA\n": "line 3: the label is missing ('NA')",
    "u,v,k\n1,2,a\n3,4,?\n": "line 3: the label is missing ('?')",
    "u,v,k\ncm,cm,\n3,4,a\n": "line 2: cm, cm, : a second line of names, or units: leave it out",
    "u,v,k\nx,y,k\n3,4,a\n": "line 2: x, y, k: a second line of names, or units: leave it out",
    "u,v,k\nred,1,a\n3,4,a\n": "line 2: 'red' is not a finite number (column \"u\")",
    "a\n1\n2\n": "needs a feature and a label, not 1 column: say what stands between columns",
    ",k\n0,u\n1,v\n": "not 1 column beside row numbers: columns = […] keeps them as features",
    "1,2,a\n3,4,a\n": "one class only (a)",
    "u,u,k\n1,2,a\n3,4,b\n": 'line 1: two columns named "u"',
    "u,,k\n1,2,a\n3,4,b\n": "line 1: column 2 has no name",
    ",u,v,k\n0,1,2,a\n0,3,4,b\n": "line 1: column 1 has no name",  # two tables, one below the other
    "sep=;\nu;v;k\n1;2;a\n3;x;b\n": "line 4: 'x' is not",
    'u,v,k\n1,2,"a\n': "line 2: unexpected end of data",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_a_bad_table_names_file_and_line(tmp_path, text):
    assert BAD_TABLES[text] in refused(tmp_path, text)


def test_a_missing_table_and_column():
    for path, label, message in (
        ("nowhere.csv", "", r"nowhere\.csv: cannot read: No such file"),
        (IRIS, "specie", 'no column "specie": did you mean "species"'),
        (IRIS, "6", 'no column "6": there are: '),
    ):
        with pytest.raises(ValueError, match=message):
            DATASETS["csv"](path=path, label=label).make(RandomState(0))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_say_what_they_are(tmp_path, encoding):
    data = read(tmp_path, table("größe,b,k", labels=["äöü"[k] for k in Y]), encoding)
    is_that_table(data, ("größe", "b"), ("ä", "ö", "ü"))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            "a,b,k\n1,2,ö\n".encode("cp1252"),
            "is no text in UTF-8: line 2: invalid start byte: save it as",
        ),
        (
            "a,b,k\n1,2,u\n".encode("utf-16-le"),
            'is no text, or UTF-16 without its mark: say encoding = "utf-16-le"',
        ),
        (b"PK\x03\x04...", "is a ZIP archive: unpack it first"),
        (b"<!DOCTYPE html>\n<html>...", "is a web page: save the table itself"),
        (b"<html><body>404", "is a web page: save the table itself"),
        (b"\x1f\x8b...", "is compressed and damaged: "),
    ],
)
def test_what_is_no_text_is_said(tmp_path, raw, message):
    assert refused(tmp_path, raw).startswith(message)


def test_labels_that_are_no_classes(tmp_path):
    many = table("a,b,k", x=np.tile(X, (20, 1)), labels=[f"c{k % 257}" for k in range(600)])
    path = tmp_path / "d.csv"
    path.write_text(many)
    spec = NetworkSpec(data=DATASETS["csv"](path=str(path)), sizes=(2, 4, 257))
    with pytest.raises(ValueError, match=r"^data\.classes: 257: a picture tells 256 apart"):
        spec.check()
    eleven = table("a,b,k", x=X[:11], labels=range(11))
    assert "11 different labels for 11 samples are no classes" in refused(tmp_path, eleven)
    mostly = table("a,b,k", labels=[k % 20 for k in range(30)])
    assert "20 different labels for 30 samples are no classes" in refused(tmp_path, mostly)
    assert read(tmp_path, table("a,b,k", x=X[:10], labels=range(10))).classes[-1] == "9"
    assert len(read(tmp_path, table("a,b,k", x=X[:22], labels=np.arange(22) % 11)).classes) == 11


def test_256_classes_are_recorded_and_drawn_and_257_refused(tmp_path):
    spec = NetworkSpec(data=Blobs(points=1, classes=257), sizes=(2, 4, 257), init="he")
    with pytest.raises(ValueError, match=r"data\.classes: 257"):
        spec.check()
    with pytest.raises(ValueError, match=r"data\.classes: 257"):
        spec.build(RandomState(0))
    keys = {"problem.data.kind": "blobs", "problem.data.points": 1, "problem.data.classes": 256}
    keys |= {"problem.sizes": [2, 4, 256], "epochs": 2, "keep.grid": 8, "problem.init": "he"}
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "r.zarr")
    scores = run["scores"][0]
    assert np.array_equal(leader(scores), scores.argmax(axis=0))
    assert len(run.header.classes) == 256
    top = np.zeros((256, 3, 3), np.float32)
    top[255] = 1
    assert (leader(top) == 255).all()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((1, 8, 2), "sizes start with 1 feature, but the data have 2: write sizes = [2, 8, 3]"),
        (
            (2, 8, 2),
            "sizes end with 2 outputs, but the data have 3 classes (1.1, 1.10, 1.2): "
            "write sizes = [2, 8, 3]",
        ),
    ],
)
def test_sizes_that_do_not_fit_say_what_would(tmp_path, sizes, message):
    read(tmp_path, table("a,b,k", labels=[["1.1", "1.10", "1.2"][k] for k in Y]))
    spec = NetworkSpec(data=DATASETS["csv"](path=str(tmp_path / "d.csv")), sizes=sizes)
    with pytest.raises(ValueError, match="sizes") as caught:
        spec.check()
    assert str(caught.value) == message


def test_a_constant_feature_is_zero_and_not_its_rounding():
    for count, value in ((1000, 14.62), (997, 0.1), (12345, 1e-300), (50, -3e200)):
        x = standardised(np.c_[np.arange(count), np.full(count, value)])
        assert not x[:, 1].any()
        assert x[:, 0].std() == pytest.approx(1, abs=1e-5)
    noise = np.array([[0.3, 0.0], [0.1 + 0.2, 1.0]] * 20)  # one value, computed in two ways
    assert not standardised(noise)[:, 0].any()
    assert not standardised(np.zeros((3, 2))).any()


@pytest.mark.parametrize("scale", [1, 1e200, 1e-200, 1e308, 5e-300, -1e250])
def test_huge_and_tiny_features_are_standardised(scale):
    x = np.array([[0.1, 1], [0.2, 2], [0.3, 4], [0.9, 4]])
    with np.errstate(all="raise", under="ignore"):
        found = standardised(x * [scale, 1])
    expected = (x - x.mean(axis=0)) / x.std(axis=0)
    assert found == pytest.approx(expected * [np.sign(scale), 1], abs=1e-6)


def test_the_ends_of_what_a_float_holds():
    most = np.finfo(float).max
    x = standardised(np.array([[most, 5e-324], [-most, 1e-323], [0, 1.5e-323]]))
    assert x[:, 0] == pytest.approx([1.2247449, -1.2247449, 0], abs=1e-6)
    assert x[:, 1] == pytest.approx([-1.2247449, 0, 1.2247449], abs=1e-6)


def test_a_small_spread_far_from_zero_is_one():
    seconds = 1_700_000_000 + np.arange(100) / 10  # 1e-8 of the value
    x = standardised(np.c_[seconds, seconds])[:, 0]
    expected = np.arange(100) - 49.5
    assert x == pytest.approx(expected / expected.std(), abs=1e-5)
    steps = np.arange(100_000) % 10
    far = 1e9 + steps * 2.0**-20  # exact; the rounding of a sum of them is larger than the steps
    x = standardised(np.c_[far, far])[:, 0]
    assert x == pytest.approx((steps - 4.5) / steps.std(), abs=1e-5)


def test_names_in_their_natural_order():
    assert natural({"b", "a10", "a9", "a"}) == ["a", "a9", "a10", "b"]
    assert natural({"10", "9", "1e1", "-2"}) == ["-2", "9", "10", "1e1"]


def archive(tmp_path, x=X, y=Y, **keys):
    np.savez(tmp_path / "d.npz", x=x, y=y)
    return DATASETS["npz"](path=str(tmp_path / "d.npz"), **keys).make(RandomState(0))


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (Y, ("0", "1", "2")),
        (Y - 1, ("-1", "0", "1")),
        (Y * 0.5, ("0", "0.5", "1")),
        ((Y * 0.1).astype(np.float32), ("0", "0.1", "0.2")),
        (Y + 1000001.0, ("1000001", "1000002", "1000003")),
        (np.array([-0.0, 1.0, 2.0])[Y], ("0", "1", "2")),
        (np.array(["c1", "c2", "c10"])[Y], ("c1", "c2", "c10")),
        (np.array([b"u", "ä".encode(), b"z"])[Y], ("u", "z", "ä")),
    ],
    ids=str,
)
def test_labels_of_an_archive(tmp_path, y, classes):
    data = archive(tmp_path, y=y)
    assert data.classes == classes
    order = np.unique(y, return_inverse=True)[1] if y.dtype.kind != "U" else Y
    assert data.y.tolist() == order.tolist()
    assert data.features == ("feature 1", "feature 2")
    assert data.words == "d.npz, 30 samples, 3 classes"


def test_true_and_false_are_classes(tmp_path):
    data = archive(tmp_path, y=Y > 0)
    assert data.classes == ("False", "True")
    assert data.y.tolist() == (Y > 0).tolist()


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (
            X,
            X[:, 0],
            'array "y": 30 different numbers for 30 samples look like a number to predict, which',
        ),
        (X, Y * 0, 'array "y": one class only (0): name another with y = "…"'),
        (
            X,
            np.where(Y == 2, np.nan, Y),
            'y[2] is missing, one of 10: fill it in or say missing = "drop" or "class"',
        ),
        (
            np.where(np.arange(60).reshape(30, 2) == 9, np.nan, X),
            Y,
            'x[4] is missing, the only one: fill it in or say missing = "drop" or "mean"',
        ),
        (X, np.array(["u", "", "v"])[Y], "y[1] is missing"),
        (X, np.eye(3)[Y] / 2, "are no [N, D] and [N]: make y one label for each sample"),
        (X, Y + 0j, "y holds complex128, not numbers or text"),
        (X, np.array([b"u", b"\xe4"])[Y % 2], "y holds bytes that are no UTF-8"),
        (X, Y[:-1], "are no [N, D] and [N]"),
        (X[:, :0], Y, "x (30, 0) and y (30,) are no [N, D] and [N]"),
        (X[None], Y, "x (1, 30, 2) and y (30,) are no [N, D] and [N]"),
        (X > 0, Y, "x holds bool, not numbers"),
        (np.where(X > 2, np.inf, X), Y, "x[1] is not finite"),
    ],
    ids=str,
)
def test_an_archive_that_is_no_samples(tmp_path, x, y, message):
    with pytest.raises(ValueError, match=r"d\.npz: ") as caught:
        archive(tmp_path, x, y)
    assert message in str(caught.value)


def test_missing_values_of_an_archive_are_settled_as_a_tables(tmp_path):
    """The same samples as CSV say what is to be left, whatever is chosen."""
    gaps = np.where(np.arange(60).reshape(30, 2) % 23 == 9, np.nan, X)  # samples 4, 16 and 27
    labels = np.where(np.arange(30) % 14 == 5, "", np.array(["u", "v", "w"])[Y])  # 5 and 19
    for x, y, missing, said in (
        (gaps, labels, "drop", "d.npz (5 samples with missing values left out), 25 samples"),
        (gaps, np.array(["u", "v"])[Y % 2], "mean", "d.npz (3 missing values are the mean of the"),
        (X, labels, "class", "d.npz (2 samples without a label as a class), 30 samples"),
        (gaps, Y, "drop", "d.npz (3 samples with missing values left out), 27 samples"),
    ):
        data = archive(tmp_path, x, y, missing=missing)
        assert data.words.startswith(said)
        rows = [f"{a!r},{b!r},{c}" for (a, b), c in zip(x.tolist(), y.tolist(), strict=True)]
        (tmp_path / "d.csv").write_text("a,b,k\n" + "\n".join(rows).replace("nan", "") + "\n")
        table = DATASETS["csv"](path=str(tmp_path / "d.csv"), missing=missing).make(RandomState(0))
        assert np.allclose(data.x, table.x, rtol=0, atol=1e-12)
        assert (data.y.tolist(), data.classes) == (table.y.tolist(), table.classes)
    nans = np.where(Y == 2, np.nan, Y)
    assert archive(tmp_path, X, nans, missing="class").classes == ("0", "1", "(empty)")
    with pytest.raises(ValueError, match="each sample lacks a value: none would be left"):
        archive(tmp_path, X * np.nan, Y, missing="drop")
    with pytest.raises(ValueError, match=r"x\[1\] is not finite"):  # that is no missing value
        archive(tmp_path, np.where(X > 2, np.inf, X), Y, missing="drop")


def test_missing_numbers_to_predict_are_left_out_with_their_samples(tmp_path):
    y = np.where(np.arange(30) == 7, np.nan, X[:, 0])
    np.savez(tmp_path / "d.npz", x=X, y=y)
    keys = {"path": str(tmp_path / "d.npz")}
    data = DATASETS["npz"](**keys, missing="drop").measured(RandomState(0))
    assert len(data.y) == len(data.x) == 29
    assert "1 sample with missing values left out" in data.words
    for missing in ("error", "mean", "class"):
        with pytest.raises(
            ValueError, match=r'y\[7\] is missing.*: fill it in or say missing = "drop"$'
        ):
            DATASETS["npz"](**keys, missing=missing).measured(RandomState(0))


def test_arrays_that_are_not_there(tmp_path):
    archive(tmp_path)
    for keys, message in (
        ({"x": "z"}, 'no array "z"'),
        ({"x": "y"}, "x and y are the same array"),
        ({"path": str(tmp_path / "no.npz")}, "cannot read"),
    ):
        with pytest.raises(ValueError, match=message):
            DATASETS["npz"](**{"path": str(tmp_path / "d.npz")} | keys).make(RandomState(0))
    with (tmp_path / "one.npz").open("wb") as file:
        np.save(file, X)
    with pytest.raises(ValueError, match=r"one\.npz: is one array, no NPZ archive"):
        DATASETS["npz"](path=str(tmp_path / "one.npz")).make(RandomState(0))


@pytest.mark.parametrize("keys", [{}, {"index": False}, {"sep": ";", "decimal": ","}], ids=str)
@pytest.mark.parametrize("header", [True, ["a", "b", "k"]], ids=str)
def test_what_pandas_writes(tmp_path, keys, header):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.c_[X, Y])
    frame.to_csv(tmp_path / "d.csv", header=header, **keys)
    data = DATASETS["csv"](path=str(tmp_path / "d.csv")).make(RandomState(0))
    names = ("0", "1") if header is True else ("a", "b")
    classes = ("0,0", "1,0", "2,0") if "decimal" in keys else ("0.0", "1.0", "2.0")
    is_that_table(data, names, classes)


class Payload:
    """What is run where it is unpickled."""

    def __reduce__(self):
        return Path("ran").touch, ()


def test_an_archive_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("t.npz", x=np.array([[Payload(), 1]] * 3, object), y=np.arange(3))
    with pytest.raises(ValueError, match=r"t.npz: array \"x\": holds objects instead of numbers"):
        NPZ("t.npz").make(RandomState(0))
    assert not Path("ran").exists()


@pytest.mark.parametrize("sign", [",", "."])
def test_thousands_that_may_be_decimals_are_asked(tmp_path, monkeypatch, sign):
    monkeypatch.chdir(tmp_path)
    lines = [f"2{sign}085;1;a", "694;2;b", f"1{sign}580;3;a", "12;4;b"] * 5
    Path("t.csv").write_text("\n".join(["x;z;y", *lines]))
    with pytest.raises(ValueError, match=r"line 2: 2[,.]085 beside 694 .column \"x\". may be thou"):
        CSV("t.csv").make(RandomState(0))
    lines = [line.replace("694", f"694{sign}5") for line in lines]
    Path("t.csv").write_text("\n".join(["x;z;y", *lines]))
    assert CSV("t.csv").make(RandomState(0)).x.shape == (20, 2)


@pytest.mark.parametrize("first", ["1,2,3", "10,20,30", "2,4,6"])
def test_even_steps_above_whole_numbers_are_asked(tmp_path, first):
    text = table(first, x=WHOLE, labels=np.array([3, 6, 30])[Y])
    assert refused(tmp_path, text).endswith("say header = true or header = false")
    assert [len(read(tmp_path, text, header=h).y) for h in (True, False)] == [30, 31]


def test_a_first_line_in_uneven_steps_is_a_sample(tmp_path):
    text = table("1,2,6", x=WHOLE, labels=np.array([3, 6, 30])[Y])
    assert len(read(tmp_path, text).y) == 31
    text = table("3,2,1", x=WHOLE, labels=Y)
    assert len(read(tmp_path, text).y) == 31


def test_the_hints_of_a_table_without_names_lose_no_sample(tmp_path):
    text = "".join(f"{'uv'[k % 2]},{a},{b}\n" for k, (a, b) in enumerate(X.tolist()))
    assert refused(tmp_path, text).endswith('are the labels, say label = "1", else drop = ["1"]')
    is_that_table(read(tmp_path, text, label="1"), ("2", "3"), ("u", "v"), y=np.arange(30) % 2)
    text = text.replace("u", "w", 1)  # a label that no other sample has
    assert refused(tmp_path, text).endswith("say header = true or header = false")
    assert len(read(tmp_path, text, header=False, label="1").y) == 30
    assert len(read(tmp_path, text, header=True, label="w").y) == 29


def test_labels_by_the_place_of_their_column(tmp_path):
    text = table("k,a,b", x=np.c_[Y, X[:, 0]], labels=X[:, 1]).replace(".0,", ",")
    is_that_table(read(tmp_path, text, label=1))
    row = table("id,a,b,k", index=range(30))
    is_that_table(read(tmp_path, row, label=4))  # as it stands in the file
    is_that_table(read(tmp_path, table("1,2,0", labels=Y), label=0, header=True), ("1", "2"))
    assert refused(tmp_path, text, label="0").startswith('no column "0": there are')


def test_exact_values_keep_their_spread():
    steps = np.arange(40) % 4
    for far in (1e15, 2.0**52):
        x = standardised(np.c_[far + steps, steps])
        assert x[:, 0] == pytest.approx(x[:, 1], abs=1e-6)
    quarter = standardised((1e15 + steps * 0.25)[:, None])[:, 0]
    assert quarter == pytest.approx((steps - 1.5) / steps.std(), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "at"),
    [("PassengerId", 1), ("sample_id", 1), ("index", 1), ("Unnamed: 0.1", 0), ("Id", 0)],
)
def test_row_numbers_with_gaps_are_left_out_and_said(tmp_path, name, at):
    rows = [["a", "b", "k"], *np.c_[X, Y].tolist()]
    for i, row in enumerate(rows):
        row.insert(at, str(i * 7 % 97) if i else name)
    text = "".join(",".join(map(str, row)) + "\n" for row in rows).replace(".0\n", "\n")
    data = read(tmp_path, text)
    is_that_table(data)
    assert data.words == "d.csv (row numbers left out), 30 samples, 3 classes"


def test_a_shuffled_count_with_a_name_of_its_own_is_said(tmp_path):
    data = read(tmp_path, table("place,a,b,k", index=np.arange(30) * 7 % 30))
    assert '"place" numbers the rows and is kept' in data.words
    ids = table("id,a,b,k", index=np.arange(30) % 29)  # twice the same is no row's number
    assert read(tmp_path, ids).features == ("id", "a", "b")


@pytest.mark.parametrize(
    "text",
    [
        table("a,b,k").replace("-", "\u2212"),
        table("a,b,k").replace(",", " , "),
        "\ufeff# made by hand\n" + table("a,b,k").replace("\n", "\n## more\n", 3),
        table("a,b,k").replace("\n0", "\n0\u200b").replace("2\n", "2\u00a0\u200b\n"),
    ],
    ids=["true minus", "spaces around commas", "remarks", "invisible"],
)
def test_what_is_not_seen_is_not_read(tmp_path, text):
    is_that_table(read(tmp_path, text))


def test_what_r_writes(tmp_path):
    lines = [f'"r{i}" {a} {b} "{k}"' for i, ((a, b), k) in enumerate(zip(X, Y, strict=True))]
    data = read(tmp_path, "\n".join(['"a" "b" "k"', *lines]))
    is_that_table(data)
    assert "row numbers left out" in data.words


@pytest.mark.parametrize("space", ["\u2009", "\u202f", "\u00a0"])
def test_narrow_spaces_between_thousands(tmp_path, space):
    data = read(tmp_path, f"a,b,k\n1{space}234.5,1,u\n-2{space}234.5,2,v\n0.5,6,u\n")
    x = np.array([1234.5, -2234.5, 0.5])
    assert data.x[:, 0] == pytest.approx((x - x.mean()) / x.std(), abs=1e-6)
    assert refused(tmp_path, f"a,b,k\n1{space}23,1,u\n5,2,v\n").startswith("line 2: ")


def test_thousands_of_samples_are_grouped(tmp_path):
    data = read(tmp_path, table("a,b,k", x=np.tile(X, (50, 1)), labels=np.tile(Y, 50)))
    assert data.words == "d.csv, 1\u2009500 samples, 3 classes"


def test_blanks_of_a_label_or_a_thousand_are_no_delimiter(tmp_path):
    text = table("a\tb\tk", sep="\t", labels=[f"class {k}" for k in Y])
    is_that_table(read(tmp_path, text), classes=("class 0", "class 1", "class 2"))
    text = table("a\tb\tk", sep="\t").replace("\n0.979\t", "\n1 000\t")
    assert refused(tmp_path, text).startswith("line 3: '1 000' is not a finite number")


def test_a_remark_is_no_header_where_there_is_none(tmp_path):
    assert read(tmp_path, table("# a,b,k"), header=False).features == ("1", "2")
    assert len(read(tmp_path, table("# a,b,k"), header=True).y) == 30
    text = table("# a,k,b", x=np.c_[X[:, 0], Y], labels=X[:, 1])
    assert read(tmp_path, text, label="k").features == ("a", "b")


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        (["1", "1.0", "2"], ("1", "1.0", "2"), " (1 and 1.0 are two)"),
        (["01", "1", "2"], ("01", "1", "2"), " (01 and 1 are two)"),
        (["1.10", "1.1", "1.2"], ("1.1", "1.10", "1.2"), " (1.1 and 1.10 are two)"),
        (["True", "False", "True"], ("False", "True"), ""),
        (["1", "-1", "1"], ("-1", "1"), ""),
        (["+1", "-1", "1"], ("-1", "+1", "1"), " (+1 and 1 are two)"),
    ],
)
def test_classes_that_are_the_same_number_are_said(tmp_path, labels, classes, said):
    data = read(tmp_path, table("a,b,k", labels=labels * 10))
    assert data.classes == classes
    assert data.words == f"d.csv, 30 samples, {len(classes)} classes{said}"


def test_a_letter_with_an_accent_is_one_however_it_was_typed(tmp_path):
    one, two = "caf\u00e9", "cafe\u0301"  # as most keyboards have it, and as macOS names files
    data = read(tmp_path, table(f"a,b,{two}", labels=[one, two, "thé"] * 10), label=one)
    assert data.classes == (one, "thé")
    assert read(tmp_path, table(f"{one},b,k"), columns=(two,)).features == (one,)
    np.savez(tmp_path / "d.npz", x=X, y=[one, two, "thé"] * 10)
    assert NPZ(str(tmp_path / "d.npz")).make(RandomState(0)).classes == (one, "thé")
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [("a", "b", two), *zip(*X.T.tolist(), [one, two, "thé"] * 10, strict=True)]:
        book.active.append(row)
    book.save(tmp_path / "d.xlsx")
    workbook = CSV(str(tmp_path / "d.xlsx"), label=one).make(RandomState(0))
    assert workbook.classes == (one, "thé")


def test_what_is_measured_is_no_class(tmp_path):
    x = np.tile(X, (5, 1))
    said = "11 different numbers for 109 samples look like a number to predict, which is no class: "
    eleven = [f"{k % 11 / 10 + 0.05:.2f}" for k in range(110)]
    assert f'column "k": {said}' in refused(
        tmp_path, table("a,b,k", x=x[:109], labels=eleven[:109])
    )
    assert len(read(tmp_path, table("a,b,k", x=x[:110], labels=eleven)).classes) == 11
    ten = [f"{k % 10 / 10 + 0.05:.2f}" for k in range(99)]
    assert len(read(tmp_path, table("a,b,k", x=x[:99], labels=ten)).classes) == 10
    whole = [f"{k % 11}.0" for k in range(109)]
    assert len(read(tmp_path, table("a,b,k", x=x[:109], labels=whole)).classes) == 11
    few = ["low" if float(v) < 0.5 else "high" for v in eleven[:109]]  # the way out
    assert read(tmp_path, table("a,b,k", x=x[:109], labels=few)).classes == ("high", "low")
    commas = [v.replace(".", ",") for v in eleven[:109]]
    text = table("a;b;k", x=x[:109], labels=commas, sep=";", decimal=",")
    assert said in refused(tmp_path, text)


def test_whole_numbers_far_from_each_other_are_measured_too(tmp_path):
    x = np.tile(X, (4, 1))
    prices = [str(120_000 + 2_500 * (k % 40)) for k in range(120)]
    said = "40 different numbers for 120 samples look like a number to predict, which is no class: "
    way = 'name another with label = "…", or predict it, [problem] kind = "regression"'
    assert f'column "k": {said}{way}' in refused(tmp_path, table("a,b,k", x=x, labels=prices))
    for many, classes in ((30, 30), (31, 0)):  # as classes are counted
        ages = [str(20 + k % many) for k in range(120)]
        text = table("a,b,k", x=x, labels=ages)
        if classes:
            said = "d.csv, 120 samples, 30 classes (numbers taken as classes)"
            assert read(tmp_path, text).words == said
        else:
            assert "31 different numbers for 120 samples look like" in refused(tmp_path, text)
    for many, said in ((20, ""), (21, " (numbers taken as classes)")):
        text = table("a,b,k", x=np.tile(X, (7, 1)), labels=[k % many for k in range(210)])
        assert read(tmp_path, text).words == f"d.csv, 210 samples, {many} classes{said}"
    for last, classes in ((23, 12), (24, 0)):  # twelve numbers that reach 23 further, or 24
        twelve = [str([*range(11), last][k % 12]) for k in range(60)]
        text = table("a,b,k", x=x[:60], labels=twelve)
        if classes:
            assert len(read(tmp_path, text).classes) == classes
        else:
            assert "12 different numbers for 60 samples look" in refused(tmp_path, text)
    codes = [str(10_000 * (k % 11)) for k in range(110)]  # ten of each: classes with a code
    assert (
        len(read(tmp_path, table("a,b,k", x=np.tile(X, (5, 1))[:110], labels=codes)).classes) == 11
    )


def test_one_feature_is_enough(tmp_path):
    x = np.round(X[:, :1] * 100)
    text = table("a,k", x=x)
    data = read(tmp_path, text)
    assert data.features == ("a",)
    assert data.x[:, 0] == pytest.approx((x[:, 0] - x.mean()) / x.std(), abs=1e-6)
    assert read(tmp_path, table("a,b,k"), columns=("b",)).features == ("b",)
    assert read(tmp_path, table("a,b,k"), drop=("a",)).features == ("b",)
    spec = NetworkSpec(data=DATASETS["csv"](path=str(tmp_path / "d.csv")), sizes=(1, 4, 3))
    (tmp_path / "d.csv").write_text(text)
    spec.check()
    assert "probabilities" in spec.columns
    half = Y % 2  # a feature that is 1 where the label is 0 is no part of a one-hot label
    data = read(tmp_path, table("a,k", x=half[:, None], labels=1 - half).replace(".0", ""))
    assert (data.features, data.classes) == (("a",), ("0", "1"))
    (tmp_path / "d.csv").write_text(text)
    assert spec.build(RandomState(0)).constants["points"].shape == (30, 1)
    for shape in ((30,), (30, 1)):
        np.savez(tmp_path / "d.npz", x=x.reshape(shape), y=Y)
        data = DATASETS["npz"](path=str(tmp_path / "d.npz")).make(RandomState(0))
        assert (data.features, data.x.shape) == (("feature 1",), (30, 1))


def test_chosen_columns_are_the_features_in_their_order(tmp_path):
    x = np.c_[X[:, 0], range(30), X[:, 1]]
    text = table("a,id,b,k", x=x).replace(".0,", ",")
    assert read(tmp_path, text).features == ("a", "b")
    kept = read(tmp_path, text, columns=["a", "id", "b"])
    assert kept.features == ("a", "id", "b")
    assert kept.words == "d.csv, 30 samples, 3 classes"
    is_that_table(read(tmp_path, text, columns=("b", "a")), ("b", "a"), x=X[:, ::-1])
    is_that_table(read(tmp_path, text, columns=(3, 1)), ("b", "a"), x=X[:, ::-1])
    for columns, message in (
        (("a", "k"), 'columns: "k" has the labels: leave it out'),
        (("a", "a"), 'columns: "a" is there twice: leave it out'),
        (("a", "xyz"), 'no column "xyz": there are: a, b, id, k'),
    ):
        assert refused(tmp_path, text, columns=columns).startswith(message)


@pytest.mark.parametrize("name", ["No.", "no", "Nr", "Nr.", "ID", "Id", "Index"])
def test_names_of_row_numbers(tmp_path, name):
    text = table(f"{name},a,b,k", index=[3 * k for k in range(30)])
    assert read(tmp_path, text).features == ("a", "b")
    assert read(tmp_path, text, columns=(name, "a", "b")).features == (name, "a", "b")


@pytest.mark.parametrize("cell", ["None", "NA", "null", "?", ""])
def test_the_hint_for_a_missing_label_works(tmp_path, cell):
    text = table("a,b,k", labels=["u", "v", cell] * 10)
    way = 'give it a name or say missing = "drop" or "class"'
    end = f"line 4: the label is missing ({cell!r}), one of 10: {way}"
    assert refused(tmp_path, text) == end
    named = table("a,b,k", labels=["u", "v", "missing"] * 10)
    assert read(tmp_path, named).classes == ("missing", "u", "v")
    left = read(tmp_path, text, missing="drop")
    assert left.classes == ("u", "v")
    assert left.words == "d.csv (10 lines with missing values left out), 20 samples, 2 classes"
    kept = read(tmp_path, text, missing="class")
    assert set(kept.classes) == {cell or "(empty)", "u", "v"}
    assert kept.words.startswith("d.csv (10 lines without a label are a class), 30 samples")


def test_counts_of_messages_are_grouped(tmp_path):
    x = np.tile(X, (50, 1))
    ids = table("a,b,k", x=x, labels=[f"c{k}" for k in range(1500)])
    assert "1\u2009500 different labels for 1\u2009500 samples" in refused(tmp_path, ids)
    (tmp_path / "d.csv").write_text(table("a,b,k", x=x, labels=list(Y) * 50))
    data = DATASETS["csv"](path=str(tmp_path / "d.csv"))
    with pytest.raises(ValueError, match="batch 2\u2009000 is larger than the 1\u2009500 training"):
        NetworkSpec(data=data, sizes=(2, 4, 3), batch=2000).check()
    with pytest.raises(ValueError, match="end with 4\u2009000 outputs"):
        NetworkSpec(data=data, sizes=(2, 4, 4000)).check()


@pytest.mark.parametrize(
    ("names", "way", "option"),
    [
        (("X", "y"), 'name it with x = "X"', "x=X"),
        (("X_train", "y_train"), 'name it with x = "X_train"', "x=X_train"),
        (("x", "Y"), 'name it with y = "Y"', "y=Y"),
        (("a", "b"), 'there are: a, b: name it with x = "…"', "x=…"),
    ],
)
def test_an_array_of_another_name_says_how_it_is_named(tmp_path, names, way, option):
    values = (X, np.arange(len(X)) % 2)
    np.savez(tmp_path / "d.npz", **dict(zip(names, values, strict=True)))
    with pytest.raises(vizopt.VizoptError, match=r"d\.npz: no array ") as caught:
        vizopt.load_scene(tmp_path / "d.npz")
    assert way in str(caught.value)
    assert f"--set 'problem.data.{option}'" in str(caught.value)
