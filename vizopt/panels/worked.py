"""Worked: the numbers of the current step, and its arithmetic to redo by hand."""

from itertools import chain
from typing import NamedTuple

from vizopt.arrays import Pixels, Rows
from vizopt.glyphs import Glyphs
from vizopt.outcome import outcome
from vizopt.panels.base import Draw, Slot
from vizopt.recording import Recording
from vizopt.specs import spec
from vizopt.theme import number

DIGITS = 4


@spec
class Worked:
    """x, f(x) and slope; the update rule with its numbers put in; what the recording shows here."""

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"x", "slope", "loss", "lr", "delta"})

    def static(self, slot: Slot, run: Recording) -> None:
        lines = _Lines.of(slot)
        for name, y in zip(("x", "f(x)", "slope"), lines.values, strict=True):
            slot.text(0, y, name, 14)
        slot.text(0, lines.title, "the next step", 12)

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        columns = {name: run[name] for name in ("x", "loss", "slope", "lr")}
        epochs, delta = run["epoch"], run["delta"][:, 0]
        value = slot.glyphs(16, colour=slot.theme.ink, weight="bold")
        arithmetic = slot.glyphs(13, colour=slot.theme.ink)
        told = slot.glyphs(12, colour=slot.theme.accent("loss"), weight="bold")
        lines = _Lines.of(slot)
        events = [
            (at, _wrapped(told, f"step {at}: {text}", slot.width))
            for at, text in outcome(run).events()
        ]
        indent = slot.text_width(run.header.worked.partition("=")[0], 13)

        def draw(window: Pixels, k: int) -> None:
            row = int(rows[k])
            step = int(epochs[row])
            x, f, slope, lr = (float(column[step]) for column in columns.values())
            for shown, y in zip((x, f, slope), lines.values, strict=True):
                value.write(window, number(shown, DIGITS), slot.width, y, 1)
            before = x - float(columns["x"][step - 1]) if step else 0.0
            worked = _worked(run.header.worked, lr, slope, before, float(delta[row]))
            for i, (text, y) in enumerate(zip(worked, lines.arithmetic, strict=False)):
                arithmetic.write(window, text, round(indent) if i else 0, y)
            arithmetic.write(window, _sum(x, float(delta[row])), 0, lines.arithmetic[len(worked)])
            past = [text for at, text in events if at <= step][-2:]
            if sum(map(len, past)) > len(lines.events):
                past = past[-1:]
            for text, y in zip(chain(*past), lines.events, strict=False):
                told.write(window, text, 0, y)

        return draw


class _Lines(NamedTuple):
    """Baselines of the panel's lines, in pixels."""

    values: list[int]
    title: int
    arithmetic: list[int]
    events: list[int]

    @classmethod
    def of(cls, slot: Slot) -> "_Lines":
        def at(line: float) -> int:
            return round(slot.font(16) + line * slot.font(13) * 1.6)

        arithmetic = [at(4.2), at(5.2), at(6.2), at(7.2)]
        room = [y for y in map(at, (8.6, 9.6, 10.6, 11.6)) if y < slot.height]
        return cls([at(0), at(1), at(2)], at(3.2), arithmetic, room)


def _wrapped(glyphs: Glyphs, text: str, width: int) -> list[str]:
    """The text in as many lines as it takes."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and glyphs.width(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _worked(rule: str, lr: float, grad: float, before: float, delta: float) -> list[str]:
    """The rule's lines with their numbers."""
    terms = {"lr": f"{lr:g}", "grad": _term(grad), "before": _term(before)}
    return rule.format(**terms, delta=number(delta, DIGITS)).split("\n")


def _term(value: float) -> str:
    """A number inside a product: a negative one in brackets."""
    text = number(value, DIGITS)
    return f"({text})" if value < 0 else text


def _sum(value: float, delta: float) -> str:
    """The next x."""
    sign = "−" if delta < 0 else "+"
    parts = (number(part, DIGITS) for part in (value, abs(delta), value + delta))
    return "x = {} {sign} {} = {}".format(*parts, sign=sign)
