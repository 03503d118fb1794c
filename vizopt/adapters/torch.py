"""Records a training in PyTorch, by hooks that its optimizer calls."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from vizopt.adapters.imports import required
from vizopt.adapters.options import Options
from vizopt.core.errors import RecordingError
from vizopt.recording.run import Run
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
    **options: Unpack[Options],
) -> "TorchRun":
    """Record every step of an optimizer from now on.

        with vizopt.torch.record(model, optimizer, "mine.zarr", data=(X, y), loss=criterion):
            for inputs, labels in batches:
                optimizer.zero_grad()
                criterion(model(inputs), labels).backward()
                optimizer.step()

    A step is what the optimizer does: of accumulated batches one, of those that a GradScaler skips
    none. It is recorded with the parameters before it, its learning rates (`lr`, and `lr.group2`
    and so on where they differ) and the norm of its gradient. Which steps keep their parameters is
    told at `vizopt.Run`; the last row has those at the end. The training is the same to the last
    bit as without.

    Args:
        model: compiled, or parallel; its parameters that the optimizer has are recorded.
        optimizer: one; of several the one whose steps count.
        path: of the recording, `mine.zarr`.
        steps: how many there will be, if that is known.
        data: samples X [N, …], as the model takes them, and labels y [N]: they give the plane.
        loss: the criterion, a module: its value is noted whenever it is called with gradients. Of
            several in one step the mean, of an optimizer's own calls of a closure the first. A loss
            that is a function is told with `log`.
        predict: samples [M, …] → scores; the model itself when left out.
        **options: `title`, `classes`, `features`, `size` and `mode` of `vizopt.Run`.

    Raises:
        RecordingError: what of them cannot be recorded; the training has not begun.
    """
    torch = required("torch", "torch")
    from vizopt.adapters import torch_model
    from vizopt.adapters.torch_predict import Asked
    from vizopt.adapters.torch_run import TorchRun, is_recorded

    path = Path(path)
    inner = torch_model.unwrapped(model)
    arrays = torch_model.arrays(inner, optimizer, path)
    if is_recorded(optimizer):
        name = type(optimizer).__name__
        raise RecordingError(f"{path}: this {name} is recorded already: close() that one before")
    if loss is not None and not isinstance(loss, torch.nn.Module):
        name = getattr(loss, "__name__", loss)
        raise RecordingError(f"loss: {name}: is no module: tell its value with log(loss=…)")
    run = Run(
        path,
        epochs=steps,
        unit="step",
        data=data,
        predict=Asked(inner, predict).quietly if data is not None else None,
        origin=torch_model.external(inner, optimizer),
        convention="torch",
        modules=torch_model.modules(inner),
        versions={"pytorch": torch.__version__},
        **options,
    )
    return TorchRun(run, optimizer, arrays, loss)
