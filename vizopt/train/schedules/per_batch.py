"""Per batch: the rates of epochs, for the batches in them; nothing that a scene names."""

from dataclasses import dataclass

from vizopt.train.schedules.base import Schedule


@dataclass(frozen=True)
class PerBatch:
    """Another schedule's epochs, each held for the batches of one pass.

    lr(step) = of(⌊step / batches⌋)

    Args:
        of: the schedule that counts epochs.
        batches: steps of one epoch.
    """

    of: Schedule
    batches: int

    def __call__(self, step: int) -> float:
        return self.of(step // self.batches)

    def describe(self) -> str:
        return self.of.describe()
