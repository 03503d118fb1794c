"""What would unpack, nest or count without end is bounded before it is read: one line."""

import re
import subprocess
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from PIL import Image
from test_bounds import SCENE, mistake

from vizopt.clips import recipe
from vizopt.core.bounded import read_bytes
from vizopt.core.errors import DecodeError, EncodeError
from vizopt.core.ffmpeg import able
from vizopt.core.toml import DEEPEST, LONGEST, parsed
from vizopt.flashes import containers
from vizopt.flashes.decode import pictures
from vizopt.formats import texts
from vizopt.formats.slides import powerpoint
from vizopt.train.problems import sources, tables

GIF = BytesIO()
Image.new("RGB", (4, 4)).save(GIF, "GIF")


def deck(path, clip=None, name="ppt/media/a.gif", kind=ZIP_DEFLATED):
    with ZipFile(path, "w", kind) as archive:
        archive.writestr(name, clip or GIF.getvalue())
    return path


def refusal(path):
    with pytest.raises(DecodeError) as found:
        list(pictures(path))
    assert str(found.value).startswith(f"{path}: ")
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_bomb_in_a_deck_is_unpacked_no_further_than_a_clip_can_be(tmp_path):
    path = deck(tmp_path / "a.pptx", bytes(10_000_000))
    assert re.search(r"its clip is larger than [\d.]+ MB: not read", refusal(path))
    assert len(list(pictures(deck(tmp_path / "b.pptx")))) == 1


def test_a_deck_in_a_deck_is_no_clip(tmp_path):
    inner = deck(tmp_path / "a.pptx", kind=0).read_bytes()
    assert "holds is no clip" in refusal(deck(tmp_path / "b.pptx", inner, kind=0))
    page = (
        b'<!doctype html><source id="clip" src="data:video/mp4;base64,' + b64encode(inner) + b'">'
    )
    assert "holds is no clip" in refusal(deck(tmp_path / "c.pptx", page, kind=0))


@pytest.mark.parametrize("damage", ["encrypted", "method", "cut", "checksum"])
def test_damaged_decks_are_one_line(tmp_path, damage):
    path = deck(tmp_path / "a.pptx", kind=0)
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\1\2")
    if damage == "encrypted":
        data[6] |= 1
        data[central + 8] |= 1
    if damage == "method":
        data[8] = data[central + 10] = 97
    if damage == "checksum":
        data[data.index(b"GIF8") + 20] ^= 1
    path.write_bytes(data[: 60 if damage == "cut" else None])
    refusal(path)
    with pytest.raises(EncodeError, match="not a deck that can be read"):
        powerpoint.checked(tmp_path / "new.pptx", path)


def test_a_template_that_unpacks_to_too_much_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(powerpoint, "MAX_TEMPLATE_BYTES", 1_000_000)
    path = deck(tmp_path / "a.pptx", bytes(2_000_000), "ppt/slides/slide1.xml")
    with pytest.raises(EncodeError, match="unpacks to more than 1 MB"):
        powerpoint.checked(tmp_path / "new.pptx", path)


@pytest.mark.parametrize("inside", ["=x=", "AAA", "\u00fc", "A" * 4001])
def test_a_page_with_bad_base64_is_one_line(tmp_path, inside):
    path = tmp_path / "a.html"
    path.write_text(
        f'<!doctype html><source id="clip" src="data:video/mp4;base64,{inside}">', encoding="utf-8"
    )
    refusal(path)
    path.write_bytes(b"<!doctype html>\xff")
    refusal(path)


def test_a_page_of_unclosed_tags_is_looked_through_once(tmp_path):
    found = containers.CLIP_IN_PAGE.search(
        '<source id="clip" ' * 20_000 + ' src="data:video/mp4;base64' * 2_000
    )
    assert found is None


def test_a_picture_beyond_pillows_limit_is_one_line(tmp_path, monkeypatch, recwarn):
    Image.new("1", (300, 300)).save(tmp_path / "a.png")
    for most in (80_000, 40_000):  # it warns of the first and refuses the second
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
        assert "more pixels than Pillow allows" in refusal(tmp_path / "a.png")
    assert not recwarn.list


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\n" + "#" * LONGEST, "longer than 100000 characters"),
        ("a." * 40_000 + "b = 1", "nested too deep"),
        ('a = {"x" . ' + "'y' . " * DEEPEST + "z = 1}", "nested too deep"),
        ("a = " + "[" * 50 + "]" * 50, "nested too deep"),
        ("a = " + "[" * 40_000, "nested too deep"),
        ("a = 1" + "0" * 4400, "too many digits"),
        ("a = ", "not TOML"),
    ],
)
def test_toml_is_bounded_before_it_is_parsed(text, told):
    with pytest.raises(ValueError, match=told):
        parsed(text)
    assert told in mistake(text)


def test_toml_of_a_scene_is_parsed_whatever_its_texts_hold():
    title = "a.b. c.d. [[[{{{ ... Yes. No. " * 30
    assert parsed(f'title = "{title}"')["title"] == title
    assert parsed("a = " + "[" * 49 + "]" * 49)
    assert len(parsed("a = 1\n" + "#" * (LONGEST - 6))) == 1


def test_a_tag_of_2_mb_is_not_read(tmp_path):
    tags = tmp_path / "tags.txt"
    tags.write_text(f";FFMETADATA1\nsynopsis=# made with vizopt{'x' * 2_000_000}\n")
    path = tmp_path / "a.mp4"
    source = ["-f", "lavfi", "-i", "color=size=16x16:duration=0.1", "-i", str(tags)]
    wanted = ["-map_metadata", "1", "-loglevel", "error", str(path)]
    subprocess.run([able(path), *source, *wanted], check=True)
    with pytest.raises(DecodeError, match="its tags are longer than 1000000 bytes: not read"):
        recipe.read(path)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (";FFMETADATA1\ntitle=a\nSYNOPSIS=b\n", {"title": "a", "synopsis": "b"}),
        ("a=b=c\n", {"a": "b=c"}),
        ("a\\=b=c\\\nd\\\\\\;\n", {"a=b": "c\nd\\;"}),
        ("a=\nb\n=c", {"a": "", "": "c"}),
        ("a=b\\", {"a": "b"}),
    ],
)
def test_tags_have_their_escapes_undone(text, tags):
    assert texts._tags(text) == tags


def test_files_without_an_end_are_no_files(tmp_path):
    for path in (Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(OSError, match="not a file"):
            read_bytes(path, 10)
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4e-06 MB"):
        read_bytes(tmp_path / "a", 4)


def test_a_scene_that_is_a_device_is_one_line(command, tmp_path):
    (tmp_path / "a.toml").symlink_to("/dev/zero")
    ran = command("make", "a.toml")
    assert (ran.code, ran.err) == (1, "vizopt: a.toml: is no file: name a scene's TOML file\n")


def test_a_table_of_too_many_rows_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_ROWS", 10)
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + "1.5,2.5,x\n1.5,2.25,y\n" * 5)
    with pytest.raises(ValueError, match="has more than 10 rows: take a part of them"):
        tables.read_table(str(path), tables.Reading())
    path.write_text("a,b,c\n" + "1.5,2.5,x\n1.5,2.25,y\n" * 4)
    assert len(tables.read_table(str(path), tables.Reading()).rows) == 8


def test_an_archive_that_unpacks_to_too_much_is_one_line(tmp_path, monkeypatch):
    from vizopt.train.problems import arrays

    monkeypatch.setattr(arrays, "MAX_TABLE_BYTES", 1000)
    np.savez_compressed(tmp_path / "a.npz", X=np.zeros((1000, 2)), y=np.zeros(1000))
    with pytest.raises(ValueError, match=r"unpacks to more than 0\.001 MB"):
        arrays.arrays(str(tmp_path / "a.npz"), x="X")


def test_a_formula_with_thousands_of_minima_is_one_line():
    told = mistake(SCENE, **{"problem.f": "sin(3000*x)", "problem.interval": [-10.0, 10.0]})
    assert re.search(r"has \d+ minima on .*: choose a shorter interval", told)


def test_a_scene_that_is_too_long_with_its_defaults_is_refused_before_training(command):
    milestones = ", ".join(str(i) for i in range(15_000))
    lr = f'{{ kind = "multi-step", initial = 1.0, milestones = [{milestones}] }}'
    text = 'title = "x"\n[problem]\nkind = "network"\n[problem.data]\nkind = "spiral"\n'
    text += f'points = 9\nclasses = 3\n[optimizer]\nkind = "sgd"\nlr = {lr}\n'
    Path("a.toml").write_text(text)
    ran = command("record", "a.toml", "-o", "a.zarr")
    assert ran.code == 1
    assert "more than 100000 characters with its defaults" in ran.err
