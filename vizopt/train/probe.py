"""Probe: one recorded column, and how its value is read off a step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.header import Column
from vizopt.recording.waiting import Compute
from vizopt.train.loop import Epoch


@dataclass(frozen=True)
class Probe:
    """One column and how its value is read off a step.

    Args:
        column: of the recording.
        read: what is kept of a step; the value itself, unless it is computed.
        compute: the values [N, *shape] of what was read off N steps, all of them at once; and
            whether in few long calls.
    """

    column: Column
    read: Callable[[Epoch], Any]
    compute: Compute | None = None

    def value(self, step: Epoch) -> NDArray[Any]:
        """What a recording has of the step, in the column's dtype."""
        read = self.read(step)
        return np.asarray(
            self.compute([read], False)[0] if self.compute else read, self.column.dtype
        )
