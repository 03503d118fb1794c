"""Titles: what a scene says of itself, held against the run that overrides have made of it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from numpy.random import RandomState

from vizopt.core.words import Language, language, languages, table
from vizopt.scene.spec import Scene
from vizopt.scene.written import as_table
from vizopt.train.optimizers import name_of

BETWEEN = ".,_ \u2009\u202f"  # digits of a number, and of a few in a row
NUMBER = re.compile(rf"(?<![\w.,])[-−]?\d+(?:[{BETWEEN}]\d+)*(?:e[-−+]?\d+)?(?!\w)", re.IGNORECASE)
DECIMAL = (".", ",")
BARE = ("0", "1")  # in a title they count more than they are a value
TRAINED = ("optimizer", "problem")
SHORT = 4  # letters of a word with which a longer one may begin: batch, batches
IN_LETTERS = (  # numbers, from one on
    "one|eine?|une?|una|uno", "two|zwei|deux|dos", "three|drei|trois|tres",
    "four|vier|quatre|cuatro", "five|fünf|cinq|cinco", "six|sechs|seis",
    "seven|sieben|sept|siete", "eight|acht|huit|ocho", "nine|neun|neuf|nueve", "ten|zehn|dix|diez",
)  # fmt: skip
TYPESET = str.maketrans("-0123456789", "−⁰¹²³⁴⁵⁶⁷⁸⁹")
WITHOUT = r"without|no|ohne|keine?|sans|sin"
SAID_AS = {  # values and keys that titles have other words for
    "momentum": r"heavy[- ]ball",
    "nesterov": r"accelerated gradient",
    "sgd": r"gradient descent|gradientenabstieg\w*|descente d[eu] gradient|descenso del? gradiente",
    "csv": "own data",
    "npz": "own data",
    "regression": r"predict\w*",
    "sizes": r"deep|layers?|tief\w*|schicht\w*|profond\w*|couches?|profund\w*|capas?",
    "layers": r"layers?|schicht\w*|couches?|capas?",
    "hidden": r"hidden|verdeckt\w*|cachée?s?|ocultas?",
    "lr": r"rate[sn]?|taux|tasas?",
    "l2": r"r[eé]gulari\w*",
}
IN_WORDS = {"lr": "learning_rate", "validation": "held_out"}  # keys with another name there
LEADS_ON = re.compile(r"(?:\s+(?:\S{1,3}|über))*\s*$")  # to what is put in: cosine to {least}
COUNTS = ("problem.layers", "problem.hidden")  # which only a name tells from other numbers
NOTHING = r"(?!)"  # is found in no title
JUDGED = (
    r"tuned|better|best|good|bad|worse|worst|diverg\w*|explo\w+|settles|fails|too|slow\w*|fast\w*|"
    r"zu (?:groß|klein|hoch|hoh|niedrig)\w*|langsam\w*|schnell\w*|gut\w*|besser\w*|beste\w*|"
    r"trop|lent\w*|rapid\w*|meilleur\w*|demasiad\w*|rápid\w*|mejor\w*"
)


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

    It is not where it says a value that has changed, names what is no longer there or denies what
    now is, or judges what was trained by its learning rate or how it went.
    """
    title, own = _in_digits(before.title), before.colours.words
    was, now = _leaves(before), _leaves(scene)
    if was["problem.name"] == now["problem.name"]:  # the same formula, spelt otherwise
        now["problem.f"] = was["problem.f"]
    lost = {key: [each for each in was[key] if each not in now[key]] for key in was}
    new = {key: [each for each in now[key] if each not in was[key]] for key in was}
    if any(_is_replaced(title, _words(lost[key], own), _words(new[key], own)) for key in was):
        return False
    fewer = [key for key in was if sum(map(bool, was[key])) > sum(map(bool, now[key]))]
    if any(_has(title, _name(key, own)) for key in fewer):
        return False
    given = [key for key in now if sum(map(bool, now[key])) > sum(map(bool, was[key]))]
    if any(_has(title, rf"(?:{WITHOUT})\s+(?:{_name(key, own)})") for key in given):
        return False
    if any(_of(number, lost[key]) for number, key in _meant(title, was, own)):
        return False
    rates = [value for key in was if key.startswith("optimizer.lr") for value in was[key]]
    judged = _has(title, _word("lr", own)) and not any(
        _of(number, rates) for number in NUMBER.findall(title)
    )
    same = [(each.optimizer, each.problem) for each in (before, scene)]
    return same[0] == same[1] or not (judged or _has(title, JUDGED))


def _leaves(scene: Scene) -> defaultdict[str, list[Any]]:
    """All values of what is trained by their dotted keys, and the names of rule and function."""
    found = defaultdict[str, list[Any]](list)
    found["epochs"] = [scene.epochs, scene.epochs - 1]  # how many, and what the last is called
    found["seed"] = [scene.seed]
    found["optimizer.name"] = [name_of(scene.optimizer)]
    formula = _formula(scene)
    found["problem.name"] = [formula, *filter(None, formula.partition(" = ")[2:])]
    for part in TRAINED:
        for key, value in _flat(as_table(getattr(scene, part)), part):
            found[key].append(value)
    if "problem.batch" in found and _has(scene.title, _name("batch", scene.colours.words)):
        found["problem.batch"].append(_in_batches(scene))
    if "problem.sizes" in found:
        layers = len(found["problem.sizes"]) - 1
        found |= {key: [layers - i] for i, key in enumerate(COUNTS)}
    return found


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """The values with their keys; those of a list have that of the list."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, f"{key}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item, key)
    else:
        yield key, value


def _in_batches(scene: Scene) -> bool:
    """Whether a batch is not all samples, of data in no file, which may not be read yet.

    What does not fit at all is told where the scene is checked.
    """
    if hasattr(scene.problem.subject, "path"):
        return True
    try:
        return scene.problem.build(RandomState(scene.seed)).batches > 1
    except ValueError:
        return True


def _formula(scene: Scene) -> str:
    return scene.problem.describe().partition("  ·  ")[0]


def _name(key: str, own: Language) -> str:
    """What a title may call a key: a kind by what it is the kind of."""
    *above, last = key.split(".")
    return _word(above[-1] if last == "kind" else last, own)


def _word(word: str, own: Language) -> str:
    """What a title may say for a key or value: itself, in any language, or what begins with it."""
    told = IN_WORDS.get(word, word.replace("-", "_"))
    said = {word, re.sub("[-_]", " ", word), PurePath(word).stem}
    if told in table("en"):
        texts = (each.text(told) for each in (own, *map(language, languages())))
        said |= {LEADS_ON.sub("", text.partition("{")[0]) for text in texts}
    longer = (_longer(each) for each in said if each)
    return "|".join([SAID_AS.get(word, NOTHING), *sorted(longer, key=len, reverse=True)])


def _in_digits(title: str) -> str:
    """The title with its numbers in digits: 3 spirals."""
    for number, words in enumerate(IN_LETTERS, start=1):
        title = _whole(words).sub(str(number), title)
    return title


def _spelt(formula: str) -> str:
    """A formula, or what else has digits or signs, however it is spelt: x², x^2, x**2."""
    plain = unicodedata.normalize("NFKC", formula).replace("−", "-")
    parts = re.findall(r"\d+|[^\W\d_]+|[^\w\s*·^]", plain)
    return r"[\s*·^_]*".join(
        rf"(?:{re.escape(part)}|{re.escape(part.translate(TYPESET))})" for part in parts
    )


def _longer(word: str) -> str:
    stem = word.removesuffix("s")
    if not all(part.isalpha() for part in re.split("[ -]", word)):
        return _spelt(word)
    return rf"{re.escape(stem)}\w*" if len(stem) >= SHORT else re.escape(word)


def _words(values: Iterable[Any], own: Language) -> str:
    return "|".join([NOTHING, *(_word(each, own) for each in values if isinstance(each, str))])


def _is_replaced(title: str, lost: str, new: str) -> bool:
    """Whether it says a word that is lost, and beside it none that is there instead."""
    return _has(title, lost) and not _has(_whole(lost).sub("", title), new)


def _meant(title: str, was: Mapping[str, list[Any]], own: Language) -> Iterator[tuple[str, str]]:
    """The numbers of a title, each with the keys whose value it says.

    Those that it names, where it names one; else all that have it, but none of a bare 0 or 1.
    """
    for number in NUMBER.findall(title):
        keys = [key for key, values in was.items() if _of(number, values)]
        named = [key for key in keys if _has(title, _called(key, own))]
        unnamed = [] if number in BARE else [key for key in keys if key not in COUNTS]
        yield from ((number, key) for key in named or unnamed)


def _called(key: str, own: Language) -> str:
    """What the number of a key may be called: any of a schedule is one of the learning rate."""
    rate = _word("lr", own) if key.startswith("optimizer.lr") else NOTHING
    return f"{_name(key, own)}|{rate}"


def _of(number: str, values: Iterable[Any]) -> bool:
    """Whether a number of a title is, read in any way, one of the values."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return not _readings(number).isdisjoint(
        value for value in numbers if not isinstance(value, bool)
    )


def _readings(number: str) -> set[float]:
    """What a number may be: of 10.001 both, and of a few in a row each."""
    number = number.replace("−", "-")
    found = set()
    for decimal in DECIMAL:
        thousands = BETWEEN.replace(decimal, "")
        form = rf"-?(?:\d{{1,3}}(?:[{thousands}]\d{{3}})+|\d+)(?:[{decimal}]\d+)?(?:e.*)?"
        if re.fullmatch(form, number, re.IGNORECASE):
            plain = re.sub(f"[{thousands}]", "", number)
            found.add(float(plain.replace(decimal, ".")))
    return found or {float(part) for part in re.split(f"[{BETWEEN}]", number)}


def _has(title: str, words: str) -> bool:
    """Whether it has one of the words or phrases, in any case."""
    return bool(_whole(words).search(title))


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
