"""The first screen, `vizopt help`, and the one line on a wrong usage."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import click

from vizopt.core.errors import hint, one_line

START = (
    ("vizopt make sgd", "train; an MP4 and a GIF in outputs/"),
    ("vizopt make sgd --set optimizer.lr=0.5", "the same at another learning rate"),
    ("vizopt show sgd > mine.toml", "your own: vizopt make mine.toml"),
)
OPTIONS = ("--version", "The version; --debug: a bug's traceback; -h: help")
# What other programs call it.
ELSEWHERE = {
    "--out": "-o",
    "--output": "-o",
    "--format": "-o",
    "--width": "--size",
    "--height": "--size",
    "--length": "--seconds",
    "--duration": "--seconds",
    "--force": "--overwrite",
}
AS_IN_PYTHON = re.compile(r"\b(overwrite|mixed|resume)=True\b")
MIN_LIKENESS = 0.8  # of a misspelt option


class Commands(click.Group):
    """Commands that are shown in groups, on one screen of 80 × 24, with their whole summaries.

    Args:
        groups: the commands by the name of their group, in the order in which they are shown.
    """

    def __init__(
        self, *args: Any, groups: Mapping[str, Sequence[click.Command]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.groups = groups
        for commands in groups.values():
            for command in commands:
                self.add_command(command)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(f"{self.help}\n")
        with formatter.indentation():
            formatter.write_dl(START, col_max=60)
        rows = []
        for group, commands in self.groups.items():
            for i, command in enumerate(commands):
                name = f"{'' if i else group:7}{command.name}"
                rows.append((name, command.get_short_help_str(1000).rstrip(".")))
        formatter.write_dl([*rows, (f"{'':7}{OPTIONS[0]}", OPTIONS[1])])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if ctx.resilient_parsing:  # Tab may come before the command is whole
            return super().resolve_command(ctx, args)
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise click.UsageError(unknown(args[0], self), ctx)
        return super().resolve_command(ctx, args)


def _commands(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    above = ctx.parent.command if ctx.parent else None
    known = above.commands if isinstance(above, Commands) else {}
    return [name for name in known if name.startswith(incomplete)]


@click.command("help")
@click.argument("name", metavar="[COMMAND]", required=False, shell_complete=_commands)
@click.pass_context
def help_(ctx: click.Context, name: str | None) -> None:
    """What a command does and takes: vizopt help make"""
    assert ctx.parent
    above = ctx.parent.command
    assert isinstance(above, Commands)
    if name is None:
        click.echo(above.get_help(ctx.parent))
        return
    command = above.get_command(ctx, name)
    if command is None:
        raise click.UsageError(unknown(name, above), ctx.parent)
    with click.Context(command, info_name=name, parent=ctx.parent) as inner:
        click.echo(command.get_help(inner))


def unknown(name: str, above: Commands) -> str:
    """What is meant by a word that is no command: a scene, a file, or a command misspelt."""
    from vizopt.core.library import is_table, names, races

    if name in races():
        return f"{name}: no such command: draw the race with vizopt race {name}"
    if name in names() or name.endswith(".toml") or is_table(name):
        return f"{name}: no such command: make the scene with vizopt make {name}"
    if name.endswith(".zarr"):
        return f"{name}: no such command: draw the recording with vizopt render {name} -o NAME.mp4"
    return f"{name}: no such command: {hint(name, above.commands)}"


def as_options(text: str) -> str:
    """A message whose way out is written as in Python, with the options of the command line."""
    return AS_IN_PYTHON.sub(r"--\1", text)


def wrong_usage(error: click.UsageError, above: Commands, arguments: Sequence[str]) -> str:
    """A wrong usage in one line, and where the right one is told."""
    place = " ".join(["vizopt", *(word for word in arguments[:1] if word in above.commands)])
    place = error.ctx.command_path if error.ctx else place
    text = _no_option(error) if isinstance(error, click.NoSuchOption) else error.format_message()
    text = one_line(text.rstrip(".").replace("\n\t", " "))  # a list of choices
    return f"{text}{'' if text.endswith('?') else '.'} See: {place} --help"


def _no_option(error: click.NoSuchOption) -> str:
    """An option that there is none of: its name here, a key of the scene, or what is near."""
    name, command = error.option_name, error.ctx.command if error.ctx else None
    if isinstance(command, Commands):
        return f"{name}: {_behind(name, command)}"
    known = [option for p in command.params for option in p.opts] if command else []
    long = [option for option in known if option.startswith("--")]
    said = f"{name}: no such option"
    if ELSEWHERE.get(name) in known:
        return f"{said}: it is {ELSEWHERE[name]}"
    key = _key(name, nearly=False) if "--set" in known else ""
    if not key and "--set" in known and not get_close_matches(name, long, 1, MIN_LIKENESS):
        key = _key(name, nearly=True)
    return f"{said}: {_way(key, command) if key else hint(name, long)}"


def _behind(name: str, above: Commands) -> str:
    """What stands behind a command and not before it: its option, or a key of the scene."""
    before = [option for p in above.params for option in p.opts] + ["--help"]
    near = get_close_matches(name, before, 1, MIN_LIKENESS)
    if near:
        return f'no such option: did you mean "{near[0]}"?'
    owners = ["make"] + [told for told in above.commands if told != "make"]
    for told in owners:
        options = [option for p in above.commands[told].params for option in p.opts]
        if near := get_close_matches(name, options, 1, MIN_LIKENESS):
            return f"options stand behind a command: vizopt {told} … {near[0]}"
        if told == "make" and (key := _key(name, nearly=True)):
            return f"keys of a scene are set behind a command: vizopt make SCENE --set {key}=VALUE"
    return f"no such option: {hint(name, before)}"


def _key(name: str, *, nearly: bool) -> str:
    """The key of a scene that an option stands for; empty where it is none."""
    from vizopt.cli.keys import meant

    return meant(name.removeprefix("--"), nearly=nearly) if name.startswith("--") else ""


def _way(key: str, command: click.Command | None) -> str:
    """How a key of the scene is set, where that can be done."""
    from vizopt.scene.spec import TRAINED

    if command and command.name == "render" and key.partition(".")[0] in TRAINED:
        return f"{key} was trained so: train again with vizopt make SCENE --set {key}=VALUE"
    return f"set the scene's key with --set {key}=VALUE"
