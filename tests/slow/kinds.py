"""Kinds of inputs that vizopt is attacked with: each writes files and names a command."""

import json
import shutil
import tomllib
from functools import cache
from pathlib import Path
from random import Random
from zipfile import ZipFile

import tomli_w
from loops import Loop, X, Y, trained
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from slow.attempt import attempt
from slow.mutate import changed, damaged, damaged_text

import vizopt
from vizopt.core import library

SHORT = ["--set", "epochs=12", "--set", "keep.grid=8", "--seconds", "0.3", "--size", "480x270"]
STILL = ["-o", "made.png", "--size", "480x270"]
CLIPS = ("mp4", "webm", "gif", "webp", "apng", "png", "html", "pptx")


@cache
def material(folder: Path) -> Path:
    """Whole files to be damaged: three recordings, a clip of every format, one of another run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, suffixes in (("sgd", CLIPS), ("local-minimum-1", ("gif",))):
        wanted = ["-o", f"{name}.zarr", *(f"-o{name}.{suffix}" for suffix in suffixes)]
        code, said, faults = attempt(["make", name, *SHORT, "--fps", "10", "-q", *wanted], folder)
        assert (code, faults) == (0, []), said
    with vizopt.Run(folder / "own.zarr", data=(X, Y), predict=Loop().predict) as run:
        trained(run, Loop(), 12)
    return folder


@cache
def tables() -> list[dict]:
    """The bundled scenes, short."""
    short = {"epochs": 3, "keep": {"grid": 8}}
    return [tomllib.loads(library.bundled(name)) | short for name in library.names()]


def scenes(random: Random, folder: Path, _: Path) -> list[str]:
    """A scene with wrong values or damaged text."""
    table = changed(random, random.choice(tables()), tables())
    if isinstance(table.get("epochs"), int | float) and 300 < table["epochs"] < 1e11:
        table["epochs"] = 300  # long ones are announced by a bar, and take long
    try:
        text = tomli_w.dumps(table)
    except (TypeError, ValueError):
        text = "title = " + "9" * 5000
    if random.random() < 0.2:
        text = damaged_text(random, text)
    (folder / "s.toml").write_text(text, encoding="utf-8")
    last = ["-o", "made.zarr"] if random.random() < 0.4 else STILL
    return [random.choice(["make", "record"]) if len(last) == 2 else "make", "s.toml", *last]


def recordings(random: Random, folder: Path, whole: Path) -> list[str]:
    """A recording with damaged, missing or exchanged files."""
    run = copied(random, folder, whole)
    files = sorted(path for path in run.rglob("*") if path.is_file())
    for _ in range(random.choice([1, 1, 2])):
        file = random.choice(files)
        match random.randrange(8):
            case 0:
                file.unlink(missing_ok=True)
            case 1:
                file.unlink(missing_ok=True)
                file.symlink_to(random.choice(["/dev/zero", "/dev/null", file.name, "/etc/passwd"]))
            case 2:
                file.write_bytes(random.choice(files).read_bytes())
            case _ if file.is_file() and not file.is_symlink():
                file.write_bytes(damaged(random, file.read_bytes()))
        files = [file for file in files if file.is_file() and not file.is_symlink()]
    return _read(random)


def headers(random: Random, folder: Path, whole: Path) -> list[str]:
    """A recording whose header, or an array's, has wrong values."""
    run = copied(random, folder, whole)
    files = [run / "zarr.json", *sorted(run.rglob("zarr.json"))]
    file = random.choice([files[0], random.choice(files)])
    table = json.loads(file.read_text())
    others = [json.loads(other.read_text()) for other in files]
    table = changed(random, table, others)
    attributes = table.get("attributes")
    stated = attributes.get("vizopt") if isinstance(attributes, dict) else None
    if random.random() < 0.5 and isinstance(stated, dict):
        attributes["vizopt"] = changed(random, stated, [tables()[0]])
    file.write_text(json.dumps(table))
    return _read(random)


def clips(random: Random, folder: Path, whole: Path) -> list[str]:
    """A clip of any format with damaged bytes."""
    path = random.choice([path for path in sorted(whole.iterdir()) if path.suffix[1:] in CLIPS])
    name = f"c{path.suffix}"
    (folder / name).write_bytes(damaged(random, path.read_bytes()))
    return [random.choice(["check", "recipe"]), name]


def recipes(random: Random, folder: Path, _: Path) -> list[str]:
    """A picture whose recipe is a stranger's."""
    table = changed(random, random.choice(tables()), tables())
    if isinstance(table.get("epochs"), int | float) and 300 < table["epochs"] < 1e11:
        table["epochs"] = 300
    try:
        text = "# made with vizopt 1\n" + tomli_w.dumps(table)
    except (TypeError, ValueError):
        text = "# made with vizopt 1\n" + "[" * 90_000
    if random.random() < 0.4:
        text = damaged_text(random, text)
    if random.random() < 0.1:
        text += random.choice(["a.", "[", "{a=", "'''", '"\\u0041', "9"]) * 40_000
    image = Image.new("RGB", (4, 4))
    if random.random() < 0.5:
        image.save(folder / "r.gif", comment=text.encode())
        return random.choice([["recipe", "r.gif"], ["make", "r.gif", *SHORT[4:]]])
    info = PngInfo()
    info.add_itxt("Recipe", text)
    image.save(folder / "r.png", pnginfo=info)
    command = random.choice(["recipe", "make"])
    return [command, "r.png", *(STILL if command == "make" else [])]


def decks(random: Random, folder: Path, whole: Path) -> list[str]:
    """A deck whose parts are damaged, missing, doubled, bombs or decks."""
    with (
        ZipFile(whole / "sgd.pptx") as old,
        ZipFile(folder / "d.pptx", "w", random.choice([0, 8, 12, 14])) as new,
    ):
        names = old.namelist()
        chosen = random.sample(names, random.choice([1, 2, 5]))
        media = [name for name in names if name.startswith("ppt/media/")]
        chosen += media if random.random() < 0.5 else []
        for name in names:
            data = old.read(name)
            if name in chosen:
                match random.randrange(5):
                    case 0:
                        continue
                    case 1:
                        data = bytes(random.choice([0, 10, 10**6, 3 * 10**7]))
                    case 2:
                        data = (whole / "sgd.pptx").read_bytes()
                    case _:
                        data = damaged(random, data)
            new.writestr(name, data)
    data = (folder / "d.pptx").read_bytes()
    if random.random() < 0.4:
        (folder / "d.pptx").write_bytes(damaged(random, data))
    slides = ["slides", str(whole / "sgd.mp4"), "-o", "made.pptx", "--template", "d.pptx", "-q"]
    return random.choice([["check", "d.pptx"], ["recipe", "d.pptx"], slides])


def copied(random: Random, folder: Path, whole: Path) -> Path:
    """A copy of a recording, r.zarr, to be damaged."""
    name = random.choice(["sgd", "local-minimum-1", "own"])
    return Path(shutil.copytree(whole / f"{name}.zarr", folder / "r.zarr"))


def _read(random: Random) -> list[str]:
    return random.choice(
        [
            ["info", "r.zarr"],
            ["info", "r.zarr", "--json"],
            ["info", "r.zarr", "--verify"],
            ["table", "r.zarr", "--every", "3"],
            ["render", "r.zarr", *STILL],
            ["render", "r.zarr", "--before-damage", *STILL],
            ["render", "r.zarr", "-o", "made.gif", *SHORT[4:]],
            ["record", "r.zarr", "--resume", "-q"],
        ]
    )
