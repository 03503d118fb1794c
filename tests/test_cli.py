"""The command line as a user meets it: results, mistakes, interruptions."""

import json
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest
from children import press, until, vizopt_child

from vizopt.cli import kinds
from vizopt.core import library
from vizopt.draw.panels import PANELS
from vizopt.draw.timeline import TIMELINES
from vizopt.train.optimizers import OPTIMIZERS
from vizopt.train.problems import DATASETS, PROBLEMS
from vizopt.train.schedules import SCHEDULES


def files(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


SHORT = ["--set", "epochs=60", "--set", "keep.grid=20", "--seconds", "0.3"]
SMALL = ["--size", "320x180", "--fps", "10"]
USUAL = ["--size", "480x270"]


# Standard error is no terminal here: a line when a stage begins and one when it ends.
LOG = [  # a line at the start and one at the end of each stage
    ("training sgd: 60 epochs", "training sgd: 60 epochs in … s"),
    ("sgd.mp4: 9 frames", "sgd.mp4: 9 frames in … s"),
    ("sgd.gif: 6 frames", "sgd.gif: 6 frames in … s"),
]


def test_make_writes_the_recording_and_both_clips(command):
    ran = command("make", "sgd", *SHORT)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "outputs/sgd.zarr",
        "outputs/sgd.mp4",
        "outputs/sgd.gif",
        "outputs/sgd.txt",
    ]
    assert "1280×720" in lines[1]
    assert "9 frames" in lines[1]
    assert "800×450" in lines[2]
    assert "6 frames  0.3 s at 20 fps" in lines[2]
    assert files("outputs") == ["sgd.gif", "sgd.mp4", "sgd.txt", "sgd.zarr"]
    assert "training sgd" in ran.err
    told = [re.sub(r" in \d+\.\d s$", " in … s", line) for line in ran.err.splitlines()]
    assert [line for line in told if not line.endswith(" s")] == [begun for begun, _ in LOG]
    assert sorted(told) == sorted(line for stage in LOG for line in stage)
    for begun, ended in LOG:  # a clip's check ends beside the next one's drawing, sooner or later
        assert told.index(begun) < told.index(ended)


def test_one_pass_for_files_of_one_size_and_rate(command):
    wanted = ["-o", "a.mp4", "-o", "b.mp4", "-o", "c.gif"]
    ran = command("make", "sgd", *SHORT, *wanted, *SMALL)
    assert ran.code == 0
    assert "a.mp4, b.mp4, c.gif: 3 frames in" in ran.err
    assert Path("a.mp4").read_bytes() == Path("b.mp4").read_bytes()
    assert files() == ["a.mp4", "a.txt", "b.mp4", "b.txt", "c.gif", "c.txt"]


def test_a_gif_rate_snaps_and_says_so(command):
    ran = command("make", "sgd", *SHORT, "-o", "a.gif", "--fps", "30", "--size", "320x180", "-q")
    assert "at 33.33 fps" in ran.out
    assert ran.err == ""


def test_record_then_render_again_without_training(command):
    assert command("record", "sgd", "-o", "run.zarr", *SHORT[:4], "-q").code == 0
    look = ["--theme", "dark", "--size", "640x360", "--fps", "10", "--seconds", "0.5"]
    ran = command("render", "run.zarr", "-o", "a.gif", *look, "--set", "timeline.kind=uniform")
    assert ran.code == 0
    assert "640×360" in ran.out
    assert "5 frames  0.5 s at 10 fps" in ran.out
    assert "training" not in ran.err


def test_the_same_scene_gives_the_same_files(command):
    for name in ("a", "b"):
        assert (
            command(
                "make", "sgd", *SHORT, *SMALL, "-o", f"{name}.gif", "-o", f"{name}.mp4", "-q"
            ).code
            == 0
        )
    assert Path("a.gif").read_bytes() == Path("b.gif").read_bytes()
    assert Path("a.mp4").read_bytes() == Path("b.mp4").read_bytes()


def test_list_and_show(command):
    parts = command("list").out.split("\n\n")
    assert [line.split()[0] for line in parts[0].splitlines()[1:]] == library.names()
    assert [line.split()[0] for line in parts[1].splitlines()[1:]] == library.races()
    tables = {
        "optimizers": OPTIMIZERS,
        "schedules": SCHEDULES,
        "problems": PROBLEMS,
        "data": DATASETS,
        "timelines": TIMELINES,
        "panels": PANELS,
    }
    assert [part.partition(":")[0] for part in parts] == list(kinds.KINDS)
    for part, (title, table) in zip(parts[2:], tables.items(), strict=False):
        head, *lines = part.splitlines()
        assert head == f"{title}:"
        assert {line.split()[0]: line.split(maxsplit=1)[1] for line in lines} == {
            kind: (f"{cls.NAME}. " if hasattr(cls, "NAME") else "")
            + cls.__doc__.strip().splitlines()[0]
            for kind, cls in table.items()
        }
    shown = command("show", "deep").out
    assert shown.startswith("#:schema ./scene.schema.json\n# Your editor")
    assert shown.endswith(library.bundled("deep"))


def test_a_shown_scene_is_a_start_of_ones_own(command):
    Path("mine.toml").write_text(command("show", "sgd").out)
    assert command("record", "mine.toml", "-o", "mine.zarr", *SHORT[:4], "-q").code == 0
    assert json.loads(command("info", "mine.zarr", "--json").out)["scene"] == "mine"


def test_info(command, run):
    facts = json.loads(command("info", run.path, "--json").out)
    assert facts["rows"] == len(run)
    assert facts["epochs"] == facts["planned"] == 301
    assert facts["final_loss"] == run["loss"][-1]
    assert facts["best_accuracy"]["value"] == run["accuracy"].max()
    assert run["accuracy"][facts["best_accuracy"]["epoch"]] == run["accuracy"].max()
    assert facts["optimizer"] == {"kind": "sgd", "lr": {"kind": "constant", "rate": 1.0}}
    assert facts["seed"] == 0
    assert facts["columns"]["params"] == ["float32", 387]
    assert facts["bytes"] == sum(p.stat().st_size for p in run.path.rglob("*") if p.is_file())
    text = command("info", run.path).out
    assert "best_loss" in text
    assert f"rows            {len(run)}" in text


WRONG = [
    (["make", "sgdd"], 1, 'sgdd: no such scene: did you mean "sgd"?'),
    (["make", "nowhere/x.toml"], 1, "nowhere/x.toml: cannot read: No such file or directory"),
    (
        ["make", "sgd", "--set", "optimizer.lrr=1"],
        1,
        'optimizer.lrr: unknown key (did you mean "lr"?)',
    ),
    (["make", "sgd", "--set", "epochs=-3"], 1, "sgd: epochs: -3: should be greater"),
    (["make", "sgd", "--set", "epochs"], 2, "'epochs': write it like optimizer.lr=0.5"),
    (["make", "sgd", "--set", "a=[b]"], 2, "'a=[b]' is no TOML: quote all of it: --set 'problem."),
    (
        ["make", "sgd", "--set", 'stage.mosaic.rows=["left right"]'],
        1,
        "stage: mosaic: places panels, and there are none: add [stage.panels.left] with its kind",
    ),
    (
        ["make", "sgd", "-o", "x.mp5"],
        1,
        """x.mp5: unknown suffix '.mp5': did you mean ".mp4"? there are: .mp4, .gif, """,
    ),
    (["make", "sgd", "-o", "x.avi"], 1, "x.avi: unknown suffix '.avi': there are: .mp4, .gif, "),
    (["make", "sgd", "-o", "x.avif"], 1, "x.avif: unknown suffix '.avif': there are: .mp4, .gif, "),
    (
        ["make", "sgd", "-o", "clip"],
        1,
        "clip: has no suffix, which says the format: there are: .mp4, .gif",
    ),
    (["make", "sgd", "--size", "0x360"], 1, "size 0x360: must be at least 320x180"),
    (["make", "sgd", "--size", "-3x360"], 2, '"-3x360": no size: write it like 1280x720'),
    (["make", "sgd", "--size", "big"], 2, '"big": no size: write it like 1280x720'),
    (["make", "sgd", "--size", "641x361"], 1, "needs even sides: try --size 640x360"),
    (["make", "sgd", "--fps", "0"], 1, "fps 0: must lie between 0.1 and 1000"),
    (["make", "sgd", "--seconds", "-1"], 1, "timeline.seconds: -1.0: should be greater than 0"),
    (["make", "sgd", "--theme", "drak"], 1, 'theme: unknown theme "drak" (did you mean "dark"?)'),
    (["make", "sgd", "--them", "dark"], 2, "--theme"),
    (["make"], 2, "Missing argument"),
    (["completion"], 2, "Choose from: bash, zsh, fish. See: "),
    (["mak"], 2, "mak"),
    (["make", "sgd", "sgd"], 2, "two scenes named sgd"),
    (["make", "sgd", "-o", "a.gif", "-o", "./a.gif"], 1, "a.gif: named twice"),
    (
        ["make", "sgd", "-o", "a-%d.png", "-o", "./a-7.png"],
        1,
        "a-7.png: is a picture of a sequence",
    ),
    (["make", "sgd", "-o", "a.zarr", "-o", "b.zarr"], 1, "b.zarr: one recording is enough"),
    (["make", "sgd", "--fps", "inf"], 2, '"inf": no rate: write it like 25'),
    (["make", "sgd", "--seconds", "1e12"], 1, "should be less than or equal to 3600"),
    (["make", "sgd", "--set", "name=../evil"], 1, "name: '../evil'"),
    (["record", "sgd", "-o", "run.mp4"], 1, "run.mp4: a recording's name ends in .zarr"),
    (["make", "sgd", "sgd", "-o", "x.mp4"], 2, "-o names the files of one scene"),
    (["render", "none.zarr", "-o", "a.gif"], 1, "none.zarr: no such recording"),
    (["info", "."], 1, "not a recording"),
    (["table", "none.zarr"], 1, "none.zarr: no such recording"),
    (["show", "sdg"], 1, 'sdg: no such scene or kind: did you mean "sgd"?'),
    (["record", "sgd", "-o", "/proc/run.zarr", "-q"], 1, "/proc/run.zarr: cannot write"),
    (["make", "sgd", *SHORT, "-o", "/proc/a.gif", "-q"], 1, "/proc/a.gif: cannot write"),
    (["make", "sgd", *SHORT, "-o", "/proc/a.mp4", "-q"], 1, "/proc/a.mp4: "),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=lambda value: str(value)[:60])
def test_a_mistake_is_one_clear_line(command, arguments, code, message):
    ran = command(*arguments)
    assert ran.code == code
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("vizopt: ")
    assert files() in ([], ["outputs"])


def test_a_folder_that_is_no_recording_is_not_replaced(command):
    Path("mine.zarr").mkdir()
    Path("mine.zarr/thesis.txt").write_text("years of work")
    Path("mine.zarr/zarr.json").write_text('{"attributes": {}}')
    ran = command("record", "sgd", "-o", "mine.zarr", "-q", *SHORT[:4])
    assert ran.code == 1
    assert "mine.zarr: exists and is no recording" in ran.err
    assert Path("mine.zarr/thesis.txt").read_text() == "years of work"


def test_a_dying_ffmpeg_is_one_clear_line(command, monkeypatch):
    broken = Path("ffmpeg").absolute()
    well = f'case "$*" in *null*) exec "{imageio_ffmpeg.get_ffmpeg_exe()}" "$@";; esac'  # a trial
    ill = "head -c 9000000 >/dev/null\necho 'x264 is ill' >&2\nexit 3\n"
    broken.write_text(f"#!/bin/sh\n{well}\n{ill}")
    broken.chmod(broken.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(broken))
    ran = command("make", "sgd", *SHORT, "-o", "run.zarr", "-o", "a.mp4", "-q")
    assert ran.code == 1
    assert ran.err == "vizopt: a.mp4: ffmpeg failed: x264 is ill\n"
    assert files() == ["ffmpeg", "run.zarr"]


# What is being written when Ctrl-C comes: what keeps that busy for long, and what is complete then.
PHASES = {
    "run.zarr.*.part": (["--set", "epochs=1000000"], []),
    "b.gif.*.part": (["--set", "epochs=60", "--seconds", "120", *USUAL], ["run.zarr"]),
    "a.mp4.*.part": (["--set", "epochs=60", "--seconds", "8", *USUAL], ["run.zarr"]),
}


@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_leaves_what_was_complete_and_nothing_half(tmp_path, phase):
    long, complete = PHASES[phase]
    arguments = ["make", "sgd", "-o", "run.zarr", "-o", "b.gif", "-o", "a.mp4", *long]
    with vizopt_child(*arguments, "--set", "keep.grid=20", folder=tmp_path) as process:
        until(process, lambda: list(tmp_path.glob(phase)))
        err = press(process, signal.SIGINT)
    assert process.returncode == 1
    assert err.splitlines()[-1].startswith("vizopt: interrupted")
    assert "Traceback" not in err
    assert files(tmp_path) == sorted(complete)
    assert ("run.zarr has the whole training: draw it with: vizopt render" in err) == bool(complete)


def test_a_closed_pipe_is_no_error_message(tmp_path, run):
    command = f"{sys.executable} -m vizopt table {run.path} --every 1 | head -n 1"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert ran.stdout.split()[0] == "epoch"
    assert ran.stderr == ""


def test_help_imports_nothing_heavy():
    code = (
        "import sys, vizopt.cli; "
        "heavy = {'numpy', 'matplotlib', 'zarr', 'pydantic', 'PIL', 'tqdm'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_three_lines_of_python(tmp_path):
    import vizopt

    scene = vizopt.load_scene("sgd", {"epochs": 60, "keep.grid": 20, "timeline.seconds": 0.5})
    run = vizopt.record(scene, tmp_path / "sgd.zarr")
    clip = vizopt.render(run, tmp_path / "sgd.gif", size=(320, 180))
    assert clip.path.exists()
    assert clip.length == 10


NEAREST = {  # of each rate: what is told of the files that are written at once
    60: {"gif": "at 50 fps, the nearest that a GIF can hold", "mp4": "at 60 fps  passes"},
    30: {
        "gif": "at 33.33 fps, the nearest that a GIF can hold",
        "webp": "at 30.3 fps, the nearest that a WEBP can hold",
    },
    120: {"apng": "at 90 fps, the nearest that an APNG can hold"},
    25: {"gif": "at 25 fps  passes"},
}


@pytest.mark.parametrize("asked", NEAREST)
def test_a_rate_that_a_format_cannot_hold_is_told(command, descent, asked):
    fast = ["--seconds", "0.1", "--size", "320x180", "-q"]
    files = [part for suffix in NEAREST[asked] for part in ("-o", f"a.{suffix}")]
    ran = command("render", descent.path, *files, "--fps", asked, *fast)
    for suffix, told in NEAREST[asked].items():
        (line,) = [line for line in ran.out.splitlines() if line.startswith(f"a.{suffix} ")]
        assert told in line


def test_a_rate_that_was_given_up_for_the_size_is_told_once(command, descent):
    short = ["--seconds", "0.1", "--size", "320x180", "--fps", "60", "-q"]
    whole = command("render", descent.path, "-o", "a.gif", *short, "--fit", "9MB").out
    assert "at 50 fps, the nearest that a GIF can hold" in whole
    limit = Path("a.gif").stat().st_size - 1
    less = command("render", descent.path, "-o", "a.gif", *short, "--fit", f"{limit / 1e3}kB").out
    assert "instead of 50 fps" in less
    assert "nearest" not in less


def test_the_rate_of_nobody_is_not_told(command, descent):
    ran = command(
        "render", descent.path, "-o", "a.gif", "--seconds", "0.1", "--size", "320x180", "-q"
    )
    assert "at 20 fps  passes" in ran.out


@pytest.mark.parametrize(("at", "shown"), [("12", 12), ("step=12", 12), ("0", 0)])
def test_a_still_at_a_number_is_of_what_the_run_counts(command, descent, at, shown):
    files = ["-o", "a.png", "--size", "320x180", "-q"]
    ran = command("render", descent.path, *files, "--at", at)
    assert f"  step {shown}\n" in ran.out
    assert f'at = "{at}"' in command("recipe", "a.png").out


def test_a_still_at_another_unit_or_behind_the_end(command, descent):
    for at, told in (("epoch=5", "counts steps: write step=5"), ("1_000", "write it like 4500")):
        ran = command("render", descent.path, "-o", "a.png", "--at", at)
        assert ran.code == 1
        assert told in ran.err
