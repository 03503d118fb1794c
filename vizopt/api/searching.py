"""Searching: the setting of a descent that is first at its goal."""

from numbers import Integral

from vizopt import search
from vizopt.api.drawing import scene_of
from vizopt.api.keywords import PathLike
from vizopt.clips.plan import check_place
from vizopt.clips.write import write_text
from vizopt.core.errors import VizoptError
from vizopt.core.marks import signed
from vizopt.core.numbers import count, counted, number
from vizopt.core.places import at_home
from vizopt.core.progress import Bar, usual
from vizopt.core.wanted import wanted
from vizopt.formats.ours import guard
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml
from vizopt.search import Found

MAX_STEPS = 10_000


def find(
    scene: Scene | PathLike,
    reach: str | int = "global",
    within: int = 100,
    file: PathLike | None = None,
    *,
    overwrite: bool = False,
    bar: Bar | None = None,
) -> Found:
    """Search learning rate and momentum that get there first: `find("good", within=200)`.

    The fewest steps that a descent of one variable needs to a minimum, and how exact the learning
    rate must be for it.

    Args:
        scene: a descent: a bundled scene's name, a TOML file, or a loaded scene.
        reach: a minimum: "global", or 1, 2, … counted downhill from the start.
        within: steps at most, up to 10000.
        file: the scene with the setting found, to be written: NAME.toml.
        overwrite: a file that vizopt did not write may be replaced.
        bar: shows progress; in a notebook its own unless another is named, elsewhere none.

    Raises:
        VizoptError: no setting stays there within the steps, or the scene is no descent.
    """
    wanted("find: within", within, Integral, "100")
    if not 1 <= within <= MAX_STEPS:
        raise VizoptError(f"find: within={within}: a number of steps from 1 to {MAX_STEPS}")
    place = at_home(file) if file else None
    if place:
        if place.suffix != ".toml":
            raise VizoptError(f"{place}: a scene's name ends in .toml")
        check_place(place)
        guard(place, overwrite)
    loaded = scene_of(scene, {})
    found = search.find(loaded, str(reach), within, bar or usual())
    _check_steps(found, within)
    if place:
        toml = scene_toml(search.with_setting(loaded, found, place.stem))
        write_text(place, signed(f"{toml}\n# ", "\n"))
    return found


def _check_steps(found: Found, within: int) -> None:
    """Raises VizoptError where it is not there in time, and says how nearly."""
    if found.steps is not None and found.steps <= within:
        return
    came = (
        f"the nearest ends {number(found.distance)} away"
        if found.steps is None
        else f"the first is there from step {count(found.steps)} on"
    )
    raise VizoptError(
        f"no setting stays at {found.where} within {counted(within, 'step')}: {came}, with "
        f"{found.setting}: allow more steps"
    )
