"""Short real runs that many tests look at, and the command line in this process."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import vizopt
from vizopt.__main__ import main
from vizopt.recording import Recording

SHORT = {"epochs": 301, "keep.grid": 40, "timeline.seconds": 2.0}


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """301 epochs of the scene `sgd`, recorded for real."""
    scene = vizopt.load_scene("sgd", SHORT)
    return vizopt.record(scene, tmp_path_factory.mktemp("run") / "sgd.zarr")


@pytest.fixture(scope="session")
def descent(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The scene `momentum-fast`, whole."""
    scene = vizopt.load_scene("momentum-fast")
    return vizopt.record(scene, tmp_path_factory.mktemp("descent") / "run.zarr")


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ran]:
    """The vizopt command, run in an empty folder: its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def vizopt_(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["vizopt", *map(str, arguments)])
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        return Ran(ended.value.code or 0, out, err)

    return vizopt_
