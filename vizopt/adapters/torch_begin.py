"""Begin: what somebody's model, optimizer and criterion have to be for a recording of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from vizopt.adapters import torch_model
from vizopt.adapters.options import Options
from vizopt.adapters.thresholds import threshold_of
from vizopt.adapters.torch_measures import Measures
from vizopt.adapters.torch_predict import Asked, end_of
from vizopt.adapters.torch_run import TorchRun, is_recorded
from vizopt.core.errors import RecordingError
from vizopt.core.warned import warn
from vizopt.recording.given import step as number_of
from vizopt.recording.left import give_way
from vizopt.recording.run import Run
from vizopt.recording.source import Predict


class Given(NamedTuple):
    """Arguments of `vizopt.torch.record`, which tells them."""

    steps: int | None
    data: tuple[Any, Any] | None
    loss: torch.nn.Module | None
    predict: Predict | None
    quantities: Sequence[str]
    step: int | None


def begun(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    path: Path,
    given: Given,
    options: Options,
) -> TorchRun:
    """A recording that listens to the optimizer.

    Raises:
        RecordingError: what of them cannot be recorded.
    """
    inner = torch_model.unwrapped(model)
    arrays = torch_model.arrays(inner, optimizer, path)
    modules = torch_model.modules(inner)
    measures = Measures(given.quantities, arrays, modules)
    if given.loss is not None and not isinstance(given.loss, torch.nn.Module):
        name = getattr(given.loss, "__name__", given.loss)
        raise RecordingError(f"loss: {name}: is no module: tell its value with log(loss=…)")
    step = _checked(given.step, options)
    give_way(path)
    if is_recorded(optimizer):
        name = type(optimizer).__name__
        raise RecordingError(f"{path}: this {name} is recorded already: close() that one before")
    if given.data is not None and given.predict is None and options.get("threshold") is None:
        loss = type(given.loss).__name__ if given.loss is not None else ""
        options = {**options, "threshold": threshold_of(loss, end_of(inner), given.data[1])}
    run = Run(
        path,
        epochs=given.steps,
        unit="step",
        data=given.data,
        predict=Asked(inner, given.predict).quietly if given.data is not None else None,
        origin=torch_model.external(inner, optimizer),
        convention="torch",
        modules=modules,
        versions={"pytorch": torch.__version__},
        **options,
    )
    if options.get("mode") == "resume":
        _go_back(run, optimizer, step)
    return TorchRun(
        run, optimizer, torch_model.Live(inner, arrays), given.loss, measures or None, step
    )


def _checked(step: int | None, options: Options) -> int | None:
    if step is None:
        return None
    if options.get("mode") != "resume":
        raise RecordingError(f'step={step}: is for mode="resume"')
    if (found := number_of(step)) < 0:
        raise RecordingError(f"step={step}: should be 0 or more")
    return found


def _go_back(run: Run, optimizer: torch.optim.Optimizer, step: int | None) -> None:
    """Go on from a checkpoint that is earlier than the end of the recording."""
    if step is not None:
        run.go_back(step)
        return
    done = torch_model.steps_of(optimizer)
    if 0 < done < run.steps:
        warn(
            f"{run.path}: has {run.steps} steps, and this {type(optimizer).__name__} has done "
            f"{done}: goes on after the last one: from a checkpoint give step={done}"
        )
