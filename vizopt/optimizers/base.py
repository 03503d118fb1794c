"""What an optimizer is: two pure functions and the learning rate they use."""

from dataclasses import fields, replace
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar

from vizopt.arrays import Vector
from vizopt.layout import Layout
from vizopt.schedules import SCHEDULES, PerBatch, Schedule
from vizopt.specs import OneOf

LearningRate: TypeAlias = Annotated[Schedule, OneOf(SCHEDULES, bare="constant")]

S = TypeVar("S")  # the optimizer's state: a NamedTuple of vectors


class Optimizer(Protocol[S]):
    """An update rule: a frozen dataclass of hyper-parameters; the state is the caller's.

    Nothing is changed in place: `update` returns what is to be added to the parameters.
    A rule that can be redone by hand for one parameter has a class variable `WORKED`: lines of
    arithmetic with places for lr, grad, before (the last delta) and delta, and for its fields.
    """

    @property
    def lr(self) -> Schedule: ...

    def init(self, params: Vector, layout: Layout) -> S:
        """The state before the first step, for params [P]; layout tells which are matrices."""
        ...

    def update(self, step: int, params: Vector, grad: Vector, state: S) -> tuple[Vector, S]:
        """(delta [P] to add to params, next state), from grad [P] at params; step counts from 0."""
        ...


def worked(optimizer: Optimizer[Any]) -> str:
    """One step of the rule as arithmetic, its hyper-parameters put in, the rest in braces."""
    line: str = getattr(optimizer, "WORKED", "update = {delta}")
    for field in fields(optimizer):  # type: ignore[arg-type]
        line = line.replace(f"[{field.name}]", f"{getattr(optimizer, field.name)}")
    return line


def per_batch(optimizer: Optimizer[S], batches: int) -> Optimizer[S]:
    """The same rule with schedules that count epochs of so many batches."""
    if batches == 1:
        return optimizer
    held = {
        field.name: PerBatch(of=getattr(optimizer, field.name), batches=batches)
        for field in fields(optimizer)  # type: ignore[arg-type]
        if type(getattr(optimizer, field.name)) in SCHEDULES.values()
    }
    return replace(optimizer, **held)  # type: ignore[type-var]
