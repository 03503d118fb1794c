"""Records a training in PyTorch, by hooks that its optimizer calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from vizopt.adapters.imports import required
from vizopt.adapters.options import Options, check
from vizopt.core.places import at_home
from vizopt.recording.source import Predict

if TYPE_CHECKING:
    import torch

    from vizopt.adapters.torch_run import TorchRun


def record(
    model: "torch.nn.Module",
    optimizer: "torch.optim.Optimizer",
    path: Path | str,
    *,
    steps: int | None = None,
    data: tuple[Any, Any] | None = None,
    loss: "torch.nn.Module | None" = None,
    predict: Predict | None = None,
    quantities: Sequence[str] = (),
    step: int | None = None,
    **options: Unpack[Options],
) -> "TorchRun":
    """Record every step of an optimizer from now on; what a step is, is told at `TorchRun`.

        with vizopt.torch.record(model, optimizer, "mine.zarr", data=(X, y), loss=criterion):
            for inputs, labels in batches:
                optimizer.zero_grad()
                criterion(model(inputs), labels).backward()
                optimizer.step()

    Args:
        model: compiled, or parallel; its parameters that the optimizer has are recorded.
        optimizer: one; of several the one whose steps count.
        path: of the recording, `mine.zarr`.
        steps: how many there will be, if that is known.
        data: samples X [N, …], as the model takes them, and labels or numbers y [N] for a picture.
        loss: the criterion, a module, whose values are noted; a function's are told with `log`.
        predict: samples [M, …] → scores or numbers; the model itself when left out.
        quantities: measured at every step, of all parameters and of each layer: "grad_norm",
            "update_ratio", "weight_norm", or of the state "momentum_norm", "second_moment_norm".
        step: with mode="resume", how many were done at the checkpoint that the training begins at.
        **options: `title`, `classes`, `target`, `features`, `threshold`, `size` and `mode` of
            `vizopt.Run`; the threshold of a single output is told by loss and last layer.

    Raises:
        RecordingError: what of them cannot be recorded; the training has not begun.
    """
    required("torch", "torch")
    known = {"predict": predict, "epochs": steps, "unit": "step"}
    options, data = check("torch.record", path, options, data, **known)
    from vizopt.adapters.torch_begin import Given, begun

    given = Given(steps, data, loss, predict, quantities, step)
    return begun(model, optimizer, at_home(path), given, options)
