"""The schema of a scene: it comes with vizopt, is up to date, and says what the parser says."""

import json
import os
import random
import re
import runpy
import subprocess
import sys
import tomllib
from copy import deepcopy
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from shutil import which

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from vizopt.core import library
from vizopt.core.docstrings import docstring
from vizopt.draw.figure_spec import FigureSpec, Join
from vizopt.draw.looks.look import LookSpec
from vizopt.draw.mosaic import Mosaic
from vizopt.scene.options import ClipOptions
from vizopt.scene.race import Entry, Race, Trial
from vizopt.scene.schema import POINTER, RACE_KEYS, shipped
from vizopt.scene.spec import Pause, Scene
from vizopt.scene.written import kinds
from vizopt.train.probes import Keep

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads(shipped())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SCENES = {name: tomllib.loads(library.bundled(name)) for name in library.names()}
BIN = Path(sys.executable).parent


def linted(program, *files):
    """What a TOML checker says of files, and whether it found nothing wrong."""
    path = which(program, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if path is None:
        pytest.skip(f"{program} is missing")
    offline = ["--offline"] if program == "tombi" else []
    ran = subprocess.run(
        [path, "lint", *offline, *files], capture_output=True, text=True, check=False
    )
    return re.sub(r"\x1b\[[\d;]*m", "", ran.stdout + ran.stderr), ran.returncode == 0


PYDANTIC = tuple(map(int, version("pydantic").split(".")[:2]))


@pytest.mark.skipif(PYDANTIC < (2, 12), reason="the schema is made with pydantic 2.12 or newer")
def test_what_comes_with_vizopt_is_up_to_date():
    made = runpy.run_path(str(ROOT / "docs" / "schema.py"))["schema"]()
    assert made == SCHEMA, "run: python docs/schema.py"


def test_it_is_printed_and_small(command):
    ran = command("schema")
    assert json.loads(ran.out) == SCHEMA
    assert len(ran.out.encode()) <= 120_000
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", SCENES)
def test_every_bundled_scene_is_valid(name):
    assert [error.message for error in VALIDATOR.iter_errors(SCENES[name])] == []


@pytest.mark.parametrize("program", ["tombi", "taplo"])
def test_editors_find_it_beside_a_shown_scene_and_nothing_wrong(program, tmp_path):
    (tmp_path / "scene.schema.json").write_text(shipped())
    for name in SCENES:
        (tmp_path / f"{name}.toml").write_text(POINTER + library.bundled(name))
    said, well = linted(program, *tmp_path.glob("*.toml"))
    assert well, said
    assert "not found" not in said


# What is wrong with a scene: a text of sgd.toml, and what stands in its place.
MISTAKES = {
    "misspelt key": ("epochs =", "epocs ="),
    "misspelt table": ("[optimizer]", "[optimiser]"),
    "misspelt key of a rule": ("lr = 1.0", "rl = 1.0"),
    "key of another rule": ("lr = 1.0", "lr = 1.0\nmomentum = 0.9"),
    "no title": ('title = "Stochastic gradient descent"', ""),
    "no kind": ('kind = "sgd"', ""),
    "no rate": ("lr = 1.0", ""),
    "wrong kind of rule": ('kind = "sgd"', 'kind = "sdg"'),
    "wrong kind of data": ('kind = "spiral"', 'kind = "spirals"'),
    "wrong kind of problem": ('kind = "network"', 'kind = "net"'),
    "kind of another table": ('kind = "sgd"', 'kind = "spiral"'),
    "text for a number": ("lr = 1.0", 'lr = "1.0"'),
    "number for a text": ('title = "Stochastic gradient descent"', "title = 3"),
    "negative rate": ("lr = 1.0", "lr = -1.0"),
    "no epochs": ("epochs = 10_001", "epochs = 0"),
    "half an epoch": ("epochs = 10_001", "epochs = 1.5"),
    "true for a number": ("points = 100", "points = true"),
    "number for a list": ("sizes = [2, 64, 3]", "sizes = 3"),
    "too short a list": ("sizes = [2, 64, 3]", "sizes = [2]"),
    "text in a list of numbers": ("sizes = [2, 64, 3]", 'sizes = [2, "64", 3]'),
    "unknown choice": ('precision = "book"', 'precision = "float16"'),
    "unknown theme": ("epochs =", 'theme = "drak"\nepochs ='),
    "wrong name": ("epochs =", 'name = "../evil"\nepochs ='),
    "schedule without its keys": ("lr = 1.0", 'lr = { kind = "cosine", initial = 1.0 }'),
    "unknown schedule": ("lr = 1.0", 'lr = { kind = "cosin", initial = 1.0, epochs = 9 }'),
    "misspelt key of a schedule": ("lr = 1.0", 'lr = { kind = "constant", rat = 1.0 }'),
    "unknown panel": ("lr = 1.0", 'lr = 1.0\n[stage.panels.a]\nkind = "curve"'),
    "no colour": ("lr = 1.0", 'lr = 1.0\n[look]\npaper = "#12345"'),
    "unknown key of a look": ("lr = 1.0", 'lr = 1.0\n[look]\npaperr = "black"'),
    "one for true in a panel": (
        "lr = 1.0",
        'lr = 1.0\n[stage.panels.plane]\nkind = "plane"\nconfidence = 1',
    ),
    "one for true in a table": (
        'kind = "spiral"\npoints = 100\nclasses = 3',
        'kind = "csv"\npath = "iris.csv"\nheader = 1',
    ),
    "one for true": ("lr = 1.0", "lr = 1.0\n[clip]\nallow_flashes = 1"),
}


def mistaken(mistake):
    right, wrong = MISTAKES[mistake]
    text = library.bundled("sgd")
    assert text.count(right) == 1
    return text.replace(right, wrong)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_rejected_by_schema_and_parser(mistake):
    table = tomllib.loads(mistaken(mistake))
    assert not VALIDATOR.is_valid(table)
    assert not parsed(table)[0]


def test_mistakes_are_rejected_in_an_editor(tmp_path):
    (tmp_path / "scene.schema.json").write_text(shipped())
    for mistake in MISTAKES:
        (tmp_path / f"{mistake.replace(' ', '-')}.toml").write_text(POINTER + mistaken(mistake))
    said, well = linted("tombi", *tmp_path.glob("*.toml"))
    assert not well
    assert [m for m in MISTAKES if f"{m.replace(' ', '-')}.toml" not in said] == []
    assert "epocs" in said


def parsed(table):
    """Whether the parser takes a table, and whether it is the table's form that is wrong."""
    try:
        ADAPTER.validate_python(table)
    except ValidationError as error:
        return False, any(each["type"] != "value_error" for each in error.errors())
    return True, False


def inlined(schema):
    """A part of the schema without references, which take most of a validator's time."""
    if isinstance(schema, list):
        return list(map(inlined, schema))
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return definition(schema["$ref"].rpartition("/")[2])
    return {key: inlined(value) for key, value in schema.items()}


@cache
def definition(name):
    return inlined(SCHEMA["$defs"][name])


ADAPTER = TypeAdapter(Scene)
PARTS = {
    key: jsonschema.Draft202012Validator(inlined(value))
    for key, value in SCHEMA["properties"].items()
}
OF_SCENES = {key for key in SCHEMA["properties"] if key not in RACE_KEYS}
ODD = (
    -1,
    0,
    1,
    2,
    3,
    0.5,
    1e101,
    2**60,
    True,
    "",
    "sgd",
    "x" * 3000,
    "red",
    [],
    [1],
    ["a", "b"],
    {},
)


def invented(schema, chance, depth=0):
    """A value for a part of the schema, now and then a wrong one."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if chance.random() < 0.06:
        return deepcopy(chance.choice(ODD))
    for choices in ("oneOf", "anyOf"):
        if choices in schema:
            return invented(
                chance.choice(schema[choices][: 1 if depth > 6 else None]), chance, depth + 1
            )
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema["type"]:
        case "object":
            return invented_table(schema, chance, depth)
        case "array":
            if "prefixItems" in schema:
                return [invented(item, chance, depth + 1) for item in schema["prefixItems"]]
            count = chance.randint(
                max(schema.get("minItems", 0) - 1, 0), schema.get("minItems", 0) + 2
            )
            return [invented(schema["items"], chance, depth + 1) for _ in range(count)]
        case "boolean":
            return chance.random() < 0.5
        case "string":
            return chance.choice(["red", "#123", "a", "dense1"])
    low = schema.get("minimum", schema.get("exclusiveMinimum", -5))
    high = schema.get("maximum", schema.get("exclusiveMaximum", 9))
    near = chance.choice([low, high, low + 1, (low + high) / 2, low - 1])
    return int(near) if schema["type"] == "integer" else near


def invented_table(schema, chance, depth):
    if "properties" not in schema:
        names = schema.get("propertyNames", {}).get("enum", ["a", "b"])
        return {
            name: invented(schema["additionalProperties"], chance, depth + 1) for name in names[:2]
        }
    keys = {}
    for key, value in schema["properties"].items():
        if chance.random() < (0.98 if key in schema.get("required", ()) else 0.3):
            keys[key] = invented(value, chance, depth + 1)
    if chance.random() < 0.03:
        keys["unknown"] = 1
    return keys


def test_schema_and_parser_agree_on_a_thousand_scenes():
    chance, verdicts = random.Random(15), []
    while len(verdicts) < 1000:
        table = chance.choice(list(SCENES.values()))
        keys = chance.sample(sorted(OF_SCENES), chance.choice([1, 1, 2]))
        changed = {key: invented(SCHEMA["properties"][key], chance) for key in keys}
        allowed = all(PARTS[key].is_valid(value) for key, value in changed.items())
        taken, malformed = parsed(table | changed)
        assert not (allowed and malformed), ("the parser alone rejects", changed)
        assert allowed or not taken, ("the schema alone rejects", changed)
        verdicts.append(allowed)
    assert 300 < sum(verdicts) < 700


def test_a_race_has_the_keys_of_a_scene_and_its_own():
    own = {field.name for field in fields(Race)} - {field.name for field in fields(Scene)}
    assert set(RACE_KEYS) == {*own, "over"}
    for name in library.races():
        assert [error.message for error in VALIDATOR.iter_errors(library.parsed_race(name))] == []


def test_every_key_of_every_kind_is_described():
    for cls in (
        *kinds(),
        Scene,
        Race,
        Entry,
        Trial,
        Pause,
        ClipOptions,
        Keep,
        FigureSpec,
        Join,
        Mosaic,
        LookSpec,
    ):
        told = docstring(cls)
        assert told.text, cls
        assert set(told.meanings) == {field.name for field in fields(cls)}, cls
        assert all(len(meaning) > 10 for meaning in told.meanings.values()), cls
