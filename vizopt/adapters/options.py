"""Options: of `vizopt.Run`, which every adapter hands on."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from vizopt.core.errors import VizoptError, hint
from vizopt.core.wanted import wanted_path
from vizopt.recording.checked import checked


class Options(TypedDict, total=False):
    """Those of `vizopt.Run` that an adapter does not know by itself."""

    title: str
    classes: Sequence[Any] | None
    target: str
    features: Sequence[str]
    threshold: float | None
    size: str | float
    mode: Literal["new", "resume"]


def check(call: str, path: Any, options: Mapping[str, Any], **known: Any) -> None:
    """Hold what an adapter is asked for against what a run can be, before another gives way to it.

    Args:
        call: its name, "torch.record".
        path: of the recording.
        options: of the caller's.
        known: data, predict, epochs and unit, where the adapter knows them.

    Raises:
        VizoptError: no such option, or one is wrong.
    """
    wanted_path(path)
    for name in options:
        if name not in Options.__annotations__:
            way = hint(name, Options.__annotations__)
            raise VizoptError(f'{call}: unknown keyword "{name}": {way}')
    checked(**known, **options)
