"""Fitting: a recording says twice what was trained, in its scene and in its arrays."""

from vizopt.core.errors import RecordingError
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene


def fitting(scene: Scene, run: Recording) -> Scene:
    """The scene of a recording, which may come from anybody.

    Raises:
        RecordingError: it trains something else than what the rows are of.
    """
    problem, header = scene.problem, run.header
    shapes = {**header.layout.shapes, **header.whole}
    trains = problem.kind, problem.unit, dict(problem.layout.shapes), scene.epochs
    if trains != (header.kind, header.unit, shapes, header.epochs):
        raise RecordingError(f"{run.path}: damaged: its scene is of another training than its rows")
    return scene
