"""How often a file plays, and what it shows first: as the file says, and as a browser counts."""

import base64
import io
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from pages import until
from PIL import Image, ImageSequence

import vizopt
from vizopt.core.errors import VizoptError
from vizopt.flashes import check_flashes
from vizopt.flashes.decode import pictures

TINY = ["--size", "480x270", "--seconds", "0.3", "--fps", "10", "-q"]
IMAGES = {"gif": "image/gif", "webp": "image/webp", "apng": "image/png"}
COUNT = """async ([data, type]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const decoder = new ImageDecoder({ data: bytes, type });
  await decoder.tracks.ready;
  return String(decoder.tracks.selectedTrack.repetitionCount);
}"""


@pytest.fixture(scope="module")
def decoder(browser):
    """A page that may decode images, which those from disk may not."""
    page = browser.new_page()
    page.route("https://a.test/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("https://a.test/")
    yield page
    page.context.close()


@pytest.mark.parametrize(("loop", "again"), [(0, "Infinity"), (1, "0"), (2, "1"), (3, "2")])
def test_a_browser_plays_an_image_as_often_as_was_asked(command, walk, decoder, loop, again):
    files = [f"a.{suffix}" for suffix in IMAGES]
    outputs = [part for file in files for part in ("-o", file)]
    ran = command("render", walk.path, *outputs, *TINY, "--seconds", "0.2", "--loop", loop)
    assert ran.code == 0, ran.err
    told = {0: "", 1: "plays once", 2: "plays twice", 3: "plays 3 times"}[loop]
    for line in ran.out.splitlines()[:3]:
        assert (f"  {told}  passes" in line) if told else "plays" not in line
    for file in files:
        data = base64.b64encode(Path(file).read_bytes()).decode()
        assert decoder.evaluate(COUNT, [data, IMAGES[file[2:]]]) == again
        assert check_flashes(Path(file)).looped == (loop != 1)


PAGE = ["-o", "a.html", *TINY, "--set", "clip.narrow=false", "--loop"]


def test_a_page_plays_as_often_as_was_asked(command, walk, browser):
    """And then for ever, where the viewer has turned the loop on."""
    assert command("render", walk.path, *PAGE, "2").code == 0
    page = browser.new_page(reduced_motion="no-preference")
    page.add_init_script(
        "addEventListener('play', () => (window.plays = (window.plays || 0) + 1), true)"
    )
    page.goto(Path("a.html").absolute().as_uri())
    until(page, "window.plays === 2 && !playing && frame === last")
    assert page.locator("#loop").get_attribute("aria-pressed") == "false"
    page.locator("#loop").click()
    page.locator("#play").click()
    until(page, "plays > 3")
    page.close()


def test_a_page_that_plays_once_says_so_from_the_start(command, walk, browser):
    assert command("render", walk.path, *PAGE, "1").code == 0
    page = browser.new_page(reduced_motion="reduce")
    page.goto(Path("a.html").absolute().as_uri())
    until(page, "video.readyState >= 2 && rounds === 1")
    page.wait_for_selector("#loop[aria-pressed=false]")
    page.close()


def frames_of(file):
    with Image.open(file) as image:
        return [np.asarray(shown.convert("RGB")) for shown in ImageSequence.Iterator(image)]


def named(name):
    """Files of that name in each format of an image, as they are asked for."""
    return [part for suffix in IMAGES for part in ("-o", f"{name}.{suffix}")]


def test_a_poster_is_one_frame_in_front_of_the_clip(command):
    few = ["--set", "epochs=21", "--set", "problem.data.points=9", "--set", "keep.grid=8"]
    assert command("record", "sgd", *few, "-o", "run.zarr", "-q").code == 0
    assert command("render", "run.zarr", *named("a"), *TINY).code == 0
    ran = command("render", "run.zarr", *named("b"), *TINY, "--poster", "last")
    assert ran.out.count("  4 frames  0.4 s at 10 fps") == len(IMAGES)
    for suffix in IMAGES:
        plain = frames_of(f"a.{suffix}")
        first, *rest = frames_of(f"b.{suffix}")
        near = 1 if suffix == "gif" else 0  # of 255 on average: its palette is another one
        assert len(rest) == len(plain) == 3
        assert abs(plain[0].astype(int) - plain[-1]).mean() > 2
        for mine, theirs in zip([first, *rest], [plain[-1], *plain], strict=True):
            assert abs(mine.astype(int) - theirs).mean() <= near
        assert command("make", f"b.{suffix}", "-q").code == 0  # as its recipe says
        assert Path(f"outputs/sgd.{suffix}").read_bytes() == Path(f"b.{suffix}").read_bytes()


def test_a_poster_is_of_the_very_epoch(command, run):
    """Which a short clip may leave out: it is the still of that epoch."""
    assert command("render", run.path, "-o", "a.png", *TINY, "--at", "123").code == 0
    clips = ["-o", "a.webp", "-o", "a.html", "--set", "clip.narrow=false", *TINY]
    ran = command("render", run.path, *clips, "--poster", "epoch=123")
    assert ran.code == 0, ran.err
    still = np.asarray(Image.open("a.png"))
    assert np.array_equal(frames_of("a.webp")[0], still)
    text = Path("a.html").read_text("utf-8")
    poster = text.partition('src="data:image/png;base64,')[2].partition('"')[0]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(poster))))
    assert np.array_equal(shown, still)


@pytest.mark.parametrize(("asked", "end"), [({}, True), ({"poster": "first"}, False)])
def test_a_race_on_a_slide_shows_its_end_before_it_plays(asked, end, tmp_path):
    keys = {"size": (480, 270), "fps": 10, "seconds": 0.3, "cores": 1, **asked}
    scenes = [vizopt.load_scene(name, {"epochs": 31, "keep.grid": 8}) for name in ("sgd", "adam")]
    vizopt.race(scenes, tmp_path / "a.pptx", folder=tmp_path / "runs", **keys)
    first, *_, last = (shown.frame.astype(int) for shown in pictures(tmp_path / "a.pptx"))
    with ZipFile(tmp_path / "a.pptx") as deck:
        (name,) = [each for each in deck.namelist() if each.startswith("ppt/media/image")]
        poster = np.asarray(Image.open(io.BytesIO(deck.read(name))).convert("RGB")).astype(int)
    assert (abs(poster - last).mean() < abs(poster - first).mean()) == end


def test_a_slide_plays_once_and_shows_its_poster(run, tmp_path):
    keys = {"size": (480, 270), "fps": 10, "seconds": 0.3, "loop": 3, "poster": "last"}
    vizopt.render(run, tmp_path / "a.pptx", **keys)
    *_, last = pictures(tmp_path / "a.pptx")
    with ZipFile(tmp_path / "a.pptx") as deck:
        (name,) = [each for each in deck.namelist() if each.startswith("ppt/media/image")]
        poster = np.asarray(Image.open(io.BytesIO(deck.read(name))).convert("RGB")).astype(int)
        assert b'repeatCount="3000"' in deck.read("ppt/slides/slide1.xml")
    assert abs(poster - last.frame).mean() < 5  # of the drawing, and of the MP4 of it


def test_a_scene_says_it_too(walk, tmp_path):
    keys = {"clip.loop": 1, "clip.poster": "last", "timeline.seconds": 0.2}
    clip = vizopt.render(walk, tmp_path / "a.gif", size=(480, 270), overrides=keys)
    assert (clip.length, clip.metadata.loop) == (5, 1)
    again = vizopt.render(walk, tmp_path / "b.gif", size=(480, 270), overrides=keys, loop=0)
    assert check_flashes(again.path).looped


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["a.mp4", "--loop", "1"], 1, "a.mp4: has no loop, its player decides: .gif, .webp, "),
        (["a.png", "--poster", "last"], 1, "a.png: has no poster, its player decides"),
        (["a.gif", "--loop", "-1"], 2, "'--loop': -1 is not in the range 0<=x<=1000"),
        (["a.gif", "--loop", "1001"], 2, "1001 is not in the range"),
        (
            ["a.gif", "--poster", "step=1"],
            1,
            "poster step=1: this run counts epochs: write epoch=1",
        ),
        (["a.gif", "--poster", "301"], 1, "poster 301: the run ends at epoch 300: choose that or"),
        (["a.gif", "--poster", "late"], 1, "poster late: write it like 4500, epoch=4500, step=12"),
        (["a.gif", "--poster", "last", "--allow-flashes"], 1, "poster: a clip that flashes begins"),
    ],
)
def test_a_mistake_is_one_clear_line(command, run, arguments, code, message):
    ran = command("render", run.path, "-q", "-o", *arguments)
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert message in ran.err
    assert list(Path().iterdir()) == []


def test_a_mistake_in_python_is_one_too(run, tmp_path):
    for keys, message in (
        ({"loop": 1001}, "loop 1001: must be 0, for ever, or up to 1000 times"),
        ({"loop": True}, "render: loop=True: write it like loop=1"),
        ({"poster": 3.5}, 'render: poster=3.5: write it like poster="last"'),
    ):
        with pytest.raises(VizoptError) as caught:
            vizopt.render(run, tmp_path / "a.gif", **keys)
        assert str(caught.value) == message
    with pytest.raises(VizoptError, match=r"a\.mp4: has no loop"):
        vizopt.render(run, tmp_path / "a.mp4", loop=1)
