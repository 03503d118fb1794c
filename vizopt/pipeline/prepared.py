"""Prepared: all that a scene's training needs, built from its seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.random import RandomState

from vizopt.recording.header import Header
from vizopt.recording.state import State
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml
from vizopt.train.loop import Epoch, train
from vizopt.train.optimizers import Optimizer, acting, per_batch, rates, worked
from vizopt.train.probe import Probe
from vizopt.train.probes import probes_for, recorded
from vizopt.train.problems import Problem


@dataclass(frozen=True)
class Prepared:
    """A training that has not begun; `prepare` makes it.

    Args:
        scene: what is trained.
        problem: with its data.
        rule: the update rule that acts on it.
        header: of the recording.
        probes: what of each step is recorded.
        rng: draws the first parameters.
    """

    scene: Scene
    problem: Problem
    rule: Optimizer[Any]
    header: Header
    probes: list[Probe]
    rng: RandomState

    def steps(self, since: State | None = None) -> Iterator[Epoch]:
        """The training, once: it draws from the random stream."""
        rule = per_batch(self.rule, self.problem.batches)
        return train(self.problem, rule, epochs=self.scene.epochs, rng=self.rng, since=since)


def prepare(scene: Scene) -> Prepared:
    """Draw or read the data, and say what will be recorded."""
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    rule = acting(scene.optimizer, problem.layout)
    kept = recorded(problem.layout, scene.record)
    header = Header(
        name=scene.name,
        scene=scene_toml(scene),
        layout=kept.layout,
        whole=kept.whole,
        epochs=scene.epochs,
        versions={"vizopt": version("vizopt"), "numpy": np.__version__},
        kind=scene.problem.kind,
        unit=scene.problem.unit,
        settings=scene.settings(problem.words),
        worked=worked(rule),
        **problem.facts,
    )
    others = {name: rate for name, rate in rates(rule).items() if name != "lr"}
    probes = probes_for(problem, scene.keep, scene.needs, others, kept)
    return Prepared(scene, problem, rule, header, probes, rng)
