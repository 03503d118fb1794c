"""Files that hold a table without being plain text, and tables with holes."""

import bz2
import gzip
import io
import lzma
import sys
from zipfile import ZipFile

import numpy as np
import pytest
from numpy.random import RandomState

from vizopt.train.problems import CSV, DATASETS, sources, workbooks

X = RandomState(1).randn(40, 3).round(3)
Y = np.arange(40) % 3
NAMES = ("a", "b", "c")
TEXT = "a,b,c,k\n" + "".join(
    f"{','.join(map(str, row))},{'uvw'[k]}\n" for row, k in zip(X.tolist(), Y.tolist(), strict=True)
)


def made(path, kind="csv", **keys):
    return DATASETS[kind](path=str(path), **keys).make(RandomState(0))


def is_that_table(data, features=NAMES, classes=("u", "v", "w"), x=X, y=Y):
    assert data.features == features
    assert data.classes == classes
    assert data.y.tolist() == list(y)
    assert data.x == pytest.approx((x - x.mean(axis=0)) / x.std(axis=0), abs=1e-6)


def refused(path, kind="csv", **keys):
    with pytest.raises(ValueError, match=path.name) as caught:
        made(path, kind, **keys)
    assert "\n" not in str(caught.value)
    return str(caught.value).partition(f"{path.name}: ")[2]


@pytest.mark.parametrize("module", [gzip, bz2, lzma], ids=lambda module: module.__name__)
def test_a_compressed_table_is_unpacked(tmp_path, monkeypatch, module):
    file = tmp_path / "d.csv.z"
    file.write_bytes(module.compress(TEXT.encode()))
    is_that_table(made(file))
    file.write_bytes(module.compress(TEXT.encode())[:-9])
    assert refused(file).startswith("is compressed and damaged: ")
    monkeypatch.setattr(sources, "MAX_TABLE_BYTES", 500)
    file.write_bytes(module.compress(bytes(10_000)))
    assert refused(file) == "unpacks to more than 0.0005 MB: take a part of it"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be", "shift_jis"])
def test_an_encoding_that_is_told(tmp_path, encoding):
    file = tmp_path / "d.csv"
    word = "型" if encoding == "shift_jis" else "größe"
    file.write_bytes(TEXT.replace("a", word, 1).encode(encoding))
    is_that_table(made(file, encoding=encoding), (word, "b", "c"))
    assert "say encoding = " in refused(file)
    assert refused(file, encoding="cp1253x").startswith("encoding: 'cp1253x' is unknown: give one")
    assert refused(file, encoding="zip").startswith("encoding: 'zip' is unknown: give one")


@pytest.fixture
def workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")

    def written(*sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "d.xlsx")
        return tmp_path / "d.xlsx"

    return written


def rows(x=X, labels=None):
    labels = labels or ["uvw"[k] for k in Y]
    return [[*row, label] for row, label in zip(x.tolist(), labels, strict=True)]


def test_an_excel_workbook(workbook):
    data = made(workbook(("Sheet", [[*NAMES, "k"], *rows()])))
    is_that_table(data)
    assert data.words == "d.xlsx, 40 samples, 3 classes"
    several = workbook(("empty", []), ("Data", [[*NAMES, "k"], [], *rows()]), ("Notes", [["x"]]))
    is_that_table(made(several))
    assert made(several).words.startswith('d.xlsx (sheet "Data" of 3), 40 samples')
    is_that_table(made(workbook(("Sheet", rows()))), ("1", "2", "3"))


def test_the_cells_of_a_workbook_are_those_of_a_text(workbook):
    labels = [float(k + 1) for k in Y]  # Excel keeps every number as one with decimals
    assert made(workbook(("S", [[*NAMES, "k"], *rows(labels=labels)]))).classes == ("1", "2", "3")
    flags = [bool(k % 2) for k in range(40)]
    assert made(workbook(("S", [[*NAMES, "k"], *rows(labels=flags)]))).classes == ("False", "True")
    gaps = [
        [None if (i, j) == (4, 1) else v for j, v in enumerate(r)] for i, r in enumerate(rows())
    ]
    file = workbook(("S", [[*NAMES, "k"], *gaps]))
    assert refused(file).startswith("line 6: '' is a missing value (column \"b\"), the only one")
    assert len(made(file, missing="drop").y) == 39


def test_a_workbook_that_is_none(tmp_path, workbook):
    file = workbook(("S", [[*NAMES, "k"], *rows()]))
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])
    assert refused(file) == "is a ZIP archive: unpack it first"
    file.write_bytes(raw.replace(b"PK\x01\x02", b"PK\x01\x03"))
    assert refused(file) == "is a ZIP archive: unpack it first"
    assert refused(workbook(("S", []))) == "is empty"


def test_a_workbook_with_damaged_parts_is_said(tmp_path, workbook):
    file = workbook(("S", [[*NAMES, "k"], *rows()]))
    with ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    assert refused(file) == "is a damaged workbook: save it as CSV"


def test_a_parquet_file(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(X, columns=list(NAMES)).assign(k=["uvw"[k] for k in Y])
    file = tmp_path / "d.parquet"
    frame.to_parquet(file)
    is_that_table(made(file))
    frame.index = frame.index[::-1] + 7  # row labels are written as a column
    frame.to_parquet(file)
    is_that_table(made(file, label="k"))
    is_that_table(made(file))  # behind the others
    frame.set_index("a").to_parquet(file)  # a feature, before the others
    is_that_table(made(file))
    frame.set_index(pandas.Index([f"s{k}" for k in range(len(frame))])).to_parquet(file)
    assert made(file).words == "d.parquet (row numbers left out), 40 samples, 3 classes"
    frame.assign(k=Y).to_parquet(file, index=False)
    assert made(file).classes == ("0", "1", "2")
    frame.loc[frame.index[2], "b"] = float("nan")
    frame.to_parquet(file, index=False)
    assert refused(file).startswith("line 4: ")
    filled = made(file, missing="mean")
    x = X.copy()
    x[2, 1] = np.delete(X[:, 1], 2).mean()
    is_that_table(filled, x=x)
    assert filled.words.startswith("d.parquet (a missing value is the mean of the feature), 40")
    file.write_bytes(file.read_bytes()[:-20])
    assert refused(file) == "is a damaged Parquet file"


@pytest.mark.parametrize(("kind", "package"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_without_the_package_the_line_says_what_to_install(tmp_path, monkeypatch, kind, package):
    file = tmp_path / f"d.{kind}"
    if kind == "xlsx":
        with ZipFile(file, "w") as archive:
            archive.writestr("xl/workbook.xml", "")
    else:
        file.write_bytes(workbooks.PARQUET + bytes(100))
    monkeypatch.setitem(sys.modules, package, None)
    assert f'pip install {package} (or "vizopt[tables]") reads it' in refused(file)


def test_missing_features_are_refused_left_out_or_filled(tmp_path):
    pandas = pytest.importorskip("pandas")
    file = tmp_path / "d.csv"
    holes = TEXT.replace(str(X[3, 1]), "?", 1).replace(str(X[9, 0]), "NA", 1)
    file.write_text(holes)
    frame = pandas.read_csv(file, na_values="?")
    assert refused(file) == (
        "line 5: '?' is a missing value (column \"b\"), one of 2: "
        'fill it in or say missing = "drop" or "mean"'
    )
    whole = frame.dropna()
    is_that_table(
        made(file, missing="drop"), x=whole[list(NAMES)].to_numpy(), y=np.delete(Y, [3, 9])
    )
    filled = frame[list(NAMES)].fillna(frame[list(NAMES)].mean()).to_numpy()
    is_that_table(made(file, missing="mean"), x=filled)
    assert "(2 missing values are the mean of the feature)" in made(file, missing="mean").words
    file.write_text("a,b,k\n1,,u\n,2,v\n")
    assert refused(file, missing="drop").startswith("missing: each line lacks a value")


def test_means_of_huge_values_stay_finite(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("a,b,k\n1.5e308,1,u\n1.7e308,2,v\n,3,u\n1.6e308,5,v\n")
    assert np.isfinite(made(file, missing="mean").x).all()
    assert made(file, missing="mean").x[2, 0] == pytest.approx(0, abs=1e-5)


def test_columns_to_leave_out(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(TEXT)
    is_that_table(made(file, drop=["b"]), ("a", "c"), x=X[:, [0, 2]])
    assert refused(file, drop=["k"], label="k") == 'drop: "k" has the labels'
    assert refused(file, drop=["d"]).startswith('no column "d"')
    assert refused(file, drop=["a"], columns=["b", "c"]) == "columns and drop: give one of them"
    words = TEXT.replace("a,b,c,k", "a,b,word,c,k")
    words = "\n".join(
        ",".join([*line.split(",")[:2], "red", *line.split(",")[2:]]) if i else line
        for i, line in enumerate(words.splitlines())
    )
    file.write_text(words)
    assert refused(file).endswith(
        'if these are the labels, say label = "word", else drop = ["word"]'
    )
    is_that_table(made(file, drop=["word"]))


ONE_HOT = "a,b,c,k_u,k_v,k_w\n" + "".join(
    f"{','.join(map(str, row))},{','.join('01'[j == k] for j in range(3))}\n"
    for row, k in zip(X.tolist(), Y.tolist(), strict=True)
)


def test_one_hot_labels(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(ONE_HOT)
    data = made(file, label=["k_u", "k_v", "k_w"])
    is_that_table(data)
    assert data.words == "d.csv (one-hot labels), 40 samples, 3 classes"
    is_that_table(made(file, label=[4, 5, 6]))
    is_that_table(made(file, label=["k_w", "k_v", "k_u"]))
    assert refused(file) == (
        "the last 3 columns have one 1 in each line: if these are one label say "
        'label = ["k_u", "k_v", "k_w"], else name its column: label = "k_w"'
    )
    assert made(file, label="k_w").classes == ("0", "1")
    two = ONE_HOT.replace(",1,0,0\n", ",1,1,0\n", 1)
    file.write_text(two)
    assert refused(file, label=["k_u", "k_v", "k_w"]).startswith(
        "line 2: 1, 1, 0 in the columns of the labels: one of them has to be 1, the others 0"
    )
    plain = ONE_HOT.replace("k_u,k_v,k_w", "red,green,blue")
    file.write_text(plain)
    data = made(file, label=["red", "green", "blue"])
    assert data.classes == ("blue", "green", "red")
    assert data.y.tolist() == [2 - k for k in Y]


def test_a_flag_beside_another_is_no_one_hot_label(tmp_path):
    file = tmp_path / "d.csv"
    flags = [f"{a},{b},{k % 2},{(k // 2) % 2}" for k, (a, b, _) in enumerate(X.tolist())]
    file.write_text("a,b,f,k\n" + "\n".join(flags) + "\n")
    assert made(file).features == ("a", "b", "f")


@pytest.mark.parametrize("dtype", [bool, int, float])
def test_one_hot_labels_of_an_archive(tmp_path, dtype):
    np.savez(tmp_path / "d.npz", x=X, y=np.eye(3, dtype=dtype)[Y])
    data = made(tmp_path / "d.npz", "npz")
    is_that_table(data, ("feature 1", "feature 2", "feature 3"), ("0", "1", "2"))
    assert data.words == "d.npz (one-hot labels), 40 samples, 3 classes"
    np.savez(tmp_path / "d.npz", x=X, y=Y[:, None])
    is_that_table(made(tmp_path / "d.npz", "npz"), data.features, ("0", "1", "2"))


def test_features_and_labels_in_files_of_their_own(tmp_path):
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    data = made(tmp_path / "x.npy", "npz", y=str(tmp_path / "y.npy"))
    is_that_table(data, ("feature 1", "feature 2", "feature 3"), ("0", "1", "2"))
    with pytest.raises(ValueError, match=r"z\.npy: cannot read: No such file"):
        made(tmp_path / "x.npy", "npz", y=str(tmp_path / "z.npy"))
    np.save(tmp_path / "x.npy", X.astype(object), allow_pickle=True)
    end = refused(tmp_path / "x.npy", "npz", y=str(tmp_path / "y.npy"))
    assert end == "holds objects instead of numbers"
    assert refused(tmp_path / "x.npy") == 'is a NumPy array: say kind = "npz"'


def test_a_header_that_claims_too_much_is_no_array(tmp_path):
    np.save(tmp_path / "y.npy", Y)
    raw = io.BytesIO()
    np.save(raw, X)
    claimed = raw.getvalue().replace(b"(40, 3), }       ", b"(40000000000, 3)}")
    (tmp_path / "x.npy").write_bytes(claimed)
    end = refused(tmp_path / "x.npy", "npz", y=str(tmp_path / "y.npy"))
    assert end == "is no NumPy array"


def test_every_key_is_checked():
    with pytest.raises(ValueError, match="missing"):
        CSV(path="d.csv", missing="guess")
