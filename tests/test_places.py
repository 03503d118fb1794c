"""Places: names that are refused, leftovers of dead processes, one process at a time."""

import contextlib
import errno
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_recording import write

import vizopt
from vizopt.clips.options import request
from vizopt.clips.plan import check_place, planned
from vizopt.clips.write import write_text
from vizopt.core import atomic as files
from vizopt.core.errors import EncodeError, RecordingError, one_line
from vizopt.core.locks import alone
from vizopt.core.places import _host, beside, parts_of, remove, scratch, sweep, tidy
from vizopt.pipeline import render_all
from vizopt.recording import atomic, resume, store
from vizopt.recording.atomic import replaced
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions

DATA = Path(__file__).parents[1] / "scenes" / "iris.csv"
TINY = request(size=(320, 180), fps=10, overrides={"timeline.seconds": 0.2})
BAD = ["CON", "nul.mp4", "Com1.gif", "a:b.mp4", "s3:/x.zarr", "a.mp4 ", "a/b./c.mp4", "n\nl.gif"]
GOOD = ["my (1).mp4", "Übung 1, Teil 2.mp4", "console.mp4", "../x.gif", ".mp4.mp4", "a.b/c.mp4"]
UNCOUNTED = ["%d%d.png", "q%d_%04d.png", "%%d.png", "%3d.png", "%x.png", "%s.png", "%05D.png"]


def dead():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("name", [*BAD, "a" * 252 + ".mp4", "ü" * 126 + ".mp4"])
def test_names_that_some_system_cannot_hold(tmp_path, name):
    with pytest.raises(EncodeError, match=r"is a device|is not for|drops|longer than 255"):
        check_place(tmp_path / name)
    with pytest.raises(RecordingError), replaced(tmp_path / f"{name}/x.zarr"):
        pytest.fail("it was begun")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [*GOOD, "a" * 251 + ".mp4"])
def test_good_names(tmp_path, name):
    check_place(tmp_path / "here" / name)


@pytest.mark.parametrize("name", ["my (1)", "Übung 1, Teil 2"])
def test_scenes_of_good_names(tmp_path, command, name):
    file = tmp_path / f"{name}.toml"
    file.write_text(command("show", "sgd").out, encoding="utf-8")
    assert vizopt.load_scene(file).name == name


@pytest.mark.parametrize("name", ["a\nb", "+a", "a?b"])
def test_what_a_name_may_have_is_said_in_words(command, name):
    Path(f"{name}.toml").write_text(command("show", "sgd").out, encoding="utf-8")
    ran = command("make", f"{name}.toml")
    words = "a scene's name has letters, digits, blanks and _ . , + - ( ) only, and no sign but _ ("
    assert ran.err == f"vizopt: {one_line(name)}.toml: name: {name!r}: {words} first\n"


def test_only_what_dead_processes_left_is_removed(tmp_path):
    pid, host = dead(), _host()
    gone = [f"a.mp4.{host}-{pid}-01234567.part", f"b.{host}-{pid}-89abcdef.part"]
    kept = [
        f"a.mp4.{host}-{os.getpid()}-01234567.part",  # alive
        f"a.mp4.{'0' * 8}-{pid}-01234567.part",  # of another machine
        "mine.part",
        "run.old",
        f"a.mp4.{host}-{pid}-0123456.part",
    ]
    for name in (gone[0], *kept):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / gone[1] / "inside").mkdir(parents=True)
    sweep(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(kept)


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("a.zarr", "a.zarr.zarr"),
        ("a", "a.zarr"),
        ("x" * 50 + "1.zarr", "x" * 50 + "2.zarr"),
        ("x" * 50, "x" * 50 + ".zarr"),
        ("ü" * 50 + "1", "ü" * 50 + "2"),
    ],
    ids=["longer", "shorter", "long", "cut", "umlauts"],
)
def test_what_another_recording_has_left_is_none_of_this_one(tmp_path, mine, other):
    (part := beside(tmp_path / mine)).mkdir()
    beside(tmp_path / other).mkdir()
    beside(tmp_path / mine, "old").mkdir()
    assert parts_of(tmp_path / mine) == [part]
    assert len(part.name.encode()) <= 255


def test_a_recording_set_aside_comes_back_and_committed_rows_stay(tmp_path):
    tail = f"{_host()}-{dead()}-01234567"
    write(tmp_path / "run.zarr", 3, 3)
    aside, part = tmp_path / f"run.zarr.{tail}.old", tmp_path / f"new.zarr.{tail}.part"
    aside.mkdir()
    (tmp_path / "run.zarr").rename(aside / "run.zarr")
    write(tmp_path / "new.zarr", 4, 4)
    (tmp_path / "new.zarr").rename(part)
    sweep(tmp_path)
    assert len(Recording(tmp_path / "run.zarr")) == 3
    assert len(Recording(part)) == 4
    assert not aside.exists()


def test_a_temporary_folder_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"vizopt.{_host()}-{dead()}-01234567.part"
    left.mkdir()
    with scratch() as folder:
        assert [*tmp_path.iterdir()] == [folder]
    assert not list(tmp_path.iterdir())


def records(rows, path, ready):
    for _ in range(4):
        ready.wait()
        with replaced(path) as part:
            write(part, rows, rows)


def test_of_runs_into_one_recording_the_last_wins_whole(tmp_path):
    path = tmp_path / "run.zarr"
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(4, timeout=60)
    runs = [fork.Process(target=records, args=(rows, path, ready)) for rows in (3, 4, 5, 6)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0] * 4
    found = Recording(path)
    assert len(found) == len(found["params"]) in (3, 4, 5, 6)
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_stays_one(tmp_path, run):
    (tmp_path / "real").mkdir()
    for name in ("a.png", "a.txt"):
        (tmp_path / name).symlink_to(tmp_path / "real" / name)
        (tmp_path / "real" / name).touch()
    render_all(run, [tmp_path / "a.png"], TINY)
    for name in ("a.png", "a.txt"):
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "real" / name).stat().st_size
    (tmp_path / "loop.zarr").symlink_to(tmp_path / "loop.zarr")
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    with pytest.raises(RecordingError, match="cannot write: Too many levels"):
        replaced(tmp_path / "loop.zarr").__enter__()
    with pytest.raises(EncodeError, match="cannot write: Too many levels"):
        planned([tmp_path / "loop.mp4"], ClipOptions(), overwrite=False)


def test_a_read_only_file_is_refused(tmp_path):
    file = tmp_path / "a.mp4"
    file.touch(0o444)
    with pytest.raises(EncodeError, match="is read-only"):
        planned([file], ClipOptions(), overwrite=False)


def test_sequences(tmp_path, run):
    names = {"%d.png": "0.png", "a-%03d.PNG": "a-000.PNG", "b%06d.png": "b000000.png"}
    clips = render_all(run, [tmp_path / name for name in names], TINY)
    assert all((tmp_path / first).exists() for first in names.values())
    frames = [clip.length for clip in clips]
    assert len([*tmp_path.glob("*.[pP][nN][gG]")]) == sum(frames) == 3 * frames[0] > 3


@pytest.mark.parametrize("name", ["100%.png", "50%off.gif", "100%done.mp4"])
def test_a_percent_sign_alone_is_part_of_a_name(tmp_path, name):
    planned([tmp_path / name], ClipOptions(), overwrite=False)


@pytest.mark.parametrize(
    "name",
    [*UNCOUNTED, "%04d-x.png", "%10d.png", "%05d.jpg", "a%5d.mp4", "50%-%d.png"],
)
def test_a_number_that_is_not_counted_is_refused_before_training(command, name):
    ran = command("make", "sgd", "-o", name, "--set", "epochs=2")
    assert ran.code == 1
    wrong = "stands for no number of a picture: name a sequence NAME-%d.png or NAME-%05d.png"
    assert re.fullmatch(rf"vizopt: {re.escape(name)}: '%\w+' here {re.escape(wrong)}\n", ran.err)


def test_a_pipe_is_no_scene_and_no_clip(command):
    os.mkfifo("p.toml")
    os.mkfifo("p.mp4")
    assert command("make", "p.toml").err.startswith("vizopt: p.toml: is no file")
    assert "p.mp4: is no file" in command("check", "p.mp4").err


def test_messages_are_printed_escaped(command):
    assert one_line("a\n\x1b[31m\u202eb é") == r"a\n\x1b[31m\u202eb é"
    ran = command("make", "no\nscene\x1b[31m\u202e.toml")
    assert ran.err.startswith(r"vizopt: no\nscene\x1b[31m\u202e.toml: ")
    assert ran.err.count("\n") == 1


def test_lines_that_name_a_file_are_printed_escaped(command, run):
    shutil.copytree(run.path, "a\n\x1b\u202e.zarr")
    shown = r"a\n\x1b\u202e.zarr"
    assert command("info", "a\n\x1b\u202e.zarr", "--verify").out.startswith(f"{shown}  ")
    lines = command("info", "a\n\x1b\u202e.zarr").out
    assert "\x1b" not in lines
    assert "\u202e" not in lines


def test_a_read_only_recording_is_refused_before_training(command, run):
    shutil.copytree(run.path, "a.zarr")
    Path("a.zarr").chmod(0o555)
    ran = command("record", "sgd", "-o", "a.zarr", "-q")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert ran.err.startswith("vizopt: a.zarr: is read-only: ")


def test_data_that_is_read_is_not_written_whatever_is_said(command):
    shutil.copy(DATA, "mine.txt")
    scene = command("show", "own-data").out.replace("iris.csv", "mine.txt")
    Path("own.toml").write_text(scene)
    before = Path("mine.txt").read_bytes()
    ran = command("make", "own.toml", "-o", "mine.png", "--overwrite", "-q")
    assert ran.code == 1
    assert ran.err.startswith("vizopt: mine.txt: is read for this clip")
    assert Path("mine.txt").read_bytes() == before


def test_what_was_written_is_listed_where_another_output_fails(command, run, monkeypatch):
    full = Path("full.part")
    full.symlink_to("/dev/full")
    own = files.beside
    monkeypatch.setattr(files, "beside", lambda file: full if file.suffix == ".gif" else own(file))
    drawn = ["-q", "--size", "320x180", "--seconds", "0.2"]
    ran = command("render", run.path, "-o", "a.gif", "-o", "a.png", *drawn)
    assert ran.code == 1
    assert ran.out.startswith("a.png  320×180")
    assert ran.err.startswith("vizopt: a.gif: cannot write: No space left")


def test_a_folder_is_removed_with_few_files_open(tmp_path):
    deep = tmp_path.joinpath("a.old", *"abcdefgh")
    deep.mkdir(parents=True)
    (deep / "file").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    (tmp_path / "a.old" / "link").symlink_to(tmp_path / "elsewhere")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        lowest = stack.enter_context((tmp_path / "free").open("w")).fileno()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 2, limits[1]))
        remove(tmp_path / "a.old")
    assert not (tmp_path / "a.old").exists()
    assert (tmp_path / "elsewhere" / "kept").exists()


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO, errno.EACCES])
def test_a_recording_that_cannot_be_looked_at_is_neither_damaged_nor_replaced(
    run, tmp_path, monkeypatch, number
):
    path = shutil.copytree(run.path, tmp_path / "a.zarr")
    opened = Recording(path)

    def refused(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(store, "read_bytes", refused)
    with pytest.raises(RecordingError, match=rf"^{path}: cannot read: {os.strerror(number)}$"):
        opened["loss"]
    with pytest.raises(RecordingError, match=rf"^{path}: cannot read: {os.strerror(number)}$"):
        Recording(path)
    monkeypatch.setattr(atomic, "read_bytes", refused)
    with pytest.raises(RecordingError, match="cannot write"), replaced(path):
        pytest.fail("it was begun")


def test_a_whole_training_stays_where_files_cannot_be_opened(run, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(OSError, match="Too many"), replaced(tmp_path / "a.zarr") as part:
        _fill(part, run, monkeypatch, refused)
    assert len(Recording(part)) == len(run)


def _fill(part, run, monkeypatch, refused):
    shutil.copytree(run.path, part, dirs_exist_ok=True)
    monkeypatch.setattr(atomic, "read_bytes", refused)
    refused()


CAN_ASK = Path("/proc/self/fd").is_dir()
UNIX = ("fcntl", "resource", "pwd", "grp", "termios")
ELSEWHERE = """
import os, signal, sys
sys.modules |= dict.fromkeys({modules})
for module, names in ((os, "getuid geteuid fork register_at_fork sched_getaffinity mkfifo"),
                      (signal, "SIGHUP")):
    for name in names.split():
        delattr(module, name)
{more}
from vizopt.__main__ import main
main()
"""
# As there a file that this process or one of its own has open keeps its name and its place.
SHARING = """
import shutil
shutil._use_fd_functions = False
SEEN = "/proc/self/fd", "/proc/self/task/{0}/children".format(os.getpid())
def link(file):
    try:
        return os.readlink(file)
    except OSError:  # closed meanwhile
        return ""
def held(path):
    place = os.path.realpath(path)
    with open(SEEN[1]) as file:
        folders = [SEEN[0], *("/proc/" + child + "/fd" for child in file.read().split())]
    files = [folder + "/" + name for folder in folders for name in os.listdir(folder)]
    return any(name == place or name.startswith(place + os.sep) for name in map(link, files))
def strict(does, both):
    def done(path, *rest, **keys):
        if "dir_fd" not in keys and any(map(held, (path, *rest[:1]) if both else (path,))):
            raise PermissionError(13, "The process cannot access the file", str(path))
        return does(path, *rest, **keys)
    return done
for name, both in (("rename", True), ("replace", True), ("unlink", False), ("remove", False),
                   ("rmdir", False)):
    setattr(os, name, strict(getattr(os, name), both))
"""


def test_what_windows_does_not_have_is_not_needed(tmp_path):
    """Nor is an open file moved or removed, which is refused there: Linux is asked what is open."""
    script = ELSEWHERE.format(modules=UNIX, more=SHARING if CAN_ASK else "")
    keys = ["--set", "epochs=3", "--set", "keep.grid=4", "--seconds", "0.1", "--size", "320x180"]
    files = ["a.zarr", "a.mp4", "a.gif", "%d.png"]
    made = ["make", "sgd", *(word for file in files for word in ("-o", f"new/{file}")), "-q", *keys]
    held = script.replace("from vizopt", "kept = open('new/a.gif')\nfrom vizopt", 1)
    refused = "vizopt: new/a.gif: cannot write: The process cannot access the file\n"
    runs = [(script, "", []), (held, refused, ["--again"])]  # then over them
    for code, told, more in runs if CAN_ASK else runs[:1]:
        command = [sys.executable, "-c", code, *made, *more]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (bool(told), told)
    left = {file.name for file in (tmp_path / "new").iterdir()}
    assert {name for name in left if not name[0].isdigit()} == {*files[:3], "a.txt", "frames.txt"}
    assert "0.png" in left


def test_no_module_that_windows_does_not_have_is_needed_at_the_start():
    needed = re.compile(rf"^(import|from) ({'|'.join(UNIX)})\b", re.MULTILINE)
    files = [*Path(vizopt.__file__).parent.rglob("*.py")]
    assert len(files) > 200
    assert not [file for file in files if needed.search(file.read_text(encoding="utf-8"))]


def test_what_a_process_has_left_is_removed_and_looked_at_once(tmp_path):
    part = beside(tmp_path / "a.mp4")
    part.touch()
    tidy()
    assert not part.exists()
    part.touch()  # somebody else's
    tidy()
    assert part.exists()


def test_files_are_on_the_disk_before_they_have_their_names(run, tmp_path, monkeypatch):
    """A power cut after a rename would leave a name without its contents."""
    synced, done = [], {}
    sync, replace, rename = os.fsync, os.replace, os.rename

    def noted(number):
        synced.append(os.fstat(number).st_ino)
        sync(number)

    def moved(move):
        def moving(source, to):
            inside = [file for file in Path(source).rglob("*") if file.is_file()] or [source]
            done[Path(to).name] = {Path(file).stat().st_ino for file in inside} <= set(synced)
            move(source, to)

        return moving

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", moved(replace))
    monkeypatch.setattr(os, "rename", moved(rename))
    render_all(run, [tmp_path / "a.gif", tmp_path / "a-%d.png"], TINY)
    vizopt.record(vizopt.load_scene("sgd", {"epochs": 3, "keep.grid": 4}), tmp_path / "a.zarr")
    assert [done[name] for name in ("a.gif", "a-0.png", "a.txt", "a.zarr")] == [True] * 4
    assert tmp_path.stat().st_ino == synced[-1]


@pytest.mark.parametrize(
    ("number", "told"), [(errno.EINVAL, ""), (errno.EIO, "cannot write: Input/output error")]
)
def test_a_disk_that_cannot_sync_is_no_fault_and_one_that_fails_is(
    tmp_path, monkeypatch, number, told
):
    def failed(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failed)
    expected = pytest.raises(EncodeError, match=told) if told else contextlib.nullcontext()
    with expected:
        write_text(tmp_path / "a.txt", "text")
    assert [file.name for file in tmp_path.iterdir()] == ([] if told else ["a.txt"])


LOOPS = [
    *("info la", "info a.zarr", "info la/a.zarr", "table la", "table a.zarr", "show la", "race la"),
    *("render a.zarr -o b.png", "make la -o b.png", "make la/a.toml", "tune a.toml", "find la"),
    *("compare la la", "slides a.mp4 -o b.pptx", "slides --template=a.pptx sgd -o b.pptx"),
]


@pytest.mark.parametrize("line", LOOPS)
def test_links_in_a_circle_are_told_by_every_command_that_reads(command, line):
    for name in ("la", "a.zarr", "a.toml", "a.mp4", "a.pptx"):
        Path(name).symlink_to(name)
    ran = command(*line.split())
    named = line.split()[1].removeprefix("--template=")
    told = f"vizopt: {named}: cannot read: Too many levels of symbolic links\n"
    assert ran.err == told
    assert ran.code == (2 if line.startswith("compare") else 1)  # of which 1 is a difference


@pytest.mark.parametrize("file", ["la/b.mp4", "la/b.zarr"])
def test_links_in_a_circle_above_a_file_are_told_before_anything_is_trained(command, file):
    Path("la").symlink_to("la")
    ran = command("make", "sgd", "-o", file, "--set", "epochs=3")
    told = f"vizopt: {file}: cannot write: Too many levels of symbolic links\n"
    assert (ran.code, ran.err) == (1, told)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks no folders")
def test_ctrl_c_while_names_are_brought_to_the_disk_leaves_no_lock(tmp_path, monkeypatch):
    """Who was interrupted there waited for itself, for it puts away what is to be kept."""
    import fcntl

    def pressed(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", pressed)
    with pytest.raises(KeyboardInterrupt), alone(tmp_path):
        pass
    place = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(place)


def test_a_part_that_goes_while_it_is_looked_at_is_none(tmp_path, monkeypatch):
    gone = beside(tmp_path / "a.zarr")
    monkeypatch.setattr(resume, "parts_of", lambda path: [gone, beside(path)])
    with pytest.raises(RecordingError, match=r"a\.zarr: nothing to resume"):
        resume.unfinished(tmp_path / "a.zarr")
