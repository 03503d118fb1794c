"""Wrong inputs of every kind, some of each: no traceback, no half file, no lost file, one line.

`python tests/slow/fuzz.py` has thousands.
"""

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow.attempt import attempt
from slow.every import KINDS
from slow.kinds import material

TIMES = int(os.environ.get("VIZOPT_INPUTS", "1"))  # so many times as many
EXAMPLES = {"scenes": 2, "commands": 4, "recordings": 5, "headers": 5, "clips": 4,
            "recipes": 3, "decks": 2, "races": 1, "tunes": 2, "compares": 4, "runs": 4,
            "looks": 2, "data": 3}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return material(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_inputs_are_one_line(kind, whole, tmp_path_factory):
    @settings(max_examples=TIMES * EXAMPLES[kind], deadline=None, derandomize=True, database=None)
    @given(seed=st.integers(0, 2**32 - 1))
    def tried(seed):
        folder = tmp_path_factory.mktemp(kind)
        arguments = KINDS[kind](Random(seed), folder, whole)
        _, said, faults = attempt(arguments, folder)
        assert faults == [], f"{arguments}: {said}"

    tried()


def test_the_fuzzer_sees_a_fault(tmp_path, monkeypatch):
    from vizopt.core import library

    monkeypatch.setattr(library, "TABLES", {"optimizers": None})
    assert attempt(["list"], tmp_path)[2] == ["traceback"]
    (tmp_path / "made.png").write_bytes(b"half")
    (tmp_path / "x.part").touch()
    assert sorted(attempt(["show", "sgd"], tmp_path)[2]) == ["half file", "half file"]
