"""The bundled scenes."""

import tomllib
from importlib.resources import files


def names() -> list[str]:
    """Names of the bundled scenes, in alphabetical order."""
    found = (item.name for item in files("vizopt.scenes").iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


def bundled(name: str) -> str:
    """The TOML of a bundled scene."""
    return (files("vizopt.scenes") / f"{name}.toml").read_text(encoding="utf-8")


def about(name: str) -> str:
    """What a bundled scene shows, in one line."""
    return str(tomllib.loads(bundled(name))["about"])
