"""ffmpeg as it is met: other versions, other programs, clips that are none, parents that die."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from children import GUARD, until, vizopt_child

from vizopt.clips.recipe import read
from vizopt.core import ffmpeg as program
from vizopt.core.errors import DecodeError, VizoptError
from vizopt.flashes import decode, videos
from vizopt.flashes.check import check_flashes
from vizopt.formats import ClipMetadata, StreamSpec, ffmpeg, format_of

REAL = imageio_ffmpeg.get_ffmpeg_exe()
SIZE = (64, 48)


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """Another ffmpeg: a shell script."""

    def put(script: str) -> Path:
        file = tmp_path / "other-ffmpeg"
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(file))
        return file

    return put


def clip(path: Path, count: int = 6, label: ClipMetadata = ClipMetadata()) -> Path:  # noqa: B008
    frames = np.full((count, SIZE[1], SIZE[0], 4), 255, np.uint8)
    frames[..., :3] = np.arange(count)[:, None, None, None] * 9
    with format_of(path).open(path, StreamSpec(SIZE, 30, lambda: list(frames), label)) as write:
        for frame in frames:
            write(frame)
    return path


OTHERS = {
    "exit 0": "is no ffmpeg",
    "exec sleep 1000": "gives no answer within 0.3 seconds",
    "sleep 1000": "gives no answer within 0.3 seconds",
    f'exec "{REAL}" -no_such_option "$@"': r"is ffmpeg \S+ \(.*no_such_option.*\): 5\.1 or newer",
    f'exec "{REAL}" "$@" 2>/dev/null': "is no ffmpeg",
    f'"{REAL}" "$@" 2>&1 | grep -v pts_time >&2': r"\(tells no times of pictures\): 5\.1 or newer",
}


@pytest.mark.parametrize(
    ("script", "suffix"),
    [*((script, ".mp4") for script in OTHERS), *zip(OTHERS, [".webm", ".html"] * 3, strict=True)],
    ids=lambda text: text.replace(REAL, "")[:40],
)
def test_another_ffmpeg_is_found_out_before_training(instead, monkeypatch, script, suffix):
    monkeypatch.setattr(program, "PATIENCE", 0.3 if "sleep" in script else 60)
    other = instead(script)
    path = Path(f"a{suffix}")
    with pytest.raises(VizoptError, match=OTHERS[script]) as raised:
        format_of(path).check(path, SIZE)
    assert str(raised.value).startswith(f"a{suffix}: {other}: ")
    assert str(raised.value).endswith(": unset IMAGEIO_FFMPEG_EXE, which names it")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.sh", "no ffmpeg at none.sh"),
        ("plain.sh", "plain.sh is not executable"),
        ("folder", "folder is a folder and no ffmpeg"),
    ],
)
def test_what_cannot_be_run_is_said_so(tmp_path, monkeypatch, name, told):
    monkeypatch.chdir(tmp_path)
    Path("plain.sh").touch(0o644)
    Path("folder").mkdir()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", name)
    with pytest.raises(VizoptError) as raised:
        program.able(Path("a.mp4"))
    assert str(raised.value) == f"a.mp4: {told}: unset IMAGEIO_FFMPEG_EXE, which names it"


def test_a_program_of_the_current_folder_is_found(instead, tmp_path, monkeypatch):
    file = instead(f'exec "{REAL}" "$@"')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", file.name)
    assert program.able(Path("a.mp4")) == str(file)


def test_a_codec_that_is_not_there_is_named(instead):
    instead(f'case "$*" in *libvpx*) set -- -c:v none_such "$@";; esac; exec "{REAL}" "$@"')
    format_of(Path("a.mp4")).check(Path("a.mp4"), SIZE)
    with pytest.raises(VizoptError, match=r"none_such.*5\.1 or newer with libvpx-vp9 is needed"):
        format_of(Path("a.webm")).check(Path("a.webm"), SIZE)


# ffmpeg 5.1's own words, before and after which it writes a picture of 2×1.
OLD = "[Parsed_showinfo_0 @ 0x5] [info] n:   {k} pts:  {k}000 pts_time:0.0{k} pos:  7 fmt:yuv420p "
OLD += "sar:1/1 s:2x1 i:P iskey:1 type:I "
WELL = f'case "$*" in *null*) exec "{REAL}" "$@";; esac\n'  # a trial


def said(*pictures: str) -> str:
    base = "echo '[Parsed_showinfo_0 @ 0x5] [info] config in time_base: 1/10000, frame_rate: 10/1'"
    return WELL + f"{base} >&2\n" + "\n".join(pictures)


def shown(k: int) -> str:
    return f"echo '{OLD.format(k=k)}' >&2; printf abcdef"


def test_without_durations_in_the_log_the_last_picture_is_as_long_as_the_one_before(
    tmp_path, instead
):
    """ffmpeg 5.1 tells none; what waited for it waited for ever."""
    path = clip(tmp_path / "a.mp4")
    instead(said(*map(shown, range(3))))
    times = [(picture.start, picture.end) for picture in decode.pictures(path)]
    assert times == [(0, 0), (100_000, 200_000), (200_000, 300_000)]
    assert check_flashes(path, once=True).seconds == 0.3


def test_a_line_may_come_later_than_its_picture(tmp_path, instead):
    """As of a script that passes ffmpeg's words on through another program."""
    path = clip(tmp_path / "a.mp4")
    line, picture = shown(0).split("; ")
    instead(said(f"{picture}; sleep 0.1; {line}"))
    assert len(list(decode.pictures(path))) == 1


def test_a_picture_may_be_told_behind_what_another_thread_has_begun_to_say(tmp_path, instead):
    """ffmpeg lists its outputs, part by part, while the first pictures come."""
    path = clip(tmp_path / "a.mp4")
    begun = r"s/.*\[info\] n:/[info]   Stream #0:0n:/"
    instead(f"""exec 3>&1; "{REAL}" "$@" 2>&1 >&3 | sed '{begun}' >&2""")
    format_of(path).check(path, SIZE)
    assert len(list(decode.pictures(path))) == 6


@pytest.mark.parametrize(
    ("script", "wrong"),
    {
        "printf abcdef; sleep 1000": "ffmpeg does not tell a picture's time",
        shown(0) + "; printf abcdef; sleep 1000": "ffmpeg does not tell a picture's time",
        shown(0).replace("abcdef", "abc"): "a picture ends too early",
        "echo '[h264 @ 0x1] [error] no frame!' >&2; exit 0": "no frame!",
        "exit 0": "there is no picture in it",
    }.items(),
)
def test_no_reader_waits_long_for_a_line_that_does_not_come(
    tmp_path, instead, monkeypatch, script, wrong
):
    monkeypatch.setattr(videos, "LATE_SECONDS", 0.1)
    path = clip(tmp_path / "a.mp4")
    instead(said(script))
    with pytest.raises(DecodeError, match=rf"a\.mp4: cannot read: {wrong}"):
        list(decode.pictures(path))


def test_large_pictures_are_the_same_in_less_memory(tmp_path, monkeypatch, instead):
    """And an ffmpeg whose source `movie` reads them takes no byte for a key pressed."""
    real = f'exec "{REAL}" "$@"'
    instead(f'case "$*" in *-nostdin*) {real};; *movie=*) exit 1;; *) {real};; esac')
    frames = np.random.default_rng(0).integers(0, 256, (12, 6, 8, 4), np.uint8)
    frames = np.kron(frames, np.ones((1, 8, 8, 1), np.uint8))
    frames[..., 3] = 255
    shown = {}
    for large in (1 << 30, 0):
        monkeypatch.setattr(ffmpeg, "MAX_PLAIN_PX", large)
        path = tmp_path / f"{large}.mp4"
        format_of(path).check(path, SIZE)
        label = ClipMetadata(title="T", recipe="# made with vizopt")
        with format_of(path).open(
            path, StreamSpec(SIZE, 29.97, lambda: list(frames), label)
        ) as write:
            for frame in frames:
                write(frame)
        assert "made with vizopt" in read(path)
        shown[large] = list(decode.pictures(path))
    plain, sparing = shown.values()
    assert [picture[:2] for picture in sparing] == [picture[:2] for picture in plain]
    for one, other in zip(sparing, plain, strict=True):
        assert abs(one.frame.astype(int) - other.frame).mean() < 20


def test_of_large_pictures_none_waits_and_their_memory_goes_back(tmp_path, monkeypatch, instead):
    """A picture of 4K is 33 MB: none is kept where one is written, and none in glibc's heaps."""
    mark, size = tmp_path / "read.txt", (2048, 1024)
    half = f'head -c 4000000 >/dev/null; echo "$MALLOC_MMAP_THRESHOLD_" >"{mark}"; cat >/dev/null'
    instead(WELL + half)
    monkeypatch.setattr(ffmpeg, "MAX_PLAIN_PX", 0)
    frame = np.full((size[1], size[0], 4), 255, np.uint8)
    path, stream = tmp_path / "a.mp4", StreamSpec(size, 30, lambda: [frame])
    with suppress(VizoptError), format_of(path).open(path, stream) as write:  # it writes nothing
        write(frame)
        limit = int(mark.read_text())
    assert limit < 3840 * 2160 * 3 // 2  # what the smallest picture of 4K takes


LACK = "echo '[graph @ 0x1] [error] Failed to allocate packet of size 2764800' >&2; exit 1"


def test_an_ffmpeg_without_memory_is_no_fault_of_the_clip_or_of_its_version(tmp_path, instead):
    path = clip(tmp_path / "a.mp4")
    instead(said(LACK))
    with pytest.raises(MemoryError):
        list(decode.pictures(path))
    instead(f'case "$*" in *synopsis*|*faststart*) {LACK};; esac\n{WELL}')
    with pytest.raises(MemoryError):
        clip(tmp_path / "b.mp4")
    instead(f'"{REAL}" -version >&2; {LACK}')
    program._refusal.cache_clear()
    with pytest.raises(MemoryError):
        format_of(path).check(path, SIZE)
    assert {file.name for file in tmp_path.iterdir()} == {"a.mp4", "other-ffmpeg"}


def test_a_clip_that_was_just_made_and_cannot_be_read_is_named_as_it_was_asked_for(
    tmp_path, instead, command, run
):
    instead(f'case "$*" in *rgb24*) echo "[x @ 0x1] [error] no frame!" >&2; exit 1;; esac\n'
            f'exec "{REAL}" "$@"')  # fmt: skip
    for name in ("a.mp4", "a.html"):
        ran = command("render", run.path, "-o", name, "-q", "--seconds", "0.1", "--size", "480x270")
        assert (ran.code, ran.err) == (1, f"vizopt: {name}: cannot read: no frame!\n")
    assert {file.name for file in tmp_path.iterdir()} == {"other-ffmpeg"}


DASH = """<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT1S"><Period>
<AdaptationSet mimeType="video/mp4"><Representation id="0" mimeType="video/mp4"
codecs="avc1.64000a" bandwidth="9">
<BaseURL>{secret}</BaseURL></Representation></AdaptationSet></Period></MPD>"""
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile '{secret}'\n"


@pytest.mark.parametrize("start", [b"<!--ftyp-->", b"<!--free-->", b"\x1aE\xdf\xa3\n"])
@pytest.mark.parametrize("text", [DASH, HLS, CONCAT], ids=["dash", "hls", "concat"])
def test_a_playlist_that_begins_like_a_clip_is_none(tmp_path, start, text):
    clip(tmp_path / "secret.mp4", label=ClipMetadata(recipe="# made with vizopt: secret"))
    list_ = tmp_path / "a.mp4"
    list_.write_bytes(start + text.format(secret="secret.mp4").encode())
    for reader in (lambda path: list(decode.pictures(path)), read):
        with pytest.raises(DecodeError, match=r"a\.mp4: cannot read: ") as raised:
            reader(list_)
        assert "secret" not in str(raised.value)


def test_a_dash_list_is_opened_by_an_ffmpeg_that_is_not_told_the_format(tmp_path):
    """What the test before would find: the list is a good one."""
    clip(tmp_path / "secret.mp4")
    list_ = tmp_path / "a.mp4"
    list_.write_bytes(b"<!--free-->" + DASH.format(secret="secret.mp4").encode())
    ran = subprocess.run([REAL, "-i", str(list_)], capture_output=True, text=True, check=False)
    assert "Input #0, dash" in ran.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes in folders here")
def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(DecodeError, match=r"a\.mp4: is no file: save what comes from it first"):
        list(decode.pictures(tmp_path / "a.mp4"))


def test_the_tags_are_in_a_file_that_is_closed(tmp_path, monkeypatch):
    """Windows lets nobody else read a file that is open, and text files there end lines in two."""
    started = subprocess.Popen

    def looked_at(command, **options):
        tags = [word for word in command if word.startswith("file:") and word.endswith(".txt")]
        for tag in tags:
            file = Path(tag.removeprefix("file:"))
            assert b"\r" not in file.read_bytes()
            here = [Path(link) for link in Path("/proc/self/fd").glob("*")]
            assert file not in [link.resolve() for link in here if link.exists()]
            seen.append(file)
        return started(command, **options)

    seen: list[Path] = []
    monkeypatch.setattr(subprocess, "Popen", looked_at)
    recipe = "# made with vizopt 1\na = 'b\\;'\n# c = d"
    path = clip(tmp_path / "a.mp4", label=ClipMetadata(title="T; #1", recipe=recipe))
    assert len(seen) == 1
    assert read(path) == recipe


def ffmpegs(parent: int) -> list[int]:
    """Processes that run an ffmpeg and were started by this one."""
    found = []
    for thread in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, thread.read_text().split()):
                name, rest = Path(f"/proc/{child}/stat").read_text()[:200].rsplit(")", 1)
                if "(ffmpeg" in name and rest.split()[0] != "Z":
                    found.append(child)
    return found


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(not list(Path("/proc/self/task").glob("*/children")), reason="looks into /proc")
@pytest.mark.parametrize(
    ("kind", "name"), [("make", "SIGKILL"), ("make", "SIGHUP"), ("check", "SIGKILL")]
)
def test_ffmpeg_ends_with_its_parent(tmp_path, kind, name):
    long = ["make", "momentum-fast", "--seconds", "60", "--size", "480x270", "-q", "-o", "a.mp4"]
    if kind == "check":
        clip(tmp_path / "a.mp4", 3000)
        long = ["check", "a.mp4"]
    with vizopt_child(*long, folder=tmp_path) as process:
        until(process, lambda: working(process.pid))
        children = ffmpegs(process.pid)
        os.kill(process.pid, getattr(signal, name))
        process.wait()
        give_up = time.monotonic() + GUARD
        while not all(map(ended, children)):
            assert time.monotonic() < give_up, "ffmpeg goes on"
            time.sleep(0.01)


def working(parent: int) -> bool:
    """Whether an ffmpeg that is no trial is there."""
    lines = []
    for pid in ffmpegs(parent):
        try:
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            continue
    return any(b"null" not in line for line in lines if line)


def test_an_ffmpeg_that_cannot_read_large_pictures_is_refused_before_they_are_drawn(
    tmp_path, instead, monkeypatch
):
    """Of its source `movie`, which only they need."""
    instead(f'case "$*" in *movie=*) echo "[lavfi @ 0x1] [error] No such filter: \'movie\'" >&2; '
            f'exec "{REAL}" -version >&2;; *) exec "{REAL}" "$@";; esac')  # fmt: skip
    path = tmp_path / "a.mp4"
    format_of(path).check(path, SIZE)
    monkeypatch.setattr(ffmpeg, "MAX_PLAIN_PX", 0)
    with pytest.raises(
        VizoptError, match=r"\(No such filter: 'movie'\): 5.1 or newer with libx264"
    ):
        format_of(path).check(path, SIZE)
