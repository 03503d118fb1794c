"""What a file says of itself: the numbers of each frame and the places of what happened."""

import numpy as np
import pytest

from vizopt import story
from vizopt.clips import metadata
from vizopt.core.numbers import count
from vizopt.draw.glyphs import drawn_width
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.theme import THEMES
from vizopt.draw.views import views_of
from vizopt.recording.events import events
from vizopt.scene.load import parse_scene
from vizopt.scene.options import ClipOptions

PAUSES = {"pause": [{"epoch": epoch, "text": f"at {epoch}"} for epoch in (0, 7, 20)]}


@pytest.fixture(params=["network", "descent"])
def recording(request, run, descent):
    return {"network": run, "descent": descent}[request.param]


def told(run, fps=20.0, card=0):
    """The label of a clip, and the epoch that each of its frames shows."""
    scene = parse_scene(run.header.scene, "scene", {}, PAUSES)
    shape = ClipOptions((480, 270), fps, card > 0, "last", 0)
    rows = scene.timeline.rows(run["epoch"], fps)
    label = metadata.metadata_of(
        views_of({"": run}, scene.timeline, shape.fps),
        scene,
        story.of(run, scene),
        shape,
        card=card,
        warning="",
    )
    return label, [int(run["epoch"][0])] * card + [int(run["epoch"][row]) for row in rows]


@pytest.mark.parametrize("card", [0, 80])
def test_each_frame_has_the_numbers_of_the_epoch_it_shows(recording, card):
    label, shown = told(recording, card=card)
    assert label.numbers[label.unit].tolist() == shown
    names = set(label.numbers) - {label.unit}
    assert names >= {"loss", "lr"}
    assert "x" in names or "accuracy" in names
    for name in names:
        column = recording[name].tolist()
        assert label.numbers[name].tolist() == [column[epoch] for epoch in shown], name


@pytest.mark.parametrize("card", [0, 80])
@pytest.mark.parametrize("fps", [7.0, 20.0, 50.0])
def test_a_mark_is_at_the_first_frame_that_shows_what_happened(recording, fps, card):
    label, shown = told(recording, fps, card)
    happened = [(event.epoch, event.words) for event in events(recording)]
    assert [(mark.at, mark.words) for mark in label.marks] == [
        (count(epoch), words) for epoch, words in happened
    ]
    paused = [(pause["epoch"], pause["text"]) for pause in PAUSES["pause"]]
    assert [text for _, text in label.pauses] == [text for _, text in paused]
    assert happened
    for (frame, _), (epoch, words) in zip(
        (*((m.frame, m.words) for m in label.marks), *label.pauses),
        (*happened, *paused),
        strict=True,
    ):
        behind = np.array(shown[card:])
        there = np.flatnonzero(behind >= epoch)
        assert frame == card + (there[0] if len(there) else len(behind) - 1), words


@pytest.mark.parametrize("text", ["a rather long name of a run", "a b c d e", "W" * 60, "i" * 200])
@pytest.mark.parametrize("width", [0, 9, 40, 80.5, 200])
def test_as_much_of_a_text_is_kept_as_fits(text, width):
    slot = DrawContext(None, 400, 500, THEMES["light"], 1.0, None)

    def width_of(part):
        return drawn_width(part, slot.font(13))

    found = slot.fitted(text, 13, width)
    starts = [text[:letters].rstrip() + "…" for letters in range(len(text))]
    fitting = [part for part in starts if width_of(part) <= width]
    assert found == (text if width_of(text) <= width else max(["…", *fitting], key=len))
