import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from tamis.core.errors import DataError
from tamis.data.semi_supervised import LabelPropagation, SelfTraining, consistent


def blobs(n=600, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, n)
    return rng.normal(size=(n, 2)) + 4 * truth[:, None], truth


def test_self_training_grows_only_what_is_sure_and_keeps_the_truth():
    rows, truth = blobs()
    label = np.full(600, -1)
    seeds = [np.flatnonzero(truth == c)[:3] for c in (0, 1)]
    for c in (0, 1):
        label[seeds[c]] = c
    given = label.copy()
    grown = SelfTraining(threshold=0.95, rounds=5, per_round=100).grow(LogisticRegression, rows, label)
    assert np.array_equal(label, given)  # the input is not changed
    assert np.array_equal(grown.label[given >= 0], given[given >= 0]) and np.all(grown.round[given >= 0] == 0)
    added = grown.round > 0
    assert added.sum() > 300 and (grown.label[added] == truth[added]).mean() > 0.97
    assert np.all(grown.confidence[added] >= 0.95) and np.isnan(grown.confidence[grown.label == -1]).all()
    assert np.bincount(grown.round[added])[1:].max() <= 100
    with pytest.raises(DataError, match="no row is labelled"):
        SelfTraining().grow(LogisticRegression, rows, np.full(600, -1))


def test_label_propagation_is_the_harmonic_solution():
    rng = np.random.default_rng(1)
    n = 30
    dense = np.triu(rng.random((n, n)) * (rng.random((n, n)) < 0.3), 1)
    dense += dense.T
    label = np.full(n, -1)
    label[:3], label[3:6] = 0, 1
    grown = LabelPropagation(tolerance=1e-12, iterations=20_000).grow(csr_array(dense), label)
    laplacian = np.diag(dense.sum(axis=1)) - dense
    free = label == -1
    share = np.linalg.solve(laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, ~free)] @ (label[~free] == 1))
    assert np.array_equal(grown.label[free], (share > 0.5).astype(int))
    assert np.allclose(grown.confidence[free], np.maximum(share, 1 - share), atol=1e-6)


def test_unreached_nodes_and_the_gate():
    edges = csr_array((np.ones(4), ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(4, 4))
    label = np.array([0, -1, 1, -1])
    grown = LabelPropagation().grow(edges, label)
    assert grown.label[3] == -1 and np.isnan(grown.confidence[3]) and grown.round.tolist() == [0, 1, 0, -1]
    assert LabelPropagation(threshold=0.6).grow(edges, label).label[1] == -1  # half and half is not sure
    with pytest.raises(DataError, match="edges"):
        LabelPropagation().grow(edges, label[:3])
    with pytest.raises(DataError, match="no node"):
        LabelPropagation().grow(edges, np.full(4, -1))


def test_consistency_gate():
    sure, other, nan = [0.99, 0.01], [0.03, 0.97], [np.nan, np.nan]
    passed = consistent(np.array([sure, sure, sure, nan]), np.array([sure, other, [0.6, 0.4], nan]))
    assert passed.tolist() == [True, False, False, False]
