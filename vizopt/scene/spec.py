"""Scenes: everything about one animation, as data."""

from dataclasses import field, fields
from typing import Annotated, Any, NamedTuple

from pydantic import (
    AfterValidator,
    Field,
)

from vizopt.core import cells
from vizopt.core.errors import hint
from vizopt.core.kinds import OneOf
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Count, Whole, spec
from vizopt.draw.defaults import arranged
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.looks.look import LookSpec, resolved
from vizopt.draw.panels import Weights, is_of_one
from vizopt.draw.theme import THEMES, Theme
from vizopt.draw.timeline import TIMELINES, Logarithmic, Timeline
from vizopt.draw.whatever import Recorded
from vizopt.recording.header import Kind
from vizopt.scene.options import ClipOptions
from vizopt.scene.written import scene_toml
from vizopt.train.optimizers import OPTIMIZERS, Optimizer, acting, name_of, rate_of, said
from vizopt.train.probes import CARRIED, Keep, Record, measurable
from vizopt.train.problems import PROBLEMS, ProblemSpec

MADE_WITH = "# made with "  # the start of a recipe, before versions
RECORDED = "recorded"  # in a recipe, the table of who trained a run that vizopt did not


NAMED = (
    "a scene's name has letters, digits, blanks and _ . , + - ( ) only, and no sign but _ ( first"
)
ALWAYS_TOLD = {"momentum", "rho"}  # told above the picture even where they are the default


def _known_theme(name: str) -> str:
    if name not in THEMES:
        raise ValueError(f'unknown theme "{name}" ({hint(name, THEMES)})')
    return name


@spec
class Pause:
    """A place where a player stops until the viewer goes on; a clip without one ignores it.

    Args:
        epoch: the epoch, or step of a descent, that is shown meanwhile; before the run's end.
        text: what is written meanwhile, a question to the class.
    """

    epoch: Whole
    text: Annotated[str, Field(max_length=500)]


@spec
class Training:
    """What is trained, and what of it is kept.

    Args:
        problem: what is made small: a network's loss, or a function.
        optimizer: the update rule with its learning rate.
        seed: start of the random stream that draws the data and the first weights.
        epochs: length of the run in epochs, or in steps of a descent; epoch 0 is one of them.
        keep: which epochs are recorded in full, weights included.
        record: what is recorded besides what the picture shows.
    """

    problem: Annotated[ProblemSpec, OneOf(PROBLEMS)]
    optimizer: Annotated[Optimizer[Any], OneOf(OPTIMIZERS)]
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**32)] = 0
    epochs: Count = 10_001
    keep: Keep = Keep()
    record: Record = Record()


TRAINED = tuple(Training.__dataclass_fields__)  # the keys of the training


class Shown(NamedTuple):
    """What a presentation is held against: a run that is recorded, or will be.

    Args:
        kind: of its problem.
        layout: of its parameters.
        columns: names of all that it has, or will have.
        epochs, unit: its length, and what is counted.
        name: in a picture of several.
        names: of those.
        has: what there is to draw of a run that was recorded elsewhere.
    """

    kind: Kind
    layout: ParamLayout
    columns: frozenset[str]
    epochs: int
    unit: str
    name: str = ""
    names: tuple[str, ...] = ()
    has: Recorded | None = None


@spec
class Presentation:
    """How a run is shown: all that a recording needs to be drawn, whoever trained it.

    Args:
        title: the words that stand large above the picture.
        about: what there is to see, one line for the list of scenes.
        name: name of the files that are made, without a suffix; that of the scene's file when left
            out.
        order: place in the list of scenes, from the smallest number on.
        timeline: length and pace of the clip.
        theme: the look to start from.
        look: what differs from the theme: text, font, colours.
        stage: the panels and their places; chosen to suit the problem when left out.
        formats: suffixes of the files that `vizopt make` writes unless told otherwise.
        pause: places where the web page's player waits for the viewer.
        clip: size, rate and the like of the files, where they differ from the format's default.
    """

    title: Annotated[str, Field(max_length=2000)] = field(kw_only=True)
    about: str = ""
    name: Annotated[
        str, Field(pattern=r"^[\w(][\w.,+() -]*$", max_length=100, description=NAMED)
    ] = "scene"
    order: Whole = 1000
    timeline: Annotated[Timeline, OneOf(TIMELINES, default="logarithmic")] = Logarithmic()
    theme: Annotated[
        str, AfterValidator(_known_theme), Field(json_schema_extra={"enum": [*THEMES]})
    ] = "light"
    look: LookSpec | None = None
    stage: FigureSpec | None = None
    formats: tuple[str, ...] = ("mp4", "gif")
    pause: tuple[Pause, ...] = ()
    clip: ClipOptions = ClipOptions()

    def __post_init__(self) -> None:
        resolved(self.theme, self.look)

    @property
    def colours(self) -> Theme:
        """The theme with what the scene's own look changes."""
        return resolved(self.theme, self.look)

    def check(self, run: Shown) -> None:
        """Hold it against the run that it shows.

        Raises:
            ValueError: a pause behind its end, a panel of a layer or column that it has not.
        """
        for i, pause in enumerate(self.pause):
            if pause.epoch >= run.epochs:
                end = f"the run ends at {run.unit} {run.epochs - 1}"
                raise ValueError(f"pause.{i}.epoch: {pause.epoch}: {end}")
        arranged(run.kind, run.layout, self.stage, has=run.has)
        self.check_panels(run)

    def check_panels(self, run: Shown) -> None:
        """Raises ValueError where a panel is of a layer, column or run that there is not."""
        for key, panel in (self.stage.stated if self.stage else {}).items():
            place, layers = f"stage.{key}", run.layout.layers
            of = getattr(panel, "of", None)
            if of is not None and of not in run.names:
                way = hint(of, run.names) if run.names else "the picture shows one, leave it out"
                raise ValueError(f'{place}.of: no run "{of}": {way}')
            if of is None and run.names and is_of_one(panel):
                which = f"which of the {len(run.names)} runs?"
                raise ValueError(f'{place}.of: {which} Name one, like of = "{run.names[0]}"')
            if of not in (None, run.name):
                continue
            if isinstance(panel, Weights) and panel.layer not in layers:
                raise ValueError(
                    f'{place}.layer: no layer "{panel.layer}": {hint(panel.layer, layers)}'
                )
            for column in sorted(panel.needs - run.columns):
                raise ValueError(f'{place}: no column "{column}": {hint(column, run.columns)}')


@spec
class Scene(Presentation, Training):
    """One animation: what is trained, what is kept, how it is shown."""

    def __post_init__(self) -> None:
        super().__post_init__()
        problem = self.problem
        columns = CARRIED | problem.columns | {*measurable(problem.layout)}
        self.check(Shown(problem.kind, problem.layout, columns, self.epochs, problem.unit))

    def __repr__(self) -> str:
        """`<Scene sgd: "SGD", 301 epochs, SGD, 2 → 64 ReLU → 3 softmax>`; all of it: scene_toml."""
        unit = f"{self.problem.unit}{'s' * (self.epochs != 1)}"
        told = [f"{self.epochs} {unit}", name_of(self.optimizer), self.problem.describe()]
        return f'<Scene {self.name}: "{self.title}", {", ".join(told)}>'

    def _repr_html_(self) -> str:
        """How a notebook shows it: one line, below which all of it unfolds."""
        return cells.folded(repr(self), scene_toml(self))

    @property
    def needs(self) -> frozenset[str]:
        """What is recorded besides what every run has: for the picture, and what is asked for."""
        stage = arranged(self.problem.kind, self.problem.layout, self.stage)
        return stage.needs | {*self.record.quantities}

    def settings(self, problem: str) -> str:
        """The line below the title: the rule's name and values if it makes a step, the problem."""
        if self.epochs == 1:
            return problem
        rule = acting(self.optimizer, self.problem.layout)
        name = name_of(self.optimizer)
        if type(rule) is not type(self.optimizer):
            name = f"{name} (here {name_of(rule)})"
        values = [name, f"{rate_of(rule)} {rule.lr.describe()}"]
        for own in fields(rule):  # type: ignore[arg-type]
            value = getattr(rule, own.name)
            if own.name in ALWAYS_TOLD or (own.name != "lr" and value != own.default):
                values.append(f"{own.name.replace('_', ' ')} {said(value)}")
        return "  ·  ".join([", ".join(values), problem])
