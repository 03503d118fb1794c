"""The command `vizopt completion`: the script that a shell needs for Tab, and its answers."""

import os
import shlex
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from vizopt.cli.completing import PARTIAL

ASKS = "_VIZOPT_COMPLETE"  # the variable in which click's scripts ask
INSTALL = {
    "bash": """echo 'eval "$(vizopt completion bash)"' >> ~/.bashrc""",
    "zsh": """echo 'eval "$(vizopt completion zsh)"' >> ~/.zshrc""",
    "fish": "vizopt completion fish > ~/.config/fish/completions/vizopt.fish",
}


class Bash(BashComplete):
    """Bash takes `=` for the end of a word, unless it was told otherwise."""

    source_template = BashComplete.source_template.replace(
        "elif [[ $type == 'plain' ]]",
        f"elif [[ $type == '{PARTIAL}' ]]; then\n"
        "            COMPREPLY+=($value)\n"
        "            compopt -o nospace\n"
        "        elif [[ $type == 'plain' ]]",
    )
    behind = ""  # what stands in front of the part that Bash takes for the word

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        joined: list[str] = []
        for word in (*args, incomplete):
            if joined and (word == "=" or joined[-1].endswith("=")):
                joined[-1] += word
            else:
                joined.append(word)
        *args, whole = joined
        self.behind = whole.removesuffix(incomplete if incomplete != "=" else "")
        return args, whole

    def format_completion(self, item: "CompletionItem[Any]") -> str:
        value = item.value.removeprefix(self.behind)
        return f"{item.type},{value if item.type == PARTIAL else shlex.quote(value)}"


class Zsh(ZshComplete):
    """No space behind what goes on."""

    source_template = ZshComplete.source_template.replace(
        'elif [[ "$type" == "dir" ]]',
        f'elif [[ "$type" == "{PARTIAL}" ]]; then\n'
        "            compadd -U -S '' -- \"$key\"\n"
        '        elif [[ "$type" == "dir" ]]',
    )


class Fish(FishComplete):
    """Fish itself puts no space behind `.`, `/` and `=`."""

    def format_completion(self, item: "CompletionItem[Any]") -> str:
        return super().format_completion(CompletionItem(item.value, help=item.help))


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Tab completion: the script for bash, zsh or fish.

    It completes commands, options, scenes, keys and values of --set, themes, places and files.
    The script's last line tells how to install it.
    """
    script = SHELLS[shell](ctx.find_root().command, {}, "vizopt", ASKS).source()
    click.echo(f"{script}\n# To install it: {INSTALL[shell]}")


def is_asked() -> bool:
    """Whether a shell waits for what Tab shall offer."""
    return ASKS in os.environ


def answer(cli: click.Command) -> None:
    """Tell the shell; what goes wrong is nothing to write over somebody's command line."""
    for shell, cls in SHELLS.items():
        add_completion_class(cls, shell)
    with suppress(Exception):
        cli.main(prog_name="vizopt")
