"""NumPy's files that are damaged: one line, whatever NumPy raises, and no file stays open."""

import io

import numpy as np
import pytest
from test_sources import X, Y, refused


@pytest.mark.parametrize("header", [b"{'descr': '<f8', (", b"  {'descr': [(\n ", b"\x00{"])
def test_a_damaged_header_is_no_array(tmp_path, header):
    np.save(tmp_path / "y.npy", Y)
    raw = io.BytesIO()
    np.save(raw, X)
    damaged = raw.getvalue()[:10] + header + raw.getvalue()[10 + len(header) :]
    (tmp_path / "x.npy").write_bytes(damaged)
    end = refused(tmp_path / "x.npy", "npz", y=str(tmp_path / "y.npy"))
    assert end == "is no NumPy array"
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    parts = (tmp_path / "a.npz").read_bytes().replace(raw.getvalue()[:60], damaged[:60])
    (tmp_path / "a.npz").write_bytes(parts)
    assert refused(tmp_path / "a.npz", "npz").endswith("is no NPZ archive")
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04" + parts[4:-30])
    assert refused(tmp_path / "a.npz", "npz").endswith("is no NPZ archive")
