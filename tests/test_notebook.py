"""Notebooks: a clip shows itself, and the example in docs/ runs."""

import asyncio
import io
import re
import sys
from base64 import b64decode, b64encode
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.clips.notebook import _page
from vizopt.clips.options import request
from vizopt.core import cells, progress
from vizopt.formats import ClipMetadata
from vizopt.formats.poster import picture
from vizopt.pipeline import render_all
from vizopt.scene.load import parse_scene

EXAMPLE = Path(__file__).parents[1] / "docs" / "lesson.ipynb"
sys.path.insert(0, str(EXAMPLE.parent))
LOOK = request(size=(480, 270), fps=10, overrides={"timeline.seconds": 1.0})


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    kinds = ("mp4", "gif", "png")
    made = render_all(run, [folder / f"a.{kind}" for kind in kinds], LOOK)
    return dict(zip(kinds, made, strict=True))


def element(html):
    """The one element of some HTML."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))
    parser.feed(html)
    (only,) = found
    return only


def flashing(clip):
    return replace(clip, metadata=replace(clip.metadata, warning="This clip may flash."))


def test_an_mp4_plays_and_has_a_picture_beside_it(clips):
    clip = clips["mp4"]
    shown = clip._repr_mimebundle_(include=None, exclude=None)
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    assert shown["text/plain"] == str(clip)
    assert str(clip).startswith(f"{clip.path}  480×270  ")
    tag, attributes = element(shown["text/html"])
    assert tag == "video"
    kind, data = attributes["src"].split(",")
    assert kind == "data:video/mp4;base64"
    assert b64decode(data) == clip.path.read_bytes()
    assert {"autoplay", "loop", "muted", "controls", "playsinline"} <= set(attributes)
    assert attributes["aria-label"] == clip.metadata.alt
    assert "max-width: 100%" in attributes["style"]
    assert Image.open(io.BytesIO(b64decode(shown["image/png"]))).size == (480, 270)


def test_a_gif_and_a_still_are_images(clips):
    for kind in ("gif", "png"):
        clip = clips[kind]
        shown = clip._repr_mimebundle_()
        assert set(shown) == {"text/plain", "text/html", f"image/{kind}"}
        assert b64decode(shown[f"image/{kind}"]) == clip.path.read_bytes()
        tag, attributes = element(shown["text/html"])
        assert (tag, attributes["alt"]) == ("img", clip.metadata.alt)


def test_a_large_gif_has_a_small_picture_beside_it(clips, monkeypatch):
    monkeypatch.setattr("vizopt.clips.notebook.MAX_TWICE_BYTES", 1000)
    shown = clips["gif"]._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    monkeypatch.setattr("vizopt.clips.notebook.MAX_BYTES", 1000)
    assert set(clips["mp4"]._repr_mimebundle_()) == {"text/plain", "image/png"}


def test_a_clip_that_flashes_waits(clips):
    shown = flashing(clips["mp4"])._repr_mimebundle_()
    assert "autoplay" not in shown["text/html"]
    assert shown["text/html"].startswith("<p>This clip may flash.</p>")
    assert set(flashing(clips["gif"])._repr_mimebundle_()) == {"text/plain", "image/png"}
    failed = replace(clips["mp4"].verdict.general, passed=False)
    clip = replace(clips["mp4"], verdict=replace(clips["mp4"].verdict, general=failed))
    assert "autoplay" not in clip._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("alt", ['"><script>alert(1)</script>', "' onload='x", "a & b", ""])
def test_words_stay_words(clips, alt):
    clip = replace(clips["mp4"], metadata=ClipMetadata(alt=alt))
    tag, attributes = element(clip._repr_mimebundle_()["text/html"])
    assert (tag, attributes["aria-label"]) == ("video", alt or "a")
    assert "onload" not in attributes


def test_a_page_runs_in_a_frame_of_its_own(clips, tmp_path):
    path = tmp_path / "a.html"
    path.write_text('<p title="x">page</p>')
    frame = replace(clips["mp4"], path=path)._repr_mimebundle_()["text/html"]
    tag, attributes = element(frame.partition(">")[2])
    assert (tag, attributes["sandbox"]) == ("iframe", "allow-scripts")
    assert attributes["srcdoc"] == path.read_text()


def test_a_clip_that_has_gone_says_so(clips, tmp_path):
    clip = replace(clips["mp4"], path=tmp_path / "gone.mp4")
    assert clip._repr_mimebundle_() == {"text/plain": f"{clip.path}  is no longer there"}


def test_a_player_is_the_page_around_the_clip(clips):
    clip = clips["mp4"]
    player = clip.player()
    shown = player._repr_mimebundle_(include=None, exclude=None)
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    assert shown["text/plain"] == repr(player) == f"<Player of {clip.path}>"
    around, _, frame = shown["text/html"].partition(">")
    assert around == '<div style="container-type: inline-size"'
    tag, attributes = element(frame)
    assert (tag, attributes["sandbox"], attributes["title"]) == (
        "iframe",
        "allow-scripts",
        clip.metadata.title,
    )
    assert "height: calc(100cqw * 0.5625 + 240px)" in attributes["style"]
    page = attributes["srcdoc"]
    assert page.startswith("<!doctype html>")
    assert b64encode(clip.path.read_bytes()).decode() in page
    assert f'max="{clip.length - 1}"' in page
    last = Image.open(io.BytesIO(b64decode(shown["image/png"])))
    assert last.tobytes() == picture(clip.path, first=False).tobytes()


def test_a_player_that_is_too_large_says_what_to_do(clips, monkeypatch):
    monkeypatch.setattr("vizopt.clips.notebook.MAX_BYTES", 2_000)
    shown = clips["mp4"].player()._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    size = len(_page(clips["mp4"])) / 1e6
    assert shown["text/html"] == (
        f"<p>{clips['mp4'].path}: its page has {size:.0f} MB, a notebook holds 0.002 MB: "
        "write it with vizopt.render(run, &quot;a.html&quot;)</p>"
    )


def test_only_an_mp4_or_a_page_has_a_player(clips, tmp_path):
    for kind in ("gif", "png"):
        with pytest.raises(vizopt.VizoptError) as caught:
            clips[kind].player()
        said = f"{clips[kind].path}: a player plays MP4s: render one like a.mp4"
        assert str(caught.value) == said
    path = tmp_path / "a.html"
    path.write_text("<p>page</p>")
    shown = replace(clips["mp4"], path=path).player()._repr_mimebundle_()
    assert element(shown["text/html"].partition(">")[2])[1]["srcdoc"] == "<p>page</p>"
    gone = replace(clips["mp4"], path=tmp_path / "gone.mp4")
    said = {"text/plain": f"{gone.path}  is no longer there"}
    assert gone.player()._repr_mimebundle_() == said


def test_a_scene_unfolds_and_a_recording_tells_its_course(run):
    scene = vizopt.load_scene("sgd", {"title": "<b> & 'c'"})
    html = scene._repr_html_()
    line, toml = (unescape(text) for text in re.findall(r">([^<>]*)</(?:summary|pre)>", html))
    assert line == repr(scene)
    assert parse_scene(toml, "notebook", {}, {}) == scene
    html = run._repr_html_()
    title = parse_scene(run.header.scene, "run", {}, {}).title
    assert "<b>" + escape(f'{run.path}: "{title}"') + "</b>" in html
    facts = dict(re.findall(r"<th [^>]*>(\w+)</th><td [^>]*>([^<]*)", html))
    assert facts["settings"] == escape(run.header.settings)
    assert facts["length"] == "301 epochs"
    assert facts["loss"] == "1.099 → 1.076 "
    assert facts["accuracy"] == "0.36 → 0.42 "
    assert facts["columns"] == "accuracy, delta, epoch, loss, lr, params, scores"
    told = re.findall('aria-label="([^"]*)"', html)
    assert told == ["loss 1.099 → 1.076", "accuracy 0.36 → 0.42"]


def test_a_curve_is_as_high_as_its_values():
    points = re.search('points="([^"]*)"', cells.curve(np.array([0.0, 4.0, np.nan, 1.0]), "x"))[1]
    at = [tuple(map(float, point.split(","))) for point in points.split()]
    assert at == [(2, 22), (54, 2), (158, 17)]
    flat = re.search('points="([^"]*)"', cells.curve(np.ones(1000), "x"))[1].split()
    assert len(flat) == 200
    assert {point.split(",")[1] for point in flat} == {"12.0"}
    assert cells.curve(np.array([1.0, np.inf]), "x") == ""


@pytest.fixture(scope="module")
def example():
    """The example in docs/ as it is stored, and as it runs now."""
    pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    import run_lesson

    return nbformat.read(EXAMPLE, as_version=4), run_lesson.executed(EXAMPLE)


def test_the_example_runs(example):
    code = [cell for cell in example[1].cells if cell.cell_type == "code"]
    kinds = [{kind for out in cell.outputs for kind in out.get("data", {})} for cell in code]
    assert kinds[0] >= {"text/plain", "text/html"}
    assert kinds[1] >= {"text/plain", "text/html", "image/png"}
    assert kinds[2] == {"text/plain", "text/html", "image/png"}
    assert kinds[3] >= {"text/plain", "text/html", "image/gif"}
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]
    words = code[4].outputs[0].data["text/html"]
    assert words.startswith("<p>SGD with momentum 0.9: SGD with momentum trains a network")
    assert words.count("<p>") == 5


def test_the_example_is_stored_with_what_it_shows_today(example):
    """Where it is not: python docs/run_lesson.py."""
    import run_lesson

    assert EXAMPLE.stat().st_size <= 1_500_000
    stored, now = example[0], run_lesson.stored(example[1])
    assert len(stored.cells) == len(now.cells)
    for kept, fresh in zip(stored.cells, now.cells, strict=True):
        outputs = kept.get("outputs", []), fresh.get("outputs", [])
        assert [set(out.get("data", {})) for out in outputs[0]] == [
            set(out.get("data", {})) for out in outputs[1]
        ]
        for old, new in zip(*outputs, strict=True):
            assert words_of(old) == words_of(new)
            for kind in old.get("data", {}).keys() & run_lesson.PICTURES:
                before, after = (image_of(out.data[kind]) for out in (old, new))
                assert before.shape == after.shape
                assert abs(before - after).mean() < 2, f"{kind}: is another picture today"


def words_of(output):
    """What it says, but for the sizes of files, which differ from one encoder to the next."""
    told = output.get("text") or output.data["text/plain"]
    return re.sub(r"[\d.]+ [kM]B", "", told)


def image_of(data):
    return np.array(Image.open(io.BytesIO(b64decode(data))).convert("RGB"), float)


def cell_of(code):
    """The outputs of a cell that runs in a kernel of its own."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    asyncio.run(nbclient.NotebookClient(notebook, timeout=600).async_execute())
    return notebook.cells[0].outputs


PROGRESS = """import time
from vizopt.core import progress
progress.PAUSE = 0.01
bar = progress.usual()
print(bar.__name__)
for k in progress.notebook_line(range(3, 9), 9, "training x", "epoch", 3):
    time.sleep(0.02)
for k in progress.notebook_line(range(9), 9, "training y", "epoch"):
    if k == 3:
        break
"""


def test_a_notebook_without_widgets_has_a_line_that_is_written_anew():
    bar, *lines = cell_of(PROGRESS)
    wanted = "notebook_bar" if find_spec("ipywidgets") else "notebook_line"
    assert bar.text == f"{wanted}\n"
    told = [line.data["text/plain"] for line in lines]
    assert len(told) == 2
    assert re.fullmatch(r"training x: 6 epochs in \d\.\d s", told[0])
    assert re.fullmatch(r"training y: 4 of 9 epochs in \d\.\d s", told[1])


def test_elsewhere_nothing_is_drawn_unless_it_is_asked_for():
    assert progress.usual() is progress.quiet


def test_what_a_cell_starts_gets_lines(monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    assert progress.seen() is progress.logged
