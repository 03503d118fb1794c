"""Trained: a scene's training, run into a recording, or taken from one that stands."""

from pathlib import Path

from vizopt.clips import writing
from vizopt.core.progress import Bar
from vizopt.pipeline.prepared import prepare
from vizopt.pipeline.reuse import Reuse, reused
from vizopt.recording.recorder import Recorder
from vizopt.recording.resume import adopted, saved_in
from vizopt.scene.spec import Scene
from vizopt.train.probes import Tape, record_steps


def trained(
    scene: Scene,
    part: Path,
    bar: Bar,
    beside: Path | None,
    *,
    resume: bool = False,
    reuse: Reuse | None = None,
) -> bool:
    """Train a scene into a recording, and say whether that was to be done.

    Args:
        scene: what to train.
        part: the folder of the recording.
        bar: shows progress.
        beside: where the recording goes: what a killed process has trained there is taken over.
        resume: part is an interrupted recording, and goes on.
        reuse: recordings that may stand for the training; none where it is to be trained anyway.
    """
    ready = prepare(scene)
    header, constants = ready.header, ready.problem.constants
    writing.warn(scene, header)
    if beside and adopted(part, beside, header, constants):
        return True
    if reuse and reused(part, ready, reuse):
        return False
    columns = tuple(probe.column for probe in ready.probes)
    saved = saved_in(part, header, constants) if resume else None
    computed = {probe.column.name: probe.compute for probe in ready.probes if probe.compute}
    with Recorder(part, header, columns, constants, saved, computed) as recorder:
        tape = Tape(recorder, ready.probes, lambda epoch: scene.keep(epoch, scene.epochs))
        since = saved.state if saved else None
        recorded = since.epoch if since else -1
        what, unit = f"training {scene.name}", scene.problem.unit
        shown = bar(ready.steps(since), scene.epochs, what, unit, max(recorded, 0))
        record_steps(shown, tape, recorded)
    return True
