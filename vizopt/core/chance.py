"""Chance: random numbers that everybody draws from, and that go on as if nobody had."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def chance_kept() -> Iterator[None]:
    """What is drawn here of Python's, NumPy's and PyTorch's own random numbers comes again."""
    state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with _kept_by_torch():
            yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)


@contextmanager
def _kept_by_torch() -> Iterator[None]:
    if not (torch := sys.modules.get("torch")):
        yield
        return
    cuda = torch.cuda
    with torch.random.fork_rng(range(cuda.device_count()) if cuda.is_initialized() else []):
        yield
