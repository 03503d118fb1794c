"""See what an optimizer does.

It trains a network, or goes down a function, records every weight and every update, and draws the
recording as an animation. In one line, from a bundled scene (`vizopt list` names them)::

    vizopt.make("sgd", "sgd.gif")

or in three, to draw one training in several ways and to look into it::

    scene = vizopt.load_scene("sgd", {"optimizer.lr": 0.5})  # or a TOML file of your own
    run = vizopt.record(scene, "sgd.zarr")
    vizopt.render(run, "sgd.mp4", theme="dark", seconds=8)

What a scene is made of is in `vizopt.optimizers`, `vizopt.schedules` and `vizopt.problems`; a rule
of your own is known after `vizopt.register`.

A recording answers to `run["loss"]`, `run.at(100)` and `run.weights("dense1", epoch=100)`; one that
is on disk is opened with `vizopt.Recording("sgd.zarr")`. `check`, `find`, `slides`, `pack`,
`tune` and `recipe` do what the commands of these names do. What goes wrong for a user is a
`VizoptError`, one line each.

The suffix of a file is its format, clip, still, page or slide; `render` names them. A recording is
.zarr.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str

    from vizopt.adapters import jax as jax
    from vizopt.adapters import keras as keras
    from vizopt.adapters import numpy as numpy
    from vizopt.adapters import sklearn as sklearn
    from vizopt.adapters import torch as torch
    from vizopt.api.checking import check, recipe
    from vizopt.api.drawing import make, record, render
    from vizopt.api.packing import pack
    from vizopt.api.racing import race
    from vizopt.api.searching import find
    from vizopt.api.sharing import slides
    from vizopt.api.tuning import tune
    from vizopt.clips.clip import Clip
    from vizopt.core.errors import VizoptError
    from vizopt.pipeline.contract import check_contract
    from vizopt.recording.header import External
    from vizopt.recording.run import Run
    from vizopt.recording.store import Recording
    from vizopt.scene.load import load_look, load_scene
    from vizopt.scene.options import ClipOptions
    from vizopt.scene.register import register
    from vizopt.scene.spec import Scene
    from vizopt.train import optimizers as optimizers
    from vizopt.train import problems as problems
    from vizopt.train import schedules as schedules

# Imported when first used, so that the command line starts at once.
_PUBLIC = {
    "Clip": "clips.clip",
    "ClipOptions": "scene.options",
    "External": "recording.header",
    "Recording": "recording.store",
    "Run": "recording.run",
    "Scene": "scene.spec",
    "VizoptError": "core.errors",
    "load_look": "scene.load",
    "check_contract": "pipeline.contract",
    "load_scene": "scene.load",
    "check": "api.checking",
    "find": "api.searching",
    "make": "api.drawing",
    "pack": "api.packing",
    "race": "api.racing",
    "recipe": "api.checking",
    "record": "api.drawing",
    "register": "scene.register",
    "render": "api.drawing",
    "slides": "api.sharing",
    "tune": "api.tuning",
}

_MODULES = {  # what scenes are made of, and adapters, by shorter names than in the package
    "jax": "adapters.jax",
    "keras": "adapters.keras",
    "numpy": "adapters.numpy",
    "optimizers": "optimizers",
    "problems": "problems",
    "schedules": "schedules",
    "sklearn": "adapters.sklearn",
    "torch": "adapters.torch",
}

__all__ = [
    "Clip",
    "ClipOptions",
    "External",
    "Recording",
    "Run",
    "Scene",
    "VizoptError",
    "check",
    "check_contract",
    "find",
    "load_look",
    "load_scene",
    "make",
    "pack",
    "race",
    "recipe",
    "record",
    "register",
    "render",
    "slides",
    "tune",
]


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _import_module("importlib.metadata").version("vizopt")
    if name in _MODULES:
        return _import_module(f"vizopt.{_MODULES[name]}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vizopt' has no attribute {name!r}")
    return getattr(_import_module(f"vizopt.{_PUBLIC[name]}"), name)
