"""Progress: a bar with the time left, or nothing."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Bar(Protocol):
    """Passes items on and shows how far it has come."""

    def __call__(
        self, items: Iterable[T], total: int, label: str, unit: str, start: int = 0
    ) -> Iterable[T]: ...


def quiet(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterable[T]:
    """No bar."""
    return items


def shown(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterator[T]:
    """A bar on stderr with the time left, from `start` on; the notebook's own in a notebook."""
    from tqdm.auto import tqdm

    yield from tqdm(items, label, total, unit=unit, dynamic_ncols=True, initial=start)
