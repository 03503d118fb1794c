"""Trainings in Keras, with and without the callback; run with a backend, in a folder of its own.

KERAS_BACKEND=torch python keras_fits.py
"""

import json
import warnings
from contextlib import suppress

import keras
import numpy as np

import vizopt
from vizopt.core.errors import VizoptWarning

rng = np.random.RandomState(0)
X = rng.randn(100, 2).astype(np.float32)
y = (X[:, 0] * X[:, 1] > 0).astype(int)
EPOCHS, BATCH = 3, 32  # the last batch has 16 of the 80 that are not held out


def model():
    keras.utils.set_random_seed(0)
    rate = keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)
    layers = keras.layers
    made = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(6, activation="tanh", name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.2),
            layers.Dense(2, activation="softmax", name="last"),
        ],
        name="mine",
    )
    made.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return made


def fitted(*callbacks, made=None, **options):
    made = made or model()
    options = {"epochs": EPOCHS, "batch_size": BATCH, "validation_split": 0.2, **options}
    told = made.fit(X, y, verbose=0, callbacks=list(callbacks), **options)
    return made, told.history


class Watching(keras.callbacks.Callback):
    """Weights before each batch and the loss of its samples, by hand; what Keras tells of it."""

    def __init__(self):
        super().__init__()
        self.weights, self.losses, self.told = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.weights.append(keras.ops.convert_to_numpy(self.model.trainable_variables[0]).copy())
        samples = slice(BATCH * batch, BATCH * (batch + 1))
        scores = keras.ops.convert_to_numpy(self.model(X[:80][samples]))
        right = scores[np.arange(len(scores)), y[:80][samples]]
        self.losses.append(-np.log(right).mean())

    def on_train_batch_end(self, batch, logs=None):
        self.told.append(logs["loss"])


def numbers(values):
    return np.asarray(values, np.float64).tolist()


def plain_model():
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    made.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def main():
    found = {}
    without, history = fitted()
    recorder = vizopt.keras.Recorder("steps.zarr", (X, y), classes=["apart", "alike"])
    found["callback"] = isinstance(recorder, keras.callbacks.Callback)
    same, also = fitted(recorder)
    pairs = list(zip(without.get_weights(), same.get_weights(), strict=True))
    found["equal"] = all(np.array_equal(*pair) for pair in pairs) and history == also
    found["history"] = history
    found["final"] = numbers(same.get_weights()[0])
    if keras.backend.backend() == "jax":
        made = plain_model()
        made.compile("sgd", "sparse_categorical_crossentropy", steps_per_execution=2)
        fitted(vizopt.keras.Recorder("executions.zarr"), made=made, validation_split=0)
    else:
        found |= others()
    print(json.dumps(found))


def others():
    """What is the same with every backend."""
    found = {}
    fitted(vizopt.keras.Recorder("epochs.zarr", (X, y), unit="epoch"))

    watching = Watching()
    fitted(watching, vizopt.keras.Recorder("own.zarr"), made=plain_model(), shuffle=False)
    found["weights"], found["losses"] = numbers(watching.weights), numbers(watching.losses)
    found["told"] = numbers(watching.told)

    reduce = keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 / (1 + epoch))
    fitted(vizopt.keras.Recorder("rates.zarr"), reduce, made=plain_model())
    image = keras.Sequential(
        [
            keras.Input((1, 2, 1)),
            keras.layers.Conv2D(3, (1, 2), name="conv"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, name="last"),
        ]
    )
    image.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    pictures = X.reshape(-1, 1, 2, 1)
    recorder = vizopt.keras.Recorder("image.zarr", (pictures, y))
    image.fit(pictures, y, verbose=0, callbacks=[recorder], batch_size=100)

    made = plain_model()
    for epochs, mode in ((2, "new"), (1, "resume")):
        fitted(vizopt.keras.Recorder("parts.zarr", mode=mode), made=made, epochs=epochs)

    def broken_off(batch, logs=None):
        raise ZeroDivisionError

    stop = keras.callbacks.LambdaCallback(on_train_batch_end=broken_off)
    with suppress(ZeroDivisionError):
        fitted(vizopt.keras.Recorder("again.zarr"), stop, made=plain_model())
    fitted(vizopt.keras.Recorder("again.zarr"), made=plain_model())

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", VizoptWarning)
        frozen = plain_model()
        frozen.trainable = False
        fitted(vizopt.keras.Recorder("frozen.zarr"), made=frozen)
        fitted(vizopt.keras.Recorder("not a recording"), made=plain_model())
    told = [str(w.message) for w in caught if issubclass(w.category, VizoptWarning)]
    found["warnings"] = told
    found["errors"] = []
    wrong = [{"unit": "batch"}, {"mode": "Resume"}, {"size": "much"}, {"data": (X, y[:3])}, {}]
    wrong[-1:-1] = {"data": 3}, {"nope": 3}, {"path": 3}
    for options in wrong:
        if not options:
            keras.backend.backend = lambda: "numpy"
        try:
            vizopt.keras.Recorder(**{"path": "wrong.zarr", **options})
        except vizopt.VizoptError as error:
            found["errors"].append(str(error))
    return found


if __name__ == "__main__":
    main()
