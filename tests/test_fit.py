"""Files that fit: as small as asked, as long as before, and honest about what was given up."""

from pathlib import Path

import pytest

from vizopt import fit, targets
from vizopt.encoders import ENCODERS
from vizopt.outputs import Look
from vizopt.safety import judge


def size(name):
    return Path(name).stat().st_size


@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif", "webp", "apng"])
def test_a_file_fits_and_keeps_its_length(command, run, suffix):
    name = f"a.{suffix}"
    look = ["--seconds", "2", "-q", "--size", "640x360"]
    assert command("render", run.path, "-o", name, *look).code == 0
    limit = int(size(name) * 0.6 / 1000)
    ran = command("render", run.path, "-o", name, *look, "--fit", f"{limit}kB")
    assert ran.code == 0, ran.err
    assert size(name) <= limit * 1000
    assert "gave up: " in ran.out
    assert judge(Path(name)).seconds == pytest.approx(2.0, abs=0.05)


def test_nothing_is_given_up_where_it_fits(command, run):
    ran = command("render", run.path, "-o", "a.gif", "--seconds", "1", "-q", "--fit", "9MB")
    assert ran.code == 0
    assert "gave up" not in ran.out


def test_what_cannot_fit_keeps_the_older_file(command, run):
    Path("a.gif").write_bytes(b"old")
    ran = command("render", run.path, "-o", "a.gif", "--seconds", "1", "-q", "--fit", "1kB",
                  "--overwrite")  # fmt: skip
    assert ran.code == 1
    assert "a.gif: cannot be made as small as 1000 bytes: the smallest has" in ran.err
    assert ran.err.count("\n") == 1
    assert Path("a.gif").read_bytes() == b"old"
    assert [file.name for file in Path().iterdir()] == ["a.gif"]


def test_a_fitted_clip_is_made_again_from_its_recipe(command):
    short = ["--set", "epochs=60", "--set", "keep.grid=20", "--seconds", "1", "-q"]
    assert command("make", "sgd", *short, "-o", "a.mp4").code == 0
    limit = f"{int(size('a.mp4') * 0.6 / 1000)}kB"
    assert command("make", "sgd", *short, "-o", "a.mp4", "--fit", limit).code == 0
    assert command("make", "a.mp4", "-q").code == 0
    assert Path("a.mp4").read_bytes() == Path("outputs/sgd.mp4").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fit", "big", "-o", "a.gif"], 2, "'big' is no size of a file: write it like 10MB"),
        (["--fit", "0MB", "-o", "a.gif"], 2, "is no size of a file"),
        (["--for", "moon", "-o", "a.gif"], 1, "for moon: unknown place"),
        (["--for", "github", "-o", "a.webm"], 1, "a.webm: does not play in github: name it .gif"),
        (["--fit", "1MB", "-o", "a-%05d.png"], 1, "a sequence has no size to fit"),
        (["--at", "first", "-o", "a.gif"], 2, "--at is for a still: name one with -o NAME.png"),
        (["--at", "step=1", "-o", "a.png"], 1, "this run counts epochs: write epoch=1"),
        (["--at", "epoch=301", "-o", "a.png"], 1, "the run ends at epoch 300"),
        (["--at", "301", "-o", "a.png"], 1, "at 301: the run ends at epoch 300: choose that"),
        (["--at", "7.5", "-o", "a.png"], 1, "at 7.5: write it like 4500, epoch=4500, step=12, f"),
    ],
)
def test_a_mistake_is_one_clear_line(command, run, arguments, code, message):
    ran = command("render", run.path, "-q", *arguments)
    assert ran.code == code
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert list(Path().iterdir()) == []


# In megabytes of a million bytes, as the places say themselves; none where they name none.
LIMITS = {
    "powerpoint": None,
    "google-slides": 50,  # an image
    "github": 10,  # an image in a README, an issue or a comment
    "notebook": None,
    "x": 15,  # a GIF
    "discord": 10,  # without Nitro
}


def test_the_limits_are_those_that_the_places_name():
    limits = {name: place.limit for name, place in targets.PLACES.items()}
    assert limits == {name: most and most * 10**6 for name, most in LIMITS.items()}


def test_a_clip_for_a_place_keeps_to_its_limit(command, run, monkeypatch):
    arguments = ["render", run.path, "-o", "a.png", "-q"]
    assert command(*arguments, "--for", "github").code == 0
    limit = int(size("a.png") * 0.8)
    monkeypatch.setitem(targets.PLACES, "github", targets.Place((".png",), limit))
    ran = command(*arguments, "--for", "github")
    assert ran.code == 0, ran.err
    assert size("a.png") <= limit
    assert "gave up: " in ran.out


def test_places_name_formats_that_are_made():
    made = {*ENCODERS, ".pptx", ".html"}
    assert all(set(place.suffixes) <= made for place in targets.PLACES.values())


def test_the_ladder_starts_without_harm_and_only_shrinks():
    for name in ("a.mp4", "a.gif", "a.png"):
        steps = fit.ladder(Path(name), Look())
        assert steps[0][1] == ""
        pixels = [look.size[0] * look.size[1] for look, _ in steps]
        assert pixels == sorted(pixels, reverse=True)
        assert all(min(look.size) >= 270 for look, _ in steps)


def test_a_still_says_its_epoch(command, run):
    for at, epoch in {"first": 0, "last": 300, "epoch=123": 123}.items():
        ran = command("render", run.path, "-o", "a.png", "-q", "--at", at)
        assert f"epoch {epoch}\n" in ran.out
        assert "frames" not in ran.out


def test_pack_writes_the_folder(command):
    ran = command("pack", "sgd", "-o", "p", "--set", "epochs=40", "--set", "keep.grid=20",
                  "--set", "timeline.seconds=0.5", "-q")  # fmt: skip
    assert ran.code == 0, ran.err
    there = {file.suffix for file in Path("p").iterdir()}
    assert there >= {".mp4", ".gif", ".png", ".txt", ".toml"}
    assert len(ran.out.splitlines()) == len(there)
