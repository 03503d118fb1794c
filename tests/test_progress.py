"""Progress: lines for a log, a bar at a terminal, nothing when nothing is wanted."""

import os
import re
import sys

import pytest

from vizopt.core import progress

TIME = r"\d+\.\d s"


def lines(capsys, total, take=None, start=0, unit="epoch"):
    """What is said while so many items are taken."""
    shown = progress.logged(range(start, total), total, "training x", unit, start)
    for i, _ in enumerate(shown, 1):
        if i == take:
            break
    del shown
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


@pytest.mark.parametrize(
    ("total", "take", "start", "told"),
    [
        (10_001, None, 0, ["10\u2009001 epochs", f"10\u2009001 epochs in {TIME}"]),
        (1, None, 0, ["1 epoch", f"1 epoch in {TIME}"]),
        (9, 4, 0, ["9 epochs", f"4 of 9 epochs in {TIME}"]),  # it diverges
        (9, None, 5, ["9 epochs, 5 of them before", f"4 epochs in {TIME}"]),  # it is resumed
        (9, 2, 5, ["9 epochs, 5 of them before", f"7 of 9 epochs in {TIME}"]),
    ],
)
def test_a_line_when_a_stage_begins_and_one_when_it_ends(capsys, total, take, start, told):
    found = lines(capsys, total, take, start)
    assert len(found) == 2
    for line, pattern in zip(found, told, strict=True):
        assert re.fullmatch(f"training x: {pattern}", line), found


def test_the_units_are_counted_in_good_english(capsys):
    assert lines(capsys, 41, unit="momentum value")[0] == "training x: 41 momentum values"
    assert lines(capsys, 1, unit="frame")[0] == "training x: 1 frame"


def test_every_item_comes_through():
    assert list(progress.logged(iter("abc"), 3, "x", "letter")) == ["a", "b", "c"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
@pytest.mark.parametrize(
    ("columns", "kind", "bar"),
    [(80, "xterm", "shown"), (80, "dumb", "logged"), (0, "xterm", "logged")],
)
def test_a_bar_is_for_a_terminal_that_can_draw_one(monkeypatch, columns, kind, bar):
    above, below = terminal(columns)
    monkeypatch.setenv("TERM", kind)
    with os.fdopen(below, "w") as stream, os.fdopen(above):
        monkeypatch.setattr(sys, "stderr", stream)
        assert progress.seen() is getattr(progress, bar)


def test_no_bar_for_a_file_or_a_closed_stream(monkeypatch, tmp_path):
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / "log").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        assert progress.seen() is progress.logged
    assert progress.seen() is progress.logged


def terminal(columns):
    import fcntl
    import struct
    import termios

    above, below = os.openpty()
    fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return above, below


SHORT = ["sgd", "--set", "epochs=9", "--set", "keep.grid=4", "-o", "run.zarr"]


def test_a_pipe_gets_no_carriage_return(command):
    ran = command("record", *SHORT)
    assert re.fullmatch(f"training sgd: 9 epochs\ntraining sgd: 9 epochs in {TIME}\n", ran.err)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_a_terminal_gets_a_bar(command, monkeypatch):
    above, below = terminal(80)
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(below, "w") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        assert command("record", *SHORT).code == 0
        shown = os.read(above, 65536).decode()
    os.close(above)
    assert "\rtraining sgd: 100%" in shown
    assert "epoch/s" in shown


def test_quiet_is_quiet(command):
    ran = command("record", *SHORT, "-q")
    assert (ran.code, ran.err) == (0, "")


def test_a_search_is_told_too(command):
    ran = command("find", "momentum-fast", "--within", "60")
    told = ran.err.splitlines()
    assert told[0] == "searching: 41 momentum values"
    assert re.fullmatch(f"refining 3/3: \\d+ momentum values in {TIME}", told[-1])
