"""The text alternative: true to the recorded columns, short where it must be, beside every clip."""

import re
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from descents import Held, descend, scene_of
from hypothesis import given
from hypothesis import strategies as st

import vizopt
from vizopt import pipeline, story
from vizopt.clips.options import request
from vizopt.core import library
from vizopt.core.errors import VizoptError
from vizopt.core.marks import signed
from vizopt.core.numbers import count, counted, number, setting
from vizopt.draw.panels import PANELS
from vizopt.pipeline import prepared
from vizopt.recording import summary
from vizopt.scene.load import parse_scene
from vizopt.story.phrases import cut, listed, plain, times
from vizopt.story.picture import PANELS_TOLD
from vizopt.story.setup import rule
from vizopt.train.optimizers import OPTIMIZERS

LESSON = "(x/3)**2 - cos(x) + x*cos(5*x)/2 - x/4"
SMALL = request(size=(480, 270))
SETTINGS = dict.fromkeys(OPTIMIZERS, "") | {
    "momentum": "momentum", "rmsprop": "rho epsilon", "adam": "1 2 epsilon", "adamw": "decay",
    "muon": "momentum decay lr", "rprop": "minus plus min max", "nadam": "decay",
}  # fmt: skip
HOSTILE = [
    "",
    "x" * 1000,
    "A title that goes on " * 60,
    "9" * 400,
    "1 000 000 " * 40,
    "1\u2009000\u2009000 " * 40,
    "two\nlines\tand\x00control\u202ecodes",
    "<script>alert('&')</script> \"quoted\" " * 9,
    "\N{PILE OF POO}" * 300,
]


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """A bundled scene, recorded with some keys changed; once for all tests."""
    kept = {}

    def record(name, **keys):
        keys = {key.replace("__", "."): value for key, value in keys.items()} | {"keep.grid": 4}
        place = (name, *map(str, keys.items()))
        if place not in kept:
            path = tmp_path_factory.mktemp(name) / "run.zarr"
            kept[place] = vizopt.record(vizopt.load_scene(name, keys), path)
        return kept[place]

    return record


@pytest.fixture(scope="session")
def short(recorded):
    """A bundled scene's first epochs."""

    def record(name):
        return recorded(name, epochs=min(vizopt.load_scene(name).epochs, 31))

    return record


def kinds(told):
    return {event.kind: event for event in told.events}


@pytest.mark.parametrize("name", library.names())
def test_every_bundled_scene_is_told(short, name):
    told, title = story.of(short(name)), vizopt.load_scene(name).title
    assert 60 <= len(told.alt) <= 250
    assert told.alt.endswith(".")
    assert told.text.startswith(f"{told.alt}\n\n")
    assert told.text.endswith(".\n")
    assert told.text.count("\n\n") == len(told.paragraphs)
    assert len(told.paragraphs) == (3 if name == "landscape" else 4)
    for paragraph in (told.alt, *told.paragraphs):
        assert re.fullmatch(r"[^\n]+", paragraph)
        told_by_us = paragraph.removeprefix(title)
        assert not re.search(r"  |[.,;:]{2}| [,.;:]|None|\bnan\b|\binf\b|[{}]", paragraph)
        assert not re.search(r"-\d|e[-+]\d|0\.0000|\D\.\d", told_by_us)
        assert not re.search(r"\b1 (\w+ )?(points|classes|units|steps|minima|times)\b", paragraph)
    sentences = re.split(r"(?<=[.]) (?=[A-Z])", " ".join(told.paragraphs))
    assert len(set(sentences)) == len(sentences)
    assert all(text[0].isupper() for text in sentences)


@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: repr(title[:20]))
@pytest.mark.parametrize("name", ["adam", "unstable", "landscape"])
def test_no_title_breaks_the_alt_text(short, name, title):
    run = short(name)
    scene = parse_scene(run.header.scene, "", {}, {})
    told = story.of(run, replace(scene, title=title))
    assert len(told.alt) <= 250
    assert "\n" not in told.alt
    assert all(char.isprintable() or char in "\u2009\u00a0" for char in told.alt)
    what = {"adam": "Adam trains", "unstable": "starts at x = −3.000"}
    assert what.get(name, "7 minima") in told.alt
    told.text.encode()


@given(st.text(), st.integers(2, 300))
def test_a_cut_text_is_short_enough(text, most):
    assert len(cut(text, most)) <= most
    assert cut(text, most).isprintable() or not text.isprintable()


@pytest.mark.parametrize("name", ["momentum-09", "adam"])
def test_an_alt_text_ends_with_a_whole_sentence(recorded, name):
    run = recorded(name, epochs=301)
    scene = parse_scene(run.header.scene, "", {}, {})
    told = story.of(run, replace(scene, title="A title that goes on " * 60))
    assert 200 < len(told.alt) <= 250
    assert told.alt.endswith(".")
    last = [event.epoch for event in told.events if event.kind == "accuracy"][-1]
    assert story.of(run).alt.endswith(f"at epoch {last}.")


@given(st.lists(st.text("abc.,", min_size=1, max_size=9), min_size=9), st.integers(12, 60))
def test_a_cut_is_between_words(words, most):
    text = " ".join(words)
    kept = cut(text, most)
    assert len(kept) <= most
    if kept != text:
        whole = [" ".join(words[:n]).rstrip(".,") + "…" for n in range(len(words) + 1)]
        assert kept in whole


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(2, 60))
def test_a_cut_leaves_numbers_whole(numbers, most):
    text = ", ".join(f"epoch {count(value)}" for value in numbers)
    kept = cut(text, most).rstrip("…").rstrip()
    assert text.startswith(kept)
    rest = text[len(kept) :]
    assert not (re.search(r"\d$", kept) and re.match(r"[ \u2009]?\d", rest))


def test_phrases():
    assert [listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert [counted(n, "class") for n in (0, 1, 2)] == ["0 classes", "1 class", "2 classes"]
    assert counted(10_000, "local minimum") == "10\u2009000 local minima"
    assert [times(n) for n in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert plain(" a\n\u202eb\x00 ") == "a b"


def test_sgd_is_true_to_its_columns(run):
    """301 epochs of the scene, with the numbers of the recording."""
    told = story.of(run)
    what, how, happened, seen = told.paragraphs
    assert "300 points in 3 classes" in what
    assert "one hidden layer of 64 units" in what
    assert "387 weights and biases" in what
    assert "The optimizer is SGD, stochastic gradient descent" in how
    assert "The learning rate is 1 throughout." in how
    assert "from epoch 0 to epoch 300" in how
    assert "seed 0" in how
    for epoch in (0, 10, 100, 300):
        loss, accuracy = number(run["loss"][epoch]), number(run["accuracy"][epoch])
        assert re.search(f"{loss} and (the accuracy )?{accuracy} at epoch {epoch}", happened)
    assert "never reaches 50\u00a0%" in happened
    assert run["accuracy"].max() < 0.5
    assert f"from {number(run['loss'][0])} to {number(run['loss'][-1])}" in told.alt
    assert "background" in seen
    assert "Layers 1 and 2" in seen
    assert "20 seconds" not in seen
    assert "2 seconds" in seen


@pytest.mark.parametrize("name", ["momentum-09", "adam", "own-data"])
def test_first_times_are_those_of_the_column(recorded, name):
    run = recorded(name, epochs=301)
    told = story.of(run)
    events = {event.value: event.epoch for event in told.events if event.kind == "accuracy"}
    expected, before = {}, run["accuracy"][0]
    for epoch, accuracy in enumerate(run["accuracy"].tolist()):
        for mark in (0.5, 0.75, 0.9, 0.95):
            if accuracy >= mark > before and mark not in expected:
                expected[mark] = epoch
    assert expected
    assert events == expected
    for mark, epoch in expected.items():
        assert re.search(rf"{100 * mark:.0f}\u00a0%[^.]* at epoch {epoch}\b", told.paragraphs[2])
    assert "hardly changes" not in told.paragraphs[2]
    lowest = min(range(run.epochs), key=lambda epoch: run["loss"][epoch])
    assert kinds(told)["best"].epoch == lowest


def test_adagrads_violent_first_updates_are_one_spike(recorded):
    run = recorded("adagrad", epochs=101)
    loss = run["loss"].tolist()
    event = kinds(story.of(run))["spike"]
    assert loss[event.epoch] == max(loss) == event.value
    assert event.epoch < 10
    assert loss[event.until + 1] < 1.25 * loss[0]
    told = story.of(run).paragraphs[2]
    assert f"jumps up once, to {number(max(loss))} at epoch {event.epoch}, and comes back" in told


def test_mini_batches_tell_their_batches_and_what_was_held_out(recorded):
    run = recorded("mini-batches", epochs=61)
    what, how, happened, seen = story.of(run).paragraphs
    assert "100 of them are held out" in what
    assert "through the 300 points, 32 at a step" in how
    assert "0.0001 times the sum of all squared weights (L2)" in how
    assert "10\u00a0% of the hidden units" in how
    assert "beta 1 = 0.9" in how
    loss, accuracy = run["validation_loss"][-1], run["validation_accuracy"][-1]
    assert f"ends at {number(loss)} and the accuracy at {number(accuracy)}" in happened
    assert "hollow" in seen
    assert "spike" not in kinds(story.of(run))


def test_a_schedule_is_told_from_the_recorded_rates(recorded):
    run = recorded("warm-up-cosine", epochs=301)
    how = story.of(run).paragraphs[1]
    assert "(warm up, then cosine): it starts at 0.03, rises to 0.3 at epoch 200 and" in how
    assert f"{setting(run['lr'][-1], 4)} at epoch 300" in how


def test_a_run_without_accuracy_is_told_by_its_loss(recorded, monkeypatch):
    original = prepared.probes_for
    monkeypatch.setattr(
        prepared,
        "probes_for",
        lambda *given: [p for p in original(*given) if p.column.name != "accuracy"],
    )
    run = recorded("rmsprop", epochs=41)
    assert "accuracy" not in run.columns
    told = story.of(run)
    assert "ccuracy" not in told.text.replace("loss, accuracy and learning rate", "")
    assert f"The loss is {number(run['loss'][0])} at epoch 0;" in told.paragraphs[2]
    assert {event.kind for event in told.events} <= {"best", "spike", "plateau"}


def test_divergence_is_told_at_the_epoch_that_has_no_numbers(recorded):
    run = recorded("divergence")
    told = story.of(run)
    at = run.epochs  # 57 or 58: rounding grows tenfold in a few epochs, and machines differ in it
    assert at == run.diverged
    assert 55 <= at <= 60
    assert kinds(told)["divergence"].epoch == at
    assert f"It diverges at epoch {at}." in told.alt
    assert (
        f"at epoch {at} the numbers are no longer finite, and it stops there" in told.paragraphs[2]
    )
    assert "was to go from epoch 0 to epoch 400" in told.paragraphs[1]
    assert f"{number(run['loss'][at - 1])} and" in told.paragraphs[2]


def test_plateaus_are_told_as_exactly_as_they_are_known(run, monkeypatch):
    loss = np.concatenate(
        [np.linspace(1, 0.6, 3010), np.full(3000, 0.6), np.linspace(0.6, 0, 3991)]
    )
    columns = type(run).__getitem__
    monkeypatch.setattr(type(run), "epochs", len(loss))
    changed = {"loss": loss, "accuracy": np.full(len(loss), 0.4)}
    monkeypatch.setattr(
        type(run), "__getitem__", lambda self, name: changed.get(name, columns(self, name))
    )
    (event,) = (e for e in story.of(run).events if e.kind == "plateau")
    first, last = count(round(event.epoch, -2)), count(round(event.until, -2))
    told = f"from about epoch {first} to {last} at about {number(event.value)}."
    assert told in story.of(run).paragraphs[2]
    assert (event.epoch, event.until) == pytest.approx((3010, 6010), abs=250)


def test_a_run_that_does_nothing_says_so(recorded):
    run = recorded("sgd", epochs=41, optimizer__lr=1e-9)
    told = story.of(run)
    assert "The loss hardly changes in the whole run." in told.paragraphs[2]
    assert "Loss ends where it starts (1.099)" in told.alt
    assert set(kinds(told)) == {"best"}


def test_one_epoch(recorded):
    told = story.of(recorded("sgd", epochs=1))
    assert "Loss is 1.099 and accuracy is 0.360." in told.alt
    assert "counter" not in told.text
    assert "Played" not in told.text


@pytest.mark.parametrize(
    ("scene", "epochs"), [("momentum-09", 151), ("adam-tuned", 151), ("sgd", 31)]
)
def test_the_best_epochs_are_told_where_they_are_not_the_last(recorded, scene, epochs):
    """At the first of those that have the same."""
    run = recorded(scene, epochs=epochs)
    told = story.of(run).paragraphs[2]
    for best, words in ((min, "lowest loss"), (max, "highest accuracy")):
        column = run[words.split()[1]].tolist()
        at = column.index(best(column))
        wanted = f"The {words} is {number(column[at])}, at epoch {at}."
        assert (wanted in told) == (number(column[at]) != number(column[-1])), words


def test_an_accuracy_that_falls_again_is_told(recorded):
    run = recorded("momentum-09", epochs=301)
    accuracy = run["accuracy"]
    last = int(np.nonzero(accuracy >= 0.5)[0][0]) + 1
    while accuracy[last] >= 0.5:
        last += 1
    run = recorded("momentum-09", epochs=last + 1)
    assert "but ends below 50\u00a0%" in story.of(run).paragraphs[2]


def test_a_recording_that_was_cut_short_says_so(recorded, tmp_path, monkeypatch):
    def killed(*arguments, **keys):
        for step in train(*arguments, **keys):
            if step.number == 20:
                return
            yield step

    train = prepared.train
    monkeypatch.setattr(prepared, "train", killed)
    scene = vizopt.load_scene("sgd", {"epochs": 101, "keep.grid": 4})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    assert run.epochs == 20
    happened = story.of(run).paragraphs[2]
    assert "The recording was cut short: it ends at epoch 19 of 100." in happened


def test_a_descent_that_settles(recorded):
    run = recorded("local-minimum-1")
    told = story.of(run)
    x, steps = run["x"], run.epochs - 1
    near = abs(x - x[-1]) < 0.08
    reached = next(i for i in range(len(x)) if near[i:].all())
    moves = abs(np.diff(np.append(x, x[-1] + run["delta"][-1])))
    settled = next(i for i in range(len(x)) if (moves[i:] * steps <= 8e-3).all())
    assert [(event.epoch, event.words) for event in told.events] == [
        (reached, "reaches local minimum 1"),
        (settled, "settled in local minimum 1"),
    ]
    assert f"is settled in local minimum 1 from step {settled} on" in told.alt
    assert f"reaches local minimum 1 at x = {number(x[-1])} in {reached} steps" in told.alt
    assert f"From step {reached} on it stays nearer than 0.08 to it" in told.paragraphs[2]
    longest = setting(float(moves[settled:].max()), 2)
    assert (
        f"From step {settled} on it is settled in local minimum 1: no step is longer than "
        + (longest)
        in (told.paragraphs[2])
    )
    crossed = sum(a * b < 0 for a, b in zip(x - x[-1], x[1:] - x[-1], strict=False))
    assert "swings past it twice" in told.paragraphs[2]
    assert crossed >= 2


def test_a_descent_that_escapes_and_one_that_explodes(recorded, descent):
    escaped = story.of(descent).paragraphs[2]
    assert "gets past 3 local minima" in escaped
    assert "ends in the global minimum" in escaped
    run = recorded("good")
    x, at = run["x"], run["minima"][run["minima"][:, 1].argmin(), 0]
    tops = run["maxima"][:, 0]
    left, right = tops[tops < at].max(), tops[tops > at].min()
    stays = max(i for i in range(len(x)) if not left <= x[i] <= right) + 1
    near = next(i for i in range(len(x)) if (abs(x[i:] - at) <= 0.08).all())
    swings = sum((x[i] - at) * (x[i + 1] - at) < 0 for i in range(stays, near))
    assert f"On the way there it swings past it {swings} times." in story.of(run).paragraphs[2]
    run = recorded("explosion")
    told = story.of(run)
    inside = abs(run["x"]) <= 4
    exits = [i for i in range(1, len(inside)) if inside[i - 1] and not inside[i]]
    assert f"leaves the picture {len(exits)} times, first at step {exits[0]}" in told.alt
    far = abs(run["x"]) > 80
    diverged = next(i for i in range(len(far)) if far[i:].all())
    assert kinds(told)["divergence"].epoch == diverged
    assert f"diverges at step {diverged}" in told.alt
    assert "stays more than 10 widths" in told.paragraphs[2]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_rule_is_explained(kind):
    scene = vizopt.load_scene("own-data", {"optimizer.kind": kind, "optimizer.lr": 0.01})
    told = rule(scene)
    assert f"The optimizer is {OPTIMIZERS[kind].NAME}, " in told
    assert not re.search(r"[{}_]|None", told)
    assert [text for text in SETTINGS[kind].split() if f"{text} = " not in told] == []
    assert "x downhill" not in told


@pytest.mark.parametrize(
    ("start", "ahead", "behind"),
    [
        (-0.5, 4, "3 more lie behind the start"),
        (-3.0, 6, "One more lies behind the start"),
        (2.5, 6, "One more lies behind the start"),
    ],
)
def test_minima_ahead_and_behind_the_start_are_told(start, ahead, behind):
    told = story.of(descend(LESSON, (-4, 4), start, 0.05)).paragraphs[0]
    assert "It has 7 minima" in told
    assert told.count(" with f = ") == ahead
    assert f". {behind}" in told


def test_a_beta_is_told_of_the_mean_that_it_keeps():
    told = rule(vizopt.load_scene("adam"))
    assert "beta 1 = 0.9 (the share of the older mean of slopes that is kept)" in told
    assert "beta 2 = 0.999 (the share of the older mean of squared slopes that is kept)" in told


def test_a_descents_rule_moves_x():
    assert "which moves x downhill" in rule(vizopt.load_scene("local-minimum-1"))


def test_what_has_no_words_of_its_own_tells_its_docstring(run, monkeypatch):
    assert set(PANELS_TOLD) <= set(PANELS.values())
    monkeypatch.delattr(OPTIMIZERS["sgd"], "TOLD")
    monkeypatch.delitem(PANELS_TOLD, PANELS["key"])
    told = story.of(run)
    assert "The optimizer is SGD, stochastic gradient descent. The learning" in told.text
    assert "The colour scale of weights and updates, and the two epochs that" in told.text


def test_what_is_done_where_something_would_flash_is_told_of_grids_and_of_planes(run):
    told = story.of(run).text
    grids = (
        "Where weights or updates would flash they are those of the middle of half a second, and "
    )
    assert f"{grids}the key says of which epochs. Where the background would flash, each" in told
    flashing = story.of(run, warning="It flashes.").text
    assert "would flash" not in flashing


def test_nothing_of_the_snapshots_is_read(run, monkeypatch):
    read = []
    rows = type(run).rows

    def noted(self, column, *span):
        read.append(column)
        return rows(self, column, *span)

    monkeypatch.setattr(type(run), "rows", noted)
    story.of(run)
    assert {"loss", "accuracy", "lr"} <= set(read)
    assert not {"params", "delta", "scores"} & set(read)


QUICK = {"epochs": 21, "keep.grid": 4, "timeline.seconds": 0.2}


def test_a_text_lies_beside_every_clip(tmp_path):
    clips = [tmp_path / "a.b.gif", tmp_path / "sub" / "c.png", tmp_path / "sub" / "c.gif"]
    (tmp_path / "a.b.txt").write_text(signed("of an older clip"))
    run, _ = pipeline.make(vizopt.load_scene("sgd", QUICK), [tmp_path / "r.zarr", *clips], SMALL)
    texts = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt"))
    assert texts == ["a.b.txt", "sub/c.txt"]
    for path in texts:
        text = (tmp_path / path).read_text(encoding="utf-8")
        assert text == signed(f"{story.of(run).text}\n", "\n")
    assert not list(tmp_path.rglob("*.part"))


def test_a_recording_alone_has_no_text(command):
    assert command("make", "sgd", "-o", "r.zarr", "-q", "--set", "epochs=5").code == 0
    assert list(Path().glob("*.txt")) == []


def test_drawn_anew_it_is_told_anew(run, tmp_path):
    look = replace(SMALL, overrides={"title": "Mine", "timeline.seconds": 0.2})
    pipeline.render_all(run, [tmp_path / "x.gif"], look)
    text = (tmp_path / "x.txt").read_text(encoding="utf-8")
    assert text.startswith("Mine: SGD trains")
    assert "0.2 seconds" in text


def test_a_clip_that_failed_gets_no_text(run, tmp_path, monkeypatch):
    ill = tmp_path.parent / "ill-ffmpeg"  # well when it is tried
    ill.write_text(
        f'#!/bin/sh\ncase "$*" in *null*) exec "{imageio_ffmpeg.get_ffmpeg_exe()}" "$@";; esac\n'
        "exit 1\n"
    )
    ill.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(ill))
    look = replace(SMALL, overrides={"timeline.seconds": 0.2})
    with pytest.raises(VizoptError, match=r"a\.mp4: ffmpeg failed"):
        pipeline.render_all(run, [tmp_path / "a.mp4", tmp_path / "b.gif"], look)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.gif", "b.txt"]


def test_a_folder_in_the_texts_place_is_found_before_the_training(command):
    Path("a.txt").mkdir()
    ran = command("make", "sgd", "-o", "a.gif")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "vizopt: a.txt: is a folder: choose another name\n"


def test_one_is_told_as_one():
    """Seconds, steps, rows, frames and minima: the noun goes with its number."""
    one = story.of(descend("x**2", (-3, 3), 2, 0.1, 0.0, 2)).text
    assert "it takes 1 second:" in one
    assert "The run goes on for 1 step." in one
    assert "with the name of its minimum." in one
    assert "with the names of its minima." in story.of(descend("cos(9*x)", (-3, 3), 2, 0.1)).text
    scene = scene_of("x**2", (-3, 3), 2, 0.1)
    longer = replace(scene, timeline=replace(scene.timeline, seconds=1.5))
    assert "it takes 1.5 seconds:" in story.of(Held(longer)).text
    assert summary.rows_of(descend("x**2", (-3, 3), 2, 0.1, 0.0, 1)) == "1 row of 1 step"
    assert summary.rows_of(descend("x**2", (-3, 3), 2, 0.1)) == "101 rows of 101 steps"
