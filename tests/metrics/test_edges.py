"""Edge prediction against scikit-learn, source by source."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from tamis.core.errors import DataError
from tamis.metrics import edge_prediction


def test_both_parts_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    pair = random.permutation(200 * 200)[:10_000]
    source, target = pair // 200, pair % 200
    actual, score = random.integers(0, 2, 10_000), random.permutation(10_000) / 7
    got = edge_prediction(source, target, actual, score, n_nodes=200)
    assert got.roc_auc == pytest.approx(roc_auc_score(actual, score))
    for node in range(200):
        rows = source == node
        expected = average_precision_score(actual[rows], score[rows])
        assert got.average_precision.values[node] == pytest.approx(expected)


def test_ties_go_by_target_and_count_half_in_the_area() -> None:
    got = edge_prediction([0, 0], [2, 1], [1, 0], [0.5, 0.5], n_nodes=3)
    assert (got.roc_auc, got.average_precision.values[0]) == (0.5, 0.5)


def test_nodes_without_edges_and_empty_input() -> None:
    got = edge_prediction([0, 1], [1, 0], [1, 0], [0.9, 0.1], n_nodes=3)
    assert np.array_equal(got.average_precision.values, [1.0, np.nan, np.nan], equal_nan=True)
    empty = edge_prediction([], [], [], [], n_nodes=0)
    assert np.isnan([empty.roc_auc, empty.average_precision.mean]).all()


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match="differ in length"):
        edge_prediction([0], [1], [1, 0], [0.5], n_nodes=2)
    with pytest.raises(DataError, match="`target` row 0 is out of range"):
        edge_prediction([0], [2], [1], [0.5], n_nodes=2)
