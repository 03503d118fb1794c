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

# What is likely to be right somewhere: faults of these come after training, not before.
LIKELY = {
    "f": [
        *("x**2", "1/x", "log(x)", "tan(x)**2", "0*x", "x**x", "sin(1/x)", "(pi/2)**2 + x**2"),
        *("x**2 + 1/(x-1)**2", "x**sqrt(-1)", "abs(x)", "exp(x)", "sin(40*x)", "5", "x", "-x**4"),
        *("1e300*x", "1e-300*x**2", "x**2 + 1e18", "sqrt(x)", "floor(x)", "exp(-x**2)*1e-9"),
    ],
    "lr": [
        *(1e-9, 0.1, 1.0, 2.0, 30.0, 1e9, 1e100),
        {"kind": "exponential", "initial": 2.0, "gamma": 0.9},
        {"kind": "step", "initial": 1e9, "every": 2},
        {"kind": "cosine", "initial": 1.0, "epochs": 3},
        {"kind": "cosine-restarts", "initial": 1.0, "epochs": 1, "t_mult": 2},
        {"kind": "one-cycle", "peak": 5.0, "epochs": 8, "warmup_share": 0.4},
        {"kind": "warm-up", "after": 0.5, "epochs": 2},
        {"kind": "polynomial", "initial": 1.0, "epochs": 4, "power": 0.01},
    ],
    "sizes": [[2, 3], [2, 1, 3], [2, 3, 3, 3, 3, 3, 3], [2, 300, 3], [2, 2, 2]],
    "interval": [[0.0, 1.0], [-1e-9, 1e-9], [-1e9, 1e9], [0.0, 1e-300], [-5.0, 5.0]],
    "start": [0.0, 1.0, -1.0, 1e-9, 0.5, 3.0],
    "theme": ["dark", "light", "print"],
    "epochs": [1, 2, 3, 50],
    "title": ["", "x" * 1999, "日本 العربية", "\\$x^2$", "a\nb"],
}


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
    if random.random() < 0.5:  # what is likely to be right, so that it is trained and drawn
        known = [place for place in places(table) if place[-1] in LIKELY]
        for *parents, last in random.sample(known, min(len(known), random.choice([1, 2]))):
            at = _inside(table, parents)
            if isinstance(at, dict | list):  # and not what the one before has put there
                at[last] = deepcopy(random.choice(LIKELY[last]))
        return table
    for _ in range(random.choice([1, 1, 2, 3])):
        *parents, last = random.choice(list(places(table)) or [("x",)])
        at = _inside(table, parents)
        match random.randrange(8):
            case 5 | 6 | 7 if last in LIKELY:
                at[last] = deepcopy(random.choice(LIKELY[last]))
            case 0:
                del at[last]
            case 1 if isinstance(at, dict):
                at[random.choice(["x", f"{last}s", "kind", "lr", "f", "data"])] = value(random)
            case 2 | 5 | 6 if len(parents) == 0:
                other = random.choice(others)
                if last in other:
                    at[last] = deepcopy(other[last])
            case 3 if isinstance(at[last], int | float):
                at[last] = at[last] * random.choice([-1, 0, 0.5, 2, 3, 10, 1e-9, 1e9])
            case _:
                at[last] = value(random)
    return table


def _inside(table, parents: list):
    for key in parents:
        table = table[key]
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
