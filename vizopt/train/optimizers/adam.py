"""Adam and the rules that change one thing about it."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import NonNegative, Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class AdamState(NamedTuple):
    momentum: Vector  # [P] mean of grad
    cache: Vector  # [P] mean of grad²


@spec
class Adam:
    """Momentum and RMSProp together, with bias correction.

    momentum ← beta_1 · momentum + (1 − beta_1) · grad
    cache    ← beta_2 · cache + (1 − beta_2) · grad²
    delta    = −lr(step) · m̂ / (√ĉ + epsilon)
    m̂ = momentum / (1 − beta_1^(step+1)),  ĉ = cache / (1 − beta_2^(step+1))

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0; the book's. The
            paper's and PyTorch's is 1e-8.

    Reference: Kingma and Ba 2015, algorithm 1; Neural Networks from Scratch, chapter 10;
    torch.optim.Adam.
    """

    NAME: ClassVar[str] = "Adam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by their usual size"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        corrected = state.momentum / (1 - self.beta_1 ** (step + 1))
        cache = state.cache / (1 - self.beta_2 ** (step + 1))
        return -self.lr(step) * corrected / (np.sqrt(cache) + self.epsilon), state

    def worked(self) -> tuple[str, ...]:
        return (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = v / (1 - {self.beta_2} ** t)",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )


@spec
class AdamW:
    """Adam whose weight decay does not pass through the moments.

    delta = −lr(step) · (m̂ / (√ĉ + epsilon) + decay · params), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.
        decay: share of a parameter, times the learning rate, that each step takes off it; of
            weights and biases alike.

    Reference: Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW, whose decay is scaled
    by the learning rate.
    """

    NAME: ClassVar[str] = "AdamW"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by their usual size, and "
        "lets it shrink by the share decay times the learning rate at every step"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8
    decay: NonNegative = 0.01

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        corrected = state.momentum / (1 - self.beta_1 ** (step + 1))
        cache = state.cache / (1 - self.beta_2 ** (step + 1))
        push = corrected / (np.sqrt(cache) + self.epsilon) + self.decay * params
        return -self.lr(step) * push, state

    def worked(self) -> tuple[str, ...]:
        lines = (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = v / (1 - {self.beta_2} ** t)",
        )
        push = f"m̂ / (sqrt(v̂) + {self.epsilon})"
        if not self.decay:
            return (*lines, f"update = -lr * {push}")
        return (*lines, f"push = {push} + {self.decay} * x", "update = -lr * push")


class AMSGradState(NamedTuple):
    momentum: Vector  # [P] mean of grad
    cache: Vector  # [P] mean of grad²
    largest: Vector  # [P] the cache's largest value so far


@spec
class AMSGrad:
    """Adam that never forgets a large gradient.

    largest ← max(largest, cache)
    delta   = −lr(step) · m̂ / (√(largest / (1 − beta_2^(step+1))) + epsilon), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.

    Reference: Reddi et al. 2018, algorithm 2, with the bias correction of
    torch.optim.Adam(amsgrad=True), which the paper leaves out.
    """

    NAME: ClassVar[str] = "AMSGrad"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by the largest that their "
        "usual size has ever been"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AMSGradState:
        return AMSGradState(*adam_state(params), largest=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AMSGradState
    ) -> tuple[Vector, AMSGradState]:
        mean = moments(self.beta_1, self.beta_2, grad, AdamState(state.momentum, state.cache))
        largest = np.maximum(state.largest, mean.cache)
        corrected = mean.momentum / (1 - self.beta_1 ** (step + 1))
        root = np.sqrt(largest / (1 - self.beta_2 ** (step + 1))) + self.epsilon
        return -self.lr(step) * corrected / root, AMSGradState(*mean, largest)

    def worked(self) -> tuple[str, ...]:
        return (
            *moment_lines(self.beta_1, self.beta_2),
            "largest = max(largest, v)",
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = largest / (1 - {self.beta_2} ** t)",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )


@spec
class Adamax:
    """Adam with the largest recent gradient in place of the root mean square.

    momentum ← beta_1 · momentum + (1 − beta_1) · grad
    cache    ← max(beta_2 · cache, |grad| + epsilon)
    delta    = −lr(step) · m̂ / cache

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the largest recent |grad| kept, 0 ≤ beta_2 < 1.
        epsilon: added to |grad|, as PyTorch does; the paper has none.

    Reference: Kingma and Ba 2015, algorithm 2; torch.optim.Adamax.
    """

    NAME: ClassVar[str] = "Adamax"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by the largest recent one"
    )

    MEANINGS: ClassVar[dict[str, str]] = {
        "beta_2": "the share of the older largest slope that is kept",
    }

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        momentum = self.beta_1 * state.momentum + (1 - self.beta_1) * grad
        cache = np.maximum(self.beta_2 * state.cache, abs(grad) + self.epsilon)
        corrected = momentum / (1 - self.beta_1 ** (step + 1))
        return -self.lr(step) * corrected / cache, AdamState(momentum, cache)

    def worked(self) -> tuple[str, ...]:
        return (
            f"m = {self.beta_1} * m + {rest(self.beta_1)} * slope",
            f"u = max({self.beta_2} * u, abs(slope) + {self.epsilon})",
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            "update = -lr * m̂ / u",
        )


class NAdamState(NamedTuple):
    momentum: Vector  # [P] mean of grad
    cache: Vector  # [P] mean of grad²
    product: float  # of all momentum shares so far


@spec
class NAdam:
    """Adam with Nesterov's look ahead.

    mu(t)    = beta_1 · (1 − 0.96^(t · momentum_decay) / 2),  t = step + 1
    product  ← product · mu(t)
    delta    = −lr(step) / (√ĉ + epsilon) · ((1 − mu(t)) / (1 − product) · grad
               + mu(t+1) / (1 − product · mu(t+1)) · momentum), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.
        momentum_decay: how fast mu grows from beta_1 / 2 to beta_1; 0: not at all.

    Reference: Dozat 2016; torch.optim.NAdam.
    """

    NAME: ClassVar[str] = "NAdam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes that looks one step ahead, divided "
        "by their usual size"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8
    momentum_decay: NonNegative = 4e-3

    def init(self, params: Vector, layout: ParamLayout) -> NAdamState:
        return NAdamState(*adam_state(params), product=1.0)

    def update(
        self, step: int, params: Vector, grad: Vector, state: NAdamState
    ) -> tuple[Vector, NAdamState]:
        mean = moments(self.beta_1, self.beta_2, grad, AdamState(state.momentum, state.cache))
        mu, following = self._share(step + 1), self._share(step + 2)
        product = state.product * mu
        root = np.sqrt(mean.cache / (1 - self.beta_2 ** (step + 1))) + self.epsilon
        now = (1 - mu) / (1 - product) * grad
        ahead = following / (1 - product * following) * mean.momentum
        return -self.lr(step) * (now + ahead) / root, NAdamState(*mean, product)

    def worked(self) -> tuple[str, ...]:
        share = f"{self.beta_1} - {self.beta_1 / 2} * 0.96 ** ({self.momentum_decay} *"
        return (
            "start P = 1",
            *moment_lines(self.beta_1, self.beta_2),
            f"v̂ = v / (1 - {self.beta_2} ** t)",
            f"μ = {share} t)",
            f"ν = {share} (t + 1))",
            "P = P * μ",
            "m̂ = (1 - μ) / (1 - P) * slope + ν / (1 - P * ν) * m",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )

    def _share(self, t: int) -> float:
        return float(self.beta_1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay)))


@spec
class RAdam:
    """Adam that waits with the adaptive rate until its variance is known.

    rho∞ = 2 / (1 − beta_2) − 1,  rho = rho∞ − 2 t · beta_2^t / (1 − beta_2^t),  t = step + 1
    delta = −lr(step) · m̂                                              while rho ≤ 5
    delta = −lr(step) · m̂ · r · √(1 − beta_2^t) / (√cache + epsilon)   from then on
    r² = (rho − 4)(rho − 2) rho∞ / ((rho∞ − 4)(rho∞ − 2) rho)

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the root before its correction, as PyTorch does.

    Reference: Liu et al. 2020, algorithm 2; torch.optim.RAdam.
    """

    NAME: ClassVar[str] = "RAdam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, and divides by their usual size "
        "only when it has seen enough of them"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        t = step + 1
        corrected = state.momentum / (1 - self.beta_1**t)
        kept = self.beta_2**t
        last = 2 / (1 - self.beta_2) - 1
        rho = last - 2 * t * kept / (1 - kept)
        if rho <= 5:
            return -self.lr(step) * corrected, state
        r = np.sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
        adapted = float(r * np.sqrt(1 - kept)) / (np.sqrt(state.cache) + self.epsilon)
        return -self.lr(step) * corrected * adapted, state

    def worked(self) -> tuple[str, ...]:
        known = 2 / (1 - self.beta_2) - 1
        limit = f"{known:.12g} / {known - 4:.12g} / {known - 2:.12g}"
        return (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"ρ = {known:.12g} - 2 * t * {self.beta_2} ** t / (1 - {self.beta_2} ** t)",
            "update = -lr * m̂ if ρ <= 5",
            f"q = (ρ - 4) * (ρ - 2) / ρ * {limit} if ρ > 5",
            f"r = sqrt(q * (1 - {self.beta_2} ** t)) / (sqrt(v) + {self.epsilon}) if ρ > 5",
            "update = -lr * m̂ * r if ρ > 5",
        )


def adam_state(params: Vector) -> AdamState:
    """Both means at zero."""
    return AdamState(momentum=np.zeros_like(params), cache=np.zeros_like(params))


def moments(beta_1: float, beta_2: float, grad: Vector, state: AdamState) -> AdamState:
    """Both means, one gradient later."""
    return AdamState(
        momentum=beta_1 * state.momentum + (1 - beta_1) * grad,
        cache=beta_2 * state.cache + (1 - beta_2) * grad**2,
    )


def moment_lines(beta_1: float, beta_2: float) -> tuple[str, str]:
    """The same for one parameter, as arithmetic."""
    return (
        f"m = {beta_1} * m + {rest(beta_1)} * slope",
        f"v = {beta_2} * v + {rest(beta_2)} * slope ** 2",
    )
