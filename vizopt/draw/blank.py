"""Axes of which nothing is seen but what is drawn on them."""

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis


class _Unticked(Axis):
    """Has no ticks: one that is asked for them makes them."""

    def get_children(self) -> list[Artist]:
        return []

    def set_clip_path(self, *path: Any, **keys: Any) -> None:
        Artist.set_clip_path(self, *path, **keys)


class _X(_Unticked, XAxis): ...


class _Y(_Unticked, YAxis): ...


class BlankAxes(Axes):
    """Without ticks, grid and frame, which take as long as all that is seen of a picture."""

    def _init_axis(self) -> None:
        self.xaxis = _X(self, clear=False)
        self.yaxis = _Y(self, clear=False)

    def _gen_axes_spines(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}

    def grid(self, *_: Any, **__: Any) -> None:
        """There is none to be shown or hidden."""

    def tick_params(self, *_: Any, **__: Any) -> None:
        """There are none that could look like something."""
