"""Paths as the commands take them: `~` is the home, also where no shell has looked at it."""

import os
import re
from collections.abc import Sequence
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
        key, equals, text = value.partition("=")
        if equals and re.fullmatch(r"[\w.-]+", key) and not Path(value).exists() and _sets(ctx):
            from vizopt.cli.keys import meant

            self.fail(f"{value!r} is no scene: set a key with --set {meant(key) or key}={text}")
        parts = value.split(JOINED_BY)
        return JOINED_BY.join(str(at_home(p)) if p.startswith("~") else p for p in parts)


def check_there(sources: Sequence[str]) -> None:
    """Raises UsageError for a clip that is not there, behind what it would be made of."""
    from vizopt.formats import FORMATS

    for source in sources[1:]:
        if Path(source).suffix.lower() in FORMATS and not Path(source).exists():
            raise click.UsageError(f"{source}: no such clip: to write it: -o {source}")


def _sets(ctx: Any) -> bool:
    """Whether the command can change keys of a scene."""
    return ctx is not None and any("--set" in param.opts for param in ctx.command.params)


PATH = PathType(path_type=Path)
SOURCE = SourceType()
