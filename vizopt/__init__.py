"""vizopt: see what an optimizer does.

In three lines::

    scene = vizopt.load_scene("sgd")
    run = vizopt.record(scene, "sgd.zarr")
    vizopt.render(run, "sgd.gif")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str

    from vizopt.clips import Clip
    from vizopt.errors import VizoptError
    from vizopt.outputs import Look
    from vizopt.pipeline import make, record, render
    from vizopt.recording import Recording
    from vizopt.scene import Scene, load_look, load_scene

# Imported when first used, so that the command line starts at once.
_PUBLIC = {
    "Clip": "clips",
    "Look": "outputs",
    "Recording": "recording",
    "Scene": "scene",
    "VizoptError": "errors",
    "load_look": "scene",
    "load_scene": "scene",
    "make": "pipeline",
    "record": "pipeline",
    "render": "pipeline",
}

__all__ = [
    "Clip",
    "Look",
    "Recording",
    "Scene",
    "VizoptError",
    "load_look",
    "load_scene",
    "make",
    "record",
    "render",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("vizopt")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vizopt' has no attribute {name!r}")
    return getattr(import_module(f"vizopt.{_PUBLIC[name]}"), name)
