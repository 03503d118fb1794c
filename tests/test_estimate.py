"""What a scene may write is known before it is trained, and is what it writes."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizopt
from vizopt.core.errors import SceneError
from vizopt.pipeline import estimate
from vizopt.train.probes import Keep

SHORT = {"epochs": 23, "keep.first": 5, "keep.every": 4, "keep.grid": 12}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(first=st.integers(0, 40), every=st.integers(1, 12), epochs=st.integers(1, 60))
def test_kept_rows_are_counted_as_they_are_kept(first, every, epochs):
    keep = Keep(first, every)
    assert keep.rows(epochs) == sum(keep(epoch, epochs) for epoch in range(epochs))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("sgd", {}),
        ("sgd", {"problem.precision": "float64", "problem.validation": 0.2}),
        ("sgd", {"stage": {"panels": {"c": {"kind": "curves"}}, "mosaic": {"rows": ["c"]}}}),
        ("sgd", {"problem.sizes": [2, 400, 300, 3], "record.large": "sample"}),
        ("deep", {}),
        ("local-minimum-1", {}),
    ],
)
def test_the_estimate_is_what_is_recorded(name, keys, tmp_path):
    scene = vizopt.load_scene(name, SHORT | keys)
    run = vizopt.record(scene, tmp_path / "run.zarr")
    rows = {"history": run.epochs, "snapshots": len(run)}
    recorded = sum(
        rows[array.path.partition("/")[0]] * int(np.prod(array.shape[1:])) * array.dtype.itemsize
        for array in run.columns.values()
    )
    assert sum(estimate.bytes_of(scene).values()) == recorded


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"problem.sizes": [2, 2000, 2000, 3]},
            r'46\.6 GB.*keep\.every, .*, problem\.sizes or record\.large to "sample"$',
        ),
        (
            {"problem.sizes": [2, *[300] * 9, 3], "epochs": 10**6},
            r"keep\.every, keep\.first, epochs or problem\.sizes$",
        ),
        ({"keep.grid": 1000}, r"4\.4 GB.*keep\.grid"),
        ({"epochs": 10**12, "keep.every": 10**9}, r"GB, more than 2 GB: change epochs$"),
        ({"epochs": 2**53}, r"rows may take .* more than 2 GB"),
    ],
)
def test_more_than_2_gb_is_one_line_before_training(command, keys, told, monkeypatch):
    scene = vizopt.load_scene("adam", keys)
    for path in ("run.zarr", "run.mp4"):
        with pytest.raises(SceneError, match=told):
            vizopt.make(scene, [Path(path)])
    with pytest.raises(SceneError, match=told):
        vizopt.record(scene, "run.zarr")
    arguments = [part for key, value in keys.items() for part in ("--set", f"{key}={value}")]
    ran = command("make", "sgd", "adam", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)


def test_more_than_the_disk_holds_is_one_line_before_training(monkeypatch, tmp_path):
    scene = vizopt.load_scene("sgd", SHORT)
    size = sum(estimate.bytes_of(scene).values())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=size, free=size - 1))
    with pytest.raises(SceneError, match=r"0\.0 MB, more than the 0\.0 MB that are free"):
        vizopt.record(scene, tmp_path / "a" / "b" / "run.zarr")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=size, free=size))
    vizopt.record(scene, tmp_path / "a" / "b" / "run.zarr")
