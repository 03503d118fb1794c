"""Lightning: forward and backward are a closure that its optimizer calls inside of `step`."""

import logging

import numpy as np
import pytest

import vizopt

L = pytest.importorskip("lightning", reason="Lightning is not installed")
torch = pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # what Lightning and PyTorch tell each other
    pytest.mark.filterwarnings("error::vizopt.core.errors.VizoptWarning"),
]

RNG = np.random.default_rng(0)
X = torch.tensor(RNG.standard_normal((60, 2)), dtype=torch.float32)
Y = (X[:, 0] * X[:, 1] > 0).long()
EPOCHS, BATCHES = 4, 5


class Module(L.LightningModule):
    """A module as its users write it, which notes itself what the recording should tell."""

    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2)
        )
        self.criterion = torch.nn.CrossEntropyLoss()
        self.losses, self.norms, self.rates, self.weights = [], [], [], []

    def configure_optimizers(self):
        adam = torch.optim.Adam(self.parameters(), lr=0.02)
        return {"optimizer": adam, "lr_scheduler": torch.optim.lr_scheduler.StepLR(adam, 2)}

    def training_step(self, batch, at):
        loss = self.criterion(self.net(batch[0]), batch[1])
        self.losses.append(loss.item())
        return loss

    def on_before_optimizer_step(self, optimizer):
        grads = [p.grad for p in self.parameters()]
        self.norms.append(float(torch.nn.utils.get_total_norm(grads)))
        self.rates.append(optimizer.param_groups[0]["lr"])
        self.weights.append(self.net[0].weight.detach().numpy().copy())


class Recorded(L.Callback):
    """As the page on PyTorch has it."""

    def __init__(self, path):
        self.path = path

    def on_train_start(self, trainer, module):
        self.adam = trainer.optimizers[0]
        self.run = vizopt.torch.record(module, self.adam, self.path, loss=module.criterion)

    def on_train_end(self, trainer, module):
        self.run.close()


def fitted(*callbacks, **settings):
    L.seed_everything(0, verbose=False)
    module = Module()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    trainer = L.Trainer(
        callbacks=list(callbacks),
        max_epochs=EPOCHS,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        **settings,
    )
    samples = torch.utils.data.TensorDataset(X, Y)
    trainer.fit(module, torch.utils.data.DataLoader(samples, 60 // BATCHES, shuffle=True))
    return module


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({}, [1] * EPOCHS * BATCHES),
        ({"gradient_clip_val": 0.1}, [1] * EPOCHS * BATCHES),
        ({"accumulate_grad_batches": 2}, [2, 2, 1] * EPOCHS),
        ({"precision": "bf16-mixed"}, [1] * EPOCHS * BATCHES),
    ],
    ids=["plain", "clipped", "accumulated", "bfloat16"],
)
def test_a_lightning_training_is_recorded_step_by_step(tmp_path, settings, steps):
    recorded = Recorded(tmp_path / "a.zarr")
    alone, module = fitted(**settings), fitted(recorded, **settings)
    for name, value in alone.state_dict().items():
        assert torch.equal(value, module.state_dict()[name])  # the same to the last bit
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run.epochs == len(steps) + 1  # and the parameters at the end
    ends = np.cumsum(steps)
    means = [np.mean(module.losses[end - n : end]) for end, n in zip(ends, steps, strict=True)]
    assert np.allclose(run["loss"][: len(steps)], means, rtol=1e-6, atol=0)
    assert np.array_equal(run["lr"][: len(steps)], module.rates)
    assert np.allclose(run["grad_norm"][: len(steps)], clipped(module.norms, settings), rtol=1e-5)
    for at, weight in enumerate(module.weights):
        assert np.array_equal(run.weights("net.0.weight", epoch=at), weight)
    last = module.net[0].weight.detach().numpy()
    assert np.array_equal(run.weights("net.0.weight", epoch=len(steps)), last)
    assert not recorded.adam._optimizer_step_pre_hooks


def clipped(norms, settings):
    """As the optimizer uses them: Lightning cuts them after it has called the module."""
    return np.minimum(norms, settings.get("gradient_clip_val", np.inf))
