"""Plain: numbers of NumPy and others as Python's own, which specs and scenes hold."""

from typing import Any


def plain(value: Any) -> Any:
    """A value, `np.int64(3)` or an array of numbers, as TOML has it; also in lists and tables."""
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    listed = getattr(value, "tolist", None)  # of NumPy, PyTorch, JAX and pandas alike
    return listed() if callable(listed) else value


def whole(value: Any) -> int | None:
    """A whole number; nothing where it is none. True and 3.0 are not."""
    found = plain(value)
    return found if type(found) is int else None
