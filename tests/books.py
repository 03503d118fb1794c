"""The book's classes as three readers wrote them: two layers on the same data, plain NumPy."""

import numpy as np


class Dense:
    """As in the book: weights in place, `dweights`, a bias of one row."""

    def __init__(self, inputs, outputs, rng):
        self.weights = 0.5 * rng.randn(inputs, outputs)
        self.biases = np.zeros((1, outputs))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues * (self.inputs > 0)


class SoftmaxLoss:
    def forward(self, inputs, y):
        powers = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.output = powers / powers.sum(axis=1, keepdims=True)
        return -np.log(self.output[range(len(y)), y]).mean()

    def backward(self, y):
        self.dinputs = self.output.copy()
        self.dinputs[range(len(y)), y] -= 1
        self.dinputs /= len(y)


class Momentum:
    """With `pre_update_params` and `post_update_params`, and a rate that decays."""

    def __init__(self, learning_rate=1.0, decay=0.01, momentum=0.9):
        self.learning_rate = self.current_learning_rate = learning_rate
        self.decay, self.momentum, self.iterations = decay, momentum, 0

    def pre_update_params(self):
        self.current_learning_rate = self.learning_rate / (1 + self.decay * self.iterations)

    def update_params(self, layer):
        if not hasattr(layer, "weight_momentums"):
            layer.weight_momentums = np.zeros_like(layer.weights)
            layer.bias_momentums = np.zeros_like(layer.biases)
        rate = self.current_learning_rate
        layer.weight_momentums = self.momentum * layer.weight_momentums - rate * layer.dweights
        layer.bias_momentums = self.momentum * layer.bias_momentums - rate * layer.dbiases
        layer.weights += layer.weight_momentums
        layer.biases += layer.bias_momentums

    def post_update_params(self):
        self.iterations += 1


class Turned:
    """A reader's own: [outputs, inputs], attributes bound anew, `forward` returns."""

    def __init__(self, inputs, outputs, rng):
        self.W, self.b = 0.5 * rng.randn(outputs, inputs), np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, d):
        self.dW, self.db = d.T @ self.x, d.sum(axis=0)
        return d @ self.W


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, d):
        return d * (1 - self.y**2)


class Descent:
    """One call a step, with all layers; nothing before or after it."""

    def __init__(self, lr):
        self.lr = lr

    def update(self, layers):
        for layer in layers:
            layer.W = layer.W - self.lr * layer.dW
            layer.b = layer.b - self.lr * layer.db


class PerArray:
    """One call an array, which is in a dictionary with its gradient by the same name."""

    def __init__(self, eta):
        self.eta = eta

    def update(self, array, grad):
        array -= self.eta * grad


def book(X, y, steps, seen=lambda *parts: None):
    """The book's loop. `seen` is called with what a recording is made of, before the loop."""
    rng = np.random.RandomState(0)
    dense1, relu, dense2 = Dense(X.shape[1], 8, rng), ReLU(), Dense(8, 3, rng)
    loss, optimizer = SoftmaxLoss(), Momentum()
    seen([dense1, relu, dense2], optimizer, loss)
    losses, weights = [], []
    for _ in range(steps):
        dense1.forward(X)
        relu.forward(dense1.output)
        dense2.forward(relu.output)
        losses.append(loss.forward(dense2.output, y))
        weights.append(dense1.weights.copy())
        loss.backward(y)
        dense2.backward(loss.dinputs)
        relu.backward(dense2.dinputs)
        dense1.backward(relu.dinputs)
        optimizer.pre_update_params()
        optimizer.update_params(dense1)
        optimizer.update_params(dense2)
        optimizer.post_update_params()
    return losses, [*weights, dense1.weights], optimizer, loss


def turned(X, y, steps, seen=lambda *parts: None):
    """A reader's loop, whose optimizer takes all layers at once."""
    rng = np.random.RandomState(0)
    layers, loss, optimizer = [Turned(X.shape[1], 8, rng), Tanh()], SoftmaxLoss(), Descent(0.5)
    layers.append(Turned(8, 3, rng))
    seen(layers, optimizer, loss)
    losses, weights = [], []
    for _ in range(steps):
        values = X
        for layer in layers:
            values = layer.forward(values)
        losses.append(loss.forward(values, y))
        weights.append(layers[0].W.T.copy())
        loss.backward(y)
        grad = loss.dinputs
        for layer in layers[::-1]:
            grad = layer.backward(grad)
        optimizer.update([layers[0], layers[2]])
    return losses, [*weights, layers[0].W.T], optimizer, loss


def arrays(X, y, steps, seen=lambda *parts: None):
    """A loop without layers: arrays by name, one update for each of them."""
    rng = np.random.RandomState(0)
    params = {"W1": 0.5 * rng.randn(X.shape[1], 8), "b1": np.zeros(8)}
    params |= {"W2": 0.5 * rng.randn(8, 3), "b2": np.zeros(3)}
    loss, optimizer = SoftmaxLoss(), PerArray(0.5)
    seen(params, optimizer, loss)
    losses, weights = [], []
    for _ in range(steps):
        hidden = np.tanh(X @ params["W1"] + params["b1"])
        losses.append(loss.forward(hidden @ params["W2"] + params["b2"], y))
        weights.append(params["W1"].copy())
        loss.backward(y)
        back = (loss.dinputs @ params["W2"].T) * (1 - hidden**2)
        grads = {"W1": X.T @ back, "b1": back.sum(axis=0)}
        grads |= {"W2": hidden.T @ loss.dinputs, "b2": loss.dinputs.sum(axis=0)}
        for name, array in params.items():
            optimizer.update(array, grads[name])
    return losses, [*weights, params["W1"]], optimizer, loss
