"""Text of docstrings and help as Markdown that shows it as it is."""

import re


def escaped(text: str) -> str:
    """Signs of Markdown escaped outside of code; in a table's cell the bar everywhere."""
    parts = re.split(r"(`[^`]+`)", text.replace("\b", "").replace("|", r"\|"))
    return "".join(
        part if part.startswith("`") else re.sub(r"([<>\[\]*_])", r"\\\1", part) for part in parts
    )
