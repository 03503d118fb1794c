"""Every benchmark: a function that returns rows of the results."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import imageio_ffmpeg
import numpy as np
from numpy.random import RandomState

import vizopt
from benchmarks.measure import (
    Row,
    command_seconds,
    interleaved,
    least,
    most,
    once,
    peak_megabytes,
    peak_megabytes_of_all,
    usage,
)  # fmt: skip
from benchmarks.own import own
from benchmarks.peers import book_layers, encode_only, ffmpeg_gif, matplotlib_script
from benchmarks.race import race
from vizopt.clips.drawing import planned_picture
from vizopt.core.progress import quiet
from vizopt.flashes import Verdict
from vizopt.pipeline import make
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.train.loop import train
from vizopt.train.optimizers import SGD, Adam, Momentum
from vizopt.train.problems import NetworkSpec, Spiral

FOLDER = Path(tempfile.mkdtemp())
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@cache
def recording() -> Recording:
    """The scene `sgd`, whole."""
    return vizopt.record(vizopt.load_scene("sgd"), FOLDER / "sgd.zarr")


def picture(size: tuple[int, int], fps: float = 30.0, **overrides: object):
    scene = parse_scene(recording().header.scene, "benchmark", {}, overrides)
    return planned_picture(recording(), scene, size, fps)


class Drawn:
    """Frames that are drawn when asked for; a slice is a list of them."""

    def __init__(self, drawn) -> None:
        self._drawn = drawn

    def __len__(self) -> int:
        return len(self._drawn)

    def __iter__(self):
        return iter(self._drawn)

    def __getitem__(self, wanted: slice):
        return [self._drawn[k] for k in range(*wanted.indices(len(self)))]


def mp4() -> list[Row]:
    """Drawing and encoding against encoding alone, and against the usual script."""
    size = (1280, 720)
    drawn = picture(size)
    kept = list(drawn)
    ours, alone = FOLDER / "ours.mp4", FOLDER / "alone.mp4"
    costs = interleaved(
        {
            "ours": lambda: encode_only.encode(ours, Drawn(picture(size)), size, 30),
            "encode only": lambda: encode_only.encode(alone, kept, size, 30),
        }
    )
    start = usage()
    for k in range(len(drawn)):
        drawn[k]
    drawing = (usage() - start) / len(drawn)
    encoding = costs["encode only"].cpu / len(drawn)
    rows = drawn_rows()[::20]
    usual = once(lambda: matplotlib_script.animate(recording(), rows, size, FOLDER / "u.mp4", 30))
    speed = (usual.wall / len(rows)) / (costs["ours"].wall / len(drawn))
    return [
        most(
            "MP4 600 frames 1280×720: wall / encode-only",
            costs["ours"].wall / costs["encode only"].wall,
            1.25,
        ),
        least("MP4: frames per second / the usual matplotlib script's", speed, 30),
        most("drawing / encoder's CPU a frame", drawing / encoding, 0.3),
    ]


def settings() -> list[Row]:
    """The shipped x264 settings against preset medium."""
    size = (1280, 720)
    drawn = picture(size)
    frames = list(drawn)
    ours, medium = FOLDER / "shipped.mp4", FOLDER / "medium.mp4"
    costs = interleaved(
        {
            "ours": lambda: encode_only.encode(ours, frames, size, 30),
            "medium": lambda: encode_only.medium(medium, frames, size, 30),
        }
    )
    share = psnr(ours, frames) / psnr(medium, frames)
    return [
        most("x264 settings: wall / medium's", costs["ours"].wall / costs["medium"].wall, 1),
        most("x264 settings: size / medium's", ours.stat().st_size / medium.stat().st_size, 1.1),
        least("x264 settings: PSNR / medium's", share, 0.99),
    ]


def drawn_rows() -> np.ndarray:
    scene = parse_scene(recording().header.scene, "benchmark", {}, {})
    return scene.timeline.rows(recording()["epoch"], 30)


def draw(drawn, every: int) -> None:
    """Some frames, none of which is kept."""
    for k in range(0, len(drawn), every):
        drawn[k]


def drawing() -> list[Row]:
    """CPU milliseconds of a frame."""
    found = []
    for size, reach in (((1280, 720), 2.5), ((1920, 1080), 6.0)):
        drawn = picture(size)
        costs = interleaved({"draw": partial(draw, drawn, 1)})
        found.append(
            most(
                f"drawing CPU a frame {size[0]}×{size[1]}",
                costs["draw"].cpu / len(drawn) * 1e3,
                reach,
                "ms",
            )
        )
    return found


def psnr(path: Path, frames) -> float:
    """Decoded frames against drawn ones, in dB."""
    command = [
        FFMPEG,
        "-loglevel",
        "error",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    height, width = frames[0].shape[:2]
    shown = np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)
    assert len(shown) == len(frames)
    errors = [
        ((a.astype(np.int16) - b[..., :3]) ** 2).mean() for a, b in zip(shown, frames, strict=True)
    ]
    return float(10 * np.log10(255**2 / np.mean(errors)))


def gif() -> list[Row]:
    """GIF of 200 frames against ffmpeg's palette filters."""
    size = (800, 450)
    drawn = picture(size)
    frames = [drawn[k] for k in range(0, 600, 3)]
    ours, theirs = FOLDER / "ours.gif", FOLDER / "theirs.gif"
    costs = interleaved(
        {
            "ours": lambda: encode_only.encode(ours, frames, size, 20),
            "ffmpeg": lambda: ffmpeg_gif.encode(theirs, frames, size, 20),
        }
    )
    return [
        least("GIF 800×450, 200 frames: PSNR", psnr(ours, frames), 46, "dB"),
        most("GIF: size / ffmpeg's", ours.stat().st_size / theirs.stat().st_size, 0.85),
        most("GIF: time / ffmpeg's", costs["ours"].wall / costs["ffmpeg"].wall, 1.0),
    ]


RULES = {
    "SGD": (SGD(lr=1.0), partial(book_layers.SGD, 1.0), ("SGD", {"lr": 1.0})),
    "momentum": (
        Momentum(lr=0.1, momentum=0.9),
        partial(book_layers.SGD, 0.1, 0.9),
        ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ),
    "Adam": (Adam(lr=0.02), partial(book_layers.Adam, 0.02), ("Adam", {"lr": 0.02, "eps": 1e-7})),
}


def trained(precision: str, optimizer, epochs: int = 10_001, **keys: object) -> None:
    rng = RandomState(0)
    data = Spiral(**{k: v for k, v in keys.items() if k == "points"})
    sizes = keys.get("sizes", (2, 64, 3))
    problem = NetworkSpec(data=data, sizes=sizes, precision=precision).build(rng)
    for _ in train(problem, optimizer, epochs=epochs, rng=rng):
        pass


def training() -> list[Row]:
    """10,001 epochs with loss and accuracy of each, one thread, against the book's and PyTorch."""
    rng = RandomState(0)
    problem = NetworkSpec(data=Spiral(), precision="float32").build(rng)
    views = problem.layout.views(problem.init(rng))
    x, y = problem._all.x, problem._all.y
    first, second = views["dense1.weights"], views["dense2.weights"]
    found = []
    for name, (ours, book, torch_rule) in RULES.items():
        runs: dict[str, Callable[[], object]] = {
            "plain": partial(trained, "float32", ours),
            "book": partial(trained, "book", ours),
            "layers": lambda book=book: book_layers.train(x, y, first, second, book(), 10_001),
        }
        try:
            from benchmarks.peers import torch_eager
        except ImportError:
            print("PyTorch is not installed: no ratio to it", file=sys.stderr)
        else:
            runs["torch"] = partial(torch_eager.train, x, y, first, second, *torch_rule, 10_001)
        cpu = {key: cost.cpu for key, cost in interleaved(runs, 9).items()}
        found.append(
            most(
                f"training {name}, float32 / book-style classes", cpu["plain"] / cpu["layers"], 0.27
            )
        )
        if "torch" in cpu:
            found.append(
                most(f"training {name}, float32 / PyTorch eager", cpu["plain"] / cpu["torch"], 0.2)
            )
        found.append(
            most(f"training {name}, book / book-style classes", cpu["book"] / cpu["layers"], 0.6)
        )
    return found


def recording_cost() -> list[Row]:
    """What recording 1,001 rows of 100×100 scores adds to the training."""
    scene = vizopt.load_scene("sgd", {"problem.precision": "float32", "keep.first": 1})
    costs = interleaved(
        {
            "train": partial(trained, "float32", scene.optimizer),
            "record": lambda: vizopt.record(scene, FOLDER / "cost.zarr"),
        }
    )
    return [
        most(
            "recording 1,001 rows adds / training",
            costs["record"].wall / costs["train"].wall - 1,
            0.9,
        )
    ]


MEMORY = """
import vizopt
vizopt.render({run!r}, {file!r}, size=(640, 360), fps=30, seconds={seconds})
"""


def memory() -> list[Row]:
    """Peak memory of 6,000 frames less that of 600."""
    run = str(recording().path)
    found = []
    for suffix in ("mp4", "gif"):
        short, long = (
            peak_megabytes(MEMORY.format(seconds=s, run=run, file=str(FOLDER / f"m.{suffix}")))
            for s in (20.0, 200.0)
        )
        found.append(most(f"memory of 6,000 {suffix} frames − of 600", long - short, 20, "MB"))
    for suffix in ("mp4", "gif"):
        file, large = FOLDER / f"m.{suffix}", ["--size", "4K", "--seconds", "2", "-q"]
        peak = peak_megabytes_of_all(["vizopt", "render", run, "-o", str(file), *large])
        found.append(most(f"memory of a 4K {suffix}, ffmpeg's included", peak, 700, "MB"))
    return found


def growth() -> list[Row]:
    """Time against the amount of work."""
    sgd = SGD(lr=0.1)
    t = {k: c.cpu for k, c in interleaved(
        {
            "base": partial(trained, "float32", sgd, 1000),
            "epochs": partial(trained, "float32", sgd, 10_000),
            "points": partial(trained, "float32", sgd, 1000, points=1000),
            "wide": partial(trained, "float32", sgd, 1000, sizes=(2, 640, 3)),
        },
        15,
    ).items()}  # fmt: skip
    small, large = picture((960, 540)), picture((1920, 1080))
    d = interleaved(
        {
            "small": partial(draw, small, 6),
            "large": partial(draw, large, 6),
        }
    )
    return [
        most("10 × epochs: training time", t["epochs"] / t["base"], 11),
        most("10 × points: training time", t["points"] / t["base"], 11),
        most("10 × wider layer: training time", t["wide"] / t["base"], 11),
        most("4 × pixels: drawing time", d["large"].cpu / d["small"].cpu, 4.5),
    ]


def start() -> list[Row]:
    """Start-up against that of click alone."""
    click = command_seconds([sys.executable, "-c", "import click"])
    vizopt_ = [sys.executable, "-m", "vizopt"]
    return [
        most("vizopt --help / import click", command_seconds([*vizopt_, "--help"]) / click, 3),
        most("vizopt list / import click", command_seconds([*vizopt_, "list"]) / click, 3),
    ]


def whole() -> list[Row]:
    """`vizopt make sgd`, from nothing, against itself without the check and the usual script."""
    rows = drawn_rows()
    found: dict[str, Verdict] = {}

    def ours() -> None:
        files = [FOLDER / name for name in ("w.zarr", "w.mp4", "w.gif")]
        _, clips = make(vizopt.load_scene("sgd"), files, None, quiet)
        found.update({clip.path.suffix: clip.verdict for clip in clips if clip.verdict})

    def unchecked() -> None:
        with (
            patch("vizopt.clips.checks.check_flashes", lambda path, **_: found[path.suffix]),
            patch("vizopt.clips.checks.Checks.beside"),
        ):
            ours()

    costs = interleaved({"ours": ours, "unchecked": unchecked})
    cost = costs["ours"]
    x = NetworkSpec(data=Spiral()).build(RandomState(0))._all
    weights = 0.01 * np.ones((2, 64), np.float32), 0.01 * np.ones((64, 3), np.float32)
    usual = once(lambda: book_layers.train(x.x, x.y, *weights, book_layers.SGD(1.0), 10_001)).wall
    for name, size, frames in (("u.mp4", (1280, 720), 600), ("u.gif", (800, 450), 400)):
        part = once(
            lambda name=name, size=size: matplotlib_script.animate(
                recording(), rows[::20], size, FOLDER / name, 20
            )
        )
        usual += part.wall / len(rows[::20]) * frames
    return [
        most(
            "vizopt make sgd: wall / without the check", cost.wall / costs["unchecked"].wall, 1.25
        ),
        least(
            "vizopt make sgd, both files: times faster than the usual script", usual / cost.wall, 40
        ),
    ]


BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "mp4": mp4,
    "settings": settings,
    "drawing": drawing,
    "race": race,
    "gif": gif,
    "training": training,
    "recording": recording_cost,
    "own": own,
    "memory": memory,
    "growth": growth,
    "start": start,
    "whole": whole,
}
