"""AdamW of PyTorch bends the border between two moons.

pip install "vizopt[torch]" scikit-learn
python examples/torch_moons.py
"""

import torch
from sklearn.datasets import make_moons
from torch import nn

import vizopt

STEPS = 400

X, y = make_moons(300, noise=0.2, random_state=1)
inputs, labels = torch.tensor(X, dtype=torch.float32), torch.tensor(y)

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()

with vizopt.torch.record(
    model,
    optimizer,
    "moons.zarr",
    steps=STEPS,
    data=(X, y),
    classes=["upper moon", "lower moon"],
    loss=criterion,
    title="Two moons in PyTorch",
) as run:
    for _ in range(STEPS):
        optimizer.zero_grad()
        scores = model(inputs)
        criterion(scores, labels).backward()
        optimizer.step()
        run.log(accuracy=(scores.argmax(1) == labels).float().mean())

vizopt.render("moons.zarr", "moons.mp4")
