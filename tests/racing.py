"""Racing: several processes write the same file again and again, and what is there afterwards."""

import multiprocessing
import os
import re
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image

import vizopt
from vizopt.clips import recipe
from vizopt.clips.write import write_text
from vizopt.core.marks import signed, unsigned
from vizopt.core.places import LEFT
from vizopt.flashes.decode import pictures
from vizopt.formats import ClipMetadata, StreamSpec, format_of
from vizopt.formats.ours import is_ours
from vizopt.formats.sequence import members
from vizopt.pipeline import tuning
from vizopt.recording.store import Recording
from vizopt.scene.load_race import load_race

SIDE, LONG = 64, 12
TWO = """
title = "Two"
problem = { kind = "function", f = "x**2/4 + cos(x)", interval = [-6, 6], start = 5 }
optimizer = { kind = "sgd", lr = 0.1 }
over = { "optimizer.lr" = [0.1, 3.5] }
"""
SETS = {  # that a command writes, by what it is told
    "pack": ["pack", "sgd", "-o", "a"],
    "race": ["race", "two.toml", "-o", "a.png", "--size", "480x270", "--cores", "1"],
    "tune": ["tune", "two.toml", "-o", "a.toml", "--cores", "1"],
}
FEWEST = 5  # steps of a race
PACK = [f"a/a.{suffix}" for suffix in ("mp4", "gif", "html", "pptx", "png", "toml", "txt")]
TINY = {"epochs": 6, "keep.grid": 4, "timeline.seconds": 0.1, "clip.size": [480, 270], "name": "a"}
TINY |= {"clip.fps": 10}  # for all formats, which are drawn at once then


def race(path, runs, rounds):
    """The exit codes of so many processes that write path in so many rounds, all at once."""
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(runs, timeout=600)
    each = [fork.Process(target=_rounds, args=(k + 1, path, rounds, ready)) for k in range(runs)]
    for run in each:
        run.start()
    for run in each:
        run.join()
    return [run.exitcode for run in each]


def _rounds(number, path, rounds, ready):
    """Where one fails all end."""
    try:
        for _ in range(rounds):
            ready.wait()
            write_once(number, path)
    except BaseException:
        ready.abort()
        raise


def write_once(number, path):
    """One whole file, or a set of them, that tells the number of its run."""
    if path.suffix == ".txt":
        write_text(path, signed("\n".join([f"run {number}"] * LONG * 1000), "\n"))
    elif path.suffix == ".zarr":
        vizopt.record(vizopt.load_scene("sgd", TINY | {"seed": number}), path)
    elif path.name in SETS:
        _command(number, path)
    else:
        frame = np.full((SIDE, SIDE, 4), 255, np.uint8)
        frame[..., :3] = number * 25
        numbers = {"epoch": np.arange(LONG)}
        label = ClipMetadata(title="race", recipe=f"# {number}", numbers=numbers)
        film = StreamSpec((SIDE, SIDE), 10.0, [frame].copy, label)
        with format_of(path).open(path, film) as write:
            for _ in range(LONG):
                write(frame)


def _command(number, folder):
    from vizopt.cli import cli

    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    keys = {"epochs": FEWEST + number, "seed": number}
    if folder.name == "pack":
        keys = TINY | {"seed": number}
    elif not Path("two.toml").exists():
        write_text(Path("two.toml"), signed(f"{TWO}\n# ", "\n"))
    tuning.RATES = 2
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    told = [f"--set={key}={value}" for key, value in keys.items()]
    cli.main([*SETS[folder.name], "-q", *told], standalone_mode=False)


def runs_in(path):
    """The numbers of the runs that a file or set is of, and how many pictures or lines it has."""
    if path.suffix == ".txt":
        assert is_ours(path)
        text = path.read_text(encoding="utf-8")
        return {int(number) for number in re.findall(r"\d+", unsigned(text))}, text.count("run")
    if path.suffix == ".zarr":
        run = Recording(path, before_damage=True)
        assert not run.damage
        return {tomllib.loads(run.header.scene)["seed"]}, len(run)
    if path.name == "race":
        runs = [Recording(file) for file in (path / "outputs" / "two").iterdir()]
        told = re.findall(r"at step (\d+), \S+ at the", (path / "a.txt").read_text("utf-8"))
        steps = {max(map(int, told)) + 1} | {len(run["loss"]) for run in runs}
        seeds = {tomllib.loads(run.header.scene)["seed"] for run in runs}
        drawn = tomllib.loads(recipe.read(path / "a.png"))["seed"]
        return {count - FEWEST for count in steps} | seeds | {drawn}, len(runs)
    if path.name == "tune":
        race = load_race(path / "a.toml")
        steps = {scene.epochs for scene in race.scenes()} | {each.last + 1 for each in race.trials}
        return {count - FEWEST for count in steps}, len(race.trials)
    if path.name == "pack":
        made = [path / file for file in PACK]
        assert all(is_ours(file) for file in made)
        scenes = [recipe.read(file) for file in made[:5]] + [made[5].read_text(encoding="utf-8")]
        return {tomllib.loads(scene)["seed"] for scene in scenes}, len(PACK)
    if "%" in path.name:
        shown = [np.asarray(Image.open(file)) for file in members(path)]
    else:
        shown = [picture.frame for picture in pictures(path)]
    return {round(float(frame.mean()) / 25) for frame in shown}, len(shown)


def left_beside(path):
    """What is in a folder besides a file or set that was written there."""
    if path.name in ("race", "tune"):
        return {file for file in path.rglob("*") if LEFT.fullmatch(file.name)}
    if path.name == "pack":
        return {*path.rglob("*")} - {path / "a", *(path / file for file in PACK)}
    return {*path.parent.iterdir()} - {path, *(members(path) if "%" in path.name else ())}
