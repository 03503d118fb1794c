"""A picture in the language of its look, and its texts in fonts that have them."""

import re
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from peers import schedules

import vizopt
from vizopt.clips import writing
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import SceneError, VizoptWarning
from vizopt.core.words import (
    _pattern,
    _places,
    checked,
    language,
    languages,
    phrase,
    setting_keys,
    table,
)
from vizopt.draw import fonts, glyphs
from vizopt.draw.glyphs import Glyphs, drawn_width, text_width
from vizopt.draw.header import _settings
from vizopt.draw.paint import drawn
from vizopt.draw.panels.arithmetic import NAMES, arithmetic
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.rule import rule
from vizopt.draw.theme import THEMES
from vizopt.draw.warning_card import _card
from vizopt.recording.descent import outcome
from vizopt.recording.events import first_times, highest_spike
from vizopt.recording.minima import minima_of
from vizopt.scene.load import load_scene, parse_scene
from vizopt.scene.written import scene_toml
from vizopt.train.optimizers import OPTIMIZERS, worked
from vizopt.train.problems import DATASETS
from vizopt.train.schedules import Constant

SEEN = {
    "de": ["Epoche", "Verlust", "Genauigkeit", "Lernrate", "Gewichte", "Änderung", "Klasse 0"],
    "fr": ["époque", "perte", "exactitude", "taux d'apprentissage", "poids", "classe 0"],
    "es": ["época", "pérdida", "exactitud", "tasa de aprendizaje", "pesos", "clase 0"],
}
MOVING = {
    "de": "Änderung: Epoche ",
    "fr": "mise à jour : époque ",
    "es": "actualización: época ",
}


def picture_of(run, size=(1280, 720), **look):
    keys = {f"look.{key}": value for key, value in look.items()}
    scene = parse_scene(run.header.scene, str(run.path), {}, keys)
    return planned_picture(run, scene, size, 20.0)


@pytest.mark.parametrize("tongue", languages())
def test_a_language_has_every_word_and_puts_in_what_english_does(tongue):
    words, english = table(tongue), table("en")
    assert list(words) == list(english)
    for key, text in words.items():
        assert _places(text) == _places(english[key]), key
        assert not fonts.lacking(text), key
    assert checked(words) == words


@pytest.mark.parametrize("tongue", SEEN)
def test_the_labels_of_a_network_are_said_in_the_language_of_the_look(tongue, run, texts):
    picture = picture_of(run, language=tongue)
    still = [text for text, _ in texts.still(picture)]
    for word in SEEN[tongue]:
        assert any(word in text for text in still), word
    english = {"epoch", "loss", "accuracy", "learning rate", "update", "weights", "class 0"}
    assert not english & set(still)
    moving = [text for text, _ in texts.moving(picture, len(picture) // 2)]
    assert any(text.startswith(MOVING[tongue]) for text in moving)


def test_a_descent_tells_what_happened_with_one_verdict_in_every_language(descent):
    for _, words in outcome(descent).events():
        assert str(words) == language("en").told(words)
        assert language("de").told(words) != str(words)
    told = phrase("at_step", at=59, event=phrase("reaches", minimum=phrase("the_global_minimum")))
    assert told == "step 59: reaches the global minimum"
    assert language("de").told(told) == "Schritt 59: erreicht das globale Minimum"
    assert language("fr").told(told) == "pas 59 : atteint le minimum global"
    assert language("es").told(told) == "paso 59: alcanza el mínimo global"


def test_a_numbered_minimum_has_its_article_in_a_sentence_and_none_on_the_curve(descent):
    minimum = next(each for each in minima_of(descent) if each.ordinal == 1)
    sentence = phrase("reaches", minimum=minimum.called)
    for tongue, called, named in (
        ("en", "reaches local minimum 1", "local minimum 1"),
        ("de", "erreicht das lokale Minimum 1", "lokales Minimum 1"),
        ("fr", "atteint le minimum local 1", "minimum local 1"),
        ("es", "alcanza el mínimo local 1", "mínimo local 1"),
    ):
        assert language(tongue).told(sentence) == called
        assert language(tongue).told(minimum.name) == named


def test_what_a_recording_says_in_english_is_said_anew():
    german = language("de")
    assert german.retold("class 12", "class") == "Klasse 12"
    assert german.retold("class twelve and more", "points") == "class twelve and more"
    plane = "principal components 1 × 2: 96% of the variance"
    keys = "principal_components", "variance"
    assert german.retold(plane, *keys) == "Hauptkomponenten 1 × 2: 96% der Varianz"
    assert german.retold("a × b: 7% of the variance", *keys) == "a × b: 7% der Varianz"


def test_the_card_is_said_in_the_language_of_the_look():
    theme = THEMES["light"]
    german = replace(theme, words=language("de"))
    assert (_card((320, 180), theme) != _card((320, 180), german)).any()


SCENE = """title = "T"
epochs = 3
[problem]
kind = "function"
f = "x**2"
interval = [-1.0, 1.0]
start = 0.5
[optimizer]
kind = "sgd"
lr = 0.1
[look]
language = "mine.toml"
"""


def test_a_file_of_ones_own_words_goes_into_the_scene_and_with_it(tmp_path, monkeypatch):
    (tmp_path / "scene.toml").write_text(SCENE, "utf-8")
    own = 'step = "ŝtupo"\n[settings]\nspiral = "spiralo"\n'  # in sections as the bundled ones
    (tmp_path / "mine.toml").write_text(own, "utf-8")
    scene = load_scene(tmp_path / "scene.toml")
    assert scene.look.language == {"step": "ŝtupo", "spiral": "spiralo"}
    again = parse_scene(scene_toml(scene), "recipe", {}, {})
    words = again.colours.words
    assert words.say("step") == "ŝtupo"
    assert words.say("loss") == "loss"
    monkeypatch.chdir(tmp_path)
    given = parse_scene(scene_toml(scene), "recipe", {}, {"look.language": "mine.toml"})
    assert given.colours.words.say("step") == "ŝtupo"


def test_words_that_are_missing_are_english_and_one_line_says_so(tmp_path):
    header = SimpleNamespace(settings="", plane="", classes=(), axes=())
    scene = load_scene("good", {"look.language": {"epoch": "epoko"}})
    writing._warn.cache_clear()
    with warnings.catch_warnings(record=True, action="always") as told:
        writing.warn(scene, header)
        writing.warn(scene, header)
    others = len(table("en")) - 1 - 3
    assert [str(line.message) for line in told] == [
        f"good: look.language: has no step, diverged, f_undefined and {others} more: "
        "English stands there"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        writing.warn(load_scene("good", {"look.language": "fr"}), header)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("xx", 'no such language: there are "de", "en", "es", "fr", or a file of words'),
        (3, "no such language"),
        ({"epohc": "E"}, 'epohc: unknown key: did you mean "epoch"?'),
        ({"epoch": 3}, "epoch: needs a text in one line"),
        ({"epoch": "a\nb"}, "epoch: needs a text in one line"),
        ({"epoch": "{unit}"}, "nothing is put in for {unit}: write it without"),
        ({"class": "{number.real}"}, "nothing is put in for {number.real}: there is {number}"),
        ({"class": "{number!r}"}, "nothing is put in for {number!r}: there is {number}"),
        ({"class": "{number"}, 'class: "{number": expected'),
        ("none.toml", "language: none.toml: cannot read: No such file"),
    ],
)
def test_wrong_words_are_one_line(given, line):
    with pytest.raises(SceneError) as error:
        load_scene("good", {"look.language": given})
    assert line in str(error.value)
    assert str(error.value).startswith("good: look")
    assert "\n" not in str(error.value)


def test_the_words_of_a_stranger_are_not_read_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text('step = "ŝtupo"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SceneError, match="no such language"):
        parse_scene(SCENE, "run.zarr", {}, {})


def made_font(path: Path, characters: str, family: str) -> None:
    """A font that has a square for each of the characters."""
    pen = TTGlyphPen(None)
    for i, point in enumerate([(100, 0), (100, 800), (900, 800), (900, 0)]):
        (pen.lineTo if i else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"c{ord(c):x}" for c in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"c{ord(c):x}" for c in characters})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400)
    builder.setupPost()
    builder.save(path)


@pytest.fixture
def only_dejavu(monkeypatch):
    """No other fonts than those that come with matplotlib."""
    ours = [font for font in font_manager.fontManager.ttflist if "mpl-data" in font.fname]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", ours)
    monkeypatch.setattr(fonts, "_once", lambda: None)
    forget = [fonts._chosen, glyphs.text_width, glyphs.drawn_width]
    for found in forget:
        found.cache_clear()
    yield
    for found in forget:
        found.cache_clear()


@pytest.fixture
def squares(only_dejavu, tmp_path):
    """A font with two signs of Japanese is installed."""
    made_font(tmp_path / "squares.ttf", "日本", "Squares")
    font_manager.fontManager.addfont(tmp_path / "squares.ttf")
    return "Squares"


def test_a_font_that_has_the_characters_is_found_and_measured(squares):
    assert fonts.families("日本 SGD") == ("DejaVu Sans", squares)
    assert fonts.families("SGD → ±") == ("DejaVu Sans",)
    assert fonts.lacking("日本語") == "語"
    assert fonts.shown("日本語!") == "日本□!"
    assert text_width("日本", 20) == drawn_width("日本", 20) == pytest.approx(38, abs=3)


def test_moving_text_has_what_the_strip_lacks(squares):
    glyphs = Glyphs(20.0, "#000000", "#ffffff")
    assert glyphs.width("日本1") == pytest.approx(text_width("日本", 20) + glyphs.width("1"), abs=1)
    pixels = np.full((40, 100, 4), 255, np.uint8)
    glyphs.write(pixels, "日本1", 0, 30)
    assert (pixels[:, :36, 0] < 128).sum() > 350  # two filled squares
    pixels[:] = 255
    glyphs.write(pixels, "Ä", 0, 30)
    assert (pixels[..., 0] < 128).any()


def test_characters_that_no_font_has_are_boxes_and_named_with_what_to_install(only_dejavu):
    line = fonts.warning(["日本語のタイトル", "x 👩‍🔬"])
    assert line == (
        "no installed font draws 日 (CJK), 本 (CJK), 語 (CJK), タ (Katakana), イ (Katakana) and "
        "4 more: boxes stand for them: install Noto Sans CJK and Noto Emoji"
    )
    assert fonts.shown("x 👩‍🔬 ไ") == "x □ □"
    assert fonts.warning(["ไ"]).endswith("ไ (Thai): boxes stand for them: install Noto Sans Thai")
    assert fonts.warning(["Σ é → العربية שלום ❤️"]) == ""
    width = text_width("□□", 20)
    assert text_width("日本", 20) == drawn_width("日本", 20) == pytest.approx(width, abs=1)


def test_a_title_is_warned_of_before_anything_is_trained(only_dejavu, tmp_path, monkeypatch):
    monkeypatch.setattr("vizopt.pipeline.prepared.train", lambda *_, **__: pytest.fail("trained"))
    writing._warn.cache_clear()
    scene = load_scene("good", {"title": "日本"})
    line = "^good: no installed font draws 日 .CJK., 本"
    with pytest.warns(VizoptWarning, match=line), pytest.raises(pytest.fail.Exception):
        vizopt.record(scene, tmp_path / "run.zarr")


def test_right_to_left_titles_run_from_right_to_left():
    def ink(text):
        figure = Figure((2, 0.5), dpi=72)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, 144), ylim=(36, 0))
        slot = DrawContext(axes, 144, 36, THEMES["light"], 1.0, None)
        slot.text(4, 24, text, 14)
        return drawn(FigureCanvasAgg(figure))[..., 0] < 128

    alef_at_right = ink("\u202dבא\u202c")  # forced to run from left to right
    assert (ink("אב") == alef_at_right).all()
    assert drawn_width("مرحبا", 20) < sum(drawn_width(c, 20) for c in "مرحبا")  # letters join
    strip = Glyphs(20.0, "#000000", "#ffffff")
    assert strip.width("مرحبا 1") == round(drawn_width("مرحبا 1", 20))


def test_words_of_the_settings_are_those_of_a_section_and_the_longest_come_first():
    keys = setting_keys()
    assert {"rate", "nesterov", "cosine", "moons", "race_seeds"} <= set(keys) <= set(table("en"))
    assert not {"from_to", "learning_rate", "loss"} & set(keys)  # "a to b.csv" is a file's name
    assert keys.index("momentum_decay") < keys.index("momentum")
    assert keys.index("sgd_momentum_torch") < keys.index("sgd_momentum")


LOWER = re.compile(r"\b[a-z][a-z-]+\b")
NAMES_OF_ALL = {"dropout", "softmax", "xor"}
# Words that a language shares with English.
SHARED = {
    "de": {"momentum", "batch", "gradient", "start", "seeds"},
    "fr": {"validation", "points", "classes", "cycle", "gradient"},
    "es": set(),
}


@cache
def settings_lines():
    """Of each schedule, rule and data set that has words, and of all else that stands there."""
    rates = [schedule.describe() for schedule in schedules()]
    own = [getattr(rule, "NAME", rule.__name__) for rule in OPTIMIZERS.values()]
    drawn_from_rules = [data() for name, data in DATASETS.items() if name not in ("csv", "npz")]
    ways = [getattr(data, "make", None) or data.measured for data in drawn_from_rules]
    own += [way(np.random.RandomState(0)).words for way in ways]
    lines = [f"SGD, learning rate {rate}" for rate in rates if has_words(rate)]
    lines += filter(has_words, own)
    lines += ["Muon (here SGD with momentum), first step 0.1, momentum decay 0.004"]
    lines += ["AdamW, learning rate 0.1, weight decay 0.1, decay 0.1, momentum 0.5", "start x = 2"]
    lines += ["SGD (PyTorch)  ·  SGDRegressor  ·  refitted  ·  150 samples, 3 classes"]
    lines += ["same data and first weights  ·  runs differ in x  ·  n = 5 seeds"]
    lines += ["2 → 64 ReLU → 3 softmax, batch 32, L2 0.0001, dropout 0.1, validation 0.25"]
    return lines


def has_words(line):
    """Whether languages have words for settings; what has none stays English in all of them."""
    keys = (*setting_keys(), "from_to")
    english = [item for item in line.split(", ") if set(LOWER.findall(item)) - NAMES_OF_ALL]
    return all(any(_pattern(key).fullmatch(item) for key in keys) for item in english)


def test_every_word_of_the_settings_is_that_of_a_rule_schedule_or_data_set():
    lines = [*settings_lines(), *(schedule.describe() for schedule in schedules())]
    items = [item for line in lines for item in re.split(r", |  ·  ", line)]
    dead = {key for key in setting_keys() if not any(map(_pattern(key).fullmatch, items))}
    assert dead == set()


@pytest.mark.parametrize("tongue", SEEN)
def test_rules_schedules_and_data_of_the_settings_are_said_in_the_language(tongue):
    slot = DrawContext(None, 800, 40, replace(THEMES["light"], words=language(tongue)), 1.0, None)
    for line in settings_lines():
        told = _settings(slot, line)
        english = set(LOWER.findall(line)) - NAMES_OF_ALL
        left = english & set(re.findall(r"[a-zäöüé-]+", told.lower())) - SHARED[tongue]
        assert not left, (line, told)
        assert re.findall(r"[0-9]+", told) == re.findall(r"[0-9]+", line)


def test_a_schedule_inside_another_is_said_too():
    slot = DrawContext(None, 800, 40, replace(THEMES["light"], words=language("de")), 1.0, None)
    line = "SGD, learning rate warm-up in 200, then 0.3, cosine to 0.001 in 1 800  ·  a to b.csv"
    assert _settings(slot, line) == (
        "SGD, Lernrate Anlauf über 200, dann 0.3, Kosinus auf 0.001 über 1 800  ·  a to b.csv"
    )
    assert _settings(slot, "SGD, learning rate 0.1 to 0.01, piecewise") == (
        "SGD, Lernrate 0.1 bis 0.01, stückweise"
    )


def test_every_name_of_the_arithmetic_that_has_words_is_that_of_a_rule():
    made = [rule(worked(kind(Constant(0.1)))) for kind in OPTIMIZERS.values()]
    decayed = [
        rule(worked(OPTIMIZERS[name](Constant(0.1), weight_decay=0.1)))
        for name in ("lion", "adamw")
    ]
    names = {line.name for rule in (*made, *decayed) for line in rule.lines}
    assert {*NAMES} - names == {"cache"}  # others are English in all languages
    assert {name: table("en")[name] for name in NAMES} == {name: name for name in NAMES}


@pytest.mark.parametrize(("tongue", "name"), [("de", "Geschwindigkeit"), ("fr", "vitesse")])
def test_the_arithmetic_names_its_results_in_the_language(descent, tongue, name):
    [step] = arithmetic(descent, [2]).values()
    english, told = step.lines(0), step.lines(0, language(tongue))
    assert english[0][0].startswith("velocity = ")
    assert told[0][0].startswith(f"{name} = ")
    assert [line[1:] for line in told] == [line[1:] for line in english]
    assert told[-1][0].startswith("x = ")


def test_events_of_a_network_are_said_in_the_language():
    loss = np.concatenate([np.linspace(2, 1, 200), [9.0], np.linspace(1, 0.5, 200)])
    told = [event.words for event in [*first_times(1 - loss / 2), *highest_spike(loss)]]
    assert [str(words) for words in told] == [
        "accuracy reaches 50\N{NO-BREAK SPACE}%",
        "accuracy reaches 75\N{NO-BREAK SPACE}%",
        "the loss jumps to 9.000",
    ]
    assert [language("es").told(words) for words in told] == [
        "la exactitud alcanza 50\N{NO-BREAK SPACE}%",
        "la exactitud alcanza 75\N{NO-BREAK SPACE}%",
        "la pérdida salta a 9.000",
    ]
