"""The quality ledger: no public part is missing from it, and none is worse than recorded."""

import json

import numpy as np
import pytest
from benchmarks import ledger
from benchmarks.ledger_scenarios import LOWER, NDCG, SCENARIOS


@pytest.fixture(scope="module")
def measured():
    return ledger.measure(0)


def test_every_public_part_is_measured_or_excused():
    assert sorted(ledger.unaccounted()) == []


def test_no_scenario_or_excuse_is_of_a_part_that_is_gone():
    parts = ledger.public_parts()
    named = {*SCENARIOS, *ledger.EXCUSED} - set(ledger.REFERENCES)
    assert sorted(named - parts) == []
    assert sorted(set(SCENARIOS) & set(ledger.EXCUSED)) == []


def test_the_record_holds_every_scenario_and_metric(measured):
    held = {name: sorted(metrics) for name, metrics in ledger.recorded().items()}
    assert held == {name: sorted(metrics) for name, metrics in measured.items()}, (
        "run: python -m benchmarks.ledger --update"
    )
    values = [value for metrics in measured.values() for value in metrics.values()]
    assert np.isfinite(values).all()


def test_no_part_is_worse_than_recorded(measured):
    assert ledger.drops(measured) == []


def test_personal_sources_beat_popular_and_popular_beats_random(measured):
    of = {name: metrics[NDCG] for name, metrics in measured.items() if NDCG in metrics}
    assert of["retrieve.Popular"] > 1.5 * of["retrieve.Random"]
    for name in ("Ease", "ItemToItem", "MatrixFactorization", "PairwiseRanking", "UserToUser", "Trending"):
        assert of[f"retrieve.{name}"] > 1.5 * of["retrieve.Popular"], name
    for name in ("LambdaMART", "GradientBoosting", "LogisticRegression"):
        assert of[f"models.{name}"] > of["models.SortBy"], name
    assert of["filter.Interests"] > of["retrieve.Popular"]


def test_calibrators_mend_a_model_that_is_too_sure(measured):
    for name in ("HistogramBinning", "Isotonic", "Platt", "Temperature"):
        assert measured[f"models.{name}"]["log loss"] < 0.8 * measured["calibration: none"]["log loss"]


def test_diversifiers_diversify(measured):
    plain = measured["rerank: none"]["tag diversity@10"]
    for name in ("AtMost", "DPP", "Decay", "Diversify"):
        assert measured[f"rerank.{name}"]["tag diversity@10"] > plain + 0.1


def test_a_drop_and_a_vanished_metric_are_told(measured):
    held = ledger.recorded()
    name, metric = "models.LogisticRegression", "log loss"
    assert metric in LOWER
    worse = {k: dict(v) for k, v in measured.items()}
    worse[name][metric] = held[name][metric]["value"] + 2 * held[name][metric]["tolerance"]
    del worse["retrieve.Ease"]
    told = ledger.drops(worse)
    assert [line.split(",")[0] for line in told] == sorted([name, "retrieve.Ease"])
    better = {k: dict(v) for k, v in measured.items()}
    better[name][metric] = held[name][metric]["value"] - 2 * held[name][metric]["tolerance"]
    assert ledger.drops(better) == []


def test_an_update_never_loosens_a_tolerance(measured, tmp_path, monkeypatch):
    name, metric = "retrieve.Random", NDCG
    tight = {name: {metric: {"value": measured[name][metric], "tolerance": 1e-6}}}
    (tmp_path / "ledger.json").write_text(json.dumps(tight))
    monkeypatch.setattr(ledger, "RECORD", tmp_path / "ledger.json")
    spread = iter(np.linspace(0.9, 1.1, len(ledger.SEEDS)))
    monkeypatch.setattr(ledger, "measure", lambda seed: {name: {metric: measured[name][metric] * next(spread)}})
    ledger.update()
    assert ledger.recorded()[name][metric]["tolerance"] <= 1e-5
