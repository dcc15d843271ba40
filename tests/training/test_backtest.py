"""Training and backtest on a world whose best answer is known, and on hand-made answers."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Candidates, Queries
from tamis.data.moments import Moments, Truth
from tamis.data.worlds import two_tastes
from tamis.evaluation.answering import Answered, answer_all
from tamis.evaluation.explain import explain
from tamis.evaluation.reasons import reasons
from tamis.evaluation.report import evaluation_facts, html_report
from tamis.evaluation.stage_loss import stage_loss
from tamis.models import LogisticRegression
from tamis.problem import Maximize
from tamis.shapes import Funnel, Judge
from tamis.stages.filter import NotSeen
from tamis.stages.rerank import Explore
from tamis.stages.retrieve import ItemToItem, Popular, Random
from tamis.systems.baselines import TRIVIAL, single_sources, trivial_funnels
from tamis.testing import declare
from tamis.training.backtest import Backtest, backtest
from tamis.training.rows import RowPlan, build_rows
from tamis.training.train import train

K = 5
PLAN = RowPlan(windows=(0.5, 0.7), moments=Moments(per_user=3, known_to_user=True), negatives=30)
HOW = Backtest(share=0.8, k=K, moments=Moments(per_user=2, known_to_user=True), plan=PLAN)


@pytest.fixture(scope="module")
def shop():
    return declare(two_tastes(120, 40, per_user=20, overlap=0.05))


def system(shop, **options):
    given = {
        "name": "tastes",
        "objective": Maximize(shop.events),
        "retrieve": [ItemToItem(shop.events, repeat=True), Popular(shop.events)],
        "judge": Judge(
            LogisticRegression(),
            features=[shop.events.count(per=shop.items), shop.events.count(per=(shop.users, shop.items))],
        ),
        "show": 10,
        "propose": 40,
        **options,
    }
    return Funnel(**given)


@pytest.fixture(scope="module")
def measured(shop):
    funnel = system(shop)
    others = {**single_sources(funnel), **trivial_funnels(funnel)}
    return funnel, backtest(funnel, shop.dataset, others, TRIVIAL, HOW)


def test_a_judged_funnel_beats_the_trivial_rows_clearly(measured):
    _, made = measured
    for name in ("random", "popular"):
        assert made.against[name].difference > 0 and made.against[name].is_clear, name
    chosen = {row.name: row.metrics[made.chosen].mean for row in made.rows}
    assert chosen["random"] < chosen["popular"] < chosen["tastes"]
    assert [row.name for row in made.rows if row.trivial] == list(TRIVIAL)


def test_stage_losses_add_up_to_one(measured):
    _, made = measured
    lost = sum(value for _, value, _ in made.loss.losses())
    assert lost + made.loss.shown.mean == pytest.approx(1.0)
    assert made.loss.best_possible.mean == pytest.approx(1.0)  # Popular proposes the whole catalogue here
    assert made.loss.recall["all sources"].mean == pytest.approx(1.0)


def test_facts_are_json_and_the_report_shows_every_row(measured):
    import json

    _, made = measured
    facts = json.loads(json.dumps(evaluation_facts(made), allow_nan=False))
    page = html_report(facts)
    assert page.startswith("<!doctype html>") and "<script" not in page and "http" not in page
    for row in facts["rows"]:
        assert row["name"] in page
        assert f"{row['metrics'][facts['chosen']]['mean']:.4f}" in page
    for line in facts["protocol"]:
        assert line.split(";")[0] in page


def test_a_name_that_looks_like_markup_is_escaped(measured):
    _, made = measured
    facts = evaluation_facts(made)
    facts["rows"][0]["name"] = "<b>me</b>"
    assert "<b>me</b>" not in html_report(facts) and "&lt;b&gt;me" in html_report(facts)


def test_rows_know_nothing_of_what_comes_after_their_window(shop):
    at = shop.dataset.events(shop.events).at
    cut = int(at[int(len(at) * 0.8)])
    plan = RowPlan(windows=(0.6,), moments=Moments(per_user=2, known_to_user=True), negatives=20)
    whole = build_rows(system(shop), shop.dataset.before(cut), plan)
    columns = {
        name: np.asarray(column)[shop.events.source["at"].astype("datetime64[us]").astype(np.int64) < cut]
        for name, column in shop.events.source.items()
    }
    from tamis.data.worlds.world import World

    shorter = declare(
        World({k: np.asarray(v) for k, v in shop.users.source.items()}, dict(shop.items.source), columns, None)
    )
    again = build_rows(system(shorter), shorter.dataset.before(cut), plan)
    np.testing.assert_array_equal(whole.rows.x, again.rows.x)
    np.testing.assert_array_equal(whole.labels["outcome"], again.labels["outcome"])


def test_negatives_left_out_are_made_up_by_weight(shop):
    plan = RowPlan(windows=(0.7,), moments=Moments(per_user=2, known_to_user=True), negatives=5)
    few = build_rows(system(shop), shop.dataset, plan)
    every = build_rows(system(shop), shop.dataset, RowPlan(windows=(0.7,), moments=plan.moments, negatives=1000))
    assert len(few) < len(every)
    assert few.weight.sum() == pytest.approx(every.weight.sum())
    assert few.labels["outcome"].sum() == every.labels["outcome"].sum()


def test_training_needs_outcomes(shop):
    nothing = shop.events.where(item_id="no such item")
    with pytest.raises(DataError, match="has no events to learn from"):
        train(system(shop, objective=Maximize(nothing)), shop.dataset)
    only_random = system(shop, retrieve=[Random()], propose=1, filter=[NotSeen(shop.events)])
    with pytest.raises(DataError, match=r"(never|no request|ever had an outcome)"):
        backtest(only_random, shop.dataset, {}, (), Backtest(share=0.97, plan=RowPlan(windows=(0.99,), most_queries=1)))


def test_stage_loss_by_hand(shop):
    past = shop.dataset.past
    queries = Queries(np.zeros(1, np.int32), np.array([2**50]), past)
    truth = Truth(np.array([0, 0]), np.array([1, 2], np.int32), np.ones(2, np.float32))
    pool = Candidates(
        np.zeros(3, np.int64),
        np.array([5, 1, 7], np.int32),
        1,
        {
            "a.rank": np.array([1.0, np.nan, 2.0]),
            "b.rank": np.array([np.nan, 1.0, np.nan]),
            "judge.value": np.array([3.0, 2.0, 1.0]),
        },
    )
    page = pool.rows(np.array([0, 2]))
    lost = [("not-seen", np.array([0]), np.array([2], np.int32))]
    loss = stage_loss(Answered(page, pool, lost), truth, queries, 2)
    ideal = 1 + 1 / np.log2(3)
    assert loss.best_possible.mean == pytest.approx(1 / ideal)  # item 1 first; item 2 was removed
    assert loss.ranked.mean == pytest.approx(1 / np.log2(3) / ideal)  # item 1 is second
    assert loss.shown.mean == 0.0
    assert {n: v.mean for n, v in loss.recall.items()} == {"a": 0.0, "b": 0.5, "all sources": 0.5}
    assert loss.removed == {"not-seen": 0.5}


def test_explain_says_where_an_item_was_lost_and_why_it_stands(measured, shop):
    funnel, _ = measured
    query = Queries(np.array([3], np.int32), np.array([shop.dataset.until]), shop.dataset.past)
    answers = funnel.answer(query)
    top = explain(funnel, query, int(answers.candidates.item[0]))
    assert (top.position, top.rank, top.lost_at) == (1, 1, None) and top.sources and top.for_it
    low = explain(funnel, query, int(answers.pool.item[-1]))
    assert low.position is None and low.lost_at == "page" and low.rank == low.pool == len(answers.pool)
    assert low.just_above[0][0] == answers.pool.item[-2]
    seen = system(shop, filter=[NotSeen(shop.events)], judge=None).fit(shop.dataset)
    had = int(shop.dataset.past.history(shop.events, query.user, query.at).item[0])
    gone = explain(seen, query, had)
    assert gone.lost_at == "not-seen" and gone.position is None and gone.reason
    few = system(shop, judge=None, propose=1).fit(shop.dataset)
    missing = next(i for i in range(40) if i not in few.answer(query).pool.item)
    assert explain(few, query, missing).lost_at == "retrieve"


def test_every_item_of_a_page_has_a_reason(measured, shop):
    funnel, _ = measured
    query = Queries(np.array([3], np.int32), np.array([shop.dataset.until]), shop.dataset.past)
    page = funnel.answer(query).candidates
    told = reasons(funnel, query, page, lambda codes: [f"item {c}" for c in codes])
    assert len(told) == len(page) and all(r.sources and r.text for r in told)


def test_answers_do_not_depend_on_the_blocks(measured, shop):
    funnel, _ = measured
    queries = Queries(np.arange(120, dtype=np.int32).repeat(3), np.full(360, shop.dataset.until), shop.dataset.past)
    explored = system(shop, judge=None, rerank=[Explore(0.3)]).fit(shop.dataset)
    for one in (funnel, explored):
        whole = answer_all(one, queries, "all")
        alone = one.answer(queries.rows(np.array([300])), strict=True).candidates
        np.testing.assert_array_equal(whole.page.item[whole.page.query == 300], alone.item)


def test_calibrated_probabilities_mean_what_they_say_though_negatives_were_left_out(shop):
    from tamis.models import Platt

    features = [shop.events.count(per=shop.items), shop.events.count(per=(shop.users, shop.items))]
    funnel = system(shop, judge=Judge(LogisticRegression(), features=features, calibrate=Platt()))
    few = Backtest(
        share=0.8, k=K, moments=HOW.moments, plan=RowPlan(windows=(0.5, 0.7), moments=HOW.moments, negatives=4)
    )
    made = backtest(funnel, shop.dataset, {}, (), few)
    report = made.calibration["outcome"]
    total = report.size.sum()
    promised, happened = (report.predicted * report.size).sum() / total, (report.actual * report.size).sum() / total
    assert promised == pytest.approx(happened, rel=0.35)
    assert "calibration" in evaluation_facts(made) and "mean what they say" in html_report(evaluation_facts(made))
