"""The colours of a descent's path, from its first step to its last."""

from typing import Any

import numpy as np

from vizopt.draw.panels.base import DrawContext
from vizopt.recording.store import Recording


class PathColours:
    """The colour of each step of the planned run, one of 256 shades."""

    def __init__(self, slot: DrawContext, run: Recording) -> None:
        from matplotlib.colors import LinearSegmentedColormap, to_hex

        shades = LinearSegmentedColormap.from_list("path", slot.theme.path)
        self._last = max(run.header.epochs - 1, 1)
        self._shades = [to_hex(shades(shade)) for shade in range(shades.N)]

    def shade(self, steps: Any) -> Any:
        """Number of the shade of a step, or of many [E]."""
        many = len(self._shades)
        return np.minimum((steps / self._last * many).astype(np.intp), many - 1)

    def __getitem__(self, step: int) -> str:
        return self._shades[int(self.shade(np.float64(step)))]
