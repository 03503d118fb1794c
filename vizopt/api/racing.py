"""Racing: several trainings in one picture."""

from collections.abc import Sequence
from typing import Unpack, overload

from vizopt.api.drawing import Files, files_of
from vizopt.api.keywords import Keywords, PathLike, asked_of, check_cores
from vizopt.clips.clip import Clip
from vizopt.clips.plan import check_played
from vizopt.core.places import at_home
from vizopt.core.progress import usual
from vizopt.pipeline import racing
from vizopt.pipeline.field import Source, field_of
from vizopt.scene.options import ClipOptions


@overload
def race(
    sources: Source | Sequence[Source],
    file: PathLike,
    options: ClipOptions | None = None,
    *,
    folder: PathLike | None = None,
    mixed: bool = False,
    cores: int | None = None,
    **keywords: Unpack[Keywords],
) -> Clip: ...
@overload
def race(
    sources: Source | Sequence[Source],
    file: Files,
    options: ClipOptions | None = None,
    *,
    folder: PathLike | None = None,
    mixed: bool = False,
    cores: int | None = None,
    **keywords: Unpack[Keywords],
) -> list[Clip]: ...
def race(
    sources: Source | Sequence[Source],
    file: PathLike | Files,
    options: ClipOptions | None = None,
    *,
    folder: PathLike | None = None,
    mixed: bool = False,
    cores: int | None = None,
    **keywords: Unpack[Keywords],
) -> Clip | list[Clip]:
    """Several trainings in one picture: `race(["sgd", "adam"], "race.mp4")`.

    Args:
        sources: a race, a bundled one's name or a TOML file; or a list of scenes, races and
            recordings, also of a training of your own: their names, paths, or they themselves.
        file: what to write, as for `render`; of several files a list.
        options: as for `render`.
        folder: where the recording of each run stays, and is reused; without it they go.
        mixed: whether the runs may have no problem in common.
        cores: how many runs are trained beside each other; as many as there are cores when left
            out. The numbers are the same.
        **keywords: as for `render`; `overrides` may change any key: {"epochs": 1001}.

    Returns:
        The clip, or a list of them.

    Raises:
        VizoptError: a source cannot be used, a file not written, a keyword or key is wrong.
    """
    asked = asked_of("race", options, keywords)
    if cores is not None:
        check_cores("race", cores)
    files = files_of(file)
    check_played(files, asked)
    every = sources if isinstance(sources, list | tuple) else [sources]
    field = field_of(every, asked.overrides, files[0].stem, mixed=mixed)  # type: ignore[arg-type]
    place = at_home(folder) if folder else None
    bar = usual()
    clips = racing.race(field, files, asked, place, bar, lambda line: None, cores=cores)
    return clips[0] if isinstance(file, PathLike) else clips
