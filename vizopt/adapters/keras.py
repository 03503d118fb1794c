"""Keras 3: a callback that records what `fit` does, with any backend that trains."""

from collections.abc import Mapping
from functools import cache
from math import nan
from pathlib import Path
from typing import Any, Literal, TypeAlias, Unpack

import numpy as np
from numpy.typing import NDArray

from vizopt.adapters.hooks import Aside
from vizopt.adapters.imports import required
from vizopt.adapters.keras_model import (
    Means,
    Variables,
    modules_of,
    names_of,
    rate_of,
    settings_of,
    threshold_of_model,
    variables_of,
)
from vizopt.adapters.options import Options, check
from vizopt.core.errors import RecordingError
from vizopt.core.places import at_home
from vizopt.recording.header import External
from vizopt.recording.run import Run

Unit: TypeAlias = Literal["step", "epoch"]


def Recorder(  # noqa: N802 (the name of a Keras callback)
    path: Path | str,
    data: tuple[Any, Any] | None = None,
    *,
    unit: Unit = "step",
    **options: Unpack[Options],
) -> Any:
    """A Keras callback that records a training.

        model.fit(X, y, epochs=20, callbacks=[vizopt.keras.Recorder("mine.zarr", data=(X, y))])

    A step is a batch: its row has the weights before it and its own loss. What Keras hands to a
    callback is the mean since the epoch began; the batch's own is worked out of two of them, as is
    every metric that is a mean, such as accuracy; other metrics are recorded as Keras tells them.
    `val_loss` and the like stand at the step that begins with the weights they were measured with.
    With `unit="epoch"` a row has the weights before the epoch, and the means over it. With
    `steps_per_execution` a step is an execution of so many batches. A callback cannot see
    gradients; updates are the differences of the weights.

    Args:
        path: of the recording, `mine.zarr`.
        data: samples X, as the model takes them, and a label y each: the picture shows a plane of
            them, with what the model predicts (without training: no dropout).
        unit: "step", or "epoch" for long trainings.
        **options: title, classes, features, threshold, size and mode of `vizopt.Run`; the threshold
            of a single output is told by loss and last activation.

    Returns:
        A `keras.callbacks.Callback`.

    Raises:
        RecordingError: Keras is missing, its backend cannot train, or the data do not fit.
    """
    keras = required("keras", "keras")
    options, data = check("keras.Recorder", path, options, data, unit=unit)
    if keras.backend.backend() == "numpy":
        raise RecordingError("Keras' backend numpy cannot train: KERAS_BACKEND=torch, or jax")
    return _callback()(at_home(path), data, unit, options)


@cache
def _callback() -> Any:
    """The class, made when it is first needed: only then Keras is imported."""
    keras = required("keras", "keras")
    return type("Recorder", (_Recording, keras.callbacks.Callback), {})


class _Recording:
    """What the callback does, at the times that Keras calls it."""

    model: Any
    params: Mapping[str, Any]

    def __init__(self, path: Path, data: Any, unit: Unit, options: Options) -> None:
        super().__init__()
        self._path, self._data, self._unit, self._options = path, data, unit, options
        self._aside = Aside(path)
        self._run: Run | None = None
        self._held: Variables | None = None  # before the step
        self._rate = nan
        self._measured: dict[str, Any] = {}  # of the held weights
        self._means = Means()

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin the recording; an earlier one whose training was broken off ends."""
        self.on_train_end()
        self._held, self._measured, self._means = None, {}, Means()
        with self._aside("training"):
            self._run = self._begun(self.model)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Hold what the step begins with."""
        if self._run and self._held is None:
            with self._aside("weights"):
                model = self.model
                self._held, self._rate = variables_of(model), rate_of(model)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """A batch was done with the held weights."""
        if self._run and self._unit == "step":
            with self._aside("step"):
                self._log(self._means.own(self.model, logs or {}))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """What was measured of points held out is of the weights now."""
        if self._run:
            with self._aside("epoch"):
                told = {name: v for name, v in (logs or {}).items() if name != "learning_rate"}
                after = {name: v for name, v in told.items() if name.startswith("val_")}
                if self._unit == "epoch":
                    self._log({name: v for name, v in told.items() if name not in after})
                self._measured = after

    def on_train_end(self, logs: Any = None) -> None:
        """The weights that training ends with, which another callback may have restored."""
        run, self._run = self._run, None
        if run:
            with self._aside("end"):
                self._held = variables_of(self.model)
                run.log_end(params=self._arrays(), **self._measured)
            run.close()
            self._held = None

    def _begun(self, model: Any) -> Run:
        if not model.trainable_variables:
            raise RecordingError("the model has nothing that can be trained")
        self._names = names_of(model)
        every = getattr(model, "steps_per_execution", 1) or 1
        steps, epochs = self.params.get("steps"), self.params.get("epochs") or 0
        if self._unit == "step":
            epochs = epochs * -(-steps // every) if steps else 0
        keras, options = required("keras", "keras"), self._options
        if self._data is not None and options.get("threshold") is None:
            options = {**options, "threshold": threshold_of_model(model, self._data[1])}
        return Run(
            self._path,
            epochs=epochs or None,
            unit=self._unit,
            data=self._data,
            predict=self._predict if self._data is not None else None,
            convention="keras",
            modules=modules_of(model),
            versions={"Keras": keras.__version__, "its backend": keras.backend.backend()},
            origin=External(
                "Keras",
                type(model).__name__,
                type(model.optimizer).__name__,
                settings_of(model.optimizer),
                note=f"a step is an execution of {every} batches" if every > 1 else "",
            ),
            **options,
        )

    def _log(self, values: Mapping[str, Any]) -> None:
        """Log a step that was done with the held weights."""
        run, held = self._run, self._held
        if run and held:
            told = {"lr": self._rate, **self._measured, **values}
            run.log(params=self._arrays(), **told)
        self._measured, self._held = {}, None

    def _arrays(self) -> dict[str, Any]:
        assert self._held
        return dict(zip(self._names, self._held.trainable, strict=True))

    def _predict(self, points: NDArray[np.float64]) -> Any:
        """Scores by the held weights; the model's own state is not touched."""
        keras = required("keras", "keras")
        samples = points.reshape(-1, *np.shape(self._data[0])[1:])
        inputs = keras.ops.convert_to_tensor(samples.astype(keras.config.floatx()))
        assert self._held
        scores, _ = self.model.stateless_call(*self._held, inputs, training=False)
        return scores
