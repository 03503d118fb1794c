"""Writing: what is told before a picture is drawn whose texts cannot all be written."""

from functools import cache

from vizopt.core import warned
from vizopt.core.words import missing
from vizopt.draw import fonts
from vizopt.recording.header import Header
from vizopt.scene.spec import Presentation

NAMED = 3  # missing words


def warn(scene: Presentation, header: Header) -> None:
    """Warn of characters that no font draws, and of words that one's own language lacks.

    Each line comes once, though a recording may be made and drawn in one go.
    """
    theme = scene.colours
    texts = (scene.title, header.settings, header.plane, *header.classes, *header.axes)
    lacking = fonts.warning([*texts, *theme.words.words.values()], theme.family)
    for line in (_untold(scene), lacking):
        if line:
            _warn(f"{scene.name}: {line}")


def _untold(scene: Presentation) -> str:
    """Which words stay English; a language that comes with vizopt lacks none."""
    keys = missing(scene.colours.words.words)
    some = ", ".join(keys[:NAMED]) + (f" and {len(keys) - NAMED} more" if keys[NAMED:] else "")
    return f"look.language: has no {some}: English stands there" if keys else ""


@cache
def _warn(line: str) -> None:
    warned.warn(line)
