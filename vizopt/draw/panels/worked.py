"""StepArithmetic: the numbers of the current step, and its arithmetic to redo by hand."""

import ast
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from vizopt.core.arrays import Pixels
from vizopt.core.specs import spec
from vizopt.core.words import ENGLISH, Language
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.panels.arithmetic import Step, arithmetic
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.readings import Readings
from vizopt.draw.theme import SMALLEST_SIZE
from vizopt.draw.views import Views
from vizopt.recording.descent import outcome

SIZES = (19, 17, 15, 13)  # of the arithmetic: the largest that leaves nothing out
PITCH, NARROW = 1.42, 1.28  # from line to line, in sizes; where there is little room
TERMS = ("+ ", "− ", "= ")  # how a term and a result begin
PRODUCT = "·/"  # signs of a product, set without blanks where there is little room
INDENT = "   "  # of what goes on in the next line


@spec
class StepArithmetic(OneRun):
    """x, f(x) and slope; the update rule with its numbers put in; what the recording shows here.

    Each line of arithmetic can be redone from its own numbers. Where there is no room for all,
    products are set without blanks, then smaller and closer; where there is none for that, the
    first lines are left out, which the panel says; their results are numbers in those that are
    left.
    """

    @property
    def needs(self) -> frozenset[str]:
        told = {"curve", "minima", "maxima"}  # read for what happened
        return frozenset({"epoch", "x", "slope", "loss", "lr", "delta", *told})

    def static(self, slot: DrawContext, views: Views) -> None:
        values = Readings.of(slot, *self.view(views)[1:3])
        for name, (x, y) in zip(values.names, values.begins, strict=True):
            slot.text(x, y, name, 13)
        slot.text(0, _Places.of(slot, 0, SIZES[-1], values.lines).title, slot.say("next_step"), 12)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        values = Readings.of(slot, run, rows)
        epochs = run["epoch"]
        value = slot.glyphs(14, colour=slot.theme.ink, weight="bold")
        told = slot.glyphs(12, colour=slot.theme.accent("loss"), weight="bold")
        aside = slot.glyphs(12)
        free = slot.width - slot.text_width(slot.say("next_step"), 12) - slot.font(12)
        steps = arithmetic(run, np.unique(rows).tolist())
        events = [
            (at, _wrapped(told, slot.say("at_step", at=at, event=text), slot.width))
            for at, text in outcome(run).events()
        ]
        longest = max((len(text) for _, text in events), default=1)
        way, texts, left_out = _fitting(slot, steps, values.lines, longest)
        letters = slot.glyphs(way.size, colour=slot.theme.ink)
        lines = _Places.of(slot, max(map(len, texts.values())), way.size, values.lines, way.pitch)

        def draw(window: Pixels, k: int) -> None:
            row = int(rows[k])
            for text, (x, y) in zip(values.texts[row], values.ends, strict=True):
                value.write(window, text, x, y, 1)
            if left_out[row]:
                text = slot.say("lines_left_out", count=left_out[row])
                aside.write(window, slot.fitted(text, 12, free), slot.width, lines.title, 1)
            for text, y in zip(texts[row], lines.arithmetic, strict=False):
                letters.write(window, text, 0, y)
            past = [text for at, text in events if at <= int(epochs[row])][-2:]
            if sum(map(len, past)) > len(lines.events):
                past = past[-1:]
            for text, y in zip(chain(*past), lines.events, strict=False):
                told.write(window, text, 0, y)

        return draw


class _Places(NamedTuple):
    """Baselines of the panel's lines, in pixels."""

    title: int
    arithmetic: list[int]
    events: list[int]

    @classmethod
    def of(
        cls, slot: DrawContext, many: int, size: float, values: int = 3, pitch: float = PITCH
    ) -> "_Places":
        """With so many lines of values, and of arithmetic of that size."""
        title = round(slot.font(14) * (1 + (values - 1) * 1.45)) + round(slot.font(12) * 2.1)
        step = slot.font(size) * pitch
        first = title + slot.font(12) * 0.35 + slot.font(size) * 1.2
        lines = [round(first + line * step) for line in range(many)]
        below = first + max(many - 1, 2) * step + slot.font(12) * 2.0
        events = [round(below + line * slot.font(12) * 1.5) for line in range(4)]
        room = [y for y in events if y + slot.font(12) * 0.3 <= slot.height]
        return cls(title, lines, room)

    @classmethod
    def room(
        cls,
        slot: DrawContext,
        size: float,
        values: int = 3,
        pitch: float = PITCH,
        events: int = 2,
    ) -> int:
        """Lines of arithmetic of a size that leave room for so many lines of events below."""
        many = 1
        while len(cls.of(slot, many + 1, size, values, pitch).events) >= events:
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
        left_out: how many of the first ones are not told, by row.
        terms: whether each goes on below at a term or a result, none within a product.
    """

    texts: dict[int, list[str]]
    left_out: dict[int, int]
    terms: bool

    @property
    def whole(self) -> bool:
        return not any(self.left_out.values())


class _Way(NamedTuple):
    """How the lines are set.

    Args:
        size: of the letters.
        pitch: from line to line, in sizes.
        tight: whether products have no blanks.
        events: lines of what happened that have room below, at least.
    """

    size: float
    pitch: float = PITCH
    tight: bool = False
    events: int = 2


def _fitting(
    slot: DrawContext, steps: Mapping[int, Step], values: int = 3, events: int = 2
) -> tuple[_Way, dict[int, list[str]], dict[int, int]]:
    """How the lines are set, those of each row and how many of it are left out: the first way that
    leaves out none and parts no product; else the first of its group that leaves out none.

    Args:
        slot: the panel.
        steps: the arithmetic by row.
        values: lines of values above.
        events: lines that the longest text of what happened takes.
    """
    groups = [[_Way(size, tight=tight) for size in SIZES] for tight in (False, True)]
    groups += [[_Way(size, NARROW, True, events) for size in (SIZES[-1], SMALLEST_SIZE)]]
    for ways in groups:
        found = {}
        for way in ways:
            room = _Places.room(slot, way.size, values, way.pitch, way.events)
            glyphs, words = slot.glyphs(way.size), slot.theme.words
            found[way] = _lines(steps, slot.width, room, glyphs, words, way.tight)
            if found[way].whole and found[way].terms:
                return way, found[way].texts, found[way].left_out
        if whole := [way for way in found if found[way].whole]:
            way = whole[0]
            break
    return way, found[way].texts, found[way].left_out


def _lines(
    steps: Mapping[int, Step],
    width: int,
    room: int,
    glyphs: Glyphs,
    words: Language = ENGLISH,
    tight: bool = False,
) -> _Lines:
    """The lines of each row, broken alike in all steps of the same form, so that none jumps."""
    terms = True
    forms: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for row, step in steps.items():
        both = zip(step.works, step.lines(0, words), strict=True)  # of infinity: fewer pieces
        form = tuple((ast.dump(work.line.expression), len(pieces)) for work, pieces in both)
        forms.setdefault(form, []).append(row)
    texts: dict[int, list[str]] = {}
    missing: dict[int, int] = {}
    for rows in forms.values():
        for left_out in range(max(len(steps[rows[0]].works), 1)):
            told = {row: steps[row].lines(left_out, words) for row in rows}
            if tight:
                told = {row: [_tight(line) for line in lines] for row, lines in told.items()}
            breaks = [_breaks(line, width, glyphs) for line in zip(*told.values(), strict=True)]
            if sum(map(len, breaks)) <= room:
                break
        missing |= dict.fromkeys(rows, left_out)
        for row, lines in told.items():
            broken = list(zip(lines, breaks, strict=True))
            below = [line[part.start] for line, parts in broken for part in parts[1:]]
            terms = terms and all(piece.startswith(TERMS) for piece in below)
            texts[row] = [
                INDENT * (part.start > 0) + _joined(line[part])
                for line, parts in broken
                for part in parts
            ]
    return _Lines(texts, missing, terms)


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
