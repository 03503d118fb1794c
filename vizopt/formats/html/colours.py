"""Colours: a page that follows the look of its clip."""

from collections.abc import Mapping

from vizopt.core.contrast import SHAPE, TEXT, contrast, mixed, nearest

ACCENT, WARNED = "#1d62ad", "#ffb000"  # of what is chosen; of a warning's ground


def rules(colours: Mapping[str, str]) -> str:
    """Style rules that put a look's colours in the place of the player's own; empty without."""
    if not colours:
        return ""
    paper, ink = colours["paper"], colours["ink"]
    warned = mixed(paper, WARNED, 0.2)
    raised = mixed(paper, ink, 0.07)
    values = {
        "paper": paper,
        "raised": raised,
        "ink": _seen(ink, paper, raised),
        "muted": _seen(colours["muted"], paper, raised),
        "rule": colours["rule"],
        "edge": nearest(mixed(paper, ink, 0.5), [paper, raised], SHAPE) or ink,
        "accent": _seen(ACCENT, paper, raised),
        "warned": warned,
        "warning": _seen(ink, warned),
    }
    dark = contrast([paper], ["white"])[0, 0] > contrast([paper], ["black"])[0, 0]
    scheme = "dark" if dark else "light"
    told = "".join(f" --{use}: {colour};" for use, colour in values.items())
    return f"\n:root:not(.system) {{ color-scheme: {scheme};{told} }}\n"


def _seen(colour: str, *papers: str) -> str:
    """The nearest colour that can be read on all of these."""
    return nearest(colour, papers, TEXT) or nearest(colour, papers[:1], TEXT) or colour
