"""Kinds: who tells a run, by the kind of its problem."""

from typing import Protocol

from vizopt.recording.events import Event
from vizopt.recording.header import Kind
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.story import function, network, regression


class Teller(Protocol):
    """A module that tells runs of one kind."""

    @property
    def ACTED_ON(self) -> tuple[str, str]: ...  # noqa: N802
    def what(self, name: str, run: Recording, scene: Scene) -> str: ...
    def trained(self, run: Recording, scene: Scene) -> str: ...
    def length(self, run: Recording, scene: Scene) -> str: ...
    def extras(self, scene: Scene) -> list[str]: ...
    def happened(self, run: Recording, found: tuple[Event, ...]) -> str: ...
    def in_short(self, run: Recording, found: tuple[Event, ...]) -> list[str]: ...


TELLERS: dict[Kind, Teller] = {"network": network, "regression": regression, "function": function}
