"""Damaged trees are refused before LightGBM parses a byte."""

import json

import numpy as np
import pytest

from tamis.core.errors import SnapshotError
from tamis.core.words import Rows
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.lambda_mart import LambdaMART
from tamis.models.tree_growth import TreeGrowth

SMALL = TreeGrowth(leaves=7, rows_per_leaf=5)


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3)).astype(np.float32)
    x[::5, 0] = np.nan
    rows = Rows(x, ("a", "b", "c"), np.repeat(np.arange(30), 10))
    return GradientBoosting(trees=10, growth=SMALL, threads=1).fit(rows, (x[:, 1] > 0).astype(float)), rows


@pytest.fixture
def saved(trained, tmp_path):
    trained[0].save(tmp_path)
    return tmp_path


@pytest.fixture
def no_parsing(monkeypatch):
    import lightgbm

    def parsed(*_, **__):
        raise AssertionError("LightGBM parsed text that was not proven")

    monkeypatch.setattr(lightgbm, "Booster", parsed)


def test_every_flipped_digit_and_cut_is_refused_before_parsing(saved, no_parsing):
    text = (saved / "trees.txt").read_bytes()
    digits = [i for i, byte in enumerate(text) if 48 <= byte <= 57]
    rng = np.random.default_rng(0)
    damaged = [text[:i] + bytes([48 + (text[i] - 47) % 10]) + text[i + 1 :] for i in rng.choice(digits, 100)]
    damaged += [text[: len(text) // 2], text[:-1], b"", text + b"\n", bytes(100)]
    for data in damaged:
        (saved / "trees.txt").write_bytes(data)
        with pytest.raises(SnapshotError, match="the trees are damaged: their SHA-256 differs"):
            GradientBoosting().load(saved)


def test_a_missing_file_is_refused(saved, no_parsing):
    (saved / "trees.txt").unlink()
    with pytest.raises(SnapshotError, match=r"trees\.txt: the trees cannot be read"):
        GradientBoosting().load(saved)
    (saved / "trees.json").unlink()
    with pytest.raises(SnapshotError, match=r"trees\.json: the file is missing"):
        GradientBoosting().load(saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.pop("sha256"),
        lambda proof: proof.pop("rows"),
        lambda proof: proof.update(rows=[]),
        lambda proof: proof["rows"].pop(),
        lambda proof: proof["rows"][0].pop(),
        lambda proof: proof["predictions"].__setitem__(0, "much"),
        lambda proof: proof.update(predictions=7),
    ],
)
def test_a_damaged_proof_is_refused(saved, no_parsing, change):
    proof = json.loads((saved / "trees.json").read_text())
    change(proof)
    (saved / "trees.json").write_text(json.dumps(proof))
    with pytest.raises(SnapshotError, match="proof of the trees is damaged"):
        GradientBoosting().load(saved)


def test_a_proof_that_is_no_json_or_no_mapping_is_refused(saved, no_parsing):
    for text in ("{", "[]", "3"):
        (saved / "trees.json").write_text(text)
        with pytest.raises(SnapshotError):
            GradientBoosting().load(saved)


def test_other_golden_answers_are_refused(saved):
    proof = json.loads((saved / "trees.json").read_text())
    proof["predictions"][3] = repr(float(proof["predictions"][3]) + 1e-6)
    (saved / "trees.json").write_text(json.dumps(proof))
    with pytest.raises(SnapshotError, match="answer the golden rows differently"):
        GradientBoosting().load(saved)


def test_trees_of_another_model_are_refused(saved, trained, tmp_path):
    other = tmp_path / "other"
    rows = Rows(trained[1].x[:, :2], ("a", "b"), trained[1].query)
    GradientBoosting(trees=3, growth=SMALL, threads=1).fit(rows, (rows.x[:, 1] > 0).astype(float)).save(other)
    for name in ("trees.txt", "trees.json"):
        (saved / name).write_bytes((other / name).read_bytes())
    with pytest.raises(SnapshotError, match="golden rows of shape"):
        GradientBoosting().load(saved)


def test_golden_rows_keep_missing_values_and_bound_their_number(saved):
    proof = json.loads((saved / "trees.json").read_text())
    assert len(proof["rows"]) == len(proof["predictions"]) == 32
    assert "nan" in {row[0] for row in proof["rows"]}


def test_the_saved_text_holds_only_the_kept_rounds(trained, tmp_path):
    rows = trained[1]
    label = (rows.x[:, 1] > 0).astype(float)
    noise = np.random.default_rng(1).integers(0, 2, len(label)).astype(float)
    model = GradientBoosting(trees=50, growth=SMALL, threads=1, patience=5).fit(rows, label, validation=(rows, noise))
    model.save(tmp_path)
    assert (tmp_path / "trees.txt").read_text().count("\nTree=") == model.trees_ < 50


def test_lambda_mart_is_guarded_too(trained, tmp_path):
    rows = trained[1]
    LambdaMART(trees=3, growth=SMALL, threads=1).fit(rows, (rows.x[:, 1] > 0).astype(float)).save(tmp_path)
    text = (tmp_path / "trees.txt").read_bytes()
    (tmp_path / "trees.txt").write_bytes(text[: len(text) // 2])
    with pytest.raises(SnapshotError, match="SHA-256"):
        LambdaMART().load(tmp_path)
