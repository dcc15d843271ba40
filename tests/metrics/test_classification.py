"""Confusion matrix, rates and their averages against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from tamis.core.errors import DataError, OptionError
from tamis.metrics import BinaryCounts, Confusion, accuracy, binary_counts, confusion_matrix


def test_ten_thousand_small_binary_cases_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    actual, predicted = random.integers(0, 2, (2, 10_000, 5))
    # One label per case in scikit-learn's multi-label form: all 10,000 cases in one call.
    kinds = ((1, 1), (0, 1), (1, 0), (0, 0))
    each = [((actual == a) & (predicted == p)).sum(axis=1).astype(float) for a, p in kinds]
    counts = BinaryCounts(*each)
    for ours, function in (
        (counts.precision(0.0), theirs.precision_score),
        (counts.recall(0.0), theirs.recall_score),
        (counts.f_beta(), theirs.f1_score),
        (counts.f_beta(2.0), lambda *a, **k: theirs.fbeta_score(*a, beta=2.0, **k)),
    ):
        assert np.allclose(ours, function(actual.T, predicted.T, average=None, zero_division=0))
    flipped = theirs.recall_score(1 - actual.T, 1 - predicted.T, average=None, zero_division=0)
    assert np.allclose(counts.specificity(0.0), flipped)
    defined = (actual == 0).any(axis=1)
    assert np.allclose(counts.false_positive_rate()[defined], 1 - flipped[defined])
    assert np.isnan(counts.false_positive_rate()[~defined]).all()
    assert np.allclose(counts.accuracy(), (actual == predicted).mean(axis=1))
    one = binary_counts(actual[7], predicted[7])
    assert [float(c) for c in (one.true_positive, one.false_positive, one.false_negative, one.true_negative)] == [
        float(c[7]) for c in each
    ]


@pytest.mark.parametrize("weighted", [False, True])
def test_averages_over_classes_equal_scikit_learn(weighted: bool) -> None:
    random = np.random.default_rng(1)
    rates = (
        (BinaryCounts.precision, theirs.precision_score),
        (BinaryCounts.recall, theirs.recall_score),
        (BinaryCounts.f_beta, theirs.f1_score),
    )
    for _ in range(25):
        actual, predicted = random.integers(0, 4, (2, 9))
        weight = random.uniform(0.5, 2, 9) if weighted else None
        confusion = confusion_matrix(actual, predicted, weight=weight)
        assert np.allclose(confusion.counts, theirs.confusion_matrix(actual, predicted, sample_weight=weight))
        for rate, function in rates:
            for how in ("macro", "micro", "weighted"):
                undefined = 0.0 if rate is BinaryCounts.f_beta else np.nan
                expected = function(actual, predicted, average=how, sample_weight=weight, zero_division=undefined)
                assert confusion.average(rate, how) == pytest.approx(expected, nan_ok=True), (rate, how)


def test_an_absent_label_keeps_its_row_and_column() -> None:
    confusion = confusion_matrix(["a", "a"], ["b", "a"], labels=["c", "b", "a"])
    assert confusion.labels.tolist() == ["c", "b", "a"]
    assert confusion.counts.tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 1]]
    assert np.array_equal(confusion.per_class().recall(), [np.nan, np.nan, 0.5], equal_nan=True)
    assert confusion.average(BinaryCounts.recall, "macro") == 0.5


def test_undefined_rates_take_the_value_of_the_flag() -> None:
    counts = binary_counts([0, 0], [0, 0])
    assert np.isnan(float(counts.precision()))
    assert float(counts.precision(undefined=0.0)) == 0.0
    assert np.isnan(float(counts.recall()))
    assert float(counts.f_beta()) == 0.0
    assert float(counts.specificity()) == 1.0


def test_accuracy_and_what_it_must_beat() -> None:
    actual, predicted = ["a"] * 3 + ["b"], ["a"] * 4
    assert accuracy(actual, predicted).mean == 0.75 == confusion_matrix(actual, predicted).majority_share
    assert accuracy(actual, predicted, cluster=[1, 1, 2, 2]).n_clusters == 2


def test_empty_input() -> None:
    confusion = confusion_matrix([], [])
    assert confusion.counts.shape == (0, 0)
    assert np.isnan([confusion.majority_share, confusion.average(BinaryCounts.recall, "macro")]).all()
    assert np.isnan([accuracy([], []).mean, float(binary_counts([], []).accuracy())]).all()
    assert confusion_matrix([], [], labels=[1, 2]).counts.tolist() == [[0, 0], [0, 0]]


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match="differ in length"):
        confusion_matrix([1], [1, 2])
    with pytest.raises(DataError, match=r"`actual` row 1 is NaN"):
        accuracy([1.0, np.nan], [1.0, 1.0])
    with pytest.raises(DataError, match=r"a label is unknown. Allowed: one of \[1, 2\]. Got:.*5"):
        confusion_matrix([1], [5], labels=[1, 2])
    with pytest.raises(DataError, match=r"0 or 1. Got: 2.0"):
        binary_counts([0, 2], [0, 1])
    with pytest.raises(OptionError, match="beta"):
        binary_counts([0], [1]).f_beta(0)
    with pytest.raises(OptionError, match="Did you mean 'macro'"):
        Confusion(np.array([1]), np.ones((1, 1))).average(BinaryCounts.recall, "makro")  # type: ignore[arg-type]
