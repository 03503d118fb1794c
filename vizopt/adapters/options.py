"""Options: of `vizopt.Run`, which every adapter hands on."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict


class Options(TypedDict, total=False):
    """Those of `vizopt.Run` that an adapter does not know by itself."""

    title: str
    classes: Sequence[Any] | None
    target: str
    features: Sequence[str]
    threshold: float | None
    size: str | float
    mode: Literal["new", "resume"]
