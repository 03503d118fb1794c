"""Clips of the bundled scenes for the site: MP4, poster and alt text, made once per content."""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import vizopt
from vizopt import pipeline, story
from vizopt.clips.options import request
from vizopt.clips.targets import Limits
from vizopt.core import library

LARGEST = 500_000  # bytes of a clip
LOOK = {"size": (640, 360), "fps": 20, "overrides": {"timeline.seconds": 8.0}}
PARTS = ("mp4", "png", "alt")


def made(folder: Path, cache: Path) -> None:
    """Put every scene's NAME.mp4, NAME.png and NAME.alt into a folder; from the cache if there."""
    folder.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    code = _code()
    stems = {name: cache / f"{name}-{_key(name, code)}" for name in library.names()}
    missing = [item for item in stems.items() if not Path(f"{item[1]}.alt").exists()]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for name in pool.map(_make, *zip(*missing, strict=True)) if missing else ():
            print(f"clip {name}", file=sys.stderr, flush=True)
    for name, stem in stems.items():
        for part in PARTS:
            shutil.copyfile(f"{stem}.{part}", folder / f"{name}.{part}")


def _make(name: str, stem: Path) -> str:
    """Train and draw one scene; the alt text comes last, and tells that all is there."""
    asked = request(**LOOK)
    scene = vizopt.load_scene(name, LOOK["overrides"])
    files = [Path(f"{stem}.{part}") for part in ("mp4", "png")]
    most = dict.fromkeys(files, Limits(LARGEST))
    run, _ = pipeline.make(scene, files, asked, limits=most)
    Path(f"{stem}.alt").write_text(story.of(run).alt, encoding="utf-8")
    return name


def _key(name: str, code: bytes) -> str:
    return hashlib.sha256(code + library.bundled(name).encode()).hexdigest()[:16]


def _code() -> bytes:
    """Of all that a picture depends on."""
    digest = hashlib.sha256(repr(LOOK).encode())
    for file in _files():
        digest.update(file.read_bytes())
    return digest.digest()


def _files() -> Iterator[Path]:
    root = Path(vizopt.__file__).parent
    scenes = root.parent / "scenes"
    for pattern in ("*.py", "*.toml", "*.csv"):
        yield from sorted(root.rglob(pattern))
    yield from sorted(scenes.glob("*.csv"))
