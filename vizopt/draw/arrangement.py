"""Arrangement: where a field, grids of layers and curves lie in frames of every shape, whichever of
them there are."""

from typing import NamedTuple

from vizopt.draw.blocks import EMPTY, Block, beside, over
from vizopt.draw.mosaic import Mosaic

PLOTS = 3  # of curves in a panel
ACROSS = 4  # grids beside each other
SQUARE = ("plane", "predicted")  # fields that are no wider than high
KEY = 40.0  # units of height of the key below the grids


class Parts(NamedTuple):
    """What there is.

    Args:
        field: the panel of what is predicted, empty where there is none.
        grids: panels of the layers.
        plots: number of curves; from four on they are two panels.
    """

    field: str
    grids: tuple[str, ...]
    plots: int

    @property
    def shown(self) -> Block:
        return Block.of((self.field,))

    def alone(self, share: float) -> Block:
        """The field in the middle of what has nothing beside it; a strip as wide as that.

        Args:
            share: of the width, that a square takes.
        """
        if self.field not in SQUARE:
            return self.shown
        side = Block.of((EMPTY,)), (1 - share) / 2
        return beside(side, (self.shown, share), side)

    def curves(self, *, upright: bool = False) -> Block:
        """The curves, of two panels one beside the other or below it."""
        panels = ("curves", "more") if self.plots > PLOTS else ("curves",)
        return Block.of(panels, 1 if upright else len(panels))

    def weights(self, height: float, across: int = ACROSS) -> Block:
        """The layers in their order, and the key below; together so many units high."""
        return over((Block.of(self.grids, across), height - KEY), (Block.of(("key",)), KEY))


def mosaics(parts: Parts) -> dict[str, Mosaic]:
    """The places of the parts, by the shape of the frame."""
    ways = {
        "mosaic": _wide,
        "standard": _standard,
        "square": _square,
        "portrait": _portrait,
        "banner": _banner,
        "thumbnail": _thumbnail,
    }
    return {shape: place(parts).mosaic for shape, place in ways.items()}


def _wide(parts: Parts) -> Block:
    """The field on the left; without one the grids; the curves below the grids, or beside."""
    field, grids, plots = parts
    if field:
        weights = [(parts.weights(380.0), 380.0)] if grids else []
        curves = [(parts.curves(), 150.0)] if plots else []
        right = [*weights, *curves]
        return beside((parts.shown, 1.0), (over(*right), 1.1)) if right else parts.alone(0.5)
    if grids and plots:
        return beside((parts.weights(560.0), 1.6), (parts.curves(), 1.0))
    return parts.weights(560.0) if grids else parts.curves()


def _standard(parts: Parts) -> Block:
    """The same, the curves of a field with grids below both."""
    field, grids, plots = parts
    if field and grids:
        above = beside((parts.shown, 1.0), (parts.weights(422.0), 1.1))
        return over((above, 422.0), (parts.curves(), 120.0)) if plots else above
    if field and plots:
        return beside((parts.shown, 1.5), (parts.curves(), 1.0))
    if grids and plots:
        return over((parts.weights(390.0), 390.0), (parts.curves(), 150.0))
    return parts.alone(0.7) if field else _wide(parts)


def _square(parts: Parts) -> Block:
    """The curves beside the field, the grids below both; without a field the curves below."""
    field, grids, plots = parts
    if field and grids:
        below = (parts.weights(252.0), 252.0)
        above = beside((parts.shown, 1.0), (parts.curves(), 1.0)) if plots else parts.alone(0.6)
        return over((above, 370.0), below)
    if field and plots:
        return beside((parts.shown, 410.0), (parts.curves(), 240.0))
    if grids and plots:
        return over((parts.weights(400.0), 400.0), (parts.curves(), 190.0))
    if grids or field:
        return parts.weights(560.0) if grids else parts.shown
    return parts.curves(upright=plots <= 2 * PLOTS)  # more would be too narrow for their titles


def _portrait(parts: Parts) -> Block:
    """Everything below each other."""
    field, grids, plots = parts
    if field:
        curves = [(parts.curves(), 110.0 if grids else 400.0)] if plots else []
        weights = [(parts.weights(282.0), 282.0)] if grids else []
        room = [] if curves or weights else [(Block.of((EMPTY,)), 220.0)]
        return over(*room, (parts.shown, 690.0), *curves, *weights, *room)
    if grids and plots:
        return over((parts.weights(660.0, 2), 660.0), (parts.curves(), 440.0))
    return parts.weights(1100.0, 3) if grids else parts.curves(upright=True)


def _banner(parts: Parts) -> Block:
    """One row: the field, or the first grids, and the curves."""
    field, grids, plots = parts
    curves = [(Block.of(("curves",)), 4.4 if field else 1.0)] if plots else []
    if field:
        return beside((parts.shown, 1.0), *curves) if plots else parts.alone(0.3)
    if grids:
        most = min(2 if plots else ACROSS, len(grids))
        some = [grids[i * (len(grids) - 1) // max(most - 1, 1)] for i in range(most)]
        return beside((Block.of(some, most), 1.0), *curves)
    return curves[0][0] if plots > 2 * PLOTS else parts.curves()  # more would have no height


def _thumbnail(parts: Parts) -> Block:
    """The field, or the first curve, or the first grid."""
    if parts.plots and not parts.field:
        return Block.of(("curve" if parts.plots > 1 else "curves",))
    return parts.shown if parts.field else Block.of(parts.grids[:1])
