"""The picture: what stands still drawn once, and every frame of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import numpy as np

from vizopt.core.arrays import Frame, Pixels, Spot, Spots
from vizopt.core.errors import RecordingError, VizoptError
from vizopt.core.sizes import Box
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.grids import Grids
from vizopt.draw.header import GAP, HeaderText, headed
from vizopt.draw.paint import DPI, drawn, pixel_axes
from vizopt.draw.panels import Comparing, Curves, Draw, DrawContext, Legend, Standings
from vizopt.draw.playback import Playback
from vizopt.draw.printed import laid
from vizopt.draw.room import MIN_PANEL_SIDE
from vizopt.draw.small import unit_of
from vizopt.draw.theme import Theme
from vizopt.draw.tracing import Traced
from vizopt.draw.views import Views, planned_steps
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLURALS = {"run": "planes", "weights": "weights"}  # panels that each run has


class FrameRenderer:
    """Every frame of a clip; `picture[k]` depends on nothing that was drawn before.

    What stands still is drawn once by matplotlib, what moves by NumPy into a copy of it.

    Args:
        stage: the panels and their places.
        views: the runs, each with the row that each frame shows [F].
        playback: size of the frames, and how they follow each other.
        theme: colours.
        words: title, settings, unit.

    Raises:
        RecordingError: a panel needs a column that was not recorded.
    """

    def __init__(
        self,
        stage: FigureSpec,
        views: Views,
        playback: Playback,
        theme: Theme,
        words: HeaderText,
    ) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        for name, view in views.items():
            check_columns(stage, name, view.run)
        self._views, self._every = views, stage.panels
        self._frames = len(next(iter(views.values())).rows)
        self.size = size = playback.size
        with theme.applied():
            figure = Figure((size[0] / DPI, size[1] / DPI), dpi=DPI, facecolor=theme.paper)
            canvas = FigureCanvasAgg(figure)
            header = _slot(figure, Box(0, 0, *size), theme, playback)
            body, counted = headed(stage, header, words, views)
            boxes = stage.mosaic_for(size).boxes(body, header.unit * GAP)
            for name, box in boxes.items():
                if min(box.width, box.height) < header.unit * MIN_PANEL_SIDE:
                    at = f"{size[0]}x{size[1]}"
                    raise VizoptError(f'{at}: no room for the panel "{name}": choose a larger size')
            slots = {
                name: _slot(figure, box, theme, playback, header) for name, box in boxes.items()
            }
            for name, slot in slots.items():
                stage.panels[name].static(slot, views)
            self.figure = figure
            self._still = drawn(canvas)
            self._panels = [(stage.panels[name], boxes[name], slots[name]) for name in slots]
            self._draws: list[tuple[Box, Draw]] = [counted] if planned_steps(views) > 1 else []
            for panel, box, slot in self._panels:
                self._draws.append((box, panel.dynamic(slot, views)))

    def __len__(self) -> int:
        return self._frames

    def __getitem__(self, k: int) -> Frame:
        """Frame k [H, W, 4], a fresh array."""
        frame = self._still.copy()
        for box, draw in self._draws:
            draw(_window(frame, box), k)
        return frame

    def spots(self) -> Spots:
        """Where each of several runs is: its panels, and what is its own where all are drawn."""
        found: dict[str, list[Spot]] = {name: [] for name in self._views}
        for panel, box, slot in self._panels if len(found) > 1 else ():
            own = getattr(panel, "of", None)
            if isinstance(panel, Comparing) and own is None:
                for name, spots in panel.spots(slot, self._views).items():
                    found[name] += [_moved(spot, box) for spot in spots]
            elif own is not None and not isinstance(panel, Legend):  # that is of all
                found[own].append(np.array([box]))
        return found

    def unseen(self) -> list[str]:
        """What a picture has no room for: of several runs panels without a place, and what those
        that have one leave out."""
        found: dict[str, None] = {}
        if len(self._views) > 1:
            kinds = [type(panel) for panel, _, _ in self._panels]
            names = (name for name, panel in self._every.items() if type(panel) not in kinds)
            found = dict.fromkeys(PLURALS.get(name.partition("-")[0], name) for name in names)
        for panel, _, slot in self._panels:
            if isinstance(panel, Standings | Curves):
                found |= dict.fromkeys(panel.unseen(slot, self._views))
        return [*found]

    def printed(self, k: int) -> "AbstractContextManager[Figure]":
        """Frame k as a figure whose text is text and whose curves are curves, within the block."""
        frame = Traced.of(self._still)
        for box, draw in self._draws:
            draw(_window(frame, box), k)
        return laid(self.figure, self._still, frame)

    def __iter__(self) -> Iterator[Frame]:
        return (self[k] for k in range(len(self)))


def check_columns(stage: FigureSpec, name: str, run: Recording) -> None:
    """Raises RecordingError where a run, by its name in the picture, has not what this shows."""
    for column in sorted(stage.needs_of(name) - run.names):
        raise RecordingError(
            f"{run.path}: no column {column!r}, which the picture needs: record it again"
        )


def _moved(spot: Spot, box: Box) -> Spot:
    """The spot in a panel's window as one in the frame."""
    return np.add(spot, [box.left, box.top, 0, 0][: spot.shape[1]])


def _window(frame: Frame, box: Box) -> Pixels:
    return frame[box.top : box.top + box.height, box.left : box.left + box.width]


def _slot(
    figure: "Figure", box: Box, theme: Theme, playback: Playback, whole: DrawContext | None = None
) -> DrawContext:
    return DrawContext(
        axes=pixel_axes(figure, *box),
        width=box.width,
        height=box.height,
        theme=theme,
        unit=whole.unit if whole else unit_of(playback.size),
        playback=playback,
        grids=whole.grids if whole else Grids(),
    )
