"""Numbers that a loop tells are of the step that they were measured in, wherever it tells them."""

import warnings

import numpy as np
import pytest

import vizopt

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")

X = torch.randn(12, 10, 2, generator=torch.Generator().manual_seed(0))
Y = (X.prod(-1) > 0).long()
PLACES = ["forward", "backward", "end"]


class Loop:
    """A model that learns batch by batch, recorded, whose losses are kept beside."""

    def __init__(self, path, **settings):
        torch.manual_seed(0)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)
        )
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.5, **settings)
        self.path = path
        self.run = vizopt.torch.record(self.model, self.optimizer, path)

    def loss(self, i):
        return torch.nn.functional.cross_entropy(self.model(X[i]), Y[i])

    def recorded(self, name="loss"):
        self.run.close()
        return vizopt.Recording(self.path)[name]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.zarr"


@pytest.mark.parametrize("to_none", [True, False], ids=["none", "zeros"])
@pytest.mark.parametrize("zero", ["first", "stepped", "last"])
@pytest.mark.parametrize("batches", [1, 3])
@pytest.mark.parametrize("place", PLACES)
def test_a_step_has_the_mean_of_its_batches(place, batches, zero, to_none, path):
    loop, losses = Loop(path), []

    def tell(now):
        if now == place:
            loop.run.log(loss=loss * 1.0)

    for i in range(12):
        if zero == "first" and i % batches == 0:
            loop.optimizer.zero_grad(set_to_none=to_none)
        loss = loop.loss(i)
        losses.append(loss.item())
        tell("forward")
        loss.backward()
        tell("backward")
        ends = i % batches == batches - 1
        if ends:
            loop.optimizer.step()
        if ends and zero == "stepped":
            loop.optimizer.zero_grad(set_to_none=to_none)
        tell("end")
        if ends and zero == "last":
            loop.optimizer.zero_grad(set_to_none=to_none)
    means = np.reshape(losses, (-1, batches)).mean(axis=1)
    assert loop.recorded()[:-1] == pytest.approx(means)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_told_now_and_then_is_of_its_own_step(place, path):
    loop, wanted = Loop(path), np.full(12, np.nan)
    for i in range(12):
        loop.optimizer.zero_grad()
        loss = loop.loss(i)
        for now in PLACES:
            if now == "backward":
                loss.backward()
            elif now == "end":
                loop.optimizer.step()
            if now == place and i % 4 == 0:
                loop.run.log(loss=loss)
                wanted[i] = loss.item()
    np.testing.assert_array_equal(loop.recorded()[:12], np.float32(wanted))


@pytest.mark.parametrize("zero", ["first", "last"])
@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
@pytest.mark.parametrize(
    ("place", "factor"),
    [
        *((place, float("inf")) for place in PLACES),
        *((place, 1e38) for place in PLACES[1:]),  # the gradient alone is not finite
    ],
)
def test_a_loss_whose_step_is_skipped_is_of_none(zero, place, fused, factor, path):
    loop, losses = Loop(path, fused=fused), []
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for i in range(8):
        if zero == "first":
            loop.optimizer.zero_grad()
        loss = loop.loss(i)
        loss = loss * factor if i in (0, 3, 4) else loss
        for now in PLACES:
            if now == "backward":
                scaler.scale(loss).backward()
            elif now == "end":
                scaler.step(loop.optimizer)
                scaler.update()
                if zero == "last":
                    loop.optimizer.zero_grad()
            if now == place:
                loop.run.log(loss=loss)
        losses += [loss.item()] if i not in (0, 3, 4) else []
    assert loop.recorded()[:-1].tolist() == losses


def test_a_backward_of_another_loss_moves_nothing_to_another_step(path):
    """As a generator's goes through the discriminator, before both losses are told."""
    loop, losses = Loop(path), []
    for i in range(5):
        loop.optimizer.zero_grad()
        loss = loop.loss(i)
        loss.backward()
        loop.optimizer.step()
        loop.loss(i + 1).backward()
        loop.run.log(loss=loss, accuracy=loop.loss(i).mean())
        losses.append(loss.item())
    assert loop.recorded()[:-1].tolist() == losses
    assert np.isfinite(vizopt.Recording(path)["accuracy"]).tolist() == [True] * 5 + [False]


def test_a_loss_told_anew_takes_the_place_of_the_one_before(path):
    loop = Loop(path)
    loop.run.log(loss=5.0)
    for i in range(3):
        loop.optimizer.zero_grad()
        loop.loss(i).backward()
        loop.optimizer.step()
        loop.run.log(loss=7.0)
        loop.run.log(loss=float(i))
    assert loop.recorded()[:-1].tolist() == [0, 1, 2]


def test_a_criterion_of_two_open_recordings_is_noted_for_neither(tmp_path):
    criterion, runs, losses = torch.nn.CrossEntropyLoss(), [], {}
    models = [torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)]
    rules = [torch.optim.SGD(model.parameters(), lr=0.1) for model in models]
    for name, model, rule in zip("ab", models, rules, strict=True):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            runs.append(vizopt.torch.record(model, rule, tmp_path / f"{name}.zarr", loss=criterion))
    (line,) = said
    told = f"b.zarr: loss: CrossEntropyLoss: is noted for {tmp_path}/a.zarr too"
    assert told in str(line.message)
    for i in range(3):
        for run, model, rule in zip(runs, models, rules, strict=True):
            rule.zero_grad()
            loss = criterion(model(X[i]), Y[i])
            loss.backward()
            rule.step()
            if run is runs[0]:
                run.log(loss=loss)
                losses[i] = loss.item()
    for run in runs:
        run.close()
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"][:3].tolist() == [*losses.values()]
    assert "loss" not in vizopt.Recording(tmp_path / "b.zarr").names
    assert not criterion._forward_hooks


def test_a_criterion_whose_recording_is_closed_is_noted_for_the_next(tmp_path):
    criterion = torch.nn.CrossEntropyLoss()
    for name in "ab":
        model = torch.nn.Linear(2, 2)
        rule = torch.optim.SGD(model.parameters(), lr=0.1)
        with vizopt.torch.record(model, rule, tmp_path / f"{name}.zarr", loss=criterion):
            loss = criterion(model(X[0]), Y[0])
            loss.backward()
            rule.step()
        assert vizopt.Recording(tmp_path / f"{name}.zarr")["loss"][0] == loss.item()


@pytest.mark.parametrize("total", [torch.zeros(()), np.zeros(())], ids=["torch", "numpy"])
def test_a_number_is_what_it_was_when_it_was_told(total, path):
    loop = Loop(path)
    for i in range(3):
        loop.optimizer.zero_grad()
        loop.loss(i).backward()
        loop.optimizer.step()
        total += 1
        loop.run.log(total=total)
    assert loop.recorded("total")[:-1].tolist() == [1, 2, 3]


@pytest.mark.parametrize("together", [True, False])
def test_the_losses_of_two_heads_are_both_of_their_step(together, path):
    """Of which each moves arrays that the other does not; and one is changed in place."""
    torch.manual_seed(0)
    body, heads = torch.nn.Linear(2, 4), [torch.nn.Linear(4, 2) for _ in range(2)]
    model, criterion = torch.nn.ModuleList([body, *heads]), torch.nn.CrossEntropyLoss()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    with vizopt.torch.record(model, optimizer, path, loss=criterion):
        for i in range(4):
            optimizer.zero_grad()
            found = [criterion(head(body(X[i]).tanh()), Y[i]) for head in heads]
            losses.append(sum(loss.item() for loss in found) / 2)
            if together:
                sum(found).backward()
            else:
                for loss in found:
                    loss.backward()
            with torch.no_grad():
                found[0] /= 2
            optimizer.step()
    assert vizopt.Recording(path)["loss"][:-1].tolist() == losses


@pytest.mark.parametrize("to_none", [True, False], ids=["none", "zeros"])
@pytest.mark.parametrize("place", PLACES)
def test_a_small_array_that_is_frozen_later_moves_no_loss_to_another_step(place, to_none, path):
    loop, losses = Loop(path), []
    for i in range(8):
        if i == 4:
            min(loop.model.parameters(), key=torch.numel).requires_grad_(False)
        loop.optimizer.zero_grad(set_to_none=to_none)
        loss = loop.loss(i)
        for now in PLACES:
            if now == "backward":
                loss.backward()
            elif now == "end":
                loop.optimizer.step()
            if now == place:
                loop.run.log(loss=loss)
        losses.append(loss.item())
    assert loop.recorded()[:-1].tolist() == losses


@pytest.mark.parametrize("place", PLACES[:2])
def test_a_loss_told_before_and_after_its_step_now_and_then_is_of_that_step(place, path):
    loop, wanted = Loop(path), np.full(12, np.nan)
    for i in range(12):
        loop.optimizer.zero_grad()
        loss = loop.loss(i)
        for now in PLACES:
            if now == "backward":
                loss.backward()
            elif now == "end":
                loop.optimizer.step()
            if now in (place, "end") and i % 3 == 0:
                loop.run.log(loss=loss)
                wanted[i] = loss.item()
    np.testing.assert_array_equal(loop.recorded()[:12], np.float32(wanted))


@pytest.mark.parametrize("how", ["noted", "told"])
@pytest.mark.parametrize("rule", ["SGD", "LBFGS"])
def test_a_closure_of_two_batches_has_the_mean_of_its_first_call(rule, how, path):
    torch.manual_seed(0)
    model, criterion = torch.nn.Linear(2, 2), torch.nn.CrossEntropyLoss()
    optimizer, means = getattr(torch.optim, rule)(model.parameters(), lr=0.1), []
    noted = criterion if how == "noted" else None
    with vizopt.torch.record(model, optimizer, path, loss=noted) as run:
        for i in range(3):
            calls = []

            def closure(i=i, calls=calls):
                optimizer.zero_grad()
                losses = []
                for k in (2 * i, 2 * i + 1):
                    losses.append(criterion(model(X[k]), Y[k]))
                    losses[-1].backward()
                    if how == "told":
                        run.log(loss=losses[-1])
                calls.append(sum(loss.item() for loss in losses) / 2)
                return sum(losses)

            optimizer.step(closure)
            means.append(calls[0])
    assert vizopt.Recording(path)["loss"][:-1] == pytest.approx(means)


@pytest.mark.parametrize("zero", ["first", "last"])
@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
def test_a_finite_loss_told_before_its_backward_is_left_out_with_its_step(fused, zero, path):
    loop, losses = Loop(path, fused=fused), []
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for i in range(8):
        if zero == "first":
            loop.optimizer.zero_grad()
        loss = loop.loss(i) * (1e38 if i in (0, 3, 4) else 1)
        loop.run.log(loss=loss)
        scaler.scale(loss).backward()
        scaler.step(loop.optimizer)
        scaler.update()
        if zero == "last":
            loop.optimizer.zero_grad()
        losses += [loss.item()] if i not in (0, 3, 4) else []
    assert loop.recorded()[:-1].tolist() == losses
    assert not any(array._post_accumulate_grad_hooks for array in loop.model.parameters())


def test_two_losses_told_before_one_backward_are_both_of_its_step(path):
    loop, means = Loop(path), []
    for i in range(5):
        loop.optimizer.zero_grad()
        both = [loop.loss(i), loop.loss(i + 1)]
        for loss in both:
            loop.run.log(loss=loss)
        sum(both).backward()
        loop.optimizer.step()
        means.append(sum(loss.item() for loss in both) / 2)
    assert loop.recorded()[:-1].tolist() == means


@pytest.mark.parametrize("to_none", [True, False], ids=["none", "zeros"])
@pytest.mark.parametrize("place", PLACES)
def test_a_backward_before_the_loop_is_of_no_step(place, to_none, path):
    """As of who warms up, or looks at the first gradient."""
    loop, losses = Loop(path), []
    loop.loss(11).backward()
    for i in range(8):
        loop.optimizer.zero_grad(set_to_none=to_none)
        loss = loop.loss(i)
        losses.append(loss.item())
        if place == "forward":
            loop.run.log(loss=loss)
        loss.backward()
        if place == "backward":
            loop.run.log(loss=loss)
        loop.optimizer.step()
        if place == "end":
            loop.run.log(loss=loss)
    assert np.allclose(loop.recorded()[:8], losses, rtol=1e-6, atol=0)
