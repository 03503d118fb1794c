"""What drawing several runs beside each other costs, against one of them alone."""

from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import mkdtemp

import vizopt
from benchmarks.measure import Row, interleaved, most
from vizopt.clips.drawing import planned_picture
from vizopt.scene.load_race import load_race

SIZE, FPS, FOUR = (1280, 720), 30.0, 4


def race() -> list[Row]:
    """Four of the chapter's rules, against each of them alone, from the first frame to the last."""
    shown, folder = load_race("rules"), Path(mkdtemp())
    scenes = {scene.title: scene for scene in shown.scenes()[:FOUR]}
    runs = {
        name: vizopt.record(scene, folder / f"{scene.name}.zarr") for name, scene in scenes.items()
    }
    alone = {name: partial(draw, {"": runs[name]}, scene) for name, scene in scenes.items()}
    costs = interleaved({**alone, "four": partial(draw, runs, shown)}, 7)
    ratio = costs["four"].cpu / mean(costs[name].cpu for name in scenes)
    return [most("drawing CPU of a race of four 1280×720 / of one of its runs", ratio, 1.8)]


def draw(runs, shown) -> None:
    """Every frame, none of which is kept; what flashes is judged anew."""
    picture = planned_picture(runs, shown, SIZE, FPS)
    for k in range(len(picture)):
        picture[k]
