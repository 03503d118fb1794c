"""Places: names that files can have everywhere, and what dead processes left."""

import errno
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from socket import gethostname

from vizopt.core.interrupts import uninterrupted
from vizopt.core.locks import alone
from vizopt.core.wanted import wanted_path

SYNCED_AT_ONCE = 4  # files, which take a disk hardly longer than one
LONGEST = 255  # bytes of a file's name, on every system in use
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\..*)?", re.IGNORECASE)  # Windows' devices
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
_MADE: set[Path] = set()  # by this process: what is written, and folders for it
BEGUN = 50  # letters of a name that stand in front of what tells whose a file is
LEFT = re.compile(
    r"(?P<begun>.*)\.(?P<host>[0-9a-f]{8})-(?P<pid>\d{1,10})-[0-9a-f]{8}\.(?P<ending>part|old)",
    re.DOTALL,
)


def wrong_name(path: Path) -> str:
    """Why a file of that name cannot be written everywhere; empty where it can."""
    for part in path.parts[1:] if path.anchor else path.parts:
        if part in (".", ".."):
            continue
        found = FORBIDDEN.search(part)
        if found:
            return f"{found[0]!r} is not for names of files and folders: leave it out"
        if RESERVED.fullmatch(part):
            return f"{part} is a device on Windows: choose another name"
        if part[-1] in ". ":
            return f"{part!r} ends in a dot or space, which Windows drops: leave it out"
        if len(part.encode(errors="surrogateescape")) > LONGEST:
            return f"the name is longer than {LONGEST} bytes: choose a shorter one"
    return ""


def at_home(path: Path | str) -> Path:
    """A path whose `~` is the home, also where no shell has looked at it.

    Raises:
        VizoptError: from Python came what is no path.
    """
    wanted_path(path)
    with suppress(RuntimeError):  # no home of that name
        return Path(path).expanduser()
    return Path(path)


def target(path: Path) -> Path:
    """Where a path leads to: a link stays one, and what it names is replaced.

    Raises:
        OSError: links that lead in a circle.
    """
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return place


def is_there(path: Path) -> bool:
    """Whether anything is at a path, where `Path.exists` takes a circle of links for nothing.

    Raises:
        OSError: it cannot be known, for links lead in a circle, or a folder is closed.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def ground(folder: Path) -> Path:
    """The folder itself or, where it is still to be made, the one above it that is there.

    Raises:
        OSError: it is a file, or links lead in a circle.
    """
    while not is_there(folder):
        folder = folder.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is no folder")
    return folder


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """A folder, with those above it; what was made for the block and is empty after it goes."""
    above = ground(folder)
    new = [place for place in (folder, *folder.parents) if above in place.parents]
    _MADE.update(new)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        with uninterrupted(), suppress(OSError):  # the first that is not empty
            for place in new:
                place.rmdir()


def beside(path: Path, ending: str = "part") -> Path:
    """A name beside path that nobody else has, and that tells whose it is: `NAME.….part`."""
    tail = f"{_host()}-{os.getpid()}-{token_hex(4)}.{ending}"
    place = path.with_name(f"{_begun(path.name)}.{tail}")
    _MADE.add(place)
    return place


def _begun(name: str) -> str:
    """A name as it stands in front of what is being written; of a long one, which would have no
    room, its start and a sum that tells it from others with the same start."""
    if len(name) <= BEGUN:
        return name
    total = zlib.crc32(name.encode(errors="surrogateescape"))
    return f"{name[:BEGUN]}.{total:08x}"


def parts_of(path: Path) -> list[Path]:
    """What processes that write path, or were killed at it, have beside it."""
    with suppress(OSError):
        named = [(LEFT.fullmatch(file.name), file) for file in path.parent.iterdir()]
        wanted = (_begun(path.name), "part")
        return [file for found, file in named if found and found.group("begun", "ending") == wanted]
    return []


def changed(place: Path) -> int:
    """When something was changed last, ns; 0 where its process has removed it meanwhile."""
    with suppress(OSError):
        return place.stat().st_mtime_ns
    return 0


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder; one that a killed vizopt has left goes with the next one's."""
    place = Path(tempfile.gettempdir())
    sweep(place)
    folder = beside(place / "vizopt")
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove all of a folder that can be removed, with one thing open at a time: shutil.rmtree
    has one for each level, which a process that was refused another file does not get."""
    with uninterrupted():
        for place, folders, files in os.walk(folder, topdown=False):
            for name in (*files, *folders):
                inside = Path(place, name)
                with suppress(OSError):
                    if name in files or inside.is_symlink():
                        inside.unlink()
                    else:
                        inside.rmdir()
        with suppress(OSError):
            folder.rmdir()


def synced(path: Path) -> None:
    """Have what was written to a file, or to those in a folder, on the disk and not in a cache:
    where the power fails after a rename there would be a name without its contents.

    Raises:
        OSError: the disk, or a server, cannot take it after all.
    """
    if path.is_dir():
        files = [Path(place, name) for place, _, names in os.walk(path) for name in names]
        from concurrent.futures import ThreadPoolExecutor  # of no use to most commands

        with uninterrupted(), ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
            list(pool.map(synced, files))
        return
    with path.open("r+b") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # of a file system without it
                raise


def sweep(folder: Path) -> None:
    """Remove what dead processes of this machine have left; a recording that was set aside when
    the new one never came is put back."""
    with suppress(OSError):
        left = [file for file in folder.iterdir() if is_left(file.name)]
        if left:
            with alone(folder):
                for file in left:
                    _clear(file)


def tidy() -> None:
    """Remove what this process, which ends, has left: one that is interrupted between two lines
    may not come to those that do. It is looked at once."""
    with uninterrupted():
        made = sorted(_MADE.copy(), reverse=True)  # what is inside first
        _MADE.difference_update(made)  # a thread may have begun another one
        for place in made:
            found = LEFT.fullmatch(place.name)
            if not found:
                with suppress(OSError):  # it is not empty
                    place.rmdir()
            elif found["pid"] == str(os.getpid()):  # a forked one has its parent's too
                _clear(place)


def _clear(file: Path) -> None:
    with suppress(OSError):
        if not file.is_dir() or file.is_symlink():
            file.unlink(missing_ok=True)
            return
        if any(file.glob("snapshots/epoch/c*")):  # c.0; before it was c/0
            return  # a recording with committed rows: its training would be lost
        if file.suffix == ".old":
            for kept in file.iterdir():
                if not (file.parent / kept.name).exists():
                    kept.rename(file.parent / kept.name)
        remove(file)


def is_left(name: str) -> bool:
    """Whether a dead process of this machine has left a file of that name."""
    found = LEFT.fullmatch(name)
    return bool(found and found["host"] == _host() and not _is_alive(int(found["pid"])))


def _host() -> str:
    """This machine, and this container on it: process numbers mean something there only."""
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{zlib.crc32(f'{gethostname()} {space}'.encode()):08x}"


def _is_alive(pid: int) -> bool:
    """Whether a process runs; where that cannot be known it does."""
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle) or ctypes.windll.kernel32.GetLastError() != 87  # no such process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
