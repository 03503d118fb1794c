"""Estimate: what a scene's recording may take on the disk, before anything is trained."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from vizopt.core.errors import SceneError
from vizopt.core.numbers import count
from vizopt.core.sampling import sampled
from vizopt.recording.quantities import layered
from vizopt.recording.targets import MAX_SAMPLES
from vizopt.scene.spec import Scene
from vizopt.train.optimizers import acting, rates
from vizopt.train.predicting import LINE
from vizopt.train.probes import measured, recorded

MAX_BYTES = 2_000_000_000  # bytes of a recording
METRICS = {"slope", "x", "validation_loss"} | {
    f"{front}{name}" for front in ("", "validation_") for name in ("accuracy", "r2", "mae")
}


def check_size(scene: Scene, path: Path | None) -> None:
    """Hold what a scene will write against what is sensible, and against the free disk.

    Args:
        scene: what is to be trained.
        path: of the recording; none for one that goes when its clips are drawn.

    Raises:
        SceneError: it is too much; the keys that help are named.
    """
    sizes = bytes_of(scene)
    size = sum(sizes.values())
    place = path.absolute() if path else Path(tempfile.gettempdir())
    disk = shutil.disk_usage(next(p for p in (place, *place.parents) if p.is_dir()))
    free = disk.free if disk.total else MAX_BYTES  # what is no disk says nothing
    if size <= min(MAX_BYTES, free):
        return
    limit = "2 GB" if size > MAX_BYTES else f"the {_told(free)} that are free on its disk"
    rows = f"{count(scene.keep.rows(scene.epochs))} rows"
    largest = max(sizes, key=lambda key: sizes[key])
    ways = ["epochs"] if largest == "epochs" else ["keep.every", "keep.first", "epochs", largest]
    if largest == "problem.sizes" and sampled(scene.problem.layout).whole:
        ways += ['record.large to "sample"'] * (scene.record.large == "whole")
    keys = " or ".join([", ".join(ways[:-1])] * (len(ways) > 1) + ways[-1:])
    raise SceneError(
        scene.name,
        "",
        f"its recording of {rows} may take {_told(size)}, more than {limit}: change {keys}",
    )


def bytes_of(scene: Scene) -> dict[str, int]:
    """Bytes of a recording before they are packed, by the key that says how many there are."""
    problem, kept = scene.problem, scene.keep.rows(scene.epochs)
    values = (
        1 + len(rates(acting(scene.optimizer, problem.layout))) + len(METRICS & problem.columns)
    )
    values += sum(len(layered(name, problem.layout.layers)) for name in measured(scene.needs))
    plane = scene.keep.grid**2 if "scores" in scene.needs else 0
    line = 4 * LINE * scene.keep.grid if "probabilities" in scene.needs else 0
    fitted = 4 * LINE * scene.keep.grid if "fitted" in scene.needs else 0
    fitted += 4 * MAX_SAMPLES if "predictions" in scene.needs else 0
    numbers = 2 * recorded(problem.layout, scene.record).layout.size
    return {
        "epochs": 8 * values * scene.epochs,
        "problem.sizes": kept * (8 + numbers * np.dtype(problem.dtype).itemsize),
        "keep.grid": kept * (problem.outputs * (plane + line) + fitted),
    }


def _told(size: int) -> str:
    return f"{size / 1e9:,.1f} GB".replace(",", "\u2009") if size >= 1e8 else f"{size / 1e6:.1f} MB"
