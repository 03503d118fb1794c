"""Stills: which frame of a clip is one picture."""

import numpy as np

from vizopt.clips.options import AT
from vizopt.core.errors import VizoptError
from vizopt.draw.timeline import rows_at
from vizopt.draw.views import Views, instant, lengthiest, shown_at
from vizopt.scene.options import ClipOptions


def check_stills(options: ClipOptions, unit: str, epochs: int) -> None:
    """Find out beforehand that no frame is meant, of a still or a poster.

    Args:
        options: of the clip.
        unit: what is counted.
        epochs: of the run that goes on longest.

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


def still_frame(at: str, views: Views) -> tuple[Views, int]:
    """The views of the clip and the frame that is meant.

    A number is an epoch of the run that goes on longest, on the clock of the race. Of each run the
    last row kept up to that instant is put in the place of the one that the clip shows there.
    """
    longest = lengthiest(views)
    number = at.rpartition("=")[2]
    if not number.isdecimal():
        return views, 0 if at == "first" else len(longest.rows) - 1
    when = instant(views, int(number))
    row = rows_at(longest.times, np.array([when]))[0]
    k = int(np.searchsorted(longest.rows, row, side="right")) - 1
    return shown_at(views, k, when), k
