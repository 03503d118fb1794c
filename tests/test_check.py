"""`vizopt check` on files as other programs write them: times, loops, damage, words, exit codes."""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from vizopt.core.errors import DecodeError
from vizopt.flashes import watched
from vizopt.flashes.check import check_flashes, lines
from vizopt.flashes.decode import loops, pictures

BLACK, WHITE, RED, GREY = (0, 0, 0), (255, 255, 255), (255, 0, 0), (127, 127, 127)
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"]


def plain(colour, size=(64, 48)):
    return np.full((size[1], size[0], 3), colour, np.uint8)


def video(path, frames, fps=30, options=None, source=()):
    """Written by ffmpeg from frames of one size."""
    options = options or {".mp4": X264, ".webm": VP9}[Path(path).suffix]
    height, width = frames[0].shape[:2]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps)]
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run(
        [ffmpeg, "-loglevel", "error", *source, *raw, "-i", "-", *options, "-y", str(path)],
        input=b"".join(frame.tobytes() for frame in frames),
        check=True,
    )
    return Path(path)


def image(path, frames, delays, **options):
    """Written by Pillow; a delay in milliseconds for each frame."""
    first, *rest = [Image.fromarray(frame) for frame in frames]
    lossless = {"lossless": True} if Path(path).suffix == ".webp" else {}
    options = {"loop": 0} | lossless | options
    first.save(path, save_all=True, append_images=rest, duration=delays, **options)
    return Path(path)


def states(text, a=BLACK, b=WHITE, size=(64, 48)):
    """A frame for each letter: a or b."""
    return [plain(a if letter == "a" else b, size) for letter in text]


def blinks(hz, seconds=2, fps=30, **how):
    count = round(seconds * fps)
    return states(["ab"[int(i * 2 * hz / fps + 1e-9) % 2] for i in range(count)], **how)


def unlike(count):
    """Frames that no writer merges."""
    return [plain((i * 3, 80, 90)) for i in range(count)]


@pytest.fixture
def clip(tmp_path):
    return lambda name: tmp_path / name


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".mp4", ".webm"])
def test_every_format_is_judged(clip, suffix):
    for hz, delays in ((3, [170, 170, 160]), (5, [100])):
        path = clip(f"clip{hz}{suffix}")
        if suffix in (".mp4", ".webm"):
            video(path, blinks(hz))
            count = 60
        else:
            count = 4 * hz
            image(path, states("ab" * (2 * hz)), delays * (count // len(delays)))
        passed = hz == 3
        verdict = check_flashes(path)
        assert verdict.passed == passed
        assert verdict.frames == count
        assert verdict.size == (64, 48)
        assert verdict.looped
        assert verdict.general.flashes == hz
        assert verdict.red.flashes == 0


def test_gif_delays_are_those_that_browsers_keep(clip):
    delays = [100, 20, 10, 0, 250, 70]
    path = image(clip("a.gif"), unlike(6), delays)
    shown = list(pictures(path))
    assert [(p.end - p.start) // 1000 for p in shown] == [100, 20, 100, 100, 250, 70]
    assert [p.start // 1000 for p in shown] == [0, 100, 120, 220, 320, 570]


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_delays_of_other_images(clip, suffix):
    path = image(clip(f"a{suffix}"), unlike(5), [40, 33, 200, 11, 500])
    assert [p.start for p in pictures(path)] == [0, 40_000, 73_000, 273_000, 284_000]


def test_variable_delays_decide(clip):
    frames = states("abababababababab")
    fast = image(clip("fast.gif"), frames, [80] * 7 + [700] * 9)
    slow = image(clip("slow.gif"), frames, [80] * 4 + [700] * 6 + [80] * 4 + [700] * 2)
    assert check_flashes(fast, once=True).general.flashes == 3.5
    assert check_flashes(slow, once=True).general.flashes == 2.5
    assert check_flashes(str(slow)).passed


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_times_of_a_video_are_its_own(clip, suffix):
    stretch = "setpts='if(lt(N,10),N,10+(N-10)*3)/30/TB'"
    codec = {".mp4": X264, ".webm": VP9}[suffix]
    options = ["-vf", stretch, "-fps_mode", "vfr", *codec]
    path = video(clip(f"a{suffix}"), states("ab" * 10), 30, options)
    starts = [p.start for p in pictures(path)]
    wanted = [(i if i < 10 else 10 + (i - 10) * 3) / 30 * 1e6 for i in range(20)]
    assert starts == pytest.approx(wanted, abs=1000)
    verdict = check_flashes(path, once=True)
    assert verdict.general.flashes == 8  # of 19 transitions, 16 come within a second
    assert verdict.seconds == pytest.approx(40 / 30, abs=0.07)


def test_a_video_that_starts_late_starts_at_nought(clip):
    options = ["-vf", "setpts=PTS+5/TB", "-fps_mode", "passthrough", *X264]
    path = video(clip("late.mp4"), states("ab" * 5), 30, options)
    assert next(pictures(path)).start == 0


def test_colours_survive_the_decoding(clip):
    frames = [plain(c) for c in ((200, 30, 40), (30, 200, 40), (250, 250, 250), (0, 0, 0))]
    path = video(clip("a.mp4"), frames, 30, [*X264, "-crf", "4"])
    for picture, frame in zip(pictures(path), frames, strict=True):
        assert np.abs(picture.frame.astype(int) - frame).max() <= 6


SEAM = "aaabaaabbb" + "b" * 20 + "b" * 18 + "bbb" * 3 + "aaabbbaaabbb"


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_seam_of_a_loop(clip, suffix):
    """Four transitions at the end, one at the seam, three at the start."""
    path = video(clip(f"a{suffix}"), states(SEAM))
    verdict = check_flashes(path)
    assert not verdict.passed
    assert verdict.general.flashes == 4
    assert verdict.general.end < verdict.general.start < verdict.seconds
    assert "over the seam" in lines(verdict)[1]
    once = check_flashes(path, once=True)
    assert once.passed
    assert once.general.flashes <= 2
    assert not once.looped


def test_areas_that_take_turns_over_the_seam(clip):
    """Two flashes of the left half at the end, two of the right one at the start."""
    rest, left, right = plain(BLACK), plain(BLACK), plain(BLACK)
    left[:, :32] = right[:, 32:] = WHITE
    frames = [right, rest] * 2 + [left, rest] * 2
    path = image(clip("a.png"), frames, [100] * 3 + [1300] + [100] * 4)
    verdict = check_flashes(path)
    assert verdict.general.flashes == 4
    assert not verdict.passed
    assert verdict.general.end < verdict.general.start
    once = check_flashes(path, once=True)
    assert once.general.flashes <= 3
    assert once.passed


@pytest.mark.parametrize("seconds", [0.2, 1.5, 2.0, 2.5])
def test_what_is_seen_again_is_the_same_kept_or_decoded_again(clip, seconds, monkeypatch):
    """A short clip is decoded once: its pictures are kept for the second time."""
    frames = unlike(round(seconds * 10))
    path = image(clip("a.gif"), frames, [100] * len(frames))
    begun = []

    def decoded(*what):
        begun.append(what)
        return pictures(*what)

    def seen(most):
        begun.clear()
        monkeypatch.setattr(watched, "HELD_BYTES", most)
        found = [(micros, frame.tobytes()) for micros, frame in watched.Watched(path, True, "#fff")]
        return found, len(begun)

    monkeypatch.setattr(watched, "pictures", decoded)
    first_two_seconds = frames[0].nbytes * min(len(frames), 21)
    kept, once = seen(first_two_seconds)
    again, often = seen(first_two_seconds - 1)
    assert kept == again
    last = round((seconds + 2) * 1e6)
    assert [micros for micros, _ in kept if micros < last] == list(range(0, last, 100_000))
    assert once == 1
    assert often == 1 + -(-2 // seconds)


@pytest.mark.parametrize(
    ("name", "options", "looped"),
    [
        ("a.gif", {"loop": 0}, True),
        ("a.gif", {"loop": None}, False),
        ("a.gif", {"loop": 3}, True),
        ("a.png", {"loop": 0}, True),
        ("a.png", {"loop": 1}, False),
        ("a.webp", {"loop": 0}, True),
        ("a.webp", {"loop": 1}, False),
    ],
)
def test_images_loop_by_their_flag(clip, name, options, looped):
    frames, delays = states("ab" * 3 + "b" + "ab" * 2), [100] * 6 + [700] + [100] * 4
    path = image(clip(name), frames, delays, **options)
    assert loops(path) == looped
    assert check_flashes(path).looped == looped
    assert check_flashes(path).passed != looped
    assert check_flashes(path, once=True).passed


@pytest.mark.parametrize("milliseconds", [20, 50, 120, 170])
def test_a_short_loop_is_shown_until_a_second_is_full(clip, milliseconds):
    path = image(clip("a.gif"), states("ab"), [milliseconds] * 2)
    rate = 1000 / milliseconds / 2
    assert check_flashes(path).general.flashes == pytest.approx(rate, abs=0.5)
    assert check_flashes(path).passed == (rate <= 3)
    assert check_flashes(path, once=True).general.flashes == 0.5


def test_one_picture_is_no_flash(clip):
    video(clip("a.mp4"), [plain(RED)])
    image(clip("a.gif"), [plain(RED)], [100])
    Image.fromarray(plain(RED)).save(clip("still.png"))
    for name in ("a.mp4", "a.gif", "still.png"):
        verdict = check_flashes(clip(name))
        assert verdict.passed
        assert verdict.frames == 1
        assert verdict.general.flashes == verdict.red.flashes == 0
        assert verdict.general.box is verdict.general.where is None


def test_transparency_is_seen_over_white(clip):
    clear = np.zeros((48, 64, 4), np.uint8)
    dark = clear.copy()
    dark[..., 3] = 255
    for name in ("a.png", "a.webp", "a.gif"):
        path = image(clip(name), [clear, dark], 100)
        assert [int(p.frame.mean()) for p in pictures(path)] == [255, 0], name


def test_a_gif_of_changed_rectangles_is_put_together(clip):
    whole, part = plain(WHITE), plain(WHITE)
    part[10:20, 30:40] = 0
    path = image(clip("a.gif"), [whole, part, whole], 100, disposal=1)
    for picture, frame in zip(pictures(path), [whole, part, whole], strict=True):
        assert np.array_equal(picture.frame, frame)


def test_an_apngs_still_for_old_programs_is_not_shown(clip):
    path = clip("a.png")
    first, *rest = [Image.fromarray(f) for f in [plain(RED), *states("ab")]]
    first.save(path, save_all=True, append_images=rest, duration=100, default_image=True)
    assert [int(p.frame.mean()) for p in pictures(path)] == [0, 255]
    assert [p.start for p in pictures(path)] == [0, 100_000]


@pytest.mark.parametrize("size", [(63, 47), (48, 64), (101, 33), (31, 160)])
def test_odd_and_upright_sizes(clip, size):
    frames = blinks(5, 1, fps=10, size=size)
    webm = video(clip("a.webm"), frames, 10)
    gif = image(clip("a.gif"), frames, 100)
    for path in (webm, gif):
        verdict = check_flashes(path)
        assert verdict.size == size
        assert not verdict.passed
        left, top, right, bottom = verdict.general.box
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]


def test_a_turned_video_is_judged_as_it_is_shown(clip):
    flat = video(clip("flat.mp4"), blinks(5, 1))
    turn = ["-loglevel", "error", "-display_rotation", "90", "-i", str(flat), "-c", "copy"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *turn, str(clip("up.mp4"))], check=True)
    verdict = check_flashes(clip("up.mp4"))
    assert verdict.size == (48, 64)
    assert not verdict.passed


def test_where_it_flashes_and_when(clip):
    still, lit = plain(GREY, (256, 192)), plain(GREY, (256, 192))
    still[130:180, 10:70], lit[130:180, 10:70] = BLACK, WHITE
    frames = [still] * 30 + [lit if i // 3 % 2 else still for i in range(30)] + [still] * 60
    verdict = check_flashes(video(clip("a.mp4"), frames, options=[*X264, "-crf", "4"]), once=True)
    measure = verdict.general
    assert not measure.passed
    assert measure.flashes == 5
    assert 1 <= measure.end <= 2.1
    assert measure.start == pytest.approx(max(0, measure.end - 1))
    assert measure.where == "bottom left"
    left, top, right, bottom = measure.box
    assert left <= 40 <= right
    assert top <= 155 <= bottom
    assert measure.share == pytest.approx((left / 256, top / 192, right / 256, bottom / 192))
    assert measure.area == pytest.approx(50 * 60 / 1364, rel=0.1)


def test_red_names_the_definition_that_finds_more(clip):
    frames = [plain(RED if i // 3 % 2 else (200, 0, 0)) for i in range(60)]
    path = image(clip("a.png"), frames[::3], 100)
    verdict = check_flashes(path)
    assert verdict.general.passed
    assert not verdict.red.passed
    assert verdict.red.rule == "red, WCAG 2.0"
    assert "5 a second by WCAG 2.0" in lines(verdict)[2]


def test_memory_does_not_hold_the_clip(clip):
    """A picture is gone when the next but one is there."""
    import weakref

    path = image(clip("a.png"), unlike(12), 100)
    seen = []
    for picture in pictures(path):
        seen.append(weakref.ref(picture.frame))
        assert sum(ref() is not None for ref in seen) <= 2


CUT = {
    ".gif": lambda path: image(path, noisy(), 100),
    ".png": lambda path: image(path, noisy(), 100),
    ".webp": lambda path: image(path, noisy(), 100),
    ".mp4": lambda path: video(path, noisy()),
    ".webm": lambda path: video(path, noisy()),
    ".fast.mp4": lambda path: video(path, noisy(), 30, [*X264, "-movflags", "+faststart"]),
}


def noisy():
    random = np.random.RandomState(1)
    return [random.randint(0, 256, (48, 64, 3)).astype(np.uint8) for _ in range(12)]


@pytest.mark.parametrize("suffix", CUT)
def test_a_file_cut_short_cannot_be_read(clip, suffix):
    path = CUT[suffix](clip(f"a{suffix}"))
    assert len(list(pictures(path))) == 12
    data = path.read_bytes()
    for share in (0.02, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(DecodeError) as raised:
            check_flashes(path)
        assert str(raised.value).startswith(f"{path}: ")
        assert "\n" not in str(raised.value)


def test_passes_and_fails_are_the_exit_code(command):
    image("calm.gif", blinks(3, fps=6), [160, 170, 170] * 4)
    image("wild.gif", blinks(5, fps=10), 100)
    ran = command("check", "calm.gif")
    assert ran.code == 0
    assert ran.err == ""
    head, general, red = ran.out.splitlines()
    assert head == "calm.gif  pass  64×48  2 s  looped"
    assert general.startswith("  flashes      pass  3 a second, 0.00–1.00 s, ")
    assert general.endswith(", at the limit of 3")
    assert red == "  red flashes  pass  none over a quarter of any 10° of view"
    ran = command("check", "calm.gif", "wild.gif")
    assert ran.code == 1
    assert [line.split()[:2] for line in ran.out.splitlines()[::3]] == [
        ["calm.gif", "pass"],
        ["wild.gif", "FAIL"],
    ]


def test_json_has_the_same_keys_for_every_clip(command):
    image("calm.gif", blinks(3, fps=6), 170)
    image("wild.gif", blinks(5, fps=10), 100)
    ran = command("check", "calm.gif", "none.gif", "wild.gif", "--json")
    calm, none, wild = json.loads(ran.out)
    assert ran.code == 2
    assert list(calm) == list(none) == list(wild)
    about = {"file", "error", "passed", "width", "height", "frames", "seconds", "looped"}
    about |= {"paper", "limit"}
    assert set(calm) == about | {"general", "red"}
    keys = ["rule", "passed", "flashes", "margin", "start", "end", "box", "share", "where", "area"]
    assert list(calm["general"]) == list(wild["red"]) == keys
    assert [report["passed"] for report in (calm, none, wild)] == [True, None, False]
    assert none["error"] == "none.gif: cannot read: No such file or directory"
    assert wild["general"]["flashes"] == 5
    assert wild["general"]["margin"] == -2
    assert wild["general"]["where"] == "centre"


UNREADABLE = {
    "none.mp4": "cannot read: No such file",
    "folder.gif": "cannot read: Is a directory",
    "text.gif": "not an MP4, MOV, WebM, GIF, APNG, WebP, PNG or JPG, nor a page or slide",
    "empty.mp4": "not an MP4, MOV, WebM, GIF, APNG, WebP, PNG or JPG, nor a page or slide",
    "sound.mp4": "cannot read: ",
}


def test_what_cannot_be_read_is_one_line_and_the_others_are_judged(command):
    Path("folder.gif").mkdir()
    Path("text.gif").write_text("GIF pictures are nice, this is not one")
    Path("empty.mp4").touch()
    sound = ["-loglevel", "error", "-f", "lavfi", "-i", "sine=d=1", "sound.mp4"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *sound], check=True)
    image("wild.gif", blinks(5, fps=10), 100)
    for name, told in UNREADABLE.items():
        ran = command("check", name, "wild.gif")
        assert ran.code == 2
        assert ran.err.startswith(f"vizopt: {name}: {told}")
        assert ran.err.count("\n") == 1
        assert ran.out.startswith("wild.gif  FAIL")


def test_the_plot(command):
    video("wild.mp4", blinks(5, 1) + states("a" * 60))
    ran = command("check", "wild.mp4", "--plot", "plots/wild.png")
    assert ran.code == 1
    with Image.open("plots/wild.png") as picture:
        assert picture.size == (1800, 600)
        assert len(picture.getcolors(1 << 20)) > 20
    assert [p.name for p in Path("plots").iterdir()] == ["wild.png"]


def test_the_plot_of_one_picture(command):
    image("a.gif", [plain(GREY)], [100])
    assert command("check", "a.gif", "--plot", "a.png").code == 0
    assert Path("a.png").exists()


def test_a_plot_that_cannot_be(command):
    image("a.gif", states("ab"), 100)
    ran = command("check", "a.gif", "a.gif", "--plot", "a.png")
    assert ran.code == 2
    assert "--plot draws one clip" in ran.err
    ran = command("check", "a.gif", "--plot", "a.pdf")
    assert ran.code == 2
    assert "--plot a.pdf: a plot is a PNG: name it a.png" in ran.err
    ran = command("check", "a.gif", "--plot", "/proc/a.png")
    assert ran.code == 2
    assert ran.err.startswith("vizopt: /proc/a.png: cannot write")


def test_the_plot_shows_the_seam_at_the_start(tmp_path):
    from vizopt.flashes.plot import Curve

    curve = Curve()
    path = video(tmp_path / "a.mp4", states(SEAM))
    verdict = check_flashes(path, trace=curve)
    times, general, red = curve.flashes(verdict.seconds)
    assert len(times) == verdict.frames
    assert general.max() == verdict.general.flashes == 4
    assert times[general.argmax()] == pytest.approx(verdict.general.end)
    assert red.max() == 0


# A trial's outputs are null.
WELL_WHEN_ASKED = f'case "$*" in *null*) exec "{imageio_ffmpeg.get_ffmpeg_exe()}" "$@";; esac'


def test_pictures_given_up_leave_no_process(tmp_path):
    path = video(tmp_path / "a.mp4", unlike(60))
    some = pictures(path)
    next(some)
    some.close()
    assert next(pictures(path)).start == 0


def test_a_dying_ffmpeg_is_no_pass(tmp_path, monkeypatch):
    path = video(tmp_path / "a.mp4", blinks(5))
    ill = tmp_path / "ffmpeg"
    said = "n: 0 pts: 0 duration: 1 fmt:rgb24 s:1x1 i:P"
    ill.write_text(
        f"#!/bin/sh\n{WELL_WHEN_ASKED}\necho '[info] config in time_base: 1/30, ' >&2\n"
        f"echo '[info] {said}' >&2\nprintf abc\nexit 3\n"
    )
    ill.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(ill))
    with pytest.raises(DecodeError, match=r"a\.mp4: cannot read: ffmpeg ended with code 3"):
        check_flashes(path)


def test_a_change_of_size_within_a_video_is_scaled(tmp_path):
    """Two sizes in one stream, as broadcasts have; players scale the second to the first."""
    parts = [
        video(tmp_path / f"{i}.ts", blinks(5, 1, size=size), options=X264)
        for i, size in enumerate([(64, 48), (128, 96)])
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    copy = ["-loglevel", "error", "-i", str(both), "-c", "copy", str(tmp_path / "both.mp4")]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *copy], check=True, stderr=subprocess.DEVNULL)
    verdict = check_flashes(tmp_path / "both.mp4", once=True)
    assert verdict.frames == 60
    assert not verdict.passed
