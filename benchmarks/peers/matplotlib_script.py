"""The usual afternoon: one figure, artists updated by FuncAnimation, saved by its writers."""

import matplotlib as mpl
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def animate(run, rows, size, path, fps):
    """Draw the same panels of a recording's rows and save them as .mp4 or .gif."""
    import imageio_ffmpeg

    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplot_mosaic(
        [["plane", "w1", "w2", "u2"], ["plane", "u1", "w2", "u2"], ["plane", "loss", "w2", "u2"],
         ["plane", "accuracy", "w2", "u2"], ["plane", "lr", "w2", "u2"]],
        width_ratios=[5, 4, 0.6, 0.6],
    )  # fmt: skip
    params, scores, epochs = run["params"], run["scores"], run["epoch"]
    history = {name: run[name] for name in ("loss", "accuracy", "lr")}
    points, labels = run["points"], run["labels"]
    extent = run["extent"]
    plane = axes["plane"]
    background = plane.imshow(
        scores[0].argmax(0), extent=extent, cmap="Pastel1", vmin=0, vmax=8, interpolation="bilinear"
    )
    plane.scatter(points[:, 0], points[:, 1], c=labels, s=14, edgecolors="w", linewidths=0.5)
    title = plane.set_title("")
    images = {}
    for name, layer in (("1", "dense1"), ("2", "dense2")):
        matrix = run.layout.matrix(layer, params)
        limit, change = abs(matrix).max(), abs(np.diff(matrix, axis=0)).max()
        for kind, top in (("w", limit), ("u", change)):
            images[kind + name] = axes[kind + name].imshow(
                matrix[0], cmap="RdBu_r", vmin=-top, vmax=top, aspect="auto"
            )
    lines = {}
    for name, values in history.items():
        axes[name].set(xlim=(0, len(values)), ylim=(0, 1.1 * values.max()), ylabel=name)
        (lines[name],) = axes[name].plot([], [])

    def update(k):
        row, before = rows[k], rows[max(k - 1, 0)]
        background.set_data(scores[row].argmax(0))
        for name, layer in (("1", "dense1"), ("2", "dense2")):
            now = run.layout.matrix(layer, params[row])
            images["w" + name].set_data(now)
            images["u" + name].set_data(now - run.layout.matrix(layer, params[before]))
        for name, line in lines.items():
            line.set_data(np.arange(epochs[row] + 1), history[name][: epochs[row] + 1])
        title.set_text(f"epoch {epochs[row]}")

    writer = FFMpegWriter(fps=fps) if path.suffix == ".mp4" else PillowWriter(fps=fps)
    FuncAnimation(figure, update, frames=len(rows)).save(path, writer=writer, dpi=100)
