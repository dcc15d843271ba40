from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from tests.models.retrieval_worlds import random_interactions

from tamis.core.errors import DataError, OptionError
from tamis.models.ease import Ease


def formula(x: np.ndarray, regularization: float) -> np.ndarray:
    p = np.linalg.inv(x.T @ x + regularization * np.eye(x.shape[1]))
    b = -p / np.diag(p)[None, :]
    np.fill_diagonal(b, 0)
    return b


def regression(x: np.ndarray, target: int, predictors: np.ndarray, regularization: float) -> np.ndarray:
    a = x[:, predictors]
    return np.linalg.solve(a.T @ a + regularization * np.eye(len(predictors)), a.T @ x[:, target])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0.5, 50))
def test_weights_are_the_direct_formula(seed, n_items, regularization):
    seen = random_interactions(n_items=n_items, seed=seed)
    expected = formula(seen.toarray().astype(float), regularization)
    np.testing.assert_allclose(Ease(regularization=regularization).fit(seen).weights_, expected, atol=2e-5)


def test_each_column_is_a_ridge_regression_on_the_other_items():
    seen = random_interactions()
    x = seen.toarray().astype(float)
    weights = Ease(regularization=3.0).fit(seen).weights_
    for target in (0, 7, 24):
        others = np.delete(np.arange(25), target)
        np.testing.assert_allclose(weights[others, target], regression(x, target, others, 3.0), atol=1e-5)
    assert np.all(np.diag(weights) == 0)


def test_more_items_than_a_block():
    seen = random_interactions(n_users=400, n_items=600, share=0.05)
    expected = formula(seen.toarray().astype(float), 20.0)
    np.testing.assert_allclose(Ease(regularization=20.0).fit(seen).weights_, expected, atol=2e-5)


@pytest.mark.parametrize("keep", [None, 10])
def test_items_beyond_the_head_are_scored_by_the_head(keep):
    seen = random_interactions()
    x = seen.toarray().astype(float)
    model = Ease(regularization=3.0, max_items=10, keep=keep).fit(seen)
    counts = (x > 0).sum(axis=0)
    assert set(model.head_) == set(np.lexsort((np.arange(25), -counts))[:10])
    weights = model.weights_ if keep is None else model.weights_.toarray()
    for target in np.setdiff1d(np.arange(25), model.head_):
        np.testing.assert_allclose(weights[:, target], regression(x, target, model.head_, 3.0), atol=1e-5)
        only = np.zeros((1, 25), np.float32)
        only[0, target] = 1
        np.testing.assert_array_equal(model.score(csr_matrix(only)), 0)


def test_keep_keeps_the_largest_in_absolute_value():
    seen = random_interactions()
    full = Ease(regularization=3.0).fit(seen).weights_
    kept = Ease(regularization=3.0, keep=4).fit(seen).weights_.toarray()
    for target in range(25):
        largest = np.argsort(-np.abs(full[:, target]))[:4]
        assert set(np.flatnonzero(kept[:, target])) == set(largest)
        np.testing.assert_array_equal(kept[largest, target], full[largest, target])


def test_a_matrix_that_float32_cannot_invert_is_told():
    with pytest.raises(DataError, match="raise `regularization`"):
        Ease(regularization=1e-9).fit(csr_matrix(np.full((3, 3), 1e3, np.float32)))


def test_options_are_checked():
    with pytest.raises(OptionError, match="above 0"):
        Ease(regularization=0)
    with pytest.raises(OptionError, match="max_items"):
        Ease(max_items=0)
