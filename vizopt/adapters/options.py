"""Options: of `vizopt.Run`, which every adapter hands on."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, cast

from vizopt.core.errors import VizoptError, hint
from vizopt.core.wanted import wanted_path
from vizopt.recording.checked import LISTS, checked, listed
from vizopt.recording.given import pair


class Options(TypedDict, total=False):
    """Those of `vizopt.Run` that an adapter does not know by itself."""

    title: str
    classes: Sequence[Any] | None
    target: str
    features: Sequence[str]
    threshold: float | None
    size: str | float
    mode: Literal["new", "resume"]


def check(
    call: str, path: Any, options: Mapping[str, Any], data: Any = None, **known: Any
) -> tuple[Options, tuple[Any, Any] | None]:
    """Hold what an adapter is asked for against what a run can be, before another gives way to it.

    Args:
        call: its name, "torch.record".
        path: of the recording.
        options: of the caller's.
        data: X and y, where the adapter is given them.
        known: predict, epochs and unit, where the adapter knows them.

    Returns:
        Options and data that can be read again: an iterator is read here.

    Raises:
        VizoptError: no such option, or one is wrong.
    """
    wanted_path(path)
    for name in options:
        if name not in Options.__annotations__:
            way = hint(name, Options.__annotations__)
            raise VizoptError(f'{call}: unknown keyword "{name}": {way}')
    lists = {name: listed(name, options[name]) for name in LISTS if name in options}
    read, both = cast(Options, {**options, **lists}), None if data is None else pair(data)
    checked(data=both, **known, **read)
    return read, both
