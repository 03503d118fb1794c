"""Check that the wheel and the sdist have all they should: `python .ci/contents.py DIST`."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT, DIST = Path(__file__).parents[1], Path(sys.argv[1])

listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
tracked = [name for name in listed.stdout.splitlines() if not name.startswith((".g", "outputs/"))]
with zipfile.ZipFile(next(DIST.glob("*.whl"))) as wheel:
    has = {name for name in wheel.namelist() if ".dist-info/" not in name}
scenes = {f"vizopt/{name}" for name in tracked if name.startswith("scenes/")}
wanted = scenes | {name for name in tracked if name.startswith("vizopt/")}
wrong = [f"wheel lacks {name}" for name in sorted(wanted - has)]
wrong += [f"wheel has {name}" for name in sorted(has - wanted)]
with tarfile.open(next(DIST.glob("*.tar.gz"))) as sdist:
    inside = {name.partition("/")[2] for name in sdist.getnames()}
wrong += [f"sdist lacks {name}" for name in tracked if name not in inside]
print("\n".join(wrong) or f"wheel: {len(has)} files, sdist: {len(inside)}")
sys.exit(bool(wrong))
