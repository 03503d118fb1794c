"""Labels: what a clip's file says of itself, read from the recording."""

from dataclasses import asdict, replace

import numpy as np
import tomli_w

from vizopt.core.toml import parsed
from vizopt.formats import ClipMetadata
from vizopt.recording.readout import writing_of
from vizopt.recording.store import Recording
from vizopt.scene.load import bare, bare_table
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import MADE_WITH, RECORDED, Presentation, Scene
from vizopt.scene.written import as_table, scene_toml
from vizopt.story import Story


def metadata_of(
    run: Recording,
    scene: Presentation,
    story: Story,
    options: ClipOptions,
    *,
    card: int,
    warning: str,
) -> ClipMetadata:
    """The metadata of a clip of a recording.

    Args:
        run: the recording.
        scene: how it is drawn.
        story: the same in words.
        options: the clip's size, rate and the like.
        card: frames of the warning in front.
        warning: what it says; empty without one.
    """
    assert options.fps is not None
    rows = scene.timeline.rows(run["epoch"], options.fps)
    epochs = run["epoch"][np.concatenate([np.zeros(card, np.intp), rows])]
    history = [name for name, array in run.columns.items() if array.path.startswith("history/")]
    written = {
        name: writing_of(run, name) for name in ("x", "loss") if run.header.kind == "function"
    }
    numbers = {run.header.unit: epochs} | {name: run[name][epochs] for name in sorted(history)}

    def frame(epoch: int) -> int:
        """The first frame, behind the card, that shows this epoch or a later one."""
        shown = int(np.searchsorted(epochs[card:], epoch))
        return card + min(shown, len(rows) - 1)

    return ClipMetadata(
        title=scene.title,
        alt=story.alt,
        paragraphs=story.paragraphs,
        recipe=_recipe(run, replace(scene, clip=options)),
        warning=warning,
        unit=run.header.unit,
        kind=run.header.kind,
        numbers=numbers,
        texts={name: [way(float(v)) for v in numbers[name]] for name, way in written.items()},
        marks=tuple((frame(event.epoch), event.words) for event in story.events),
        pauses=tuple((frame(pause.epoch), pause.text) for pause in scene.pause),
        colours=_colours(scene) if _is_own(scene) else {},
        around=_colours(scene),
        font=(scene.look.font if scene.look else None) or "",
        words=scene.colours.words,
        loop=options.loop,
    )


def _is_own(scene: Presentation) -> bool:
    """Whether a look has a paper or ink of its own."""
    return scene.look is not None and bool(scene.look.paper or scene.look.ink)


def _colours(scene: Presentation) -> dict[str, str]:
    """Of a look."""
    theme = scene.colours
    uses = ("paper", "ink", "muted", "rule")
    return {use: getattr(theme, use) for use in uses} | dict(theme.accents)


def _recipe(run: Recording, scene: Presentation) -> str:
    """The scene's TOML, below what made the recording; of a run that vizopt did not train, how it
    is shown and what was recorded by whom."""
    versions = ", ".join(f"{name} {version}" for name, version in run.header.versions.items())
    if isinstance(scene, Scene):
        return f"{MADE_WITH}{versions}\n{scene_toml(bare(scene))}"
    if run.header.external is None:  # of a kind that is not registered here
        whole = parsed(run.header.scene) | as_table(scene)
        return f"{MADE_WITH}{versions}\n{tomli_w.dumps(bare_table(whole))}"
    recorded = tomli_w.dumps({RECORDED: asdict(run.header.external)}) if run.header.external else ""
    return f"{MADE_WITH}{versions}\n{scene_toml(scene)}\n{recorded}"
