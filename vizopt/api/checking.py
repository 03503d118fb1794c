"""Checking: what a clip says of how it was made, and whether it is safe to show."""

from pathlib import Path

from vizopt.api.keywords import PathLike
from vizopt.clips.plan import check_place
from vizopt.clips.recipe import read
from vizopt.core.errors import DecodeError, VizoptError
from vizopt.core.places import at_home
from vizopt.flashes.check import Verdict, check_flashes
from vizopt.formats import is_sequence
from vizopt.formats.ours import guard


def check(
    path: PathLike, *, once: bool = False, plot: PathLike | None = None, overwrite: bool = False
) -> Verdict:
    """Whether a clip flashes more than is safe, by WCAG 2.2: `check("a.mp4").passed`.

    Measures its flashes by success criterion 2.3.1, three flashes or below threshold.

    Args:
        path: of the clip: .mp4, .mov, .webm, .gif, .apng, .webp, or the one of a page or slide; a
            .png or .jpg is one picture, which never flashes.
        once: judge as shown once; MP4, MOV and WebM count as looped.
        plot: picture of its flashes to write, FILE.png.
        overwrite: a plot that vizopt did not write may be replaced.

    Raises:
        VizoptError: the clip cannot be read, or the plot not be written.
    """
    path = at_home(path)
    if is_sequence(path):
        raise DecodeError(f"{path}: its pictures have no times: check the clip that they become")
    if plot is None:
        return check_flashes(path, once)
    plot = at_home(plot)
    check_plot(plot, path, overwrite)
    from vizopt.flashes.plot import Curve, draw

    curve = Curve()
    verdict = check_flashes(path, once, curve)
    if verdict.paper:  # the curve of the paper that counts
        curve = Curve()
        verdict = check_flashes(path, once, curve, (verdict.paper,))
    draw(plot, verdict, curve)
    return verdict


def check_plot(plot: Path, clip: Path, overwrite: bool) -> None:
    """Find out beforehand that there can be no such plot.

    Raises:
        VizoptError: it is no PNG, the clip itself, or somebody else's file.
    """
    if plot.suffix.lower() != ".png":
        raise VizoptError(f"{plot}: a plot is a PNG: name it {plot.stem}.png")
    if plot.exists() and clip.exists() and plot.samefile(clip):
        raise VizoptError(f"{plot}: is the clip itself: choose another name for its plot")
    check_place(plot)
    guard(plot, overwrite)


def recipe(path: PathLike) -> str:
    """How a clip was made, from the clip itself: its scene's TOML.

    Written into a file NAME.toml it is a scene like any other: `vizopt.make("NAME.toml", "a.gif")`.

    Args:
        path: of the clip, of any format; of a sequence its name, `fr-%05d.png`.

    Raises:
        VizoptError: no such clip, or no recipe in it.
    """
    return read(at_home(path)).rstrip() + "\n"
