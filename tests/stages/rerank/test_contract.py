"""What every reranker promises; classes are found by themselves."""

import time

import numpy as np
import pytest

import tamis.stages.rerank as room
from tamis.core.stages import Reranker
from tamis.core.words import Candidates
from tests.stages.filter.test_contract import ITEMS, NOW, USERS, make_queries, make_rows, make_shop

BUILD = {
    "AtMost": lambda s: room.AtMost(2, per=s.item.tags),
    "DPP": lambda s: room.DPP(s.item.tags),
    "Decay": lambda s: room.Decay(s.item.title),
    "Diversify": lambda s: room.Diversify(s.item.tags),
    "Explore": lambda s: room.Explore(0.3),
    "FreshFirst": lambda s: room.FreshFirst(s.shown, half_life="500us"),
    "Pin": lambda s: room.Pin({f"{i:04d}": i % 5 + 1 for i in range(0, ITEMS, 4)}).fit(s.dataset()),
    "Quota": lambda s: room.Quota(s.item.tags, "c", share=0.5),
    "SoftmaxExplore": lambda s: room.SoftmaxExplore(0.3),
}


def judged(rng, b):
    """Candidates best first with a value that has ties, gaps and a NaN here and there."""
    rows = make_rows(rng, b)
    value = np.where(rng.random(len(rows)) < 0.05, np.nan, rng.integers(0, 9, len(rows)) / 8)
    order = np.lexsort((-np.nan_to_num(value, nan=-1), rows.query))
    return rows.rows(order).with_column("judge", "value", value[order])


def test_every_class_is_built_here():
    assert sorted(BUILD) == room.__all__ == sorted(room.__all__)


@pytest.fixture(params=room.__all__)
def case(request):
    shop, rng = make_shop(), np.random.default_rng(11)
    queries = make_queries(shop, rng, 30)
    return shop, BUILD[request.param](shop), queries, judged(rng, 30)


def test_it_meets_the_contract(case):
    assert isinstance(case[1], Reranker)


@pytest.mark.parametrize("k", [0, 1, 5, 100])
def test_a_permutation_of_each_query(case, k):
    _, stage, queries, rows = case
    order = stage.rerank(queries, rows, k)
    assert sorted(order.rows.tolist()) == list(range(len(rows)))
    assert np.all(np.diff(rows.query[order.rows]) >= 0)
    assert all(len(column) == len(order.rows) for column in order.columns.values())
    assert all(((column > 0) & (column <= 1)).all() for n, column in order.columns.items() if n == "propensity")


def test_dropped_rows_have_a_reason():
    shop, rng = make_shop(), np.random.default_rng(3)
    rows = judged(rng, 20)
    order = room.AtMost(1, per=shop.item.title, drop=True).rerank(make_queries(shop, rng, 20), rows, 5)
    assert len(order.rows) < len(rows) and order.reason
    assert len(set(order.rows.tolist())) == len(order.rows)
    assert np.all(np.diff(rows.query[order.rows]) >= 0)


def test_same_question_same_answer_and_inputs_unchanged(case):
    _, stage, queries, rows = case
    arrays = (queries.user, queries.at, rows.query, rows.item, rows["judge.value"])
    before = [a.copy() for a in arrays]
    first, second = stage.rerank(queries, rows, 5), stage.rerank(queries, rows, 5)
    assert np.array_equal(first.rows, second.rows)
    assert all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(before, arrays))


@pytest.mark.parametrize("valued", [True, False])
def test_batch_equals_single(case, valued):
    _, stage, queries, rows = case
    if not valued:
        rows = Candidates(rows.query, rows.item, rows.n_queries)
    whole = stage.rerank(queries, rows, 6)
    for q in range(len(queries)):
        mine = rows.query == q
        one = Candidates(
            np.zeros(mine.sum(), np.int64), rows.item[mine], 1, {n: c[mine] for n, c in rows.columns.items()}
        )
        alone = stage.rerank(queries.rows(np.array([q])), one, 6)
        at = rows.query[whole.rows] == q
        assert np.array_equal(one.item[alone.rows], rows.item[whole.rows[at]])
        for name, column in whole.columns.items():
            assert np.allclose(alone.columns[name], column[at], rtol=1e-12)


def test_it_changes_something(case):
    _, stage, queries, rows = case
    assert not np.array_equal(stage.rerank(queries, rows, 6).rows, np.arange(len(rows)))


@pytest.mark.parametrize("b", [0, 3])
def test_no_candidates(case, b):
    shop, stage, *_ = case
    order = stage.rerank(make_queries(shop, np.random.default_rng(1), b), Candidates.empty(b), 5)
    assert order.rows.shape == (0,)


@pytest.mark.parametrize("item", [0, -1, ITEMS])
def test_one_candidate(case, item):
    shop, stage, *_ = case
    rows = Candidates(np.zeros(1, np.int64), np.array([item], np.int32), 1, {"judge.value": np.array([np.nan])})
    order = stage.rerank(shop.queries((-1, NOW)), rows, 5)
    assert order.rows.tolist() == [0]
    assert all(column.tolist() == [1.0] for column in order.columns.values())


def test_what_happens_later_changes_nothing(case):
    shop, stage, queries, rows = case
    start = int(queries.at.max())
    later = [(u, i, start + (u + i) % 3) for u in range(USERS) for i in range(ITEMS)]
    pairs = [(int(u), start) for u in queries.user]
    before = stage.rerank(shop.queries(*pairs), rows, 6).rows
    assert np.array_equal(before, stage.rerank(shop.more(later).queries(*pairs), rows, 6).rows)


def test_a_thousand_pages_of_two_hundred_take_a_second(case):
    shop, stage, *_ = case
    rng = np.random.default_rng(5)
    b, n = 1000, 200
    value = -np.sort(-rng.random((b, n)), axis=1).ravel()
    item = rng.integers(0, ITEMS, b * n).astype(np.int32)
    rows = Candidates(np.repeat(np.arange(b), n), item, b, {"judge.value": value})
    queries = shop.queries(*[(q % USERS, q) for q in range(b)])
    began = time.process_time()
    stage.rerank(queries, rows, 20)
    assert time.process_time() - began < 2
