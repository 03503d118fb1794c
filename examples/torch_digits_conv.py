"""A small convolutional network of PyTorch learns to read digits, 8 × 8 pixels each; its twelve
filters are drawn.

pip install "vizopt[torch]" scikit-learn
python examples/torch_digits_conv.py
"""

import torch
from sklearn.datasets import load_digits
from torch import nn

import vizopt

EPOCHS, BATCH = 12, 64

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
    title="PyTorch learns to read digits",
) as run:
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            scores = model(inputs[batch])
            criterion(scores, labels[batch]).backward()
            optimizer.step()
            run.log(accuracy=(scores.argmax(1) == labels[batch]).float().mean())

vizopt.render("digits.zarr", "digits.mp4")
