"""Records a training in PyTorch, by hooks that its optimizer calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from vizopt.core.errors import RecordingError, VizoptError
from vizopt.recording.run import Run

try:
    import torch
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    MISSING = 'PyTorch is missing: install it with: pip install "vizopt[torch]"'
    raise VizoptError(MISSING) from error

from vizopt.adapters import torch_model
from vizopt.adapters.torch_predict import Asked, Predict
from vizopt.adapters.torch_run import TorchRun, is_recorded


def record(
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    path: Path | str,
    *,
    steps: int | None = None,
    data: tuple[Any, Any] | None = None,
    classes: Sequence[Any] | None = None,
    features: Sequence[str] = (),
    loss: torch.nn.Module | None = None,
    predict: Predict | None = None,
    title: str = "",
    size: str | float = "200 MB",
    mode: Literal["new", "resume"] = "new",
) -> TorchRun:
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
        classes: names of the classes, in the order of their sorted labels.
        features: names of the features.
        loss: the criterion, a module: its value is noted whenever it is called with gradients. Of
            several in one step the mean, of an optimizer's own calls of a closure the first. A loss
            that is a function is told with `log`.
        predict: samples [M, D] → scores; the model itself when left out.
        title: of the picture; the recording's name when left out.
        size: what the recording may take on the disk.
        mode: "new", or "resume" to go on with the recording at path.

    Raises:
        RecordingError: what of them cannot be recorded; the training has not begun.
    """
    path = Path(path)
    inner = torch_model.unwrapped(model)
    arrays = torch_model.arrays(inner, optimizer, path)
    if is_recorded(optimizer):
        raise RecordingError(
            f"{path}: this {type(optimizer).__name__} is recorded already: "
            "close() that recording before"
        )
    if loss is not None and not isinstance(loss, torch.nn.Module):
        raise RecordingError(
            f"loss: {getattr(loss, '__name__', loss)}: is no module: "
            "tell its value with log(loss=…)"
        )
    asked = None
    if data is not None:
        asked = Asked(inner, predict, tuple(getattr(data[0], "shape", (0, -1)))[1:]).quietly
    run = Run(
        path,
        epochs=steps,
        unit="step",
        title=title,
        data=data,
        classes=classes,
        features=features,
        predict=asked,
        size=size,
        mode=mode,
        origin=torch_model.external(inner, optimizer),
        convention="torch",
        modules=torch_model.modules(inner),
        versions={"pytorch": torch.__version__},
    )
    return TorchRun(run, optimizer, arrays, loss)
