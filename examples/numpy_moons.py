"""A network in plain NumPy, with classes such as the book's, tells two moons apart.

python examples/numpy_moons.py
"""

import numpy as np

import vizopt

rng = np.random.RandomState(3)
angle, y = rng.rand(300) * np.pi, rng.randint(2, size=300)
X = np.stack([np.cos(angle) + y, np.sin(angle) * (1 - 2 * y) + 0.5 * y], axis=1)
X += 0.12 * rng.randn(300, 2)


class Layer_Dense:  # noqa: N801 (as the book writes it)
    def __init__(self, inputs, neurons):
        self.weights = 0.4 * rng.randn(inputs, neurons)
        self.biases = np.zeros((1, neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T


class Activation_ReLU:  # noqa: N801
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues * (self.inputs > 0)


class Loss_Softmax:  # noqa: N801
    def forward(self, inputs, labels):
        powers = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.output = powers / powers.sum(axis=1, keepdims=True)
        return -np.log(self.output[range(len(labels)), labels]).mean()

    def backward(self, labels):
        self.dinputs = self.output.copy()
        self.dinputs[range(len(labels)), labels] -= 1
        self.dinputs /= len(labels)


class Optimizer_SGD:  # noqa: N801
    def __init__(self, learning_rate, momentum):
        self.learning_rate, self.momentum = learning_rate, momentum

    def update_params(self, layer):
        if not hasattr(layer, "velocity"):
            layer.velocity = 0, 0
        weights, biases = (self.momentum * v for v in layer.velocity)
        weights = weights - self.learning_rate * layer.dweights
        biases = biases - self.learning_rate * layer.dbiases
        layer.velocity = weights, biases
        layer.weights += weights
        layer.biases += biases


dense1, activation1, dense2 = Layer_Dense(2, 24), Activation_ReLU(), Layer_Dense(24, 2)
loss_function, optimizer = Loss_Softmax(), Optimizer_SGD(0.3, momentum=0.9)

run = vizopt.numpy.record(
    [dense1, activation1, dense2],
    optimizer,
    "moons.zarr",
    loss=loss_function,
    data=(X, y),
    classes=["upper", "lower"],
    title="Two moons in plain NumPy",
)
for _ in range(300):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    loss = loss_function.forward(dense2.output, y)
    loss_function.backward(y)
    dense2.backward(loss_function.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
run.close()

vizopt.render("moons.zarr", "moons.mp4")
