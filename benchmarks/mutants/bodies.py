"""Bodies of functions: a change inside of one is put into a running Python, without an import."""

import gc
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any


def changed_bodies(file: Path, text: str) -> list[tuple[CodeType, CodeType]] | None:
    """The functions that differ in a file and in its changed text, each with its new code; None
    where something else differs, which runs when the module is imported."""
    old = compile(file.read_text(encoding="utf-8"), str(file), "exec")
    new = compile(text, str(file), "exec")
    if _frame(old) != _frame(new):
        return None
    pairs = zip(_functions(old), _functions(new), strict=True)
    return [(before, after) for before, after in pairs if before != after]


def put(pairs: list[tuple[CodeType, CodeType]]) -> bool:
    """Put new code into the living functions; whether there is one for each."""
    alive: dict[tuple[str, str, int], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            alive.setdefault(_key(one.__code__), []).append(one)
    for before, after in pairs:
        found = alive.get(_key(before), [])
        if not found or before.co_freevars != after.co_freevars:
            return False
        for function in found:
            function.__code__ = after
    return True


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The outermost functions of a module or class."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if part.co_flags & CO_OPTIMIZED:
                yield part
            else:
                yield from _functions(part)


def _frame(code: CodeType) -> tuple[Any, ...]:
    """What a module or class runs itself."""
    return (
        code.co_code,
        code.co_names,
        [
            (part.co_qualname if part.co_flags & CO_OPTIMIZED else _frame(part))
            if isinstance(part, CodeType)
            else (type(part), repr(part))
            for part in code.co_consts
        ],
    )
