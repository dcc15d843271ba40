import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tamis.core.errors import DataError
from tamis.data.active_learning import (
    AutoLabeller,
    KCenter,
    LabelLoop,
    MostUncertain,
    UncertainAndDiverse,
    uncertainty,
)

P = np.array([[0.5, 0.3, 0.2], [0.45, 0.44, 0.11], [0.98, 0.01, 0.01], [0.34, 0.33, 0.33], [np.nan, 0.5, 0.5]])


def test_kinds_of_uncertainty_by_hand():
    assert np.allclose(uncertainty(P), [0.5, 0.55, 0.02, 0.66, 2 / 3])
    assert np.allclose(uncertainty(P, "margin"), [0.8, 0.99, 0.03, 0.99, 1.0])
    entropy = -(0.5 * np.log(0.5) + 0.3 * np.log(0.3) + 0.2 * np.log(0.2))
    assert uncertainty(P, "entropy")[0] == pytest.approx(entropy)
    assert uncertainty(np.array([[1.0, 0.0]]), "entropy")[0] == 0
    assert MostUncertain().pick(P, 2).tolist() == [4, 3]
    assert MostUncertain().pick(P, 2, candidates=np.array([1, 1, 1, 0, 0], bool)).tolist() == [1, 0]
    assert MostUncertain().pick(P, 99).tolist() == [4, 3, 1, 0, 2]
    with pytest.raises(DataError, match="C >= 2"):
        uncertainty(np.zeros((3, 1)))


def test_k_center_equals_a_loop():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 5))
    labelled = [3, 40]
    centres = list(labelled)
    for _ in range(10):
        distance = [min(((x[i] - x[c]) ** 2).sum() for c in centres) if i not in centres else -1 for i in range(80)]
        centres.append(int(np.argmax(distance)))
    assert KCenter().pick(x, 10, np.array(labelled)).tolist() == centres[2:]
    first = KCenter().pick(x, 1)[0]
    assert first == np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1))
    assert sorted(KCenter().pick(x, 999, np.array(labelled)).tolist()) == sorted(set(range(80)) - set(labelled))
    assert len(KCenter().pick(x, 0)) == 0 and len(KCenter().pick(x[:0], 3)) == 0
    assert len(set(KCenter().pick(np.zeros((5, 2)), 4).tolist())) == 4  # equal rows are never picked twice
    with pytest.raises(DataError, match="finite"):
        KCenter().pick(np.array([[np.nan]]), 1)


def test_diversity_spreads_over_the_uncertain():
    # 51 copies of one unsure row and one unsure row elsewhere: uncertainty alone takes copies
    p = np.vstack([np.full((51, 2), 0.5), [[0.55, 0.45]], np.tile([1.0, 0.0], (50, 1))])
    x = np.concatenate([np.zeros(51), [3.0], np.linspace(50, 99, 50)])[:, None]
    assert 51 not in MostUncertain().pick(p, 2)
    picked = UncertainAndDiverse(pool=26).pick(p, x, 2, labelled=np.array([101]))  # the pool is the 52 unsure rows
    assert picked.tolist() == [0, 51]


@pytest.mark.parametrize("picker", [MostUncertain("margin"), KCenter(), UncertainAndDiverse()])
def test_the_loop_spends_its_budget_and_asks_nobody_twice(picker):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 3))
    truth = (x @ np.array([1.0, -1.0, 0.5]) > 0).astype(int)
    asked = []

    def ask(rows):
        asked.extend(rows.tolist())
        return np.where(rows % 10 == 0, -1, truth[rows])  # one in ten cannot be told

    label, rounds = LabelLoop(budget=95, per_round=20, picker=picker).run(LogisticRegression, x, ask)
    assert len(asked) == len(set(asked)) == 95
    assert [len(r.picked) for r in rounds] == [20, 20, 20, 20, 15]
    known = label >= 0
    assert rounds[-1].known == known.sum() and np.array_equal(label[known], truth[known])
    assert LabelLoop(budget=9).run(LogisticRegression, x[:3], lambda r: truth[r])[0].tolist() == truth[:3].tolist()


def test_uncertainty_beats_random():
    model = lambda: LogisticRegression(C=1000)
    gain = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(1000, 8))
        truth = (x.sum(axis=1) > 2).astype(int)
        loop = LabelLoop(budget=100, per_round=20, picker=MostUncertain(), seed=seed)
        label, _ = loop.run(model, x, lambda rows, truth=truth: truth[rows])
        rows = rng.permutation(1000)[:100]
        active = model().fit(x[label >= 0], label[label >= 0]).score(x, truth)
        gain.append(active - model().fit(x[rows], truth[rows]).score(x, truth))
    assert np.mean(gain) > 0.02 and np.mean(gain) > 3 * np.std(gain) / np.sqrt(5)


def test_auto_labeller_audits_a_share():
    p = np.column_stack([np.linspace(0, 1, 101), np.linspace(1, 0, 101)])
    auto = AutoLabeller(threshold=0.9, audit_share=0.1).label(p)
    sure = np.flatnonzero((p >= 0.9).any(axis=1))
    assert np.array_equal(np.flatnonzero(auto.label >= 0), sure) and len(auto.audit) == np.ceil(0.1 * len(sure))
    assert set(auto.audit.tolist()) <= set(sure.tolist()) and len(auto.human) == 101 - len(sure)
