"""External: what is told of a run that vizopt did not train: what was recorded, and by what."""

from collections.abc import Mapping

from vizopt.core.numbers import count, counted, setting
from vizopt.recording.header import External
from vizopt.recording.scalars import column_of, logged_steps, scalars
from vizopt.recording.store import Recording
from vizopt.story.phrases import cut, listed, plain, sentence
from vizopt.story.setup import rate

NAMES = 8  # classes and settings that are told one by one
NAME = 40  # characters of a name
SPELLED = "AEFHILMNORSX"  # letters whose own names begin with a vowel: an MLP


def what(run: Recording) -> str:
    """In a few words, for the alt text: `AdamW (PyTorch) trains an MLP on 150 points in …`."""
    by = _by(run)
    name = f"{by.optimizer} ({by.framework})" if by.optimizer else f"{by.framework} code"
    text = f"{name} trains {_a(by.model)}"
    if "targets" in run.names:
        points = counted(len(run["targets"]), "point")
        return f"{text} to predict {cut(plain(run.header.target), NAME)} on {points}"
    if "labels" not in run.names:
        return text
    text += f" on {counted(len(run['labels']), 'point')}"
    classes = run.header.classes
    return f"{text} in {counted(len(classes), 'class')}" if classes else text


def rule(run: Recording) -> str:
    """The name of the rule, empty where nobody told."""
    return _by(run).optimizer


def trained(run: Recording) -> str:
    """The paragraph of the data and the model, as far as they were recorded."""
    by = _by(run)
    parts = [data(run)]
    if "params" in run.names:
        layers = counted(len(run.layout.layers), "layer")
        has = f"has {count(run.layout.size)} recorded parameters in {layers}"
        name = f", {_a(by.model)}," if by.model else ""
        parts.append(f"The model{name} {has}.")
    return " ".join(filter(None, parts))


def data(run: Recording) -> str:
    """How many points in which classes or with which number, where they were recorded."""
    if "targets" in run.names:
        target = cut(plain(run.header.target), NAME)
        points = counted(len(run["targets"]), "point")
        return f"The data are {points} with a number to predict, {target}."
    if "labels" not in run.names:
        return ""
    names = [cut(plain(name), NAME) for name in run.header.classes]
    told = f" in {counted(len(names), 'class')}" if names else ""
    told += f": {listed(names)}" if names and len(names) <= NAMES else ""
    return f"The data are {counted(len(run['labels']), 'point')}{told}."


def how(run: Recording) -> str:
    """The paragraph of who trained it, the optimizer's settings, the rates and the length."""
    by = _by(run)
    version = run.header.versions.get(by.framework.lower(), "")
    text = f"It was trained in {' '.join(filter(None, [by.framework, version]))}, not by vizopt"
    text += f", with {cut(plain(by.optimizer), NAME)}" if by.optimizer else ""
    parts = [f"{text}."]
    if by.settings:
        parts.append(f"The optimizer's settings are {_settings(by.settings)}.")
    for i, group in enumerate(by.groups, start=1):
        parts.append(f"Group {i} of its parameters has {_settings(group)}.")
    if column_of(run, "lr") in scalars(run):
        parts.append(rate(run))
    if by.note:
        parts.append(sentence(plain(by.note)))
    parts.append(_length(run))
    return " ".join(parts)


def _length(run: Recording) -> str:
    """How many steps were logged, and where they end where others were not."""
    unit, logged = run.header.unit, logged_steps(run)
    if logged == run.epochs:
        return f"The recording holds {counted(run.epochs, unit)}."
    last = f"{unit} {count(int(run['step'].max()))}"
    return f"The recording holds {counted(logged, unit)} that were logged, the last at {last}."


def _by(run: Recording) -> External:
    assert run.header.external is not None
    return run.header.external


def _a(model: str) -> str:
    name = cut(plain(model), NAME)
    if not name:
        return "a model"
    vowels = SPELLED if name[:2].isupper() else "AEIOaeio"
    return f"{'an' if name[0] in vowels else 'a'} {name}"


def _settings(settings: Mapping[str, bool | float | str]) -> str:
    told = [f"{plain(name)} = {_value(value)}" for name, value in list(settings.items())[:NAMES]]
    left = len(settings) - len(told)
    return listed([*told, f"{left} more"] if left else told)


def _value(value: bool | float | str) -> str:
    if isinstance(value, bool | str):
        return cut(plain(str(value)), NAME)
    return setting(value)
