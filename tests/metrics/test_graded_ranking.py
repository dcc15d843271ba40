"""Graded ranking metrics against scikit-learn on 10,000 lists, brute force over pairs, and properties."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import dcg_score, ndcg_score

from tamis.core.errors import DataError, OptionError
from tamis.metrics import RankedLists, dcg, ndcg, pairwise_accuracy
from tests.metrics.worlds import grades_of, random_world


def full_lists(grades: np.ndarray) -> RankedLists:
    """Lists that show items 0, 1, 2, ... in order, with the given grades (queries, items)."""
    n_queries, n_items = grades.shape
    query, item = np.divmod(np.arange(n_queries * n_items), n_items)
    return RankedLists.build(n_queries, query, item, query, item, grades.ravel().astype(float), n_items=n_items)


def test_the_worked_example() -> None:
    lists = full_lists(np.array([[3, 2, 3, 0, 1, 2]]))
    assert ndcg(lists).mean == pytest.approx(0.9608, abs=5e-5)
    assert ndcg(lists, gain="exponential").mean == pytest.approx(0.9488, abs=5e-5)


@pytest.mark.parametrize("k", [1, 5, None])
def test_dcg_and_ndcg_equal_scikit_learn_on_ten_thousand_lists(k: int | None) -> None:
    grades = np.random.default_rng(0).integers(0, 4, (10_000, 8))
    grades[::50] = 0
    lists, scores = full_lists(grades), np.tile(-np.arange(8.0), (10_000, 1))
    some = grades.any(axis=1)
    # scikit-learn scores an empty truth 0 and counts it in the mean; Tamis leaves it out.
    for gain, theirs in (("linear", grades), ("exponential", 2**grades - 1)):
        assert ndcg(lists, k, gain=gain).mean == pytest.approx(
            ndcg_score(theirs[some], scores[some], k=k, ignore_ties=True)
        )
        assert dcg(lists, k, gain=gain).mean == pytest.approx(
            dcg_score(theirs[some], scores[some], k=k, ignore_ties=True)
        )
        assert np.isnan(ndcg(lists, k, gain=gain).values[~some]).all()


@pytest.mark.parametrize("k", [2, None])
def test_pairwise_accuracy_equals_all_pairs(k: int | None) -> None:
    world = random_world(3, 2_000, repeats=True, max_grade=6)
    got = pairwise_accuracy(world.lists, k).values
    for q, (row, truth) in enumerate(zip(world.shown, world.truth)):
        grades = grades_of(row, truth)[:k]
        pairs = [a > b for a, b in itertools.combinations(grades, 2) if a != b]
        expected = np.mean(pairs) if pairs else np.nan
        assert got[q] == pytest.approx(expected, nan_ok=True)


def test_pairwise_accuracy_of_many_distinct_grades() -> None:
    grades = np.random.default_rng(4).permutation(500)[None] / 7.0 + 1
    above = np.triu(grades[0][:, None] > grades[0][None, :], 1).sum()
    assert pairwise_accuracy(full_lists(grades)).mean == pytest.approx(above / (500 * 499 / 2))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.data())
def test_bounds_best_order_and_swaps(grades: list[int], data: st.DataObject) -> None:
    row = np.array(grades)
    best = np.sort(row)[::-1]
    i = data.draw(st.integers(0, len(row) - 2))
    swapped = row.copy()
    swapped[[i, i + 1]] = row[[i + 1, i]]
    if not row.any():
        assert np.isnan(ndcg(full_lists(row[None])).mean)
        return
    for metric in (ndcg, pairwise_accuracy):
        now, then = (metric(full_lists(r[None])).mean for r in (row, swapped))
        if metric is ndcg or len(set(grades)) > 1:
            assert 0 <= now <= 1 + 1e-12
            assert metric(full_lists(best[None])).mean == pytest.approx(1.0)
            assert np.sign(round(then - now, 12)) == np.sign(row[i + 1] - row[i])


def test_a_grade_too_large_for_the_exponential_gain_is_told() -> None:
    lists = full_lists(np.array([[80, 1]]))
    assert ndcg(lists).mean == 1.0
    with pytest.raises(DataError, match=r"at most 50. Got: 80"):
        ndcg(lists, gain="exponential")
    with pytest.raises(OptionError, match="Did you mean 'linear'"):
        dcg(lists, gain="liner")  # type: ignore[arg-type]
