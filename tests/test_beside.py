"""Two clips beside each other on a slide: `vizopt slides a+b`."""

import io
import re
import shutil
import subprocess
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from unicodedata import east_asian_width
from zipfile import ZipFile

import imageio_ffmpeg
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from openxml_audit import validate_pptx
from PIL import Image, ImageFont
from pptx import Presentation
from test_completion import offered
from test_picture import overlap
from test_slides import Page, alt, media

import vizopt
from vizopt import deck
from vizopt.clips.drawing import planned_picture
from vizopt.clips.options import request
from vizopt.deck import sources
from vizopt.deck.making import readable
from vizopt.draw.panels import Curves
from vizopt.draw.panels.axis import Axis
from vizopt.draw.theme import THEMES
from vizopt.flashes import check_flashes
from vizopt.flashes.decode import pictures
from vizopt.formats import ClipMetadata, Mark, StreamSpec, format_of
from vizopt.formats import slides as formats
from vizopt.formats.slides import widths
from vizopt.formats.slides.layout import captioned
from vizopt.scene.load import parse_scene

INCH = 914_400
SHORT = ["--set", "epochs=30", "--set", "keep.grid=20", "--seconds", "0.1", "--fps", "10", "-q"]


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    """Finished clips, made once: a and b, which is longer, as MP4 and GIF with their texts."""
    folder = tmp_path_factory.mktemp("clips")
    for name, seconds in (("a", 0.5), ("b", 1.0)):
        look = {"size": (480, 480), "fps": 4, "seconds": seconds, "title": f"Clip {name}"}
        look["overrides"] = {"look.text": 2.9}  # so that they stay as they are on a slide
        vizopt.render(run, [folder / f"{name}.mp4", folder / f"{name}.gif"], **look)
    return folder


@pytest.fixture(scope="module")
def pair(clips, tmp_path_factory):
    """A deck of a and b beside each other, and of a's GIF on a slide of its own."""
    path = tmp_path_factory.mktemp("pair") / "d.pptx"
    deck.write(path, [f"{clips}/a.mp4+{clips}/b.mp4", str(clips / "a.gif")])
    return path


def films(page):
    return [shape for shape in page.shapes if shape.element.tag.endswith("}pic")]


def captions(page):
    return [s for s in page.shapes if s.has_text_frame and not s.is_placeholder]


def page_of(file="d.pptx", number=0):
    return Presentation(file).slides[number]


def slide_of(clip, **label):
    return formats.slide(clip, ClipMetadata(**{"title": clip.stem, **label}), judged(clip))


judged = cache(check_flashes)


@pytest.mark.parametrize("names", ["landscape+momentum-fast", "momentum-fast"])
def test_the_poster_that_is_asked_for_is_on_the_slide(command, names):
    """Of one clip and of two: the last frame, and not the first."""
    look = [*SHORT, "--seconds", "0.3", "--size", "480x270"]
    ran = command("slides", names, "-o", "d.pptx", "--poster", "last", *look)
    assert ran.code == 0, ran.err
    for film in films(page_of()):
        poster = np.asarray(Image.open(io.BytesIO(film.poster_frame.blob)).convert("RGB"), int)
        with ZipFile("d.pptx") as archive:
            shown = []
            for name in archive.namelist():
                if name.endswith(".mp4"):
                    Path("m.mp4").write_bytes(archive.read(name))
                    shown.append([frame.frame.astype(int) for frame in pictures(Path("m.mp4"))])
        apart = [[abs(poster - frame).mean() for frame in (each[0], each[-1])] for each in shown]
        first, last = min(apart, key=min)
        assert last < first


@pytest.mark.parametrize(
    ("ratio", "size", "text"), [("16:9", (750, 720), 2.73), ("4:3", (720, 936), 2.66)]
)
def test_two_scenes_stand_beside_each_other_below_their_names(command, ratio, size, text):
    ran = command("slides", "landscape+momentum-fast", "-o", "d.pptx", "--ratio", ratio, *SHORT)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("d.pptx  1 slide  ")
    recipes = page_of().notes_slide.notes_text_frame.text.split("# made with ")[1:]
    for recipe in recipes:
        scene = parse_scene(f"# {recipe}".split("\n\nTo make")[0], "notes", {}, {})
        assert (scene.colours.text, scene.clip.size) == (text, size)
    show, page = Presentation("d.pptx"), page_of()
    names = ["The function and its minima", "Momentum with a good learning rate"]
    assert page.shapes.title.text == " vs. ".join(names)
    assert [caption.text_frame.text for caption in captions(page)] == names
    left, right = films(page)
    assert [left.name, right.name] == names
    assert alt(left).startswith(names[0])
    assert alt(right).startswith(names[1])
    title = page.shapes.title
    assert (left.width, left.height, left.top) == (right.width, right.height, right.top)
    assert right.left - (left.left + left.width) == pytest.approx(0.2 * INCH, abs=0.01 * INCH)
    assert left.left == pytest.approx(0.2 * INCH, abs=0.01 * INCH)
    assert right.left + right.width == pytest.approx(show.slide_width - 0.2 * INCH, abs=9144)
    assert left.top + left.height == pytest.approx(show.slide_height - 0.2 * INCH, abs=9144)
    for caption, film in zip(captions(page), (left, right), strict=True):
        assert title.top + title.height <= caption.top
        assert caption.top + caption.height == film.top
        assert film.left < caption.left < caption.left + caption.width < film.left + film.width
        assert caption.text_frame.paragraphs[0].runs[0].font.size.pt >= 12
    for number, data in enumerate(media(page, "/media")):
        Path(f"{number}.mp4").write_bytes(data)
        assert f"{size[0]}×{size[1]}" in command("check", f"{number}.mp4").out


@pytest.mark.parametrize(("ratio", "points"), [("16:9", 12), ("4:3", 9)])
def test_the_smallest_text_is_an_eightieth_of_the_slide(run, texts, ratio, points):
    """12 points on a slide of 13.3 inches; one of 10 inches is as wide on the wall."""
    room = formats.room(Path("d.pptx"), ratio, None, 2)
    shorter = min(page_box(ratio)) / INCH
    assert room.text / 100 * shorter * 72 >= points
    assert (room.text - 0.01) / 100 * shorter * 72 < points
    keys = {"timeline.seconds": 1.0, "look.text": max(room.text, 2.64)}
    scene = parse_scene(run.header.scene, "", {}, keys)
    picture = planned_picture(run, scene, room.size, 10, slide=True)
    boxes = [box for text, box in texts(picture, 5) if text.strip()]
    assert min(box[3] - box[1] for box in boxes) / 720 * shorter * 72 >= points


def page_box(ratio):
    """Width and height of one of two clips, in EMU, told from the slide's own measures."""
    width, height = {"16:9": (12_192_000, 6_858_000), "4:3": (9_144_000, 6_858_000)}[ratio]
    return (width - 0.6 * INCH) / 2, height - (0.75 + 0.08 + 0.36 + 0.2) * INCH


@pytest.mark.parametrize("text", [2.73, 2.9])
def test_no_text_of_a_half_overlaps_another(run, descent, texts, text):
    for recorded in (run, descent):
        keys = {"timeline.seconds": 1.0, "look.text": text}
        scene = parse_scene(recorded.header.scene, "", {}, keys)
        picture = planned_picture(recorded, scene, (750, 720), 10, slide=True)
        written = [(told, box) for told, box in texts(picture, 5) if told.strip()]
        assert all(box[0] >= 0 and box[2] <= 750 and box[3] <= 720 for _, box in written)
        assert [pair for pair in combinations(written, 2) if overlap(pair[0][1], pair[1][1])] == []


def test_half_a_slide_has_a_large_plane_and_its_settings_whole(run, texts):
    scene = parse_scene(run.header.scene, "", {}, {"timeline.seconds": 1.0, "look.text": 2.73})
    picture = planned_picture(run, scene, (750, 720), 10, slide=True)
    told = dict(texts(picture, 5))
    assert {"SGD, learning rate 1  ·  spiral, 300 points, 3 classes", "loss", "accuracy"} <= {*told}
    assert "2 → 64 ReLU → 3 softmax" in told
    assert not {"lr", "Δ", "Dense 1"} & {*told}
    side = max(box.height for box, _ in picture._draws if box.width < 500)
    assert side > 380


def test_curves_beside_each_other_span_what_both_need(command):
    ran = command("slides", "sgd+adam", "-o", "d.pptx", *SHORT)
    assert ran.code == 0, ran.err
    notes = page_of().notes_slide.notes_text_frame.text
    recipes = [f"# {part}".split("\n\nTo make")[0] for part in notes.split("# made with ")[1:]]
    one, other = (parse_scene(text, "notes", {}, {}).stage.panels["curves"] for text in recipes)
    assert one == other
    runs = [
        vizopt.record(vizopt.load_scene(n, {"epochs": 30}), f"{n}.zarr") for n in ("sgd", "adam")
    ]
    for column in ("loss", "accuracy"):
        low, high = one.limits[column]
        values = np.concatenate([run[column] for run in runs])
        axis = Axis.of(column, [run[column] for run in runs])
        assert (low, high) == (axis.low, axis.high)
        assert low <= values.min()
        assert values.max() <= high
    assert [c.text_frame.text for c in captions(page_of())] == [
        "Stochastic gradient descent",
        "Adam",
    ]
    assert "title" not in notes.split("To make")[0]
    assert "At the top of the picture are a line with the settings and a counter" in notes
    assert "grids of cells" not in notes


def test_ends_of_an_axis_are_kept_and_checked():
    curves = Curves(("loss",), limits={"loss": (0.5, 2.0)})
    assert curves.axis_of("loss", []) == Axis(0.5, 2.0)
    assert Curves(("loss",), limits={"loss": (1e-3, 1.0)}).axis_of("loss", []).log
    assert not Curves(("lr",), limits={"lr": (1e-3, 1.0)}).axis_of("lr", []).log
    for key, ends, told in (
        ("loss", [2, 1], "limits.loss: 2 is not below 1"),
        ("acuracy", [0, 1], r'limits: "acuracy" is no curve here: did you mean "accuracy"?'),
    ):
        stage = {"stage.panels.curves": {"kind": "curves", "limits": {key: ends}}}
        with pytest.raises(vizopt.VizoptError, match=re.escape(told)):
            vizopt.load_scene("sgd", stage)


@pytest.mark.parametrize("paper", ["#002b36", "#fdf6e3", "#11161c", "#ff0000", "#808080"])
def test_a_clips_paper_is_not_seen_on_its_slide(tmp_path, paper):
    """The slide and the poster have the colour that BT.709 makes of what the film holds."""
    film = tmp_path / "a.mp4"
    rgb = [round(value * 255) for value in to_rgb(paper)]
    with format_of(film).open(film, StreamSpec((64, 64), 10, lambda: [])) as write:
        for _ in range(3):
            write(np.full((64, 64, 4), [*rgb, 255], np.uint8))
    (part,) = slide_of(film, colours={"paper": paper, "ink": "#000000"}).parts
    seen = np.round(np.array(to_rgb(part.paper)) * 255)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", film]
    command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    assert [len({*plane}) for plane in (raw[:4096], raw[4096:5120], raw[5120:])] == [1, 1, 1]
    light, blue, red = (raw[0] - 16) * 255 / 219, raw[4096] - 128, raw[5120] - 128
    matrix = [[0, 1.5748], [-0.1873, -0.4681], [1.8556, 0]]  # of BT.709, as the standard rounds it
    shown = light + np.array(matrix) @ [blue, red] * 255 / 224
    assert abs(shown.clip(0, 255) - seen).max() <= 0.51
    assert (np.asarray(Image.open(io.BytesIO(part.poster)))[..., :3] == seen).all()


def test_the_larger_text_of_room_and_scene_is_taken(run):
    room = formats.Room((750, 720), 2.73)
    for source, keys, told in (
        ("landscape", {}, 2.73),
        ("landscape", {"look.text": "large"}, 2.73),
        ("landscape", {"look.text": 2.8}, 2.8),
        (str(run.path), {}, 2.73),
        (str(run.path), {"look.text": 2.8}, 2.8),
    ):
        thing, asked = readable(source, request(overrides=keys, slide=True), lambda: room)
        assert asked.options["size"] == (750, 720)
        own = thing.colours.text if source == "landscape" else None  # with the keys in it
        assert asked.overrides.get("look.text", own) == told
    small = formats.Room(None, 2.6)
    assert readable("landscape", request(slide=True), lambda: small)[1].overrides == {}


def test_the_size_of_text_goes_up_with_its_percent():
    from dataclasses import replace

    sizes = (11, 13, 15, 20, 44)
    ways = ("normal", 2.0, 2.3, "large", 2.75, 2.9)
    drawn = [[replace(THEMES["light"], text=way).font(s) for s in sizes] for way in ways]
    assert all(a < b for low, high in pairwise(drawn) for a, b in zip(low, high, strict=True))
    assert replace(THEMES["light"], text=2.75).font(11) == pytest.approx(19.8)
    assert replace(THEMES["light"], text=100 * 19 / 720).font(20) == pytest.approx(31)
    for wrong in (1.7, 3.0, "huge", True, [2]):
        with pytest.raises(vizopt.VizoptError, match=r"look\.text: .*from 1\.8 to 2\.9"):
            vizopt.load_scene("sgd", {"look.text": wrong})


def effects(page):
    """(kind of effect, command, shape) of what a click starts, in order."""
    found = []
    for node in page.element.xpath(".//p:seq//p:cTn[@presetClass='mediacall']"):
        (cmd,), (target,) = node.iter("{*}cmd"), node.iter("{*}spTgt")
        found.append((node.get("nodeType"), cmd.get("cmd"), int(target.get("spid"))))
    return found


def test_both_play_together_on_one_click(pair):
    page = page_of(pair)
    left, right = films(page)
    assert effects(page) == [
        ("clickEffect", "playFrom(0.0)", left.shape_id),
        ("withEffect", "playFrom(0.0)", right.shape_id),
    ]
    click = ".//p:cTn[@nodeType='mainSeq']/p:childTnLst/p:par"
    assert page.element.xpath(f"{click}/p:cTn/p:stCondLst/p:cond/@delay") == ["indefinite"]
    assert page.element.xpath(f"{click}//p:cmd//p:cTn/@dur") == ["500", "1000"]
    ids = page.element.xpath(".//p:cTn/@id")
    assert ids == [str(number) for number in range(1, len(ids) + 1)]
    assert page.element.xpath(".//p:video//p:cond/@delay") == ["indefinite", "indefinite"]
    found = validate_pptx(str(pair))
    assert found.is_valid, found.errors


def test_clips_that_would_come_apart_play_once(command, clips, pair):
    shutil.copy(clips / "a.mp4", "c.mp4")
    assert command("slides", f"{clips}/a.mp4+c.mp4", "-o", "same.pptx", "-q").code == 0
    again = "//p:video//p:cTn[@repeatCount='indefinite']"
    assert len(page_of("same.pptx").element.xpath(again)) == 2
    assert len(page_of(pair).element.xpath(again)) == 0


def test_the_notes_have_the_cues_of_both_in_their_order(clips):
    marks = {"a": (Mark(2, "20", "falls"), Mark(6, "57", "ends")), "b": (Mark(2, "20", "leaps"),)}
    slides = [
        slide_of(
            clips / f"{name}.mp4",
            marks=marks[name],
            pauses=((0, "Which?"),) if name == "a" else (),
            numbers={"epoch": range(0, 100, 10)},
            paragraphs=(f"About {name}.",),
            recipe=f"title = '{name}'",
        )
        for name in "ab"
    ]
    both = formats.joined(slides)
    assert both.notes == (
        "0.0 s, left, epoch 0, question: Which?",
        "0.1 s, left, epoch 20: falls",
        "0.2 s, right, epoch 20: leaps",
        "0.3 s, left, epoch 57: ends",
        "Left: a",
        "About a.",
        "Right: b",
        "About b.",
    )
    assert formats.joined(slides[:1]).notes[1] == "0.1 s, epoch 20: falls"


def test_notes_end_in_both_recipes(pair):
    notes = page_of(pair).notes_slide.notes_text_frame.text
    assert notes.startswith("Left: Clip a (own scales)\n\n")
    last = notes.split("To make the clip again")
    assert len(last) == 3
    assert ["title = " in part for part in last] == [False, True, True]
    assert [f'"Clip {n}"' in part for n, part in zip("ab", last[1:], strict=True)] == [True, True]


def test_own_titles_in_the_order_of_the_slides(command, clips):
    sources = [f"{clips}/a.mp4+{clips}/b.mp4", clips / "a.gif", clips / "b.gif"]
    own = ["--title", "First  against\nsecond", "--title", ""]
    assert command("slides", *sources, *own, "-o", "d.pptx", "-q").code == 0
    titles = [page.shapes.title.text for page in Presentation("d.pptx").slides]
    assert titles == ["First against second", "Clip a", "Clip b"]
    names = ["Clip a (own scales)", "Clip b (own scales)"]
    assert [c.text_frame.text for c in captions(page_of())] == names
    ran = command("slides", clips / "a.gif", *own, "-o", "e.pptx", "-q")
    assert ran.err == "vizopt: 2 titles for 1 slide: leave some out\n"
    assert not Path("e.pptx").exists()


def test_a_file_with_a_plus_in_its_name_is_one(command, clips):
    for name in ("x+y.mp4", "x", "z+.mp4"):
        shutil.copy(clips / "a.mp4", name)
    shutil.copy(clips / "b.mp4", "y+y.mp4")
    assert sources.parted("x+y.mp4") == ("x+y.mp4",)
    assert sources.parted("x+y.mp4+y+y.mp4") == ("x+y.mp4", "y+y.mp4")
    assert sources.parted("sgd+x+y.mp4") == ("sgd", "x+y.mp4")
    assert sources.parted("z+.mp4+adam") == ("z+.mp4", "adam")
    assert sources.parted("sgd+adam") == ("sgd", "adam")
    assert sources.parted("sgd+adan") == ("sgd", "adan")
    assert command("slides", "x+y.mp4+y+y.mp4", "-o", "d.pptx", "-q").code == 0
    assert len(films(page_of())) == 2


WRONG = [
    (["sgd+adam+good+deep+iris"], "sgd+adam+good+deep+iris: 5 clips on a slide, which holds two: "
     "write sgd+adam good+deep iris"),
    (["sgd+"], "sgd+: two clips on a slide are written like sgd+adam"),
    (["+"], "+: two clips on a slide are written like sgd+adam"),
    (["sgd+adan"], "adan: no such scene"),
    (["sgd+gone.mp4"], "gone.mp4: no such clip"),
    (["sgd+gone.gif"], "sgd.mp4 and gone.gif: a GIF plays by itself, an MP4 at a click: "
     "take one kind"),
]  # fmt: skip


def test_a_title_of_each_clip_names_no_slide_of_two(command):
    ran = command("slides", "good", "sgd+adam", "-o", "d.pptx", "--set", "title=X")
    assert (ran.code, ran.out) == (1, "")
    way = 'name the slide with --title "…" (Python: titles=["…"])'
    both = "title: is each clip's, both of sgd+adam would have it"
    assert ran.err == f"vizopt: {both}: {way}\n"


@pytest.mark.parametrize(("sources", "message"), WRONG, ids=lambda value: str(value)[:30])
def test_a_mistake_is_one_line_before_any_training(command, sources, message):
    ran = command("slides", *sources, "-o", "d.pptx")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"vizopt: {message}")
    assert ran.err.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_flashing_one_keeps_both_from_repeating_and_is_told(clips):
    slides = [slide_of(clips / "a.mp4", warning="This clip may flash."), slide_of(clips / "b.mp4")]
    both = formats.joined(slides)
    assert both.notes[0] == "This clip may flash."
    assert both.loop == 1
    page = Page(formats.SNIPPETS[".html"]([both]))
    assert not [attrs for tag, attrs in page.elements if "data-autoplay" in attrs]


def test_the_slide_takes_paper_ink_and_font_that_both_have(clips, tmp_path):
    solar = {"paper": "#002b36", "ink": "#eee8d5"}
    one = slide_of(clips / "a.mp4", colours=solar, font="DejaVu Serif")
    same = slide_of(clips / "b.mp4", colours=solar, font="DejaVu Serif")
    other = slide_of(clips / "b.mp4")
    formats.write(tmp_path / "d.pptx", [formats.joined([one, same]), formats.joined([one, other])])
    told, plain = Presentation(str(tmp_path / "d.pptx")).slides
    for shape in (told.shapes.title, *captions(told)):
        font = shape.text_frame.paragraphs[0].runs[0].font
        assert (str(font.color.rgb), font.name) == ("EEE8D5", "DejaVu Serif")
    assert str(told.background.fill.fore_color.rgb) == "FFFFFF"  # as the films have it
    for shape in (plain.shapes.title, *captions(plain)):
        font = shape.text_frame.paragraphs[0].runs[0].font
        assert (font.color.type, font.name) == (None, None)


@pytest.mark.parametrize(
    ("length", "inches", "size", "kept"),
    [(37, 6.0, 18, 37), (38, 6.0, 14, 38), (48, 6.0, 12, 48), (55, 6.0, 12, 55), (56, 6.0, 12, 55)],
)
def test_a_name_has_one_line(length, inches, size, kept):
    text, points = captioned("x" * length, inches * INCH)
    assert (len(text), points) == (kept, size)
    assert text.endswith("…") == (kept < length)


def test_the_poster_of_each_is_its_own_first_picture(pair, clips):
    posters = {Image.open(io.BytesIO(data)).tobytes() for data in media(page_of(pair), "/image")}
    first = {next(iter(pictures(clips / f"{n}.mp4"))).frame.tobytes() for n in "ab"}
    assert posters == first


def test_reveal_quarto_and_marp_have_both_beside_each_other(clips):
    mp4s, gifs = (
        formats.joined([slide_of(clips / f"{n}{kind}", alt=f"See {n}|x") for n in "ab"])
        for kind in (".mp4", ".gif")
    )
    page = Page(formats.SNIPPETS[".html"]([mp4s]))
    videos = [attrs for tag, attrs in page.elements if tag == "video"]
    assert [video["src"] for video in videos] == ["a.mp4", "b.mp4"]
    assert all("data-autoplay" in video and "loop" not in video for video in videos)
    assert page.texts["figcaption"] == "ab"
    quarto = formats.SNIPPETS[".qmd"]([mp4s])
    assert quarto.count("{{< video ") == 2
    assert quarto.count("::: {.column ") == 2
    assert len(re.findall(r"^:{3,5}( |$)", quarto, re.MULTILINE)) % 2 == 0
    marp = formats.SNIPPETS[".md"]([gifs])
    row = "| ![w:594 See a\\|x](a.gif) | ![w:594 See b\\|x](b.gif) |"
    assert f"| a | b |\n| --- | --- |\n{row}\n" in marp


LONG = [
    "W" * 300,
    "学习率" * 100,
    "What the learning rate does to it " * 9,
    "ﬃ𝔐🎓" * 100,
    "i" * 300,
]


@pytest.mark.parametrize(
    ("title", "ratio"),
    [(0, "16:9"), (1, "4:3"), (2, "16:9"), (2, "4:3"), (3, "16:9"), (4, "4:3")],
)
def test_a_title_of_300_letters_stays_in_its_box_and_the_names_on_their_lines(
    clips, tmp_path, title, ratio
):
    title = LONG[title]
    slides = [slide_of(clips / f"{n}.mp4", title=title) for n in "ab"]
    formats.write(tmp_path / "d.pptx", [formats.joined(slides, title), slides[0]], ratio)
    font = ImageFont.truetype(findfont(FontProperties(family="DejaVu Sans", weight="bold")), 200)
    for page in Presentation(str(tmp_path / "d.pptx")).slides:
        for shape in (page.shapes.title, *captions(page)):
            (run,) = shape.text_frame.paragraphs[0].runs
            points, lines = run.font.size / 12_700, 2 if shape.is_placeholder else 1
            wide = [1 if east_asian_width(sign) in "WF" else 0 for sign in run.text]
            narrow = "".join(s for s, w in zip(run.text, wide, strict=True) if not w)
            inches = (font.getlength(narrow) / 200 + sum(wide)) * points / 72
            assert inches <= lines * shape.width / INCH
            assert lines * points * 1.2 * 12_700 <= shape.height + 9144
            assert points >= 12
            assert run.text.endswith("…")
    for kind in (".html", ".qmd"):
        text = formats.SNIPPETS[kind]([formats.joined(slides, title)])
        (told,) = re.findall(r"<h2[^>]*>(.*)</h2>|^## (.*)$", text, re.MULTILINE)[:1]
        assert title not in "".join(told)


def test_how_wide_a_text_is():
    get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold"))).set_size(7, 72)
    widths._width.cache_clear()
    font = ImageFont.truetype(findfont(FontProperties(family="DejaVu Sans", weight="bold")), 1000)
    for sign in "xWi Ä…":
        assert widths.ems(sign) == pytest.approx(font.getlength(sign) / 1000, abs=0.002)
    assert widths.ems("学e\u0301") == pytest.approx(1 + widths.ems("e"))
    assert widths.fits("xx xx", 2 * widths.ems("x"), 2)
    assert not widths.fits("xx xx xx", 2 * widths.ems("x"), 2)
    assert not widths.fits("xx xx", 2 * widths.ems("x") - 0.01, 2)
    assert widths.fits("x" * 10, 5 * widths.ems("x"), 2)
    assert widths.shortened("学习学习学", 4, 1) == "学习学…"
    assert widths.shortened("学习学习学", 5, 1) == "学习学习学"


@pytest.mark.parametrize(
    ("title", "size"), [("x" * 24, ""), ("x" * 25, "1em"), ("x" * 36, "1em"), ("x" * 37, "0.65em")]
)
def test_a_long_title_leaves_the_clips_their_room(clips, title, size):
    slide = slide_of(clips / "a.mp4", title=title)
    style = dict(Page(formats.SNIPPETS[".html"]([slide])).elements)["h2"].get("style", "")
    assert style == (f"font-size: {size}" if size else "")
    marp = formats.SNIPPETS[".md"]([slide_of(clips / "a.gif", title="x" * (26 + len(title)))])
    assert f"font-size: {26 if 26 + len(title) > 50 else 40}px" in marp


def test_tab_offers_what_can_stand_behind_a_plus():
    assert offered("slides", "sgd+ad") == ["sgd+adagrad", "sgd+adam", "sgd+adam-tuned"]
