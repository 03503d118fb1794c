"""All of the slow attacks, one after the other, with a table each: python tests/slow"""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("kills", "faults", "races", "presses", "fuzz")
APART = ["unshare", "-Urm"]  # where disks can be mounted for as long as it runs


def main() -> int:
    codes = []
    for name in NAMES:
        before = APART if name == "faults" and shutil.which(APART[0]) else []
        script = Path(__file__).with_name(f"{name}.py")
        codes.append(subprocess.call([*before, sys.executable, script]))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
