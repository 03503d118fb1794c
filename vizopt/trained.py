"""Trained: a scene's training, run into a recording."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState

import vizopt
from vizopt import writing
from vizopt.arrange import arranged
from vizopt.header import Header
from vizopt.optimizers import acting, per_batch, rates, worked
from vizopt.probes import Tape, probes_for, record_steps
from vizopt.problems import Network, Problem
from vizopt.progress import Bar
from vizopt.recorder import Recorder
from vizopt.resume import adopted, saved_in
from vizopt.scene import Scene, scene_toml
from vizopt.train import train


def trained(
    scene: Scene, part: Path, bar: Bar, beside: Path | None, *, resume: bool = False
) -> None:
    """Train a scene into a recording.

    Args:
        scene: what to train.
        part: the folder of the recording.
        bar: shows progress.
        beside: where the recording goes: what a killed process has trained there is taken over.
        resume: part is an interrupted recording, and goes on.
    """
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    rule = acting(scene.optimizer, problem.layout)
    header = Header(
        name=scene.name,
        scene=scene_toml(scene),
        layout=problem.layout,
        epochs=scene.epochs,
        versions={"vizopt": vizopt.__version__, "numpy": np.__version__},
        unit=scene.problem.unit,
        settings=scene.settings(problem.words),
        worked=worked(rule),
        **_picture_words(problem),
    )
    writing.warn(scene, header)
    if beside and adopted(part, beside, header, problem.constants):
        return
    stage = arranged(problem.layout, scene.stage)
    others = {name: rate for name, rate in rates(rule).items() if name != "lr"}
    probes = probes_for(problem, scene.keep, stage.needs, others)
    columns = tuple(probe.column for probe in probes)
    saved = saved_in(part, header, problem.constants) if resume else None
    with Recorder(part, header, columns, problem.constants, saved) as recorder:
        tape = Tape(recorder, probes, lambda epoch: scene.keep(epoch, scene.epochs))
        optimizer = per_batch(rule, problem.batches)
        since = saved.state if saved else None
        recorded = since.epoch if since else -1
        steps = train(problem, optimizer, epochs=scene.epochs, rng=rng, since=since)
        what, unit = f"training {scene.name}", scene.problem.unit
        shown = bar(steps, scene.epochs, what, unit, max(recorded, 0))
        record_steps(shown, tape, recorded)


def _picture_words(problem: Problem) -> dict[str, Any]:
    """Names that only a network on data has."""
    if isinstance(problem, Network):
        plane = problem.plane
        return {"classes": problem.classes, "plane": plane.words, "axes": plane.names}
    return {}
