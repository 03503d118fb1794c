"""The book's layer classes in plain NumPy float32, as its readers type them."""

import numpy as np


class Dense:
    def __init__(self, weights):
        self.weights = weights.copy()
        self.biases = np.zeros((1, weights.shape[1]), np.float32)

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class SoftmaxLoss:
    def forward(self, inputs, y):
        exp = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp / np.sum(exp, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        return np.mean(-np.log(clipped[range(len(y)), y]))

    def backward(self, dvalues, y):
        self.dinputs = dvalues.copy()
        self.dinputs[range(len(y)), y] -= 1
        self.dinputs = self.dinputs / len(y)


class SGD:
    def __init__(self, lr, momentum=0.0):
        self.lr, self.momentum = lr, momentum

    def update(self, layer, step):
        if self.momentum:
            if not hasattr(layer, "velocity"):
                layer.velocity = np.zeros_like(layer.weights)
                layer.bias_velocity = np.zeros_like(layer.biases)
            weights = self.momentum * layer.velocity - self.lr * layer.dweights
            biases = self.momentum * layer.bias_velocity - self.lr * layer.dbiases
            layer.velocity, layer.bias_velocity = weights, biases
        else:
            weights, biases = -self.lr * layer.dweights, -self.lr * layer.dbiases
        layer.weights += weights
        layer.biases += biases


class Adam:
    def __init__(self, lr):
        self.lr = lr

    def update(self, layer, step):
        if not hasattr(layer, "m"):
            layer.m = [np.zeros_like(layer.weights), np.zeros_like(layer.biases)]
            layer.v = [np.zeros_like(layer.weights), np.zeros_like(layer.biases)]
        for i, (param, grad) in enumerate(
            ((layer.weights, layer.dweights), (layer.biases, layer.dbiases))
        ):
            layer.m[i] = 0.9 * layer.m[i] + 0.1 * grad
            layer.v[i] = 0.999 * layer.v[i] + 0.001 * grad**2
            m = layer.m[i] / (1 - 0.9 ** (step + 1))
            v = layer.v[i] / (1 - 0.999 ** (step + 1))
            param += -self.lr * m / (np.sqrt(v) + 1e-7)


def train(x, y, first, second, optimizer, epochs):
    """Loss and accuracy of every epoch."""
    dense1, relu, dense2, head = Dense(first), ReLU(), Dense(second), SoftmaxLoss()
    history = []
    for epoch in range(epochs):
        dense1.forward(x)
        relu.forward(dense1.output)
        dense2.forward(relu.output)
        loss = head.forward(dense2.output, y)
        accuracy = np.mean(np.argmax(head.output, axis=1) == y)
        history.append((loss, accuracy))
        head.backward(head.output, y)
        dense2.backward(head.dinputs)
        relu.backward(dense2.dinputs)
        dense1.backward(relu.dinputs)
        optimizer.update(dense1, epoch)
        optimizer.update(dense2, epoch)
    return history
