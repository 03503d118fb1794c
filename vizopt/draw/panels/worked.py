"""StepArithmetic: the numbers of the current step, and its arithmetic to redo by hand."""

import ast
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from vizopt.core.arrays import Pixels
from vizopt.core.numbers import number
from vizopt.core.specs import spec
from vizopt.core.words import ENGLISH, Language
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.panels.arithmetic import Step, arithmetic
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.views import Views
from vizopt.recording.descent import outcome
from vizopt.recording.readout import Readout

DIGITS = 4
SIZES = (19, 17, 15, 13)  # of the arithmetic: the largest that leaves nothing out
TERMS = ("+ ", "− ", "= ")  # how a term and a result begin
PRODUCT = "·/"  # signs of a product, set without blanks where there is little room
INDENT = "   "  # of what goes on in the next line


@spec
class StepArithmetic(OneRun):
    """x, f(x) and slope; the update rule with its numbers put in; what the recording shows here.

    Each line of arithmetic can be redone from its own numbers. Where there is no room for all,
    products are set without blanks; where there is none for that, the first lines are left out and
    their results are numbers in those that are left.
    """

    @property
    def needs(self) -> frozenset[str]:
        told = {"curve", "minima", "maxima"}  # read for what happened
        return frozenset({"epoch", "x", "slope", "loss", "lr", "delta", *told})

    def static(self, slot: DrawContext, views: Views) -> None:
        lines = _Places.of(slot, 0, SIZES[-1])
        for name, y in zip(("x", "f(x)", slot.say("slope")), lines.values, strict=True):
            slot.text(0, y, name, 13)
        slot.text(0, lines.title, slot.say("next_step"), 12)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        x, f, slope = (run[name] for name in ("x", "loss", "slope"))
        digits = Readout.of(run)
        epochs = run["epoch"]
        value = slot.glyphs(14, colour=slot.theme.ink, weight="bold")
        told = slot.glyphs(12, colour=slot.theme.accent("loss"), weight="bold")
        steps = arithmetic(run, np.unique(rows).tolist())
        size, texts = _fitting(slot, steps)
        letters = slot.glyphs(size, colour=slot.theme.ink)
        lines = _Places.of(slot, max(map(len, texts.values())), size)
        events = [
            (at, _wrapped(told, slot.say("at_step", at=at, event=text), slot.width))
            for at, text in outcome(run).events()
        ]

        def draw(window: Pixels, k: int) -> None:
            row = int(rows[k])
            step = int(epochs[row])
            shown = (
                digits.x(x[step], DIGITS),
                digits.f(f[step], DIGITS),
                number(float(slope[step]), DIGITS),
            )
            for text, y in zip(shown, lines.values, strict=True):
                value.write(window, text, slot.width, y, 1)
            for text, y in zip(texts[row], lines.arithmetic, strict=False):
                letters.write(window, text, 0, y)
            past = [text for at, text in events if at <= step][-2:]
            if sum(map(len, past)) > len(lines.events):
                past = past[-1:]
            for text, y in zip(chain(*past), lines.events, strict=False):
                told.write(window, text, 0, y)

        return draw


class _Places(NamedTuple):
    """Baselines of the panel's lines, in pixels."""

    values: list[int]
    title: int
    arithmetic: list[int]
    events: list[int]

    @classmethod
    def of(cls, slot: DrawContext, many: int, size: float) -> "_Places":
        """With so many lines of arithmetic of that size."""
        values = [round(slot.font(14) * (1 + line * 1.45)) for line in range(3)]
        title = values[-1] + round(slot.font(12) * 2.1)
        pitch = slot.font(size) * 1.42
        first = title + slot.font(12) * 0.35 + slot.font(size) * 1.2
        lines = [round(first + line * pitch) for line in range(many)]
        below = first + max(many - 1, 2) * pitch + slot.font(12) * 2.0
        events = [round(below + line * slot.font(12) * 1.5) for line in range(4)]
        room = [y for y in events if y + slot.font(12) * 0.3 <= slot.height]
        return cls(values, title, lines, room)

    @classmethod
    def room(cls, slot: DrawContext, size: float) -> int:
        """Lines of arithmetic of a size that leave room for two lines of events below."""
        many = 1
        while len(cls.of(slot, many + 1, size).events) >= 2:
            many += 1
        return many


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


class _Lines(NamedTuple):
    """The lines of each row.

    Args:
        texts: by row.
        whole: whether none is left out.
        terms: whether each goes on below at a term or a result, none within a product.
    """

    texts: dict[int, list[str]]
    whole: bool
    terms: bool


def _fitting(slot: DrawContext, steps: Mapping[int, Step]) -> tuple[float, dict[int, list[str]]]:
    """A size and the lines of each row: the largest at which no line is left out and none parts a
    product; else the largest at which none is left out, or the smallest."""
    for tight in (False, True):
        found = {}
        for size in SIZES:
            room = _Places.room(slot, size)
            glyphs, words = slot.glyphs(size), slot.theme.words
            found[size] = _lines(steps, slot.width, room, glyphs, words, tight)
            if found[size].whole and found[size].terms:
                return size, found[size].texts
        if whole := [size for size in found if found[size].whole]:
            return whole[0], found[whole[0]].texts
    return size, found[size].texts


def _lines(
    steps: Mapping[int, Step],
    width: int,
    room: int,
    glyphs: Glyphs,
    words: Language = ENGLISH,
    tight: bool = False,
) -> _Lines:
    """The lines of each row, broken alike in all steps of the same form, so that none jumps."""
    whole = terms = True
    forms: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for row, step in steps.items():
        both = zip(step.works, step.lines(0, words), strict=True)  # of infinity: fewer pieces
        form = tuple((ast.dump(work.line.expression), len(pieces)) for work, pieces in both)
        forms.setdefault(form, []).append(row)
    texts = {}
    for rows in forms.values():
        for left_out in range(max(len(steps[rows[0]].works), 1)):
            told = {row: steps[row].lines(left_out, words) for row in rows}
            if tight:
                told = {row: [_tight(line) for line in lines] for row, lines in told.items()}
            breaks = [_breaks(line, width, glyphs) for line in zip(*told.values(), strict=True)]
            if sum(map(len, breaks)) <= room:
                break
            whole = False
        for row, lines in told.items():
            broken = list(zip(lines, breaks, strict=True))
            below = [line[part.start] for line, parts in broken for part in parts[1:]]
            terms = terms and all(piece.startswith(TERMS) for piece in below)
            texts[row] = [
                INDENT * (part.start > 0) + _joined(line[part])
                for line, parts in broken
                for part in parts
            ]
    return _Lines(texts, whole, terms)


def _breaks(lines: Sequence[list[str]], width: int, glyphs: Glyphs) -> list[slice]:
    """Where the pieces of a line [steps, pieces] go on in a line below: at a term if one is near.

    A term begins with its sign, the result with its =.
    """
    space, indent = glyphs.width(" "), glyphs.width(INDENT)
    widest = [max(map(glyphs.width, column)) for column in zip(*lines, strict=True)]
    before = [0 if _is_glued(piece) else space for piece in lines[0]]
    terms = [i for i, piece in enumerate(lines[0]) if piece.startswith(TERMS)]
    starts = [0]
    for i in range(1, len(widest)):
        while (first := starts[-1]) < i:
            used = sum(widest[first : i + 1]) + sum(before[first + 1 : i + 1])
            if used + indent * (first > 0) <= width:
                break
            starts.append(max((at for at in terms if first < at <= i), default=i))
    return [slice(start, stop) for start, stop in pairwise([*starts, len(widest)])]


def _tight(line: list[str]) -> list[str]:
    """The pieces without blanks beside the signs of products: 0.9·0.25."""
    for sign in PRODUCT:
        line = [piece.replace(f" {sign} ", sign) for piece in line]
    return [piece[0] + piece[2:] if piece[0] in PRODUCT else piece for piece in line]


def _is_glued(piece: str) -> bool:
    """Whether no blank stands before it."""
    return piece[0] in PRODUCT and piece[1:2] != " "


def _joined(line: list[str]) -> str:
    return "".join(piece if _is_glued(piece) else f" {piece}" for piece in line).removeprefix(" ")
