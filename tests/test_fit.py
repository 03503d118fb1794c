"""Files that fit: as small as asked, as long as before, and honest about what was given up."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import vizopt
from vizopt.clips import fit, targets
from vizopt.flashes import check_flashes
from vizopt.formats import FORMATS
from vizopt.scene.options import ClipOptions

TINY = ["-q", "--size", "480x270", "--fps", "10", "--seconds", "0.2"]


def size(name):
    return Path(name).stat().st_size


# Share of its size that a clip is to have, which takes coarser steps; and fewer frames in the last.
SHARE = {"mp4": 0.85, "webm": 0.85, "gif": 0.85, "webp": 0.85, "apng": 0.7}


@pytest.fixture(scope="module")
def sizes(walk, tmp_path_factory):
    """The bytes that a clip of each format has where nothing is given up, all drawn at once."""
    folder = tmp_path_factory.mktemp("sizes")
    files = [folder / f"a.{suffix}" for suffix in SHARE]
    vizopt.render(walk, files, size=(640, 360), fps=10, seconds=0.4)
    return {suffix: size(file) for suffix, file in zip(SHARE, files, strict=True)}


LOOK = ["--seconds", "0.4", "-q", "--size", "640x360", "--fps", "10"]


@pytest.mark.parametrize("suffix", SHARE)
def test_a_file_fits_and_keeps_its_length(command, walk, sizes, suffix):
    name = f"a.{suffix}"
    limit = int(sizes[suffix] * SHARE[suffix] / 1000)
    ran = command("render", walk.path, "-o", name, *LOOK, "--fit", f"{limit}kB")
    assert ran.code == 0, ran.err
    assert size(name) <= limit * 1000
    assert "gave up: " in ran.out
    assert check_flashes(Path(name)).seconds == pytest.approx(0.4, abs=0.05)


def test_nothing_is_given_up_where_it_fits(command, walk):
    ran = command("render", walk.path, "-o", "a.gif", *TINY, "--fit", "9MB")
    assert ran.code == 0
    assert "gave up" not in ran.out


def test_what_cannot_fit_keeps_the_older_file(command, walk):
    Path("a.gif").write_bytes(b"old")
    ran = command("render", walk.path, "-o", "a.gif", *TINY, "--fit", "1kB",
                  "--overwrite")  # fmt: skip
    assert ran.code == 1
    assert "a.gif: cannot be made as small as 1\u2009000 bytes: the smallest has" in ran.err
    assert ran.err.count("\n") == 1
    assert Path("a.gif").read_bytes() == b"old"
    assert [file.name for file in Path().iterdir()] == ["a.gif"]


def test_a_still_that_cannot_fit_names_its_own_way_out(command, walk):
    ran = command("render", walk.path, "-o", "a.png", "-q", "--fit", "1kB", "--size", "480x270")
    assert ran.err.endswith(": choose a larger --fit, or a smaller --size\n")


def test_a_fitted_clip_is_made_again_from_its_recipe(command, sizes):
    limit = f"{int(sizes['mp4'] * SHARE['mp4'] / 1000)}kB"
    ran = command("make", "landscape", "--set", "epochs=21", *LOOK, "-o", "a.mp4", "--fit", limit)
    assert "gave up" in ran.out
    assert command("make", "a.mp4", "-q").code == 0
    assert Path("a.mp4").read_bytes() == Path("outputs/landscape.mp4").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fit", "big", "-o", "a.gif"], 2, "'big' is no size of a file: write it like 10MB"),
        (["--fit", "0MB", "-o", "a.gif"], 2, "is no size of a file"),
        (["--for", "moon", "-o", "a.gif"], 1, "for moon: unknown place"),
        (["--for", "github", "-o", "a.apng"], 1, "a.apng: does not play in github: name it .gif"),
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


# Megabytes of a million bytes by suffix, as the places say themselves; none where they name none.
LIMITS = {
    "powerpoint": dict.fromkeys((".mp4", ".gif", ".png", ".jpg", ".svg", ".pptx")),
    "keynote": dict.fromkeys((".mov", ".mp4", ".pptx", ".gif", ".png", ".jpg")),
    "google-slides": {".gif": 50, ".png": 50, ".jpg": 50},
    "github": dict.fromkeys((".gif", ".webp", ".png", ".jpg", ".svg", ".mp4", ".mov", ".webm"), 10),
    "notebook": dict.fromkeys(
        (".mp4", ".html", ".webm", ".webp", ".gif", ".apng", ".png", ".jpg", ".svg")
    ),
    "x": {".gif": 15, ".mp4": 512, ".mov": 512, ".png": 5, ".jpg": 5, ".webp": 5},
    "linkedin": {".mp4": 5000, ".mov": 5000, ".gif": 8, ".png": 8, ".jpg": 8},
    "youtube": dict.fromkeys((".mp4", ".mov", ".webm"), 256_000),
    "slack": dict.fromkeys((".mp4", ".mov", ".gif", ".webm", ".png", ".jpg"), 1000),
    "discord": dict.fromkeys(
        (".mp4", ".mov", ".gif", ".webm", ".png", ".jpg"), 10
    ),  # without Nitro
    "latex": dict.fromkeys((".pdf", ".png", ".jpg")),
}


def test_the_limits_are_those_that_the_places_name():
    found = {
        name: {suffix: most.size_bytes for suffix, most in place.plays.items()}
        for name, place in targets.TARGETS.items()
    }
    assert found == {
        name: {suffix: most and most * 10**6 for suffix, most in plays.items()}
        for name, plays in LIMITS.items()
    }
    assert [list(plays) for plays in found.values()] == [list(plays) for plays in LIMITS.values()]


def test_a_clip_for_a_place_keeps_to_its_limit(command, walk, monkeypatch):
    arguments = ["render", walk.path, "-o", "a.png", "-q", "--size", "960x540"]
    assert command(*arguments, "--for", "github").code == 0
    limit = int(size("a.png") * 0.8)
    place = targets.Target({".png": targets.Limits(limit)}, "", "2026-11")
    monkeypatch.setitem(targets.TARGETS, "github", place)
    ran = command(*arguments, "--for", "github")
    assert ran.code == 0, ran.err
    assert size("a.png") <= limit
    assert "gave up: " in ran.out


def test_a_gif_for_x_has_350_frames_and_300_million_pixels_at_most():
    most = targets.TARGETS["x"].plays[".gif"]
    assert (most.frames, most.pixels) == (350, 300_000_000)


@pytest.fixture
def few(monkeypatch):
    """A tenth of the frames and pixels that a GIF may have in X."""
    place = targets.TARGETS["x"]
    most = place.plays[".gif"]
    tenth = most._replace(frames=most.frames // 10, pixels=most.pixels // 10)
    plays = place.plays | {".gif": tenth}
    monkeypatch.setitem(targets.TARGETS, "x", replace(place, plays=plays))


@pytest.mark.usefixtures("few")
def test_a_clip_of_too_many_frames_has_fewer_a_second(command, walk):
    small = ["render", walk.path, "-o", "a.gif", "--size", "480x270", "-q", "--for", "x"]
    ran = command(*small, "--fps", "25", "--seconds", "1.4")
    assert "35 frames" in ran.out
    assert "gave up" not in ran.out
    ran = command(*small, "--fps", "25", "--seconds", "1.44")
    assert ran.code == 0, ran.err
    assert "gave up: 20 instead of 25 fps  passes" in ran.out  # the next that a GIF has
    long = command(*small, "--seconds", "12")
    assert (long.code, long.err.count("\n")) == (1, 1)
    few = "60 frames at 5 fps, where there may be 35 frames at most: choose a shorter clip with"
    assert f"a.gif: {few} --seconds" in long.err


@pytest.mark.usefixtures("few")
def test_what_is_known_before_costs_no_more_than_it_must(command, walk):
    """A long GIF for X is slower and no smaller; a large MP4 is smaller and no slower."""
    arguments = ["render", walk.path, "-q", "--for", "x"]
    ran = command(*arguments, "-o", "a.gif", "--seconds", "6.1", "--set", "timeline.hold_last=3")
    assert "a.gif  800×450  " in ran.out
    assert "at 5.556 fps  gave up: 5.556 instead of 20 fps  passes" in ran.out
    clip = ["-o", "a.mp4", "--seconds", "0.02", "--size", "1440x960", "--fps", "61"]
    ran = command(*arguments, *clip)
    assert "gave up: 60 instead of 61 fps, 1280×852 instead of 1440×960  passes" in ran.out
    ran = command(*arguments, "-o", "a.mp4", "--seconds", "141")
    assert "a.mp4: 141 s, where there may be 140 s at most: choose a shorter clip" in ran.err


def test_many_pixels_are_fewer_frames_and_then_smaller_ones():
    look, most = ClipOptions(size=(1000, 1000), fps=10.0), targets.Limits(pixels=60_000_000)
    for seconds, size, fps in ((6, 1000, 10), (10, 1000, 6), (24, 706, 5)):
        shape = fit.steps(Path("a.webp"), look, most, lambda rate, s=seconds: round(s * rate))[0][0]
        assert shape.size == (size, size)
        assert shape.fps == pytest.approx(fps, rel=0.015)


@pytest.mark.parametrize(
    ("most", "clip", "words"),
    [
        (targets.Limits(frames=350), ((800, 450), 20.0, 350), ""),
        (
            targets.Limits(frames=350),
            ((800, 450), 20.0, 351),
            ("351 frames at 20 fps", "350 frames"),
        ),
        (targets.Limits(pixels=300_000_000), ((1000, 1000), 20.0, 300), ""),
        (
            targets.Limits(pixels=300_000_000),
            ((1000, 1000), 20.0, 301),
            ("1000×1000 in 301 frames at 20 fps", "300 million pixels in all"),
        ),
        (targets.Limits(size=(1280, 1080)), ((1280, 1080), 20.0, 9), ""),
        (targets.Limits(size=(1280, 1080)), ((1282, 720), 20.0, 9), ("1282×720", "1280×1080")),
        (targets.Limits(size=(1280, 1080)), ((600, 1082), 20.0, 9), ("600×1082", "1280×1080")),
        (targets.Limits(fps=60), ((800, 450), 60.0, 100), ""),
        (targets.Limits(fps=60), ((800, 450), 61.0, 100), ("61 fps", "60 fps")),
        (targets.Limits(seconds=140), ((800, 450), 30.0, 4200), ""),
        (targets.Limits(seconds=140), ((800, 450), 30.0, 4201), ("140.033 s", "140 s")),
        (targets.Limits(frames=1), ((800, 450), 20.0, 1), ""),
        (
            targets.Limits(pixels=360_000),
            ((802, 450), 20.0, 1),
            ("802×450 in 1 frame", "0 million pixels in all"),
        ),
        (targets.TARGETS["x"].plays[".mp4"], ((720, 1280), 30.0, 9), ""),
        (
            targets.TARGETS["x"].plays[".mp4"],
            ((1026, 1280), 30.0, 9),
            ("1026×1280", "1280×1024 or upright"),
        ),
        (targets.Limits(fps=60, seconds=1), ((800, 450), 61.0, 1), ""),  # a still
        (targets.Limits(), ((9000, 9000), 500.0, 10**6), ""),
    ],
)
def test_what_is_too_much_is_named(most, clip, words):
    said = f"{words[0]}, where there may be {words[1]} at most" if words else ""
    assert most.broken(*clip) == said


def test_a_place_that_takes_any_size_changes_nothing(command, walk):
    arguments = ["render", walk.path, *TINY]
    assert command(*arguments, "-o", "a.gif").code == 0
    assert command(*arguments, "-o", "b.gif", "--for", "powerpoint").code == 0
    assert Path("a.gif").read_bytes() == Path("b.gif").read_bytes()


def test_every_place_says_where_its_limits_are_said():
    for name, place in targets.TARGETS.items():
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", place.checked), name
        assert not place.source or place.source.startswith("https://"), name
        assert place.source or not any(any(most) for most in place.plays.values()), name


def test_an_upright_clip_for_x_keeps_its_size(command, walk):
    arguments = ["render", walk.path, "-q", "--for", "x", "-o", "a.mp4", "--seconds", "0.1"]
    arguments += ["--fps", "10"]
    assert "gave up" not in command(*arguments, "--size", "720x1280").out
    assert "gave up: 640×1280 instead of" in command(*arguments, "--size", "960x1920").out


def test_places_name_formats_that_are_made():
    made = {*FORMATS, ".pptx", ".html"}
    assert all(set(place.plays) <= made for place in targets.TARGETS.values())


def test_the_ladder_starts_without_harm_and_only_shrinks():
    for name in ("a.mp4", "a.gif", "a.png"):
        steps = fit.steps(Path(name), ClipOptions(), targets.Limits(), lambda _: 100)
        assert steps[0][1] == ""
        pixels = [look.size[0] * look.size[1] for look, _ in steps]
        assert pixels == sorted(pixels, reverse=True)
        assert all(min(look.size) >= 270 for look, _ in steps)


def test_a_still_says_its_epoch(command, run):
    for at, epoch in {"first": 0, "last": 300, "epoch=123": 123}.items():
        ran = command("render", run.path, "-o", "a.png", *TINY[:3], "--at", at)
        assert f"epoch {epoch}\n" in ran.out
        assert "frames" not in ran.out


def test_pack_writes_the_folder(command):
    ran = command("pack", "sgd", "-o", "p", "--set", "epochs=9", "--set", "keep.grid=8",
                  "--set", "timeline.seconds=0.1", "--set", "clip.size=[480,270]",
                  "--set", "clip.narrow=false", "--set", "clip.fps=10", "-q")  # fmt: skip
    assert ran.code == 0, ran.err
    there = {file.suffix for file in Path("p").iterdir()}
    assert there >= {".mp4", ".gif", ".png", ".txt", ".toml"}
    assert len(ran.out.splitlines()) == len(there)
