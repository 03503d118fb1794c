"""Curves: loss, accuracy and learning rate of every epoch against the epoch, and what is asked."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from vizopt.core.arrays import Pixels, Spots
from vizopt.core.errors import hint
from vizopt.core.specs import spec
from vizopt.draw.panels.axis import Axis, Kind, Limits
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.curves.boxes import axis_of, beside, constants, left_out, plots
from vizopt.draw.panels.curves.compared import draw_still, moving, plots_of
from vizopt.draw.panels.curves.labels import note_second, write_labels
from vizopt.draw.panels.curves.moving import curve
from vizopt.draw.panels.curves.tips import Tips
from vizopt.draw.views import Views
from vizopt.recording.quantities import quantity, title
from vizopt.recording.store import Recording


@spec
class Curves(OneRun):
    """Recorded values of every epoch, one above the other on a common axis of the whole run.

    An axis follows the run, from 0 where that is near. Of a loss, which falls, high outliers are
    cut: values beyond one and a half times the larger of the first value and the 90th percentile.
    A norm or a ratio may rise: of it no more than the first value is cut, where that lies far above
    all others. Small triangles mark what is cut, and what is 0 on an axis of powers of ten. The
    axis of a loss or a weight norm that spans more than two decades is logarithmic, that of a
    learning rate where it does so for more than its lowest tenth, that of a
    gradient norm or an update ratio always, in whole decades. Where the values in two units of
    width spread, a line shows their mean and a pale band all of them. A learning rate that never
    changes is a line of text.

    Where a run holds out samples, their loss and accuracy are second, thinner curves: those of
    `val_loss`, `test_loss` and the like in a training that was recorded elsewhere. What was logged
    only now and then is a line through its points, and its number is the last one. What is
    measured in each layer has a line for each, named at its end, and the number is that of the
    whole network, where it has room. A panel wider than high puts its curves beside each other.

    Args:
        columns: values of every epoch, one curve each: "loss", "accuracy", "lr"; "grad_norm",
            "update_ratio", "weight_norm", which are recorded where they are shown;
            "grad_norm.dense1", … for one layer alone.
        axis: of every curve: "linear", "log" (for values above 0), or "auto", as said above.
        limits: ends of a column's axis, the lower first: `{ loss = [0, 1.2] }`; those of the run
            when left out. Two clips beside each other on a slide have them in common.
    """

    columns: Annotated[tuple[str, ...], Field(min_length=1)] = ("loss", "accuracy", "lr")
    axis: Kind = "auto"
    limits: dict[str, Limits] | None = None

    def __post_init__(self) -> None:
        for column, (low, high) in (self.limits or {}).items():
            if column not in self.columns:
                raise ValueError(
                    f'limits: "{column}" is no curve here: {hint(column, self.columns)}'
                )
            if not low < high:
                raise ValueError(f"limits.{column}: {low:g} is not below {high:g}")
        for column in self.columns:
            if quantity(column).shape != "scalar":
                raise ValueError(f'columns: "{column}" is no number of every epoch: try "loss"')

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", *self.columns})

    def axis_of(self, column: str, runs: Sequence[Recording]) -> Axis:
        """The axis of a column: as it was given, or that of some runs together."""
        return axis_of(column, runs, self.axis, self.limits)

    def _compares(self, views: Views) -> bool:
        """Whether the lines of several runs are drawn together."""
        return self.of is None and len(views) > 1

    def static(self, slot: DrawContext, views: Views) -> None:
        if self._compares(views):
            draw_still(slot, plots_of(slot, views, self.columns, self.axis, self.limits))
            return
        run = self.view(views).run
        shown = plots(slot, run, self.columns, self.axis, self.limits)
        for plot in shown:
            plot.draw_axes(slot)
            write_labels(slot, run, plot)
        note_second(slot, run, shown)
        for plot in shown if beside(slot, run, self.columns) else shown[-1:]:
            plot.draw_epochs(slot)
        for line in constants(slot, run, self.columns):
            line.write(slot)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        if self._compares(views):
            boxes = plots_of(slot, views, self.columns, self.axis, self.limits)
            return moving(slot, views, boxes)
        run, rows = self.view(views)[1:3]
        shown = plots(slot, run, self.columns, self.axis, self.limits)
        draws = [curve(slot, run, plot, rows) for plot in shown]

        def draw(window: Pixels, k: int) -> None:
            for part in draws:
                part(window, k)

        return draw

    def unseen(self, slot: DrawContext, views: Views) -> list[str]:
        """What never changes and is neither a line of text here nor told below the title."""
        if self._compares(views):
            return []
        run = self.view(views).run
        names = [title(name, run.header.kind) for name in left_out(slot, run, self.columns)]
        return [name for name in names if name not in run.header.settings]

    def spots(self, slot: DrawContext, views: Views) -> Spots:
        """The lines of each run, and the badge at the end of each."""
        boxes = plots_of(slot, views, self.columns, self.axis, self.limits)
        parts = [Tips(slot, views, plot).spots() for plot in boxes]
        return {name: [spot for part in parts for spot in part[name]] for name in views}
