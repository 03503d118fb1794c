"""A mistake in a scene is told at once: what draws, records and decodes is not imported."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("matplotlib", "zarr", "PIL", "imageio_ffmpeg", "sympy", "tqdm", "pptx")
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
    "race sgd adam --set optimizer.lrr=3": "optimizer.lrr: unknown key",
    "render run.zarr -o a.webp --set themee=dark": 'themee: unknown key (did you mean "theme"?)',
    "render run.zarr -o a.gif --set epochs=5": "epochs: was trained so",
    "compare sdg mine.csv": 'did you mean "sgd"?',
    "tune ratess": 'did you mean "rates"?',
    "find sdg": 'did you mean "sgd"?',
    "table rates adamm": 'did you mean "adam"?',
    "slides sgd --set optimizer.lrr=3 -o a.pptx": "optimizer.lrr: unknown key",
    "pack sgd --set optimizer.lrr=3": "optimizer.lrr: unknown key",
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
    codes = [2 if command.startswith("compare") else 1 for command in MISTAKES]
    assert ran.stdout.splitlines() == [f"{code} []" for code in codes]
    for line, told in zip(ran.stderr.splitlines(), MISTAKES.values(), strict=True):
        assert told in line
