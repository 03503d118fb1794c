"""A look of one's own: a file or a scene's [look] changes a theme, and every colour is checked."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core import library
from vizopt.core.contrast import apart, contrast, nearest, ratio
from vizopt.core.errors import SceneError
from vizopt.core.oklab import luminance, oklab
from vizopt.draw.glyphs import Glyphs, strip, text_width
from vizopt.draw.looks.look import LookSpec, resolved
from vizopt.draw.theme import THEMES
from vizopt.scene.load import load_look, parse_scene
from vizopt.scene.written import scene_toml
from vizopt.story.picture import _signs

SOLARIZED = {"paper": "#002b36", "ink": "#eee8d5", "classes": ["#b58900", "#2aa198", "#d33682"]}


def sgd(theme="light", **look):
    return vizopt.load_scene("sgd", {"theme": theme, "look": look})


def wrong(theme="light", **look):
    """What is said of a look that cannot be used, one line."""
    with pytest.raises(SceneError) as error:
        sgd(theme, **look)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_is_a_look_that_can_be_copied(name, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(library.look(name))
    table = load_look(file)
    assert set(table) == set(LookSpec.__dataclass_fields__)
    for other in THEMES:  # a whole look does not depend on what it is laid over
        assert resolved(other, LookSpec(**table)) == THEMES[name]


def test_show_prints_a_look(command):
    for name in THEMES:
        assert command("show", name).out.strip() == library.look(name).strip()


def test_a_scene_without_a_look_is_what_it_was():
    scene = vizopt.load_scene("sgd")
    assert scene.look is None
    assert scene.colours is THEMES["light"]
    assert "look" not in tomllib.loads(scene_toml(scene))
    assert vizopt.load_scene("sgd", {"theme": "dark"}).colours is THEMES["dark"]


def test_text_and_theme_and_look_make_one_theme():
    theme = sgd("dark", **SOLARIZED, text="large", font="dejavu serif").colours
    assert (theme.paper, theme.ink, theme.text) == ("#002b36", "#eee8d5", "large")
    assert theme.classes == ("#b58900", "#2aa198", "#d33682")
    assert theme.family == "DejaVu Serif"
    assert (theme.muted, theme.diverging) == (THEMES["dark"].muted, "berlin")


# --- colours are checked ---


def test_contrast_is_wcags():
    assert contrast(["#000000"], ["#ffffff"])[0, 0] == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == "4.47:1"  # 4.478: not rounded up
    assert ratio("#767676", "#ffffff") == "4.54:1"


@pytest.mark.parametrize("colour", ["#888888", "#ff8a70", "#ffee00", "#ffffff"])
def test_the_nearest_colour_that_passes_has_its_hue_and_just_passes(colour):
    found = nearest(colour, ["#ffffff"], 4.5)
    assert 4.5 <= contrast([found], ["#ffffff"])[0, 0] < 4.65
    (_, own), (_, hue) = oklab(np.array([to_rgb(colour)])), oklab(np.array([to_rgb(found)]))
    if abs(own[0]) > 0.03:
        assert abs(np.angle(hue / own, deg=True)[0]) < 4
    assert nearest("#123456", ["#ffffff"], 4.5) == "#123456"
    assert nearest("#123456", ["#000000", "#ffffff"], 5) is None


@pytest.mark.parametrize(
    ("look", "key", "said"),
    [
        ({"ink": "#888"}, "ink", "#888888 on paper #ffffff has 3.54:1, 4.5:1 at least: "),
        ({"muted": "#aaaaaa"}, "muted", "#aaaaaa on paper #ffffff has 2.32:1"),
        ({"paper": "black"}, "paper", "#000000: ink #1b2733 has 1.38:1 with it, 4.5:1 at least: "),
        ({"accents": {"loss": "#f88"}}, "accents.loss", "#ff8888 on paper #ffffff has 2.3:1"),
        ({"edge": "#eee"}, "edge", "3:1 at least"),
        ({"border": "#ccc"}, "border", "3:1 at least"),
    ],
)
def test_a_pair_that_fails_is_named_with_its_ratio_and_what_passes(look, key, said):
    text = wrong(**look)
    assert text.startswith(f"sgd: look.{key}: ")
    assert said in text
    passing = re.findall("#[0-9a-f]{6}(?= passes)", text)[0]
    keys = dict.fromkeys(look, passing) if key != "accents.loss" else {}
    sgd(**keys or {"accents": {"loss": passing}})  # it does


@pytest.mark.parametrize(
    ("theme", "look", "other"),
    [
        ("light", {"paper": "#002b36"}, "dark"),
        ("light", {"paper": "#002b36", "ink": "#eee8d5"}, "dark"),  # a map for weights ends there
        ("print", {"paper": "#002b36"}, "dark"),
        ("dark", {"paper": "#fdf6e3", "ink": "#073642"}, "light"),
        ("light", {"paper": "#808080"}, ""),  # no theme is one for it
    ],
)
def test_a_look_that_is_one_for_another_theme_says_so(theme, look, other):
    with pytest.raises(ValueError, match=r"^look\.paper: ") as caught:
        resolved(theme, LookSpec(**look))
    way = f'; or start from the {other} theme: theme = "{other}" (--theme {other})'
    assert str(caught.value).endswith(way) is bool(other)
    assert (" theme: " in str(caught.value)) is bool(other)
    if other:
        resolved(other, LookSpec(**look))


def test_what_a_look_does_not_name_follows_what_it_names():
    theme = sgd(paper="#000000", ink="#ffffff").colours
    for colour in (theme.muted, *dict(theme.accents).values()):
        assert contrast([colour], ["#000000"])[0, 0] >= 4.5
    assert theme.muted != THEMES["light"].muted
    grounds = [to_hex(tint / 255) for tint in theme.tints(10)] + [theme.paper]
    assert np.maximum(contrast([theme.edge], grounds), contrast(theme.classes, grounds)).min() >= 3
    pale = sgd(paper="#000000", ink="#ffffff", classes=["#2a2a2a", "#400000"]).colours
    assert contrast([pale.edge], ["#000000"])[0, 0] >= 3  # the fills do not
    assert pale.edge != THEMES["light"].edge


def test_points_may_be_seen_by_their_fill_alone():
    look = {"classes": ["#7a4b00", "#004a8f"], "edge": "#cfd4da"}
    theme = sgd(**look).colours
    assert theme.edge == "#cfd4da"
    tints = [to_hex(tint / 255) for tint in theme.tints(2)]
    assert contrast(theme.classes, tints).min() >= 3
    assert contrast([theme.edge], tints).min() < 3


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({"paper": "bleu"}, 'look.paper: "bleu" is no colour: did you mean "blue"?'),
        ({"paper": "#12"}, 'look.paper: "#12" is no colour: write it like #3f90da'),
        ({"paper": "#12345678"}, "is no colour"),
        ({"paper": "C0"}, "is no colour"),
        ({"paper": 5}, "look.paper: 5: should be a valid string"),
        ({"papier": "red"}, 'look.papier: unknown key (did you mean "paper"?)'),
        ({"classes": ["red"]}, "look.classes: ['red']: needs 2 values at least"),
        ({"classes": ["red", "blue", "#f00"]}, "look.classes: #ff0000 stands for two classes"),
        ({"classes": ["red", "grün"]}, 'look.classes.1: "grün" is no colour'),
        ({"diverging": "RdBu_x"}, 'look.diverging: no map "RdBu_x": near is "RdBu_r"'),
        ({"diverging": ["red"]}, "needs two or three colours"),
        ({"diverging": "gray"}, "its positive end #ffffff cannot be told from zero"),
        ({"diverging": ["#fefefe", "red"]}, "its negative end #fefefe cannot be told from zero"),
        ({"diverging": ["red", "#f01000"]}, "cannot be told apart"),
        ({"font": "Dejavu Sanz"}, 'look.font: no font "Dejavu Sanz" here: near is "DejaVu Sans"'),
        ({"font": "Qqqqq"}, "there are: "),
        ({"text": "huge"}, "look.text"),
        ({"transparent": "yes"}, "look.transparent"),
    ],
)
def test_what_no_look_can_say_is_one_line(look, said):
    assert said in wrong(**look)


def test_zero_cannot_be_lost_in_a_dark_paper_either():
    assert "its positive end #1a1a1a cannot be told" in wrong("dark", diverging="RdGy")


# --- classes, weights, font ---


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "classes",
    [["red", "lime", "blue"], ["#b58900", "#2aa198", "#d33682", "#268bd2"], ["black", "white"],
     ["#cc0000", "#bb0011", "#dd1100", "#ff3300", "#aa0000"], ["yellow", "cyan", "magenta"]],
    ids=str,
)  # fmt: skip
def test_regions_take_the_hue_of_a_users_classes_and_cannot_flash(theme, classes):
    own = resolved(theme, LookSpec(classes=classes))
    tints = own.tints(len(classes))[:, :3] / 255
    _, hue = oklab(tints)
    _, wanted = oklab(np.array([to_rgb(colour) for colour in classes]))
    coloured = (abs(wanted) > 0.05) & (abs(hue) > 0.02)
    assert (abs(np.angle(hue[coloured] / wanted[coloured], deg=True)) < 6).all()
    assert len(np.unique(tints, axis=0)) == len(classes)
    if theme != "print":
        shares = np.random.RandomState(0).dirichlet(np.full(len(classes), 0.3), 500)
        assert np.ptp(luminance(np.vstack([tints, shares @ tints]))) < 0.1
        level = luminance(THEMES[theme].tints(len(classes))[:, :3] / 255)
        assert abs(luminance(tints).mean() - level.mean()) < 0.03
    grounds = [*map(to_hex, tints), own.paper]
    seen = np.maximum(contrast([own.edge], grounds), contrast(own.classes, grounds))
    assert seen.min() >= 3
    assert contrast([own.border], grounds[:-1]).min() >= 3
    assert (np.argsort(luminance(tints)) == np.argsort(luminance(
        np.array([to_rgb(colour) for colour in classes])))).all() or theme != "print"  # fmt: skip


def test_a_copied_look_with_other_classes_takes_their_regions():
    table = tomllib.loads(library.look("light")) | {"classes": ["red", "lime", "blue"]}
    assert (
        resolved("light", LookSpec(**table)).regions
        == sgd(classes=["red", "lime", "blue"]).colours.regions
    )
    own = table | {"regions": [["#ffd0c0", "#c8e8c0", "#c0d0ff"]]}
    assert resolved("light", LookSpec(**own)).regions == (("#ffd0c0", "#c8e8c0", "#c0d0ff"),)


def test_more_classes_than_colours_get_greyer_ones():
    theme = sgd(classes=["#b58900", "#2aa198"]).colours
    tints = theme.tints(6)
    assert len(np.unique(tints, axis=0)) == 6
    assert np.array_equal(tints[:2], theme.tints(2))


def test_points_have_a_users_colours(run):
    scene = parse_scene(run.header.scene, "", {}, {"look": SOLARIZED, "theme": "dark"})
    frame = planned_picture(run, scene, (640, 360), 10.0)[0][..., :3].reshape(-1, 3)
    for colour in (*SOLARIZED["classes"], SOLARIZED["paper"]):
        rgb = [round(255 * channel) for channel in to_rgb(colour)]
        assert (frame == rgb).all(axis=1).any(), colour


@pytest.mark.parametrize("paper", ["#ffffff", "#fdf6e3", "#11161c"])
def test_two_colours_are_the_ends_of_a_map_whose_zero_is_the_paper(paper):
    theme = replace(THEMES["light"], paper=paper, diverging=("#0000ff", "#ff8800"))
    shades = theme.shades(255)[:, :3].astype(int)
    assert shades[0].tolist() == [0, 0, 255]
    assert shades[-1].tolist() == [255, 136, 0]
    assert to_hex(shades[127] / 255) == paper
    half = (np.array([0, 0, 255]) + np.array(to_rgb(paper)) * 255) / 2
    assert abs(shades[63] - half).max() <= 2


@pytest.mark.parametrize(
    ("theme", "look", "said"),
    [
        ("light", {}, "red where positive, blue where negative, paler the smaller"),
        ("dark", {}, "red where positive, blue where negative, darker the smaller"),
        ("print", {}, "orange where positive, purple where negative, paler the smaller"),
        ("light", {"diverging": "RdBu"}, "blue where positive, red where negative, paler"),
        ("light", {"diverging": "PRGn_r"}, "purple where positive, green where negative"),
        ("dark", {"diverging": "bwr"}, "red where positive, blue where negative, darker"),
        ("light", {"diverging": "viridis"}, "coloured by sign and size"),
        ("light", {"diverging": ["navy", "crimson"]}, "coloured by sign and size"),
    ],
)
def test_the_text_alternative_says_the_colours_of_signs_or_none(theme, look, said):
    colours = sgd(theme, **look).colours
    assert _signs(colours).startswith(said)
    shades = colours.shades(255)[:, :3].astype(int)
    if said.startswith("red"):
        assert shades[250, 0] > shades[250, 2]
    if said.startswith(("blue", "purple")):
        assert shades[250, 2] > shades[250, 1]


def test_a_font_is_that_of_both_kinds_of_text(run, texts, monkeypatch):
    scene = parse_scene(run.header.scene, "", {}, {"look": {"font": "DejaVu Serif"}})
    families = []
    plain = Glyphs.__init__

    def noted(self, size, colour, paper, weight="normal", family=""):
        families.append(family)
        plain(self, size, colour, paper, weight, family)

    monkeypatch.setattr(Glyphs, "__init__", noted)
    strip.cache_clear()
    picture = planned_picture(run, scene, (640, 360), 10.0)
    assert set(families) == {"DejaVu Serif"}
    names = {text.get_fontname() for axes in picture.figure.axes for text in axes.texts}
    assert names == {"DejaVu Serif"}
    assert text_width("width", 20, family="DejaVu Serif") != text_width("width", 20)
    strip.cache_clear()


# --- the command ---


def test_the_command_takes_a_look_and_a_clip_keeps_it(command, run, tmp_path):
    Path("mine.toml").write_text(
        'paper = "#fdf6e3"\nink = "black"\nclasses = ["navy", "#b58900"]\n'
    )
    keys = ("-q", "--size", "480x270", "--seconds", "0.3", "--look", "mine.toml")
    ran = command("render", run.path, "-o", "a.png", *keys, "--text", "large")
    assert ran.code == 0, ran.err
    table = tomllib.loads(command("recipe", "a.png").out)
    assert table["look"] == {
        "text": "large", "paper": "#fdf6e3", "ink": "#000000", "classes": ["#000080", "#b58900"]
    }  # fmt: skip
    again = command("make", "a.png", "-o", "b.png", "-q")
    assert again.code == 0, again.err
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('papier = "red"', 'mine.toml: papier: unknown key (did you mean "paper"?)'),
        ('ink = "rot"', 'mine.toml: ink: "rot" is no colour'),
        ("ink = ", "mine.toml: not TOML"),
        ('ink = "#999999"', "sgd: look.ink: #999999 on paper #ffffff has 2.84:1"),
    ],
)
def test_a_mistake_in_a_look_is_one_line_with_its_place(command, text, said):
    Path("mine.toml").write_text(text)
    ran = command("make", "sgd", "-o", "a.png", "--look", "mine.toml")
    assert ran.code == 1
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert "nowhere.toml: cannot read" in command("make", "sgd", "--look", "nowhere.toml").err


def test_set_changes_a_key_of_a_look(command, run):
    Path("mine.toml").write_text('paper = "#fdf6e3"\n')
    command("render", run.path, "-o", "a.png", "-q", "--size", "480x270", "--look", "mine.toml",
            "--set", "look.paper=#eeeeff")  # fmt: skip
    assert tomllib.loads(command("recipe", "a.png").out)["look"] == {"paper": "#eeeeff"}


def test_apart_is_a_distance():
    assert apart("#000000", "#ffffff") == pytest.approx(1, abs=1e-3)
    assert apart("#123456", "#123456") == 0
