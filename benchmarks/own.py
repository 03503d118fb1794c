"""What recording a training of one's own costs: time, memory and disk of `vizopt.Run`."""

import shutil
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

import vizopt
from benchmarks.measure import Row, interleaved, most
from vizopt.recording.rows import rows_of

SMALL, LARGE = (2, 64, 3), (784, 1024, 256, 10)  # 387 and 1,068,810 parameters
STEPS = 10_000
GROWTH = """
import numpy as np, vizopt, tempfile
def resident():
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])
with tempfile.TemporaryDirectory() as folder:
    w = np.zeros((129, 3), np.float32)
    with vizopt.Run(folder + "/a.zarr") as run:
        for step in range(100_000):
            w += 1e-3
            run.log(loss=1 / (step + 1), accuracy=0.5, lr=0.1, params={"w": w})
            if step == 5_000:
                before = resident()
        print((resident() - before) / 1e3)
"""


class Network:
    """A NumPy training of dense layers, ReLU between them, by SGD on random classes."""

    def __init__(self, sizes: tuple[int, ...], points: int) -> None:
        rng = np.random.RandomState(0)
        self.x = rng.randn(points, sizes[0]).astype(np.float32)
        self.y = rng.randint(sizes[-1], size=points)
        self.params: dict[str, np.ndarray] = {}
        for i, pair in enumerate(pairwise(sizes), start=1):
            self.params[f"dense{i}.weights"] = (0.05 * rng.randn(*pair)).astype(np.float32)
            self.params[f"dense{i}.biases"] = np.zeros(pair[1], np.float32)

    def step(self, log=None) -> None:
        """One step, recorded before its update."""
        arrays = [*self.params.values()]
        layers = [*zip(arrays[::2], arrays[1::2], strict=True)]
        inputs = [self.x]
        for weights, biases in layers[:-1]:
            inputs.append(np.maximum(inputs[-1] @ weights + biases, 0))
        scores = inputs[-1] @ layers[-1][0] + layers[-1][1]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        rows = np.arange(len(self.y))
        loss = float(-np.log(shares[rows, self.y] + 1e-9).mean())
        if log:
            log(loss=loss, lr=0.01, params=self.params)
        shares[rows, self.y] -= 1
        back = shares / np.float32(len(self.y))
        for (weights, biases), before in zip(layers[::-1], inputs[::-1], strict=True):
            ahead = (back @ weights.T) * (before > 0)
            weights -= np.float32(0.01) * (before.T @ back)
            biases -= np.float32(0.01) * back.sum(axis=0)
            back = ahead


def trained(network: Network, steps: int, log=None) -> None:
    for _ in range(steps):
        network.step(log)


def recorded(network: Network, steps: int, first: int = 0) -> None:
    """Record so many steps, `first` of them as if so many had gone before."""
    folder = Path(mkdtemp())
    with vizopt.Run(folder / "a.zarr") as run:
        if first:
            run.log(step=0, loss=1.0, params=network.params)
            run._keeping.rows = first  # rows are far apart from here on
        trained(network, steps, run.log)
    shutil.rmtree(folder)


def own() -> list[Row]:
    """A NumPy loop with and without `run.log`, CPU; memory and disk of long runs."""
    small, large = Network(SMALL, 300), Network(LARGE, 64)
    costs = interleaved(
        {
            "small": partial(trained, small, STEPS),
            "small recorded": partial(recorded, small, STEPS),
            "large": partial(trained, large, 60),
            "large kept": partial(recorded, large, 60),
            "large far": partial(recorded, large, 60, 2**20 + 1),
        },
        7,
    )
    cpu = {name: cost.cpu for name, cost in costs.items()}
    kept, far = (cpu[f"large {how}"] / cpu["large"] - 1 for how in ("kept", "far"))
    share = rows_of(STEPS, 64) / STEPS
    grown = subprocess.run(
        [sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True
    )
    return [
        most(
            "Run, P = 387, every step adds / NumPy loop",
            cpu["small recorded"] / cpu["small"] - 1,
            0.3,
        ),
        most("Run, P = 1 M, 10,000 steps add / NumPy loop", share * kept + (1 - share) * far, 0.15),
        most("Run, memory after 100,000 logs − after 5,000", float(grown.stdout), 20, "MB"),
        most("Run, a million steps of 10 M parameters on the disk", disk(), 200, "MB"),
    ]


def disk() -> float:
    """Megabytes of a million steps of a 10 M-parameter model whose every row is random."""
    rng, folder = np.random.default_rng(0), Path(mkdtemp())
    shapes = {"a": (784, 4096), "b": (4096, 1536), "c": (1536, 256), "d": (256, 10)}
    params = {f"{name}.weights": np.empty(shape, np.float32) for name, shape in shapes.items()}

    def moved() -> dict[str, np.ndarray]:
        for array in params.values():
            rng.standard_normal(dtype=np.float32, out=array)
        return params

    with vizopt.Run(folder / "a.zarr", unit="step") as run:
        for _ in range(1_000_000):
            run.log(loss=rng.random(), accuracy=rng.random(), lr=0.1, params=moved)
    used = sum(file.stat().st_size for file in folder.rglob("*"))
    shutil.rmtree(folder)
    return used / 1e6
