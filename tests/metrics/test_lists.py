"""The join of recommended rows and truth, row by row against dictionaries."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.metrics import RankedLists, ndcg, precision_at_k, recall_at_k
from tests.metrics.worlds import grades_of, random_world


@pytest.mark.parametrize("repeats", [False, True])
def test_gains_equal_a_dictionary_join(repeats: bool) -> None:
    world = random_world(0, 500, repeats=repeats)
    expected = [g for row, truth in zip(world.shown, world.truth) for g in grades_of(row, truth)]
    assert world.lists.gain.tolist() == expected
    assert world.lists.position.tolist() == [p for row in world.shown for p in range(len(row))]
    assert world.lists.lengths.tolist() == [len(row) for row in world.shown]
    assert world.lists.n_relevant.tolist() == [len(truth) for truth in world.truth]
    best = [g for truth in world.truth for g in sorted(truth.values(), reverse=True)]
    assert world.lists.truth_grade.tolist() == best


def test_queries_in_any_order_keep_their_rank_order() -> None:
    lists = RankedLists.build(2, [1, 0, 1, 0], [5, 6, 7, 8], [1], [7], n_items=9)
    assert lists.query.tolist() == [0, 0, 1, 1]
    assert lists.item.tolist() == [6, 8, 5, 7]
    assert lists.gain.tolist() == [0, 0, 0, 1]


def test_a_repeated_item_counts_at_its_first_place_and_keeps_the_second() -> None:
    lists = RankedLists.build(1, [0, 0, 0], [4, 4, 2], [0, 0], [4, 2], n_items=9)
    assert lists.gain.tolist() == [1, 0, 1]
    assert precision_at_k(lists, 2).mean == 0.5
    assert recall_at_k(lists, 3).mean == 1.0


def test_unknown_items_never_match() -> None:
    lists = RankedLists.build(2, [0, 1, 1], [8, -1, -1], [0, 1, 1], [-1, -1, -1], n_items=9)
    assert lists.gain.tolist() == [0, 0, 0]  # nor does (1, -1) meet (0, 8), its neighbour in the joined key
    assert lists.n_relevant.tolist() == [1, 2]
    assert recall_at_k(lists).values.tolist() == [0, 0]
    assert RankedLists.build(2, [1], [-1], [0], [8], n_items=9).gain.tolist() == [0]


def test_a_repeated_truth_keeps_its_highest_grade_and_grade_zero_is_dropped() -> None:
    lists = RankedLists.build(1, [0, 0], [3, 5], [0, 0, 0], [3, 3, 5], [1.0, 2.0, 0.0], n_items=9)
    assert lists.gain.tolist() == [2, 0]
    assert lists.truth_grade.tolist() == [2]


def test_empty_batches() -> None:
    none = RankedLists.build(0, [], [], [], [], n_items=0)
    assert len(none.lengths) == 0
    assert np.isnan(ndcg(none).mean)
    empty = RankedLists.build(2, [], [], [1], [0], n_items=1)
    assert np.array_equal(ndcg(empty).values, [np.nan, 0.0], equal_nan=True)


def test_clusters_reach_the_measurement() -> None:
    lists = RankedLists.build(2, [0, 1], [0, 0], [0, 1], [0, 0], n_items=1, cluster=[7, 7])
    assert ndcg(lists).n_clusters == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": [0]}, "differ in length"),
        ({"query": [0, 2]}, "`query` row 1 is out of range. Allowed: from 0 to 1. Got: 2"),
        ({"query": [0, -1]}, "`query` row 1"),
        ({"item": [1, 9]}, "`item` row 1 is out of range. Allowed: from -1 to 8"),
        ({"item": [1, -2]}, "`item` row 1"),
        ({"item": [1.0, 2.5]}, "no column of codes"),
        ({"truth_item": [3, 4]}, "differ in length"),
        ({"truth_query": [5]}, "`truth_query` row 0"),
        ({"truth_grade": [-1.0]}, "negative"),
        ({"truth_grade": [np.nan]}, "not finite"),
        ({"cluster": [1]}, "`cluster` has another length"),
    ],
)
def test_bad_input_is_told(change: dict[str, object], message: str) -> None:
    good = {"query": [0, 1], "item": [1, 2], "truth_query": [0], "truth_item": [1], "truth_grade": [1.0]}
    with pytest.raises(DataError, match=message):
        RankedLists.build(2, n_items=9, **{**good, **change})  # type: ignore[arg-type]


def test_inputs_stay_as_they_are() -> None:
    query, item, grade = np.array([1, 0]), np.array([3, 4]), np.array([2.0, 0.0])
    RankedLists.build(2, query, item, query, item, grade, n_items=9)
    assert (query.tolist(), item.tolist(), grade.tolist()) == ([1, 0], [3, 4], [2.0, 0.0])
