"""What is read off somebody's PyTorch model and optimizer before they train."""

from collections.abc import Iterator, Sequence
from math import inf, sqrt
from operator import is_
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.core.warned import warn
from vizopt.recording.given import array
from vizopt.recording.header import External
from vizopt.recording.parameters import MAX_EXACT_PARAMS

COMPILED = "_orig_mod."  # what torch.compile puts in front of names
HOW = {"foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay"}  # not what
MANY_ARRAYS = 32  # arrays: of more PyTorch's own norm is as fast
PARALLEL = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)


class Live:
    """Parameters and gradients as they are now, read in the fastest way: a small network's step
    takes a fifth of a millisecond.

    Args:
        model: whose they are.
        arrays: its parameters by name, as they are at first.
    """

    def __init__(self, model: torch.nn.Module, arrays: dict[str, torch.Tensor]) -> None:
        self.arrays, self._tensors = arrays, tuple(arrays.values())
        self._shapes = [tensor.shape for tensor in self._tensors]
        self._owners = _owners(model, self._tensors)
        self._names, self._followed = [*arrays], [*self._tensors]
        self._places: list[int] = []
        self._flat: list[NDArray[Any]] = []  # the arrays' own memory
        self._are_few = sum(tensor.numel() for tensor in self._tensors) <= MAX_EXACT_PARAMS
        self._are_ours = self._look()

    def follow(self) -> None:
        """Read those that the model has now: a parameter may have been replaced, or be gone."""
        found = [parameters.get(key) for parameters, key in self._owners]
        if not all(map(is_, found, self._followed)):
            self._followed = found
            named = zip(self._names, found, strict=True)
            self.arrays = {name: tensor for name, tensor in named if tensor is not None}
            self._tensors = tuple(self.arrays.values())

    def now(self) -> tuple[dict[str, torch.Tensor], NDArray[Any] | None]:
        """The arrays by name, and a copy [P] of them where all are kept, have the shapes that they
        had, and are in this machine's memory."""
        if not (self._are_few and self._are_ours):
            return self.arrays, None
        if [tensor.shape for tensor in self._tensors] != self._shapes:
            return self.arrays, None
        places = [tensor.data_ptr() for tensor in self._tensors]
        if places != self._places:  # the first time, or they were moved
            self._places = places
            self._are_ours = self._look()
            if not self._are_ours:
                return self.arrays, None
            self._flat = [tensor.detach().reshape(-1).numpy() for tensor in self._tensors]
        return self.arrays, np.concatenate(self._flat)

    def grad_norm(self) -> float | None:
        """‖g‖₂; nothing where there are no gradients."""
        if self._are_ours and len(self._tensors) <= MANY_ARRAYS:
            squared = 0.0
            try:
                for tensor in self._tensors:
                    if (grad := tensor.grad) is not None:
                        part = grad.numpy()
                        squared += float(np.vdot(part, part))
            except (RuntimeError, TypeError):  # sparse ones, or such as are differentiated
                squared = inf
            if 0 < squared < inf:  # of single precision, which ends at 1e38
                return sqrt(squared)
        found = [grad.detach() for tensor in self._tensors if (grad := tensor.grad) is not None]
        if not found:
            return None
        found = [grad.coalesce().values() if grad.is_sparse else grad for grad in found]
        if all(grad.is_cpu for grad in found):
            return sqrt(sum(float(norm) ** 2 for norm in torch._foreach_norm(found)))
        return float(torch.nn.utils.get_total_norm(found))

    def _look(self) -> bool:
        """Whether NumPy has them in their memory, in order."""
        kinds = {(tensor.is_cpu, tensor.is_contiguous(), tensor.dtype) for tensor in self._tensors}
        return kinds in ({(True, True, torch.float32)}, {(True, True, torch.float64)})


def _owners(
    model: torch.nn.Module, tensors: Sequence[torch.Tensor]
) -> list[tuple[dict[str, Any], str]]:
    """Where the model has each parameter: those of a module, and the name in it. Of tied ones the
    first."""
    found: dict[int, tuple[dict[str, Any], str]] = {}
    for module in model.modules():
        held = module._parameters
        own = held if isinstance(held, dict) else dict(held.items())  # of TorchScript they stay
        for key, tensor in own.items():
            found.setdefault(id(tensor), (own, key))
    return [found[id(tensor)] for tensor in tensors]


def unwrapped(model: Any) -> torch.nn.Module:
    """The model that was compiled or made parallel.

    Raises:
        RecordingError: it is none.
    """
    if not isinstance(model, torch.nn.Module):
        raise RecordingError(f"model: {_class(model)}: is no torch.nn.Module")
    while True:
        inner = getattr(model, "_orig_mod", None)
        if isinstance(model, PARALLEL):
            inner = model.module
        if not isinstance(inner, torch.nn.Module):
            return model
        model = inner


def arrays(model: torch.nn.Module, optimizer: Any, path: Path) -> dict[str, torch.Tensor]:
    """The parameters of the model that the optimizer has, by name; tied ones once.

    One that has no matrix to be drawn as is left out, and a line says so.

    Raises:
        RecordingError: there are none, or they cannot be recorded.
    """
    if isinstance(optimizer, list | tuple | dict):
        raise RecordingError(
            f"optimizer: {len(optimizer)} were given: a recording is of one: say which, "
            "as record(model, optimizers[0], …)"
        )
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise RecordingError(f"optimizer: {_class(optimizer)}: is no torch.optim.Optimizer")
    every = {name.replace(COMPILED, ""): value for name, value in model.named_parameters()}
    if not every:
        raise RecordingError(f"model: {_class(model)} has no parameters")
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    found = {name: value for name, value in every.items() if id(value) in held}
    if not found:
        raise RecordingError(
            f"optimizer: {_class(optimizer)} has no parameter of this {_class(model)}: "
            "it is of another model"
        )
    for name, value in found.items():
        if torch.nn.parameter.is_lazy(value):
            raise RecordingError(f"model: {name} has no shape yet: run one batch through it before")
        if value.is_meta:
            raise RecordingError(f'model: {name} is on "meta", without numbers: move the model')
        if value.is_complex():
            raise RecordingError(f"model: {name}: {value.dtype}: needs real numbers")
    return dict(_drawn(found, path))


def modules(model: torch.nn.Module) -> dict[str, str]:
    """Classes of the modules, by name."""
    named = model.named_modules()
    return {name.replace(COMPILED, ""): _class(module) for name, module in named}


def external(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> External:
    """Who trains: class of the model and of the optimizer, its settings, and what differs between
    its groups."""
    groups = [
        {key: _setting(group[key]) for key in optimizer.defaults if key in group}
        for group in optimizer.param_groups
    ]
    shared = {k for k, v in groups[0].items() if all(k in g and g[k] == v for g in groups)}
    own = [{k: v for k, v in g.items() if k not in shared and v is not None} for g in groups]
    return External(
        framework="PyTorch",
        model=_class(model),
        optimizer=_class(optimizer),
        settings={
            key: value
            for key, value in groups[0].items()
            if key in shared and key not in HOW and value is not None and value is not False
        },
        groups=tuple(own) if any(own) else (),
    )


def steps_of(optimizer: torch.optim.Optimizer) -> int:
    """How many it has done by its own count, as Adam's; 0 where it keeps none."""
    return max((int(own["step"]) for own in optimizer.state.values() if "step" in own), default=0)


def _drawn(found: dict[str, torch.Tensor], path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    for name, value in found.items():
        try:
            ParamLayout.of({name: tuple(value.shape)}, "torch")
        except ValueError:
            shape = list(value.shape)
            warn(f"{path}: {name} {shape}: has no matrix to be drawn as: left out")
        else:
            yield name, value


def _setting(value: Any) -> bool | float | str | None:
    """One that a header holds: a number, or text."""
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            return str(value.tolist())
        return float(str(array(value).reshape(())))  # 0.01, as it was written in float32
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _class(thing: Any) -> str:
    return type(thing).__name__
