"""A training's printed lines in the place of a table: as the book and others print them."""

from pathlib import Path

import pytest
from students import trained

from vizopt.comparison import printout, table
from vizopt.train.problems.index import Row


def read(text: str) -> tuple[list[str], list[Row]] | None:
    Path("log.txt").write_text(text, encoding="utf-8")
    return printout.read("log.txt")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "names", "cells"),
    [
        ("epoch: 7, acc: 0.360, loss: 1.099, lr: 1.0", "epoch acc loss lr", "7 0.360 1.099 1.0"),
        ("Epoch [7/100], Loss: 1.099, Acc = 36.0", "Epoch Loss Acc", "7 1.099 36.0"),
        ("epoch 7: loss=1.5e-07 grad=-.5", "epoch loss grad", "7 1.5e-07 -.5"),
        ("step=7 | f: nan", "step f", "7 nan"),
        ("epoch: 7, time: 35s, torch: 2.13.0, loss: 1.5", "epoch loss", "7 1.5"),
        ("Epoch 7/10 - val_loss: 2. - loss: inf", "Epoch val_loss loss", "7 2. inf"),
    ],
)
def test_how_others_print(line, names, cells):
    text = f"Training: 300 points\n\n{line}\nsaved to run 7: ok\n"
    assert read(text) == (names.split(), [(3, cells.split())])


@pytest.mark.parametrize(
    "text",
    ["epoch,loss\n0,1.5\n", "0 1.5\n", "epoch 7\n", "loss: 1.5\n", "epoch: x, loss: 1\n", ""],
)
def test_what_is_none(text):
    assert read(text) is None


def test_a_value_that_a_line_lacks_is_empty():
    names, rows = read("epoch: 0, loss: 2\nepoch: 1, loss: 1, acc: 0.5\n")
    assert names == ["epoch", "loss", "acc"]
    assert rows == [(1, ["0", "2", ""]), (2, ["1", "1", "0.5"])]
    assert table.read(Path("log.txt")).series["accuracy"].epochs.tolist() == [1]


def test_the_books_lines_are_compared_at_their_digits(command, run):
    every = trained(epochs=101)
    lines = [
        f"epoch: {k}, acc: {every['acc'][k]:.3f}, loss: {every['loss'][k]:.3f}, lr: 1.0"
        for k in (0, 100)
    ]
    Path("mine.txt").write_text("\n".join(lines))
    ran = command("compare", run.path, "mine.txt")
    assert ran.code == 0
    assert ran.out.startswith("equal to the printed digits: lr at 2 epochs, loss at 2 epochs, acc ")
    assert "compared at the 3 decimals printed: " in ran.out
    Path("mine.txt").write_text("\n".join(lines).replace("loss: 1.087", "loss: 1.089"))
    ran = command("compare", run.path, "mine.txt")
    assert ran.code == 1
    assert ran.out.startswith("first differs at epoch 100: loss 1.0869 here, 1.089 there")
