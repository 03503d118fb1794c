"""See what an optimizer does.

It trains a network, or goes down a function, records every weight and every update, and draws the
recording as an animation. In one line, from a bundled scene (`vizopt list` names them)::

    vizopt.make("sgd", "sgd.gif")

or in three, to draw one training in several ways and to look into it::

    scene = vizopt.load_scene("sgd", {"optimizer.lr": 0.5})  # or a TOML file of your own
    run = vizopt.record(scene, "sgd.zarr")
    vizopt.render(run, "sgd.mp4", theme="dark", seconds=8)

A recording answers to `run["loss"]`, `run.at(100)` and `run.weights("dense1", epoch=100)`; one that
is on disk is opened with `vizopt.Recording("sgd.zarr")`. What goes wrong for a user is a
`VizoptError`, one line each.

Files by suffix: .mp4, .webm, .gif, .webp, .apng, .png (one frame, or all as NAME-%05d.png),
.html (a page with a player), .pptx (a slide), .zarr (the recording).
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str

    from vizopt.api import make, record, render
    from vizopt.clips.clip import Clip
    from vizopt.clips.options import Look
    from vizopt.core.errors import VizoptError
    from vizopt.recording.header import External
    from vizopt.recording.run import Run
    from vizopt.recording.store import Recording
    from vizopt.scene.load import load_look, load_scene
    from vizopt.scene.spec import Scene

# Imported when first used, so that the command line starts at once.
_PUBLIC = {
    "Clip": "clips.clip",
    "Look": "clips.options",
    "External": "recording.header",
    "Recording": "recording.store",
    "Run": "recording.run",
    "Scene": "scene.spec",
    "VizoptError": "core.errors",
    "load_look": "scene.load",
    "load_scene": "scene.load",
    "make": "api",
    "record": "api",
    "render": "api",
}

__all__ = [
    "Clip",
    "External",
    "Look",
    "Recording",
    "Run",
    "Scene",
    "VizoptError",
    "load_look",
    "load_scene",
    "make",
    "record",
    "render",
]


def __dir__() -> list[str]:
    return list(__all__)


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _import_module("importlib.metadata").version("vizopt")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vizopt' has no attribute {name!r}")
    return getattr(_import_module(f"vizopt.{_PUBLIC[name]}"), name)
