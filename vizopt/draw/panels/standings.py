"""Standings: who leads, by the best so far, and at which step each run reached what."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels, Spots
from vizopt.core.specs import Flag, spec
from vizopt.draw.paint import kept, pixel
from vizopt.draw.panels.badge import badge, reach
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.ended import said_in
from vizopt.draw.panels.standings_table import (
    HEAD,
    LINE,
    PITCH,
    Table,
    names_in,
    reached_by_none,
    seeds_of,
)
from vizopt.draw.standing import Ending, Standing, apart, ending, gliding, standing
from vizopt.draw.tracing import Traced
from vizopt.draw.views import View, Views
from vizopt.recording.events import MARKS
from vizopt.recording.readout import writing_of


@spec
class Standings:
    """Who leads: the runs in the order of their best accuracy so far, and the step at which each
    first had 50, 75, 90 and 95 %; without accuracies that of their lowest loss, or f, and its step.

    Where two change places they glide up to each other, and on from there. Of several seeds it is
    the median of theirs, beside it the lowest and the highest.

    Args:
        by: what decides: the highest "accuracy" or the lowest "loss" so far.
        framed: whether it says what the frame around a small plane means, where there is room.
    """

    by: Literal["accuracy", "loss"] = "accuracy"
    framed: Flag = False

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "loss", self.by})  # the loss tells who diverged

    def static(self, slot: DrawContext, views: Views) -> None:
        table = Table.of(slot, views, self.by)
        base = slot.font(HEAD)
        for line, titles in enumerate((table.above, table.titles)):
            for title, x in zip(titles, table.rights, strict=True):
                y = base + line * slot.font(HEAD) * PITCH
                slot.text(x, y, title, HEAD, align="right")
        beside = zip(self._told(slot, views), (table.titles[0], table.above[0]), strict=False)
        for line, (ways, title) in enumerate(beside):
            free = table.rights[0] - slot.text_width(title, HEAD) - slot.unit * 8
            told = next((way for way in ways if slot.text_width(way, HEAD) <= free), "")
            slot.text(0, base + (1 - line) * slot.font(HEAD) * PITCH, told, HEAD)
        y = base + slot.font(HEAD) * (PITCH + 0.4)
        slot.axes.plot([0, slot.width], [y, y], color=slot.theme.rule, lw=slot.hairline)

    def _told(self, slot: DrawContext, views: Views) -> list[list[str]]:
        """What the numbers are, of several seeds, and what a frame: the longest way first."""
        many = seeds_of(views)
        ways = [slot.say(key, count=many) for key in ("median_range", "race_seeds") if many > 1]
        return [own for own in (ways, [slot.say("framed_best")] * self.framed) if own]

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        table = Table.of(slot, views, self.by)
        found = standing(views, self.by)
        rows = [
            _Row(slot, table, view, found[view.name], self.by, ending(view, views))
            for view in views.values()
        ]
        middles = _middles(slot, table, found)

        def draw(window: Pixels, k: int) -> None:
            for row in rows:
                row.write(window, k, float(middles[row.name][k]))

        return draw

    def spots(self, slot: DrawContext, views: Views) -> Spots:
        """The row of each run."""
        table, found = Table.of(slot, views, self.by), standing(views, self.by)
        rows = {}
        for name, middles in _middles(slot, table, found).items():
            row = np.zeros((len(middles), 4), np.intp)
            row[:, 1] = np.rint(middles - table.pitch / 2)
            row[:, 2:] = slot.width, round(table.pitch)
            rows[name] = [row]
        return rows

    def unseen(self, slot: DrawContext, views: Views) -> list[str]:
        """Accuracies that are reached, and whose columns have no room: `50 %`."""
        shown = Table.of(slot, views, self.by).marks
        every = MARKS if self.by == "accuracy" else ()
        return [
            f"{mark * 100:.0f} %"
            for mark in every
            if mark not in shown and not reached_by_none(views, mark)
        ]


def _middles(
    slot: DrawContext, table: Table, found: Mapping[str, Standing]
) -> dict[str, NDArray[np.float64]]:
    """Of each run's row in each frame [F]: none lies over another one."""
    glides = np.array([gliding(each.place, slot.playback) for each in found.values()])
    places = apart(glides, table.height / table.pitch)
    return dict(zip(found, table.y(places), strict=True))


class _Row:
    """One run's row, written where it stands."""

    def __init__(
        self, slot: DrawContext, table: Table, view: View, found: Standing, by: str, ended: Ending
    ) -> None:
        self.name = view.name
        self._slot, self._table, self._found = slot, table, found
        self._shown, self._when = view.shown, table.clock.written
        self._half = ceil(table.height * 0.6)  # somewhat more than a half: below it are descenders
        self._tiles: dict[tuple[object, ...], tuple[Pixels, int]] = {}
        self._badge = badge(slot, view.role.number, table.size)
        ink, size = slot.theme.ink, table.size
        self._ended = ended.shown
        self._small = slot.glyphs(HEAD, colour=slot.theme.accent("loss" if ended.warns else ""))
        self._bold = slot.glyphs(size, colour=ink, weight="bold")
        self._plain = slot.glyphs(size, colour=ink)
        self._muted = slot.glyphs(size)
        self._names, at = names_in(slot, view.name, table)
        self._letters = [slot.glyphs(at, colour=ink, weight=way) for way in ("normal", "bold")]
        self._line = slot.font(at)
        widest = max(map(self._letters[1].width, self._names))
        self._told_at = round(table.left) + widest + round(slot.unit * 8)
        free = table.left + table.room - self._told_at  # else the line above its plane says it
        self._told = said_in(slot, ended.words, self._small, free)
        way = writing_of(view.run, by)
        self._best = [way(float(v)) if np.isfinite(v) else "–" for v in found.best]
        ends = [] if found.ends is None else found.ends.T.tolist()
        self._ends = [f"{way(low)}–{way(high)}" for low, high in ends] or [""] * len(self._best)
        self._faint = slot.glyphs(HEAD)

    def write(self, window: Pixels, k: int, middle: float) -> None:
        """Where it stands in frame k; a row that says the same is not written again."""
        half = self._half
        top = round(middle) - half
        if isinstance(window, Traced):
            self._write(window[max(top, 0) :], k, half + min(top, 0))
            return
        said, lines = self._said(k), slice(max(top, 0), min(top + 2 * half, len(window)))
        whole = lines.stop - lines.start == 2 * half
        if whole and said in self._tiles:
            tile, above = self._tiles[said]
        else:
            with kept(window, [(lines, slice(None))]):
                tile, above = self._inked(window[lines], k, half + min(top, 0))
        if whole:
            self._tiles = {said: (tile, above)}  # what it said before it hardly says again
        window[lines][above : above + len(tile)] = tile

    def _inked(self, window: Pixels, k: int, middle: int) -> tuple[Pixels, int]:
        """The lines that have ink, as the paper of others would cover the rows beside it, and how
        many of the window's are above them."""
        paper, words = pixel(self._slot.theme.paper).view(np.uint32), window.view(np.uint32)[..., 0]
        words[...] = paper
        self._write(window, k, middle)
        inked = np.flatnonzero((words != paper).any(axis=1))
        return window[inked[0] : inked[-1] + 1].copy(), int(inked[0])

    def _said(self, k: int) -> tuple[object, ...]:
        """All that its pixels depend on."""
        found, now = self._found, self._shown[k]
        there = tuple(at <= now for at in found.reached.values())
        at = 0.0 if self._table.marks else float(found.best_at[k])
        return self._best[k], self._ends[k], bool(found.leads[k]), there, at, bool(self._ended[k])

    def _write(self, window: Pixels, k: int, middle: int) -> None:
        slot, table, found = self._slot, self._table, self._found
        base = round(middle + slot.font(table.size) * 0.36)
        self._badge(window, round(reach(slot, table.size)) + 1, middle)
        self._write_name(window, bool(found.leads[k]), middle)
        best = self._bold if found.leads[k] else self._plain
        best.write(window, self._best[k], round(table.rights[0] - table.ends), base, 1)
        self._faint.write(window, self._ends[k], round(table.rights[0]), base, 1)
        if self._ended[k]:
            self._small.write(window, self._told, self._told_at, base)
        for mark, right in zip(table.marks, table.rights[1:], strict=False):
            at = found.reached.get(mark, np.inf)
            there = at <= self._shown[k]
            strip, text = (self._plain, self._when(at)) if there else (self._muted, "–")
            strip.write(window, text, round(right), base, 1)
        if not table.marks and len(table.rights) > 1:
            text = self._when(found.best_at[k])
            self._plain.write(window, text, round(table.rights[1]), base, 1)

    def _write_name(self, window: Pixels, leads: bool, middle: int) -> None:
        """In as many lines as it takes, around the middle of the row."""
        for i, line in enumerate(self._names):
            down = (i - (len(self._names) - 1) / 2) * LINE + 0.36
            base = round(middle + self._line * down)
            self._letters[leads].write(window, line, round(self._table.left), base)
