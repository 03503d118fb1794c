"""Quality: what is given up for a smaller file, step by step."""

from typing import NamedTuple

MAX_LEVEL = 4


class QualityStep(NamedTuple):
    """One step: a smaller file, and more harm, than the step before.

    Args:
        level: the encoder's own: a coarser quantiser, fewer colours.
        fps_share: share of the frames a second that is kept.
        size_share: share of the width and height.
        narrow: whether a page keeps its second clip.
    """

    level: int = 0
    fps_share: float = 1.0
    size_share: float = 1.0
    narrow: bool = True


# In this order by measurement: docs/decisions/009-least-harm.md. Each is smaller than the last.
VIDEO = (
    QualityStep(),
    *(QualityStep(level) for level in (1, 2)),
    *(QualityStep(2, 1.0, size) for size in (0.75, 0.6)),
    *(QualityStep(3, fps, 0.5) for fps in (1.0, 0.5)),
)
LOSSLESS = (
    QualityStep(),
    *(QualityStep(level) for level in (1, 2, 3)),
    *(QualityStep(3, fps) for fps in (0.75, 0.5)),
    *(QualityStep(3, 0.5, size) for size in (0.8, 0.6)),
    QualityStep(4, 0.25, 0.6),
)
STILL_STEPS = tuple(QualityStep(size_share=size) for size in (1.0, 0.75, 0.6, 0.5))
