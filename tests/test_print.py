"""Stills for paper, and films for editors: read by the programs that will."""

import base64
import io
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from PIL import Image

import vizopt
from vizopt.clips import recipe
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import DecodeError
from vizopt.draw.paint import DPI, drawn, kept, paint_line
from vizopt.draw.printed import laid
from vizopt.draw.tracing import Traced
from vizopt.flashes import check_flashes
from vizopt.formats import every
from vizopt.formats.pdf import ascii_toml
from vizopt.scene.load import parse_scene

STILLS = [suffix[1:] for suffix, known in every().items() if known.still and suffix != ".png"]
AT = ["-q", "--at", "123"]
TINY = ["-q", "--size", "480x270", "--fps", "8"]


@pytest.fixture(scope="module")
def stills(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stills")
    files = [folder / f"a.{suffix}" for suffix in (*STILLS, "png")]
    vizopt.render(run, files, size=(1600, 900), at="epoch=123", title="Σ (π) \\ é & <b>")
    return folder


def read_by(program, *arguments):
    """What a program of poppler's prints; the test is left out where there is none."""
    if not shutil.which(program):
        pytest.skip(f"no {program} on this machine")
    return subprocess.run([program, *arguments], check=True, capture_output=True).stdout.decode()


def test_a_pdf_is_a_page_whose_text_is_found(stills):
    about = read_by("pdfinfo", stills / "a.pdf")
    assert re.search(r"Title: +Σ \(π\) \\ é & <b>\n", about)
    assert "Page size:       800 x 450 pts" in about
    text = " ".join(read_by("pdftotext", "-layout", stills / "a.pdf", "-").split())
    for words in ("Σ (π) \\ é & <b>", "epoch 123 / 300", "SGD, learning rate 1", "Dense 1", "loss"):
        assert words in text
    fonts = read_by("pdffonts", stills / "a.pdf").splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"DejaVuSans(-Bold)? +CID TrueType +Identity-H +yes yes yes", font)


def test_grids_are_images_of_their_own_resolution(stills):
    rows = [
        line.split() for line in read_by("pdfimages", "-list", stills / "a.pdf").splitlines()[2:]
    ]
    sizes = [(int(row[3]), int(row[4])) for row in rows if row[2] == "image"]
    assert sizes.count((64, 3)) == sizes.count((3, 65)) == 2  # weights and their update
    svg = (stills / "a.svg").read_text("utf-8")
    data = re.findall(r'xlink:href="data:image/png;base64,\s*([^"]*)"', svg)
    found = [Image.open(io.BytesIO(base64.b64decode(part))).size for part in data]
    assert sorted(found) == sorted(sizes)


def pixels_of(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB").resize((800, 450), Image.Resampling.BOX))


def test_it_looks_as_the_picture_does(stills, tmp_path):
    """Printed by another program, the page is the PNG's picture but for the edges of things."""
    read_by("pdftoppm", "-r", "144", "-png", stills / "a.pdf", tmp_path / "page")
    (page,) = tmp_path.glob("page*.png")
    with Image.open(page) as image:
        assert image.size == (1600, 900)
    wanted = pixels_of(stills / "a.png").astype(int)
    apart = abs(pixels_of(page) - wanted)
    assert apart.mean() < 3
    assert (apart.max(axis=2) > 100).mean() < 0.01


def test_a_browser_shows_the_svg_as_the_picture(stills, tmp_path):
    api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 800, "height": 450})
        page.goto((stills / "a.svg").as_uri())
        assert page.evaluate("document.fonts.size") == 2  # regular and bold
        assert page.locator("svg").first.bounding_box()["width"] == 800
        assert page.locator("title").first.text_content() == "Σ (π) \\ é & <b>"
        page.screenshot(path=tmp_path / "page.png")
        browser.close()
    apart = abs(pixels_of(tmp_path / "page.png").astype(int) - pixels_of(stills / "a.png"))
    assert apart.mean() < 3
    assert (apart.max(axis=2) > 100).mean() < 0.01


def test_an_svg_has_the_letters_that_it_needs(stills):
    svg = (stills / "a.svg").read_text("utf-8")
    assert re.search(r">\s*epoch\s*<", svg)
    faces = re.findall(r"font-weight:(\w+);src:url\(data:font/ttf;base64,([^)]*)\)", svg)
    assert [weight for weight, _ in faces] == ["bold", "normal"]
    letters = [TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap() for _, data in faces]
    assert {*map(ord, "Σπé123300Dens")} <= letters[0].keys()
    assert max(map(len, letters)) < 100


@pytest.mark.parametrize("suffix", STILLS)
def test_the_recipe_of_a_still_is_read(stills, suffix):
    scene = parse_scene(recipe.read(stills / f"a.{suffix}"), "recipe", {}, {})
    assert (scene.title, scene.clip.at) == ("Σ (π) \\ é & <b>", "epoch=123")


@pytest.mark.parametrize("suffix", ["pdf", "svg", "jpg"])
def test_a_still_is_made_again_from_its_recipe(command, stills, suffix):
    file = stills / f"a.{suffix}"
    ran = command("make", file, "-q")
    assert ran.code == 0, ran.err
    assert Path(f"outputs/sgd.{suffix}").read_bytes() == file.read_bytes()


def test_a_jpeg_is_whole_segments(stills):
    """Each begins where the one before says that it ends, up to the pixels."""
    data, at, comments = (stills / "a.jpg").read_bytes(), 2, []
    while data[at : at + 2] != b"\xff\xda":  # start of scan
        assert data[at] == 0xFF
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        comments += [data[at + 4 : at + 2 + length]] * (data[at + 1] == 0xFE)
        at += 2 + length
    assert [part.decode() for part in comments] == [recipe.read(stills / "a.jpg")]


def test_a_recipe_in_a_pdf_is_ascii_of_the_same_meaning():
    text = 'title = "Σ 𝛴 é \\\\ ok"\n'
    assert ascii_toml(text) == 'title = "\\U000003a3 \\U0001d6f4 \\U000000e9 \\\\ ok"\n'


def test_a_document_of_anybody_elses_has_no_recipe():

    for name, data in (("a.pdf", b"%PDF-1.4\n/Keywords (mine)\n"), ("a.svg", b"<svg></svg>")):
        file = Path(name)
        file.write_bytes(data)
        with pytest.raises(DecodeError, match="no recipe in it"):
            recipe.read(file)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_another_ones_figure_is_kept(command, run):
    for suffix in STILLS:
        Path(f"a.{suffix}").write_bytes(b"mine")
        ran = command("render", run.path, "-o", f"a.{suffix}", *AT)
        assert ran.code == 1
        assert "is there, and vizopt did not write it" in ran.err
        assert Path(f"a.{suffix}").read_bytes() == b"mine"


def test_a_curve_ends_where_the_epoch_is(run):
    """The line in a page is the whole one, cut off at the epoch."""
    vizopt.render(run, "a.pdf", at="epoch=100", size=(640, 360))
    data = Path("a.pdf").read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    first = zlib.decompress(next(part for part in streams if part.startswith(b"x")))
    assert first.index(b"0.5 0 0 0.5 0 0 cm") < first.index(b"BT")


def test_a_descents_path_is_lines_and_dots_that_leave_names_alone(descent):
    scene = parse_scene(descent.header.scene, "", {}, {})
    picture = planned_picture(descent, scene, (1280, 720), 10)
    k = len(picture) - 1
    with picture.printed(k) as figure:
        collections = [c for axes in figure.axes for c in axes.collections]
        (lines,) = [c for c in collections if isinstance(c, LineCollection)]
        (dots,) = [c for c in collections if isinstance(c, PathCollection)]
        steps = descent.header.epochs
        assert (len(lines.get_segments()), len(dots.get_offsets())) == (steps - 1, steps)


def test_what_is_drawn_leaves_holes_for_names():
    figure = Figure((1.0, 1.0), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    still = drawn(canvas)
    pixels, printed = still.copy(), Traced.of(still)
    for window in (pixels, printed):
        with kept(window, [(slice(20, 40), slice(30, 50))]):
            paint_line(window, (4.0, 30.5, 68.0, 30.5), 3.0, "#000000")
    with laid(figure, still, printed):
        shown = drawn(canvas)
    for image in (pixels, shown):
        dark = np.nonzero(image[30, :, 0] < 100)[0]
        assert dark[(dark > 5) & (dark < 66)].tolist() == [*range(6, 30), *range(50, 66)]


def test_a_transparent_page_has_no_paper(run):
    keys = {"look.transparent": True}
    vizopt.render(run, ["a.svg", "b.png"], size=(320, 180), overrides=keys)
    vizopt.render(run, "c.svg", size=(320, 180))
    papers = [Path(name).read_text("utf-8").count("fill: #ffffff") for name in ("a.svg", "c.svg")]
    assert papers[0] < papers[1]


def probe(file):
    """What ffmpeg says of a film's stream."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", file]
    return subprocess.run(command, check=False, capture_output=True).stderr.decode()


def test_a_mov_is_h264_with_its_recipe(command, run):
    ran = command("render", run.path, "-o", "a.mov", *TINY, "--seconds", "0.5")
    assert "  4 frames  0.5 s at 8 fps  passes" in ran.out
    said = probe("a.mov")
    assert "h264 (High) (avc1" in said
    assert "yuv420p(tv, bt709" in said
    assert Path("a.mov").read_bytes()[4:12] == b"ftypqt  "
    assert check_flashes(Path("a.mov"), once=True).frames == 4
    assert command("check", "a.mov").out.startswith("a.mov  pass  480×270  0.5 s  looped")
    assert command("make", "a.mov", "-q").code == 0
    assert Path("outputs/sgd.mov").read_bytes() == Path("a.mov").read_bytes()


def test_a_transparent_mov_is_prores_that_keeps_its_alpha(command, run):
    transparent = [*TINY, "--seconds", "0.25", "--set", "look.transparent=true"]
    assert command("render", run.path, "-o", "a.mov", "-o", "a-%05d.png", *transparent).code == 0
    said = probe("a.mov")
    assert "prores (4444) (ap4h" in said
    assert "yuva444p" in said
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    command_ = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", "a.mov", *raw]
    data = subprocess.run(command_, check=True, capture_output=True).stdout
    shown = np.frombuffer(data, np.uint8).reshape(-1, 270, 480, 4)
    wanted = np.asarray(Image.open("a-00000.png"))
    assert abs(shown[0, ..., 3].astype(int) - wanted[..., 3]).max() <= 2
    solid = wanted[..., 3] == 255
    assert abs(shown[0][solid].astype(int) - wanted[solid]).mean() < 3
    assert check_flashes(Path("a.mov")).paper in ("#ffffff", "#000000")
    assert "outputs" not in {file.name for file in Path().iterdir()}
