"""Inputs of one's own: recordings by `vizopt.Run`, looks and words, tables of data."""

import tomllib
import warnings
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random

import numpy as np
import tomli_w
from slow.kinds import SHORT, STILL
from slow.mutate import VALUES, changed, damaged, damaged_text, value

import vizopt
from vizopt.core import library
from vizopt.core.errors import VizoptError

COLUMNS = ["loss", "accuracy", "lr", "train/loss", "x", "epoch", "params", "..", "é", "x" * 120]
SHAPES = [(), (1,), (3,), (2, 3), (3, 2), (2, 3, 3, 3), (0,), (1, 0), (300, 200), (2, 3, 4)]
LINES = [
    "1,2,a",
    "3,4,b",
    "5,x,a",
    "1;2;a",
    "nan,1,b",
    ",,",
    "1e400,0,a",
    '"1","2",b',
    "1,2",
    "0,0,0",
]


def runs(random: Random, folder: Path, _: Path) -> list[str]:
    """A training of one's own that tells anything; no exception of ours ends it."""
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run = vizopt.Run(folder / "r.zarr", **_options(random))
        except (VizoptError, ValueError, TypeError):
            return ["info", "r.zarr"]
        _logged(random, run)
    return random.choice(
        [
            ["info", "r.zarr"],
            ["info", "r.zarr", "--verify"],
            ["table", "r.zarr", "--csv"],
            ["race", "r.zarr", "local-minimum-1", "--mixed", "--cores", "1", *STILL],
            ["render", "r.zarr", *STILL],
            ["render", "r.zarr", *STILL],
            ["render", "r.zarr", "-o", "made.gif", *SHORT[4:]],
        ]
    )


def _options(random: Random) -> dict:
    options = {
        "epochs": random.choice([None, 3, 10, 0, -1, "x"]),
        "unit": random.choice(["epoch", "step", "epoch", "x"]),
        "title": str(random.choice(["", "t", *VALUES[26:32]])),
        "size": random.choice(["200 MB", "1 MB", 10**4, 0, "x", float("nan")]),
        "data": random.choice([None, None, *_data(random)]),
        "predict": random.choice([None, *_predictions()]),
        "features": random.choice([(), ["a", "b"], ["a"], "ab", [1, None]]),
        "classes": random.choice([None, None, ["u", "v"], ["u"], list("abcdefgh"), [1, 1]]),
        "convention": random.choice([None, None, "book", "torch", "keras", "x"]),
    }
    chosen = random.sample(list(options), random.choice([0, 1, 2, 4]))
    return {name: options[name] for name in chosen}


def _data(random: Random) -> list:
    x = np.random.RandomState(random.randrange(9)).randn(8, random.choice([1, 2, 5]))
    y = np.arange(8) % random.choice([1, 2, 3])
    return [(x, y), (x, y), (x, y.astype(str)), (x, y / 7), (x[:0], y[:0]), (x * np.nan, y), (x, x)]


def _predictions() -> list:
    return [
        lambda points: np.stack([points[:, 0], -points[:, 0]], axis=1),
        lambda points: points[:, 0] > 0,
        lambda points: np.zeros((len(points), 3)) * np.nan,
        lambda points: 1 / 0,
        lambda points: points[:1],
        lambda points: "x",
    ]


def _logged(random: Random, run: vizopt.Run) -> None:
    """Steps of which some tell something else than those before."""
    names = random.sample(COLUMNS, random.choice([1, 2, 3]))
    shape = random.choice(SHAPES)
    layers = random.sample(["w", "a.weight", "a.bias", "b/kernel", "é", "1"], random.choice([1, 2]))
    parameters = random.random() < 0.7
    odd = random.choice([0.0, 0.0, 0.1, 0.5])
    for step in range(random.choice([0, 1, 2, 12, 60])):
        told = {name: _odd(random, odd, 1.0 / (step + 1)) for name in names}
        if parameters:
            arrays = {name: np.full(shape, float(step)) for name in layers}
            told["params"] = _odd(random, odd / 5, arrays)
        if random.random() < odd / 5:
            told["step"] = random.choice([step, step + 7, 0, -1, 0.5, "x", 10**9])
        run.log(**told)
        if random.random() < 0.002:
            return  # nobody closes it
    run.close()


def _odd(random: Random, share: float, usual):
    others = [value, lambda _: np.full(random.choice(SHAPES), 1j), lambda _: float("nan")]
    return random.choice(others)(random) if random.random() < share else usual


@cache
def _look_tables() -> list[dict]:
    return [tomllib.loads(library.look(name)) for name in library.looks()]


COLOURS = ["#000", "#ffffff", "#3f90da", "red", "rebeccapurple", "#808080", "#fefefe", "x"]
PLAUSIBLE = {
    **dict.fromkeys(("paper", "ink", "muted", "rule", "edge", "border"), COLOURS),
    "classes": [COLOURS[:2], COLOURS[:7], COLOURS[1:5], COLOURS[:1]],
    "path": [COLOURS[:2], COLOURS[:7], COLOURS[:1]],
    "regions": [[COLOURS[:2], COLOURS[:4]], [["#eee"] * 3], [[]]],
    "diverging": ["RdBu", "viridis", "x", COLOURS[:2], COLOURS[:3], COLOURS[:5]],
    "accents": [{"loss": "#f00", "lr": "#f00"}, {"x": "#f00"}, {}],
    "text": ["large", 1.8, 2.9, 2.2, 3],
    "font": ["DejaVu Sans", "dejavu serif", "x", ""],
    "transparent": [True, 1],
    "language": ["w.toml", "w.toml", "w.toml", "de", "fr", "x", "mine.toml", {"epoch": "{epoch}"}],
}


def looks(random: Random, folder: Path, whole: Path) -> list[str]:
    """A look, or words, with wrong values or damaged text."""
    words = tomllib.loads((files("vizopt.core.words") / "de.toml").read_text("utf-8"))
    text = tomli_w.dumps({key: words[key] for key in random.sample(list(words), 20)})
    text = damaged_text(random, text) if random.random() < 0.4 else text
    (folder / "w.toml").write_text(text, encoding="utf-8")
    if random.random() < 0.6:
        keys = random.sample(list(PLAUSIBLE), random.choice([1, 1, 2, 3]))
        table = {key: random.choice(PLAUSIBLE[key]) for key in keys}
    else:
        table = changed(random, random.choice(_look_tables()), _look_tables())
    try:
        text = tomli_w.dumps(table)
    except (TypeError, ValueError):
        text = "paper = " + "9" * 5000
    if random.random() < 0.15:
        text = damaged_text(random, text)
    (folder / "l.toml").write_text(text, encoding="utf-8")
    run = random.choice(["sgd", "local-minimum-1", "own"])
    theme = random.choice([[], [], ["--theme", "dark"], ["--text", "large"]])
    return ["render", str(whole / f"{run}.zarr"), *STILL, "--look", "l.toml", *theme]


def data(random: Random, folder: Path, whole: Path) -> list[str]:
    """A scene of one's own data, whose file is strange or damaged."""
    kind = random.choice(["csv", "csv", "npz", "npy"])
    name = f"d.{kind}"
    x, y = _numbers(random)
    if kind == "csv":
        _write_table(random, folder / name, x, y)
    elif kind == "npy":
        np.save(folder / name, x)
        np.save(folder / "y.npy", y)
    else:
        np.savez(folder / name, x=x, y=y)
    if random.random() < 0.2:
        (folder / name).write_bytes(damaged(random, (folder / name).read_bytes()))
    how = {"kind": "npz" if kind in ("npz", "npy") else "csv", "path": name}
    if kind == "npy":
        how["y"] = random.choice(["y.npy", "y.npy", "y.npy", "mine.txt", name])
    elif kind == "csv" and random.random() < 0.4:
        key = random.choice(["label", "columns", "drop", "missing", "delimiter", "encoding"])
        how[key] = random.choice(["c", "species", ["a"], ["a", "b"], "drop", "mean", 1, ";"])
    classes = random.choice([len(set(y.tolist()))] * 5 + [3, 8])
    table = {
        "title": "t",
        "epochs": 3,
        "keep": {"grid": 8},
        "problem": {"kind": "network", "sizes": [_features(x), 4, classes], "data": how},
        "optimizer": {"kind": "sgd", "lr": random.choice([0.1, 1e9])},
    }
    (folder / "s.toml").write_text(tomli_w.dumps(table), encoding="utf-8")
    return (
        ["make", "s.toml", *STILL] if random.random() < 0.7 else ["record", "s.toml", "-omade.zarr"]
    )


def _features(x: np.ndarray) -> int:
    return max(int(np.prod(x.shape[1:])), 1)


def _numbers(random: Random) -> tuple[np.ndarray, np.ndarray]:
    """Features [N, D] and labels [N], most of which fit."""
    samples = random.choice([0, 1, 6, 6, 40, 40, 40])
    x = np.random.RandomState(1).randn(samples, random.choice([1, 2, 2, 3, 4, 30]))
    x = x * random.choice([1, 1, 1, 1, 1, 0, 1e-200, 1e300, np.nan])
    y = np.arange(samples + random.choice([0] * 9 + [1])) % random.choice([1, 2, 3, 3, 3, 3])
    if random.random() < 0.2:
        with np.errstate(all="ignore"):
            x = x.astype(random.choice(["f4", "f2", "i8", "c16", "U5", "?"]))
    if random.random() < 0.3:
        y = y.astype(random.choice(["f8", "U2", "?", "i1", "c8"]))
    return x, y


def _write_table(random: Random, path: Path, x: np.ndarray, y: np.ndarray) -> None:
    match random.randrange(4):
        case 0 if _features(x) == 4:
            text = (files("vizopt.scenes") / "iris.csv").read_text("utf-8")
        case 1:
            lines = [random.choice(LINES) for _ in range(random.choice([0, 1, 5, 40]))]
            text = "\n".join([*random.choice([["a,b,c"], [], ["a,a,c"], ["# x", "a;b;c"]]), *lines])
        case _:
            names = [f"x{i}" for i in range(_features(x))]
            rows = [[*map(str, row), str(label)] for row, label in zip(x, y, strict=False)]
            text = "\n".join(",".join(row) for row in [[*names, "c"], *rows])
    if random.random() < 0.25:
        text = damaged_text(random, text)
    encoding = random.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "latin-1"])
    path.write_text(text, encoding=encoding, errors="replace")
