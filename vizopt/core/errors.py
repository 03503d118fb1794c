"""Everything that can go wrong for a user: one family, one clear line each."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from errno import EACCES, EIO, EMFILE, ENFILE, ENOMEM, EPERM
from textwrap import shorten

MOST_TOLD = 200  # letters of what somebody else's code says: PyTorch may say 8,000

# How Python, the loader of libraries, NumPy's and ffmpeg say it.
SHORTAGES = (
    "can't start new thread",
    "can't allocate",
    "failed to map segment",
    "annot allocate memory",
    "not enough memory",
    "Resource temporarily unavailable",
    "Failed to allocate",
    "malloc of size",
    "returned NULL without setting an exception",
    "error return without exception set",
)


def one_line(text: object) -> str:
    """A message as it is printed: control, direction and line characters as their escapes."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else letter
        for letter in str(text)
    )


class OneLine(BaseException):
    """Its text is one line, whatever the names in it are."""

    def __init__(self, *told: object) -> None:
        super().__init__(*map(one_line, told))


class VizoptError(OneLine, Exception):
    """A problem a user can mend. Its text is one line: the place, the value, the way out."""


class SceneError(VizoptError):
    """A scene that cannot be used: `file: key: message`.

    Args:
        file: the scene's file, or the bundled name.
        key: dotted path of the key, empty for the whole file.
        message: what is wrong with which value, and what would be right.
    """

    def __init__(self, file: str, key: str, message: str) -> None:
        super().__init__(": ".join(part for part in (file, key, message) if part))
        self.file = file
        self.key = key


class SpecError(VizoptError, ValueError):
    """A rule, schedule or the like built from Python with a wrong value: `Adam: lr: …`."""


class RecordingError(VizoptError):
    """A recording that cannot be read or written."""


class VizoptWarning(OneLine, UserWarning):
    """Something that works, but perhaps not as it was meant; one line, as of an error."""


class Interrupted(OneLine, KeyboardInterrupt):
    """Ctrl-C in a training whose recording is kept; its text says where and how to draw it."""


class EncodeError(VizoptError):
    """A file that could not be encoded or written.

    Args:
        written: the clips of the same command that are complete.
    """

    written: tuple[object, ...] = ()


class DecodeError(VizoptError):
    """A clip whose pictures cannot be read."""


def raised(error: Exception) -> str:
    """An error of somebody else's code in a line: its kind and the beginning of what it says."""
    return shorten(f"{type(error).__name__}: {error}", MOST_TOLD, placeholder=" …")


def is_shortage(error: BaseException | None) -> bool:
    """Whether an error comes of too little memory: of an array, a thread's or a library's."""
    while error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == ENOMEM):
            return True
        if says_shortage(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_shortage(text: str) -> bool:
    """Whether the words are those of a program or library that got too little memory."""
    return any(said in text for said in SHORTAGES)


def tells_nothing(error: BaseException) -> bool:
    """Whether an error in reading a file says nothing of it: it may be there, and whole."""
    known = EACCES, EPERM, EMFILE, ENFILE, ENOMEM, EIO
    return isinstance(error, OSError) and error.errno in known


def hint(name: str, options: Iterable[str]) -> str:
    """The way out of a misspelt name: the nearest of the options, or all of them."""
    known = sorted(options)
    if not known:
        return "there are none"
    return meant(name, known) or "there are: " + ", ".join(known)


def meant(name: str, options: Iterable[str]) -> str:
    """The nearest of the options as the way out; empty where none is near."""
    near = get_close_matches(name, sorted(options), n=1)
    return f'did you mean "{near[0]}"?' if near else ""
