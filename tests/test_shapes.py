"""The runner: order, merging, filters with reasons, failures by kind, backfill, judge, save and load."""

import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError, SnapshotError
from tamis.core.options import options
from tamis.core.stages import Kept, Order
from tamis.core.words import Candidates, Queries, Verdicts
from tamis.problem import Maximize, Weighted
from tamis.shapes import VALUE, Decision, Funnel, Judge
from tests.stores import small


@options
class Fixed:
    items: tuple
    name: str = "fixed"

    def retrieve(self, queries, k):
        kept = self.items[:k]
        n = len(kept)
        query = np.repeat(np.arange(len(queries)), n)
        item = np.tile(np.array(kept, np.int32), len(queries))
        return Candidates(query, item, len(queries), {"score": np.tile(np.arange(n, 0, -1.0), len(queries))})


@options
class Broken:
    safety: bool = False

    def retrieve(self, queries, k):
        raise RuntimeError("no index")

    def keep(self, queries, candidates):
        raise RuntimeError("no table")

    def rerank(self, queries, candidates, k):
        raise RuntimeError("no order")


@options
class BrokenFilter:
    safety: bool = False

    def keep(self, queries, candidates):
        raise RuntimeError("no table")


@options
class BrokenRerank:
    name: str = "broken-rerank"

    def rerank(self, queries, candidates, k):
        raise RuntimeError("no order")


@options
class Odd:
    def keep(self, queries, candidates):
        even = candidates.item % 2 == 0
        return Kept(even, np.where(even, "", "is odd"))


@options
class OnePerTen:
    """A late filter: one item per decade, seeing what is chosen."""

    def keep_late(self, queries, candidates, chosen):
        mask = np.zeros(len(candidates), bool)
        taken = {(q, i // 10) for q, i in zip(chosen.query.tolist(), chosen.item.tolist())}
        for row, key in enumerate(zip(candidates.query.tolist(), (candidates.item // 10).tolist())):
            mask[row] = key not in taken
            taken.add(key)
        return Kept(mask, "one of its ten is there")


@options
class Reverse:
    def rerank(self, queries, candidates, k):
        rows = np.lexsort((np.arange(len(candidates))[::-1], candidates.query))
        return Order(rows, columns={"propensity": np.full(len(rows), 0.5)})


@pytest.fixture(scope="module")
def world():
    data, log, *_ = small([str(i % 5) for i in range(60)], [f"{i:02d}" for i in range(60)])
    queries = Queries(np.array([0, -1], np.int32), np.array([2**50, 2**50]), data.past)
    return data, log, queries


def funnel(log, **options):
    given = {"name": "f", "objective": Maximize(log), "retrieve": [Fixed((4, 3, 2, 1))], "show": 3, **options}
    return Funnel(**given)


def page(answers, query=0):
    return answers.candidates.item[answers.candidates.query == query].tolist()


def test_one_source_keeps_its_order_and_the_page_its_length(world):
    _, log, queries = world
    answers = funnel(log).answer(queries)
    assert page(answers) == page(answers, 1) == [4, 3, 2]
    assert [t.stage for t in answers.trace] == ["fixed", "fusion"] and answers.degraded == ()


def test_sources_are_merged_and_named_apart(world):
    _, log, queries = world
    two = funnel(log, retrieve=[Fixed((4, 3)), Fixed((3, 9))])
    answers = two.answer(queries)
    assert page(answers) == [3, 4, 9]  # 3 is proposed by both
    assert {"fixed.rank", "fixed-2.rank"} <= set(answers.pool.columns)


def test_a_filter_drops_with_its_reason(world):
    _, log, queries = world
    answers = funnel(log, filter=[Odd()]).answer(queries)
    assert page(answers) == [4, 2]
    trace = next(t for t in answers.trace if t.kind == "filter")
    assert trace.rows_in == 8 and trace.rows_out == 4
    assert sorted(zip(trace.dropped_query.tolist(), trace.dropped_item.tolist())) == [(0, 1), (0, 3), (1, 1), (1, 3)]
    assert set(trace.dropped_reason) == {"is odd"}


def test_a_late_filter_is_backfilled_from_the_reserve(world):
    _, log, queries = world
    late = funnel(log, retrieve=[Fixed((11, 12, 25, 13, 38, 49))], filter=[OnePerTen()], show=3)
    answers = late.answer(queries)
    assert page(answers) == [11, 25, 38]
    gone = [t for t in answers.trace if t.kind == "late filter"]
    assert sum(len(t.dropped_item) for t in gone) == 4  # 12 and 13, in both queries
    assert page(funnel(log, retrieve=[Fixed((11, 12, 13))], filter=[OnePerTen()]).answer(queries)) == [11]


def test_rerankers_follow_each_other_and_record_columns(world):
    _, log, queries = world
    answers = funnel(log, rerank=[Reverse()]).answer(queries)
    assert page(answers) == [1, 2, 3]
    np.testing.assert_array_equal(answers.propensity, 0.5)


def test_failures_are_stepped_over_by_kind_and_named(world):
    _, log, queries = world
    answers = funnel(log, retrieve=[Broken(), Fixed((4, 3))]).answer(queries)
    assert page(answers) == [4, 3] and answers.degraded == ("broken",)
    assert page(funnel(log, filter=[BrokenFilter()]).answer(queries)) == [4, 3, 2]
    closed = funnel(log, filter=[BrokenFilter(safety=True)]).answer(queries)
    assert page(closed) == [] and set(closed.trace[1].dropped_reason) == {"the filter failed"}
    assert page(funnel(log, rerank=[BrokenRerank()]).answer(queries)) == [4, 3, 2]
    with pytest.raises(RuntimeError, match="no index"):
        funnel(log, retrieve=[Broken(), Fixed((4, 3))]).answer(queries, strict=True)


def test_nothing_retrieved_gives_an_empty_page(world):
    _, log, queries = world
    answers = funnel(log, retrieve=[Broken()]).answer(queries)
    assert len(answers.candidates) == 0 and answers.candidates.n_queries == 2


def test_a_batch_answers_as_single_requests_do(world):
    _, log, queries = world
    system = funnel(
        log, retrieve=[Fixed((11, 12, 25, 13)), Fixed((25, 4))], filter=[Odd(), OnePerTen()], rerank=[Reverse()]
    )
    both = system.answer(queries)
    for i in range(2):
        assert page(system.answer(queries.rows(slice(i, i + 1)))) == page(both, i)


def test_a_funnel_is_a_retriever_of_a_funnel(world):
    _, log, queries = world
    inner = funnel(log, name="inner", retrieve=[Fixed((7, 8))])
    answers = funnel(log, retrieve=[inner, Fixed((9,))]).answer(queries)
    assert sorted(page(answers)) == [7, 8, 9] and "inner.rank" in answers.pool.columns


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"retrieve": []}, "`retrieve` is empty"),
        ({"retrieve": [Odd()]}, "no retriever"),
        ({"filter": [Fixed]}, "write the parentheses"),
        ({"show": 0}, "`show` is not allowed"),
        ({"shw": 3}, "Did you mean 'show'"),
        ({"objective": None}, "`objective` is not allowed"),
    ],
)
def test_a_wrong_declaration_is_told_when_it_is_built(world, wrong, words):
    _, log, _ = world
    with pytest.raises(OptionError, match=words):
        funnel(log, **wrong)


@options
class ByItem:
    """A predictor whose prediction is the item's code, for tests of the judge."""

    scale: float = 1.0

    def fit(self, rows, label, *, weight=None, validation=None):
        self.rows_ = len(rows)
        return self

    def predict(self, rows):
        return self.scale * rows.candidates.item.astype(float)

    def save(self, folder):
        from tamis.core.fitted import save_fitted

        save_fitted(self, folder)

    def load(self, folder):
        from tamis.core.fitted import load_fitted

        return load_fitted(self, folder)


def judged(log, queries, system, **labels):
    pool = system.answer(queries, judged=False).candidates
    rows = system.judge.rows(queries, pool)
    return system.judge.fit(rows, {task: np.zeros(len(rows)) for task in labels})


def test_the_judge_sorts_by_value_and_keeps_predictions(world):
    _, log, queries = world
    system = funnel(log, judge=Judge(ByItem(), tasks={"a": log, "b": log}, value=Weighted(a=1, b=-3)))
    judged(log, queries, system, a=1, b=1)
    answers = system.answer(queries, strict=True)
    assert page(answers) == [1, 2, 3]
    np.testing.assert_array_equal(answers.candidates[VALUE][:3], [-2.0, -4.0, -6.0])
    assert {"a.prediction", "b.prediction"} <= set(answers.candidates.columns)
    with pytest.raises(OptionError, match="`value` is missing"):
        Judge(ByItem(), tasks={"a": log, "b": log})


def test_a_judge_asked_for_other_columns_than_it_learned_says_so(world):
    _, log, queries = world
    system = funnel(log, judge=Judge(ByItem()))
    judged(log, queries, system, outcome=1)
    other = funnel(log, retrieve=[Fixed((1, 2), name="elsewhere")], judge=system.judge)
    with pytest.raises(DataError, match="not those of training"):
        other.answer(queries, strict=True)
    assert page(other.answer(queries)) == [1, 2] and other.answer(queries).degraded == ("judge",)


def test_saved_and_loaded_answers_are_identical(world, tmp_path):
    _, log, queries = world
    system = funnel(log, judge=Judge(ByItem()))
    judged(log, queries, system, outcome=1)
    system.save(tmp_path / "s")
    again = funnel(log, judge=Judge(ByItem())).load(tmp_path / "s")
    assert page(again.answer(queries, strict=True)) == page(system.answer(queries)) == [4, 3, 2]
    with pytest.raises(SnapshotError, match="was changed since it was trained"):
        funnel(log, judge=Judge(ByItem(scale=2.0))).load(tmp_path / "s")


def test_a_decision_lets_its_policy_act(world):
    _, log, queries = world

    @options
    class Above:
        limit: float = 2.5

        def act(self, candidates):
            p = candidates[VALUE]
            action = np.where(p > self.limit, "remove", "leave")
            return Verdicts(action, np.full(len(p), "above"), p)

    system = funnel(log, judge=Judge(ByItem()))
    judged(log, queries, system, outcome=1)
    pool = system.answer(queries, judged=False).candidates
    verdicts = Decision("moderation", judge=system.judge, policy=Above()).decide(queries, pool)
    assert verdicts.action[:4].tolist() == ["leave", "leave", "remove", "remove"]
    untrained = Decision("moderation", judge=Judge(ByItem()), policy=Above()).decide(queries, pool)
    assert set(untrained.action) == {"leave"} and np.isnan(untrained.probability).all()
