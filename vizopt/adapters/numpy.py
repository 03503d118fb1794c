"""NumPy: records a training of classes such as the book's, however their reader wrote them.

Layers are told by the names of their arrays, an optimizer by what it calls its update. Attributes
are read anew at each step, so that weights may be changed in place or be bound to new arrays.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, Unpack

import numpy as np

from vizopt.adapters.hooks import Aside, HookedRun, check_free, shadowed
from vizopt.adapters.layers import (
    BIASES,
    WEIGHTS,
    Predict,
    are_arrays,
    arrays,
    chain,
    is_sigmoid,
    named,
    of_layer,
)
from vizopt.adapters.options import Options, check
from vizopt.core.chance import chance_kept
from vizopt.core.errors import RecordingError
from vizopt.core.wanted import wanted
from vizopt.recording.checked import kinds
from vizopt.recording.given import Numbers, Samples, array, samples
from vizopt.recording.header import External
from vizopt.recording.left import give_way
from vizopt.recording.outputs import ClassScores
from vizopt.recording.run import Run

UPDATES = ("update_params", "update_parameters", "update", "step")
RATES = ("current_learning_rate", "learning_rate", "lr", "eta")
LOSSES = ("calculate", "forward")  # of a loss object: what returns the loss
COUNTERS = ("iterations", "iteration", "t")


def record(
    layers: Iterable[Any] | Mapping[str, Any],
    optimizer: Any,
    path: Path | str,
    *,
    loss: Any = None,
    accuracy: Callable[[], Any] | None = None,
    data: tuple[Any, Any] | None = None,
    predict: Predict | None = None,
    epochs: int | None = None,
    unit: Literal["epoch", "step"] = "epoch",
    **options: Unpack[Options],
) -> Run:
    """Record a training of the book's classes; the loop stays as it is::

        run = vizopt.numpy.record([dense1, activation1, dense2], optimizer, "mine.zarr", loss=loss)
        run.close()  # after the loop

    Args:
        layers: all in their order, activations too; by name in a mapping; or arrays by name.
        optimizer: whose `update_params` (`update_parameters`, `update`, `step`) is called with a
            layer, with all of them, or with their arrays.
        path: of the recording, `mine.zarr`.
        loss: the object whose `calculate` or `forward` returns it; or what returns it when called.
        accuracy: what returns it when called; when left out it is that of `data`.
        data: samples X and a label or number y each.
        predict: samples → scores; when left out the layers' own `forward`, in order, of copies.
        epochs, unit: how many steps there will be, if known; "step" where an epoch has several.
        **options: title, classes, target, features, threshold, size and mode of `vizopt.Run`.

    Raises:
        RecordingError: no arrays, no update, no such loss, or what is recorded already.
    """
    known = {"predict": predict, "epochs": epochs, "unit": unit}
    options, data = check("numpy.record", path, options, data, **known)
    wanted("numpy.record: layers", layers, Iterable, "[dense1, activation1, dense2]")
    listed = dict(layers) if isinstance(layers, Mapping) else named(layers)
    reader = layers if isinstance(layers, Mapping) and are_arrays(layers) else listed
    _check(reader, optimizer, loss, accuracy, path)
    own = [*listed.values()] if reader is listed else []
    predict, judged = _judging(predict, own, data, options) if data is not None else (predict, None)
    about = {"epochs": epochs, "unit": unit, "convention": "book", "origin": origin_of(optimizer)}
    run = HookedRun(path, data=data, predict=predict, **about, **options)
    _Steps(run, reader, optimizer, predict, accuracy, judged).listen(run.hooks, loss)
    return run


def _judging(
    predict: Predict | None, own: list[Any], data: tuple[Any, Any], options: Options
) -> tuple[Predict | None, Samples | Numbers | None]:
    """What predicts, the layers of one's own where nobody says, and what it is judged by."""
    threshold = options.pop("threshold", None)
    if predict is None and own:
        predict = chain(own)
        if threshold is None and is_sigmoid(own[-1]):
            threshold = 0.5
    if predict is None:
        return None, None
    judged = samples(data, options.get("classes"), options.get("target", ""))
    return _scored(predict, judged, threshold), judged


class _Steps:
    """Logs a step at its first update: what the optimizer does between two updates of the same
    layer, with the weights that the loss was calculated with.

    Args:
        run: where to.
        layers: by name; or arrays by name.
        optimizer: whose rate it is.
        predict: samples → scores.
        accuracy: what returns it.
        judged: whose accuracy it is where that is missing, or R² and mean absolute error.
    """

    def __init__(
        self,
        run: Run,
        layers: Mapping[str, Any],
        optimizer: Any,
        predict: Predict | None,
        accuracy: Callable[[], Any] | None,
        judged: Samples | Numbers | None,
    ) -> None:
        self._run, self._layers, self._optimizer = run, layers, optimizer
        self._predict, self._accuracy = predict, accuracy
        self._judged = judged
        self._seen: set[int | str] = set()  # layers or arrays that this step has updated
        self._aside, self._begun = Aside(run.path), False
        self.loss: Callable[[], Any] | None = None
        self.found: Any = None  # the loss that an object returned last

    def listen(self, hooks: ExitStack, loss: Any) -> None:
        """Put itself in front of the optimizer's update, and of the loss if that is an object."""
        hooks.callback(self.end)
        hooks.enter_context(shadowed(self._optimizer, _update(self._optimizer), self.listening))
        if judge := _judge_of(loss):
            hooks.enter_context(shadowed(loss, judge, self.keeping))
        else:
            self.loss = loss

    def listening(self, update: Callable[..., Any]) -> Callable[..., Any]:
        """An update that is logged before it is done, where a step begins with it."""

        def listened(*args: Any, **named: Any) -> Any:
            with self._aside("step"):
                self._notice((*args, *named.values()))
            return update(*args, **named)

        return listened

    def keeping(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """A loss that is remembered."""

        def kept(*args: Any, **named: Any) -> Any:
            found = method(*args, **named)
            self.found = found[0] if isinstance(found, tuple) else found
            return found

        return kept

    def end(self) -> None:
        """The weights after the last update, with what is measured of them."""
        with self._aside("end"), chance_kept():
            if self._begun:
                self._run.log_end(params=arrays(self._layers), **self._judge())

    def _notice(self, args: tuple[Any, ...]) -> None:
        about = self._about(args)
        if not self._seen or about is None or about in self._seen:
            self._seen.clear()
            self._log()
        if about is not None:
            self._seen.add(about)

    def _about(self, args: tuple[Any, ...]) -> int | str | None:
        """What one update is of: a layer, an array; none where it is of all."""
        own = arrays(self._layers)
        for value in args:
            if isinstance(value, np.ndarray):
                found = next((name for name, known in own.items() if known is value), None)
                if found:
                    return found
            elif not isinstance(value, Mapping) and of_layer(value):
                return id(value)
        return None

    def _log(self) -> None:
        self._begun = True
        values: dict[str, Any] = {}
        if self.loss is not None or self.found is not None:
            values["loss"] = np.mean(array(self.loss() if self.loss else self.found))
            self.found = None
        with self._aside("accuracy"), chance_kept():
            values |= {"accuracy": self._accuracy()} if self._accuracy else self._judge()
        rate = next((name for name in RATES if hasattr(self._optimizer, name)), None)
        if rate and np.isscalar(getattr(self._optimizer, rate)):
            values["lr"] = getattr(self._optimizer, rate)
        self._run.log(params=arrays(self._layers), **values)

    def _judge(self) -> dict[str, Any]:
        """What the weights are worth now; nothing where there are no data, or it is told."""
        if self._judged is None or self._predict is None or self._accuracy:
            return {}
        return _judge(self._predict(self._judged.x), self._judged)


def _check(
    layers: Mapping[str, Any], optimizer: Any, loss: Any, accuracy: Any, path: Path | str
) -> None:
    """Hold them against what is listened to, be it by a run that gives way.

    Raises:
        VizoptError: there is none of it, or it is recorded already.
    """
    kinds(accuracy=accuracy)
    if not arrays(layers):
        names = ", ".join([*WEIGHTS, *BIASES])
        raise RecordingError(f"layers: have no arrays: none is called {names}")
    if not _update(optimizer):
        raise RecordingError(
            f"optimizer: {type(optimizer).__name__}: has no {' or '.join(UPDATES)}: "
            "log each step to a vizopt.Run"
        )
    if not (_judge_of(loss) or loss is None or callable(loss)):
        raise RecordingError(
            f"loss: {type(loss).__name__}: has no {' or '.join(LOSSES)}, and cannot be called: "
            "loss=lambda: loss"
        )
    give_way(path)
    check_free(optimizer, _update(optimizer))
    if judge := _judge_of(loss):
        check_free(loss, judge)


def _update(optimizer: Any) -> str:
    """What an optimizer calls its update; empty where it has none."""
    return next((name for name in UPDATES if callable(getattr(optimizer, name, None))), "")


def _judge_of(loss: Any) -> str:
    """The method of a loss that returns it; empty where it is no such object."""
    return next((name for name in LOSSES if callable(getattr(loss, name, None))), "")


def origin_of(optimizer: Any) -> External:
    """Who trains."""
    return External("NumPy", "", type(optimizer).__name__, settings(optimizer))


def settings(optimizer: Any) -> dict[str, bool | int | float]:
    """The numbers that an optimizer has been given."""
    return {
        key: value
        for key, value in getattr(optimizer, "__dict__", {}).items()
        if isinstance(value, bool | int | float) and key not in COUNTERS
        if not key.startswith(("_", "current_"))
    }


def _judge(predicted: Any, data: Samples | Numbers) -> dict[str, Any]:
    """What predictions are worth."""
    if isinstance(data, Samples):
        return {"accuracy": float(np.mean(predicted.argmax(axis=1) == data.y))}
    found = array(predicted).reshape(-1)
    if len(found) != len(data.y):
        raise RecordingError(f"gave {len(found)} numbers for {len(data.y)} samples")
    behind, around = found - data.y, data.y - data.y.mean()
    r2 = 1 - float((behind**2).sum() / (around**2).sum())
    return {"r2": r2, "mae": float(abs(behind).mean())}


def _scored(predict: Predict, data: Samples | Numbers, threshold: float | None) -> Predict:
    """Of classes scores [M, C], by one decision for plane and accuracy; else what is predicted."""
    if not isinstance(data, Samples):
        return predict
    scores = ClassScores(data, threshold)
    return lambda points: scores(array(predict(points)), len(points)).T
