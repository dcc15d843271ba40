import json
import os

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tamis.core import files
from tamis.core.errors import NotFittedError, SnapshotError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.ids import Ids
from tamis.core.options import options


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    files.write_text(target, "old")

    def refuse(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        files.write_text(target, "new")
    assert target.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_every_write_is_flushed_before_it_is_renamed(tmp_path, monkeypatch):
    calls = []
    real_sync, real_replace = os.fsync, files.Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append("sync"), real_sync(handle))[1])
    monkeypatch.setattr(files.Path, "replace", lambda self, to: (calls.append("rename"), real_replace(self, to))[1])
    files.write_bytes(tmp_path / "a", b"x")
    assert calls == ["sync", "rename", "sync"]


def test_an_interrupted_folder_keeps_the_old_one(tmp_path):
    target = tmp_path / "model"
    with files.atomic_folder(target) as beside:
        (beside / "a").write_text("1")
    with pytest.raises(RuntimeError), files.atomic_folder(target) as beside:
        (beside / "a").write_text("2")
        raise RuntimeError
    assert (target / "a").read_text() == "1" and [p.name for p in tmp_path.iterdir()] == ["model"]


def test_an_atomic_folder_replaces_the_old_one_whole(tmp_path):
    target = tmp_path / "model"
    for text in ("1", "2"):
        with files.atomic_folder(target) as beside:
            (beside / text).write_text(text)
    assert [p.name for p in target.iterdir()] == ["2"] and [p.name for p in tmp_path.iterdir()] == ["model"]


def test_json_refuses_nan_and_tells_of_damage(tmp_path):
    with pytest.raises(ValueError):
        files.write_json(tmp_path / "a.json", {"x": float("nan")})
    assert not (tmp_path / "a.json").exists()
    (tmp_path / "b.json").write_text('{"x": ')
    with pytest.raises(SnapshotError, match="damaged"):
        files.read_json(tmp_path / "b.json")
    with pytest.raises(SnapshotError, match="missing"):
        files.read_json(tmp_path / "c.json")


@options
class Learner:
    inner: object = None

    def save(self, folder):
        save_fitted(self, folder)

    def load(self, folder):
        return load_fitted(self, folder)


def test_everything_learned_comes_back(tmp_path):
    part = Learner(inner=Learner())
    part.weights_ = np.arange(6, dtype=np.float32).reshape(2, 3)
    part.matrix_ = csr_matrix(np.array([[0, 1.5], [2, 0]], np.float32))
    part.names_ = ["a", "ü"]
    part.pair_ = ("a", 1)
    part.rate_, part.limit_, part.count_ = 0.25, float("inf"), 7
    part.inner_ = Learner()
    part.inner_.bias_ = np.float32(2.5)
    part.save(tmp_path / "s")
    back = Learner(inner=Learner()).load(tmp_path / "s")
    np.testing.assert_array_equal(back.weights_, part.weights_)
    assert back.weights_.dtype == np.float32
    np.testing.assert_array_equal(back.matrix_.toarray(), part.matrix_.toarray())
    assert (back.names_, back.pair_, back.rate_, back.limit_, back.count_) == (
        ["a", "ü"],
        ("a", 1),
        0.25,
        float("inf"),
        7,
    )
    assert back.inner_.bias_ == 2.5
    json.loads((tmp_path / "s" / "state.json").read_text())


def test_what_has_no_open_format_is_refused(tmp_path):
    part = Learner()
    part.thing_ = object()
    with pytest.raises(SnapshotError, match="`thing_` has no open format"):
        part.save(tmp_path / "s")


def test_a_missing_array_is_told(tmp_path):
    part = Learner()
    part.weights_ = np.ones(2)
    part.save(tmp_path / "s")
    (tmp_path / "s" / "weights_.npy").unlink()
    with pytest.raises(SnapshotError, match="weights_"):
        Learner().load(tmp_path / "s")


def test_asking_before_training_is_told():
    with pytest.raises(NotFittedError, match="Learner: has not been trained yet"):
        require_fitted(Learner(), "weights_")


def test_ids_keep_their_codes_when_new_ones_come():
    ids = Ids("film", ["b", "d"])
    grown = ids.extended(["a", "d", "c"])
    assert grown.encode(["b", "d", "a", "c", "x"]).tolist() == [0, 1, 2, 3, -1]
    assert grown.decode(np.array([3, -1, 0])).to_pylist() == ["c", None, "b"]
    assert len(ids) == 2
