"""What an optimizer is: two pure functions and the learning rate they use."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar

from vizopt.core.arrays import Vector
from vizopt.core.kinds import OneOf
from vizopt.core.numbers import setting
from vizopt.core.own import REGISTERED
from vizopt.core.params import ParamLayout
from vizopt.train.schedules import SCHEDULES, PerBatch, Schedule

LearningRate: TypeAlias = Annotated[Schedule, OneOf(SCHEDULES, bare="constant", also=(PerBatch,))]

LEARNING_RATE = "learning rate"
S = TypeVar("S")  # the optimizer's state: a NamedTuple of vectors


class Optimizer(Protocol[S]):
    """An update rule: a frozen dataclass of hyper-parameters; the state is the caller's.

    Nothing is changed in place: `update` returns what is to be added to the parameters.
    A rule says more of itself where it can: its proper name `NAME`, what it does to {it} to make
    {loss} small in `TOLD`, what its rate is called in `RATE` and its settings mean in `MEANINGS`,
    `worked()`, its arithmetic for one parameter (see `worked`), and `acting(layout)`, the rule
    that it comes to where not all of it is used.
    """

    @property
    def lr(self) -> Schedule: ...

    def init(self, params: Vector, layout: ParamLayout) -> S:
        """The state before the first step, for params [P]; layout tells which are matrices."""
        ...

    def update(self, step: int, params: Vector, grad: Vector, state: S) -> tuple[Vector, S]:
        """(delta [P] to add to params, next state), from grad [P] at params; step counts from 0."""
        ...


def name_of(optimizer: Optimizer[Any]) -> str:
    """The rule's proper name: `Adam`."""
    return str(getattr(optimizer, "NAME", type(optimizer).__name__))


def rate_of(optimizer: Optimizer[Any]) -> str:
    """What the rule's `lr` is called."""
    return str(getattr(optimizer, "RATE", LEARNING_RATE))


def acting(optimizer: Optimizer[Any], layout: ParamLayout) -> Optimizer[Any]:
    """The rule that moves these parameters, with nothing in it that has no effect on them."""
    own: Callable[[ParamLayout], Optimizer[Any]] | None = getattr(optimizer, "acting", None)
    return own(layout) if own else optimizer


def worked(optimizer: Optimizer[Any]) -> str:
    """One step of the rule for one parameter, a line of arithmetic for each result.

    A line is `name = expression`, perhaps with `if condition` behind; `start name = expression`
    holds before the first step only, and what is not started is 0. The last step's results, x,
    slope, lr, other learning rates and t, which is 1 at the first step, have their names. What
    is added to x is `update`. Numbers, + − * / **, sqrt, abs, sign, min and max are understood.
    """
    lines: Callable[[], tuple[str, ...]] = getattr(optimizer, "worked", tuple)
    return "\n".join(lines())


def rest(share: float) -> str:
    """1 − share, as one would write it."""
    return f"{1 - share:.12g}"


def said(value: Any) -> str:
    """A rule's setting in words: a number, a schedule, whatever a field of one's own holds."""
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if isinstance(value, int | float):
        return setting(value)
    if isinstance(value, tuple):
        return " ".join(map(said, value)) or "none"
    return str(value.describe() if hasattr(value, "describe") else value)


def rates(optimizer: Optimizer[Any]) -> dict[str, Schedule]:
    """The rule's schedules by name; `lr`, and others where parameters differ in theirs."""
    known = {*SCHEDULES.values(), *REGISTERED, PerBatch}
    values = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}  # type: ignore[arg-type]
    return {name: value for name, value in values.items() if type(value) in known}


def per_batch(optimizer: Optimizer[S], batches: int) -> Optimizer[S]:
    """The same rule with schedules that count epochs of so many batches."""
    if batches == 1:
        return optimizer
    held = {name: PerBatch(of=rate, batches=batches) for name, rate in rates(optimizer).items()}
    return replace(optimizer, **held)  # type: ignore[type-var]
