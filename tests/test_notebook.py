"""Notebooks: a clip shows itself, and the example in docs/ runs."""

import asyncio
import io
import json
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

import vizopt
from vizopt.encoders import Label
from vizopt.outputs import Look

EXAMPLE = Path(__file__).parents[1] / "docs" / "lesson.ipynb"
LOOK = Look((480, 270), 10, {"timeline.seconds": 1.0})


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    names = {"mp4": "a.mp4", "gif": "a.gif", "png": "a.png"}
    return {kind: vizopt.render(run, folder / name, LOOK) for kind, name in names.items()}


def element(html):
    """The one element of some HTML."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))
    parser.feed(html)
    (only,) = found
    return only


def flashing(clip):
    return replace(clip, label=replace(clip.label, warning="This clip may flash."))


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
    assert attributes["aria-label"] == clip.label.alt
    assert "max-width: 100%" in attributes["style"]
    assert Image.open(io.BytesIO(b64decode(shown["image/png"]))).size == (480, 270)


def test_a_gif_and_a_still_are_images(clips):
    for kind in ("gif", "png"):
        clip = clips[kind]
        shown = clip._repr_mimebundle_()
        assert set(shown) == {"text/plain", "text/html", f"image/{kind}"}
        assert b64decode(shown[f"image/{kind}"]) == clip.path.read_bytes()
        tag, attributes = element(shown["text/html"])
        assert (tag, attributes["alt"]) == ("img", clip.label.alt)


def test_a_large_gif_has_a_small_picture_beside_it(clips, monkeypatch):
    monkeypatch.setattr("vizopt.notebook.BESIDE", 1000)
    shown = clips["gif"]._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    monkeypatch.setattr("vizopt.notebook.LARGEST", 1000)
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
    clip = replace(clips["mp4"], label=Label(alt=alt))
    tag, attributes = element(clip._repr_mimebundle_()["text/html"])
    assert (tag, attributes["aria-label"]) == ("video", alt or "a")
    assert "onload" not in attributes


def test_a_page_runs_in_a_frame_of_its_own(clips, tmp_path):
    path = tmp_path / "a.html"
    path.write_text('<p title="x">page</p>')
    tag, attributes = element(replace(clips["mp4"], path=path)._repr_mimebundle_()["text/html"])
    assert (tag, attributes["sandbox"]) == ("iframe", "allow-scripts")
    assert attributes["srcdoc"] == path.read_text()


def test_a_clip_that_has_gone_says_so(clips, tmp_path):
    clip = replace(clips["mp4"], path=tmp_path / "gone.mp4")
    assert clip._repr_mimebundle_() == {"text/plain": f"{clip.path}  is no longer there"}


def test_the_example_is_stored_without_outputs():
    cells = json.loads(EXAMPLE.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


def test_the_example_runs(tmp_path):
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(EXAMPLE, as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=600, resources=place)
    asyncio.run(client.async_execute())
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kinds = [{kind for out in cell.outputs for kind in out.get("data", {})} for cell in code]
    assert kinds[1] == {"text/plain", "text/html", "image/png"}
    assert kinds[2] == {"text/plain", "text/html", "image/gif"}
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert code[3].outputs[0].text.startswith("SGD with momentum 0.9: ")
