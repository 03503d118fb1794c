"""Runs of a race that are equal: nothing that is told of it names one of them alone."""

import pytest

import vizopt
from vizopt.recording.seeded import Seeded
from vizopt.recording.standings import leads
from vizopt.scene.load_race import load_race
from vizopt.story.race import of_race, race_events

RISING, LATE, LOW = [0.3, 0.5, 0.8], [0.3, 0.4, 0.8], [0.3, 0.4, 0.45]
SHARE = "75\N{NO-BREAK SPACE}%"


@pytest.fixture
def recorded(tmp_path):
    def record(name, values, column="accuracy"):
        with vizopt.Run(tmp_path / f"{name}.zarr", title=name) as run:
            for step, value in enumerate(values):
                run.log(step=step, **{"loss": 1 - value, column: value})
        return vizopt.Recording(tmp_path / f"{name}.zarr")

    return record


def told(runs):
    return of_race(runs, load_race("rules", {"title": "Equal"}))


@pytest.mark.parametrize(
    ("each", "said"),
    [
        (
            {"a": RISING, "b": RISING},
            f"a and b have the highest accuracy, 0.800. a and b are first at {SHARE}, at epoch 2.",
        ),
        (
            {"a": LOW, "b": RISING, "c": RISING, "d": RISING},
            "b, c and d have the highest accuracy, 0.800. "
            f"b, c and d are first at {SHARE}, at epoch 2.",
        ),
        (
            {"a": RISING, "b": [0.3, 0.8, 0.8]},
            f"b and a have the highest accuracy, 0.800. b is first at {SHARE}, at epoch 1.",
        ),
        (
            {"a": RISING, "b": [0.3, 0.5, 0.85]},
            f"b has the highest accuracy, 0.850. a and b are first at {SHARE}, at epoch 2.",
        ),
        (
            dict.fromkeys("abcdef", RISING),
            "a, b, c, d and 2 more have the highest accuracy, 0.800. "
            f"a, b, c, d and 2 more are first at {SHARE}, at epoch 2.",
        ),
    ],
)
def test_a_tie_names_no_winner(each, said, recorded):
    runs = {name: recorded(name, values) for name, values in each.items()}
    assert told(runs).alt.endswith(said)


def test_a_tie_in_loss_or_in_medians_names_no_winner(recorded):
    runs = {name: recorded(name, [2.0, 0.5, 1.0], "loss") for name in "ab"}
    assert told(runs).alt.endswith("a and b have the lowest loss, 0.500.")
    seeds = {"a": (LOW, LATE, RISING), "b": (LATE, RISING, RISING)}
    runs = {}
    for name, every in seeds.items():
        members = [recorded(f"{name} {i}", values) for i, values in enumerate(every)]
        runs[name] = Seeded(members[0].path, members)
    said = f"a and b have the highest accuracy, 0.800. a and b are first at {SHARE}, at epoch 2."
    assert told(runs).alt.endswith(said)


def test_nobody_leads_who_came_first_with_another(recorded):
    runs = {"a": recorded("a", [0.3, 0.4, 0.45])}
    runs |= {name: recorded(name, [0.3, 0.35, 0.8]) for name in "bc"}
    assert leads(runs) == [(1, "a"), (2, None)]
    assert "a has the best accuracy so far from epoch 1 on, nobody alone from epoch 2 on." in (
        told(runs).text
    )
    words = [str(event.words) for event in race_events(runs)]
    first = [f"b, c are the first to reach {share}\N{NO-BREAK SPACE}%" for share in (50, 75)]
    assert words == ["a leads", *first]
