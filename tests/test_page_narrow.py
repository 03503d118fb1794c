"""The second clip of a page: where there is one, what it shows, and that it is checked too."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import LABEL, checked, clip_of, data_of, recipe_of, until

from vizopt import pipeline
from vizopt.api.drawing import render
from vizopt.clips.drawing import planned_picture
from vizopt.clips.fit import steps
from vizopt.clips.options import request
from vizopt.clips.recipe import read
from vizopt.clips.targets import Limits
from vizopt.core.errors import EncodeError
from vizopt.flashes import check_flashes
from vizopt.flashes.containers import clips_in
from vizopt.flashes.decode import pictures
from vizopt.formats import Redrawn, StreamSpec, format_of
from vizopt.formats.html.shots import narrow
from vizopt.scene.load import parse_scene
from vizopt.scene.options import ClipOptions

LOOK = {"size": (854, 480), "fps": 4.0}
BRIEF = LOOK | {"fps": 2.0, "seconds": 1.0}  # two frames
WIDE, TALL, BLACK, WHITE = (624, 480), (480, 600), 0, 255


@pytest.fixture(scope="module")
def page(run, tmp_path_factory):
    return render(run, tmp_path_factory.mktemp("narrow") / "sgd.html", **LOOK)


def size_of(clip, folder):
    file = folder / "clip.mp4"
    file.write_bytes(clip)
    frames = [picture.frame for picture in pictures(file)]
    return (frames[0].shape[1], frames[0].shape[0]), frames


def test_it_is_the_same_clip_at_four_to_five_with_large_text(page, run, tmp_path):
    text = page.path.read_text("utf-8")
    (wide, frames), (tall, others) = (
        size_of(clip_of(text, name), tmp_path) for name in ("clip", "narrow")
    )
    assert (wide, tall) == ((854, 480), TALL)
    assert len(frames) == len(others) == page.length == data_of(text)["frames"] == 8
    scene = parse_scene(run.header.scene, "x", {}, {})
    drawn = planned_picture(run, scene, TALL, 4.0, large=True)[5]
    assert np.abs(others[5].astype(int) - drawn[..., :3]).mean() < 3
    small = planned_picture(run, scene, TALL, 4.0)[5]
    assert np.abs(small.astype(int) - drawn).mean() > 6


@pytest.mark.parametrize(
    ("size", "second"),
    [
        *(((1280, 720), (720, 900)), ((1920, 1080), (720, 900)), ((854, 480), (480, 600))),
        *(((852, 478), None), ((900, 700), None), ((720, 1280), None), ((911, 700), (696, 870))),
    ],
)
def test_it_is_there_where_the_first_one_is_wide_and_not_small(size, second):
    assert narrow(size) == second


def test_a_recipe_keeps_that_it_is_left_out_and_that_the_page_is_for_a_frame(page, run, tmp_path):
    framed = render(run, tmp_path / "a.html", **BRIEF, embed=True)
    for clip, embed, kept in ((page, False, True), (framed, True, True)):
        text = clip.path.read_text("utf-8")
        assert ('id="narrow"' in text) is (not embed)
        assert ('<html lang="en" class="embed">' in text) is embed
        shape = tomllib.loads(recipe_of(text))["clip"]
        assert shape.get("embed", False) is embed
        assert shape.get("narrow", True) is kept
        assert tomllib.loads(read(clip.path))["clip"] == shape
    clip = render(run, tmp_path / "a.html", **BRIEF, narrow=False)
    text = clip.path.read_text("utf-8")
    assert 'id="narrow"' not in text
    assert tomllib.loads(recipe_of(text))["clip"]["narrow"] is False


def flat(size, values):
    for value in values:
        yield np.full((size[1], size[0], 4), (value, value, value, 255), np.uint8)


def flashing(path, wide, tall, check):
    """A page whose clips have these greys one after the other."""
    film = StreamSpec(WIDE, 10.0, list, LABEL, check, again=lambda size: Redrawn(flat(size, tall)))
    with format_of(path).open(path, film) as put:
        for frame in flat(WIDE, wide):
            put(frame)
    return path


CALM, WILD = [WHITE] * 12, [BLACK, WHITE] * 6


@pytest.mark.parametrize(("wide", "tall"), [(CALM, CALM), (WILD, CALM), (CALM, WILD)])
def test_a_page_is_as_safe_as_the_worse_of_its_clips(tmp_path, wide, tall):
    path = flashing(tmp_path / "a.html", wide, tall, checked())
    found = check_flashes(path)
    assert found.passed is (WILD not in (wide, tall))
    assert found.path == path
    with clips_in(path) as clips:
        assert [check_flashes(clip, once=True).passed for clip in clips] == [
            wide is CALM,
            tall is CALM,
        ]


def test_a_page_that_is_made_is_judged_by_both(run, tmp_path, monkeypatch):
    """The first clip passes; the second is made to flash."""
    from vizopt.clips import checks

    judged = []

    def wrong(clip, *, trace, papers):
        judged.append(clip.name)
        found = check_flashes(clip)
        bad = replace(found.general, passed=False, flashes=4.5)
        return replace(found, general=bad) if clip.name == "narrow.mp4" else found

    monkeypatch.setattr(checks, "check_flashes", wrong)
    clip = render(run, tmp_path / "a.html", **BRIEF)
    assert judged == ["clip.mp4", "narrow.mp4"]
    assert not clip.verdict.passed
    assert clip.verdict.path == clip.path
    text = clip.path.read_text("utf-8")
    assert "This clip flashes up to 4.5 times a second" in text
    assert not data_of(text)["starts"]


def test_a_smaller_page_gives_it_up_first(run, tmp_path):
    looks = steps(Path("a.html"), ClipOptions(), Limits(), lambda _: 100)
    assert [(look.narrow, look.level, harm) for look, harm in looks[:3]] == [
        (True, 0, ""),
        (False, 0, "gave up: the clip for narrow screens"),
        (False, 1, "gave up: the clip for narrow screens, level 1 of colours or detail"),
    ]
    (first, harm), (second, _) = steps(
        Path("a.html"), ClipOptions(narrow=False), Limits(), lambda _: 100
    )[:2]
    assert (first.narrow, harm, second.level) == (False, "", 1)
    file = tmp_path / "a.html"
    brief = request(size=(640, 480), fps=2.0, overrides={"timeline.seconds": 1.0})
    whole = pipeline.render_all(run, [file], brief)[0].path.stat().st_size
    (clip,) = pipeline.fitted(run, {file: Limits(whole - 1)}, brief)
    assert clip.harm == "gave up: the clip for narrow screens"
    assert 'id="narrow"' not in file.read_text("utf-8")


def test_the_command_leaves_it_out_and_embeds(command, run, tmp_path):
    options = ("--size", "640x480", "--fps", "2", "--seconds", "1", "-q")
    ran = command("render", run.path, "-o", "a.html", "--no-narrow", *options)
    assert ran.code == 0
    assert 'id="narrow"' not in Path("a.html").read_text("utf-8")
    ran = command("render", run.path, "-o", "b.html", "--embed", *options)
    assert ran.code == 0
    assert 'class="embed"' in Path("b.html").read_text("utf-8")
    ran = command("render", run.path, "-o", "c.mp4", "--embed", *options)
    assert ran.code == 2
    assert "--embed is for a web page: name one with -o NAME.html" in ran.err
    assert not Path("c.mp4").exists()


def test_an_error_of_the_second_clip_names_the_page(tmp_path):
    film = StreamSpec(
        WIDE, 10.0, list, LABEL, None, again=lambda size: Redrawn(flat((100, 100), CALM))
    )
    path = tmp_path / "a.html"
    put = format_of(path).open(path, film)
    put.__enter__()(next(flat(WIDE, CALM)))
    with pytest.raises(EncodeError, match=r"a\.html"):
        put.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []


def seen(page):
    return page.evaluate("[video.videoWidth, video.videoHeight, frame]")


def test_no_button_of_a_phones_page_is_narrower_than_its_words(visit, page):
    shown = visit(page.path, width=360, height=740)
    squeezed = "e => e.scrollWidth > e.clientWidth || e.clientHeight > 60"
    for width in (360, 390, 430):
        shown.set_viewport_size({"width": width, "height": 740})
        buttons = f"[...document.querySelectorAll('button')].filter({squeezed}).map(e => e.id)"
        assert shown.evaluate(buttons) == [], width


def test_an_upright_phone_shows_it_and_turning_keeps_the_frame(visit, page):
    shown = visit(page.path, width=360, height=640)
    assert seen(shown) == [480, 600, 7]
    assert shown.evaluate("document.documentElement.scrollWidth") == 360
    box = shown.locator("#video").bounding_box()
    assert box["height"] / box["width"] == pytest.approx(600 / 480, rel=0.01)
    assert box["width"] > 330
    play = shown.locator("#play").bounding_box()
    assert play["y"] + play["height"] < 640  # without scrolling
    shown.evaluate("stop(3)")
    shown.set_viewport_size({"width": 640, "height": 360})
    until(shown, "video.videoWidth === 854 && !picture.busy()")
    assert seen(shown) == [854, 480, 3]
    shown.set_viewport_size({"width": 640, "height": 700})
    until(shown, "video.videoWidth === 480 && !picture.busy()")
    shown.set_viewport_size({"width": 641, "height": 700})
    until(shown, "video.videoWidth === 854 && !picture.busy()")
    assert shown.evaluate("speed.value = 2, setSpeed(), video.playbackRate") == 2


def test_without_a_script_too(visit, page):
    shown = visit(page.path, width=360, ready=False, java_script_enabled=False)
    box = shown.locator("#video").bounding_box()
    assert box["width"] <= 360
    poster = shown.locator("#poster").bounding_box()
    assert poster["height"] / poster["width"] == pytest.approx(600 / 480, rel=0.02)


def test_what_has_no_second_clip_gives_none_up():
    for name, look in (("a.mp4", ClipOptions()), ("a.html", ClipOptions(embed=True))):
        found = steps(Path(name), look, Limits(), lambda _: 100)
        assert all(shape.narrow for shape, _ in found)
        assert not any("narrow" in harm for _, harm in found)
        assert len(found) == len({shape for shape, _ in found})
