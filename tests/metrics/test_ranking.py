"""Binary ranking metrics: 10,000 random queries against ir-measures, flags against a loop, answers by hand."""

import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.metrics import (
    RankedLists,
    average_precision,
    hit_rate_at_k,
    ndcg,
    precision_at_k,
    r_precision,
    recall_at_k,
    reciprocal_rank,
)
from tests.metrics.worlds import World, grades_of, random_world

CHECKED = {
    "P@5": lambda lists: precision_at_k(lists, 5),
    "R@5": lambda lists: recall_at_k(lists, 5),
    "Success@5": lambda lists: hit_rate_at_k(lists, 5),
    "RR": lambda lists: reciprocal_rank(lists),
    "RR@5": lambda lists: reciprocal_rank(lists, 5),
    "AP": lambda lists: average_precision(lists),
    "AP@5": lambda lists: average_precision(lists, 5),
    "Rprec": lambda lists: r_precision(lists),
    "nDCG": lambda lists: ndcg(lists),
    "nDCG@5": lambda lists: ndcg(lists, 5),
}


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(1, 10_000)


def test_all_equal_ir_measures_on_ten_thousand_queries(world: World) -> None:
    ir_measures = pytest.importorskip("ir_measures")
    qrels = {str(q): {str(i): int(g) for i, g in t.items()} for q, t in enumerate(world.truth) if t}
    run = {str(q): {str(i): -float(p) for p, i in enumerate(row)} for q, row in enumerate(world.shown) if row}
    measures = [ir_measures.parse_measure(name) for name in CHECKED]
    theirs: dict[str, dict[int, float]] = {name: {} for name in CHECKED}
    for found in ir_measures.iter_calc(measures, qrels, run):
        theirs[str(found.measure)][int(found.query_id)] = found.value
    has_truth = np.array([bool(truth) for truth in world.truth])
    assert 0 < has_truth.sum() < 10_000
    for name, ours in CHECKED.items():
        values = ours(world.lists).values
        # A query with truth and no list is 0 in both, whether ir-measures lists it or not.
        expected = np.array([theirs[name].get(q, 0.0) for q in range(10_000)])
        assert np.isnan(values[~has_truth]).all(), name
        assert np.allclose(values[has_truth], expected[has_truth], atol=1e-9), name
        assert ours(world.lists).n == has_truth.sum()


@pytest.mark.parametrize("k", [1, 3, 50, None])
def test_flags_and_cuts_equal_a_loop(k: int | None) -> None:
    world = random_world(2, 300, repeats=True)
    for q, (row, truth) in enumerate(zip(world.shown, world.truth)):
        if not truth:
            continue
        hits = [g > 0 for g in grades_of(row, truth)][:k]
        n, cut = len(truth), len(row) if k is None else k
        at = lambda metric, q=q, **flags: metric(world.lists, k, **flags).values[q]
        assert at(precision_at_k) == pytest.approx(sum(hits) / cut if cut else 0)
        assert at(precision_at_k, capped=True) == pytest.approx(sum(hits) / min(cut, len(row)) if row else 0)
        assert at(recall_at_k) == pytest.approx(sum(hits) / n)
        reachable = n if k is None else min(k, n)
        assert at(recall_at_k, capped=True) == pytest.approx(sum(hits) / reachable)
        assert at(hit_rate_at_k) == float(any(hits))
        assert at(reciprocal_rank) == pytest.approx(1 / (hits.index(True) + 1) if any(hits) else 0)
        precisions = [sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit]
        assert at(average_precision) == pytest.approx(sum(precisions) / n)
        assert at(average_precision, capped=True) == pytest.approx(sum(precisions) / reachable)
        first = [g > 0 for g in grades_of(row, truth)][:n]
        assert r_precision(world.lists).values[q] == pytest.approx(sum(first) / n)
        if q > 60:
            break


def test_answers_by_hand() -> None:
    lists = RankedLists.build(2, [0] * 4, [9, 1, 8, 2], [0, 0, 0, 1], [1, 2, 3, 1], n_items=10)
    assert precision_at_k(lists, 4).values[0] == 0.5
    assert recall_at_k(lists, 4).values[0] == pytest.approx(2 / 3)
    assert reciprocal_rank(lists).values.tolist() == [0.5, 0.0]
    assert average_precision(lists).values[0] == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert r_precision(lists).values[0] == pytest.approx(1 / 3)
    assert hit_rate_at_k(lists, 1).values.tolist() == [0.0, 0.0]


def test_a_perfect_short_list_is_told_apart_by_the_flags() -> None:
    lists = RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0, 0, 0], [1, 2, 3], n_items=9)
    assert precision_at_k(lists, 10).mean == pytest.approx(0.3)
    assert precision_at_k(lists, 10, capped=True).mean == 1.0
    assert ndcg(lists, 10).mean == 1.0
    assert recall_at_k(lists, 2).mean == pytest.approx(2 / 3)
    assert recall_at_k(lists, 2, capped=True).mean == 1.0
    assert average_precision(lists, 2, capped=True).mean == 1.0


@pytest.mark.parametrize(
    "metric", [precision_at_k, recall_at_k, hit_rate_at_k, reciprocal_rank, average_precision, ndcg]
)
@pytest.mark.parametrize("k", [0, -1, 2.5, "10"])
def test_a_bad_cut_is_told(metric, k) -> None:  # type: ignore[no-untyped-def]
    lists = RankedLists.build(1, [0], [0], [0], [0], n_items=1)
    with pytest.raises(OptionError, match=rf"{metric.__name__}: `k` is not allowed.*Got: {k!r}"):
        metric(lists, k)


def test_names_hold_the_cut() -> None:
    lists = RankedLists.build(1, [0], [0], [0], [0], n_items=1)
    assert precision_at_k(lists, 5).name == "precision@5"
    assert average_precision(lists).name == "average precision"
