"""Decks: every slide as a program, a master's owner and an audience will find it."""

import html
import io
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from lxml import etree
from openxml_audit import validate_pptx
from PIL import Image
from pptx import Presentation

import vizopt
from vizopt import deck, pipeline, story
from vizopt.clips.drawing import planned_picture
from vizopt.clips.metadata import metadata_of
from vizopt.clips.options import request
from vizopt.core import atomic
from vizopt.draw.views import views_of
from vizopt.flashes import check_flashes
from vizopt.formats import ClipMetadata, StreamSpec, format_of
from vizopt.formats import slides as formats
from vizopt.scene.load import parse_scene
from vizopt.scene.options import ClipOptions

SHORT = ["--set", "epochs=30", "--set", "keep.grid=20", "--seconds", "0.3", "-q"]
SMALL = [*SHORT, "--size", "480x270", "--fps", "10"]
HOSTILE = (
    "<script>alert(\"1\")</script> & 'x' \x07 --> {{< include /etc/passwd >}} `` ``` \\ $x$ # *b*"
)


@pytest.fixture(scope="module")
def clips(run, descent, tmp_path_factory):
    """Finished clips, made once: a.mp4 and a.gif with their text, wide.mp4."""
    folder = tmp_path_factory.mktemp("clips")
    large = {"overrides": {"look.text": 2.9}}  # so that they stay as they are on a slide
    look = {"fps": 4, "seconds": 1.0, **large}
    vizopt.render(run, [folder / "a.mp4", folder / "a.gif"], size=(480, 270), **look)
    vizopt.render(descent, folder / "wide.mp4", size=(600, 270), **look)
    return folder


@pytest.fixture(scope="module")
def flashing(tmp_path_factory):
    """A clip that fails the check: black and white in turn."""
    path = tmp_path_factory.mktemp("flashing") / "flash.mp4"
    frames = [Image.new("RGBA", (320, 240), "white" if k % 2 else "black") for k in range(20)]
    with format_of(path).open(path, StreamSpec((320, 240), 10.0, lambda: [])) as write:
        for frame in frames:
            write(np.array(frame))
    return path


judged = cache(check_flashes)


def pages(path):
    return list(Presentation(str(path)).slides)


def movie(page):
    (shape,) = [s for s in page.shapes if s.shape_type is not None and not s.is_placeholder]
    return shape


def media(page, kind):
    """The bytes of the parts of a kind that a slide refers to."""
    return [r.target_part.blob for r in page.part.rels.values() if kind in r.reltype]


def alt(shape):
    return shape.element.xpath(".//p:cNvPr")[0].get("descr")


def timing(page):
    """(delay, repeatCount) of a slide's clip."""
    (node,) = page.element.xpath(".//p:video")
    return node.xpath(".//p:cond")[0].get("delay"), node.xpath(".//p:cTn")[0].get("repeatCount")


def test_a_slide_for_each_scene_recording_and_clip(command, run, clips):
    look = ["--size", "480x270", "--fps", "10", "--seconds", "0.3", "-q"]
    ran = command("slides", "landscape", run.path, clips / "wide.mp4", "-o", "deck.pptx", *look)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("deck.pptx  3 slides  ")
    assert [path.name for path in Path().iterdir()] == ["deck.pptx"]
    first, second, third = pages("deck.pptx")
    titles = [page.shapes.title.text for page in (first, second, third)]
    assert titles == [
        "The function and its minima",
        "Stochastic gradient descent",
        "Momentum with a good learning rate",
    ]
    assert media(third, "/media") == [(clips / "wide.mp4").read_bytes()]
    text = (clips / "wide.txt").read_text().split("\n\n")
    assert alt(movie(third)) == text[0]
    assert third.notes_slide.notes_text_frame.text.startswith(text[1])
    notes = second.notes_slide.notes_text_frame.text
    assert alt(movie(second)).startswith("Stochastic gradient descent")
    recipe = notes[notes.index("# made with") :]
    assert parse_scene(recipe, "notes", {}, {}).optimizer == vizopt.load_scene("sgd").optimizer
    for page in (first, second, third):
        assert timing(page) == ("0", "indefinite")
        assert len(list(page.placeholders)) == 1


def test_the_closing_lines_have_length_and_flash_check(command, clips, flashing):
    ran = command("slides", clips / "a.mp4", flashing, "-o", "d.pptx", "-q")
    first, *lines = ran.out.splitlines()
    assert first.startswith("d.pptx  2 slides  ")
    assert lines == [
        "a.mp4  1.0 s  passes the flash check",
        "flash.mp4  2.0 s  FAILS the flash check: 5 a second",
        "flash.mp4  flashes: does not start by itself, says so in its notes",
    ]


def test_the_clip_is_large_and_leaves_its_title_to_the_slide(command):
    keys = {"epochs": 30, "keep.grid": 20, "timeline.seconds": 0.3}
    look = request(size=(480, 270), fps=10, slide=True)
    pipeline.make(vizopt.load_scene("landscape", keys), [Path("landscape.mp4")], look)
    assert command("make", "landscape", "-o", "one.pptx", *SMALL).code == 0
    assert command("slides", "landscape", "-o", "two.pptx", *SMALL).code == 0
    (one,), (two,) = pages("one.pptx"), pages("two.pptx")
    mp4 = Path("landscape.mp4").read_bytes()
    assert media(one, "/media") == media(two, "/media") == [mp4]
    assert one.notes_slide.notes_text_frame.text == two.notes_slide.notes_text_frame.text
    assert command("check", "one.pptx").out.startswith("one.pptx  pass  480×270")
    assert "slide = true" in one.notes_slide.notes_text_frame.text
    assert command("make", "landscape", "-o", "plain.mp4", *SMALL).code == 0
    assert Path("plain.mp4").read_bytes() != mp4


def test_above_a_clip_of_a_slide_are_its_settings_alone(run, texts):
    scene = vizopt.load_scene("sgd", {"timeline.seconds": 1.0})
    plain, slide = (
        planned_picture(run, scene, (1440, 720), 10, slide=slide) for slide in (False, True)
    )
    above = dict(texts.still(slide))
    assert scene.title in [text for text, _ in texts.still(plain)]
    assert scene.title not in above
    assert above["epoch"][1] - above[next(t for t in above if t.startswith("SGD"))][1] < 4
    boxes = [box for text, box in texts(slide, 5) if text.strip()]
    assert min(box[3] - box[1] for box in boxes) >= 0.026 * 720  # lines of text: 12 pt on a slide
    points = 0.026 * 720 * (6.47 * 72 / 720)
    assert points >= 12


@pytest.mark.parametrize(("ratio", "size"), [("16:9", (1440, 720)), ("4:3", (1068, 720))])
def test_a_clip_is_drawn_for_the_room_on_the_slide(command, ratio, size):
    one = ["--seconds", "0.1", "--fps", "10"]  # frame
    ran = command("slides", "landscape", *SHORT, *one, "-o", "d.pptx", "--ratio", ratio)
    assert ran.code == 0, ran.err
    show = Presentation("d.pptx")
    film = movie(show.slides[0])
    assert film.width == pytest.approx(show.slide_width - 0.4 * 914_400, rel=0.002)
    assert film.height == pytest.approx(6.47 * 914_400, rel=0.002)
    Path("clip.mp4").write_bytes(media(show.slides[0], "/media")[0])
    assert f"{size[0]}×{size[1]}" in command("check", "clip.mp4").out


@pytest.mark.parametrize(("ratio", "shape"), [("16:9", 16 / 9), ("4:3", 4 / 3)])
def test_clips_stand_within_the_slide_below_the_title(command, clips, ratio, shape):
    clip = [clips / "a.mp4", clips / "wide.mp4"]
    assert command("slides", *clip, "-o", "d.pptx", "--ratio", ratio, "-q").code == 0
    show = Presentation("d.pptx")
    assert show.slide_width / show.slide_height == pytest.approx(shape, rel=1e-3)
    for page, size in zip(show.slides, [(480, 270), (600, 270)], strict=True):
        film, title = movie(page), page.shapes.title
        assert film.width / film.height == pytest.approx(size[0] / size[1], rel=1e-3)
        assert film.left >= 0.19 * 914_400
        assert film.top >= title.top + title.height
        assert film.left + film.width <= show.slide_width - 0.19 * 914_400
        assert film.top + film.height <= show.slide_height - 0.19 * 914_400
        assert film.width > 0.8 * show.slide_width or film.height > 0.75 * show.slide_height


@pytest.mark.parametrize("ratio", ["16:9", "4:3"])
def test_a_deck_is_such_as_powerpoint_writes(command, clips, ratio):
    command("slides", clips / "a.mp4", clips / "a.gif", "-o", "deck.pptx", "--ratio", ratio)
    found = validate_pptx("deck.pptx")
    assert found.is_valid, found.errors
    with ZipFile("deck.pptx") as package:
        names = package.namelist()
        deck_ = etree.fromstring(package.read("ppt/presentation.xml"))
    sides = {"16:9": ("12192000", "6858000", None), "4:3": ("9144000", "6858000", "screen4x3")}
    size = deck_.find("{*}sldSz")
    assert (size.get("cx"), size.get("cy"), size.get("type")) == sides[ratio]
    order = [child.tag.rpartition("}")[2] for child in deck_][:3]
    assert order == ["sldMasterIdLst", "notesMasterIdLst", "sldIdLst"]
    assert len(deck_.findall(".//{*}notesMasterId")) == 1
    assert not [name for name in names if "printerSettings" in name or "thumbnail" in name]


def test_notes_begin_with_what_happens_when(command):
    scene = Path("asked.toml")
    asked = '[[pause]]\nepoch = 60\ntext = "And now?"\n'
    scene.write_text(f"{command('show', 'momentum-09').out}\n{asked}")
    short = ["--set", "epochs=201", "--set", "timeline={kind='uniform', seconds=2}"]
    small = ["--size", "480x270", "--fps", "10", "-q"]
    assert command("slides", scene, *short, *small, "-o", "d.pptx").code == 0
    (page,) = pages("d.pptx")
    cues = page.notes_slide.notes_text_frame.text.split("\n\n")
    keys = {"epochs": 201, "timeline": {"kind": "uniform", "seconds": 2}}
    loaded = vizopt.load_scene(scene, keys)
    run = vizopt.record(loaded, "again.zarr")
    shown = run["epoch"][loaded.timeline.rows(run["epoch"], 10)]
    happened = {event.epoch: event.words for event in story.of(run).events}
    found = [re.fullmatch(r"([\d.]+) s, epoch (\d+)(?:, question)?: (.*)", cue) for cue in cues]
    told = [(float(m[1]), int(m[2]), m[3]) for m in found if m]
    assert len(told) == len(happened) + 1
    assert all(found[: len(told)])
    assert [seconds for seconds, _, _ in told] == sorted(seconds for seconds, _, _ in told)
    assert 60 not in shown  # the clip shows it for the question's sake
    for seconds, epoch, words in told:
        due = 60 if words == "And now?" else next(e for e, w in happened.items() if w == words)
        frame = round(seconds * 10)
        assert epoch == due
        assert shown[frame] >= due
        assert frame == 0 or shown[frame - 1] < due
    assert ", question: And now?" in "".join(cues)


def test_a_template_lists_the_master_of_its_notes_once(command, clips):
    for file, template in (("a.pptx", None), ("b.pptx", "a.pptx")):
        given = ["--template", template] if template else []
        command("slides", clips / "a.mp4", "-o", file, *given)
    found = validate_pptx("b.pptx")
    assert found.is_valid, found.errors
    with ZipFile("b.pptx") as package:
        assert package.read("ppt/presentation.xml").count(b"<p:notesMasterId ") == 1


def test_before_it_plays_a_clip_shows_its_start(command, clips):
    assert command("slides", clips / "a.mp4", "-o", "d.pptx", "-q").code == 0
    (page,) = pages("d.pptx")
    poster = Image.open(io.BytesIO(media(page, "/image")[0]))
    assert poster.size == (480, 270)
    from vizopt.flashes.decode import pictures

    first = next(iter(pictures(clips / "a.mp4")))
    assert poster.tobytes() == first.frame.tobytes()


def test_gifs_are_pictures(command, clips):
    ran = command("slides", "landscape", clips / "a.mp4", "--gif", "-o", "d.pptx", *SMALL)
    assert ran.code == 0, ran.err
    first, second = pages("d.pptx")
    assert media(first, "/image")[0].startswith(b"GIF89a")
    assert not first.element.xpath(".//p:timing")
    assert "1 minimum" in alt(movie(first)) or "minima" in alt(movie(first))
    assert media(second, "/media") == [(clips / "a.mp4").read_bytes()]


def test_a_template_keeps_its_master_and_slides(command, clips):
    mine = Presentation()
    mine.slides.add_slide(mine.slide_layouts[0]).shapes.title.text = "My course"
    mine.core_properties.author = "A teacher"
    mine.save("mine.pptx")
    ran = command("slides", clips / "a.mp4", "--template", "mine.pptx", "-o", "d.pptx", "-q")
    assert ran.code == 0, ran.err
    show = Presentation("d.pptx")
    assert [page.shapes.title.text for page in show.slides] == [
        "My course",
        "Stochastic gradient descent",
    ]
    assert show.slides[1].slide_layout.name == "Title Only"
    assert (show.slide_width, show.slide_height) == (mine.slide_width, mine.slide_height)
    assert show.core_properties.author == "A teacher"
    title = show.slide_layouts.get_by_name("Title Only").placeholders[0]
    assert (title.left, title.top, title.width, title.height) == (457200, 274638, 8229600, 1143000)
    assert movie(show.slides[1]).top >= title.top + title.height
    assert len(pages("mine.pptx")) == 1


def layouts_kept(path, names):
    """A deck whose master has only these layouts."""
    show = Presentation()
    for layout in list(show.slide_layouts):
        if layout.name not in names:
            show.slide_layouts.remove(layout)
    show.save(path)


def test_without_title_only_the_next_best_layout_is_taken_and_emptied(command, clips):
    layouts_kept("t.pptx", ["Title Slide", "Title and Content", "Two Content", "Blank"])
    assert (
        command("slides", clips / "a.mp4", "--template", "t.pptx", "-o", "d.pptx", "-q").code == 0
    )
    (page,) = pages("d.pptx")
    assert page.slide_layout.name == "Title and Content"
    assert len(list(page.placeholders)) == 1


def test_a_title_at_the_side(command, clips):
    layouts_kept("t.pptx", ["Vertical Title and Text"])
    assert (
        command("slides", clips / "a.mp4", "--template", "t.pptx", "-o", "d.pptx", "-q").code == 0
    )
    (page,) = pages("d.pptx")
    assert movie(page).left + movie(page).width <= page.shapes.title.left


@pytest.mark.parametrize("name", ["pptx", "html", "qmd"])
def test_a_clip_that_flashes_waits_and_warns(command, flashing, name):
    ran = command("slides", flashing, "-o", f"d.{name}", "-q")
    assert ran.code == 0, ran.err
    assert "flash.mp4  flashes: does not start by itself" in ran.out
    if name == "pptx":
        (page,) = pages("d.pptx")
        assert timing(page) == ("indefinite", None)
        assert page.notes_slide.notes_text_frame.text.startswith("This clip may flash.")
    else:
        text = Path(f"d.{name}").read_text()
        assert "autoplay" not in text
        assert "This clip may flash" in text


def test_the_lessons_look_shows_its_warning_first(command):
    assert command("slides", "sgd", "--allow-flashes", "-o", "d.pptx", *SMALL).code == 0
    (page,) = pages("d.pptx")
    assert timing(page) == ("indefinite", None)
    assert page.notes_slide.notes_text_frame.text.startswith("This clip may flash.")
    poster = Image.open(io.BytesIO(media(page, "/image")[0]))
    most = max(count for count, _ in poster.getcolors(1 << 24))
    assert most > 0.8 * poster.width * poster.height  # a card, not panels


TITLES = [HOSTILE, "x" * 5000, "two\nlines\tand\x0b more", "\x00\ufffe", "Ünïcödé 学习 🎓", "]]>"]


def test_a_file_name_is_no_xml(tmp_path, clips):
    clip = Path(shutil.copy(clips / "a.mp4", tmp_path / "Q&A 'x'.mp4"))
    slide = formats.slide(clip, ClipMetadata("Q&A", "Q&A", (), "", ""), check_flashes(clip))
    formats.write(tmp_path / "Q&A.pptx", [slide])
    (page,) = pages(tmp_path / "Q&A.pptx")
    assert page.shapes.title.text == movie(page).name == "Q&A"
    assert media(page, "/media") == [clip.read_bytes()]


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_any_title_can_be_read_again(tmp_path, clips, title):
    label = ClipMetadata(title, title, (title, "second"), f"title = {title!r}", "")
    slide = formats.slide(clips / "a.mp4", label, judged(clips / "a.mp4"))
    formats.write(tmp_path / "d.pptx", [slide])
    (page,) = pages(tmp_path / "d.pptx")
    shown = page.shapes.title.text
    assert shown == slide.title
    assert 0 < len(shown) <= 120
    assert shown[:40] == (" ".join(re.sub("[\0\x07\x0b\ufffe]", "", title).split()) or "a")[:40]
    size = page.shapes.title.text_frame.paragraphs[0].runs[0].font.size
    assert len(shown) < 40 or size <= 26 * 12700


class Page(HTMLParser):
    """The elements of a page and its text by element."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.comments, self.open = [], {}, [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("img",):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data

    def handle_comment(self, data):
        self.comments.append(data)


@pytest.fixture
def hostile(clips):
    label = ClipMetadata(
        HOSTILE, HOSTILE, (HOSTILE,), f"title = '{HOSTILE[:30]} {{{{< x >}}}} -->'\n", ""
    )
    return [formats.slide(clips / name, label, judged(clips / name)) for name in ("a.mp4", "a.gif")]


def test_reveal_sections_hold_what_they_were_given(hostile):
    page = Page(formats.SNIPPETS[".html"](hostile))
    tags = [tag for tag, _ in page.elements]
    section = ["section", "h2", "aside", "p", "p", "pre"]
    assert tags == [*section[:2], "video", *section[2:], *section[:2], "img", *section[2:]]
    video = dict(page.elements)["video"]
    assert video["src"] == "a.mp4"
    assert video["aria-label"] == " ".join(HOSTILE.replace("\x07", "").split())
    assert {"data-autoplay", "loop", "muted", "controls"} <= set(video)
    assert dict(page.elements)["img"]["alt"] == video["aria-label"]
    assert page.texts["h2"] == 2 * video["aria-label"]
    assert page.open == []


def test_slides_follow_the_paper_ink_and_font_of_the_clips_own_look(clips, tmp_path):
    around = {"paper": "#002b36", "ink": "#eee8d5", "muted": "#93a1a1"}
    label = ClipMetadata(
        "T", "T", ("p",), "title = 'T'\n", "", colours=around, font="Fira 'x\";}</style>"
    )
    slide = formats.slide(clips / "a.mp4", label, judged(clips / "a.mp4"))
    page = Page(formats.SNIPPETS[".html"]([slide]))
    assert page.elements[0] == (
        "section",
        {"data-background-color": "#ffffff"},
    )  # as players show it
    family = r'"Fira \27 x\22 \3b \7d \3c \2f style\3e "'
    assert page.elements[1] == ("h2", {"style": f"color: #eee8d5; font-family: {family}"})
    quarto = formats.SNIPPETS[".qmd"]([slide])
    assert quarto.startswith('## T {background-color="#ffffff"}\n\n')
    marp = formats.SNIPPETS[".md"]([slide])
    assert '<!--\n_backgroundColor: "#ffffff"\n_color: "#eee8d5"\n-->\n\n<style scoped>\n' in marp
    styled = f":is(h2, th) {{ color: #eee8d5; font-family: {family} }}\n</style>\n\n## T\n"
    assert styled in marp
    formats.write(tmp_path / "d.pptx", [slide])
    (made,) = pages(tmp_path / "d.pptx")
    (run,) = made.shapes.title.text_frame.paragraphs[0].runs
    assert run.font.name == label.font
    plain = [formats.slide(clips / "a.mp4", ClipMetadata("T", "T"), judged(clips / "a.mp4"))]
    for told in (write(plain) for write in formats.SNIPPETS.values()):
        assert not re.search(r"background|color: #|font-family", told, re.IGNORECASE)


def test_a_look_names_the_font_of_its_slides(descent):
    scene = parse_scene(descent.header.scene, "", {}, {"look.font": "DejaVu Serif"})
    shape = ClipOptions((640, 360), 20.0)
    told = story.of(descent, scene)
    assert (
        metadata_of(
            views_of({"": descent}, scene.timeline, shape.fps),
            scene,
            told,
            shape,
            card=0,
            warning="",
        ).font
        == "DejaVu Serif"
    )
    plain = parse_scene(descent.header.scene, "", {}, {})
    assert (
        metadata_of(
            views_of({"": descent}, plain.timeline, shape.fps),
            plain,
            told,
            shape,
            card=0,
            warning="",
        ).font
        == ""
    )


def test_quarto_slides_hold_no_foreign_shortcode_or_html(hostile):
    text = formats.SNIPPETS[".qmd"](hostile)
    assert text.count("{{<") == text.count("{{< video a.mp4 title=") == 1
    assert "<script" not in text.replace("\\<script", "")
    assert text.count("\n```\n") == text.count("```{=html}") + text.count("```toml")
    assert text.count("::: {.notes}") == 2
    assert "data-autoplay loop" in text


def test_a_marp_comment_ends_where_it_should(hostile):
    text = formats.SNIPPETS[".md"](hostile[1:])
    assert text.startswith("---\nmarp: true\n# Written by vizopt (")
    page = Page(text.replace("\\<", "&lt;"))
    assert page.elements == [("style", {"scoped": None})]
    assert len(page.comments) == 1
    assert text.endswith("-->\n")
    assert text.count("](a.gif)") == 1


def test_figures_in_an_alt_text_are_left_alone(clips):
    label = ClipMetadata(
        "1. Of", "Loss falls from 1.099 to 0.7 (by 36 %), x = -2; done: yes", ("- no",), "", ""
    )
    slide = formats.slide(clips / "a.gif", label, judged(clips / "a.gif"))
    text = formats.SNIPPETS[".md"]([slide])
    assert f"![h:606 {label.alt}](a.gif)" in text
    assert "## 1\\. Of\n" in text
    assert "\n\\- no\n" in formats.SNIPPETS[".qmd"]([slide])


def test_words_that_marp_takes_for_orders_are_none_in_an_alt_text(clips):
    label = ClipMetadata("t", "a bg in contrast w:20 to the blur", (), "", "")
    slide = formats.slide(clips / "a.gif", label, judged(clips / "a.gif"))
    words = (
        formats.SNIPPETS[".md"]([slide])
        .split("![h:606 ")[1]
        .split("]")[0]
        .replace("\\", "")
        .split()
    )
    assert not {"bg", "contrast", "blur"} & set(words)
    assert not [word for word in words if word.startswith("w:")]


@pytest.mark.parametrize(("flag", "file"), [("--reveal", "html"), ("--quarto", "qmd")])
def test_the_clips_lie_beside_a_snippet(command, clips, flag, file):
    ran = command("slides", "landscape", clips / "a.mp4", flag, *SMALL)
    assert ran.code == 0, ran.err
    made = {path.name for path in Path("outputs").iterdir()}
    assert made == {f"slides.{file}", "landscape.mp4", "landscape.txt", "a.mp4"}
    assert Path("outputs/a.mp4").read_bytes() == (clips / "a.mp4").read_bytes()
    text = html.unescape(Path(f"outputs/slides.{file}").read_text())
    assert 'src="landscape.mp4"' in text
    assert "http" not in text


def test_marp_takes_gifs(command, clips):
    assert command("slides", "landscape", clips / "a.gif", "--marp", *SMALL).code == 0
    made = {path.name for path in Path("outputs").iterdir()}
    assert made == {"slides.md", "landscape.gif", "landscape.txt", "a.gif"}


WRONG = [
    (["sgdd", "-o", "d.pptx"], 1, "sgdd: no such scene"),
    (["gone.mp4", "-o", "d.pptx"], 1, "gone.mp4: no such clip"),
    (["gone.zarr", "-o", "d.pptx"], 1, "gone.zarr: no such recording"),
    (["bad.mp4", "-o", "d.pptx"], 1, "bad.mp4: not an MP4"),
    (["bad.webm", "-o", "d.pptx"], 1, "bad.webm: slides play MP4 and GIF only"),
    (["sgd", "-o", "d.ppt"], 1, "d.ppt: unknown suffix '.ppt': a deck ends in .pptx, .html"),
    (["bad.mp4", "in/bad.mp4", "-o", "d.html"], 1, "in/bad.mp4: a second clip named bad.mp4"),
    (["sgd", "-o", "d.pptx", "--template", "gone.pptx"], 1, "gone.pptx: no such template"),
    (["sgd", "-o", "d.pptx", "--template", "bad.mp4"], 1, "bad.mp4: not a deck"),
    (["sgd", "-o", "d.pptx", "--template", "blank.pptx"], 1, "blank.pptx: has no layout"),
    (["sgd", "-o", "blank.pptx", "--template", "blank.pptx"], 1, "is the template itself"),
    (["sgd", "-o", "d.pptx", "--ratio", "3:2"], 2, "--ratio"),
    (["sgd", "--template", "blank.pptx", "--ratio", "4:3"], 2, "shape of the template's"),
    (["sgd", "-o", "d.html", "--ratio", "4:3"], 1, "d.html: only a .pptx has a ratio"),
    (["sgd", "--reveal", "-o", "d.pptx"], 2, "--reveal writes a .html file: d.pptx"),
    (["sgd", "--gif", "--allow-flashes"], 1, "a GIF on a slide plays by itself"),
    (["bad.mp4", "-o", "d.md"], 1, "bad.mp4: Marp plays GIFs only"),
    (["sgd", "-o", "d.pptx", "--size", "641x361"], 1, "needs even sides"),
    (["sgd", "-o", "bad.mp4/d.pptx"], 1, "bad.mp4/d.pptx: cannot write"),
    ([], 2, "Missing argument"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=lambda value: str(value)[:60])
def test_a_mistake_is_one_clear_line_before_any_training(command, arguments, code, message):
    layouts_kept("blank.pptx", ["Blank"])
    Path("in").mkdir()
    for name in ("bad.mp4", "bad.webm", "in/bad.mp4"):
        Path(name).write_bytes(b"no clip at all")
    ran = command("slides", *arguments)
    assert (ran.code, message in ran.err) == (code, True), ran.err
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("vizopt: ")
    made = {path.name for path in Path().rglob("*")} - {"bad.mp4", "bad.webm", "blank.pptx", "in"}
    assert made <= {"outputs"}


def test_a_gif_that_flashes_is_refused(command, flashing):
    import imageio_ffmpeg

    convert = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", flashing, "-y"]
    subprocess.run([*convert, "flash.gif"], check=True)
    ran = command("slides", "flash.gif", "-o", "d.pptx", "-q")
    assert ran.code == 1
    assert "flash.gif: flashes, and a GIF on a slide plays by itself: take an MP4" in ran.err
    assert not Path("d.pptx").exists()


@pytest.mark.parametrize("arguments", [["slides", "sgd"], ["make", "sgd"]], ids=lambda a: a[0])
def test_without_python_pptx_one_line_says_what_to_install(command, monkeypatch, arguments):
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    ran = command(*arguments, "-o", "d.pptx")
    assert ran.code == 1
    assert ran.err == (
        "vizopt: d.pptx: PowerPoint needs python-pptx: install it with: "
        'pip install "vizopt[slides]"\n'
    )


def test_an_error_leaves_the_old_deck(clips, tmp_path, monkeypatch):
    path = tmp_path / "d.pptx"
    path.write_bytes(b"old")
    part = tmp_path / "d.pptx.part"
    part.symlink_to("/dev/full")
    monkeypatch.setattr(atomic, "beside", {path: part}.get)
    with pytest.raises(vizopt.VizoptError, match="No space left"):
        deck.write(path, [str(clips / "a.mp4")], asked=request(overwrite=True))
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["d.pptx"]


def test_an_error_while_drawing_leaves_the_old_deck(tmp_path):
    path = tmp_path / "d.pptx"
    path.write_bytes(b"old")
    film = StreamSpec((64, 64), 10.0, lambda: [])
    with pytest.raises(ZeroDivisionError), format_of(path).open(path, film):
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["d.pptx"]


def test_a_deck_of_two_clips_is_not_judged_as_one(command, clips):
    command("slides", clips / "a.mp4", clips / "wide.mp4", "-o", "d.pptx", "-q")
    assert "d.pptx: holds 2 clips: take them one by one" in command("check", "d.pptx").err


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_every_slide_and_plays_two_clips_on_a_click(clips, tmp_path):
    files = [clips / name for name in ("a.mp4", "wide.mp4")]
    deck.write(tmp_path / "wide.pptx", [*map(str, files)])
    slides = [formats.slide(clip, ClipMetadata(clip.stem), judged(clip)) for clip in files]
    formats.write(tmp_path / "both.pptx", [formats.joined(slides), slides[0]], "4:3")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    convert = ["soffice", home, "--headless", "--convert-to", "odp", "--outdir", tmp_path]
    decks = [tmp_path / "wide.pptx", tmp_path / "both.pptx"]
    subprocess.run([*convert, *decks], check=True, capture_output=True, timeout=600)
    wide, both = (content(path.with_suffix(".odp")) for path in decks)
    assert wide.count("<draw:page ") == both.count("<draw:page ") == 2
    assert both.count("anim:command=") == 2
    assert both.count('presentation:node-type="on-click"') == 1
    assert both.count('presentation:node-type="with-previous"') == 1


def content(path):
    with ZipFile(path) as package:
        return package.read("content.xml").decode()


@pytest.mark.parametrize(("fps", "told"), [("60", True), ("50", False)])
def test_a_rate_that_a_gif_cannot_hold_is_told(command, fps, told):
    small = ["--seconds", "0.1", "--size", "480x270", "-q"]
    ran = command("slides", "landscape", "--gif", "-o", "d.html", "--fps", fps, *small)
    assert (ran.code, ran.err) == (0, "")
    assert ("clips at 50 fps, the nearest that a GIF can hold\n" in ran.out) == told
