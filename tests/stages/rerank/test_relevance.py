"""Relevance follows the values and never contradicts the order in which rows come."""

import numpy as np

from tamis.stages.rerank._relevance import relevance, scaled_relevance
from tests.stages.shop import candidates


def test_values_stay_with_a_list_that_nobody_touched():
    rows = candidates([4, 2], [7], value=[[0.9, 0.2], [5.0]])
    assert relevance(rows).tolist() == [0.9, 0.2, 5.0]


def test_an_earlier_reranker_keeps_its_order():
    # the second row was moved up: it gets the top value of the query
    assert relevance(candidates([4, 2, 1], value=[[0.2, 0.9, 0.1]])).tolist() == [0.9, 0.2, 0.1]


def test_values_that_are_not_finite():
    rows = candidates([1, 2, 3, 4], [5], value=[[np.inf, 3.0, 1.0, np.nan], [np.nan]])
    assert relevance(rows).tolist() == [3.0, 3.0, 1.0, 1.0, 0.0]
    assert scaled_relevance(rows).tolist() == [1.0, 1.0, 0.0, 0.0, 1.0]


def test_without_values_the_order_counts():
    assert relevance(candidates([1, 2, 3, 4], [5, 6])).tolist() == [1.0, 0.75, 0.5, 0.25, 1.0, 0.5]


def test_scaled_is_zero_to_one_and_one_where_equal():
    rows = candidates([1, 2, 3], [4, 5], [], value=[[-1.0, -2.0, -5.0], [3.0, 3.0], []])
    assert scaled_relevance(rows).tolist() == [1.0, 0.75, 0.0, 1.0, 1.0]
