"""TorchRun: the hooks that tell a recording what an optimizer of PyTorch does."""

import sys
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

import torch

from vizopt.adapters.torch_measures import Measures
from vizopt.adapters.torch_model import Live
from vizopt.adapters.torch_told import Told, mean
from vizopt.core.errors import raised
from vizopt.core.numbers import counted
from vizopt.core.warned import warn
from vizopt.recording.ending import at_end, closed
from vizopt.recording.keeping import Taken
from vizopt.recording.left import seen_to, unclosed
from vizopt.recording.run import Run

RESERVED = {"step", "params"}  # what the hooks tell themselves
OPEN: "dict[int, TorchRun]" = {}  # that nobody has closed yet, by their optimizers


def is_recorded(optimizer: torch.optim.Optimizer) -> bool:
    """Whether a recording of it is not closed yet."""
    return id(optimizer) in OPEN


class TorchRun:
    """A training in PyTorch that is recorded; a context manager. See `vizopt.torch.record`.

    A step is what the optimizer does: of accumulated batches one, of those that a GradScaler skips
    none. It is recorded with the parameters before it, its learning rates (`lr`, and `lr.group2`
    and so on where they differ), the norm of its gradient, and the loss: of several values in one
    step the mean. Where an optimizer calls a closure more than once in a step, as LBFGS does, loss
    and gradient are those of the first call, whose loss `step` returns. Which steps keep their
    parameters is told at `vizopt.Run`; the last row has those at the end. The training is the same
    to the last bit as without.

    The hook before a step takes the parameters, the one after it what the step used: gradients
    and rates may come to be inside of it. A step waits until the next one begins, for what is told
    of it in between.
    """

    def __init__(
        self,
        run: Run,
        optimizer: torch.optim.Optimizer,
        live: Live,
        loss: torch.nn.Module | None,
        measures: Measures | None,
        step: int | None = None,
    ) -> None:
        self._measures = measures
        self._run, self._optimizer = run, optimizer
        self._live, self._step = live, step  # of the next one, where it is told
        self._held = _held(optimizer)
        self._apart = [False] * len(optimizer.param_groups)  # groups whose rate has a column
        self._losses: list[torch.Tensor] = []  # since the last step
        self._inside = self._counted = self._broken = False  # a step; a loss in it; a hook
        self._calls = 0  # of the closure, in this step
        self._norm: float | None = None  # of the gradient, where it is noted inside of a step
        self._asked = False  # the optimizer for its state
        self._before: Taken | None = None  # the step that is being done
        self._done: tuple[dict[str, Any], Taken | None] | None = None  # the last one
        self._told = Told(live.arrays.values())
        run.take(*self._live.now())  # what cannot be recorded is said before the training
        self._hooks: list[Any] = [
            optimizer.register_step_pre_hook(self._before_step),
            optimizer.register_step_post_hook(partial(self._safely, self._end_step)),
        ]
        self._criterion = loss
        if loss is not None:
            self._listen(loss)
        OPEN[id(optimizer)] = self
        at_end(self.close)
        unclosed(run.place, self.break_off)

    def log(self, **values: Any) -> None:
        """Tell what the hooks do not see: `log(loss=loss, accuracy=accuracy)`.

        The values are of the step that was done last. Where a loop tells them before
        `optimizer.step()` they are of the step to come, as before the first one; of batches that
        are accumulated and told one by one, before or after that call, the step has their mean
        loss. A loss whose step a GradScaler skips is of none. One that is told takes the place of
        the one that was noted. A curve joins the steps that a value was told of.
        """
        if not RESERVED.isdisjoint(values):
            for name in RESERVED:
                if values.pop(name, None) is not None:
                    self._warn(f"log: {name}: is known from the optimizer: left out")
        if self._calls > 1:  # of parameters that are only tried
            values.pop("loss", None)
        self._told.add(values)

    def note(self, value: Any) -> None:
        """The criterion has a value. Of those inside a step the first one counts, or those of the
        closure's first call: later ones are of parameters that the optimizer only tries."""
        if not isinstance(value, torch.Tensor) or not torch.is_grad_enabled():
            return
        if not (self._inside and self._counted):
            self._losses.append(value.detach().clone())  # a loop may divide it in place
        self._counted = self._inside and self._calls != 1

    def _listen(self, criterion: torch.nn.Module) -> None:
        """Note its values; of one that another recording notes nobody knows whose a value is."""
        sharing = [run for run in OPEN.values() if run._criterion is criterion]
        self._noting = criterion.register_forward_hook(_LossHook(self))
        self._hooks.append(self._noting)
        if sharing:
            for run in (self, *sharing):
                run._noting.remove()
            self._warn(
                f"loss: {type(criterion).__name__}: is noted for {sharing[0]._run.path} too, which "
                "is open: noted for neither from here on: tell each with log(loss=loss), or "
                "close() that one before"
            )

    def close(self) -> None:
        """Remove the hooks and complete the recording, whose last row has the parameters as they
        are now. A `with` does it by itself."""
        if self._hooks:
            self._release()
            self._safely(self._finish)

    def break_off(self) -> None:
        """End it as an error in a `with` does, with the steps that were done."""
        if self._hooks:
            self._release()
            self._safely(self._log_done)
            self._run.break_off()

    def __enter__(self) -> "TorchRun":
        seen_to(self._run.place)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.break_off()

    def __repr__(self) -> str:
        """`<TorchRun mine.zarr: 500 steps>`."""
        return repr(self._run).replace("<Run", "<TorchRun", 1)

    def _before_step(
        self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any
    ) -> tuple[Any, Any] | None:
        """Begin a step, with a closure whose calls are seen."""
        self._safely(self._begin_step)
        if callable(kwargs.get("closure")):
            return args, {**kwargs, "closure": self._seen(kwargs["closure"])}
        if len(args) > 1 and callable(args[1]):  # after the optimizer
            return (args[0], self._seen(args[1]), *args[2:]), kwargs
        return None

    def _seen(self, closure: Callable[..., Any]) -> Callable[..., Any]:
        """A closure that notes the gradient of its first call before it is called again."""

        def called(*args: Any, **kwargs: Any) -> Any:
            self._calls += 1
            if self._calls == 2:
                self._counted = bool(self._losses)
                self._safely(self._note_gradient)
            return closure(*args, **kwargs)

        return called

    def _note_gradient(self) -> None:
        self._norm = self._live.grad_norm()
        if self._measures:
            self._measures.note(self._live.arrays)

    def _begin_step(self) -> None:
        self._log_done()
        self._inside, self._counted, self._calls, self._norm = True, False, 0, None
        self._live.follow()
        if self._measures:
            self._measures.hold(self._live.arrays)
        self._before = self._run.take(*self._live.now()) if self._run.wants() else None

    def _end_step(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self._inside, self._calls = False, 0
        losses, self._losses = self._losses, []
        is_skipped = _is_skipped(optimizer)
        self._told.step(is_skipped=is_skipped)
        if is_skipped:
            return
        values: dict[str, Any] = self._rates()
        if losses:
            values["loss"] = losses
        norm = self._norm if self._norm is not None else self._live.grad_norm()
        if norm is not None:
            values["grad_norm"] = norm
        if self._measures:
            values |= self._measured(self._measures, optimizer)
        self._done = values, self._before
        if (held := _held(optimizer)) > self._held:
            came = counted(held - self._held, "array")
            self._held = held
            self._warn(f"optimizer: {came} more than at record(): not recorded: call it afterwards")

    def _measured(self, measures: Measures, optimizer: torch.optim.Optimizer) -> dict[str, float]:
        """What was asked for; what the optimizer does not keep after its first step is said."""
        found = measures.found(self._live.arrays, optimizer)
        for name in measures.lacking(found) if not self._asked else ():
            self._warn(f"quantities: {name}: {type(optimizer).__name__} keeps none: left out")
        self._asked = True
        return found

    def _rates(self) -> dict[str, float]:
        """Of the first group, and of those whose rate is or was another one."""
        groups = self._optimizer.param_groups
        if len(groups) == 1:
            rate = groups[0].get("lr")
            return {} if rate is None else {"lr": float(rate)}
        rates = [group.get("lr") for group in groups]
        self._apart += [False] * (len(rates) - len(self._apart))
        for i, rate in enumerate(rates):
            self._apart[i] |= i > 0 and rate != rates[0]
        names = ["lr", *(f"lr.group{i}" for i in range(2, len(rates) + 1))]
        kept = zip(names, rates, self._apart, strict=True)
        return {n: float(rate) for n, rate, own in kept if rate is not None and (own or n == "lr")}

    def _log_done(self) -> None:
        """Record the last step: nothing more is told of it."""
        if self._done is None:
            return
        (values, taken), self._done = self._done, None
        if "loss" in values:
            values["loss"] = mean(values["loss"])
        step, self._step = self._step, None
        self._run.log(step=step, params=taken, **values | self._told.take())

    def _finish(self) -> None:
        self._log_done()
        self._live.follow()
        last = self._run.take(*self._live.now())
        if last is not None:
            self._run.log_end(params=last, **self._told.rest())
        self._run.close()

    def _release(self) -> None:
        """Leave optimizer and criterion as they were."""
        closed(self.close)
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        self._told.close()
        OPEN.pop(id(self._optimizer), None)

    def _safely(self, do: Callable[..., None], *args: Any) -> None:
        """Do it; where that fails the recording ends, and not the training."""
        if self._broken:
            return
        try:
            do(*args)
        except Exception as error:  # whatever a stranger's tensors raise
            self._broken = True  # hooks cannot go while the optimizer calls them
            self._warn(f"{raised(error)}: the training goes on, not recorded")
            self._run.close()

    def _warn(self, line: str) -> None:
        warn(f"{self._run.path}: {' '.join(line.split())}")


class _LossHook:
    """A hook of the criterion; a copy of that, or a pickle, has one that does nothing."""

    def __init__(self, run: TorchRun) -> None:
        self._run = run

    def __call__(self, criterion: torch.nn.Module, args: Any, value: Any) -> None:
        self._run.note(value)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (sys.audit, "vizopt.loss")  # opens where there is no vizopt


def _held(optimizer: torch.optim.Optimizer) -> int:
    """How many arrays it moves."""
    return sum([len(group["params"]) for group in optimizer.param_groups])


def _is_skipped(optimizer: torch.optim.Optimizer) -> bool:
    """Whether it did nothing, as a GradScaler has told it to: a fused one is called even so."""
    found = getattr(optimizer, "found_inf", None)
    return found is not None and bool(found)
