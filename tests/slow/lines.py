"""Command lines: the options that a command has, with right and wrong values, and some others."""

from pathlib import Path
from random import Random

import click
from slow.kinds import SHORT
from slow.mutate import value

from vizopt.cli import cli

FILES = [
    *("made.png", "made.gif", "made.svg", "made%03d.png", "made.html", "made.zarr", "made.toml"),
    *("made.csv", "made.pptx", "mine.png", "mine.txt", "mine.toml", "made.xyz", "CON.png", ""),
    *(".", "/", "/dev/full", "x" * 300 + ".png", "~/no/made.png", "~nobody/made.png", "a\nb.png"),
    *("no/made.png", "s3://b/made.zarr", "made.PNG", "-", "made..png", "mine.txt/made.png"),
]
# Values of options by their names; one that is not here gets any value.
VALUES = {
    "-o": FILES,
    "--save": FILES,
    "--plot": FILES,
    "--allow-data": FILES,
    "--runs": ["runs", ".", "mine.txt", "/", ""],
    "--template": ["mine.txt", "nope.pptx", "."],
    "--import": ["mine.txt", "nope.py", ".", "mine.toml"],
    "--look": ["mine.toml", "nope.toml", "mine.png", "."],
    "--size": ["480x270", "square", "0x0", "1x", "99999x9", "-1x-1", "481x271", "²x2", "9" * 99],
    "--fps": ["25", "0", "nan", "inf", "1e308", "-3", "30000/1001", "1/0", "0.001"],
    "--seconds": ["0.2", "0", "nan", "1e300", "-1", "1e-300"],
    "--loop": ["0", "1", "1000", "-1", "x"],
    "--poster": ["last", "first", "5", "-5", "x", "9" * 40],
    "--at": ["last", "first", "5", "epoch=5", "9" * 20, "x", ""],
    "--theme": ["dark", "print", "x", ""],
    "--text": ["large", "x"],
    "--title": ["t", "", "x" * 2000, "a\nb", "$x$"],
    "--fit": ["1B", "0MB", "10MB", "30kB", "x"],
    "--for": ["github", "x", ""],
    "--every": ["5", "0", "9" * 30],
    "--epoch": ["5", "-1", "9" * 30],
    "--within": ["5", "0", "x"],
    "--reach": ["global", "1", "9", "x", "²"],
    "--ratio": ["4:3", "x"],
    "--cores": ["1", "0", "2000"],
    "--target": ["0.5", "0", "nan", "2"],
    "--tolerance": ["0", "1e-4", "nan", "-1", "1e308"],
}
KEYS = [
    "optimizer.lr",
    "optimizer",
    "title",
    "name",
    "a.b",
    "epochs",
    "look.paper",
    "clip.fps",
    ".",
]
NAMES = [
    *("mine.toml", "mine.txt", "mine.png", "nope.zarr", ".", "/dev/null", "nope", "", "-", "~"),
    *("a\nb.toml", "%d.png", "local-minimum-1", "sgd+adam", "balls", "sgd"),
]
MADE = [
    "sgd.zarr",
    "sgd.zarr",
    "local-minimum-1.zarr",
    "own.zarr",
    "sgd.gif",
    "sgd.pptx",
    "sgd.txt",
]
TRAINS = ("make", "record", "pack", "slides", "race", "tune")
USUAL = {
    **dict.fromkeys(("make", "record", "pack", "slides", "show"), "sgd"),
    **dict.fromkeys(("race", "tune"), "balls"),
    "find": "local-minimum-1",
    "list": "scenes",
    "help": "make",
    "schema": "",
    "completion": "bash",
}
OUTPUT = {"record": "made.zarr", "find": "made.toml", "tune": "made.toml", "table": "made.csv",
          "pack": "made", "slides": "made.pptx"}  # fmt: skip


def commands(random: Random, folder: Path, whole: Path) -> list[str]:
    """A command with some of its options, mostly over what is right for it."""
    name, command = random.choice(list(cli.commands.items()))
    usual = USUAL.get(name, "sgd.zarr")
    words = [str(whole / usual) if usual.endswith(".zarr") else usual]
    if random.random() < 0.4:
        things = [*NAMES, *(str(whole / made) for made in MADE)]
        words = [random.choice(things) for _ in range(random.choice([0, 1, 1, 2]))]
    if name == "compare":
        words.append(str(whole / "sgd.zarr"))
    if name == "table":  # a race would be trained to its end
        words = [word for word in words if word not in ("balls", "rules")]
    options = [each for each in command.params if isinstance(each, click.Option)]
    if any("-o" in option.opts for option in options) and random.random() < 0.8:
        words += ["-o", OUTPUT.get(name, "made.png")]
    for option in random.sample(options, min(len(options), random.choice([0, 1, 1, 2, 3]))):
        words += _given(random, option)
    if random.random() < 0.03:
        words.append(random.choice(["--x", "-x", "--help", "--", "---", "--o=x"]))
    return [name, *words, *_short(name)]


def _given(random: Random, option: click.Option) -> list[str]:
    name = random.choice([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return [name]
    if "--set" in option.opts:
        return [name, f"{random.choice(KEYS)}={value(random)}"]
    known = VALUES.get(option.opts[0], VALUES.get(option.opts[-1]))
    return [name, random.choice(known) if known else str(value(random))]


def _short(name: str) -> list[str]:
    if name not in TRAINS:
        return SHORT[4:] if name == "render" else []
    if name in ("tune", "record", "pack"):
        return SHORT[:4]
    return [*SHORT, "--cores", "1"] if name == "race" else SHORT
