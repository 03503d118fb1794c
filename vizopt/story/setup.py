"""Setup: how a run is trained: the rule, its rates, the length."""

from dataclasses import fields

import numpy as np

from vizopt.core.docstrings import first_line
from vizopt.core.numbers import count, setting
from vizopt.recording.logged import logged
from vizopt.recording.scalars import column_of
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.scene.written import kinds
from vizopt.story.kinds import TELLERS
from vizopt.story.phrases import listed, lower
from vizopt.story.rules import FIELDS
from vizopt.train.optimizers import LEARNING_RATE, acting, name_of, rate_of, said


def how(scene: Scene, run: Recording) -> str:
    """The paragraph of the rule, its rates, the length, and what else was chosen."""
    if scene.epochs == 1:
        return ""
    told = TELLERS[run.header.kind]
    whole = "goes" if run.epochs == scene.epochs else "was to go"
    length = f"The run {whole} {told.length(run, scene)}."
    parts = [rule(scene), _rate(scene, run), length, *told.extras(scene)]
    return " ".join(filter(None, parts))


def rule(scene: Scene) -> str:
    """The optimizer, what it does, and its settings."""
    acts = acting(scene.optimizer, scene.problem.layout)
    cls = type(acts)
    it, loss = TELLERS[scene.problem.kind].ACTED_ON
    what = cls.TOLD.format(it=it, loss=loss) if hasattr(cls, "TOLD") else lower(first_line(cls))
    name = name_of(scene.optimizer)
    if cls is not type(scene.optimizer):
        name = f"{name}, of which only {name_of(acts)} acts on {it}"
    text = f"The optimizer is {', '.join(filter(None, [name, what.rstrip('.')]))}."
    meanings = FIELDS | getattr(cls, "MEANINGS", {})
    names = {field.name: field.name.replace("_", " ") for field in fields(acts)}  # type: ignore[arg-type]
    if rate_of(acts) == LEARNING_RATE:
        del names["lr"]  # told in a sentence of its own
    else:
        names["lr"] = rate_of(acts)
    chosen = [
        f"{told} = {said(getattr(acts, field))}{_meaning(meanings.get(field, ''), it)}"
        for field, told in names.items()
    ]
    whose = "Its setting is" if len(chosen) == 1 else "Its settings are"
    return f"{text} {whose} {listed(chosen)}." if chosen else text


def _meaning(text: str, it: str) -> str:
    return f" ({text.format(it=it)})" if text else ""


def _rate(scene: Scene, run: Recording) -> str:
    """The learning rate, as recorded."""
    acts = acting(scene.optimizer, scene.problem.layout)
    if rate_of(acts) != LEARNING_RATE:
        return ""
    after = getattr(acts.lr, "after", None)
    named = kinds()
    followed = [named[type(lr)] for lr in (acts.lr, after) if type(lr) in named]
    schedule = ", then ".join(kind.replace("-", " ") for kind in followed)
    return rate(run, f"follows a schedule ({schedule}): it ")


def rate(run: Recording, changes: str = "") -> str:
    """What the learning rate does.

    Args:
        changes: said before where it goes, if it is not the same throughout.
    """
    at, lr = logged(run[column_of(run, "lr")])
    unit = run.header.unit
    if np.ptp(lr) == 0:
        return f"The learning rate is {setting(float(lr[0]))} throughout."
    top, last = int(lr.argmax()), len(lr) - 1
    ends = [f"starts at {setting(float(lr[0]), 4)}"]
    if lr[top] > max(lr[0], lr[last]):
        ends.append(f"rises to {setting(float(lr[top]), 4)} at {unit} {count(int(at[top]))}")
    ends.append(f"is {setting(float(lr[last]), 4)} at {unit} {count(int(at[last]))}")
    return f"The learning rate {changes}{listed(ends)}."
