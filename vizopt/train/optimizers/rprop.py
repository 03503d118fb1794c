"""Rprop: only the sign of each gradient counts."""

from dataclasses import replace
from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.schedules import Constant


class RpropState(NamedTuple):
    before: Vector  # [P] last gradient, zero where its sign changed
    size: Vector  # [P] step of each parameter


@spec
class Rprop:
    """Resilient propagation: steps grow while the sign stays and shrink when it changes.

    size  ← size · eta_plus where grad · before > 0, size · eta_minus where < 0,
            within [step_min, step_max]
    grad  ← 0 where grad · before < 0
    delta = −sign(grad) · size

    Args:
        lr: size of the first steps; only its value at step 0 counts.
        eta_minus: factor of the step where the gradient's sign has changed.
        eta_plus: factor of the step where the sign has stayed.
        step_min: smallest step.
        step_max: largest step.

    Reference: Riedmiller and Braun 1993, in the variant iRprop− (Igel and Hüsken 2000) that
    torch.optim.Rprop has.
    """

    NAME: ClassVar[str] = "Rprop"
    TOLD: ClassVar[str] = (
        "which looks only at the sign of the slope: the step of {it} grows while the sign "
        "stays and shrinks when it changes"
    )

    RATE: ClassVar[str] = "first step"

    FORMER: ClassVar[dict[str, str]] = {
        "shrink": "eta_minus",
        "grow": "eta_plus",
        "least": "step_min",
        "most": "step_max",
    }

    lr: LearningRate
    eta_minus: Positive = 0.5
    eta_plus: Positive = 1.2
    step_min: Positive = 1e-6
    step_max: Positive = 50.0

    def init(self, params: Vector, layout: ParamLayout) -> RpropState:
        return RpropState(before=np.zeros_like(params), size=np.full_like(params, self.lr(0)))

    def update(
        self, step: int, params: Vector, grad: Vector, state: RpropState
    ) -> tuple[Vector, RpropState]:
        same = np.sign(grad * state.before)
        factor = np.where(same > 0, self.eta_plus, np.where(same < 0, self.eta_minus, 1.0))
        size = (state.size * factor.astype(params.dtype)).clip(self.step_min, self.step_max)
        grad = np.where(same < 0, 0, grad).astype(params.dtype)
        return -np.sign(grad) * size, RpropState(before=grad, size=size)

    def acting(self, layout: ParamLayout) -> "Rprop":
        """With the first step's size in place of a schedule, whose later rates have no effect."""
        return replace(self, lr=Constant(min(max(self.lr(0), self.step_min), self.step_max)))

    def worked(self) -> tuple[str, ...]:
        return (
            "start size = lr",
            "turn = slope * before",
            f"new = {self.eta_plus} * size if turn > 0",
            f"new = {self.eta_minus} * size if turn < 0",
            "new = size if turn == 0",
            f"size = min(max(new, {self.step_min}), {self.step_max})",
            "before = slope if turn >= 0",
            "before = 0 if turn < 0",
            "update = -sign(slope) * size if turn >= 0",
            "update = 0 * size if turn < 0",
        )
