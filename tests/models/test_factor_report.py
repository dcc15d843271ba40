from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.decomposition import PCA

from tamis.core.errors import DataError
from tamis.models.factor_report import describe_factor, neighbour_overlap, principal_components


def test_components_are_scikit_learns_up_to_sign():
    factors = np.random.default_rng(0).normal(size=(50, 8)) * np.arange(1, 9)
    found = principal_components(factors, 5)
    pca = PCA(5).fit(factors)
    np.testing.assert_allclose(np.abs(found.loadings), np.abs(pca.transform(factors)), atol=1e-8)
    np.testing.assert_allclose(found.explained, pca.explained_variance_ratio_, rtol=1e-10)
    assert np.all(np.take_along_axis(found.loadings, np.abs(found.loadings).argmax(0)[None], 0) > 0)


def test_top_items_are_the_highest_loadings():
    factors = np.random.default_rng(1).normal(size=(50, 4))
    found = principal_components(factors, 2)
    for component, items in enumerate(found.top_items(20)):
        assert items.tolist() == np.argsort(-found.loadings[:, component], kind="stable")[:20].tolist()
    assert len(found.top_items(500)[0]) == 50


def test_few_equal_or_no_items():
    assert principal_components(np.zeros((0, 4))).loadings.shape == (0, 0)
    same = principal_components(np.ones((5, 3)), 2)
    assert np.all(same.explained == 0) and np.allclose(same.loadings, 0)
    assert principal_components(np.eye(3)[:2], 5).loadings.shape[1] == 2
    with pytest.raises(DataError, match="finite"):
        principal_components(np.array([[np.nan]]))


def test_description_by_hand():
    price = np.array([10.0, 20.0, 60.0, np.nan, 5.0])
    category = ["skin", "skin", "hair", "hair", None]
    brand = ["b", "a", "a", "c", "b"]
    told = describe_factor(np.array([0, 1, 2, 3, -1, 99]), price, category, brand)
    assert (told.items, told.price_mean, told.price_median, told.price_max, told.price_min) == (
        4,
        30.0,
        20.0,
        60.0,
        10.0,
    )
    assert told.categories == {"hair": 0.5, "skin": 0.5} and list(told.categories) == ["hair", "skin"]
    assert told.brands == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert told.price_by_category == {"hair": 60.0, "skin": 15.0}


def test_empty_and_priceless_groups():
    empty = describe_factor(np.array([], np.int64), np.array([1.0]), ["x"], ["y"])
    assert empty.items == 0 and np.isnan(empty.price_mean) and empty.categories == {}
    priceless = describe_factor(np.array([0]), np.array([np.nan]), [None], ["y"])
    assert np.isnan(priceless.price_max) and priceless.categories == {None: 1.0}
    with pytest.raises(DataError, match="differ in length"):
        describe_factor(np.array([0]), np.array([1.0]), ["x", "z"], ["y"])


def test_overlap_is_a_loop_over_sets():
    random = np.random.default_rng(0)
    left, right = (random.random((20, 20)) * (random.random((20, 20)) < 0.6) for _ in range(2))
    left[4], right[4] = 0, 0
    found = neighbour_overlap(csr_matrix(left), csr_matrix(right), at=4)
    for i in range(20):
        sets = []
        for matrix in (left, right):
            order = [j for j in np.argsort(-matrix[i], kind="stable") if j != i and matrix[i, j] > 0]
            sets.append(set(order[:4]))
        expected = len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else np.nan
        np.testing.assert_equal(found[i], expected)
    with pytest.raises(DataError, match="shape"):
        neighbour_overlap(csr_matrix((2, 2)), csr_matrix((3, 3)))
