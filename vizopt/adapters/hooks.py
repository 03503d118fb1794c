"""Hooks: a function in the place of an object's own method, for as long as it is recorded."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from vizopt.core.errors import RecordingError, VizoptError
from vizopt.core.warned import warn
from vizopt.recording.run import Run


class HookedRun(Run):
    """A Run that leaves the objects it listens to as they were when it ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.hooks = ExitStack()
        super().__init__(*args, **options)

    def close(self) -> None:
        """Take the hooks away and complete the recording."""
        self.hooks.close()
        super().close()

    def break_off(self) -> None:
        """Take the hooks away and end the recording with what it has."""
        self.hooks.close()
        super().break_off()


def check_free(owner: Any, name: str) -> None:
    """Refuse an object whose method cannot be listened to.

    Raises:
        RecordingError: it is recorded already, or takes no attributes.
    """
    kind = type(owner).__name__
    if hasattr(getattr(owner, name), "recorded"):
        raise RecordingError(f"{kind}: is recorded already: close that run first")
    if not hasattr(owner, "__dict__"):
        raise RecordingError(f"{kind}: has __slots__ and cannot be listened to: use vizopt.Run")


@contextmanager
def shadowed(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Iterator[None]:
    """Put `wrap(method)` in front of a method of this object alone, and take it away again."""
    method = getattr(owner, name)
    own, function = name in vars(owner), wrap(method)
    function.recorded = True
    setattr(owner, name, function)
    try:
        yield
    finally:
        if vars(owner).get(name) is function:
            if own:
                setattr(owner, name, method)
            else:
                delattr(owner, name)


class Aside:
    """Where an adapter works inside somebody's training: what it raises ends the recording's part,
    never the training.

        with self.aside("accuracy"):
            ...
    """

    def __init__(self, path: Any) -> None:
        self._path, self._told = path, set[str]()

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        """Suppress what is raised, and say it once."""
        try:
            yield
        except Exception as error:  # whatever a stranger's model raises
            if what not in self._told:
                self._told.add(what)
                why = str(error) if isinstance(error, VizoptError) else repr(error)
                warn(" ".join(f"{self._path}: {what}: {why}: left out".split()))
