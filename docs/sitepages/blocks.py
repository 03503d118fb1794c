"""The fenced blocks of a page, and the shell's lines in them."""

import re
import shlex
from typing import NamedTuple

FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>[^\n]*)\n(?P<text>.*?)^(?P=fence) *$", flags=re.S | re.M
)


class Block(NamedTuple):
    """A fenced block.

    Args:
        kind: the language, "" of a plain one.
        file: the name of the file that it shows, else "".
        text: what stands in it.
    """

    kind: str
    file: str
    text: str


class Line(NamedTuple):
    """A command: its words, and the file that its output goes to, else ""."""

    words: list[str]
    output: str


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    found = []
    for match in FENCE.finditer(page):
        kind, text = match["kind"].strip(), match["text"]
        if directive := re.fullmatch(r"\{code-block\} *(\w+)", kind):
            caption, text = text.split("\n", 1)
            found.append(Block(directive[1], caption.removeprefix(":caption:").strip(), text))
        else:
            found.append(Block(kind, "", text))
    return found


def lines(block: Block) -> list[Line]:
    """The commands of a shell's block."""
    found = []
    for command in re.split(r"\n|&&", block.text):
        words = shlex.split(command, comments=True)
        output = words[-1] if ">" in words else ""
        if words:
            found.append(Line(words[: words.index(">")] if output else words, output))
    return found
