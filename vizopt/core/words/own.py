"""Own: a file of somebody's own words, put into the scene or look that names it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vizopt.core.bounded import read_text
from vizopt.core.toml import LONGEST, parsed
from vizopt.core.words import checked, flat


def put_in(look: Any, folder: Path) -> Any:
    """A look's table, with the words in the place of the file that its `language` names.

    So a recording and a recipe hold the words themselves: they are drawn again anywhere.

    Args:
        look: as it was read; anything else than a table is left as it is.
        folder: where the file is looked for first, then in the current one.

    Raises:
        ValueError: it cannot be read, or holds no words; the reason in one line.
    """
    if not isinstance(look, Mapping) or not is_file(look.get("language")):
        return look
    return {**look, "language": words_of(look["language"], folder)}


def is_file(language: Any) -> bool:
    """Whether a language is the name of a file."""
    return isinstance(language, str) and Path(language).suffix.lower() == ".toml"


def words_of(name: str, folder: Path) -> dict[str, str]:
    """The words of a file."""
    file = Path(name).expanduser()
    file = folder / file if (folder / file).is_file() else file
    try:
        return checked(flat(parsed(read_text(file, 4 * LONGEST, "utf-8-sig"))))
    except OSError as error:
        raise ValueError(f"language: {name}: cannot read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"language: {name}: not in UTF-8: {error.reason}") from error
    except ValueError as error:
        raise ValueError(f"language: {name}: {error}") from error
