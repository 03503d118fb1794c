"""A mistake in a scene is told at once: what draws, records and decodes is not imported."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("matplotlib", "zarr", "PIL", "imageio_ffmpeg", "sympy", "tqdm")
CHILD = f"""
import sys
from vizopt.__main__ import main
for command in sys.argv[1:]:
    sys.argv[1:] = command.split()
    try:
        main()
    except SystemExit as ended:
        print(ended.code, [name for name in {HEAVY} if name in sys.modules])
"""
MISTAKES = {
    "make sgd --set optimzer.kind=adam": "optimzer: unknown key",
    "record sgd --set epochs=-1 -o run.zarr": "epochs: -1",
    "make sdg": 'did you mean "sgd"?',
}


def test_mistakes_in_a_scene_need_nothing_heavy():
    """One process for all of them, since none of them may import anything."""
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *MISTAKES],
        cwd=Path(__file__).parent,  # not the root, where the package lies without its scenes
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines() == ["1 []"] * len(MISTAKES)
    for line, told in zip(ran.stderr.splitlines(), MISTAKES.values(), strict=True):
        assert told in line
