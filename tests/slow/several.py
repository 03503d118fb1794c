"""Inputs of several trainings: races, the search of their rates, comparisons of two."""

import tomllib
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import tomli_w
from slow.kinds import STILL, copied, tables
from slow.mutate import VALUES, changed, damaged, damaged_text

from vizopt.core import library

MOST_EPOCHS, MOST_SEEDS = 20, 2  # longer ones are announced by a bar, and take long
NAMES = ["loss", "accuracy", "acc", "lr", "epoch", "step", "val_loss", "W1", "dense1_weights", "x"]
RACES = ["balls", "batches", "decay", "rates", "rules"]


@cache
def race_tables() -> list[dict]:
    """The bundled races, short."""
    short = {"epochs": 3, "keep": {"grid": 8}, "seeds": 1, "timeline": {"seconds": 0.3}}
    found = [tomllib.loads(library.bundled_race(name)) for name in library.races()]
    return [table | short | {"timeline": table.get("timeline", {}) | short["timeline"]}
            for table in found]  # fmt: skip


def races(random: Random, folder: Path, whole: Path) -> list[str]:
    """A race with wrong values or damaged text; or recordings, scenes and folders together."""
    if random.random() < 0.25:
        return _together(random, folder, whole)
    _write_race(random, folder)
    if random.random() < 0.3:
        return ["table", "r.toml", *random.choice([["--csv"], ["--json"], ["--mixed"], []])]
    more = random.choice([[], [], ["--mixed"], ["--set", "epochs=2"], ["--seconds", "0.1"]])
    return ["race", "r.toml", *STILL, "--runs", "runs", "--cores", "1", *more]


def _together(random: Random, folder: Path, whole: Path) -> list[str]:
    copied(random, folder, whole)
    _write_race(random, folder)
    names = ["sgd.zarr", "local-minimum-1.zarr", "own.zarr", "sgd.gif", "sgd.pptx"]
    things = [str(whole / name) for name in names]
    things += ["r.zarr", "r.toml", "mine.toml", "nope.zarr", ".", "sgd", "local-minimum-2", "a\nb"]
    chosen = random.sample(things, random.choice([1, 2, 2, 2, 3, 5]))
    more = random.choice([[], ["--mixed"], ["--mixed", "--set", "epochs=3", "--set", "clock=x"]])
    if random.random() < 0.3:
        return ["table", *chosen, *more[:1]]
    short = ["--set", "epochs=3"] if "sgd" in chosen or "local-minimum-2" in chosen else []
    return ["race", *chosen, *STILL, "--runs", "runs", "--cores", "1", *short, *more]


def _write_race(random: Random, folder: Path, most_runs: int = 5) -> None:
    table = changed(random, random.choice(race_tables()), [*race_tables(), *tables()])
    _shorten(table, most_runs)
    try:
        text = tomli_w.dumps(table)
    except (TypeError, ValueError):
        text = "title = " + "9" * 5000
    if random.random() < 0.15:
        text = damaged_text(random, text)
    (folder / "r.toml").write_text(text, encoding="utf-8")


def _shorten(table: dict, most_runs: int) -> None:
    runs = table.get("run")
    if isinstance(runs, list):
        del runs[most_runs:]
    for each in (table, *(runs if isinstance(runs, list) else ())):
        for key, most in (("epochs", MOST_EPOCHS), ("seeds", MOST_SEEDS)):
            if isinstance(each, dict) and isinstance(each.get(key), int | float):
                each[key] = min(each[key], most) if each[key] < 1e11 else each[key]


def tunes(random: Random, folder: Path, _: Path) -> list[str]:
    """A race whose rates are searched, with wrong values."""
    _write_race(random, folder, 2)
    options = [
        *(["--target", text] for text in ("0", "1", "nan", "0.5", "-1", "x")),
        *(["--set", text] for text in ("epochs=2", "optimizer.lr=0", "run=1", "seeds=3", "x")),
        *(["-o", name] for name in ("made.toml", "mine.toml", "mine.txt", "x.png", ".", "r.toml")),
    ]
    chosen = [word for _ in range(random.choice([0, 1, 1, 2])) for word in random.choice(options)]
    source = random.choice(["r.toml"] * 6 + ["sgd", "mine.toml", ".", "nope"])
    return ["tune", source, "--runs", "runs", "--cores", "1", "-q", *chosen]


def compares(random: Random, folder: Path, whole: Path) -> list[str]:
    """Two trainings of which one is a table, an archive, a printout or a damaged recording."""
    match random.randrange(6):
        case 0:
            name = "l.npz"
            arrays = {random.choice(NAMES): _array(random) for _ in range(random.choice([1, 2, 4]))}
            np.savez(folder / name, **arrays)
            if random.random() < 0.3:
                (folder / name).write_bytes(damaged(random, (folder / name).read_bytes()))
        case 1:
            name = "l.log"
            lines = [_printed(random, epoch) for epoch in range(random.choice([1, 3, 30]))]
            (folder / name).write_text("\n".join(lines), encoding="utf-8")
        case 2:
            name = "r.zarr"
            copied(random, folder, whole)
        case 3:
            name = random.choice(
                ["mine.txt", "mine.png", "nope.csv", ".", "", "a\nb.csv", "x.json"]
            )
        case _:
            name = random.choice(["l.csv", "l.txt", "l.tsv"])
            text = _table(random)
            text = damaged_text(random, text) if random.random() < 0.4 else text
            (folder / name).write_text(text, encoding=random.choice(["utf-8", "utf-16"]))
    other = random.choice(["sgd.zarr", "sgd.zarr", "local-minimum-1.zarr", "own.zarr"])
    both = [str(whole / other), name]
    random.shuffle(both)
    options = [[], ["--tolerance", "0"], ["--tolerance", "1e300"], ["-o", "mine.png"]]
    options += [["-o", "made.png"]]
    return ["compare", *both, "-q", *random.choice(options)]


@np.errstate(all="ignore")  # 2³¹ is beyond half a float
def _array(random: Random) -> np.ndarray:
    shape = random.choice([(), (0,), (3,), (12,), (12, 2, 64), (2, 64), (64, 2), (12, 64, 2)])
    kind = random.choice(["f8", "f4", "i8", "u1", "?", "c16", "U3", "M8[s]", "f2"])
    fill = random.choice([0, 1, 2**31, "nan"])
    try:
        return np.full(shape, float(fill) if kind[0] in "fc" else fill).astype(kind)
    except (ValueError, OverflowError):
        return np.arange(int(np.prod(shape))).reshape(shape)


def _printed(random: Random, epoch: int) -> str:
    parts = [f"{name}: {_number(random)}" for name in random.sample(NAMES, 3)]
    return f"epoch: {epoch}, " + ", ".join(parts)


def _table(random: Random) -> str:
    names = random.sample(NAMES, random.choice([1, 2, 4]))
    between = random.choice([",", ";", "\t", " ", ", "])
    rows = [names] if random.random() < 0.9 else []
    for row in range(random.choice([0, 1, 12, 12, 50])):
        rows.append([str(row) if name in ("epoch", "step") else _number(random) for name in names])
    return "\n".join(between.join(row) for row in rows)


def _number(random: Random) -> str:
    if random.random() < 0.03:
        return str(random.choice(VALUES))[:200]
    return random.choice(["{:.3f}", "{:g}", "{!r}", "{:.1e}", "{:.0%}"]).format(random.random() * 3)
