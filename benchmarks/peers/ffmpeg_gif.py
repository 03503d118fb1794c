"""A GIF as ffmpeg makes it: palettegen on eight frames, then paletteuse without dithering."""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg


def encode(path, frames, size, fps):
    with tempfile.TemporaryDirectory() as folder:
        palette = str(Path(folder) / "palette.png")
        few = frames[:: len(frames) // 8]
        run(few, size, fps, ["-vf", "palettegen", "-frames:v", "1", "-update", "1", palette])
        use = "[0][1]paletteuse=dither=none:diff_mode=rectangle"
        run(frames, size, fps, ["-i", palette, "-filter_complex", use, str(path)])


def run(frames, size, fps, options):
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{size[0]}x{size[1]}"]
    start = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *raw]
    command = [*start, "-framerate", str(fps), "-i", "-", *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    for frame in frames:
        process.stdin.write(frame.data)
    process.stdin.close()
    assert process.wait() == 0
