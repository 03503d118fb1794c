"""Handwritten digits: a small convolutional network in PyTorch, with its filters drawn. Needs
torch and scikit-learn, which has the digits, 8 × 8 pixels each.

    python examples/torch_digits_conv.py && vizopt render digits.zarr -o digits.mp4
"""

import sys

import torch
from sklearn.datasets import load_digits
from torch import nn

import vizopt

EPOCHS = int(sys.argv[1]) if len(sys.argv) > 1 else 12
BATCH = 64

digits = load_digits()
inputs = torch.tensor(digits.images[:, None] / 16, dtype=torch.float32)  # [1797, 1, 8, 8]
labels = torch.tensor(digits.target)

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 12, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(12 * 3 * 3, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
criterion = nn.CrossEntropyLoss()

with vizopt.torch.record(
    model,
    optimizer,
    "digits.zarr",
    steps=EPOCHS * -(-len(inputs) // BATCH),
    data=(inputs, labels),
    loss=criterion,
    title="Handwritten digits, a convolutional network",
) as run:
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            scores = model(inputs[batch])
            criterion(scores, labels[batch]).backward()
            optimizer.step()
            run.log(accuracy=(scores.argmax(1) == labels[batch]).float().mean())
