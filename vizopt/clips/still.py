"""Stills: which frame of a clip is one picture."""

import numpy as np
from numpy.typing import NDArray

from vizopt.clips.options import AT
from vizopt.core.arrays import Rows
from vizopt.core.errors import VizoptError
from vizopt.scene.options import ClipOptions


def check_stills(options: ClipOptions, unit: str, epochs: int) -> None:
    """Find out beforehand that no frame is meant, of a still or a poster.

    Raises:
        VizoptError: the run counts something else, or it ends before; a warning has no poster.
    """
    if options.poster and options.allow_flashes:
        raise VizoptError("poster: a clip that flashes begins with its warning: leave it out")
    for name, at in (("at", options.at), ("poster", options.poster)):
        found = AT.fullmatch(at)
        if found is None or not found[2]:
            continue
        if found[1] and found[1] != unit:
            raise VizoptError(f"{name} {at}: this run counts {unit}s: write {unit}={found[2]}")
        if int(found[2]) >= epochs:
            raise VizoptError(
                f"{name} {at}: the run ends at {unit} {epochs - 1}: choose that or an earlier one"
            )


def still_frame(at: str, epochs: NDArray[np.integer], rows: Rows) -> tuple[Rows, int]:
    """The rows of the clip [F] and the frame that is meant.

    The last row kept up to that epoch is put in the place of the one that the clip shows there.
    """
    number = at.rpartition("=")[2]
    if not number.isdecimal():
        return rows, 0 if at == "first" else len(rows) - 1
    row = int(np.searchsorted(epochs, int(number), side="right")) - 1
    k = int(np.searchsorted(rows, row, side="right")) - 1
    rows = rows.copy()
    rows[k] = row
    return rows, k
