"""Markdown: words that it shows as they are, whatever signs they have."""

import re

# What Markdown would read as its own: anywhere, and at the start of a line. No more than that, for
# Marp leaves out of an alt text what has a backslash in front.
MARKS = re.compile(r"([\\`*_\[\]<>&~$^{}@#|!])")
START = re.compile(r"^([-+:=%]|\(?\w+(?=[.)]\s))")


def marked(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    told = MARKS.sub(r"\\\1", " ".join(text.split()))
    return START.sub(lambda m: m[1] + "\\" if m[1][-1].isalnum() else "\\" + m[1], told)


def harmless(recipe: str) -> str:
    """TOML of the same meaning that holds no tag, end of a comment or shortcode.

    Doubled braces, < and > occur in a recipe's texts only, where TOML takes escapes.
    """
    recipe = recipe.replace("{{", "{\\u007b")
    return recipe.replace("<", "\\u003c").replace(">", "\\u003e")
