"""Intra-list diversity against scikit-learn's cosine similarity of all pairs."""

import itertools

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from tamis.core.errors import DataError
from tamis.metrics import RankedLists, intra_list_diversity, intra_list_tag_diversity
from tamis.metrics import diversity as file
from tests.metrics.worlds import random_world


def by_pairs(row: list[int], similarity: np.ndarray) -> float:
    pairs = [1 - similarity[a, b] for a, b in itertools.combinations(row, 2)]
    return sum(pairs) / len(pairs) if pairs else np.nan


@pytest.mark.parametrize("k", [4, None])
@pytest.mark.parametrize("block", [7, 1 << 16])
def test_both_equal_all_pairs(k: int | None, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_ROWS_AT_ONCE", block)
    n_queries = 10_000 if block > 7 else 300
    world = random_world(8, n_queries, repeats=True)
    random = np.random.default_rng(2)
    vectors = random.normal(size=(30, 5)).astype(np.float32)
    vectors[4] = 0
    carries = random.random((30, 6)) < 0.3
    tag_item, tag = np.nonzero(carries)
    twice = random.permutation(np.tile(np.arange(len(tag)), 2))
    got_vectors = intra_list_diversity(world.lists, vectors, k).values
    got_tags = intra_list_tag_diversity(world.lists, tag_item[twice], tag[twice] * 10**9, k).values
    vector_similarity = cosine_similarity(vectors.astype(float))
    tag_similarity = cosine_similarity(carries.astype(float))
    for got, similarity in ((got_vectors, vector_similarity), (got_tags, tag_similarity)):
        expected = [by_pairs(row[:k], similarity) for row in world.shown]
        assert np.allclose(got, expected, atol=1e-9, equal_nan=True)


def test_ends_of_the_scale() -> None:
    lists = RankedLists.build(3, [0, 0, 1, 1, 2], [0, 1, 0, 2, 0], [], [], n_items=3)
    vectors = np.array([[1.0, 1.0], [2.0, 2.0], [-3.0, -3.0]])
    assert np.allclose(intra_list_diversity(lists, vectors).values, [0, 2, np.nan], equal_nan=True)


def test_unknown_items_are_left_out_and_nothing_gives_nan() -> None:
    lists = RankedLists.build(2, [0, 0, 0, 1], [0, -1, 1, 0], [], [], n_items=2)
    assert np.array_equal(intra_list_diversity(lists, np.eye(2)).values, [1.0, np.nan], equal_nan=True)
    assert np.array_equal(intra_list_tag_diversity(lists, [], []).values, [1.0, np.nan], equal_nan=True)
    none = RankedLists.build(0, [], [], [], [], n_items=0)
    assert np.isnan(
        [intra_list_diversity(none, np.zeros((0, 3))).mean, intra_list_tag_diversity(none, [], []).mean]
    ).all()


def test_bad_input_is_told() -> None:
    lists = RankedLists.build(1, [0], [0], [], [], n_items=2)
    with pytest.raises(DataError, match=r"Allowed: numbers of shape \(2, d\). Got: \(3, 2\)"):
        intra_list_diversity(lists, np.zeros((3, 2)))
    for wrong in (np.nan, np.inf, 1e200):
        with pytest.raises(DataError, match="too large"):
            intra_list_diversity(lists, np.full((2, 2), wrong))
    with pytest.raises(DataError, match="differ in length"):
        intra_list_tag_diversity(lists, [0, 1], [1])
    with pytest.raises(DataError, match="`tag_item` row 0"):
        intra_list_tag_diversity(lists, [5], [1])
