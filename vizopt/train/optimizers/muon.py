"""Muon: the momentum of each weight matrix, made orthogonal."""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Matrix, Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import NonNegative, Share, spec
from vizopt.core.tensors import Tensor
from vizopt.train.optimizers.adamw import AdamW
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state
from vizopt.train.schedules import Constant

ITERATIONS = 5  # of Newton and Schulz
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # the authors', steepest at zero


class MuonState(NamedTuple):
    first_moment: Vector  # [P] of the matrices; zero elsewhere
    adam: AdamState  # [P] of the rest
    matrices: Vector  # [P] 1 where a parameter belongs to a matrix, 0 elsewhere
    layout: ParamLayout


@spec
class Muon:
    """MomentUm Orthogonalised by Newton-Schulz for weight matrices; AdamW for the rest.

    m     ← momentum · m + (1 − momentum) · grad
    ahead = (1 − momentum) · grad + momentum · m
    delta = −lr(step) · (√max(1, outputs / inputs) · orthogonal(ahead) + weight_decay · params)

    orthogonal(G) takes all singular values of G near 1: five times
    X ← a X + (b A + c A²) X with A = X Xᵀ, from X = G / ‖G‖.

    Args:
        lr: learning rate of the matrices: a number or a schedule.
        momentum: share of the mean of the gradients kept, 0 ≤ momentum < 1.
        weight_decay: share of a matrix, times the learning rate, that each step takes off it.
        adamw_lr: learning rate of AdamW for biases, a number or a schedule, with betas 0.9 and
            0.95, epsilon 1e-10 and no weight decay, as the authors have it.

    Reference: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", and
    their reference code, here in the precision of the parameters instead of bfloat16.
    """

    NAME: ClassVar[str] = "Muon"
    TOLD: ClassVar[str] = (
        "which moves each weight matrix by its momentum, made orthogonal so that it changes "
        "all directions alike, and the biases as AdamW does"
    )

    MEANINGS: ClassVar[dict[str, str]] = {
        "momentum": "the share of the older mean of slopes that is kept",
    }
    FORMER: ClassVar[dict[str, str]] = {
        "momentum_share": "momentum",
        "decay": "weight_decay",
        "rest_lr": "adamw_lr",
    }

    lr: LearningRate = Constant(0.02)
    momentum: Share = 0.95
    weight_decay: NonNegative = 0.0
    adamw_lr: LearningRate = Constant(3e-4)

    def init(self, params: Vector, layout: ParamLayout) -> MuonState:
        matrices = np.zeros_like(params)
        views = layout.views(matrices)
        for tensor in _matrices(layout):
            views[tensor.name][...] = 1
        return MuonState(np.zeros_like(params), adam_state(params), matrices, layout)

    def update(
        self, step: int, params: Vector, grad: Vector, state: MuonState
    ) -> tuple[Vector, MuonState]:
        share = self.momentum
        mine = grad * state.matrices
        mean = share * state.first_moment + (1 - share) * mine
        ahead = (1 - share) * mine + share * mean
        views = state.layout.views(ahead)
        for tensor in _matrices(state.layout):
            view, (inputs, outputs) = views[tensor.name], tensor.grid
            turned = orthogonal(tensor.matrix(view)) * max(1.0, outputs / inputs) ** 0.5
            view[...] = tensor.array(turned)
        push = ahead + self.weight_decay * params * state.matrices
        others, adam = self._rest().update(step, params, grad * (1 - state.matrices), state.adam)
        delta = -self.lr(step) * push + others
        return delta, MuonState(mean, adam, state.matrices, state.layout)

    def acting(self, layout: ParamLayout) -> "Muon | AdamW":
        """Without a matrix, as on a curve, only the rule of the rest."""
        return self if any(_matrices(layout)) else self._rest()

    def _rest(self) -> AdamW:
        """The rule of what belongs to no matrix."""
        return AdamW(lr=self.adamw_lr, beta_2=0.95, epsilon=1e-10, weight_decay=0.0)


def _matrices(layout: ParamLayout) -> Iterator[Tensor]:
    """Those that are multiplied with inputs: embeddings are not, and go with the rest."""
    return (t for t in layout.tensors if t.role == "weight" and t.axis_in is not None)


def orthogonal(G: Matrix) -> Matrix:
    """The nearest matrix with orthonormal rows or columns, roughly: singular values in 0.7 to 1.2.

    Args:
        G: any matrix [m, n]; zeros stay zeros.
    """
    a, b, c = COEFFICIENTS
    X = G.T if G.shape[0] > G.shape[1] else G
    X = X / (np.linalg.norm(X) + 1e-7)
    for _ in range(ITERATIONS):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return np.asarray(X.T if G.shape[0] > G.shape[1] else X)
