"""The player: exact frames, every key and button; nothing starts, speaks or leaves unasked.

In a real browser where there is one; what the page holds is tested without.
"""

import base64
import hashlib
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import numpy as np
import pytest
import tomli_w
from pages import (
    EPOCHS,
    FRAMES,
    LABEL,
    LOSS,
    READ,
    SIZE,
    checked,
    clip_of,
    data_of,
    paused,
    recipe_of,
    settle,
    shown,
    sought,
    until,
    write,
)

from vizopt.api.drawing import render
from vizopt.core.errors import SceneError
from vizopt.core.numbers import count, number
from vizopt.core.words import language, phrase, table
from vizopt.flashes import check_flashes
from vizopt.flashes.warning import CARD_WORDS
from vizopt.formats import ClipMetadata, Mark
from vizopt.scene.load import parse_scene

EVIL = "</script><script>alert(1)</script><!-- \"'& ]]> <img src=x onerror=alert(1)> Σ 渦 🌀"
QUESTION = "What will happen to the border next?"


# The file


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("page") / "blocks.html")


def test_a_page_is_said_in_the_language_of_its_clip(tmp_path):
    marks = (
        Mark(30, "300", phrase("loss_jumps", value="2.000")),
        Mark(90, "900", "a word of one's own"),
    )
    label = replace(LABEL, marks=marks, warning=CARD_WORDS, words=language("de"))
    page = write(tmp_path / "blocks.html", label).read_text("utf-8")
    assert '<html lang="de">' in page
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.S)
    numbers = dict(re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", body))
    assert list(numbers)[:3] == ["Epoche", "Verlust", "Lernrate"]
    assert "<b>Epoche 300</b> <span>der Verlust springt auf 2.000</span>" in body
    assert "<b>Epoche 900</b> <span>a word of one&#x27;s own</span>" in body
    warning = re.search(r'<p class="warning" id="warning">(.*?)</p>', body)[1]
    assert warning.startswith("Dieser Clip kann flackern. Er kann bei Menschen")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", body) == ["Was geschah", "Tasten"]
    assert re.findall(r"<summary>(.*?)</summary>", body) == ["In Worten", "Rezept"]
    assert '<div lang="en">\n<p>It counts.</p>' in body  # the story is told in English
    data = data_of(page)
    assert data["unit"] in data["names"]
    assert data["words"] == {
        **{"play": "Abspielen", "pause": "Pause", "speed": "Tempo", "frame": "Bild"},
        **{"loop_on": "Schleife an", "loop_off": "Schleife aus"},
        "at": "{name} {shown} von {last}",
        "copied": "Link kopiert",
        "in_address": "Der Link steht in der Adresszeile",
    }
    ours = [text for key, text in table("en").items() if key.startswith("page_")]
    same = {"Pause", "Player", "Position"}
    told = [*re.findall(r'(?:aria-label|title)="([^"]*)"', body), *re.findall(r">([^<>]+)<", body)]
    assert not [text for text in told if text in ours and text not in same]


def test_a_page_that_failed_the_check_says_so_in_its_language(tmp_path):
    label = replace(LABEL, words=language("fr"))
    page = write(tmp_path / "b.html", label, checked(False, 4.0)).read_text("utf-8")
    assert "Ce clip clignote jusqu&#x27;à 4 fois par seconde ; WCAG 2.2 en admet 3. Il peut" in page
    page = write(tmp_path / "c.html", label, checked(True, 2.0)).read_text("utf-8")
    assert "2× – peut clignoter</option>" in page


def test_the_policy_allows_the_pages_own_style_and_script_only(written):
    text = written.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["media-src"] == "blob: data:"
    assert rules["img-src"] == "data:"
    for tag, count_, rule in (("style", 1, "style-src"), ("script", 2, "script-src")):
        inner = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.S)
        assert len(inner) == count_
        digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()) for each in inner]
        assert rules[rule] == " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
    assert " style=" not in text
    assert not re.search(r"\son\w+=", text)


def test_nothing_comes_from_elsewhere(written):
    text = written.read_text(encoding="utf-8")
    assert "://" not in text
    sources = re.findall(r'(?:src|href)="([^"]{0,9})', text)
    assert sources == ["data:imag", "data:vide", "?embed=no"]


def test_it_holds_clip_numbers_and_recipe(written):
    text = written.read_text(encoding="utf-8")
    assert clip_of(text)[4:8] == b"ftyp"
    assert recipe_of(text) == LABEL.recipe
    data = data_of(text)
    assert data["names"] == ["epoch", "loss", "learning rate"]
    assert data["numbers"][0] == [count(int(epoch)) for epoch in EPOCHS]
    assert data["numbers"][1] == [number(loss) for loss in LOSS]
    assert "<p>It counts.</p>\n<p>Then it ends.</p>" in text


@pytest.mark.filterwarnings("ignore::vizopt.core.errors.VizoptWarning")  # a title in many scripts
def test_a_page_of_a_real_run_tells_its_verdict_and_recipe(run, tmp_path):
    clip = render(run, tmp_path / "sgd.html", size=(480, 270), fps=10, title=EVIL)
    text = clip.path.read_text(encoding="utf-8")
    (tmp_path / "inner.mp4").write_bytes(clip_of(text))
    again = check_flashes(tmp_path / "inner.mp4")
    assert clip.verdict.path == clip.path
    assert (clip.verdict.general, clip.verdict.red) == (again.general, again.red)
    assert clip.length == again.frames
    data = data_of(text)
    assert data["starts"] == clip.verdict.passed
    epochs = run["epoch"][
        parse_scene(run.header.scene, "x", {}, {}).timeline.rows(run["epoch"], 10)
    ]
    numbers = dict(zip(data["names"], data["numbers"], strict=True))
    assert numbers["epoch"] == [count(int(epoch)) for epoch in epochs]
    for name in ("loss", "accuracy"):
        assert numbers[name] == [number(run[name][epoch]) for epoch in epochs]
    assert tomllib.loads(recipe_of(text))["title"] == EVIL


def test_marks_name_the_frame_and_the_epoch_of_what_happened(written):
    found = re.findall(
        r'data-frame="(\d+)"><b>(.*?)</b> <span>(.*?)</span>', written.read_text(encoding="utf-8")
    )
    assert found == [
        ("30", "epoch 300", "accuracy reaches 50 %"),
        ("90", "epoch 900", "the loss jumps to 2.000"),
    ]


def test_a_clip_that_flashes_says_so(tmp_path):
    text = write(
        tmp_path / "a.html", check_flashes=lambda clip, _: check_flashes(clip, once=True)
    ).read_text("utf-8")
    assert not data_of(text)["starts"]
    assert "This clip flashes up to" in text
    assert "WCAG 2.2 allows 3" in text
    faster = write(tmp_path / "b.html", check_flashes=checked(flashes=1.5)).read_text("utf-8")
    assert ">2×<" in faster
    assert ">4× – may flash<" in faster


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def evil_label():
    unit = {EVIL: LABEL.numbers["epoch"]}
    return ClipMetadata(
        title=EVIL,
        alt=EVIL,
        paragraphs=(EVIL,),
        recipe=tomli_w.dumps({"title": EVIL}),
        warning=EVIL,
        unit=EVIL,
        numbers=unit | {f"{EVIL}2": LOSS},
        marks=(Mark(3, "30", EVIL),),
        pauses=((5, EVIL), (5, EVIL)),
    )


def test_markup_in_words_is_words(tmp_path):
    text = write(tmp_path / "evil.html", evil_label()).read_text(encoding="utf-8")
    parser = Tags()
    parser.feed(text)
    assert parser.tags.count("script") == 3
    assert parser.tags.count("img") == 1
    assert tomllib.loads(recipe_of(text))["title"] == EVIL
    assert data_of(text)["pauses"] == [{"frame": 5, "text": f"{EVIL}\n{EVIL}"}]


PAUSED = """
title = "x"
epochs = 5
pause = [{ epoch = EPOCH, text = "?" }]
problem = { kind = "network", data = { kind = "spiral" } }
optimizer = { kind = "sgd", lr = 1.0 }
"""


def test_a_pause_lies_within_the_run():
    assert parse_scene(PAUSED.replace("EPOCH", "4"), "x.toml", {}, {}).pause[0].epoch == 4
    with pytest.raises(SceneError) as caught:
        parse_scene(PAUSED.replace("EPOCH", "5"), "x.toml", {}, {})
    assert str(caught.value) == "x.toml: pause.0.epoch: 5: the run ends at epoch 4"


# In a browser


def test_fifty_seeks_show_the_exact_frame(visit, written):
    frames = np.random.RandomState(0).randint(0, FRAMES, 50).tolist()
    assert sought(visit(written), frames) == frames


def test_a_burst_of_seeks_ends_at_the_last(visit, written):
    page = visit(written)
    page.evaluate("for (let k = 0; k < 120; k += 7) stop(k)")
    assert shown(page) == 119


def test_every_key(visit, written):
    page = visit(written)
    press = page.keyboard.press
    steps = [
        ("Home", 0),
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("ArrowLeft", 10),
        ("Shift+ArrowLeft", 0),
        ("ArrowLeft", 0),
        ("End", FRAMES - 1),
        ("ArrowRight", FRAMES - 1),
    ]
    for key, k in steps:
        press(key)
        assert shown(page) == k, key
    speed = page.locator("#speed")
    for key, value in (("+", "2"), ("]", "4"), ("=", "4"), ("-", "2"), ("[", "1")):
        press(key)
        assert speed.input_value() == value
        assert page.evaluate("video.playbackRate") == float(value)
    loop = page.locator("#loop")
    for key, on in (("r", "false"), ("R", "true")):
        press(key)
        assert loop.get_attribute("aria-pressed") == on
    press("?")
    assert page.locator("#help").is_visible()
    press("Home")
    press("Escape")
    assert not page.locator("#help").is_visible()
    assert shown(page) == FRAMES - 1
    press("f")
    until(page, "document.fullscreenElement === player")
    press("f")
    until(page, "!document.fullscreenElement")
    press("Space")
    until(page, "!video.paused && frame > 3 && frame < 140")
    press("Space")
    assert paused(page)


def test_letters_can_be_switched_off(visit, written):
    page = visit(written)
    page.locator("#keys").click()
    page.locator("#letters").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in ("r", "l", "5", "?"):
        page.keyboard.press(key)
    assert shown(page) == FRAMES - 1
    assert page.locator("#loop").get_attribute("aria-pressed") == "true"
    assert not page.locator("#help").is_visible()
    page.keyboard.press("Home")
    assert shown(page) == 0


def test_keys_of_the_controls_are_not_doubled(visit, written):
    page = visit(written)
    page.locator("#seek").focus()
    page.keyboard.press("ArrowLeft")
    assert shown(page) == FRAMES - 2
    page.keyboard.press("PageUp")
    shown(page)
    page.locator("#play").focus()
    page.keyboard.press("Space")
    assert not paused(page)
    page.keyboard.press("Space")
    assert paused(page)
    page.locator("#speed").focus()
    at = shown(page)
    page.keyboard.press("ArrowRight")
    assert shown(page) == at


def test_every_button(visit, written):
    page = visit(written)
    for name, k in (
        ("To the start", 0),
        ("To the next picture", 1),
        ("To the next picture", 2),
        ("To the picture before", 1),
        ("To the end", FRAMES - 1),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        assert shown(page) == k
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "frame > 3 && frame < 140")
    page.get_by_role("button", name="Pause", exact=True).click()
    assert paused(page)
    page.get_by_label("Speed").select_option("0.25")
    assert page.evaluate("video.playbackRate") == 0.25
    page.get_by_role("button", name="Loop").click()
    assert page.locator("#loop").get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Full screen").click()
    until(page, "document.fullscreenElement === player")
    page.get_by_role("button", name="Full screen").click()
    until(page, "!document.fullscreenElement")
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Close").click()
    page.locator("#video").click()
    assert not paused(page)
    page.locator("#video").click()
    assert paused(page)


def test_marks_lead_to_what_happened(visit, written):
    page = visit(written)
    page.get_by_role("button", name="epoch 300 accuracy reaches 50 %").click()
    assert shown(page) == 30
    tick = page.locator(".tick").nth(1)
    assert "the loss jumps to 2.000" in tick.get_attribute("title")
    tick.click()
    assert shown(page) == 90
    assert page.locator("#events [aria-current]").inner_text().startswith("epoch 900")
    seek, place = page.locator("#seek").bounding_box(), tick.bounding_box()
    wanted = seek["x"] + 10 + (seek["width"] - 20) * 90 / (FRAMES - 1)
    assert place["x"] + place["width"] / 2 == pytest.approx(wanted, abs=1)


def test_what_stands_still_is_said_once(visit, written):
    page = visit(written)
    page.evaluate(
        "globalThis.told = []; new MutationObserver(() => told.push(byId('said').textContent))"
        ".observe(byId('said'), { childList: true })"
    )
    page.evaluate(
        "for (const key of ['Home', ...Array(5).fill('ArrowRight')])"
        "  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))"
    )
    said = f"epoch 50, loss {number(LOSS[5])}, learning rate 0.100"
    until(page, f"told.at(-1) === {said!r}")
    page.wait_for_timeout(400)
    before = len(page.evaluate("told"))
    assert before < 6  # not every key is spoken of
    page.keyboard.press("Space")
    until(page, "frame > 20")
    assert len(page.evaluate("told")) == before
    page.keyboard.press("Space")
    until(page, f"told.length > {before}")


def test_reduced_motion_shows_the_last_frame_and_waits(visit, written):
    page = visit(written)
    page.wait_for_timeout(150)
    assert paused(page)
    assert shown(page) == FRAMES - 1


def test_otherwise_it_starts_by_itself_silently(visit, written):
    page = visit(written, motion="no-preference", ready=False)
    until(page, "!video.paused && frame > 5")
    assert page.evaluate("video.muted")
    page.locator("#play .if-playing").wait_for()
    assert not page.locator("#play .if-paused").is_visible()
    page.keyboard.press("Space")
    page.locator("#play .if-paused").wait_for()
    assert not page.locator("#play .if-playing").is_visible()


@pytest.mark.parametrize("why", ["fails", "warned", "not checked"])
def test_a_clip_that_may_flash_waits(visit, tmp_path, why):
    label = ClipMetadata(title="x", warning="This clip flashes") if why == "warned" else LABEL
    check = {"fails": checked(False, 4.0), "warned": checked(), "not checked": None}[why]
    page = visit(write(tmp_path / "page.html", label, check), motion="no-preference")
    page.wait_for_timeout(150)
    assert paused(page)
    assert page.evaluate(READ) == 0
    assert page.locator("#warning").is_visible() == (why != "not checked")
    page.keyboard.press("Space")
    until(page, "!video.paused && frame > 3")


def test_at_the_end_it_loops_or_stays(visit, written):
    page = visit(written)
    page.evaluate("stop(140)")
    settle(page)
    page.keyboard.press("Space")
    until(page, "!video.paused && frame > 3 && frame < 100")
    page.keyboard.press("r")
    page.evaluate("stop(140)")
    settle(page)
    page.keyboard.press("Space")
    until(page, "video.paused && frame === 149")
    assert shown(page) == FRAMES - 1
    page.keyboard.press("Space")
    until(page, "!video.paused && frame > 3 && frame < 100")


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    from dataclasses import replace

    label = replace(LABEL, pauses=((20, QUESTION), (60, "And now?"), (FRAMES - 1, "Why?")))
    return write(tmp_path_factory.mktemp("asking") / "asking.html", label)


def test_a_pause_stops_and_goes_on(visit, asking):
    page = visit(asking, motion="no-preference", ready=False)
    question = page.locator("#question")
    question.wait_for()
    assert shown(page) == 20
    assert paused(page)
    assert QUESTION in question.inner_text()
    until(page, f"byId('said').textContent.startsWith('{QUESTION}, epoch 200')")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.get_by_role("button", name="Go on").click()
    assert not question.is_visible()
    until(page, "!question.hidden")
    assert shown(page) == 60
    page.keyboard.press("ArrowRight")
    assert not question.is_visible()
    page.keyboard.press("Space")
    until(page, "!question.hidden")
    assert shown(page) == FRAMES - 1
    assert "Why?" in question.inner_text()
    page.keyboard.press("Space")
    until(page, "!question.hidden && !video.seeking && frame === 20")
    assert shown(page) == 20


def test_a_jump_past_a_pause_does_not_bring_it_back(visit, asking):
    page = visit(asking)
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.evaluate("show(30)")
    until(page, "!question.hidden")
    assert shown(page) == 60


CONTROLS = """() => [...document.querySelectorAll("button, select, input[type=range]")]
  .filter((e) => e.checkVisibility())
  .map((e) => e.getBoundingClientRect())
  .map((box) => [box.x, box.width, box.height])"""


def test_it_fits_every_width(visit, asking):
    page = visit(asking)
    page.evaluate(
        "ask(data.pauses[0]); document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    for width, scheme in product((320, 360, 800, 1600), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        controls = page.evaluate(CONTROLS)
        assert len(controls) >= 15
        for x, across, height in controls:
            assert min(across, height) >= 40
            assert x >= 0
            assert x + across <= width + 0.5


CONTRAST = """() => {
  const lum = (text) => text.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? behind(element.parentElement) : colour;
  };
  return [...document.querySelectorAll("main *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.data?.trim()))
    .map((e) => {
      const [a, b] = [lum(getComputedStyle(e).color), lum(behind(e))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


def test_all_words_can_be_read(visit, tmp_path):
    from dataclasses import replace

    label = replace(LABEL, pauses=((20, QUESTION),), warning="It flashes")
    page = visit(write(tmp_path / "page.html", label))
    page.evaluate(
        "ask(data.pauses[0]); document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    for key in (None, "?"):
        if key:
            page.keyboard.press(key)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name(visit, asking):
    page = visit(asking)
    for control in page.locator("button, select, input").all():
        name = control.evaluate("e => e.ariaLabel || e.labels?.[0]?.textContent || e.textContent")
        assert name.strip()


def test_markup_in_words_stays_words(visit, tmp_path):
    page = visit(write(tmp_path / "evil.html", evil_label()))
    assert page.title() == EVIL
    assert page.locator("#warning").inner_text() == EVIL
    page.evaluate("ask(data.pauses[0])")
    assert page.locator("#asked").inner_text() == f"{EVIL}\n{EVIL}"
    page.wait_for_timeout(200)
    assert page.locator("img").count() == 1


def test_a_clip_that_does_not_play_leaves_the_last_frame_and_the_words(visit, written, tmp_path):
    broken = tmp_path / "broken.html"
    text = written.read_text(encoding="utf-8")
    broken.write_text(
        text.replace(base64.b64encode(clip_of(text)).decode(), "AAAA"), encoding="utf-8"
    )
    page = visit(broken, ready=False)
    page.locator("#trouble").wait_for()
    assert page.locator("#play").is_disabled()
    assert page.locator("#poster").evaluate("image => image.naturalWidth") == SIZE[0]
