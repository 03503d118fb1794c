"""Streams: random numbers of one purpose, which no other purpose moves."""

from dataclasses import dataclass

from numpy.random import RandomState, SeedSequence


@dataclass(frozen=True, slots=True)
class Streams:
    """A stream for each purpose, epoch and step, beside the one of data and first weights.

    stream = RandomState(SeedSequence(entropy, spawn_key=(purpose, number)))

    So a scene with `batch`, `dropout` or `validation` has the data and the first weights of the
    scene without, and changing one of the three leaves the other two alone.

    Args:
        entropy: 128 bits that the scene's seed decides.
    """

    entropy: tuple[int, ...]

    @classmethod
    def beside(cls, rng: RandomState) -> "Streams":
        """From where rng stands; nothing is drawn from it."""
        state = rng.get_state(legacy=False)["state"]
        whole = SeedSequence([*map(int, state["key"]), int(state["pos"])])
        return cls(tuple(map(int, whole.generate_state(4))))

    def validation(self) -> RandomState:
        """Which samples are held out."""
        return self._stream(0, 0)

    def shuffle(self, epoch: int) -> RandomState:
        """The order of an epoch's samples."""
        return self._stream(1, epoch)

    def dropout(self, step: int) -> RandomState:
        """Which units a step leaves out."""
        return self._stream(2, step)

    def _stream(self, purpose: int, number: int) -> RandomState:
        seeds = SeedSequence(self.entropy, spawn_key=(purpose, number)).generate_state(8)
        return RandomState(seeds)
