"""Titles: what a scene says of itself, held against the run that overrides have made of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from vizopt.scene.spec import Scene
from vizopt.scene.written import as_table
from vizopt.train.optimizers import name_of

SEPARATOR = "[,_\u2009\u202f ]"  # of thousands
NUMBER = re.compile(
    rf"(?<![\w.])[-−]?(?:\d{{1,3}}(?:{SEPARATOR}\d{{3}})+|\d+)(?:\.\d+)?(?:e[-−+]?\d+)?(?!\w)",
    re.IGNORECASE,
)
TRAINED = ("optimizer", "problem")
SHORT = 4  # letters of a key with which a longer word may begin: batch, batches
SAID_AS = {  # values and keys that titles have other words for
    "sgd": "gradient descent",
    "csv": "own data",
    "npz": "own data",
    "regression": r"predict\w*",
    "sizes": "deep|layers?",
}
NOTHING = r"(?!)"  # is found in no title
JUDGED = r"tuned|better|best|good|bad|worse|worst|diverge\w*|explo\w+|settles|fails"
RATE = r"rates?|lr"


def truly_told(before: Scene, scene: Scene, given: Mapping[str, Any]) -> Scene:
    """The scene without what was said of another run than it has now.

    A title that an override has made untrue gives way to the rule's name, which is always true. A
    line about a run does where anything of it has changed: it may end otherwise.

    Args:
        before: as it is without the overrides.
        scene: as it is with them.
        given: the overrides; what they say of title or line is nobody else's.
    """
    same = [(each.optimizer, each.problem, each.epochs, each.seed) for each in (before, scene)]
    if same[0] == same[1]:
        return scene
    about = scene.about if "about" in given else ""
    if "title" in given or _is_true(before, scene):
        return replace(scene, about=about)
    name = name_of(scene.optimizer)
    if scene.epochs == 1:  # no step is made
        name = _formula(scene)
    return replace(scene, title=name, about=about)


def _is_true(before: Scene, scene: Scene) -> bool:
    """Whether the title of the scene before is true of the scene.

    It is not where it says a value that has changed, names what is no longer there, or judges what
    was trained by its learning rate or how it went.
    """
    title, was, now = before.title, dict(_leaves(before)), dict(_leaves(scene))
    changed = [key for key in was if was[key] != now.get(key)]
    if any(_says(title, was[key]) and not _says(title, now.get(key)) for key in changed):
        return False
    if any(was[key] and not now.get(key) and _has(title, _name(key)) for key in changed):
        return False
    rates = [value for key, value in was.items() if key.startswith("optimizer.lr")]
    word = f"{RATE}|{re.escape(before.colours.words.text('learning_rate'))}"
    judged = _has(title, word) and not any(_says(title, rate) for rate in rates)
    same = [(each.optimizer, each.problem) for each in (before, scene)]
    return same[0] == same[1] or not (judged or _has(title, JUDGED))


def _leaves(scene: Scene) -> Iterator[tuple[str, Any]]:
    """Every value of what is trained by its dotted key, and the names of rule and function."""
    yield from (("epochs", scene.epochs), ("seed", scene.seed))
    yield from (("optimizer.name", name_of(scene.optimizer)), ("problem.name", _formula(scene)))
    for part in TRAINED:
        yield from _flat(as_table(getattr(scene, part)), part)


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    items = value if isinstance(value, Mapping) else None
    if isinstance(value, list):
        items = dict(enumerate(value))
    if items is None:
        yield key, value
        return
    for name, item in items.items():
        yield from _flat(item, f"{key}.{name}")


def _formula(scene: Scene) -> str:
    return scene.problem.describe().partition("  ·  ")[0]


def _name(key: str) -> str:
    """What a title may call a key: a kind by what it is the kind of, a size by its list."""
    *above, last = key.split(".")
    last = above[-1] if last == "kind" or last.isdigit() else last
    word = re.escape(last.replace("_", " "))
    return SAID_AS.get(last, word if len(last) < SHORT else rf"{word}\w*")


def _says(title: str, value: Any) -> bool:
    """Whether the title says a value."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        told = (re.sub(SEPARATOR, "", found) for found in NUMBER.findall(title))
        return value in {float(number.replace("−", "-")) for number in told}
    words = filter(None, [value, value.replace("-", " "), PurePath(value).stem])
    return _has(title, "|".join([*map(re.escape, words), SAID_AS.get(value, NOTHING)]))


def _has(title: str, words: str) -> bool:
    """Whether it has one of the words or phrases, in any case."""
    return bool(re.search(rf"(?<!\w)(?:{words})(?!\w)", title, re.IGNORECASE))
