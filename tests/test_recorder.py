"""The recorder's thread: no row is lost, none waits too long, what goes wrong in it is heard."""

import asyncio
import threading
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import RandomState
from zarr.core.sync import sync

import vizopt
from vizopt.core.arrays import all_finite
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.pipeline.prepared import prepare
from vizopt.recording import recorder as recorders
from vizopt.recording import waiting
from vizopt.recording.atomic import replaced
from vizopt.recording.commits import Commits
from vizopt.recording.guarded import writing
from vizopt.recording.header import Column, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.scores import to_margin_bytes
from vizopt.recording.store import Recording
from vizopt.recording.waiting import AT_ONCE
from vizopt.train.problems import NetworkSpec, Spiral
from vizopt.train.problems.workspace import Workspace

COLUMNS = (
    Column("loss", "history", "float64"),
    Column("epoch", "snapshots", "int64"),
    Column("params", "snapshots", "float32", (3,)),
    Column("double", "snapshots", "float32", (3,)),
)
HEADER = Header(
    "test", "title = 'x'", ParamLayout.of({"dense1.weights": (1, 3)}), 9999, {"vizopt": "0"}
)


def doubled(rows, few=False):
    return 2 * np.stack(rows)


def fill(recorder, rows):
    for i in rows:
        recorder.append("history", {"loss": float(i)})
        values = np.full(3, i, np.float32)
        recorder.append("snapshots", {"epoch": i, "params": values, "double": values})


@pytest.mark.parametrize("rows", [1, 7, AT_ONCE, 3 * AT_ONCE + 1])
@pytest.mark.parametrize("cores", [1, 3])
def test_computed_rows_are_those_of_their_epochs(tmp_path, rows, cores, monkeypatch):
    monkeypatch.setattr(waiting, "available_cores", lambda: cores)
    with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, {"double": doubled}) as recorder:
        fill(recorder, range(rows))
        recorder.commit()
        fill(recorder, range(rows, rows + 2))
    run = Recording(tmp_path / "a.zarr")
    assert len(run) == rows + 2
    assert np.array_equal(run["double"], 2 * run["params"])


class Clock:
    """The time of `Waiting`: a row takes so many seconds to train, and so many to compute."""

    def __init__(self, monkeypatch, cores, trained, computed):
        monkeypatch.setattr(waiting, "available_cores", lambda: cores)
        monkeypatch.setattr(waiting, "perf_counter", lambda: self.now)
        self.now, self.trained, self.computed = 0.0, trained, computed
        self.calls = []  # rows, and whether in few calls
        self.free = threading.Event()
        self.free.set()

    def compute(self, rows, few):
        self.calls.append((len(rows), few))
        if few:
            assert self.free.wait(60)
        else:  # all cores at once: each call adds its share
            self.now += self.computed * len(rows)
        return doubled(rows, few)

    def fill(self, recorder, rows):
        for i in rows:
            self.now += self.trained
            fill(recorder, [i])


@pytest.mark.parametrize("computed", [0.0011, 0.01])
def test_what_takes_long_is_computed_by_all_cores_while_the_training_waits(
    tmp_path, monkeypatch, computed
):
    """Longer than the training, or than a thousandth of a second of a core."""
    clock = Clock(monkeypatch, 2, 0.009, computed / 2)
    columns = {"double": clock.compute}
    with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns) as recorder:
        clock.fill(recorder, range(2))
        assert clock.calls == [(1, False)] * 2
        clock.fill(recorder, range(2, 2 + 3 * AT_ONCE))
    assert {few for _, few in clock.calls} == {False}
    assert sum(rows for rows, _ in clock.calls) == 2 + 3 * AT_ONCE


def test_rows_that_take_less_than_the_training_are_computed_beside_it(tmp_path, monkeypatch):
    """Where two such parts are not done when the third comes, the training waits for them."""
    clock = Clock(monkeypatch, 2, 0.0006, 0.0002)
    columns = {"double": clock.compute}
    with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns) as recorder:
        clock.fill(recorder, range(2))
        assert clock.calls == [(1, False)] * 2
        clock.free.clear()
        clock.fill(recorder, range(2, 2 + 2 * AT_ONCE))
        rest = range(2 + 2 * AT_ONCE, 2 + 3 * AT_ONCE)
        training = threading.Thread(target=clock.fill, args=(recorder, rest))
        training.start()
        training.join(0.2)
        assert training.is_alive()
        assert clock.calls[2:] == [(AT_ONCE, True)] * 2
        clock.free.set()
        training.join(60)
        assert clock.calls[4:] == [(AT_ONCE // 2, False)] * 2
    run = Recording(tmp_path / "a.zarr")
    assert len(run) == 2 + 3 * AT_ONCE
    assert np.array_equal(run["double"], 2 * run["params"])


@pytest.mark.parametrize("beside", [False, True])
def test_what_goes_wrong_in_computing_is_raised_where_rows_come(tmp_path, monkeypatch, beside):
    clock = Clock(monkeypatch, 1, 0.0006, 0.0002)

    def compute(rows, few):
        if few == beside:
            raise MemoryError("too wide")
        return clock.compute(rows, few)

    columns = {"double": compute}
    with (
        pytest.raises(MemoryError, match="too wide"),
        Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns) as recorder,
    ):
        clock.fill(recorder, range(9 * AT_ONCE))
    assert recorder._rows["snapshots"] < 4 * AT_ONCE
    assert not [each for each in threading.enumerate() if each.name.startswith("computing")]


def test_so_many_are_computed_at_once_as_ctrl_c_may_wait_for(tmp_path, monkeypatch):
    clock = Clock(monkeypatch, 1, 1.0, 0.045)
    columns = {"double": clock.compute}
    with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns, 99.0) as recorder:
        clock.fill(recorder, range(9))
        assert clock.calls == [(1, False), (4, False), (4, False)]
        clock.fill(recorder, range(9, 10))
    assert clock.calls[3:] == [(1, False)]


def wide_rows(recorder, rows):
    for i in rows:
        values = np.full(3, i, np.float32)
        recorder.append("snapshots", {"epoch": i, "params": values, "wide": values})


WIDE = Column("wide", "snapshots", "uint8", (4_000_000,))


def fours(rows, few):
    return np.zeros((len(rows), *WIDE.shape), np.uint8)


def test_rows_that_are_computed_count_with_their_bytes(tmp_path, monkeypatch):
    """What waits is held, whoever made it: the tenth row makes 40 MB."""
    columns, taken = (*COLUMNS[:3], WIDE), []
    monkeypatch.setattr(Commits, "write", lambda self, batch: taken.append(batch.counts))
    with Recorder(tmp_path / "a.zarr", HEADER, columns, {}, None, {"wide": fours}) as recorder:
        wide_rows(recorder, range(9))
        assert not taken
        wide_rows(recorder, range(9, 10))
        recorder._settle()
        assert taken == [{"history": 0, "snapshots": 10}]


def test_no_more_than_64_mb_wait_or_are_written(tmp_path, monkeypatch):
    """Beside 40 that are written 24 may wait; 40 again when they are on the disk."""
    columns, taken, free = (*COLUMNS[:3], WIDE), [], threading.Event()

    def write(self, batch):
        taken.append(batch.counts["snapshots"])
        assert free.wait(60)

    monkeypatch.setattr(Commits, "write", write)
    with Recorder(tmp_path / "a.zarr", HEADER, columns, {}, None, {"wide": fours}) as recorder:
        wide_rows(recorder, range(15))
        training = threading.Thread(target=wide_rows, args=(recorder, range(15, 16)))
        training.start()
        training.join(0.2)
        assert training.is_alive()
        assert taken == [10]
        free.set()
        training.join(60)
        recorder._settle()
        assert taken == [10, 16]
        wide_rows(recorder, range(16, 25))
        assert taken == [10, 16]
        wide_rows(recorder, range(25, 26))
        recorder._settle()
        assert taken == [10, 16, 26]


def test_a_slow_disk_holds_the_training_up_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(recorders, "WAITING_ROWS", 5)
    write, free, waited = Commits.write, threading.Event(), []

    def slow(self, batch):
        waited.append(free.wait(0.2))
        write(self, batch)

    monkeypatch.setattr(Commits, "write", slow)
    with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, {"double": doubled}) as recorder:
        fill(recorder, range(14))
        assert len(waited) >= 1  # the second five waited for the first
        free.set()
    run = Recording(tmp_path / "a.zarr")
    assert run["epoch"].tolist() == [*range(14)]
    assert run["loss"].tolist() == [*range(14)]


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [({}, [5, 10, 15, 20]), ({"patience": recorders.FIRST_SECONDS}, [0.5, 5.5, 10.5, 15.5, 20.5])],
)
def test_the_first_rows_of_what_cannot_be_repeated_wait_shortly(
    tmp_path, settings, wanted, monkeypatch
):
    seconds, commits = 0.0, []
    monkeypatch.setattr(recorders, "monotonic", lambda: seconds)
    monkeypatch.setattr(Commits, "write", lambda self, batch: commits.append(seconds))
    recorder = Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, **settings)
    while len(commits) < len(wanted):
        seconds += 0.5
        recorder.append("history", {"loss": 1.0})
        recorder._settle()
    recorder.abandon()
    assert commits == wanted


def test_what_the_disk_refuses_is_raised_where_the_next_rows_come(tmp_path, monkeypatch):
    monkeypatch.setattr(recorders, "WAITING_ROWS", 5)
    reached = []

    def train():
        columns = {"double": doubled}
        with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns) as recorder:
            folder = recorder.path / "snapshots/params"
            folder.rename(tmp_path / "away")
            folder.write_text("no folder")
            for i in range(20):
                fill(recorder, [i])
                reached.append(i)

    with pytest.raises(RecordingError, match=r"a\.zarr: cannot write: "):
        train()
    assert reached[-1] == 7  # a loss is written before its snapshot, so the ninth is the fifth


def test_a_folder_that_is_removed_after_an_error_is_not_made_anew(tmp_path):
    """Of several chunks that Zarr writes at once one fails, and the others come later."""

    async def full():
        raise OSError(28, "No space left on device")

    async def later(folder):
        await asyncio.sleep(0.1)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)

    async def both(part):
        await asyncio.gather(full(), later(part / "snapshots"))

    with (
        pytest.raises(RecordingError, match=r"a\.zarr: cannot write: No space left"),
        replaced(tmp_path / "a.zarr") as part,
        writing(part),
    ):
        sync(both(part))
    sync(asyncio.sleep(0.15))
    assert not list(tmp_path.iterdir())


def test_ctrl_c_waits_for_what_is_being_written(tmp_path, monkeypatch):
    monkeypatch.setattr(recorders, "WAITING_ROWS", 5)
    write, begun = Commits.write, threading.Event()

    def slow(self, batch):
        begun.set()
        threading.Event().wait(0.1)
        write(self, batch)

    monkeypatch.setattr(Commits, "write", slow)

    def train():
        columns = {"double": doubled}
        with Recorder(tmp_path / "a.zarr", HEADER, COLUMNS, {}, None, columns) as recorder:
            fill(recorder, range(7))
            assert begun.wait(60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    run = Recording(tmp_path / "a.zarr")
    assert (len(run), run.epochs, run.interrupted) == (7, 7, 7)


def test_a_column_without_rows_needs_none(tmp_path):
    header = replace(HEADER, epochs=3)
    with Recorder(tmp_path / "a.zarr", header, COLUMNS, {}, None, {"double": doubled}) as recorder:
        recorder.append("history", {"loss": 1.0})
    assert (len(Recording(tmp_path / "a.zarr")), Recording(tmp_path / "a.zarr").epochs) == (0, 1)


NETWORKS = [
    {},
    {"sizes": (2, 1, 3)},
    {"sizes": (2, 40, 30, 3), "activation": "gelu"},
    {"sizes": (2, 9, 1), "activation": "tanh", "precision": "float64"},
    {"sizes": (2, 130, 3), "activation": "leaky-relu", "precision": "book"},
    {"sizes": (2, 20, 20, 20, 3), "activation": "sigmoid"},
    {"sizes": (2, 3)},
]


@pytest.mark.parametrize("keys", NETWORKS)
@pytest.mark.parametrize("points", [1600, 513, 2])
def test_the_scores_of_several_networks_are_those_of_each_alone(keys, points):
    """To the last bit, also of the way that the training goes."""
    keys = {"precision": "float32"} | keys
    classes = 2 if keys.get("sizes", (3,))[-1] == 1 else 3
    network = NetworkSpec(data=Spiral(classes=classes), **keys).build(RandomState(0))
    params = np.stack([network.init(RandomState(i)) + np.float32(0.1) for i in range(7)])
    params = params.astype(network.dtype)
    places = RandomState(1).uniform(-1, 1, (2, points)).astype(network.dtype)
    scores = network.scores(params, places)
    for i, alone in enumerate(params):
        assert np.array_equal(scores[i], network.scores(alone, places))
        assert np.array_equal(to_margin_bytes(scores)[i], to_margin_bytes(scores[i]))
    size = -(-points // -(-points // 512))
    way = Workspace(network.spec.sizes, size, network._stack._precision, network._activation)
    way.use(size)[...] = places[:, :size]
    sums = network._head.scores(way.forward(network.layout.matrices(params[3]), None))
    assert np.array_equal(scores[3][:, :size], sums)


def test_wide_networks_go_one_by_one():
    wide = NetworkSpec(data=Spiral(), sizes=(2, 2000, 2000, 3)).build(RandomState(0))
    usual = NetworkSpec(data=Spiral()).build(RandomState(0))
    assert [wide.at_once(10_000, few) for few in (False, True)] == [1, 1]
    assert [usual.at_once(10_000, few) for few in (False, True)] == [10, 52]


@pytest.mark.parametrize("name", ["sgd", "sine"])
def test_what_is_computed_has_the_same_bytes_in_few_calls(name):
    ready = prepare(vizopt.load_scene(name, {"keep.grid": 40}))
    rng = RandomState(1)
    first = ready.problem.init(rng)
    rows = [first + rng.normal(0, 0.3, first.shape).astype(first.dtype) for _ in range(99)]
    computed = [probe.compute for probe in ready.probes if probe.compute]
    assert computed
    for compute in computed:
        quick, few = compute(rows, False), compute(rows, True)
        assert quick.shape[0] == 99
        assert np.array_equal(quick, few)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_finite_though_their_squares_are_not(dtype):
    most = np.finfo(dtype).max
    for values, finite in (
        ([1, -2], True),
        ([], True),
        ([most, -most, 1], True),
        ([0, np.nan], False),
    ):
        assert all_finite(np.array(values, dtype)) == finite
    for infinite in (np.inf, -np.inf):
        assert not all_finite(np.array([most, infinite], dtype))
