"""A small convolutional network of Keras learns to read digits, 8 × 8 pixels each.

pip install "vizopt[keras]" torch scikit-learn
KERAS_BACKEND=torch python examples/keras_digits.py
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from sklearn.datasets import load_digits

import vizopt

digits = load_digits()
X, y = digits.images[..., None].astype("float32") / 16, digits.target

keras.utils.set_random_seed(1)
model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(8, 3, activation="relu", name="filters"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(16, activation="relu", name="hidden"),
        keras.layers.Dense(10, activation="softmax", name="digits"),
    ]
)
model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
recorder = vizopt.keras.Recorder("digits.zarr", (X, y), title="Keras learns to read digits")
model.fit(X, y, epochs=8, batch_size=64, verbose=0, callbacks=[recorder])

vizopt.render("digits.zarr", "digits.mp4")
