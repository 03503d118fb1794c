"""`vizopt show`: scenes with every key told, and what each kind is."""

import re
import tomllib
from dataclasses import fields

import pytest

from vizopt import load_scene
from vizopt.cli.ranges import told
from vizopt.cli.reference import entries, entry, full
from vizopt.core import library
from vizopt.core.docstrings import docstring
from vizopt.core.toml import inline, parsed, written
from vizopt.scene.load import parse_scene
from vizopt.scene.schema import POINTER
from vizopt.scene.written import kinds

FULL = """
# penalty on the sum of w² over all weights.
# (number ≥ 0; 0.0 when left out)
l2 = 0.0001
"""


@pytest.mark.parametrize("name", library.names())
def test_a_scene_with_every_key_is_the_same_scene(name):
    scene = load_scene(name)
    text = full(scene)
    assert parse_scene(text, name, {}, {}) == scene
    for field in fields(scene):
        assert re.search(rf"^(# )?(\[+)?{field.name}( =|\]|\.)|^# \[{field.name}\] has", text, re.M)


def test_every_key_is_told_with_its_range_and_default(command):
    text = command("show", "--full", "mini-batches").out
    assert text.startswith(POINTER)
    assert FULL in text
    assert "\n# (whole number ≥ 1)\nbatch = 32\n" in text
    assert "\n# (number > 0 or text)\n# fps =\n" in text  # left out
    assert "\nlr = 1.0\n" in command("show", "--full", "sgd").out  # not as a table
    assert "(whole number ≥ 1; 10_001 when left out)\nepochs = 401\n" in text
    assert "; must be given)\n[problem]\n" in text
    assert "# [look] has the keys text, font" in text
    blocks = [block.strip() for block in text.removeprefix(POINTER).split("\n\n")]
    assert [block for block in blocks if not block.startswith("#")] == []


def test_full_tells_tables_in_lists_and_dicts():
    text = """
title = "x"
pause = [{ epoch = 1, text = "Why?" }, { epoch = 2, text = "\\"So\\"?" }]
epochs = 9
problem = { kind = "function", f = "x^2", interval = [-1, 1], start = 1 }
optimizer = { kind = "muon", lr = { kind = "piecewise", points = [[0, 0.1], [5, 0.01]] } }
[look]
accents = { loss = "#a00000" }
regions = [["#fad6aa", "#acd4fe"]]
[stage.panels]
a = { kind = "descent" }
"b.c" = { kind = "curves", columns = ["loss"] }
[stage.mosaic]
rows = ["a b.c"]
"""
    scene = parse_scene(text, "x", {}, {})
    assert parse_scene(full(scene), "x", {}, {}) == scene


@pytest.mark.parametrize("kind", kinds().values())
def test_a_kind_is_told(kind):
    cls = next(cls for cls, name in kinds().items() if name == kind)
    text, table = entry(kind), tomllib.loads(entry(kind))
    bare = re.sub(r"\n# ?", "\n", text).replace("\n", " ")
    told_ = docstring(cls)
    for part in (told_.text, told_.source, *told_.meanings.values()):
        assert " ".join(part.split()) in " ".join(bare.split())
    inner = table
    while "kind" not in inner:
        (inner,) = inner.values()
    assert inner.pop("kind") == kind
    assert set(inner) <= {field.name for field in fields(cls)}
    for field in fields(cls):
        assert field.name in inner or f"# {field.name} =" in text


def test_show_tells_kinds_and_tables(command):
    text = command("show", "curves").out
    assert text.startswith("# curves: panel\n#\n# Recorded values of every epoch")
    assert '[stage.panels.curves]\nkind = "curves"\n' in text
    assert 'columns = ["loss", "accuracy", "lr"]\n' in text
    assert command("show", "csv").out.startswith("# csv: data set\n")
    assert "[keep]\n" in command("show", "keep").out
    assert command("show", "--full", "curves").out == text
    assert command("show", "--full", "dark").out == command("show", "dark").out
    assert (
        "# Source: Zeiler 2012, algorithm 1; torch.optim.Adadelta.\n"
        in command("show", "adadelta").out
    )


def test_a_scene_that_is_named_as_a_rule_tells_the_rule_below(command):
    text = command("show", "adam").out
    assert text.startswith(POINTER + library.bundled("adam"))
    assert "# v     ← beta_2 · v + (1 − beta_2) · grad²\n" in text
    assert "# beta_1 = 0.9\n" in text
    assert parsed(text) == parsed(library.bundled("adam"))


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("sdg", 'did you mean "sgd"?'),
        ("curvs", 'did you mean "curves"?'),
        ("drak", 'did you mean "dark"?'),
        ("qqqq", "vizopt list tells what there is"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--full"]])
def test_an_unknown_name_is_one_line(command, option, name, way):
    ran = command("show", name, *option)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"vizopt: {name}: no such scene or kind: {way}\n"


def test_every_kind_and_table_has_an_entry():
    text = full(load_scene("landscape")) + "".join(map(entry, entries()))
    named = set(re.findall(r"vizopt show (\w+)", " ".join(text.replace("#", " ").split())))
    assert named == {"look", "mosaic"}
    assert "# [stage.square] has the keys rows, widths, heights: vizopt show mosaic\n" in text
    assert text.count("# [stage.square]") == 2  # of the scene, and of the table
    assert set(kinds().values()) <= set(entries())
    assert {"keep", "look", "stage", "mosaic", "pause", "clip"} <= set(entries())


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 2**53}, "whole number ≥ 1"),
        (
            {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**32},
            "whole number ≥ 0 and < 4294967296",
        ),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1e100}, "number > 0"),
        ({"enum": ["a", "b", "c"]}, '"a", "b" or "c"'),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 2},
            "list of 2 or more whole numbers",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
            "list of 2 to 3 texts",
        ),
        (
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}] * 2,
                "minItems": 2,
                "maxItems": 2,
            },
            "list of 2 whole numbers",
        ),
        (
            {
                "type": "array",
                "items": {
                    "type": "array",
                    "prefixItems": [{"type": "integer"}, {"type": "number"}],
                },
            },
            "list of lists of whole number and number",
        ),
        ({"anyOf": [{"enum": ["de", "en"]}, {"type": "string"}]}, '"de", "en" or text'),
        ({"type": "string", "maxLength": 9}, "text of 9 characters at most"),
        ({"type": "string", "format": "color"}, "colour"),
        (
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/A"}},
            "table by name of tables",
        ),
        ({"oneOf": [{"type": "number"}, {"$ref": "#/$defs/B"}]}, 'number or table of kind "b"'),
    ],
)
def test_ranges_in_words(schema, words):
    every = {"A": {"properties": {}}, "B": {"properties": {"kind": {"const": "b"}}}}
    assert told(schema, every) == words


@pytest.mark.parametrize(
    "value",
    [True, 3, 10_000, -12_345, 1e-7, 1e22, 'a"\\\n\x7fé', [1, ["x", 2.5]], {"a b": {"c": []}}],
)
def test_inline_values_read_again(value):
    text = inline(value)
    assert "\n" not in text
    assert tomllib.loads(f"value = {text}")["value"] == value


def test_written_tables_read_again():
    table = {"a": 1, "b": {"c": {"x.y": [1, 2]}, "d": "e"}, "f": []}
    assert tomllib.loads(written(table | {"g": None})) == table
    assert written(table) == 'a = 1\nf = []\n\n[b]\nd = "e"\n\n[b.c]\n"x.y" = [1, 2]\n'


@pytest.mark.parametrize(
    ("name", "head", "way"),
    [
        ("gif", "# .gif: format\n#\n# GIF: one palette", "-o sgd.gif"),
        (".pptx", "# .pptx: format\n#\n# PPTX: a deck", "-o sgd.pptx"),
        ("es", "# es: language\n#\n# Las palabras", "--set look.language=es"),
        ("keynote", "# keynote: place\n#\n# MOV, MP4", "--for keynote"),
    ],
)
def test_formats_languages_and_places_are_shown_with_their_option(command, name, head, way):
    text = command("show", name).out
    assert text.startswith(head)
    assert text.endswith(f"\n#\n# vizopt make sgd {way}\n")


LISTS = {"optimizers": "optimizers", "places": "places", "format": "formats", "looks": "themes"}


@pytest.mark.parametrize(("word", "meant"), LISTS.items())
def test_a_list_is_named_where_its_name_is_shown(command, word, meant):
    told = command("show", word).err
    assert told == f"vizopt: {word}: is a list of names: vizopt list {meant}\n"
