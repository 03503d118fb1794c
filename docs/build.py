"""Build the site: `python docs/build.py` writes build/docs/site; any warning is an error."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from sitepages.links import broken

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "docs"


def main() -> int:
    """Exit code 0, or 1 with what is wrong on standard error."""
    start, site = time.monotonic(), BUILD / "site"
    shutil.rmtree(site, ignore_errors=True)  # pages that are no more
    # -P: what is installed is documented, not the tree, whose package lacks the scenes.
    sphinx = [sys.executable, "-P", "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run([*sphinx, "-d", BUILD / "doctrees", HERE, site], check=False)
    if done.returncode:
        return 1
    wrong = broken(site)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    pages = len(list(site.rglob("*.html")))
    print(f"{site}: {pages} pages in {time.monotonic() - start:.0f} s, broken links: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
