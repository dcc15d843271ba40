"""Losses of probabilities against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from tamis.core.errors import DataError, OptionError
from tamis.metrics import brier_score, categorical_cross_entropy, log_loss, normalised_cross_entropy

RANDOM = np.random.default_rng(0)
ACTUAL = RANDOM.integers(0, 2, 10_000)
PROBABILITY = np.round(RANDOM.random(10_000), 2)  # holds ties, zeros and ones


def test_log_loss_and_brier_equal_scikit_learn() -> None:
    assert {0.0, 1.0} <= set(PROBABILITY)
    ours, brier = log_loss(ACTUAL, PROBABILITY), brier_score(ACTUAL, PROBABILITY)
    for rows in (slice(None), slice(0, 10), slice(500, 501)):
        expected = theirs.log_loss(ACTUAL[rows], PROBABILITY[rows], labels=[0, 1])
        assert ours.values[rows].mean() == pytest.approx(expected)
        expected = theirs.brier_score_loss(ACTUAL[rows], PROBABILITY[rows], pos_label=1)
        assert brier.values[rows].mean() == pytest.approx(expected)
    assert ours.mean == pytest.approx(theirs.log_loss(ACTUAL, PROBABILITY))


def test_categorical_cross_entropy_equals_scikit_learn_in_both_forms() -> None:
    probability, label = RANDOM.dirichlet([0.3] * 4, 10_000), RANDOM.integers(0, 4, 10_000)
    expected = theirs.log_loss(label, probability, labels=range(4))
    by_code = categorical_cross_entropy(label, probability)
    assert by_code.mean == pytest.approx(expected)
    assert np.allclose(by_code.values, categorical_cross_entropy(np.eye(4)[label], probability).values)
    soft = categorical_cross_entropy(np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])).mean
    assert soft == pytest.approx(-(np.log(0.25) + np.log(0.75)) / 2)


def test_two_classes_are_the_binary_loss() -> None:
    both = np.stack([1 - PROBABILITY, PROBABILITY], axis=1)
    assert np.allclose(categorical_cross_entropy(ACTUAL, both).values, log_loss(ACTUAL, PROBABILITY).values)


def test_normalised_cross_entropy_is_a_ratio_of_log_losses() -> None:
    expected = theirs.log_loss(ACTUAL, PROBABILITY) / theirs.log_loss(ACTUAL, np.full(10_000, 0.3))
    assert normalised_cross_entropy(ACTUAL, PROBABILITY, 0.3).mean == pytest.approx(expected)
    simple = np.clip(RANDOM.random(10_000), 0.01, 0.99)
    expected = theirs.log_loss(ACTUAL, PROBABILITY) / theirs.log_loss(ACTUAL, simple)
    assert normalised_cross_entropy(ACTUAL, PROBABILITY, simple).mean == pytest.approx(expected)
    assert normalised_cross_entropy(ACTUAL, np.full(10_000, 0.3), 0.3).mean == pytest.approx(1.0)


def test_a_sure_error_is_dear_and_finite() -> None:
    assert log_loss([1, 0], [0.0, 1.0]).mean == pytest.approx(36.04, abs=0.01)
    assert log_loss([1, 0], [1.0, 0.0]).mean == pytest.approx(0, abs=1e-12)


def test_empty_input_is_undefined() -> None:
    empty = np.zeros((0, 3))
    for measured in (
        log_loss([], []),
        brier_score([], []),
        normalised_cross_entropy([], [], 0.5),
        categorical_cross_entropy([], empty),
    ):
        assert measured.n == 0
        assert np.isnan(measured.mean)


def test_bad_input_is_told() -> None:
    for wrong in (1.2, -0.1, np.nan):
        with pytest.raises(DataError, match="`probability` row 1"):
            log_loss([0, 1], [0.5, wrong])
    with pytest.raises(DataError, match="differ in length"):
        brier_score([0, 1], [0.5])
    with pytest.raises(DataError, match=r"does not sum to 1.*Got: 0.9"):
        categorical_cross_entropy([0], np.array([[0.5, 0.4]]))
    with pytest.raises(DataError, match="out of range"):
        categorical_cross_entropy([2], np.array([[0.5, 0.5]]))
    with pytest.raises(DataError, match="another shape"):
        categorical_cross_entropy(np.eye(2), np.array([[0.5, 0.5]]))
    with pytest.raises(DataError, match="no matrix"):
        categorical_cross_entropy([0], np.array([0.5]))
    for rate in (0.0, 1.0):
        with pytest.raises(OptionError, match="baseline"):
            normalised_cross_entropy([0], [0.5], rate)
