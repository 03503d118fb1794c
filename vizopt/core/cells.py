"""Cells: what a notebook shows of data, as HTML that needs nothing else."""

from collections.abc import Mapping
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, EDGE = 160, 24, 2  # pixels of a curve among the words
MAX_POINTS = 200  # points of one
STYLE = "text-align: left; vertical-align: top"


def table(caption: str, facts: Mapping[str, str]) -> str:
    """A line of HTML for each fact, below a caption; the facts are HTML."""
    lines = "".join(
        f'<tr><th scope="row" style="{STYLE}">{escape(name)}</th>'
        f'<td style="{STYLE}">{told}</td></tr>'
        for name, told in facts.items()
    )
    top = f'<caption style="caption-side: top; {STYLE}"><b>{escape(caption)}</b></caption>'
    return f"<table>{top}{lines}</table>"


def folded(line: str, text: str) -> str:
    """A line, below which a text unfolds."""
    return f"<details><summary>{escape(line)}</summary><pre>{escape(text)}</pre></details>"


def curve(values: NDArray[np.floating], told: str) -> str:
    """Values [E] as a small curve, and what they are in words for who does not see it."""
    chosen = np.linspace(0, len(values) - 1, min(len(values), MAX_POINTS)).round().astype(int)
    y = np.asarray(values, float)[chosen]
    finite = np.isfinite(y)
    if finite.sum() < 2:
        return ""
    x = np.linspace(EDGE, WIDTH - EDGE, len(y))[finite]
    low, high = y[finite].min(), y[finite].max()
    share = (y[finite] - low) / (high - low) if high > low else np.full(finite.sum(), 0.5)
    down = HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, down, strict=True))
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" style="vertical-align: middle" role="img"'
        f' aria-label="{escape(told)}">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )
