"""Paths as the commands take them: `~` is the home, also where no shell has looked at it."""

import os
from pathlib import Path
from typing import Any

import click

from vizopt.core.library import JOINED_BY
from vizopt.core.places import at_home


class PathType(click.Path):
    """A path."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            return Path(os.fsdecode(super().convert(value, param, ctx))).expanduser()
        except RuntimeError:
            self.fail(f"{value}: no home of that name")


class SourceType(click.ParamType[str]):
    """A name or a path, or two of them joined by a +."""

    name = "SOURCE"

    def convert(self, value: str, param: Any, ctx: Any) -> str:
        parts = value.split(JOINED_BY)
        return JOINED_BY.join(str(at_home(p)) if p.startswith("~") else p for p in parts)


PATH = PathType(path_type=Path)
SOURCE = SourceType()
