"""The page beyond its buttons: questions, addresses, fingers, colours, frames, paper, no script."""

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from pages import (
    EPOCHS,
    FRAMES,
    LABEL,
    LOSS,
    READ,
    SIZE,
    clip_of,
    data_of,
    go,
    paused,
    settle,
    shown,
    until,
    write,
)
from PIL import Image

from vizopt.core.numbers import count, number
from vizopt.formats import Mark
from vizopt.formats.html.scale import scale

BUTTONS = ("1 SGD", "2 SGD 2", "3 Adam")
QUESTIONS = ((0, "What will it do?"), (60, "And now?"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("page") / "blocks.html")


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    label = replace(LABEL, pauses=QUESTIONS)
    return write(tmp_path_factory.mktemp("asking") / "asking.html", label)


@pytest.fixture(scope="module")
def coloured(tmp_path_factory):
    return write(tmp_path_factory.mktemp("coloured") / "a.html", replace(LABEL, around=PAPER))


def told(page):
    """What stands below the picture, as one reads it."""
    return [
        text.split("\n")[0] for text in page.locator("#events button:visible").all_inner_texts()
    ]


# Questions


def test_a_question_at_the_first_frame_stops_the_page_before_it_plays(visit, asking):
    page = visit(asking, motion="no-preference")
    assert page.locator("#asked").inner_text() == "What will it do?"
    page.wait_for_timeout(150)
    assert page.evaluate("video.played.length") == 0
    assert paused(page)
    assert shown(page) == 0
    page.get_by_role("button", name="Go on").click()
    until(page, "!video.paused && frame > 3 && question.hidden")


def test_nothing_that_comes_after_an_open_question_is_told_below_it(visit, asking):
    page = visit(asking)  # with reduced motion, which else opens on the last frame
    assert shown(page) == 0
    assert told(page) == ["epoch 0 What will it do?"]
    assert page.locator(".tick:visible").count() == 1
    assert not page.locator("#words").is_visible()
    assert page.locator("#video").get_attribute("aria-label") == "Blocks"
    page.evaluate("speed.value = 4; setSpeed()")
    page.get_by_role("button", name="Go on").click()
    until(page, "!question.hidden && frame === 60")
    assert told(page)[1:] == ["epoch 300 accuracy reaches 50 %", "epoch 600 And now?"]
    page.keyboard.press("Space")
    until(page, "!video.paused && frame > 62")
    assert len(told(page)) == 4
    assert page.locator("#words").is_visible()


def test_where_nothing_is_asked_all_is_told(visit, written):
    page = visit(written)
    assert shown(page) == FRAMES - 1
    assert len(told(page)) == 2
    assert page.locator("#words").is_visible()
    assert page.locator("#video").get_attribute("aria-label") == LABEL.alt


def test_the_picture_under_a_page_that_asks_is_its_first(asking, written):
    for page, k in ((asking, 0), (written, FRAMES - 1)):
        numbers = page.read_text("utf-8").partition('<dl class="numbers"')[2].partition("</dl>")[0]
        assert f"<dt>epoch</dt><dd>{count(int(EPOCHS[k]))}</dd>" in numbers


def test_a_jump_to_a_question_asks_it_and_one_past_it_does_not(visit, asking):
    page = visit(asking, at="#epoch=600")
    assert page.locator("#asked").inner_text() == "And now?"
    page.keyboard.press("Shift+ArrowRight")
    assert shown(page) == 70
    assert not page.locator("#question").is_visible()


def test_a_link_past_an_open_question_goes_there_and_answers_nothing(visit, asking):
    page = visit(asking, at="#epoch=1000")
    assert shown(page) == 100
    assert not page.locator("#question").is_visible()
    for more in (None, "ArrowRight", "End", "Space"):
        if more:
            page.keyboard.press(more)
        assert told(page) == ["epoch 0 What will it do?"]
        assert page.locator(".tick:visible").count() == 1
        assert not page.locator("#words").is_visible()
    until(page, "!question.hidden && frame === 0")  # it plays again, and asks
    page.evaluate("speed.value = 4; setSpeed()")
    page.get_by_role("button", name="Go on").click()
    until(page, "!question.hidden && frame === 60")
    assert told(page)[-1] == "epoch 600 And now?"
    page.evaluate("stop(100)")
    assert len(told(page)) == 3  # of the second one nothing more is told either
    page.locator("#events .pause").last.click()
    page.get_by_role("button", name="Go on").click()
    assert len(told(page)) == 4
    assert page.locator("#words").is_visible()


@pytest.mark.parametrize(
    ("at", "sizes"), [("", [(360, 740), (1280, 800)]), ("?embed", [(520, 320)])]
)
def test_a_question_hides_nothing_of_the_clip(visit, asking, at, sizes):
    page = visit(asking, at=at)
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        clip, question = (page.locator(name).bounding_box() for name in ("#video", "#question"))
        assert clip["y"] + clip["height"] <= question["y"] + 1
        play = page.locator("#play").bounding_box()
        assert question["y"] + question["height"] <= play["y"] + play["height"] <= height


# Addresses


@pytest.mark.parametrize(
    ("at", "k"), [("#epoch=701", 71), ("#step=700", FRAMES - 1), ("?x=1#epoch=20", 2)]
)
def test_an_address_opens_the_first_frame_of_its_epoch(visit, written, at, k):
    assert shown(visit(written, at=at)) == k


def test_an_address_does_not_play(visit, written):
    page = visit(written, at="#epoch=700", motion="no-preference")
    page.wait_for_timeout(150)
    assert shown(page) == 70
    for at, k in (("300", 30), ("99999", FRAMES - 1), ("0", 0), ("x", 0), ("20.5", 0), ("701", 71)):
        page.evaluate(
            f"""new Promise((done) => {{
              addEventListener("hashchange", () => setTimeout(done), {{ once: true }});
              location.hash = "epoch={at}";
            }})"""
        )
        assert shown(page) == k, at


def test_a_descents_address_counts_steps_and_its_page_says_fx(visit, tmp_path):
    numbers = {"step": EPOCHS, "loss": LOSS, "lr": np.full(FRAMES, 0.1)}
    file = write(tmp_path / "a.html", replace(LABEL, unit="step", kind="function", numbers=numbers))
    assert data_of(file.read_text("utf-8"))["names"] == ["step", "f(x)", "learning rate"]
    page = visit(file, at="#step=500")
    assert page.evaluate("frame") == 50
    assert page.get_by_label("Go to step").is_visible()
    assert "loss" not in page.locator("#controls").inner_text()


def test_the_field_goes_to_an_epoch(visit, written):
    page = visit(written)
    field = page.get_by_label("Go to epoch")
    field.fill("1111")
    field.press("Enter")
    assert shown(page) == 112
    field.fill("9999")
    page.get_by_role("button", name="Go", exact=True).click()  # there is no such epoch
    assert shown(page) == 112
    field.press("5")
    assert shown(page) == 112  # its digits are its own


def test_a_link_to_the_shown_epoch_is_copied(visit, written):
    page = visit(written, at="#epoch=40")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("stop(70)")
    page.get_by_role("button", name="Copy link to this epoch").click()
    page.get_by_text("Link copied").wait_for()
    link = f"{written.as_uri()}#epoch=700"
    assert page.url == link
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.context.clear_permissions()


def test_where_nothing_may_be_copied_the_link_is_in_the_address(visit, written):
    page = visit(written)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy link to this epoch").click()
    page.get_by_text("The link is in the address bar").wait_for()
    assert page.url.endswith("#epoch=1490")


def test_the_clip_is_downloaded_under_the_name_of_the_page(visit, written):
    page = visit(written)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download clip").click()
    assert found.value.suggested_filename == "blocks.mp4"
    assert found.value.path().read_bytes() == clip_of(written.read_text("utf-8"))


# Going through it


def test_keys_of_video_players(visit, written):
    page = visit(written)
    steps = (
        ("5", 75),
        ("0", 0),
        ("9", 134),
        ("j", 104),
        ("J", 74),
        ("l", 104),
        ("1", 15),
        ("j", 0),
    )
    for key, k in steps:
        page.keyboard.press(key)
        assert shown(page) == k, key
    page.keyboard.press("k")
    until(page, "!video.paused && frame > 2")
    page.keyboard.press("l")
    until(page, "!video.paused && frame > 32")
    page.keyboard.press("k")
    assert paused(page)


def test_arrows_go_to_the_picture_that_differs(visit, tmp_path):
    page = visit(write(tmp_path / "held.html", held=7))
    for key, k in (("Home", 0), ("ArrowRight", 7), ("ArrowRight", 14), ("ArrowLeft", 7)):
        page.keyboard.press(key)
        settle(page)
        assert page.evaluate("frame") == page.evaluate(READ) == k
    page.evaluate("stop(24)")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("frame") == 14
    page.evaluate("stop(24)")
    page.get_by_role("button", name="To the next picture").click()
    assert page.evaluate("frame") == 28
    page.evaluate("stop(148)")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("frame") == FRAMES - 1


def test_a_swipe_turns_to_the_next_picture(visit, written):
    page = visit(written, has_touch=True)
    page.keyboard.press("Home")
    touch = page.context.new_cdp_session(page)
    box = page.locator("#video").bounding_box()
    y = box["y"] + 50

    def swipe(start, end, down=0):
        for kind, x, by in (("Start", start, 0), ("Move", end, down), ("End", None, 0)):
            points = [] if x is None else [{"x": x, "y": y + by}]
            touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        settle(page)

    swipe(400, 200)
    assert shown(page) == 1
    swipe(400, 200)
    swipe(200, 400)
    assert shown(page) == 1
    swipe(300, 280)
    swipe(300, 200, 120)
    assert page.evaluate("frame") == 1
    assert paused(page)


def test_what_lies_under_the_pointer_is_shown_with_its_numbers(visit, asking, written):
    page = visit(written)
    box = page.locator("#seek").bounding_box()
    place = box["x"] + 10 + (box["width"] - 20) * 45 / (FRAMES - 1)
    page.mouse.move(place, box["y"] + 15)
    until(page, "!smallPicture.busy() && small.readyState >= 2")
    words = f"epoch 450 · loss {number(LOSS[45])} · learning rate 0.100"
    assert page.locator("#glanced").inner_text() == words
    assert page.evaluate(READ.replace("drawImage(video", "drawImage(small")) == 45
    assert shown(page) == FRAMES - 1
    glance = page.locator("#glance").bounding_box()
    assert glance["x"] + glance["width"] / 2 == pytest.approx(place, abs=1)
    page.keyboard.press("Escape")
    assert not page.locator("#glance").is_visible()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 15)
    glance = page.locator("#glance").bounding_box()
    assert glance["x"] + glance["width"] <= box["x"] + box["width"] + 0.5
    page.mouse.move(5, 5)
    assert not page.locator("#glance").is_visible()
    go(page, asking)  # what comes after the question is an answer
    page.mouse.move(place, box["y"] + 15)
    assert not page.locator("#glance").is_visible()


def test_round_epochs_are_written_where_they_are_first_shown():
    epochs = np.array([0, 0, 1, 2, 4, 8, 10, 20, 50, 99, 150, 300, 600, 1200, 2000, 2000, 2000])
    marks = [(mark.frame, mark.text, mark.rare) for mark in scale(epochs)]
    assert marks == [
        *((0, "0", False), (2, "1", True), (6, "10", False), (8, "50", True)),
        *((10, "100", False), (12, "500", True), (14, "2\u2009000", False)),
    ]
    assert [mark.text for mark in scale(np.array([5]))] == ["5"]
    assert scale(np.zeros(0, int)) == []


def test_epochs_under_the_slider_stand_at_their_frames_and_apart(visit, written):
    page = visit(written)
    for width, wanted in ((320, 4), (1280, 5)):
        page.set_viewport_size({"width": width, "height": 700})
        settle(page)
        seek = page.locator("#seek").bounding_box()
        ends = [seek["x"]]
        labels = page.locator("#scale span:visible").all()
        assert len(labels) == wanted
        for label in labels:
            box = label.bounding_box()
            assert box["x"] >= ends[-1] - 0.5
            ends.append(box["x"] + box["width"])
            k = int(label.inner_text().replace("\u2009", "")) // 10
            middle = seek["x"] + 10 + (seek["width"] - 20) * k / (FRAMES - 1)
            at = pytest.approx(box["x"] + box["width"] / 2, abs=1)
            assert k in (0, FRAMES - 1) or middle == at
        assert ends[-1] <= width


# Where it is shown


PAPER = {"paper": "#222831", "ink": "#eeeeee", "muted": "#aaaaaa", "rule": "#444444"}
GROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_page_has_the_colours_of_its_clip_unless_told_otherwise(visit, coloured):
    def ground(scheme):
        page.emulate_media(color_scheme=scheme)
        return page.evaluate(GROUND)

    page = visit(coloured)
    assert ground("light") == ground("dark") == "rgb(34, 40, 49)"
    go(page, coloured, "?colours=system")
    assert (ground("light"), ground("dark")) == ("rgb(255, 255, 255)", "rgb(17, 22, 28)")


def test_the_colours_of_a_page_are_chosen_below_it(visit, written, coloured):
    page = visit(coloured, color_scheme="light", at="#epoch=700")
    choice = page.get_by_label("Page colours")
    assert choice.locator("option").all_text_contents() == ["as the clip", "as this device"]
    assert choice.input_value() == "clip"
    choice.select_option("system")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    assert page.url.endswith("?colours=system#epoch=700")
    page.reload()
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    assert choice.input_value() == "system"
    choice.select_option("clip")
    assert page.evaluate(GROUND) == "rgb(34, 40, 49)"
    assert page.url.endswith("?#epoch=700")
    assert not go(page, written).get_by_label("Page colours").is_visible()


def test_forced_colours_keep_track_fill_marks_and_states(visit, asking):
    page = visit(asking, forced_colors="active", at="#epoch=700")
    system = page.evaluate(
        """() => ["CanvasText", "Highlight"].map((name) => {
          document.body.style.color = name;
          return getComputedStyle(document.body).color;
        })"""
    )
    text, highlight = system
    style = "getComputedStyle(document.querySelector('%s')%s).%s"
    mark = page.evaluate(style % (".tick.mark", ", '::after'", "backgroundColor"))
    question = page.evaluate(style % (".tick.pause", ", '::after'", "backgroundColor"))
    pressed = page.evaluate(style % ("#loop", "", "backgroundColor"))
    now = page.evaluate(style % ("#events [aria-current]", "", "backgroundColor"))
    assert [mark, question, pressed, now] == [text, highlight, highlight, highlight]
    page.keyboard.press("r")
    assert page.evaluate(style % ("#loop", "", "backgroundColor")) != highlight
    png = BytesIO(page.locator("#seek").screenshot())
    found = Image.open(png).convert("RGB").getcolors(1 << 20)
    large = {colour for area, colour in found if area > 300}  # canvas, edge of the track, its fill
    assert {(255, 255, 255), (0, 0, 0)} < large


def test_embedded_a_page_fits_a_frame_of_520_by_320(visit, asking, tmp_path):
    framed = write(tmp_path / "framed.html", replace(LABEL, pauses=QUESTIONS), embed=True)
    page = visit(framed, width=520, height=320)
    for file in (framed, asking):
        if file is asking:
            go(page, asking, "?embed")
        size = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert size == [520, 320]
        controls = page.locator("button:visible, a:visible, input:visible").all()
        assert len(controls) == 5  # go on, the slider, play, the whole screen, the whole page
        for control in controls:
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 520
            assert 0 <= box["y"] <= box["y"] + box["height"] <= 320
        assert page.locator("#now").inner_text() == "epoch 0 of 1\u2009490"
        page.get_by_role("button", name="Go on").click()
        assert page.locator("#screen").bounding_box()["height"] >= 270
        page.keyboard.press("Shift+ArrowRight")
        with page.context.expect_page() as whole:
            page.get_by_role("link", name="Open the whole page").click()
        assert whole.value.url == f"{file.as_uri()}?embed=no#epoch={10 * page.evaluate('frame')}"
        whole.value.get_by_label("Go to epoch").wait_for()
        whole.value.close()  # one that stays in front slows all that come after


def test_paper_has_the_words_and_no_buttons(visit, written, asking):
    page = visit(written)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.get_by_text("Then it ends.").is_visible()
    assert page.get_by_text("the loss jumps to 2.000").is_visible()
    for name in ("#play", "#loop", "#seek", "#goto", "#link", "#save", "#speed"):
        assert not page.locator(name).is_visible(), name
    assert page.locator("#numbers").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.evaluate("story.open")
    assert page.pdf().startswith(b"%PDF")
    go(page, asking)
    assert page.locator("#asked").is_visible()
    assert not page.locator("#on").is_visible()


def test_without_a_script_the_browser_plays_and_the_words_are_there(visit, written):
    page = visit(written, ready=False, java_script_enabled=False)
    video = page.locator("#video")
    assert video.is_visible()
    assert video.get_attribute("controls") is not None
    assert page.locator(".note").inner_text().startswith("Without JavaScript the clip plays")
    assert not page.locator("#controls").is_visible()
    assert page.get_by_text("accuracy reaches 50 %").is_visible()
    page.get_by_text("In words").click()
    assert page.get_by_text("It counts.").is_visible()
    page.locator("summary", has_text="Recipe").click()
    assert page.get_by_text('title = "Blocks"').is_visible()


VIEWS = {
    "whole": {},
    "phone": {"width": 360, "height": 740},
    "embedded": {"width": 520, "height": 320, "at": "?embed"},
    "dark": {"color_scheme": "dark", "at": "?colours=system#epoch=600"},
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(visit, asking, view):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(asking, **VIEWS[view])
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    if view == "whole":
        page.keyboard.press("?")
        assert axe.run(page).violations_count == 0


@pytest.mark.parametrize("view", ["whole", "embedded"])
def test_tab_reaches_every_control_and_shows_where_it_is(visit, asking, view):
    page = visit(asking, **VIEWS[view])
    wanted = page.locator(
        "button:visible, a:visible, select:visible, input:visible, summary:visible"
    ).count()
    reached = set()
    for _ in range(wanted + 3):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const e = document.activeElement;
            return [e.id || e.textContent, getComputedStyle(e).outlineStyle]; }"""
        )
        if told[0]:
            reached.add(told[0])
            assert told[1] != "none" or told[0].startswith("\n"), told
    assert len(reached) >= wanted


def test_the_picture_is_where_it_was_drawn(written):
    text = written.read_text("utf-8")
    assert f'id="poster" lang="en" width="{SIZE[0]}" height="{SIZE[1]}"' in text


def test_what_happened_has_its_own_epoch_where_no_frame_shows_it(visit, tmp_path):
    """At 697, between two frames: the button leads to the frame of 700 and does not say so."""
    file = write(tmp_path / "a.html", replace(LABEL, marks=(Mark(70, "697", "it happens"),)))
    page = visit(file)
    button = page.locator("button.mark")
    assert button.inner_text().split() == ["epoch", "697", "it", "happens"]
    button.click()
    assert shown(page) == 70


# Several runs


def test_a_run_that_is_pointed_at_focused_or_chosen_stands_out(visit, tmp_path):
    numbers = {"epoch": EPOCHS, "SGD loss": LOSS, "Adam loss": LOSS, "SGD 2 loss": LOSS}
    rows = np.tile([40, 90, 80, 45], (FRAMES, 1))
    rows[60:, 1] = 20  # it takes the lead
    ends = np.column_stack([np.arange(FRAMES) + 100, np.full(FRAMES, 70)])
    spots = {"SGD": [rows, ends], "SGD 2": [], "Adam": [np.array([[0, 0, 80, 90]])]}
    label = replace(LABEL, numbers=numbers, runs=tuple(spots))
    page = visit(write(tmp_path / "race.html", label, spots=lambda: spots))

    def there():
        """What of the picture is not covered, and the numbers that are not dim."""
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
        spots = page.evaluate(
            """() => byId("veil").hasAttribute("hidden")
                || getComputedStyle(byId("veil")).display === "none"
                ? null
                : ["boxes", "frames", "lines"].map((id) => {
                    const box = byId(id).getBBox();
                    return [box.x, box.y, box.width, box.height];
                })"""
        )
        dim = page.locator("#numbers .dim dt").all_inner_texts()
        return spots, dim

    def around(x, y, width, height):
        return [x - 4, y - 4, width + 8, height + 8]

    adam = [around(0, 0, 80, 90)] * 2 + [[0, 0, 0, 0]]
    first, overtaken = around(40, 20, 80, 45), around(40, 90, 80, 45)
    button = {name: page.get_by_role("button", name=name, exact=True) for name in BUTTONS}
    assert there() == (None, [])
    button["1 SGD"].hover()
    assert there() == ([first, first, [100, 70, 149, 0]], ["Adam loss", "SGD 2 loss"])
    veil, video = (page.locator(at).bounding_box() for at in ("#veil", "#video"))
    assert veil == pytest.approx(video, abs=1)
    for k, row in ((59, overtaken), (60, first)):
        page.evaluate(f"stop({k})")
        assert there()[0] == [row, row, [100, 70, k, 0]]
    page.mouse.move(1, 1)
    assert there() == (None, [])
    button["3 Adam"].focus()
    assert there() == (adam, ["SGD loss", "SGD 2 loss"])
    page.keyboard.press("Enter")
    assert button["3 Adam"].get_attribute("aria-pressed") == "true"
    button["2 SGD 2"].focus()
    assert there() == (None, ["SGD loss", "Adam loss"])
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert there()[0] == adam
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    button["3 Adam"].click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    assert there() == (None, [])


def test_runs_are_numbered_from_one_on(tmp_path):
    label = replace(LABEL, runs={"SGD": None, "Adam": None})
    text = write(tmp_path / "race.html", label).read_text("utf-8")
    buttons = re.findall(r'data-run="(.)"><b>(.)</b> (\w+)<', text)
    assert buttons == [("1", "1", "SGD"), ("2", "2", "Adam")]


def test_a_page_of_one_run_has_no_choice_of_runs(written):
    assert 'id="runs"' not in written.read_text("utf-8")
