"""ROC and precision-recall against scikit-learn and against all pairs."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from tamis.core.errors import DataError
from tamis.metrics import pr_auc, roc_auc, roc_auc_one_vs_rest, threshold_curve


def test_roc_auc_of_ten_thousand_small_cases_equals_all_pairs() -> None:
    random = np.random.default_rng(0)
    actual, score = random.integers(0, 2, (10_000, 7)), random.integers(0, 4, (10_000, 7)) / 4
    pair = (actual[:, :, None] == 1) & (actual[:, None, :] == 0)
    right = (score[:, :, None] > score[:, None, :]) + 0.5 * (score[:, :, None] == score[:, None, :])
    n_pairs = pair.sum(axis=(1, 2))
    got = np.array([roc_auc(a, s) for a, s in zip(actual, score)])
    assert np.isnan(got[n_pairs == 0]).all()
    assert (n_pairs == 0).any()
    some = n_pairs > 0
    assert np.allclose(got[some], (right * pair).sum(axis=(1, 2))[some] / n_pairs[some])


def test_pr_auc_of_ten_thousand_small_cases_equals_its_definition() -> None:
    random = np.random.default_rng(1)
    actual, score = random.integers(0, 2, (10_000, 6)), random.integers(0, 4, (10_000, 6)) / 4
    got = np.array([pr_auc(a, s) for a, s in zip(actual, score)])
    at_or_above = score[:, None, :] >= score[:, :, None]
    precision = (at_or_above & (actual[:, None, :] == 1)).sum(axis=2) / at_or_above.sum(axis=2)
    n_positive = actual.sum(axis=1)
    assert np.isnan(got[n_positive == 0]).all()
    some = n_positive > 0
    assert np.allclose(got[some], ((precision * actual).sum(axis=1)[some] / n_positive[some]))


@pytest.mark.parametrize("weighted", [False, True])
def test_curves_and_areas_equal_scikit_learn(weighted: bool) -> None:
    random = np.random.default_rng(2)
    for _ in range(100):
        actual, score = random.integers(0, 2, 12), random.integers(0, 6, 12) / 5
        actual[:2] = 0, 1
        weight = random.uniform(0.1, 2, 12) if weighted else None
        assert roc_auc(actual, score, weight=weight) == pytest.approx(
            theirs.roc_auc_score(actual, score, sample_weight=weight)
        )
        assert pr_auc(actual, score, weight=weight) == pytest.approx(
            theirs.average_precision_score(actual, score, sample_weight=weight)
        )
        curve = threshold_curve(actual, score, weight=weight)
        over, rise, threshold = theirs.roc_curve(actual, score, sample_weight=weight, drop_intermediate=False)
        assert np.allclose(curve.counts.false_positive_rate(), over)
        assert np.allclose(curve.counts.recall(), rise)
        assert np.array_equal(curve.threshold, threshold)
        precision, recall, _ = theirs.precision_recall_curve(actual, score, sample_weight=weight)
        assert np.allclose(curve.counts.precision(1.0)[::-1], precision)
        assert np.allclose(curve.counts.recall()[::-1], recall)


def test_one_vs_rest_equals_scikit_learn() -> None:
    random = np.random.default_rng(3)
    actual, score = random.integers(0, 3, 200), random.dirichlet([1, 1, 1], 200)
    for how in ("macro", "micro", "weighted"):
        expected = theirs.roc_auc_score(actual, score, multi_class="ovr", average=how)
        assert roc_auc_one_vs_rest(actual, score, how=how) == pytest.approx(expected)


def test_an_absent_class_is_left_out() -> None:
    score = np.array([[0.5, 0.1, 0.4], [0.6, 0.0, 0.4], [0.1, 0.5, 0.4]])
    assert roc_auc_one_vs_rest([0, 2, 2], score) == pytest.approx((roc_auc([1, 0, 0], score[:, 0]) + 0.5) / 2)


def test_all_scores_equal() -> None:
    assert roc_auc([0, 1, 1], [0.3] * 3) == 0.5
    assert pr_auc([0, 1, 1], [0.3] * 3) == pytest.approx(2 / 3)  # the prevalence


def test_empty_input_and_one_class_are_undefined() -> None:
    assert np.isnan([roc_auc([], []), pr_auc([], []), roc_auc([1, 1], [0.1, 0.2]), pr_auc([0], [0.5])]).all()
    assert threshold_curve([], []).threshold.tolist() == [np.inf]
    assert np.isnan(roc_auc_one_vs_rest([], np.zeros((0, 3))))


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match="`score` row 1 is not finite"):
        roc_auc([0, 1], [0.1, np.nan])
    with pytest.raises(DataError, match="differ in length"):
        pr_auc([0, 1], [0.1])
    with pytest.raises(DataError, match="no label"):
        roc_auc([0, -1], [0.1, 0.2])
    with pytest.raises(DataError, match="weight is negative"):
        roc_auc([0, 1], [0.1, 0.2], weight=[1, -1])
    with pytest.raises(DataError, match="no matrix"):
        roc_auc_one_vs_rest([0], np.zeros(1))
    with pytest.raises(DataError, match="`actual` row 0 is out of range"):
        roc_auc_one_vs_rest([3], np.zeros((1, 3)))
