"""Mutate: values, tables, texts and bytes with a mistake in them, drawn from a seeded stream."""

from copy import deepcopy
from random import Random

VALUES = [
    *(0, 1, -1, 2, 3, 255, 257, 10**4, 2**31, 2**53, 2**53 + 1, 2**63, 10**30, 10**400),
    *(0.0, -0.0, 0.5, 1.0, -1.5, 1e-320, 1e-60, 1e60, 1e100, 1e101, 1.79e308),
    *(float("inf"), float("-inf"), float("nan"), True, False),
    *("", "x", "é" * 50, "x" * 3000, "a\nb", "\x1b[31m", "\u202e", "../x", "/dev/zero", "<b>&amp;"),
    *([], [0], [1, 2, 3], ["a", "a"], [[]], {}, {"kind": "x"}, {"a": {"a": {}}}),
    *("sgd", "adam", "spiral", "network", "function", "constant", "weights", "curves", "plane"),
    *(
        "x**2",
        "1/x",
        "log(x)",
        "tan(x)**2",
        "0*x",
        "x**x",
        "sin(1/x)",
        "(pi/2)**2 + x**2",
        "abs(x)",
    ),
]


def places(value, path=()):
    """Every path in a table, of lists too."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, item in items:
            if isinstance(item, dict | list):
                yield from places(item, (*path, key))
            else:
                yield (*path, key)


def changed(random: Random, table: dict, others: list[dict]) -> dict:
    """A table with one to three mistakes; some come from the same places of other tables."""
    table = deepcopy(table)
    for _ in range(random.choice([1, 1, 2, 3])):
        *parents, last = random.choice(list(places(table)) or [("x",)])
        at = table
        for key in parents:
            at = at[key]
        match random.randrange(6):
            case 0:
                del at[last]
            case 1 if isinstance(at, dict):
                at[random.choice(["x", f"{last}s", "kind", "lr", "f", "data"])] = value(random)
            case 2 if len(parents) == 0:
                other = random.choice(others)
                if last in other:
                    at[last] = deepcopy(other[last])
            case 3 if isinstance(at[last], int | float):
                at[last] = at[last] * random.choice([-1, 0, 0.5, 2, 3, 10, 1e-9, 1e9])
            case _:
                at[last] = value(random)
    return table


def value(random: Random):
    return deepcopy(random.choice(VALUES))


def damaged(random: Random, data: bytes) -> bytes:
    """Bytes with flips, a cut, a hole, a repetition or noise."""
    data = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 5, 20])):
        if not data:
            return bytes(random.randbytes(random.randrange(40)))
        at = random.randrange(len(data))
        length = random.choice([1, 2, 4, 16, 300])
        match random.randrange(7):
            case 0:
                del data[at:]
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length] * random.choice([1, 2, 50])
            case 3:
                data[at : at + length] = random.choice([b"\0", b"\xff"]) * length
            case 4:
                data[at : at + length] = random.randbytes(length)
            case _:
                data[at] ^= 1 << random.randrange(8)
    return bytes(data)


def damaged_text(random: Random, text: str) -> str:
    return damaged(random, text.encode()).decode(errors="replace")
