"""Descents for the tests: made in memory, and their pictures measured."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from vizopt.recording.header import Header
from vizopt.recording.remembered import Remembered
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.scene.written import scene_toml
from vizopt.train.loop import train
from vizopt.train.optimizers import acting, rates, worked
from vizopt.train.probes import Tape, probes_for, record_steps, recorded

TOML = """title = "A descent"
epochs = {epochs}
[problem]
kind = "function"
f = "{f}"
interval = [{left}, {right}]
start = {start}
[optimizer]
kind = "momentum"
lr = {lr}
momentum = {momentum}
[timeline]
kind = "uniform"
seconds = 1.0
"""


def scene_of(f, interval, start, lr, momentum=0.0, epochs=101):
    left, right = interval
    keys = {"f": f, "left": left, "right": right, "start": start, "lr": lr}
    return parse_scene(TOML.format(**keys, momentum=momentum, epochs=epochs), "a.toml", {}, {})


class Held(Recording):
    """A recording that stays in memory: two hundred of them are made in a few seconds."""

    def __init__(self, scene):
        problem = scene.problem.build(None)
        optimizer = acting(scene.optimizer, problem.layout)
        self.path, self._remembered, self.scene = Path("held.zarr"), Remembered(), scene
        self.diverged = self.interrupted = self.undefined = None
        self.header = Header(
            name="held",
            scene=scene_toml(scene),
            layout=problem.layout,
            epochs=scene.epochs,
            versions={},
            kind="function",
            unit="step",
            settings=scene.settings(problem.words),
            worked=worked(optimizer),
        )
        others = {name: rate for name, rate in rates(optimizer).items() if name != "lr"}
        probes = probes_for(
            problem, scene.keep, frozenset(), others, recorded(problem.layout, scene.record)
        )
        groups = {probe.column.name: probe.column.group for probe in probes}
        self._arrays = {
            name: SimpleNamespace(path=f"{group}/{name}", dtype=np.dtype(float), shape=(0,))
            for name, group in groups.items()
        }
        self._held = {name: [] for name in groups}
        steps = train(problem, optimizer, epochs=scene.epochs, rng=None)
        record_steps(steps, Tape(self, probes, lambda epoch: True))
        self._held = {name: np.array(rows) for name, rows in self._held.items()}
        self._held |= problem.constants
        self._committed = dict.fromkeys(("history", "snapshots"), len(self._held["x"]))

    def append(self, group, row):
        for name, value in row.items():
            self._held[name].append(value)

    def mark(self, epoch, params, state):
        """Nothing goes on from it."""

    def note(self, diverged, undefined):
        self.diverged, self.undefined = diverged, undefined

    @property
    def names(self):
        return frozenset(self._held)

    def _read(self, column, start, stop):
        return self._held[column][start:stop]


def descend(*settings) -> Recording:
    """A run of f on an interval from a start: descend(f, interval, start, lr, …)."""
    return Held(scene_of(*settings))


def scales(picture):
    """x → column and f → row, from the numbers beside the axes, as two straight lines."""
    for axes in picture.figure.axes:
        if any(text.get_text() == "first step" for text in axes.texts):
            box = axes.get_window_extent()
            left, top = round(box.x0), round(picture.size[1] - box.y1)
            break
    number_ = re.compile(r"−?[\d.]+")
    ticks = [t for t in axes.texts if number_.fullmatch(t.get_text())]

    def value(text):
        return float(text.get_text().replace("−", "-"))

    below = [t for t in ticks if t.get_ha() == "center"][:-1]  # the last is moved inwards
    across = np.polyfit([value(t) for t in below], [left + t.get_position()[0] for t in below], 1)
    beside = [t for t in ticks if t.get_ha() == "right"]
    lines = [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]
    rules = lines[: len(beside)]
    down = np.polyfit([value(t) for t in beside], [top + y for y in rules], 1)
    return np.poly1d(across), np.poly1d(down)
