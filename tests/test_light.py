"""A mistake in a scene is told at once: what draws, records and decodes is not imported."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("matplotlib", "zarr", "PIL", "imageio_ffmpeg", "sympy", "tqdm")
CHILD = f"""
import sys
from vizopt.__main__ import main
try:
    main()
finally:
    print([name for name in {HEAVY} if name in sys.modules])
"""


def imported(*arguments):
    """The heavy modules that a command has imported, and its line."""
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        cwd=Path(__file__).parent,  # not the root, where the package lies without its scenes
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout.splitlines()[-1], ran.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["make", "sgd", "--set", "optimzer.kind=adam"], "optimzer: unknown key"),
        (["record", "sgd", "--set", "epochs=-1", "-o", "run.zarr"], "epochs: -1"),
        (["make", "sdg"], 'did you mean "sgd"?'),
    ],
)
def test_a_mistake_in_a_scene_needs_nothing_heavy(arguments, told):
    found, line = imported(*arguments)
    assert told in line
    assert line.count("\n") == 1
    assert found == "[]"
