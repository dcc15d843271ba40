import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.core.errors import DataError
from tamis.core.ragged import (
    concatenate_ranges,
    distinct,
    find_pairs,
    offsets_of,
    order_by_score,
    position,
    query_of,
    top_k_rows,
)
from tamis.core.words import Candidates, Queries, fuse_sources, merge_sources


def candidates(pairs, scores):
    query, item = (np.array(c) for c in zip(*pairs))
    return Candidates(query.astype(np.int64), item.astype(np.int32), 3, {"score": np.array(scores, float)})


def test_merge_keeps_every_sources_score_and_rank():
    a = candidates([(0, 5), (0, 7), (2, 1)], [1.0, 3.0, 0.5])
    b = candidates([(0, 7), (1, 7)], [0.1, 0.2])
    merged = merge_sources({"a": a, "b": b}, 3, 10)
    assert list(zip(merged.query, merged.item)) == [(0, 5), (0, 7), (1, 7), (2, 1)]
    np.testing.assert_array_equal(merged["a.rank"], [2, 1, np.nan, 1])
    np.testing.assert_array_equal(merged["a.score"], [1.0, 3.0, np.nan, 0.5])
    np.testing.assert_array_equal(merged["b.rank"], [np.nan, 1, 1, np.nan])
    # reciprocal rank fusion by hand: 1/62, 1/61 + 1/61, 1/61, 1/61
    np.testing.assert_allclose(fuse_sources(merged), [1 / 62, 2 / 61, 1 / 61, 1 / 61])


def test_a_single_source_keeps_its_score():
    merged = merge_sources({"a": candidates([(0, 5), (0, 7)], [1.0, 3.0])}, 1, 10)
    np.testing.assert_array_equal(fuse_sources(merged), [1.0, 3.0])


def test_merge_of_nothing_is_empty():
    merged = merge_sources(
        {"a": Candidates(np.zeros(0, np.int64), np.zeros(0, np.int32), 2, {"score": np.zeros(0)})}, 2, 5
    )
    assert len(merged) == 0 and merged.n_queries == 2
    assert len(merge_sources({}, 2, 5)) == 0


def test_no_column_is_overwritten():
    one = candidates([(0, 1)], [1.0]).with_column("like", "probability", np.ones(1))
    with pytest.raises(DataError, match=r"like\.probability.*there already"):
        one.with_column("like", "probability", np.zeros(1))
    with pytest.raises(DataError, match="another length"):
        one.with_column("like", "other", np.zeros(2))
    with pytest.raises(DataError, match=r"no column `like\.probabilty`.*Did you mean 'like\.probability'"):
        one["like.probabilty"]


def test_candidates_refuse_unsorted_queries():
    with pytest.raises(DataError, match="sorted by query"):
        Candidates(np.array([1, 0]), np.array([1, 2], np.int32), 2)


def test_queries_slice_every_column():
    queries = Queries(
        np.array([1, 2, 3], np.int32),
        np.array([10, 20, 30]),
        past=None,
        item=np.array([7, 8, 9], np.int32),
        text=["a", "b", "c"],
        context={"page": np.array([0, 1, 2])},
    )
    part = queries.rows(np.array([True, False, True]))
    assert part.user.tolist() == [1, 3] and part.item.tolist() == [7, 9]
    assert part.text == ["a", "c"] and part.context["page"].tolist() == [0, 2]


@given(
    st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, -np.inf, np.nan]), min_size=6, max_size=6), max_size=8),
    st.integers(0, 8),
)
def test_top_k_equals_a_sort(rows, k):
    scores = np.array(rows, float).reshape(len(rows), 6)
    row, column = top_k_rows(scores, k)
    expected = []
    for r, line in enumerate(scores):
        usable = [(-s, c) for c, s in enumerate(line) if np.isfinite(s)]
        expected += [(r, c) for _, c in sorted(usable)[:k]]
    assert list(zip(row.tolist(), column.tolist())) == expected


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.5, 1.0, np.nan]), st.integers(0, 9)), max_size=30))
def test_order_by_score_equals_a_sort(rows):
    rows = sorted(rows, key=lambda r: r[0])
    query, score, item = (np.array([r[i] for r in rows]) for i in range(3))
    order = order_by_score(query.astype(int), score.astype(float), item.astype(int))
    key = lambda i: (query[i], np.isnan(score[i]), -score[i] if not np.isnan(score[i]) else 0, item[i], i)
    assert order.tolist() == sorted(range(len(rows)), key=key)


@given(st.lists(st.integers(0, 6), max_size=20))
def test_offsets_and_positions_agree(values):
    query = np.sort(np.array(values, int))
    offsets = offsets_of(query, 7)
    np.testing.assert_array_equal(query_of(offsets), query)
    expected = [int(i - offsets[q]) for i, q in enumerate(query)]
    assert position(query).tolist() == expected
    assert distinct(np.array(values, int)).tolist() == sorted(set(values))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=10))
def test_concatenate_ranges_equals_a_loop(ranges):
    starts, counts = (np.array([r[i] for r in ranges], int) for i in range(2))
    expected = [x for s, n in ranges for x in range(s, s + n)]
    assert concatenate_ranges(starts, counts).tolist() == expected


@given(st.lists(st.integers(0, 20), max_size=10), st.lists(st.integers(0, 20), max_size=10, unique=True))
def test_find_pairs_equals_a_lookup(needles, haystack):
    found = find_pairs(np.array(needles, int), np.array(haystack, int))
    assert found.tolist() == [haystack.index(n) if n in haystack else -1 for n in needles]
