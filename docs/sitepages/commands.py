"""The reference of the command line, from click's own objects."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from sitepages.markdown import escaped
from vizopt.cli import cli

HEAD = """# Commands

`vizopt COMMAND --help` says the same in the terminal. What goes wrong is one line; the exit code is
0 when all is well, 1 for what went wrong, 2 for a wrong command line, 70 for a bug of ours, with a
file that holds the traceback (`--debug` shows it instead).
"""


def written(folder: Path) -> None:
    """Write commands.md into a folder."""
    (folder / "commands.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """Every command with its options, in Markdown."""
    return HEAD + "".join("\n".join(_command(name)) for name in cli.list_commands(_context()))


def _context() -> click.Context:
    return click.Context(cli, info_name="vizopt", **cli.context_settings)


def _command(name: str) -> Iterator[str]:
    command = cli.commands[name]
    context = click.Context(command, info_name=name, parent=_context())
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n## `vizopt {name}`\n\n```text\nvizopt {name} {usage}\n```\n"
    yield f"{escaped(cleandoc(command.help or ''))}\n"
    rows = [
        record
        for option in command.get_params(context)
        if (record := option.get_help_record(context)) and record[0] not in ("--help", "-h, --help")
    ]
    if rows:
        yield "| option | |\n|---|---|"
        for option, told in rows:
            yield f"| `{option.replace('|', chr(92) + '|')}` | {escaped(told)} |"
    yield ""
