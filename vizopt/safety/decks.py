"""The clip on the slide of a .pptx."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vizopt.errors import DecodeError

CLIPS = (".mp4", ".gif", ".webm")


@contextmanager
def clip_of(deck: Path) -> Iterator[Path]:
    """The one clip of a deck, in a file of its own.

    Raises:
        DecodeError: there is none, or there are several.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            with ZipFile(deck) as archive:
                media = [name for name in archive.namelist() if name.startswith("ppt/media/")]
                clips = [name for name in media if name.lower().endswith(CLIPS)]
                if len(clips) == 1:
                    clip = Path(archive.extract(clips[0], folder))
        except (OSError, BadZipFile) as error:
            raise DecodeError(f"{deck}: cannot read: {error}") from error
        if len(clips) != 1:
            count = len(clips) or "no"
            raise DecodeError(f"{deck}: holds {count} clips: check them one by one")
        yield clip
