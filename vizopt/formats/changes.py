"""What a frame changes on the screen, for lossless formats that lay one picture over the last."""

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Frame


class Changes:
    """The rectangle around the changed pixels of each frame; unchanged ones are transparent.

    Args:
        dropped: low bits of each channel that are rounded away; 0 keeps every colour.
        whole: the rectangle has all its pixels, to take the place of what is shown: nothing can be
            made transparent by laying something over it.
    """

    def __init__(self, dropped: int, *, whole: bool = False) -> None:
        self._whole = whole
        values = np.arange(256)
        steps = (256 >> dropped) - 1
        self._coarse = np.round(np.round(values * steps / 255) * 255 / steps).astype(np.uint8)
        self._dropped = dropped
        self._shown: NDArray[np.uint32] | None = None

    def __call__(self, frame: Frame) -> tuple[Frame, int, int]:
        """Pixels [h, w, 4], left and top, both even as WebP wants them; one pixel at least."""
        if self._dropped:
            frame = self._coarse[frame]
        pixels = frame.view(np.uint32)[..., 0]
        if self._shown is None:
            self._shown = pixels.copy()
            return frame, 0, 0
        changed = pixels != self._shown
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if not len(rows):
            nothing = frame[:1, :1] if self._whole else np.zeros((1, 1, 4), np.uint8)
            return nothing, 0, 0
        top, left = int(rows[0]) // 2 * 2, int(columns[0]) // 2 * 2
        window = slice(top, rows[-1] + 1), slice(left, columns[-1] + 1)
        patch = pixels[window].copy()
        if not self._whole:
            patch[~changed[window]] = 0
        self._shown[window] = pixels[window]
        return patch[..., None].view(np.uint8), left, top
