"""Compose: the alt text and the paragraphs of a story."""

from dataclasses import dataclass, replace
from html import escape

from vizopt.core.arrays import Size
from vizopt.core.errors import RecordingError
from vizopt.draw.defaults import arranged_for
from vizopt.recording.events import Event, events
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.spec import Presentation, Scene
from vizopt.story import elsewhere, external, logged
from vizopt.story.kinds import TELLERS
from vizopt.story.measured import courses
from vizopt.story.phrases import cut, plain, sentence
from vizopt.story.picture import seen
from vizopt.story.setup import how
from vizopt.train.optimizers import name_of

ALT = 250  # characters of the alt text at most: what screen readers and slides take well
TITLE = 70  # characters of the title in it, so that the outcome has room


@dataclass(frozen=True, slots=True)
class Story:
    """What a clip shows, in words.

    Args:
        alt: one paragraph of at most 250 characters, for an image's alt attribute.
        paragraphs: what is trained, how, what happened, what is seen.
        events: what happened when, as data.
    """

    alt: str
    paragraphs: tuple[str, ...]
    events: tuple[Event, ...]

    @property
    def text(self) -> str:
        """The whole as a text file: the alt text first, an empty line between paragraphs."""
        return "\n\n".join([self.alt, *self.paragraphs]) + "\n"

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        return "".join(f"<p>{escape(told)}</p>" for told in (self.alt, *self.paragraphs))


def of(
    run: Recording,
    scene: Presentation | None = None,
    warning: str = "",
    slide: Size | None = None,
) -> Story:
    """The story of a recording.

    Args:
        run: the recording.
        scene: how it is drawn, where that is not how it was recorded: title, theme, stage.
        warning: what stands on the card in front of a clip that may flash.
        slide: size of a clip for a slide, whose title stands outside it.

    Raises:
        RecordingError: damaged, or without a single row.
    """
    if not run.epochs:
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    scene = scene or presented(run)
    found = events(run)
    told = TELLERS[run.header.kind]
    if isinstance(scene, Scene):
        made = [told.trained(run, scene), how(scene, run)]
    else:
        by = external if run.header.external else elsewhere
        made = [by.trained(run), by.how(run)]
    stage = arranged_for(run, scene.stage, slide)
    pictured = scene if slide is None else replace(scene, title="")
    seen_in = seen(pictured, stage, run, held=not warning)
    if run.header.external:
        went = [logged.happened(run, found), seen_in]
    else:
        went = [told.happened(run, found), courses(run), seen_in]
    paragraphs = tuple(filter(None, [warning, *made, *went]))
    return Story(_alt(scene, run, found), paragraphs, found)


def _alt(scene: Presentation, run: Recording, found: tuple[Event, ...]) -> str:
    """Title, what is trained, then as much of what happened as there is room for."""
    told = TELLERS[run.header.kind]
    if isinstance(scene, Scene):
        name = name_of(scene.optimizer)
        what = told.what(name, run, scene)
    else:
        by = external if run.header.external else elsewhere
        name, what = by.rule(run), by.what(run)
    title = cut(plain(scene.title), TITLE).rstrip(" .:")
    told_by_name = title.lower() in ("", name.lower())
    text = sentence(what if told_by_name else f"{title}: {what}")
    short = logged if run.header.external else told
    for part in short.in_short(run, found):
        if len(text) + 1 + len(part) <= ALT:
            text = f"{text} {part}"
    return cut(text, ALT)
